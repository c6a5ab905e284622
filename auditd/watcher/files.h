/*
 * auditd/watcher/files.h -- files that the log knows: what the kernel tells of them.
 *
 * Shape    No link is followed, no file is waited for, and none is written. Of one that looks like
 *          qcow2 the head is read, if it may be.
 * Memory   The name of what lies below is in the arena.
 * Errors   None: what cannot be looked at was not looked at.
 */
#ifndef AUDITD_WATCHER_FILES_H
#define AUDITD_WATCHER_FILES_H

#include "auditd/watcher/observed.h"
#include "schema/arena.h"

void files_look(const char *path, bool is_raw, struct arena *arena, struct seen_file *out);

/* The exports of a file in the format of exports(5): what is exported, and to whom and how. False,
 * and nothing is known, if it cannot be read or has more than `most`. A file that is not there
 * exports nothing. */
MUST_CHECK bool files_exports(const char *path, struct arena *arena, struct seen_export *out,
                              size_t most, size_t *count);

#endif
