/*
 * store/state.h -- temporal state: every version of every row, keyed by the event that made it.
 *
 * Shape    (table, key, n) -> row; the newest version not later than n answers `as of n`. Removal
 *          is a version without bytes. Beside the rows: how many events each subject has had, and
 *          where each emitter's chain stands; both follow from the leaves alone. A running digest
 *          covers all row versions in order: D' = SHA-256(D || u64 n || u16 table name size ||
 *          table name || u16 key size || key || row).
 * Damage   Every entry ends in the first 8 bytes of SHA-256(table || key || value), because what is
 *          folded decides what is written: FOLD instead of a wrong row or count.
 * Truth    Folded from the log and safe to delete. A state of another catalogue, or ahead of its
 *          log, is emptied when it is opened for writing.
 * Process  Writing goes on in one open transaction, seen by reads through the same handle, until
 *          state_commit. Other processes see what was committed.
 * Limits   Keys up to STATE_KEY_MAX bytes.
 * Source   DESIGN.md 6.
 */
#ifndef STORE_STATE_H
#define STORE_STATE_H

#include "schema/id.h"
#include "store/hash.h"

enum {
    STATE_KEY_MAX = 480, /* bytes */
};

struct state; /* opaque */

struct state_options {
    const char *directory;
    const char *fingerprint; /* of the catalogue that folds it */
    uint64_t log_size;       /* a state beyond it is emptied */
    bool read_only;
};

/* On success *out is the caller's: state_close, which forgets what was not committed. */
MUST_CHECK struct status state_open(const struct state_options *options, struct state **out);
void state_close(struct state **state);

/* Of a state that is open for reading: what has been committed by now; what was lent is no more.
 * NOT_FOUND: it is of another catalogue by now, or empty; FOLD, IO. Then it is as it was. */
MUST_CHECK struct status state_look_again(struct state *state);

/* Events folded so far: the next one to fold. */
uint64_t state_size(const struct state *state);
/* The digest over the row versions so far, and how many there are. */
struct digest state_digest(const struct state *state);
/* The hash of the last leaf folded when it was committed: the log's own must be the same. */
struct digest state_last(const struct state *state);
uint64_t state_versions(const struct state *state);

/* Reads all of it and compares every entry with its hash, their number with what was folded, each
 * way to an entry with the entry, and LMDB's pages. FOLD; or CORRUPT, of LMDB. */
MUST_CHECK struct status state_check(struct state *state);

/* Empties it, to be folded anew. */
MUST_CHECK struct status state_clear(struct state *state);

/* Folding ----------------------------------------------------------------------------------- */

/* A new version of a row, made by event n; an empty row removes it. LIMIT over STATE_KEY_MAX. */
MUST_CHECK struct status state_put(struct state *state, enum row_table table, struct bytes key,
                                   struct bytes row, uint64_t n);
/* Counts one more event on the subject; *on_n is its number, 1 for the first. */
MUST_CHECK struct status state_count_subject(struct state *state, struct id subject,
                                             uint64_t *on_n);
/* Event n has been folded. */
void state_advance(struct state *state, uint64_t n);
/* What is folded from here on is kept or undone as a whole; one attempt at a time, and none is open
 * when it is made durable. */
void state_attempt(struct state *state);
void state_keep(struct state *state);
MUST_CHECK struct status state_undo(struct state *state);
/* Makes it durable. `last` is the hash of the last leaf folded. */
MUST_CHECK struct status state_commit(struct state *state, const struct digest *last);

/* Reading ----------------------------------------------------------------------------------- */

/* The row as of event `as_of` (inclusive), lent until the next call; *made_by is
 * the event that made it. NOT_FOUND if there was none, or it was removed. */
MUST_CHECK struct status state_find(struct state *state, enum row_table table, struct bytes key,
                                    uint64_t as_of, struct bytes *row, uint64_t *made_by);

/* A place in a table on a walk through its rows in the order of keys. */
struct state_place {
    enum row_table table;
    struct bytes prefix; /* only keys that begin with it */
    struct bytes after;  /* only keys beyond it; empty: from the start */
    uint64_t as_of;      /* as of this event, inclusive */
};

/* The first row from the place on. NOT_FOUND at the end. *key and *row are lent until the next
 * call. */
MUST_CHECK struct status state_next(struct state *state, const struct state_place *place,
                                    struct bytes *key, struct bytes *row);

/* Where a change is looked for: a row, or all whose key begins with `key`. */
struct state_change {
    enum row_table table;
    struct bytes key;
    bool prefix;
    uint64_t after; /* beyond this event */
};

/* The first event beyond `after` that made a version of such a row, be it one that removed it.
 * NOT_FOUND if there is none. */
MUST_CHECK struct status state_next_change(struct state *state, const struct state_change *change,
                                           uint64_t *n);

/* A place among all versions of the rows of a table: row by row, of each the newest first. */
struct state_version_place {
    enum row_table table;
    struct bytes prefix; /* only keys that begin with it */
    struct bytes key;    /* beyond this row's version */
    uint64_t before;     /* that this event made; with an empty key: from the start */
};

/* The version after the place; an empty *row is one that removed the row. NOT_FOUND at the end. All
 * is lent until the next call. */
MUST_CHECK struct status state_next_version(struct state *state,
                                            const struct state_version_place *place,
                                            struct bytes *key, struct bytes *row,
                                            uint64_t *made_by);

/* How many events the subject has had; 0 for one nobody has heard of. */
MUST_CHECK struct status state_subject_count(struct state *state, struct id subject,
                                             uint64_t *on_n);

#endif
