/*
 * Token buckets against the sum that they stand for.
 */
#include "auditd/http/buckets.h"
#include "tests/schema/random_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    ROUNDS = 20000,
    SECOND_US = 1000000,
};

static const struct bucket_rule rule = {.per_s = 10, .burst = 60};

static void nobody_gets_more_than_the_burst_and_the_rate(void **unused)
{
    (void)unused;
    struct buckets *buckets = calloc(1, sizeof *buckets);
    struct random random = {.state = 5};
    uint64_t now_us = SECOND_US, began_us = now_us, taken = 0, wait_us = 0;
    for (int i = 0; i < ROUNDS; i++) {
        if (buckets_take(buckets, LITERAL("a"), rule, now_us, &wait_us)) {
            taken++;
        } else {
            assert_true(wait_us > 0 && wait_us <= SECOND_US);
        }
        assert_true(taken <= rule.burst + (now_us - began_us) * rule.per_s / SECOND_US + 1);
        now_us += random_below(&random, SECOND_US / 10);
    }
    /* And whoever asks faster than the rate gets all of it. */
    assert_true(taken + 1 >= rule.burst + (now_us - began_us) * rule.per_s / SECOND_US);
    free(buckets);
}

static void after_the_wait_that_was_told_there_is_one(void **unused)
{
    (void)unused;
    struct buckets *buckets = calloc(1, sizeof *buckets);
    uint64_t now_us = 1, wait_us = 0;
    for (unsigned i = 0; i < rule.burst; i++) {
        assert_true(buckets_take(buckets, LITERAL("a"), rule, now_us, &wait_us));
    }
    for (int i = 0; i < 100; i++) {
        assert_false(buckets_take(buckets, LITERAL("a"), rule, now_us, &wait_us));
        now_us += wait_us;
        assert_true(buckets_take(buckets, LITERAL("a"), rule, now_us, &wait_us));
    }
    free(buckets);
}

static void one_is_not_taken_for_another(void **unused)
{
    (void)unused;
    struct buckets *buckets = calloc(1, sizeof *buckets);
    uint64_t wait_us = 0;
    const struct bucket_rule once = {.per_s = 1, .burst = 1};
    for (int i = 0; i < BUCKETS_MAX; i++) {
        char key[32];
        int size = snprintf(key, sizeof key, "viewer %d", i);
        uint64_t now_us = 10 + (uint64_t)i;
        assert_true(buckets_take(buckets, bytes_of(key, (size_t)size), once, now_us, &wait_us));
        assert_false(buckets_take(buckets, bytes_of(key, (size_t)size), once, now_us, &wait_us));
    }
    /* One more: the oldest is forgotten, and nobody else. */
    assert_true(buckets_take(buckets, LITERAL("new"), once, 600, &wait_us));
    assert_false(buckets_take(buckets, LITERAL("new"), once, 600, &wait_us));
    assert_false(buckets_take(buckets, LITERAL("viewer 1"), once, 600, &wait_us));
    assert_false(buckets_take(buckets, LITERAL("viewer 511"), once, 600, &wait_us));
    free(buckets);
}

static void a_clock_that_stands_or_steps_back_gives_nothing(void **unused)
{
    (void)unused;
    struct buckets *buckets = calloc(1, sizeof *buckets);
    const struct bucket_rule once = {.per_s = 1, .burst = 1};
    uint64_t wait_us = 0;
    assert_true(buckets_take(buckets, LITERAL("a"), once, 100 * SECOND_US, &wait_us));
    assert_false(buckets_take(buckets, LITERAL("a"), once, 50 * SECOND_US, &wait_us));
    assert_false(buckets_take(buckets, LITERAL("a"), once, 100 * SECOND_US, &wait_us));
    assert_true(buckets_take(buckets, LITERAL("a"), once, 101 * SECOND_US, &wait_us));
    free(buckets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_gets_more_than_the_burst_and_the_rate),
        cmocka_unit_test(after_the_wait_that_was_told_there_is_one),
        cmocka_unit_test(one_is_not_taken_for_another),
        cmocka_unit_test(a_clock_that_stands_or_steps_back_gives_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
