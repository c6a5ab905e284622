/*
 * Files: how they are made, and each verb on its own.
 */
#include "core/access/access.h"
#include "core/dispatch.h"
#include "core/vault/chunk.h"
#include "core/vault/file.h"
#include "core/vault/tag.h"
#include "tests/core/vault/people.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static enum rule verb(struct world *world, const struct person *by, enum command_kind kind,
                      struct id file)
{
    union command_fields fields;
    memset(&fields, 0, sizeof fields);
    fields.vault_file_edit.file = file; /* the first field of each of them */
    if (kind == COMMAND_VAULT_FILE_DOWNLOAD) {
        fields.vault_file_download.destination = LITERAL("local");
    }
    if (kind == COMMAND_VAULT_FILE_SEAL) {
        fields.vault_file_seal.root = hash_empty;
    }
    return person_try(world, by, kind, &fields);
}

/* Create --------------------------------------------------------------------------------------- */

struct birth_of_file {
    struct id parent;
    uint64_t epoch; /* 0: without a key for a group */
    struct id project;
};

static enum rule creating(struct world *world, const struct person *by,
                          const struct birth_of_file *birth)
{
    static unsigned const char name[] = "new";
    union command_fields fields = {
        .vault_file_create = {.parent = birth->parent,
                              .name = bytes_of(name, 3),
                              .wrapped = some_digest(3),
                              .has_group_wrapped = birth->epoch != 0,
                              .group_wrapped = some_digest(4),
                              .has_epoch = birth->epoch != 0,
                              .epoch = birth->epoch,
                              .has_project = birth->project.kind != ID_NONE,
                              .project = birth->project}};
    return person_try(world, by, COMMAND_VAULT_FILE_CREATE, &fields);
}

static void a_file_comes_with_a_key_for_its_owner_and_in_a_group_for_the_group(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct id group = make_group(world, &ada);
    assert_int_equal(creating(world, &ada, &(struct birth_of_file){.parent = group}), RULE_VLT_01A);
    assert_int_equal(creating(world, &ada, &(struct birth_of_file){.parent = ada.user, .epoch = 1}),
                     RULE_VLT_01A);
    assert_int_equal(creating(world, &ada, &(struct birth_of_file){.parent = group, .epoch = 2}),
                     RULE_GRP_01F);
    assert_int_equal(creating(world, &ada, &(struct birth_of_file){.parent = group, .epoch = 1}),
                     RULE_NONE);
    struct id file = {ID_FILE, first_event(world)};
    struct view view = world_view(world);
    struct file_key_row own = {.file = file, .holder = ada.user};
    struct file_key_row of_group = {.file = file, .holder = group};
    assert_true(view_find(&view, ROW_FILE_KEY, &own));
    assert_true(view_find(&view, ROW_FILE_KEY, &of_group));
    assert_int_equal(of_group.epoch, 1);
    struct file_row row;
    assert_true(file_by_id(&view, file, &row));
    assert_int_equal(row.state, FILE_STATE_WRITING);
    assert_int_equal(row.created, world->now_us);
}

static void no_new_content_goes_into_a_group_whose_key_somebody_took_along(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct person ben = person_new(world, USER_ROLE_USER);
    struct id group = make_group(world, &ada);
    add_member(world, &ada, group, &ben, GROUP_PRESET_USER);
    union command_fields fields = {.group_leave = {.group = group}};
    (void)person_must(world, &ben, COMMAND_GROUP_LEAVE, &fields);
    assert_int_equal(creating(world, &ada, &(struct birth_of_file){.parent = group, .epoch = 1}),
                     RULE_GRP_02C);
    rotate_key(world, &ada, group, 2, &ada.user, 1);
    assert_int_equal(creating(world, &ada, &(struct birth_of_file){.parent = group, .epoch = 2}),
                     RULE_NONE);
}

static void files_are_made_by_those_who_may_upload_where_they_may_add_entries(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct person ben = person_new(world, USER_ROLE_SUPER_ADMIN);
    struct id group = make_group(world, &ada);
    const struct birth_of_file in_group = {.parent = group, .epoch = 1};
    const struct birth_of_file in_own = {.parent = ben.user};
    assert_int_equal(creating(world, &ben, &in_group), RULE_VLT_01B);
    assert_int_equal(creating(world, &ben, &(struct birth_of_file){.parent = ada.user}),
                     RULE_VLT_01B);
    add_member(world, &ada, group, &ben, GROUP_PRESET_USER);
    assert_int_equal(creating(world, &ben, &in_group), RULE_NONE);
    assert_int_equal(creating(world, &ben, &in_group), RULE_VLT_09A);
    struct view view = world_view(world);
    struct user_row user = {.user = ben.user};
    assert_true(view_find(&view, ROW_USER, &user));
    user.permissions_count = 0;
    (void)world_put(world, ROW_USER, &user);
    assert_int_equal(creating(world, &ben, &in_own), RULE_VLT_01C);
}

static void a_file_is_born_with_a_tag_above_what_it_would_inherit(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct person ben = person_new(world, USER_ROLE_USER);
    struct id project = some_project(world, UNTAGGED), other = some_project(world, UNTAGGED);
    struct id group = make_group(world, &ada), own = make_dir(world, &ada, ada.user, "own");
    add_member(world, &ada, group, &ben, GROUP_PRESET_MANAGER);
    const struct birth_of_file tagged = {.parent = ada.user, .project = project};
    assert_int_equal(creating(world, &ada, &tagged), RULE_VLT_11C);
    person_join(world, &ada, other, PROJECT_ROLE_MANAGER);
    person_work_on(world, &ada, project, PROJECT_ROLE_MANAGER);
    person_work_on(world, &ben, project, PROJECT_ROLE_MANAGER);
    assert_int_equal(creating(world, &ada, &tagged), RULE_NONE);
    struct view view = world_view(world);
    assert_true(id_equal(tag_of(&view, (struct id){ID_FILE, first_event(world)}), project));
    assert_int_equal(
        creating(world, &ben,
                 &(struct birth_of_file){.parent = group, .epoch = 1, .project = project}),
        RULE_VLT_11A);
    union command_fields fields = {
        .vault_dir_set_project = {.dir = own, .has_project = true, .project = project}};
    (void)person_must(world, &ada, COMMAND_VAULT_DIR_SET_PROJECT, &fields);
    assert_int_equal(
        creating(world, &ada, &(struct birth_of_file){.parent = own, .project = other}),
        RULE_PRJ_12B);
    assert_int_equal(
        creating(world, &ada, &(struct birth_of_file){.parent = own, .project = project}),
        RULE_NONE);
}

/* Nobody puts data where she may not look: the project must be active to write into it. */
static void nobody_makes_files_in_a_directory_that_she_may_not_read(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct id project = some_project(world, UNTAGGED);
    struct id own = make_dir(world, &ada, ada.user, "own");
    person_work_on(world, &ada, project, PROJECT_ROLE_MANAGER);
    union command_fields fields = {
        .vault_dir_set_project = {.dir = own, .has_project = true, .project = project}};
    (void)person_must(world, &ada, COMMAND_VAULT_DIR_SET_PROJECT, &fields);
    world_activate(world, ada.session, UNTAGGED);
    assert_int_equal(creating(world, &ada, &(struct birth_of_file){.parent = own}), RULE_CLS_03A);
    world_activate(world, ada.session, project);
    assert_int_equal(creating(world, &ada, &(struct birth_of_file){.parent = own}), RULE_NONE);
}

/* What could be made and not written would only take the name. */
static void nobody_makes_files_that_she_could_not_write(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct person ben = person_new(world, USER_ROLE_USER);
    struct id project = some_project(world, UNTAGGED), below = some_project(world, project);
    struct id group = make_group(world, &ada);
    person_work_on(world, &ada, project, PROJECT_ROLE_MANAGER);
    const struct birth_of_file tagged = {.parent = ada.user, .project = project};
    world_activate(world, ada.session, UNTAGGED);
    assert_int_equal(creating(world, &ada, &tagged), RULE_CLS_03A);
    world_activate(world, ada.session, project);
    assert_int_equal(creating(world, &ada, &tagged), RULE_NONE);
    add_member(world, &ada, group, &ben, GROUP_PRESET_USER);
    union command_fields fields = {
        .group_set_project = {.group = group, .has_project = true, .project = project}};
    (void)person_must(world, &ada, COMMAND_GROUP_SET_PROJECT, &fields);
    person_work_on(world, &ben, below, PROJECT_ROLE_USER); /* reads there, by PRJ-11 */
    const struct birth_of_file in_group = {.parent = group, .epoch = 1};
    assert_int_equal(creating(world, &ben, &in_group), RULE_CLS_02A);
    person_work_on(world, &ben, project, PROJECT_ROLE_USER);
    assert_int_equal(creating(world, &ben, &in_group), RULE_NONE);
}

/* Verbs ---------------------------------------------------------------------------------------- */

static const enum command_kind verbs[] = {
    COMMAND_VAULT_FILE_SEAL,     COMMAND_VAULT_FILE_EDIT,   COMMAND_VAULT_FILE_VIEW,
    COMMAND_VAULT_FILE_DOWNLOAD, COMMAND_VAULT_FILE_DELETE, COMMAND_VAULT_HISTORY_FETCH,
};

static void every_verb_is_refused_to_whoever_has_no_path_to_the_file(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct person eve = person_new(world, USER_ROLE_SUPER_ADMIN);
    struct id file = make_sealed(world, &ada, ada.user, "f");
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        enum rule expected = verbs[i] == COMMAND_VAULT_HISTORY_FETCH ? RULE_VLT_13A : RULE_CLS_04A;
        assert_int_equal(verb(world, &eve, verbs[i], file), expected);
    }
}

static void every_verb_is_refused_on_a_file_that_is_not_there(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct id deleted = make_sealed(world, &ada, ada.user, "f");
    assert_int_equal(verb(world, &ada, COMMAND_VAULT_FILE_DELETE, deleted), RULE_NONE);
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        assert_int_equal(verb(world, &ada, verbs[i], (struct id){ID_FILE, 99999}), RULE_VLT_01D);
        assert_int_equal(verb(world, &ada, verbs[i], deleted), RULE_VLT_01D);
    }
}

/* Rows are what is shared, columns the verbs: edit, view, download, history. */
static void a_share_allows_the_verbs_that_it_names(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct person ben = person_new(world, USER_ROLE_USER);
    struct id file = make_sealed(world, &ada, ada.user, "f");
    assert_int_equal(fetch_key(world, &ada, file), RULE_NONE);
    static const enum command_kind shared[] = {COMMAND_VAULT_FILE_VIEW, COMMAND_VAULT_FILE_DOWNLOAD,
                                               COMMAND_VAULT_FILE_EDIT};
    for (unsigned modes = 0; modes < 8; modes++) {
        union command_fields fields = {.vault_file_share = {.file = file,
                                                            .target = ben.user,
                                                            .wrapped = some_digest(5),
                                                            .can_view = (modes & 1) != 0,
                                                            .can_download = (modes & 2) != 0,
                                                            .can_edit = (modes & 4) != 0}};
        (void)person_must(world, &ada, COMMAND_VAULT_FILE_SHARE, &fields);
        for (unsigned i = 0; i < 3; i++) {
            enum rule rule = verb(world, &ben, shared[i], file);
            assert_int_equal(rule, (modes >> i & 1) != 0 ? RULE_NONE : RULE_VLT_07A);
        }
        if ((modes & 4) != 0) { /* which has begun to edit it */
            assert_int_equal(verb(world, &ada, COMMAND_VAULT_FILE_SEAL, file), RULE_NONE);
        }
        assert_int_equal(verb(world, &ben, COMMAND_VAULT_FILE_DELETE, file), RULE_VLT_14A);
        assert_int_equal(verb(world, &ben, COMMAND_VAULT_HISTORY_FETCH, file),
                         modes == 0 ? RULE_VLT_13A : RULE_NONE);
    }
}

static void what_is_not_sealed_is_neither_viewed_nor_downloaded(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct id file = make_file(world, &ada, ada.user, "f");
    for (unsigned version = 1; version < 4; version++) {
        assert_int_equal(verb(world, &ada, COMMAND_VAULT_FILE_VIEW, file), RULE_VLT_03C);
        assert_int_equal(verb(world, &ada, COMMAND_VAULT_FILE_DOWNLOAD, file), RULE_VLT_03C);
        assert_int_equal(verb(world, &ada, COMMAND_VAULT_FILE_SEAL, file), RULE_NONE);
        assert_int_equal(world->decision.events[0].body.vault_file_sealed.version, version);
        assert_int_equal(verb(world, &ada, COMMAND_VAULT_FILE_SEAL, file), RULE_VLT_03C);
        assert_int_equal(verb(world, &ada, COMMAND_VAULT_FILE_VIEW, file), RULE_NONE);
        assert_int_equal(verb(world, &ada, COMMAND_VAULT_FILE_DOWNLOAD, file), RULE_NONE);
        assert_int_equal(verb(world, &ada, COMMAND_VAULT_FILE_EDIT, file), RULE_NONE);
    }
}

/* The event says which class the file was of when it was seen. */
static void looking_at_a_file_says_its_class(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct id own = make_sealed(world, &ada, ada.user, "f");
    struct id in_group = make_sealed(world, &ada, make_group(world, &ada), "f");
    assert_int_equal(verb(world, &ada, COMMAND_VAULT_FILE_VIEW, own), RULE_NONE);
    assert_int_equal(world->decision.events[0].body.vault_file_viewed.class, ACCESS_PERSONAL);
    assert_int_equal(verb(world, &ada, COMMAND_VAULT_FILE_DOWNLOAD, in_group), RULE_NONE);
    assert_int_equal(world->decision.events[0].body.vault_file_downloaded.class, ACCESS_GROUP);
}

/* Delete --------------------------------------------------------------------------------------- */

static void a_file_is_deleted_by_its_owner_or_who_may_remove_entries_in_its_group(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct person mia = person_new(world, USER_ROLE_USER);
    struct person ben = person_new(world, USER_ROLE_USER);
    struct id group = make_group(world, &ada);
    add_member(world, &ada, group, &mia, GROUP_PRESET_MANAGER);
    add_member(world, &ada, group, &ben, GROUP_PRESET_USER);
    struct id adas = make_file(world, &ada, group, "adas");
    struct id bens = make_file(world, &ben, group, "bens");
    assert_int_equal(verb(world, &ben, COMMAND_VAULT_FILE_DELETE, adas), RULE_VLT_14A);
    assert_int_equal(verb(world, &mia, COMMAND_VAULT_FILE_DELETE, adas), RULE_NONE);
    assert_int_equal(verb(world, &ben, COMMAND_VAULT_FILE_DELETE, bens), RULE_NONE);
}

static void with_a_file_go_its_keys_shares_entry_and_tag(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct person ben = person_new(world, USER_ROLE_USER);
    struct id project = some_project(world, UNTAGGED);
    struct id file = make_sealed(world, &ada, ada.user, "f");
    assert_int_equal(share_with(world, &ada, file, &ben), RULE_NONE);
    person_work_on(world, &ada, project, PROJECT_ROLE_MANAGER);
    union command_fields fields = {
        .vault_file_set_project = {.file = file, .has_project = true, .project = project}};
    (void)person_must(world, &ada, COMMAND_VAULT_FILE_SET_PROJECT, &fields);
    assert_int_equal(verb(world, &ada, COMMAND_VAULT_FILE_DELETE, file), RULE_NONE);
    assert_int_equal(world->decision.events[0].body.vault_file_deleted.keys, 2);
    struct view view = world_view(world);
    struct file_key_row key = {.file = file};
    struct share_row share = {.file = file};
    struct tagged_row tagged = {.project = project, .object = file};
    struct entry_row entry = {.parent = ada.user, .name = LITERAL("f")};
    struct view_walk keys = view_walk_of(&view, ROW_FILE_KEY, &key, 1);
    struct view_walk shares = view_walk_of(&view, ROW_SHARE, &share, 1);
    assert_false(view_walk_next(&keys, &key));
    assert_false(view_walk_next(&shares, &share));
    assert_false(view_find(&view, ROW_TAGGED, &tagged));
    assert_false(view_find(&view, ROW_ENTRY, &entry));
    assert_int_equal(creating(world, &ada, &(struct birth_of_file){.parent = ada.user}), RULE_NONE);
}

static void a_description_is_one_line_that_steers_no_terminal(void **unused)
{
    (void)unused;
    char memory[128];
    struct text text = TEXT_IN(memory);
    file_describe(
        &(struct file_row){
            .file = {ID_FILE, 7}, .name = LITERAL("a\nb"), .state = FILE_STATE_SEALED, .size = 12},
        &text);
    assert_string_equal(text_string(&text), "file:7 a\\x0ab (sealed, 12 bytes)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(a_file_comes_with_a_key_for_its_owner_and_in_a_group_for_the_group),
        IN_WORLD(no_new_content_goes_into_a_group_whose_key_somebody_took_along),
        IN_WORLD(files_are_made_by_those_who_may_upload_where_they_may_add_entries),
        IN_WORLD(a_file_is_born_with_a_tag_above_what_it_would_inherit),
        IN_WORLD(nobody_makes_files_in_a_directory_that_she_may_not_read),
        IN_WORLD(nobody_makes_files_that_she_could_not_write),
        IN_WORLD(every_verb_is_refused_to_whoever_has_no_path_to_the_file),
        IN_WORLD(every_verb_is_refused_on_a_file_that_is_not_there),
        IN_WORLD(a_share_allows_the_verbs_that_it_names),
        IN_WORLD(what_is_not_sealed_is_neither_viewed_nor_downloaded),
        IN_WORLD(looking_at_a_file_says_its_class),
        IN_WORLD(a_file_is_deleted_by_its_owner_or_who_may_remove_entries_in_its_group),
        IN_WORLD(with_a_file_go_its_keys_shares_entry_and_tag),
        cmocka_unit_test(a_description_is_one_line_that_steers_no_terminal),
    };
    return cmocka_run_group_tests_name("core/vault/file", tests, NULL, NULL);
}
