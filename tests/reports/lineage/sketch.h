/*
 * tests/reports/lineage/sketch.h -- a small lineage made by hand, for what shows lineages.
 *
 * Shape    user:13 made and wrote file:55, which is shared with group:48, has been read by user:15
 *          and taken to a place with a hostile name; user:15 wrote file:80. Without names: ids.
 */
#ifndef TESTS_REPORTS_LINEAGE_SKETCH_H
#define TESTS_REPORTS_LINEAGE_SKETCH_H

#include "reports/lineage/lineage.h"
#include "tests/reports/capture.h"

/* A name that would end a string, a line, an element or steer a terminal. */
#define SKETCH_HOSTILE "\"]};<b>&\\\x1b[2J"

struct lineage *sketch_make(void);

/* Begins to capture what is shown, and ends it; the text is the capture's. */
void sketch_show(struct capture *capture);
const char *sketch_shown(struct capture *capture);

/* The row of the flow table for a kind of event. */
const struct flow *sketch_flow(enum event_kind kind);

#endif
