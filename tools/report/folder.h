/*
 * tools/report/folder.h -- a directory that a report's files go to, each with its hash remembered.
 *
 * Shape    Files are new ones, whole under their names or not there at all; one that is there
 *          already is not written over. What has been written can be listed at the end.
 * Limits   FOLDER_FILES_MAX files.
 */
#ifndef TOOLS_REPORT_FOLDER_H
#define TOOLS_REPORT_FOLDER_H

#include "reports/artifacts.h"
#include "tools/invocation.h"

enum {
    FOLDER_FILES_MAX = 5000,
    FOLDER_PATH_SIZE = 4096,
};

struct folder {
    const struct invocation *invocation;
    const char *path; /* lent */
    struct artifact *artifacts;
    size_t count;
};

/* Makes the directory if it is not there; what is above it is. On EXIT_DONE *out is the caller's:
 * folder_close. */
MUST_CHECK enum exit_code folder_open(const struct invocation *invocation, const char *path,
                                      struct folder *out);
void folder_close(struct folder *folder);

/* Makes a directory in it. */
MUST_CHECK enum exit_code folder_make(const struct folder *folder, const char *name);

/* Writes a file. */
MUST_CHECK enum exit_code folder_put(struct folder *folder, const char *name, struct bytes bytes);

/* Writes a file through an output. */
typedef struct status folder_writer(void *context, struct output *output);
MUST_CHECK enum exit_code folder_write(struct folder *folder, const char *name,
                                       folder_writer *write, void *context);

/* Takes up a file that somebody else has written there. */
MUST_CHECK enum exit_code folder_adopt(struct folder *folder, const char *name,
                                       const struct digest *sha256, uint64_t size);

/* The newest file. */
const struct artifact *folder_newest(const struct folder *folder);

#endif
