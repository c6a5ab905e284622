/*
 * tests/reports/oscal/assessment.h -- random assessments, with hostile words in them.
 *
 * Shape    As an assessment of a log could be: any verdicts, reasons, evidence and declarations.
 */
#ifndef TESTS_REPORTS_OSCAL_ASSESSMENT_H
#define TESTS_REPORTS_OSCAL_ASSESSMENT_H

#include "reports/oscal/oscal.h"

struct sample {
    struct au_assessment assessment;
    struct verify_report verified;
    struct oscal_event events[OSCAL_EVENTS_MAX];
    struct oscal_input input;
};

/* The same for the same seed. The caller's memory, which is big. */
void sample_fill(struct sample *sample, uint64_t seed);

#endif
