/*
 * auditd/vmc/keep.h -- what a controller knows for as long as its machine runs, and no longer.
 *
 * Shape    A directory in memory (/run), mode 0700: the secrets that its keys are made of, whose
 *          key it has pinned, and that it is to start again. A controller that ends and starts
 *          again in the same run is the same one.
 * Memory   Secrets lie in locked memory.
 * Errors   IO, NO_MEMORY; CORRUPT: a file is not what was written; KEY.
 * Source   domain.md VM-03, VM-17.
 */
#ifndef AUDITD_VMC_KEEP_H
#define AUDITD_VMC_KEEP_H

#include "schema/id.h"
#include "schema/limits.h"
#include "store/key.h"
#include "store/wrap.h"

enum {
    KEEP_KEY_TEXT_MAX = 512,
    KEEP_PROGRAM_MAX = 64,
};

/* Which machine this is, whose, and since when. All empty: not known yet. */
struct pin {
    struct id vm, owner;
    uint64_t run;
    char origin[ORIGIN_MAX + 1];
    char name[NAME_MAX_SIZE + 1];          /* of the emitter */
    char owner_key[KEEP_KEY_TEXT_MAX];     /* empty: not known yet */
    uint64_t restarted;                    /* the newest request to start again */
    char restarted_from[KEEP_PROGRAM_MAX]; /* the version that was asked; empty: it is said */
};

struct keep; /* opaque */

/* Makes the directory and the secrets where there are none. *out is the caller's: keep_close. */
MUST_CHECK struct status keep_open(const char *directory, struct keep **out);
void keep_close(struct keep **keep);

/* The pin, to be changed and kept. */
struct pin *keep_pin(struct keep *keep);
MUST_CHECK struct status keep_save(struct keep *keep);

/* The signing key under a name; the caller's. */
MUST_CHECK struct status keep_key(const struct keep *keep, const char *name,
                                  struct secret_key **out);
/* The receiving key's secret half, lent as long as keep. */
const struct secret_bytes *keep_receive(const struct keep *keep);

#endif
