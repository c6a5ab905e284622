#include "schema/wire/wire.h"

#include <assert.h>

size_t frame_begin(struct text *out, uint8_t kind, uint32_t id)
{
    size_t start = out->size;
    wire_put_u32(out, 0);
    wire_put_u8(out, kind);
    wire_put_u32(out, id);
    return start;
}

void frame_end(struct text *out, size_t start)
{
    if (out->full) {
        return;
    }
    assert(out->size - start >= FRAME_HEAD && out->size - start - 4 <= UINT32_MAX);
    bytes_write_u32((uint8_t *)out->data + start, (uint32_t)(out->size - start - 4));
}

void wire_put_u8(struct text *out, uint8_t value)
{
    text_put(out, &value, 1);
}

void wire_put_u16(struct text *out, uint16_t value)
{
    uint8_t bytes[2];
    bytes_write_u16(bytes, value);
    text_put(out, bytes, sizeof bytes);
}

void wire_put_u32(struct text *out, uint32_t value)
{
    uint8_t bytes[4];
    bytes_write_u32(bytes, value);
    text_put(out, bytes, sizeof bytes);
}

void wire_put_u64(struct text *out, uint64_t value)
{
    uint8_t bytes[8];
    bytes_write_u64(bytes, value);
    text_put(out, bytes, sizeof bytes);
}

void wire_put_bytes(struct text *out, struct bytes bytes)
{
    if (bytes.size > UINT32_MAX) {
        out->full = true;
        return;
    }
    wire_put_u32(out, (uint32_t)bytes.size);
    text_put_bytes(out, bytes);
}

void wire_put_string(struct text *out, const char *string)
{
    wire_put_bytes(out, bytes_of_string(string));
}

struct status frame_take(struct bytes *input, size_t most, struct frame *out, bool *whole)
{
    *whole = false;
    if (input->size < 4) {
        return OK;
    }
    uint32_t size = bytes_read_u32(input->data);
    if (size < FRAME_HEAD - 4) {
        return FAIL_BECAUSE(MALFORMED, 0, "a frame is shorter than its head");
    }
    if (size > most - 4) {
        return FAIL_BECAUSE(LIMIT, most, "a frame is too long");
    }
    if (input->size - 4 < size) {
        return OK;
    }
    *out = (struct frame){
        .kind = input->data[4],
        .id = bytes_read_u32(input->data + 5),
        .payload = bytes_of(input->data + FRAME_HEAD, size - (FRAME_HEAD - 4)),
    };
    *input = bytes_of(input->data + 4 + size, input->size - 4 - size);
    *whole = true;
    return OK;
}

/* Reading --------------------------------------------------------------------------------- */

/* The next `size` bytes; NULL if there are not so many. */
static const uint8_t *take(struct wire_reader *reader, size_t size)
{
    const uint8_t *data = reader->rest.data;
    if (reader->bad || reader->rest.size < size) {
        reader->bad = true;
        return NULL;
    }
    reader->rest = bytes_of(data + size, reader->rest.size - size);
    return data;
}

uint8_t wire_get_u8(struct wire_reader *reader)
{
    const uint8_t *data = take(reader, 1);
    return data == NULL ? 0 : *data;
}

uint16_t wire_get_u16(struct wire_reader *reader)
{
    const uint8_t *data = take(reader, 2);
    return data == NULL ? 0 : bytes_read_u16(data);
}

uint32_t wire_get_u32(struct wire_reader *reader)
{
    const uint8_t *data = take(reader, 4);
    return data == NULL ? 0 : bytes_read_u32(data);
}

uint64_t wire_get_u64(struct wire_reader *reader)
{
    const uint8_t *data = take(reader, 8);
    return data == NULL ? 0 : bytes_read_u64(data);
}

struct bytes wire_get_bytes(struct wire_reader *reader, size_t most)
{
    uint32_t size = wire_get_u32(reader);
    if (size > most) {
        reader->bad = true;
    }
    const uint8_t *data = take(reader, size);
    return data == NULL ? (struct bytes){0} : bytes_of(data, size);
}

struct status wire_end(const struct wire_reader *reader)
{
    if (reader->bad) {
        return FAIL_BECAUSE(MALFORMED, 0, "a field of a message is missing or too long");
    }
    if (reader->rest.size > 0) {
        return FAIL_BECAUSE(MALFORMED, 0, "something follows the last field of a message");
    }
    return OK;
}
