/*
 * schema/text.h -- text being written into somebody else's memory.
 *
 * Shape    Once full it stays full and takes nothing more: write freely, check `full` once.
 *          What was written before stays; a piece is written whole or not at all.
 */
#ifndef SCHEMA_TEXT_H
#define SCHEMA_TEXT_H

#include "schema/bytes.h"

struct text {
    char *data;
    size_t size;     /* bytes written, without the final NUL */
    size_t capacity; /* bytes, with room for the final NUL */
    bool full;
};

/* A text over a local array. */
#define TEXT_IN(array) ((struct text){.data = (array), .capacity = ARRAY_SIZE(array)})

static inline void text_put(struct text *text, const void *data, size_t size)
{
    if (text->full || size >= text->capacity - text->size) {
        text->full = true;
        return;
    }
    memcpy(text->data + text->size, data, size);
    text->size += size;
}

static inline void text_put_bytes(struct text *text, struct bytes bytes)
{
    if (bytes.size > 0) {
        text_put(text, bytes.data, bytes.size);
    }
}

static inline void text_put_char(struct text *text, char c)
{
    text_put(text, &c, 1);
}

#define text_put_literal(text, literal) text_put((text), (literal), sizeof(literal) - 1)

/* A decimal number, without sign or leading zeros. */
void text_put_u64(struct text *text, uint64_t value);

void text_put_string(struct text *text, const char *string);
void text_put_base64(struct text *text, struct bytes bytes);
void text_put_hex(struct text *text, struct bytes bytes);

/* printf into the text. */
void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Starts over in the same memory. */
static inline void text_clear(struct text *text)
{
    text->size = 0;
    text->full = false;
}

static inline struct bytes text_bytes(const struct text *text)
{
    return bytes_of(text->data, text->size);
}

/* Ends what was written with a NUL (there is always room) and returns it as a C string, valid
 * until the next write. */
const char *text_string(struct text *text);

/* Reads a decimal number of up to 20 digits that is all of `bytes`: no sign, no leading zero. */
MUST_CHECK bool text_read_u64(struct bytes bytes, uint64_t *out);

/* Whether these bytes are UTF-8 (RFC 3629: no overlong form, no surrogate, at most U+10FFFF). */
bool text_is_utf8(struct bytes bytes);

/* Writes foreign text so that no terminal can be steered by it: control characters, DEL, bidi and
 * zero-width characters and bytes that are not UTF-8 become \xNN or \u{NNNN}. */
void text_put_printable(struct text *text, struct bytes bytes);

#endif
