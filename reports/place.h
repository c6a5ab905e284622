/*
 * reports/place.h -- where a file or directory is, as people write it: `@genomes/raw/a.csv`.
 *
 * Shape    As of the view. A path in somebody's own tree begins with the login, `ann:/raw/a.csv`;
 *          in a group's, with `@` and the group's name. What is in no directory any more has its
 *          name alone. A path that is too deep begins with an ellipsis.
 */
#ifndef REPORTS_PLACE_H
#define REPORTS_PLACE_H

#include "core/view.h"

enum {
    PLACE_DEPTH_MAX = 64,
};

/* Writes the place of a file, directory, group or user; of anything else, or unknown, its id. The
 * view's arena is as it was. */
void place_put(const struct view *view, struct id id, struct text *out);

#endif
