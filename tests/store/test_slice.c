/*
 * Slices: some blocks of a run either say all that the run has of a term, or are refused; and the
 * blocks that a term needs always suffice.
 */
#include "store/slice.h"
#include "tests/store/naive_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    TERMS = 12, /* of which every third is in no run */
    POSITIONS = 200,
    BLOCKS_MAX = 400,
    RUNS = 60,
    LOOKS = 40,
};

struct packed {
    bool has[TERMS][POSITIONS];
    struct block blocks[BLOCKS_MAX];
    struct slice_block all[BLOCKS_MAX], some[BLOCKS_MAX];
    uint32_t count;
    uint64_t seed;
};

static uint64_t below(struct packed *packed, uint64_t limit)
{
    return next_random(&packed->seed) % limit;
}

static struct term term_number(uint64_t number)
{
    return (struct term){.data = {1, (uint8_t)(number * 20)}};
}

static void put(struct packed *packed, uint64_t term, uint64_t position)
{
    struct block *block = packed->count == 0 ? NULL : &packed->blocks[packed->count - 1];
    struct term written = term_number(term);
    bool goes_on = block != NULL && position > 0 && block->entry != 0 &&
                   memcmp(block->data + block->entry + 2, written.data, INDEX_TERM_SIZE) == 0 &&
                   block_add(block, &position, 1) == 1;
    if (goes_on || (block != NULL && block_begin(block, &written, position))) {
        return;
    }
    assert_true(packed->count < BLOCKS_MAX);
    block = &packed->blocks[packed->count];
    *block = (struct block){.max = 60};
    block_start(block, packed->count++);
    assert_true(block_begin(block, &written, position));
}

static void pack(struct packed *packed)
{
    packed->count = 0;
    for (uint64_t term = 0; term < TERMS; term++) {
        uint64_t one_in = term % 3 == 2 ? 0 : 1 + below(packed, 30);
        for (uint64_t n = 0; n < POSITIONS; n++) {
            packed->has[term][n] = one_in > 0 && below(packed, one_in) == 0;
            if (packed->has[term][n]) {
                put(packed, term, n);
            }
        }
    }
    assert_true(packed->count > 0);
    for (uint32_t i = 0; i < packed->count; i++) {
        struct status status = slice_block_read(block_end(&packed->blocks[i]), &packed->all[i]);
        assert_int_equal(status.code, STATUS_OK);
        assert_int_equal(packed->all[i].number, i);
    }
}

static struct slice_range draw_range(struct packed *packed)
{
    uint64_t a = below(packed, POSITIONS), b = below(packed, POSITIONS);
    return (struct slice_range){.first = a < b ? a : b, .last = a < b ? b : a};
}

/* What a cursor says of a term is what the run has of it. */
static void says_all(struct packed *packed, struct slice_cursor *cursor, uint64_t term,
                     const struct slice_range *range)
{
    uint64_t from = range->first, n;
    for (uint64_t expected = range->first; expected <= range->last; expected++) {
        if (packed->has[term][expected]) {
            assert_true(slice_cursor_move(cursor, from, &n));
            assert_int_equal(n, expected);
            from = n + 1;
        }
    }
    assert_false(slice_cursor_move(cursor, from, &n));
}

static struct slice slice_of(const struct packed *packed, size_t count)
{
    return (struct slice){
        .to = POSITIONS, .total = packed->count, .blocks = packed->some, .count = count};
}

static size_t keep_needed(struct packed *packed, const struct term *term,
                          const struct slice_range *range)
{
    size_t kept = 0;
    for (uint32_t i = 0; i < packed->count; i++) {
        const struct slice_key *before = i == 0 ? NULL : &packed->all[i - 1].last;
        const struct slice_key *after = i + 1 == packed->count ? NULL : &packed->all[i + 1].first;
        if (slice_needs(term, range, before, after)) {
            packed->some[kept++] = packed->all[i];
        }
    }
    return kept;
}

static void the_blocks_that_a_term_needs_say_all_of_it(void **state)
{
    struct packed *packed = *state;
    struct slice_cursor *cursor = malloc(sizeof *cursor);
    assert_non_null(cursor);
    for (unsigned i = 0; i < RUNS * LOOKS; i++) {
        if (i % LOOKS == 0) {
            pack(packed);
        }
        uint64_t number = below(packed, TERMS);
        struct term term = term_number(number);
        struct slice_range range = draw_range(packed);
        struct slice slice = slice_of(packed, keep_needed(packed, &term, &range));
        assert_int_equal(slice_check(&slice).code, STATUS_OK);
        assert_int_equal(slice_cursor_open(&slice, &term, &range, cursor).code, STATUS_OK);
        says_all(packed, cursor, number, &range);
    }
    free(cursor);
}

static void without_any_of_the_blocks_it_needs_a_term_is_refused(void **state)
{
    struct packed *packed = *state;
    struct slice_cursor *cursor = malloc(sizeof *cursor);
    unsigned refused = 0;
    assert_non_null(cursor);
    for (unsigned i = 0; i < RUNS * LOOKS; i++) {
        if (i % LOOKS == 0) {
            pack(packed);
        }
        struct term term = term_number(below(packed, TERMS));
        struct slice_range range = draw_range(packed);
        size_t count = keep_needed(packed, &term, &range);
        size_t cut = below(packed, count);
        memmove(packed->some + cut, packed->some + cut + 1,
                (count - 1 - cut) * sizeof *packed->some);
        struct slice slice = slice_of(packed, count - 1);
        struct status status = slice_cursor_open(&slice, &term, &range, cursor);
        assert_int_equal(status.code, STATUS_CORRUPT);
        assert_non_null(status.why);
        refused++;
    }
    assert_int_equal(refused, RUNS * LOOKS);
    free(cursor);
}

static void any_blocks_say_all_of_a_term_or_are_refused(void **state)
{
    struct packed *packed = *state;
    struct slice_cursor *cursor = malloc(sizeof *cursor);
    unsigned told = 0, refused = 0;
    assert_non_null(cursor);
    for (unsigned i = 0; i < RUNS * LOOKS; i++) {
        if (i % LOOKS == 0) {
            pack(packed);
        }
        size_t kept = 0;
        uint64_t number = below(packed, TERMS), lost = below(packed, 4);
        struct term term = term_number(number);
        struct slice_range range = draw_range(packed);
        for (uint32_t k = 0; k < packed->count; k++) {
            if (lost == 0 || below(packed, 10) >= lost) {
                packed->some[kept++] = packed->all[k];
            }
        }
        struct slice slice = slice_of(packed, kept);
        assert_int_equal(slice_check(&slice).code, STATUS_OK);
        struct status status = slice_cursor_open(&slice, &term, &range, cursor);
        if (failed(status)) {
            assert_int_equal(status.code, STATUS_CORRUPT);
            assert_true(lost > 0);
            refused++;
        } else {
            says_all(packed, cursor, number, &range);
            told++;
        }
    }
    assert_true(told > RUNS && refused > RUNS);
    free(cursor);
}

static void blocks_out_of_order_or_of_another_run_are_refused(void **state)
{
    struct packed *packed = *state;
    pack(packed);
    memcpy(packed->some, packed->all, sizeof packed->some);
    struct slice slice = slice_of(packed, packed->count);
    assert_int_equal(slice_check(&slice).code, STATUS_OK);
    packed->some[0] = packed->all[1];
    packed->some[1] = packed->all[0];
    assert_int_equal(slice_check(&slice).code, STATUS_CORRUPT);
    packed->some[0] = packed->some[1] = packed->all[0];
    assert_int_equal(slice_check(&slice).code, STATUS_CORRUPT);
    memcpy(packed->some, packed->all, sizeof packed->some);
    slice.from = 150;
    assert_int_equal(slice_check(&slice).code, STATUS_CORRUPT);
    slice.from = 0;
    slice.to = 50;
    assert_int_equal(slice_check(&slice).code, STATUS_CORRUPT);
    slice.to = POSITIONS;
    slice.total = packed->count - 1;
    assert_int_equal(slice_check(&slice).code, STATUS_CORRUPT);
}

static void a_block_whose_entries_are_not_in_order_is_malformed(void **state)
{
    struct block block = {.max = INDEX_BLOCK_SIZE};
    struct slice_block read;
    struct term low = term_number(1), high = term_number(2);
    (void)state;
    block_start(&block, 0);
    assert_true(block_begin(&block, &high, 5) && block_begin(&block, &low, 6));
    assert_int_equal(slice_block_read(block_end(&block), &read).code, STATUS_MALFORMED);
}

static int begin(void **state)
{
    struct packed *packed = calloc(1, sizeof *packed);
    assert_non_null(packed);
    packed->seed = 3;
    *state = packed;
    return 0;
}

static int end(void **state)
{
    free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_blocks_that_a_term_needs_say_all_of_it),
        cmocka_unit_test(without_any_of_the_blocks_it_needs_a_term_is_refused),
        cmocka_unit_test(any_blocks_say_all_of_a_term_or_are_refused),
        cmocka_unit_test(blocks_out_of_order_or_of_another_run_are_refused),
        cmocka_unit_test(a_block_whose_entries_are_not_in_order_is_malformed),
    };
    return cmocka_run_group_tests_name("store/slice", tests, begin, end);
}
