/*
 * What a policy may ask for beyond the rules in force: whom it would have stopped.
 */
#include "reports/whatif/added.h"
#include "schema/time.h"
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    ARENA = 1 << 20,
};

struct stage {
    struct enclave enclave;
    struct log_snapshot *log;
    struct replay replay;
    uint8_t arena[ARENA];
};

static int begin(void **state)
{
    struct stage *stage = calloc(1, sizeof *stage);
    enclave_begin(&stage->enclave);
    enclave_login(&stage->enclave, "ada");
    enclave_user(&stage->enclave, "ben", USER_ROLE_USER);
    *state = stage;
    return 0;
}

static int end(void **state)
{
    struct stage *stage = *state;
    enclave_end(&stage->enclave);
    free(stage);
    return 0;
}

static enum whatif_added added_at(struct stage *stage, uint64_t n,
                                  const struct whatif_policy *policy)
{
    enum rule refused;
    enum whatif_added added;
    struct arena arena = ARENA_IN(stage->arena);
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    must(engine_flush(stage->enclave.engine));
    must(log_snapshot_open(engine_log(stage->enclave.engine), &log));
    replay_init(&stage->replay, log, engine_state(stage->enclave.engine), arena);
    must(replay_at(&stage->replay, n));
    must(replay_decide(&stage->replay, NULL, &refused));
    assert_int_equal(refused, RULE_NONE);
    must(whatif_added_of(policy, &stage->replay, &added));
    return added;
}

static void two_people_for_an_export_stop_every_export(void **state)
{
    struct stage *stage = *state;
    const struct whatif_policy policy = {.two_man_export = true}, none = {0};
    const union command_fields fields = {.export_record = {.what = LITERAL("list")}};
    uint64_t n = enclave_must(&stage->enclave, "ada", COMMAND_EXPORT_RECORD, &fields);
    assert_int_equal(added_at(stage, n, &policy), ADDED_TWO_MAN_EXPORT);
    assert_int_equal(added_at(stage, n, &none), ADDED_NONE);
}

/* A file of ben's own, whose key he fetches. */
static uint64_t fetch(struct stage *stage)
{
    struct enclave *enclave = &stage->enclave;
    const union command_fields create = {
        .vault_file_create = {.parent = enclave_id(enclave, "ben"), .name = LITERAL("f")}};
    enclave_permit(enclave, "ben", USER_PERMISSION_UPLOAD, true);
    enclave_login(enclave, "ben");
    struct id file = {ID_FILE, enclave_must(enclave, "ben", COMMAND_VAULT_FILE_CREATE, &create)};
    enclave_pass(enclave, 600);
    const union command_fields get = {.vault_key_fetch = {.file = file}};
    return enclave_must(enclave, "ben", COMMAND_VAULT_KEY_FETCH, &get);
}

static void a_key_is_fetched_only_soon_after_the_second_factor(void **state)
{
    struct stage *stage = *state;
    const struct whatif_policy soon = {.key_mfa_age = 300}, later = {.key_mfa_age = 1200};
    uint64_t n = fetch(stage);
    assert_int_equal(added_at(stage, n, &soon), ADDED_KEY_MFA_AGE);
    assert_int_equal(added_at(stage, n, &later), ADDED_NONE);
}

/* ben manages a project, tags his file with it, and takes the tag off again. */
static uint64_t lower(struct stage *stage, bool is_pi)
{
    struct enclave *enclave = &stage->enclave;
    struct id ben = enclave_id(enclave, "ben");
    const union command_fields create = {
        .project_create = {.name = LITERAL("tides"), .has_pi = is_pi, .pi = ben}};
    enclave_permit(enclave, "ben", USER_PERMISSION_UPLOAD, true);
    struct id project = {ID_PROJECT, enclave_must(enclave, "ada", COMMAND_PROJECT_CREATE, &create)};
    const union command_fields add = {
        .project_add_member = {.project = project, .user = ben, .role = PROJECT_ROLE_MANAGER}};
    (void)enclave_do(enclave, "ada", COMMAND_PROJECT_ADD_MEMBER, &add);
    enclave_login(enclave, "ben");
    const union command_fields activate = {.session_activate_project = {.project = project}};
    enclave_must(enclave, "ben", COMMAND_SESSION_ACTIVATE_PROJECT, &activate);
    const union command_fields file = {
        .vault_file_create = {
            .parent = ben, .name = LITERAL("f"), .has_project = true, .project = project}};
    struct id made = {ID_FILE, enclave_must(enclave, "ben", COMMAND_VAULT_FILE_CREATE, &file)};
    const union command_fields off = {.vault_file_set_project = {.file = made,
                                                                 .has_reason = true,
                                                                 .reason = LITERAL("published")}};
    return enclave_must(enclave, "ben", COMMAND_VAULT_FILE_SET_PROJECT, &off);
}

static void a_label_is_lowered_by_the_pi_only(void **state)
{
    struct stage *stage = *state;
    const struct whatif_policy policy = {.pi_only_declassification = true};
    assert_int_equal(added_at(stage, lower(stage, false), &policy), ADDED_PI_ONLY_DECLASSIFICATION);
}

static void a_label_that_the_pi_lowers_may_be_lowered(void **state)
{
    struct stage *stage = *state;
    const struct whatif_policy policy = {.pi_only_declassification = true};
    assert_int_equal(added_at(stage, lower(stage, true), &policy), ADDED_NONE);
}

static void each_has_the_name_it_has_in_the_file(void **unused)
{
    (void)unused;
    assert_string_equal(whatif_added_name(ADDED_TWO_MAN_EXPORT), "two_man_export");
    assert_string_equal(whatif_added_name(ADDED_KEY_MFA_AGE), "key_mfa_age");
    assert_string_equal(whatif_added_name(ADDED_PI_ONLY_DECLASSIFICATION),
                        "pi_only_declassification");
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(two_people_for_an_export_stop_every_export),
        WITH(a_key_is_fetched_only_soon_after_the_second_factor),
        WITH(a_label_is_lowered_by_the_pi_only),
        WITH(a_label_that_the_pi_lowers_may_be_lowered),
        cmocka_unit_test(each_has_the_name_it_has_in_the_file),
    };
    return cmocka_run_group_tests_name("reports/whatif/added", tests, NULL, NULL);
}
