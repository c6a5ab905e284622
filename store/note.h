/*
 * store/note.h -- C2SP signed notes and checkpoints.
 *
 * Shape    text, a blank line, then one line for each signature. A checkpoint's text is three
 *          lines: origin, size, root in base64.
 * Source   C2SP signed-note v1.0.0, tlog-checkpoint v1.0.0.
 */
#ifndef STORE_NOTE_H
#define STORE_NOTE_H

#include "store/key.h"

struct checkpoint {
    struct bytes origin; /* lent by whoever made or read it */
    uint64_t size;       /* events */
    struct digest root;
};

/* Signs `text` (ends in a line feed) and writes the whole note. LIMIT if it does not fit. */
MUST_CHECK struct status note_sign(const struct secret_key *key, struct bytes text,
                                   struct text *out);

/* Checks a note against a key: *text is the signed text, lent from `note`. Signatures by unknown
 * keys are ignored; a signature by this key that fails, or none by it, is BAD_SIGNATURE; a note
 * that is none is MALFORMED at the byte; more than NOTE_SIGNATURES_MAX lines is LIMIT. */
MUST_CHECK struct status note_verify(const struct public_key *key, struct bytes note,
                                     struct bytes *text);

/* The signed text of a note without checking any signature. */
MUST_CHECK struct status note_text(struct bytes note, struct bytes *text);

/* The three lines of a checkpoint. */
void checkpoint_write(const struct checkpoint *checkpoint, struct text *out);
/* Reads them, and ignores extension lines after them. MALFORMED with the reason. */
MUST_CHECK struct status checkpoint_read(struct bytes text, struct checkpoint *out);

/* checkpoint_write and note_sign in one. */
MUST_CHECK struct status checkpoint_sign(const struct secret_key *key,
                                         const struct checkpoint *checkpoint, struct text *out);
/* note_verify and checkpoint_read in one; the origin must be the key's name, else BAD_SIGNATURE. */
MUST_CHECK struct status checkpoint_verify(const struct public_key *key, struct bytes note,
                                           struct checkpoint *out);

#endif
