#include "tests/auditd/daemon.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

void daemon_nap(void)
{
    const struct timespec while_ = {.tv_nsec = 5000000};
    nanosleep(&while_, NULL);
}

void daemon_write(const char *folder, const char *name, const char *text)
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

void daemon_configure(const struct daemon *daemon, const char *more)
{
    char text[2048];
    snprintf(text, sizeof text, "[store]\npath = %s\n[daemon]\nwatchdog = 2\nstop_deadline = 1\n%s",
             daemon->store, more);
    daemon_write(daemon->scratch.directory, "conf", text);
}

int daemon_set_up(struct daemon *daemon)
{
    char log[600];
    scratch_begin(&daemon->scratch);
    snprintf(daemon->store, sizeof daemon->store, "%s/store", daemon->scratch.directory);
    snprintf(daemon->config, sizeof daemon->config, "%s/conf", daemon->scratch.directory);
    snprintf(daemon->journal, sizeof daemon->journal, "%s/journal", daemon->scratch.directory);
    snprintf(daemon->metrics, sizeof daemon->metrics, "%s/run/metrics.sock", daemon->store);
    snprintf(log, sizeof log, "%s/log", daemon->store);
    assert_int_equal(mkdir(daemon->store, 0700), 0);
    assert_int_equal(mkdir(log, 0700), 0);
    daemon_configure(daemon, "");
    return 0;
}

void daemon_tear_down(struct daemon *daemon)
{
    if (daemon->pid > 0) {
        kill(daemon->pid, SIGKILL);
        waitpid(daemon->pid, NULL, 0);
    }
    scratch_end(&daemon->scratch);
}

_Noreturn void daemon_be(const struct daemon *daemon)
{
    struct settings *settings = malloc(sizeof *settings);
    struct settings_fault fault;
    const int journal = open(daemon->journal, O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(journal, STDERR_FILENO);
    if (settings == NULL || failed(settings_read_file(daemon->config, settings, &fault))) {
        _exit(111);
    }
    const struct supervisor_start start = {daemon->roles, daemon->config, settings};
    _exit((int)supervisor_run(&start));
}

void daemon_start(struct daemon *daemon)
{
    daemon->pid = fork();
    if (daemon->pid == 0) {
        daemon_be(daemon);
    }
}

const char *daemon_told(struct daemon *daemon, const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t size = fd < 0 ? 0 : read(fd, daemon->told, sizeof daemon->told - 1);
    daemon->told[size < 0 ? 0 : size] = '\0';
    if (fd >= 0) {
        close(fd);
    }
    return daemon->told;
}

/* Until the journal has it, `count` times. */
void daemon_wait_for(struct daemon *daemon, const char *words, unsigned count)
{
    for (unsigned turn = 0; turn < TURNS_MAX; turn++) {
        unsigned found = 0;
        for (const char *at = daemon_told(daemon, daemon->journal);
             (at = strstr(at, words)) != NULL; at++) {
            found++;
        }
        if (found >= count) {
            return;
        }
        daemon_nap();
    }
    fail_msg("the journal has no %s: %s", words, daemon_told(daemon, daemon->journal));
}

bool daemon_ask(struct daemon *daemon, const char *request)
{
    int fd;
    size_t size = 0;
    if (failed(channel_connect(daemon->metrics, &fd))) {
        return false;
    }
    (void)!send(fd, request, strlen(request), MSG_NOSIGNAL);
    for (;;) {
        struct pollfd polled = {.fd = fd, .events = POLLIN};
        (void)poll(&polled, 1, 1000);
        const ssize_t got = recv(fd, daemon->status + size, sizeof daemon->status - 1 - size, 0);
        if (got <= 0) {
            break;
        }
        size += (size_t)got;
    }
    close(fd);
    daemon->status[size] = '\0';
    return strstr(daemon->status, "200 OK") != NULL;
}

/* A number that the status has of a process; UINT64_MAX: it has none. */
uint64_t daemon_number(struct daemon *daemon, const char *process, const char *member)
{
    char name[64], wanted[64];
    snprintf(name, sizeof name, "\"process\":\"%s\"", process);
    snprintf(wanted, sizeof wanted, "\"%s\":", member);
    for (unsigned turn = 0; turn < TURNS_MAX; turn++) {
        const char *at;
        if (daemon_ask(daemon, "GET /status HTTP/1.1\r\n\r\n") &&
            (at = strstr(daemon->status, name)) != NULL) {
            while (strncmp(at, "{\"counters\"", 11) != 0) {
                at--;
            }
            const char *end = strstr(at, "\"up\"");
            const char *found = strstr(at, wanted);
            return found == NULL || found > end ? UINT64_MAX
                                                : strtoull(found + strlen(wanted), NULL, 10);
        }
        daemon_nap();
    }
    fail_msg("there is no status");
    return 0;
}

void daemon_wait_until_not(struct daemon *daemon, const char *process, const char *member,
                           uint64_t value)
{
    for (unsigned turn = 0; turn < TURNS_MAX; turn++) {
        const uint64_t now = daemon_number(daemon, process, member);
        if (now != value && now != 0) {
            return;
        }
        daemon_nap();
    }
    fail_msg("%s of %s stays %" PRIu64, member, process, value);
}

void daemon_start_and_wait(struct daemon *daemon)
{
    daemon_start(daemon);
    daemon_wait_for(daemon, "event=ready", 1);
}

int daemon_stop(struct daemon *daemon, int number)
{
    int how;
    kill(daemon->pid, number);
    assert_int_equal(waitpid(daemon->pid, &how, 0), daemon->pid);
    daemon->pid = 0;
    assert_true(WIFEXITED(how));
    return WEXITSTATUS(how);
}

void daemon_wait_for_said(struct daemon *daemon, const char *words)
{
    char path[600];
    snprintf(path, sizeof path, "%s/said", daemon->store);
    for (unsigned turn = 0; turn < TURNS_MAX; turn++) {
        if (strstr(daemon_told(daemon, path), words) != NULL) {
            return;
        }
        daemon_nap();
    }
    fail_msg("not said: %s, but %s", words, daemon->told);
}
