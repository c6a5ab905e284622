/*
 * writer make STORE: makes a store. writer run|threads STORE COUNT: appends COUNT events, three to
 * a commit, in one thread or in stages at once, and says `acknowledged SIZE` after each commit.
 * writer check STORE SIZE: fails unless the store opens and holds at least SIZE events, each with
 * its leaf, chain and body as they were; of SIZE 0 there may be no store.
 *
 * It is what the sweep makes go wrong, to see what the engine makes of it.
 */
#include "core/birth.h"
#include "core/engine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    EVENTS_PER_COMMIT = 3,
    DECODED_MAX = 64 << 10, /* bytes of a decoded body */
};

static struct status make(const char *store)
{
    CLEANUP(secret_key_close) struct secret_key *admin = NULL;
    TRY(key_library_start());
    TRY(secret_key_make(KEY_ED25519, "ada", &admin));
    TRY(store_create(&(struct birth){.directory = store,
                                     .origin = "faults.example/log",
                                     .key_type = KEY_ED25519,
                                     .admin_login = "ada",
                                     .admin_key = secret_key_public(admin)}));
    (void)dprintf(STDOUT_FILENO, "acknowledged 1\n");
    return OK;
}

static uint64_t size_of(struct engine *engine)
{
    return log_head_of(engine_log(engine))->size;
}

static struct status say(struct engine *engine)
{
    union event_body body = {.audit_observed = {.what = LITERAL("a thing that happens")}};
    struct draft draft = {.kind = EVENT_AUDIT_OBSERVED,
                          .on = {{.kind = ID_LOG, .n = 0}},
                          .on_count = 1,
                          .body = &body};
    return engine_say(engine, VOICE_AUDIT, &draft);
}

static struct status run(const char *store, bool threaded, uint64_t count)
{
    CLEANUP(engine_close) struct engine *engine = NULL;
    TRY(engine_open(&(struct engine_options){.directory = store, .threaded = threaded}, &engine));
    for (uint64_t i = 0; i < count; i += EVENTS_PER_COMMIT) {
        for (unsigned k = 0; k < EVENTS_PER_COMMIT; k++) {
            TRY(say(engine));
        }
        TRY(engine_flush(engine));
        (void)dprintf(STDOUT_FILENO, "acknowledged %" PRIu64 "\n", size_of(engine));
    }
    TRY(engine_finish(engine));
    return OK;
}

/* Reads one event as readers do, and decodes its body. */
static struct status check_event(struct log_snapshot *snapshot, uint64_t n, struct digest *previous)
{
    static uint8_t memory[DECODED_MAX];
    struct arena arena = ARENA_IN(memory);
    struct bytes bytes, body;
    struct leaf leaf;
    union event_body decoded;
    TRY(log_read_leaf(snapshot, n, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    if (leaf.n != n || memcmp(&leaf.prev, previous, sizeof leaf.prev) != 0) {
        return FAIL_BECAUSE(CORRUPT, n, "the event is not chained to the one before it");
    }
    TRY(log_read_body(snapshot, &leaf, &body));
    if (body.size < SALT_SIZE) {
        return FAIL_BECAUSE(CORRUPT, n, "the event has no body");
    }
    TRY(event_body_decode(leaf.kind, bytes_of(body.data + SALT_SIZE, body.size - SALT_SIZE), &arena,
                          &decoded));
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    TRY(hasher_open(&hasher));
    *previous = hash_leaf(hasher, bytes);
    return OK;
}

static struct status check(const char *store, uint64_t least)
{
    CLEANUP(engine_close) struct engine *engine = NULL;
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    struct engine_options options = {.directory = store, .read_only = true};
    struct digest previous = {.sha256 = {0}};
    if (least == 0 && access(store, F_OK) != 0) {
        return OK;
    }
    TRY(engine_open(&options, &engine));
    TRY(log_snapshot_open(engine_log(engine), &snapshot));
    uint64_t size = log_snapshot_size(snapshot);
    for (uint64_t n = 0; n < size; n++) {
        TRY(check_event(snapshot, n, &previous));
    }
    (void)printf("%" PRIu64 " events\n", size);
    return size >= least ? OK : FAIL_BECAUSE(TRUNCATED, size, "acknowledged events are missing");
}

static struct status act(const char *verb, const char *store, uint64_t number)
{
    if (strcmp(verb, "make") == 0) {
        return make(store);
    }
    if (strcmp(verb, "check") == 0) {
        return check(store, number);
    }
    return run(store, strcmp(verb, "threads") == 0, number);
}

int main(int count, char **arguments)
{
    char memory[512];
    struct text text = TEXT_IN(memory);
    if (count < 3) {
        (void)fprintf(stderr, "usage: writer make|run|threads|check STORE [NUMBER]\n");
        return 2;
    }
    uint64_t number = count > 3 ? strtoull(arguments[3], NULL, 10) : 0;
    struct status status = act(arguments[1], arguments[2], number);
    if (failed(status)) {
        status_describe(status, &text);
        (void)fprintf(stderr, "writer: %s\n", text_string(&text));
        return 1;
    }
    return 0;
}
