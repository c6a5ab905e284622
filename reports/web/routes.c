#include "reports/web/routes.h"

static const struct route routes[] = {
#define ROUTE(pattern, function, title, place) {pattern, function, title, place},
#include "reports/web/routes.def"
};

const struct route *route_at(size_t index)
{
    return index < sizeof routes / sizeof routes[0] ? &routes[index] : NULL;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '.' || c == '_' || c == '-';
}

/* Takes a number or a word off the path; false if there is none, or a number is written strangely.
 */
static bool take(char what, struct bytes *path, struct bytes *arg, uint64_t *number)
{
    size_t size = 0;
    while (size < path->size &&
           (what == '#' ? is_digit(path->data[size]) : is_word(path->data[size]))) {
        size++;
    }
    *arg = bytes_of(path->data, size);
    *path = bytes_of(path->data + size, path->size - size);
    return what == '#' ? text_read_u64(*arg, number) : size > 0;
}

static bool fits(const char *pattern, struct bytes path, struct bytes args[static VISIT_ARGS_MAX],
                 uint64_t numbers[static VISIT_ARGS_MAX])
{
    size_t arg = 0;
    for (; *pattern != '\0'; pattern++) {
        if (*pattern == '#' || *pattern == '$') {
            if (!take(*pattern, &path, &args[arg], &numbers[arg])) {
                return false;
            }
            arg++;
        } else if (path.size > 0 && path.data[0] == (uint8_t)*pattern) {
            path = bytes_of(path.data + 1, path.size - 1);
        } else {
            return false;
        }
    }
    return path.size == 0;
}

const struct route *route_find(struct bytes path, struct bytes args[static VISIT_ARGS_MAX],
                               uint64_t numbers[static VISIT_ARGS_MAX])
{
    for (size_t i = 0; path.size <= WEB_PATH_MAX && i < sizeof routes / sizeof routes[0]; i++) {
        if (fits(routes[i].pattern, path, args, numbers)) {
            return &routes[i];
        }
    }
    return NULL;
}

bool route_is_open(const struct route *route, const struct web_viewer *viewer)
{
    bool global = route->place == ROUTE_GLOBAL || route->place == ROUTE_GLOBAL_NAV;
    return !global || !viewer->scoped;
}
