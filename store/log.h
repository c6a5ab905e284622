/*
 * store/log.h -- the append-only log: leaves, bodies, commands, tiles and checkpoints.
 *
 * Shape    Event n is a leaf (what every auditor sees), a salted body and perhaps a signed command,
 *          each in a table of its own under the big-endian n. Leaves are chained by `prev` and are
 *          the leaves of a Merkle tree, whose full tiles are kept. A commit ends in a checkpoint, a
 *          signed note over size and root.
 * Writing  begin, append 1 to COMMIT_EVENTS_MAX events, commit. Nothing is acknowledged before the
 *          commit has come back: it returns after the one sync. Any failure of a commit is final
 *          for the handle (STOPPED); open the log again to go on.
 * Reading  Through a snapshot, which is one read transaction: keep it short. Every leaf and body
 *          handed out has been compared with its hash.
 * Limits   schema/limits.h.
 * Process  One writer; any number of readers. Opened after fork.
 * Source   DESIGN.md 5; RFC 6962; reliability.md F.2.
 */
#ifndef STORE_LOG_H
#define STORE_LOG_H

#include "schema/leaf.h"
#include "store/note.h"
#include "store/tree.h"

enum {
    LOG_FORMAT_VERSION = 1,
};

struct log; /* opaque */

struct log_options {
    const char *directory; /* of the environment; its parent exists */
    const char *origin;    /* when creating: the log's name; else NULL */
    bool read_only;
};

struct log_head {
    uint64_t size;      /* events */
    struct digest last; /* hash of the last leaf; zero before the first */
    uint64_t t_utc_us;  /* when the last event was recorded; 0 before the first */
};

/* Where an emitter's chain stands. */
struct emitter_head {
    struct digest chain; /* c_k, store/hash.h */
    uint64_t emitter_n;  /* k; 0: has not spoken yet */
};

/* One event to append. The leaf's n, prev and t are the log's to set, and are set on return. */
struct log_event {
    struct leaf *leaf;    /* a decoded statement; on_n, sig and version set by the caller */
    struct bytes body;    /* salt || body, as the leaf commits to it */
    struct bytes command; /* the signed record; empty: none */
};

/* Opens the log, or makes an empty one if `origin` is given. On success *out is the caller's:
 * log_close. NOT_FOUND, EXISTS, IN_USE, INCOMPLETE, VERSION, CORRUPT, TRUNCATED, IO. */
MUST_CHECK struct status log_open(const struct log_options *options, struct log **out);
void log_close(struct log **log);

/* The log's name, valid as long as the handle. */
const char *log_origin(const struct log *log);
/* What the writer has committed or, between begin and commit, appended. */
const struct log_head *log_head_of(const struct log *log);
/* Of a log that is open for reading: the head as it is by now. Snapshots are as they were. CORRUPT,
 * IO, and then the head is as it was. */
MUST_CHECK struct status log_look_again(struct log *log);

/* Writing ----------------------------------------------------------------------------------- */

MUST_CHECK struct status log_begin(struct log *log);
/* Appends one event recorded at `t_utc_us` (not before the last one's). LIMIT if the leaf does not
 * fit; IO. */
MUST_CHECK struct status log_append(struct log *log, const struct log_event *event,
                                    uint64_t t_utc_us);
/* Notes where an emitter's chain stands after what was appended: part of the same commit, so that
 * nobody has to follow the whole chain to go on with it. The verifier does. */
MUST_CHECK struct status log_set_emitter(struct log *log, struct bytes emitter,
                                         const struct emitter_head *head);
/* Signs the checkpoint, makes all of it durable and lends the note until the next commit. */
MUST_CHECK struct status log_commit(struct log *log, const struct secret_key *key,
                                    struct bytes *note);
/* Forgets what was appended since begin. */
void log_abort(struct log *log);

/* Reading ----------------------------------------------------------------------------------- */

struct log_snapshot; /* opaque; belongs to one thread */

/* *out is the caller's: log_snapshot_close, before the log is closed. */
MUST_CHECK struct status log_snapshot_open(struct log *log, struct log_snapshot **out);
void log_snapshot_close(struct log_snapshot **snapshot);

uint64_t log_snapshot_size(const struct log_snapshot *snapshot);

/* Entries of the tables as the file counts them, to be compared with what is found under their
 * keys; and how many events the emitters' heads have counted. CORRUPT. */
struct log_counts {
    uint64_t leaves, bodies, commands, tiles, checkpoints, emitted;
};
MUST_CHECK struct status log_count(struct log_snapshot *snapshot, struct log_counts *out);
/* Whether writing to the log would write over what it has: see lmdb_check_pages. CORRUPT. */
MUST_CHECK struct status log_check_pages(struct log *log);

/* The bytes of a leaf, compared with the tree or the chain; lent until the snapshot closes.
 * NOT_FOUND past the end; CORRUPT at n. */
MUST_CHECK struct status log_read_leaf(struct log_snapshot *snapshot, uint64_t n,
                                       struct bytes *leaf);
/* salt || body, compared with the leaf's commitment; empty once erased. CORRUPT at n. */
MUST_CHECK struct status log_read_body(struct log_snapshot *snapshot, const struct leaf *leaf,
                                       struct bytes *body);
/* The signed command record, compared with the leaf; empty if the event has none. CORRUPT at n. */
MUST_CHECK struct status log_read_command(struct log_snapshot *snapshot, const struct leaf *leaf,
                                          struct bytes *command);
/* What a stored note says, its signature unverified. CORRUPT at `note_size` unless it is a
 * checkpoint over so many events. */
MUST_CHECK struct status log_read_note(struct bytes note, uint64_t note_size,
                                       struct checkpoint *out);
/* The newest checkpoint of at most `size` events, lent; log_read_note reads it, and its signature
 * is unverified. NOT_FOUND, CORRUPT. */
MUST_CHECK struct status log_read_checkpoint(struct log_snapshot *snapshot, uint64_t size,
                                             struct bytes *note, uint64_t *note_size);
/* The note of the checkpoint after that one, for walking all of them in order; it may be anything.
 * NOT_FOUND after the last. */
MUST_CHECK struct status log_next_checkpoint(struct log_snapshot *snapshot, uint64_t after_size,
                                             struct bytes *note, uint64_t *note_size);

/* Compared with its hash: CORRUPT. NOT_FOUND for an emitter that has not spoken. */
MUST_CHECK struct status log_read_emitter(struct log_snapshot *snapshot, struct bytes emitter,
                                          struct emitter_head *out);

/* The same without comparing anything: for the verifier, which compares everything itself. */
MUST_CHECK struct status log_read_raw(struct log_snapshot *snapshot, uint64_t n, struct bytes *leaf,
                                      struct bytes *body, struct bytes *command);
/* A stored full tile: NOT_FOUND if there is none. */
MUST_CHECK struct status log_read_tile(struct log_snapshot *snapshot, uint32_t level,
                                       uint64_t index, struct bytes *tile);

/* The tree of the first log_snapshot_size() leaves; valid as long as the snapshot. */
struct tree_source log_tree_source(struct log_snapshot *snapshot);

#endif
