/*
 * Moments and stretches as places in the log, held against a naive search.
 */
#include "reports/stretch.h"
#include "tests/reports/history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum {
    EVENTS = 300,
};

static struct history *write_history(void)
{
    static struct history history;
    history_begin(&history, 41);
    history_write(&history, EVENTS);
    history_look(&history);
    return &history;
}

/* How many of the first `size` events were recorded before a time. */
static uint64_t count_before(const struct history *history, uint64_t size, uint64_t utc_us)
{
    uint64_t count = 0;
    while (count < size && history->events[count].t_utc_us < utc_us) {
        count++;
    }
    return count;
}

static void a_view_is_as_of_the_last_event_by_then(void **unused)
{
    struct history *history = write_history();
    uint64_t size = history->count - 7, first = history->events[0].t_utc_us;
    (void)unused;
    for (uint64_t i = 0; i < history->count; i++) {
        for (uint64_t step = 0; step < 3; step++) {
            struct view view = {0};
            uint64_t t = history->events[i].t_utc_us + step - 1;
            uint64_t count = count_before(history, size, t + 1);
            struct status status =
                stretch_set_view(history->log, size, (struct moment){MOMENT_TIME, t}, &view);
            assert_int_equal(status.code, t < first ? STATUS_NOT_FOUND : STATUS_OK);
            if (t >= first) {
                assert_int_equal(view.as_of_n, count - 1);
                assert_int_equal(view.now_utc_us, t);
            }
        }
    }
    history_end(history);
}

static void a_position_is_a_moment_and_beyond_the_log_there_is_none(void **unused)
{
    struct history *history = write_history();
    struct view view = {.as_of_n = 5, .now_utc_us = 6};
    (void)unused;
    must(stretch_set_view(history->log, history->count, (struct moment){0}, &view));
    assert_int_equal(view.as_of_n, 5);
    must(stretch_set_view(history->log, history->count, (struct moment){MOMENT_POSITION, 17},
                          &view));
    assert_int_equal(view.as_of_n, 17);
    assert_int_equal(view.now_utc_us, history->events[17].t_utc_us);
    assert_int_equal(
        stretch_set_view(history->log, 17, (struct moment){MOMENT_POSITION, 17}, &view).code,
        STATUS_NOT_FOUND);
    history_end(history);
}

static void a_stretch_begins_after_what_was_and_ends_before_what_counts_no_more(void **unused)
{
    struct history *history = write_history();
    uint64_t last = history->events[history->count - 1].t_utc_us;
    (void)unused;
    for (uint64_t i = 1; i < history->count; i += 13) {
        struct stretch stretch;
        uint64_t t = history->events[i].t_utc_us;
        const struct moment_range since = {.since = {MOMENT_TIME, t}};
        const struct moment_range until = {.until = {MOMENT_TIME, t}};
        must(stretch_find(history->log, history->count, &since, 0, &stretch));
        assert_int_equal(stretch.from.n, t > history->events[0].t_utc_us
                                             ? count_before(history, history->count, t + 1) - 1
                                             : 0);
        assert_int_equal(stretch.from.utc_us, t);
        assert_int_equal(stretch.to.n, history->count);
        assert_int_equal(stretch.to.utc_us, last + 1);
        must(stretch_find(history->log, history->count, &until, 0, &stretch));
        assert_int_equal(stretch.to.n, count_before(history, history->count, t));
        assert_int_equal(stretch.to.utc_us, t);
    }
    history_end(history);
}

static void without_bounds_it_is_all_there_is_until_now(void **unused)
{
    struct history *history = write_history();
    const struct moment_range all = {0};
    struct stretch stretch;
    uint64_t now = history->events[history->count - 1].t_utc_us + 99;
    (void)unused;
    must(stretch_find(history->log, history->count, &all, now, &stretch));
    assert_int_equal(stretch.from.n, 0);
    assert_int_equal(stretch.from.utc_us, history->events[0].t_utc_us);
    assert_int_equal(stretch.to.n, history->count);
    assert_int_equal(stretch.to.utc_us, now);
    assert_false(stretch_is_empty(&stretch));
    assert_int_equal(stretch_find(history->log, 0, &all, now, &stretch).code, STATUS_NOT_FOUND);
    history_end(history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_view_is_as_of_the_last_event_by_then),
        cmocka_unit_test(a_position_is_a_moment_and_beyond_the_log_there_is_none),
        cmocka_unit_test(a_stretch_begins_after_what_was_and_ends_before_what_counts_no_more),
        cmocka_unit_test(without_bounds_it_is_all_there_is_until_now),
    };
    return cmocka_run_group_tests_name("reports/stretch", tests, NULL, NULL);
}
