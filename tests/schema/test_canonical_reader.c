/*
 * The pulling reader: what it hands out, what it says is wrong, and that one failure is the last.
 */
#include "schema/canonical.h"
#include "schema/time.h"
#include "tests/schema/random_record.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void strings_come_back_whatever_is_in_them(void **unused)
{
    (void)unused;
    struct random random = {.state = 23};
    for (size_t round = 0; round < 50000; round++) {
        char value_memory[64], memory[512];
        _Alignas(8) uint8_t arena_memory[512];
        struct text value = TEXT_IN(value_memory), text = TEXT_IN(memory);
        struct arena arena = ARENA_IN(arena_memory);
        for (uint64_t i = random_below(&random, 60); i > 0; i--) {
            text_put_char(&value, (char)random_below(&random, 0x80));
        }
        canonical_put_string(&text, text_bytes(&value));
        struct canonical_reader reader = canonical_reader_of(text_bytes(&text));
        struct bytes back = canonical_string(&reader, &arena);
        assert_false(failed(canonical_end(&reader)));
        assert_true(bytes_equal(back, text_bytes(&value)));
    }
}

static void a_string_without_escapes_is_lent_from_the_input(void **unused)
{
    (void)unused;
    struct arena none = {0};
    struct bytes text = LITERAL("\"stone\"");
    struct canonical_reader reader = canonical_reader_of(text);
    struct bytes string = canonical_string(&reader, &none);
    assert_ptr_equal(string.data, text.data + 1);
    assert_int_equal(string.size, 5);
    assert_false(none.full);
}

static void a_string_that_the_arena_cannot_hold_is_empty(void **unused)
{
    (void)unused;
    _Alignas(8) uint8_t memory[8];
    struct arena arena = ARENA_IN(memory);
    struct canonical_reader reader = canonical_reader_of(LITERAL("\"12345678\\n\""));
    assert_int_equal(canonical_string(&reader, &arena).size, 0);
    assert_true(arena.full);
}

static void a_plain_string_has_no_escapes(void **unused)
{
    (void)unused;
    struct canonical_reader reader = canonical_reader_of(LITERAL("\"a\\nb\""));
    assert_int_equal(canonical_plain(&reader).size, 0);
    assert_true(failed(canonical_end(&reader)));
    reader = canonical_reader_of(LITERAL("\"a/b\""));
    assert_true(bytes_equal(canonical_plain(&reader), LITERAL("a/b")));
    assert_false(failed(canonical_end(&reader)));
}

static void members_are_asked_for_in_their_order(void **unused)
{
    (void)unused;
    struct canonical_reader reader = canonical_reader_of(LITERAL("{\"a\":1,\"bb\":2,\"d\":true}"));
    canonical_open_object(&reader);
    CANONICAL_REQUIRE(&reader, "a");
    assert_int_equal(canonical_integer(&reader), 1);
    assert_false(CANONICAL_MEMBER(&reader, "b"));
    assert_true(CANONICAL_MEMBER(&reader, "bb"));
    assert_int_equal(canonical_integer(&reader), 2);
    assert_false(CANONICAL_MEMBER(&reader, "c"));
    CANONICAL_REQUIRE(&reader, "d");
    assert_true(canonical_boolean(&reader));
    assert_false(CANONICAL_MEMBER(&reader, "e"));
    canonical_close_object(&reader);
    assert_false(failed(canonical_end(&reader)));
}

static void an_unknown_member_fails_where_it_stands(void **unused)
{
    (void)unused;
    struct canonical_reader reader = canonical_reader_of(LITERAL("{\"a\":1,\"x\":2}"));
    canonical_open_object(&reader);
    CANONICAL_REQUIRE(&reader, "a");
    (void)canonical_integer(&reader);
    canonical_close_object(&reader);
    struct status status = canonical_end(&reader);
    assert_int_equal(status.code, STATUS_MALFORMED);
    assert_int_equal(status.at, 6);
}

static void a_missing_member_fails(void **unused)
{
    (void)unused;
    const struct bytes texts[] = {LITERAL("{}"), LITERAL("{\"aa\":1}"), LITERAL("{\"a\""),
                                  LITERAL("{,\"a\":1}"), LITERAL("[]")};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct canonical_reader reader = canonical_reader_of(texts[i]);
        canonical_open_object(&reader);
        CANONICAL_REQUIRE(&reader, "a");
        assert_true(failed(canonical_end(&reader)));
    }
}

static void elements_come_one_after_the_other(void **unused)
{
    (void)unused;
    struct canonical_reader reader = canonical_reader_of(LITERAL("[[],[1],[1,2,3]]"));
    unsigned arrays = 0, numbers = 0;
    canonical_open_array(&reader);
    while (canonical_element(&reader)) {
        arrays++;
        canonical_open_array(&reader);
        while (canonical_element(&reader)) {
            numbers += canonical_integer(&reader) > 0;
        }
    }
    assert_false(failed(canonical_end(&reader)));
    assert_int_equal(arrays, 3);
    assert_int_equal(numbers, 4);
}

static void integers_go_up_to_2_to_the_53_less_1(void **unused)
{
    (void)unused;
    struct canonical_reader reader = canonical_reader_of(LITERAL("9007199254740991"));
    assert_true(canonical_integer(&reader) == CANONICAL_INTEGER_MAX);
    assert_false(failed(canonical_end(&reader)));
    reader = canonical_reader_of(LITERAL("[9007199254740992]"));
    canonical_open_array(&reader);
    assert_true(canonical_element(&reader));
    assert_true(canonical_integer(&reader) == 0);
    assert_int_equal(canonical_end(&reader).at, 1);
}

static void digests_times_and_bytes_are_read_in_their_one_form(void **unused)
{
    (void)unused;
    char memory[256];
    _Alignas(8) uint8_t arena_memory[64];
    struct text text = TEXT_IN(memory);
    struct arena arena = ARENA_IN(arena_memory);
    const struct digest digest = {.sha256 = {1, 2, 3}};
    text_put_char(&text, '[');
    canonical_put_base64(&text, BYTES(digest.sha256));
    text_put_char(&text, ',');
    canonical_put_time(&text, UINT64_C(1773093480123456));
    text_put_char(&text, ',');
    canonical_put_base64(&text, LITERAL("stone"));
    text_put_char(&text, ']');
    struct canonical_reader reader = canonical_reader_of(text_bytes(&text));
    canonical_open_array(&reader);
    assert_true(canonical_element(&reader));
    struct digest back = canonical_digest(&reader);
    assert_true(digest_equal(&digest, &back));
    assert_true(canonical_element(&reader));
    assert_true(canonical_time(&reader) == UINT64_C(1773093480123456));
    assert_true(canonical_element(&reader));
    assert_true(bytes_equal(canonical_base64(&reader, &arena), LITERAL("stone")));
    assert_false(canonical_element(&reader));
    assert_false(failed(canonical_end(&reader)));
}

static void a_value_of_another_type_is_empty_and_fails(void **unused)
{
    (void)unused;
    const struct bytes texts[] = {LITERAL("{}"), LITERAL("[]"), LITERAL("\"x\""),
                                  LITERAL("\"Zg=\""), LITERAL("")};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        _Alignas(8) uint8_t memory[64];
        struct arena arena = ARENA_IN(memory);
        struct canonical_reader readers[5];
        for (size_t k = 0; k < 5; k++) {
            readers[k] = canonical_reader_of(texts[i]);
        }
        assert_true(canonical_integer(&readers[0]) == 0);
        assert_false(canonical_boolean(&readers[1]));
        assert_true(canonical_time(&readers[2]) == 0);
        struct digest digest = canonical_digest(&readers[3]);
        assert_memory_equal(digest.sha256, (struct digest){0}.sha256, DIGEST_SIZE);
        assert_int_equal(canonical_base64(&readers[4], &arena).size, 0);
        for (size_t k = 0; k < 5; k++) {
            assert_int_equal(canonical_end(&readers[k]).code, STATUS_MALFORMED);
        }
    }
}

/* After a failure at every byte of a text, everything that is asked finds nothing. */
static void a_reader_that_has_failed_reads_nothing_more(void **unused)
{
    (void)unused;
    struct bytes text = LITERAL("{\"a\":[1,\"x\",true],\"b\":{}}");
    for (size_t at = 0; at <= text.size; at++) {
        _Alignas(8) uint8_t memory[64];
        struct arena arena = ARENA_IN(memory);
        struct canonical_reader reader = canonical_reader_of(text);
        reader.at += at;
        canonical_fail(&reader, "the first");
        canonical_fail(&reader, "the second");
        canonical_open_object(&reader);
        assert_false(CANONICAL_MEMBER(&reader, "a"));
        CANONICAL_REQUIRE(&reader, "b");
        canonical_open_array(&reader);
        assert_false(canonical_element(&reader));
        assert_true(canonical_integer(&reader) == 0);
        assert_false(canonical_boolean(&reader));
        assert_int_equal(canonical_string(&reader, &arena).size, 0);
        assert_int_equal(canonical_plain(&reader).size, 0);
        assert_int_equal(canonical_base64(&reader, &arena).size, 0);
        assert_true(canonical_time(&reader) == 0);
        assert_int_equal(canonical_skip(&reader).size, 0);
        canonical_close_object(&reader);
        struct status status = canonical_end(&reader);
        assert_string_equal(status.why, "the first");
        assert_int_equal(status.at, at);
    }
}

static void a_skipped_value_is_handed_out_whole(void **unused)
{
    (void)unused;
    struct bytes inner = LITERAL("{\"a\":[1,{\"b\":\"}]\"}],\"c\":false}");
    char memory[128];
    struct text text = TEXT_IN(memory);
    text_put_char(&text, '[');
    text_put_bytes(&text, inner);
    text_put_literal(&text, ",7]");
    struct canonical_reader reader = canonical_reader_of(text_bytes(&text));
    canonical_open_array(&reader);
    assert_true(canonical_element(&reader));
    assert_true(bytes_equal(canonical_skip(&reader), inner));
    assert_true(canonical_element(&reader));
    assert_int_equal(canonical_integer(&reader), 7);
    assert_false(canonical_element(&reader));
    assert_false(failed(canonical_end(&reader)));
}

static void depth_counts_from_the_outermost_bracket(void **unused)
{
    (void)unused;
    struct canonical_reader reader = canonical_reader_of(LITERAL("[[[[[[[[[]]]]]]]]]"));
    canonical_open_array(&reader);
    assert_true(canonical_element(&reader));
    assert_int_equal(canonical_skip(&reader).size, 0);
    assert_int_equal(canonical_end(&reader).at, JSON_DEPTH_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_come_back_whatever_is_in_them),
        cmocka_unit_test(a_string_without_escapes_is_lent_from_the_input),
        cmocka_unit_test(a_string_that_the_arena_cannot_hold_is_empty),
        cmocka_unit_test(a_plain_string_has_no_escapes),
        cmocka_unit_test(members_are_asked_for_in_their_order),
        cmocka_unit_test(an_unknown_member_fails_where_it_stands),
        cmocka_unit_test(a_missing_member_fails),
        cmocka_unit_test(elements_come_one_after_the_other),
        cmocka_unit_test(integers_go_up_to_2_to_the_53_less_1),
        cmocka_unit_test(digests_times_and_bytes_are_read_in_their_one_form),
        cmocka_unit_test(a_value_of_another_type_is_empty_and_fails),
        cmocka_unit_test(a_reader_that_has_failed_reads_nothing_more),
        cmocka_unit_test(a_skipped_value_is_handed_out_whole),
        cmocka_unit_test(depth_counts_from_the_outermost_bracket),
    };
    return cmocka_run_group_tests_name("schema/canonical reader", tests, NULL, NULL);
}
