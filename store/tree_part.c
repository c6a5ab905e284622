#include "store/tree_part.h"

#include <assert.h>

/* Making -------------------------------------------------------------------------------------- */

/* How many of the leaves come before `leaf`. */
static size_t count_before(const struct tree_part *part, uint64_t leaf)
{
    size_t low = 0, high = part->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (part->leaves[middle] < leaf) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The leaves on either side of a position. */
static void divide(const struct tree_part *part, uint64_t middle, struct tree_part *left,
                   struct tree_part *right)
{
    size_t count = count_before(part, middle);
    *left = (struct tree_part){.leaves = part->leaves, .count = count};
    *right = (struct tree_part){.leaves = part->leaves + count, .count = part->count - count};
}

static uint64_t count_range(const struct tree_part *part, uint64_t start, uint64_t end)
{
    struct tree_part left, right;
    if (part->count == 0) {
        return 1;
    }
    if (end - start == part->count) {
        return 0;
    }
    uint64_t middle = start + tree_split(end - start);
    divide(part, middle, &left, &right);
    return count_range(&left, start, middle) + count_range(&right, middle, end);
}

uint64_t tree_part_hashes(const struct tree_part *part, uint64_t size)
{
    assert(part->count > 0 && part->leaves[part->count - 1] < size);
    return count_range(part, 0, size);
}

struct proving {
    const struct tree_source *source;
    struct hasher *hasher;
    const struct tree_part_sink *sink;
};

static struct status put_range(const struct proving *proving, uint64_t start, uint64_t end)
{
    struct digest hash;
    TRY(tree_range(proving->source, proving->hasher, start, end, &hash));
    return proving->sink->put(proving->sink->context, &hash);
}

static struct status prove_range(const struct proving *proving, const struct tree_part *part,
                                 uint64_t start, uint64_t end)
{
    struct tree_part left, right;
    if (end - start == part->count) {
        return OK;
    }
    uint64_t middle = start + tree_split(end - start);
    divide(part, middle, &left, &right);
    TRY(left.count == 0 ? OK : prove_range(proving, &left, start, middle));
    TRY(right.count == 0 ? OK : prove_range(proving, &right, middle, end));
    if (left.count == 0) {
        return put_range(proving, start, middle);
    }
    return right.count == 0 ? put_range(proving, middle, end) : OK;
}

struct status tree_part_prove(const struct tree_source *source, struct hasher *hasher,
                              uint64_t size, const struct tree_part *part,
                              const struct tree_part_sink *sink)
{
    const struct proving proving = {.source = source, .hasher = hasher, .sink = sink};
    assert(part->count > 0 && part->leaves[part->count - 1] < size);
    if (size > TREE_SIZE_MAX) {
        return FAIL(LIMIT, TREE_SIZE_MAX);
    }
    return prove_range(&proving, part, 0, size);
}

/* Making as leaves come by -------------------------------------------------------------------- */

/* The last two nodes become one. */
static struct status join(struct tree_part_writer *writer)
{
    struct tree_part_node *left = &writer->nodes[writer->count - 2];
    const struct tree_part_node *right = &writer->nodes[writer->count - 1];
    if (left->has_part != right->has_part) {
        TRY(writer->sink.put(writer->sink.context, left->has_part ? &right->hash : &left->hash));
    } else if (!left->has_part) {
        left->hash = hash_node(writer->hasher, &left->hash, &right->hash);
    }
    left->has_part = left->has_part || right->has_part;
    left->size += right->size;
    writer->count--;
    return OK;
}

struct status tree_part_add(struct tree_part_writer *writer, const struct digest *leaf,
                            bool is_part)
{
    assert(writer->count < TREE_PEAKS_MAX + 1);
    writer->nodes[writer->count++] =
        (struct tree_part_node){.hash = *leaf, .size = 1, .has_part = is_part};
    while (writer->count > 1 &&
           writer->nodes[writer->count - 1].size == writer->nodes[writer->count - 2].size) {
        TRY(join(writer));
    }
    return OK;
}

struct status tree_part_end(struct tree_part_writer *writer)
{
    while (writer->count > 1) {
        TRY(join(writer));
    }
    return OK;
}

/* Checking ------------------------------------------------------------------------------------ */

struct checking {
    struct hasher *hasher;
    const struct digest *found; /* of the leaf at hand */
    struct bytes hashes;        /* those left */
    uint64_t size;
};

static struct status take_hash(struct checking *checking, struct digest *out)
{
    struct bytes *hashes = &checking->hashes;
    if (hashes->size < DIGEST_SIZE) {
        return FAIL_BECAUSE(CORRUPT, checking->size, "there are too few hashes to reach the root");
    }
    memcpy(out->sha256, hashes->data, DIGEST_SIZE);
    *hashes = bytes_of(hashes->data + DIGEST_SIZE, hashes->size - DIGEST_SIZE);
    return OK;
}

/* The hash of a range of which at least one leaf is known. */
static struct status climb(struct checking *checking, const struct tree_part *part, uint64_t start,
                           uint64_t end, struct digest *out)
{
    struct tree_part left, right;
    struct digest left_hash, right_hash;
    if (end - start == 1) {
        *out = *checking->found++;
        return OK;
    }
    uint64_t middle = start + tree_split(end - start);
    divide(part, middle, &left, &right);
    TRY(left.count == 0 ? OK : climb(checking, &left, start, middle, &left_hash));
    TRY(right.count == 0 ? OK : climb(checking, &right, middle, end, &right_hash));
    if (left.count == 0) {
        TRY(take_hash(checking, &left_hash));
    } else if (right.count == 0) {
        TRY(take_hash(checking, &right_hash));
    }
    *out = hash_node(checking->hasher, &left_hash, &right_hash);
    return OK;
}

static struct status check_order(const struct tree_part *part, uint64_t size)
{
    for (size_t i = 0; i < part->count; i++) {
        if (part->leaves[i] >= size) {
            return FAIL_BECAUSE(CORRUPT, part->leaves[i], "it is beyond the tree");
        }
        if (i > 0 && part->leaves[i] <= part->leaves[i - 1]) {
            return FAIL_BECAUSE(CORRUPT, part->leaves[i], "it is out of order");
        }
    }
    return OK;
}

struct status tree_part_root(struct hasher *hasher, const struct tree_part *part,
                             const struct digest *found, struct bytes hashes, uint64_t size,
                             struct digest *out)
{
    struct checking checking = {.hasher = hasher, .found = found, .hashes = hashes, .size = size};
    if (part->count == 0 || size > TREE_SIZE_MAX) {
        return FAIL_BECAUSE(CORRUPT, size, "nothing of the tree is there");
    }
    TRY(check_order(part, size));
    TRY(climb(&checking, part, 0, size, out));
    if (checking.hashes.size > 0) {
        return FAIL_BECAUSE(CORRUPT, size, "there are more hashes than lead to the root");
    }
    return OK;
}
