/*
 * Sets of terms: each has one form, and there are no more of them than there is room.
 */
#include "store/narrowing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct term term_number(uint8_t number)
{
    return (struct term){.data = {1, number}};
}

static void a_set_has_one_form_in_whatever_order_its_terms_come(void **state)
{
    const struct term one[] = {term_number(3), term_number(1), term_number(3), term_number(2)};
    const struct term other[] = {term_number(1), term_number(2), term_number(3)};
    struct narrowing a = {0}, b = {0};
    (void)state;
    assert_true(narrowing_add(&a, one, 4));
    assert_true(narrowing_add(&b, other, 3));
    assert_int_equal(narrowing_terms(&a), 3);
    assert_memory_equal(a.terms, b.terms, 3 * sizeof *other);
    assert_true(narrowing_has(&a, &b, 0));
}

static void a_set_is_found_wherever_it_stands(void **state)
{
    const struct term low[] = {term_number(1)}, high[] = {term_number(8), term_number(9)};
    struct narrowing a = {0}, b = {0};
    (void)state;
    assert_true(narrowing_add(&a, low, 1) && narrowing_add(&a, high, 2));
    assert_true(narrowing_add(&b, high, 2) && narrowing_add(&b, high, 1));
    assert_true(narrowing_has(&a, &b, 0));
    assert_false(narrowing_has(&a, &b, 1)); /* fewer terms are another set */
    assert_true(narrowing_has(&b, &a, 1));
    assert_false(narrowing_has(&b, &a, 0));
}

static void nothing_is_added_where_there_is_no_room(void **state)
{
    struct term *terms = calloc(NARROWING_TERMS_MAX + 1, sizeof *terms);
    struct narrowing narrowing = {0};
    (void)state;
    assert_non_null(terms);
    for (unsigned i = 0; i <= NARROWING_TERMS_MAX; i++) {
        terms[i].data[1] = (uint8_t)i;
        terms[i].data[2] = (uint8_t)(i >> 8);
    }
    assert_false(narrowing_add(&narrowing, terms, 0));
    assert_false(narrowing_add(&narrowing, terms, NARROWING_TERMS_MAX + 1));
    assert_int_equal(narrowing.count, 0);
    assert_true(narrowing_add(&narrowing, terms, NARROWING_TERMS_MAX));
    assert_false(narrowing_add(&narrowing, terms, 1));
    narrowing = (struct narrowing){0};
    for (unsigned i = 0; i < NARROWING_SETS_MAX; i++) {
        assert_true(narrowing_add(&narrowing, terms, 1));
    }
    assert_false(narrowing_add(&narrowing, terms, 1));
    assert_int_equal(narrowing.count, NARROWING_SETS_MAX);
    free(terms);
}

/* Three terms in one block: 1 at 0, 2, 4, ...; 2 at 0, 3, 6, ...; 3 at 5. */
static struct slice_block one_block(struct block *block)
{
    const uint64_t steps[] = {2, 3, 100}, starts[] = {0, 0, 5};
    struct slice_block read;
    *block = (struct block){.max = INDEX_BLOCK_SIZE};
    block_start(block, 0);
    for (uint8_t i = 0; i < 3; i++) {
        struct term term = term_number((uint8_t)(i + 1));
        assert_true(block_begin(block, &term, starts[i]));
        for (uint64_t n = starts[i] + steps[i]; n < 60; n += steps[i]) {
            assert_int_equal(block_add(block, &n, 1), 1);
        }
    }
    assert_int_equal(slice_block_read(block_end(block), &read).code, STATUS_OK);
    return read;
}

static void candidates_are_where_all_sets_meet(void **state)
{
    struct block block;
    struct slice_block read = one_block(&block);
    const struct slice slice = {.to = 60, .total = 1, .blocks = &read, .count = 1};
    const struct slice_range range = {.first = 1, .last = 58};
    const struct term first[] = {term_number(1), term_number(3)}, second[] = {term_number(2)};
    struct narrowing narrowing = {0};
    struct narrowing_walk *walk = NULL;
    uint64_t n = 0, expected = 6;
    (void)state;
    assert_true(narrowing_add(&narrowing, first, 2) && narrowing_add(&narrowing, second, 1));
    assert_int_equal(narrowing_walk_open(&narrowing, &walk).code, STATUS_OK);
    assert_int_equal(narrowing_walk_begin(walk, &slice, &range).code, STATUS_OK);
    while (narrowing_walk_move(walk, n, &n)) {
        assert_int_equal(n, expected);
        expected += 6;
        n++;
    }
    assert_int_equal(expected, 60);
    narrowing_walk_close(&walk);
    assert_null(walk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_has_one_form_in_whatever_order_its_terms_come),
        cmocka_unit_test(a_set_is_found_wherever_it_stands),
        cmocka_unit_test(nothing_is_added_where_there_is_no_room),
        cmocka_unit_test(candidates_are_where_all_sets_meet),
    };
    return cmocka_run_group_tests_name("store/narrowing", tests, NULL, NULL);
}
