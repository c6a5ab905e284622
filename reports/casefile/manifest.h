/*
 * reports/casefile/manifest.h -- the hashes of a folder's files, in the forms that people ask for.
 *
 * Shape    MANIFEST.sha256 has a line for each file, as `sha256sum -c` reads it, in the order of
 *          names. CMMCAssessmentArtifacts.log has the same as the table that the DoD's script
 *          prints (algorithm, hash in upper case, path), and CMMCAssessmentLogHash.log the hash of
 *          that table in the same form.
 * Limits   MANIFEST_FILES_MAX files; names of [A-Za-z0-9._-], at most one folder deep.
 * Source   compliance.md 1.1; CMMC Artifact Hashing Tool User Guide.
 */
#ifndef REPORTS_CASEFILE_MANIFEST_H
#define REPORTS_CASEFILE_MANIFEST_H

#include "schema/text.h"

enum {
    MANIFEST_FILES_MAX = 40000,
    MANIFEST_NAME_SIZE = 128,   /* bytes, with its end */
    MANIFEST_LINE_SIZE = 256,   /* bytes that a file takes in any of the forms, at most */
    MANIFEST_TABLE_HEAD = 1024, /* and what comes before */
};

#define MANIFEST_SUMS "MANIFEST.sha256"
#define MANIFEST_ARTIFACTS "CMMCAssessmentArtifacts.log"
#define MANIFEST_LOG_HASH "CMMCAssessmentLogHash.log"

struct manifest_entry {
    char name[MANIFEST_NAME_SIZE];
    struct digest digest;
};

/* By name, in the order of bytes. */
void manifest_sort(struct manifest_entry *entries, size_t count);

/* Whether a file of a folder may have this name. */
bool manifest_is_name(struct bytes name);

void manifest_write_sums(const struct manifest_entry *entries, size_t count, struct text *out);
/* For both tables. */
void manifest_write_table(const struct manifest_entry *entries, size_t count, struct text *out);

/* Takes the next line of MANIFEST.sha256 from `*rest`; false at the end. MALFORMED. */
MUST_CHECK struct status manifest_read_line(struct bytes *rest, struct manifest_entry *out,
                                            bool *more);

#endif
