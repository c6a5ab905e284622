/*
 * A bucket gives what its rate and its burst allow, over any stretch of time, and no more.
 */
#include "auditd/ingest/bucket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum {
    SECOND = 1000000,
};

static void no_rate_is_no_limit(void **state)
{
    (void)state;
    struct bucket bucket = bucket_of(0, 0, 0);
    assert_true(bucket_take(&bucket, UINT64_MAX, 0));
}

static void what_is_not_in_it_is_refused_whole(void **state)
{
    (void)state;
    struct bucket bucket = bucket_of(10, 100, 0);
    assert_true(bucket_take(&bucket, 90, 0));
    assert_false(bucket_take(&bucket, 11, 0));
    assert_true(bucket_take(&bucket, 10, 0));
    assert_false(bucket_take(&bucket, 1, 0));
    assert_true(bucket_take(&bucket, 1, SECOND / 10));
}

static void a_clock_that_stands_or_goes_back_gives_nothing(void **state)
{
    (void)state;
    struct bucket bucket = bucket_of(10, 10, 5 * SECOND);
    assert_true(bucket_take(&bucket, 10, 5 * SECOND));
    assert_false(bucket_take(&bucket, 1, 5 * SECOND));
    assert_false(bucket_take(&bucket, 1, SECOND));
}

static void more_than_the_burst_at_once_takes_a_full_bucket(void **state)
{
    (void)state;
    struct bucket bucket = bucket_of(10, 100, 0);
    assert_true(bucket_take(&bucket, 1000, 0));
    assert_false(bucket_take(&bucket, 1000, 9 * SECOND));
    assert_true(bucket_take(&bucket, 1000, 10 * SECOND));
}

static void over_any_time_no_more_is_given_than_rate_and_burst_allow(void **state)
{
    (void)state;
    uint64_t random = 88172645463325252ULL;
    for (unsigned round = 0; round < 200; round++) {
        uint64_t rate = random % 1000 + 1, burst = (random >> 20) % 1000 + 1, now = 0, given = 0;
        struct bucket bucket = bucket_of(rate, burst, 0);
        for (unsigned i = 0; i < 200; i++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            uint64_t amount = random % (burst + 1);
            now += (random >> 32) % (2 * SECOND);
            given += bucket_take(&bucket, amount, now) ? amount : 0;
            assert_true(given <= burst + rate * now / SECOND + 1);
        }
    }
}

static void a_smaller_burst_takes_away_what_does_not_fit(void **state)
{
    (void)state;
    struct bucket bucket = bucket_of(10, 100, 0);
    bucket_change(&bucket, 1, 5);
    assert_false(bucket_take(&bucket, 5, 0) && bucket_take(&bucket, 1, 0));
}

static void a_long_time_does_not_overflow_it(void **state)
{
    (void)state;
    struct bucket bucket = bucket_of(UINT64_C(10000000), UINT64_C(10000000), 0);
    assert_true(bucket_take(&bucket, UINT64_C(10000000), 0));
    assert_true(bucket_take(&bucket, UINT64_C(10000000), UINT64_MAX / 2));
    assert_false(bucket_take(&bucket, 1, UINT64_MAX / 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_rate_is_no_limit),
        cmocka_unit_test(what_is_not_in_it_is_refused_whole),
        cmocka_unit_test(a_clock_that_stands_or_goes_back_gives_nothing),
        cmocka_unit_test(more_than_the_burst_at_once_takes_a_full_bucket),
        cmocka_unit_test(over_any_time_no_more_is_given_than_rate_and_burst_allow),
        cmocka_unit_test(a_smaller_burst_takes_away_what_does_not_fit),
        cmocka_unit_test(a_long_time_does_not_overflow_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
