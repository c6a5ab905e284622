/*
 * What an event touches is what a search through all events finds, the nearest first.
 */
#include "reports/pivot/pivot.h"
#include "tests/reports/capture.h"
#include "tests/reports/history.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    EVENTS = 800,
};

static struct history history;
static uint8_t memory[PIVOT_MEMORY_SIZE];
static struct arena arena;
static struct pivot pivot;

/* A third of the events answer one before them; some of these are items of a command. */
static void write_causes(uint64_t *state, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        uint64_t size = log_head_of(engine_log(history.engine))->size;
        union event_body body = {.audit_observed = {.what = LITERAL("door")}};
        struct draft draft = {.kind = EVENT_AUDIT_OBSERVED,
                              .on = {THE_LOG},
                              .on_count = 1,
                              .body = &body,
                              .answers = true,
                              .cause = size - 1 - random_below(state, size < 30 ? 1 : 30),
                              .item = random_below(state, 3)};
        must(engine_say(history.engine, VOICE_AUDIT, &draft));
        if (i % 8 == 7) {
            must(engine_flush(history.engine));
        }
    }
    must(engine_flush(history.engine));
}

static int begin(void **unused)
{
    (void)unused;
    uint64_t state = 2;
    history_begin(&history, 21);
    for (unsigned i = 0; i < 4; i++) {
        history_write(&history, EVENTS / 8);
        write_causes(&state, EVENTS / 8);
    }
    history_look(&history);
    return 0;
}

static int end(void **unused)
{
    (void)unused;
    history_end(&history);
    return 0;
}

static void open_at(uint64_t n)
{
    arena = ARENA_IN(memory);
    pivot = (struct pivot){.log = history.log, .arena = &arena};
    must(pivot_open(&pivot, n));
}

struct seen {
    enum pivot_relation relation;
    uint64_t n[PIVOT_EVENTS_MAX];
    uint32_t steps[PIVOT_EVENTS_MAX];
    struct id what[PIVOT_EVENTS_MAX];
    size_t count;
};

static struct status see(void *context, const struct pivot_event *event)
{
    struct seen *seen = context;
    assert_int_equal(event->relation, seen->relation);
    seen->what[seen->count] = event->what;
    seen->steps[seen->count] = event->steps;
    seen->n[seen->count++] = event->leaf->n;
    return OK;
}

static struct pivot_found run(enum pivot_relation relation, struct seen *seen)
{
    struct pivot_found found;
    seen->relation = relation;
    seen->count = 0;
    must(pivot_run(&pivot, relation, see, seen, &found));
    assert_int_equal(found.count, seen->count);
    assert_int_equal(arena.used, 0);
    return found;
}

static bool is_on(const struct leaf *leaf, struct id id)
{
    for (size_t i = 0; i < leaf->on_count; i++) {
        if (id_equal(leaf->on[i], id)) {
            return true;
        }
    }
    return false;
}

static bool relates(enum pivot_relation relation, const struct leaf *leaf, struct id what)
{
    const struct leaf *its = &pivot.leaf;
    if (relation == PIVOT_SESSION) {
        return id_equal(leaf->session, its->session);
    }
    if (relation == PIVOT_ACTOR) {
        return bytes_equal(leaf->actor, its->actor);
    }
    if (relation == PIVOT_OBJECT) {
        return is_on(leaf, what);
    }
    if (relation == PIVOT_PEOPLE) {
        return is_on(leaf, what) && leaf->on_count == 3;
    }
    if (relation == PIVOT_SOURCE) {
        return bytes_equal(leaf->source, its->source);
    }
    return relation == PIVOT_NEIGHBOURS || id_equal(leaf->project, its->project);
}

static bool in_window(enum pivot_relation relation, const struct leaf *leaf)
{
    uint64_t window_us = pivot.window_us[relation];
    uint64_t a = query_time_of(leaf), b = query_time_of(&pivot.leaf);
    return window_us == 0 || (a > b ? a - b : b - a) <= window_us;
}

/* The nearest on either side, in order; compared with a stretch of what was seen. */
static size_t expect_around(enum pivot_relation relation, struct id what, const struct seen *seen,
                            size_t at, bool *more)
{
    uint64_t before[PIVOT_EVENTS_MAX];
    size_t before_count = 0, after_count = 0;
    size_t before_most = (size_t)(pivot.most + 1) / 2, after_most = (size_t)pivot.most / 2;
    for (uint64_t n = pivot.leaf.n; n-- > 0;) {
        if (relates(relation, &history.events[n], what) &&
            in_window(relation, &history.events[n])) {
            if (before_count == before_most) {
                *more = true;
                break;
            }
            before[before_count++] = n;
        }
    }
    while (before_count > 0) {
        assert_true(at < seen->count);
        assert_int_equal(seen->n[at], before[--before_count]);
        assert_true(id_equal(seen->what[at++], what));
    }
    for (uint64_t n = pivot.leaf.n + 1; n < history.count; n++) {
        if (relates(relation, &history.events[n], what) &&
            in_window(relation, &history.events[n])) {
            if (after_count == after_most) {
                *more = true;
                break;
            }
            after_count++;
            assert_true(at < seen->count);
            assert_int_equal(seen->n[at], n);
            assert_true(id_equal(seen->what[at++], what));
        }
    }
    return at;
}

static void what_is_around_an_event_is_what_a_search_finds(void **unused)
{
    (void)unused;
    static const enum pivot_relation around[] = {PIVOT_SESSION, PIVOT_ACTOR,   PIVOT_OBJECT,
                                                 PIVOT_SOURCE,  PIVOT_PROJECT, PIVOT_NEIGHBOURS,
                                                 PIVOT_PEOPLE};
    uint64_t of_people = 0;
    static struct seen seen;
    uint64_t state = 3;
    for (unsigned round = 0; round < 80; round++) {
        open_at(random_below(&state, EVENTS));
        pivot.most = 1 + random_below(&state, 30);
        for (size_t r = 0; r < 7; r++) {
            bool more = false;
            size_t at = 0;
            pivot.window_us[around[r]] = random_below(&state, 3) * 3600 * TIME_SECOND_US;
            struct pivot_found found = run(around[r], &seen);
            if (!pivot_has(&pivot, around[r])) {
                assert_int_equal(seen.count, 0);
                continue;
            }
            const bool each = around[r] == PIVOT_OBJECT || around[r] == PIVOT_PEOPLE;
            const size_t things = pivot.leaf.on_count - (around[r] == PIVOT_PEOPLE);
            if (!each) {
                at = expect_around(around[r], (struct id){0}, &seen, at, &more);
            }
            for (size_t i = 0; each && i < things; i++) {
                if (pivot.leaf.on[i].kind != ID_LOG) {
                    at = expect_around(around[r], pivot.leaf.on[i], &seen, at, &more);
                }
            }
            of_people += around[r] == PIVOT_PEOPLE ? seen.count : 0;
            assert_int_equal(at, seen.count);
            assert_int_equal(found.more, more);
        }
    }
    assert_true(of_people > 0);
}

/* How many steps of causes lead from one event up to another; 0: they do not. */
static uint32_t steps_between(uint64_t from, uint64_t to)
{
    for (uint32_t steps = 1;; steps++) {
        uint64_t cause = history.events[from].cause;
        if (cause == LEAF_NO_CAUSE || cause >= from) {
            return 0;
        }
        if (cause == to) {
            return steps;
        }
        from = cause;
    }
}

static void causes_are_followed_both_ways(void **unused)
{
    (void)unused;
    static struct seen up, down;
    uint64_t state = 4;
    size_t all = 0;
    for (unsigned round = 0; round < 100; round++) {
        open_at(random_below(&state, EVENTS));
        pivot.most = PIVOT_EVENTS_MAX;
        pivot.steps = 1 + (uint32_t)random_below(&state, PIVOT_STEPS_MAX);
        (void)run(PIVOT_CAUSE, &up);
        (void)run(PIVOT_CAUSED, &down);
        size_t expected_up = 0, expected_down = 0;
        for (uint64_t n = 0; n < history.count; n++) {
            uint32_t above = steps_between(pivot.leaf.n, n), below = steps_between(n, pivot.leaf.n);
            expected_up += above > 0 && above <= pivot.steps;
            if (below > 0 && below <= pivot.steps) {
                assert_true(expected_down < down.count);
                assert_int_equal(down.n[expected_down], n);
                assert_int_equal(down.steps[expected_down++], below);
            }
        }
        assert_int_equal(up.count, expected_up);
        assert_int_equal(down.count, expected_down);
        for (size_t i = 0; i < up.count; i++) {
            assert_int_equal(steps_between(pivot.leaf.n, up.n[i]), up.steps[i]);
        }
        all += up.count + down.count;
    }
    assert_true(all > 200);
}

static void items_of_the_same_command_are_found(void **unused)
{
    (void)unused;
    static struct seen seen;
    size_t all = 0;
    for (uint64_t n = 0; n < history.count; n++) {
        const struct leaf *leaf = &history.events[n];
        size_t expected = 0;
        open_at(n);
        pivot.most = PIVOT_EVENTS_MAX;
        (void)run(PIVOT_BULK, &seen);
        for (uint64_t other = 0; other < history.count && leaf->item != 0; other++) {
            expected += other != n && history.events[other].item != 0 &&
                        history.events[other].cause == leaf->cause;
        }
        assert_int_equal(seen.count, expected);
        all += expected;
    }
    assert_true(all > 50);
}

static void what_was_not_looked_through_is_said(void **unused)
{
    (void)unused;
    static struct seen seen;
    open_at(10);
    pivot.most = PIVOT_EVENTS_MAX;
    pivot.scan_most = 50;
    assert_int_equal(run(PIVOT_CAUSED, &seen).scanned_to, 60);
    for (size_t i = 0; i < seen.count; i++) {
        assert_true(seen.n[i] < 60);
    }
    pivot.scan_most = UINT64_MAX;
    assert_int_equal(run(PIVOT_CAUSED, &seen).scanned_to, history.count);
}

static void an_event_that_is_not_there_is_not_found(void **unused)
{
    (void)unused;
    pivot = (struct pivot){.log = history.log, .arena = &arena};
    assert_int_equal(pivot_open(&pivot, history.count).code, STATUS_NOT_FOUND);
}

static void relations_are_read_as_they_are_written(void **unused)
{
    (void)unused;
    enum pivot_relation read;
    for (enum pivot_relation r = PIVOT_SESSION; r < PIVOT_RELATION_COUNT; r++) {
        assert_true(pivot_relation_read(bytes_of_string(pivot_relation_name(r)), &read));
        assert_int_equal(read, r);
    }
    assert_false(pivot_relation_read(LITERAL("friends"), &read));
}

/* Outside of quotes there is nothing that a shell reads otherwise; quotes are closed. */
static bool is_safe(const char *text)
{
    bool quoted = false;
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            quoted = !quoted;
        } else if (!quoted && strchr(" :,.-", *text) == NULL && !isalnum((unsigned char)*text)) {
            return false;
        }
    }
    return !quoted;
}

static void commands_that_lead_on_are_safe_to_type(void **unused)
{
    (void)unused;
    static const char *const sources[] = {"10.3.0.7", "$(reboot)", "a;b", "tty 1", "it's", "`id`"};
    for (size_t i = 0; i < 6; i++) {
        char next_memory[512];
        struct text next = TEXT_IN(next_memory);
        size_t with_source = 0;
        open_at(5);
        pivot.leaf.source = bytes_of_string(sources[i]);
        pivot.leaf.session = (struct id){ID_SESSION, 3};
        pivot.leaf.project = (struct id){ID_PROJECT, 4};
        pivot.leaf.on[0] = (struct id){ID_FILE, 5};
        for (size_t k = 0; pivot_next(&pivot, k, &next); k++) {
            assert_memory_equal(text_string(&next), "cairn ", 6);
            assert_true(is_safe(text_string(&next)));
            with_source += strstr(text_string(&next), "--source") != NULL;
        }
        assert_int_equal(with_source, strcmp(sources[i], "it's") != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_around_an_event_is_what_a_search_finds),
        cmocka_unit_test(causes_are_followed_both_ways),
        cmocka_unit_test(items_of_the_same_command_are_found),
        cmocka_unit_test(what_was_not_looked_through_is_said),
        cmocka_unit_test(an_event_that_is_not_there_is_not_found),
        cmocka_unit_test(relations_are_read_as_they_are_written),
        cmocka_unit_test(commands_that_lead_on_are_safe_to_type),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
