/*
 * Where an emitter's chain stands is believed only as it was written.
 */
#include "store/emitter_head.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct stored {
    struct hasher *hasher;
    struct emitter_head head;
    uint8_t bytes[EMITTER_HEAD_SIZE];
};

static void store(struct stored *out)
{
    assert_false(failed(hasher_open(&out->hasher)));
    out->head = (struct emitter_head){.emitter_n = 991};
    memset(out->head.chain.sha256, 7, DIGEST_SIZE);
    emitter_head_write(out->hasher, LITERAL("door"), &out->head, out->bytes);
}

static enum status_code code_of(struct stored *stored, struct bytes name, struct bytes bytes)
{
    struct emitter_head head;
    return emitter_head_read(stored->hasher, name, bytes, &head).code;
}

static void what_is_written_is_read(void **unused)
{
    (void)unused;
    struct stored stored;
    struct emitter_head found;
    store(&stored);
    assert_false(
        failed(emitter_head_read(stored.hasher, LITERAL("door"), BYTES(stored.bytes), &found)));
    assert_int_equal(found.emitter_n, 991);
    assert_true(digest_equal(&found.chain, &stored.head.chain));
    hasher_close(&stored.hasher);
}

static void every_wrong_bit_is_noticed(void **unused)
{
    (void)unused;
    struct stored stored;
    store(&stored);
    for (size_t bit = 0; bit < 8 * sizeof stored.bytes; bit++) {
        stored.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_int_equal(code_of(&stored, LITERAL("door"), BYTES(stored.bytes)), STATUS_CORRUPT);
        stored.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    hasher_close(&stored.hasher);
}

static void every_other_length_is_noticed(void **unused)
{
    (void)unused;
    struct stored stored;
    uint8_t longer[EMITTER_HEAD_SIZE + 1] = {0};
    store(&stored);
    memcpy(longer, stored.bytes, sizeof stored.bytes);
    for (size_t size = 0; size <= sizeof longer; size++) {
        enum status_code expected = size == EMITTER_HEAD_SIZE ? STATUS_OK : STATUS_CORRUPT;
        assert_int_equal(code_of(&stored, LITERAL("door"), bytes_of(longer, size)), expected);
    }
    hasher_close(&stored.hasher);
}

static void the_head_of_one_emitter_is_not_that_of_another(void **unused)
{
    (void)unused;
    struct stored stored;
    store(&stored);
    assert_int_equal(code_of(&stored, LITERAL("gate"), BYTES(stored.bytes)), STATUS_CORRUPT);
    hasher_close(&stored.hasher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(every_wrong_bit_is_noticed),
        cmocka_unit_test(every_other_length_is_noticed),
        cmocka_unit_test(the_head_of_one_emitter_is_not_that_of_another),
    };
    return cmocka_run_group_tests_name("store/emitter_head", tests, NULL, NULL);
}
