#include "tools/custody/custody.h"

#include "reports/resolve.h"
#include "tools/store_open.h"

#include <stdlib.h>
#include <string.h>

static enum exit_code open_all(struct custody *custody)
{
    enum exit_code code = between_open(custody->invocation, custody->engine, &custody->between);
    if (code != EXIT_DONE) {
        return code;
    }
    const struct interval_moment *to = &custody->between.stretch.to;
    custody->view = engine_view(custody->engine, UINT64_MAX, &custody->arena, &custody->trouble);
    custody->view.as_of_n = to->n == 0 ? 0 : to->n - 1;
    custody->view.now_utc_us = to->utc_us;
    if (engine_index(custody->engine) != NULL) {
        struct status status = index_snapshot_open(engine_index(custody->engine), &custody->index);
        if (failed(status)) {
            return invocation_failed(custody->invocation, status, NULL, "the index");
        }
    }
    asked_rows(custody->invocation, &custody->out, &custody->row_arena, custody->hasher);
    return EXIT_DONE;
}

static enum exit_code ask(struct custody *custody, const struct custody_verb *verb)
{
    enum exit_code code = store_open(custody->invocation, STORE_RECORD, &custody->engine);
    if (code != EXIT_DONE) {
        return code;
    }
    code = open_all(custody);
    code = code == EXIT_DONE ? verb->answer(custody, verb->context) : code;
    if (code == EXIT_DONE) {
        code = asked_end(custody->invocation, custody->engine, &custody->out, verb->what,
                         &custody->between.range);
        code = code == EXIT_DONE && custody->out.row_count == 0 ? EXIT_NOTHING : code;
    }
    index_snapshot_close(&custody->index);
    between_close(&custody->between);
    return store_finish(custody->invocation, code, &custody->engine);
}

enum exit_code custody_run(struct invocation *invocation, const struct custody_verb *verb)
{
    struct custody *custody = calloc(1, sizeof *custody);
    if (custody == NULL) {
        return invocation_failed(invocation, FAIL(NO_MEMORY, sizeof *custody), NULL, "starting");
    }
    custody->invocation = invocation;
    custody->arena = ARENA_IN(custody->memory);
    custody->row_arena = ARENA_IN(custody->row_memory);
    struct status status = hasher_open(&custody->hasher);
    enum exit_code code = failed(status) ? invocation_failed(invocation, status, NULL, "starting")
                                         : ask(custody, verb);
    hasher_close(&custody->hasher);
    free(custody);
    return code;
}

static enum exit_code find(const struct custody *custody, const char *name, enum id_kind kind,
                           struct id *out)
{
    const struct resolver resolver = {.view = &custody->view};
    struct id found;
    struct status status = resolve(&resolver, kind, bytes_of_string(name), &found);
    if (!failed(status) && found.kind != kind) {
        return invocation_fail(custody->invocation, EXIT_USAGE, NULL, "%s is no %s", name,
                               id_kind_name(kind));
    }
    if (failed(status)) {
        return invocation_fail(custody->invocation, exit_of(status), NULL, "%s: %s", name,
                               status.why == NULL ? "it cannot be found" : status.why);
    }
    *out = found;
    return EXIT_DONE;
}

enum exit_code custody_find(const struct custody *custody, const char *option, enum id_kind kind,
                            struct id *out)
{
    const char *name = invocation_value(custody->invocation, option);
    return name == NULL ? EXIT_DONE : find(custody, name, kind, out);
}

enum exit_code custody_find_argument(const struct custody *custody, size_t index, enum id_kind kind,
                                     struct id *out)
{
    const char *name = invocation_argument(custody->invocation, index);
    return name == NULL ? EXIT_DONE : find(custody, name, kind, out);
}

bool custody_mode(const struct custody *custody, enum drive_mode *out)
{
    const char *mode = invocation_value(custody->invocation, "mode");
    *out = mode != NULL && strcmp(mode, "rw") == 0 ? DRIVE_MODE_RW : DRIVE_MODE_RO;
    return mode != NULL;
}
