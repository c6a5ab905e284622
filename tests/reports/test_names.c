/*
 * Names are those of the time of the event; what has none stands for itself.
 */
#include "core/evolution.h"
#include "core/import.h"
#include "reports/names.h"
#include "tests/reports/history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct id name_subject(struct history *history, enum subject_class class, const char *system,
                              const char *name)
{
    uint64_t n = log_head_of(engine_log(history->engine))->size;
    union event_body body = {.audit_subject_named = {.system = bytes_of_string(system),
                                                     .class = class,
                                                     .name = bytes_of_string(name)}};
    must(engine_say(history->engine, VOICE_IMPORT,
                    &(struct draft){.kind = EVENT_AUDIT_SUBJECT_NAMED,
                                    .on = {NEW(ID_SUBJECT)},
                                    .on_count = 1,
                                    .body = &body}));
    must(engine_flush(history->engine));
    return (struct id){ID_SUBJECT, n};
}

static void assert_named(struct engine *engine, struct id id, uint64_t as_of_n, const char *name)
{
    char memory[256];
    struct text text = TEXT_IN(memory);
    names_put(engine, id, as_of_n, &text);
    assert_string_equal(text_string(&text), name);
}

static void a_name_is_the_one_of_the_time_of_the_event(void **unused)
{
    (void)unused;
    struct history history;
    char itself[64];
    history_begin(&history, 21);
    struct id root = name_subject(&history, SUBJECT_CLASS_USER, "web", "root");
    snprintf(itself, sizeof itself, "subject:%llu", (unsigned long long)root.n);
    assert_named(history.engine, root, root.n, "root");
    assert_named(history.engine, root, UINT64_MAX, "root");
    assert_named(history.engine, root, root.n - 1, itself);
    assert_named(history.engine, scratch_admin(history.engine), UINT64_MAX, "ada");
    struct id admin = scratch_admin(history.engine);
    snprintf(itself, sizeof itself, "user:%llu", (unsigned long long)admin.n);
    assert_named(history.engine, admin, admin.n - 1, itself);
    assert_named(history.engine, (struct id){ID_SUBJECT, 999}, UINT64_MAX, "subject:999");
    assert_named(history.engine, THE_LOG, UINT64_MAX, "log:0");
    history_end(&history);
}

static void put(struct engine *engine, uint64_t n, enum row_table table, const void *row)
{
    uint8_t memory[8192];
    struct arena arena = ARENA_IN(memory);
    struct evolution evolution = {
        .state = engine_state(engine), .n = n, .arena = &arena, .status = OK};
    evolution_put(&evolution, table, row);
    must(evolution.status);
}

static void what_has_an_owner_is_called_after_it_and_what_it_has_after_both(void **unused)
{
    (void)unused;
    struct history history;
    history_begin(&history, 21);
    const struct id ada = scratch_admin(history.engine);
    const struct vm_row vm = {.vm = {ID_VM, 70},
                              .name = LITERAL("desk"),
                              .owner = ada,
                              .owner_key = LITERAL("k"),
                              .config = {ID_CONFIG, 1},
                              .host = {ID_HOST, 71},
                              .hardware = {ID_HARDWARE, 1},
                              .brick = {ID_BRICK, 1}};
    const struct vm_profile_row profile = {
        .profile = {ID_VMPROFILE, 72}, .vm = vm.vm, .name = LITERAL("analysts")};
    const struct host_row host = {
        .host = vm.host, .name = LITERAL("north"), .uri = LITERAL("test:///default")};
    put(history.engine, ada.n, ROW_VM, &vm);
    put(history.engine, ada.n, ROW_VM_PROFILE, &profile);
    put(history.engine, ada.n, ROW_HOST, &host);
    assert_named(history.engine, vm.vm, UINT64_MAX, "ada/desk");
    assert_named(history.engine, profile.profile, UINT64_MAX, "ada/desk/analysts");
    assert_named(history.engine, host.host, UINT64_MAX, "north");
    assert_named(history.engine, vm.config, UINT64_MAX, "config:1");
    assert_named(history.engine, (struct id){ID_VMGROUP, 70}, UINT64_MAX, "vmgroup:70");
    history_end(&history);
}

static void an_event_tells_its_subjects_and_its_actor_by_name(void **unused)
{
    (void)unused;
    struct history history;
    char memory[256];
    struct text text = TEXT_IN(memory);
    history_begin(&history, 22);
    struct leaf leaf = {.n = 1000,
                        .actor = LITERAL("proxy"),
                        .on = {history.subjects[1], THE_LOG, history.subjects[3], {ID_USER, 777}},
                        .on_count = 4};
    names_put_subjects(history.engine, &leaf, &text);
    assert_string_equal(text_string(&text), "user 1, user 3, user:777");
    text_clear(&text);
    names_put_actor(history.engine, &leaf, &text);
    assert_string_equal(text_string(&text), "proxy");
    char actor[32];
    struct text id = TEXT_IN(actor);
    id_write(&id, scratch_admin(history.engine));
    leaf.actor = text_bytes(&id);
    text_clear(&text);
    names_put_actor(history.engine, &leaf, &text);
    assert_string_equal(text_string(&text), "ada");
    history_end(&history);
}

struct found {
    struct id ids[8];
    size_t count;
    size_t limit; /* 0: none */
};

static struct status keep(void *context, struct id id)
{
    struct found *found = context;
    if (found->limit > 0 && found->count == found->limit) {
        return FAIL(LIMIT, found->limit);
    }
    assert_true(found->count < 8);
    found->ids[found->count++] = id;
    return OK;
}

static size_t count_of(struct history *history, enum subject_class class, const char *name)
{
    struct found found = {0};
    struct status status = names_find(history->engine, class, bytes_of_string(name), keep, &found);
    assert_int_equal(status.code, found.count > 0 ? STATUS_OK : STATUS_NOT_FOUND);
    return found.count;
}

static void a_name_finds_its_subjects_of_every_system_and_no_others(void **unused)
{
    (void)unused;
    struct history history;
    struct found found = {.limit = 1};
    char long_name[2000];
    memset(long_name, 'a', sizeof long_name);
    history_begin(&history, 23);
    struct id first = name_subject(&history, SUBJECT_CLASS_USER, "web", "al");
    name_subject(&history, SUBJECT_CLASS_USER, "mail", "al");
    name_subject(&history, SUBJECT_CLASS_USER, "mail", "alice");
    name_subject(&history, SUBJECT_CLASS_USER, "mail", "al\nice");
    name_subject(&history, SUBJECT_CLASS_HOST, "mail", "al");
    assert_int_equal(count_of(&history, SUBJECT_CLASS_USER, "al"), 2);
    assert_int_equal(count_of(&history, SUBJECT_CLASS_USER, "alice"), 1);
    assert_int_equal(count_of(&history, SUBJECT_CLASS_USER, "ali"), 0);
    assert_int_equal(count_of(&history, SUBJECT_CLASS_USER, ""), 0);
    assert_int_equal(count_of(&history, SUBJECT_CLASS_HOST, "al"), 1);
    assert_int_equal(count_of(&history, SUBJECT_CLASS_ACTION, "al"), 0);
    assert_int_equal(names_find(history.engine, SUBJECT_CLASS_USER,
                                bytes_of(long_name, sizeof long_name), keep, &found)
                         .code,
                     STATUS_NOT_FOUND);
    assert_int_equal(
        names_find(history.engine, SUBJECT_CLASS_USER, LITERAL("al"), keep, &found).code,
        STATUS_LIMIT);
    assert_true(found.ids[0].n == first.n || found.ids[0].n == first.n + 1);
    history_end(&history);
}

static void import_of(struct history *history, const char *user)
{
    CLEANUP(import_close) struct import *import = NULL;
    must(import_open(history->engine, &import));
    must(import_add(import, &(struct foreign_record){.format = IMPORT_FORMAT_JSONL,
                                                     .line = 1,
                                                     .system = LITERAL("web"),
                                                     .action = LITERAL("login"),
                                                     .user = bytes_of_string(user),
                                                     .raw = bytes_of_string(user)}));
    must(import_flush(import));
}

static void a_long_name_is_found_by_its_whole_text(void **unused)
{
    (void)unused;
    struct history history;
    char name[2000];
    history_begin(&history, 25);
    for (size_t size = 190; size < sizeof name; size = size < 210 ? size + 1 : 2 * size) {
        memset(name, 'n', size);
        name[size] = '\0';
        name[size - 1] = 'o';
        import_of(&history, name);
        assert_int_equal(count_of(&history, SUBJECT_CLASS_USER, name), 1);
        name[size - 1] = 'p';
        assert_int_equal(count_of(&history, SUBJECT_CLASS_USER, name), 0);
        import_of(&history, name);
        assert_int_equal(count_of(&history, SUBJECT_CLASS_USER, name), 1);
    }
    history_end(&history);
}

/* A reader does not make the state anew. */
static void without_a_state_ids_stand_for_themselves(void **unused)
{
    (void)unused;
    struct history history;
    struct found found = {0};
    struct engine *reader = NULL;
    char path[400];
    history_begin(&history, 24);
    scratch_close(&history.engine);
    snprintf(path, sizeof path, "%s/state", history.scratch.store);
    remove_tree(path);
    must(engine_open(
        &(struct engine_options){.directory = history.scratch.store, .read_only = true}, &reader));
    assert_null(engine_state(reader));
    assert_named(reader, THE_LOG, UINT64_MAX, "log:0");
    assert_named(reader, (struct id){ID_USER, 2}, UINT64_MAX, "user:2");
    assert_int_equal(names_find(reader, SUBJECT_CLASS_USER, LITERAL("user 1"), keep, &found).code,
                     STATUS_NOT_FOUND);
    engine_close(&reader);
    history.engine = scratch_open(&history.scratch, false);
    assert_named(history.engine, history.subjects[1], UINT64_MAX, "user 1");
    history_end(&history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_the_one_of_the_time_of_the_event),
        cmocka_unit_test(what_has_an_owner_is_called_after_it_and_what_it_has_after_both),
        cmocka_unit_test(an_event_tells_its_subjects_and_its_actor_by_name),
        cmocka_unit_test(a_name_finds_its_subjects_of_every_system_and_no_others),
        cmocka_unit_test(a_long_name_is_found_by_its_whole_text),
        cmocka_unit_test(without_a_state_ids_stand_for_themselves),
    };
    return cmocka_run_group_tests_name("reports/names", tests, NULL, NULL);
}
