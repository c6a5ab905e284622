/*
 * reports/lineage/dot.h -- a lineage in the language of Graphviz.
 *
 * Shape    From left to right; shapes tell kinds of things apart, dashed edges are rights without
 *          an act, dotted ones lead from a place to what is in it. Each edge says its events; the
 *          root has a double frame. Foreign text is printable and quoted.
 * Source   graphviz.org/doc/info/lang.html.
 */
#ifndef REPORTS_LINEAGE_DOT_H
#define REPORTS_LINEAGE_DOT_H

#include "reports/lineage/lineage_name.h"
#include "reports/output.h"

void lineage_dot(const struct lineage *lineage, const struct view *view, struct output *output);

#endif
