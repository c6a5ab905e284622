#include "auditd/supervisor/parts.h"
#include "tests/auditd/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* The processes of these tests: this program, started anew by the supervisor ------------------- */

/* Asks its peer over the channel and counts the answers. What it is told by files in the store it
 * looks for before its sandbox, and those that may read the store, also later. */
static bool is_there(const struct process *process, const char *name)
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s", process_settings(process)->store_path.text, name);
    return access(path, F_OK) == 0;
}

static void ask(struct process *process, enum role peer)
{
    char memory[64];
    struct text out = TEXT_IN(memory);
    struct channel *channel = process_channel(process, peer, 0);
    frame_end(&out, frame_begin(&out, MESSAGE_STATUS, 7));
    if (channel != NULL && channel_waiting(channel) == 0 &&
        failed(channel_send(channel, text_bytes(&out), -1))) {
        process_lost(process, peer, 0);
    }
}

/* Answers what is asked, counts what is answered. */
static void read_channel(struct process *process, enum role peer)
{
    struct channel *channel = process_channel(process, peer, 0);
    if (channel == NULL) {
        return;
    }
    const struct status status = channel_receive(channel);
    struct frame frame;
    bool whole;
    while (!failed(channel_next(channel, &frame, &whole)) && whole) {
        char memory[64];
        struct text out = TEXT_IN(memory);
        if (frame.kind == MESSAGE_STATUS) {
            frame_end(&out, frame_begin(&out, MESSAGE_STATUS_IS, frame.id));
            (void)!failed(channel_send(channel, text_bytes(&out), -1));
        } else {
            counters_add(process_counters(process), COUNTER_REQUESTS_TOTAL, 1);
        }
    }
    if (failed(status) && !(status.code == STATUS_IO && status.at == EAGAIN)) {
        process_lost(process, peer, 0);
    }
}

static struct status test_writer(struct process *process)
{
    char path[600];
    snprintf(path, sizeof path, "%s/said", process_settings(process)->store_path.text);
    if (is_there(process, "in-use")) {
        return FAIL(IN_USE, 4711);
    }
    const int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    TRY(process_ready(process));
    while ((process_turn(process) & PROCESS_STOP) == 0) {
        struct wire_note note;
        while (process_next_said(process, &note)) {
            dprintf(file, "%.*s %.*s\n", (int)note.kind.size, (const char *)note.kind.data,
                    (int)note.body.size, (const char *)note.body.data);
        }
        read_channel(process, ROLE_INGEST);
        read_channel(process, ROLE_ALERTS);
        daemon_nap();
    }
    return OK;
}

static struct status test_ingest(struct process *process)
{
    TRY(process_ready(process));
    while ((process_turn(process) & PROCESS_STOP) == 0) {
        counters_set(process_counters(process), COUNTER_EVENTS_QUEUED,
                     process_settings(process)->limits_rate);
        ask(process, ROLE_WRITER);
        read_channel(process, ROLE_WRITER);
        daemon_nap();
    }
    return OK;
}

/* A disk that is as slow as a file is there. */
static void wait_for_disk(struct process *process)
{
    if (is_there(process, "slow")) {
        process_at_disk(process, true);
        while (is_there(process, "slow")) {
            daemon_nap();
        }
        process_at_disk(process, false);
    }
}

static struct status test_alerts(struct process *process)
{
    if (is_there(process, "crash")) {
        return FAIL(STOPPED, EIO);
    }
    TRY(process_ready(process));
    while ((process_turn(process) & PROCESS_STOP) == 0) {
        if (is_there(process, "trap")) {
            syscall(SYS_chroot, "/");
        }
        wait_for_disk(process);
        ask(process, ROLE_WRITER);
        read_channel(process, ROLE_WRITER);
        daemon_nap();
    }
    while (is_there(process, "stubborn")) {
        daemon_nap();
    }
    return OK;
}

static const struct role_info roles[ROLE_COUNT] = {
    [ROLE_WRITER] = {"writer", LISTENER_NONE, test_writer},
    [ROLE_INGEST] = {"ingest", LISTENER_SOCKET, test_ingest},
    [ROLE_INGEST_TLS] = {"ingest-tls", LISTENER_TLS, NULL},
    [ROLE_READER] = {"reader", LISTENER_NONE, NULL},
    [ROLE_HTTP] = {"http", LISTENER_WEB, NULL},
    [ROLE_ALERTS] = {"alerts", LISTENER_NONE, test_alerts},
    [ROLE_METRICS] = {"metrics", LISTENER_METRICS, metrics_main},
};
static const char *const seats[] = {"writer", "ingest", "alerts", "metrics"};
enum {
    SEATS = sizeof seats / sizeof seats[0],
};

/* The tests ----------------------------------------------------------------------------------- */

static int set_up(void **state)
{
    struct daemon *daemon = calloc(1, sizeof *daemon);
    assert_non_null(daemon);
    daemon->roles = roles;
    *state = daemon;
    return daemon_set_up(daemon);
}

static int tear_down(void **state)
{
    daemon_tear_down(*state);
    free(*state);
    return 0;
}

/* F01, F03, F39: whoever ends, for whatever reason. */
static void a_killed_process_comes_back_and_the_others_stay(void **state)
{
    struct daemon *daemon = *state;
    daemon_start_and_wait(daemon);
    for (unsigned killed = 0; killed < SEATS; killed++) {
        uint64_t before[SEATS];
        for (unsigned i = 0; i < SEATS; i++) {
            before[i] = daemon_number(daemon, seats[i], "pid");
        }
        kill((pid_t)before[killed], SIGKILL);
        daemon_wait_until_not(daemon, seats[killed], "pid", before[killed]);
        for (unsigned i = 0; i < SEATS; i++) {
            assert_int_equal(daemon_number(daemon, seats[i], "pid") == before[i], i != killed);
        }
        /* What they say to each other goes on, over channels to the new one. */
        daemon_wait_until_not(daemon, "ingest", "requests_total",
                              daemon_number(daemon, "ingest", "requests_total"));
        daemon_wait_until_not(daemon, "alerts", "requests_total",
                              daemon_number(daemon, "alerts", "requests_total"));
    }
    daemon_wait_for_said(daemon, "daemon.process_ended {\"process\":");
    daemon_wait_for_said(daemon, "\"role\":\"metrics\",\"why\":\"killed by SIGKILL\"}");
    daemon_wait_for_said(daemon, "\"restarts\":1,\"role\":\"metrics\"");
    assert_int_equal(daemon_stop(daemon, SIGTERM), ENDING_DONE);
}

/* F05 */
static void a_process_without_a_sign_of_life_is_started_anew(void **state)
{
    struct daemon *daemon = *state;
    daemon_start_and_wait(daemon);
    const uint64_t before = daemon_number(daemon, "writer", "pid");
    const uint64_t ingest = daemon_number(daemon, "ingest", "pid");
    kill((pid_t)before, SIGSTOP);
    daemon_wait_until_not(daemon, "writer", "pid", before);
    daemon_wait_for_said(daemon, "\"role\":\"writer\",\"why\":\"it gave no sign of life\"}");
    assert_int_equal(daemon_number(daemon, "ingest", "pid"), ingest);
}

/* A sync may take longer than any watchdog; the next process would wait for the same disk. */
static void who_waits_for_the_disk_is_not_ended_but_told_of(void **state)
{
    char path[700];
    struct daemon *daemon = *state;
    daemon_start_and_wait(daemon);
    const uint64_t before = daemon_number(daemon, "alerts", "pid");
    daemon_write(daemon->store, "slow", "");
    daemon_wait_for(daemon, "event=disk_slow process=alerts", 1);
    snprintf(path, sizeof path, "%s/slow", daemon->store);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(daemon_number(daemon, "alerts", "pid"), before);
    assert_null(strstr(daemon_told(daemon, daemon->journal), "event=process_ended"));
}

/* A machine that is suspended, a virtual one that is moved. */
static void nobody_is_blamed_for_the_time_when_the_machine_slept(void **state)
{
    struct daemon *daemon = *state;
    uint64_t before[SEATS];
    daemon_start_and_wait(daemon);
    for (unsigned i = 0; i < SEATS; i++) {
        before[i] = daemon_number(daemon, seats[i], "pid");
    }
    kill(daemon->pid, SIGSTOP);
    for (unsigned i = 0; i < SEATS; i++) {
        kill((pid_t)before[i], SIGSTOP);
    }
    const uint64_t began_us = wire_now_us();
    while (wire_now_us() - began_us < 2200000) {
        daemon_nap();
    }
    kill(daemon->pid, SIGCONT);
    daemon_nap();
    for (unsigned i = 0; i < SEATS; i++) {
        kill((pid_t)before[i], SIGCONT);
    }
    for (unsigned i = 0; i < SEATS; i++) {
        assert_int_equal(daemon_number(daemon, seats[i], "pid"), before[i]);
    }
    assert_null(strstr(daemon_told(daemon, daemon->journal), "event=process_ended"));
}

static void a_refused_system_call_is_told_by_its_name(void **state)
{
    struct daemon *daemon = *state;
    daemon_start_and_wait(daemon);
    daemon_write(daemon->store, "trap", "");
    daemon_wait_for(daemon, "process=alerts pid=", 2);
    daemon_wait_for(daemon, "why=\"the sandbox refused the system call chroot\"", 1);
}

static void what_ends_again_and_again_is_started_ever_more_slowly(void **state)
{
    struct daemon *daemon = *state;
    daemon_start_and_wait(daemon);
    const uint64_t began_us = wire_now_us();
    daemon_write(daemon->store, "crash", "");
    kill((pid_t)daemon_number(daemon, "alerts", "pid"), SIGKILL);
    daemon_wait_for(daemon, "event=process_ended process=alerts", 4);
    /* 0.1, 0.2 and 0.4 s between the four. */
    assert_true(wire_now_us() - began_us >= 700000);
    assert_int_equal(daemon_stop(daemon, SIGTERM), ENDING_DONE);
}

static void the_end_is_in_order_and_leaves_nothing(void **state)
{
    struct daemon *daemon = *state;
    char path[600];
    daemon_start_and_wait(daemon);
    snprintf(path, sizeof path, "%s/daemon", daemon->store);
    assert_non_null(strstr(daemon_told(daemon, path), "/store/run/cairn.sock\n"));
    assert_int_equal(daemon_stop(daemon, SIGINT), ENDING_DONE);
    const char *journal = daemon_told(daemon, daemon->journal);
    const char *ingest = strstr(journal, "event=process_ended process=ingest");
    const char *alerts = strstr(journal, "event=process_ended process=alerts");
    const char *writer = strstr(journal, "event=process_ended process=writer");
    assert_true(ingest != NULL && alerts > ingest && writer > alerts);
    assert_null(strstr(writer, "why=\"killed"));
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_not_equal(access(daemon->metrics, F_OK), 0);
}

static void who_does_not_end_in_time_is_killed(void **state)
{
    struct daemon *daemon = *state;
    daemon_start_and_wait(daemon);
    daemon_write(daemon->store, "stubborn", "");
    assert_int_equal(daemon_stop(daemon, SIGTERM), ENDING_DONE);
    const char *journal = daemon_told(daemon, daemon->journal);
    assert_non_null(strstr(journal, "event=stop_deadline process=alerts"));
    assert_non_null(strstr(journal, "process=writer pid="));
}

static void settings_are_read_again(void **state)
{
    struct daemon *daemon = *state;
    char path[600];
    daemon_start_and_wait(daemon);
    struct stat socket;
    snprintf(path, sizeof path, "%s/run/cairn.sock", daemon->store);
    assert_true(stat(path, &socket) == 0 && (socket.st_mode & 0777) == 0660);
    daemon_configure(daemon, "[limits]\nrate = 77\n[emitter gate]\nopen = yes\n");
    kill(daemon->pid, SIGHUP);
    daemon_wait_until_not(daemon, "ingest", "events_queued", 0);
    assert_int_equal(daemon_number(daemon, "ingest", "events_queued"), 77);
    daemon_wait_for_said(daemon, "daemon.reloaded {\"digest\":");
    assert_true(stat(path, &socket) == 0 && (socket.st_mode & 0777) == 0666);
}

/* F92 */
static void bad_settings_leave_the_old_ones(void **state)
{
    struct daemon *daemon = *state;
    daemon_configure(daemon, "[limits]\nrate = 5\n");
    daemon_start_and_wait(daemon);
    daemon_configure(daemon, "[limits]\nraet = 77\n");
    kill(daemon->pid, SIGHUP);
    daemon_wait_for(daemon, "event=reload_refused", 1);
    daemon_wait_for(daemon,
                    "conf:7: [limits] raet: the section has no such key; did you mean rate?", 1);
    daemon_wait_for_said(daemon, "daemon.reload_refused {\"why\":");
    daemon_configure(daemon, "readers = 3\n[limits]\nrate = 9\n");
    kill(daemon->pid, SIGHUP);
    daemon_wait_for(daemon, "[daemon] readers: this takes a restart", 1);
    assert_int_equal(daemon_number(daemon, "ingest", "events_queued"), 5);
    /* A process that is started now has the old ones, too. */
    const uint64_t before = daemon_number(daemon, "ingest", "pid");
    kill((pid_t)before, SIGKILL);
    daemon_wait_until_not(daemon, "ingest", "pid", before);
    assert_int_equal(daemon_number(daemon, "ingest", "events_queued"), 5);
}

static void what_keeps_it_from_starting_ends_it_with_a_sentence(void **state)
{
    struct daemon *daemon = *state;
    int how;
    daemon_write(daemon->store, "in-use", "");
    daemon_start(daemon);
    assert_int_equal(waitpid(daemon->pid, &how, 0), daemon->pid);
    daemon->pid = 0;
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), ENDING_IO);
    assert_non_null(strstr(daemon_told(daemon, daemon->journal), "is in use by another writer: "));
    assert_non_null(strstr(daemon->told, "(process 4711)"));
}

static void without_its_supervisor_no_process_stays(void **state)
{
    struct daemon *daemon = *state;
    pid_t pids[SEATS];
    daemon_start_and_wait(daemon);
    for (unsigned i = 0; i < SEATS; i++) {
        pids[i] = (pid_t)daemon_number(daemon, seats[i], "pid");
    }
    kill(daemon->pid, SIGKILL);
    waitpid(daemon->pid, NULL, 0);
    daemon->pid = 0;
    for (unsigned i = 0; i < SEATS; i++) {
        for (unsigned turn = 0; kill(pids[i], 0) == 0; turn++) {
            assert_true(turn < TURNS_MAX);
            daemon_nap();
        }
    }
    /* And the next one finds its places free. */
    daemon_start(daemon);
    daemon_wait_for(daemon, "event=ready", 2);
}

/* F35, F36: no descriptor, and so no process, is left to start one with. */
static void what_cannot_be_started_is_started_once_there_is_room(void **state)
{
    struct daemon *daemon = *state;
    struct rlimit was, none;
    daemon_start_and_wait(daemon);
    assert_int_equal(prlimit(daemon->pid, RLIMIT_NOFILE, NULL, &was), 0);
    none = was;
    none.rlim_cur = 4;
    const uint64_t before = daemon_number(daemon, "ingest", "pid");
    assert_int_equal(prlimit(daemon->pid, RLIMIT_NOFILE, &none, NULL), 0);
    kill((pid_t)before, SIGKILL);
    daemon_wait_for(daemon, "event=degraded", 1);
    assert_int_equal(prlimit(daemon->pid, RLIMIT_NOFILE, &was, NULL), 0);
    daemon_wait_until_not(daemon, "ingest", "pid", before);
}

static void metrics_are_prometheus_text(void **state)
{
    struct daemon *daemon = *state;
    daemon_start_and_wait(daemon);
    daemon_wait_until_not(daemon, "ingest", "requests_total", UINT64_MAX);
    assert_true(daemon_ask(daemon, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"));
    assert_non_null(strstr(daemon->status, "\n# TYPE cairn_requests_total counter\n"));
    assert_non_null(strstr(daemon->status, "\ncairn_requests_total{process=\"ingest\"} "));
    assert_non_null(strstr(daemon->status, "\ncairn_process_up{process=\"writer\"} 1\n"));
    assert_false(daemon_ask(daemon, "POST /metrics HTTP/1.1\r\n\r\n"));
    assert_false(daemon_ask(daemon, "GET / HTTP/1.1\r\n\r\n"));
}

/* The service manager ------------------------------------------------------------------------- */

static void listen_for_notes(struct daemon *daemon)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(daemon->notify, sizeof daemon->notify, "%.200s/notify", daemon->scratch.directory);
    snprintf(address.sun_path, sizeof address.sun_path, "%.100s", daemon->notify);
    daemon->notified = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(daemon->notified, (const void *)&address, sizeof address), 0);
}

static void wait_for_note(struct daemon *daemon, const char *words)
{
    for (unsigned turn = 0; turn < TURNS_MAX; turn++) {
        char note[1024];
        const ssize_t got = recv(daemon->notified, note, sizeof note - 1, 0);
        if (got >= 0) {
            note[got] = '\0';
            if (strstr(note, words) != NULL) {
                return;
            }
        } else {
            daemon_nap();
        }
    }
    fail_msg("the service manager was not told %s", words);
}

static void the_service_manager_is_told(void **state)
{
    struct daemon *daemon = *state;
    listen_for_notes(daemon);
    setenv("NOTIFY_SOCKET", daemon->notify, 1);
    setenv("WATCHDOG_USEC", "300000", 1);
    unsetenv("WATCHDOG_PID");
    daemon_start(daemon);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    wait_for_note(daemon, "READY=1");
    wait_for_note(daemon, "STATUS=Taking events.");
    wait_for_note(daemon, "WATCHDOG=1");
    kill((pid_t)daemon_number(daemon, "ingest", "pid"), SIGKILL);
    wait_for_note(daemon, "STATUS=Some process is being started anew.");
    wait_for_note(daemon, "STATUS=Taking events.");
    kill(daemon->pid, SIGHUP);
    wait_for_note(daemon, "RELOADING=1\nMONOTONIC_USEC=");
    wait_for_note(daemon, "READY=1");
    kill(daemon->pid, SIGTERM);
    wait_for_note(daemon, "STOPPING=1");
    close(daemon->notified);
}

static void sockets_that_are_handed_over_are_used(void **state)
{
    struct daemon *daemon = *state;
    char path[300];
    int listener, fd;
    snprintf(path, sizeof path, "%.200s/handed", daemon->scratch.directory);
    must(channel_listen(path, 0600, &listener));
    daemon->pid = fork();
    if (daemon->pid == 0) {
        char pid[16];
        snprintf(pid, sizeof pid, "%d", (int)getpid());
        setenv("LISTEN_PID", pid, 1);
        setenv("LISTEN_FDS", "1", 1);
        setenv("LISTEN_FDNAMES", "metrics", 1);
        dup2(listener, 3);
        daemon_be(daemon);
    }
    close(listener);
    daemon_wait_for(daemon, "event=ready", 1);
    must(channel_connect(path, &fd));
    close(fd);
    assert_int_not_equal(access(daemon->metrics, F_OK), 0);
    snprintf(daemon->metrics, sizeof daemon->metrics, "%s", path);
    assert_true(daemon_number(daemon, "writer", "pid") > 0);
    assert_int_equal(daemon_stop(daemon, SIGTERM), ENDING_DONE);
    assert_int_equal(access(path, F_OK), 0);
}

int main(int argc, char **argv)
{
    unsigned seat;
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(a_killed_process_comes_back_and_the_others_stay),
        TEST(a_process_without_a_sign_of_life_is_started_anew),
        TEST(who_waits_for_the_disk_is_not_ended_but_told_of),
        TEST(nobody_is_blamed_for_the_time_when_the_machine_slept),
        TEST(a_refused_system_call_is_told_by_its_name),
        TEST(what_ends_again_and_again_is_started_ever_more_slowly),
        TEST(the_end_is_in_order_and_leaves_nothing),
        TEST(who_does_not_end_in_time_is_killed),
        TEST(settings_are_read_again),
        TEST(bad_settings_leave_the_old_ones),
        TEST(what_keeps_it_from_starting_ends_it_with_a_sentence),
        TEST(without_its_supervisor_no_process_stays),
        TEST(what_cannot_be_started_is_started_once_there_is_room),
        TEST(metrics_are_prometheus_text),
        TEST(the_service_manager_is_told),
        TEST(sockets_that_are_handed_over_are_used),
    };
    if (argc == 3 && strcmp(argv[1], "--role") == 0 && seat_read(argv[2], &seat)) {
        return process_run(roles, seat);
    }
    /* The sandbox has no room for what looks for leaks at the end of a process. */
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
