/*
 * core/vmc/errand.h -- what a user asks the controller in a machine for, and what is answered: the
 * messages of a visit (core/vmc/visit.h).
 *
 * Shape    Each request is answered with any number of steps and rows, and then with `done`. A
 *          message is u8 kind and the fields named at its members, as schema/wire/wire.h has them.
 *          The key of a drive comes wrapped once more, for the controller's own receiving key, so
 *          that it lies nowhere but in locked memory.
 * Memory   What is decoded is lent from the message.
 * Errors   MALFORMED, LIMIT.
 * Source   domain.md DRV-06 to DRV-08, DRV-15, DRV-20; docs/FORMAT.md.
 */
#ifndef CORE_VMC_ERRAND_H
#define CORE_VMC_ERRAND_H

#include "schema/wire/message.h"
#include "store/wrap.h"

enum {
    ERRAND_PATH_MAX = 1024, /* bytes of a path, an export, a sentence */
    ERRAND_SIZE_MAX = 4096, /* bytes of any message */
};

enum errand_kind {
    ERRAND_UNLOCK = 1, /* u64 drive, u8 read_only, u8 format, bytes wrap */
    ERRAND_LOCK,       /* u64 drive */
    ERRAND_LIST,       /* nothing: drives */
    ERRAND_STATUS,     /* nothing */
    ERRAND_MOUNT,      /* u64 nfs: a network share */
    ERRAND_UNMOUNT,    /* u64 nfs */
};

struct errand {
    enum errand_kind kind;
    uint64_t object; /* n of the drive or share */
    bool read_only;  /* of unlocking */
    bool format;     /* of unlocking: what is on the drive is given up, if the log allows it */
    struct wrap wrap;
};
void errand_put(struct text *out, const struct errand *errand);
MUST_CHECK struct status errand_get(struct bytes message, struct errand *out);

enum reply_kind {
    REPLY_STEP = 32, /* bytes what is being done */
    REPLY_DRIVE,     /* struct reply_drive */
    REPLY_STATUS,    /* struct reply_status */
    REPLY_DONE,      /* status */
};

enum reply_drive_state {
    REPLY_DRIVE_BLANK = 1,
    REPLY_DRIVE_LOCKED,
    REPLY_DRIVE_OPEN,
    REPLY_DRIVE_FOREIGN, /* something is on it that is not a drive of this number */
};
const char *reply_drive_state_name(enum reply_drive_state state);

struct reply_drive {
    uint64_t drive, size;
    enum reply_drive_state state;
    bool read_only;
    struct bytes path; /* where it is mounted; empty: it is not */
};
struct reply_status {
    struct bytes program; /* its version */
    uint64_t applied;     /* policy up to this event is in force */
    uint64_t since_us;    /* how long it runs */
    uint32_t users, directories, drives;
    struct digest policy;
};
struct reply {
    enum reply_kind kind;
    struct bytes step;
    struct reply_drive drive;
    struct reply_status status;
    struct wire_status done;
};
void reply_put(struct text *out, const struct reply *answer);
/* `done` is taken from a status. */
void reply_put_done(struct text *out, struct status status);
MUST_CHECK struct status reply_get(struct bytes message, struct reply *out);

#endif
