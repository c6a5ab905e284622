/*
 * Positions that a report has written are read back, and gathered once each.
 */
#include "reports/event_ranges.h"
#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    LIMIT_MAX = 64,
};

static void ranges_are_read_and_what_is_said_about_them_is_skipped(void **unused)
{
    (void)unused;
    struct bytes rest = LITERAL("12, 40-44 (why, 7-9 (so)), 3 (x)");
    struct event_range range;
    assert_true(event_ranges_next(&rest, &range) && range.from == 12 && range.to == 12);
    assert_true(event_ranges_next(&rest, &range) && range.from == 40 && range.to == 44);
    assert_true(event_ranges_next(&rest, &range) && range.from == 3 && range.to == 3);
    assert_false(event_ranges_next(&rest, &range));
}

static void what_is_no_range_ends_the_reading(void **unused)
{
    (void)unused;
    static const char *const texts[] = {"",  " ",  "-",   "x",   "(7",
                                        ")", "9-", "9-8", "9-x", "99999999999999999999999"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct bytes rest = bytes_of_string(texts[i]);
        struct event_range range;
        assert_false(event_ranges_next(&rest, &range));
    }
}

static void any_text_is_read_to_an_end(void **unused)
{
    (void)unused;
    uint64_t random = 3;
    for (unsigned i = 0; i < 5000; i++) {
        static const char letters[] = "0123456789-,() x";
        char text[40];
        size_t size = random_below(&random, sizeof text);
        for (size_t k = 0; k < size; k++) {
            text[k] = letters[random_below(&random, sizeof letters - 1)];
        }
        struct bytes rest = bytes_of(text, size);
        struct event_range range;
        while (event_ranges_next(&rest, &range)) {
            assert_true(range.from <= range.to);
        }
    }
}

/* The plain way: a mark for each position. */
static void positions_are_those_of_the_ranges_once_each(void **unused)
{
    (void)unused;
    uint64_t random = 4;
    for (unsigned i = 0; i < 300; i++) {
        uint64_t positions[LIMIT_MAX];
        bool marked[LIMIT_MAX] = {0}, full = false;
        size_t count = 0, expected = 0;
        for (uint64_t k = random_below(&random, 8); k > 0; k--) {
            struct event_range range = {.from = random_below(&random, LIMIT_MAX)};
            range.to = range.from + random_below(&random, LIMIT_MAX - range.from);
            bool whole = range.to - range.from < 8;
            count = event_ranges_add(positions, count, LIMIT_MAX, &range, 8, &full);
            for (uint64_t n = range.from; n <= range.to; n++) {
                marked[n] = marked[n] || whole || n == range.from || n == range.to;
            }
        }
        for (uint64_t n = 0; n < LIMIT_MAX; n++) {
            if (marked[n]) {
                assert_true(expected < count && positions[expected] == n);
                expected++;
            }
        }
        assert_int_equal(count, expected);
        assert_false(full);
    }
}

static void more_than_there_is_room_for_is_told(void **unused)
{
    (void)unused;
    uint64_t positions[3];
    bool full = false;
    size_t count = event_ranges_add(positions, 0, 3, &(struct event_range){5, 9}, 8, &full);
    assert_int_equal(count, 3);
    assert_true(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_read_and_what_is_said_about_them_is_skipped),
        cmocka_unit_test(what_is_no_range_ends_the_reading),
        cmocka_unit_test(any_text_is_read_to_an_end),
        cmocka_unit_test(positions_are_those_of_the_ranges_once_each),
        cmocka_unit_test(more_than_there_is_room_for_is_told),
    };
    return cmocka_run_group_tests_name("reports/event_ranges", tests, NULL, NULL);
}
