/*
 * What an outbox keeps: notes, records, and numbers that are the same however often they are given.
 */
#include "core/emit/outbox_parts.h"
#include "tests/core/emit/fake_log.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Notes ------------------------------------------------------------------------------------- */

static struct note some_note(void)
{
    struct note note = {.met = true,
                        .emitter = "door",
                        .origin = "example.org/log",
                        .base = {.emitter_n = 77},
                        .acknowledged = 5,
                        .lost = 6,
                        .unsaid = {1, 2, 3, 4},
                        .first_n = {5, 6, 7, 8},
                        .saying = {.number = 9, .loss = LOSS_FORGOTTEN, .count = 2},
                        .why = "because"};
    memset(note.base.chain.sha256, 0xab, DIGEST_SIZE);
    return note;
}

static void a_note_is_read_as_it_was_written_and_no_shorter(void **state)
{
    char memory[SPOOL_NOTE_MAX];
    struct text text = TEXT_IN(memory);
    const struct note note = some_note();
    struct note found;
    (void)state;
    outbox_note_write(&note, &text);
    assert_false(text.full);
    must(outbox_note_read(text_bytes(&text), &found));
    assert_memory_equal(&found, &note, sizeof note);
    for (size_t size = 1; size < text.size; size++) {
        assert_int_equal(outbox_note_read(bytes_of(text.data, size), &found).code,
                         STATUS_MALFORMED);
    }
    must(outbox_note_read((struct bytes){0}, &found));
    assert_false(found.met);
}

static void the_longest_note_has_room(void **state)
{
    char memory[SPOOL_NOTE_MAX];
    struct text text = TEXT_IN(memory);
    struct note note = some_note();
    (void)state;
    memset(note.emitter, 'a', NAME_MAX_SIZE);
    memset(note.origin, 'b', ORIGIN_MAX);
    memset(note.why, 'c', OUTBOX_WHY_MAX);
    outbox_note_write(&note, &text);
    assert_false(text.full);
}

/* Records ----------------------------------------------------------------------------------- */

struct shelf {
    struct scratch scratch;
    char directory[300];
    struct secret_key *key;
    struct outbox_options options;
    struct outbox *outbox;
};

static void begin(struct shelf *shelf)
{
    *shelf = (struct shelf){0};
    scratch_begin(&shelf->scratch);
    must(secret_key_make(KEY_ED25519, "door", &shelf->key));
    (void)snprintf(shelf->directory, sizeof shelf->directory, "%s/spool", shelf->scratch.directory);
    shelf->options = (struct outbox_options){
        .directory = shelf->directory, .bytes_max = 1 << 20, .events_max = 1000};
    must(outbox_open(&shelf->options, shelf->key, &shelf->outbox));
}

static void reopen(struct shelf *shelf)
{
    outbox_close(&shelf->outbox);
    must(outbox_open(&shelf->options, shelf->key, &shelf->outbox));
}

static void end(struct shelf *shelf)
{
    outbox_close(&shelf->outbox);
    secret_key_close(&shelf->key);
    scratch_end(&shelf->scratch);
}

static struct status add(struct shelf *shelf, const char *what)
{
    const union event_body body = {.audit_observed = {.what = bytes_of_string(what)}};
    const struct draft draft = {
        .kind = EVENT_AUDIT_OBSERVED, .on = {THE_LOG}, .on_count = 1, .body = &body};
    return outbox_add(shelf->outbox, &draft);
}

static void meet(struct shelf *shelf, uint64_t emitter_n, uint8_t chain)
{
    bool probe = true;
    struct emitter_head head = {.emitter_n = emitter_n};
    memset(head.chain.sha256, chain, DIGEST_SIZE);
    must(outbox_meet(shelf->outbox, LITERAL("example.org/log"), &head, &probe));
    assert_false(probe);
}

static void the_same_records_give_the_same_submission_after_a_restart(void **state)
{
    struct shelf shelf;
    struct outbox_batch batch;
    uint8_t first[4096];
    (void)state;
    begin(&shelf);
    must(add(&shelf, "one"));
    must(add(&shelf, "two"));
    meet(&shelf, 41, 7);
    must(outbox_pack(shelf.outbox, 10, &batch));
    assert_int_equal(batch.count, 2);
    assert_int_equal(batch.head.emitter_n, 43);
    size_t size = batch.submission.size;
    assert_true(size < sizeof first);
    memcpy(first, batch.submission.data, size);
    reopen(&shelf);
    must(outbox_pack(shelf.outbox, 10, &batch));
    assert_true(bytes_equal(batch.submission, bytes_of(first, size)));
    must(outbox_pack(shelf.outbox, 10, &batch));
    assert_int_equal(batch.count, 0);
    outbox_rewind(shelf.outbox);
    must(outbox_pack(shelf.outbox, 1, &batch));
    must(outbox_acknowledge(shelf.outbox, batch.last, &batch.head));
    reopen(&shelf);
    must(outbox_pack(shelf.outbox, 10, &batch));
    assert_int_equal(batch.count, 1);
    assert_int_equal(batch.head.emitter_n, 43);
    assert_int_equal(outbox_counts(shelf.outbox).acknowledged, 1);
    end(&shelf);
}

static void large_events_are_packed_as_far_as_a_submission_goes(void **state)
{
    enum {
        EVENTS = 60,
        SIZE = 180 << 10,
    };
    struct shelf shelf;
    struct outbox_batch batch = {.count = 1};
    uint64_t packed = 0;
    (void)state;
    begin(&shelf);
    outbox_close(&shelf.outbox);
    shelf.options.bytes_max = 64 << 20;
    must(outbox_open(&shelf.options, shelf.key, &shelf.outbox));
    char *what = calloc(1, SIZE + 1);
    assert_non_null(what);
    memset(what, 'x', SIZE);
    for (int i = 0; i < EVENTS; i++) {
        must(add(&shelf, what));
    }
    free(what);
    meet(&shelf, 0, 0);
    for (int batches = 0; batch.count > 0; batches++) {
        must(outbox_pack(shelf.outbox, SUBMISSION_EVENTS_MAX, &batch));
        assert_true(batch.submission.size <= SUBMISSION_MAX);
        packed += batch.count;
        assert_true(batches < 4);
    }
    assert_int_equal(packed, EVENTS);
    end(&shelf);
}

static void a_record_is_read_from_its_own_bytes_only(void **state)
{
    struct shelf shelf;
    struct outbox_record record;
    struct bytes whole;
    (void)state;
    begin(&shelf);
    must(add(&shelf, "one"));
    must(spool_read(shelf.outbox->spool, 1, &whole));
    must(outbox_record_decode(whole, &record));
    assert_int_equal(record.body.size, SALT_SIZE + strlen("{\"what\":\"one\"}"));
    for (size_t size = 0; size < whole.size; size++) {
        assert_int_equal(outbox_record_decode(bytes_of(whole.data, size), &record).code,
                         STATUS_MALFORMED);
    }
    end(&shelf);
}

static void what_the_log_would_refuse_is_refused_before_it_waits(void **state)
{
    struct shelf shelf;
    (void)state;
    begin(&shelf);
    const union event_body body = {
        .emitter_retired = {.name = LITERAL("a"), .reason = LITERAL("b")}};
    const union event_body observed = {.audit_observed = {.what = LITERAL("door")}};
    const struct draft inner = {
        .kind = EVENT_EMITTER_RETIRED, .on = {{ID_EMITTER, 1}}, .on_count = 1, .body = &body};
    const struct draft elsewhere = {
        .kind = EVENT_AUDIT_OBSERVED, .on = {{ID_USER, 1}}, .on_count = 1, .body = &observed};
    assert_int_equal(outbox_add(shelf.outbox, &inner).code, STATUS_KEY);
    assert_int_equal(outbox_add(shelf.outbox, &elsewhere).code, STATUS_MALFORMED);
    assert_int_equal(add(&shelf, "a\xff").code, STATUS_MALFORMED);
    assert_int_equal(outbox_counts(shelf.outbox).waiting, 0);
    end(&shelf);
}

static void a_spool_is_its_emitters_own(void **state)
{
    struct shelf shelf;
    struct secret_key *other = NULL, *no_emitter = NULL;
    struct outbox *outbox = NULL;
    (void)state;
    begin(&shelf);
    must(add(&shelf, "one"));
    meet(&shelf, 0, 0);
    outbox_close(&shelf.outbox);
    must(secret_key_make(KEY_ED25519, "gate", &other));
    must(secret_key_make(KEY_ED25519, "example.org/log", &no_emitter));
    assert_int_equal(outbox_open(&shelf.options, other, &outbox).code, STATUS_KEY);
    assert_int_equal(outbox_open(&shelf.options, no_emitter, &outbox).code, STATUS_KEY);
    secret_key_close(&other);
    secret_key_close(&no_emitter);
    shelf.options.only_look = true;
    must(outbox_open(&shelf.options, NULL, &outbox));
    struct outbox_counts counts = outbox_counts(outbox);
    assert_true(bytes_equal(counts.emitter, LITERAL("door")));
    assert_int_equal(counts.waiting, 1);
    outbox_close(&outbox);
    end(&shelf);
}

/* Losses ------------------------------------------------------------------------------------ */

static void a_loss_is_told_once_however_a_crash_falls(void **state)
{
    struct shelf shelf;
    struct outbox_record record;
    (void)state;
    begin(&shelf);
    for (int i = 0; i < 3; i++) {
        must(outbox_drop(shelf.outbox));
    }
    /* Before its record came, and after. */
    shelf.outbox->note.saying = (struct saying){.number = 1, .loss = LOSS_FULL, .count = 3};
    must(outbox_keep(shelf.outbox, 0, false));
    reopen(&shelf);
    assert_int_equal(outbox_counts(shelf.outbox).unsaid[LOSS_FULL], 3);
    shelf.outbox->note.saying = (struct saying){.number = 1, .loss = LOSS_FULL, .count = 3};
    must(outbox_keep(shelf.outbox, 0, false));
    must(add(&shelf, "stands for the record that tells of it"));
    reopen(&shelf);
    assert_int_equal(outbox_counts(shelf.outbox).unsaid[LOSS_FULL], 0);
    assert_int_equal(outbox_counts(shelf.outbox).lost, 3);
    must(outbox_drop(shelf.outbox));
    must(outbox_say_losses(shelf.outbox));
    must(outbox_say_losses(shelf.outbox));
    assert_int_equal(outbox_counts(shelf.outbox).waiting, 2);
    must(outbox_read(shelf.outbox, 2, &record));
    const char *expected = "{\"count\":1,\"why\":\"the spool was full\"}";
    assert_int_equal(record.body.size, SALT_SIZE + strlen(expected));
    assert_memory_equal(record.body.data + SALT_SIZE, expected, strlen(expected));
    end(&shelf);
}

static void that_a_telling_is_refused_is_not_told(void **state)
{
    struct shelf shelf;
    (void)state;
    begin(&shelf);
    must(outbox_drop(shelf.outbox));
    must(outbox_say_losses(shelf.outbox));
    meet(&shelf, 0, 0);
    must(outbox_refuse(shelf.outbox, "no"));
    must(outbox_say_losses(shelf.outbox));
    assert_int_equal(outbox_counts(shelf.outbox).waiting, 0);
    must(add(&shelf, "one"));
    must(outbox_refuse(shelf.outbox, "no"));
    must(outbox_say_losses(shelf.outbox));
    assert_int_equal(outbox_counts(shelf.outbox).waiting, 1);
    assert_int_equal(outbox_counts(shelf.outbox).lost, 2);
    end(&shelf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_is_read_as_it_was_written_and_no_shorter),
        cmocka_unit_test(the_longest_note_has_room),
        cmocka_unit_test(the_same_records_give_the_same_submission_after_a_restart),
        cmocka_unit_test(large_events_are_packed_as_far_as_a_submission_goes),
        cmocka_unit_test(a_record_is_read_from_its_own_bytes_only),
        cmocka_unit_test(what_the_log_would_refuse_is_refused_before_it_waits),
        cmocka_unit_test(a_spool_is_its_emitters_own),
        cmocka_unit_test(a_loss_is_told_once_however_a_crash_falls),
        cmocka_unit_test(that_a_telling_is_refused_is_not_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
