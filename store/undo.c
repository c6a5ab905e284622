#include "store/undo.h"

#include <stdlib.h>

enum {
    SUBJECT_SIZE = 9, /* its kind, and where it comes from */
};

void undo_begin(struct undo *undo)
{
    undo->open = true;
    undo->size = 0;
}

void undo_end(struct undo *undo)
{
    undo->open = false;
}

void undo_free(struct undo *undo)
{
    free(undo->notes);
    *undo = (struct undo){0};
}

/* Room for one more: u16 size of a row's key, and the key; or 0, and the subject. */
static struct status make_room(struct undo *undo, size_t needed, uint8_t **out)
{
    if (undo->capacity - undo->size < needed) {
        size_t capacity = 2 * undo->capacity + 4096;
        uint8_t *grown = realloc(undo->notes, capacity);
        if (grown == NULL) {
            return FAIL(NO_MEMORY, capacity);
        }
        undo->notes = grown;
        undo->capacity = capacity;
    }
    *out = undo->notes + undo->size;
    undo->size += needed;
    return OK;
}

struct status undo_note_row(struct undo *undo, struct bytes row_key)
{
    uint8_t *at;
    if (!undo->open) {
        return OK;
    }
    TRY(make_room(undo, 2 + row_key.size, &at));
    bytes_write_u16(at, (uint16_t)row_key.size);
    memcpy(at + 2, row_key.data, row_key.size);
    return OK;
}

struct status undo_note_subject(struct undo *undo, struct id subject)
{
    uint8_t *at;
    if (!undo->open) {
        return OK;
    }
    TRY(make_room(undo, 2 + SUBJECT_SIZE, &at));
    bytes_write_u16(at, 0);
    at[2] = (uint8_t)subject.kind;
    bytes_write_u64(at + 3, subject.n);
    return OK;
}

bool undo_next(const struct undo *undo, size_t *at, struct undo_note *out)
{
    if (*at == undo->size) {
        return false;
    }
    const uint8_t *note = undo->notes + *at;
    size_t size = bytes_read_u16(note);
    *out = (struct undo_note){.row_key = bytes_of(note + 2, size)};
    if (size == 0) {
        out->subject = (struct id){(enum id_kind)note[2], bytes_read_u64(note + 3)};
    }
    *at += 2 + (size == 0 ? (size_t)SUBJECT_SIZE : size);
    return true;
}
