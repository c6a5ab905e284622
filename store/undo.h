/*
 * store/undo.h -- notes on what an attempt did to the state, for taking it back.
 *
 * Shape    Each version of a row is an entry of its own, and the count of a subject went up by one:
 *          the key of the one and the id of the other are all there is to note.
 */
#ifndef STORE_UNDO_H
#define STORE_UNDO_H

#include "schema/id.h"

struct undo {
    bool open; /* while it is, notes are taken */
    uint8_t *notes;
    size_t size, capacity;
};

struct undo_note {
    struct bytes row_key; /* empty: of a subject */
    struct id subject;
};

void undo_begin(struct undo *undo);
void undo_end(struct undo *undo);
/* Gives back its memory. */
void undo_free(struct undo *undo);

/* Notes it, if there is something open. NO_MEMORY. */
MUST_CHECK struct status undo_note_row(struct undo *undo, struct bytes row_key);
MUST_CHECK struct status undo_note_subject(struct undo *undo, struct id subject);

/* The note at *at, which begins at 0 and is moved on. False at the end. */
bool undo_next(const struct undo *undo, size_t *at, struct undo_note *out);

#endif
