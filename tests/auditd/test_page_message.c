/*
 * The door's question and the reader's answer: as they were said, or not at all.
 */
#include "auditd/page_message.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static char memory[PAGE_FRAME_MAX];

static struct bytes payload_of(const struct text *frame)
{
    return bytes_of(frame->data + FRAME_HEAD, frame->size - FRAME_HEAD);
}

static struct bytes answer_payload(const struct page_answer *answer)
{
    struct text out = TEXT_IN(memory);
    page_answer_put(&out, 7, answer);
    assert_false(out.full);
    return payload_of(&out);
}

static void a_question_arrives_as_it_was_asked(void **unused)
{
    (void)unused;
    struct text out = TEXT_IN(memory);
    const struct page_request asked = {
        .only_head = true,
        .has_certificate = true,
        .certificate = {{1, 2, 3}},
        .target = LITERAL("/events?q=a"),
        .secret = LITERAL("SECRET"),
        .address = LITERAL("2001:db8::1"),
        .refused = LITERAL("certificate revoked"),
    };
    page_request_put(&out, 7, &asked);
    struct page_request read;
    assert_false(failed(page_request_decode(payload_of(&out), &read)));
    assert_true(read.only_head && !read.secure && read.has_certificate);
    assert_true(digest_equal(&read.certificate, &asked.certificate));
    assert_true(bytes_equal(read.target, asked.target));
    assert_true(bytes_equal(read.secret, asked.secret));
    assert_true(bytes_equal(read.address, asked.address));
    assert_true(bytes_equal(read.refused, asked.refused));
    /* Cut anywhere, it is none. */
    struct bytes payload = payload_of(&out);
    for (size_t size = 0; size < payload.size; size++) {
        assert_int_equal(page_request_decode(bytes_of(payload.data, size), &read).code,
                         STATUS_MALFORMED);
    }
}

static void the_longest_question_has_room(void **unused)
{
    (void)unused;
    static char target[PAGE_TARGET_MAX], secret[PAGE_SECRET_MAX], address[PAGE_ADDRESS_MAX];
    struct text out = TEXT_IN(memory);
    const struct page_request asked = {
        .has_certificate = true,
        .target = bytes_of(target, sizeof target),
        .secret = bytes_of(secret, sizeof secret),
        .address = bytes_of(address, sizeof address),
    };
    struct page_request read;
    page_request_put(&out, 7, &asked);
    assert_false(out.full);
    assert_false(failed(page_request_decode(payload_of(&out), &read)));
}

static void an_answer_arrives_as_it_was_said(void **unused)
{
    (void)unused;
    const struct page_answer said = {
        .status = 503,
        .type = LITERAL("text/html; charset=utf-8"),
        .download = LITERAL("a.csv"),
        .secret = LITERAL("SECRET"),
        .location = LITERAL("/"),
        .retry_after_s = 5,
        .immutable = true,
        .size = PAGE_BODY_MAX,
    };
    struct page_answer read;
    struct bytes payload = answer_payload(&said);
    assert_false(failed(page_answer_decode(payload, &read)));
    assert_int_equal(read.status, said.status);
    assert_int_equal(read.retry_after_s, said.retry_after_s);
    assert_true(read.immutable && read.size == said.size);
    assert_true(bytes_equal(read.type, said.type) && bytes_equal(read.download, said.download));
    assert_true(bytes_equal(read.secret, said.secret));
    assert_true(bytes_equal(read.location, said.location));
    for (size_t size = 0; size < payload.size; size++) {
        assert_true(failed(page_answer_decode(bytes_of(payload.data, size), &read)));
    }
}

/* A reader that was taken over cannot write header fields of its own. */
static void an_answer_that_would_end_a_field_is_none(void **unused)
{
    (void)unused;
    const struct page_answer good = {.status = 200};
    struct page_answer bad[] = {good, good, good, good, good, good, good};
    bad[0].type = LITERAL("text/html\r\nSet-Cookie: a=b");
    bad[1].download = LITERAL("a\nb");
    bad[2].secret = LITERAL("a\rb");
    bad[3].location = LITERAL("/\x80");
    bad[4].status = 199;
    bad[5].status = 600;
    bad[6].size = (uint64_t)PAGE_BODY_MAX + 1;
    struct page_answer read;
    assert_false(failed(page_answer_decode(answer_payload(&good), &read)));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(page_answer_decode(answer_payload(&bad[i]), &read).code, STATUS_MALFORMED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_arrives_as_it_was_asked),
        cmocka_unit_test(the_longest_question_has_room),
        cmocka_unit_test(an_answer_arrives_as_it_was_said),
        cmocka_unit_test(an_answer_that_would_end_a_field_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
