#include "reports/filter/glob.h"

/* Takes one element of the pattern: whether it stands for `c`, and where the next one begins. */
static bool takes(struct bytes pattern, size_t at, uint8_t c, size_t *next)
{
    if (pattern.data[at] == '\\' && at + 1 < pattern.size) {
        *next = at + 2;
        return pattern.data[at + 1] == c;
    }
    *next = at + 1;
    return pattern.data[at] == '?' || pattern.data[at] == c;
}

static bool is_star(struct bytes pattern, size_t at)
{
    return at < pattern.size && pattern.data[at] == '*';
}

/* After a failure only the last star need take one byte more: what earlier ones took is enough. */
bool glob_matches(struct bytes pattern, struct bytes text)
{
    size_t p = 0, t = 0, star = SIZE_MAX, mark = 0, next;
    while (t < text.size) {
        if (is_star(pattern, p)) {
            star = ++p;
            mark = t;
        } else if (p < pattern.size && takes(pattern, p, text.data[t], &next)) {
            p = next;
            t++;
        } else if (star != SIZE_MAX) {
            p = star;
            t = ++mark;
        } else {
            return false;
        }
    }
    while (is_star(pattern, p)) {
        p++;
    }
    return p == pattern.size;
}

/* Whether some beginning of the text is as the pattern says; *starred tells whether a star was come
 * to: all of the text was searched for what follows it. */
static bool begins(struct bytes pattern, struct bytes text, bool *starred)
{
    size_t p = 0, t = 0, star = SIZE_MAX, mark = 0, next;
    while (p < pattern.size) {
        if (is_star(pattern, p)) {
            star = ++p;
            mark = t;
        } else if (t < text.size && takes(pattern, p, text.data[t], &next)) {
            p = next;
            t++;
        } else if (star != SIZE_MAX && mark < text.size) {
            p = star;
            t = ++mark;
        } else {
            *starred = star != SIZE_MAX;
            return false;
        }
    }
    return true;
}

bool glob_matches_within(struct bytes pattern, struct bytes text)
{
    bool starred = false;
    for (size_t from = 0; from <= text.size && !starred; from++) {
        if (begins(pattern, bytes_of(text.data + from, text.size - from), &starred)) {
            return true;
        }
    }
    return false;
}
