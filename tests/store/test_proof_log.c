/*
 * Proofs of a log's own events: each holds under each checkpoint over it, and no bit of the file
 * can change unnoticed.
 */
#include "store/log.h"
#include "store/proof.h"
#include "tests/store/exported.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    EVENTS = 600,
};

struct proving {
    struct exported exported;
    struct log_snapshot *snapshot;
    struct hasher *hasher;
    uint8_t memory[2 * PROOF_FILE_MAX];
    char text[PROOF_FILE_MAX];
};

static struct text write_proof(struct proving *proving, uint64_t n, uint64_t size)
{
    struct proof proof;
    struct text text = TEXT_IN(proving->text);
    must(proof_from_log(proving->snapshot, n, size, &proof));
    proof_write(&proof, &text);
    assert_false(text.full);
    return text;
}

static struct status read_and_check(struct proving *proving, struct bytes file, struct proof *proof,
                                    struct checkpoint *checkpoint)
{
    struct arena arena = ARENA_IN(proving->memory);
    TRY(proof_read(file, &arena, proof));
    return proof_check(proof, proving->hasher, engine_log_key(proving->exported.engine),
                       checkpoint);
}

static void each_event_is_proven_under_each_checkpoint_over_it(void **state)
{
    struct proving *proving = *state;
    uint64_t size = 0;
    struct bytes note;
    while (!failed(log_next_checkpoint(proving->snapshot, size, &note, &size))) {
        for (uint64_t n = size % 7; n < size; n += 7) {
            struct proof proof = {.index = 0};
            struct checkpoint checkpoint = {.size = 0};
            struct text file = write_proof(proving, n, size);
            must(read_and_check(proving, text_bytes(&file), &proof, &checkpoint));
            assert_int_equal(proof.index, n);
            assert_int_equal(checkpoint.size, size);
            assert_true(proof.body.size > 0);
            assert_int_equal(proof.salt.size, SALT_SIZE);
        }
    }
    assert_int_equal(size, proving->exported.size);
}

static void an_event_is_not_proven_under_a_checkpoint_before_it(void **state)
{
    struct proving *proving = *state;
    struct proof proof;
    uint64_t size = proving->exported.size;
    assert_int_equal(proof_from_log(proving->snapshot, size, size, &proof).code, STATUS_NOT_FOUND);
    assert_int_equal(proof_from_log(proving->snapshot, size - 1, size - 1, &proof).code,
                     STATUS_NOT_FOUND);
    assert_int_equal(proof_from_log(proving->snapshot, 0, 0, &proof).code, STATUS_NOT_FOUND);
}

static void every_flipped_bit_is_refused(void **state)
{
    struct proving *proving = *state;
    const uint64_t events[] = {0, 255, 256, proving->exported.size - 1};
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        struct text file = write_proof(proving, events[i], proving->exported.size);
        for (size_t bit = 0; bit < 8 * file.size; bit++) {
            struct proof proof;
            struct checkpoint checkpoint;
            file.data[bit / 8] = (char)(file.data[bit / 8] ^ (1 << bit % 8));
            if (!failed(read_and_check(proving, text_bytes(&file), &proof, &checkpoint))) {
                fail_msg("event %zu: the flipped bit %zu was not found", (size_t)events[i], bit);
            }
            file.data[bit / 8] = (char)(file.data[bit / 8] ^ (1 << bit % 8));
        }
    }
}

static void every_cut_is_refused(void **state)
{
    struct proving *proving = *state;
    struct text file = write_proof(proving, 300, proving->exported.size);
    for (size_t size = 0; size < file.size; size++) {
        struct proof proof;
        struct checkpoint checkpoint;
        assert_true(
            failed(read_and_check(proving, bytes_of(file.data, size), &proof, &checkpoint)));
    }
}

static int begin(void **state)
{
    struct proving *proving = malloc(sizeof *proving);
    proving->snapshot = NULL;
    proving->hasher = NULL;
    exported_begin(&proving->exported, KEY_ED25519, EVENTS);
    must(log_snapshot_open(engine_log(proving->exported.engine), &proving->snapshot));
    must(hasher_open(&proving->hasher));
    *state = proving;
    return 0;
}

static int end(void **state)
{
    struct proving *proving = *state;
    log_snapshot_close(&proving->snapshot);
    hasher_close(&proving->hasher);
    exported_end(&proving->exported);
    free(proving);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_event_is_proven_under_each_checkpoint_over_it),
        cmocka_unit_test(an_event_is_not_proven_under_a_checkpoint_before_it),
        cmocka_unit_test(every_flipped_bit_is_refused),
        cmocka_unit_test(every_cut_is_refused),
    };
    return cmocka_run_group_tests_name("store/proof_log", tests, begin, end);
}
