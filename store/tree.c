#include "store/tree.h"

#include "schema/text.h"

#include <assert.h>

enum {
    TILE_BITS = 8, /* binary levels between two tile levels */
};

/* The growing tree ---------------------------------------------------------------------------- */

static bool bit_is_set(uint64_t value, uint32_t bit)
{
    return (value >> bit & 1) != 0;
}

/* Hands out the tile that the last leaf filled at `level`. */
static struct status visit_tile(const struct tree *tree, uint32_t level, tree_tile_visit *visit,
                                void *context)
{
    if (visit == NULL) {
        return OK;
    }
    return visit(context, level, tree->size >> TILE_BITS * (level + 1), tree->edge[level]);
}

struct status tree_append(struct tree *tree, struct hasher *hasher, const struct digest *leaf,
                          tree_tile_visit *visit, void *context)
{
    assert(tree->size < TREE_SIZE_MAX);

    /* A counter in binary: a new leaf carries through the ones. Only places beyond the edge are
     * written until every visit has gone well, so that a failed one leaves the tree as it was. */
    struct digest carry = *leaf;
    tree->edge[0][tree->width[0]] = carry;
    uint32_t bit = 0;
    for (; bit_is_set(tree->size, bit); bit++) {
        carry = hash_node(hasher, &tree->peak[bit], &carry);
        if ((bit + 1) % TILE_BITS == 0) {
            uint32_t level = (bit + 1) / TILE_BITS;
            TRY(visit_tile(tree, level - 1, visit, context));
            tree->edge[level][tree->width[level]] = carry;
        }
    }
    tree->peak[bit] = carry;

    uint32_t level = 0;
    for (; level < bit / TILE_BITS; level++) {
        tree->width[level] = 0;
    }
    tree->width[level]++;
    tree->size++;
    return OK;
}

struct digest tree_root(const struct tree *tree, struct hasher *hasher)
{
    if (tree->size == 0) {
        return hash_empty;
    }
    uint32_t bit = (uint32_t)__builtin_ctzll(tree->size);
    struct digest root = tree->peak[bit];
    for (bit++; bit < TREE_PEAKS_MAX; bit++) {
        if (bit_is_set(tree->size, bit)) {
            root = hash_node(hasher, &tree->peak[bit], &root);
        }
    }
    return root;
}

/* Hashes up `count` neighbours, a power of two, in place. */
static struct digest hash_up(struct hasher *hasher, struct digest *hashes, size_t count)
{
    for (; count > 1; count /= 2) {
        for (size_t i = 0; i < count / 2; i++) {
            hashes[i] = hash_node(hasher, &hashes[2 * i], &hashes[2 * i + 1]);
        }
    }
    return hashes[0];
}

/* Rebuilds the peaks within one tile level from its edge. */
static void load_peaks(struct tree *tree, struct hasher *hasher, uint32_t level)
{
    struct digest hashes[TREE_TILE_WIDTH];
    size_t used = 0;
    for (uint32_t bit = TILE_BITS; bit-- > 0;) {
        size_t count = (size_t)1 << bit;
        if ((tree->width[level] & count) != 0) {
            memcpy(hashes, tree->edge[level] + used, count * sizeof *hashes);
            tree->peak[level * TILE_BITS + bit] = hash_up(hasher, hashes, count);
            used += count;
        }
    }
}

static struct status load_level(struct tree *tree, uint32_t level, uint64_t size,
                                const struct tree_source *source)
{
    uint64_t whole = size >> TILE_BITS * level;
    uint32_t width = (uint32_t)(whole % TREE_TILE_WIDTH);
    for (uint32_t i = 0; i < width; i++) {
        TRY(source->read(source->context, level, whole - width + i, &tree->edge[level][i]));
    }
    tree->width[level] = width;
    return OK;
}

struct status tree_load(struct tree *tree, struct hasher *hasher, uint64_t size,
                        const struct tree_source *source)
{
    *tree = (struct tree){0};
    if (size > TREE_SIZE_MAX) {
        return FAIL(LIMIT, TREE_SIZE_MAX);
    }
    for (uint32_t level = 0; level < TREE_LEVELS_MAX; level++) {
        struct status status = load_level(tree, level, size, source);
        if (failed(status)) {
            *tree = (struct tree){0};
            return status;
        }
        load_peaks(tree, hasher, level);
    }
    tree->size = size;
    return OK;
}

/* Hashes of ranges ---------------------------------------------------------------------------- */

/* What every function below reads from. */
struct reader {
    const struct tree_source *source;
    struct hasher *hasher;
};

/* The hash of the complete subtree of 2^bit leaves that begins at leaf `start`, its multiple. */
static struct status read_subtree(const struct reader *reader, uint64_t start, uint32_t bit,
                                  struct digest *out)
{
    struct digest hashes[TREE_TILE_WIDTH / 2];
    uint32_t level = bit / TILE_BITS;
    uint64_t first = start >> TILE_BITS * level;
    size_t count = (size_t)1 << bit % TILE_BITS;
    for (size_t i = 0; i < count; i++) {
        TRY(reader->source->read(reader->source->context, level, first + i, &hashes[i]));
    }
    *out = hash_up(reader->hasher, hashes, count);
    return OK;
}

/* The hash of the leaves from `start` to `end`, not empty. `start` is 0 or divisible by a power of
 * two that is at least end - start, as every range of RFC 6962 is. */
static struct status read_range(const struct reader *reader, uint64_t start, uint64_t end,
                                struct digest *out)
{
    bool have = false;
    struct digest hash = {0};
    for (uint64_t left = end - start; left != 0; left &= left - 1) {
        uint32_t bit = (uint32_t)__builtin_ctzll(left);
        struct digest subtree;
        end -= UINT64_C(1) << bit;
        TRY(read_subtree(reader, end, bit, &subtree));
        hash = have ? hash_node(reader->hasher, &subtree, &hash) : subtree;
        have = true;
    }
    *out = hash;
    return OK;
}

struct status tree_root_at(const struct tree_source *source, struct hasher *hasher, uint64_t size,
                           struct digest *out)
{
    const struct reader reader = {.source = source, .hasher = hasher};
    if (size > TREE_SIZE_MAX) {
        return FAIL(LIMIT, TREE_SIZE_MAX);
    }
    if (size == 0) {
        *out = hash_empty;
        return OK;
    }
    return read_range(&reader, 0, size, out);
}

uint64_t tree_split(uint64_t size)
{
    return UINT64_C(1) << (63 - __builtin_clzll(size - 1));
}

struct status tree_range(const struct tree_source *source, struct hasher *hasher, uint64_t start,
                         uint64_t end, struct digest *out)
{
    const struct reader reader = {.source = source, .hasher = hasher};
    assert(start < end && end <= TREE_SIZE_MAX);
    return read_range(&reader, start, end, out);
}

/* Proofs -------------------------------------------------------------------------------------- */

/* Proofs are found from the root down, and told from the leaf up. */
static void turn_around(struct tree_proof *proof)
{
    for (size_t i = 0; i < proof->count / 2; i++) {
        struct digest swapped = proof->hashes[i];
        proof->hashes[i] = proof->hashes[proof->count - 1 - i];
        proof->hashes[proof->count - 1 - i] = swapped;
    }
}

static struct status add_range(const struct reader *reader, uint64_t start, uint64_t end,
                               struct tree_proof *proof)
{
    assert(proof->count < TREE_PROOF_MAX);
    TRY(read_range(reader, start, end, &proof->hashes[proof->count]));
    proof->count++;
    return OK;
}

struct status tree_prove_inclusion(const struct tree_source *source, struct hasher *hasher,
                                   uint64_t index, uint64_t size, struct tree_proof *out)
{
    const struct reader reader = {.source = source, .hasher = hasher};
    out->count = 0;
    if (size > TREE_SIZE_MAX) {
        return FAIL(LIMIT, TREE_SIZE_MAX);
    }
    if (index >= size) {
        return FAIL(NOT_FOUND, index);
    }
    uint64_t start = 0;
    uint64_t end = size;
    while (end - start > 1) {
        uint64_t middle = start + tree_split(end - start);
        if (index < middle) {
            TRY(add_range(&reader, middle, end, out));
            end = middle;
        } else {
            TRY(add_range(&reader, start, middle, out));
            start = middle;
        }
    }
    turn_around(out);
    return OK;
}

struct status tree_prove_consistency(const struct tree_source *source, struct hasher *hasher,
                                     uint64_t old_size, uint64_t size, struct tree_proof *out)
{
    const struct reader reader = {.source = source, .hasher = hasher};
    out->count = 0;
    if (size > TREE_SIZE_MAX) {
        return FAIL(LIMIT, TREE_SIZE_MAX);
    }
    if (old_size > size) {
        return FAIL(NOT_FOUND, old_size);
    }
    if (old_size == 0) {
        return OK;
    }
    uint64_t start = 0;
    uint64_t end = size;
    while (end != old_size) {
        uint64_t middle = start + tree_split(end - start);
        if (old_size <= middle) {
            TRY(add_range(&reader, middle, end, out));
            end = middle;
        } else {
            TRY(add_range(&reader, start, middle, out));
            start = middle;
        }
    }
    /* What is left is the old tree itself (start 0), whose hash the asker knows, or its last
     * complete part. */
    if (start != 0) {
        TRY(add_range(&reader, start, end, out));
    }
    turn_around(out);
    return OK;
}

/* Checking, by the algorithms of RFC 9162 2.1.3.2 and 2.1.4.2 ---------------------------------- */

/* Where a path climbs: the node's number at this level, and the last one's. */
struct climb {
    uint64_t at, last;
};

/* Whether the next hash of the path is the left neighbour. */
static bool is_on_the_right(const struct climb *climb)
{
    return (climb->at & 1) != 0 || climb->at == climb->last;
}

static void climb_up(struct climb *climb)
{
    if (is_on_the_right(climb)) {
        /* The last node without a right neighbour rises as it is until it has a left one. */
        while ((climb->at & 1) == 0 && climb->at != 0) {
            climb->at >>= 1;
            climb->last >>= 1;
        }
    }
    climb->at >>= 1;
    climb->last >>= 1;
}

struct status tree_check_inclusion(struct hasher *hasher, uint64_t index, uint64_t size,
                                   const struct digest *leaf, const struct tree_proof *proof,
                                   const struct digest *root)
{
    if (index >= size) {
        return FAIL_BECAUSE(CORRUPT, index, "the event is beyond the tree");
    }
    struct climb climb = {.at = index, .last = size - 1};
    struct digest hash = *leaf;
    for (size_t i = 0; i < proof->count; i++) {
        if (climb.last == 0) {
            return FAIL_BECAUSE(CORRUPT, index, "the path is too long");
        }
        hash = is_on_the_right(&climb) ? hash_node(hasher, &proof->hashes[i], &hash)
                                       : hash_node(hasher, &hash, &proof->hashes[i]);
        climb_up(&climb);
    }
    if (climb.last != 0) {
        return FAIL_BECAUSE(CORRUPT, index, "the path is too short");
    }
    if (!digest_equal(&hash, root)) {
        return FAIL_BECAUSE(CORRUPT, index, "the path does not lead to the root");
    }
    return OK;
}

/* The cases without a path: an old tree that is empty, or the same tree. */
static struct status check_same(uint64_t old_size, const struct digest *old_root,
                                const struct digest *expected, const struct tree_proof *proof)
{
    if (proof->count != 0) {
        return FAIL_BECAUSE(CORRUPT, old_size, "the path is too long");
    }
    if (!digest_equal(old_root, expected)) {
        return FAIL_BECAUSE(CORRUPT, old_size, "the roots differ");
    }
    return OK;
}

/* Climbs from the old tree's last complete subtree, rebuilding both roots on the way. */
static struct status check_joined(struct hasher *hasher, struct climb climb,
                                  const struct digest *start, const struct digest *path,
                                  size_t count, struct digest roots[static 2])
{
    roots[0] = *start;
    roots[1] = *start;
    for (size_t i = 0; i < count; i++) {
        if (climb.last == 0) {
            return FAIL_BECAUSE(CORRUPT, 0, "the path is too long");
        }
        if (is_on_the_right(&climb)) {
            roots[0] = hash_node(hasher, &path[i], &roots[0]);
            roots[1] = hash_node(hasher, &path[i], &roots[1]);
        } else {
            roots[1] = hash_node(hasher, &roots[1], &path[i]);
        }
        climb_up(&climb);
    }
    return climb.last == 0 ? OK : FAIL_BECAUSE(CORRUPT, 0, "the path is too short");
}

struct status tree_check_consistency(struct hasher *hasher, uint64_t old_size, uint64_t size,
                                     const struct digest *old_root, const struct digest *root,
                                     const struct tree_proof *proof)
{
    if (old_size > size) {
        return FAIL_BECAUSE(CORRUPT, old_size, "the old tree is bigger");
    }
    if (old_size == 0 || old_size == size) {
        return check_same(old_size, old_root, old_size == size ? root : &hash_empty, proof);
    }
    /* The old tree's root is not repeated in the path where it is a subtree of the new one. */
    bool complete = (old_size & (old_size - 1)) == 0;
    size_t skip = complete ? 0 : 1;
    if (proof->count < skip + 1) {
        return FAIL_BECAUSE(CORRUPT, old_size, "the path is too short");
    }
    uint32_t low = (uint32_t)__builtin_ctzll(old_size);
    const struct climb climb = {.at = (old_size - 1) >> low, .last = (size - 1) >> low};
    struct digest roots[2];
    struct status status = check_joined(hasher, climb, complete ? old_root : &proof->hashes[0],
                                        proof->hashes + skip, proof->count - skip, roots);
    if (failed(status)) {
        return FAIL_BECAUSE(CORRUPT, old_size, status.why);
    }
    if (!digest_equal(&roots[0], old_root) || !digest_equal(&roots[1], root)) {
        return FAIL_BECAUSE(CORRUPT, old_size, "the path does not join the roots");
    }
    return OK;
}

/* Paths --------------------------------------------------------------------------------------- */

/* A number in groups of three digits, all but the last marked: 1234067 is x001/x234/067. */
static void put_groups(struct text *out, uint64_t number)
{
    uint64_t unit = 1;
    while (number / unit >= 1000) {
        unit *= 1000;
    }
    for (; unit > 1; unit /= 1000) {
        text_add(out, "x%03u/", (unsigned)(number / unit % 1000));
    }
    text_add(out, "%03u", (unsigned)(number % 1000));
}

void tree_tile_path(struct text *out, uint32_t level, uint64_t index, uint32_t width)
{
    assert(width >= 1 && width <= TREE_TILE_WIDTH);
    if (level == TREE_ENTRY_LEVEL) {
        text_put_literal(out, "tile/entries/");
    } else {
        text_add(out, "tile/%u/", level);
    }
    put_groups(out, index);
    if (width < TREE_TILE_WIDTH) {
        text_add(out, ".p/%u", width);
    }
}
