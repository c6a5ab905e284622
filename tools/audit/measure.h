/*
 * tools/audit/measure.h -- programs, libraries and settings of the audit as installed.
 *
 * Shape    A line for each file, `path sha256 mode owner`, in the order of the paths; of a
 *          directory there is no hash, but `-`. What is measured: this program, cairn-verify
 *          beside it, every library that is loaded, the directories of the store's log and keys,
 *          and what is named. The hash of a measurement is that of its lines, each with its line
 *          feed.
 * Limits   MEASURE_FILES_MAX files.
 * Source   NIST SP 800-171A 3.3.8 (d to f).
 */
#ifndef TOOLS_AUDIT_MEASURE_H
#define TOOLS_AUDIT_MEASURE_H

#include "schema/bytes.h"
#include "schema/status.h"

enum {
    MEASURE_FILES_MAX = 200,
    MEASURE_LINE_MAX = 4600, /* bytes: a path of 4,096 */
};

struct measure {
    size_t count;
    struct bytes lines[MEASURE_FILES_MAX]; /* in `memory` */
    size_t used;
    char memory[MEASURE_FILES_MAX * 512];
};

/* Whose permissions let others change a file or directory: the mode of its line. */
bool measure_is_open(struct bytes line);
/* The parts of a line; false if it is none. */
struct measured {
    struct bytes path, digest, mode, owner;
};
bool measure_split(struct bytes line, struct measured *out);

/* Measures all of it. `store` is the store's directory; `more` (may be NULL) ends with NULL. IO of
 * the first file that cannot be read, which is *wrong; LIMIT. */
MUST_CHECK struct status measure_all(const char *store, const char *const *more,
                                     struct measure *out, const char **wrong);

/* The hash of the lines. */
MUST_CHECK struct status measure_digest(const struct measure *measure, struct digest *out);

#endif
