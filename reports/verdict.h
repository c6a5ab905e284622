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

struct verdict_about {
    const char *origin; /* the name of the log and of its key */
    bool whole;         /* false: leaves alone, so that bodies and all signatures but the log's are
                           beyond what can be checked */
};

/* Lines for people, the verdict last. */
void verdict_for_people(const struct verify_report *report, const struct verdict_about *about,
                        struct output *out);
/* The members of an object, from `"verified"` to `"findings"`, without its braces. */
void verdict_json_members(const struct verify_report *report, const struct verdict_about *about,
                          struct output *out);

/* Either, of a whole log, for a program that writes nothing else. */
void verdict_write(const struct verify_report *report, const char *origin, bool json,
                   struct output *out);

#endif
