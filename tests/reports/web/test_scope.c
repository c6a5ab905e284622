/*
 * Scopes: what may be seen is what a naive look at every event says, in every way of asking.
 */
#include "reports/web/scope.h"
#include "tests/reports/capture.h"
#include "tests/reports/history.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    EVENTS = 5000, /* more than one run of the index */
    ROUNDS = 24,
};

static struct history history;
static struct hasher *hasher;
static uint64_t chosen = 3; /* random numbers of this test */

static int begin(void **unused)
{
    (void)unused;
    history_begin(&history, 31);
    history_write(&history, EVENTS);
    history_reopen(&history);
    history_look(&history);
    must(hasher_open(&hasher));
    return 0;
}

static int end(void **unused)
{
    (void)unused;
    hasher_close(&hasher);
    history_end(&history);
    return 0;
}

/* A random scope: a project that there is or is not, times that lie in the log or beyond. */
static struct web_viewer any_viewer(void)
{
    struct web_viewer viewer = {.scoped = true, .name = LITERAL("auditor")};
    const struct leaf *leaf = &history.events[random_below(&chosen, history.count)];
    if (random_below(&chosen, 3) > 0) {
        while (leaf->project.kind == ID_NONE) {
            leaf = &history.events[random_below(&chosen, history.count)];
        }
        viewer.project = leaf->project;
    }
    if (random_below(&chosen, 2) > 0) {
        viewer.from_us = history.events[random_below(&chosen, history.count)].t_utc_us;
    }
    if (random_below(&chosen, 2) > 0) {
        viewer.until_us = history.events[random_below(&chosen, history.count)].t_utc_us;
    }
    return viewer;
}

static bool naive_sees(const struct web_viewer *viewer, uint64_t size, const struct leaf *leaf)
{
    bool of_project = viewer->project.kind == ID_NONE || id_equal(leaf->project, viewer->project);
    for (size_t i = 0; i < leaf->on_count; i++) {
        of_project = of_project || id_equal(leaf->on[i], viewer->project);
    }
    return leaf->n < size && of_project && leaf->t_utc_us >= viewer->from_us &&
           (viewer->until_us == 0 || leaf->t_utc_us < viewer->until_us);
}

struct seen {
    const struct web_viewer *viewer;
    uint64_t size, count, next;
};

static struct status see(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct seen *seen = context;
    (void)bytes;
    assert_true(naive_sees(seen->viewer, seen->size, leaf));
    assert_true(leaf->n >= seen->next);
    seen->next = leaf->n + 1;
    seen->count++;
    return OK;
}

static void check_events(const struct scope *scope, const struct web_viewer *viewer)
{
    struct seen seen = {.viewer = viewer, .size = scope->size};
    struct query_outcome outcome;
    uint64_t count = 0, counted = 0;
    for (uint64_t n = 0; n < history.count; n++) {
        struct bytes bytes;
        struct leaf leaf;
        bool visible = naive_sees(viewer, scope->size, &history.events[n]);
        struct status status = scope_leaf(scope, n, &bytes, &leaf);
        assert_int_equal(status.code, visible ? STATUS_OK : STATUS_NOT_FOUND);
        assert_int_equal(scope_sees(scope, &history.events[n]), visible);
        count += visible ? 1 : 0;
    }
    must(scope_query(scope, &(struct query){0}, see, &seen, &outcome));
    must(scope_count(scope, UINT64_MAX, &counted));
    assert_int_equal(seen.count, count);
    assert_int_equal(counted, count);
}

static bool naive_sees_object(const struct web_viewer *viewer, uint64_t size, struct id id)
{
    char memory[64];
    struct text text = TEXT_IN(memory);
    id_write(&text, id);
    for (uint64_t n = 0; n < history.count; n++) {
        const struct leaf *leaf = &history.events[n];
        bool named = id_equal(leaf->project, id) || id_equal(leaf->session, id) ||
                     bytes_equal(leaf->actor, text_bytes(&text));
        for (size_t i = 0; i < leaf->on_count; i++) {
            named = named || id_equal(leaf->on[i], id);
        }
        if (named && naive_sees(viewer, size, leaf)) {
            return true;
        }
    }
    return false;
}

static void check_objects(struct scope *scope, const struct web_viewer *viewer)
{
    for (unsigned round = 0; round < 20; round++) {
        const struct leaf *leaf = &history.events[random_below(&chosen, history.count)];
        struct id id = round % 4 == 0   ? leaf->session
                       : round % 4 == 1 ? leaf->project
                                        : leaf->on[0];
        bool visible = false;
        if (id.kind == ID_NONE || id.kind == ID_LOG) {
            continue;
        }
        bool naive = naive_sees_object(viewer, scope->size, id);
        must(scope_sees_object(scope, id, &visible));
        assert_int_equal(visible, naive);
        assert_int_equal(scope_require_object(scope, id).code,
                         naive ? STATUS_OK : STATUS_NOT_FOUND);
    }
}

static void what_is_visible_is_what_a_naive_look_says(void **unused)
{
    static struct scope scope;
    const struct web_options options = {.engine = history.engine};
    (void)unused;
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct web_viewer viewer = any_viewer();
        uint64_t size = round % 2 == 0 ? UINT64_MAX : 1 + random_below(&chosen, history.count);
        must(scope_open(&options, &viewer, size, hasher, &scope));
        assert_int_equal(scope.size, size == UINT64_MAX ? history.count : size);
        check_events(&scope, &viewer);
        check_objects(&scope, &viewer);
        scope_close(&scope);
    }
}

static void more_events_than_there_are_cannot_be_pinned(void **unused)
{
    static struct scope scope;
    const struct web_options options = {.engine = history.engine};
    const struct web_viewer viewer = {0};
    (void)unused;
    assert_int_equal(scope_open(&options, &viewer, history.count + 1, hasher, &scope).code,
                     STATUS_LIMIT);
    scope_close(&scope);
}

static bool always(void *context)
{
    (void)context;
    return true;
}

static void what_takes_too_long_is_ended(void **unused)
{
    static struct scope scope;
    const struct web_options options = {.engine = history.engine, .expired = always};
    const struct web_viewer viewer = {0};
    struct query_outcome outcome;
    struct seen seen = {.viewer = &viewer};
    (void)unused;
    must(scope_open(&options, &viewer, UINT64_MAX, hasher, &scope));
    assert_int_equal(scope_query(&scope, &(struct query){0}, see, &seen, &outcome).code,
                     STATUS_INTERRUPTED);
    scope_close(&scope);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_visible_is_what_a_naive_look_says),
        cmocka_unit_test(more_events_than_there_are_cannot_be_pinned),
        cmocka_unit_test(what_takes_too_long_is_ended),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
