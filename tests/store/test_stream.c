/*
 * Streams: what one side seals the other opens, once and in order; whatever is done to the bytes in
 * between is seen.
 */
#include "store/key.h"
#include "store/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    MOST = 512,
};

struct pair {
    struct stream *caller, *answerer;
};

static struct digest said_of(uint8_t first)
{
    return (struct digest){.sha256 = {first}};
}

static void open_pair(struct pair *pair, uint8_t caller_said, uint8_t answerer_said)
{
    struct secret_bytes *a = NULL, *b = NULL;
    struct digest said = said_of(caller_said), other = said_of(answerer_said);
    assert_int_equal(secret_bytes_make(&a).code, STATUS_OK);
    assert_int_equal(secret_bytes_make(&b).code, STATUS_OK);
    struct receive_key a_half = receive_key_of(a), b_half = receive_key_of(b);
    assert_int_equal(stream_open(STREAM_CALLER, a, &b_half, &said, &pair->caller).code, STATUS_OK);
    assert_int_equal(stream_open(STREAM_ANSWERER, b, &a_half, &other, &pair->answerer).code,
                     STATUS_OK);
    secret_bytes_close(&a);
    secret_bytes_close(&b);
}

static void close_pair(struct pair *pair)
{
    stream_close(&pair->caller);
    stream_close(&pair->answerer);
}

static struct bytes seal(struct stream *stream, const char *plain, bool last, struct text *out)
{
    text_clear(out);
    assert_int_equal(stream_seal(stream, bytes_of_string(plain), last, out).code, STATUS_OK);
    return text_bytes(out);
}

static void records_arrive_in_both_directions_and_the_last_is_known(void **unused)
{
    (void)unused;
    static const char *const words[] = {"", "a", "hello", "the last one"};
    struct pair pair;
    open_pair(&pair, 1, 1);
    for (size_t i = 0; i < 4; i++) {
        char memory[MOST], plain_memory[MOST];
        struct text record = TEXT_IN(memory), plain = TEXT_IN(plain_memory);
        bool last = false;
        for (int way = 0; way < 2; way++) {
            struct stream *from = way == 0 ? pair.caller : pair.answerer;
            struct stream *to = way == 0 ? pair.answerer : pair.caller;
            struct bytes bytes = seal(from, words[i], i == 3, &record);
            assert_int_equal(stream_unseal(to, bytes, &plain, &last).code, STATUS_OK);
            assert_true(bytes_equal(text_bytes(&plain), bytes_of_string(words[i])));
            assert_int_equal(last, i == 3);
        }
    }
    close_pair(&pair);
}

static void no_bit_of_a_record_can_be_changed_and_no_part_is_one(void **unused)
{
    (void)unused;
    char memory[MOST], plain_memory[MOST];
    struct text record = TEXT_IN(memory), plain = TEXT_IN(plain_memory);
    for (size_t bit = 0; bit < 8 * (STREAM_HEAD + STREAM_EXTRA + 3); bit++) {
        struct pair pair;
        bool last;
        open_pair(&pair, 1, 1);
        struct bytes bytes = seal(pair.caller, "key", false, &record);
        assert_true(failed(stream_unseal(pair.caller, bytes, &plain, &last))); /* its own */
        memory[bit / 8] = (char)(memory[bit / 8] ^ 1 << bit % 8);
        assert_int_equal(stream_unseal(pair.answerer, bytes, &plain, &last).code, STATUS_CORRUPT);
        memory[bit / 8] = (char)(memory[bit / 8] ^ 1 << bit % 8);
        assert_true(failed(stream_unseal(pair.answerer, bytes, &plain, &last))); /* it stays so */
        close_pair(&pair);
    }
    for (size_t size = 0; size < STREAM_HEAD + STREAM_EXTRA + 3; size++) {
        struct pair pair;
        bool last;
        open_pair(&pair, 1, 1);
        struct bytes bytes = seal(pair.caller, "key", false, &record);
        assert_true(
            failed(stream_unseal(pair.answerer, bytes_of(bytes.data, size), &plain, &last)));
        close_pair(&pair);
    }
}

static void nothing_is_repeated_left_out_or_put_after_the_last(void **unused)
{
    (void)unused;
    char one_memory[MOST], two_memory[MOST], plain_memory[MOST];
    struct text one = TEXT_IN(one_memory), two = TEXT_IN(two_memory), plain = TEXT_IN(plain_memory);
    struct pair pair;
    bool last;
    open_pair(&pair, 1, 1);
    (void)seal(pair.caller, "one", false, &one);
    (void)seal(pair.caller, "two", false, &two);
    assert_true(failed(stream_unseal(pair.answerer, text_bytes(&two), &plain, &last)));
    close_pair(&pair);

    open_pair(&pair, 1, 1);
    (void)seal(pair.caller, "one", false, &one);
    assert_int_equal(stream_unseal(pair.answerer, text_bytes(&one), &plain, &last).code, STATUS_OK);
    assert_true(failed(stream_unseal(pair.answerer, text_bytes(&one), &plain, &last)));
    close_pair(&pair);

    open_pair(&pair, 1, 1);
    (void)seal(pair.caller, "one", true, &one);
    assert_int_equal(stream_unseal(pair.answerer, text_bytes(&one), &plain, &last).code, STATUS_OK);
    assert_true(failed(stream_unseal(pair.answerer, text_bytes(&one), &plain, &last)));
    close_pair(&pair);
}

static void who_has_heard_something_else_reads_nothing(void **unused)
{
    (void)unused;
    char memory[MOST], plain_memory[MOST];
    struct text record = TEXT_IN(memory), plain = TEXT_IN(plain_memory);
    struct pair pair;
    bool last;
    open_pair(&pair, 1, 2);
    assert_true(failed(
        stream_unseal(pair.answerer, seal(pair.caller, "key", false, &record), &plain, &last)));
    close_pair(&pair);
}

static void a_point_of_small_order_opens_nothing(void **unused)
{
    (void)unused;
    struct secret_bytes *own = NULL;
    struct stream *stream = NULL;
    struct digest said = said_of(1);
    const struct receive_key zero = {{0}};
    assert_int_equal(secret_bytes_make(&own).code, STATUS_OK);
    assert_int_equal(stream_open(STREAM_CALLER, own, &zero, &said, &stream).code, STATUS_KEY);
    assert_null(stream);
    secret_bytes_close(&own);
}

static void what_does_not_fit_is_refused_and_nothing_is_lost(void **unused)
{
    (void)unused;
    char small[STREAM_HEAD + STREAM_EXTRA], memory[MOST], plain_memory[MOST];
    struct text tiny = TEXT_IN(small), record = TEXT_IN(memory), plain = TEXT_IN(plain_memory);
    struct pair pair;
    bool last;
    open_pair(&pair, 1, 1);
    assert_int_equal(stream_seal(pair.caller, LITERAL("key"), false, &tiny).code, STATUS_LIMIT);
    struct bytes bytes = seal(pair.caller, "key", false, &record);
    assert_int_equal(stream_unseal(pair.answerer, bytes, &plain, &last).code, STATUS_OK);
    assert_true(bytes_equal(text_bytes(&plain), LITERAL("key")));
    close_pair(&pair);
}

static int start(void **unused)
{
    (void)unused;
    return failed(key_library_start());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_arrive_in_both_directions_and_the_last_is_known),
        cmocka_unit_test(no_bit_of_a_record_can_be_changed_and_no_part_is_one),
        cmocka_unit_test(nothing_is_repeated_left_out_or_put_after_the_last),
        cmocka_unit_test(who_has_heard_something_else_reads_nothing),
        cmocka_unit_test(a_point_of_small_order_opens_nothing),
        cmocka_unit_test(what_does_not_fit_is_refused_and_nothing_is_lost),
    };
    return cmocka_run_group_tests_name("store/stream", tests, start, NULL);
}
