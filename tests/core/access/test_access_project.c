/*
 * Who may do what with an object: projects above and below, restrictions, sessions; and what an
 * answer says.
 */
#include "core/project/certification.h"
#include "tests/core/access/cast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* Projects ------------------------------------------------------------------------------------- */

/* PRJ-11: a member of a subproject reads what carries the tag above, but does not write it. */
static void a_member_below_reads_what_is_tagged_above(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id below = making_project(world, &cast.admin, "atlas-1", cast.project);
    struct id beside = making_project(world, &cast.admin, "atlas-2", cast.project);
    struct id file = group_file(world, &cast, cast.gwen, cast.project);
    struct id lower = group_file(world, &cast, cast.gwen, below);
    place_group_member(world, cast.group, cast.eve, ALL_PERMISSIONS);
    expect(world, cast.eve, file, "........");
    making_member(world, &cast.admin, below, cast.eve, PROJECT_ROLE_USER);
    expect(world, cast.eve, file, "rvdc.h..");
    expect(world, cast.eve, lower, "rvdc.hed");
    expect(world, cast.gil, lower, "........");
    struct id session = world_session(world, cast.eve);
    expect_in(world, cast.eve, session, file, "........");
    world_activate(world, session, below);
    expect_in(world, cast.eve, session, file, "rvdc.h..");
    making_member(world, &cast.admin, beside, cast.eve, PROJECT_ROLE_USER);
    session = world_session(world, cast.eve);
    world_activate(world, session, beside);
    expect_in(world, cast.eve, session, file, "rvdc.h..");
    expect_in(world, cast.eve, session, lower, "........");
}

/* Restrictions --------------------------------------------------------------------------------- */

static void restrictions_of_a_membership_take_verbs_away(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    static const enum restriction all[] = {RESTRICTION_NO_DOWNLOAD, RESTRICTION_NO_SHARE,
                                           RESTRICTION_READ_ONLY};
    static const char *const pictures[] = {"rv.cshed", "rvdc.hed", "rvd.sh.."};
    for (size_t i = 0; i < 3; i++) {
        char login[16];
        snprintf(login, sizeof login, "u%zu", i);
        struct id user = world_user(world, login, USER_ROLE_USER);
        struct id file = place_file(
            world, &(struct place){.parent = user, .owner = user, .project = cast.project});
        struct id untagged = place_file(world, &(struct place){.parent = user, .owner = user});
        const struct membership_row as = {.project = cast.project,
                                          .user = user,
                                          .restrictions = &all[i],
                                          .restrictions_count = 1};
        making_restricted(world, &cast.admin, &as);
        expect(world, user, file, pictures[i]);
        expect(world, user, untagged, "rvdcshed");
    }
    struct id user = world_user(world, "all", USER_ROLE_USER);
    const struct membership_row as = {
        .project = cast.project, .user = user, .restrictions = all, .restrictions_count = 3};
    making_restricted(world, &cast.admin, &as);
    struct id file =
        place_file(world, &(struct place){.parent = user, .owner = user, .project = cast.project});
    expect(world, user, file, "rv...h..");
    expect_rule(world, ACCESS_DOWNLOAD, user, file, RULE_VLT_07A);
}

/* A restriction above is not escaped by a membership below. */
static void a_restriction_counts_for_whoever_comes_from_below(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    static const enum restriction none[] = {RESTRICTION_NO_DOWNLOAD};
    struct id below = making_project(world, &cast.admin, "atlas-1", cast.project);
    struct id file = own_file(world, &cast, cast.project);
    const struct membership_row as = {
        .project = cast.project, .user = cast.eve, .restrictions = none, .restrictions_count = 1};
    making_restricted(world, &cast.admin, &as);
    making_member(world, &cast.admin, below, cast.eve, PROJECT_ROLE_USER);
    place_share(world, file, cast.eve, "vd", 0);
    struct id session = world_session(world, cast.eve);
    world_activate(world, session, below);
    expect_in(world, cast.eve, session, file, "rv...h..");
}

/* Sessions ------------------------------------------------------------------------------------- */

/* CLS-02a, CLS-03a: the project is active in the session; IDN-11b: the session is open and hers. */
static void in_a_session_the_project_is_active(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id tagged = own_file(world, &cast, cast.project);
    struct id untagged = own_file(world, &cast, NOBODY);
    struct id session = cast.sessions[0];
    expect_in(world, cast.ann, session, tagged, "rvdcshed");
    world_activate(world, session, NOBODY);
    expect_in(world, cast.ann, session, tagged, "........");
    expect_in(world, cast.ann, session, untagged, "rvdcshed");
    expect(world, cast.ann, tagged, "rvdcshed");
    world_activate(world, session, cast.project);
    expect_in(world, cast.ann, cast.sessions[1], untagged, "........");
    expect_in(world, cast.ann, (struct id){ID_SESSION, 9999}, untagged, "........");
    const struct reader reader = {.user = cast.ann, .session = session};
    struct access access = ask(world, ACCESS_READ, &reader, tagged);
    world->now_us = fact_of(&access, FACT_SESSION_OPEN)->until_utc_us;
    expect_in(world, cast.ann, session, untagged, "........");
    access = ask(world, ACCESS_READ, &reader, untagged);
    assert_int_equal(access.rule, RULE_IDN_11B);
}

/* 1.18-9, for memberships and certifications; shares count at once. */
static void grants_count_from_the_next_login_and_revocations_at_once(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id file = own_file(world, &cast, cast.project);
    struct id early = world_session(world, cast.eve);
    world_activate(world, early, cast.project);
    making_member(world, &cast.admin, cast.project, cast.eve, PROJECT_ROLE_USER);
    place_share(world, file, cast.eve, "v", 0);
    expect(world, cast.eve, file, "rv...h..");
    expect_in(world, cast.eve, early, file, "........");
    struct id later = world_session(world, cast.eve);
    world_activate(world, later, cast.project);
    expect_in(world, cast.eve, later, file, "rv...h..");
    struct id needed = making_requirement(world, &cast.admin, "training", 0, 0);
    struct id level = making_level(world, &cast.admin, "one", &needed, 1);
    making_set_level(world, &cast.admin, cast.project, level);
    expect_in(world, cast.eve, later, file, "........");
    struct id cert = making_cert(world, &cast.admin, cast.eve, needed, 0);
    expect(world, cast.eve, file, "rv...h..");
    expect_in(world, cast.eve, later, file, "........");
    struct id last = world_session(world, cast.eve);
    world_activate(world, last, cast.project);
    expect_in(world, cast.eve, last, file, "rv...h..");
    making_end_of_cert(world, &cast.admin, cert);
    world_activate(world, last, cast.project);
    expect_in(world, cast.eve, last, file, "........");
}

/* A level that was lowered is a grant, too. */
static void a_lowered_level_counts_from_the_next_login(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id needed = making_requirement(world, &cast.admin, "training", 0, 0);
    struct id level = making_level(world, &cast.admin, "one", &needed, 1);
    struct id file = own_file(world, &cast, cast.project);
    making_set_level(world, &cast.admin, cast.project, level);
    struct id session = world_session(world, cast.ann);
    world_activate(world, session, cast.project);
    making_set_level(world, &cast.admin, cast.project, NOBODY);
    expect(world, cast.ann, file, "rvdcshed");
    expect_in(world, cast.ann, session, file, "........");
    session = world_session(world, cast.ann);
    world_activate(world, session, cast.project);
    expect_in(world, cast.ann, session, file, "rvdcshed");
}

/* IDN-03b, IDN-04b. */
static void only_an_active_user_has_access(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id file = own_file(world, &cast, NOBODY);
    const uint64_t until = world->now_us + CAST_DAY_US;
    struct user_row row = {.user = cast.ann, .login = LITERAL("ann"), .key = LITERAL("a key")};
    row.state = USER_STATE_INACTIVE;
    world_put(world, ROW_USER, &row);
    expect(world, cast.ann, file, "........");
    expect_rule(world, ACCESS_READ, cast.ann, file, RULE_IDN_03B);
    row.state = USER_STATE_ESCROW_ON_NEXT_LOGIN;
    world_put(world, ROW_USER, &row);
    expect(world, cast.ann, file, "rvdcshed");
    row.has_disabled_until = true;
    row.disabled_until = until;
    world_put(world, ROW_USER, &row);
    expect_rule(world, ACCESS_READ, cast.ann, file, RULE_IDN_04B);
    world->now_us = until;
    expect(world, cast.ann, file, "rvdcshed");
    row.deleted = true;
    world_put(world, ROW_USER, &row);
    expect(world, cast.ann, file, "........");
    expect(world, (struct id){ID_USER, 9999}, file, "........");
}

/* Facts ---------------------------------------------------------------------------------------- */

static void facts_come_in_order_with_what_made_them_and_until_when(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id needed = making_requirement(world, &cast.admin, "training", 600, 600);
    struct id level = making_level(world, &cast.admin, "one", &needed, 1);
    making_set_level(world, &cast.admin, cast.project, level);
    struct id file = group_file(world, &cast, cast.gwen, cast.project);
    const uint64_t key_n = world->n - 1;
    struct id cert = making_cert(world, &cast.admin, cast.gil, needed, 0);
    struct id session = world_session(world, cast.gil);
    world_activate(world, session, cast.project);
    const uint64_t session_n = world->n - 1;
    const struct reader reader = {.user = cast.gil, .session = session};
    struct access access = ask(world, ACCESS_DOWNLOAD, &reader, file);
    static const enum access_fact_kind kinds[] = {
        FACT_USER_ACTIVE,    FACT_SESSION_OPEN,   FACT_GROUP_MEMBER, FACT_HOLDS_KEY,
        FACT_PROJECT_MEMBER, FACT_PROJECT_ACTIVE, FACT_CERTIFIED,    FACT_RESTRICTION};
    assert_true(access.allowed);
    assert_int_equal(access.fact_count, sizeof kinds / sizeof kinds[0]);
    for (size_t i = 0; i < access.fact_count; i++) {
        assert_int_equal(access.facts[i].kind, kinds[i]);
        assert_true(access.facts[i].holds);
        assert_true(access.facts[i].made_by < world->n);
    }
    assert_int_equal(access.facts[1].made_by, session_n);
    assert_true(id_equal(access.facts[3].about, cast.group));
    assert_int_equal(access.facts[3].made_by, key_n);
    assert_int_equal(access.facts[5].made_by, session_n);
    assert_int_equal(access.facts[6].made_by, cert.n);
    assert_true(id_equal(access.facts[6].about, needed));
    assert_true(access.facts[6].until_utc_us == world->now_us + 600 * UINT64_C(1000000));
    world->now_us = access.facts[6].until_utc_us;
    access = ask(world, ACCESS_DOWNLOAD, &reader, file);
    assert_false(access.allowed);
    assert_false(fact_of(&access, FACT_CERTIFIED)->holds);
    assert_true(fact_of(&access, FACT_CERTIFIED)->made_by == UINT64_MAX);
}

/* In a session the earlier of both ends counts: the one of now, and the one of the login. */
static void a_membership_ends_at_the_earlier_of_two_ends(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id file = own_file(world, &cast, cast.project);
    const uint64_t soon = world->now_us + CAST_DAY_US / 4, later = world->now_us + CAST_DAY_US / 2;
    const uint64_t ends[][3] = {
        /* at login, then, expected */
        {0, 0, 0}, {0, soon, soon}, {soon, 0, soon}, {soon, later, soon}, {later, soon, soon},
    };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        union command_fields fields = {
            .project_change_member_expiry = {.project = cast.project, .user = cast.ann}};
        struct id session = NOBODY;
        for (size_t k = 0; k < 2; k++) {
            fields.project_change_member_expiry.has_expires = ends[i][k] != 0;
            fields.project_change_member_expiry.expires = ends[i][k];
            (void)world_must(world, &cast.admin, COMMAND_PROJECT_CHANGE_MEMBER_EXPIRY, &fields);
            session = k == 0 ? world_session(world, cast.ann) : session;
        }
        world_activate(world, session, cast.project);
        const struct reader reader = {.user = cast.ann, .session = session};
        struct access access = ask(world, ACCESS_READ, &reader, file);
        assert_true(access.allowed);
        assert_true(fact_of(&access, FACT_PROJECT_MEMBER)->until_utc_us == ends[i][2]);
    }
}

/* All is looked at: a stranger learns everything that is missing. */
static void what_is_missing_is_named_as_well(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id needed[2] = {making_requirement(world, &cast.admin, "one", 0, 0),
                           making_requirement(world, &cast.admin, "two", 0, 0)};
    struct id level = making_level(world, &cast.admin, "both", needed, 2);
    making_set_level(world, &cast.admin, cast.project, level);
    (void)making_cert(world, &cast.admin, cast.eve, needed[0], 0);
    struct id file = group_file(world, &cast, cast.gwen, cast.project);
    const struct reader reader = {.user = cast.eve};
    struct access access = ask(world, ACCESS_READ, &reader, file);
    assert_false(access.allowed);
    assert_false(fact_of(&access, FACT_GROUP_MEMBER)->holds);
    assert_false(fact_of(&access, FACT_HOLDS_KEY)->holds);
    assert_false(fact_of(&access, FACT_PROJECT_MEMBER)->holds);
    const struct access_fact *last = &access.facts[access.fact_count - 1];
    assert_int_equal(last->kind, FACT_CERTIFIED);
    assert_true(id_equal(last->about, needed[1]));
    assert_false(last->holds);
    assert_true(fact_of(&access, FACT_CERTIFIED)->holds);
}

/* Another 64 requirements than at the login: what is not listed counts nevertheless. */
static void more_facts_than_can_be_listed_count(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id ids[2][REQUIREMENTS_MAX], last = NOBODY;
    struct id file = own_file(world, &cast, cast.project);
    for (size_t i = 0; i < 2 * REQUIREMENTS_MAX; i++) {
        char name[16];
        snprintf(name, sizeof name, "r%zu", i);
        struct id *id = &ids[i / REQUIREMENTS_MAX][i % REQUIREMENTS_MAX];
        *id = making_requirement(world, &cast.admin, name, 0, 0);
        last = making_cert(world, &cast.admin, cast.ann, *id, 0);
    }
    struct id level = making_level(world, &cast.admin, "level", ids[0], REQUIREMENTS_MAX);
    making_set_level(world, &cast.admin, cast.project, level);
    struct id session = world_session(world, cast.ann);
    world_activate(world, session, cast.project);
    const union command_fields edit = {.level_edit = {.level = level,
                                                      .requirements = ids[1],
                                                      .requirements_count = REQUIREMENTS_MAX}};
    (void)world_must(world, &cast.admin, COMMAND_LEVEL_EDIT, &edit);
    const struct reader reader = {.user = cast.ann, .session = session};
    struct access access = ask(world, ACCESS_READ, &reader, file);
    assert_true(access.allowed);
    assert_int_equal(access.fact_count, ACCESS_FACTS_MAX);
    making_end_of_cert(world, &cast.admin, last);
    world_activate(world, session, cast.project);
    assert_false(ask(world, ACCESS_READ, &reader, file).allowed);
}

/* The header's words for people. */
static void verbs_and_facts_have_names(void **unused)
{
    (void)unused;
    for (unsigned verb = 0; verb < ACCESS_VERB_COUNT; verb++) {
        assert_int_equal(access_verb_name((enum access_verb)verb)[0], CAST_LETTERS[verb]);
    }
    for (unsigned kind = 0; kind < FACT_KIND_COUNT; kind++) {
        assert_non_null(access_fact_phrase((enum access_fact_kind)kind));
    }
}

/* Each function is its verb. */
static void the_eight_functions_are_the_eight_verbs(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id file = own_file(world, &cast, NOBODY);
    place_share(world, file, cast.bob, "v", 0);
    static void (*const functions[ACCESS_VERB_COUNT])(const struct view *, const struct reader *,
                                                      struct id, struct access *) = {
        may_read,  may_view,         may_download, may_change_project,
        may_share, may_read_history, may_edit,     may_delete,
    };
    const struct reader reader = {.user = cast.bob};
    for (unsigned verb = 0; verb < ACCESS_VERB_COUNT; verb++) {
        struct access access, expected = ask(world, (enum access_verb)verb, &reader, file);
        struct view view = world_view(world);
        functions[verb](&view, &reader, file, &access);
        assert_int_equal(access.allowed, expected.allowed);
        assert_int_equal(access.rule, expected.rule);
    }
}

/* What cannot be read is refused, whatever was read before. */
static void trouble_is_a_refusal(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id file = own_file(world, &cast, NOBODY);
    const struct reader reader = {.user = cast.ann};
    size_t allowed = 0;
    for (size_t capacity = 0; capacity < 4096; capacity += 64) {
        struct access access;
        struct status trouble = OK;
        uint8_t memory[4096];
        struct arena arena = {.memory = memory, .capacity = capacity};
        struct view view = world_view(world);
        view.arena = &arena;
        view.trouble = &trouble;
        may_read(&view, &reader, file, &access);
        assert_int_equal(access.allowed, !failed(trouble));
        allowed += access.allowed ? 1 : 0;
    }
    assert_true(allowed > 0 && allowed < 64);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(a_member_below_reads_what_is_tagged_above),
        IN_WORLD(restrictions_of_a_membership_take_verbs_away),
        IN_WORLD(a_restriction_counts_for_whoever_comes_from_below),
        IN_WORLD(in_a_session_the_project_is_active),
        IN_WORLD(grants_count_from_the_next_login_and_revocations_at_once),
        IN_WORLD(a_lowered_level_counts_from_the_next_login),
        IN_WORLD(only_an_active_user_has_access),
        IN_WORLD(facts_come_in_order_with_what_made_them_and_until_when),
        IN_WORLD(a_membership_ends_at_the_earlier_of_two_ends),
        IN_WORLD(what_is_missing_is_named_as_well),
        IN_WORLD(more_facts_than_can_be_listed_count),
        cmocka_unit_test(verbs_and_facts_have_names),
        IN_WORLD(the_eight_functions_are_the_eight_verbs),
        IN_WORLD(trouble_is_a_refusal),
    };
    return cmocka_run_group_tests_name("core/access/project", tests, NULL, NULL);
}
