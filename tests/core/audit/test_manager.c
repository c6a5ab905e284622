/*
 * Who manages the audit: named by a super-administrator, never one, and never by themselves.
 */
#include "core/audit/manager.h"
#include "tests/core/audit/office.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static union command_fields naming(struct id user, bool added)
{
    return (union command_fields){
        .audit_set_manager = {.user = user, .added = added, .reason = LITERAL("why")}};
}

/* AUD-14h. */
static void only_a_super_administrator_names_audit_managers(void **state)
{
    struct office *office = *state;
    struct world *world = office->world;
    const struct actor *others[] = {&office->ben, &office->dan, &office->eve};
    union command_fields fields = naming(office->dan.user, true);
    for (size_t i = 0; i < 3; i++) {
        world_refused(world, others[i], COMMAND_AUDIT_SET_MANAGER, &fields, RULE_AUD_14H);
    }
    (void)world_must(world, &office->ada, COMMAND_AUDIT_SET_MANAGER, &fields);
    struct view view = world_view(world);
    assert_true(manager_is(&view, office->dan.user));
}

/* AUD-14a. */
static void no_super_administrator_is_made_one_by_themselves_or_by_another(void **state)
{
    struct office *office = *state;
    struct world *world = office->world;
    struct id sue = world_user(world, "sue", USER_ROLE_SUPER_ADMIN);
    union command_fields fields = naming(office->ada.user, true);
    world_refused(world, &office->ada, COMMAND_AUDIT_SET_MANAGER, &fields, RULE_AUD_14A);
    fields = naming(sue, true);
    world_refused(world, &office->ada, COMMAND_AUDIT_SET_MANAGER, &fields, RULE_AUD_14A);
}

static void a_manager_who_becomes_a_super_administrator_manages_no_more(void **state)
{
    struct office *office = *state;
    struct world *world = office->world;
    struct view view = world_view(world);
    struct user_row row = {.user = office->ben.user};
    assert_true(manager_is(&view, row.user) && view_find(&view, ROW_USER, &row));
    row.role = USER_ROLE_SUPER_ADMIN;
    world_put(world, ROW_USER, &row);
    view = world_view(world);
    assert_false(manager_is(&view, row.user));
}

/* AUD-14i. */
static void a_manager_is_made_once_of_an_active_user_and_unmade_once(void **state)
{
    struct office *office = *state;
    struct world *world = office->world;
    union command_fields fields = naming(office->ben.user, true);
    world_refused(world, &office->ada, COMMAND_AUDIT_SET_MANAGER, &fields, RULE_AUD_14I);
    fields = naming(office->dan.user, false);
    world_refused(world, &office->ada, COMMAND_AUDIT_SET_MANAGER, &fields, RULE_AUD_14I);
    fields = naming((struct id){ID_USER, 4000}, true);
    world_refused(world, &office->ada, COMMAND_AUDIT_SET_MANAGER, &fields, RULE_AUD_14I);
    struct user_row gone = {.user = {ID_USER, world->n},
                            .login = LITERAL("gil"),
                            .key = LITERAL("a key"),
                            .state = USER_STATE_INACTIVE};
    world_put(world, ROW_USER, &gone);
    fields = naming(gone.user, true);
    world_refused(world, &office->ada, COMMAND_AUDIT_SET_MANAGER, &fields, RULE_AUD_14I);
    fields = naming(office->ben.user, false);
    (void)world_must(world, &office->ada, COMMAND_AUDIT_SET_MANAGER, &fields);
    struct view view = world_view(world);
    assert_false(manager_is(&view, office->ben.user));
    assert_true(manager_is(&view, office->cat.user));
}

static void whoever_is_named_manages_from_the_next_login_on_and_never_after_it_ends(void **state)
{
    struct office *office = *state;
    struct world *world = office->world;
    struct actor before = world_actor_in(world, world_session(world, office->dan.user));
    union command_fields fields = naming(office->dan.user, true);
    (void)world_must(world, &office->ada, COMMAND_AUDIT_SET_MANAGER, &fields);
    struct actor after = world_actor_in(world, world_session(world, office->dan.user));
    struct view view = world_view(world);
    assert_false(manager_may_manage(&view, &before));
    assert_false(manager_may_work(&view, &before));
    assert_true(manager_may_manage(&view, &after));
    fields = naming(office->dan.user, false);
    (void)world_must(world, &office->ada, COMMAND_AUDIT_SET_MANAGER, &fields);
    view = world_view(world);
    assert_false(manager_may_manage(&view, &after));
}

static void no_role_of_the_platform_manages_or_works_by_itself(void **state)
{
    struct office *office = *state;
    struct view view = world_view(office->world);
    for (unsigned role = 0; role < USER_ROLE_COUNT; role++) {
        const struct actor actor = {.user = office->dan.user, .role = (enum user_role)role};
        assert_false(manager_may_manage(&view, &actor));
        assert_int_equal(manager_may_work(&view, &actor), role == USER_ROLE_AUDITOR);
    }
}

static void an_event_by_no_user_is_nobodys(void **unused)
{
    (void)unused;
    const struct id nobody = {ID_USER, 0};
    assert_true(id_equal(manager_actor(&(struct leaf){.actor = LITERAL("audit")}), nobody));
    assert_true(id_equal(manager_actor(&(struct leaf){.actor = LITERAL("drive:4")}), nobody));
    assert_true(id_equal(manager_actor(&(struct leaf){.actor = LITERAL("user:new")}), nobody));
    assert_true(id_equal(manager_actor(&(struct leaf){.actor = LITERAL("user:4")}),
                         ((struct id){ID_USER, 4})));
}

#define WITH_OFFICE(test) cmocka_unit_test_setup_teardown(test, office_begin, office_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_OFFICE(only_a_super_administrator_names_audit_managers),
        WITH_OFFICE(no_super_administrator_is_made_one_by_themselves_or_by_another),
        WITH_OFFICE(a_manager_who_becomes_a_super_administrator_manages_no_more),
        WITH_OFFICE(a_manager_is_made_once_of_an_active_user_and_unmade_once),
        WITH_OFFICE(whoever_is_named_manages_from_the_next_login_on_and_never_after_it_ends),
        WITH_OFFICE(no_role_of_the_platform_manages_or_works_by_itself),
        cmocka_unit_test(an_event_by_no_user_is_nobodys),
    };
    return cmocka_run_group_tests_name("core/audit/manager", tests, NULL, NULL);
}
