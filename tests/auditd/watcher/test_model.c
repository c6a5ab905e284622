/*
 * The model of a host is what the rows of the state say of it, and of no other host.
 */
#include "auditd/watcher/model.h"
#include "tests/core/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct id host = {ID_HOST, 40}, other = {ID_HOST, 41}, images = {ID_POOL, 30},
                       drives = {ID_POOL, 31}, layers = {ID_POOL, 32}, brick = {ID_BRICK, 33},
                       vm = {ID_VM, 90}, elsewhere = {ID_VM, 91}, drive = {ID_DRIVE, 70},
                       first = {ID_SNAPSHOT, 71}, second = {ID_SNAPSHOT, 72}, owner = {ID_USER, 4};

struct bench {
    struct world *world;
    struct hasher *hasher;
    struct arena arena;
    struct model model;
};

static void put_pool(struct world *world, struct id pool, const char *name, enum pool_kind kind,
                     struct id on)
{
    char path[64];
    snprintf(path, sizeof path, "/pools/%s", name);
    (void)world_put(world, ROW_POOL,
                    &(struct pool_row){.pool = pool,
                                       .name = bytes_of_string(name),
                                       .kind = kind,
                                       .path = bytes_of_string(path),
                                       .hosts = &on,
                                       .hosts_count = 1,
                                       .ready = true});
}

static void put_host(struct world *world, struct id id, const char *uri)
{
    (void)world_put(
        world, ROW_HOST,
        &(struct host_row){.host = id, .name = bytes_of_string(uri), .uri = bytes_of_string(uri)});
}

static void put_machine(struct world *world, struct id id, struct id on, enum vm_state state)
{
    (void)world_put(world, ROW_VM,
                    &(struct vm_row){.vm = id,
                                     .name = LITERAL("m"),
                                     .owner = owner,
                                     .config = {ID_CONFIG, 1},
                                     .host = on,
                                     .hardware = {ID_HARDWARE, 2},
                                     .brick = brick,
                                     .state = state,
                                     .run = 95,
                                     .has_xml = true,
                                     .xml = {.sha256 = {7}}});
    (void)world_put(world, ROW_HOST_VM, &(struct host_vm_row){.host = on, .vm = id});
}

static struct drive_row drive_row(void)
{
    return (struct drive_row){.drive = drive,
                              .name = LITERAL("d"),
                              .owner = owner,
                              .pool = drives,
                              .kind = DRIVE_KIND_QCOW2,
                              .size = 1 << 24,
                              .state = DRIVE_STATE_BLANK,
                              .has_path = true,
                              .path = LITERAL("/pools/drives/drive-70.qcow2")};
}

static int begin(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    void *world = NULL;
    (void)world_begin(&world);
    bench->world = world;
    must(hasher_open(&bench->hasher));
    bench->arena.capacity = 4 << 20;
    bench->arena.memory = malloc(bench->arena.capacity);
    put_host(world, host, "qemu:///system");
    put_host(world, other, "qemu+tls://far/system");
    put_pool(world, images, "images", POOL_KIND_IMAGE, host);
    put_pool(world, drives, "drives", POOL_KIND_DRIVE, host);
    put_pool(world, layers, "layers", POOL_KIND_SNAPSHOT, host);
    put_pool(world, (struct id){ID_POOL, 39}, "far", POOL_KIND_DRIVE, other);
    (void)world_put(
        world, ROW_BRICK,
        &(struct brick_row){
            .brick = brick, .name = LITERAL("b"), .pool = images, .file = LITERAL("b.raw")});
    put_machine(world, vm, host, VM_STATE_RUNNING);
    put_machine(world, elsewhere, other, VM_STATE_RUNNING);
    *state = bench;
    return 0;
}

static int end(void **state)
{
    struct bench *bench = *state;
    void *world = bench->world;
    (void)world_end(&world);
    hasher_close(&bench->hasher);
    free(bench->arena.memory);
    free(bench);
    return 0;
}

static struct status build(struct bench *bench, const char *uri, const uint64_t *named,
                           size_t count)
{
    const struct view view = world_view(bench->world);
    arena_reset(&bench->arena);
    return model_build(&(struct model_wish){.view = &view,
                                            .uri = bytes_of_string(uri),
                                            .origin = LITERAL("model.example/log"),
                                            .hasher = bench->hasher,
                                            .named = named,
                                            .named_count = count},
                       &bench->arena, &bench->model);
}

static void a_host_is_found_by_its_uri(void **state)
{
    struct bench *bench = *state;
    must(build(bench, "qemu:///system", NULL, 0));
    assert_true(id_equal(bench->model.host, host));
    assert_int_equal(bench->model.pool_count, 3);
    assert_true(bytes_equal(bench->model.pools[0].name, LITERAL("cairn-images")));
    must(build(bench, "qemu+tls://far/system", NULL, 0));
    assert_true(id_equal(bench->model.host, other));
    assert_int_equal(bench->model.pool_count, 1);
    assert_int_equal(build(bench, "qemu:///session", NULL, 0).code, STATUS_NOT_FOUND);
}

static void its_machines_are_those_that_it_carries_and_those_that_it_shows(void **state)
{
    struct bench *bench = *state;
    const uint64_t named[] = {91, 90, 12345};
    must(build(bench, "qemu:///system", NULL, 0));
    assert_int_equal(bench->model.machine_count, 1);
    const struct model_machine *machine = model_machine(&bench->model, 90);
    assert_non_null(machine);
    assert_true(machine->run == 95 && machine->has_xml && machine->xml.sha256[0] == 7);
    assert_true(bytes_equal(machine->boot, LITERAL("/pools/images/vm-90-95.qcow2")));
    assert_true(machine->uuid.size == 36 && machine->uuid.data[14] == '8');
    must(build(bench, "qemu:///system", named, 3));
    assert_int_equal(bench->model.machine_count, 2);
    assert_true(id_equal(model_machine(&bench->model, 91)->host, other));
}

static void drives_come_with_their_state_and_who_asked_for_it(void **state)
{
    struct bench *bench = *state;
    const struct drive_row row = drive_row();
    struct attachment_row attachment = {.drive = drive, .vm = vm, .mode = DRIVE_MODE_RW};
    (void)world_put(bench->world, ROW_DRIVE, &row);
    (void)world_put(bench->world, ROW_ATTACHMENT, &attachment);
    (void)world_put(bench->world, ROW_VM_ATTACHMENT,
                    &(struct vm_attachment_row){.vm = vm, .drive = drive});
    must(build(bench, "qemu:///system", NULL, 0));
    const struct model_disk *disk = model_machine(&bench->model, 90)->disks;
    assert_int_equal(model_machine(&bench->model, 90)->disk_count, 1);
    assert_true(!disk->asked && !disk->due && !disk->read_only);
    assert_true(bytes_equal(disk->path, row.path));
    attachment.has_request = true;
    attachment.request = 99;
    attachment.mode = DRIVE_MODE_RO;
    (void)world_put(bench->world, ROW_ATTACHMENT, &attachment);
    const struct effect_row effect = {.request = 99,
                                      .effect = EFFECT_KIND_DRIVE_ATTACH,
                                      .object = drive,
                                      .has_about = true,
                                      .about = vm,
                                      .since = 1234};
    (void)world_put(bench->world, ROW_EFFECT, &effect);
    (void)world_put(bench->world, ROW_EFFECT_DUE,
                    &(struct effect_due_row){.request = 99,
                                             .effect = effect.effect,
                                             .object = drive,
                                             .has_about = true,
                                             .about = vm});
    must(build(bench, "qemu:///system", NULL, 0));
    disk = model_machine(&bench->model, 90)->disks;
    assert_true(disk->asked && disk->due && disk->read_only && disk->asked_us == 1234);
    assert_true(model_is_due(&bench->model, drive) && model_is_due(&bench->model, vm));
    assert_false(model_machine(&bench->model, 90)->due);
    assert_false(bench->model.volumes[0].settled);
}

static void put_layer(struct world *world, struct id id, const char *path, struct id parent)
{
    (void)world_put(world, ROW_SNAPSHOT,
                    &(struct snapshot_row){.snapshot = id,
                                           .drive = drive,
                                           .name = LITERAL("s"),
                                           .pool = layers,
                                           .has_parent = parent.kind != ID_NONE,
                                           .parent = parent,
                                           .state = SNAPSHOT_STATE_READY,
                                           .has_path = true,
                                           .path = bytes_of_string(path)});
}

static void the_files_of_a_drive_lie_on_each_other(void **state)
{
    struct bench *bench = *state;
    struct drive_row row = drive_row();
    row.has_newest = true;
    row.newest = second;
    row.path = LITERAL("/pools/layers/drive-70-s72.qcow2");
    (void)world_put(bench->world, ROW_DRIVE, &row);
    put_layer(bench->world, first, "/pools/layers/drive-70-s71.qcow2", NOBODY);
    put_layer(bench->world, second, "/pools/layers/drive-70-s72.qcow2", first);
    must(build(bench, "qemu:///system", NULL, 0));
    const struct model_volume *base =
        model_volume_at(&bench->model, LITERAL("/pools/drives/drive-70.qcow2"));
    const struct model_volume *top = model_volume_at(&bench->model, row.path);
    assert_true(base != NULL && base->below && id_equal(base->what, drive));
    assert_true(top != NULL && !top->below && !top->is_raw && top->settled);
    assert_true(bytes_equal(top->backing, LITERAL("/pools/layers/drive-70-s71.qcow2")));
    assert_non_null(model_volume_at(&bench->model, top->backing));
    assert_null(model_volume_at(&bench->model, LITERAL("")));
    row.newest = first;
    (void)world_put(bench->world, ROW_DRIVE, &row);
    must(build(bench, "qemu:///system", NULL, 0));
    assert_true(bytes_equal(model_volume_at(&bench->model, row.path)->backing,
                            LITERAL("/pools/drives/drive-70.qcow2")));
}

static void a_drive_that_is_worked_on_or_gone_need_not_be_there(void **state)
{
    struct bench *bench = *state;
    struct drive_row row = drive_row();
    row.busy = true;
    (void)world_put(bench->world, ROW_DRIVE, &row);
    must(build(bench, "qemu:///system", NULL, 0));
    assert_false(bench->model.volumes[0].settled);
    row.busy = false;
    row.state = DRIVE_STATE_INITIALIZING;
    (void)world_put(bench->world, ROW_DRIVE, &row);
    must(build(bench, "qemu:///system", NULL, 0));
    assert_false(bench->model.volumes[0].settled);
    row.state = DRIVE_STATE_DELETED;
    (void)world_put(bench->world, ROW_DRIVE, &row);
    must(build(bench, "qemu:///system", NULL, 0));
    assert_int_equal(bench->model.volume_count, 0);
}

static void an_arena_that_is_full_is_no_model(void **state)
{
    struct bench *bench = *state;
    const struct drive_row row = drive_row();
    (void)world_put(bench->world, ROW_DRIVE, &row);
    must(build(bench, "qemu:///system", NULL, 0));
    const size_t enough = bench->arena.used;
    for (size_t size = 0; size < enough; size += 1 + enough / 64) {
        bench->arena.capacity = size;
        assert_true(failed(build(bench, "qemu:///system", NULL, 0)));
    }
    bench->arena.capacity = 4 << 20;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_host_is_found_by_its_uri),
        TEST(its_machines_are_those_that_it_carries_and_those_that_it_shows),
        TEST(drives_come_with_their_state_and_who_asked_for_it),
        TEST(the_files_of_a_drive_lie_on_each_other),
        TEST(a_drive_that_is_worked_on_or_gone_need_not_be_there),
        TEST(an_arena_that_is_full_is_no_model),
    };
    return cmocka_run_group_tests_name("auditd/watcher/model", tests, NULL, NULL);
}
