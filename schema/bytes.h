/*
 * schema/bytes.h -- lent bytes, digests, and their textual forms.
 *
 * Shape    A struct bytes is a lent slice: whoever lends it says how long it is valid.
 * Source   Base64 is RFC 4648 section 4, with padding, and read strictly: one text for one value.
 */
#ifndef SCHEMA_BYTES_H
#define SCHEMA_BYTES_H

#include "schema/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Borrowed, read-only. Valid as long as whoever lent it says; never freed through this. */
struct bytes {
    const uint8_t *data;
    size_t size; /* bytes */
};

struct digest {
    uint8_t sha256[32];
};

enum {
    DIGEST_SIZE = 32,
    DIGEST_BASE64_SIZE = 44, /* characters, without a final NUL */
    DIGEST_HEX_SIZE = 64,
};

/* sizeof, of arrays only: what has become a pointer does not compile. */
#define ARRAY_SIZE(array)                                                                          \
    (sizeof(array) +                                                                               \
     0 * sizeof(struct {                                                                           \
         _Static_assert(!__builtin_types_compatible_p(__typeof__(array), __typeof__(&(array)[0])), \
                        "an array, not a pointer");                                                \
         char unused;                                                                              \
     }))
#define BYTES(array) ((struct bytes){.data = (array), .size = ARRAY_SIZE(array)})
/* A string literal, without its final NUL. */
#define LITERAL(text) ((struct bytes){.data = (const uint8_t *)(text), .size = sizeof(text) - 1})

static inline struct bytes bytes_of(const void *data, size_t size)
{
    return (struct bytes){.data = data, .size = size};
}

static inline struct bytes bytes_of_string(const char *string)
{
    return (struct bytes){.data = (const uint8_t *)string, .size = strlen(string)};
}

static inline bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline bool digest_equal(const struct digest *a, const struct digest *b)
{
    return memcmp(a->sha256, b->sha256, DIGEST_SIZE) == 0;
}

/* Byte order; a prefix comes before what it begins. */
int bytes_compare(struct bytes a, struct bytes b);

/* Big-endian numbers at p, by shifts. */
void bytes_write_u16(uint8_t p[static 2], uint16_t value);
void bytes_write_u32(uint8_t p[static 4], uint32_t value);
void bytes_write_u64(uint8_t p[static 8], uint64_t value);
uint16_t bytes_read_u16(const uint8_t p[static 2]);
uint32_t bytes_read_u32(const uint8_t p[static 4]);
uint64_t bytes_read_u64(const uint8_t p[static 8]);

/* Characters of base64 for so many bytes. */
static inline size_t base64_size(size_t size)
{
    return (size + 2) / 3 * 4;
}

/* Writes exactly base64_size(bytes.size) characters at out, no final NUL; returns their number. */
size_t base64_write(char *out, struct bytes bytes);

/* Decodes strictly into out (capacity bytes) and sets *size. MALFORMED at the offending character
 * for anything but the one canonical text of a value; LIMIT if it does not fit. */
MUST_CHECK struct status base64_read(struct bytes text, uint8_t *out, size_t capacity,
                                     size_t *size);

/* The same, for exactly one digest. */
MUST_CHECK struct status base64_read_digest(struct bytes text, struct digest *out);

/* Lower-case hexadecimal: 2 * bytes.size characters at out, no final NUL. */
void hex_write(char *out, struct bytes bytes);

/* Either case is read. Fails with MALFORMED at the offending character, or LIMIT. */
MUST_CHECK struct status hex_read(struct bytes text, uint8_t *out, size_t capacity, size_t *size);

#endif
