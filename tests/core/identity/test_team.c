/*
 * Teams: who keeps them, who is in them, and what they limit.
 */
#include "core/identity/team.h"
#include "tests/core/identity/people.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct squad {
    struct people *people;
    struct actor ada;
    struct id ben, bea, team;
};

static union command_fields creation(const char *name, struct id user)
{
    return (union command_fields){.team_create = {.name = bytes_of_string(name), .user = user}};
}

static struct squad squad_of(void **state)
{
    struct squad squad = {.people = *state};
    squad.ada = people_actor(squad.people, enclave_id(&squad.people->enclave, "ada"));
    squad.ben = people_add(squad.people, "ben", USER_ROLE_USER);
    squad.bea = people_add(squad.people, "bea", USER_ROLE_USER);
    union command_fields fields = creation("north", squad.ben);
    squad.team =
        (struct id){ID_TEAM, people_have(squad.people, &squad.ada, COMMAND_TEAM_CREATE, &fields)};
    return squad;
}

static enum rule adding(const struct squad *squad, struct id user)
{
    union command_fields fields = {.team_add_member = {.team = squad->team, .user = user}};
    return people_ask(squad->people, &squad->ada, COMMAND_TEAM_ADD_MEMBER, &fields);
}

static enum rule removing(const struct squad *squad, struct id user)
{
    union command_fields fields = {.team_remove_member = {.team = squad->team, .user = user}};
    return people_ask(squad->people, &squad->ada, COMMAND_TEAM_REMOVE_MEMBER, &fields);
}

static enum rule deleting(const struct squad *squad)
{
    union command_fields fields = {.team_delete = {.team = squad->team}};
    return people_ask(squad->people, &squad->ada, COMMAND_TEAM_DELETE, &fields);
}

static struct team_row row_of(const struct squad *squad)
{
    struct team_row row;
    struct view view = enclave_view(&squad->people->enclave);
    assert_true(team_by_id(&view, squad->team, &row));
    return row;
}

static void teams_are_kept_by_administrators_and_sub_administrators_who_may(void **state)
{
    static const enum user_permission create[] = {USER_PERMISSION_CREATE_TEAMS};
    struct squad squad = squad_of(state);
    union command_fields make = creation("south", squad.ben);
    union command_fields add = {.team_add_member = {.team = squad.team, .user = squad.bea}};
    union command_fields remove = {.team_remove_member = {.team = squad.team, .user = squad.ben}};
    union command_fields delete = {.team_delete = {.team = squad.team}};
    union command_fields quota = {.team_set_quota = {.team = squad.team}};
    static const char *const logins[] = {"a0", "a1", "a2", "a3", "a4"};
    for (unsigned by = 0; by < USER_ROLE_COUNT; by++) {
        struct id user = people_add(squad.people, logins[by], (enum user_role)by);
        struct actor actor = people_actor(squad.people, user);
        enum rule expected = by >= USER_ROLE_SUB_ADMIN ? RULE_NONE : RULE_TEA_02B;
        assert_int_equal(people_ask(squad.people, &actor, COMMAND_TEAM_CREATE, &make), expected);
        assert_int_equal(people_ask(squad.people, &actor, COMMAND_TEAM_ADD_MEMBER, &add), expected);
        assert_int_equal(people_ask(squad.people, &actor, COMMAND_TEAM_DELETE, &delete), expected);
        assert_int_equal(people_ask(squad.people, &actor, COMMAND_TEAM_SET_QUOTA, &quota),
                         expected);
        assert_int_equal(people_ask(squad.people, &actor, COMMAND_TEAM_REMOVE_MEMBER, &remove),
                         expected == RULE_NONE ? RULE_TEA_01A : expected);
        if (by == USER_ROLE_SUB_ADMIN) {
            union command_fields take = {
                .user_change_permissions = {.user = user, .remove = create, .remove_count = 1}};
            people_have(squad.people, &squad.ada, COMMAND_USER_CHANGE_PERMISSIONS, &take);
            assert_int_equal(people_ask(squad.people, &actor, COMMAND_TEAM_CREATE, &make),
                             RULE_TEA_02B);
        }
    }
}

static void a_user_is_added_once_and_removed_if_in_it(void **state)
{
    struct squad squad = squad_of(state);
    assert_int_equal(adding(&squad, squad.ben), RULE_TEA_02C);
    assert_int_equal(removing(&squad, squad.bea), RULE_TEA_02C);
    assert_int_equal(adding(&squad, squad.bea), RULE_NONE);
    people_do(squad.people, &squad.ada);
    assert_int_equal(row_of(&squad).members, 2);
    assert_int_equal(adding(&squad, squad.bea), RULE_TEA_02C);
    assert_int_equal(removing(&squad, squad.ben), RULE_NONE);
    people_do(squad.people, &squad.ada);
    struct view view = enclave_view(&squad.people->enclave);
    assert_false(team_has_member(&view, squad.team, squad.ben));
    assert_true(team_has_member(&view, squad.team, squad.bea));
    assert_int_equal(row_of(&squad).members, 1);
}

static void a_team_has_a_member_while_it_lives(void **state)
{
    struct squad squad = squad_of(state);
    assert_int_equal(removing(&squad, squad.ben), RULE_TEA_01A);
    assert_int_equal(adding(&squad, squad.bea), RULE_NONE);
    people_do(squad.people, &squad.ada);
    assert_int_equal(deleting(&squad), RULE_TEA_01B);
    assert_int_equal(removing(&squad, squad.ben), RULE_NONE);
    people_do(squad.people, &squad.ada);
    assert_int_equal(deleting(&squad), RULE_NONE);
    people_do(squad.people, &squad.ada);
    assert_true(id_equal(squad.people->decision.events[0].body.team_deleted.user, squad.bea));
    struct view view = enclave_view(&squad.people->enclave);
    assert_false(team_has_member(&view, squad.team, squad.bea));
    assert_true(row_of(&squad).deleted);
    assert_int_equal(row_of(&squad).members, 0);
}

static void what_is_deleted_or_unknown_is_not_used_and_a_name_once(void **state)
{
    struct squad squad = squad_of(state);
    union command_fields again = creation("north", squad.bea);
    assert_int_equal(people_ask(squad.people, &squad.ada, COMMAND_TEAM_CREATE, &again),
                     RULE_TEA_02D);
    assert_int_equal(deleting(&squad), RULE_NONE);
    people_do(squad.people, &squad.ada);
    assert_int_equal(people_ask(squad.people, &squad.ada, COMMAND_TEAM_CREATE, &again),
                     RULE_TEA_02D);
    assert_int_equal(deleting(&squad), RULE_TEA_02D);
    assert_int_equal(adding(&squad, squad.bea), RULE_TEA_02D);
    assert_int_equal(removing(&squad, squad.ben), RULE_TEA_02D);
    squad.team.n = 77777;
    assert_int_equal(adding(&squad, squad.bea), RULE_TEA_02D);
    union command_fields quota = {.team_set_quota = {.team = squad.team}};
    assert_int_equal(people_ask(squad.people, &squad.ada, COMMAND_TEAM_SET_QUOTA, &quota),
                     RULE_TEA_02D);
}

static void only_users_who_are_there_are_in_teams(void **state)
{
    struct squad squad = squad_of(state);
    union event_body body = {.user_deleted = {.reason = LITERAL("gone")}};
    people_say(squad.people, EVENT_USER_DELETED, squad.bea, &body);
    union command_fields fields = creation("south", squad.bea);
    assert_int_equal(people_ask(squad.people, &squad.ada, COMMAND_TEAM_CREATE, &fields),
                     RULE_IDN_01D);
    assert_int_equal(adding(&squad, squad.bea), RULE_IDN_01D);
    assert_int_equal(adding(&squad, (struct id){ID_USER, 77777}), RULE_IDN_01D);
}

/* TEA-03: no limit is no quota. */
static void a_quota_is_set_whole(void **state)
{
    struct squad squad = squad_of(state);
    assert_false(row_of(&squad).has_cores);
    union command_fields fields = {.team_set_quota = {.team = squad.team,
                                                      .has_cores = true,
                                                      .cores = 64,
                                                      .has_storage_mib = true,
                                                      .storage_mib = 1 << 20}};
    people_have(squad.people, &squad.ada, COMMAND_TEAM_SET_QUOTA, &fields);
    struct team_row row = row_of(&squad);
    assert_true(row.has_cores && row.cores == 64 && row.storage_mib == 1 << 20);
    assert_false(row.has_memory_mib || row.has_drives);
    fields = (union command_fields){
        .team_set_quota = {.team = squad.team, .has_memory_mib = true, .memory_mib = 4096}};
    people_have(squad.people, &squad.ada, COMMAND_TEAM_SET_QUOTA, &fields);
    row = row_of(&squad);
    assert_false(row.has_cores || row.has_storage_mib);
    assert_int_equal(row.memory_mib, 4096);
    assert_int_equal(row.members, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PEOPLE(teams_are_kept_by_administrators_and_sub_administrators_who_may),
        WITH_PEOPLE(a_user_is_added_once_and_removed_if_in_it),
        WITH_PEOPLE(a_team_has_a_member_while_it_lives),
        WITH_PEOPLE(what_is_deleted_or_unknown_is_not_used_and_a_name_once),
        WITH_PEOPLE(only_users_who_are_there_are_in_teams),
        WITH_PEOPLE(a_quota_is_set_whole),
    };
    return cmocka_run_group_tests_name("core/identity/team", tests, NULL, NULL);
}
