#include "auditd/virt/effect_parts.h"

enum {
    DETACH_TURNS = 30, /* looks at whether the guest has let go, a tick apart */
    POSITIONS_MAX = 200,
};

/* A device that is to come or to go. */
struct device {
    struct vm_row vm;
    struct hypervisor *host;
    struct world_name domain, alias, serial;
    struct disk_plan disk;
};

static struct status find_machine(struct work *work, struct device *device)
{
    TRY(work_machine(work, work->due.about, &device->vm));
    TRY(work_host(work, device->vm.host, &device->host));
    device->domain = world_domain(device->vm.vm.n);
    return OK;
}

static const struct domain_disk *find_disk(const struct domain_seen *seen, const char *alias)
{
    for (size_t i = 0; i < seen->disk_count; i++) {
        if (bytes_equal(seen->disks[i].alias, bytes_of_string(alias))) {
            return &seen->disks[i];
        }
    }
    return NULL;
}

/* Whether the machine runs, and its disk of this alias; NULL: it has none. */
static struct status see(struct work *work, const struct device *device, bool *runs,
                         const struct domain_disk **disk)
{
    enum hypervisor_state state;
    *runs = false;
    *disk = NULL;
    TRY(work_see(work, device->host, device->vm.vm.n, runs));
    if (!*runs) {
        return OK;
    }
    TRY_HOST(work, device->host, "the machine cannot be looked at",
             hypervisor_domain_state(device->host, device->domain.text, &state));
    *runs = state == HYPERVISOR_RUNNING || state == HYPERVISOR_PAUSED;
    *disk = *runs ? find_disk(&work->effects->seen, device->alias.text) : NULL;
    return OK;
}

static bool is_taken(const struct domain_seen *seen, const char *target)
{
    for (size_t i = 0; i < seen->disk_count; i++) {
        if (bytes_equal(seen->disks[i].target, bytes_of_string(target))) {
            return true;
        }
    }
    return false;
}

static unsigned free_position(const struct domain_seen *seen, const char *prefix)
{
    char target[PLAN_TARGET_SIZE];
    unsigned position = 0;
    do {
        disk_target(prefix, position, target);
    } while (is_taken(seen, target) && ++position < POSITIONS_MAX);
    return position;
}

/* Coming ------------------------------------------------------------------------------------- */

static struct status attach(struct work *work, struct device *device)
{
    struct text *xml = &work->effects->xml;
    const struct domain_disk *disk = NULL;
    bool runs = false;
    TRY(see(work, device, &runs, &disk));
    if (!runs) {
        return work_fail(work, FAIL(CONFLICT, 0), "the machine does not run");
    }
    if (disk != NULL && bytes_equal(disk->path, device->disk.path)) {
        text_put_literal(&work->detail, "a disk of the machine from its start");
        return OK;
    }
    if (disk != NULL) {
        return work_fail(work, FAIL(EXISTS, 0), "the machine has another disk %s",
                         device->alias.text);
    }
    TRY(work_may_act(work));
    device->disk.position = free_position(&work->effects->seen, device->disk.cdrom ? "sd" : "vd");
    text_clear(xml);
    TRY(disk_xml(&device->disk, xml));
    TRY_HOST(work, device->host, "the disk cannot be attached",
             hypervisor_device_attach(device->host, device->domain.text, text_string(xml)));
    return OK;
}

static struct status plan_drive(struct work *work, struct device *device)
{
    struct drive_row drive;
    TRY(work_drive(work, work->due.object, &drive));
    if (!drive.has_path) {
        return work_fail(work, FAIL(NOT_FOUND, drive.drive.n), "the drive has no file");
    }
    struct attachment_row attachment = {.drive = drive.drive, .vm = work->due.about};
    const bool known = view_find(&work->view, ROW_ATTACHMENT, &attachment);
    device->alias = world_drive_alias(drive.drive.n);
    device->serial = world_drive_serial(drive.drive.n);
    device->disk = (struct disk_plan){
        .alias = device->alias.text,
        .serial = device->serial.text,
        .path = drive.path,
        .format = drive_format(&drive),
        .read_only = !known || attachment.mode == DRIVE_MODE_RO,
        .ours = work->effects->owner.known,
    };
    return OK;
}

/* Of a machine that is still to start, it is a disk when it has started: then it is asked again. */
struct status effect_drive_attach(struct work *work)
{
    struct device device;
    TRY(plan_drive(work, &device));
    TRY(find_machine(work, &device));
    struct attachment_row attachment = {.drive = work->due.object, .vm = work->due.about};
    if (!view_find(&work->view, ROW_ATTACHMENT, &attachment)) {
        return work_fail(work, FAIL(CONFLICT, 0), "the drive is not to be attached any more");
    }
    return attach(work, &device);
}

static struct status plan_iso(struct work *work, struct device *device)
{
    struct iso_row iso = {.iso = work->due.object};
    struct pool_row pool;
    if (!view_find(&work->view, ROW_ISO, &iso)) {
        return work_fail(work, FAIL(NOT_FOUND, iso.iso.n), "there is no such medium");
    }
    TRY(work_pool(work, iso.pool, &pool));
    device->alias = world_iso_alias(iso.iso.n);
    device->disk = (struct disk_plan){
        .alias = device->alias.text,
        .serial = "",
        .path = bytes_of_string(work_path(work, pool.path, work_string(work, iso.file))),
        .format = "raw",
        .read_only = true,
        .cdrom = true,
        .ours = work->effects->owner.known,
    };
    return OK;
}

static struct status check_medium(struct work *work, const struct device *device)
{
    struct iso_row iso = {.iso = work->due.object};
    struct digest found;
    TRY(work_hash_file(work, work_string(work, device->disk.path), &found));
    (void)view_find(&work->view, ROW_ISO, &iso);
    return digest_equal(&found, &iso.sha256)
               ? OK
               : work_fail(work, FAIL(CORRUPT, 0), "%s is not what was registered",
                           work_string(work, device->disk.path));
}

struct status effect_iso_attach(struct work *work)
{
    struct device device;
    TRY(plan_iso(work, &device));
    TRY(find_machine(work, &device));
    TRY(check_medium(work, &device));
    return attach(work, &device);
}

/* Going -------------------------------------------------------------------------------------- */

/* The guest has to let go: a look shows whether it has. */
static struct status wait_for_it(struct work *work, const struct device *device)
{
    for (int i = 0; i < DETACH_TURNS; i++) {
        const struct domain_disk *disk = NULL;
        bool runs = false;
        work_alive(work);
        TRY(see(work, device, &runs, &disk));
        if (disk == NULL) {
            return OK;
        }
        TRY(hypervisor_turn());
    }
    return work_fail(work, FAIL(IN_USE, 0), "the machine does not let go of %s",
                     device->alias.text);
}

/* As libvirt has it, so that it knows which one. */
static struct status ask_for_it(struct work *work, struct device *device,
                                const struct domain_disk *disk)
{
    struct text *xml = &work->effects->xml;
    const char *prefix = device->disk.cdrom ? "sd" : "vd";
    char target[PLAN_TARGET_SIZE];
    for (unsigned position = 0; position < POSITIONS_MAX; position++) {
        disk_target(prefix, position, target);
        if (bytes_equal(disk->target, bytes_of_string(target))) {
            device->disk.position = position;
        }
    }
    device->disk.path = disk->path;
    text_clear(xml);
    TRY(disk_xml(&device->disk, xml));
    TRY_HOST(work, device->host, "the disk cannot be detached",
             hypervisor_device_detach(device->host, device->domain.text, text_string(xml)));
    return OK;
}

static struct status detach(struct work *work, struct device *device)
{
    const struct domain_disk *disk = NULL;
    bool runs = false;
    TRY(see(work, device, &runs, &disk));
    if (disk == NULL) {
        text_put_string(&work->detail,
                        runs ? "the machine does not have it" : "the machine does not run");
        return OK;
    }
    TRY(work_may_act(work));
    TRY(ask_for_it(work, device, disk));
    return wait_for_it(work, device);
}

struct status effect_drive_detach(struct work *work)
{
    struct device device;
    TRY(plan_drive(work, &device));
    TRY(find_machine(work, &device));
    return detach(work, &device);
}

struct status effect_iso_detach(struct work *work)
{
    struct device device;
    TRY(plan_iso(work, &device));
    TRY(find_machine(work, &device));
    return detach(work, &device);
}
