/*
 * F75: an emitter that says nothing for longer than its heartbeat is told of once, and once more
 * when it speaks again.
 */
#include "auditd/writer/silence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SECOND UINT64_C(1000000)
#define BEAT (10 * SECOND)

static enum silence_news at(struct silence *silence, uint64_t second, uint64_t emitter_n,
                            uint64_t *since)
{
    const struct silence_time now = {.utc_us = (1000 + second) * SECOND,
                                     .boot_us = second * SECOND};
    return silence_look(silence, emitter_n, BEAT, &now, since);
}

static void whoever_speaks_in_time_is_not_told_of(void **state)
{
    (void)state;
    struct silence silence = {.listening = false};
    uint64_t since;
    for (uint64_t second = 0; second < 500; second++) {
        assert_int_equal(at(&silence, second, second / 9, &since), SILENCE_NO_NEWS);
    }
}

static void silence_is_told_once_and_so_is_its_end(void **state)
{
    (void)state;
    struct silence silence = {.listening = false};
    unsigned silent = 0, heard = 0;
    uint64_t since;
    for (uint64_t second = 0; second < 100; second++) {
        enum silence_news news = at(&silence, second, second < 60 ? 7 : 8, &since);
        if (news == SILENCE_SILENT) {
            assert_int_equal(second, silent == 0 ? 10 : 70);
            assert_int_equal(since, (silent == 0 ? 1000 : 1060) * SECOND);
            silent++;
        }
        if (news == SILENCE_HEARD) {
            assert_int_equal(second, 60);
            assert_int_equal(since, 1000 * SECOND);
            heard++;
        }
    }
    assert_int_equal(heard, 1);
    assert_int_equal(silent, 2); /* and again from second 70 on */
}

static void a_clock_that_is_set_makes_nobody_silent(void **state)
{
    (void)state;
    struct silence silence = {.listening = false};
    uint64_t since;
    const struct silence_time before = {.utc_us = 1000 * SECOND, .boot_us = 5 * SECOND};
    const struct silence_time after = {.utc_us = 999999 * SECOND, .boot_us = 6 * SECOND};
    assert_int_equal(silence_look(&silence, 3, BEAT, &before, &since), SILENCE_NO_NEWS);
    assert_int_equal(silence_look(&silence, 3, BEAT, &after, &since), SILENCE_NO_NEWS);
}

static void after_a_restart_it_is_told_only_that_it_is_heard(void **state)
{
    (void)state;
    struct silence silence = {.silent = true, .heard = {.utc_us = 77}};
    uint64_t since;
    for (uint64_t second = 0; second < 50; second++) {
        assert_int_equal(at(&silence, second, 4, &since), SILENCE_NO_NEWS);
    }
    assert_int_equal(at(&silence, 50, 5, &since), SILENCE_HEARD);
    assert_int_equal(since, 77);
}

static void without_a_heartbeat_nobody_is_silent(void **state)
{
    (void)state;
    struct silence silence = {.listening = false};
    uint64_t since;
    for (uint64_t second = 0; second < 100; second++) {
        const struct silence_time now = {.utc_us = second, .boot_us = second * 1000 * SECOND};
        assert_int_equal(silence_look(&silence, 1, 0, &now, &since), SILENCE_NO_NEWS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_speaks_in_time_is_not_told_of),
        cmocka_unit_test(silence_is_told_once_and_so_is_its_end),
        cmocka_unit_test(a_clock_that_is_set_makes_nobody_silent),
        cmocka_unit_test(after_a_restart_it_is_told_only_that_it_is_heard),
        cmocka_unit_test(without_a_heartbeat_nobody_is_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
