/*
 * What an answer rests on: rows that are there and not there, walks, times; and when it is too
 * much.
 */
#include "reports/access/basis.h"
#include "tests/core/world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct id ann = {ID_USER, 1}, ben = {ID_USER, 2}, project = {ID_PROJECT, 3};

static uint64_t next_event(const struct basis *basis, const struct world *world)
{
    uint64_t n;
    must(basis_next_event(basis, world->state, &n));
    return n;
}

static void put_member(struct world *world, struct id user, uint64_t expires_us)
{
    world_put(world, ROW_MEMBERSHIP,
              &(struct membership_row){.project = project,
                                       .user = user,
                                       .has_expires = expires_us != 0,
                                       .expires = expires_us});
}

static void rows_that_were_not_there_are_part_of_it(void **state)
{
    static struct basis basis;
    struct world *world = *state;
    struct view view = world_view(world);
    struct membership_row row = {.project = project, .user = ann};
    basis_watch(&basis, &view);
    assert_false(view_find(&view, ROW_MEMBERSHIP, &row));
    assert_true(next_event(&basis, world) == UINT64_MAX);
    put_member(world, ben, 0);
    assert_true(next_event(&basis, world) == UINT64_MAX);
    uint64_t n = world->n;
    put_member(world, ann, 0);
    put_member(world, ann, 0);
    assert_int_equal(next_event(&basis, world), n);
}

static void all_rows_of_a_walk_are_part_of_it(void **state)
{
    static struct basis basis;
    struct world *world = *state;
    put_member(world, ann, 0);
    struct view view = world_view(world);
    struct membership_row row = {.project = project};
    basis_watch(&basis, &view);
    struct view_walk walk = view_walk_of(&view, ROW_MEMBERSHIP, &row, 1);
    assert_true(view_walk_next(&walk, &row));
    world_put(world, ROW_MEMBERSHIP,
              &(struct membership_row){.project = {ID_PROJECT, 4}, .user = ann});
    assert_true(next_event(&basis, world) == UINT64_MAX);
    uint64_t n = world->n;
    put_member(world, ben, 0);
    assert_int_equal(next_event(&basis, world), n);
}

static void the_first_time_to_come_in_what_was_found_counts(void **state)
{
    static struct basis basis;
    struct world *world = *state;
    put_member(world, ann, world->now_us + 50);
    put_member(world, ben, world->now_us + 20);
    world_put(
        world, ROW_SHARE,
        &(struct share_row){
            .file = {ID_FILE, 9}, .target = ann, .has_expires = true, .expires = world->now_us});
    struct view view = world_view(world);
    struct membership_row row = {.project = project, .user = ann};
    struct share_row share = {.file = {ID_FILE, 9}, .target = ann};
    basis_watch(&basis, &view);
    assert_true(view_find(&view, ROW_SHARE, &share));
    assert_true(basis_next_time(&basis) == UINT64_MAX);
    assert_true(view_find(&view, ROW_MEMBERSHIP, &row));
    assert_true(basis_next_time(&basis) == world->now_us + 50);
    struct view_walk walk = view_walk_of(&view, ROW_MEMBERSHIP, &row, 1);
    while (view_walk_next(&walk, &row)) {
    }
    assert_true(basis_next_time(&basis) == world->now_us + 20);
}

static void what_was_so_at_a_login_changes_no_more_but_its_times_count(void **state)
{
    static struct basis basis;
    struct world *world = *state;
    put_member(world, ann, world->now_us + 50);
    uint64_t login = world->n - 1;
    put_member(world, ben, 0);
    struct view view = world_view(world);
    struct membership_row row = {.project = project, .user = ann};
    basis_watch(&basis, &view);
    struct view then = view;
    then.as_of_n = login;
    assert_true(view_find(&then, ROW_MEMBERSHIP, &row));
    put_member(world, ann, 0);
    assert_true(next_event(&basis, world) == UINT64_MAX);
    assert_true(basis_next_time(&basis) == world->now_us + 50);
}

static void where_it_is_too_much_every_event_counts(void **state)
{
    static struct basis basis;
    struct world *world = *state;
    struct view view = world_view(world);
    basis_watch(&basis, &view);
    for (uint64_t i = 0; i <= BASIS_ROWS_MAX; i++) {
        struct user_row row = {.user = {ID_USER, 100 + i}};
        assert_false(view_find(&view, ROW_USER, &row));
        row.user.n = 100;
        assert_false(view_find(&view, ROW_USER, &row)); /* once more counts once */
        assert_int_equal(basis.full, i == BASIS_ROWS_MAX);
    }
    assert_int_equal(next_event(&basis, world), view.as_of_n + 1);
}

int main(void)
{
#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)
    const struct CMUnitTest tests[] = {
        IN_WORLD(rows_that_were_not_there_are_part_of_it),
        IN_WORLD(all_rows_of_a_walk_are_part_of_it),
        IN_WORLD(the_first_time_to_come_in_what_was_found_counts),
        IN_WORLD(what_was_so_at_a_login_changes_no_more_but_its_times_count),
        IN_WORLD(where_it_is_too_much_every_event_counts),
    };
    return cmocka_run_group_tests_name("reports/access/basis", tests, NULL, NULL);
}
