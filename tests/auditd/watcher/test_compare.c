/*
 * A host that is what the log says of it is found to be so, whatever the log says; and each way in
 * which it may be otherwise is found, and nothing besides.
 */
#include "tests/auditd/watcher/lab.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void host_and_log_that_agree_say_nothing(void **unused)
{
    struct lab *lab = calloc(1, sizeof *lab);
    (void)unused;
    assert_non_null(lab);
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        lab_make(lab, seed);
        lab_run(lab);
        if (lab->found_count != 0) {
            fail_msg("seed %d: finding %d, mismatch %d", (int)seed, (int)lab->found[0].kind,
                     (int)lab->found[0].mismatch);
        }
    }
    free(lab);
}

/* Mutations ----------------------------------------------------------------------------------- */

/* Each is done where it can be, to something that is chosen at random; false: nowhere. */
typedef bool mutation(struct lab *lab);

static bool a_stranger_is_defined(struct lab *lab)
{
    lab->domains[lab->observed.domain_count++] =
        (struct seen_domain){.name = LITERAL("mining"), .uuid = LITERAL("x"), .vm = 100};
    return true;
}

static bool a_domain_is_destroyed(struct lab *lab)
{
    struct seen_domain *domain = lab_any_live(lab);
    if (domain == NULL) {
        return false;
    }
    domain->active = domain->read = false;
    return true;
}

static bool a_disk_of_nobody_comes(struct lab *lab)
{
    struct seen_domain *domain = lab_any_live(lab);
    if (domain == NULL) {
        return false;
    }
    *lab_disk_of(lab, domain, domain->disk_count++) = (struct domain_disk){
        .type = LITERAL("file"), .path = LITERAL("/tmp/out.img"), .target = LITERAL("vdz")};
    return true;
}

static bool a_drive_comes_where_nobody_asked_for_it(struct lab *lab)
{
    struct seen_domain *domain = lab_any_live(lab);
    if (domain == NULL) {
        return false;
    }
    *lab_disk_of(lab, domain, domain->disk_count++) =
        (struct domain_disk){.type = LITERAL("file"),
                             .path = lab->volumes[lab->model.volume_count - 1].path,
                             .target = LITERAL("vdz")};
    return true;
}

static bool a_drive_that_nobody_asked_for_stays(struct lab *lab)
{
    for (size_t m = 0; m < lab->model.machine_count; m++) {
        for (size_t i = 0; i < lab->machines[m].disk_count; i++) {
            struct model_disk *disk = &lab->disks[m][i];
            if (disk->state == ATTACHMENT_STATE_ATTACHED && disk->what.kind == ID_DRIVE) {
                disk->asked = false;
                return true;
            }
        }
    }
    return false;
}

static bool a_drive_goes(struct lab *lab)
{
    struct domain_disk *disk = lab_any_attached(lab, ID_DRIVE);
    if (disk == NULL) {
        return false;
    }
    /* An empty drive bay in its place. */
    *disk =
        (struct domain_disk){.device = DOMAIN_CDROM, .read_only = true, .type = LITERAL("file")};
    return true;
}

static bool a_medium_goes(struct lab *lab)
{
    struct domain_disk *disk = lab_any_attached(lab, ID_ISO);
    if (disk == NULL) {
        return false;
    }
    *disk =
        (struct domain_disk){.device = DOMAIN_CDROM, .read_only = true, .type = LITERAL("file")};
    return true;
}

static bool a_drive_can_be_written_to_or_no_longer(struct lab *lab)
{
    struct domain_disk *disk = lab_any_attached(lab, ID_DRIVE);
    if (disk != NULL) {
        disk->read_only = !disk->read_only;
    }
    return disk != NULL;
}

static bool another_file_is_behind_a_drive(struct lab *lab)
{
    struct domain_disk *disk = lab_any_attached(lab, ID_DRIVE);
    if (disk != NULL) {
        disk->path = LITERAL("/pool/elsewhere.raw");
    }
    return disk != NULL;
}

static bool a_medium_can_be_written_to(struct lab *lab)
{
    struct domain_disk *disk = lab_any_attached(lab, ID_ISO);
    if (disk != NULL) {
        disk->read_only = false;
    }
    return disk != NULL;
}

static bool a_medium_is_a_disk(struct lab *lab)
{
    struct domain_disk *disk = lab_any_attached(lab, ID_ISO);
    if (disk != NULL) {
        disk->device = DOMAIN_DISK;
    }
    return disk != NULL;
}

static bool an_interface_comes(struct lab *lab)
{
    struct seen_domain *domain = lab_any_live(lab);
    lab->interface = (struct domain_interface){.mac = LITERAL("52:54:00:00:00:01")};
    if (domain != NULL) {
        domain->interfaces = &lab->interface;
        domain->interface_count = 1;
    }
    return domain != NULL;
}

static bool a_description_is_edited(struct lab *lab)
{
    struct seen_domain *domain = lab_any_live(lab);
    if (domain != NULL) {
        domain->xml.sha256[31] ^= 1;
    }
    return domain != NULL;
}

static bool a_way_to_the_host_is_opened(struct lab *lab)
{
    struct seen_domain *domain = lab_any_live(lab);
    if (domain != NULL) {
        domain->other_count = 1;
        domain->other = LITERAL("filesystem");
    }
    return domain != NULL;
}

static bool a_snapshot_is_taken(struct lab *lab)
{
    struct seen_domain *domain = lab_any_live(lab);
    if (domain != NULL) {
        domain->snapshots = 1;
    }
    return domain != NULL;
}

static bool another_run_takes_the_name(struct lab *lab)
{
    struct seen_domain *domain = lab_any_live(lab);
    if (domain != NULL) {
        domain->run++;
    }
    return domain != NULL;
}

static bool what_has_stopped_runs(struct lab *lab)
{
    for (size_t i = 0; i < lab->observed.domain_count; i++) {
        if (lab_machine_of(lab, &lab->domains[i])->state == VM_STATE_STOPPED) {
            lab->domains[i].active = true;
            return true;
        }
    }
    return false;
}

static bool a_machine_of_another_host_runs_here(struct lab *lab)
{
    const struct seen_domain *domain = lab_any_live(lab);
    if (domain == NULL) {
        return false;
    }
    lab_machine_of(lab, domain)->host.n++;
    return true;
}

static bool what_was_asked_for_was_done_and_is_not_there(struct lab *lab)
{
    struct model_machine *machine = lab_any_in(lab, VM_STATE_REQUESTED);
    if (machine != NULL) {
        machine->due = false;
    }
    return machine != NULL;
}

static bool what_was_asked_for_stays_unanswered(struct lab *lab)
{
    struct model_machine *machine = lab_any_in(lab, VM_STATE_REQUESTED);
    if (machine != NULL) {
        machine->asked_us = NOW - DEADLINE - 1;
    }
    return machine != NULL;
}

static bool a_disk_was_attached_and_is_not_there(struct lab *lab)
{
    struct model_disk *disk = lab_any_disk_in(lab, ATTACHMENT_STATE_REQUESTED);
    if (disk != NULL) {
        disk->due = false;
        disk->asked_us = NOW - GRACE - 1;
    }
    return disk != NULL;
}

static bool a_disk_was_detached_and_stays(struct lab *lab)
{
    struct model_disk *disk = lab_any_disk_in(lab, ATTACHMENT_STATE_DETACHING);
    if (disk != NULL) {
        disk->due = false;
        disk->asked_us = NOW - GRACE - 1;
    }
    return disk != NULL;
}

static bool a_pool_is_stopped(struct lab *lab)
{
    lab->seen_pool.active = false;
    return true;
}

static bool a_pool_is_moved(struct lab *lab)
{
    lab->seen_pool.path = LITERAL("/elsewhere");
    return true;
}

static bool a_volume_of_nobody_is_made(struct lab *lab)
{
    lab->seen_volumes[lab->observed.volume_count++] =
        (struct seen_volume){.path = LITERAL("/pool/copy.raw"), .name = LITERAL("copy.raw")};
    return true;
}

static bool a_volume_is_deleted(struct lab *lab)
{
    lab->files[lab_below(lab, (uint32_t)lab->model.volume_count)].there = false;
    return true;
}

static bool a_file_is_swapped(struct lab *lab)
{
    struct seen_file *file = lab_any_resting(lab, lab_below(lab, 2) == 0);
    if (file != NULL) {
        file->inode++;
    }
    return file != NULL;
}

static bool a_file_is_written_to(struct lab *lab)
{
    struct seen_file *file = lab_any_resting(lab, lab_below(lab, 2) == 0);
    if (file != NULL) {
        file->modified_us++;
    }
    return file != NULL;
}

static bool a_file_is_put_on_another(struct lab *lab)
{
    struct seen_file *file = lab_any_resting(lab, false);
    if (file != NULL) {
        file->backing = LITERAL("/etc/shadow");
    }
    return file != NULL;
}

static bool a_drive_looks_bigger(struct lab *lab)
{
    struct seen_file *file = lab_any_resting(lab, false);
    if (file != NULL) {
        file->virtual_size++;
    }
    return file != NULL;
}

static bool somebody_exports_more(struct lab *lab)
{
    lab->seen_export[lab->observed.export_count++] =
        (struct seen_export){.path = LITERAL("/"), .clients = LITERAL("*(rw,no_root_squash)")};
    return true;
}

static bool somebody_exports_less(struct lab *lab)
{
    lab->observed.export_count = 0;
    return true;
}

static bool a_machine_starts(struct lab *lab)
{
    struct model_machine *machine = lab_any_in(lab, VM_STATE_REQUESTED);
    if (machine == NULL) {
        return false;
    }
    machine->due = false;
    lab->domains[lab->observed.domain_count] = lab->domains[machine->vm - 100];
    struct seen_domain *domain = &lab->domains[lab->observed.domain_count++];
    *domain = (struct seen_domain){.name = lab_word(lab, "cairn-vm-%" PRIu64, machine->vm),
                                   .uuid = machine->uuid,
                                   .active = true,
                                   .is_ours = true,
                                   .vm = machine->vm,
                                   .run = machine->run};
    return true;
}

/* Its controller has spoken before the watcher looked. */
static bool a_machine_runs_that_nobody_saw_start(struct lab *lab)
{
    struct model_machine *machine = lab_any_in(lab, VM_STATE_REGISTERED);
    if (machine != NULL) {
        machine->has_started = machine->has_xml = false;
    }
    return machine != NULL;
}

static bool a_drive_that_was_asked_for_comes(struct lab *lab)
{
    for (size_t i = 0; i < lab->observed.domain_count; i++) {
        const struct seen_domain *domain = &lab->domains[i];
        const struct model_machine *machine = lab_machine_of(lab, domain);
        for (size_t k = 0; domain->active && k < machine->disk_count; k++) {
            struct model_disk *disk = &lab->disks[domain->vm - 100][k];
            if (disk->state == ATTACHMENT_STATE_ATTACHED && disk->what.kind == ID_DRIVE) {
                disk->state = ATTACHMENT_STATE_REQUESTED;
                return true;
            }
        }
    }
    return false;
}

static bool a_file_is_seen_for_the_first_time(struct lab *lab)
{
    lab->volumes[lab->model.volume_count - 1].has_last = false;
    return true;
}

static bool a_drive_comes_back_from_a_machine(struct lab *lab)
{
    lab->volumes[lab->model.volume_count - 1].last.attached = true;
    return true;
}

/* clang-format off */
static const struct {
    const char *name;
    mutation *mutate;
    enum finding_kind kind;
    enum mismatch_kind mismatch;
    size_t findings;
} mutations[] = {
#define DIFFERS(name, kind) {#name, name, FINDING_MISMATCH, MISMATCH_KIND_##kind, 1}
#define HAPPENS(name, kind) {#name, name, FINDING_##kind, 0, 1}
    DIFFERS(a_stranger_is_defined, DOMAIN_UNKNOWN),
    HAPPENS(a_domain_is_destroyed, STOPPED),
    DIFFERS(a_disk_of_nobody_comes, DISK_UNKNOWN),
    {"a_drive_comes_where_nobody_asked_for_it", a_drive_comes_where_nobody_asked_for_it,
     FINDING_MISMATCH, MISMATCH_KIND_DISK_UNKNOWN, 2},
    DIFFERS(a_drive_that_nobody_asked_for_stays, DISK_UNKNOWN),
    HAPPENS(a_drive_goes, DETACHED),
    HAPPENS(a_medium_goes, ISO_DETACHED),
    DIFFERS(a_drive_can_be_written_to_or_no_longer, DISK_CHANGED),
    DIFFERS(another_file_is_behind_a_drive, DISK_CHANGED),
    DIFFERS(a_medium_can_be_written_to, ISO_WRITABLE),
    DIFFERS(a_medium_is_a_disk, ISO_WRITABLE),
    DIFFERS(an_interface_comes, INTERFACE_UNKNOWN),
    DIFFERS(a_description_is_edited, DOMAIN_CHANGED),
    DIFFERS(a_way_to_the_host_is_opened, DOMAIN_CHANGED),
    DIFFERS(a_snapshot_is_taken, DOMAIN_CHANGED),
    DIFFERS(another_run_takes_the_name, DOMAIN_UNKNOWN),
    DIFFERS(what_has_stopped_runs, DOMAIN_UNKNOWN),
    HAPPENS(a_machine_of_another_host_runs_here, MIGRATED),
    DIFFERS(what_was_asked_for_was_done_and_is_not_there, DOMAIN_MISSING),
    DIFFERS(what_was_asked_for_stays_unanswered, START_UNANSWERED),
    DIFFERS(a_disk_was_attached_and_is_not_there, DISK_MISSING),
    DIFFERS(a_disk_was_detached_and_stays, DISK_UNKNOWN),
    DIFFERS(a_pool_is_stopped, POOL_MISSING),
    DIFFERS(a_pool_is_moved, POOL_MISSING),
    DIFFERS(a_volume_of_nobody_is_made, VOLUME_UNKNOWN),
    DIFFERS(a_volume_is_deleted, VOLUME_MISSING),
    DIFFERS(a_file_is_swapped, VOLUME_CHANGED),
    DIFFERS(a_file_is_written_to, VOLUME_CHANGED),
    DIFFERS(a_file_is_put_on_another, VOLUME_CHANGED),
    DIFFERS(a_drive_looks_bigger, VOLUME_CHANGED),
    DIFFERS(somebody_exports_more, EXPORT_UNKNOWN),
    DIFFERS(somebody_exports_less, EXPORT_MISSING),
    HAPPENS(a_machine_starts, STARTED),
    HAPPENS(a_machine_runs_that_nobody_saw_start, STARTED),
    HAPPENS(a_drive_that_was_asked_for_comes, ATTACHED),
    HAPPENS(a_file_is_seen_for_the_first_time, FILE),
    HAPPENS(a_drive_comes_back_from_a_machine, FILE),
};
/* clang-format on */

static void try_mutation(struct lab *lab, size_t which)
{
    size_t done = 0;
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        lab_make(lab, seed);
        if (!mutations[which].mutate(lab)) {
            continue;
        }
        lab_run(lab);
        done++;
        if (lab->found_count != mutations[which].findings ||
            lab_count(lab, mutations[which].kind, mutations[which].mismatch) != 1) {
            fail_msg("%s, seed %d: %zu findings, the first of kind %d, mismatch %d",
                     mutations[which].name, (int)seed, lab->found_count, (int)lab->found[0].kind,
                     (int)lab->found[0].mismatch);
        }
    }
    if (done < ROUNDS / 10) {
        fail_msg("%s was done %zu times only", mutations[which].name, done);
    }
}

static void each_way_of_being_otherwise_is_found_and_nothing_besides(void **unused)
{
    struct lab *lab = calloc(1, sizeof *lab);
    (void)unused;
    assert_non_null(lab);
    for (size_t i = 0; i < sizeof mutations / sizeof mutations[0]; i++) {
        try_mutation(lab, i);
    }
    free(lab);
}

/* Single cases -------------------------------------------------------------------------------- */

static void what_was_asked_for_a_moment_ago_is_awaited(void **unused)
{
    struct lab *lab = calloc(1, sizeof *lab);
    (void)unused;
    assert_non_null(lab);
    lab_make(lab, 1);
    lab->model.machine_count = lab->observed.domain_count = 0;
    lab_make_machine(lab);
    lab->observed.domain_count = 0;
    struct model_machine *machine = &lab->machines[0];
    machine->state = VM_STATE_REQUESTED;
    machine->disk_count = 0;
    for (unsigned due = 0; due < 2; due++) {
        const uint64_t patience = due ? DEADLINE : GRACE;
        machine->due = due == 1;
        machine->asked_us = machine->changed_us = NOW - patience;
        lab_run(lab);
        assert_int_equal(lab->found_count, 0);
        machine->asked_us = machine->changed_us = NOW - patience - 1;
        lab_run(lab);
        assert_int_equal(lab->found_count, 1);
        /* A clock that is behind is no reason. */
        machine->asked_us = machine->changed_us = NOW + 1;
        lab_run(lab);
        assert_int_equal(lab->found_count, 0);
    }
    free(lab);
}

static void what_is_to_stop_before_it_has_started_has_not_stopped(void **unused)
{
    struct lab *lab = calloc(1, sizeof *lab);
    (void)unused;
    assert_non_null(lab);
    lab_make(lab, 1);
    lab->model.machine_count = lab->observed.domain_count = 0;
    lab_make_machine(lab);
    lab->observed.domain_count = 0;
    struct model_machine *machine = &lab->machines[0];
    machine->state = VM_STATE_STOPPING;
    machine->disk_count = 0;
    machine->has_started = false;
    machine->due = true;
    lab_run(lab);
    assert_int_equal(lab->found_count, 0);
    machine->has_started = true;
    lab_run(lab);
    assert_int_equal(lab_count(lab, FINDING_STOPPED, 0), 1);
    free(lab);
}

static bool always(void *context, struct id drive, uint64_t n)
{
    (void)context;
    (void)drive;
    return n == 17;
}

static void a_drive_that_was_in_use_meanwhile_is_looked_at_anew(void **unused)
{
    struct lab *lab = calloc(1, sizeof *lab);
    (void)unused;
    assert_non_null(lab);
    lab_make(lab, 3);
    lab->model.machine_count = lab->observed.domain_count = 0;
    struct seen_file *file = &lab->files[lab->model.volume_count - 1];
    struct model_volume *volume = &lab->volumes[lab->model.volume_count - 1];
    file->modified_us = NOW - SETTLE_US - 1;
    struct comparison comparison = {.model = &lab->model,
                                    .observed = &lab->observed,
                                    .used_since = always,
                                    .visit = lab_note,
                                    .context = lab};
    volume->last.seen_n = 16;
    assert_false(failed(compare(&comparison)));
    assert_int_equal(lab_count(lab, FINDING_MISMATCH, MISMATCH_KIND_VOLUME_CHANGED), 1);
    volume->last.seen_n = 17;
    lab->found_count = 0;
    assert_false(failed(compare(&comparison)));
    assert_int_equal(lab_count(lab, FINDING_FILE, 0), 1);
    /* Not before it has come to rest. */
    file->modified_us = NOW - 1;
    lab->found_count = 0;
    assert_false(failed(compare(&comparison)));
    assert_int_equal(lab->found_count, 0);
    free(lab);
}

static void what_could_not_be_looked_at_is_not_missing(void **unused)
{
    struct lab *lab = calloc(1, sizeof *lab);
    (void)unused;
    assert_non_null(lab);
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        lab_make(lab, seed);
        for (size_t i = 0; i < lab->model.volume_count; i++) {
            lab->files[i] = (struct seen_file){.looked = false};
        }
        for (size_t i = 0; i < lab->observed.domain_count; i++) {
            lab->domains[i].read = false;
            lab->domains[i].disk_count = 0;
        }
        lab->observed.has_exports = false;
        lab->observed.export_count = 0;
        lab_run(lab);
        assert_int_equal(lab->found_count, 0);
    }
    free(lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(host_and_log_that_agree_say_nothing),
        cmocka_unit_test(each_way_of_being_otherwise_is_found_and_nothing_besides),
        cmocka_unit_test(what_was_asked_for_a_moment_ago_is_awaited),
        cmocka_unit_test(what_is_to_stop_before_it_has_started_has_not_stopped),
        cmocka_unit_test(a_drive_that_was_in_use_meanwhile_is_looked_at_anew),
        cmocka_unit_test(what_could_not_be_looked_at_is_not_missing),
    };
    return cmocka_run_group_tests_name("auditd/watcher/compare", tests, NULL, NULL);
}
