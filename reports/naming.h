/*
 * reports/naming.h -- ids beside what people call them: `tides (project:41)`.
 *
 * Shape    A kind of id has names if the catalogue has a table of such things with a text `login`
 *          or `name`. The name is the one of the view.
 */
#ifndef REPORTS_NAMING_H
#define REPORTS_NAMING_H

#include "core/view.h"

/* The table of things of this kind, whose key is such an id alone: of many the one that is called
 * like the kind. False if there is none. */
bool naming_table(enum id_kind kind, enum row_table *out);

/* Writes the name with the id in brackets; the id alone, if it has no name. The view's arena is as
 * it was, and its watcher is not told. */
void naming_put(const struct view *view, struct id id, struct text *out);

/* The name alone; false, and nothing written, if there is none. */
bool naming_put_name(const struct view *view, struct id id, struct text *out);

#endif
