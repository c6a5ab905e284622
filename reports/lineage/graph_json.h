/*
 * reports/lineage/graph_json.h -- a lineage as one JSON document: nodes, edges, and what was asked.
 *
 * Shape    {"root":…,"directions":[…],"could":…,"depth":…,"since":…,"until":…,"size":…,"cut":…,
 *          "nodes":[{"node":0,"id":…,"name":…,"tags":[…],"up":{…},"down":{…}}],
 *          "edges":[{"from":0,"to":1,"class":…,"what":…,"kind":…,"first":…,"last":…,"events":…}]}
 */
#ifndef REPORTS_LINEAGE_GRAPH_JSON_H
#define REPORTS_LINEAGE_GRAPH_JSON_H

#include "reports/lineage/lineage_name.h"
#include "reports/output.h"

void lineage_graph_json(const struct lineage *lineage, const struct view *view,
                        struct output *output);

#endif
