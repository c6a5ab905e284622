/*
 * auditd/vmc/mounts.h -- which mounts over the network a line of /proc/mounts tells of.
 *
 * Shape    `server:export directory nfs4 ro,... 0 0`; an IPv6 server stands in brackets; blanks and
 *          backslashes are written \040 and so on.
 * Errors   false for a line that is none, or of what is no network file system.
 * Source   proc(5), nfs(5); domain.md DRV-20.
 */
#ifndef AUDITD_VMC_MOUNTS_H
#define AUDITD_VMC_MOUNTS_H

#include "schema/text.h"

struct mounts_line {
    struct text server, export, path; /* in the caller's memory */
    bool read_only;
};

bool mounts_read(struct bytes line, struct mounts_line *out);

#endif
