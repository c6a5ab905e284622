/*
 * tests/e2e/trials.h -- many trials of damage in forked children, any of which may die.
 *
 * Shape    Trials are numbered. A child takes them in turn: damage, try, repair. When one of them
 *          kills it, the parent writes down the signal, repairs, and forks again for the rest.
 *          Two lanes work at once, each on what is its own.
 */
#ifndef TESTS_E2E_TRIALS_H
#define TESTS_E2E_TRIALS_H

#include "schema/status.h"

enum {
    TRIAL_LANES = 2,
    TRIAL_SECONDS = 20, /* for one of them: then it hangs, and SIGALRM ends it */
};

/* What came of one trial: these, or a signal. */
enum outcome_of_trial {
    TRIAL_NOT_MADE,
    TRIAL_SAME,      /* every answer as before */
    TRIAL_FOUND,     /* the verifier named the damage */
    TRIAL_DIFFERENT, /* another answer, and nothing was said */
    TRIAL_EXITED,    /* the child ended by itself: a sanitizer, or a test that failed */
    TRIAL_FAILED,    /* and the code of the failure */
    TRIAL_SIGNAL = 128,
};

struct trials {
    uint64_t count;
    void *context;
    void (*damage)(void *context, unsigned lane, uint64_t i);
    void (*repair)(void *context, unsigned lane, uint64_t i);
    uint8_t (*try_it)(void *context, unsigned lane); /* in the child */
    const char *noise;                               /* a file that gets what the children print */
    uint8_t *outcomes; /* count of them, in memory shared with the children: trials_memory */
};

/* Shared memory of so many bytes, or the end of the program. */
void *trials_memory(uint64_t size);
/* Makes all of them. */
void trials_run(struct trials *trials);

#endif
