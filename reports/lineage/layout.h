/*
 * reports/lineage/layout.h -- where the things of a lineage stand in a picture.
 *
 * Shape    In columns by steps from the root: what data came from to its left, what it went to to
 *          its right. Within a column the order in which the fewest edges cross is sought by
 *          putting each thing at the middle of its neighbours, a few times over.
 * Units    Columns from 0, rows from 0; whole numbers, so that the same graph stands the same way.
 * Limits   LAYOUT_NODES_MAX things.
 * Source   Sugiyama, Tagawa, Toda: Methods for Visual Understanding of Hierarchical System
 *          Structures (1981).
 */
#ifndef REPORTS_LINEAGE_LAYOUT_H
#define REPORTS_LINEAGE_LAYOUT_H

#include "reports/lineage/lineage.h"

enum {
    LAYOUT_NODES_MAX = 200,
};

struct layout {
    uint32_t column[LAYOUT_NODES_MAX], row[LAYOUT_NODES_MAX];
    uint32_t columns, rows; /* how many; rows: of the longest column */
};

/* False if there are too many things. */
bool layout_of(const struct lineage *lineage, struct layout *out);

#endif
