/*
 * tests/auditd/daemon.h -- a supervisor in a process of its own, over a store that is none.
 *
 * Shape    The test's program is the daemon's, too: its main runs process_run for --role. What is
 *          waited for is polled for, some seconds at most.
 */
#ifndef TESTS_AUDITD_DAEMON_H
#define TESTS_AUDITD_DAEMON_H

#include "auditd/supervisor/parts.h"
#include "tests/support/scratch.h"

enum {
    TURNS_MAX = 2000, /* of daemon_nap: the most that anything is waited for */
};

struct daemon {
    const struct role_info *roles; /* set by the test's set-up */
    struct scratch scratch;
    char store[300], config[300], journal[300], metrics[320], notify[300];
    int notified;
    pid_t pid;
    char status[64 << 10], told[256 << 10];
};

int daemon_set_up(struct daemon *daemon);
void daemon_tear_down(struct daemon *daemon);
void daemon_nap(void);
void daemon_write(const char *folder, const char *name, const char *text);
/* Settings of the next start: quick deadlines, and `more` lines after those of [daemon]. */
void daemon_configure(const struct daemon *daemon, const char *more);

_Noreturn void daemon_be(const struct daemon *daemon);
void daemon_start(struct daemon *daemon);
void daemon_start_and_wait(struct daemon *daemon);
/* Sends the signal, and returns the exit code. */
int daemon_stop(struct daemon *daemon, int number);

/* What is in a file; of the daemon's memory. */
const char *daemon_told(struct daemon *daemon, const char *path);
/* Until the journal has it, `count` times. */
void daemon_wait_for(struct daemon *daemon, const char *words, unsigned count);
/* Until the writer was given it for the log. */
void daemon_wait_for_said(struct daemon *daemon, const char *words);

/* Whether the socket of metrics answers with 200; the answer is in `status`. */
bool daemon_ask(struct daemon *daemon, const char *request);
/* A number that the status has of a process; UINT64_MAX: it has none. */
uint64_t daemon_number(struct daemon *daemon, const char *process, const char *member);
/* Until it is another one, and not 0. */
void daemon_wait_until_not(struct daemon *daemon, const char *process, const char *member,
                           uint64_t value);

#endif
