/*
 * reports/whatif/added.h -- what a policy may ask for beyond every rule in force.
 *
 * Shape    Asked of a decision that everything else allows, after core/replay.h has taken it again:
 *          of the command, who gave it, and the events it would have led to.
 * Added    pi_only_declassification: a label is lowered only by the PI of the project it had
 *          (PRJ-12c, for all projects). two_man_export: an export takes a second person; none is
 *          recorded by any event so far, so that it stops every export. key_mfa_age: the key of a
 *          file is fetched only so many seconds after the second factor of the session.
 * Source   domain.md Q39.
 */
#ifndef REPORTS_WHATIF_ADDED_H
#define REPORTS_WHATIF_ADDED_H

#include "core/replay.h"
#include "reports/whatif/policy_file.h"

enum whatif_added {
    ADDED_NONE,
    ADDED_PI_ONLY_DECLASSIFICATION,
    ADDED_TWO_MAN_EXPORT,
    ADDED_KEY_MFA_AGE,
    ADDED_COUNT,
};

/* As in the policy file. */
const char *whatif_added_name(enum whatif_added added);

/* The first that the decision does not meet. CORRUPT, IO. */
MUST_CHECK struct status whatif_added_of(const struct whatif_policy *policy, struct replay *replay,
                                         enum whatif_added *out);

#endif
