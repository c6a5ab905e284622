/*
 * auditd/vmc/drives.h -- the drives of a machine: found, formatted once, opened, mounted, closed.
 *
 * Shape    A drive is the block device whose serial number is `drive-<n>`. Unlocking one that is
 *          blank and should be formats it (LUKS2, ext4) and says so; one that is ours is opened;
 *          anything else is left alone unless its owner has asked for it to be formatted anew.
 *          What happened is told in its order by drives_say: formatted, encryption_enabled,
 *          made_available, mounted.
 *          Mounted is <root>/drive-<n>, without devices and set-user-id programs.
 * Adopting What a controller before this one has mounted is taken over when opened.
 * Errors   NOT_FOUND: no such device. CONFLICT: open in the other mode, not ours, or blank
 *          though it was formatted once.
 *          READ_ONLY: a blank one cannot be formatted. KEY, IO. A step that fails is undone.
 * Source   domain.md DRV-06 to DRV-08, DRV-14; docs/decisions/0061-drives-in-a-machine.md.
 */
#ifndef AUDITD_VMC_DRIVES_H
#define AUDITD_VMC_DRIVES_H

#include "auditd/vmc/luks.h"

enum {
    DRIVES_MAX = 32, /* of a machine */
    DRIVES_PATH_MAX = 256,
};

enum drives_event {
    DRIVES_FORMATTED,
    DRIVES_ENCRYPTED,
    DRIVES_AVAILABLE,
    DRIVES_MOUNTED,
    DRIVES_UNMOUNTED,
};
struct drives_told {
    enum drives_event event;
    uint64_t drive;
    bool read_only;
    const char *path; /* of mounting */
    const char *uuid; /* of formatting */
};
typedef struct status drives_say(void *context, const struct drives_told *told);

struct drives_options {
    const char *blocks;  /* /sys/block */
    const char *devices; /* /dev */
    const char *mapper;  /* /dev/mapper */
    const char *root;    /* where they are mounted */
    const char *mounts;  /* /proc/self/mounts */
    const char *mkfs;    /* /sbin/mkfs.ext4 */
    struct luks_stretching stretching;
    drives_say *say;
    void *context; /* for say; outlives the drives */
};

struct drives; /* opaque */

/* Strings are lent as long as the drives. On success *out is the caller's. NO_MEMORY, IO. */
MUST_CHECK struct status drives_open(const struct drives_options *options, struct drives **out);
/* Frees it; what is mounted stays so. */
void drives_close(struct drives **drives);

struct drives_unlock {
    uint64_t drive;
    bool read_only;
    bool is_new; /* the log says that it was never formatted: a blank one may be */
    bool format; /* whatever is on it: the caller has checked that this was asked for */
    const struct secret_bytes *key;
};
MUST_CHECK struct status drives_unlock(struct drives *drives, const struct drives_unlock *unlock);
/* Unmounts and closes. NOT_FOUND: it is not open. CONFLICT: it is in use. */
MUST_CHECK struct status drives_lock(struct drives *drives, uint64_t drive);
/* Whatever goes: at the end of the machine. */
void drives_lock_all(struct drives *drives);

/* What is there. */
struct drives_seen {
    uint64_t drive, size;
    enum luks_kind kind;
    bool is_open, read_only;
    char path[DRIVES_PATH_MAX]; /* empty: not mounted */
};
/* Of all devices that are drives, at most DRIVES_MAX. IO. */
MUST_CHECK struct status drives_look(const struct drives *drives,
                                     struct drives_seen out[static DRIVES_MAX], size_t *count);
/* Where an open drive is mounted; NULL: it is not. */
const char *drives_path(const struct drives *drives, uint64_t drive, bool *read_only);

/* What follows "drive-" in a serial number, as a number; false if it is none. */
bool drives_read_serial(struct bytes text, uint64_t *out);

#endif
