/*
 * A watcher over libvirt's test driver, whose only domain nobody has asked for; with no daemon to
 * hear it. What it says waits, and is said once.
 */
#include "auditd/watcher/watcher.h"
#include "auditd/watcher/watcher_parts.h"
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define SECOND UINT64_C(1000000)

struct bench {
    struct enclave enclave;
    struct settings *settings;
    struct journal journal;
    struct hypervisor *hypervisor;
    struct watcher *watcher;
    struct engine *reader;
    char socket[300];
    uint64_t now_us;
};

static void make_key(struct bench *bench)
{
    CLEANUP(secret_key_close) struct secret_key *key = NULL;
    snprintf(bench->settings->virt_watcher_key.text, SETTINGS_TEXT_SIZE, "%.200s/watcher.key",
             bench->enclave.scratch.directory);
    must(secret_key_make(KEY_ED25519, "watcher", &key));
    must(secret_key_save(key, bench->settings->virt_watcher_key.text));
}

static void listen(void *context, const struct hypervisor_event *event)
{
    const struct bench *bench = context;
    watcher_event(bench->watcher, event);
}

static void register_host(struct bench *bench)
{
    const union command_fields fields = {.host_register = {.name = LITERAL("here"),
                                                           .uri = LITERAL("test:///default"),
                                                           .cores = 4,
                                                           .memory_mib = 4096}};
    (void)enclave_login(&bench->enclave, "ada");
    (void)enclave_do(&bench->enclave, "ada", COMMAND_HOST_REGISTER, &fields);
}

static int begin_with(void **state, bool registered)
{
    struct bench *bench = calloc(1, sizeof *bench);
    bench->settings = calloc(1, sizeof *bench->settings);
    enclave_begin(&bench->enclave);
    settings_init(bench->settings);
    journal_init(&bench->journal, "watcher");
    bench->journal.least = JOURNAL_ALERT;
    make_key(bench);
    snprintf(bench->socket, sizeof bench->socket, "%.200s/nobody",
             bench->enclave.scratch.directory);
    if (registered) {
        register_host(bench);
    }
    scratch_close(&bench->enclave.engine); /* one of a process has the store */
    must(engine_open(
        &(struct engine_options){.directory = bench->enclave.scratch.store, .read_only = true},
        &bench->reader));
    must(watcher_open(&(struct watcher_options){.engine = bench->reader,
                                                .settings = bench->settings,
                                                .journal = &bench->journal,
                                                .socket = bench->socket,
                                                .spool = ""},
                      &bench->watcher));
    must(hypervisor_make("test:///default", &bench->hypervisor));
    must(hypervisor_watch(bench->hypervisor, listen, bench));
    must(watcher_add(bench->watcher, bench->hypervisor));
    bench->now_us = UINT64_C(1790000000) * SECOND;
    *state = bench;
    return 0;
}

static int begin(void **state)
{
    return begin_with(state, true);
}

static int begin_without(void **state)
{
    return begin_with(state, false);
}

static int end(void **state)
{
    struct bench *bench = *state;
    watcher_close(&bench->watcher);
    hypervisor_close(&bench->hypervisor);
    engine_close(&bench->reader);
    bench->enclave.engine = scratch_open(&bench->enclave.scratch, false);
    enclave_end(&bench->enclave);
    free(bench->settings);
    free(bench);
    return 0;
}

static uint64_t said(const struct bench *bench)
{
    return speech_waiting(bench->watcher->speech);
}

static void a_host_that_is_not_registered_is_not_spoken_of(void **state)
{
    struct bench *bench = *state;
    for (unsigned i = 0; i < 3; i++) {
        must(watcher_turn(bench->watcher, bench->now_us += 60 * SECOND));
        assert_int_equal(said(bench), 0);
    }
}

static void a_domain_of_nobody_is_said_once_and_nothing_while_nobody_has_heard_it(void **state)
{
    struct bench *bench = *state;
    must(watcher_turn(bench->watcher, bench->now_us += 60 * SECOND));
    /* The difference, and that there was a comparison. */
    assert_int_equal(said(bench), 2);
    assert_int_equal(bench->watcher->hosts[0].mismatches, 1);
    for (unsigned i = 0; i < 5; i++) {
        must(watcher_turn(bench->watcher, bench->now_us += 60 * SECOND));
        assert_int_equal(said(bench), 2);
    }
}

static void what_libvirt_tells_makes_it_look_soon(void **state)
{
    struct bench *bench = *state;
    must(watcher_turn(bench->watcher, bench->now_us += 60 * SECOND));
    const uint64_t looked_us = bench->watcher->hosts[0].looked_us;
    must(watcher_turn(bench->watcher, bench->now_us += SECOND));
    assert_int_equal(bench->watcher->hosts[0].looked_us, looked_us);
    const struct hypervisor_event event = {.hypervisor = bench->hypervisor,
                                           .kind = HYPERVISOR_DOMAIN_STOPPED,
                                           .cause = HYPERVISOR_CAUSE_DESTROYED,
                                           .name = "cairn-vm-7",
                                           .uuid = "00000000-0000-8000-8000-000000000007"};
    watcher_event(bench->watcher, &event);
    assert_int_equal(bench->watcher->hosts[0].stop_next, 1);
    must(watcher_turn(bench->watcher, bench->now_us += SECOND));
    must(watcher_turn(bench->watcher, bench->now_us += SECOND));
    assert_true(bench->watcher->hosts[0].looked_us > looked_us);
}

static void a_key_that_is_none_is_refused(void **state)
{
    struct bench *bench = *state;
    CLEANUP(watcher_close) struct watcher *watcher = NULL;
    snprintf(bench->settings->virt_watcher_key.text, SETTINGS_TEXT_SIZE, "/nowhere/watcher.key");
    assert_true(failed(watcher_open(&(struct watcher_options){.engine = bench->reader,
                                                              .settings = bench->settings,
                                                              .journal = &bench->journal,
                                                              .socket = bench->socket,
                                                              .spool = ""},
                                    &watcher)));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_host_that_is_not_registered_is_not_spoken_of,
                                        begin_without, end),
        TEST(a_domain_of_nobody_is_said_once_and_nothing_while_nobody_has_heard_it),
        cmocka_unit_test_setup_teardown(what_libvirt_tells_makes_it_look_soon, begin_without, end),
        TEST(a_key_that_is_none_is_refused),
    };
    return cmocka_run_group_tests_name("auditd/watcher/watcher", tests, NULL, NULL);
}
