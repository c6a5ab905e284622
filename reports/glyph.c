#include "reports/glyph.h"

#include <wchar.h>

enum {
    ESCAPE_SIZE = 16, /* more than \u{10ffff} and a final NUL */
};

static uint32_t point_of(struct bytes bytes)
{
    uint32_t point = bytes.size == 1 ? bytes.data[0] : bytes.data[0] & (0xffu >> (bytes.size + 1));
    for (size_t i = 1; i < bytes.size; i++) {
        point = point << 6 | (bytes.data[i] & 0x3fu);
    }
    return point;
}

static size_t size_by_lead(uint8_t lead)
{
    return lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

bool glyph_next(struct bytes *rest, struct glyph *out)
{
    if (rest->size == 0) {
        return false;
    }
    size_t size = size_by_lead(rest->data[0]);
    *out = (struct glyph){.bytes = bytes_of(rest->data, size < rest->size ? size : rest->size)};
    out->valid = text_is_utf8(out->bytes);
    if (out->valid) {
        char memory[ESCAPE_SIZE];
        struct text shown = TEXT_IN(memory);
        text_put_printable(&shown, out->bytes);
        out->plain = bytes_equal(text_bytes(&shown), out->bytes);
        out->point = point_of(out->bytes);
    } else {
        out->bytes.size = 1;
        out->point = 0xfffd;
    }
    *rest = bytes_of(rest->data + out->bytes.size, rest->size - out->bytes.size);
    return true;
}

size_t glyph_ascii(struct bytes text)
{
    size_t size = 0;
    while (size < text.size && text.data[size] >= 0x20 && text.data[size] < 0x7f) {
        size++;
    }
    return size;
}

size_t glyph_width(const struct glyph *glyph)
{
    if (glyph->plain) {
        int width = wcwidth((wchar_t)glyph->point);
        return width < 0 ? 1 : (size_t)width;
    }
    char memory[ESCAPE_SIZE];
    struct text shown = TEXT_IN(memory);
    glyph_put(glyph, &shown);
    return shown.size;
}

size_t glyph_text_width(struct bytes text)
{
    size_t width = 0;
    struct glyph glyph;
    while (text.size > 0) {
        size_t ascii = glyph_ascii(text);
        width += ascii;
        text = bytes_of(text.data + ascii, text.size - ascii);
        if (glyph_next(&text, &glyph)) {
            width += glyph_width(&glyph);
        }
    }
    return width;
}

void glyph_put(const struct glyph *glyph, struct text *out)
{
    text_put_printable(out, glyph->bytes);
}
