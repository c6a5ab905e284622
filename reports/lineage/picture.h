/*
 * reports/lineage/picture.h -- a lineage as a picture, in SVG.
 *
 * Shape    Boxes in columns (reports/lineage/layout.h), from left to right with the data; round
 *          boxes are users, flags places outside, a double frame the root. A line from one to
 *          another says what happened between them, and in its title by which events; dashed it is
 *          a right and no act.
 * Limits   LAYOUT_NODES_MAX things.
 */
#ifndef REPORTS_LINEAGE_PICTURE_H
#define REPORTS_LINEAGE_PICTURE_H

#include "reports/lineage/lineage_name.h"
#include "reports/output.h"

/* In a page every thing of the log leads to its own lineage; with `pinned` as of so many events. */
struct picture_links {
    bool pinned;
    uint64_t at;
};

/* `links` NULL: there are none. LIMIT, with the reason, for more things than a picture shows;
 * nothing is written then. */
MUST_CHECK struct status lineage_picture(const struct lineage *lineage, const struct view *view,
                                         const struct picture_links *links, struct output *output);

#endif
