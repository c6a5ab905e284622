#include "schema/bytes.h"

int bytes_compare(struct bytes a, struct bytes b)
{
    size_t shared = a.size < b.size ? a.size : b.size;
    int order = shared == 0 ? 0 : memcmp(a.data, b.data, shared);
    if (order != 0) {
        return order;
    }
    return (a.size > b.size) - (a.size < b.size);
}

void bytes_write_u16(uint8_t p[static 2], uint16_t value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

void bytes_write_u32(uint8_t p[static 4], uint32_t value)
{
    bytes_write_u16(p, (uint16_t)(value >> 16));
    bytes_write_u16(p + 2, (uint16_t)value);
}

void bytes_write_u64(uint8_t p[static 8], uint64_t value)
{
    bytes_write_u32(p, (uint32_t)(value >> 32));
    bytes_write_u32(p + 4, (uint32_t)value);
}

uint16_t bytes_read_u16(const uint8_t p[static 2])
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t bytes_read_u32(const uint8_t p[static 4])
{
    return (uint32_t)bytes_read_u16(p) << 16 | bytes_read_u16(p + 2);
}

uint64_t bytes_read_u64(const uint8_t p[static 8])
{
    return (uint64_t)bytes_read_u32(p) << 32 | bytes_read_u32(p + 4);
}

/* Base64 ---------------------------------------------------------------------------------- */

static const char alphabet[65] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t base64_write(char *out, struct bytes bytes)
{
    const uint8_t *p = bytes.data;
    size_t left = bytes.size;
    char *to = out;
    for (; left >= 3; left -= 3, p += 3) {
        uint32_t group = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
        *to++ = alphabet[group >> 18];
        *to++ = alphabet[group >> 12 & 63];
        *to++ = alphabet[group >> 6 & 63];
        *to++ = alphabet[group & 63];
    }
    if (left > 0) {
        uint32_t group = (uint32_t)p[0] << 16 | (left == 2 ? (uint32_t)p[1] << 8 : 0);
        *to++ = alphabet[group >> 18];
        *to++ = alphabet[group >> 12 & 63];
        *to++ = left == 2 ? alphabet[group >> 6 & 63] : '=';
        *to++ = '=';
    }
    return (size_t)(to - out);
}

/* 0 to 63, or 64 for anything that is not in the alphabet. clang-format off: a table. */
/* clang-format off */
static const uint8_t values[256] = {
    ['A'] =  1, ['B'] =  2, ['C'] =  3, ['D'] =  4, ['E'] =  5, ['F'] =  6, ['G'] =  7, ['H'] =  8,
    ['I'] =  9, ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
    ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
    ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
    ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
    ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
    ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
    ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64,
};
/* clang-format on */

static struct status bad_base64(size_t at)
{
    return FAIL_BECAUSE(MALFORMED, at, "this is not base64 in its one canonical form");
}

/* Reads four characters, the last `padding` of them '='. Returns where one is foreign, or 4. */
static size_t read_group(const uint8_t *p, size_t padding, uint32_t *group)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < 4; i++) {
        uint8_t value = i >= 4 - padding ? (uint8_t)(p[i] == '=') : values[p[i]];
        if (value == 0) {
            return i;
        }
        bits = bits << 6 | (i >= 4 - padding ? 0u : value - 1u);
    }
    *group = bits;
    /* Bits that decode to nothing would be a second text for one value. */
    uint32_t lost = padding == 2 ? 0xffff : padding == 1 ? 0xff : 0;
    return (bits & lost) == 0 ? 4 : 3 - padding;
}

/* The same for four characters without padding, which nearly all are: one question for all four. */
static inline bool read_whole_group(const uint8_t *p, uint32_t *group)
{
    uint32_t a = values[p[0]], b = values[p[1]], c = values[p[2]], d = values[p[3]];
    if (a == 0 || b == 0 || c == 0 || d == 0) {
        return false;
    }
    *group = (a - 1) << 18 | (b - 1) << 12 | (c - 1) << 6 | (d - 1);
    return true;
}

struct status base64_read(struct bytes text, uint8_t *out, size_t capacity, size_t *size)
{
    if (text.size % 4 != 0) {
        return bad_base64(text.size);
    }
    size_t padding = 0;
    while (padding < 2 && text.size > 0 && text.data[text.size - 1 - padding] == '=') {
        padding++;
    }
    size_t decoded = text.size / 4 * 3 - padding;
    if (decoded > capacity) {
        return FAIL(LIMIT, capacity);
    }
    uint8_t *to = out;
    size_t whole = text.size - (padding > 0 ? 4 : 0);
    for (size_t i = 0; i < whole; i += 4, to += 3) {
        uint32_t group;
        if (!read_whole_group(text.data + i, &group)) {
            return bad_base64(i + read_group(text.data + i, 0, &group));
        }
        to[0] = (uint8_t)(group >> 16);
        to[1] = (uint8_t)(group >> 8);
        to[2] = (uint8_t)group;
    }
    if (padding > 0) {
        uint32_t group;
        size_t good = read_group(text.data + whole, padding, &group);
        if (good < 4) {
            return bad_base64(whole + good);
        }
        for (size_t k = 0; k < 3 - padding; k++) {
            *to++ = (uint8_t)(group >> (16 - 8 * k));
        }
    }
    *size = decoded;
    return OK;
}

struct status base64_read_digest(struct bytes text, struct digest *out)
{
    struct digest read;
    size_t size;
    if (text.size != DIGEST_BASE64_SIZE) {
        return FAIL_BECAUSE(MALFORMED, text.size, "a digest is 44 characters of base64");
    }
    TRY(base64_read(text, read.sha256, sizeof read.sha256, &size));
    if (size != DIGEST_SIZE) {
        return FAIL_BECAUSE(MALFORMED, text.size - 2, "a digest is 44 characters of base64");
    }
    *out = read;
    return OK;
}

/* Hexadecimal ----------------------------------------------------------------------------- */

void hex_write(char *out, struct bytes bytes)
{
    static const char digits[17] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.size; i++) {
        out[2 * i] = digits[bytes.data[i] >> 4];
        out[2 * i + 1] = digits[bytes.data[i] & 15];
    }
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if ((c | 32) >= 'a' && (c | 32) <= 'f') {
        return (c | 32) - 'a' + 10;
    }
    return -1;
}

struct status hex_read(struct bytes text, uint8_t *out, size_t capacity, size_t *size)
{
    if (text.size / 2 > capacity) {
        return FAIL(LIMIT, capacity);
    }
    for (size_t i = 0; i < text.size; i++) {
        if (hex_digit(text.data[i]) < 0 || (i + 1 == text.size && i % 2 == 0)) {
            return FAIL_BECAUSE(MALFORMED, i, "this is not hexadecimal");
        }
    }
    for (size_t i = 0; i < text.size / 2; i++) {
        out[i] = (uint8_t)(hex_digit(text.data[2 * i]) << 4 | hex_digit(text.data[2 * i + 1]));
    }
    *size = text.size / 2;
    return OK;
}
