/*
 * store/tiles.h -- a directory of C2SP tlog-tiles: the log's leaves as static files that anybody
 * may mirror, serve and check.
 *
 * Shape    DIR/checkpoint (the signed note), DIR/tile/L/N and DIR/tile/entries/N, 256 hashes or
 *          leaves each; the last of each level is partial, DIR/tile/L/N.p/W. An entry is u16 size
 *          and leaf. DIR/log.vkey is the log's public key, for convenience: whoever checks the
 *          directory has it from elsewhere. Bodies and commands are not in it.
 * State    The checkpoint is written last, so what it names is there whenever it is. Full tiles of
 *          an earlier export are left alone; tiles that it does not name are removed.
 * Source   C2SP tlog-tiles v0.1.0; docs/FORMAT.md.
 */
#ifndef STORE_TILES_H
#define STORE_TILES_H

#include "store/verify_stream.h"

enum {
    TILE_BYTES = TREE_TILE_WIDTH * DIGEST_SIZE,
    ENTRIES_MAX = TREE_TILE_WIDTH * (2 + LEAF_MAX), /* bytes of a file of entries */
};

/* Which file of a directory a tile is. */
struct tile_name {
    uint32_t level; /* TREE_ENTRY_LEVEL: entries */
    uint64_t index;
    uint32_t width; /* 1 to TREE_TILE_WIDTH */
};

/* Reads what tree_tile_path writes, strictly. */
bool tile_name_read(const char *path, struct tile_name *out);

/* Whether a log of `size` entries has a tile of that name. */
bool tile_name_is_of(const struct tile_name *name, uint64_t size);

/* Takes the next entry off `*rest`. MALFORMED with the reason. */
MUST_CHECK struct status tiles_next_entry(struct bytes *rest, struct bytes *entry);

/* Checking ---------------------------------------------------------------------------------- */

/* Verifies a directory: the checkpoint by `key`, which is the verifier's, every leaf, every tile
 * that the checkpoint names. What is wrong becomes findings; the events end before the first file
 * of entries that is missing or cannot be read. NOT_FOUND: no checkpoint is in it; BAD_SIGNATURE
 * and MALFORMED: none of the key, so nothing was looked at; IO, NO_MEMORY, INTERRUPTED. *size is
 * what the checkpoint says. `options->whole` is taken for false. */
MUST_CHECK struct status tiles_verify(const char *directory, const struct public_key *key,
                                      const struct stream_options *options,
                                      struct verifier *verifier, uint64_t *size);

/* Writing ----------------------------------------------------------------------------------- */

struct log;

struct tiles_options {
    const char *directory; /* made if it is missing; its parent exists */
    uint64_t size;         /* the newest checkpoint of at most so many events */
    /* Called now and then; true stops: INTERRUPTED, and the directory is what it was. NULL. */
    bool (*progress)(void *context, uint64_t done, uint64_t total);
    void *context;
};

/* Writes what the directory does not have yet, from leaves that are compared with the signed root.
 * *size is that of the checkpoint written. NOT_FOUND: there is no such checkpoint; IN_USE: another
 * export; CONFLICT: the directory has more events (their number) or is another log's (0); CORRUPT:
 * its checkpoint is of another history, or the log does not match its own; IO. In
 * store/tiles_write.c, so that a program without a log needs no LMDB. */
MUST_CHECK struct status tiles_export(struct log *log, const struct public_key *key,
                                      const struct tiles_options *options, uint64_t *size);

#endif
