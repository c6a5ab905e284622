/*
 * Groups and files through the whole engine: signed commands in sessions, events in the log.
 */
#include "core/access/access.h"
#include "core/dispatch.h"
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* ada administers, bob owns the group, cat is in it, dan is outside. */
struct story {
    struct enclave enclave;
    struct id group, file, project;
};

static union command_fields fetch_of(struct id file)
{
    return (union command_fields){.vault_key_fetch = {.file = file}};
}

static void make_group(struct story *story)
{
    static const uint8_t key[32] = {1};
    static const enum group_permission given[] = {GROUP_PERMISSION_ADD_ENTRIES};
    union command_fields fields = {
        .group_create = {.name = LITERAL("lab"), .key = BYTES(key), .wrapped = {{1}}}};
    story->group =
        (struct id){ID_GROUP, enclave_must(&story->enclave, "bob", COMMAND_GROUP_CREATE, &fields)};
    fields = (union command_fields){.group_add_member = {.group = story->group,
                                                         .user = enclave_id(&story->enclave, "cat"),
                                                         .epoch = 1,
                                                         .wrapped = {{2}},
                                                         .permissions = given,
                                                         .permissions_count = 1}};
    (void)enclave_must(&story->enclave, "bob", COMMAND_GROUP_ADD_MEMBER, &fields);
}

static void put_file(struct story *story)
{
    union command_fields fields = {.vault_file_create = {.parent = story->group,
                                                         .name = LITERAL("results.csv"),
                                                         .wrapped = {{3}},
                                                         .has_group_wrapped = true,
                                                         .group_wrapped = {{4}},
                                                         .has_epoch = true,
                                                         .epoch = 1}};
    story->file = (struct id){
        ID_FILE, enclave_must(&story->enclave, "bob", COMMAND_VAULT_FILE_CREATE, &fields)};
    fields = (union command_fields){.vault_chunk_write = {.file = story->file,
                                                          .disk_size = 64 + 100,
                                                          .sha256 = {{5}},
                                                          .iv = LITERAL("twelve bytes")}};
    (void)enclave_must(&story->enclave, "bob", COMMAND_VAULT_CHUNK_WRITE, &fields);
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    must(hasher_open(&hasher));
    const struct digest chunk = {{5}};
    fields =
        (union command_fields){.vault_file_seal = {.file = story->file,
                                                   .size = 100,
                                                   .chunks = 1,
                                                   .root = hash_leaf(hasher, BYTES(chunk.sha256))}};
    (void)enclave_must(&story->enclave, "bob", COMMAND_VAULT_FILE_SEAL, &fields);
}

static int begin(void **state)
{
    struct story *story = calloc(1, sizeof *story);
    assert_non_null(story);
    enclave_begin(&story->enclave);
    (void)enclave_join(&story->enclave, "bob", USER_ROLE_USER);
    enclave_permit(&story->enclave, "bob", USER_PERMISSION_CREATE_GROUPS, true);
    enclave_login(&story->enclave, "bob");
    (void)enclave_join(&story->enclave, "cat", USER_ROLE_USER);
    (void)enclave_join(&story->enclave, "dan", USER_ROLE_SUPER_ADMIN);
    make_group(story);
    put_file(story);
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

static void the_member_reads_what_the_owner_put_and_the_outsider_is_refused(void **state)
{
    struct story *story = *state;
    struct enclave *enclave = &story->enclave;
    struct enclave_found found;
    union command_fields fields = fetch_of(story->file);
    union command_fields chunks = {.vault_chunk_fetch = {.file = story->file}};
    enclave_refused(enclave, "cat", COMMAND_VAULT_CHUNK_FETCH, &chunks, RULE_VLT_06A);
    uint64_t n = enclave_must(enclave, "cat", COMMAND_VAULT_KEY_FETCH, &fields);
    enclave_find(enclave, n, &found);
    assert_int_equal(found.leaf.kind, EVENT_VAULT_KEY_FETCHED);
    assert_true(bytes_equal(found.leaf.emitter, LITERAL("vault")));
    assert_true(id_equal(found.leaf.session, enclave_person(enclave, "cat")->session));
    assert_true(id_equal(found.leaf.on[0], story->file));
    assert_true(id_equal(found.body.vault_key_fetched.holder, story->group));
    assert_int_equal(found.body.vault_key_fetched.class, ACCESS_GROUP);
    (void)enclave_must(enclave, "cat", COMMAND_VAULT_CHUNK_FETCH, &chunks);
    struct verdict refused = enclave_do(enclave, "dan", COMMAND_VAULT_KEY_FETCH, &fields);
    assert_int_equal(refused.refused, RULE_CLS_01A);
    enclave_find(enclave, refused.first, &found);
    assert_int_equal(found.leaf.kind, EVENT_VAULT_KEY_DENIED);
    assert_int_equal(found.leaf.outcome, OUTCOME_DENIED);
    assert_true(found.leaf.on_count == 2 && id_equal(found.leaf.on[1], story->file));
}

static void a_new_session_fetches_the_key_anew(void **state)
{
    struct story *story = *state;
    struct enclave *enclave = &story->enclave;
    union command_fields fields = fetch_of(story->file);
    union command_fields chunks = {.vault_chunk_fetch = {.file = story->file}};
    (void)enclave_must(enclave, "cat", COMMAND_VAULT_KEY_FETCH, &fields);
    (void)enclave_must(enclave, "cat", COMMAND_VAULT_CHUNK_FETCH, &chunks);
    enclave_login(enclave, "cat");
    enclave_refused(enclave, "cat", COMMAND_VAULT_CHUNK_FETCH, &chunks, RULE_VLT_06A);
}

/* And the log of then still says that she could. */
static void who_is_removed_reads_no_more_from_the_same_event_on(void **state)
{
    struct story *story = *state;
    struct enclave *enclave = &story->enclave;
    union command_fields fields = fetch_of(story->file);
    (void)enclave_must(enclave, "cat", COMMAND_VAULT_KEY_FETCH, &fields);
    const struct reader cat = {.user = enclave_id(enclave, "cat")};
    union command_fields removal = {
        .group_remove_member = {.group = story->group, .user = cat.user}};
    uint64_t n = enclave_must(enclave, "bob", COMMAND_GROUP_REMOVE_MEMBER, &removal);
    enclave_refused(enclave, "cat", COMMAND_VAULT_KEY_FETCH, &fields, RULE_CLS_01A);
    union command_fields chunks = {.vault_chunk_fetch = {.file = story->file}};
    enclave_refused(enclave, "cat", COMMAND_VAULT_CHUNK_FETCH, &chunks, RULE_CLS_01A);
    struct access access;
    struct view view = enclave_view_as_of(enclave, n - 1);
    may_read(&view, &cat, story->file, &access);
    assert_true(access.allowed);
    view = enclave_view_as_of(enclave, n);
    may_read(&view, &cat, story->file, &access);
    assert_false(access.allowed);
}

/* The log takes events only on what it knows: subjects of tags, moves and all are known. */
static void every_kind_of_change_is_taken_by_the_log(void **state)
{
    struct story *story = *state;
    struct enclave *enclave = &story->enclave;
    const struct id bob = enclave_id(enclave, "bob"), cat = enclave_id(enclave, "cat");
    union command_fields fields = {
        .project_create = {.name = LITERAL("P"), .has_pi = true, .pi = bob}};
    struct id project = {ID_PROJECT, enclave_must(enclave, "ada", COMMAND_PROJECT_CREATE, &fields)};
    enclave_login(enclave, "bob");
    fields = (union command_fields){.session_activate_project = {.project = project}};
    (void)enclave_must(enclave, "bob", COMMAND_SESSION_ACTIVATE_PROJECT, &fields);
    fields = (union command_fields){
        .group_set_project = {.group = story->group, .has_project = true, .project = project}};
    (void)enclave_must(enclave, "bob", COMMAND_GROUP_SET_PROJECT, &fields);
    fields = (union command_fields){.vault_dir_move_entry = {.parent = story->group,
                                                             .name = LITERAL("results.csv"),
                                                             .target = bob,
                                                             .to = LITERAL("r.csv")}};
    (void)enclave_must(enclave, "bob", COMMAND_VAULT_DIR_MOVE_ENTRY, &fields);
    fields = fetch_of(story->file);
    (void)enclave_must(enclave, "bob", COMMAND_VAULT_KEY_FETCH, &fields);
    fields = (union command_fields){
        .vault_file_share = {
            .file = story->file, .target = cat, .wrapped = {{6}}, .can_view = true}};
    (void)enclave_must(enclave, "bob", COMMAND_VAULT_FILE_SHARE, &fields);
    fields = fetch_of(story->file);
    enclave_refused(enclave, "cat", COMMAND_VAULT_KEY_FETCH, &fields, RULE_CLS_03A);
    fields = (union command_fields){.vault_file_set_project = {.file = story->file,
                                                               .has_reason = true,
                                                               .reason = LITERAL("published")}};
    (void)enclave_must(enclave, "bob", COMMAND_VAULT_FILE_SET_PROJECT, &fields);
    fields = fetch_of(story->file);
    (void)enclave_must(enclave, "cat", COMMAND_VAULT_KEY_FETCH, &fields);
    fields = (union command_fields){.vault_file_transfer = {.file = story->file, .user = cat}};
    (void)enclave_must(enclave, "bob", COMMAND_VAULT_FILE_TRANSFER, &fields);
    fields = (union command_fields){.vault_file_delete = {.file = story->file}};
    enclave_refused(enclave, "bob", COMMAND_VAULT_FILE_DELETE, &fields, RULE_CLS_04A);
    (void)enclave_must(enclave, "cat", COMMAND_VAULT_FILE_DELETE, &fields);
}

static void what_was_fetched_is_known_after_the_state_was_folded_anew(void **state)
{
    struct story *story = *state;
    struct enclave *enclave = &story->enclave;
    union command_fields fields = fetch_of(story->file);
    (void)enclave_must(enclave, "cat", COMMAND_VAULT_KEY_FETCH, &fields);
    struct digest before = state_digest(engine_state(enclave->engine));
    enclave_reopen(enclave, true);
    struct digest after = state_digest(engine_state(enclave->engine));
    assert_true(digest_equal(&before, &after));
    union command_fields chunks = {.vault_chunk_fetch = {.file = story->file}};
    (void)enclave_must(enclave, "cat", COMMAND_VAULT_CHUNK_FETCH, &chunks);
}

#define IN_STORY(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_STORY(the_member_reads_what_the_owner_put_and_the_outsider_is_refused),
        IN_STORY(a_new_session_fetches_the_key_anew),
        IN_STORY(who_is_removed_reads_no_more_from_the_same_event_on),
        IN_STORY(every_kind_of_change_is_taken_by_the_log),
        IN_STORY(what_was_fetched_is_known_after_the_state_was_folded_anew),
    };
    return cmocka_run_group_tests_name("core/vault: stories", tests, NULL, NULL);
}
