/*
 * auditd/virt/exports.h -- what is exported to machines, as exports(5) has it.
 *
 * Shape    A line for each network share that is allowed: read-only, squashed, from the file system
 *          of its path alone. The file is ours: it is written anew, whole, whenever that changes.
 * Errors   MALFORMED: a path that is none, or a server that is no host; LIMIT: no room in `out`.
 * Source   exports(5); domain.md DRV-20: read-only, and within the envelope, or not at all.
 */
#ifndef AUDITD_VIRT_EXPORTS_H
#define AUDITD_VIRT_EXPORTS_H

#include "schema/text.h"

/* What stands before all lines. */
void exports_begin(struct text *out);
/* One line: the share's number, the path, who may mount it. */
MUST_CHECK struct status exports_add(struct text *out, uint64_t share, struct bytes path,
                                     struct bytes clients);

#endif
