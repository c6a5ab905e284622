/*
 * store/tree.h -- the Merkle tree of RFC 6962, over tiles 256 wide.
 *
 * Shape    Level l of a tile tree holds the hashes of complete subtrees of 256^l leaves; a tile is
 *          256 neighbours of one level. Everything between two tile levels is recomputed.
 *          A struct tree is the growing right edge, at most TREE_LEVELS_MAX * 256 hashes: enough to
 *          append and to tell the root; all zeroes is the empty tree. Proofs read hashes from a
 *          struct tree_source, which may be the log, a directory of tiles or memory.
 * Cost     An append hashes one node on average, at most 56. A root hashes fewer nodes than the
 *          size has bits set.
 * Limits   TREE_SIZE_MAX leaves where a tree is built or proved; a check takes any size.
 * Source   RFC 6962 2.1; C2SP tlog-tiles v0.1.0.
 */
#ifndef STORE_TREE_H
#define STORE_TREE_H

#include "store/hash.h"

enum {
    TREE_LEVELS_MAX = 7,   /* tile levels: 256^7 leaves are beyond 2^53 */
    TREE_TILE_WIDTH = 256, /* hashes of a full tile */
    TREE_PEAKS_MAX = 56,   /* 8 binary levels for each tile level */
    TREE_PROOF_MAX = 64,   /* hashes of a proof */
};

#define TREE_SIZE_MAX ((UINT64_C(1) << TREE_PEAKS_MAX) - 1) /* leaves */

struct tree {
    uint64_t size; /* leaves */
    struct digest edge[TREE_LEVELS_MAX][TREE_TILE_WIDTH];
    uint32_t width[TREE_LEVELS_MAX];    /* hashes in the unfinished tile of each level, 0 to 255 */
    struct digest peak[TREE_PEAKS_MAX]; /* where bit k of size is set: its subtree of 2^k leaves */
};

/* Called for each tile as it fills; the hashes are lent for the call. */
typedef struct status tree_tile_visit(void *context, uint32_t level, uint64_t index,
                                      const struct digest hashes[static TREE_TILE_WIDTH]);

/* Appends one leaf's hash. `visit` may be NULL. Fails as the visit does, and has then appended
 * nothing. */
MUST_CHECK struct status tree_append(struct tree *tree, struct hasher *hasher,
                                     const struct digest *leaf, tree_tile_visit *visit,
                                     void *context);

/* The root of what has been appended; hash_empty for nothing. */
struct digest tree_root(const struct tree *tree, struct hasher *hasher);

/* Hands out the hash number `index` of tile level `level`, a complete subtree of 256^level leaves.
 * Asked only for subtrees that lie wholly inside the tree. */
struct tree_source {
    void *context;
    struct status (*read)(void *context, uint32_t level, uint64_t index, struct digest *out);
};

/* Makes a struct tree of `size` leaves by reading its right edge. Fails as the source does, or with
 * LIMIT; the tree is then empty. */
MUST_CHECK struct status tree_load(struct tree *tree, struct hasher *hasher, uint64_t size,
                                   const struct tree_source *source);

/* The root of the first `size` leaves. Fails as the source does, or with LIMIT. */
MUST_CHECK struct status tree_root_at(const struct tree_source *source, struct hasher *hasher,
                                      uint64_t size, struct digest *out);

/* Where RFC 6962 splits a tree of `size` leaves (two or more): the biggest power of two below. */
uint64_t tree_split(uint64_t size);

/* The hash of the leaves from `start` to `end`, not empty: one of the ranges that RFC 6962 splits a
 * tree into, so that `start` is 0 or a multiple of a power of two that is at least end - start.
 * Fails as the source does. */
MUST_CHECK struct status tree_range(const struct tree_source *source, struct hasher *hasher,
                                    uint64_t start, uint64_t end, struct digest *out);

struct tree_proof {
    struct digest hashes[TREE_PROOF_MAX];
    size_t count;
};

/* That leaf `index` is in the tree of `size` leaves. The leaf's sibling is first. NOT_FOUND unless
 * index < size; else fails as tree_root_at. */
MUST_CHECK struct status tree_prove_inclusion(const struct tree_source *source,
                                              struct hasher *hasher, uint64_t index, uint64_t size,
                                              struct tree_proof *out);
/* That the tree of `old_size` leaves is the beginning of the tree of `size`. Empty if `old_size` is
 * 0 or `size`. NOT_FOUND unless old_size <= size; else fails as tree_root_at. */
MUST_CHECK struct status tree_prove_consistency(const struct tree_source *source,
                                                struct hasher *hasher, uint64_t old_size,
                                                uint64_t size, struct tree_proof *out);

/* OK if the proof leads from the leaf's hash to the root, else CORRUPT at `index`. */
MUST_CHECK struct status tree_check_inclusion(struct hasher *hasher, uint64_t index, uint64_t size,
                                              const struct digest *leaf,
                                              const struct tree_proof *proof,
                                              const struct digest *root);
/* OK if the proof joins both roots, else CORRUPT at `old_size`. */
MUST_CHECK struct status tree_check_consistency(struct hasher *hasher, uint64_t old_size,
                                                uint64_t size, const struct digest *old_root,
                                                const struct digest *root,
                                                const struct tree_proof *proof);

/* The path of a tile below the log's prefix, `tile/1/x001/067.p/12`; `level` ENTRY_LEVEL is the
 * bundle of entries; width 256 has no `.p`. */
#define TREE_ENTRY_LEVEL UINT32_MAX
struct text;
void tree_tile_path(struct text *out, uint32_t level, uint64_t index, uint32_t width);

#endif
