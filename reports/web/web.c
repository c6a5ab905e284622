#include "reports/web/web.h"

#include "reports/web/page.h"
#include "reports/web/page_error.h"
#include "reports/web/routes.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

struct web {
    struct web_options options;
    struct hasher *hasher;
    struct arena arena;
    struct visit visit;
    struct web_kept kept;
};

/* Zeroes, which cost nothing until they are used; NULL. */
static void *map(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static void unmap(void *memory, size_t size)
{
    if (memory != NULL) {
        (void)munmap(memory, size);
    }
}

struct status web_open(const struct web_options *options, struct web **out)
{
    struct web *web = map(sizeof *web);
    if (web == NULL) {
        return FAIL(NO_MEMORY, sizeof *web);
    }
    web->options = *options;
    web->arena = (struct arena){.memory = map(VISIT_ARENA), .capacity = VISIT_ARENA};
    struct status status =
        web->arena.memory == NULL ? FAIL(NO_MEMORY, VISIT_ARENA) : hasher_open(&web->hasher);
    if (failed(status)) {
        web_close(&web);
        return status;
    }
    *out = web;
    return OK;
}

void web_close(struct web **web)
{
    if (*web != NULL) {
        hasher_close(&(*web)->hasher);
        unmap((*web)->arena.memory, VISIT_ARENA);
        unmap(*web, sizeof **web);
        *web = NULL;
    }
}

/* One request ------------------------------------------------------------------------------- */

/* Only what is plain may be a path: then it is shown as it is, too. */
static bool is_path(struct bytes path)
{
    bool plain = path.size > 0 && path.size <= WEB_PATH_MAX && path.data[0] == '/';
    for (size_t i = 0; plain && i < path.size; i++) {
        uint8_t c = path.data[i];
        plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                (c != '\0' && strchr("/.-_", c) != NULL);
    }
    return plain;
}

/* The moment that the page is of. */
static struct status pin(struct visit *visit)
{
    uint64_t at = UINT64_MAX;
    TRY(params_number(&visit->params, "at", UINT64_MAX, &at));
    struct status status =
        scope_open(visit->options, visit->viewer, at, visit->hasher, &visit->scope);
    if (status.code == STATUS_LIMIT) {
        return FAIL_BECAUSE(MALFORMED, 0, "the log does not have so many events");
    }
    TRY(status);
    visit->pinned = at != UINT64_MAX;
    visit->at = visit->scope.size;
    return OK;
}

static struct status make_page(struct visit *visit)
{
    TRY(pin(visit));
    const struct route *route = is_path(visit->request->path)
                                    ? route_find(visit->request->path, visit->args, visit->numbers)
                                    : NULL;
    if (route == NULL || !route_is_open(route, visit->viewer)) {
        return FAIL(NOT_FOUND, 0);
    }
    visit->route = route;
    TRY(route->page(visit));
    return output_status(visit->output);
}

/* Takes back what was written of a page. */
static struct status cut(struct output *output, off_t from)
{
    output->size = 0;
    if (ftruncate(output->fd, from) != 0 || lseek(output->fd, from, SEEK_SET) != from) {
        output->error = errno;
    }
    return output_status(output);
}

static void clear_answer(struct web_answer *answer)
{
    struct output *output = answer->output;
    *answer =
        (struct web_answer){.status = 200, .type = "text/html; charset=utf-8", .output = output};
}

/* The page, or the page that says why there is none. */
static struct status respond(struct visit *visit)
{
    struct output *output = visit->output;
    TRY(output_flush(output));
    off_t from = lseek(output->fd, 0, SEEK_CUR);
    struct status status = params_read(visit->request->query, &visit->params);
    if (failed(status)) {
        visit->params.count = 0;
        struct status opened = pin(visit);
        status = failed(opened) ? opened : FAIL_BECAUSE(MALFORMED, status.at, status.why);
    } else {
        status = make_page(visit);
    }
    if (failed(status)) {
        TRY(output_status(output));
        TRY(cut(output, from));
        clear_answer(visit->answer);
        page_error(visit, status);
    }
    return output_flush(output);
}

/* Gives back what a page has used beyond the usual. */
static void forget(struct arena *arena)
{
    if (arena->used > 0) {
        (void)madvise(arena->memory, arena->capacity, MADV_DONTNEED);
    }
    arena_reset(arena);
}

struct status web_respond(struct web *web, const struct web_request *request,
                          struct web_answer *answer)
{
    struct visit *visit = &web->visit;
    clear_answer(answer);
    memset(visit, 0, sizeof *visit);
    visit->options = &web->options;
    visit->request = request;
    visit->viewer = request->viewer;
    visit->answer = answer;
    visit->output = answer->output;
    visit->engine = web->options.engine;
    visit->arena = &web->arena;
    visit->hasher = web->hasher;
    visit->kept = &web->kept;
    struct status status = respond(visit);
    scope_close(&visit->scope);
    forget(visit->arena);
    return status;
}
