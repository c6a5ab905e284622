/*
 * tools/guard.h -- a child process to open a store in, because a damaged file may end it.
 *
 * Shape    LMDB trusts its file: reading a damaged one can raise SIGBUS, SIGSEGV or an assertion.
 *          The work runs in a forked child that notes on a shared page what it is at; the parent
 *          waits, and turns such a death into a sentence and an exit code.
 * Process  The parent takes no signal by a handler: it waits for them. Ctrl-C is passed on; the
 *          second one kills. In the child SIGINT, SIGTERM and SIGHUP are blocked and seen by
 *          guard_interrupted alone, so that no system call of the store is cut short; the child
 *          leaves no core dump and does not outlive the parent. Threads are made in the child.
 * Source   reliability.md F.2, P10 and P22.
 */
#ifndef TOOLS_GUARD_H
#define TOOLS_GUARD_H

#include "tools/exit.h"

#define GUARD_NO_EVENT UINT64_MAX

struct guard_page {
    char who[64];   /* begins every sentence: `cairn: verify` */
    char doing[64]; /* `reading`; empty: the store is not open yet, and a crash is a bug */
    uint64_t event; /* its number, or GUARD_NO_EVENT */
    int signals;    /* descriptor that is readable once a signal has come; -1: none */
};

/* A page for work without a guard: nothing interrupts it. */
struct guard_page guard_page_alone(void);

/* Runs the function in a child. The answer is what it returned (after SIGTERM, EXIT_TERMINATED
 * instead of EXIT_INTERRUPTED); or, of a child that died by a signal, a code with a sentence on
 * standard error: EXIT_INTEGRITY for SIGBUS, SIGSEGV, SIGABRT, SIGFPE and SIGILL once the store is
 * open and EXIT_INTERNAL before, otherwise 128 and the signal. */
enum exit_code guard_run(enum exit_code (*run)(void *context, struct guard_page *page),
                         void *context);

/* Notes who works, and at what: cheap enough for every event. `doing` is cut to fit. */
void guard_name(struct guard_page *page, const char *who);
void guard_at(struct guard_page *page, const char *doing, uint64_t event);

/* Whether SIGINT, SIGTERM or SIGHUP has come. A system call: a tight loop asks every few hundred
 * events. Once true it stays so. */
bool guard_interrupted(const struct guard_page *page);

enum guard_wait {
    GUARD_READY,
    GUARD_TIMEOUT,
    GUARD_INTERRUPTED,
};

/* Waits until the descriptor (-1: none) can be read or has failed, for at most so long (-1: for
 * ever). A signal comes first. */
enum guard_wait guard_wait(const struct guard_page *page, int descriptor, int timeout_ms);

#endif
