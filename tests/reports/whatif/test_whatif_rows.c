/*
 * Flips as rows: who, what, what it was, what it would be, and the sentence that makes the
 * difference.
 */
#include "reports/whatif/whatif_rows.h"
#include "tests/reports/capture.h"
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void show(const struct whatif_flip *flip, struct capture *out)
{
    struct enclave enclave;
    enclave_begin(&enclave);
    capture_begin(out, &(struct rows_options){.format = ROWS_CSV});
    must(whatif_rows_begin(&out->rows));
    must(whatif_rows_add(&out->rows, enclave.engine, flip));
    must(rows_flush(&out->rows));
    capture_end(out);
    enclave_end(&enclave);
}

static const struct replay_found found = {
    .leaf = {.n = 40, .on = {{ID_LOG, 0}, {ID_FILE, 12}}, .on_count = 2},
    .command = {.actor = {ID_USER, 3}, .kind = COMMAND_VAULT_KEY_FETCH},
};

static void what_would_have_been_done_names_the_rule_that_refused(void **unused)
{
    (void)unused;
    struct capture capture;
    show(&(struct whatif_flip){.change = WHATIF_ALLOWED, .found = &found, .was.rule = RULE_CLS_03A},
         &capture);
    assert_non_null(
        strstr(capture.text, "\"vault.key.fetch\",\"file:12\",\"CLS-03a\",\"done\",\"allowed\","));
    assert_non_null(strstr(capture.text, rule_infos[RULE_CLS_03A].sentence));
}

static void what_would_have_been_refused_names_what_would_have_stopped_it(void **unused)
{
    (void)unused;
    struct capture capture;
    show(&(struct whatif_flip){.change = WHATIF_REFUSED,
                               .found = &found,
                               .would_be.added = ADDED_KEY_MFA_AGE},
         &capture);
    assert_non_null(strstr(capture.text, "\"file:12\",\"done\",\"key_mfa_age\",\"refused\","));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_would_have_been_done_names_the_rule_that_refused),
        cmocka_unit_test(what_would_have_been_refused_names_what_would_have_stopped_it),
    };
    return cmocka_run_group_tests_name("reports/whatif/whatif_rows", tests, NULL, NULL);
}
