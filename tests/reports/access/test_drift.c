/*
 * Sessions whose rights changed while they were open.
 */
#include "reports/access/drift.h"
#include "tests/reports/access/lab.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    DRIFTS_MAX = 32,
};

static struct basis basis;
static struct drift drifts[DRIFTS_MAX];
static size_t count;

static struct status keep(void *context, const struct drift *drift)
{
    (void)context;
    assert_true(count < DRIFTS_MAX);
    drifts[count++] = *drift;
    return OK;
}

static void ask_until(struct lab *lab, struct id user, uint64_t pass_s)
{
    lab_look(lab);
    struct drift_question question = {.view = enclave_view(&lab->enclave),
                                      .log = lab->log,
                                      .index = lab->index,
                                      .to = {.n = enclave_size(&lab->enclave)},
                                      .user = user};
    question.to.utc_us =
        log_head_of(engine_log(lab->enclave.engine))->t_utc_us + 1 + pass_s * UINT64_C(1000000);
    count = 0;
    must(drift_each(&question, &basis, keep, NULL));
}

static void a_session_whose_rights_are_those_of_its_login_is_not_told(void **state)
{
    struct lab *lab = *state;
    (void)lab_fetch(lab, "bob", lab_file(lab, "bob", "a", (struct id){ID_NONE, 0}, 1));
    ask_until(lab, lab->bob, 0);
    assert_int_equal(count, 0);
}

static void what_was_done_after_a_change_is_counted_and_nothing_was_kept(void **state)
{
    struct lab *lab = *state;
    struct id own = lab_file(lab, "bob", "a", (struct id){ID_NONE, 0}, 1);
    lab_activate(lab, "bob", lab->texas);
    struct id texas = lab_file(lab, "bob", "t", lab->texas, 1);
    enclave_pass(&lab->enclave, 5);
    lab_leave(lab, lab->texas, lab->bob);
    uint64_t left = enclave_size(&lab->enclave) - 1;
    (void)lab_fetch(lab, "bob", own);
    (void)lab_read(lab, "bob", own, 0, 0);
    const union command_fields fields = {.vault_key_fetch = {.file = texas}};
    enclave_refused(&lab->enclave, "bob", COMMAND_VAULT_KEY_FETCH, &fields, RULE_CLS_03A);
    ask_until(lab, lab->bob, 0);
    assert_int_equal(count, 1);
    assert_true(drifts[0].by_event && drifts[0].from.n <= left && drifts[0].from.n + 2 >= left);
    assert_int_equal(drifts[0].end, INTERVAL_STILL);
    assert_true(drifts[0].act_count >= 3);
    assert_int_equal(drifts[0].kept_count, 0);
    ask_until(lab, lab->cat, 0);
    assert_int_equal(count, 0);
}

static void a_right_that_comes_back_ends_the_stretch_and_a_new_login_has_none(void **state)
{
    struct lab *lab = *state;
    lab_leave(lab, lab->texas, lab->bob);
    uint64_t role = enclave_size(&lab->enclave);
    const union command_fields fields = {.project_add_member = {.project = lab->texas,
                                                                .user = lab->bob,
                                                                .role = PROJECT_ROLE_MANAGER}};
    (void)enclave_must(&lab->enclave, "ada", COMMAND_PROJECT_ADD_MEMBER, &fields);
    ask_until(lab, lab->bob, 0);
    assert_int_equal(count, 1);
    assert_int_equal(drifts[0].end, INTERVAL_EVENT);
    assert_int_equal(drifts[0].to.n, role);
    enclave_login(&lab->enclave, "bob");
    ask_until(lab, lab->bob, 0);
    assert_int_equal(count, 1);
}

/* The moment at which a membership runs out is no event. */
static void what_runs_out_by_itself_changes_rights_too(void **state)
{
    struct lab *lab = *state;
    uint64_t soon_us = lab->enclave.scratch.clock_us + 60 * UINT64_C(1000000);
    const union command_fields fields = {
        .project_change_member_expiry = {
            .project = lab->federal, .user = lab->cat, .has_expires = true, .expires = soon_us}};
    (void)enclave_must(&lab->enclave, "ada", COMMAND_PROJECT_CHANGE_MEMBER_EXPIRY, &fields);
    enclave_login(&lab->enclave, "cat");
    ask_until(lab, lab->cat, 3600);
    const struct drift *last = &drifts[count - 1];
    assert_true(count >= 1);
    assert_false(last->by_event);
    assert_true(last->from.utc_us == soon_us);
    assert_int_equal(last->act_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_LAB(a_session_whose_rights_are_those_of_its_login_is_not_told),
        IN_LAB(what_was_done_after_a_change_is_counted_and_nothing_was_kept),
        IN_LAB(a_right_that_comes_back_ends_the_stretch_and_a_new_login_has_none),
        IN_LAB(what_runs_out_by_itself_changes_rights_too),
    };
    return cmocka_run_group_tests_name("reports/access/drift", tests, NULL, NULL);
}
