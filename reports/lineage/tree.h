/*
 * reports/lineage/tree.h -- a lineage as a tree of lines, for the terminal.
 *
 * Shape    The root, and below each thing those that data came from or went to, in the order of
 *          their first events; a thing is opened where it is nearest to the root, and elsewhere
 *          only named. Foreign text cannot steer the terminal.
 */
#ifndef REPORTS_LINEAGE_TREE_H
#define REPORTS_LINEAGE_TREE_H

#include "reports/lineage/lineage_name.h"
#include "reports/output.h"

struct tree_style {
    bool ascii;
    bool titled; /* a line before it that says in which direction */
};

void lineage_tree(const struct lineage *lineage, const struct view *view,
                  enum lineage_direction direction, const struct tree_style *style,
                  struct output *output);

#endif
