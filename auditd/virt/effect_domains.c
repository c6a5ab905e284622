#include "auditd/virt/effect_parts.h"
#include "core/drive/attachment.h"
#include "core/drive/pool.h"

#include <errno.h>
#include <sys/stat.h>

/* A domain that is about to be, and what it is made of. */
struct start {
    struct vm_row vm;
    struct brick_row brick;
    struct pool_row pool; /* of the brick */
    struct hypervisor *host;
    struct world_name name, uuid, pool_name, boot;
    const char *boot_path, *brick_path;
    struct disk_plan disks[PLAN_DISKS_MAX];
    size_t disk_count;
    struct world_name aliases[PLAN_DISKS_MAX], serials[PLAN_DISKS_MAX];
    struct domain_plan plan;
};

/* Images ------------------------------------------------------------------------------------- */

/* By its name: what is in it is for its hash to say. */
static const char *image_format(struct bytes file)
{
    static const char ending[] = ".qcow2";
    const size_t size = sizeof ending - 1;
    return file.size > size && memcmp(file.data + file.size - size, ending, size) == 0 ? "qcow2"
                                                                                       : "raw";
}

static struct status check_image(struct work *work, const char *path, const struct digest *expected)
{
    struct digest found;
    char one[DIGEST_HEX_SIZE + 1], other[DIGEST_HEX_SIZE + 1];
    TRY(work_hash_file(work, path, &found));
    if (digest_equal(&found, expected)) {
        return OK;
    }
    hex_write(one, BYTES(found.sha256));
    hex_write(other, BYTES(expected->sha256));
    one[DIGEST_HEX_SIZE] = other[DIGEST_HEX_SIZE] = '\0';
    return work_fail(work, FAIL(CORRUPT, 0),
                     "%s is not what was registered: its SHA-256 is %s, not %s", path, one, other);
}

static struct status find_image(struct work *work, struct start *start)
{
    start->brick = (struct brick_row){.brick = start->vm.brick};
    if (!view_find(&work->view, ROW_BRICK, &start->brick)) {
        return work_fail(work, FAIL(NOT_FOUND, start->vm.brick.n), "there is no such brick");
    }
    TRY(work_pool(work, start->brick.pool, &start->pool));
    start->pool_name = world_pool(start->pool.name);
    start->brick_path = work_path(work, start->pool.path, work_string(work, start->brick.file));
    start->boot = world_boot_file(start->vm.vm.n, start->vm.run);
    start->boot_path = work_path(work, start->pool.path, start->boot.text);
    return OK;
}

static struct status check_images(struct work *work, struct start *start)
{
    struct domain_plan *plan = &start->plan;
    const struct brick_row *brick = &start->brick;
    TRY(check_image(work, start->brick_path, &brick->sha256));
    if (brick->has_kernel) {
        plan->kernel =
            bytes_of_string(work_path(work, start->pool.path, work_string(work, brick->kernel)));
    }
    if (brick->has_kernel && brick->has_kernel_sha256) {
        TRY(check_image(work, (const char *)plan->kernel.data, &brick->kernel_sha256));
    }
    if (brick->has_initrd) {
        plan->initrd =
            bytes_of_string(work_path(work, start->pool.path, work_string(work, brick->initrd)));
    }
    if (brick->has_initrd && brick->has_initrd_sha256) {
        TRY(check_image(work, (const char *)plan->initrd.data, &brick->initrd_sha256));
    }
    plan->arguments = brick->has_arguments ? brick->arguments : (struct bytes){0};
    return OK;
}

struct measured {
    const char *name;
    uint64_t capacity;
};

static struct status measure(void *context, const struct hypervisor_volume *volume)
{
    struct measured *measured = context;
    if (strcmp(volume->name, measured->name) == 0) {
        measured->capacity = volume->capacity;
    }
    return OK;
}

/* A pool that has not seen the file yet: as large as it is, which is so of raw ones. */
static struct status measure_file(struct work *work, const char *path, uint64_t *size)
{
    struct stat about;
    if (stat(path, &about) != 0) {
        return work_fail(work, FAIL(NOT_FOUND, 0), "%s: %s", path, strerror(errno));
    }
    *size = (uint64_t)about.st_size;
    return OK;
}

/* What the machine writes to what it boots from is a layer of its run, on what all share. */
static struct status make_boot_layer(struct work *work, struct start *start)
{
    struct text *xml = &work->effects->xml;
    struct measured measured = {.name = work_string(work, start->brick.file)};
    if (!failed(
            hypervisor_volume_find(start->host, start->pool_name.text, start->boot.text, NULL))) {
        TRY_HOST(
            work, start->host, "the layer to boot from cannot be made anew",
            hypervisor_volume_delete(start->host, start->pool_name.text, start->boot.text, false));
    }
    TRY_HOST(work, start->host, "the pool of images cannot be looked at",
             hypervisor_each_volume(start->host, start->pool_name.text, measure, &measured));
    if (measured.capacity == 0) {
        TRY(measure_file(work, start->brick_path, &measured.capacity));
    }
    const struct volume_plan plan = {.name = start->boot.text,
                                     .format = "qcow2",
                                     .capacity = measured.capacity,
                                     .below = bytes_of_string(start->brick_path),
                                     .below_format = image_format(start->brick.file),
                                     .owner = work->effects->owner};
    text_clear(xml);
    TRY(volume_xml(&plan, xml));
    TRY_HOST(work, start->host, "the layer to boot from cannot be made",
             hypervisor_volume_create(start->host, start->pool_name.text, text_string(xml)));
    return OK;
}

/* Disks -------------------------------------------------------------------------------------- */

static struct status add_drive(struct work *work, struct start *start,
                               const struct attachment_row *attachment)
{
    struct drive_row drive;
    const size_t i = start->disk_count;
    if (i == PLAN_DISKS_MAX) {
        return work_fail(work, FAIL(LIMIT, PLAN_DISKS_MAX), "more disks than a machine has");
    }
    TRY(work_drive(work, attachment->drive, &drive));
    if (!drive.has_path) {
        return work_fail(work, FAIL(NOT_FOUND, drive.drive.n), "drive:%llu has no file",
                         (unsigned long long)drive.drive.n);
    }
    start->aliases[i] = world_drive_alias(drive.drive.n);
    start->serials[i] = world_drive_serial(drive.drive.n);
    start->disks[i] = (struct disk_plan){.alias = start->aliases[i].text,
                                         .serial = start->serials[i].text,
                                         .path = arena_copy(work->view.arena, drive.path),
                                         .format = drive_format(&drive),
                                         .read_only = attachment->mode == DRIVE_MODE_RO,
                                         .position = (unsigned)i,
                                         .ours = work->effects->owner.known};
    start->disk_count++;
    return OK;
}

/* Drives that were asked for with the machine are its disks from the start. */
static struct status add_drives(struct work *work, struct start *start)
{
    struct id drives[ATTACHMENTS_MAX];
    size_t count = 0;
    struct vm_attachment_row row = {.vm = start->vm.vm};
    struct view_walk walk = view_walk_of(&work->view, ROW_VM_ATTACHMENT, &row, 1);
    while (count < ATTACHMENTS_MAX && view_walk_next(&walk, &row)) {
        drives[count++] = row.drive;
    }
    for (size_t i = 0; i < count; i++) {
        struct attachment_row attachment = {.drive = drives[i], .vm = start->vm.vm};
        if (view_find(&work->view, ROW_ATTACHMENT, &attachment) &&
            attachment.state == ATTACHMENT_STATE_REQUESTED) {
            TRY(add_drive(work, start, &attachment));
        }
    }
    return OK;
}

static void add_boot_disk(struct work *work, struct start *start)
{
    start->disks[start->disk_count++] =
        (struct disk_plan){.alias = "ua-boot",
                           .serial = "",
                           .path = bytes_of_string(start->boot_path),
                           .format = "qcow2",
                           .ours = work->effects->owner.known};
}

/* Starting ----------------------------------------------------------------------------------- */

/* The directory in which libvirt makes the sockets of controllers: what is made in it belongs to
 * its group, so that another process of the daemon can connect. */
static struct status make_socket_path(struct work *work, const struct start *start,
                                      struct bytes *out)
{
    const char *directory = work_path(work, bytes_of_string(work->effects->options.runtime), "vmc");
    const struct world_name name = world_socket(start->vm.vm.n);
    if (mkdir(directory, 02770) != 0 && errno != EEXIST) {
        return work_fail(work, FAIL(IO, (uint64_t)errno), "%s cannot be made: %s", directory,
                         strerror(errno));
    }
    *out = bytes_of_string(work_path(work, bytes_of_string(directory), name.text));
    return OK;
}

static struct status make_plan(struct work *work, struct start *start)
{
    const struct settings *settings = work->effects->options.settings;
    const bool private = hypervisor_is_private(start->host);
    struct domain_plan *plan = &start->plan;
    const struct bytes origin =
        bytes_of_string(log_origin(engine_log(work->effects->options.engine)));
    start->name = world_domain(start->vm.vm.n);
    start->uuid = world_uuid(work->effects->hasher, origin, start->vm.vm.n);
    plan->type = private ? "test" : settings->virt_type == 1 ? "kvm" : "qemu";
    plan->name = start->name.text;
    plan->uuid = start->uuid.text;
    plan->vm = start->vm.vm.n;
    plan->run = start->vm.run;
    plan->request = work->due.request;
    plan->title = start->vm.name;
    plan->memory_mib = start->vm.memory_mib;
    plan->cores = start->vm.cores;
    plan->disks = start->disks;
    return make_socket_path(work, start, &plan->socket);
}

/* A domain of an earlier run that has ended makes room. */
static struct status make_room(struct work *work, struct start *start)
{
    enum hypervisor_state state;
    TRY_HOST(work, start->host, "the machine cannot be looked at",
             hypervisor_domain_state(start->host, start->name.text, &state));
    if (state != HYPERVISOR_SHUT_OFF && state != HYPERVISOR_CRASHED) {
        return work_fail(work, FAIL(CONFLICT, 0), "an earlier run of the machine has not ended");
    }
    TRY_HOST(work, start->host, "the earlier run of the machine cannot be removed",
             hypervisor_domain_undefine(start->host, start->name.text));
    return OK;
}

static struct status build(struct work *work, struct start *start)
{
    struct text *xml = &work->effects->xml;
    TRY(check_images(work, start));
    TRY(make_boot_layer(work, start));
    add_boot_disk(work, start);
    TRY(add_drives(work, start));
    start->plan.disk_count = start->disk_count;
    text_clear(xml);
    const struct status written = domain_xml(&start->plan, xml);
    if (failed(written)) {
        return work_fail(work, written, "the machine cannot be described: %s",
                         written.why == NULL ? status_sentence(written.code) : written.why);
    }
    TRY_HOST(work, start->host, "the machine cannot be defined",
             hypervisor_domain_define(start->host, text_string(xml)));
    return OK;
}

/* Whether an earlier attempt has started it: then it is not started again, though it has ended. */
static struct status has_run(struct work *work, const struct start *start, bool *out)
{
    enum hypervisor_state state;
    TRY_HOST(work, start->host, "the machine cannot be looked at",
             hypervisor_domain_state(start->host, start->name.text, &state));
    *out = state != HYPERVISOR_SHUT_OFF;
    if (!*out) {
        TRY_HOST(work, start->host, "the machine cannot be looked at",
                 hypervisor_domain_has_run(start->host, start->name.text, out));
    }
    return OK;
}

static struct status start_domain(struct work *work, struct start *start)
{
    bool there = false, ran = false;
    TRY(work_see(work, start->host, start->vm.vm.n, &there));
    const bool ours = there && work->effects->seen.request == work->due.request;
    if (ours) {
        TRY(has_run(work, start, &ran));
    }
    if (ran) {
        return OK;
    }
    TRY(work_may_act(work));
    if (there) {
        TRY(make_room(work, start));
    }
    TRY(build(work, start));
    TRY_HOST(work, start->host, "the machine cannot be started",
             hypervisor_domain_start(start->host, start->name.text));
    return OK;
}

struct status effect_domain_start(struct work *work)
{
    struct start start = {.disk_count = 0};
    TRY(work_machine(work, work->due.object, &start.vm));
    if (start.vm.state != VM_STATE_REQUESTED && work_is_first(work)) {
        return work_fail(work, FAIL(CONFLICT, 0), "the machine is %s and waits for no start",
                         vm_state_name(start.vm.state));
    }
    TRY(work_host(work, start.vm.host, &start.host));
    TRY(find_image(work, &start));
    TRY(make_plan(work, &start));
    TRY(start_domain(work, &start));
    text_put_string(&work->path, start.boot_path);
    text_put_string(&work->detail, start.uuid.text);
    return OK;
}

/* Ending ------------------------------------------------------------------------------------- */

static bool has_ended(enum hypervisor_state state)
{
    return state == HYPERVISOR_SHUT_OFF || state == HYPERVISOR_CRASHED;
}

/* What a machine wrote to what it booted from goes with its run. One that stays is found by the
 * sweep. */
static void remove_boot_layer(const struct start *start)
{
    const struct status removed =
        hypervisor_volume_delete(start->host, start->pool_name.text, start->boot.text, false);
    (void)removed;
}

/* Of the run that was to end, and of no later one. */
struct status effect_domain_stop(struct work *work)
{
    struct start start = {.disk_count = 0};
    enum hypervisor_state state = HYPERVISOR_SHUT_OFF;
    bool there = false;
    TRY(work_machine(work, work->due.object, &start.vm));
    TRY(work_host(work, start.vm.host, &start.host));
    TRY(find_image(work, &start));
    TRY(work_see(work, start.host, start.vm.vm.n, &there));
    const bool same = there && work->effects->seen.run == start.vm.run;
    start.name = world_domain(start.vm.vm.n);
    if (same) {
        TRY_HOST(work, start.host, "the machine cannot be looked at",
                 hypervisor_domain_state(start.host, start.name.text, &state));
    }
    if (same && !has_ended(state)) {
        TRY(work_may_act(work));
        TRY_HOST(work, start.host, "the machine cannot be ended",
                 hypervisor_domain_destroy(start.host, start.name.text));
    } else {
        text_put_literal(&work->detail, "it did not run");
    }
    remove_boot_layer(&start);
    return OK;
}

struct status effect_domain_delete(struct work *work)
{
    struct start start = {.disk_count = 0};
    enum hypervisor_state state;
    bool there = false;
    TRY(work_machine(work, work->due.object, &start.vm));
    TRY(work_host(work, start.vm.host, &start.host));
    TRY(find_image(work, &start));
    TRY(work_see(work, start.host, start.vm.vm.n, &there));
    start.name = world_domain(start.vm.vm.n);
    if (there) {
        TRY_HOST(work, start.host, "the machine cannot be looked at",
                 hypervisor_domain_state(start.host, start.name.text, &state));
        if (!has_ended(state)) {
            return work_fail(work, FAIL(CONFLICT, 0), "the machine runs");
        }
        TRY(work_may_act(work));
        TRY_HOST(work, start.host, "the machine cannot be removed",
                 hypervisor_domain_undefine(start.host, start.name.text));
    }
    remove_boot_layer(&start);
    return OK;
}

/* The controller has the request as a fact over its channel, and answers in its own voice: here is
 * seen to it that there is one to be told. */
struct status effect_controller_restart(struct work *work)
{
    struct start start = {.disk_count = 0};
    enum hypervisor_state state;
    bool there = false;
    TRY(work_machine(work, work->due.object, &start.vm));
    TRY(work_host(work, start.vm.host, &start.host));
    TRY(work_see(work, start.host, start.vm.vm.n, &there));
    start.name = world_domain(start.vm.vm.n);
    if (!there || work->effects->seen.channel_count == 0) {
        return work_fail(work, FAIL(NOT_FOUND, 0), "the machine has no channel to a controller");
    }
    TRY_HOST(work, start.host, "the machine cannot be looked at",
             hypervisor_domain_state(start.host, start.name.text, &state));
    if (has_ended(state)) {
        return work_fail(work, FAIL(CONFLICT, 0), "the machine does not run");
    }
    text_put_literal(&work->detail, "its controller is told by its channel");
    return OK;
}
