/*
 * core/audit/finding.h -- what was found out about the log itself; questions with names.
 *
 * State     `verification`: what the newest one found; `clock`: the newest comparison with each
 *           source; `saved_query` by name.
 * Evolve    audit.verified, clock.compared, audit.query_saved, audit.query_forgotten.
 *
 * Source    domain.md AUD-09, AUD-13; NIST SP 800-171 r2 3.3.6, 3.3.7, 3.3.8.
 */
#ifndef CORE_AUDIT_FINDING_H
#define CORE_AUDIT_FINDING_H

#include "core/view.h"

/* Each is false if there is none. */
bool finding_verification(const struct view *view, struct verification_row *out);
bool finding_clock(const struct view *view, struct bytes source, struct clock_row *out);
bool finding_query(const struct view *view, struct bytes name, struct saved_query_row *out);

#endif
