/*
 * reports/timeline/timeline_svg.h -- a timeline as a picture, whose marks lead to their events.
 *
 * Shape    A mark is what is in one cell of one lane: a circle, larger for more events; a cross
 *          where any was denied, a triangle where any failed. Its title tells the numbers, and it
 *          leads to the first event, `#n30377`.
 */
#ifndef REPORTS_TIMELINE_TIMELINE_SVG_H
#define REPORTS_TIMELINE_TIMELINE_SVG_H

#include "reports/svg.h"
#include "reports/timeline/timeline.h"

/* Lays the timeline out for a picture; NO_MEMORY. */
MUST_CHECK struct status timeline_svg_lay(struct timeline *timeline, struct timeline_layout *out);

/* `of` says which events. */
void timeline_svg(const struct timeline *timeline, const struct timeline_layout *layout,
                  struct bytes of, struct output *output);

#endif
