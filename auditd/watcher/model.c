#include "auditd/watcher/model.h"

#include "auditd/virt/names.h"
#include "auditd/watcher/model_parts.h"
#include "core/effect/effect.h"

/* Memory ---------------------------------------------------------------------------------- */

struct status making_take(struct making *making, size_t count, size_t size, void **out)
{
    *out = arena_take(making->arena, (count == 0 ? 1 : count) * size);
    return *out == NULL ? FAIL(NO_MEMORY, making->arena->capacity) : OK;
}

static struct status take_state(const struct making *making)
{
    TRY(*making->wish->view->trouble);
    return making->arena->full ? FAIL(NO_MEMORY, making->arena->capacity) : OK;
}

/* The host, and what is due --------------------------------------------------------------- */

static struct status find_host(struct making *making)
{
    struct host_row row = {0};
    struct view_walk walk = view_walk_of(making->wish->view, ROW_HOST, &row, 0);
    while (view_walk_next(&walk, &row)) {
        if (!row.removed && bytes_equal(row.uri, making->wish->uri)) {
            making->model->host = row.host;
            return OK;
        }
    }
    TRY(*making->wish->view->trouble);
    return FAIL_BECAUSE(NOT_FOUND, 0, "no host is registered under this URI");
}

static struct status gather_due(struct making *making)
{
    struct effect_due_row row = {0};
    struct view_walk walk = view_walk_of(making->wish->view, ROW_EFFECT_DUE, &row, 0);
    const uint64_t count = view_count(making->wish->view, ROW_EFFECT_DUE, MODEL_DUE_MAX + 1);
    void *memory;
    if (count > MODEL_DUE_MAX) {
        return FAIL_BECAUSE(LIMIT, MODEL_DUE_MAX, "too many requests are not answered");
    }
    TRY(making_take(making, count, sizeof(struct model_due), &memory));
    struct model_due *due = memory;
    while (making->model->due_count < count && view_walk_next(&walk, &row)) {
        due[making->model->due_count++] =
            (struct model_due){.request = row.request,
                               .effect = row.effect,
                               .object = row.object,
                               .about = row.has_about ? row.about : (struct id){ID_NONE, 0}};
    }
    making->model->due = due;
    return OK;
}

bool model_is_due(const struct model *model, struct id object)
{
    for (size_t i = 0; i < model->due_count; i++) {
        if (id_equal(model->due[i].object, object) || id_equal(model->due[i].about, object)) {
            return true;
        }
    }
    return false;
}

static bool machine_is_due(const struct model *model, uint64_t vm)
{
    for (size_t i = 0; i < model->due_count; i++) {
        const enum effect_kind effect = model->due[i].effect;
        if (id_equal(model->due[i].object, (struct id){ID_VM, vm}) &&
            (effect == EFFECT_KIND_DOMAIN_START || effect == EFFECT_KIND_DOMAIN_STOP ||
             effect == EFFECT_KIND_DOMAIN_DELETE)) {
            return true;
        }
    }
    return false;
}

/* What lasts ------------------------------------------------------------------------------ */

static struct status gather_lasting(struct making *making)
{
    struct mismatch_row row = {0};
    struct view_walk walk = view_walk_of(making->wish->view, ROW_MISMATCH, &row, 0);
    const uint64_t count = view_count(making->wish->view, ROW_MISMATCH, MODEL_LASTING_MAX + 1);
    void *memory;
    if (count > MODEL_LASTING_MAX) {
        return FAIL_BECAUSE(LIMIT, MODEL_LASTING_MAX, "too much differs between log and hosts");
    }
    TRY(making_take(making, count, sizeof(struct model_lasting), &memory));
    struct model_lasting *lasting = memory;
    while (making->model->lasting_count < count && view_walk_next(&walk, &row)) {
        if (id_equal(row.host, making->model->host)) {
            lasting[making->model->lasting_count++] =
                (struct model_lasting){.identity = row.identity,
                                       .kind = row.kind,
                                       .object = arena_copy(making->arena, row.object)};
        }
    }
    making->model->lasting = lasting;
    return OK;
}

/* Machines -------------------------------------------------------------------------------- */

/* When a request was made, or answered: what came of it may show a moment later. */
static void look_at_request(const struct making *making, uint64_t request, bool *due,
                            uint64_t *asked_us, uint64_t *changed_us)
{
    struct effect_row effect;
    struct effect_due_row row;
    *due = effect_is_due(making->wish->view, request, &row);
    *asked_us = *changed_us = 0;
    if (effect_of(making->wish->view, request, &effect)) {
        *asked_us = effect.since;
        *changed_us = effect.has_ended ? effect.ended : effect.since;
    }
}

static void add_drive(struct making *making, const struct attachment_row *row,
                      struct model_disk *out)
{
    struct drive_row drive = {.drive = row->drive};
    uint64_t changed_us;
    *out = (struct model_disk){.what = row->drive,
                               .state = row->state,
                               .asked = row->has_request,
                               .read_only = row->mode == DRIVE_MODE_RO};
    look_at_request(making, row->request, &out->due, &out->asked_us, &changed_us);
    out->asked_us = changed_us > out->asked_us ? changed_us : out->asked_us;
    if (view_find(making->wish->view, ROW_DRIVE, &drive) && drive.has_path) {
        out->path = arena_copy(making->arena, drive.path);
    }
}

static struct status add_drives(struct making *making, struct model_disk *disks,
                                struct model_machine *machine)
{
    struct vm_attachment_row row = {.vm = {ID_VM, machine->vm}};
    struct view_walk walk = view_walk_of(making->wish->view, ROW_VM_ATTACHMENT, &row, 1);
    while (view_walk_next(&walk, &row)) {
        struct attachment_row attachment = {.drive = row.drive, .vm = row.vm};
        if (machine->disk_count == MODEL_DISKS_MAX) {
            return FAIL_BECAUSE(LIMIT, MODEL_DISKS_MAX, "a machine has too many disks");
        }
        if (view_find(making->wish->view, ROW_ATTACHMENT, &attachment)) {
            add_drive(making, &attachment, &disks[machine->disk_count++]);
        }
    }
    return take_state(making);
}

static struct status add_media(struct making *making, struct model_disk *disks,
                               struct model_machine *machine)
{
    struct iso_attachment_row row = {.vm = {ID_VM, machine->vm}};
    struct view_walk walk = view_walk_of(making->wish->view, ROW_ISO_ATTACHMENT, &row, 1);
    while (view_walk_next(&walk, &row)) {
        if (machine->disk_count == MODEL_DISKS_MAX) {
            return FAIL_BECAUSE(LIMIT, MODEL_DISKS_MAX, "a machine has too many disks");
        }
        struct model_disk *disk = &disks[machine->disk_count++];
        uint64_t changed_us;
        *disk = (struct model_disk){
            .what = row.iso, .state = row.state, .asked = row.has_request, .read_only = true};
        look_at_request(making, row.request, &disk->due, &disk->asked_us, &changed_us);
        disk->asked_us = changed_us > disk->asked_us ? changed_us : disk->asked_us;
        disk->path = making_iso_path(making, row.iso);
    }
    return take_state(making);
}

static uint64_t latest(uint64_t a, bool has_b, uint64_t b)
{
    return has_b && b > a ? b : a;
}

/* A machine boots from a layer of its own on the brick's image, in the same pool. */
static struct bytes boot_file(struct making *making, const struct vm_row *row)
{
    struct brick_row brick = {.brick = row->brick};
    const struct model_pool *pool =
        view_find(making->wish->view, ROW_BRICK, &brick) ? making_pool(making, brick.pool) : NULL;
    const struct world_name name = world_boot_file(row->vm.n, row->run);
    return pool == NULL ? (struct bytes){0}
                        : making_join(making, pool->path, bytes_of_string(name.text));
}

static struct status add_machine(struct making *making, const struct vm_row *row,
                                 struct model_machine *out)
{
    const struct world_name uuid =
        world_uuid(making->wish->hasher, making->model->origin, row->vm.n);
    struct model_disk disks[MODEL_DISKS_MAX];
    uint64_t answered_us;
    bool run_due;
    void *memory;
    *out = (struct model_machine){.vm = row->vm.n,
                                  .run = row->run,
                                  .host = row->host,
                                  .state = row->state,
                                  .has_started = row->has_started,
                                  .started_us = row->started,
                                  .has_xml = row->has_xml,
                                  .xml = row->xml};
    out->uuid = arena_copy(making->arena, bytes_of_string(uuid.text));
    out->due = machine_is_due(making->model, row->vm.n);
    look_at_request(making, row->run, &run_due, &out->asked_us, &answered_us);
    out->asked_us = out->asked_us == 0 ? row->asked : out->asked_us;
    out->changed_us =
        latest(latest(answered_us, row->has_started, row->started), row->has_ended, row->ended);
    out->boot = boot_file(making, row);
    TRY(add_drives(making, disks, out));
    TRY(add_media(making, disks, out));
    TRY(making_take(making, out->disk_count, sizeof *disks, &memory));
    memcpy(memory, disks, out->disk_count * sizeof *disks);
    out->disks = memory;
    return OK;
}

static bool has_machine(const struct making *making, uint64_t vm)
{
    return model_machine(making->model, vm) != NULL;
}

static struct status add_known(struct making *making, struct model_machine *machines, struct id vm)
{
    struct vm_row row = {.vm = vm};
    if (has_machine(making, vm.n)) {
        return OK;
    }
    if (making->model->machine_count == MODEL_MACHINES_MAX) {
        return FAIL_BECAUSE(LIMIT, MODEL_MACHINES_MAX, "a host has too many machines");
    }
    const struct arena before = *making->wish->view->arena;
    struct status status = OK;
    if (view_find(making->wish->view, ROW_VM, &row)) {
        status = add_machine(making, &row, &machines[making->model->machine_count]);
        making->model->machine_count += failed(status) ? 0 : 1;
    }
    *making->wish->view->arena = before;
    return status;
}

static struct status gather_machines(struct making *making)
{
    struct host_vm_row row = {.host = making->model->host};
    struct view_walk walk = view_walk_of(making->wish->view, ROW_HOST_VM, &row, 1);
    void *memory;
    TRY(making_take(making, MODEL_MACHINES_MAX, sizeof(struct model_machine), &memory));
    struct model_machine *machines = memory;
    making->model->machines = machines;
    while (view_walk_next(&walk, &row)) {
        TRY(add_known(making, machines, row.vm));
    }
    for (size_t i = 0; i < making->wish->named_count; i++) {
        TRY(add_known(making, machines, (struct id){ID_VM, making->wish->named[i]}));
    }
    return take_state(making);
}

const struct model_machine *model_machine(const struct model *model, uint64_t vm)
{
    for (size_t i = 0; i < model->machine_count; i++) {
        if (model->machines[i].vm == vm) {
            return &model->machines[i];
        }
    }
    return NULL;
}

/* All ------------------------------------------------------------------------------------- */

static struct status gather_exports(struct making *making)
{
    struct nfs_row row = {0};
    struct view_walk walk = view_walk_of(making->wish->view, ROW_NFS, &row, 0);
    const uint64_t count = view_count(making->wish->view, ROW_NFS, MODEL_EXPORTS_MAX + 1);
    void *memory;
    if (count > MODEL_EXPORTS_MAX) {
        return FAIL_BECAUSE(LIMIT, MODEL_EXPORTS_MAX, "there are too many network shares");
    }
    TRY(making_take(making, count, sizeof(struct model_export), &memory));
    struct model_export *exports = memory;
    while (making->model->export_count < count && view_walk_next(&walk, &row)) {
        exports[making->model->export_count++] =
            (struct model_export){.nfs = row.nfs,
                                  .server = arena_copy(making->arena, row.server),
                                  .path = arena_copy(making->arena, row.export),
                                  .revoked = row.revoked,
                                  .due = model_is_due(making->model, row.nfs)};
    }
    making->model->exports = exports;
    return OK;
}

struct status model_build(const struct model_wish *wish, struct arena *arena, struct model *out)
{
    struct making making = {.wish = wish, .arena = arena, .model = out};
    *out = (struct model){.as_of = wish->view->as_of_n, .now_us = wish->view->now_utc_us};
    out->origin = arena_copy(arena, wish->origin);
    TRY(find_host(&making));
    TRY(gather_due(&making));
    TRY(gather_lasting(&making));
    TRY(making_pools(&making));
    TRY(making_volumes(&making));
    TRY(gather_machines(&making));
    TRY(gather_exports(&making));
    return take_state(&making);
}
