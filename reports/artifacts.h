/*
 * reports/artifacts.h -- the manifest of an assessment: its files, and until when each is kept.
 *
 * Shape    A row for each file: path, hash, size, who made it, and the day until which it is to be
 *          kept. The hashes alone, in the forms of other tools, are reports/casefile/manifest.h's.
 * Source   32 CFR 170.16(c)(4), 170.17(c)(4); compliance.md 5, report 29.
 */
#ifndef REPORTS_ARTIFACTS_H
#define REPORTS_ARTIFACTS_H

#include "reports/casefile/manifest.h"
#include "reports/rows.h"

enum {
    ARTIFACTS_KEPT_YEARS = 6, /* from the status date on */
};

struct artifact {
    struct manifest_entry file; /* its path below the directory, and its SHA-256 */
    uint64_t size;              /* bytes */
};

/* By path; no two are the same. */
void artifacts_sort(struct artifact *artifacts, size_t count);

/* A row for each: artifact, algorithm, sha256, bytes, made_by, retained_until. */
MUST_CHECK struct status artifacts_put_manifest(const struct artifact *artifacts, size_t count,
                                                const char *made_by, uint64_t made_utc_us,
                                                struct rows *rows);

/* The same day, so many years later; 29 February becomes 1 March. */
uint64_t artifacts_years_later(uint64_t utc_us, uint32_t years);

#endif
