/*
 * Keys of files: who fetches, deposits and removes them.
 */
#include "core/access/access.h"
#include "core/dispatch.h"
#include "core/vault/file_key.h"
#include "core/vault/tag.h"
#include "tests/core/vault/people.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static enum rule depositing(struct world *world, const struct person *by, struct id file,
                            struct id holder, uint64_t epoch)
{
    union command_fields fields = {.vault_key_deposit = {.file = file,
                                                         .holder = holder,
                                                         .wrapped = some_digest(8),
                                                         .has_epoch = epoch != 0,
                                                         .epoch = epoch}};
    return person_try(world, by, COMMAND_VAULT_KEY_DEPOSIT, &fields);
}

static enum rule removing(struct world *world, const struct person *by, struct id file,
                          struct id holder)
{
    union command_fields fields = {.vault_key_remove = {.file = file, .holder = holder}};
    return person_try(world, by, COMMAND_VAULT_KEY_REMOVE, &fields);
}

static const struct vault_key_fetched *last_fetch(const struct world *world)
{
    assert_int_equal(world->decision.events[0].kind, EVENT_VAULT_KEY_FETCHED);
    return &world->decision.events[0].body.vault_key_fetched;
}

struct lab {
    struct world *world;
    struct person ada, ben, eve; /* ben is in the group, eve is not */
    struct id group, own, in_group;
};

static struct lab lab_of(struct world *world)
{
    struct lab lab = {
        .world = world,
        .ada = person_new(world, USER_ROLE_USER),
        .ben = person_new(world, USER_ROLE_USER),
        .eve = person_new(world, USER_ROLE_SUPER_ADMIN),
    };
    lab.group = make_group(world, &lab.ada);
    add_member(world, &lab.ada, lab.group, &lab.ben, GROUP_PRESET_USER);
    lab.own = make_file(world, &lab.ada, lab.ada.user, "own");
    lab.in_group = make_file(world, &lab.ada, lab.group, "shared");
    return lab;
}

/* Fetch ---------------------------------------------------------------------------------------- */

/* VLT-05d: each fetch is an event, which says whose key it was and of which class the file. */
static void a_key_is_fetched_by_each_way_that_there_is(void **state)
{
    struct lab lab = lab_of(*state);
    struct digest own = some_digest(3), of_group = some_digest(4), shared = some_digest(5);
    assert_int_equal(fetch_key(lab.world, &lab.ada, lab.own), RULE_NONE);
    assert_true(id_equal(last_fetch(lab.world)->holder, lab.ada.user));
    assert_true(digest_equal(&last_fetch(lab.world)->wrapped, &own));
    assert_int_equal(last_fetch(lab.world)->class, ACCESS_PERSONAL);
    assert_int_equal(fetch_key(lab.world, &lab.ben, lab.in_group), RULE_NONE);
    assert_true(id_equal(last_fetch(lab.world)->holder, lab.group));
    assert_true(digest_equal(&last_fetch(lab.world)->wrapped, &of_group));
    assert_int_equal(last_fetch(lab.world)->class, ACCESS_GROUP);
    assert_int_equal(share_with(lab.world, &lab.ada, lab.own, &lab.eve), RULE_NONE);
    assert_int_equal(fetch_key(lab.world, &lab.eve, lab.own), RULE_NONE);
    assert_true(id_equal(last_fetch(lab.world)->holder, lab.eve.user));
    assert_true(digest_equal(&last_fetch(lab.world)->wrapped, &shared));
}

static void nobody_fetches_a_key_without_a_way_to_the_file(void **state)
{
    struct lab lab = lab_of(*state);
    assert_int_equal(fetch_key(lab.world, &lab.eve, lab.own), RULE_CLS_04A);
    assert_int_equal(fetch_key(lab.world, &lab.eve, lab.in_group), RULE_CLS_01A);
    assert_int_equal(fetch_key(lab.world, &lab.ben, lab.own), RULE_CLS_04A);
    assert_int_equal(fetch_key(lab.world, &lab.ada, (struct id){ID_FILE, 99999}), RULE_VLT_01D);
}

/* All four classes: CLS-01a and CLS-04a above; here what a tag adds. */
static void a_tag_takes_membership_and_activity_besides(void **state)
{
    struct lab lab = lab_of(*state);
    struct id project = some_project(lab.world, UNTAGGED);
    person_work_on(lab.world, &lab.ada, project, PROJECT_ROLE_MANAGER);
    const struct id files[] = {lab.own, lab.in_group};
    for (unsigned i = 0; i < 2; i++) {
        union command_fields fields = {
            .vault_file_set_project = {.file = files[i], .has_project = true, .project = project}};
        (void)person_must(lab.world, &lab.ada, COMMAND_VAULT_FILE_SET_PROJECT, &fields);
    }
    assert_int_equal(fetch_key(lab.world, &lab.ben, lab.in_group), RULE_CLS_02A);
    assert_int_equal(fetch_key(lab.world, &lab.ada, lab.own), RULE_NONE);
    assert_int_equal(last_fetch(lab.world)->class, ACCESS_PROJECT);
    world_activate(lab.world, lab.ada.session, UNTAGGED);
    assert_int_equal(fetch_key(lab.world, &lab.ada, lab.own), RULE_CLS_03A);
    assert_int_equal(fetch_key(lab.world, &lab.ada, lab.in_group), RULE_CLS_02A);
    person_work_on(lab.world, &lab.ben, project, PROJECT_ROLE_USER);
    assert_int_equal(fetch_key(lab.world, &lab.ben, lab.in_group), RULE_NONE);
    assert_int_equal(last_fetch(lab.world)->class, ACCESS_GROUP_PROJECT);
}

/* Who joined after a rotation has no key of before: the file waits for a new deposit. */
static void an_earlier_epoch_is_out_of_reach_until_the_key_is_deposited_again(void **state)
{
    struct lab lab = lab_of(*state);
    const struct id holders[] = {lab.ada.user, lab.ben.user};
    rotate_key(lab.world, &lab.ada, lab.group, 2, holders, 2);
    add_member(lab.world, &lab.ada, lab.group, &lab.eve, GROUP_PRESET_USER);
    assert_int_equal(fetch_key(lab.world, &lab.eve, lab.in_group), RULE_VLT_05B);
    assert_int_equal(fetch_key(lab.world, &lab.ben, lab.in_group), RULE_NONE);
    assert_int_equal(depositing(lab.world, &lab.ben, lab.in_group, lab.group, 1), RULE_GRP_01F);
    assert_int_equal(depositing(lab.world, &lab.ben, lab.in_group, lab.group, 2), RULE_NONE);
    assert_int_equal(fetch_key(lab.world, &lab.eve, lab.in_group), RULE_NONE);
}

/* Deposit -------------------------------------------------------------------------------------- */

static void only_who_has_fetched_a_key_in_this_session_gives_it_on(void **state)
{
    struct lab lab = lab_of(*state);
    assert_int_equal(depositing(lab.world, &lab.ada, lab.in_group, lab.group, 1), RULE_VLT_05A);
    assert_int_equal(fetch_key(lab.world, &lab.ada, lab.in_group), RULE_NONE);
    assert_int_equal(depositing(lab.world, &lab.ada, lab.in_group, lab.group, 1), RULE_NONE);
    person_login(lab.world, &lab.ada);
    assert_int_equal(depositing(lab.world, &lab.ada, lab.in_group, lab.group, 1), RULE_VLT_05A);
}

static void a_deposit_opens_no_way_that_was_not_there(void **state)
{
    struct lab lab = lab_of(*state);
    struct id other = make_group(lab.world, &lab.ada);
    assert_int_equal(fetch_key(lab.world, &lab.ada, lab.own), RULE_NONE);
    assert_int_equal(depositing(lab.world, &lab.ada, lab.own, lab.eve.user, 0), RULE_VLT_10D);
    assert_int_equal(depositing(lab.world, &lab.ada, lab.own, other, 1), RULE_VLT_10D);
    assert_int_equal(depositing(lab.world, &lab.ada, lab.own, lab.ada.user, 0), RULE_NONE);
    assert_int_equal(depositing(lab.world, &lab.ada, lab.own, lab.ada.user, 1), RULE_VLT_10B);
    assert_int_equal(share_with(lab.world, &lab.ada, lab.own, &lab.eve), RULE_NONE);
    assert_int_equal(depositing(lab.world, &lab.ada, lab.own, lab.eve.user, 0), RULE_NONE);
}

static void nobody_breaks_the_key_of_somebody_else(void **state)
{
    struct lab lab = lab_of(*state);
    assert_int_equal(share_with(lab.world, &lab.ada, lab.own, &lab.eve), RULE_NONE);
    assert_int_equal(depositing(lab.world, &lab.eve, lab.own, lab.eve.user, 0), RULE_VLT_05A);
    assert_int_equal(fetch_key(lab.world, &lab.eve, lab.own), RULE_NONE);
    assert_int_equal(depositing(lab.world, &lab.eve, lab.own, lab.ada.user, 0), RULE_VLT_10A);
    assert_int_equal(depositing(lab.world, &lab.eve, lab.own, lab.eve.user, 0), RULE_NONE);
    assert_int_equal(fetch_key(lab.world, &lab.ben, lab.in_group), RULE_NONE);
    assert_int_equal(depositing(lab.world, &lab.ben, lab.in_group, lab.ada.user, 0), RULE_VLT_10A);
    assert_int_equal(depositing(lab.world, &lab.ben, lab.own, lab.ada.user, 0), RULE_CLS_04A);
}

/* Remove --------------------------------------------------------------------------------------- */

static void the_keys_of_the_owner_and_of_the_group_that_it_is_in_stay(void **state)
{
    struct lab lab = lab_of(*state);
    assert_int_equal(removing(lab.world, &lab.ada, lab.own, lab.ada.user), RULE_VLT_01A);
    assert_int_equal(removing(lab.world, &lab.ada, lab.in_group, lab.group), RULE_VLT_01A);
    assert_int_equal(removing(lab.world, &lab.ada, lab.own, lab.eve.user), RULE_VLT_05B);
}

static void a_key_is_taken_away_by_the_owner_or_given_up_by_its_holder(void **state)
{
    struct lab lab = lab_of(*state);
    assert_int_equal(share_with(lab.world, &lab.ada, lab.own, &lab.eve), RULE_NONE);
    assert_int_equal(removing(lab.world, &lab.ben, lab.own, lab.eve.user), RULE_CLS_04A);
    assert_int_equal(removing(lab.world, &lab.ada, lab.own, lab.eve.user), RULE_NONE);
    assert_int_equal(fetch_key(lab.world, &lab.eve, lab.own), RULE_CLS_04A);
    assert_int_equal(share_with(lab.world, &lab.ada, lab.own, &lab.eve), RULE_NONE);
    assert_int_equal(removing(lab.world, &lab.eve, lab.own, lab.eve.user), RULE_NONE);
    assert_int_equal(fetch_key(lab.world, &lab.eve, lab.own), RULE_CLS_04A);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(a_key_is_fetched_by_each_way_that_there_is),
        IN_WORLD(nobody_fetches_a_key_without_a_way_to_the_file),
        IN_WORLD(a_tag_takes_membership_and_activity_besides),
        IN_WORLD(an_earlier_epoch_is_out_of_reach_until_the_key_is_deposited_again),
        IN_WORLD(only_who_has_fetched_a_key_in_this_session_gives_it_on),
        IN_WORLD(a_deposit_opens_no_way_that_was_not_there),
        IN_WORLD(nobody_breaks_the_key_of_somebody_else),
        IN_WORLD(the_keys_of_the_owner_and_of_the_group_that_it_is_in_stay),
        IN_WORLD(a_key_is_taken_away_by_the_owner_or_given_up_by_its_holder),
    };
    return cmocka_run_group_tests_name("core/vault/file_key", tests, NULL, NULL);
}
