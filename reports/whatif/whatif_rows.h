/*
 * reports/whatif/whatif_rows.h -- decisions that other rules would have taken otherwise, as rows.
 *
 * Shape    One row for each: event, time, who, which command, about what; what was recorded and
 *          what it would have been (`done`, a rule, or what the policy adds); and the sentence of
 *          the rule that makes the difference. Names are those of then.
 */
#ifndef REPORTS_WHATIF_WHATIF_ROWS_H
#define REPORTS_WHATIF_WHATIF_ROWS_H

#include "core/engine.h"
#include "reports/rows.h"
#include "reports/whatif/whatif.h"

MUST_CHECK struct status whatif_rows_begin(struct rows *rows);
MUST_CHECK struct status whatif_rows_add(struct rows *rows, struct engine *engine,
                                         const struct whatif_flip *flip);

/* `allowed`, `refused`, `other reason`, `not as recorded`. */
const char *whatif_change_name(enum whatif_change change);

#endif
