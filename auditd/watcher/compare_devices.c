#include "auditd/virt/names.h"
#include "auditd/watcher/compare_parts.h"

#include <inttypes.h>

/* What a comparison of one machine's devices goes by. */
struct devices {
    struct comparing *comparing;
    const struct model_machine *machine;
    const struct seen_domain *domain;
};

static void begin(const struct devices *devices, struct bytes name)
{
    comparing_begin(devices->comparing);
    text_add(&devices->comparing->object, "vm:%" PRIu64 " ", devices->machine->vm);
    comparing_put(&devices->comparing->object, name);
}

static void begin_what(const struct devices *devices, struct id what)
{
    comparing_begin(devices->comparing);
    text_add(&devices->comparing->object, "vm:%" PRIu64 " ", devices->machine->vm);
    id_write(&devices->comparing->object, what);
}

static void put_disk(struct text *text, bool read_only, struct bytes path)
{
    comparing_put(text, read_only ? LITERAL("ro ") : LITERAL("rw "));
    comparing_put(text, path.size > 0 ? path : LITERAL("no file"));
}

static struct status fact(const struct devices *devices, enum finding_kind kind, struct id what,
                          const struct domain_disk *disk, bool asked)
{
    return comparing_fact(devices->comparing,
                          &(struct finding){.kind = kind,
                                            .about = {ID_VM, devices->machine->vm},
                                            .what = what,
                                            .machine = devices->machine,
                                            .domain = devices->domain,
                                            .disk = disk,
                                            .asked = asked});
}

/* A disk that is there --------------------------------------------------------------------- */

/* Whether a disk says, by its alias or serial number, that it is this drive or medium. */
static bool says_it_is(const struct domain_disk *disk, struct id what)
{
    const struct world_name alias =
        what.kind == ID_ISO ? world_iso_alias(what.n) : world_drive_alias(what.n);
    const struct world_name serial = world_drive_serial(what.n);
    return bytes_equal(disk->alias, bytes_of_string(alias.text)) ||
           (what.kind == ID_DRIVE && bytes_equal(disk->serial, bytes_of_string(serial.text)));
}

/* The path tells more than what somebody has called it. */
static bool is_at(const struct domain_disk *disk, const struct model_disk *known)
{
    return known->path.size > 0 && bytes_equal(disk->path, known->path);
}

static const struct model_disk *find_known(const struct devices *devices,
                                           const struct domain_disk *disk)
{
    const struct model_disk *named = NULL;
    for (size_t i = 0; i < devices->machine->disk_count; i++) {
        const struct model_disk *known = &devices->machine->disks[i];
        if (is_at(disk, known)) {
            return known;
        }
        named = says_it_is(disk, known->what) ? known : named;
    }
    return named;
}

/* It is another file than asked for, or can be written to though it should not, or the reverse. */
static struct status compare_changed(const struct devices *devices, const struct domain_disk *disk,
                                     const struct model_disk *known)
{
    begin_what(devices, known->what);
    put_disk(&devices->comparing->expected, known->read_only, known->path);
    put_disk(&devices->comparing->observed, disk->read_only, disk->path);
    return comparing_mismatch(devices->comparing, MISMATCH_KIND_DISK_CHANGED);
}

static struct status compare_drive(const struct devices *devices, const struct domain_disk *disk,
                                   const struct model_disk *known)
{
    if (!is_at(disk, known) || disk->read_only != known->read_only) {
        return compare_changed(devices, disk, known);
    }
    return known->state == ATTACHMENT_STATE_REQUESTED
               ? fact(devices, FINDING_ATTACHED, known->what, disk, true)
               : OK;
}

static struct status compare_medium(const struct devices *devices, const struct domain_disk *disk,
                                    const struct model_disk *known)
{
    if (disk->device != DOMAIN_CDROM || !disk->read_only) {
        begin_what(devices, known->what);
        text_put_literal(&devices->comparing->expected, "a read-only cdrom");
        text_put_string(&devices->comparing->observed,
                        disk->device == DOMAIN_CDROM ? "a cdrom, " : "no cdrom, ");
        text_put_string(&devices->comparing->observed, disk->read_only ? "read-only" : "writable");
        TRY(comparing_mismatch(devices->comparing, MISMATCH_KIND_ISO_WRITABLE));
    }
    if (!is_at(disk, known)) {
        return compare_changed(devices, disk, known);
    }
    return known->state == ATTACHMENT_STATE_REQUESTED
               ? fact(devices, FINDING_ISO_ATTACHED, known->what, disk, true)
               : OK;
}

/* It was to go, and the machine has not let it. */
static struct status compare_leaving(const struct devices *devices, const struct domain_disk *disk,
                                     const struct model_disk *known)
{
    const struct comparison *with = devices->comparing->with;
    const uint64_t patience = known->due ? with->deadline_us : with->grace_us;
    if (!comparing_is_over(devices->comparing, known->asked_us, patience)) {
        return OK;
    }
    begin_what(devices, known->what);
    text_put_literal(&devices->comparing->expected, "detached");
    put_disk(&devices->comparing->observed, disk->read_only, disk->path);
    return comparing_mismatch(devices->comparing, MISMATCH_KIND_DISK_UNKNOWN);
}

/* One that nobody asked for. Whose file it is matters, too: it has been there. */
static struct status compare_unknown(const struct devices *devices, const struct domain_disk *disk,
                                     bool is_new)
{
    const struct model_volume *volume =
        model_volume_at(devices->comparing->with->model, disk->path);
    begin(devices, disk->target);
    put_disk(&devices->comparing->observed, disk->read_only, disk->path);
    if (volume != NULL) {
        text_put_literal(&devices->comparing->observed, ", which is ");
        id_write(&devices->comparing->observed, volume->what);
    }
    TRY(comparing_mismatch(devices->comparing, MISMATCH_KIND_DISK_UNKNOWN));
    if (!is_new || volume == NULL || volume->what.kind != ID_DRIVE) {
        return OK;
    }
    return comparing_fact(devices->comparing,
                          &(struct finding){.kind = FINDING_ATTACHED,
                                            .about = {ID_VM, devices->machine->vm},
                                            .what = volume->what,
                                            .machine = devices->machine,
                                            .domain = devices->domain,
                                            .disk = disk,
                                            .also = true});
}

static struct status compare_disk(const struct devices *devices, const struct domain_disk *disk)
{
    const struct model_disk *known = find_known(devices, disk);
    devices->comparing->with->checked++;
    if (known == NULL) {
        const bool boots = disk->path.size > 0 && bytes_equal(disk->path, devices->machine->boot);
        const bool empty = disk->path.size == 0 && disk->device != DOMAIN_DISK &&
                           bytes_equal(disk->type, LITERAL("file"));
        return boots || empty ? OK : compare_unknown(devices, disk, true);
    }
    if (!known->asked) {
        return compare_unknown(devices, disk, false);
    }
    if (known->state == ATTACHMENT_STATE_DETACHING) {
        return compare_leaving(devices, disk, known);
    }
    return known->what.kind == ID_ISO ? compare_medium(devices, disk, known)
                                      : compare_drive(devices, disk, known);
}

/* A disk that is not there ------------------------------------------------------------------ */

static bool is_there(const struct devices *devices, const struct model_disk *known)
{
    for (size_t i = 0; i < devices->domain->disk_count; i++) {
        if (find_known(devices, &devices->domain->disks[i]) == known) {
            return true;
        }
    }
    return false;
}

static struct status compare_missing(const struct devices *devices, const struct model_disk *known)
{
    const struct comparison *with = devices->comparing->with;
    const uint64_t patience = known->due ? with->deadline_us : with->grace_us;
    if (known->state == ATTACHMENT_STATE_DETACHING && known->due &&
        !comparing_is_over(devices->comparing, known->asked_us, with->deadline_us)) {
        return OK; /* whoever lets it go says so first */
    }
    if (known->state != ATTACHMENT_STATE_REQUESTED) {
        return fact(devices, known->what.kind == ID_ISO ? FINDING_ISO_DETACHED : FINDING_DETACHED,
                    known->what, NULL, known->state == ATTACHMENT_STATE_DETACHING);
    }
    if (!comparing_is_over(devices->comparing, known->asked_us, patience)) {
        return OK;
    }
    begin_what(devices, known->what);
    put_disk(&devices->comparing->expected, known->read_only, known->path);
    return comparing_mismatch(devices->comparing, MISMATCH_KIND_DISK_MISSING);
}

/* Interfaces -------------------------------------------------------------------------------- */

/* Nothing asks for one yet. */
static struct status compare_interface(const struct devices *devices,
                                       const struct domain_interface *interface)
{
    begin(devices, interface->mac);
    devices->comparing->with->checked++;
    comparing_put(&devices->comparing->observed, interface->type);
    text_put_char(&devices->comparing->observed, ' ');
    comparing_put(&devices->comparing->observed, interface->source);
    return comparing_mismatch(devices->comparing, MISMATCH_KIND_INTERFACE_UNKNOWN);
}

struct status compare_devices(struct comparing *comparing, const struct model_machine *machine,
                              const struct seen_domain *domain)
{
    const struct devices devices = {.comparing = comparing, .machine = machine, .domain = domain};
    for (size_t i = 0; i < domain->disk_count; i++) {
        TRY(compare_disk(&devices, &domain->disks[i]));
    }
    for (size_t i = 0; i < machine->disk_count; i++) {
        TRY(is_there(&devices, &machine->disks[i]) ? OK
                                                   : compare_missing(&devices, &machine->disks[i]));
    }
    for (size_t i = 0; i < domain->interface_count; i++) {
        TRY(compare_interface(&devices, &domain->interfaces[i]));
    }
    return OK;
}
