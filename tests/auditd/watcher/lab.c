#include "tests/auditd/watcher/lab.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

uint32_t lab_below(struct lab *lab, uint32_t bound)
{
    lab->seed = lab->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(lab->seed >> 33) % bound;
}

struct bytes lab_word(struct lab *lab, const char *format, ...)
{
    va_list list;
    assert_true(lab->word_count < 512);
    char *out = lab->words[lab->word_count++];
    va_start(list, format);
    vsnprintf(out, sizeof lab->words[0], format, list);
    va_end(list);
    return bytes_of_string(out);
}

/* A log, and a host that agrees with it ------------------------------------------------------- */

static bool is_live(enum vm_state state)
{
    return state == VM_STATE_RUNNING || state == VM_STATE_REGISTERED || state == VM_STATE_STOPPING;
}

static struct model_volume *make_drive(struct lab *lab)
{
    const size_t i = lab->model.volume_count++;
    const bool raw = lab_below(lab, 2) == 0;
    struct model_volume *volume = &lab->volumes[i];
    *volume = (struct model_volume){
        .what = {ID_DRIVE, 200 + i},
        .path = lab_word(lab, "/pool/drive-%zu.%s", 200 + i, raw ? "raw" : "qcow2"),
        .settled = true,
        .is_raw = raw,
        .size = 1 << 24,
        .has_last = true,
    };
    volume->last = (struct model_file){.path = volume->path,
                                       .size = raw ? 1 << 24 : 200704,
                                       .inode = 7000 + i,
                                       .modified_us = NOW - 5000 * SECOND};
    lab->files[i] = (struct seen_file){.looked = true,
                                       .there = true,
                                       .whole = true,
                                       .size = volume->last.size,
                                       .inode = volume->last.inode,
                                       .modified_us = volume->last.modified_us,
                                       .has_backing = !raw,
                                       .has_virtual = !raw,
                                       .virtual_size = 1 << 24};
    lab->seen_volumes[i] = (struct seen_volume){
        .path = volume->path, .name = bytes_of(volume->path.data + 6, volume->path.size - 6)};
    lab->observed.volume_count++;
    return volume;
}

static void show_disk(struct lab *lab, size_t machine, const struct model_disk *disk)
{
    struct seen_domain *domain = &lab->domains[machine];
    const bool medium = disk->what.kind == ID_ISO;
    lab->seen_disks[machine][domain->disk_count++] = (struct domain_disk){
        .device = medium ? DOMAIN_CDROM : DOMAIN_DISK,
        .read_only = disk->read_only,
        .type = LITERAL("file"),
        .path = disk->path,
        .target = lab_word(lab, "vd%c", (char)('a' + domain->disk_count)),
        .alias = lab_word(lab, medium ? "ua-iso-%" PRIu64 : "ua-drive-%" PRIu64, disk->what.n)};
}

/* In any state that can last: there, on its way in, on its way out. */
static void make_disk(struct lab *lab, size_t machine)
{
    struct model_machine *of = &lab->machines[machine];
    struct model_disk *disk = &lab->disks[machine][of->disk_count++];
    static const enum attachment_state states[] = {
        ATTACHMENT_STATE_ATTACHED, ATTACHMENT_STATE_ATTACHED, ATTACHMENT_STATE_REQUESTED,
        ATTACHMENT_STATE_DETACHING};
    *disk = (struct model_disk){.asked = true,
                                .state = states[lab_below(lab, 4)],
                                .read_only = lab_below(lab, 2) == 0,
                                .due = true,
                                .asked_us = NOW - lab_below(lab, 100) * SECOND};
    if (lab_below(lab, 4) == 0) {
        disk->what = (struct id){ID_ISO, 400 + lab->word_count};
        disk->path = lab_word(lab, "/isos/%zu.iso", lab->word_count);
        disk->read_only = true;
    } else {
        struct model_volume *volume = make_drive(lab);
        disk->what = volume->what;
        disk->path = volume->path;
        volume->written = !disk->read_only;
        volume->last.attached = volume->written;
    }
    disk->due = disk->state != ATTACHMENT_STATE_ATTACHED;
    if (disk->state != ATTACHMENT_STATE_REQUESTED) {
        show_disk(lab, machine, disk);
    }
}

static void show_domain(struct lab *lab, size_t machine)
{
    const struct model_machine *of = &lab->machines[machine];
    struct seen_domain *domain = &lab->domains[machine];
    *domain = (struct seen_domain){.name = lab_word(lab, "cairn-vm-%" PRIu64, of->vm),
                                   .uuid = of->uuid,
                                   .active = is_live(of->state),
                                   .read = is_live(of->state),
                                   .is_ours = true,
                                   .vm = of->vm,
                                   .run = of->run,
                                   .xml = of->xml,
                                   .disks = lab->seen_disks[machine]};
    lab->seen_disks[machine][domain->disk_count++] =
        (struct domain_disk){.type = LITERAL("file"), .path = of->boot, .target = LITERAL("vda")};
}

void lab_make_machine(struct lab *lab)
{
    static const enum vm_state states[] = {VM_STATE_RUNNING,  VM_STATE_REGISTERED,
                                           VM_STATE_STOPPING, VM_STATE_RUNNING,
                                           VM_STATE_STOPPED,  VM_STATE_REQUESTED};
    const size_t i = lab->model.machine_count++;
    struct model_machine *machine = &lab->machines[i];
    *machine = (struct model_machine){
        .vm = 100 + i,
        .run = 1000 + i,
        .uuid = lab_word(lab, "00000000-0000-8000-8000-%012zu", i),
        .host = LAB_HOST,
        .state = states[lab_below(lab, 6)],
        .asked_us = NOW - 100 * SECOND,
        .changed_us = NOW - 90 * SECOND,
        .started_us = NOW - 90 * SECOND,
        .has_xml = true,
        .xml = {{(uint8_t)i}},
        .boot = lab_word(lab, "/images/vm-%zu-%zu.qcow2", 100 + i, 1000 + i),
        .disks = lab->disks[i],
    };
    machine->has_started = machine->state != VM_STATE_REQUESTED;
    machine->due = machine->state == VM_STATE_REQUESTED || machine->state == VM_STATE_STOPPING;
    /* A domain's place among what is seen is that of its machine: one that is not there is a hole,
     * which is closed at the end. */
    show_domain(lab, i);
    for (uint32_t k = lab_below(lab, DISKS); is_live(machine->state) && k > 0; k--) {
        make_disk(lab, i);
    }
}

/* Domains that are not there, such as of what is to begin, are left out. */
static void close_holes(struct lab *lab)
{
    size_t kept = 0;
    for (size_t i = 0; i < lab->model.machine_count; i++) {
        if (lab->machines[i].state != VM_STATE_REQUESTED) {
            lab->domains[kept++] = lab->domains[i];
        }
    }
    lab->observed.domain_count = kept;
}

void lab_make(struct lab *lab, uint64_t seed)
{
    memset(lab, 0, sizeof *lab);
    lab->seed = seed;
    lab->pool = (struct model_pool){.pool = {ID_POOL, 30},
                                    .kind = POOL_KIND_DRIVE,
                                    .name = LITERAL("cairn-drives"),
                                    .path = LITERAL("/pool"),
                                    .ready = true};
    lab->seen_pool = (struct seen_pool){
        .name = LITERAL("cairn-drives"), .path = LITERAL("/pool"), .active = true, .listed = true};
    lab->export = (struct model_export){.nfs = {ID_NFS, 60}, .path = LITERAL("/srv/data")};
    lab->seen_export[0] = (struct seen_export){.path = LITERAL("/srv/data")};
    lab->model = (struct model){.host = LAB_HOST,
                                .now_us = NOW,
                                .machines = lab->machines,
                                .pools = &lab->pool,
                                .pool_count = 1,
                                .volumes = lab->volumes,
                                .exports = &lab->export,
                                .export_count = 1};
    lab->observed = (struct observed){.domains = lab->domains,
                                      .pools = &lab->seen_pool,
                                      .pool_count = 1,
                                      .volumes = lab->seen_volumes,
                                      .files = lab->files,
                                      .has_exports = true,
                                      .exports = lab->seen_export,
                                      .export_count = 1};
    for (uint32_t i = 1 + lab_below(lab, MACHINES - 1); i > 0; i--) {
        lab_make_machine(lab);
    }
    (void)make_drive(lab);
    close_holes(lab);
}

/* Comparing ----------------------------------------------------------------------------------- */

struct status lab_note(void *context, const struct finding *finding)
{
    struct lab *lab = context;
    assert_true(lab->found_count < FOUND_MAX);
    assert_true(finding->kind != FINDING_MISMATCH || finding->object[0] != '\0');
    lab->found[lab->found_count++] = (struct found){.kind = finding->kind,
                                                    .mismatch = finding->mismatch,
                                                    .asked = finding->asked,
                                                    .also = finding->also};
    return OK;
}

void lab_run(struct lab *lab)
{
    struct comparison comparison = {.model = &lab->model,
                                    .observed = &lab->observed,
                                    .grace_us = GRACE,
                                    .deadline_us = DEADLINE,
                                    .visit = lab_note,
                                    .context = lab};
    lab->found_count = 0;
    assert_false(failed(compare(&comparison)));
    assert_true(comparison.checked >= lab->model.machine_count);
}

size_t lab_count(const struct lab *lab, enum finding_kind kind, enum mismatch_kind mismatch)
{
    size_t found = 0;
    for (size_t i = 0; i < lab->found_count; i++) {
        found += lab->found[i].kind == kind &&
                         (kind != FINDING_MISMATCH || lab->found[i].mismatch == mismatch)
                     ? 1
                     : 0;
    }
    return found;
}

/* Something of it ----------------------------------------------------------------------------- */

struct seen_domain *lab_any_live(struct lab *lab)
{
    for (size_t tries = 0; lab->observed.domain_count > 0 && tries < 32; tries++) {
        struct seen_domain *domain =
            &lab->domains[lab_below(lab, (uint32_t)lab->observed.domain_count)];
        if (domain->active) {
            return domain;
        }
    }
    return NULL;
}

struct model_machine *lab_machine_of(struct lab *lab, const struct seen_domain *domain)
{
    return &lab->machines[domain->vm - 100];
}

struct model_machine *lab_any_in(struct lab *lab, enum vm_state state)
{
    for (size_t i = 0; i < lab->model.machine_count; i++) {
        if (lab->machines[i].state == state) {
            return &lab->machines[i];
        }
    }
    return NULL;
}

struct domain_disk *lab_disk_of(struct lab *lab, const struct seen_domain *domain, size_t i)
{
    return &lab->seen_disks[domain->vm - 100][i];
}

/* The place of a disk that is attached, of this sort, in what is seen. */
struct domain_disk *lab_any_attached(struct lab *lab, enum id_kind kind)
{
    for (size_t d = 0; d < lab->observed.domain_count; d++) {
        const struct seen_domain *domain = &lab->domains[d];
        const struct model_machine *machine = lab_machine_of(lab, domain);
        for (size_t i = 0; domain->active && i < machine->disk_count; i++) {
            const struct model_disk *known = &machine->disks[i];
            for (size_t s = 0; s < domain->disk_count; s++) {
                if (known->what.kind == kind && known->state == ATTACHMENT_STATE_ATTACHED &&
                    bytes_equal(domain->disks[s].path, known->path)) {
                    return lab_disk_of(lab, domain, s);
                }
            }
        }
    }
    return NULL;
}

struct model_disk *lab_any_disk_in(struct lab *lab, enum attachment_state state)
{
    for (size_t m = 0; m < lab->model.machine_count; m++) {
        for (size_t i = 0; i < lab->machines[m].disk_count; i++) {
            if (lab->disks[m][i].state == state) {
                return &lab->disks[m][i];
            }
        }
    }
    return NULL;
}

struct seen_file *lab_any_resting(struct lab *lab, bool raw)
{
    for (size_t i = 0; i < lab->model.volume_count; i++) {
        if (!lab->volumes[i].written && lab->volumes[i].is_raw == raw) {
            return &lab->files[i];
        }
    }
    return NULL;
}
