/*
 * tools/report/evidence.h -- what a report rests on, put beside it: proofs, OSCAL, a manifest.
 *
 * Shape    `--evidence DIR` makes a directory that an assessor checks without the store: the
 *          report, each event that its rows rest on as proofs/N.tlog-proof, the log's public key,
 *          a manifest of all files with their SHA-256, and the same as the Department of Defense's
 *          hashing script leaves it. For the AU assessment the documents of OSCAL are there, too,
 *          and link the proofs.
 * Order    The export is recorded before anything can be seen of it. Proofs first, because the
 *          documents have their hashes; then the reports; then the lists.
 * Limits   EVIDENCE_EVENTS_MAX events; of a range of more than OSCAL_RANGE_MAX, the first and the
 *          last are proven.
 */
#ifndef TOOLS_REPORT_EVIDENCE_H
#define TOOLS_REPORT_EVIDENCE_H

#include "reports/oscal/oscal.h"
#include "tools/report/folder.h"
#include "tools/report/making.h"

enum {
    EVIDENCE_EVENTS_MAX = 4096,
};

struct evidence {
    struct making *making; /* lent: engine and question */
    struct folder folder;
    struct oscal_event *events; /* ascending; with hashes, and with proofs if those are made */
    size_t event_count;
};

/* Whether a report can be OSCAL. */
bool evidence_is_oscal(const struct report_info *info);

/* Begins: the directory is made, and the export recorded. On EXIT_DONE *out is the caller's:
 * evidence_close. */
MUST_CHECK enum exit_code evidence_open(struct making *making, const char *path,
                                        struct evidence *out);
void evidence_close(struct evidence *evidence);

/* Proves every event that the report's rows rest on. */
MUST_CHECK enum exit_code evidence_prove(struct evidence *evidence);

/* Writes the documents of OSCAL, each recorded as a report of its own. */
MUST_CHECK enum exit_code evidence_oscal(struct evidence *evidence);

/* Ends: key, manifest, lists of hashes, and how to check them. */
MUST_CHECK enum exit_code evidence_end(struct evidence *evidence);

#endif
