#include "schema/field.h"

#include <assert.h>

/* Reading --------------------------------------------------------------------------------- */

static const char no_memory[] = "there is not enough memory";

static struct bytes bounded(struct canonical_reader *reader, struct bytes value)
{
    if (value.size > TEXT_FIELD_MAX) {
        canonical_fail(reader, "a text or bytes is longer than 196608 bytes");
        return (struct bytes){0};
    }
    return value;
}

struct bytes field_read_text(struct canonical_reader *reader, struct arena *arena)
{
    return bounded(reader, canonical_string(reader, arena));
}

struct bytes field_read_bytes(struct canonical_reader *reader, struct arena *arena)
{
    return bounded(reader, canonical_base64(reader, arena));
}

struct id field_read_id(struct canonical_reader *reader, enum id_kind kind, enum id_kind creates)
{
    struct id id = {0};
    const uint8_t *at = reader->at;
    struct bytes text = canonical_plain(reader);
    if (reader->why != NULL) {
        return id;
    }
    const char *why = NULL;
    if (failed(id_read(text, &id))) {
        why = "an id like drive:30377 is expected here";
    } else if (kind != ID_NONE && id.kind != kind) {
        why = "the id is of another kind";
    } else if (id.n == ID_NEW && id.kind != creates) {
        why = "the event creates no such id";
    }
    if (why != NULL) {
        reader->at = at;
        canonical_fail(reader, why);
        return (struct id){0};
    }
    return id;
}

uint32_t field_read_enum(struct canonical_reader *reader, const struct lookup *names)
{
    uint32_t position = 0;
    const uint8_t *at = reader->at;
    struct bytes text = canonical_plain(reader);
    if (reader->why == NULL && !lookup_find(names, text, &position)) {
        reader->at = at;
        canonical_fail(reader, "the value is none that the catalogue lists");
    }
    return position;
}

/* The elements of an array that has just been opened; one more than allowed is enough. */
static size_t count_elements(struct canonical_reader reader)
{
    size_t count = 0;
    while (count <= FIELD_LIST_MAX && canonical_element(&reader)) {
        (void)canonical_skip(&reader);
        count++;
    }
    return count;
}

void *field_open_list(struct canonical_reader *reader, struct arena *arena, size_t element_size,
                      size_t *count)
{
    *count = 0;
    canonical_open_array(reader);
    size_t elements = count_elements(*reader);
    if (elements > FIELD_LIST_MAX) {
        canonical_fail(reader, "a list has at most 64 elements");
        return NULL;
    }
    void *memory = arena_take(arena, elements * element_size);
    if (memory == NULL && elements > 0) {
        canonical_fail(reader, no_memory);
        return NULL;
    }
    *count = elements;
    return memory;
}

void field_close_list(struct canonical_reader *reader)
{
    if (canonical_element(reader)) {
        canonical_fail(reader, "the end of the list is expected here");
    }
}

struct status field_end(const struct canonical_reader *reader, const struct arena *arena)
{
    /* What is malformed is so with any memory. */
    TRY(reader->why == no_memory ? OK : canonical_end(reader));
    return arena->full ? FAIL(NO_MEMORY, arena->capacity) : OK;
}

/* Writing --------------------------------------------------------------------------------- */

void field_put_integer(struct text *out, uint64_t value)
{
    assert(value <= CANONICAL_INTEGER_MAX);
    text_put_u64(out, value);
}

void field_put_boolean(struct text *out, bool value)
{
    text_put_string(out, value ? "true" : "false");
}

void field_put_id(struct text *out, struct id id, enum id_kind kind, enum id_kind creates)
{
    assert(id.kind > ID_NONE && id.kind < ID_KIND_COUNT);
    assert(kind == ID_NONE || id.kind == kind);
    assert(id.n <= CANONICAL_INTEGER_MAX || (id.n == ID_NEW && id.kind == creates));
    text_put_char(out, '"');
    id_write(out, id);
    text_put_char(out, '"');
}

void field_put_enum(struct text *out, const struct lookup *names, uint32_t position)
{
    assert(position < names->count);
    text_put_char(out, '"');
    text_put_bytes(out, names->names[position]);
    text_put_char(out, '"');
}

void field_put_list_start(struct text *out, size_t count)
{
    assert(count <= FIELD_LIST_MAX);
    text_put_char(out, '[');
}

void field_put_comma(struct text *out, size_t index)
{
    if (index > 0) {
        text_put_char(out, ',');
    }
}

void field_put_object_end(struct text *out, size_t start)
{
    if (out->size > start) {
        out->data[start] = '{';
    } else {
        text_put_char(out, '{');
    }
    text_put_char(out, '}');
}

/* Keys ------------------------------------------------------------------------------------ */

void field_key_u64(struct text *out, uint64_t value)
{
    uint8_t bytes[8];
    bytes_write_u64(bytes, value);
    text_put(out, bytes, sizeof bytes);
}

void field_key_byte(struct text *out, uint8_t value)
{
    text_put(out, &value, 1);
}

void field_key_digest(struct text *out, const struct digest *digest)
{
    text_put(out, digest->sha256, DIGEST_SIZE);
}

void field_key_text(struct text *out, struct bytes value)
{
    /* Foreign text may hold a NUL: unescaped, ("a\0b", "c") and ("a", "b\0c") were one key. */
    size_t start = 0;
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] <= 1) {
            const uint8_t escaped[2] = {1, (uint8_t)(value.data[i] + 1)};
            text_put_bytes(out, bytes_of(value.data + start, i - start));
            text_put(out, escaped, sizeof escaped);
            start = i + 1;
        }
    }
    if (value.size > start) {
        text_put_bytes(out, bytes_of(value.data + start, value.size - start));
    }
    field_key_byte(out, 0);
}

void field_key_id(struct text *out, struct id id)
{
    field_key_text(out, bytes_of_string(id_kind_name(id.kind)));
    field_key_u64(out, id.n);
}
