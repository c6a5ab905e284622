/*
 * tests/store/naive_tree.h -- RFC 6962 2.1 written down as it stands there: slow, recursive, and
 * plainly right; and a log of records to try it on.
 *
 * Shape    The leaves are the hashes of "record 0", "record 1", ...
 */
#ifndef TESTS_STORE_NAIVE_TREE_H
#define TESTS_STORE_NAIVE_TREE_H

#include "store/tree.h"

enum {
    LEAVES = 66000, /* one tile of the second level, and a beginning */
};

struct world {
    struct hasher *hasher;
    struct digest *leaves;
    struct tree *tree, *loaded; /* too big for the stack; the test's to use */
};

/* Setup and teardown of a group of tests; *state is a struct world. */
int make_world(void **state);
int end_world(void **state);

/* MTH(D[from : from + size]). */
struct digest naive_root(struct world *world, size_t from, size_t size);

/* PATH(m, D[from : from + size]) and SUBPROOF(m, D[from : from + size], known), added to `out`. */
void naive_path(struct world *world, size_t m, size_t from, size_t size, struct tree_proof *out);
void naive_subproof(struct world *world, size_t m, size_t from, size_t size, bool known,
                    struct tree_proof *out);

/* Computes each hash from the leaves when it is asked for. */
struct tree_source source_of(struct world *world);

void assert_digest(struct digest a, struct digest b);

/* splitmix64: the same numbers from the same seed. */
uint64_t next_random(uint64_t *seed);

#endif
