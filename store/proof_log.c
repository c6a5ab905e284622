#include "store/log.h"
#include "store/proof.h"

static struct status take_body(struct log_snapshot *snapshot, const struct leaf *leaf,
                               struct proof *proof)
{
    struct bytes salted;
    TRY(log_read_body(snapshot, leaf, &salted));
    if (salted.size > SALT_SIZE) {
        proof->salt = bytes_of(salted.data, SALT_SIZE);
        proof->body = bytes_of(salted.data + SALT_SIZE, salted.size - SALT_SIZE);
    }
    return OK;
}

static struct status make_path(struct log_snapshot *snapshot, uint64_t size, struct proof *proof)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    const struct tree_source source = log_tree_source(snapshot);
    TRY(hasher_open(&hasher));
    return tree_prove_inclusion(&source, hasher, proof->index, size, &proof->path);
}

struct status proof_from_log(struct log_snapshot *snapshot, uint64_t n, uint64_t size,
                             struct proof *out)
{
    struct proof proof = {.index = n};
    struct leaf leaf;
    uint64_t covered;
    TRY(log_read_checkpoint(snapshot, size, &proof.checkpoint, &covered));
    if (n >= covered) {
        return FAIL(NOT_FOUND, n);
    }
    TRY(log_read_leaf(snapshot, n, &proof.leaf));
    if (failed(leaf_decode(proof.leaf, &leaf))) {
        return FAIL_BECAUSE(CORRUPT, n, "the leaf is not well formed");
    }
    TRY(take_body(snapshot, &leaf, &proof));
    TRY(make_path(snapshot, covered, &proof));
    *out = proof;
    return OK;
}
