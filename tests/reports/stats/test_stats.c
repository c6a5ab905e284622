/*
 * Counts are those of a recount that looks at every event for every group.
 */
#include "reports/query.h"
#include "reports/stats/stats.h"
#include "tests/reports/capture.h"
#include "tests/reports/history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    EVENTS = 1000,
    MEMORY = 64 << 20,
};

static struct history history;
static void *memory;
static struct arena arena;
static struct stats stats;

static int begin(void **unused)
{
    (void)unused;
    memory = malloc(MEMORY);
    history_begin(&history, 11);
    history_write(&history, EVENTS);
    history_look(&history);
    return 0;
}

static int end(void **unused)
{
    (void)unused;
    history_end(&history);
    free(memory);
    return 0;
}

static struct bytes body_of(uint64_t n)
{
    struct bytes body;
    must(log_read_body(history.log, &history.events[n], &body));
    return body.size < SALT_SIZE ? (struct bytes){0}
                                 : bytes_of(body.data + SALT_SIZE, body.size - SALT_SIZE);
}

static void count(const struct stats_options *asked)
{
    struct stats_options options = *asked;
    arena = (struct arena){.memory = memory, .capacity = MEMORY};
    options.arena = &arena;
    options.engine = history.engine;
    options.zone = zone_utc();
    must(stats_begin(&stats, &options));
    for (uint64_t n = 0; n < history.count; n++) {
        struct bytes body = stats_want_body(&stats) ? body_of(n) : (struct bytes){0};
        must(stats_event(&stats, STATS_NOW, &history.events[n], query_time_of(&history.events[n]),
                         body));
    }
    must(stats_end(&stats));
}

static struct dimension dimension(const char *name)
{
    struct dimension its;
    must(dimension_read(bytes_of_string(name), &its));
    return its;
}

static bool value(const struct dimension *of, uint64_t n, struct text *out)
{
    static uint8_t scratch_memory[BODY_MAX];
    struct arena scratch = ARENA_IN(scratch_memory);
    const struct dimension_event event = {.leaf = &history.events[n],
                                          .time_utc_us = query_time_of(&history.events[n]),
                                          .body = body_of(n),
                                          .scratch = &scratch,
                                          .engine = history.engine,
                                          .zone = zone_utc()};
    return dimension_value(of, &event, out);
}

/* Whether an event's values are those of a group. */
static bool is_in(uint64_t n, size_t group)
{
    for (size_t i = 0; i < stats.options.by_count; i++) {
        char its_memory[DIMENSION_VALUE_MAX];
        struct text its = TEXT_IN(its_memory);
        struct bytes wanted;
        bool has = stats_value_at(&stats, group, i, &wanted);
        if (value(&stats.options.by[i], n, &its) != has ||
            (has && !bytes_equal(text_bytes(&its), wanted))) {
            return false;
        }
    }
    const struct interval *interval = &stats.options.interval;
    struct zone utc = zone_utc();
    return !interval_is_set(interval) ||
           interval_from(interval, &utc, query_time_of(&history.events[n])) ==
               stats_group_at(&stats, group)->from_us;
}

static void recount(size_t index)
{
    const struct stats_group *group = stats_group_at(&stats, index);
    struct stats_group expected = {0};
    for (uint64_t n = 0; n < history.count; n++) {
        if (is_in(n, index)) {
            expected.first_n = expected.events == 0 ? n : expected.first_n;
            expected.last_n = n;
            expected.events++;
            expected.denied += history.events[n].outcome == OUTCOME_DENIED;
            expected.failed += history.events[n].outcome == OUTCOME_FAILED;
            course_add(&expected.course, query_time_of(&history.events[n]));
        }
    }
    assert_int_equal(group->events, expected.events);
    assert_int_equal(group->denied, expected.denied);
    assert_int_equal(group->failed, expected.failed);
    assert_int_equal(group->first_n, expected.first_n);
    assert_int_equal(group->last_n, expected.last_n);
    assert_memory_equal(&group->course, &expected.course, sizeof expected.course);
}

static void assert_in_order(void)
{
    for (size_t i = 1; i < stats.order_count; i++) {
        const struct stats_group *a = stats_group_at(&stats, i - 1), *b = stats_group_at(&stats, i);
        assert_true(a->from_us <= b->from_us);
        assert_true(a->from_us < b->from_us || a->events >= b->events);
    }
}

static void groups_are_those_of_a_recount(void **unused)
{
    (void)unused;
    uint64_t state = 5;
    for (unsigned round = 0; round < 25; round++) {
        struct stats_options options = {0};
        static const char *const intervals[] = {"15m", "1h", "1d"};
        uint64_t all = 0;
        for (size_t i = random_below(&state, 4); i > 0; i--) {
            const char *name = dimension_name(random_below(&state, DIMENSION_BODY + 1));
            options.by[options.by_count++] =
                dimension(strcmp(name, "body.") == 0 ? "body.what" : name);
        }
        if (random_below(&state, 4) == 0) {
            must(interval_read(bytes_of_string(intervals[random_below(&state, 3)]),
                               &options.interval));
        }
        count(&options);
        assert_in_order();
        for (size_t i = 0; i < stats.order_count; i++) {
            all += stats_group_at(&stats, i)->events;
            if (i < 5 || random_below(&state, 20) == 0) {
                recount(i);
            }
        }
        assert_int_equal(all, history.count);
    }
}

static uint64_t occurrence(uint64_t n)
{
    static uint8_t scratch_memory[BODY_MAX];
    struct arena scratch = ARENA_IN(scratch_memory);
    union event_body body;
    if (history.events[n].kind != EVENT_AUDIT_RECORD_IMPORTED) {
        return 0;
    }
    must(event_body_decode(history.events[n].kind, body_of(n), &scratch, &body));
    return body.audit_record_imported.occurrence;
}

static void sums_and_different_values_are_those_of_a_recount(void **unused)
{
    (void)unused;
    struct stats_options options = {.by = {dimension("outcome")}, .by_count = 1};
    options.has_sum = options.has_distinct = true;
    options.sum = dimension("body.occurrence");
    options.distinct = dimension("source");
    count(&options);
    for (size_t i = 0; i < stats.order_count; i++) {
        uint64_t sum = 0, distinct = 0;
        char seen[16][LEAF_SOURCE_MAX + 1];
        for (uint64_t n = 0; n < history.count; n++) {
            const struct leaf *leaf = &history.events[n];
            size_t at = 0;
            if (!is_in(n, i)) {
                continue;
            }
            sum += occurrence(n);
            while (at < distinct && !bytes_equal(bytes_of_string(seen[at]), leaf->source)) {
                at++;
            }
            if (leaf->source.size > 0 && at == distinct) {
                memcpy(seen[distinct], leaf->source.data, leaf->source.size);
                seen[distinct++][leaf->source.size] = '\0';
            }
        }
        assert_int_equal(stats_group_at(&stats, i)->sum, sum);
        assert_int_equal(stats_group_at(&stats, i)->distinct, distinct);
    }
}

static void another_range_is_counted_beside(void **unused)
{
    (void)unused;
    struct stats_options options = {.by = {dimension("kind")}, .by_count = 1, .zone = zone_utc()};
    arena = (struct arena){.memory = memory, .capacity = MEMORY};
    options.arena = &arena;
    options.engine = history.engine;
    must(stats_begin(&stats, &options));
    for (uint64_t n = 0; n < history.count; n++) {
        must(stats_event(&stats, n % 3 == 0 ? STATS_NOW : STATS_BEFORE, &history.events[n],
                         history.events[n].t_utc_us, (struct bytes){0}));
    }
    must(stats_end(&stats));
    for (size_t i = 0; i < stats.order_count; i++) {
        uint64_t now = 0, before = 0;
        for (uint64_t n = 0; n < history.count; n++) {
            now += n % 3 == 0 && is_in(n, i);
            before += n % 3 != 0 && is_in(n, i);
        }
        assert_int_equal(stats_group_at(&stats, i)->events, now);
        assert_int_equal(stats_group_at(&stats, i)->before, before);
    }
    assert_int_equal(stats.events + stats.before, history.count);
}

static void too_many_groups_are_refused_with_advice(void **unused)
{
    (void)unused;
    struct stats_options options = {.by = {dimension("on")}, .by_count = 1, .zone = zone_utc()};
    struct leaf leaf = {.on_count = 1, .kind = EVENT_AUDIT_OBSERVED};
    size_t size = 256 << 20;
    void *large = malloc(size);
    arena = (struct arena){.memory = large, .capacity = size};
    options.arena = &arena;
    must(stats_begin(&stats, &options));
    for (uint64_t i = 0; i < STATS_GROUPS_MAX; i++) {
        leaf.on[0] = (struct id){ID_FILE, i};
        must(stats_event(&stats, STATS_NOW, &leaf, 0, (struct bytes){0}));
    }
    leaf.on[0] = (struct id){ID_FILE, STATS_GROUPS_MAX};
    struct status status = stats_event(&stats, STATS_NOW, &leaf, 0, (struct bytes){0});
    assert_int_equal(status.code, STATUS_LIMIT);
    assert_non_null(strstr(status.why, "200000"));
    free(large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_are_those_of_a_recount),
        cmocka_unit_test(sums_and_different_values_are_those_of_a_recount),
        cmocka_unit_test(another_range_is_counted_beside),
        cmocka_unit_test(too_many_groups_are_refused_with_advice),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
