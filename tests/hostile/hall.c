#include "tests/hostile/hall.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* A longer name is kept as its beginning and a hash, which the importer makes. */
static bool is_named(struct bytes text)
{
    return text_is_utf8(text) && text.size > 0 && text.size <= HALL_NAME_MAX;
}

static void name_one(struct hall *hall, struct bytes name)
{
    union event_body body = {.audit_subject_named = {.system = LITERAL("hostile"),
                                                     .class = SUBJECT_CLASS_USER,
                                                     .name = name}};
    must(engine_say(hall->engine, VOICE_IMPORT,
                    &(struct draft){.kind = EVENT_AUDIT_SUBJECT_NAMED,
                                    .on = {NEW(ID_SUBJECT)},
                                    .on_count = 1,
                                    .body = &body}));
}

static void record_one(struct hall *hall, uint64_t number, struct id about, struct bytes text)
{
    struct digest digest = {{1}};
    memcpy(digest.sha256, &number, sizeof number);
    union event_body body = {.audit_record_imported = {.format = IMPORT_FORMAT_SYSLOG,
                                                       .system = text,
                                                       .action = text,
                                                       .digest = digest,
                                                       .occurrence = 1,
                                                       .has_raw = true,
                                                       .raw = text,
                                                       .has_user = true,
                                                       .user = text}};
    must(engine_say(hall->engine, VOICE_IMPORT,
                    &(struct draft){.kind = EVENT_AUDIT_RECORD_IMPORTED,
                                    .on = {about},
                                    .on_count = 1,
                                    .outcome = (enum outcome)(number % OUTCOME_COUNT),
                                    .body = &body}));
}

static void fill(struct hall *hall)
{
    uint8_t memory[HOSTILE_LONG];
    uint64_t next = log_head_of(engine_log(hall->engine))->size;
    for (size_t i = 0; i < hostile_count(); i++) {
        struct bytes text = hostile_at(i, memory).bytes;
        if (is_named(text)) {
            name_one(hall, text);
            hall->subject[i] = (struct id){ID_SUBJECT, next++};
        }
    }
    must(engine_flush(hall->engine));
    next = log_head_of(engine_log(hall->engine))->size;
    for (size_t i = 0; i < hostile_count(); i++) {
        if (hall->subject[i].kind != ID_NONE) {
            record_one(hall, i, hall->subject[i], hostile_at(i, memory).bytes);
            hall->record[i] = next++;
        }
    }
    must(engine_flush(hall->engine));
}

struct hall *hall_begin(void)
{
    struct hall *hall = calloc(1, sizeof *hall);
    assert_non_null(hall);
    assert_true(hostile_count() <= HALL_MAX);
    scratch_begin(&hall->scratch);
    scratch_store(&hall->scratch, KEY_ED25519);
    hall->engine = scratch_open(&hall->scratch, false);
    fill(hall);
    must(hasher_open(&hall->hasher));
    must(log_snapshot_open(engine_log(hall->engine), &hall->log));
    siem_reader_init(&hall->reader, hall->engine, hall->hasher);
    return hall;
}

void hall_end(struct hall *hall)
{
    log_snapshot_close(&hall->log);
    hasher_close(&hall->hasher);
    scratch_close(&hall->engine);
    scratch_end(&hall->scratch);
    free(hall);
}

bool hall_read(struct hall *hall, size_t index)
{
    struct bytes bytes;
    if (hall->record[index] == 0) {
        return false;
    }
    must(log_read_leaf(hall->log, hall->record[index], &bytes));
    must(leaf_decode(bytes, &hall->leaf));
    must(siem_read(&hall->reader, hall->log, bytes, &hall->leaf));
    return true;
}
