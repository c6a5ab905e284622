/*
 * Tags of files and directories: who changes them, and what is inherited.
 */
#include "core/dispatch.h"
#include "core/vault/tag.h"
#include "tests/core/vault/people.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static enum rule tagging(struct world *world, const struct person *by, struct id object,
                         struct id project, const char *reason)
{
    const bool tagged = project.kind != ID_NONE;
    const struct bytes text = bytes_of_string(reason == NULL ? "" : reason);
    union command_fields fields;
    if (object.kind == ID_FILE) {
        fields.vault_file_set_project =
            (struct vault_file_set_project){.file = object,
                                            .has_project = tagged,
                                            .project = project,
                                            .has_reason = reason != NULL,
                                            .reason = text};
        return person_try(world, by, COMMAND_VAULT_FILE_SET_PROJECT, &fields);
    }
    fields.vault_dir_set_project = (struct vault_dir_set_project){.dir = object,
                                                                  .has_project = tagged,
                                                                  .project = project,
                                                                  .has_reason = reason != NULL,
                                                                  .reason = text};
    return person_try(world, by, COMMAND_VAULT_DIR_SET_PROJECT, &fields);
}

static struct id tag_now(struct world *world, struct id object)
{
    struct view view = world_view(world);
    return tag_of(&view, object);
}

static bool is_tagged(struct world *world, struct id project, struct id object)
{
    struct view view = world_view(world);
    struct tagged_row row = {.project = project, .object = object};
    return view_find(&view, ROW_TAGGED, &row);
}

static void the_nearest_tag_above_counts_and_the_groups_last(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct id a = some_project(world, UNTAGGED), b = some_project(world, a);
    struct id c = some_project(world, b);
    struct id group = make_group(world, &ada), outer = make_dir(world, &ada, group, "outer");
    struct id inner = make_dir(world, &ada, outer, "inner");
    struct id file = make_file(world, &ada, inner, "f");
    assert_int_equal(tag_now(world, file).kind, ID_NONE);
    person_work_on(world, &ada, a, PROJECT_ROLE_MANAGER);
    union command_fields fields = {
        .group_set_project = {.group = group, .has_project = true, .project = a}};
    (void)person_must(world, &ada, COMMAND_GROUP_SET_PROJECT, &fields);
    assert_true(id_equal(tag_now(world, file), a));
    person_join(world, &ada, b, PROJECT_ROLE_MANAGER);
    person_work_on(world, &ada, c, PROJECT_ROLE_MANAGER);
    assert_int_equal(tagging(world, &ada, outer, b, NULL), RULE_NONE);
    assert_true(id_equal(tag_now(world, file), b));
    assert_int_equal(tagging(world, &ada, file, c, NULL), RULE_NONE);
    assert_true(id_equal(tag_now(world, file), c));
    assert_true(id_equal(tag_now(world, inner), b));
    assert_true(is_tagged(world, c, file));
}

static void a_tag_is_set_by_an_active_member_of_the_project(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_SUPER_ADMIN);
    struct id project = some_project(world, UNTAGGED);
    struct id file = make_file(world, &ada, ada.user, "f");
    assert_int_equal(tagging(world, &ada, file, project, NULL), RULE_VLT_11C);
    person_join(world, &ada, project, PROJECT_ROLE_USER);
    assert_int_equal(tagging(world, &ada, file, project, NULL), RULE_VLT_11C); /* not at login */
    person_login(world, &ada);
    assert_int_equal(tagging(world, &ada, file, project, NULL), RULE_NONE);
    assert_true(is_tagged(world, project, file));
}

static void in_a_group_it_takes_the_permission_to_modify_tags(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct person ben = person_new(world, USER_ROLE_USER);
    struct id project = some_project(world, UNTAGGED), group = make_group(world, &ada);
    add_member(world, &ada, group, &ben, GROUP_PRESET_MANAGER);
    struct id file = make_file(world, &ben, group, "f"), dir = make_dir(world, &ben, group, "d");
    person_work_on(world, &ben, project, PROJECT_ROLE_MANAGER);
    assert_int_equal(tagging(world, &ben, file, project, NULL), RULE_VLT_11A);
    assert_int_equal(tagging(world, &ben, dir, project, NULL), RULE_VLT_11A);
    union command_fields fields = {
        .group_set_permission = {.group = group,
                                 .user = ben.user,
                                 .permission = GROUP_PERMISSION_MODIFY_PROJECT_TAG,
                                 .granted = true}};
    (void)person_must(world, &ada, COMMAND_GROUP_SET_PERMISSION, &fields);
    assert_int_equal(tagging(world, &ben, file, project, NULL), RULE_NONE);
    assert_int_equal(tagging(world, &ben, dir, project, NULL), RULE_NONE);
    assert_int_equal(tagging(world, &ben, file, UNTAGGED, "done"),
                     RULE_NONE); /* GRP-12a: class 1 */
    assert_int_equal(fetch_key(world, &ada, file), RULE_NONE);
    assert_int_equal(tagging(world, &ada, dir, UNTAGGED, "done"), RULE_CLS_02A);
}

static void lowering_takes_the_projects_role_and_a_reason_and_is_an_event_of_its_own(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct id a = some_project(world, UNTAGGED), b = some_project(world, UNTAGGED);
    struct id file = make_file(world, &ada, ada.user, "f");
    person_join(world, &ada, b, PROJECT_ROLE_MANAGER);
    person_work_on(world, &ada, a, PROJECT_ROLE_USER);
    assert_int_equal(tagging(world, &ada, file, a, NULL), RULE_NONE);
    assert_int_equal(tagging(world, &ada, file, b, "moved"), RULE_PRJ_12A);
    assert_int_equal(tagging(world, &ada, file, UNTAGGED, "public"), RULE_PRJ_12A);
    person_work_on(world, &ada, a, PROJECT_ROLE_MANAGER);
    assert_int_equal(tagging(world, &ada, file, b, NULL), RULE_PRJ_12B);
    assert_int_equal(tagging(world, &ada, file, b, "moved"), RULE_NONE);
    assert_int_equal(world_decided(world, EVENT_CLASSIFICATION_LOWERED), 1);
    assert_false(is_tagged(world, a, file));
    assert_true(is_tagged(world, b, file));
    world_activate(world, ada.session, b);
    assert_int_equal(tagging(world, &ada, file, UNTAGGED, "public"), RULE_NONE);
    const struct decided *lowered = &world->decision.events[1];
    assert_int_equal(lowered->kind, EVENT_CLASSIFICATION_LOWERED);
    assert_int_equal(lowered->body.classification_lowered.direction, DIRECTION_DOWN);
    assert_false(lowered->body.classification_lowered.has_to);
}

/* An own tag that is taken away uncovers the one above: that is where the label goes. */
static void taking_an_own_tag_away_leads_to_the_inherited_one(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct id umbrella = some_project(world, UNTAGGED), child = some_project(world, umbrella);
    struct id dir = make_dir(world, &ada, ada.user, "d"), file = make_file(world, &ada, dir, "f");
    person_join(world, &ada, umbrella, PROJECT_ROLE_MANAGER);
    person_work_on(world, &ada, child, PROJECT_ROLE_MANAGER);
    assert_int_equal(tagging(world, &ada, dir, umbrella, NULL), RULE_NONE);
    assert_int_equal(tagging(world, &ada, file, child, NULL), RULE_NONE);
    assert_int_equal(tagging(world, &ada, file, UNTAGGED, "not of Texas"), RULE_NONE);
    const struct decided *lowered = &world->decision.events[1];
    assert_true(id_equal(lowered->body.classification_lowered.to, umbrella));
    assert_true(id_equal(tag_now(world, file), umbrella));
    assert_int_equal(tagging(world, &ada, file, UNTAGGED, NULL),
                     RULE_NONE); /* it has none already */
    assert_true(id_equal(tag_now(world, file), umbrella));
}

static void what_is_not_there_has_no_tag_to_change(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    const struct id file = {ID_FILE, 99999}, dir = {ID_DIR, 99999};
    assert_int_equal(tagging(world, &ada, file, UNTAGGED, "x"), RULE_VLT_01D);
    assert_int_equal(tagging(world, &ada, dir, UNTAGGED, "x"), RULE_VLT_01D);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(the_nearest_tag_above_counts_and_the_groups_last),
        IN_WORLD(a_tag_is_set_by_an_active_member_of_the_project),
        IN_WORLD(in_a_group_it_takes_the_permission_to_modify_tags),
        IN_WORLD(lowering_takes_the_projects_role_and_a_reason_and_is_an_event_of_its_own),
        IN_WORLD(taking_an_own_tag_away_leads_to_the_inherited_one),
        IN_WORLD(what_is_not_there_has_no_tag_to_change),
    };
    return cmocka_run_group_tests_name("core/vault/tag", tests, NULL, NULL);
}
