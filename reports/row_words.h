/*
 * reports/row_words.h -- rows of the state in words: values as they are compared and shown.
 *
 * Shape    A string stands without its quotes, yes and no for true and false, the elements of a
 *          list with commas between them. Ids stand for themselves or have names beside them.
 */
#ifndef REPORTS_ROW_WORDS_H
#define REPORTS_ROW_WORDS_H

#include "core/view.h"
#include "schema/json.h"

enum {
    ROW_WORDS_JSON_MAX = 16 << 10, /* bytes of a row's canonical JSON */
};

/* A decoded row as JSON, by which it is known which fields there are; the caller's: json_free.
 * LIMIT beyond ROW_WORDS_JSON_MAX, NO_MEMORY. */
MUST_CHECK struct status row_words_parse(enum row_table table, const void *row, struct json **out);

/* A value of a row's canonical JSON; nothing for NULL. */
void row_words_value(const struct json *value, struct text *out);

/* The same of a field; its ids with the names that they have in the view (NULL: alone). */
void row_words_field(const struct view *view, const struct field_info *field,
                     const struct json *value, struct text *out);

/* All fields that there are, the key first, as `field=value` with blanks between them; but those of
 * the key that are `but`, if it is an id. */
void row_words(const struct view *view, enum row_table table, const struct json *row, struct id but,
               struct text *out);

/* Those of the key alone, likewise. */
void row_words_key(const struct view *view, enum row_table table, const struct json *row,
                   struct id but, struct text *out);

/* Whether the field is one of the table's key. */
bool row_words_is_key(enum row_table table, size_t field);

#endif
