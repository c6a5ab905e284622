/*
 * Bundles: what is read, written again, is the same; no byte can change and none be missing without
 * being told. With CAIRN_CAMPAIGN set, every byte of a log of 200 events.
 */
#include "store/bundle.h"
#include "tests/store/exported.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    EVENTS_SMALL = 12,
    EVENTS_LARGE = 1000,
    EVENTS_CAMPAIGN = 200,
    EVENTS_EACH_BYTE = 7, /* the emitters, and a user's command */
    LOOKS = 300,          /* at a big bundle */
};

static void expect_whole(const struct exported *exported, struct bytes bundle, bool threaded)
{
    struct verify_report report;
    must(verify_memory(engine_log_key(exported->engine), bundle, threaded, &report));
    for (uint64_t i = 0; i < report.finding_count && i < VERIFY_FINDINGS_MAX; i++) {
        print_message("event %llu: %s\n", (unsigned long long)report.findings[i].n,
                      report.findings[i].what);
    }
    assert_int_equal(report.finding_count, 0);
    assert_int_equal(report.checkpoints, 1);
    assert_int_equal(report.checkpointed, report.size);
    assert_int_equal(report.bodies, report.size);
    assert_int_equal(report.unsigned_events, 0);
    assert_true(report.commands >= 2);
    assert_true(report.submissions > report.commands);
}

enum {
    EVERY = CAIRN_SANITIZED ? 11 : 1, /* byte; a sanitizer takes nine times as long for each */
};

/* Whether somebody who has only the key is told that this is not what was exported. */
static bool is_refused(const struct public_key *key, struct bytes bundle)
{
    struct verify_report report = {0};
    struct status status = verify_memory(key, bundle, false, &report);
    if (failed(status)) {
        return status.code == STATUS_MALFORMED || status.code == STATUS_TRUNCATED;
    }
    return report.finding_count > 0;
}

static void expect_flips_refused(const struct exported *exported, struct growing *bundle,
                                 size_t step)
{
    const struct public_key *key = engine_log_key(exported->engine);
    for (size_t at = 0; at < bundle->size; at += step) {
        uint8_t mask = (uint8_t)(1u << (at / step % 8));
        bundle->data[at] ^= mask;
        if (!is_refused(key, bytes_of(bundle->data, bundle->size))) {
            fail_msg("the flipped byte %zu of %zu was not found", at, bundle->size);
        }
        bundle->data[at] ^= mask;
    }
    assert_false(is_refused(key, bytes_of(bundle->data, bundle->size)));
}

static void expect_cuts_refused(const struct exported *exported, const struct growing *bundle,
                                size_t step)
{
    const struct public_key *key = engine_log_key(exported->engine);
    for (size_t size = 0; size < bundle->size; size += step) {
        if (!is_refused(key, bytes_of(bundle->data, size))) {
            fail_msg("the bundle cut to %zu of %zu bytes was accepted", size, bundle->size);
        }
    }
}

static void a_whole_bundle_is_verified(void **state)
{
    struct exported *exported = *state;
    struct growing bundle = exported_bundle(exported, exported->size);
    expect_whole(exported, bytes_of(bundle.data, bundle.size), false);
    expect_whole(exported, bytes_of(bundle.data, bundle.size), true);
    growing_free(&bundle);
}

static void every_checkpoint_makes_a_bundle(void **state)
{
    struct exported *exported = *state;
    char memory[NOTE_MAX];
    for (uint64_t size = exported->size; size > 3;) {
        struct text note = TEXT_IN(memory);
        size = exported_checkpoint(exported, size, &note);
        if (size > 3) { /* commands come later */
            struct growing bundle = exported_bundle(exported, size);
            struct verify_report report;
            must(verify_memory(engine_log_key(exported->engine), bytes_of(bundle.data, bundle.size),
                               false, &report));
            assert_int_equal(report.finding_count, 0);
            assert_int_equal(report.size, size);
            growing_free(&bundle);
        }
        size--;
    }
}

static void what_is_read_written_again_is_the_same(void **state)
{
    struct exported *exported = *state;
    struct growing bundle = exported_bundle(exported, exported->size);
    struct growing again = {0};
    struct bundle_memory memory = {.bytes = bytes_of(bundle.data, bundle.size)};
    struct bundle_source source = bundle_from_memory(&memory);
    const struct bundle_sink sink = {.context = &again, .put = growing_put};
    struct bundle_reader *reader = NULL;
    struct bundle_event event;
    struct bytes note;
    must(bundle_reader_open(&source, &reader));
    must(bundle_put_head(&sink, bundle_reader_head(reader)));
    for (uint64_t n = 0; n < exported->size; n++) {
        must(bundle_reader_next(reader, &event));
        must(bundle_put_event(&sink, &event));
    }
    assert_int_equal(bundle_reader_next(reader, &event).code, STATUS_NOT_FOUND);
    must(bundle_reader_end(reader, &note));
    must(bundle_put_end(&sink, note));
    assert_true(bytes_equal(bytes_of(again.data, again.size), memory.bytes));
    bundle_reader_close(&reader);
    growing_free(&again);
    growing_free(&bundle);
}

/* A source that hands out a few bytes at a time, as a pipe may. */
static struct status read_little(void *context, uint8_t *out, size_t capacity, size_t *got)
{
    struct bundle_memory *memory = context;
    size_t left = memory->bytes.size - memory->at;
    size_t most = 1 + memory->at % 7;
    *got = left < most ? left : most;
    *got = *got < capacity ? *got : capacity;
    memcpy(out, memory->bytes.data + memory->at, *got);
    memory->at += *got;
    return OK;
}

static void a_source_may_hand_out_little_at_a_time(void **state)
{
    struct exported *exported = *state;
    struct growing bundle = exported_bundle(exported, exported->size);
    struct bundle_memory memory = {.bytes = bytes_of(bundle.data, bundle.size)};
    const struct bundle_source source = {.context = &memory, .read = read_little};
    struct verifier *verifier = NULL;
    struct bundle_head head;
    must(verifier_open(engine_log_key(exported->engine), &verifier));
    must(bundle_verify(&source, &(struct stream_options){0}, verifier, &head));
    assert_int_equal(verify_report_of(verifier)->finding_count, 0);
    assert_int_equal(verify_report_of(verifier)->size, exported->size);
    assert_int_equal(head.size, exported->size);
    assert_string_equal(head.origin, "test.example/log");
    verifier_close(&verifier);
    growing_free(&bundle);
}

static void an_erased_body_is_absent_and_breaks_nothing(void **state)
{
    struct exported *exported = *state;
    struct growing bundle = {0};
    char note_memory[NOTE_MAX];
    struct text note = TEXT_IN(note_memory);
    struct bundle_head head = {.size = exported_checkpoint(exported, exported->size, &note)};
    const struct bundle_sink sink = {.context = &bundle, .put = growing_put};
    struct log_snapshot *snapshot = NULL;
    struct verify_report report;
    snprintf(head.origin, sizeof head.origin, "test.example/log");
    must(log_snapshot_open(engine_log(exported->engine), &snapshot));
    must(bundle_put_head(&sink, &head));
    for (uint64_t n = 0; n < head.size; n++) {
        struct bundle_event event;
        must(log_read_raw(snapshot, n, &event.leaf, &event.body, &event.command));
        event.body = n == head.size - 1 ? (struct bytes){0} : event.body;
        must(bundle_put_event(&sink, &event));
    }
    must(bundle_put_end(&sink, text_bytes(&note)));
    must(verify_memory(engine_log_key(exported->engine), bytes_of(bundle.data, bundle.size), false,
                       &report));
    assert_int_equal(report.finding_count, 0);
    assert_int_equal(report.bodies_absent, 1);
    log_snapshot_close(&snapshot);
    growing_free(&bundle);
}

static void another_key_verifies_nothing(void **state)
{
    struct exported *exported = *state;
    struct growing bundle = exported_bundle(exported, exported->size);
    struct secret_key *other = NULL;
    struct verify_report report;
    must(secret_key_make(KEY_ED25519, "test.example/log", &other));
    must(verify_memory(secret_key_public(other), bytes_of(bundle.data, bundle.size), false,
                       &report));
    assert_true(report.finding_count > 0);
    assert_int_equal(report.checkpointed, 0);
    secret_key_close(&other);
    growing_free(&bundle);
}

static void the_first_bad_event_is_named(void **state)
{
    struct exported *exported = *state;
    struct growing bundle = exported_bundle(exported, exported->size);
    struct bundle_memory memory = {.bytes = bytes_of(bundle.data, bundle.size)};
    struct bundle_source source = bundle_from_memory(&memory);
    struct bundle_reader *reader = NULL;
    struct bundle_event event;
    must(bundle_reader_open(&source, &reader));
    for (uint64_t n = 0; n < exported->size; n++) {
        struct verify_report report;
        must(bundle_reader_next(reader, &event));
        uint8_t *body = memmem(bundle.data, bundle.size, event.body.data, event.body.size);
        assert_non_null(body);
        body[event.body.size - 2] ^= 1;
        must(verify_memory(engine_log_key(exported->engine), memory.bytes, false, &report));
        body[event.body.size - 2] ^= 1;
        assert_true(report.finding_count > 0);
        assert_int_equal(report.findings[0].n, n);
        assert_string_equal(report.findings[0].what, "the body is not what the leaf commits to");
    }
    bundle_reader_close(&reader);
    growing_free(&bundle);
}

static void every_flipped_byte_is_found(void **state)
{
    struct exported *exported = *state;
    struct growing bundle = exported_bundle(exported, EVENTS_EACH_BYTE);
    expect_flips_refused(exported, &bundle, EVERY);
    growing_free(&bundle);
}

static void every_cut_is_found(void **state)
{
    struct exported *exported = *state;
    struct growing bundle = exported_bundle(exported, EVENTS_EACH_BYTE);
    expect_cuts_refused(exported, &bundle, EVERY);
    growing_free(&bundle);
}

static void a_byte_after_the_end_is_found(void **state)
{
    struct exported *exported = *state;
    struct growing bundle = exported_bundle(exported, exported->size);
    must(growing_put(&bundle, LITERAL("\n")));
    assert_true(is_refused(engine_log_key(exported->engine), bytes_of(bundle.data, bundle.size)));
    growing_free(&bundle);
}

static void flips_and_cuts_of_a_big_bundle_are_found(void **state)
{
    (void)state;
    struct exported exported;
    exported_begin(&exported, KEY_ED25519, EVENTS_LARGE);
    struct growing bundle = exported_bundle(&exported, exported.size);
    expect_whole(&exported, bytes_of(bundle.data, bundle.size), true);
    size_t step = bundle.size / LOOKS | 1;
    expect_flips_refused(&exported, &bundle, step);
    expect_cuts_refused(&exported, &bundle, step);
    growing_free(&bundle);
    exported_end(&exported);
}

static void all_flips_of_the_campaign_are_found(void **state)
{
    (void)state;
    struct exported exported;
    if (getenv("CAIRN_CAMPAIGN") == NULL) {
        skip();
    }
    exported_begin(&exported, KEY_ECDSA_P256, EVENTS_CAMPAIGN);
    struct growing bundle = exported_bundle(&exported, exported.size);
    expect_flips_refused(&exported, &bundle, EVERY);
    expect_cuts_refused(&exported, &bundle, EVERY);
    growing_free(&bundle);
    exported_end(&exported);
}

static int make_small(void **state)
{
    struct exported *exported = malloc(sizeof *exported);
    exported_begin(exported, KEY_ED25519, EVENTS_SMALL);
    *state = exported;
    return 0;
}

static int remove_small(void **state)
{
    exported_end(*state);
    free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_bundle_is_verified),
        cmocka_unit_test(every_checkpoint_makes_a_bundle),
        cmocka_unit_test(what_is_read_written_again_is_the_same),
        cmocka_unit_test(a_source_may_hand_out_little_at_a_time),
        cmocka_unit_test(an_erased_body_is_absent_and_breaks_nothing),
        cmocka_unit_test(another_key_verifies_nothing),
        cmocka_unit_test(the_first_bad_event_is_named),
        cmocka_unit_test(every_flipped_byte_is_found),
        cmocka_unit_test(every_cut_is_found),
        cmocka_unit_test(a_byte_after_the_end_is_found),
        cmocka_unit_test(flips_and_cuts_of_a_big_bundle_are_found),
        cmocka_unit_test(all_flips_of_the_campaign_are_found),
    };
    return cmocka_run_group_tests_name("store/bundle", tests, make_small, remove_small);
}
