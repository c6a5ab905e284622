/*
 * reports/oscal/oscal.h -- an assessment of the AU practices as OSCAL 1.1.3.
 *
 * Shape    Five documents that refer to each other: the catalogue of the practices (NIST has
 *          published none for SP 800-171 r2), an assessment plan, the assessment results, the
 *          component definition of the log, and, if there is anything for it, a plan of action and
 *          milestones. Each objective has one observation and one finding; one that is not
 *          satisfied has a risk as well. An observation links the events that it rests on: each as
 *          the .tlog-proof file `proofs/N.tlog-proof` beside the documents with its SHA-256, if
 *          there are such files, else by position and leaf hash.
 * Ids      `AU.L2-3.3.1`, `AU.L2-3.3.1_smt`, `AU.L2-3.3.1_obj.a`. UUIDs are of version 5, from the
 *          log's name, the period and what is meant: a second run of the same period has the same
 *          ones, and `metadata.version` is the number of events that it has seen.
 * Verdicts Satisfied or not; nothing is left out as not applicable, because nobody has said that
 *          anything is. Only practices of one point come into the plan of action: 3.3.1, 3.3.2 and
 *          3.3.5 never do.
 * Text     What is foreign is printable and cannot be taken for markup; values of properties are
 *          one line without blanks around it, and an empty one is left out. No array is empty.
 * Errors   The output's; NOT_FOUND where there is no SHA-1 to make UUIDs with.
 * Source   OSCAL 1.1.3; compliance.md 3; 32 CFR 170.21.
 */
#ifndef REPORTS_OSCAL_OSCAL_H
#define REPORTS_OSCAL_OSCAL_H

#include "reports/au/au.h"
#include "reports/output.h"

enum {
    OSCAL_RANGE_MAX = 8, /* events of a range of evidence that are all proven; of a longer one, the
                            first and the last */
    OSCAL_EVENTS_MAX = OBJECTIVE_COUNT * AU_EVIDENCE_MAX * OSCAL_RANGE_MAX,
    OSCAL_POAM_DAYS = 180, /* until an item is closed */
};

enum oscal_document {
    OSCAL_CATALOG,
    OSCAL_ASSESSMENT_PLAN,
    OSCAL_ASSESSMENT_RESULTS,
    OSCAL_COMPONENT_DEFINITION,
    OSCAL_POAM,
    OSCAL_DOCUMENT_COUNT,
};

/* One event that the assessment rests on. */
struct oscal_event {
    uint64_t n;
    struct digest leaf_hash;
    bool has_proof;      /* proofs/N.tlog-proof is beside the documents, */
    struct digest proof; /* and this is its SHA-256 */
};

struct oscal_input {
    const struct au_assessment *assessment;
    const char *origin;               /* the log's name */
    const char *version;              /* of the program */
    bool final;                       /* else a draft, which is no evidence */
    const struct oscal_event *events; /* those of oscal_events, in order */
    size_t event_count;
};

/* assessment-results.json */
const char *oscal_file_name(enum oscal_document document);

/* Whether there is anything for the document: only OSCAL_POAM can have nothing. */
bool oscal_has(const struct oscal_input *input, enum oscal_document document);

/* The events that the assessment rests on, ascending, each once; how many. */
size_t oscal_events(const struct au_assessment *assessment, uint64_t out[static OSCAL_EVENTS_MAX]);

MUST_CHECK struct status oscal_put(const struct oscal_input *input, enum oscal_document document,
                                   struct output *output);

#endif
