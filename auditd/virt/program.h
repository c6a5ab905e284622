/*
 * auditd/virt/program.h -- another program, run under limits: qemu-img, exportfs.
 *
 * Shape    One at a time, waited for; with no environment but PATH and LC_ALL, nothing to read, and
 *          no longer than its starter. Of images, formats are always named by the caller, and paths
 *          begin with a slash: nothing is guessed from what a guest may have written.
 * Limits   PROGRAM_MEMORY of address space, PROGRAM_SECONDS; PROGRAM_WORDS_MAX of what it says.
 * Errors   NOT_FOUND: there is no such program. IN_USE: somebody has the file open. IO: it failed,
 *          and program_run has its words.
 * Source   qemu-img(1).
 */
#ifndef AUDITD_VIRT_PROGRAM_H
#define AUDITD_VIRT_PROGRAM_H

#include "schema/text.h"

enum {
    PROGRAM_ARGUMENTS_MAX = 16,
    PROGRAM_WORDS_MAX = 1023,      /* bytes of its own words */
    PROGRAM_SECONDS = 6 * 60 * 60, /* that it may take */
};

#define PROGRAM_MEMORY (UINT64_C(4) << 30) /* bytes */

struct program {
    const char *path;
    void (*alive)(void *context); /* now and then while it runs; may be NULL */
    void *context;
    char words[PROGRAM_WORDS_MAX + 1]; /* what it said last, printable */
};

/* Runs it with these arguments (NULL at the end), at most PROGRAM_ARGUMENTS_MAX. */
MUST_CHECK struct status program_run(struct program *program, const char *const *arguments);

#endif
