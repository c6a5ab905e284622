#include "store/block.h"
#include "tests/store/naive_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct term term_number(uint64_t number)
{
    struct term term = {.data = {TERM_ON}};
    bytes_write_u64(term.data + 8, number);
    return term;
}

/* Gaps of one byte, of two, and now and then of many. */
static uint64_t random_gap(uint64_t *seed)
{
    uint64_t number = next_random(seed);
    static const uint64_t widths[] = {4, 7, 8, 10, 14, 15, 22, 40};
    return number >> 8 & ((UINT64_C(1) << widths[number % 8]) - 1);
}

/* Fills a block with random entries; returns their number. */
static size_t fill(struct block *block, uint64_t *seed)
{
    size_t entries = 0;
    block_start(block, (uint32_t)next_random(seed));
    for (uint64_t number = next_random(seed) % 100;; number += 1 + next_random(seed) % 3) {
        struct term term = term_number(number);
        uint64_t position = next_random(seed) % 100000;
        if (!block_begin(block, &term, position)) {
            return entries;
        }
        entries++;
        size_t count = next_random(seed) % 3 == 0 ? next_random(seed) % 300 : 0;
        for (size_t i = 0; i < count; i++) {
            position += random_gap(seed) + 1;
            if (block_add(block, &position, 1) == 0) {
                return entries;
            }
        }
    }
}

/* Reads a block to its end, or to what is wrong with it; writes it again beside. */
static struct status read_all(struct bytes bytes, struct block *again, size_t *entries)
{
    uint64_t positions[BLOCK_POSITIONS_MAX];
    struct block_reader reader;
    struct block_entry entry;
    TRY(block_open(bytes, &reader));
    block_start(again, reader.number);
    struct status status = block_next(&reader, &entry);
    for (*entries = 0; !failed(status); ++*entries) {
        struct term term;
        size_t count = 0;
        uint64_t last = 0;
        struct status whole = block_positions(&entry, positions, &count);
        struct status summed = block_last(&entry, &last);
        assert_int_equal(whole.code, summed.code);
        TRY(whole);
        assert_int_equal(last, positions[count - 1]);
        memcpy(&term, entry.term, sizeof term);
        assert_true(block_begin(again, &term, entry.first));
        assert_int_equal(block_add(again, positions + 1, count - 1), count - 1);
        status = block_next(&reader, &entry);
    }
    return status.code == STATUS_NOT_FOUND ? OK : status;
}

static void what_is_read_and_written_again_is_the_same_bytes(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (size_t round = 0; round < 2000; round++) {
        struct block block = {.max = BLOCK_LEAST +
                                     next_random(&seed) % (INDEX_BLOCK_SIZE - BLOCK_LEAST + 1)};
        struct block again = {.max = INDEX_BLOCK_SIZE};
        size_t written = fill(&block, &seed), read = 0;
        struct bytes bytes = block_end(&block);
        assert_true(written > 0 && bytes.size <= block.max);
        assert_int_equal(read_all(bytes, &again, &read).code, STATUS_OK);
        assert_int_equal(read, written);
        assert_true(bytes_equal(block_end(&again), bytes));
    }
}

static void a_block_that_is_cut_is_refused_or_shorter(void **state)
{
    (void)state;
    uint64_t seed = 2;
    struct block block = {.max = INDEX_BLOCK_SIZE}, again = {.max = INDEX_BLOCK_SIZE};
    size_t written = fill(&block, &seed), read = 0;
    struct bytes bytes = block_end(&block);
    for (size_t size = 0; size < bytes.size; size++) {
        uint8_t *copy = malloc(size + 1); /* of just that size, so that a sanitizer sees its end */
        memcpy(copy, bytes.data, size);
        struct status status = read_all(bytes_of(copy, size), &again, &read);
        assert_true(status.code == STATUS_MALFORMED ||
                    (status.code == STATUS_OK && read < written));
        if (failed(status)) {
            assert_true(status.at <= size && status.why != NULL);
        }
        free(copy);
    }
}

static void every_flipped_byte_is_refused_or_another_block(void **state)
{
    (void)state;
    uint64_t seed = 3;
    struct block block = {.max = INDEX_BLOCK_SIZE}, again = {.max = INDEX_BLOCK_SIZE};
    fill(&block, &seed);
    struct bytes bytes = block_end(&block);
    for (size_t at = 0; at < bytes.size; at++) {
        for (unsigned mask = 1; mask < 256; mask += mask < 128 ? mask : 127) {
            uint8_t copy[INDEX_BLOCK_SIZE];
            size_t read = 0;
            memcpy(copy, bytes.data, bytes.size);
            copy[at] ^= (uint8_t)mask;
            struct status status = read_all(bytes_of(copy, bytes.size), &again, &read);
            if (failed(status)) {
                assert_int_equal(status.code, STATUS_MALFORMED);
                continue;
            }
            assert_true(bytes_equal(block_end(&again), bytes_of(copy, bytes.size)));
        }
    }
}

static void a_number_longer_than_needed_is_refused(void **state)
{
    (void)state;
    static const uint8_t entries[][6] = {
        {0x80, 0x00},             /* the first position is 0 in two bytes */
        {0x05, 0x80, 0x00},       /* the same for a gap */
        {0x05, 0x81, 0x80, 0x00}, /* and in three */
        {0x05, 0x81},             /* no end */
    };
    static const size_t sizes[] = {2, 3, 4, 2};
    for (size_t i = 0; i < 4; i++) {
        uint8_t bytes[64] = {0, 0, 0, 0, 0, (uint8_t)(INDEX_TERM_SIZE + sizes[i])};
        memcpy(bytes + BLOCK_NUMBER_SIZE + BLOCK_ENTRY_HEAD, entries[i], sizes[i]);
        struct block again = {.max = INDEX_BLOCK_SIZE};
        size_t read = 0, size = BLOCK_NUMBER_SIZE + BLOCK_ENTRY_HEAD + sizes[i];
        assert_int_equal(read_all(bytes_of(bytes, size), &again, &read).code, STATUS_MALFORMED);
    }
}

static void positions_beyond_the_limit_are_refused(void **state)
{
    (void)state;
    struct block block = {.max = INDEX_BLOCK_SIZE}, again = {.max = INDEX_BLOCK_SIZE};
    struct term term = term_number(1);
    uint64_t greatest = BLOCK_POSITION_MAX;
    size_t read = 0;
    block_start(&block, 0);
    assert_true(block_begin(&block, &term, BLOCK_POSITION_MAX - 1));
    assert_int_equal(block_add(&block, &greatest, 1), 1);
    assert_int_equal(read_all(block_end(&block), &again, &read).code, STATUS_OK);
    block.data[block.size - 1] = 1; /* a gap of one more */
    assert_int_equal(read_all(block_end(&block), &again, &read).code, STATUS_MALFORMED);
}

/* One long entry, as it is read from blocks that were filled one position at a time. */
static void copied_gaps_are_those_that_would_have_been_written(void **state)
{
    (void)state;
    uint64_t seed = 4;
    struct term term = term_number(7);
    for (size_t round = 0; round < 3000; round++) {
        struct block source = {.max = INDEX_BLOCK_SIZE};
        struct block copied = {.max = BLOCK_LEAST + next_random(&seed) % 300};
        struct block added = {.max = copied.max};
        uint64_t position = next_random(&seed) % 1000, last = 0;
        size_t count = 0, wanted = next_random(&seed) % 300;
        block_start(&source, 0);
        assert_true(block_begin(&source, &term, position));
        while (count++ < wanted && block_add(&source, &position, 0) == 0) {
            position += random_gap(&seed) + 1;
            if (block_add(&source, &position, 1) == 0) {
                break;
            }
        }
        struct block_reader reader;
        struct block_entry entry;
        uint64_t positions[BLOCK_POSITIONS_MAX];
        assert_int_equal(block_open(block_end(&source), &reader).code, STATUS_OK);
        assert_int_equal(block_next(&reader, &entry).code, STATUS_OK);
        assert_int_equal(block_last(&entry, &last).code, STATUS_OK);
        assert_int_equal(block_positions(&entry, positions, &count).code, STATUS_OK);
        size_t done = 0;
        bool all = false;
        for (uint32_t number = 0; !all; number++) {
            block_start(&copied, number);
            block_start(&added, number);
            assert_int_equal(entry.first, positions[done]);
            assert_true(block_begin(&copied, &term, entry.first));
            assert_true(block_begin(&added, &term, positions[done++]));
            all = block_copy(&copied, &entry, last);
            done += block_add(&added, positions + done, count - done);
            assert_int_equal(all, done == count);
            assert_true(bytes_equal(block_end(&copied), block_end(&added)));
            assert_int_equal(copied.last, added.last);
        }
    }
}

static void a_block_is_filled_to_its_last_byte(void **state)
{
    (void)state;
    struct block block = {.max = INDEX_BLOCK_SIZE};
    struct term term = term_number(1);
    uint64_t positions[2 * INDEX_BLOCK_SIZE];
    for (size_t i = 0; i < 2 * (size_t)INDEX_BLOCK_SIZE; i++) {
        positions[i] = 1 + i;
    }
    block_start(&block, 0);
    assert_true(block_begin(&block, &term, 0));
    assert_int_equal(block_add(&block, positions, 2 * (size_t)INDEX_BLOCK_SIZE),
                     BLOCK_POSITIONS_MAX - 1);
    assert_int_equal(block_end(&block).size, INDEX_BLOCK_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_read_and_written_again_is_the_same_bytes),
        cmocka_unit_test(a_block_that_is_cut_is_refused_or_shorter),
        cmocka_unit_test(every_flipped_byte_is_refused_or_another_block),
        cmocka_unit_test(a_number_longer_than_needed_is_refused),
        cmocka_unit_test(positions_beyond_the_limit_are_refused),
        cmocka_unit_test(copied_gaps_are_those_that_would_have_been_written),
        cmocka_unit_test(a_block_is_filled_to_its_last_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
