/*
 * Access through real commands: signed, decided, logged and folded; who could, and when that ended.
 */
#include "core/access/access.h"
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    HOUR = 3600, /* seconds */
};

struct story {
    struct enclave enclave;
    struct id project, needed, file;
    struct id anns_cert;
};

static struct id made(enum id_kind kind, uint64_t n)
{
    return (struct id){kind, n};
}

static struct id certify(struct story *story, const char *login, uint64_t seconds)
{
    const union command_fields fields = {
        .cert_issue = {.user = enclave_id(&story->enclave, login),
                       .requirement = story->needed,
                       .has_expires = seconds != 0,
                       .expires = story->enclave.scratch.clock_us + seconds * UINT64_C(1000000)}};
    return made(ID_CERT, enclave_must(&story->enclave, "ada", COMMAND_CERT_ISSUE, &fields));
}

static void make_project(struct story *story)
{
    struct enclave *enclave = &story->enclave;
    union command_fields fields = {.requirement_create = {.name = LITERAL("training")}};
    story->needed =
        made(ID_REQUIREMENT, enclave_must(enclave, "ada", COMMAND_REQUIREMENT_CREATE, &fields));
    fields = (union command_fields){.level_create = {.name = LITERAL("one"),
                                                     .requirements = &story->needed,
                                                     .requirements_count = 1}};
    struct id level = made(ID_LEVEL, enclave_must(enclave, "ada", COMMAND_LEVEL_CREATE, &fields));
    fields = (union command_fields){.project_create = {.name = LITERAL("atlas"),
                                                       .has_pi = true,
                                                       .pi = enclave_id(enclave, "ann")}};
    story->project =
        made(ID_PROJECT, enclave_must(enclave, "ada", COMMAND_PROJECT_CREATE, &fields));
    fields = (union command_fields){
        .project_set_level = {.project = story->project, .has_level = true, .level = level}};
    (void)enclave_must(enclave, "ada", COMMAND_PROJECT_SET_LEVEL, &fields);
    fields = (union command_fields){
        .project_add_member = {.project = story->project, .user = enclave_id(enclave, "bob")}};
    (void)enclave_must(enclave, "ada", COMMAND_PROJECT_ADD_MEMBER, &fields);
}

static void work_on_it(struct story *story, const char *login)
{
    const union command_fields fields = {.session_activate_project = {.project = story->project}};
    (void)enclave_login(&story->enclave, login);
    (void)enclave_must(&story->enclave, login, COMMAND_SESSION_ACTIVATE_PROJECT, &fields);
}

static union command_fields fetching(const struct story *story)
{
    return (union command_fields){.vault_key_fetch = {.file = story->file}};
}

static void share_a_file(struct story *story)
{
    static const struct digest wrapped = {.sha256 = {7}};
    struct enclave *enclave = &story->enclave;
    union command_fields fields = {.vault_file_create = {.parent = enclave_id(enclave, "ann"),
                                                         .name = LITERAL("results"),
                                                         .wrapped = wrapped,
                                                         .has_project = true,
                                                         .project = story->project}};
    story->file = made(ID_FILE, enclave_must(enclave, "ann", COMMAND_VAULT_FILE_CREATE, &fields));
    fields = fetching(story);
    (void)enclave_must(enclave, "ann", COMMAND_VAULT_KEY_FETCH, &fields);
    fields = (union command_fields){.vault_file_share = {.file = story->file,
                                                         .target = enclave_id(enclave, "bob"),
                                                         .wrapped = wrapped,
                                                         .can_view = true}};
    (void)enclave_must(enclave, "ann", COMMAND_VAULT_FILE_SHARE, &fields);
}

/* Ann leads a project with a level, and shares a file of it with Bob, who is certified for an hour.
 */
static int begin(void **state)
{
    struct story *story = calloc(1, sizeof *story);
    assert_non_null(story);
    enclave_begin(&story->enclave);
    (void)enclave_user(&story->enclave, "ann", USER_ROLE_USER);
    (void)enclave_user(&story->enclave, "bob", USER_ROLE_USER);
    (void)enclave_join(&story->enclave, "eve", USER_ROLE_SUPER_ADMIN);
    make_project(story);
    story->anns_cert = certify(story, "ann", 0);
    (void)certify(story, "bob", HOUR);
    work_on_it(story, "ann");
    work_on_it(story, "bob");
    share_a_file(story);
    *state = story;
    return 0;
}

static int end(void **state)
{
    struct story *story = *state;
    enclave_end(&story->enclave);
    free(story);
    return 0;
}

static uint64_t head_of(struct story *story)
{
    return log_head_of(engine_log(story->enclave.engine))->size - 1;
}

static struct access could_read(struct story *story, const char *login, uint64_t n, uint64_t at_us)
{
    struct access access;
    const struct reader reader = {.user = enclave_id(&story->enclave, login)};
    struct view view = enclave_view_as_of(&story->enclave, n);
    view.now_utc_us = at_us;
    may_read(&view, &reader, story->file, &access);
    return access;
}

/* CLS-03a: with a role that is as high as can be. */
static void an_outsider_is_refused_by_the_rule_of_the_class(void **state)
{
    struct story *story = *state;
    const union command_fields fields = fetching(story);
    (void)enclave_must(&story->enclave, "bob", COMMAND_VAULT_KEY_FETCH, &fields);
    enclave_refused(&story->enclave, "eve", COMMAND_VAULT_KEY_FETCH, &fields, RULE_CLS_03A);
}

static void access_ends_with_the_certification_and_the_past_is_kept(void **state)
{
    struct story *story = *state;
    const union command_fields fields = fetching(story);
    const uint64_t before_n = head_of(story), before_us = story->enclave.scratch.clock_us;
    (void)enclave_must(&story->enclave, "bob", COMMAND_VAULT_KEY_FETCH, &fields);
    enclave_pass(&story->enclave, HOUR);
    enclave_refused(&story->enclave, "bob", COMMAND_VAULT_KEY_FETCH, &fields, RULE_CLS_03A);
    const uint64_t after_n = head_of(story), after_us = story->enclave.scratch.clock_us;
    for (unsigned rebuilt = 0; rebuilt < 2; rebuilt++) {
        assert_true(could_read(story, "bob", before_n, before_us).allowed);
        assert_true(could_read(story, "bob", before_n, after_us - 1).allowed);
        assert_false(could_read(story, "bob", after_n, after_us).allowed);
        assert_int_equal(could_read(story, "bob", after_n, after_us).rule, RULE_CLS_03A);
        assert_false(could_read(story, "bob", story->file.n, before_us).allowed);
        assert_false(could_read(story, "ann", story->file.n - 1, before_us).allowed);
        assert_true(could_read(story, "ann", story->file.n, before_us).allowed);
        enclave_reopen(&story->enclave, rebuilt == 0);
    }
}

/* SEC-04b: the activation ends with it, and is an event of its own. */
static void the_end_of_a_certification_ends_the_activation(void **state)
{
    struct story *story = *state;
    struct enclave *enclave = &story->enclave;
    const union command_fields fetch = fetching(story);
    const union command_fields fields = {
        .cert_expire = {.cert = story->anns_cert, .reason = LITERAL("left the institute")}};
    struct verdict verdict = enclave_do(enclave, "ada", COMMAND_CERT_EXPIRE, &fields);
    assert_int_equal(verdict.refused, RULE_NONE);
    assert_int_equal(verdict.count, 2);
    struct session_row session = {.session = enclave_person(enclave, "ann")->session};
    struct view view = enclave_view(enclave);
    assert_true(view_find(&view, ROW_SESSION, &session));
    assert_false(session.has_project);
    enclave_refused(enclave, "ann", COMMAND_VAULT_KEY_FETCH, &fetch, RULE_CLS_03A);
    const union command_fields again = {.session_activate_project = {.project = story->project}};
    enclave_refused(enclave, "ann", COMMAND_SESSION_ACTIVATE_PROJECT, &again, RULE_IDN_08B);
}

#define WITH_STORY(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORY(an_outsider_is_refused_by_the_rule_of_the_class),
        WITH_STORY(access_ends_with_the_certification_and_the_past_is_kept),
        WITH_STORY(the_end_of_a_certification_ends_the_activation),
    };
    return cmocka_run_group_tests_name("core/access/enclave", tests, NULL, NULL);
}
