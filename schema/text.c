#include "schema/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

void text_put_u64(struct text *text, uint64_t value)
{
    char digits[20];
    size_t count = 0;
    do {
        digits[sizeof digits - ++count] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    text_put(text, digits + sizeof digits - count, count);
}

void text_put_string(struct text *text, const char *string)
{
    text_put(text, string, strlen(string));
}

void text_put_base64(struct text *text, struct bytes bytes)
{
    size_t size = base64_size(bytes.size);
    if (text->full || size >= text->capacity - text->size) {
        text->full = true;
        return;
    }
    text->size += base64_write(text->data + text->size, bytes);
}

void text_put_hex(struct text *text, struct bytes bytes)
{
    if (text->full || bytes.size >= (text->capacity - text->size + 1) / 2) {
        text->full = true;
        return;
    }
    hex_write(text->data + text->size, bytes);
    text->size += 2 * bytes.size;
}

void text_add(struct text *text, const char *format, ...)
{
    if (text->full) {
        return;
    }
    size_t room = text->capacity - text->size;
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(text->data + text->size, room, format, arguments);
    va_end(arguments);
    if (written < 0 || (size_t)written >= room) {
        text->full = true;
        return;
    }
    text->size += (size_t)written;
}

const char *text_string(struct text *text)
{
    assert(text->size < text->capacity);
    text->data[text->size] = '\0';
    return text->data;
}

bool text_read_u64(struct bytes bytes, uint64_t *out)
{
    uint64_t value = 0;
    if (bytes.size == 0 || bytes.size > 20 || (bytes.size > 1 && bytes.data[0] == '0')) {
        return false;
    }
    for (size_t i = 0; i < bytes.size; i++) {
        uint8_t digit = (uint8_t)(bytes.data[i] - '0');
        if (digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, digit, &value)) {
            return false;
        }
    }
    *out = value;
    return true;
}

/* UTF-8 ----------------------------------------------------------------------------------- */

/* The bytes of the character at p, or 0 if it is none; *point is its number. */
static size_t utf8_character(const uint8_t *p, size_t left, uint32_t *point)
{
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t size = p[0] < 0x80   ? 1
                  : p[0] < 0xc2 ? 0
                  : p[0] < 0xe0 ? 2
                  : p[0] < 0xf0 ? 3
                  : p[0] < 0xf5 ? 4
                                : 0;
    if (size == 0 || size > left) {
        return 0;
    }
    uint32_t value = size == 1 ? p[0] : p[0] & (0xffu >> (size + 1));
    for (size_t i = 1; i < size; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }
        value = value << 6 | (p[i] & 0x3f);
    }
    if (value < smallest[size] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) {
        return 0;
    }
    *point = value;
    return size;
}

bool text_is_utf8(struct bytes bytes)
{
    size_t i = 0;
    while (i < bytes.size) {
        uint64_t eight;
        if (bytes.size - i >= 8) {
            memcpy(&eight, bytes.data + i, 8);
            if ((eight & UINT64_C(0x8080808080808080)) == 0) {
                i += 8;
                continue;
            }
        }
        uint32_t point;
        size_t size = utf8_character(bytes.data + i, bytes.size - i, &point);
        if (size == 0) {
            return false;
        }
        i += size;
    }
    return true;
}

/* Characters that steer a terminal or hide themselves: C0, DEL, C1, zero-width, bidi, BOM. */
static bool steers_terminal(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0xad ||
           (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
           (point >= 0x2060 && point <= 0x206f) || point == 0x061c || point == 0xfeff ||
           (point >= 0xfff9 && point <= 0xfffb) || (point >= 0xe0000 && point <= 0xe007f);
}

void text_put_printable(struct text *text, struct bytes bytes)
{
    size_t i = 0;
    while (i < bytes.size) {
        uint32_t point = 0;
        size_t size = utf8_character(bytes.data + i, bytes.size - i, &point);
        if (size == 0) {
            text_add(text, "\\x%02x", bytes.data[i]);
            i++;
            continue;
        }
        if (!steers_terminal(point)) {
            text_put(text, bytes.data + i, size);
        } else if (point < 0x80) {
            text_add(text, "\\x%02x", point);
        } else {
            text_add(text, "\\u{%x}", point);
        }
        i += size;
    }
}
