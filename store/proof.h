/*
 * store/proof.h -- the .tlog-proof file: one event, proven to somebody who has only the file and
 * the log's public key.
 *
 * Shape    C2SP tlog-proof: a header line, an `extra` line, the index, the inclusion proof, a blank
 *          line, the signed checkpoint. `extra` carries canonical JSON
 *          {"body":"…","leaf":"…","salt":"<base64>"} (body and salt absent once erased).
 * Source   C2SP tlog-proof; log-format B.8; docs/FORMAT.md.
 */
#ifndef STORE_PROOF_H
#define STORE_PROOF_H

#include "schema/arena.h"
#include "store/note.h"
#include "store/tree.h"

enum {
    PROOF_FILE_MAX = 2 << 20, /* bytes */
};

struct proof {
    uint64_t index;
    struct bytes leaf;  /* empty: the file carries none (another log's proof) */
    struct bytes body;  /* empty: none, or erased */
    struct bytes salt;  /* with the body */
    struct bytes extra; /* the raw decoded extra, if there is any */
    struct tree_proof path;
    struct bytes checkpoint; /* the signed note, verbatim */
};

struct log_snapshot;

/* Makes the proof of event `n` under the newest checkpoint of at most `size` events; slices are
 * lent from the snapshot. NOT_FOUND: that checkpoint does not cover it, or there is none; else as
 * the log. In store/proof_log.c, so that a program without a log needs no LMDB. */
MUST_CHECK struct status proof_from_log(struct log_snapshot *snapshot, uint64_t n, uint64_t size,
                                        struct proof *out);

/* Writes the file's text. */
void proof_write(const struct proof *proof, struct text *out);

/* Reads it; slices are lent from `file` or taken from the arena. MALFORMED at the byte, with the
 * reason; LIMIT; NO_MEMORY when the arena is full (twice the size of the file is enough). Nothing
 * is checked yet but the form. */
MUST_CHECK struct status proof_read(struct bytes file, struct arena *arena, struct proof *out);

/* Checks everything the file alone can tell: the checkpoint's signature by `key`, the path from the
 * leaf's hash to the root, the leaf's own position, and the commitment to the body. *out is the
 * checkpoint. BAD_SIGNATURE, or CORRUPT at the index with the reason. */
MUST_CHECK struct status proof_check(const struct proof *proof, struct hasher *hasher,
                                     const struct public_key *key, struct checkpoint *out);

#endif
