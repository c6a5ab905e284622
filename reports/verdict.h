/*
 * reports/verdict.h -- what a verification found, for people and for programs.
 *
 * Shape    Never a bare yes: ranges of events and what covers each (witnessed, signed, unsigned),
 *          what was checked and what could not be, and each finding with its event.
 */
#ifndef REPORTS_VERDICT_H
#define REPORTS_VERDICT_H

#include "reports/output.h"
#include "store/verify.h"

void verdict_write(const struct verify_report *report, const char *origin, bool json,
                   struct output *out);

#endif
