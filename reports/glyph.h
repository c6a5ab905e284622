/*
 * reports/glyph.h -- foreign text, one character at a time: what it is, whether it may be shown.
 *
 * Shape    A character that could steer a terminal or hide itself, and a byte that is not UTF-8,
 *          are not plain; schema/text.h decides and writes them as escapes.
 * Process  Widths come from wcwidth: who starts the process sets LC_CTYPE to C.UTF-8, not to the
 *          user's locale. Without that, every character beyond ASCII counts as one column.
 */
#ifndef REPORTS_GLYPH_H
#define REPORTS_GLYPH_H

#include "schema/text.h"

struct glyph {
    struct bytes bytes; /* lent by the text; a single byte where it is not UTF-8 */
    uint32_t point;     /* U+FFFD where it is not UTF-8 */
    bool valid;         /* UTF-8 */
    bool plain;         /* may be shown as it is */
};

/* Takes the next character off `rest`; false at its end. */
bool glyph_next(struct bytes *rest, struct glyph *out);

/* How many bytes at the beginning are printable ASCII, which needs no further look. */
size_t glyph_ascii(struct bytes text);

/* Columns that the character, or its escape, takes. */
size_t glyph_width(const struct glyph *glyph);

/* Columns of a whole text. */
size_t glyph_text_width(struct bytes text);

/* The character as it may be shown. */
void glyph_put(const struct glyph *glyph, struct text *out);

#endif
