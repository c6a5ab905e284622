/*
 * What differs between a host and the log lasts from when it was said first until it is cleared.
 */
#include "core/effect/reconcile.h"
#include "tests/core/world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct id host_a = {ID_HOST, 7}, host_b = {ID_HOST, 9};

static uint64_t say(struct world *world, enum event_kind kind, struct id host,
                    union event_body body)
{
    char memory[2048];
    struct text text = TEXT_IN(memory);
    const struct leaf leaf = {.actor = LITERAL("eyes"),
                              .kind = kind,
                              .on = {host},
                              .on_count = 1,
                              .n = world->n++,
                              .t_utc_us = ++world->now_us};
    event_body_encode(kind, &body, &text);
    must(evolution_fold(world->state, &leaf, text_bytes(&text), &world->fold_arena));
    return leaf.n;
}

static uint64_t differ(struct world *world, struct id host, uint8_t identity)
{
    return say(world, EVENT_RECONCILE_MISMATCH, host,
               (union event_body){.reconcile_mismatch = {.kind = MISMATCH_KIND_DISK_UNKNOWN,
                                                         .object = LITERAL("vm:3 vdb"),
                                                         .identity = {{identity}}}});
}

static void clear(struct world *world, struct id host, uint8_t identity)
{
    (void)say(world, EVENT_RECONCILE_CLEARED, host,
              (union event_body){.reconcile_cleared = {.identity = (struct digest){{identity}}}});
}

static void the_newest_comparison_of_each_host_is_kept(void **state)
{
    struct world *world = *state;
    struct reconciliation_row row;
    struct view view = world_view(world);
    assert_false(reconcile_newest(&view, host_a, &row));
    for (uint64_t i = 1; i <= 3; i++) {
        (void)say(world, EVENT_RECONCILE_RUN, host_a,
                  (union event_body){
                      .reconcile_run = {.checked = 10 * i, .mismatches = i, .as_of = 100 + i}});
    }
    view = world_view(world);
    assert_true(reconcile_newest(&view, host_a, &row));
    assert_true(row.checked == 30 && row.mismatches == 3 && row.as_of == 103);
    assert_int_equal(row.ended, world->now_us);
    assert_false(reconcile_newest(&view, host_b, &row));
}

/* HST-05a: said once while it lasts, and only whoever said it says that it is gone. */
static void what_differs_lasts_until_its_own_host_clears_it(void **state)
{
    struct world *world = *state;
    struct mismatch_row row;
    const struct digest identity = {{5}};
    const uint64_t since = differ(world, host_a, 5);
    (void)differ(world, host_a, 5);
    clear(world, host_b, 5);
    clear(world, host_a, 6);
    struct view view = world_view(world);
    assert_true(reconcile_lasts(&view, &identity, &row));
    assert_int_equal(row.since_n, since);
    assert_true(id_equal(row.host, host_a) && row.kind == MISMATCH_KIND_DISK_UNKNOWN);
    clear(world, host_a, 5);
    view = world_view(world);
    assert_false(reconcile_lasts(&view, &identity, &row));
    assert_true(differ(world, host_a, 5) > since);
    view = world_view(world);
    assert_true(reconcile_lasts(&view, &identity, &row) && row.since_n > since);
}

static void what_lasts_is_what_was_said_and_not_cleared(void **state)
{
    enum {
        IDENTITIES = 12,
        STEPS = 300
    };
    struct world *world = *state;
    uint64_t since[IDENTITIES] = {0}, seed = 3;
    for (size_t step = 0; step < STEPS; step++) {
        const uint8_t identity = (uint8_t)world_random(&seed, IDENTITIES);
        if (world_random(&seed, 2) == 0) {
            const uint64_t n = differ(world, host_a, identity);
            since[identity] = since[identity] == 0 ? n : since[identity];
        } else {
            clear(world, host_a, identity);
            since[identity] = 0;
        }
    }
    struct view view = world_view(world);
    for (uint8_t i = 0; i < IDENTITIES; i++) {
        const struct digest identity = {{i}};
        struct mismatch_row row = {.since_n = 0};
        assert_int_equal(reconcile_lasts(&view, &identity, &row), since[i] != 0);
        assert_int_equal(row.since_n, since[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_newest_comparison_of_each_host_is_kept, world_begin,
                                        world_end),
        cmocka_unit_test_setup_teardown(what_differs_lasts_until_its_own_host_clears_it,
                                        world_begin, world_end),
        cmocka_unit_test_setup_teardown(what_lasts_is_what_was_said_and_not_cleared, world_begin,
                                        world_end),
    };
    return cmocka_run_group_tests_name("core/effect/reconcile", tests, NULL, NULL);
}
