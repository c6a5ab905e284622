#include "schema/time.h"
#include "tools/demo/world.h"

#include <inttypes.h>
#include <stdio.h>

/* What hosts do of what is due, and what the watcher sees of it. */

enum {
    BOOT_S = 18, /* from a domain to the controller in it */
    CORES_OF_ALL = 64,
    MEMORY_OF_ALL = 512 << 10, /* MiB */
};

#define ROOM_OF_ALL (UINT64_C(8) << 40) /* bytes that the pool of drives has left */

/* What came of a request; `said`, if an event of its own has told it. */
struct acted {
    char path[WORLD_TEXT];
    const char *why; /* of what could not be done, as the host says it; NULL: it was */
    bool said;
};

typedef struct status act(struct world *world, const struct effect_due_row *due,
                          struct acted *acted);

/* Speaking --------------------------------------------------------------------------------- */

/* The watcher, about one thing at another. */
static struct status sees(struct world *world, enum event_kind kind, const struct id on[static 2],
                          const union event_body *body)
{
    struct draft draft = {.kind = kind,
                          .on = {on[0], on[1]},
                          .on_count = on[1].kind == ID_NONE ? 1 : 2,
                          .body = body};
    return world_say(world, &world->watcher, &draft);
}

static struct status tells(struct world *world, struct id vm, enum event_kind kind, struct id drive,
                           const union event_body *body)
{
    struct world_controller *controller = world_controller(world, vm);
    return controller == NULL
               ? OK
               : world_say(
                     world, &controller->speaker,
                     &(struct draft){.kind = kind, .on = {drive, vm}, .on_count = 2, .body = body});
}

static struct status note_of(struct world *world, enum event_kind kind,
                             const struct id on[static 2], const union event_body *body)
{
    return world_note(world, &(struct draft){.kind = kind,
                                             .on = {on[0], on[1]},
                                             .on_count = on[1].kind == ID_NONE ? 1 : 2,
                                             .body = body});
}

/* Rows ------------------------------------------------------------------------------------- */

static struct status find_vm(struct world *world, struct id vm, struct vm_row *out)
{
    struct status trouble = OK;
    struct view view = world_view(world, &trouble);
    *out = (struct vm_row){.vm = vm};
    return view_find(&view, ROW_VM, out) ? trouble : FAIL(NOT_FOUND, vm.n);
}

static struct status find_drive(struct world *world, struct id drive, struct drive_row *out)
{
    struct status trouble = OK;
    struct view view = world_view(world, &trouble);
    *out = (struct drive_row){.drive = drive};
    return view_find(&view, ROW_DRIVE, out) ? trouble : FAIL(NOT_FOUND, drive.n);
}

static struct status find_attachment(struct world *world, struct id drive, struct id vm,
                                     struct attachment_row *out)
{
    struct status trouble = OK;
    struct view view = world_view(world, &trouble);
    *out = (struct attachment_row){.drive = drive, .vm = vm};
    return view_find(&view, ROW_ATTACHMENT, out) ? trouble : FAIL(NOT_FOUND, drive.n);
}

static void put_volume(const struct drive_row *drive, char out[static WORLD_TEXT])
{
    snprintf(out, WORLD_TEXT, "/srv/cairn/drives/drive-%" PRIu64 ".%s", drive->drive.n,
             drive->kind == DRIVE_KIND_RAW ? "raw" : "qcow2");
}

/* The first letter behind the boot disk's that no drive of the machine has. */
static char free_letter(struct world *world, struct id vm)
{
    struct status trouble = OK;
    uint32_t taken = 1;
    struct view view = world_view(world, &trouble);
    struct vm_attachment_row at = {.vm = vm};
    struct view_walk walk = view_walk_of(&view, ROW_VM_ATTACHMENT, &at, 1);
    while (view_walk_next(&walk, &at)) {
        struct attachment_row row = {.drive = at.drive, .vm = vm};
        if (view_find(&view, ROW_ATTACHMENT, &row) && row.has_device && row.device.size == 3) {
            taken |= UINT32_C(1) << ((row.device.data[2] - 'a') & 31);
        }
    }
    unsigned letter = 0;
    while ((taken >> letter & 1) != 0) {
        letter++;
    }
    return (char)('a' + letter);
}

/* Volumes ---------------------------------------------------------------------------------- */

static struct status act_pool(struct world *world, const struct effect_due_row *due,
                              struct acted *acted)
{
    struct status trouble = OK;
    struct view view = world_view(world, &trouble);
    struct pool_row pool = {.pool = due->object};
    if (view_find(&view, ROW_POOL, &pool)) {
        snprintf(acted->path, WORLD_TEXT, "%.*s", (int)pool.path.size,
                 (const char *)pool.path.data);
    }
    return trouble;
}

static struct status act_volume(struct world *world, const struct effect_due_row *due,
                                struct acted *acted)
{
    struct drive_row drive;
    TRY(find_drive(world, due->object, &drive));
    if (drive.kind == DRIVE_KIND_RAW && drive.size > ROOM_OF_ALL) {
        acted->why = "cannot allocate the whole volume: No space left on device";
    } else {
        put_volume(&drive, acted->path);
    }
    return OK;
}

static struct status act_nothing_more(struct world *world, const struct effect_due_row *due,
                                      struct acted *acted)
{
    (void)world;
    (void)due;
    (void)acted;
    return OK;
}

/* Of the two that a request is about, the snapshot and the drive. */
static void tell_apart(const struct effect_due_row *due, struct id *snapshot, struct id *drive)
{
    const bool first = due->object.kind == ID_SNAPSHOT;
    *snapshot = first ? due->object : due->about;
    *drive = first ? due->about : due->object;
}

static struct status act_snapshot(struct world *world, const struct effect_due_row *due,
                                  struct acted *acted)
{
    struct id on[2];
    struct status trouble = OK;
    tell_apart(due, &on[0], &on[1]);
    struct view view = world_view(world, &trouble);
    struct snapshot_row row = {.snapshot = on[0]};
    union event_body body = {.drive_snapshot_created = {.request = due->request, .drive = on[1]}};
    if (view_find(&view, ROW_SNAPSHOT, &row) && row.has_parent) {
        body.drive_snapshot_created.has_parent = true;
        body.drive_snapshot_created.parent = row.parent;
    }
    TRY(trouble);
    snprintf(acted->path, WORLD_TEXT, "/srv/cairn/snapshots/drive-%" PRIu64 "-s%" PRIu64 ".qcow2",
             on[1].n, on[0].n);
    acted->said = true;
    body.drive_snapshot_created.path = bytes_of_string(acted->path);
    return note_of(world, EVENT_DRIVE_SNAPSHOT_CREATED, on, &body);
}

static struct status act_merge(struct world *world, const struct effect_due_row *due,
                               struct acted *acted)
{
    struct id on[2];
    struct drive_row drive;
    tell_apart(due, &on[0], &on[1]);
    TRY(find_drive(world, on[1], &drive));
    put_volume(&drive, acted->path);
    acted->said = true;
    const union event_body body = {.drive_snapshot_merged = {.request = due->request,
                                                             .drive = on[1],
                                                             .path = bytes_of_string(acted->path)}};
    return note_of(world, EVENT_DRIVE_SNAPSHOT_MERGED, on, &body);
}

/* Devices ---------------------------------------------------------------------------------- */

static struct status see_attached(struct world *world, const struct attachment_row *row)
{
    char device[8], alias[WORLD_TEXT], path[WORLD_TEXT];
    struct drive_row drive;
    const struct id on[2] = {row->drive, row->vm};
    TRY(find_drive(world, row->drive, &drive));
    snprintf(path, sizeof path, "%.*s", (int)drive.path.size, (const char *)drive.path.data);
    snprintf(alias, sizeof alias, "ua-drive-%" PRIu64, row->drive.n);
    snprintf(device, sizeof device, "vd%c", free_letter(world, row->vm));
    const union event_body body = {.drive_attached = {.vm = row->vm,
                                                      .mode = row->mode,
                                                      .device = bytes_of_string(device),
                                                      .has_alias = true,
                                                      .alias = bytes_of_string(alias),
                                                      .path = bytes_of_string(path)}};
    return sees(world, EVENT_DRIVE_ATTACHED, on, &body);
}

/* What came with the domain is there already. */
static struct status act_attach(struct world *world, const struct effect_due_row *due,
                                struct acted *acted)
{
    struct attachment_row row;
    (void)acted;
    TRY(find_attachment(world, due->object, due->about, &row));
    return row.state == ATTACHMENT_STATE_REQUESTED ? see_attached(world, &row) : OK;
}

static struct status say_unmounted(struct world *world, const struct attachment_row *row)
{
    char path[WORLD_TEXT];
    snprintf(path, sizeof path, "%.*s", (int)row->mounted.size, (const char *)row->mounted.data);
    const union event_body body = {
        .drive_unmounted = {.vm = row->vm, .path = bytes_of_string(path)}};
    return tells(world, row->vm, EVENT_DRIVE_UNMOUNTED, row->drive, &body);
}

static struct status act_detach(struct world *world, const struct effect_due_row *due,
                                struct acted *acted)
{
    char device[8];
    struct attachment_row row;
    const struct id on[2] = {due->object, due->about};
    (void)acted;
    TRY(find_attachment(world, on[0], on[1], &row));
    snprintf(device, sizeof device, "%.*s", (int)row.device.size, (const char *)row.device.data);
    TRY(row.has_mounted ? say_unmounted(world, &row) : OK);
    stage_pass(world->stage, 2);
    const union event_body body = {.drive_detached = {.vm = due->about,
                                                      .cause = DETACH_CAUSE_ASKED,
                                                      .has_device = device[0] != '\0',
                                                      .device = bytes_of_string(device)}};
    return sees(world, EVENT_DRIVE_DETACHED, on, &body);
}

static struct status act_medium(struct world *world, const struct effect_due_row *due,
                                struct acted *acted)
{
    const struct id on[2] = {due->object, due->about};
    const union event_body comes = {
        .iso_attached = {
            .vm = due->about, .device = LITERAL("sda"), .read_only = true, .cdrom = true}};
    const union event_body goes = {.iso_detached = {.vm = due->about}};
    (void)acted;
    return due->effect == EFFECT_KIND_ISO_ATTACH ? sees(world, EVENT_ISO_ATTACHED, on, &comes)
                                                 : sees(world, EVENT_ISO_DETACHED, on, &goes);
}

/* Domains ---------------------------------------------------------------------------------- */

/* The drives that a domain begins with, one after the other. */
static struct status see_devices(struct world *world, struct id vm)
{
    for (struct id after = {ID_NONE, 0};;) {
        struct status trouble = OK;
        struct attachment_row row = {.vm = vm};
        bool any = false;
        struct view view = world_view(world, &trouble);
        struct vm_attachment_row at = {.vm = vm};
        struct view_walk walk = view_walk_of(&view, ROW_VM_ATTACHMENT, &at, 1);
        while (!any && view_walk_next(&walk, &at)) {
            row.drive = at.drive;
            any = at.drive.n > after.n && view_find(&view, ROW_ATTACHMENT, &row) &&
                  row.state == ATTACHMENT_STATE_REQUESTED;
        }
        TRY(trouble);
        if (!any) {
            return OK;
        }
        after = row.drive;
        TRY(see_attached(world, &row));
    }
}

static void put_uuid(const struct digest *digest, char out[static WORLD_TEXT])
{
    const uint8_t *d = digest->sha256;
    snprintf(out, WORLD_TEXT,
             "%02x%02x%02x%02x-%02x%02x-8%01x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", d[0], d[1],
             d[2], d[3], d[4], d[5], d[6] & 15U, d[7], (d[8] & 0x3fU) | 0x80U, d[9], d[10], d[11],
             d[12], d[13], d[14], d[15]);
}

static struct status act_start(struct world *world, const struct effect_due_row *due,
                               struct acted *acted)
{
    struct vm_row vm;
    char seed[WORLD_TEXT];
    (void)acted;
    TRY(find_vm(world, due->object, &vm));
    snprintf(seed, sizeof seed, "cairn-vm" CAST_ORIGIN "%" PRIu64, vm.vm.n);
    const struct digest digest = hash_bytes(world->stage->hasher, bytes_of_string(seed));
    union event_body body = {.vm_domain_started = {.xml = digest}};
    put_uuid(&digest, seed);
    key_random(body.vm_domain_started.xml.sha256, sizeof body.vm_domain_started.xml.sha256);
    body.vm_domain_started.uuid = bytes_of_string(seed);
    const struct id on[2] = {vm.vm, vm.host};
    TRY(sees(world, EVENT_VM_DOMAIN_STARTED, on, &body));
    return see_devices(world, due->object);
}

static struct status act_stop(struct world *world, const struct effect_due_row *due,
                              struct acted *acted)
{
    struct vm_row vm;
    (void)acted;
    TRY(find_vm(world, due->object, &vm));
    stage_pass(world->stage, 5);
    const struct id on[2] = {vm.vm, vm.host};
    const union event_body body = {
        .vm_stopped = {.cause = STOP_CAUSE_SHUT_DOWN,
                       .runtime_us = vm.has_started ? world->stage->now_us - vm.started : 0}};
    TRY(sees(world, EVENT_VM_STOPPED, on, &body));
    return world_controller_goes(world, on[0]);
}

static struct status act_restart(struct world *world, const struct effect_due_row *due,
                                 struct acted *acted)
{
    struct world_controller *controller = world_controller(world, due->object);
    const union event_body body = {.vm_controller_restarted = {.has_from = true,
                                                               .from = LITERAL("cairn-vmc 0.1.0"),
                                                               .to = LITERAL("cairn-vmc 0.1.0")}};
    (void)acted;
    return controller == NULL ? OK
                              : world_say(world, &controller->speaker,
                                          &(struct draft){.kind = EVENT_VM_CONTROLLER_RESTARTED,
                                                          .on = {due->object},
                                                          .on_count = 1,
                                                          .body = &body});
}

/* Looking ---------------------------------------------------------------------------------- */

static struct status asker(struct world *world, uint64_t request, struct id *out)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    struct bytes bytes;
    struct leaf leaf;
    TRY(log_snapshot_open(engine_log(world->stage->engine), &log));
    TRY(log_read_leaf(log, request, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    return id_read(leaf.actor, out);
}

static struct status act_look(struct world *world, const struct effect_due_row *due,
                              struct acted *acted)
{
    struct status trouble = OK;
    const struct id on[2] = {due->object, {ID_NONE, 0}};
    union event_body body = {.host_utilisation_checked = {.request = due->request,
                                                          .cores = CORES_OF_ALL,
                                                          .memory_mib = MEMORY_OF_ALL}};
    struct host_utilisation_checked *seen = &body.host_utilisation_checked;
    struct view view = world_view(world, &trouble);
    struct host_vm_row row = {.host = due->object};
    struct view_walk walk = view_walk_of(&view, ROW_HOST_VM, &row, 1);
    while (view_walk_next(&walk, &row)) {
        seen->domains++;
        seen->cores_used += row.cores;
        seen->memory_used_mib += row.memory_mib;
    }
    TRY(trouble);
    TRY(asker(world, due->request, &seen->by));
    key_random(seen->snapshot.sha256, sizeof seen->snapshot.sha256);
    acted->said = true;
    return note_of(world, EVENT_HOST_UTILISATION_CHECKED, on, &body);
}

static struct status act_describe(struct world *world, const struct effect_due_row *due,
                                  struct acted *acted)
{
    const struct id on[2] = {due->object, {ID_NONE, 0}};
    union event_body body = {.vm_xml_fetched = {.request = due->request, .size = 4180}};
    TRY(asker(world, due->request, &body.vm_xml_fetched.by));
    key_random(body.vm_xml_fetched.xml.sha256, sizeof body.vm_xml_fetched.xml.sha256);
    acted->said = true;
    return note_of(world, EVENT_VM_XML_FETCHED, on, &body);
}

/* All of it -------------------------------------------------------------------------------- */

static act *const acts[EFFECT_KIND_COUNT] = {
    [EFFECT_KIND_POOL_DEFINE] = act_pool,
    [EFFECT_KIND_VOLUME_CREATE] = act_volume,
    [EFFECT_KIND_VOLUME_DELETE] = act_nothing_more,
    [EFFECT_KIND_SNAPSHOT_CREATE] = act_snapshot,
    [EFFECT_KIND_SNAPSHOT_MERGE] = act_merge,
    [EFFECT_KIND_DOMAIN_START] = act_start,
    [EFFECT_KIND_DOMAIN_STOP] = act_stop,
    [EFFECT_KIND_DOMAIN_DELETE] = act_nothing_more,
    [EFFECT_KIND_CONTROLLER_RESTART] = act_restart,
    [EFFECT_KIND_DRIVE_ATTACH] = act_attach,
    [EFFECT_KIND_DRIVE_DETACH] = act_detach,
    [EFFECT_KIND_ISO_ATTACH] = act_medium,
    [EFFECT_KIND_ISO_DETACH] = act_medium,
    [EFFECT_KIND_NFS_EXPORT] = act_nothing_more,
    [EFFECT_KIND_NFS_WITHDRAW] = act_nothing_more,
    [EFFECT_KIND_XML_FETCH] = act_describe,
    [EFFECT_KIND_HOST_LOOK] = act_look,
};

static struct status begin(struct world *world, const struct effect_due_row *due)
{
    const struct id on[2] = {THE_LOG, {ID_NONE, 0}};
    const union event_body body = {.effect_begun = {.request = due->request,
                                                    .effect = due->effect,
                                                    .attempt = due->attempts + 1}};
    return note_of(world, EVENT_EFFECT_BEGUN, on, &body);
}

static struct status end(struct world *world, const struct effect_due_row *due,
                         const struct acted *acted)
{
    const struct id on[2] = {THE_LOG, {ID_NONE, 0}};
    if (acted->why != NULL) {
        const union event_body failed = {.effect_failed = {.request = due->request,
                                                           .effect = due->effect,
                                                           .attempt = due->attempts + 1,
                                                           .why = bytes_of_string(acted->why)}};
        return note_of(world, EVENT_EFFECT_FAILED, on, &failed);
    }
    const union event_body body = {.effect_done = {.request = due->request,
                                                   .effect = due->effect,
                                                   .attempt = due->attempts + 1,
                                                   .has_path = acted->path[0] != '\0',
                                                   .path = bytes_of_string(acted->path)}};
    return note_of(world, EVENT_EFFECT_DONE, on, &body);
}

static struct status do_one(struct world *world, const struct effect_due_row *due)
{
    struct acted acted = {.path = ""};
    if (acts[due->effect] == NULL) {
        return FAIL_BECAUSE(CONFLICT, due->request, "nobody in the world does that");
    }
    TRY(begin(world, due));
    stage_pass(world->stage, 1);
    TRY(acts[due->effect](world, due, &acted));
    TRY(acted.said ? OK : end(world, due, &acted));
    if (due->effect == EFFECT_KIND_DOMAIN_START) {
        stage_pass(world->stage, BOOT_S);
        TRY(world_controller_comes(world, due->object));
        return world_apply(world, due->object);
    }
    return OK;
}

/* What is due first; `*request` goes up. */
static struct status next_due(struct world *world, uint64_t *request, struct effect_due_row *out,
                              bool *any)
{
    struct status trouble = OK;
    struct view view = world_view(world, &trouble);
    *out = (struct effect_due_row){.request = 0};
    struct view_walk walk = view_walk_of(&view, ROW_EFFECT_DUE, out, 0);
    *any = view_walk_next(&walk, out);
    TRY(trouble);
    if (*any && out->request < *request) {
        return FAIL_BECAUSE(CONFLICT, out->request, "what was done is due still");
    }
    *request = *any ? out->request + 1 : *request;
    return OK;
}

struct status world_turn(struct world *world)
{
    struct effect_due_row due;
    uint64_t request = 0;
    bool any;
    TRY(stage_run(world->stage));
    TRY(next_due(world, &request, &due, &any));
    while (any) {
        TRY(do_one(world, &due));
        TRY(next_due(world, &request, &due, &any));
    }
    return OK;
}

/* Mounting --------------------------------------------------------------------------------- */

static struct status format(struct world *world, struct id drive, struct id vm)
{
    char uuid[WORLD_TEXT];
    struct digest random;
    key_random(random.sha256, sizeof random.sha256);
    put_uuid(&random, uuid);
    const union event_body formatted = {.drive_formatted = {.vm = vm,
                                                            .os = OPERATING_SYSTEM_LINUX,
                                                            .cipher = DRIVE_CIPHER_LUKS,
                                                            .fs = LITERAL("ext4"),
                                                            .has_uuid = true,
                                                            .uuid = bytes_of_string(uuid)}};
    const union event_body encrypted = {
        .drive_encryption_enabled = {.vm = vm, .cipher = DRIVE_CIPHER_LUKS}};
    const union event_body available = {.drive_made_available = {.vm = vm}};
    stage_pass(world->stage, 9);
    TRY(tells(world, vm, EVENT_DRIVE_FORMATTED, drive, &formatted));
    TRY(tells(world, vm, EVENT_DRIVE_ENCRYPTION_ENABLED, drive, &encrypted));
    return tells(world, vm, EVENT_DRIVE_MADE_AVAILABLE, drive, &available);
}

struct status world_mount(struct world *world, struct id drive, struct id vm)
{
    char path[WORLD_TEXT];
    struct drive_row row;
    struct attachment_row at;
    TRY(stage_run(world->stage));
    TRY(find_drive(world, drive, &row));
    snprintf(path, sizeof path, "/drives/%.*s", (int)row.name.size, (const char *)row.name.data);
    const bool blank = !row.has_fs;
    TRY(find_attachment(world, drive, vm, &at));
    const union event_body body = {
        .drive_mounted = {.vm = vm, .path = bytes_of_string(path), .mode = at.mode}};
    TRY(blank ? format(world, drive, vm) : OK);
    stage_pass(world->stage, 2);
    return tells(world, vm, EVENT_DRIVE_MOUNTED, drive, &body);
}
