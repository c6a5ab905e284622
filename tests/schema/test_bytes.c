/*
 * Slices, big-endian numbers, base64 and hexadecimal: one text for one value, nothing else is read.
 */
#include "schema/bytes.h"
#include "tests/schema/random_record.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    MOST = 64, /* bytes of a value tried */
};

static void a_prefix_comes_before_what_it_begins(void **unused)
{
    (void)unused;
    const struct bytes ordered[] = {
        {0},           LITERAL("\0"), LITERAL("a"),    LITERAL("a\0"),
        LITERAL("aa"), LITERAL("b"),  LITERAL("\x7f"), LITERAL("\x80"),
    };
    const size_t count = sizeof ordered / sizeof ordered[0];
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < count; k++) {
            int order = bytes_compare(ordered[i], ordered[k]);
            assert_int_equal(order < 0, i < k);
            assert_int_equal(order > 0, i > k);
            assert_int_equal(bytes_equal(ordered[i], ordered[k]), i == k);
        }
    }
}

static void numbers_are_big_endian_and_come_back(void **unused)
{
    (void)unused;
    uint8_t p[8];
    bytes_write_u16(p, 0x0102);
    assert_memory_equal(p, "\x01\x02", 2);
    bytes_write_u32(p, 0x01020304);
    assert_memory_equal(p, "\x01\x02\x03\x04", 4);
    bytes_write_u64(p, UINT64_C(0x0102030405060708));
    assert_memory_equal(p, "\x01\x02\x03\x04\x05\x06\x07\x08", 8);
    for (unsigned bit = 0; bit < 64; bit++) {
        uint64_t value = UINT64_C(1) << bit;
        bytes_write_u64(p, value);
        assert_true(bytes_read_u64(p) == value);
        bytes_write_u32(p, (uint32_t)value);
        assert_true(bytes_read_u32(p) == (uint32_t)value);
        bytes_write_u16(p, (uint16_t)value);
        assert_int_equal(bytes_read_u16(p), (uint16_t)value);
    }
}

/* Base64 -------------------------------------------------------------------------------------- */

static struct status read_base64(const char *text, uint8_t out[static MOST], size_t *size)
{
    return base64_read(bytes_of_string(text), out, MOST, size);
}

static void base64_is_that_of_rfc_4648(void **unused)
{
    (void)unused;
    static const char *const vectors[][2] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    };
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        char text[MOST] = {0};
        uint8_t value[MOST];
        size_t size;
        struct bytes bytes = bytes_of_string(vectors[i][0]);
        assert_int_equal(base64_write(text, bytes), strlen(vectors[i][1]));
        assert_int_equal(base64_size(bytes.size), strlen(vectors[i][1]));
        assert_string_equal(text, vectors[i][1]);
        assert_false(failed(read_base64(text, value, &size)));
        assert_true(bytes_equal(bytes_of(value, size), bytes));
    }
}

static void what_base64_writes_it_reads_back(void **unused)
{
    (void)unused;
    struct random random = {.state = 1};
    for (size_t round = 0; round < 2000; round++) {
        uint8_t value[MOST], back[MOST];
        char text[2 * MOST];
        size_t size = (size_t)random_below(&random, MOST + 1), back_size;
        for (size_t i = 0; i < size; i++) {
            value[i] = (uint8_t)random_below(&random, 256);
        }
        size_t text_size = base64_write(text, bytes_of(value, size));
        assert_false(failed(base64_read(bytes_of(text, text_size), back, size, &back_size)));
        assert_int_equal(back_size, size);
        assert_memory_equal(back, value, size);
    }
}

/* Of all texts of four characters, those that are read are those that are written. */
static void base64_has_one_text_for_one_value(void **unused)
{
    (void)unused;
    static const char some[] = "AQgw/+z09=-_ \n";
    const size_t count = sizeof some; /* and a NUL */
    size_t read = 0;
    for (size_t i = 0; i < count * count * count * count; i++) {
        const char text[4] = {some[i % count], some[i / count % count],
                              some[i / count / count % count], some[i / count / count / count]};
        uint8_t value[3];
        char again[4];
        size_t size;
        if (!failed(base64_read(bytes_of(text, 4), value, sizeof value, &size))) {
            assert_int_equal(base64_write(again, bytes_of(value, size)), 4);
            assert_memory_equal(again, text, 4);
            read++;
        }
    }
    /* Nine are digits; A, Q, g and w end with four zero bits, and those and 0 with two. */
    assert_int_equal(read, 9 * 9 * 9 * 9 + 9 * 9 * 5 + 9 * 4);
}

static void base64_that_is_not_canonical_is_refused_where_it_is_wrong(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        uint64_t at;
    } wrong[] = {
        {"Zh==", 1}, {"Zm9=", 2},      {"Zm9vZh==", 5}, {"Z===", 1}, {"====", 0},
        {"Zm8", 3},  {"Zm9v=", 5},     {"Zg==Zg==", 2}, {"Zm 9", 2}, {"Zm9-", 3},
        {"Zm9_", 3}, {"Zm9v\nZg=", 4}, {"Zm=v", 2},     {"=m9v", 0}, {"Zm9vZg=A", 6},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        uint8_t value[MOST];
        size_t size;
        struct status status = read_base64(wrong[i].text, value, &size);
        assert_int_equal(status.code, STATUS_MALFORMED);
        assert_int_equal(status.at, wrong[i].at);
        assert_non_null(status.why);
    }
}

static void base64_that_does_not_fit_is_a_limit(void **unused)
{
    (void)unused;
    uint8_t value[MOST];
    size_t size = 77;
    assert_int_equal(base64_read(LITERAL("Zm9v"), value, 2, &size).code, STATUS_LIMIT);
    assert_int_equal(size, 77);
    assert_false(failed(base64_read(LITERAL("Zm8="), value, 2, &size)));
    assert_false(failed(base64_read((struct bytes){0}, value, 0, &size)));
    assert_int_equal(size, 0);
}

static void a_digest_is_44_characters_and_untouched_by_a_failure(void **unused)
{
    (void)unused;
    struct digest digest = {.sha256 = {7}}, before = digest;
    char text[DIGEST_BASE64_SIZE + 1] = {0};
    assert_true(failed(base64_read_digest(LITERAL("Zm9v"), &digest)));
    (void)base64_write(text, BYTES(before.sha256));
    text[10] = '!';
    assert_true(failed(base64_read_digest(bytes_of_string(text), &digest)));
    assert_true(digest_equal(&digest, &before));
    text[10] = 'B';
    assert_false(failed(base64_read_digest(bytes_of_string(text), &digest)));
    assert_false(digest_equal(&digest, &before));
}

/* Hexadecimal --------------------------------------------------------------------------------- */

static void hexadecimal_is_written_small_and_read_in_either_case(void **unused)
{
    (void)unused;
    uint8_t value[256], back[256];
    char text[512];
    size_t size;
    for (size_t i = 0; i < sizeof value; i++) {
        value[i] = (uint8_t)i;
    }
    hex_write(text, BYTES(value));
    assert_memory_equal(text, "000102", 6);
    assert_memory_equal(text + 506, "fdfeff", 6);
    assert_false(failed(hex_read(bytes_of(text, sizeof text), back, sizeof back, &size)));
    assert_int_equal(size, sizeof value);
    assert_memory_equal(back, value, sizeof value);
    assert_false(failed(hex_read(LITERAL("aBCdeF"), back, sizeof back, &size)));
    assert_memory_equal(back, "\xab\xcd\xef", 3);
}

static void what_is_not_hexadecimal_is_refused_where_it_is_wrong(void **unused)
{
    (void)unused;
    for (unsigned c = 0; c < 256; c++) {
        const uint8_t text[4] = {'0', '1', (uint8_t)c, 'f'};
        uint8_t value[2];
        size_t size;
        bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        struct status status = hex_read(BYTES(text), value, sizeof value, &size);
        assert_int_equal(status.code, digit ? STATUS_OK : STATUS_MALFORMED);
        assert_int_equal(status.at, digit ? 0 : 2);
    }
    uint8_t value[1];
    size_t size;
    assert_int_equal(hex_read(LITERAL("012"), value, 1, &size).code, STATUS_MALFORMED);
    assert_int_equal(hex_read(LITERAL("0123"), value, 1, &size).code, STATUS_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_prefix_comes_before_what_it_begins),
        cmocka_unit_test(numbers_are_big_endian_and_come_back),
        cmocka_unit_test(base64_is_that_of_rfc_4648),
        cmocka_unit_test(what_base64_writes_it_reads_back),
        cmocka_unit_test(base64_has_one_text_for_one_value),
        cmocka_unit_test(base64_that_is_not_canonical_is_refused_where_it_is_wrong),
        cmocka_unit_test(base64_that_does_not_fit_is_a_limit),
        cmocka_unit_test(a_digest_is_44_characters_and_untouched_by_a_failure),
        cmocka_unit_test(hexadecimal_is_written_small_and_read_in_either_case),
        cmocka_unit_test(what_is_not_hexadecimal_is_refused_where_it_is_wrong),
    };
    return cmocka_run_group_tests_name("schema/bytes", tests, NULL, NULL);
}
