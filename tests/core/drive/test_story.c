/*
 * Drives through the engine: signed, decided, appended, folded, and decided again.
 */
#include "core/drive/drive.h"
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    DRIVES = 3,
};

struct story {
    struct enclave enclave;
    struct id pool, project, drives[DRIVES];
};

static void world_did(struct enclave *enclave, uint64_t request, enum effect_kind kind)
{
    const union event_body body = {
        .effect_done = {.request = request, .effect = kind, .attempt = 1}};
    must(engine_say(
        enclave->engine, VOICE_EFFECT,
        &(struct draft){.kind = EVENT_EFFECT_DONE, .on = {THE_LOG}, .on_count = 1, .body = &body}));
    must(engine_flush(enclave->engine));
}

static void make_pool(struct story *story)
{
    union command_fields fields = {.host_register = {.name = LITERAL("h1"),
                                                     .uri = LITERAL("test:///default"),
                                                     .cores = 4,
                                                     .memory_mib = 1024}};
    const struct id host = {ID_HOST,
                            enclave_must(&story->enclave, "ada", COMMAND_HOST_REGISTER, &fields)};
    fields = (union command_fields){.pool_define = {.name = LITERAL("drives"),
                                                    .kind = POOL_KIND_DRIVE,
                                                    .path = LITERAL("/pools/drives"),
                                                    .hosts = &host,
                                                    .hosts_count = 1}};
    story->pool =
        (struct id){ID_POOL, enclave_must(&story->enclave, "ada", COMMAND_POOL_DEFINE, &fields)};
    world_did(&story->enclave, story->pool.n, EFFECT_KIND_POOL_DEFINE);
}

static struct id make_drive(struct story *story, const char *name)
{
    const union command_fields fields = {.drive_create = {.name = bytes_of_string(name),
                                                          .pool = story->pool,
                                                          .kind = DRIVE_KIND_RAW,
                                                          .size = DRIVE_SIZE_MIN}};
    const struct id drive = {ID_DRIVE,
                             enclave_must(&story->enclave, "ann", COMMAND_DRIVE_CREATE, &fields)};
    world_did(&story->enclave, drive.n, EFFECT_KIND_VOLUME_CREATE);
    return drive;
}

static void begin(struct story *story)
{
    static const char *const names[DRIVES] = {"one", "two", "three"};
    struct enclave *enclave = &story->enclave;
    enclave_begin(enclave);
    (void)enclave_join(enclave, "ann", USER_ROLE_USER);
    (void)enclave_join(enclave, "bob", USER_ROLE_USER);
    make_pool(story);
    union command_fields fields = {.project_create = {.name = LITERAL("tides")}};
    story->project =
        (struct id){ID_PROJECT, enclave_must(enclave, "ada", COMMAND_PROJECT_CREATE, &fields)};
    fields = (union command_fields){.project_add_member = {.project = story->project,
                                                           .user = enclave_id(enclave, "ann"),
                                                           .role = PROJECT_ROLE_MANAGER}};
    (void)enclave_must(enclave, "ada", COMMAND_PROJECT_ADD_MEMBER, &fields);
    (void)enclave_login(enclave, "ann");
    for (size_t i = 0; i < DRIVES; i++) {
        story->drives[i] = make_drive(story, names[i]);
    }
    fields = (union command_fields){.session_activate_project = {.project = story->project}};
    (void)enclave_must(enclave, "ann", COMMAND_SESSION_ACTIVATE_PROJECT, &fields);
}

/* Tags all drives; of those at and after `from` the command says that they were tagged before. */
static struct verdict tag_all(struct story *story, size_t from)
{
    char memory[1024], record_memory[COMMAND_MAX + 1];
    struct text items = TEXT_IN(memory), record = TEXT_IN(record_memory);
    for (size_t i = 0; i < DRIVES; i++) {
        const union command_fields fields = {.drive_set_project = {.drive = story->drives[i],
                                                                   .has_from = i >= from,
                                                                   .from = story->project,
                                                                   .has_project = true,
                                                                   .project = story->project}};
        text_put_string(&items, i == 0 ? "[" : ",");
        command_fields_encode(COMMAND_DRIVE_SET_PROJECT, &fields, &items);
    }
    text_put_char(&items, ']');
    const struct command_record command = {.kind = COMMAND_DRIVE_SET_PROJECT,
                                           .items = text_bytes(&items)};
    enclave_sign_record(&story->enclave, "ann", &command, &record);
    return enclave_give(&story->enclave, text_bytes(&record));
}

static size_t count_tagged(struct story *story)
{
    size_t count = 0;
    for (size_t i = 0; i < DRIVES; i++) {
        struct drive_row row;
        struct view view = enclave_view(&story->enclave);
        assert_true(drive_by_id(&view, story->drives[i], &row));
        count += row.has_project;
    }
    return count;
}

/* RULE_DRV_17A: all, or none of them. What refused each item stays with it. */
static void drives_are_tagged_at_once_or_not_at_all(void **unused)
{
    struct story *story = calloc(1, sizeof *story);
    struct enclave_found found;
    (void)unused;
    assert_non_null(story);
    begin(story);
    struct verdict verdict = tag_all(story, 2);
    assert_int_equal(verdict.refused, RULE_BLK_03B);
    assert_int_equal(verdict.items_refused, DRIVES);
    assert_int_equal(count_tagged(story), 0);
    enclave_find(&story->enclave, verdict.first + 3, &found);
    assert_true(bytes_equal(found.leaf.rule, LITERAL("DRV-17a")));
    enclave_find(&story->enclave, verdict.first + 1, &found);
    assert_true(bytes_equal(found.leaf.rule, LITERAL("BLK-03b")));
    verdict = tag_all(story, 0);
    assert_int_equal(verdict.refused, RULE_BLK_03B); /* alike, but not so */
    verdict = tag_all(story, DRIVES);
    assert_int_equal(verdict.refused, RULE_NONE);
    assert_int_equal(verdict.done, DRIVES);
    assert_int_equal(count_tagged(story), DRIVES);
    enclave_check(&story->enclave);
    enclave_end(&story->enclave);
    free(story);
}

/* RULE_BLK_01A. */
static void drives_are_deleted_in_bulk_by_their_owner_only(void **unused)
{
    struct story *story = calloc(1, sizeof *story);
    char memory[256], record_memory[COMMAND_MAX + 1];
    struct text items = TEXT_IN(memory), record = TEXT_IN(record_memory);
    (void)unused;
    assert_non_null(story);
    begin(story);
    const union command_fields fields = {.drive_delete = {.drive = story->drives[0]}};
    text_put_char(&items, '[');
    command_fields_encode(COMMAND_DRIVE_DELETE, &fields, &items);
    text_put_char(&items, ']');
    const struct command_record command = {.kind = COMMAND_DRIVE_DELETE,
                                           .items = text_bytes(&items)};
    enclave_sign_record(&story->enclave, "ada", &command, &record);
    const struct verdict by_ada = enclave_give(&story->enclave, text_bytes(&record));
    assert_int_equal(by_ada.items_refused, 1);
    struct enclave_found found;
    enclave_find(&story->enclave, by_ada.first + 1, &found);
    assert_true(bytes_equal(found.leaf.rule, LITERAL("BLK-01a")));
    text_clear(&record);
    enclave_sign_record(&story->enclave, "ann", &command, &record);
    assert_int_equal(enclave_give(&story->enclave, text_bytes(&record)).done, 1);
    enclave_end(&story->enclave);
    free(story);
}

static enum rule sharing(struct story *story, const char *by, const char *with,
                         enum drive_mode mode)
{
    union command_fields fields = {.drive_key_fetch = {.drive = story->drives[0]}};
    const struct verdict fetched =
        enclave_do(&story->enclave, by, COMMAND_DRIVE_KEY_FETCH, &fields);
    fields = (union command_fields){.drive_share = {.drive = story->drives[0],
                                                    .target = enclave_id(&story->enclave, with),
                                                    .mode = mode}};
    return fetched.refused != RULE_NONE
               ? fetched.refused
               : enclave_do(&story->enclave, by, COMMAND_DRIVE_SHARE, &fields).refused;
}

/* A rebuilt state says the same, and so does every decision taken again. */
static void shares_go_on_and_end_and_the_past_stays_as_it_was(void **unused)
{
    struct story *story = calloc(1, sizeof *story);
    struct enclave *enclave = &story->enclave;
    struct access access;
    enum drive_mode mode;
    (void)unused;
    assert_non_null(story);
    begin(story);
    (void)enclave_join(enclave, "cat", USER_ROLE_USER);
    assert_int_equal(sharing(story, "bob", "cat", DRIVE_MODE_RO), RULE_CLS_04A);
    assert_int_equal(sharing(story, "ann", "bob", DRIVE_MODE_RW), RULE_NONE);
    assert_int_equal(sharing(story, "bob", "cat", DRIVE_MODE_RO), RULE_NONE);
    const uint64_t shared_n = enclave_size(enclave) - 1;
    const struct reader cat = {.user = enclave_id(enclave, "cat")};
    const union command_fields fields = {.drive_unshare_all = {.drive = story->drives[0]}};
    (void)enclave_must(enclave, "ann", COMMAND_DRIVE_UNSHARE_ALL, &fields);
    enclave_reopen(enclave, true);
    struct view view = enclave_view(enclave);
    assert_false(drive_mode_for(&view, &cat, story->drives[0], &mode, &access));
    view = enclave_view_as_of(enclave, shared_n);
    assert_true(drive_mode_for(&view, &cat, story->drives[0], &mode, &access));
    assert_int_equal(mode, DRIVE_MODE_RO);
    enclave_check(enclave);
    enclave_end(enclave);
    free(story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drives_are_tagged_at_once_or_not_at_all),
        cmocka_unit_test(drives_are_deleted_in_bulk_by_their_owner_only),
        cmocka_unit_test(shares_go_on_and_end_and_the_past_stays_as_it_was),
    };
    return cmocka_run_group_tests_name("core/drive: a story", tests, NULL, NULL);
}
