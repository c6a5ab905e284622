/*
 * A course is what its instants are, in whatever order they come.
 */
#include "reports/stats/course.h"
#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    INSTANTS_MAX = 300,
};

static uint64_t random_instant(uint64_t *state, uint64_t reach_s)
{
    return (1000000 + random_below(state, reach_s)) * TIME_SECOND_US;
}

static void order_makes_no_difference_and_nothing_is_lost(void **unused)
{
    (void)unused;
    uint64_t state = 1;
    for (unsigned round = 0; round < 300; round++) {
        uint64_t instants[INSTANTS_MAX], reach_s = UINT64_C(1) << random_below(&state, 33);
        size_t count = 1 + random_below(&state, INSTANTS_MAX);
        struct course forward = {0}, backward = {0};
        for (size_t i = 0; i < count; i++) {
            instants[i] = random_instant(&state, reach_s);
            course_add(&forward, instants[i]);
        }
        for (size_t i = count; i-- > 0;) {
            course_add(&backward, instants[i]);
        }
        assert_memory_equal(&forward, &backward, sizeof forward);
        for (size_t b = 0; b < COURSE_BUCKETS; b++) {
            uint64_t expected = 0;
            for (size_t i = 0; i < count; i++) {
                expected += instants[i] / TIME_SECOND_US >> forward.shift == forward.first + b;
            }
            assert_int_equal(forward.counts[b], expected);
        }
        assert_true(forward.used <= COURSE_BUCKETS);
        assert_true(forward.counts[0] > 0 && forward.counts[forward.used - 1] > 0);
    }
}

static void courses_are_laid_beside_each_other_exactly(void **unused)
{
    (void)unused;
    uint64_t state = 2;
    for (unsigned round = 0; round < 300; round++) {
        struct course all = {0}, parts[3], frame = {0};
        uint64_t sums[COURSE_BUCKETS] = {0}, out[COURSE_BUCKETS];
        for (size_t p = 0; p < 3; p++) {
            uint64_t reach_s = UINT64_C(1) << random_below(&state, 33);
            parts[p] = (struct course){0};
            for (size_t i = random_below(&state, 40); i > 0; i--) {
                uint64_t instant = random_instant(&state, reach_s);
                course_add(&all, instant);
                course_add(&parts[p], instant);
            }
        }
        for (size_t p = 0; p < 3; p++) {
            course_reach(&frame, &parts[p]);
        }
        for (size_t p = 0; p < 3; p++) {
            course_project(&parts[p], &frame, out);
            for (size_t i = 0; i < COURSE_BUCKETS; i++) {
                sums[i] += out[i];
            }
        }
        /* What reaches over the parts may reach a little further than over the whole. */
        course_project(&all, &frame, out);
        assert_memory_equal(sums, out, sizeof out);
        assert_true(frame.used == 0 || course_from_us(&frame, 0) < course_from_us(&frame, 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_makes_no_difference_and_nothing_is_lost),
        cmocka_unit_test(courses_are_laid_beside_each_other_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
