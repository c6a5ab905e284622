/*
 * Messages: each is read as it was written, and no part of one is taken for it.
 */
#include "schema/wire/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    MOST = 1024,
};

static void a_status_arrives_with_its_reason(void **unused)
{
    (void)unused;
    char memory[MOST], why_memory[WIRE_SENTENCE_MAX];
    struct text text = TEXT_IN(memory), why = TEXT_IN(why_memory);
    wire_put_status(&text, FAIL_BECAUSE(DIVERGED, 17, "another one"));
    struct wire_reader reader = wire_read(text_bytes(&text));
    struct wire_status sent = wire_get_status(&reader);
    struct status status = wire_status_is(&sent, &why);
    assert_int_equal(wire_end(&reader).code, STATUS_OK);
    assert_int_equal(status.code, STATUS_DIVERGED);
    assert_int_equal(status.at, 17);
    assert_string_equal(status.why, "another one");
}

static void every_code_has_its_name(void **unused)
{
    (void)unused;
    static const enum status_code codes[] = {
#define STATUS(name, sentence, at) STATUS_##name,
#include "schema/status.def"
    };
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        char memory[MOST], why_memory[WIRE_SENTENCE_MAX];
        struct text text = TEXT_IN(memory), why = TEXT_IN(why_memory);
        wire_put_status(&text, (struct status){.code = codes[i]});
        struct wire_reader reader = wire_read(text_bytes(&text));
        struct wire_status sent = wire_get_status(&reader);
        assert_int_equal(wire_status_is(&sent, &why).code, codes[i]);
    }
}

static void an_unknown_code_is_a_failure_all_the_same(void **unused)
{
    (void)unused;
    char memory[WIRE_SENTENCE_MAX];
    struct text why = TEXT_IN(memory);
    struct wire_status sent = {.code = LITERAL("\x1bTOMORROW")};
    struct status status = wire_status_is(&sent, &why);
    assert_int_equal(status.code, STATUS_STOPPED);
    assert_string_equal(status.why, "\\x1bTOMORROW");
}

static void a_receipt_is_read_as_written_and_not_when_cut(void **unused)
{
    (void)unused;
    char memory[MOST];
    struct text text = TEXT_IN(memory);
    struct wire_receipt receipt;
    wire_put_receipt(&text, OK, true, 40, 3);
    assert_int_equal(wire_receipt_decode(text_bytes(&text), &receipt).code, STATUS_OK);
    assert_true(receipt.already);
    assert_int_equal(receipt.first, 40);
    assert_int_equal(receipt.count, 3);
    for (size_t size = 0; size < text.size; size++) {
        assert_true(failed(wire_receipt_decode(bytes_of(text.data, size), &receipt)));
    }
}

static void a_head_is_read_as_written(void **unused)
{
    (void)unused;
    char memory[MOST];
    struct text text = TEXT_IN(memory);
    struct wire_head head = {.emitter = LITERAL("door"), .emitter_n = 9}, read;
    memset(head.chain.sha256, 0xa5, DIGEST_SIZE);
    wire_put_head(&text, &head);
    assert_int_equal(wire_head_decode(text_bytes(&text), &read).code, STATUS_OK);
    assert_true(bytes_equal(read.emitter, head.emitter));
    assert_true(digest_equal(&read.chain, &head.chain));
    assert_int_equal(read.emitter_n, 9);
}

static void a_verdict_is_read_as_written(void **unused)
{
    (void)unused;
    char memory[MOST];
    struct text text = TEXT_IN(memory);
    struct wire_verdict verdict = {.refused = LITERAL("DRV-14d"),
                                   .first = 5,
                                   .count = 1,
                                   .bulk = LITERAL("bulk:5"),
                                   .done = 2,
                                   .items_refused = 1};
    struct wire_verdict read;
    wire_put_verdict(&text, &verdict, OK);
    struct wire_reader reader = wire_read(text_bytes(&text));
    wire_get_verdict(&reader, &read);
    assert_int_equal(wire_end(&reader).code, STATUS_OK);
    assert_true(bytes_equal(read.refused, verdict.refused));
    assert_true(bytes_equal(read.bulk, verdict.bulk));
    assert_int_equal(read.first + read.count + read.done + read.items_refused, 9);
}

static void a_note_is_read_as_written_and_not_when_cut(void **unused)
{
    (void)unused;
    char memory[MOST];
    struct text text = TEXT_IN(memory);
    struct wire_note note = {.kind = LITERAL("audit.query_run"),
                             .version = 1,
                             .on_count = 2,
                             .on = {LITERAL("log:0"), LITERAL("user:4")},
                             .body = LITERAL("{}"),
                             .source = LITERAL("10.0.0.1"),
                             .at_utc_us = 12};
    struct wire_note read;
    wire_put_note(&text, &note);
    assert_int_equal(wire_note_decode(text_bytes(&text), &read).code, STATUS_OK);
    assert_true(bytes_equal(read.kind, note.kind) && bytes_equal(read.body, note.body));
    assert_true(bytes_equal(read.on[1], note.on[1]) && bytes_equal(read.source, note.source));
    assert_int_equal(read.at_utc_us, note.at_utc_us);
    for (size_t size = 0; size < text.size; size++) {
        assert_true(failed(wire_note_decode(bytes_of(text.data, size), &read)));
    }
}

static void a_peer_is_read_as_written(void **unused)
{
    (void)unused;
    char memory[MOST];
    struct text text = TEXT_IN(memory);
    struct wire_peer peer = {1, 1000, 1001, 77, LITERAL("gw.example"), LITERAL("::1")}, read;
    wire_put_peer(&text, &peer);
    struct wire_reader reader = wire_read(text_bytes(&text));
    wire_get_peer(&reader, &read);
    assert_int_equal(wire_end(&reader).code, STATUS_OK);
    assert_int_equal(read.uid, 1000);
    assert_int_equal(read.gid, 1001);
    assert_int_equal(read.process, 77);
    assert_true(bytes_equal(read.name, peer.name) && bytes_equal(read.source, peer.source));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_status_arrives_with_its_reason),
        cmocka_unit_test(every_code_has_its_name),
        cmocka_unit_test(an_unknown_code_is_a_failure_all_the_same),
        cmocka_unit_test(a_receipt_is_read_as_written_and_not_when_cut),
        cmocka_unit_test(a_head_is_read_as_written),
        cmocka_unit_test(a_verdict_is_read_as_written),
        cmocka_unit_test(a_note_is_read_as_written_and_not_when_cut),
        cmocka_unit_test(a_peer_is_read_as_written),
    };
    return cmocka_run_group_tests_name("schema/wire/message", tests, NULL, NULL);
}
