/*
 * Messages to many: who may announce and send mail, and to whom.
 */
#include "core/project/membership.h"
#include "tests/core/identity/people.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* A project with a manager, maud, and a member, ben; bea is outside. */
struct scene {
    struct people *people;
    struct actor ada, maud;
    struct id ben, bea, project, recipient;
};

static void put_member(struct scene *scene, struct id user, enum project_role role)
{
    union command_fields fields = {
        .project_add_member = {.project = scene->project, .user = user, .role = role}};
    people_have(scene->people, &scene->ada, COMMAND_PROJECT_ADD_MEMBER, &fields);
}

static struct scene scene_of(void **state)
{
    struct scene scene = {.people = *state};
    struct people *people = *state;
    scene.ada = people_actor(people, enclave_id(&people->enclave, "ada"));
    scene.ben = people_add(people, "ben", USER_ROLE_USER);
    scene.bea = people_add(people, "bea", USER_ROLE_USER);
    struct id maud = people_add(people, "maud", USER_ROLE_USER);
    union command_fields fields = {.project_create = {.name = LITERAL("tides")}};
    scene.project =
        (struct id){ID_PROJECT, people_have(people, &scene.ada, COMMAND_PROJECT_CREATE, &fields)};
    put_member(&scene, maud, PROJECT_ROLE_MANAGER);
    put_member(&scene, scene.ben, PROJECT_ROLE_USER);
    scene.maud = people_actor(people, maud);
    return scene;
}

static enum rule announcing(const struct scene *scene, const struct actor *actor,
                            enum audience audience, const struct id *project)
{
    union command_fields fields = {.comms_announce = {.audience = audience, .size = 3}};
    if (project != NULL) {
        fields.comms_announce.has_project = true;
        fields.comms_announce.project = *project;
    }
    return people_ask(scene->people, actor, COMMAND_COMMS_ANNOUNCE, &fields);
}

/* The decision keeps the recipients by pointer, so they outlive the question. */
static enum rule mailing(struct scene *scene, const struct actor *actor, struct id to,
                         bool as_project)
{
    scene->recipient = to;
    union command_fields fields = {.comms_send_mail = {.recipients = &scene->recipient,
                                                       .recipients_count = 1,
                                                       .has_project = as_project,
                                                       .project = scene->project}};
    return people_ask(scene->people, actor, COMMAND_COMMS_SEND_MAIL, &fields);
}

static void take(const struct scene *scene, struct id user, enum user_permission permission)
{
    union command_fields fields = {
        .user_change_permissions = {.user = user, .remove = &permission, .remove_count = 1}};
    people_have(scene->people, &scene->ada, COMMAND_USER_CHANGE_PERMISSIONS, &fields);
}

static void announcements_to_all_are_made_by_administrators_who_may(void **state)
{
    struct scene scene = scene_of(state);
    static const char *const logins[] = {"a0", "a1", "a2", "a3", "a4"};
    for (unsigned by = 0; by < USER_ROLE_COUNT; by++) {
        struct id user = people_add(scene.people, logins[by], (enum user_role)by);
        struct actor actor = people_actor(scene.people, user);
        enum rule expected = by >= USER_ROLE_ADMIN ? RULE_NONE : RULE_IDN_18A;
        assert_int_equal(announcing(&scene, &actor, AUDIENCE_EVERYBODY, NULL), expected);
        assert_int_equal(announcing(&scene, &actor, AUDIENCE_ADMINS, NULL), expected);
        assert_int_equal(announcing(&scene, &actor, AUDIENCE_PROJECT, &scene.project), expected);
        if (by == USER_ROLE_ADMIN) {
            take(&scene, user, USER_PERMISSION_ANNOUNCE);
            assert_int_equal(announcing(&scene, &actor, AUDIENCE_EVERYBODY, NULL), RULE_IDN_18A);
        }
    }
    assert_int_equal(announcing(&scene, &scene.ada, AUDIENCE_EVERYBODY, &scene.project),
                     RULE_IDN_18A);
    assert_int_equal(announcing(&scene, &scene.ada, AUDIENCE_PROJECT, NULL), RULE_IDN_18A);
}

static void a_manager_announces_to_the_own_project(void **state)
{
    struct scene scene = scene_of(state);
    struct actor ben = people_actor(scene.people, scene.ben);
    struct id other = {ID_PROJECT, 77777};
    assert_int_equal(announcing(&scene, &scene.maud, AUDIENCE_PROJECT, &scene.project), RULE_NONE);
    people_do(scene.people, &scene.maud);
    assert_int_equal(announcing(&scene, &scene.maud, AUDIENCE_PROJECT, &other), RULE_IDN_18A);
    assert_int_equal(announcing(&scene, &scene.maud, AUDIENCE_EVERYBODY, NULL), RULE_IDN_18A);
    assert_int_equal(announcing(&scene, &scene.maud, AUDIENCE_EVERYBODY, &scene.project),
                     RULE_IDN_18A);
    assert_int_equal(announcing(&scene, &ben, AUDIENCE_PROJECT, &scene.project), RULE_IDN_18A);
}

static void mail_to_anybody_is_sent_by_administrators_who_may(void **state)
{
    struct scene scene = scene_of(state);
    static const char *const logins[] = {"a0", "a1", "a2", "a3", "a4"};
    for (unsigned by = 0; by < USER_ROLE_COUNT; by++) {
        struct id user = people_add(scene.people, logins[by], (enum user_role)by);
        struct actor actor = people_actor(scene.people, user);
        enum rule expected = by >= USER_ROLE_SUB_ADMIN ? RULE_NONE : RULE_IDN_17A;
        assert_int_equal(mailing(&scene, &actor, scene.bea, false), expected);
        if (by == USER_ROLE_SUB_ADMIN) {
            take(&scene, user, USER_PERMISSION_SEND_MAIL);
            assert_int_equal(mailing(&scene, &actor, scene.bea, false), RULE_IDN_17A);
        }
    }
    assert_int_equal(mailing(&scene, &scene.ada, (struct id){ID_USER, 77777}, false), RULE_IDN_01D);
}

static void a_manager_sends_mail_to_members_of_the_own_project(void **state)
{
    struct scene scene = scene_of(state);
    struct actor ben = people_actor(scene.people, scene.ben);
    assert_int_equal(mailing(&scene, &scene.maud, scene.ben, true), RULE_NONE);
    people_do(scene.people, &scene.maud);
    assert_int_equal(mailing(&scene, &scene.maud, scene.bea, true), RULE_IDN_17A);
    assert_int_equal(mailing(&scene, &scene.maud, scene.ben, false), RULE_IDN_17A);
    assert_int_equal(mailing(&scene, &ben, scene.ben, true), RULE_IDN_17A);
    scene.project.n = 77777;
    assert_int_equal(mailing(&scene, &scene.maud, scene.ben, true), RULE_IDN_17A);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PEOPLE(announcements_to_all_are_made_by_administrators_who_may),
        WITH_PEOPLE(a_manager_announces_to_the_own_project),
        WITH_PEOPLE(mail_to_anybody_is_sent_by_administrators_who_may),
        WITH_PEOPLE(a_manager_sends_mail_to_members_of_the_own_project),
    };
    return cmocka_run_group_tests_name("core/identity/comms", tests, NULL, NULL);
}
