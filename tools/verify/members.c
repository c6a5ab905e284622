#include "tools/verify/members.h"

#include "reports/glyph.h"
#include "schema/canonical.h"

enum {
    PIECE_SIZE = 1024,
    PRINTABLE_SIZE = 12 * PIECE_SIZE, /* every byte may become an escape */
    CONTINUATION_MAX = 3,             /* bytes of a character after its first */
};

/* The next piece, which ends between two characters where there are any. */
static size_t piece_size(struct bytes text)
{
    if (text.size <= PIECE_SIZE) {
        return text.size;
    }
    for (size_t back = 0; back <= CONTINUATION_MAX; back++) {
        if ((text.data[PIECE_SIZE - back] & 0xC0) != 0x80) {
            return PIECE_SIZE - back;
        }
    }
    return PIECE_SIZE;
}

void members_put_text(struct output *output, struct bytes text)
{
    char memory[PRINTABLE_SIZE];
    while (text.size > 0) {
        struct text printable = TEXT_IN(memory);
        size_t size = piece_size(text);
        text_put_printable(&printable, bytes_of(text.data, size));
        output_put_bytes(output, text_bytes(&printable));
        text = bytes_of(text.data + size, text.size - size);
    }
}

/* Takes the next member's name, whatever it is. */
static bool next_name(struct canonical_reader *reader, struct bytes *name)
{
    const uint8_t *at = reader->at;
    at += at < reader->end && *at == ',';
    if (reader->why != NULL || at >= reader->end || *at != '"') {
        return false;
    }
    const uint8_t *start = at + 1;
    const uint8_t *end = memchr(start, '"', (size_t)(reader->end - start));
    if (end == NULL) {
        return false;
    }
    *name = bytes_of(start, (size_t)(end - start));
    return canonical_member(reader, (const char *)start, name->size);
}

static void write_member(struct output *output, struct canonical_reader *reader, struct bytes name,
                         struct arena *arena)
{
    output_put_string(output, "  ");
    members_put_text(output, name);
    output_pad(output, name.size < 12 ? 12 - name.size : 1);
    bool is_string = reader->at < reader->end && *reader->at == '"';
    members_put_text(output, is_string ? canonical_string(reader, arena) : canonical_skip(reader));
    output_put_char(output, '\n');
}

void members_write(struct output *output, struct bytes object, struct arena *arena)
{
    struct bytes name;
    struct canonical_reader reader = canonical_reader_of(object);
    arena_reset(arena);
    canonical_open_object(&reader);
    if (failed(canonical_check(object)) || reader.why != NULL) {
        output_put_string(output, "  ");
        members_put_text(output, object);
        output_put_char(output, '\n');
        return;
    }
    while (next_name(&reader, &name)) {
        write_member(output, &reader, name, arena);
    }
}
