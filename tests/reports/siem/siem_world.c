#include "tests/reports/siem/siem_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    EVENTS = 150,
    HOSTILE = 60,
};

/* Canonical JSON, and so a log, has UTF-8 only. */
static struct bytes hostile_text(uint64_t *random, uint8_t *memory, size_t capacity)
{
    struct bytes text;
    do {
        text = bytes_of(memory, random_hostile(random, memory, capacity));
    } while (text.size == 0 || !text_is_utf8(text));
    return text;
}

static void name_somebody(struct world *world, struct bytes name)
{
    union event_body body = {.audit_subject_named = {.system = LITERAL("hostile"),
                                                     .class = SUBJECT_CLASS_USER,
                                                     .name = name}};
    must(engine_say(world->history.engine, VOICE_IMPORT,
                    &(struct draft){.kind = EVENT_AUDIT_SUBJECT_NAMED,
                                    .on = {NEW(ID_SUBJECT)},
                                    .on_count = 1,
                                    .body = &body}));
}

static void record_something(struct world *world, struct id about, struct bytes raw)
{
    struct digest digest = {{1}};
    uint64_t number = world->history.occurrence++;
    memcpy(digest.sha256, &number, sizeof number);
    union event_body body = {.audit_record_imported = {.format = IMPORT_FORMAT_SYSLOG,
                                                       .system = LITERAL("hostile"),
                                                       .action = raw,
                                                       .digest = digest,
                                                       .occurrence = 1,
                                                       .has_raw = true,
                                                       .raw = raw,
                                                       .has_user = true,
                                                       .user = raw}};
    must(engine_say(world->history.engine, VOICE_IMPORT,
                    &(struct draft){.kind = EVENT_AUDIT_RECORD_IMPORTED,
                                    .on = {about},
                                    .on_count = 1,
                                    .outcome = (enum outcome)(number % OUTCOME_COUNT),
                                    .source = LITERAL("2001:db8::7"),
                                    .body = &body}));
}

struct world *world_begin(uint64_t seed)
{
    struct world *world = calloc(1, sizeof *world);
    uint64_t random = seed;
    assert_non_null(world);
    history_begin(&world->history, seed);
    history_write(&world->history, EVENTS);
    uint64_t first = log_head_of(engine_log(world->history.engine))->size;
    for (unsigned i = 0; i < HOSTILE; i++) {
        uint8_t name[120];
        name_somebody(world, hostile_text(&random, name, sizeof name));
    }
    must(engine_flush(world->history.engine));
    for (unsigned i = 0; i < HOSTILE; i++) {
        uint8_t raw[200];
        record_something(world, (struct id){ID_SUBJECT, first + i},
                         hostile_text(&random, raw, sizeof raw));
    }
    must(engine_flush(world->history.engine));
    history_look(&world->history);
    must(hasher_open(&world->hasher));
    siem_reader_init(&world->reader, world->history.engine, world->hasher);
    return world;
}

void world_end(struct world *world)
{
    hasher_close(&world->hasher);
    history_end(&world->history);
    free(world);
}

void world_each(struct world *world, world_visit *put, world_visit *check)
{
    static struct capture capture;
    for (uint64_t n = 0; n < world->history.count; n++) {
        struct bytes leaf;
        must(log_read_leaf(world->history.log, n, &leaf));
        must(siem_read(&world->reader, world->history.log, leaf, &world->history.events[n]));
        capture_begin(&capture, &(struct rows_options){.format = ROWS_JSON});
        put(world, &capture);
        capture_end(&capture);
        check(world, &capture);
    }
}
