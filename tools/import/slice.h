/*
 * tools/import/slice.h -- taking a lent text apart from its front.
 *
 * Shape    Functions that "take" move the slice behind what they return; they touch nothing when
 *          what they look for is not there.
 */
#ifndef TOOLS_IMPORT_SLICE_H
#define TOOLS_IMPORT_SLICE_H

#include "schema/bytes.h"

#define SLICE_NOWHERE SIZE_MAX

static inline struct bytes slice_from(struct bytes text, size_t position)
{
    return position == 0 ? text : bytes_of(text.data + position, text.size - position);
}

/* Whether the text begins with the piece, which is then taken. */
bool slice_take(struct bytes *text, struct bytes piece);

/* Takes up to the character and the character itself; all of the text if it is not there. */
struct bytes slice_take_until(struct bytes *text, char character);

/* Takes 1 to `digits_max` (at most 18) decimal digits. */
MUST_CHECK bool slice_take_number(struct bytes *text, size_t digits_max, uint64_t *out);

/* Where the piece begins first, or last; SLICE_NOWHERE. */
size_t slice_find(struct bytes text, struct bytes piece);
size_t slice_find_last(struct bytes text, struct bytes piece);

bool slice_ends(struct bytes text, struct bytes piece);

/* Without blanks and tabs at either end. */
struct bytes slice_trim(struct bytes text);

/* Whether the text is the numeric form of an IPv4 or IPv6 address, perhaps with a zone. */
bool slice_is_address(struct bytes text);

#endif
