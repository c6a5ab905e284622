/*
 * A machine's story through the engine: signed, decided, appended, folded, and decided again.
 */
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct story {
    struct enclave enclave;
    struct id pool, hardware, project;
    struct id drives[2];
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

static struct id make_pool(struct enclave *enclave, const char *name, enum pool_kind kind,
                           struct id host)
{
    char path[64];
    snprintf(path, sizeof path, "/pools/%s", name);
    const union command_fields fields = {.pool_define = {.name = bytes_of_string(name),
                                                         .kind = kind,
                                                         .path = bytes_of_string(path),
                                                         .hosts = &host,
                                                         .hosts_count = 1}};
    const struct id pool = {ID_POOL, enclave_must(enclave, "ada", COMMAND_POOL_DEFINE, &fields)};
    world_did(enclave, pool.n, EFFECT_KIND_POOL_DEFINE);
    return pool;
}

static struct id make_hardware(struct story *story, struct id images)
{
    struct enclave *enclave = &story->enclave;
    const struct id ann = enclave_id(enclave, "ann");
    union command_fields fields = {
        .brick_register = {.name = LITERAL("debian"), .pool = images, .file = LITERAL("a.qcow2")}};
    const struct id brick = {ID_BRICK,
                             enclave_must(enclave, "ada", COMMAND_BRICK_REGISTER, &fields)};
    fields = (union command_fields){
        .hw_create = {.name = LITERAL("small"), .brick = brick, .cores = 1, .memory_mib = 512}};
    const struct id hardware = {ID_HARDWARE,
                                enclave_must(enclave, "ada", COMMAND_HW_CREATE, &fields)};
    fields = (union command_fields){
        .hw_manage_access = {.hardware = hardware, .added = &ann, .added_count = 1}};
    (void)enclave_must(enclave, "ada", COMMAND_HW_MANAGE_ACCESS, &fields);
    return hardware;
}

static struct id make_drive(struct story *story, const char *name)
{
    struct enclave *enclave = &story->enclave;
    const union command_fields fields = {.drive_create = {.name = bytes_of_string(name),
                                                          .pool = story->pool,
                                                          .kind = DRIVE_KIND_QCOW2,
                                                          .size = UINT64_C(64) << 20}};
    const struct id drive = {ID_DRIVE, enclave_must(enclave, "ann", COMMAND_DRIVE_CREATE, &fields)};
    world_did(enclave, drive.n, EFFECT_KIND_VOLUME_CREATE);
    return drive;
}

static void make_project(struct story *story)
{
    struct enclave *enclave = &story->enclave;
    union command_fields fields = {.project_create = {.name = LITERAL("tides")}};
    story->project =
        (struct id){ID_PROJECT, enclave_must(enclave, "ada", COMMAND_PROJECT_CREATE, &fields)};
    fields = (union command_fields){
        .project_add_member = {.project = story->project, .user = enclave_id(enclave, "ann")}};
    (void)enclave_must(enclave, "ada", COMMAND_PROJECT_ADD_MEMBER, &fields);
    (void)enclave_login(enclave, "ann");
    fields = (union command_fields){.session_activate_project = {.project = story->project}};
    (void)enclave_must(enclave, "ann", COMMAND_SESSION_ACTIVATE_PROJECT, &fields);
}

static int begin(void **state)
{
    struct story *story = calloc(1, sizeof *story);
    assert_non_null(story);
    struct enclave *enclave = &story->enclave;
    enclave_begin(enclave);
    (void)enclave_join(enclave, "ann", USER_ROLE_USER);
    const union command_fields fields = {.host_register = {.name = LITERAL("north"),
                                                           .uri = LITERAL("test:///default"),
                                                           .cores = 4,
                                                           .memory_mib = 4096}};
    const struct id host = {ID_HOST, enclave_must(enclave, "ada", COMMAND_HOST_REGISTER, &fields)};
    story->hardware = make_hardware(story, make_pool(enclave, "images", POOL_KIND_IMAGE, host));
    story->pool = make_pool(enclave, "drives", POOL_KIND_DRIVE, host);
    make_project(story);
    story->drives[0] = make_drive(story, "data");
    story->drives[1] = make_drive(story, "more");
    *state = story;
    return 0;
}

static int end(void **state)
{
    struct story *story = *state;
    enclave_check(&story->enclave);
    enclave_end(&story->enclave);
    free(story);
    return 0;
}

static struct id make_config(struct story *story, const char *name, enum drive_mode mode)
{
    const enum drive_mode modes[] = {mode, DRIVE_MODE_RO};
    const union command_fields fields = {.vm_config_create = {.name = bytes_of_string(name),
                                                              .hardware = story->hardware,
                                                              .drives = story->drives,
                                                              .drives_count = 2,
                                                              .modes = modes,
                                                              .modes_count = 2,
                                                              .has_project = true,
                                                              .project = story->project}};
    return (struct id){ID_CONFIG,
                       enclave_must(&story->enclave, "ann", COMMAND_VM_CONFIG_CREATE, &fields)};
}

static union command_fields start_of(struct id config)
{
    return (union command_fields){.vm_start = {.config = config}};
}

/* DRV-14d: the drives of a recipe are asked for with the machine, all of them or none. */
static void a_machine_starts_with_its_drives_or_not_at_all(void **state)
{
    struct story *story = *state;
    struct enclave *enclave = &story->enclave;
    struct enclave_found found;
    const union command_fields start = start_of(make_config(story, "one", DRIVE_MODE_RW));
    const struct verdict verdict = enclave_do(enclave, "ann", COMMAND_VM_START, &start);
    static const enum event_kind kinds[] = {EVENT_VM_START_REQUESTED, EVENT_DRIVE_ATTACH_REQUESTED,
                                            EVENT_LABEL_RAISED, EVENT_DRIVE_ATTACH_REQUESTED};
    assert_int_equal(verdict.refused, RULE_NONE);
    assert_int_equal(verdict.count, 4);
    const struct id vm = {ID_VM, verdict.first};
    for (size_t i = 0; i < 4; i++) {
        enclave_find(enclave, verdict.first + i, &found);
        assert_int_equal(found.leaf.kind, kinds[i]);
        if (i % 2 == 1) {
            assert_true(id_equal(found.leaf.on[1], vm));
            assert_true(id_equal(found.body.drive_attach_requested.vm, vm));
        }
    }
    enclave_refused(enclave, "ann", COMMAND_VM_START, &start, RULE_DRV_14D);
    const union command_fields reading = start_of(make_config(story, "two", DRIVE_MODE_RO));
    enclave_refused(enclave, "ann", COMMAND_VM_START, &reading, RULE_DRV_14D);
    struct view view = enclave_view(enclave);
    struct attachment_row row = {.drive = story->drives[0], .vm = vm};
    assert_true(view_find(&view, ROW_ATTACHMENT, &row));
    assert_int_equal(row.mode, DRIVE_MODE_RW);
}

/* BLK-03, HST-04b: many at once, each decided on what the one before has left. */
static void many_machines_are_shut_down_by_one_command(void **state)
{
    struct story *story = *state;
    struct enclave *enclave = &story->enclave;
    const union command_fields start = start_of(make_config(story, "one", DRIVE_MODE_RO));
    char items[512], memory[4096];
    struct text text = TEXT_IN(items), record = TEXT_IN(memory);
    text_put_char(&text, '[');
    for (size_t i = 0; i < 3; i++) {
        const uint64_t vm = enclave_must(enclave, "ann", COMMAND_VM_START, &start);
        text_put_literal(&text, "{\"vm\":\"vm:");
        text_put_u64(&text, vm);
        text_put_literal(&text, "\"},{\"vm\":\"vm:");
        text_put_u64(&text, vm);
        text_put_string(&text, i < 2 ? "\"}," : "\"}]");
    }
    const struct command_record command = {.kind = COMMAND_VM_SHUTDOWN, .items = text_bytes(&text)};
    enclave_sign_record(enclave, "ann", &command, &record);
    const struct verdict verdict = enclave_give(enclave, text_bytes(&record));
    assert_int_equal(verdict.refused, RULE_NONE);
    assert_int_equal(verdict.done, 3);
    assert_int_equal(verdict.items_refused, 3);
    struct view view = enclave_view(enclave);
    assert_int_equal(view_count(&view, ROW_HOST_VM, 9), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_machine_starts_with_its_drives_or_not_at_all, begin, end),
        cmocka_unit_test_setup_teardown(many_machines_are_shut_down_by_one_command, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
