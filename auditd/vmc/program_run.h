/*
 * auditd/vmc/program_run.h -- other programs, run to their end: mkfs.ext4, mount.nfs, umount.
 *
 * Shape    No shell. The environment is PATH alone; input and output are /dev/null.
 * Errors   NOT_FOUND: no such program. IO with what the program returned, or ETIMEDOUT: it was
 *          killed after PROGRAM_SECONDS.
 */
#ifndef AUDITD_VMC_PROGRAM_RUN_H
#define AUDITD_VMC_PROGRAM_RUN_H

#include "schema/status.h"

enum {
    PROGRAM_SECONDS = 600, /* a file system of many terabytes takes a while */
};

/* `arguments` as of main, NULL at the end; the first is a path. */
MUST_CHECK struct status program_run(const char *const *arguments);

#endif
