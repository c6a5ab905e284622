#include "tools/audit/giving.h"

#include "reports/resolve.h"
#include "reports/span.h"
#include "schema/time.h"
#include "store/hash.h"
#include "tools/form.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define DAY_US (86400 * TIME_SECOND_US)

enum {
    PIECE_SIZE = 64 << 10, /* bytes of a file hashed at once */
    DAYS_OF_A_MONTH = 30,
    MS_MAX = 1000000000,
};

enum exit_code giving_run(struct invocation *invocation, enum store_need need, giving_act *act)
{
    struct giving *giving = calloc(1, sizeof *giving);
    if (giving == NULL) {
        return invocation_failed(invocation, FAIL(NO_MEMORY, sizeof *giving), NULL, "starting");
    }
    giving->invocation = invocation;
    enum exit_code code = store_open(invocation, need, &giving->engine);
    if (code == EXIT_DONE && engine_state(giving->engine) == NULL) {
        code = invocation_fail(invocation, EXIT_INCOMPLETE, "run cairn rebuild as its owner",
                               "the store's state/ is missing or stale");
        engine_close(&giving->engine);
    } else if (code == EXIT_DONE) {
        giving->arena = ARENA_IN(giving->memory);
        giving->view = engine_view(giving->engine, UINT64_MAX, &giving->arena, &giving->trouble);
        code = act(giving);
        if (failed(giving->trouble) && code == EXIT_DONE) {
            code = invocation_failed(invocation, giving->trouble, NULL, "looking things up");
        }
        if (need == STORE_READ) {
            engine_close(&giving->engine);
        } else {
            code = store_finish(invocation, code, &giving->engine);
        }
    }
    free(giving);
    return code;
}

/* Words ----------------------------------------------------------------------------------- */

struct bytes giving_text(const struct giving *giving, const char *name, bool *has)
{
    const char *value = invocation_value(giving->invocation, name);
    if (has != NULL) {
        *has = value != NULL;
    }
    return value == NULL ? (struct bytes){0} : bytes_of_string(value);
}

enum exit_code giving_needed(const struct giving *giving, const char *name, struct bytes *out)
{
    bool has;
    *out = giving_text(giving, name, &has);
    return has ? EXIT_DONE
               : invocation_fail(giving->invocation, EXIT_USAGE, NULL, "--%s is needed", name);
}

size_t giving_values(struct giving *giving, const char *name, size_t which)
{
    const char *value;
    size_t count = 0;
    while (count < GIVING_LIST_MAX &&
           (value = invocation_value_at(giving->invocation, name, count)) != NULL) {
        giving->lists[which][count++] = bytes_of_string(value);
    }
    return count;
}

enum exit_code giving_time(const struct giving *giving, const char *name, bool *has, uint64_t *out)
{
    struct moment moment;
    const struct moment now = {.kind = MOMENT_TIME, .value = giving->invocation->now_utc_us};
    enum exit_code code = invocation_moment(giving->invocation, name, now, &moment);
    if (code != EXIT_DONE) {
        return code;
    }
    if (moment.kind == MOMENT_POSITION) {
        return invocation_fail(giving->invocation, EXIT_USAGE, NULL, "--%s is a time", name);
    }
    *has = moment.kind == MOMENT_TIME;
    *out = *has ? moment.value : *out;
    return EXIT_DONE;
}

/* `500ms`: finer than what time expressions know. */
static bool read_ms(struct bytes text, uint64_t *us)
{
    uint64_t ms = 0;
    bool is_ms = text.size > 2 && memcmp(text.data + text.size - 2, "ms", 2) == 0 &&
                 text_read_u64(bytes_of(text.data, text.size - 2), &ms) && ms <= MS_MAX;
    *us = ms * (TIME_SECOND_US / 1000);
    return is_ms;
}

static bool read_stretch(struct bytes text, uint64_t *us)
{
    struct moment_doubt doubt;
    struct span_duration duration = {0};
    struct span_reader reader = {.text = text.data, .end = text.size, .doubt = &doubt};
    if (read_ms(text, us)) {
        return true;
    }
    if (failed(span_read_duration(&reader, &duration)) || !span_at_end(&reader)) {
        return false;
    }
    uint64_t days = duration.months / 12 * 365 + duration.months % 12 * DAYS_OF_A_MONTH;
    *us = duration.months == 0 ? duration.us : days * DAY_US;
    return true;
}

enum exit_code giving_stretch(const struct giving *giving, const char *name, bool *has,
                              uint64_t *out)
{
    const char *value = invocation_value(giving->invocation, name);
    *has = value != NULL;
    if (value == NULL || read_stretch(bytes_of_string(value), out)) {
        return EXIT_DONE;
    }
    return invocation_fail(giving->invocation, EXIT_USAGE, "like 500ms, 90s, 12h, 30d or 3y",
                           "--%s %.40s is no stretch of time", name, value);
}

/* Things ---------------------------------------------------------------------------------- */

enum exit_code giving_thing(const struct giving *giving, enum id_kind kind, const char *word,
                            struct id *out)
{
    const struct resolver resolver = {.view = &giving->view};
    struct status status = resolve(&resolver, kind, bytes_of_string(word), out);
    if (!failed(status) && out->kind != kind) {
        return invocation_fail(giving->invocation, EXIT_USAGE, NULL, "%s is no %s", word,
                               id_infos[kind].name);
    }
    return failed(status)
               ? invocation_fail(giving->invocation, exit_of(status), NULL, "%s: %s", word,
                                 status.why == NULL ? "it cannot be found" : status.why)
               : EXIT_DONE;
}

enum exit_code giving_option(const struct giving *giving, enum id_kind kind, const char *name,
                             bool *has, struct id *out)
{
    const char *value = invocation_value(giving->invocation, name);
    *has = value != NULL;
    return value == NULL ? EXIT_DONE : giving_thing(giving, kind, value, out);
}

static struct status hash_all(int file, struct hasher *hasher, struct digest *out)
{
    uint8_t piece[PIECE_SIZE];
    hash_start(hasher);
    for (;;) {
        ssize_t size = read(file, piece, sizeof piece);
        if (size < 0) {
            return FAIL(IO, (uint64_t)errno);
        }
        if (size == 0) {
            *out = hash_finish(hasher);
            return OK;
        }
        hash_add(hasher, bytes_of(piece, (size_t)size));
    }
}

enum exit_code giving_digest(const struct giving *giving, const char *path, struct digest *out)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct status status = file < 0 ? FAIL(IO, (uint64_t)errno) : hasher_open(&hasher);
    status = failed(status) ? status : hash_all(file, hasher, out);
    if (file >= 0) {
        close(file);
    }
    return failed(status) ? invocation_failed(giving->invocation, status, NULL, path) : EXIT_DONE;
}

/* Sending --------------------------------------------------------------------------------- */

enum exit_code giving_send(const struct giving *giving, enum command_kind kind,
                           const union command_fields *fields)
{
    struct verdict verdict;
    enum exit_code code =
        operator_command(giving->invocation, giving->engine, kind, fields, &verdict);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = form_tell(giving->invocation, giving->engine, &verdict);
    return failed(status) ? invocation_failed(giving->invocation, status, NULL, command_name(kind))
                          : EXIT_DONE;
}
