/*
 * The types of fields: what is read, what is written, and what order their bytes have in a key.
 */
#include "schema/field.h"
#include "tests/schema/random_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Reading --------------------------------------------------------------------------------- */

static void a_text_is_at_most_as_long_as_the_limit(void **unused)
{
    (void)unused;
    static char json[TEXT_FIELD_MAX + 3];
    static uint8_t memory[TEXT_FIELD_MAX + 8];
    memset(json, 'x', sizeof json);
    for (size_t size = TEXT_FIELD_MAX - 1; size <= TEXT_FIELD_MAX + 1; size++) {
        struct arena arena = ARENA_IN(memory);
        json[0] = json[size + 1] = '"';
        struct canonical_reader reader = canonical_reader_of(bytes_of(json, size + 2));
        struct bytes text = field_read_text(&reader, &arena);
        bool fits = size <= TEXT_FIELD_MAX;
        assert_int_equal(text.size, fits ? size : 0);
        assert_int_equal(failed(field_end(&reader, &arena)), !fits);
        json[size + 1] = 'x';
    }
}

static struct status read_id(const char *json, enum id_kind kind, enum id_kind creates,
                             struct id *out)
{
    struct canonical_reader reader = canonical_reader_of(bytes_of_string(json));
    *out = field_read_id(&reader, kind, creates);
    return canonical_end(&reader);
}

static void an_id_is_of_its_kind_or_of_any(void **unused)
{
    (void)unused;
    struct id id;
    assert_false(failed(read_id("\"user:7\"", ID_USER, ID_NONE, &id)));
    assert_true(id_equal(id, (struct id){ID_USER, 7}));
    assert_false(failed(read_id("\"user:7\"", ID_NONE, ID_NONE, &id)));
    struct status status = read_id("\"user:7\"", ID_LOG, ID_NONE, &id);
    assert_string_equal(status.why, "the id is of another kind");
    assert_int_equal(id.kind, ID_NONE);
}

static void a_new_id_is_of_the_kind_that_is_created(void **unused)
{
    (void)unused;
    struct id id;
    assert_false(failed(read_id("\"user:new\"", ID_USER, ID_USER, &id)));
    assert_true(id.n == ID_NEW);
    assert_true(failed(read_id("\"user:new\"", ID_USER, ID_NONE, &id)));
    assert_true(failed(read_id("\"log:new\"", ID_NONE, ID_USER, &id)));
    assert_true(failed(read_id("\"log:new\"", ID_LOG, ID_USER, &id)));
}

static void a_bad_value_is_reported_where_it_begins(void **unused)
{
    (void)unused;
    struct id id;
    assert_int_equal(read_id("\"user:07\"", ID_USER, ID_NONE, &id).at, 0);
    assert_int_equal(read_id("\"user:7", ID_USER, ID_NONE, &id).at, 7);
    assert_string_equal(read_id("7", ID_USER, ID_NONE, &id).why, "a string is expected here");
}

static void malformed_is_malformed_with_any_memory(void **unused)
{
    (void)unused;
    uint8_t memory[8];
    struct arena arena = ARENA_IN(memory);
    struct canonical_reader reader = canonical_reader_of(LITERAL("\"\\n0123456789abcdef\"x"));
    (void)field_read_text(&reader, &arena);
    assert_true(arena.full);
    assert_int_equal(field_end(&reader, &arena).code, STATUS_MALFORMED);
    reader = canonical_reader_of(LITERAL("\"\\n0123456789abcdef\""));
    (void)field_read_text(&reader, &arena);
    struct status status = field_end(&reader, &arena);
    assert_int_equal(status.code, STATUS_NO_MEMORY);
    assert_int_equal(status.at, sizeof memory);
}

static void a_list_without_memory_is_no_memory(void **unused)
{
    (void)unused;
    uint8_t memory[8];
    struct arena arena = ARENA_IN(memory);
    struct canonical_reader reader = canonical_reader_of(LITERAL("[1,2]"));
    size_t count = 99;
    assert_null(field_open_list(&reader, &arena, sizeof(uint64_t), &count));
    assert_int_equal(count, 0);
    field_close_list(&reader);
    assert_int_equal(field_end(&reader, &arena).code, STATUS_NO_MEMORY);
}

/* Writing --------------------------------------------------------------------------------- */

static void an_object_whose_first_member_is_unknown_is_opened_at_its_end(void **unused)
{
    (void)unused;
    char memory[32];
    struct text out = TEXT_IN(memory);
    field_put_object_end(&out, 0);
    assert_string_equal(text_string(&out), "{}");
    size_t start = out.size;
    text_put_literal(&out, ",\"a\":1");
    field_put_object_end(&out, start);
    assert_string_equal(text_string(&out), "{}{\"a\":1}");
}

static void an_object_that_does_not_fit_fills_its_text(void **unused)
{
    (void)unused;
    for (size_t capacity = 1; capacity < 9; capacity++) {
        char memory[16] = "";
        struct text out = {.data = memory, .capacity = capacity};
        text_put_literal(&out, ",\"a\":1");
        field_put_object_end(&out, 0);
        assert_int_equal(out.full, capacity < 8);
        assert_true(out.size < capacity);
    }
}

/* Keys ------------------------------------------------------------------------------------ */

static struct bytes random_bytes(struct random *random, uint8_t out[static 8])
{
    size_t size = random_below(random, 8);
    for (size_t i = 0; i < size; i++) {
        /* Few different bytes, so that one often begins with the other. */
        out[i] = (uint8_t)(random_below(random, 4) == 0 ? 255 : random_below(random, 3));
    }
    return bytes_of(out, size);
}

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

static void texts_have_the_same_order_in_a_key(void **unused)
{
    (void)unused;
    struct random random = {.state = 42};
    for (size_t i = 0; i < 200000; i++) {
        uint8_t a_memory[8], b_memory[8];
        char a_key_memory[64], b_key_memory[64];
        struct bytes a = random_bytes(&random, a_memory), b = random_bytes(&random, b_memory);
        struct text a_key = TEXT_IN(a_key_memory), b_key = TEXT_IN(b_key_memory);
        field_key_text(&a_key, a);
        field_key_text(&b_key, b);
        /* What follows in the key may be anything. */
        field_key_byte(&a_key, (uint8_t)random_below(&random, 256));
        field_key_byte(&b_key, (uint8_t)random_below(&random, 256));
        int order = sign(bytes_compare(a, b));
        if (order != 0) {
            int found = bytes_compare(text_bytes(&a_key), text_bytes(&b_key));
            assert_int_equal(sign(found), order);
        }
    }
}

static void no_two_pairs_of_texts_have_one_key(void **unused)
{
    (void)unused;
    struct random random = {.state = 43};
    for (size_t i = 0; i < 200000; i++) {
        uint8_t memory[4][8];
        char key_memory[2][64];
        struct bytes parts[4];
        struct text keys[2] = {TEXT_IN(key_memory[0]), TEXT_IN(key_memory[1])};
        for (size_t j = 0; j < 4; j++) {
            parts[j] = random_bytes(&random, memory[j]);
            field_key_text(&keys[j / 2], parts[j]);
        }
        bool same = bytes_equal(parts[0], parts[2]) && bytes_equal(parts[1], parts[3]);
        assert_int_equal(bytes_equal(text_bytes(&keys[0]), text_bytes(&keys[1])), same);
    }
}

static void numbers_have_the_same_order_in_a_key(void **unused)
{
    (void)unused;
    struct random random = {.state = 44};
    for (size_t i = 0; i < 100000; i++) {
        uint64_t a = random_below(&random, UINT64_MAX) >> random_below(&random, 50);
        uint64_t b = random_below(&random, UINT64_MAX) >> random_below(&random, 50);
        char a_memory[16], b_memory[16];
        struct text a_key = TEXT_IN(a_memory), b_key = TEXT_IN(b_memory);
        field_key_u64(&a_key, a);
        field_key_u64(&b_key, b);
        int found = bytes_compare(text_bytes(&a_key), text_bytes(&b_key));
        assert_int_equal(sign(found), (a > b) - (a < b));
    }
}

static void an_id_of_any_kind_has_its_kind_in_the_key(void **unused)
{
    (void)unused;
    char memory[32];
    struct text key = TEXT_IN(memory);
    field_key_id(&key, (struct id){ID_USER, 258});
    static const uint8_t expected[] = {'u', 's', 'e', 'r', 0, 0, 0, 0, 0, 0, 0, 1, 2};
    assert_int_equal(key.size, sizeof expected);
    assert_memory_equal(key.data, expected, sizeof expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_at_most_as_long_as_the_limit),
        cmocka_unit_test(an_id_is_of_its_kind_or_of_any),
        cmocka_unit_test(a_new_id_is_of_the_kind_that_is_created),
        cmocka_unit_test(a_bad_value_is_reported_where_it_begins),
        cmocka_unit_test(malformed_is_malformed_with_any_memory),
        cmocka_unit_test(a_list_without_memory_is_no_memory),
        cmocka_unit_test(an_object_whose_first_member_is_unknown_is_opened_at_its_end),
        cmocka_unit_test(an_object_that_does_not_fit_fills_its_text),
        cmocka_unit_test(texts_have_the_same_order_in_a_key),
        cmocka_unit_test(no_two_pairs_of_texts_have_one_key),
        cmocka_unit_test(numbers_have_the_same_order_in_a_key),
        cmocka_unit_test(an_id_of_any_kind_has_its_kind_in_the_key),
    };
    return cmocka_run_group_tests_name("schema/field", tests, NULL, NULL);
}
