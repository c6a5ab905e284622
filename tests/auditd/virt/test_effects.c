/*
 * What the log asks of the world, done on libvirt's test driver and on real files: each request at
 * most once, whatever is lost on the way; what cannot be done is in the log, in libvirt's words.
 */
#include "core/descriptions.h"
#include "tests/auditd/virt/yard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define MIB (UINT64_C(1) << 20)
#define NOTHING ((struct id){ID_NONE, 0})

static int begin(void **state)
{
    struct yard *yard = calloc(1, sizeof *yard);
    assert_non_null(yard);
    yard_begin(yard);
    *state = yard;
    return 0;
}

static int finish(void **state)
{
    struct yard *yard = *state;
    yard_end(yard);
    free(yard);
    return 0;
}

static void assert_failed(struct yard *yard, uint64_t request, const char *words)
{
    const struct effect_row row = yard_effect(yard, request);
    char why[EFFECT_WHY_MAX + 1] = "";
    assert_int_equal(row.state, EFFECT_STATE_FAILED);
    memcpy(why, row.why.data, row.why.size);
    if (strstr(why, words) == NULL) {
        print_message("%s\n", why);
    }
    assert_non_null(strstr(why, words));
}

static void assert_done(struct yard *yard, uint64_t request)
{
    const struct effect_row row = yard_effect(yard, request);
    if (row.state != EFFECT_STATE_DONE) {
        print_message("%.*s\n", (int)row.why.size, (const char *)row.why.data);
    }
    assert_int_equal(row.state, EFFECT_STATE_DONE);
}

static bool host_has(struct yard *yard, const char *pool, const char *volume)
{
    return !failed(hypervisor_volume_find(yard->eye, pool, volume, NULL));
}

/* Pools and volumes -------------------------------------------------------------------------- */

static void pools_and_volumes_come_to_be_and_go(void **state)
{
    struct yard *yard = *state;
    char name[64];
    yard_pools(yard);
    assert_done(yard, yard->images.n);
    const struct id raw = yard_drive(yard, "one", DRIVE_KIND_RAW, 16 * MIB);
    const struct id qcow2 = yard_drive(yard, "two", DRIVE_KIND_QCOW2, 32 * MIB);
    yard_work(yard, 4);
    assert_done(yard, raw.n);
    assert_done(yard, qcow2.n);
    snprintf(name, sizeof name, "drive-%llu.raw", (unsigned long long)raw.n);
    assert_true(host_has(yard, "cairn-drives", name));
    const union command_fields gone = {.drive_delete = {.drive = raw}};
    const uint64_t request = enclave_must(&yard->enclave, "ada", COMMAND_DRIVE_DELETE, &gone);
    yard_work(yard, 4);
    assert_done(yard, request);
    assert_false(host_has(yard, "cairn-drives", name));
    snprintf(name, sizeof name, "drive-%llu.qcow2", (unsigned long long)qcow2.n);
    assert_true(host_has(yard, "cairn-drives", name));
}

static void a_pool_elsewhere_is_not_touched(void **state)
{
    struct yard *yard = *state;
    const union command_fields fields = {.pool_define = {.name = LITERAL("far"),
                                                         .kind = POOL_KIND_DRIVE,
                                                         .path = LITERAL("/etc/pool"),
                                                         .hosts = &yard->host,
                                                         .hosts_count = 1}};
    const uint64_t request = enclave_must(&yard->enclave, "ada", COMMAND_POOL_DEFINE, &fields);
    yard_work(yard, 4);
    assert_failed(yard, request, "in none of [virt] pools");
    char link[300];
    snprintf(link, sizeof link, "%.250s/link", yard->pools);
    assert_int_equal(symlink("/tmp", link), 0);
    char path[320];
    snprintf(path, sizeof path, "%s/x", link);
    union command_fields through = fields;
    through.pool_define.name = LITERAL("through");
    through.pool_define.path = bytes_of_string(link);
    const uint64_t second = enclave_must(&yard->enclave, "ada", COMMAND_POOL_DEFINE, &through);
    yard_work(yard, 4);
    assert_failed(yard, second, "a link on the way");
}

static void a_host_that_is_not_served_is_named(void **state)
{
    struct yard *yard = *state;
    const union command_fields south = {.host_register = {.name = LITERAL("south"),
                                                          .uri = LITERAL("qemu:///system"),
                                                          .cores = 1,
                                                          .memory_mib = 1024}};
    const struct id host = {ID_HOST,
                            enclave_must(&yard->enclave, "ada", COMMAND_HOST_REGISTER, &south)};
    const union command_fields look = {.host_check_utilisation = {.host = host}};
    const uint64_t request =
        enclave_must(&yard->enclave, "ada", COMMAND_HOST_CHECK_UTILISATION, &look);
    yard_work(yard, 4);
    assert_failed(yard, request, "the host south is not served");
}

/* At most once ------------------------------------------------------------------------------- */

static const struct {
    enum yard_loss loss;
    enum event_kind kind;
} steps[] = {
    {YARD_BEFORE, EVENT_EFFECT_BEGUN}, /* ended before it was begun */
    {YARD_AFTER, EVENT_EFFECT_BEGUN},  /* begun, and not done */
    {YARD_BEFORE, EVENT_EFFECT_DONE},  /* done, and not said */
    {YARD_AFTER, EVENT_EFFECT_DONE},   /* said, and not known to be */
};

static void whatever_is_lost_a_volume_is_made_once(void **state)
{
    struct yard *yard = *state;
    yard_pools(yard);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        char name[16], file[64];
        snprintf(name, sizeof name, "d%zu", i);
        const struct id drive = yard_drive(yard, name, DRIVE_KIND_RAW, 16 * MIB);
        yard->loss = steps[i].loss;
        yard->lost_kind = steps[i].kind;
        yard_turn(yard);
        yard->loss = YARD_NONE;
        yard_restart(yard);
        yard_work(yard, 6);
        assert_done(yard, drive.n);
        assert_int_equal(yard_effect(yard, drive.n).attempts, i == 1 || i == 2 ? 2 : 1);
        snprintf(file, sizeof file, "drive-%llu.raw", (unsigned long long)drive.n);
        assert_true(host_has(yard, "cairn-drives", file));
    }
    assert_int_equal(yard_count(yard, EVENT_EFFECT_DONE),
                     4 + sizeof steps / sizeof steps[0]); /* with the four pools */
}

static void what_ends_the_process_each_time_is_looked_at_and_given_up(void **state)
{
    struct yard *yard = *state;
    yard_pools(yard);
    const struct id drive = yard_drive(yard, "poison", DRIVE_KIND_RAW, 16 * MIB);
    yard->loss = YARD_AFTER;
    yard->lost_kind = EVENT_EFFECT_BEGUN;
    for (int i = 0; i < 3; i++) {
        yard_turn(yard);
        yard_restart(yard);
    }
    yard->loss = YARD_NONE;
    yard_work(yard, 6);
    assert_failed(yard, drive.n, "begun 3 times and never ended");
    assert_int_equal(yard_effect(yard, drive.n).attempts, 4);
}

static void what_was_done_at_the_last_attempt_is_seen_to_be(void **state)
{
    struct yard *yard = *state;
    yard_pools(yard);
    const struct id drive = yard_drive(yard, "late", DRIVE_KIND_RAW, 16 * MIB);
    yard->loss = YARD_AFTER;
    yard->lost_kind = EVENT_EFFECT_BEGUN;
    yard_turn(yard);
    yard_restart(yard);
    yard_turn(yard);
    yard_restart(yard);
    yard->loss = YARD_BEFORE;
    yard->lost_kind = EVENT_EFFECT_DONE;
    yard_turn(yard);
    yard->loss = YARD_NONE;
    yard_restart(yard);
    yard_work(yard, 6);
    assert_done(yard, drive.n);
}

static void a_file_that_was_there_before_is_not_ours(void **state)
{
    struct yard *yard = *state;
    yard_pools(yard);
    const struct id drive = yard_drive(yard, "first", DRIVE_KIND_RAW, 16 * MIB);
    char xml[512];
    snprintf(xml, sizeof xml,
             "<volume><name>drive-%llu.raw</name><capacity>%llu</capacity></volume>",
             (unsigned long long)drive.n, (unsigned long long)(16 * MIB));
    must(hypervisor_volume_create(yard->eye, "cairn-drives", xml));
    yard_work(yard, 6);
    assert_failed(yard, drive.n, "there is a file already");
}

static void a_writer_that_is_away_begins_nothing(void **state)
{
    struct yard *yard = *state;
    yard_pools(yard);
    const struct id drive = yard_drive(yard, "later", DRIVE_KIND_RAW, 16 * MIB);
    char file[64];
    snprintf(file, sizeof file, "drive-%llu.raw", (unsigned long long)drive.n);
    yard->loss = YARD_BEFORE;
    yard->lost_kind = EVENT_EFFECT_BEGUN;
    yard_work(yard, 5);
    assert_false(host_has(yard, "cairn-drives", file));
    yard->loss = YARD_NONE;
    yard_work(yard, 5);
    assert_done(yard, drive.n);
}

/* Machines ----------------------------------------------------------------------------------- */

static void started(struct yard *yard, struct id vm)
{
    const struct id on[] = {vm, yard->host};
    yard_say(yard, EVENT_VM_DOMAIN_STARTED, on,
             &(union event_body){.vm_domain_started = {.uuid = LITERAL("x")}});
}

static void stopped(struct yard *yard, struct id vm)
{
    const struct id on[] = {vm, yard->host};
    yard_say(yard, EVENT_VM_STOPPED, on,
             &(union event_body){.vm_stopped = {.cause = STOP_CAUSE_SHUT_DOWN}});
}

static uint64_t give(struct yard *yard, enum command_kind kind, const union command_fields *fields)
{
    return enclave_must(&yard->enclave, "ada", kind, fields);
}

static void a_machine_starts_with_its_drives_ends_and_goes(void **state)
{
    struct yard *yard = *state;
    enum hypervisor_state now;
    char domain[64], boot[64];
    yard_pools(yard);
    const struct id drive = yard_drive(yard, "work", DRIVE_KIND_RAW, 16 * MIB);
    yard_work(yard, 4);
    const struct id vm = yard_machine(yard, "lab", drive);
    yard_work(yard, 6);
    assert_done(yard, vm.n);
    assert_done(yard, vm.n + 1); /* the drive was one of its disks from the start */
    snprintf(domain, sizeof domain, "cairn-vm-%llu", (unsigned long long)vm.n);
    snprintf(boot, sizeof boot, "vm-%llu-%llu.qcow2", (unsigned long long)vm.n,
             (unsigned long long)vm.n);
    must(hypervisor_domain_state(yard->eye, domain, &now));
    assert_int_equal(now, HYPERVISOR_RUNNING);
    assert_true(host_has(yard, "cairn-images", boot));
    started(yard, vm);
    const uint64_t ended =
        give(yard, COMMAND_VM_SHUTDOWN, &(union command_fields){.vm_shutdown = {.vm = vm}});
    yard_work(yard, 6);
    assert_done(yard, ended);
    assert_false(host_has(yard, "cairn-images", boot));
    stopped(yard, vm);
    const uint64_t deleted =
        give(yard, COMMAND_VM_DELETE, &(union command_fields){.vm_delete = {.vm = vm}});
    yard_work(yard, 6);
    assert_done(yard, deleted);
    assert_int_equal(hypervisor_domain_state(yard->eye, domain, &now).code, STATUS_NOT_FOUND);
}

static void whatever_is_lost_a_machine_is_started_once(void **state)
{
    struct yard *yard = *state;
    yard_pools(yard);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        char name[16], domain[64];
        enum hypervisor_state now;
        snprintf(name, sizeof name, "m%zu", i);
        const struct id vm = yard_machine(yard, name, NOTHING);
        snprintf(domain, sizeof domain, "cairn-vm-%llu", (unsigned long long)vm.n);
        yard->loss = steps[i].loss;
        yard->lost_kind = steps[i].kind;
        yard_turn(yard);
        yard->loss = YARD_NONE;
        /* What ran and has ended meanwhile is not started again. */
        const bool ran =
            !failed(hypervisor_domain_state(yard->eye, domain, &now)) && now == HYPERVISOR_RUNNING;
        assert_int_equal(ran, i >= 2);
        if (ran) {
            must(hypervisor_domain_destroy(yard->eye, domain));
        }
        yard_restart(yard);
        yard_work(yard, 6);
        assert_done(yard, vm.n);
        must(hypervisor_domain_state(yard->eye, domain, &now));
        assert_int_equal(now, ran ? HYPERVISOR_SHUT_OFF : HYPERVISOR_RUNNING);
    }
}

static void an_image_that_is_another_is_named_and_not_started(void **state)
{
    struct yard *yard = *state;
    yard_pools(yard);
    const struct id vm = yard_machine(yard, "lab", NOTHING);
    FILE *file = fopen(yard_path(yard, "images/brick.raw"), "a");
    assert_non_null(file);
    assert_true(fputs("and more", file) >= 0);
    (void)fclose(file);
    yard_work(yard, 6);
    assert_failed(yard, vm.n, "brick.raw is not what was registered");
}

static void a_strangers_domain_of_that_name_is_left_alone(void **state)
{
    struct yard *yard = *state;
    char xml[256], domain[64];
    enum hypervisor_state now;
    yard_pools(yard);
    const struct id vm = yard_machine(yard, "lab", NOTHING);
    snprintf(domain, sizeof domain, "cairn-vm-%llu", (unsigned long long)vm.n);
    snprintf(xml, sizeof xml,
             "<domain type='test'><name>%s</name><memory>8192</memory>"
             "<os><type>hvm</type></os></domain>",
             domain);
    must(hypervisor_domain_define(yard->eye, xml));
    yard_work(yard, 6);
    assert_failed(yard, vm.n, "that is not ours");
    must(hypervisor_domain_state(yard->eye, domain, &now));
    assert_int_equal(now, HYPERVISOR_SHUT_OFF);
    must(hypervisor_domain_undefine(yard->eye, domain));
}

static void libvirts_words_for_what_it_cannot_do_are_in_the_log(void **state)
{
    struct yard *yard = *state;
    yard_pools(yard);
    const struct id drive = yard_drive(yard, "work", DRIVE_KIND_RAW, 16 * MIB);
    const struct id vm = yard_machine(yard, "lab", NOTHING);
    yard_work(yard, 6);
    started(yard, vm);
    const uint64_t request = give(
        yard, COMMAND_DRIVE_ATTACH,
        &(union command_fields){.drive_attach = {.drive = drive, .vm = vm, .mode = DRIVE_MODE_RW}});
    yard_work(yard, 6);
    assert_failed(yard, request, "this function is not supported by the connection driver");
}

static void a_machine_whose_time_is_over_has_failed_once(void **state)
{
    struct yard *yard = *state;
    yard_pools(yard);
    const struct id vm = yard_machine(yard, "silent", NOTHING);
    yard->now_us = yard_effect(yard, vm.n).since;
    yard_turn(yard);
    assert_done(yard, vm.n);
    yard->now_us = yard_effect(yard, vm.n).ended;
    assert_int_equal(yard_count(yard, EVENT_VM_START_FAILED), 0);
    yard->now_us += (yard->settings->virt_start_deadline + 1) * 1000000;
    for (int i = 0; i < 3; i++) {
        yard_turn(yard);
    }
    assert_int_equal(yard_count(yard, EVENT_VM_START_FAILED), 1);
    /* What has failed holds no drive any more: it has ended. */
    char domain[64];
    enum hypervisor_state now;
    snprintf(domain, sizeof domain, "cairn-vm-%llu", (unsigned long long)vm.n);
    must(hypervisor_domain_state(yard->eye, domain, &now));
    assert_int_equal(now, HYPERVISOR_SHUT_OFF);
}

static void disks_of_runs_that_are_over_are_swept_and_no_others(void **state)
{
    struct yard *yard = *state;
    static const char *const xml = "<volume><name>%s</name><capacity>1</capacity></volume>";
    char name[64], text[256];
    yard_pools(yard);
    const struct id vm = yard_machine(yard, "lab", NOTHING);
    yard_work(yard, 6);
    started(yard, vm);
    stopped(yard, vm); /* by itself: nobody has asked for it */
    snprintf(name, sizeof name, "vm-%llu-%llu.qcow2", (unsigned long long)vm.n,
             (unsigned long long)vm.n);
    assert_true(host_has(yard, "cairn-images", name));
    snprintf(text, sizeof text, xml, "vm-999999-999999.qcow2");
    must(hypervisor_volume_create(yard->eye, "cairn-images", text));
    yard->now_us += UINT64_C(60000000);
    yard_turn(yard);
    assert_false(host_has(yard, "cairn-images", name));
    assert_true(host_has(yard, "cairn-images", "vm-999999-999999.qcow2"));
}

/* Descriptions ------------------------------------------------------------------------------- */

static void a_description_is_kept_under_the_hash_that_the_log_has(void **state)
{
    struct yard *yard = *state;
    struct enclave_found found;
    struct text kept = {.data = malloc(DESCRIPTION_MAX), .capacity = DESCRIPTION_MAX};
    yard_pools(yard);
    const struct id vm = yard_machine(yard, "lab", NOTHING);
    yard_work(yard, 6);
    started(yard, vm);
    const uint64_t request =
        give(yard, COMMAND_VM_FETCH_XML, &(union command_fields){.vm_fetch_xml = {.vm = vm}});
    yard_work(yard, 6);
    assert_done(yard, request);
    enclave_find(&yard->enclave, enclave_size(&yard->enclave) - 1, &found);
    assert_int_equal(found.leaf.kind, EVENT_VM_XML_FETCHED);
    const struct vm_xml_fetched *fetched = &found.body.vm_xml_fetched;
    assert_int_equal(fetched->by.n, enclave_id(&yard->enclave, "ada").n);
    must(description_read(yard->enclave.scratch.store, &fetched->xml, &kept));
    assert_int_equal(kept.size, fetched->size);
    assert_non_null(memmem(kept.data, kept.size, "urn:cairn:vm:1", 14));
    free(kept.data);
}

static void a_look_at_a_host_is_told_in_numbers(void **state)
{
    struct yard *yard = *state;
    struct enclave_found found;
    const uint64_t request =
        give(yard, COMMAND_HOST_CHECK_UTILISATION,
             &(union command_fields){.host_check_utilisation = {.host = yard->host}});
    yard_work(yard, 6);
    assert_done(yard, request);
    enclave_find(&yard->enclave, enclave_size(&yard->enclave) - 1, &found);
    assert_int_equal(found.leaf.kind, EVENT_HOST_UTILISATION_CHECKED);
    assert_true(found.body.host_utilisation_checked.domains >= 1);
    assert_true(found.body.host_utilisation_checked.cores > 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)
    const struct CMUnitTest tests[] = {
        TEST(pools_and_volumes_come_to_be_and_go),
        TEST(a_pool_elsewhere_is_not_touched),
        TEST(a_host_that_is_not_served_is_named),
        TEST(whatever_is_lost_a_volume_is_made_once),
        TEST(what_ends_the_process_each_time_is_looked_at_and_given_up),
        TEST(what_was_done_at_the_last_attempt_is_seen_to_be),
        TEST(a_file_that_was_there_before_is_not_ours),
        TEST(a_writer_that_is_away_begins_nothing),
        TEST(a_machine_starts_with_its_drives_ends_and_goes),
        TEST(whatever_is_lost_a_machine_is_started_once),
        TEST(an_image_that_is_another_is_named_and_not_started),
        TEST(a_strangers_domain_of_that_name_is_left_alone),
        TEST(libvirts_words_for_what_it_cannot_do_are_in_the_log),
        TEST(a_machine_whose_time_is_over_has_failed_once),
        TEST(disks_of_runs_that_are_over_are_swept_and_no_others),
        TEST(a_description_is_kept_under_the_hash_that_the_log_has),
        TEST(a_look_at_a_host_is_told_in_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
