#include "tools/looking.h"

#include "reports/nearest.h"
#include "reports/stats/dimension.h"
#include "tools/footnote.h"
#include "tools/leaving.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    LOOK_EVERY = 1024, /* events between two looks at signals */
};

static struct status open_snapshots(struct looking *looking)
{
    TRY(hasher_open(&looking->hasher));
    TRY(log_snapshot_open(engine_log(looking->engine), &looking->log));
    return engine_index(looking->engine) == NULL
               ? OK
               : index_snapshot_open(engine_index(looking->engine), &looking->index);
}

static void close_snapshots(struct looking *looking)
{
    index_snapshot_close(&looking->index);
    log_snapshot_close(&looking->log);
}

static void release(struct looking *looking)
{
    close_snapshots(looking);
    hasher_close(&looking->hasher);
    free(looking->memory.memory);
    looking->memory = (struct arena){0};
}

enum exit_code looking_open(struct invocation *invocation, size_t memory_size,
                            struct looking *looking)
{
    *looking = (struct looking){.invocation = invocation};
    enum exit_code code = store_open(invocation, STORE_RECORD, &looking->engine);
    if (code != EXIT_DONE) {
        return code;
    }
    looking->memory = (struct arena){.memory = malloc(memory_size), .capacity = memory_size};
    struct status status =
        looking->memory.memory == NULL ? FAIL(NO_MEMORY, memory_size) : open_snapshots(looking);
    if (failed(status)) {
        release(looking);
        return store_finish(invocation, invocation_failed(invocation, status, NULL, "starting"),
                            &looking->engine);
    }
    return EXIT_DONE;
}

enum exit_code looking_begin(struct invocation *invocation, size_t memory_size,
                             struct looking *looking)
{
    struct moment_range range;
    enum exit_code code = invocation_range(invocation, &range);
    code = code == EXIT_DONE ? looking_open(invocation, memory_size, looking) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    looking->query.range = range;
    looking->query.by_received = invocation_has(invocation, "by-received");
    code = query_conditions(invocation, looking->engine, &looking->query);
    if (code != EXIT_DONE) {
        release(looking);
        code = store_finish(invocation, code, &looking->engine);
    }
    return code;
}

void looking_rows(struct looking *looking, struct rows *rows, struct arena *memory)
{
    asked_rows(looking->invocation, rows, memory, looking->hasher);
}

static struct status visit(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct looking *looking = context;
    invocation_at(looking->invocation, "reading", leaf->n);
    if (++looking->seen % LOOK_EVERY == 0 && invocation_interrupted(looking->invocation)) {
        return FAIL(INTERRUPTED, 0);
    }
    return looking->visit(looking->context, bytes, leaf);
}

struct status looking_run(struct looking *looking, query_visit *visit_each, void *context)
{
    looking->visit = visit_each;
    looking->context = context;
    return query_run(&looking->query, looking->log, looking->index, visit, looking,
                     &looking->outcome);
}

struct status looking_body(struct looking *looking, const struct leaf *leaf, enum looking_part part,
                           struct bytes *body)
{
    TRY(log_read_body(looking->log, leaf, body));
    looking->erased += body->size == 0;
    if (part == LOOKING_BODY && body->size > 0) {
        *body = bytes_of(body->data + SALT_SIZE, body->size - SALT_SIZE);
    }
    return OK;
}

enum exit_code looking_footnote(const struct looking *looking, uint64_t rows, const char *what)
{
    struct footer footer = footer_of(&looking->query, &looking->outcome);
    footer.rows = rows;
    footer.what = what;
    footer.erased += looking->erased;
    return footnote(looking->invocation, looking->log, &footer);
}

enum exit_code looking_end(struct looking *looking, enum exit_code code, const struct rows *rows)
{
    close_snapshots(looking);
    if (rows != NULL && (code == EXIT_DONE || code == EXIT_NOTHING || code == EXIT_INCOMPLETE)) {
        struct status status = asked_record(looking->invocation, looking->engine, rows);
        code = failed(status)
                   ? invocation_failed(looking->invocation, status, NULL, "logging the question")
                   : code;
    }
    release(looking);
    return store_finish(looking->invocation, code, &looking->engine);
}

enum exit_code looking_dimension(const struct invocation *invocation, const char *option,
                                 struct bytes name, struct dimension *out)
{
    char typed[DIMENSION_NAME_MAX], advice[256];
    struct text text = TEXT_IN(typed);
    const char *word;
    struct status status = dimension_read(name, out);
    if (!failed(status)) {
        return EXIT_DONE;
    }
    text_put_bytes(&text, name);
    struct nearest nearest = nearest_to(text_string(&text));
    for (size_t i = 0; (word = dimension_name(i)) != NULL; i++) {
        nearest_offer(&nearest, word);
    }
    snprintf(advice, sizeof advice, "did you mean %s?", nearest.word == NULL ? "" : nearest.word);
    return invocation_fail(invocation, EXIT_USAGE, nearest.word == NULL ? status.why : advice,
                           "--%s: there is no field %.*s", option,
                           (int)(name.size < 60 ? name.size : 60), (const char *)name.data);
}

static const char *charset_variable(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0') {
            return value;
        }
    }
    return "";
}

enum spark_letters looking_letters(const struct invocation *invocation)
{
    const char *locale = charset_variable();
    bool utf8 = strcasestr(locale, "utf-8") != NULL || strcasestr(locale, "utf8") != NULL;
    return utf8 && !invocation_has(invocation, "ascii") ? SPARK_BLOCKS : SPARK_ASCII;
}

enum exit_code looking_write_file(const struct invocation *invocation, const char *path,
                                  looking_draw *draw, void *context)
{
    struct output output;
    struct digest digest;
    CLEANUP(leaving_file_close) struct leaving_file *file = NULL;
    struct status status = leaving_file_open(path, &file);
    if (failed(status)) {
        return invocation_failed(invocation, status, "give another name, or take it away", path);
    }
    output_init(&output, leaving_file_descriptor(file));
    status = draw(context, &output);
    status = failed(status) ? status : output_flush(&output);
    status = failed(status) ? status : leaving_file_end(file, &digest);
    status = failed(status) ? status : leaving_file_name(file);
    return failed(status) ? invocation_failed(invocation, status, NULL, path) : EXIT_DONE;
}
