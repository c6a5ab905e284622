/*
 * schema/canonical.h -- canonical JSON: the only JSON that is ever hashed.
 *
 * Shape    A strict subset of RFC 8785: member names [a-z][a-z0-9_]* in byte order, no white space,
 *          no floats, no null, integers 0 to 2^53-1, UTF-8 strings with the shortest escapes, depth
 *          at most JSON_DEPTH_MAX. One value has one text: what the reader accepts, written again,
 *          is the same bytes.
 * Reading  A reader pulls. Because the order of members is known, a decoder asks for one member
 *          after the other; a member out of place is an unknown one and fails. A reader that has
 *          failed stays failed and reads nothing more: check once, at the end.
 * Source   DESIGN.md 4; RFC 8785; docs/FORMAT.md.
 */
#ifndef SCHEMA_CANONICAL_H
#define SCHEMA_CANONICAL_H

#include "schema/arena.h"
#include "schema/limits.h"
#include "schema/text.h"

#define CANONICAL_INTEGER_MAX UINT64_C(9007199254740991) /* 2^53 - 1 */

/* Writing ----------------------------------------------------------------------------------- */

/* A string with its quotes. The bytes are UTF-8 (the caller has checked: text_is_utf8). */
void canonical_put_string(struct text *text, struct bytes value);
/* Bytes as a base64 string with its quotes. */
void canonical_put_base64(struct text *text, struct bytes value);
/* An instant as a string with its quotes. */
void canonical_put_time(struct text *text, uint64_t utc_us);

/* Reading ----------------------------------------------------------------------------------- */

struct canonical_reader {
    const uint8_t *start, *at, *end;
    const char *why; /* NULL until something was wrong */
    uint32_t depth;
    bool fresh; /* just after an opening bracket: the next member or element has no comma */
};

static inline struct canonical_reader canonical_reader_of(struct bytes bytes)
{
    return (struct canonical_reader){
        .start = bytes.data, .at = bytes.data, .end = bytes.data + bytes.size};
}

/* Notes the first thing that was wrong; the reader stays where it was. */
void canonical_fail(struct canonical_reader *reader, const char *why);

/* OK when all was well and nothing is left over; else MALFORMED at the byte, with the reason. */
MUST_CHECK struct status canonical_end(const struct canonical_reader *reader);

void canonical_open_object(struct canonical_reader *reader);
void canonical_close_object(struct canonical_reader *reader);
void canonical_open_array(struct canonical_reader *reader);

/* Whether the next member is called `name` (a C string literal's bytes); takes its name and colon
 * if so. False at the end of the object, before any other member, or once failed. In the header so
 * that a literal's comparison is made of a few instructions: decoders ask it for every member. */
static inline bool canonical_member(struct canonical_reader *reader, const char *name,
                                    size_t name_size)
{
    const uint8_t *at = reader->at;
    size_t left = (size_t)(reader->end - at);
    size_t comma = reader->fresh ? 0 : 1;
    if (left < name_size + comma + 3 || (comma == 1 && at[0] != ',') || at[comma] != '"' ||
        memcmp(at + comma + 1, name, name_size) != 0 || at[comma + 1 + name_size] != '"' ||
        at[comma + 2 + name_size] != ':') {
        return false;
    }
    reader->at = at + comma + name_size + 3;
    reader->fresh = false;
    return true;
}
#define CANONICAL_MEMBER(reader, name) canonical_member((reader), (name), sizeof(name) - 1)

/* The same, but its absence is a failure. */
static inline void canonical_require(struct canonical_reader *reader, const char *name,
                                     size_t name_size)
{
    if (!canonical_member(reader, name, name_size)) {
        canonical_fail(reader, "a member is missing, unknown, repeated or out of order");
    }
}
#define CANONICAL_REQUIRE(reader, name) canonical_require((reader), (name), sizeof(name) - 1)

/* Whether the array has a further element; closes it if not. */
bool canonical_element(struct canonical_reader *reader);

/* The next value, of the type that the function names. On failure the answer is empty or zero. */
uint64_t canonical_integer(struct canonical_reader *reader);
bool canonical_boolean(struct canonical_reader *reader);
/* The string's value: lent from the input where it has no escapes, else a copy in the arena. */
struct bytes canonical_string(struct canonical_reader *reader, struct arena *arena);
/* A string without any escape, lent from the input; one with an escape is a failure. */
struct bytes canonical_plain(struct canonical_reader *reader);
struct bytes canonical_base64(struct canonical_reader *reader, struct arena *arena);
struct digest canonical_digest(struct canonical_reader *reader);
uint64_t canonical_time(struct canonical_reader *reader);

/* Takes any one value, checking its form and, in objects, the order of names; returns its bytes. */
struct bytes canonical_skip(struct canonical_reader *reader);

/* Whether `bytes` are one canonical JSON value. MALFORMED at the byte, with the reason. */
MUST_CHECK struct status canonical_check(struct bytes bytes);

#endif
