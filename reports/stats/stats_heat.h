/*
 * reports/stats/stats_heat.h -- groups of two dimensions as a field: who when, or which day which
 * hour.
 *
 * Shape    The first dimension makes the rows, those with the most events first, or, of hours and
 *          days, in their order; the second, of hour, weekday or day, makes the columns.
 * Limits   CHART_ROWS_MAX rows; CHART_CELLS_MAX days, the last ones.
 */
#ifndef REPORTS_STATS_STATS_HEAT_H
#define REPORTS_STATS_STATS_HEAT_H

#include "reports/chart.h"
#include "reports/stats/stats.h"

/* Whether the groups are of a kind that makes a field. */
bool stats_is_field(const struct stats *stats);

/* Draws it. NO_MEMORY, in the arena of the stats. */
MUST_CHECK struct status stats_heat(const struct stats *stats, const struct chart_head *head,
                                    struct output *output);

#endif
