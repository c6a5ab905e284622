/*
 * Labels: the tree of projects as a lattice, and who may move what along it.
 */
#include "core/project/label.h"
#include "core/project/membership.h"
#include "tests/core/project/making.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* federal, and below it texas, florida; dallas is below texas; other stands alone. */
enum {
    UNLOCKED,
    FEDERAL,
    TEXAS,
    FLORIDA,
    DALLAS,
    OTHER,
    LABELS
};

struct cast {
    struct actor admin, manager, pi, member;
    struct id labels[LABELS];
};

static struct cast cast_of(struct world *world)
{
    struct cast cast = {.admin = making_admin(world)};
    cast.manager = world_actor(world, world_user(world, "mia", USER_ROLE_USER));
    cast.pi = world_actor(world, world_user(world, "pia", USER_ROLE_USER));
    cast.member = world_actor(world, world_user(world, "uli", USER_ROLE_USER));
    static const struct {
        const char *name;
        unsigned parent;
    } tree[LABELS] = {
        [FEDERAL] = {"federal", UNLOCKED}, [TEXAS] = {"texas", FEDERAL},
        [FLORIDA] = {"florida", FEDERAL},  [DALLAS] = {"dallas", TEXAS},
        [OTHER] = {"other", UNLOCKED},
    };
    for (unsigned i = FEDERAL; i < LABELS; i++) {
        cast.labels[i] =
            making_project(world, &cast.admin, tree[i].name, cast.labels[tree[i].parent]);
        making_member(world, &cast.admin, cast.labels[i], cast.manager.user, PROJECT_ROLE_MANAGER);
        making_member(world, &cast.admin, cast.labels[i], cast.member.user, PROJECT_ROLE_USER);
        making_pi(world, &cast.admin, cast.labels[i], cast.pi.user);
    }
    return cast;
}

/* Rows are labels, columns others: whether the row dominates the column. */
static void a_label_dominates_itself_and_what_is_above(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    /* clang-format off */
    static const char *const matrix[LABELS] = {
        /*              UFTLDO */
        [UNLOCKED]   = "x.....",
        [FEDERAL]    = "xx....",
        [TEXAS]      = "xxx...",
        [FLORIDA]    = "xx.x..",
        [DALLAS]     = "xxx.x.",
        [OTHER]      = "x....x",
    };
    /* clang-format on */
    struct view view = world_view(world);
    for (unsigned i = 0; i < LABELS; i++) {
        for (unsigned j = 0; j < LABELS; j++) {
            assert_int_equal(label_dominates(&view, cast.labels[i], cast.labels[j]),
                             matrix[i][j] == 'x');
        }
    }
    const struct id unknown = {ID_PROJECT, 9999};
    assert_true(label_dominates(&view, unknown, unknown));
    assert_false(label_dominates(&view, unknown, cast.labels[FEDERAL]));
    assert_int_equal(label_depth(&view, cast.labels[UNLOCKED]), 0);
    assert_int_equal(label_depth(&view, cast.labels[DALLAS]), 3);
    assert_int_equal(label_depth(&view, unknown), LABEL_DEPTH_MAX + 1);
}

/* PRJ-13a: rows are from, columns to; U up, D down, S side. */
static void data_moves_up_only(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    /* clang-format off */
    static const char *const matrix[LABELS] = {
        /*              UFTLDO */
        [UNLOCKED]   = "UUUUUU",
        [FEDERAL]    = "DUUUUS",
        [TEXAS]      = "DDUSUS",
        [FLORIDA]    = "DDSUSS",
        [DALLAS]     = "DDDSUS",
        [OTHER]      = "DSSSSU",
    };
    static const char letters[DIRECTION_COUNT] = {
        [DIRECTION_UP] = 'U', [DIRECTION_DOWN] = 'D', [DIRECTION_SIDE] = 'S'};
    /* clang-format on */
    struct view view = world_view(world);
    for (unsigned i = 0; i < LABELS; i++) {
        for (unsigned j = 0; j < LABELS; j++) {
            struct id from = cast.labels[i], to = cast.labels[j];
            assert_int_equal(letters[label_direction(&view, from, to)], matrix[i][j]);
            assert_int_equal(label_flow_refusal(&view, from, to),
                             matrix[i][j] == 'U' ? RULE_NONE : RULE_PRJ_13A);
        }
    }
}

/* PRJ-13b: federal with one state, but not two states. */
static void labels_that_meet_form_a_chain(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct view view = world_view(world);
    const struct id one_state[] = {cast.labels[DALLAS], cast.labels[UNLOCKED], cast.labels[FEDERAL],
                                   cast.labels[TEXAS]};
    const struct id two_states[] = {cast.labels[FEDERAL], cast.labels[TEXAS], cast.labels[FLORIDA]};
    assert_true(label_is_chain(&view, one_state, 4));
    assert_false(label_is_chain(&view, two_states, 3));
    assert_true(label_is_chain(&view, two_states, 2));
    assert_true(label_is_chain(&view, two_states, 0));
    assert_int_equal(label_meeting_refusal(&view, one_state, 4), RULE_NONE);
    assert_int_equal(label_meeting_refusal(&view, two_states, 3), RULE_PRJ_13B);
}

static enum rule moving(struct world *world, const struct actor *by, struct id from, struct id to)
{
    struct view view = world_view(world);
    return label_refusal(&view, by, from, to, LITERAL("for a reason"));
}

/* PRJ-12a: rows are from, columns to; a member raises, a manager also lowers. */
static void lowering_takes_a_manager_of_the_old_label(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    for (unsigned i = 0; i < LABELS; i++) {
        for (unsigned j = 0; j < LABELS; j++) {
            struct id from = cast.labels[i], to = cast.labels[j];
            struct view view = world_view(world);
            bool up = label_direction(&view, from, to) == DIRECTION_UP;
            assert_int_equal(moving(world, &cast.manager, from, to), RULE_NONE);
            assert_int_equal(moving(world, &cast.pi, from, to), RULE_NONE);
            assert_int_equal(moving(world, &cast.member, from, to), up ? RULE_NONE : RULE_PRJ_12A);
        }
    }
}

/* VLT-11c: in the new one she is a member; of the old one she leads it. A role does not help. */
static void the_new_label_is_one_that_she_is_a_member_of(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct actor super = cast.admin;
    super.role = USER_ROLE_SUPER_ADMIN;
    const union command_fields leave = {
        .project_remove_member = {.project = cast.labels[OTHER], .user = cast.manager.user}};
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_REMOVE_MEMBER, &leave);
    assert_int_equal(moving(world, &cast.manager, NOBODY, cast.labels[OTHER]), RULE_VLT_11C);
    assert_int_equal(moving(world, &cast.manager, cast.labels[TEXAS], cast.labels[OTHER]),
                     RULE_VLT_11C);
    assert_int_equal(moving(world, &cast.manager, cast.labels[OTHER], NOBODY), RULE_PRJ_12A);
    assert_int_equal(moving(world, &super, NOBODY, cast.labels[OTHER]), RULE_VLT_11C);
    assert_int_equal(moving(world, &super, cast.labels[OTHER], NOBODY), RULE_PRJ_12A);
}

/* PRJ-12b. */
static void lowering_takes_a_reason(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct view view = world_view(world);
    const struct bytes none = {0};
    assert_int_equal(label_refusal(&view, &cast.pi, cast.labels[TEXAS], NOBODY, none),
                     RULE_PRJ_12B);
    assert_int_equal(label_refusal(&view, &cast.pi, cast.labels[TEXAS], cast.labels[FLORIDA], none),
                     RULE_PRJ_12B);
    assert_int_equal(
        label_refusal(&view, &cast.member, cast.labels[FEDERAL], cast.labels[TEXAS], none),
        RULE_NONE);
}

/* PRJ-12c. */
static void where_a_project_says_so_only_its_pi_lowers(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    const union command_fields fields = {.project_edit = {.project = cast.labels[TEXAS],
                                                          .has_declassify_pi_only = true,
                                                          .declassify_pi_only = true}};
    (void)world_must(world, &cast.manager, COMMAND_PROJECT_EDIT, &fields);
    assert_int_equal(moving(world, &cast.manager, cast.labels[TEXAS], NOBODY), RULE_PRJ_12C);
    assert_int_equal(moving(world, &cast.member, cast.labels[TEXAS], NOBODY), RULE_PRJ_12A);
    assert_int_equal(moving(world, &cast.pi, cast.labels[TEXAS], NOBODY), RULE_NONE);
    assert_int_equal(moving(world, &cast.manager, cast.labels[DALLAS], cast.labels[TEXAS]),
                     RULE_NONE);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(a_label_dominates_itself_and_what_is_above),
        IN_WORLD(data_moves_up_only),
        IN_WORLD(labels_that_meet_form_a_chain),
        IN_WORLD(lowering_takes_a_manager_of_the_old_label),
        IN_WORLD(the_new_label_is_one_that_she_is_a_member_of),
        IN_WORLD(lowering_takes_a_reason),
        IN_WORLD(where_a_project_says_so_only_its_pi_lowers),
    };
    return cmocka_run_group_tests_name("core/project/label", tests, NULL, NULL);
}
