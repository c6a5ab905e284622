/*
 * reports/web/words.h -- text in which things and events are links.
 *
 * Shape    `tides (project:41) (event 62)` becomes the same words, in which project:41 leads to the
 *          page of the project and 62 to that of the event. All else is foreign text and escaped.
 * Scope    Ids and positions in a text are shown as they are: this is for texts whose every word
 *          the viewer may read.
 * Errors   Those of the output.
 */
#ifndef REPORTS_WEB_WORDS_H
#define REPORTS_WEB_WORDS_H

#include "reports/web/visit.h"
#include "schema/json.h"

void words_put(struct visit *visit, struct bytes text);

/* Positions: `[12,40]`, `12 40`, `12 (the declaration), 40-44`; each number that stands alone or
 * begins or ends a range is a link. */
void words_put_events(struct visit *visit, struct bytes text);

/* What is joined by `; `, as a list. */
void words_put_list(struct visit *visit, struct bytes text);

/* A field of a row as the catalogue has it, its ids as links with their names. */
void words_put_field(struct visit *visit, const struct field_info *field, const void *row,
                     uint64_t as_of_n);
/* Whether there is anything to be put, by the row's JSON: an optional field, or a list, may be
 * empty. */
bool words_has_field(const struct field_info *field, const struct json *row);

/* `session_end` as people read it: `session end`, the first letter a capital. */
void words_put_name(struct visit *visit, const char *name);

#endif
