/*
 * core/vmc/request.h -- what a user asks the controller in a machine for, and what is answered: the
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
#ifndef CORE_VMC_REQUEST_H
#define CORE_VMC_REQUEST_H

#include "schema/wire/message.h"
#include "store/wrap.h"

enum {
    REQUEST_PATH_MAX = 1024, /* bytes of a path, an export, a sentence */
    REQUEST_SIZE_MAX = 4096, /* bytes of any message */
};

enum request_kind {
    REQUEST_UNLOCK = 1, /* u64 drive, u8 read_only, u8 format, bytes wrap */
    REQUEST_LOCK,       /* u64 drive */
    REQUEST_LIST,       /* nothing: drives */
    REQUEST_STATUS,     /* nothing */
    REQUEST_MOUNT,      /* u64 nfs: a network share */
    REQUEST_UNMOUNT,    /* u64 nfs */
};

struct request {
    enum request_kind kind;
    uint64_t object; /* n of the drive or share */
    bool read_only;  /* of unlocking */
    bool format;     /* of unlocking: what is on the drive is given up, if the log allows it */
    struct wrap wrap;
};
void request_put(struct text *out, const struct request *request);
MUST_CHECK struct status request_get(struct bytes message, struct request *out);

enum answer_kind {
    ANSWER_STEP = 32, /* bytes what is being done */
    ANSWER_DRIVE,     /* struct answer_drive */
    ANSWER_STATUS,    /* struct answer_status */
    ANSWER_DONE,      /* status */
};

enum answer_drive_state {
    ANSWER_DRIVE_BLANK = 1,
    ANSWER_DRIVE_LOCKED,
    ANSWER_DRIVE_OPEN,
    ANSWER_DRIVE_FOREIGN, /* something is on it that is not a drive of this number */
};
const char *answer_drive_state_name(enum answer_drive_state state);

struct answer_drive {
    uint64_t drive, size;
    enum answer_drive_state state;
    bool read_only;
    struct bytes path; /* where it is mounted; empty: it is not */
};
struct answer_status {
    struct bytes program; /* its version */
    uint64_t applied;     /* policy up to this event is in force */
    uint64_t since_us;    /* how long it runs */
    uint32_t users, directories, drives;
    struct digest policy;
};
struct answer {
    enum answer_kind kind;
    struct bytes step;
    struct answer_drive drive;
    struct answer_status status;
    struct wire_status done;
};
void answer_put(struct text *out, const struct answer *answer);
/* `done` is taken from a status. */
void answer_put_done(struct text *out, struct status status);
MUST_CHECK struct status answer_get(struct bytes message, struct answer *out);

#endif
