/*
 * What goes wrong in the world: each rule by what breaks it, and by what is next to it and does
 * not.
 */
#include "reports/alerts/world.h"
#include "tests/core/world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct id drive = {ID_DRIVE, 70}, vm = {ID_VM, 90}, owner = {ID_USER, 4},
                       parent = {ID_PROJECT, 50}, child = {ID_PROJECT, 51};

struct bench {
    struct world *world;
    struct world_watch watch;
};

static enum world_rule see(struct bench *bench, enum event_kind kind, struct id on,
                           union event_body body)
{
    const struct view view = world_view(bench->world);
    const struct leaf leaf = {.kind = kind, .on = {on}, .on_count = 1};
    assert_true(world_wants_body(kind));
    return world_event(&bench->watch, &view, &leaf, &body);
}

static void put_machine(struct world *world, enum vm_state state, struct id project)
{
    (void)world_put(world, ROW_VM,
                    &(struct vm_row){.vm = vm,
                                     .owner = owner,
                                     .config = {ID_CONFIG, 1},
                                     .host = {ID_HOST, 2},
                                     .hardware = {ID_HARDWARE, 3},
                                     .brick = {ID_BRICK, 5},
                                     .state = state,
                                     .has_project = project.kind != ID_NONE,
                                     .project = project});
}

static void put_drive(struct world *world, bool formatted, struct id project)
{
    (void)world_put(world, ROW_DRIVE,
                    &(struct drive_row){.drive = drive,
                                        .owner = owner,
                                        .pool = {ID_POOL, 6},
                                        .has_cipher = formatted,
                                        .has_project = project.kind != ID_NONE,
                                        .project = project});
}

static enum world_rule attach(struct bench *bench)
{
    return see(bench, EVENT_DRIVE_ATTACHED, drive,
               (union event_body){.drive_attached = {.vm = vm, .mode = DRIVE_MODE_RW}});
}

static void what_nobody_asked_for_is_graver_than_what_did_not_come(void **state)
{
    struct bench bench = {.world = *state};
    static const enum mismatch_kind faults[] = {
        MISMATCH_KIND_DOMAIN_MISSING, MISMATCH_KIND_DISK_MISSING,     MISMATCH_KIND_VOLUME_UNKNOWN,
        MISMATCH_KIND_POOL_MISSING,   MISMATCH_KIND_START_UNANSWERED, MISMATCH_KIND_EXPORT_MISSING};
    for (unsigned kind = 0; kind < MISMATCH_KIND_COUNT; kind++) {
        bool fault = false;
        for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
            fault = fault || faults[i] == (enum mismatch_kind)kind;
        }
        assert_int_equal(
            see(&bench, EVENT_RECONCILE_MISMATCH, (struct id){ID_HOST, 3},
                (union event_body){.reconcile_mismatch = {.kind = (enum mismatch_kind)kind}}),
            fault ? WORLD_DIFFERS : WORLD_TAMPERED);
    }
}

/* DRV-14e */
static void a_drive_that_was_asked_for_may_come_and_no_other(void **state)
{
    struct bench bench = {.world = *state};
    put_machine(*state, VM_STATE_RUNNING, NOBODY);
    put_drive(*state, true, NOBODY);
    assert_int_equal(attach(&bench), DRIVE_UNASKED);
    struct attachment_row row = {.drive = drive, .vm = vm};
    (void)world_put(*state, ROW_ATTACHMENT, &row);
    assert_int_equal(attach(&bench), DRIVE_UNASKED);
    row.has_request = true;
    row.request = 88;
    (void)world_put(*state, ROW_ATTACHMENT, &row);
    assert_int_equal(attach(&bench), WORLD_RULES);
    for (unsigned cause = 0; cause < DETACH_CAUSE_COUNT; cause++) {
        assert_int_equal(see(&bench, EVENT_DRIVE_DETACHED, drive,
                             (union event_body){
                                 .drive_detached = {.vm = vm, .cause = (enum detach_cause)cause}}),
                         cause == DETACH_CAUSE_OBSERVED ? DRIVE_TAKEN : WORLD_RULES);
    }
}

/* DRV-14c */
static void a_drive_that_crosses_labels_is_told_of_as_that(void **state)
{
    struct bench bench = {.world = *state};
    (void)world_put(*state, ROW_PROJECT,
                    &(struct project_row){.project = parent, .name = LITERAL("a")});
    (void)world_put(
        *state, ROW_PROJECT,
        &(struct project_row){
            .project = child, .name = LITERAL("b"), .has_parent = true, .parent = parent});
    put_machine(*state, VM_STATE_RUNNING, parent);
    put_drive(*state, true, child);
    assert_int_equal(attach(&bench), LABEL_CROSSED);
    put_machine(*state, VM_STATE_RUNNING, child);
    put_drive(*state, true, parent);
    assert_int_equal(attach(&bench), DRIVE_UNASKED);
}

static enum world_rule format(struct bench *bench)
{
    return see(bench, EVENT_DRIVE_FORMATTED, drive,
               (union event_body){.drive_formatted = {.vm = vm}});
}

static enum world_rule encrypt(struct bench *bench)
{
    return see(bench, EVENT_DRIVE_ENCRYPTION_ENABLED, drive,
               (union event_body){.drive_encryption_enabled = {.vm = vm}});
}

static enum world_rule offer(struct bench *bench)
{
    return see(bench, EVENT_DRIVE_MADE_AVAILABLE, drive,
               (union event_body){.drive_made_available = {.vm = vm}});
}

/* DRV-07a */
static void formatting_comes_before_encryption_and_that_before_use(void **state)
{
    struct bench bench = {.world = *state};
    put_drive(*state, false, NOBODY);
    assert_int_equal(encrypt(&bench), DRIVE_ORDER);
    assert_int_equal(offer(&bench), DRIVE_ORDER);
    assert_int_equal(format(&bench), WORLD_RULES);
    put_drive(*state, true, NOBODY);
    assert_int_equal(offer(&bench), DRIVE_ORDER);
    assert_int_equal(encrypt(&bench), WORLD_RULES);
    assert_int_equal(offer(&bench), WORLD_RULES);
    assert_int_equal(offer(&bench), WORLD_RULES);
    assert_int_equal(format(&bench), WORLD_RULES);
    assert_int_equal(offer(&bench), DRIVE_ORDER);
}

/* DRV-19a, DRV-20b */
static void media_and_shares_are_read_only(void **state)
{
    struct bench bench = {.world = *state};
    for (unsigned i = 0; i < 4; i++) {
        const union event_body body = {
            .iso_attached = {.vm = vm, .read_only = (i & 1) != 0, .cdrom = (i & 2) != 0}};
        assert_int_equal(see(&bench, EVENT_ISO_ATTACHED, (struct id){ID_ISO, 5}, body),
                         i == 3 ? WORLD_RULES : MEDIUM_WRITABLE);
    }
    assert_int_equal(see(&bench, EVENT_NFS_MOUNTED, vm,
                         (union event_body){.nfs_mounted = {.mode = DRIVE_MODE_RO}}),
                     WORLD_RULES);
    assert_int_equal(see(&bench, EVENT_NFS_MOUNTED, vm,
                         (union event_body){.nfs_mounted = {.mode = DRIVE_MODE_RW}}),
                     SHARE_WRITABLE);
}

static void a_machine_ends_by_itself_or_because_it_was_asked_to(void **state)
{
    struct bench bench = {.world = *state};
    for (unsigned asked = 0; asked < 2; asked++) {
        put_machine(*state, asked ? VM_STATE_STOPPING : VM_STATE_REGISTERED, NOBODY);
        for (unsigned cause = 0; cause < STOP_CAUSE_COUNT; cause++) {
            const bool fine = asked || cause == STOP_CAUSE_SHUT_DOWN;
            assert_int_equal(
                see(&bench, EVENT_VM_STOPPED, vm,
                    (union event_body){.vm_stopped = {.cause = (enum stop_cause)cause}}),
                fine ? WORLD_RULES : MACHINE_ENDED);
        }
    }
    assert_int_equal(
        see(&bench, EVENT_VM_MIGRATED, vm, (union event_body){.vm_migrated = {.to = {ID_HOST, 4}}}),
        MACHINE_MIGRATED);
}

static enum world_rule learn(struct bench *bench, struct id of, uint8_t key)
{
    return see(bench, EVENT_VM_OWNER_KEY_LEARNED, vm,
               (union event_body){.vm_owner_key_learned = {.owner = of, .key = {.sha256 = {key}}}});
}

/* VM-03a */
static void an_owners_key_is_learned_once(void **state)
{
    struct bench bench = {.world = *state};
    put_machine(*state, VM_STATE_REGISTERED, NOBODY);
    assert_int_equal(learn(&bench, owner, 1), WORLD_RULES);
    assert_int_equal(learn(&bench, (struct id){ID_USER, 5}, 1), OWNER_KEY_CHANGED);
    struct vm_controller_row row = {
        .vm = vm, .emitter = {ID_EMITTER, 8}, .has_owner_key = true, .owner_key = {.sha256 = {1}}};
    (void)world_put(*state, ROW_VM_CONTROLLER, &row);
    assert_int_equal(learn(&bench, owner, 1), WORLD_RULES);
    assert_int_equal(learn(&bench, owner, 2), OWNER_KEY_CHANGED);
}

/* VLT-04b, VLT-16a */
static void the_place_of_chunks_is_seen_by_no_host(void **state)
{
    struct bench bench = {.world = *state};
    const struct bytes seen_by[] = {LITERAL("store"), LITERAL("metal")};
    const union event_body body = {.vault_storage_root_set = {.path = LITERAL("/srv"),
                                                              .visible_to = seen_by,
                                                              .visible_to_count = 2}};
    assert_int_equal(see(&bench, EVENT_VAULT_STORAGE_ROOT_SET, THE_LOG, body), WORLD_RULES);
    (void)world_put(*state, ROW_HOST_NAME,
                    &(struct host_name_row){.name = LITERAL("metal"), .host = {ID_HOST, 3}});
    assert_int_equal(see(&bench, EVENT_VAULT_STORAGE_ROOT_SET, THE_LOG, body), STORAGE_VISIBLE);
    assert_int_equal(see(&bench, EVENT_VAULT_STORAGE_ACCESS_OBSERVED, THE_LOG,
                         (union event_body){.vault_storage_access_observed = {.uid = 33}}),
                     STORAGE_TOUCHED);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_nobody_asked_for_is_graver_than_what_did_not_come),
        TEST(a_drive_that_was_asked_for_may_come_and_no_other),
        TEST(a_drive_that_crosses_labels_is_told_of_as_that),
        TEST(formatting_comes_before_encryption_and_that_before_use),
        TEST(media_and_shares_are_read_only),
        TEST(a_machine_ends_by_itself_or_because_it_was_asked_to),
        TEST(an_owners_key_is_learned_once),
        TEST(the_place_of_chunks_is_seen_by_no_host),
    };
    return cmocka_run_group_tests_name("reports/alerts/world", tests, NULL, NULL);
}
