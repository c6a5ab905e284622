/*
 * reports/lineage/lineage_rows.h -- the edges of a lineage as rows, for tables, CSV and programs.
 */
#ifndef REPORTS_LINEAGE_LINEAGE_ROWS_H
#define REPORTS_LINEAGE_LINEAGE_ROWS_H

#include "reports/lineage/lineage_name.h"
#include "reports/rows.h"

/* All of them, in the order of their first events. */
MUST_CHECK struct status lineage_rows(const struct lineage *lineage, const struct view *view,
                                      struct rows *rows);

#endif
