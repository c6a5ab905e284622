/*
 * Keys of groups: made anew for exactly the members, and fetched by them.
 */
#include "core/dispatch.h"
#include "core/group/group.h"
#include "tests/core/vault/people.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct rotation {
    uint64_t epoch;
    const struct id *holders;
    size_t holders_count, wrapped_count, key_size;
};

static enum rule rotating(struct world *world, const struct person *by, struct id group,
                          const struct rotation *rotation)
{
    static const uint8_t key[64] = {8};
    static const struct digest wrapped[8] = {{{1}}, {{2}}, {{3}}};
    union command_fields fields = {.group_rotate_key = {.group = group,
                                                        .epoch = rotation->epoch,
                                                        .key = bytes_of(key, rotation->key_size),
                                                        .holders = rotation->holders,
                                                        .holders_count = rotation->holders_count,
                                                        .wrapped = wrapped,
                                                        .wrapped_count = rotation->wrapped_count}};
    return person_try(world, by, COMMAND_GROUP_ROTATE_KEY, &fields);
}

static enum rule fetching(struct world *world, const struct person *by, struct id group,
                          uint64_t epoch)
{
    union command_fields fields = {.group_fetch_key = {.group = group, .epoch = epoch}};
    return person_try(world, by, COMMAND_GROUP_FETCH_KEY, &fields);
}

struct lab {
    struct world *world;
    struct person ada, mia, ben;
    struct id group;
};

static struct lab lab_of(struct world *world)
{
    struct lab lab = {
        .world = world,
        .ada = person_new(world, USER_ROLE_USER),
        .mia = person_new(world, USER_ROLE_USER),
        .ben = person_new(world, USER_ROLE_USER),
    };
    lab.group = make_group(world, &lab.ada);
    add_member(world, &lab.ada, lab.group, &lab.mia, GROUP_PRESET_MANAGER);
    add_member(world, &lab.ada, lab.group, &lab.ben, GROUP_PRESET_USER);
    return lab;
}

static void a_new_key_is_wrapped_for_exactly_the_members(void **state)
{
    struct lab lab = lab_of(*state);
    const struct id eve = person_new(lab.world, USER_ROLE_USER).user;
    const struct id ada = lab.ada.user, mia = lab.mia.user, ben = lab.ben.user;
    const struct id two[] = {ada, mia}, three[] = {ben, ada, mia}, four[] = {ada, mia, ben, eve};
    const struct id twice[] = {ada, mia, mia}, other[] = {ada, mia, eve};
    const struct rotation wrong[] = {
        {2, two, 2, 2, 32},   {2, four, 4, 4, 32},  {2, twice, 3, 3, 32}, {2, other, 3, 3, 32},
        {2, three, 3, 2, 32}, {2, three, 3, 4, 32}, {2, three, 3, 3, 31}, {2, three, 0, 0, 32},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(rotating(lab.world, &lab.ada, lab.group, &wrong[i]), RULE_GRP_01A);
    }
    const struct rotation right = {2, three, 3, 3, 32};
    assert_int_equal(rotating(lab.world, &lab.ada, lab.group, &right), RULE_NONE);
    struct view view = world_view(lab.world);
    struct group_key_row key = {.group = lab.group, .user = ada, .epoch = 2};
    assert_true(view_find(&view, ROW_GROUP_KEY, &key));
    assert_int_equal(key.wrapped.sha256[0], 2);
}

static void keys_are_numbered_without_a_gap(void **state)
{
    struct lab lab = lab_of(*state);
    const struct id holders[] = {lab.ada.user, lab.mia.user, lab.ben.user};
    const uint64_t wrong[] = {0, 1, 3};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(rotating(lab.world, &lab.ada, lab.group,
                                  &(struct rotation){wrong[i], holders, 3, 3, 32}),
                         RULE_GRP_01F);
    }
    rotate_key(lab.world, &lab.ada, lab.group, 2, holders, 3);
    rotate_key(lab.world, &lab.mia, lab.group, 3, holders, 3);
}

static void a_key_is_made_anew_by_those_who_add_or_remove_members(void **state)
{
    struct lab lab = lab_of(*state);
    struct person eve = person_new(lab.world, USER_ROLE_SUPER_ADMIN);
    const struct id holders[] = {lab.ada.user, lab.mia.user, lab.ben.user};
    const struct rotation right = {2, holders, 3, 3, 32};
    assert_int_equal(rotating(lab.world, &lab.ben, lab.group, &right), RULE_GRP_02F);
    assert_int_equal(rotating(lab.world, &eve, lab.group, &right), RULE_GRP_02F);
    assert_int_equal(rotating(lab.world, &lab.mia, lab.group, &right), RULE_NONE);
}

static void after_a_member_is_gone_only_a_new_key_opens_the_group_again(void **state)
{
    struct lab lab = lab_of(*state);
    union command_fields fields = {
        .group_remove_member = {.group = lab.group, .user = lab.ben.user}};
    (void)person_must(lab.world, &lab.ada, COMMAND_GROUP_REMOVE_MEMBER, &fields);
    struct view view = world_view(lab.world);
    assert_int_equal(group_key_refusal(&view, lab.group, 1), RULE_GRP_02C);
    const struct id with[] = {lab.ada.user, lab.mia.user, lab.ben.user};
    assert_int_equal(
        rotating(lab.world, &lab.ada, lab.group, &(struct rotation){2, with, 3, 3, 32}),
        RULE_GRP_01A);
    rotate_key(lab.world, &lab.ada, lab.group, 2, with, 2);
    view = world_view(lab.world);
    assert_int_equal(group_key_refusal(&view, lab.group, 2), RULE_NONE);
    assert_int_equal(group_key_refusal(&view, lab.group, 1), RULE_GRP_01F);
    assert_int_equal(group_key_refusal(&view, (struct id){ID_GROUP, 99999}, 1), RULE_GRP_01D);
}

static void a_member_fetches_the_own_keys_and_nobody_else_any(void **state)
{
    struct lab lab = lab_of(*state);
    struct person eve = person_new(lab.world, USER_ROLE_SUPER_ADMIN);
    const struct id holders[] = {lab.ada.user, lab.mia.user, lab.ben.user};
    rotate_key(lab.world, &lab.ada, lab.group, 2, holders, 3);
    assert_int_equal(fetching(lab.world, &eve, lab.group, 1), RULE_GRP_01A);
    assert_int_equal(fetching(lab.world, &lab.ben, lab.group, 0), RULE_GRP_01A);
    assert_int_equal(fetching(lab.world, &lab.ben, lab.group, 3), RULE_GRP_01A);
    assert_int_equal(fetching(lab.world, &lab.ben, lab.group, 1), RULE_NONE);
    assert_int_equal(fetching(lab.world, &lab.ben, lab.group, 2), RULE_NONE);
    struct digest expected = some_digest(202);
    assert_true(
        digest_equal(&lab.world->decision.events[0].body.group_key_fetched.wrapped, &expected));
}

static void a_member_who_came_later_has_no_earlier_key(void **state)
{
    struct lab lab = lab_of(*state);
    struct person eve = person_new(lab.world, USER_ROLE_USER);
    const struct id holders[] = {lab.ada.user, lab.mia.user, lab.ben.user};
    rotate_key(lab.world, &lab.ada, lab.group, 2, holders, 3);
    add_member(lab.world, &lab.ada, lab.group, &eve, GROUP_PRESET_USER);
    assert_int_equal(fetching(lab.world, &eve, lab.group, 1), RULE_GRP_01A);
    assert_int_equal(fetching(lab.world, &eve, lab.group, 2), RULE_NONE);
}

/* GRP-09b */
static void the_key_of_a_tagged_group_takes_its_project(void **state)
{
    struct lab lab = lab_of(*state);
    struct id project = some_project(lab.world, (struct id){ID_NONE, 0});
    person_work_on(lab.world, &lab.ada, project, PROJECT_ROLE_USER);
    union command_fields fields = {
        .group_set_project = {.group = lab.group, .has_project = true, .project = project}};
    (void)person_must(lab.world, &lab.ada, COMMAND_GROUP_SET_PROJECT, &fields);
    assert_int_equal(fetching(lab.world, &lab.ben, lab.group, 1), RULE_CLS_02A);
    person_join(lab.world, &lab.ben, project, PROJECT_ROLE_USER);
    world_activate(lab.world, lab.ben.session, project);
    assert_int_equal(fetching(lab.world, &lab.ben, lab.group, 1), RULE_CLS_02A); /* no login yet */
    person_login(lab.world, &lab.ben);
    assert_int_equal(fetching(lab.world, &lab.ben, lab.group, 1), RULE_CLS_02A);
    world_activate(lab.world, lab.ben.session, project);
    assert_int_equal(fetching(lab.world, &lab.ben, lab.group, 1), RULE_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(a_new_key_is_wrapped_for_exactly_the_members),
        IN_WORLD(keys_are_numbered_without_a_gap),
        IN_WORLD(a_key_is_made_anew_by_those_who_add_or_remove_members),
        IN_WORLD(after_a_member_is_gone_only_a_new_key_opens_the_group_again),
        IN_WORLD(a_member_fetches_the_own_keys_and_nobody_else_any),
        IN_WORLD(a_member_who_came_later_has_no_earlier_key),
        IN_WORLD(the_key_of_a_tagged_group_takes_its_project),
    };
    return cmocka_run_group_tests_name("core/group/group_key", tests, NULL, NULL);
}
