/*
 * tools/leaving.h -- what leaves the store: recorded first, then whole under its own name.
 *
 * Shape    An export is an event, audit.exported, and it is durable before anything of the export
 *          can be seen: whatever has left has been recorded. (What has been recorded may have been
 *          stopped before it left.)
 */
#ifndef TOOLS_LEAVING_H
#define TOOLS_LEAVING_H

#include "tools/store_open.h"

/* What the event says. The name of the user who runs the program is added. */
struct leaving {
    enum export_form form;
    uint64_t size;               /* events of the log that it is about */
    const struct digest *digest; /* of the bytes; NULL: of a directory, or not known beforehand */
};

/* Records it, if the store was opened for writing. */
MUST_CHECK enum exit_code leaving_record(struct invocation *invocation, struct engine *engine,
                                         const struct leaving *leaving);

/* A new file, which has no name until all of it is there. */
struct leaving_file; /* opaque */

/* EXISTS if there is one of that name; IO. On success *out is the caller's: leaving_file_close. */
MUST_CHECK struct status leaving_file_open(const char *path, struct leaving_file **out);
/* Without leaving_file_name there was nothing. */
void leaving_file_close(struct leaving_file **file);

MUST_CHECK struct status leaving_file_put(struct leaving_file *file, struct bytes bytes);
/* For whoever writes by other means than leaving_file_put; lent. */
int leaving_file_descriptor(const struct leaving_file *file);
/* All of it is on disk; *digest is the SHA-256 of its bytes. */
MUST_CHECK struct status leaving_file_end(struct leaving_file *file, struct digest *digest);
/* Gives it its name. EXISTS, IO. */
MUST_CHECK struct status leaving_file_name(struct leaving_file *file);

#endif
