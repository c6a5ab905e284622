/*
 * The library as its callers see it, and a daemon that is another process.
 */
#include "core/emit/cairn-emit.h"
#include "core/emit/outbox.h"
#include "tests/core/emit/fake_log.h"
#include "tests/support/scratch.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
    struct scratch scratch;
    char key[300], socket[300], spool[300];
    struct fake_log *log; /* shared with the daemon, but for what it points to: */
    struct prepare *prepare;
    pid_t daemon; /* 0: none */
    struct cairn_emit_options options;
};

static void begin(struct place *place)
{
    *place = (struct place){0};
    scratch_begin(&place->scratch);
    const char *directory = place->scratch.directory;
    (void)snprintf(place->key, sizeof place->key, "%s/door.key", directory);
    (void)snprintf(place->socket, sizeof place->socket, "%s/cairn.sock", directory);
    (void)snprintf(place->spool, sizeof place->spool, "%s/spool", directory);
    place->log =
        mmap(NULL, sizeof *place->log, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(place->log != MAP_FAILED);
    fake_log_begin(place->log);
    place->prepare = place->log->prepare;
    must(secret_key_save(place->log->key, place->key));
    place->options = (struct cairn_emit_options){.version = CAIRN_EMIT_VERSION,
                                                 .key = place->key,
                                                 .socket = place->socket,
                                                 .spool = place->spool};
}

static void serve(struct place *place, int listener)
{
    struct fake_daemon daemon;
    const struct channel_limits limits = {.frame = MESSAGE_MAX, .waiting = MESSAGE_MAX};
    fake_daemon_begin(&daemon, place->log, 1);
    for (;;) {
        struct pollfd polled[] = {
            {.fd = listener, .events = POLLIN},
            {.fd = daemon.channel == NULL ? -1 : channel_fd(daemon.channel), .events = POLLIN}};
        (void)poll(polled, 2, -1);
        if (polled[0].revents != 0) {
            channel_close(&daemon.channel);
            must(channel_open(accept(listener, NULL, NULL), limits, &daemon.channel));
        }
        fake_daemon_turn(&daemon);
    }
}

static void start_daemon(struct place *place)
{
    int listener = -1;
    must(channel_listen(place->socket, 0600, &listener));
    place->daemon = fork();
    assert_true(place->daemon >= 0);
    if (place->daemon == 0) {
        serve(place, listener);
        _exit(0);
    }
    close(listener);
}

static void stop_daemon(struct place *place)
{
    if (place->daemon > 0) {
        assert_int_equal(kill(place->daemon, SIGKILL), 0);
        assert_int_equal(waitpid(place->daemon, NULL, 0), place->daemon);
        place->daemon = 0;
    }
}

static void end(struct place *place)
{
    stop_daemon(place);
    place->log->count = 0; /* what it points to was the daemon's */
    place->log->prepare = place->prepare;
    fake_log_end(place->log);
    munmap(place->log, sizeof *place->log);
    scratch_end(&place->scratch);
}

static enum cairn_emit_code emit_number(struct cairn_emit *emit, unsigned number)
{
    char detail[16];
    (void)snprintf(detail, sizeof detail, "%u", number);
    const struct cairn_emit_field fields[] = {cairn_emit_text("what", "door"),
                                              cairn_emit_text("detail", detail)};
    const struct cairn_event event = {.kind = "audit.observed", .fields = fields, .field_count = 2};
    return cairn_emit_event(emit, &event);
}

static void must_emit(struct cairn_emit *emit, enum cairn_emit_code code)
{
    if (code != CAIRN_EMIT_OK) {
        fail_msg("%s", cairn_emit_error(emit));
    }
}

static void check_log(const struct place *place, uint64_t count)
{
    assert_int_equal(place->log->count, count);
    for (uint64_t i = 0; i < count; i++) {
        assert_int_equal(place->log->events[i].number, i + 1);
    }
}

static void events_wait_for_the_daemon_and_survive_the_process(void **state)
{
    struct place place;
    struct cairn_emit *emit = NULL;
    struct cairn_emit_counters counters;
    (void)state;
    begin(&place);
    must_emit(emit, cairn_emit_open(&place.options, &emit));
    for (unsigned i = 1; i <= 30; i++) {
        must_emit(emit, emit_number(emit, i));
    }
    assert_int_equal(cairn_emit_flush(emit, 20), CAIRN_EMIT_UNREACHABLE);
    cairn_emit_counters(emit, &counters);
    assert_int_equal(counters.waiting, 30);
    assert_int_equal(counters.connected, 0);
    assert_true(counters.retries > 0);
    cairn_emit_close(&emit);
    assert_null(emit);

    start_daemon(&place);
    must_emit(emit, cairn_emit_open(&place.options, &emit));
    must_emit(emit, emit_number(emit, 31));
    must_emit(emit, cairn_emit_flush(emit, 30000));
    cairn_emit_counters(emit, &counters);
    assert_int_equal(counters.waiting, 0);
    assert_int_equal(counters.acknowledged, 31);
    assert_int_equal(counters.lost, 0);
    assert_true(counters.connected && counters.has_position && counters.position == 30);
    check_log(&place, 31);
    cairn_emit_close(&emit);
    end(&place);
}

static void a_queued_level_and_no_spool_deliver_too(void **state)
{
    struct place place;
    struct cairn_emit *emit = NULL;
    struct cairn_emit_counters counters;
    (void)state;
    begin(&place);
    start_daemon(&place);
    place.options.level = CAIRN_EMIT_QUEUED;
    place.options.spool = NULL;
    must_emit(emit, cairn_emit_open(&place.options, &emit));
    for (unsigned i = 1; i <= 2000; i++) {
        must_emit(emit, emit_number(emit, i + (i >= 666) + (i >= 1665)));
    }
    must_emit(emit, cairn_emit_flush(emit, 30000));
    cairn_emit_counters(emit, &counters);
    assert_int_equal(counters.queued, 2000);
    assert_int_equal(counters.waiting, 0);
    assert_int_equal(place.log->count, 2000);
    cairn_emit_close(&emit);
    end(&place);
}

static void a_full_spool_pushes_back_or_drops_as_was_asked_for(void **state)
{
    struct place place;
    struct cairn_emit *emit = NULL;
    struct cairn_emit_counters counters;
    (void)state;
    begin(&place);
    place.options.spool_events_max = 3;
    must_emit(emit, cairn_emit_open(&place.options, &emit));
    for (unsigned i = 1; i <= 3; i++) {
        must_emit(emit, emit_number(emit, i));
    }
    assert_int_equal(emit_number(emit, 4), CAIRN_EMIT_FULL);
    assert_string_equal(cairn_emit_error(emit),
                        "a documented limit was exceeded: the spool is full (limit 3)");
    cairn_emit_close(&emit);
    place.options.when_full = CAIRN_EMIT_DROP_NEW;
    must_emit(emit, cairn_emit_open(&place.options, &emit));
    assert_int_equal(emit_number(emit, 4), CAIRN_EMIT_DROPPED);
    assert_int_equal(emit_number(emit, 5), CAIRN_EMIT_DROPPED);
    cairn_emit_counters(emit, &counters);
    assert_int_equal(counters.lost, 2);
    cairn_emit_close(&emit);
    start_daemon(&place);
    must_emit(emit, cairn_emit_open(&place.options, &emit));
    must_emit(emit, cairn_emit_flush(emit, 30000));
    must_emit(emit, cairn_emit_flush(emit, 30000));
    assert_int_equal(place.log->count, 4);
    assert_int_equal(place.log->events[3].count, 2);
    assert_string_equal(place.log->events[3].why, "the spool was full");
    cairn_emit_close(&emit);
    end(&place);
}

static void a_refused_event_is_told_by_flush_once(void **state)
{
    struct place place;
    struct cairn_emit *emit = NULL;
    (void)state;
    begin(&place);
    start_daemon(&place);
    must_emit(emit, cairn_emit_open(&place.options, &emit));
    must_emit(emit, emit_number(emit, 1));
    must_emit(emit, emit_number(emit, 666));
    must_emit(emit, emit_number(emit, 2));
    assert_int_equal(cairn_emit_flush(emit, 30000), CAIRN_EMIT_REFUSED);
    assert_non_null(strstr(cairn_emit_error(emit), "there is no such thing"));
    must_emit(emit, cairn_emit_flush(emit, 30000));
    assert_int_equal(place.log->count, 3);
    cairn_emit_close(&emit);
    end(&place);
}

static void what_cannot_be_opened_says_why(void **state)
{
    struct place place;
    struct cairn_emit *emit = NULL, *other = NULL;
    (void)state;
    begin(&place);
    struct cairn_emit_options options = place.options;
    options.version = 9;
    assert_int_equal(cairn_emit_open(&options, &emit), CAIRN_EMIT_INVALID);
    assert_non_null(strstr(cairn_emit_error(emit), "another version"));
    assert_int_equal(cairn_emit_event(emit, &(struct cairn_event){0}), CAIRN_EMIT_INVALID);
    assert_int_equal(cairn_emit_flush(emit, 0), CAIRN_EMIT_INVALID);
    cairn_emit_close(&emit);
    options = place.options;
    options.key = "/nowhere/door.key";
    assert_int_equal(cairn_emit_open(&options, &emit), CAIRN_EMIT_KEY);
    cairn_emit_close(&emit);
    options = place.options;
    options.store = "/somewhere";
    assert_int_equal(cairn_emit_open(&options, &emit), CAIRN_EMIT_INVALID);
    cairn_emit_close(&emit);
    must_emit(emit, cairn_emit_open(&place.options, &emit));
    assert_int_equal(cairn_emit_open(&place.options, &other), CAIRN_EMIT_IN_USE);
    cairn_emit_close(&other);
    assert_int_equal(cairn_emit_event(emit, &(struct cairn_event){.kind = "door.opened"}),
                     CAIRN_EMIT_INVALID);
    assert_non_null(strstr(cairn_emit_error(emit), "door.opened"));
    cairn_emit_close(&emit);
    cairn_emit_close(&emit);
    cairn_emit_close(NULL);
    end(&place);
}

static void a_spool_without_a_daemon_waits(void **state)
{
    struct place place;
    struct cairn_emit *emit = NULL;
    int descriptor;
    short events;
    (void)state;
    begin(&place);
    place.options.socket = NULL;
    must_emit(emit, cairn_emit_open(&place.options, &emit));
    must_emit(emit, cairn_emit_flush(emit, 0));
    must_emit(emit, emit_number(emit, 1));
    assert_int_equal(cairn_emit_flush(emit, 1000), CAIRN_EMIT_UNREACHABLE);
    assert_true(cairn_emit_poll(emit, &descriptor, &events) >= 0);
    assert_int_equal(descriptor, -1);
    cairn_emit_close(&emit);
    end(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_wait_for_the_daemon_and_survive_the_process),
        cmocka_unit_test(a_queued_level_and_no_spool_deliver_too),
        cmocka_unit_test(a_full_spool_pushes_back_or_drops_as_was_asked_for),
        cmocka_unit_test(a_refused_event_is_told_by_flush_once),
        cmocka_unit_test(what_cannot_be_opened_says_why),
        cmocka_unit_test(a_spool_without_a_daemon_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
