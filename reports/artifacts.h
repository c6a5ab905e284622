/*
 * reports/artifacts.h -- lists of files with their hashes, as an assessor keeps them.
 *
 * Shape    The files of an assessment by path, size and SHA-256, in two forms: a manifest with when
 *          each may be thrown away, and what the Department of Defense's hashing script leaves:
 *          CMMCAssessmentArtifacts.log, a table of algorithm, hash in capitals and path, and
 *          CMMCAssessmentLogHash.log, the same about that file alone.
 * Order    By path, so that the same files make the same list.
 * Source   32 CFR 170.17(c)(4); the CMMC Artifact Hashing Tool User Guide; compliance.md 1.1.
 */
#ifndef REPORTS_ARTIFACTS_H
#define REPORTS_ARTIFACTS_H

#include "reports/rows.h"

#define ARTIFACTS_LOG "CMMCAssessmentArtifacts.log"
#define ARTIFACTS_LOG_HASH "CMMCAssessmentLogHash.log"

enum {
    ARTIFACTS_KEPT_YEARS = 6, /* from the status date on */
    ARTIFACT_PATH_SIZE = 96,  /* bytes of a path, with a final NUL */
};

struct artifact {
    char path[ARTIFACT_PATH_SIZE]; /* below the directory; printable ASCII */
    struct digest sha256;
    uint64_t size; /* bytes */
};

/* By path; no two are the same. */
void artifacts_sort(struct artifact *artifacts, size_t count);

/* The table of the hashing script: lines that end in CR LF. */
void artifacts_put_log(const struct artifact *artifacts, size_t count, struct output *output);

/* A row for each: artifact, algorithm, sha256, bytes, made_by, retained_until. */
MUST_CHECK struct status artifacts_put_manifest(const struct artifact *artifacts, size_t count,
                                                const char *made_by, uint64_t made_utc_us,
                                                struct rows *rows);

/* The same day, so many years later; 29 February becomes 1 March. */
uint64_t artifacts_years_later(uint64_t utc_us, uint32_t years);

#endif
