/*
 * Frames: what is written is read, however it is cut; what is no frame is refused at once.
 */
#include "schema/wire/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    MOST = 256,
};

static void put_sample(struct text *out, uint32_t id)
{
    size_t start = frame_begin(out, (uint8_t)(id % 7), id);
    wire_put_u8(out, 200);
    wire_put_u16(out, 60000);
    wire_put_u32(out, 4000000000u);
    wire_put_u64(out, UINT64_MAX - id);
    wire_put_string(out, "cairn");
    wire_put_bytes(out, (struct bytes){0});
    frame_end(out, start);
}

static void check_sample(const struct frame *frame, uint32_t id)
{
    struct wire_reader reader = wire_read(frame->payload);
    assert_int_equal(frame->id, id);
    assert_int_equal(frame->kind, id % 7);
    assert_int_equal(wire_get_u8(&reader), 200);
    assert_int_equal(wire_get_u16(&reader), 60000);
    assert_int_equal(wire_get_u32(&reader), 4000000000u);
    assert_true(wire_get_u64(&reader) == UINT64_MAX - id);
    assert_true(bytes_equal(wire_get_bytes(&reader, 5), LITERAL("cairn")));
    assert_int_equal(wire_get_bytes(&reader, 0).size, 0);
    assert_int_equal(wire_end(&reader).code, STATUS_OK);
}

static void a_frame_is_whole_or_not_there(void **unused)
{
    (void)unused;
    char memory[MOST];
    struct text text = TEXT_IN(memory);
    put_sample(&text, 1);
    size_t first = text.size;
    put_sample(&text, 2);
    for (size_t size = 0; size <= text.size; size++) {
        struct bytes input = bytes_of(text.data, size);
        struct frame frame;
        bool whole;
        assert_int_equal(frame_take(&input, MOST, &frame, &whole).code, STATUS_OK);
        assert_int_equal(whole, size >= first);
        assert_int_equal(input.size, size >= first ? size - first : size);
        if (whole) {
            check_sample(&frame, 1);
            assert_int_equal(frame_take(&input, MOST, &frame, &whole).code, STATUS_OK);
            assert_int_equal(whole, size == text.size);
        }
    }
}

static void a_length_is_refused_before_its_bytes_come(void **unused)
{
    (void)unused;
    uint8_t memory[4];
    struct frame frame;
    bool whole;
    for (uint64_t size = 0; size <= UINT32_MAX; size += 3) {
        struct bytes input = BYTES(memory);
        bytes_write_u32(memory, (uint32_t)size);
        struct status status = frame_take(&input, MOST, &frame, &whole);
        enum status_code expected = size < FRAME_HEAD - 4 ? STATUS_MALFORMED
                                    : size > MOST - 4     ? STATUS_LIMIT
                                                          : STATUS_OK;
        assert_int_equal(status.code, expected);
        size = size > 2 * MOST ? size * 2 : size;
    }
}

static void a_field_that_is_missing_is_remembered(void **unused)
{
    (void)unused;
    char memory[MOST];
    struct text text = TEXT_IN(memory);
    put_sample(&text, 3);
    struct bytes payload = bytes_of(text.data + FRAME_HEAD, text.size - FRAME_HEAD);
    for (size_t size = 0; size < payload.size; size++) {
        struct wire_reader reader = wire_read(bytes_of(payload.data, size));
        (void)wire_get_u8(&reader);
        (void)wire_get_u16(&reader);
        (void)wire_get_u32(&reader);
        (void)wire_get_u64(&reader);
        (void)wire_get_bytes(&reader, 5);
        (void)wire_get_bytes(&reader, 0);
        assert_int_equal(wire_end(&reader).code, STATUS_MALFORMED);
    }
}

static void a_field_longer_than_its_limit_is_bad(void **unused)
{
    (void)unused;
    char memory[MOST];
    struct text text = TEXT_IN(memory);
    wire_put_string(&text, "cairn");
    struct wire_reader reader = wire_read(text_bytes(&text));
    assert_int_equal(wire_get_bytes(&reader, 4).size, 0);
    assert_int_equal(wire_end(&reader).code, STATUS_MALFORMED);
}

static void what_follows_the_last_field_is_refused(void **unused)
{
    (void)unused;
    struct wire_reader reader = wire_read(LITERAL("x"));
    assert_int_equal(wire_end(&reader).code, STATUS_MALFORMED);
}

static void a_frame_that_does_not_fit_leaves_the_text_full(void **unused)
{
    (void)unused;
    char memory[20];
    struct text text = TEXT_IN(memory);
    put_sample(&text, 1);
    assert_true(text.full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_is_whole_or_not_there),
        cmocka_unit_test(a_length_is_refused_before_its_bytes_come),
        cmocka_unit_test(a_field_that_is_missing_is_remembered),
        cmocka_unit_test(a_field_longer_than_its_limit_is_bad),
        cmocka_unit_test(what_follows_the_last_field_is_refused),
        cmocka_unit_test(a_frame_that_does_not_fit_leaves_the_text_full),
    };
    return cmocka_run_group_tests_name("schema/wire/wire", tests, NULL, NULL);
}
