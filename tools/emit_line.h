/*
 * tools/emit_line.h -- one event on one line, as scripts write it.
 *
 * Shape    Either words: `KIND FIELD=VALUE...`, separated by blanks, and "quoted" where a value has
 *          blanks (\" and \\ within quotes). Or one JSON object: `kind`, `body` (an object), and as
 *          wanted `on` (an id, or a list), `outcome`, `at` (RFC 3339), `source`, `project`,
 *          `session`. An empty line, or one that begins with #, is no event.
 * Limits   EMIT_LINE_MAX bytes a line.
 * Errors   MALFORMED with the reason; LIMIT.
 */
#ifndef TOOLS_EMIT_LINE_H
#define TOOLS_EMIT_LINE_H

#include "core/emit/cairn-emit.h"
#include "schema/limits.h"
#include "schema/status.h"
#include "schema/text.h"

enum {
    EMIT_LINE_MAX = 512 << 10, /* bytes */
    EMIT_LINE_FIELDS_MAX = 128,
};

struct emit_line; /* opaque: memory for one line at a time */

MUST_CHECK struct status emit_line_open(struct emit_line **out);
void emit_line_close(struct emit_line **line);

/* Reads a line without its end. *event is lent until the next; its kind is NULL if the line is no
 * event. */
MUST_CHECK struct status emit_line_read(struct emit_line *line, struct bytes bytes,
                                        const struct cairn_event **event);

/* A field from a word NAME=VALUE, in place: the word is cut in two. False if it is none. */
bool emit_line_field(char *word, struct cairn_emit_field *out);

/* `ok`, `denied`, `failed`. */
bool emit_line_outcome(const char *word, enum cairn_emit_outcome *out);

#endif
