/*
 * schema/field.h -- the types that fields of events, commands and rows have.
 *
 * Shape    What the generated codecs are made of, beside schema/canonical.h: one reader and one
 *          writer for each type that canonical JSON does not have by itself, and the bytes that
 *          fields have in the key of a row.
 * Units    integer: 0 to 2^53-1; time: microseconds UTC.
 * Limits   A text or bytes at most TEXT_FIELD_MAX bytes, a list FIELD_LIST_MAX elements.
 * Errors   Readers note what is wrong in the canonical reader. A value that could not be read back
 *          is never written: that is a bug, and aborts.
 */
#ifndef SCHEMA_FIELD_H
#define SCHEMA_FIELD_H

#include "schema/canonical.h"
#include "schema/id.h"
#include "schema/lookup.h"

enum {
    FIELD_LIST_MAX = 1000, /* elements */
};

enum field_type {
    FIELD_TEXT,
    FIELD_INTEGER,
    FIELD_BOOLEAN,
    FIELD_DIGEST,
    FIELD_BYTES,
    FIELD_TIME,
    FIELD_ID,
    FIELD_ENUM,
    FIELD_TYPE_COUNT,
};

/* A field as the catalogue declares it. */
struct field_info {
    const char *name;
    const char *type; /* as it is written there: `list id drive`, `text?` */
    enum field_type type_code;
    bool optional, list;
    enum id_kind id_kind;        /* FIELD_ID: ID_NONE is an id of any kind */
    const struct lookup *values; /* FIELD_ENUM: the names of its values */
    uint16_t offset;             /* in the struct: the value, or the pointer to the list, */
    uint16_t count_offset;       /* and how many there are in it */
};

/* Reading ----------------------------------------------------------------------------------- */

/* As canonical_string, at most TEXT_FIELD_MAX bytes. */
struct bytes field_read_text(struct canonical_reader *reader, struct arena *arena);
/* As canonical_base64, at most TEXT_FIELD_MAX bytes. */
struct bytes field_read_bytes(struct canonical_reader *reader, struct arena *arena);

/* An id of `kind` (ID_NONE: of any); `kind:new` only for the kind that the event `creates`. */
struct id field_read_id(struct canonical_reader *reader, enum id_kind kind, enum id_kind creates);

/* The position of one of the names. */
uint32_t field_read_enum(struct canonical_reader *reader, const struct lookup *names);

/* Opens an array, counts its elements and takes memory for them; canonical_element leads to each.
 * On failure *count is 0. */
void *field_open_list(struct canonical_reader *reader, struct arena *arena, size_t element_size,
                      size_t *count);
void field_close_list(struct canonical_reader *reader);

/* The reader's verdict, when everything has been read: MALFORMED at the byte, with the reason, or
 * NO_MEMORY if the arena was too small. */
MUST_CHECK struct status field_end(const struct canonical_reader *reader,
                                   const struct arena *arena);

/* Writing ----------------------------------------------------------------------------------- */

void field_put_integer(struct text *out, uint64_t value);
void field_put_boolean(struct text *out, bool value);
/* `kind` and `creates` as for field_read_id. */
void field_put_id(struct text *out, struct id id, enum id_kind kind, enum id_kind creates);
/* A name with its quotes. */
void field_put_enum(struct text *out, const struct lookup *names, uint32_t position);

/* The bracket or comma before an element. */
void field_put_list_start(struct text *out, size_t count);
void field_put_comma(struct text *out, size_t index);

/* Ends an object that began at `start` and whose members were all written with a comma before. */
void field_put_object_end(struct text *out, size_t start);

/* Keys -------------------------------------------------------------------------------------- */

/* Parts of a row's key: in the order of the values, and no key is the beginning of another. */
void field_key_u64(struct text *out, uint64_t value); /* big-endian; also ids of one kind, times */
void field_key_byte(struct text *out, uint8_t value); /* booleans, values of enums */
void field_key_digest(struct text *out, const struct digest *digest);
/* The bytes and a 0; the bytes 0 and 1 within become 1 1 and 1 2. */
void field_key_text(struct text *out, struct bytes value);
/* An id of any kind: the kind's name as text, then the number. */
void field_key_id(struct text *out, struct id id);

#endif
