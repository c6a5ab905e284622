/*
 * auditd/virt/patience.h -- signs of life while a call of libvirt takes its time.
 *
 * Shape    A clock ticks once a second for the whole life of the process. While patience is had, a
 *          tick calls `beat`, for so many seconds at most: then the supervisor may think what it
 *          thinks of a process that is silent.
 * Process  `beat` is called from a signal's handler, and may do only what such a one may.
 *          SIGALRM is taken; made before the sandbox.
 * Errors   IO with errno.
 */
#ifndef AUDITD_VIRT_PATIENCE_H
#define AUDITD_VIRT_PATIENCE_H

#include "schema/status.h"

#include <signal.h>
#include <time.h>

struct patience {
    void (*beat)(void *context);
    void *context;
    volatile sig_atomic_t left; /* seconds; 0: none is had */
    timer_t timer;
};

/* Lasts as long as the process; *patience stays where it is. */
MUST_CHECK struct status patience_begin(struct patience *patience);
void patience_have(struct patience *patience, unsigned seconds);
void patience_end(struct patience *patience);

#endif
