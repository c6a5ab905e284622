#include "schema/canonical.h"

#include "schema/time.h"

#include <assert.h>

/* Both ways ------------------------------------------------------------------------------- */

/* Little-endian by shifts, so that the first byte is the lowest. */
static uint64_t eight_bytes(const uint8_t *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
           (uint64_t)p[7] << 56;
}

/* The high bit of each byte that is a quote, a backslash, a control character or not ASCII, set in
 * the lowest such byte at least: a borrow only spoils the bytes above it. */
static uint64_t special_bytes(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t highs = UINT64_C(0x8080808080808080);
    /* With bit 1 turned over, the quote is 0x20: just above the control characters. */
    uint64_t below = (word ^ ones * 2) - ones * 0x21;
    uint64_t backslash = (word ^ ones * '\\') - ones;
    return (word | below | backslash) & highs;
}

/* Skips ASCII that needs no escape; stops at the first other byte, or at the end. */
static inline const uint8_t *skip_simple(const uint8_t *at, const uint8_t *end)
{
    for (; end - at >= 8; at += 8) {
        uint64_t special = special_bytes(eight_bytes(at));
        if (special != 0) {
            return at + __builtin_ctzll(special) / 8;
        }
    }
    while (at < end && *at >= 0x20 && *at < 0x80 && *at != '"' && *at != '\\') {
        at++;
    }
    return at;
}

/* Writing --------------------------------------------------------------------------------- */

static void put_escaped(struct text *text, uint8_t c)
{
    static const char short_forms[] = "\"\"\\\\\bb\tt\nn\ff\rr";
    for (size_t i = 0; i + 1 < sizeof short_forms - 1; i += 2) {
        if ((uint8_t)short_forms[i] == c) {
            text_put_char(text, '\\');
            text_put_char(text, short_forms[i + 1]);
            return;
        }
    }
    text_add(text, "\\u%04x", c);
}

static bool must_escape(uint8_t c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

void canonical_put_string(struct text *text, struct bytes value)
{
    text_put_char(text, '"');
    const uint8_t *start = value.data;
    const uint8_t *at = start;
    const uint8_t *end = value.size == 0 ? start : start + value.size;
    while (at < end) {
        at = skip_simple(at, end);
        if (at < end && must_escape(*at)) {
            text_put(text, start, (size_t)(at - start));
            put_escaped(text, *at);
            start = at + 1;
        }
        at += at < end;
    }
    text_put_bytes(text, bytes_of(start, (size_t)(end - start)));
    text_put_char(text, '"');
}

void canonical_put_base64(struct text *text, struct bytes value)
{
    text_put_char(text, '"');
    text_put_base64(text, value);
    text_put_char(text, '"');
}

void canonical_put_time(struct text *text, uint64_t utc_us)
{
    text_put_char(text, '"');
    time_write(text, utc_us);
    text_put_char(text, '"');
}

/* Reading --------------------------------------------------------------------------------- */

void canonical_fail(struct canonical_reader *reader, const char *why)
{
    if (reader->why == NULL) {
        reader->why = why;
        /* Nothing more is read: every question below looks at what is left first. */
        reader->end = reader->at;
    }
}

struct status canonical_end(const struct canonical_reader *reader)
{
    uint64_t at = (uint64_t)(reader->at - reader->start);
    if (reader->why != NULL) {
        return FAIL_BECAUSE(MALFORMED, at, reader->why);
    }
    if (reader->at != reader->end) {
        return FAIL_BECAUSE(MALFORMED, at, "something follows the value");
    }
    return OK;
}

/* What comes next, or 0 at the end: no canonical text has a NUL outside of strings. */
static uint8_t peek(const struct canonical_reader *reader)
{
    return reader->at < reader->end ? *reader->at : 0;
}

static void take(struct canonical_reader *reader, uint8_t c, const char *why)
{
    if (peek(reader) != c) {
        canonical_fail(reader, why);
        return;
    }
    reader->at++;
}

static void open_level(struct canonical_reader *reader, uint8_t bracket, const char *why)
{
    if (reader->depth >= JSON_DEPTH_MAX && peek(reader) == bracket) {
        canonical_fail(reader, "the nesting is too deep");
        return;
    }
    take(reader, bracket, why);
    reader->depth++;
    reader->fresh = true;
}

static void close_level(struct canonical_reader *reader, uint8_t bracket, const char *why)
{
    take(reader, bracket, why);
    reader->depth--;
    reader->fresh = false;
}

void canonical_open_object(struct canonical_reader *reader)
{
    open_level(reader, '{', "an object is expected here");
}

void canonical_close_object(struct canonical_reader *reader)
{
    close_level(reader, '}', "this member is unknown, out of order, repeated, or followed badly");
}

void canonical_open_array(struct canonical_reader *reader)
{
    open_level(reader, '[', "an array is expected here");
}

bool canonical_element(struct canonical_reader *reader)
{
    if (reader->why != NULL) {
        return false;
    }
    if (peek(reader) == ']') {
        close_level(reader, ']', "");
        return false;
    }
    if (!reader->fresh) {
        take(reader, ',', "a comma or the end of the array is expected here");
    }
    reader->fresh = false;
    return reader->why == NULL;
}

uint64_t canonical_integer(struct canonical_reader *reader)
{
    const uint8_t *first = reader->at;
    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9') {
        reader->at++;
    }
    uint64_t value = 0;
    struct bytes digits = bytes_of(first, (size_t)(reader->at - first));
    if (!text_read_u64(digits, &value) || value > CANONICAL_INTEGER_MAX) {
        reader->at = first;
        canonical_fail(reader, "an integer from 0 to 2^53-1 is expected here");
        return 0;
    }
    return value;
}

static bool take_word(struct canonical_reader *reader, struct bytes word)
{
    size_t left = (size_t)(reader->end - reader->at);
    if (left < word.size || memcmp(reader->at, word.data, word.size) != 0) {
        return false;
    }
    reader->at += word.size;
    return true;
}

bool canonical_boolean(struct canonical_reader *reader)
{
    if (take_word(reader, LITERAL("true"))) {
        return true;
    }
    if (!take_word(reader, LITERAL("false"))) {
        canonical_fail(reader, "true or false is expected here");
    }
    return false;
}

/* Strings --------------------------------------------------------------------------------- */

/* The value of one escape at p (after the backslash) in its shortest form; its size, 0 if none. */
static size_t read_escape(const uint8_t *p, const uint8_t *end, uint8_t *value)
{
    static const char forms[] = "\"\"\\\\b\bt\tn\nf\fr\r";
    for (size_t i = 0; p < end && i + 1 < sizeof forms - 1; i += 2) {
        if (*p == (uint8_t)forms[i]) {
            *value = (uint8_t)forms[i + 1];
            return 1;
        }
    }
    uint8_t byte;
    size_t size;
    if (end - p < 5 || memcmp(p, "u00", 3) != 0 || (p[4] >= 'A' && p[4] <= 'F') ||
        failed(hex_read(bytes_of(p + 3, 2), &byte, 1, &size)) || byte >= 0x20 || byte == '\b' ||
        byte == '\t' || byte == '\n' || byte == '\f' || byte == '\r') {
        return 0;
    }
    *value = byte;
    return 5;
}

/* Takes a string and lends its raw text between the quotes; *escapes counts them. */
static struct bytes raw_string(struct canonical_reader *reader, size_t *escapes)
{
    *escapes = 0;
    take(reader, '"', "a string is expected here");
    if (reader->why != NULL) {
        return (struct bytes){0};
    }
    const uint8_t *first = reader->at;
    const uint8_t *at = first;
    bool ascii = true;
    for (;;) {
        at = skip_simple(at, reader->end);
        if (at >= reader->end || *at < 0x20) {
            reader->at = at;
            canonical_fail(reader, at >= reader->end ? "the string does not end"
                                                     : "a control character is not escaped");
            return (struct bytes){0};
        }
        if (*at == '"') {
            break;
        }
        uint8_t value;
        size_t size = *at == '\\' ? read_escape(at + 1, reader->end, &value) + 1 : 1;
        if (*at == '\\' && size == 1) {
            reader->at = at;
            canonical_fail(reader, "this escape is unknown or not the shortest");
            return (struct bytes){0};
        }
        *escapes += *at == '\\';
        ascii = ascii && *at < 0x80;
        at += size;
    }
    struct bytes raw = bytes_of(first, (size_t)(at - first));
    if (!ascii && !text_is_utf8(raw)) {
        canonical_fail(reader, "the string is not UTF-8");
        return (struct bytes){0};
    }
    reader->at = at + 1;
    return raw;
}

static struct bytes unescape(struct bytes raw, size_t escapes, struct arena *arena)
{
    uint8_t *copy = arena_take(arena, raw.size - escapes);
    size_t size = 0;
    for (size_t i = 0; copy != NULL && i < raw.size; size++) {
        uint8_t value = raw.data[i];
        size_t step = 1;
        if (value == '\\') {
            step += read_escape(raw.data + i + 1, raw.data + raw.size, &value);
        }
        copy[size] = value;
        i += step;
    }
    return bytes_of(copy, size);
}

/* Takes a string of ASCII without escapes, which most are; false, and nothing taken, otherwise. */
static bool simple_string(struct canonical_reader *reader, struct bytes *value)
{
    if (peek(reader) != '"') {
        return false;
    }
    const uint8_t *first = reader->at + 1;
    const uint8_t *last = skip_simple(first, reader->end);
    if (last == reader->end || *last != '"') {
        return false;
    }
    *value = bytes_of(first, (size_t)(last - first));
    reader->at = last + 1;
    return true;
}

struct bytes canonical_string(struct canonical_reader *reader, struct arena *arena)
{
    struct bytes value;
    if (simple_string(reader, &value)) {
        return value;
    }
    size_t escapes;
    struct bytes raw = raw_string(reader, &escapes);
    return reader->why != NULL || escapes == 0 ? raw : unescape(raw, escapes, arena);
}

struct bytes canonical_plain(struct canonical_reader *reader)
{
    struct bytes value;
    if (simple_string(reader, &value)) {
        return value;
    }
    size_t escapes;
    struct bytes raw = raw_string(reader, &escapes);
    if (escapes > 0) {
        canonical_fail(reader, "this string may not have escapes");
        return (struct bytes){0};
    }
    return raw;
}

struct bytes canonical_base64(struct canonical_reader *reader, struct arena *arena)
{
    struct bytes raw = canonical_plain(reader);
    size_t capacity = raw.size / 4 * 3;
    size_t size = 0;
    uint8_t *memory = arena_take(arena, capacity);
    if (memory == NULL) {
        return (struct bytes){0};
    }
    struct status status = base64_read(raw, memory, capacity, &size);
    if (failed(status)) {
        canonical_fail(reader, status.why);
    }
    return bytes_of(memory, size);
}

struct digest canonical_digest(struct canonical_reader *reader)
{
    struct digest digest = {0};
    struct status status = base64_read_digest(canonical_plain(reader), &digest);
    if (failed(status)) {
        canonical_fail(reader, "a digest of 44 characters of base64 is expected here");
    }
    return digest;
}

uint64_t canonical_time(struct canonical_reader *reader)
{
    uint64_t utc_us = 0;
    if (failed(time_read_canonical(canonical_plain(reader), &utc_us))) {
        canonical_fail(reader, "a time like 2026-03-09T21:58:00.123456Z is expected here");
    }
    return utc_us;
}

/* Any value ------------------------------------------------------------------------------- */

static bool is_member_name(struct bytes name)
{
    if (name.size == 0 || name.size > JSON_MEMBER_NAME_MAX || name.data[0] < 'a' ||
        name.data[0] > 'z') {
        return false;
    }
    for (size_t i = 1; i < name.size; i++) {
        uint8_t c = name.data[i];
        if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_') {
            return false;
        }
    }
    return true;
}

/* Takes a member's name and colon; names go up. */
static void skip_name(struct canonical_reader *reader, struct bytes *previous)
{
    if (!reader->fresh) {
        take(reader, ',', "a comma or the end of the object is expected here");
    }
    reader->fresh = false;
    const uint8_t *at = reader->at;
    struct bytes name = canonical_plain(reader);
    if (reader->why == NULL && !is_member_name(name)) {
        reader->at = at;
        canonical_fail(reader, "a member's name is [a-z][a-z0-9_]*");
    }
    if (reader->why == NULL && previous->data != NULL && bytes_compare(*previous, name) >= 0) {
        reader->at = at;
        canonical_fail(reader, "the member names are not in order, or one is repeated");
    }
    *previous = name;
    take(reader, ':', "a colon is expected here");
}

static void skip_scalar(struct canonical_reader *reader)
{
    size_t escapes;
    switch (peek(reader)) {
    case '"':
        (void)raw_string(reader, &escapes);
        break;
    case 't':
    case 'f':
        (void)canonical_boolean(reader);
        break;
    default:
        (void)canonical_integer(reader);
        break;
    }
}

struct bytes canonical_skip(struct canonical_reader *reader)
{
    /* A stack instead of recursion: what is open, and in objects the last name seen. */
    struct bytes names[JSON_DEPTH_MAX + 1] = {0};
    bool in_object[JSON_DEPTH_MAX + 1] = {0};
    const uint8_t *first = reader->at;
    uint32_t base = reader->depth;
    do {
        uint32_t level = reader->depth - base;
        if (level > 0 && peek(reader) == (in_object[level] ? '}' : ']')) {
            close_level(reader, *reader->at, "");
            continue;
        }
        if (level > 0 && in_object[level]) {
            skip_name(reader, &names[level]);
        } else if (level > 0 && !canonical_element(reader)) {
            break;
        }
        uint8_t next = peek(reader);
        if (next == '{' || next == '[') {
            open_level(reader, next, "");
            if (reader->why == NULL) {
                in_object[reader->depth - base] = next == '{';
                names[reader->depth - base] = (struct bytes){0};
            }
        } else {
            skip_scalar(reader);
        }
    } while (reader->why == NULL && reader->depth > base);
    return reader->why != NULL ? (struct bytes){0} : bytes_of(first, (size_t)(reader->at - first));
}

struct status canonical_check(struct bytes bytes)
{
    struct canonical_reader reader = canonical_reader_of(bytes);
    (void)canonical_skip(&reader);
    return canonical_end(&reader);
}
