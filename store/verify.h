/*
 * store/verify.h -- the verifier: re-derives everything that the log claims.
 *
 * Shape    Two steps for each event. *Examine* needs nothing but the event's own bytes: canonical
 *          form, leaf hash, statement hash, commitments of body and command, the body's form; any
 *          number of threads may do it. *Follow* takes the examined events in order: position,
 *          chain, tree, time, counters of subjects and emitters, emitters' chains and signatures,
 *          users' command signatures, checkpoints. It knows no storage: the log, a bundle and a
 *          directory of tiles all feed it.
 * Trust    Only the log's public key comes from outside. Emitters' and users' keys are learnt from
 *          the events that registered them.
 * Memory   Flat: emitters and users are kept, subjects up to VERIFY_SUBJECTS_MAX at a time. Where a
 *          log has more subjects than that, their counters are checked in several passes
 *          (verify_passes), each over a share of the subjects.
 * Source   DESIGN.md 5 (verification); docs/FORMAT.md.
 */
#ifndef STORE_VERIFY_H
#define STORE_VERIFY_H

#include "schema/leaf.h"
#include "store/note.h"
#include "store/tree.h"

enum {
    VERIFY_SUBJECTS_MAX = 1 << 19, /* subjects whose counters are checked in one pass */
    VERIFY_FINDINGS_MAX = 20,      /* findings kept; the rest are counted */
};

/* Examine ------------------------------------------------------------------------------------ */

struct examiner; /* opaque; belongs to one thread */

MUST_CHECK struct status examiner_open(struct examiner **out);
void examiner_close(struct examiner **examiner);

struct examined {
    struct bytes bytes;   /* of the leaf */
    struct bytes body;    /* salt || body; empty: absent */
    struct bytes command; /* the record; empty: absent */
    struct leaf leaf;
    struct digest leaf_hash;
    struct digest statement_hash;
    const char *wrong; /* NULL, or the first thing that is wrong with this event by itself */
    bool decoded;      /* whether `leaf` is filled */
};

/* Examines one event. `whole` says whether bodies and commands belong to what is verified: a
 * directory of tiles has leaves only. Slices are lent on. */
void examine(struct examiner *examiner, bool whole, struct examined *event);

/* Follow ------------------------------------------------------------------------------------- */

struct verifier; /* opaque */

struct verify_finding {
    uint64_t n;       /* event */
    const char *what; /* static sentence */
};

struct verify_report {
    uint64_t size;         /* events followed */
    struct digest root;    /* of their tree */
    uint64_t checkpointed; /* events 0 .. this-1 are covered by a checkpoint of the log's key */
    uint64_t checkpoints;  /* checkpoints checked */
    uint64_t bodies, bodies_absent;
    uint64_t commands;        /* user signatures checked */
    uint64_t submissions;     /* emitter signatures checked */
    uint64_t unsigned_events; /* events that no emitter's signature covers */
    uint64_t first_unsigned;  /* the first of them */
    uint32_t emitters;
    uint64_t first_t_utc_us, last_t_utc_us;
    uint64_t finding_count;
    struct verify_finding findings[VERIFY_FINDINGS_MAX];
};

MUST_CHECK struct status verifier_open(const struct public_key *log_key, struct verifier **out);
void verifier_close(struct verifier **verifier);

/* The next event. Fails only for want of memory; what is wrong becomes a finding. */
MUST_CHECK struct status verify_follow(struct verifier *verifier, const struct examined *event);

/* An event that is not there at all: a finding, and what follows is compared with itself. Fails as
 * verify_follow does. */
MUST_CHECK struct status verify_missing(struct verifier *verifier, uint64_t n, const char *what);

/* A checkpoint over exactly the events followed so far. Fails as verify_follow does. */
MUST_CHECK struct status verify_checkpoint(struct verifier *verifier, struct bytes note);

/* A stored tile, compared with the one just completed, if there is one: called after each event
 * whose number plus one is a multiple of TREE_TILE_WIDTH. `read` lends tiles; every failure is a
 * finding but NO_MEMORY, which is handed on. */
typedef struct status verify_read_tile(void *context, uint32_t level, uint64_t index,
                                       struct bytes *tile);
void verify_tiles_with(struct verifier *verifier, verify_read_tile *read, void *context);

/* The tree of the events followed so far; valid until the next one. */
const struct tree *verify_tree_of(const struct verifier *verifier);

/* Ends the pass: emitters whose last events are not signed are told. */
void verify_end(struct verifier *verifier);
/* The same where the log goes on: what is not signed may be so later, and is only counted. */
void verify_end_early(struct verifier *verifier);

/* How many more passes over all events the subjects' counters need: begin each with
 * verify_next_pass and feed it the leaves by verify_count. 0 nearly always. */
uint32_t verify_passes_left(const struct verifier *verifier);
void verify_next_pass(struct verifier *verifier);
void verify_count(struct verifier *verifier, const struct leaf *leaf);

/* What has been found; valid as long as the verifier. */
const struct verify_report *verify_report_of(const struct verifier *verifier);
/* Notes something that only the caller can see (an index run, a file). */
void verify_note(struct verifier *verifier, uint64_t n, const char *what);

#endif
