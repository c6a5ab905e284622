/*
 * One thing's rows, as of a moment and between two.
 */
#include "reports/object_rows.h"
#include "tests/reports/capture.h"
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct lab {
    struct enclave enclave;
    struct id bob, project;
    uint64_t made, joined, changed, left; /* positions */
    struct capture out;
};

static uint64_t must_do(struct lab *lab, enum command_kind kind, const union command_fields *fields)
{
    return enclave_must(&lab->enclave, "ada", kind, fields);
}

/* bob joins a project, gets another role in it, and leaves. */
static struct lab *furnish(void)
{
    static struct lab lab;
    enclave_begin(&lab.enclave);
    lab.bob = enclave_user(&lab.enclave, "bob", USER_ROLE_USER);
    struct id carol = enclave_user(&lab.enclave, "carol", USER_ROLE_USER);
    lab.made =
        must_do(&lab, COMMAND_PROJECT_CREATE,
                &(union command_fields){
                    .project_create = {.name = LITERAL("tides"), .has_pi = true, .pi = carol}});
    lab.project = (struct id){ID_PROJECT, lab.made};
    lab.joined = must_do(
        &lab, COMMAND_PROJECT_ADD_MEMBER,
        &(union command_fields){.project_add_member = {.project = lab.project, .user = lab.bob}});
    lab.changed =
        must_do(&lab, COMMAND_PROJECT_CHANGE_MEMBER_ROLE,
                &(union command_fields){
                    .project_change_member_role = {
                        .project = lab.project, .user = lab.bob, .role = PROJECT_ROLE_MANAGER}});
    lab.left = must_do(&lab, COMMAND_PROJECT_REMOVE_MEMBER,
                       &(union command_fields){
                           .project_remove_member = {.project = lab.project, .user = lab.bob}});
    return &lab;
}

static const char *ask(struct lab *lab, struct id object, uint64_t at, uint64_t then,
                       enum rows_format format)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    must(log_snapshot_open(engine_log(lab->enclave.engine), &log));
    struct object_rows rows = {.object = object, .log = log, .out = &lab->out.rows};
    rows.view = enclave_view_as_of(&lab->enclave, at);
    rows.then = rows.view;
    rows.then.as_of_n = then;
    capture_begin(&lab->out, &(struct rows_options){.format = format, .zone = zone_utc()});
    must(then == at ? object_rows_show(&rows) : object_rows_diff(&rows));
    capture_end(&lab->out);
    return lab->out.text;
}

static void rows_are_shown_with_the_event_that_made_them(void **unused)
{
    struct lab *lab = furnish();
    (void)unused;
    const char *text = ask(lab, lab->bob, lab->changed, lab->changed, ROWS_JSON);
    assert_int_equal(strncmp(text, "{\"table\":\"user\",", 16), 0);
    assert_non_null(strstr(text, "{\"table\":\"membership\",\"event\":"));
    assert_non_null(strstr(text, "\"kind\":\"project.member_role_changed\",\"by\":\"user:"));
    assert_non_null(strstr(text, "\"role\":\"manager\""));
    text = ask(lab, lab->bob, lab->joined, lab->joined, ROWS_TABLE);
    assert_non_null(strstr(text, "project=tides (project:"));
    assert_non_null(strstr(text, "ada (user:"));
    text = ask(lab, lab->bob, lab->left, lab->left, ROWS_JSON);
    assert_null(strstr(text, "membership"));
    enclave_end(&lab->enclave);
}

static void between_moments_it_is_what_was_added_changed_and_removed(void **unused)
{
    struct lab *lab = furnish();
    char events[64];
    (void)unused;
    const char *text = ask(lab, lab->bob, lab->made, lab->joined, ROWS_JSON);
    assert_non_null(strstr(text, "{\"change\":\"added\",\"table\":\"membership\""));
    text = ask(lab, lab->bob, lab->joined, lab->changed, ROWS_JSON);
    assert_non_null(strstr(text, "\"field\":\"role\",\"from\":\"user\",\"to\":\"manager\""));
    text = ask(lab, lab->bob, lab->joined, lab->left, ROWS_JSON);
    assert_non_null(strstr(text, "{\"change\":\"removed\",\"table\":\"membership\""));
    snprintf(events, sizeof events, "\"versions\":2,\"events\":[%u,%u]", (unsigned)lab->changed,
             (unsigned)lab->left);
    assert_non_null(strstr(text, events));
    text = ask(lab, lab->bob, lab->made, lab->left, ROWS_JSON);
    assert_null(strstr(text, "membership")); /* came and went */
    enclave_end(&lab->enclave);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_shown_with_the_event_that_made_them),
        cmocka_unit_test(between_moments_it_is_what_was_added_changed_and_removed),
    };
    return cmocka_run_group_tests_name("reports/object_rows", tests, NULL, NULL);
}
