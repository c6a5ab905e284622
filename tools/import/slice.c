#include "tools/import/slice.h"

#include <arpa/inet.h>
#include <assert.h>
#include <net/if.h>

bool slice_take(struct bytes *text, struct bytes piece)
{
    if (text->size < piece.size || memcmp(text->data, piece.data, piece.size) != 0) {
        return false;
    }
    *text = slice_from(*text, piece.size);
    return true;
}

struct bytes slice_take_until(struct bytes *text, char character)
{
    const uint8_t *end = text->size == 0 ? NULL : memchr(text->data, character, text->size);
    size_t size = end == NULL ? text->size : (size_t)(end - text->data);
    struct bytes taken = bytes_of(text->data, size);
    *text = slice_from(*text, end == NULL ? size : size + 1);
    return taken;
}

bool slice_take_number(struct bytes *text, size_t digits_max, uint64_t *out)
{
    uint64_t value = 0;
    size_t count = 0;
    assert(digits_max <= 18);
    while (count < text->size && count < digits_max && (uint8_t)(text->data[count] - '0') <= 9) {
        value = value * 10 + (uint8_t)(text->data[count] - '0');
        count++;
    }
    if (count == 0) {
        return false;
    }
    *out = value;
    *text = slice_from(*text, count);
    return true;
}

size_t slice_find(struct bytes text, struct bytes piece)
{
    const uint8_t *found =
        text.size < piece.size ? NULL : memmem(text.data, text.size, piece.data, piece.size);
    return found == NULL ? SLICE_NOWHERE : (size_t)(found - text.data);
}

size_t slice_find_last(struct bytes text, struct bytes piece)
{
    for (size_t left = text.size + 1; left > piece.size; left--) {
        size_t position = left - 1 - piece.size;
        if (memcmp(text.data + position, piece.data, piece.size) == 0) {
            return position;
        }
    }
    return SLICE_NOWHERE;
}

bool slice_ends(struct bytes text, struct bytes piece)
{
    return text.size >= piece.size && bytes_equal(slice_from(text, text.size - piece.size), piece);
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

struct bytes slice_trim(struct bytes text)
{
    while (text.size > 0 && is_blank(text.data[0])) {
        text = slice_from(text, 1);
    }
    while (text.size > 0 && is_blank(text.data[text.size - 1])) {
        text.size--;
    }
    return text;
}

bool slice_is_address(struct bytes text)
{
    char form[INET6_ADDRSTRLEN + 1 + IF_NAMESIZE];
    uint8_t address[sizeof(struct in6_addr)];
    if (text.size == 0 || text.size >= sizeof form) {
        return false;
    }
    memcpy(form, text.data, text.size);
    form[text.size] = '\0';
    char *zone = strchr(form, '%');
    if (zone != NULL && zone != form) {
        *zone = '\0';
        return inet_pton(AF_INET6, form, address) == 1;
    }
    return inet_pton(AF_INET, form, address) == 1 || inet_pton(AF_INET6, form, address) == 1;
}
