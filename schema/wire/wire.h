/*
 * schema/wire/wire.h -- frames: how processes of one machine speak.
 *
 * Shape    A frame is u32 size of what follows, u8 kind, u32 id, payload; big-endian. An answer
 *          carries the id of its request. A payload is fields one after the other: u8, u16, u32,
 *          u64, or bytes with a u32 size before them. schema/wire/message.h has the kinds.
 * Memory   Written into a text; what is read is lent from where it was read.
 * Limits   The reader of frames names the greatest; nothing is taken in before that is checked.
 * Errors   MALFORMED, LIMIT: nothing after it can be understood, and the speaker is to be left.
 * Source   DESIGN.md 10; reliability.md E.1.
 */
#ifndef SCHEMA_WIRE_WIRE_H
#define SCHEMA_WIRE_WIRE_H

#include "schema/text.h"

enum {
    FRAME_HEAD = 9, /* bytes before the payload */
};

struct frame {
    uint8_t kind;
    uint32_t id;
    struct bytes payload;
};

/* Writing: begin, fields, end. Several frames may stand in one text; `begin` returns where this one
 * starts, for `end`. A text that is full holds no whole frame. */
size_t frame_begin(struct text *out, uint8_t kind, uint32_t id);
void frame_end(struct text *out, size_t start);

void wire_put_u8(struct text *out, uint8_t value);
void wire_put_u16(struct text *out, uint16_t value);
void wire_put_u32(struct text *out, uint32_t value);
void wire_put_u64(struct text *out, uint64_t value);
void wire_put_bytes(struct text *out, struct bytes bytes);
void wire_put_string(struct text *out, const char *string);

/* Takes the next frame off `*input`, if all of it is there: *whole tells. MALFORMED if it is
 * shorter than its head, LIMIT (at the limit) if it is longer than `most` bytes, size included. */
MUST_CHECK struct status frame_take(struct bytes *input, size_t most, struct frame *out,
                                    bool *whole);

/* Reading the fields of a payload, in order. What is missing reads as zero or nothing and is
 * remembered: ask wire_end once, at the end. */
struct wire_reader {
    struct bytes rest;
    bool bad;
};
static inline struct wire_reader wire_read(struct bytes payload)
{
    return (struct wire_reader){.rest = payload};
}
uint8_t wire_get_u8(struct wire_reader *reader);
uint16_t wire_get_u16(struct wire_reader *reader);
uint32_t wire_get_u32(struct wire_reader *reader);
uint64_t wire_get_u64(struct wire_reader *reader);
/* At most so many bytes; more is bad. */
struct bytes wire_get_bytes(struct wire_reader *reader, size_t most);
/* MALFORMED unless everything was there and nothing is left. */
MUST_CHECK struct status wire_end(const struct wire_reader *reader);

#endif
