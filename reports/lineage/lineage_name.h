/*
 * reports/lineage/lineage_name.h -- what the things and edges of a lineage are called.
 *
 * Shape    Names are those of the view, which may be NULL: then ids stand for themselves. Foreign
 *          text comes out as it is; whoever shows it makes it harmless.
 */
#ifndef REPORTS_LINEAGE_LINEAGE_NAME_H
#define REPORTS_LINEAGE_LINEAGE_NAME_H

#include "core/view.h"
#include "reports/lineage/lineage.h"

enum {
    LINEAGE_NAME_SIZE = 512, /* bytes that are enough for each of these */
};

/* `scan.bin (file:55)`, or a place: `outside: laptop`. */
void lineage_put_name(const struct view *view, const struct lineage_node *node, struct text *out);
/* The tags that it was given, in order: `[atlas; none from event 70]`; nothing without any. */
void lineage_put_tags(const struct view *view, const struct lineage_node *node, struct text *out);
/* `event 55`, or `4 events, 55 to 70`. */
void lineage_put_events(const struct lineage_edge *edge, struct text *out);

#endif
