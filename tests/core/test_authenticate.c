/*
 * Who asks: each rule that holds for every command, refused and, the other way round, allowed.
 */
#include "core/authenticate.h"
#include "schema/time.h"
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static int begin(void **state)
{
    struct enclave *enclave = calloc(1, sizeof *enclave);
    enclave_begin(enclave);
    enclave_join(enclave, "ben", USER_ROLE_ADMIN);
    *state = enclave;
    return 0;
}

static int end(void **state)
{
    struct enclave *enclave = *state;
    enclave_end(enclave);
    free(enclave);
    return 0;
}

/* A command that an administrator may give, and that leaves everything as it is. */
static union command_fields refresh(void)
{
    return (union command_fields){.user_refresh = {.snapshot = {{7}}}};
}

static void assert_allowed(struct enclave *enclave, const char *login)
{
    union command_fields fields = refresh();
    (void)enclave_must(enclave, login, COMMAND_USER_REFRESH, &fields);
}

static void assert_refused(struct enclave *enclave, const char *login, enum rule rule)
{
    union command_fields fields = refresh();
    enclave_refused(enclave, login, COMMAND_USER_REFRESH, &fields, rule);
}

/* The signature ------------------------------------------------------------------------------ */

/* RULE_IDN_06E: by a stranger, in somebody else's name, or by something that is no user. */
static void what_its_actor_did_not_sign_is_refused_in_nobodys_name(void **state)
{
    struct enclave *enclave = *state;
    struct enclave_person *ben = enclave_person(enclave, "ben");
    const struct id claims[] = {
        {ID_USER, 4000000}, enclave_id(enclave, "ada"), {ID_EMITTER, ben->user.n}};
    struct id user = ben->user;
    for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++) {
        char memory[64];
        struct text claimed = TEXT_IN(memory);
        struct enclave_found found;
        union command_fields fields = refresh();
        ben->user = claims[i];
        struct verdict verdict = enclave_do(enclave, "ben", COMMAND_USER_REFRESH, &fields);
        ben->user = user;
        assert_int_equal(verdict.refused, RULE_IDN_06E);
        enclave_find(enclave, verdict.first, &found);
        id_write(&claimed, claims[i]);
        assert_int_equal(found.leaf.kind, EVENT_USER_DENIED);
        assert_true(bytes_equal(found.leaf.actor, LITERAL("identity")));
        assert_true(bytes_equal(found.body.user_denied.name, text_bytes(&claimed)));
        assert_false(found.leaf.has_command);
        assert_int_equal(found.leaf.session.kind, ID_NONE);
        assert_int_equal(found.leaf.on_count, i == 1 ? 2 : 1);
    }
    assert_allowed(enclave, "ben");
    enclave_check(enclave);
}

/* RULE_IDN_06F: also where the first use was refused, and where it had more than one event. */
static void a_signed_command_is_used_once(void **state)
{
    struct enclave *enclave = *state;
    char memory[COMMAND_MAX + 1];
    struct text record = TEXT_IN(memory);
    union command_fields fields = refresh();
    enclave_sign(enclave, "ben", COMMAND_USER_REFRESH, &fields, &record);
    assert_int_equal(enclave_give(enclave, text_bytes(&record)).refused, RULE_NONE);
    assert_int_equal(enclave_give(enclave, text_bytes(&record)).refused, RULE_IDN_06F);
    assert_int_equal(enclave_give(enclave, text_bytes(&record)).refused, RULE_IDN_06F);

    fields.system_change_setting =
        (struct system_change_setting){.setting = SETTING_MFA_LIFE, .seconds = 3600};
    text_clear(&record);
    enclave_sign(enclave, "ben", COMMAND_SYSTEM_CHANGE_SETTING, &fields, &record);
    assert_int_equal(enclave_give(enclave, text_bytes(&record)).refused, RULE_IDN_12A);
    assert_int_equal(enclave_give(enclave, text_bytes(&record)).refused, RULE_IDN_06F);
    enclave_reopen(enclave, true);
    assert_int_equal(enclave_give(enclave, text_bytes(&record)).refused, RULE_IDN_06F);
    enclave_check(enclave);
}

static enum rule given_after(struct enclave *enclave, int64_t seconds)
{
    char memory[COMMAND_MAX + 1];
    struct text record = TEXT_IN(memory);
    union command_fields fields = refresh();
    enclave_sign(enclave, "ben", COMMAND_USER_REFRESH, &fields, &record);
    uint64_t before = enclave->scratch.clock_us;
    enclave->scratch.clock_us += (uint64_t)(seconds * (int64_t)TIME_SECOND_US);
    enum rule refused = enclave_give(enclave, text_bytes(&record)).refused;
    enclave->scratch.clock_us = before;
    return refused;
}

/* RULE_IDN_06G: too old, and from a time to come; how much of either is a setting. */
static void a_command_is_for_now(void **state)
{
    struct enclave *enclave = *state;
    assert_int_equal(given_after(enclave, 300), RULE_NONE);
    assert_int_equal(given_after(enclave, 301), RULE_IDN_06G);
    assert_int_equal(given_after(enclave, -300), RULE_NONE);
    assert_int_equal(given_after(enclave, -301), RULE_IDN_06G);
    union command_fields fields = {
        .system_change_setting = {.setting = SETTING_COMMAND_AGE, .seconds = 60}};
    enclave_must(enclave, "ada", COMMAND_SYSTEM_CHANGE_SETTING, &fields);
    assert_int_equal(given_after(enclave, 60), RULE_NONE);
    assert_int_equal(given_after(enclave, 61), RULE_IDN_06G);
}

/* The user ----------------------------------------------------------------------------------- */

/* RULE_IDN_03B, RULE_IDN_04B, RULE_IDN_01D: each before it is looked for a session, which has ended
 * with the rest. */
static void who_is_inactive_disabled_or_deleted_gives_no_command(void **state)
{
    struct enclave *enclave = *state;
    union command_fields fields = {
        .user_disable = {.user = enclave_id(enclave, "ben"),
                         .until = enclave->scratch.clock_us + 3600 * TIME_SECOND_US,
                         .reason = LITERAL("a holiday")}};
    enclave_must(enclave, "ada", COMMAND_USER_DISABLE, &fields);
    assert_refused(enclave, "ben", RULE_IDN_04B);
    enclave_pass(enclave, 3600);
    assert_refused(enclave, "ben", RULE_IDN_11B);
    enclave_login(enclave, "ben");
    assert_allowed(enclave, "ben");
    fields.user_change_state = (struct user_change_state){.user = enclave_id(enclave, "ben"),
                                                          .state = USER_STATE_INACTIVE,
                                                          .reason = LITERAL("left")};
    enclave_must(enclave, "ada", COMMAND_USER_CHANGE_STATE, &fields);
    assert_refused(enclave, "ben", RULE_IDN_03B);
    fields.user_delete =
        (struct user_delete){.user = enclave_id(enclave, "ben"), .reason = LITERAL("gone")};
    enclave_must(enclave, "ada", COMMAND_USER_DELETE, &fields);
    assert_refused(enclave, "ben", RULE_IDN_01D);
    enclave_check(enclave);
}

/* The session -------------------------------------------------------------------------------- */

/* RULE_IDN_11B: none, closed, somebody else's, run out. */
static void a_command_is_given_in_an_open_session_of_its_actor(void **state)
{
    struct enclave *enclave = *state;
    struct enclave_person *ben = enclave_person(enclave, "ben");
    struct id session = ben->session;
    ben->session = (struct id){ID_NONE, 0};
    assert_refused(enclave, "ben", RULE_IDN_11B);
    ben->session = enclave_person(enclave, "ada")->session;
    assert_refused(enclave, "ben", RULE_IDN_11B);
    ben->session = (struct id){ID_SESSION, 4000000};
    assert_refused(enclave, "ben", RULE_IDN_11B);
    ben->session = session;
    enclave_pass(enclave, 12 * 3600 - 1);
    assert_allowed(enclave, "ben");
    enclave_pass(enclave, 1);
    assert_refused(enclave, "ben", RULE_IDN_11B);
    enclave_login(enclave, "ben");
    union command_fields fields = {.session_close = {.session = ben->session}};
    enclave_must(enclave, "ben", COMMAND_SESSION_CLOSE, &fields);
    assert_refused(enclave, "ben", RULE_IDN_11B);
}

static struct id make_project(struct enclave *enclave, const char *name, struct id pi)
{
    union command_fields fields = {
        .project_create = {.name = bytes_of_string(name), .has_pi = true, .pi = pi}};
    return (struct id){ID_PROJECT, enclave_must(enclave, "ada", COMMAND_PROJECT_CREATE, &fields)};
}

static enum rule in_project(struct enclave *enclave, struct id project)
{
    char memory[COMMAND_MAX + 1];
    struct text record = TEXT_IN(memory);
    struct command_record command = {
        .kind = COMMAND_USER_REFRESH,
        .fields = LITERAL("{\"snapshot\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\","
                          "\"users\":[]}"),
        .session = enclave_person(enclave, "ben")->session,
        .project = project};
    enclave_sign_record(enclave, "ben", &command, &record);
    return enclave_give(enclave, text_bytes(&record)).refused;
}

/* RULE_IDN_08C: another than the active one, one where none is, none where there is one. */
static void a_command_names_the_project_that_is_active(void **state)
{
    struct enclave *enclave = *state;
    struct id project = make_project(enclave, "alpha", enclave_id(enclave, "ben"));
    struct id other = make_project(enclave, "beta", enclave_id(enclave, "ben"));
    struct id none = {ID_NONE, 0};
    struct enclave_found found;
    enclave_login(enclave, "ben");
    assert_int_equal(in_project(enclave, project), RULE_IDN_08C);
    assert_int_equal(in_project(enclave, none), RULE_NONE);
    union command_fields fields = {.session_activate_project = {.project = project}};
    enclave_must(enclave, "ben", COMMAND_SESSION_ACTIVATE_PROJECT, &fields);
    assert_int_equal(in_project(enclave, other), RULE_IDN_08C);
    assert_int_equal(in_project(enclave, none), RULE_IDN_08C);
    assert_int_equal(in_project(enclave, project), RULE_NONE);
    enclave_find(enclave, enclave_size(enclave) - 1, &found);
    assert_true(id_equal(found.leaf.project, project));
}

/* Roles -------------------------------------------------------------------------------------- */

/* RULE_IDN_02E */
static void an_auditor_gives_no_command_that_changes_anything(void **state)
{
    struct enclave *enclave = *state;
    enclave_join(enclave, "eve", USER_ROLE_AUDITOR);
    for (unsigned kind = 0; kind < COMMAND_KIND_COUNT; kind++) {
        const char *name = command_name((enum command_kind)kind);
        bool reads = strcmp(name, "export.record") == 0 || strstr(name, ".list") != NULL ||
                     strstr(name, "history.fetch") != NULL || strcmp(name, "user.refresh") == 0;
        bool own = (strncmp(name, "session.", 8) == 0 && strcmp(name, "session.invalidate") != 0) ||
                   strcmp(name, "user.accept_terms") == 0;
        bool audits = strncmp(name, "policy.", 7) == 0 || strncmp(name, "alert.", 6) == 0 ||
                      strncmp(name, "case.", 5) == 0 ||
                      (strncmp(name, "audit.", 6) == 0 && strcmp(name, "audit.set_manager") != 0);
        assert_int_equal(authenticate_lets_auditor((enum command_kind)kind),
                         reads || own || audits);
    }
    union command_fields fields = {
        .team_create = {.name = LITERAL("t"), .user = enclave_id(enclave, "eve")}};
    enclave_refused(enclave, "eve", COMMAND_TEAM_CREATE, &fields, RULE_IDN_02E);
    fields = (union command_fields){.case_create = {.name = LITERAL("north")}};
    enclave_must(enclave, "eve", COMMAND_CASE_CREATE, &fields);
    fields = (union command_fields){.audit_approve_tools = {.digest = {{1}}}};
    enclave_refused(enclave, "eve", COMMAND_AUDIT_APPROVE_TOOLS, &fields, RULE_AUD_14J);
    fields.session_close =
        (struct session_close){.session = enclave_person(enclave, "eve")->session};
    enclave_must(enclave, "eve", COMMAND_SESSION_CLOSE, &fields);
}

static void give_role(struct enclave *enclave, const char *login, enum user_role role)
{
    union command_fields fields = {.user_change_role = {.user = enclave_id(enclave, login),
                                                        .role = role,
                                                        .reason = LITERAL("asked for")}};
    enclave_must(enclave, "ada", COMMAND_USER_CHANGE_ROLE, &fields);
}

static void a_higher_role_counts_from_the_next_login_and_a_lower_one_at_once(void **state)
{
    struct enclave *enclave = *state;
    union command_fields fields = {
        .system_change_setting = {.setting = SETTING_MFA_LIFE, .seconds = 3600}};
    give_role(enclave, "ben", USER_ROLE_SUPER_ADMIN);
    enclave_refused(enclave, "ben", COMMAND_SYSTEM_CHANGE_SETTING, &fields, RULE_IDN_12A);
    enclave_login(enclave, "ben");
    enclave_must(enclave, "ben", COMMAND_SYSTEM_CHANGE_SETTING, &fields);
    give_role(enclave, "ben", USER_ROLE_ADMIN);
    enclave_refused(enclave, "ben", COMMAND_SYSTEM_CHANGE_SETTING, &fields, RULE_IDN_12A);
}

/* Terms -------------------------------------------------------------------------------------- */

/* RULE_IDN_13B */
static void nothing_comes_before_terms_that_are_required(void **state)
{
    struct enclave *enclave = *state;
    union command_fields fields = {
        .system_publish_terms = {.digest = {{1}}, .size = 100, .required = true}};
    struct id terms = {ID_TERMS,
                       enclave_must(enclave, "ada", COMMAND_SYSTEM_PUBLISH_TERMS, &fields)};
    assert_refused(enclave, "ben", RULE_IDN_13B);
    fields.user_accept_terms = (struct user_accept_terms){.terms = terms};
    enclave_must(enclave, "ben", COMMAND_USER_ACCEPT_TERMS, &fields);
    assert_allowed(enclave, "ben");
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(what_its_actor_did_not_sign_is_refused_in_nobodys_name),
        WITH_STORE(a_signed_command_is_used_once),
        WITH_STORE(a_command_is_for_now),
        WITH_STORE(who_is_inactive_disabled_or_deleted_gives_no_command),
        WITH_STORE(a_command_is_given_in_an_open_session_of_its_actor),
        WITH_STORE(a_command_names_the_project_that_is_active),
        WITH_STORE(an_auditor_gives_no_command_that_changes_anything),
        WITH_STORE(a_higher_role_counts_from_the_next_login_and_a_lower_one_at_once),
        WITH_STORE(nothing_comes_before_terms_that_are_required),
    };
    return cmocka_run_group_tests_name("core/authenticate", tests, NULL, NULL);
}
