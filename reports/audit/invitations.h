/*
 * reports/audit/invitations.h -- auditors from outside: who is invited, and what they looked at.
 *
 * Shape    Lists like those of reports/audit/desk.h, which lend their shape. An invitation waits
 *          until its link is used, is open while its auditor may read, and ends by being revoked or
 *          by its time. What an auditor did follows from the events about the invitation, newest
 *          last.
 * Errors   As the state, the query and the rows fail.
 * Source   domain.md AUD-10; NIST SP 800-171 r2 3.3.8, 3.3.9.
 */
#ifndef REPORTS_AUDIT_INVITATIONS_H
#define REPORTS_AUDIT_INVITATIONS_H

#include "reports/audit/desk.h"

/* Those that wait or are open; with `all` every one that there has been. */
MUST_CHECK struct status invitations_list(const struct desk *desk, uint64_t *count);

/* The invitation that a word names: `invitation:N`, or its auditor's name where that names one
 * that has not ended, or only one ever. NOT_FOUND; CONFLICT if it names several. */
MUST_CHECK struct status invitations_find(const struct view *view, struct bytes word,
                                          struct id *out);

/* What auditors did: of one invitation, or (ID_NONE) of all, with who was turned away. */
MUST_CHECK struct status invitations_activity(const struct desk *desk, struct id invitation,
                                              uint64_t *count);

#endif
