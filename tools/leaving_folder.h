/*
 * tools/leaving_folder.h -- a new folder of files that leaves the store: nothing of it can be seen
 * until all of it is there.
 *
 * Shape    The files are made in a folder beside it (PATH.part-XXXXXX), which gets its name in the
 *          end. What was not finished is removed again.
 * Limits   LEAVING_FILES_MAX files, in the folder itself or one folder below.
 */
#ifndef TOOLS_LEAVING_FOLDER_H
#define TOOLS_LEAVING_FOLDER_H

#include "reports/casefile/manifest.h"
#include "store/hash.h"

enum {
    LEAVING_FILES_MAX = MANIFEST_FILES_MAX,
};

struct leaving_folder; /* opaque */

/* EXISTS if there is something of that name. `path` is lent. On success *out is the caller's. */
MUST_CHECK struct status leaving_folder_open(const char *path, struct leaving_folder **out);
void leaving_folder_close(struct leaving_folder **folder);

/* Writes a file, `name` or `folder/name`. IO, LIMIT, EXISTS. */
MUST_CHECK struct status leaving_folder_put(struct leaving_folder *folder, const char *name,
                                            struct bytes bytes);
/* The files so far, with their hashes, in the order of their names. */
const struct manifest_entry *leaving_folder_files(struct leaving_folder *folder, size_t *count);
/* Gives the folder its name, when all of it is on disk. EXISTS, IO. */
MUST_CHECK struct status leaving_folder_name(struct leaving_folder *folder);

#endif
