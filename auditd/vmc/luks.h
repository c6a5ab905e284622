/*
 * auditd/vmc/luks.h -- LUKS2 on the drives of a machine.
 *
 * Shape    A drive of ours carries the label `cairn-drive-<n>`; until its file system has been
 *          made, `cairn-new-<n>`, so that what was interrupted is known. Its passphrase is the
 *          drive's key, 32 random bytes, as it is: stretching it adds nothing, but costs little,
 *          and keeps the header one like others. Cipher: aes-xts-plain64 with 512 bits.
 * Blank    The first LUKS_LOOKED bytes and the last 1 MiB are zeroes: nothing else is ever
 *          formatted without being asked for.
 * Memory   Keys are lent; libcryptsetup wipes its own.
 * Errors   KEY: the key does not open the drive. CONFLICT: the name is in use. IO with errno and
 *          libcryptsetup's failure otherwise; where there is no device-mapper, opening under a name
 *          fails so.
 * Source   libcryptsetup 2.6; domain.md DRV-06, DRV-08.
 */
#ifndef AUDITD_VMC_LUKS_H
#define AUDITD_VMC_LUKS_H

#include "schema/text.h"
#include "store/wrap.h"

enum {
    LUKS_LOOKED = 16 << 20, /* bytes at the beginning of a device */
    LUKS_NAME_MAX = 64,
    LUKS_UUID_MAX = 48,
};

enum luks_kind {
    LUKS_BLANK,
    LUKS_NEW,     /* ours, and its file system was never finished */
    LUKS_OURS,    /* of this drive */
    LUKS_FOREIGN, /* anything else */
};

/* What is on a device, seen from outside. IO. */
MUST_CHECK struct status luks_look(const char *device, uint64_t drive, enum luks_kind *out);

struct luks_stretching {
    bool quick; /* PBKDF2 with 1,000 rounds: for tests */
};

/* Makes a device ours, as LUKS_NEW; `uuid` is for LUKS_UUID_MAX bytes. */
MUST_CHECK struct status luks_format(const char *device, uint64_t drive,
                                     const struct secret_bytes *key,
                                     const struct luks_stretching *stretching, struct text *uuid);
/* LUKS_NEW becomes LUKS_OURS. */
MUST_CHECK struct status luks_finish(const char *device, uint64_t drive);

/* Whether the key is the drive's: OK or KEY. */
MUST_CHECK struct status luks_test(const char *device, const struct secret_bytes *key);
/* Makes /dev/mapper/NAME. */
MUST_CHECK struct status luks_open(const char *device, const char *name,
                                   const struct secret_bytes *key, bool read_only);
MUST_CHECK struct status luks_close(const char *name);

#endif
