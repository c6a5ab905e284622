/*
 * What leaves as a file: who may take it out, and what is in the log then.
 */
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static int begin(void **state)
{
    struct enclave *enclave = calloc(1, sizeof *enclave);
    enclave_begin(enclave);
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

static union command_fields of_project(struct id project)
{
    return (union command_fields){.export_record = {.what = LITERAL("users"),
                                                    .scope = EXPORT_SCOPE_VISIBLE,
                                                    .format = EXPORT_FORMAT_CSV,
                                                    .count = 12,
                                                    .digest = {{9}},
                                                    .has_project = project.kind != ID_NONE,
                                                    .project = project}};
}

/* RULE_BLK_02A */
static void only_some_take_rows_out(void **state)
{
    struct enclave *enclave = *state;
    static const bool may[USER_ROLE_COUNT] = {
        [USER_ROLE_AUDITOR] = true, [USER_ROLE_ADMIN] = true, [USER_ROLE_SUPER_ADMIN] = true};
    static const char *const logins[USER_ROLE_COUNT] = {"u0", "u1", "u2", "u3", "u4"};
    union command_fields fields = of_project((struct id){0});
    for (unsigned role = 0; role < USER_ROLE_COUNT; role++) {
        enclave_join(enclave, logins[role], (enum user_role)role);
        if (role < USER_ROLE_ADMIN) {
            enclave_permit(enclave, logins[role], USER_PERMISSION_EXPORT, false);
        }
        if (may[role]) {
            enclave_must(enclave, logins[role], COMMAND_EXPORT_RECORD, &fields);
        } else {
            enclave_refused(enclave, logins[role], COMMAND_EXPORT_RECORD, &fields, RULE_BLK_02A);
        }
    }
}

static void a_permission_is_enough(void **state)
{
    struct enclave *enclave = *state;
    union command_fields fields = of_project((struct id){0});
    enclave_join(enclave, "ben", USER_ROLE_USER);
    enclave_permit(enclave, "ben", USER_PERMISSION_EXPORT, false);
    enclave_refused(enclave, "ben", COMMAND_EXPORT_RECORD, &fields, RULE_BLK_02A);
    enclave_permit(enclave, "ben", USER_PERMISSION_EXPORT, true);
    enclave_login(enclave, "ben");
    enclave_must(enclave, "ben", COMMAND_EXPORT_RECORD, &fields);
}

static void whoever_leads_a_project_takes_out_what_is_its(void **state)
{
    struct enclave *enclave = *state;
    struct enclave_found found;
    enclave_user(enclave, "ben", USER_ROLE_USER);
    enclave_permit(enclave, "ben", USER_PERMISSION_EXPORT, false);
    union command_fields make = {.project_create = {.name = LITERAL("alpha"),
                                                    .has_pi = true,
                                                    .pi = enclave_id(enclave, "ben")}};
    struct id alpha = {ID_PROJECT, enclave_must(enclave, "ada", COMMAND_PROJECT_CREATE, &make)};
    make.project_create = (struct project_create){.name = LITERAL("beta")};
    struct id beta = {ID_PROJECT, enclave_must(enclave, "ada", COMMAND_PROJECT_CREATE, &make)};
    enclave_login(enclave, "ben");
    union command_fields fields = of_project(beta);
    enclave_refused(enclave, "ben", COMMAND_EXPORT_RECORD, &fields, RULE_BLK_02A);
    fields = of_project((struct id){0});
    enclave_refused(enclave, "ben", COMMAND_EXPORT_RECORD, &fields, RULE_BLK_02A);
    fields = of_project(alpha);
    enclave_find(enclave, enclave_must(enclave, "ben", COMMAND_EXPORT_RECORD, &fields), &found);
    assert_int_equal(found.leaf.kind, EVENT_EXPORT_MADE);
    assert_true(id_equal(found.leaf.on[1], alpha));
    assert_int_equal(found.body.export_made.count, 12);
    assert_int_equal(found.body.export_made.digest.sha256[0], 9);
    assert_int_equal(found.body.export_made.scope, EXPORT_SCOPE_VISIBLE);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(only_some_take_rows_out),
        WITH_STORE(a_permission_is_enough),
        WITH_STORE(whoever_leads_a_project_takes_out_what_is_its),
    };
    return cmocka_run_group_tests_name("core/bulk/export", tests, NULL, NULL);
}
