/*
 * store/tree_part.h -- some leaves of a Merkle tree at once, proven with the fewest hashes.
 *
 * Shape    The proof of a set of leaves has the hash of every subtree that holds none of them and
 *          whose sibling holds one. Their order is that of a walk which does the left side, then
 *          the right one, then the node itself: a hash is told when its node is done. So it can be
 *          made and checked in one pass, and a set has one proof.
 * Memory   The writer keeps a path of the tree; the others recur no deeper than the tree is high.
 * Limits   At least one leaf; TREE_SIZE_MAX leaves in the tree.
 * Source   RFC 6962 2.1; docs/FORMAT.md.
 */
#ifndef STORE_TREE_PART_H
#define STORE_TREE_PART_H

#include "store/tree.h"

/* Takes the next hash of a proof. */
struct tree_part_sink {
    void *context;
    struct status (*put)(void *context, const struct digest *hash);
};

/* The leaves that are proven: ascending, each once. */
struct tree_part {
    const uint64_t *leaves;
    size_t count;
};

/* How many hashes the proof of these leaves in a tree of `size` has. */
uint64_t tree_part_hashes(const struct tree_part *part, uint64_t size);

/* Proves leaves of the tree of `size`. The leaves are in it. Fails as the source or the sink does,
 * or with LIMIT. */
MUST_CHECK struct status tree_part_prove(const struct tree_source *source, struct hasher *hasher,
                                         uint64_t size, const struct tree_part *part,
                                         const struct tree_part_sink *sink);

/* The same where all leaves come by, in order. All zeroes but hasher and sink is the beginning. */
struct tree_part_node {
    struct digest hash; /* of a subtree without any of the leaves */
    uint64_t size;      /* leaves */
    bool has_part;
};

struct tree_part_writer {
    struct hasher *hasher;
    struct tree_part_sink sink;
    struct tree_part_node nodes[TREE_PEAKS_MAX + 1];
    size_t count;
};

/* Fails as the sink does. */
MUST_CHECK struct status tree_part_add(struct tree_part_writer *writer, const struct digest *leaf,
                                       bool is_part);
MUST_CHECK struct status tree_part_end(struct tree_part_writer *writer);

/* The root that leaves and hashes lead to. `found` are the leaves' own hashes, `hashes` those of
 * the proof, 32 bytes each. CORRUPT at a leaf that is out of order or beyond the tree, or at `size`
 * where there are too few hashes or too many. */
MUST_CHECK struct status tree_part_root(struct hasher *hasher, const struct tree_part *part,
                                        const struct digest *found, struct bytes hashes,
                                        uint64_t size, struct digest *out);

#endif
