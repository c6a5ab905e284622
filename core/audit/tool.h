/*
 * core/audit/tool.h -- the tools of the audit as they are installed, and as they are to be.
 *
 * Shape     A measurement is a list of lines `path sha256 mode owner` and the hash of all of them;
 *           an audit manager approves one as the baseline. Whatever is measured later and differs
 *           is found by comparing two hashes.
 * State     `tools`: what was measured last, and the baseline; `tools_measurement` by hash.
 * Decide    audit.approve_tools.
 * Evolve    audit.tools_measured, audit.tools_approved.
 *
 * Source    NIST SP 800-171 r2 3.3.8 (d to f).
 */
#ifndef CORE_AUDIT_TOOL_H
#define CORE_AUDIT_TOOL_H

#include "core/decision.h"

/* What is known of the tools; false if they were never measured. */
bool tool_state(const struct view *view, struct tools_row *out);
/* Whether there is a baseline, and the newest measurement is another one. */
bool tool_differs(const struct tools_row *tools);

#endif
