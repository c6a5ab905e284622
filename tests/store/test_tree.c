/*
 * The tree against RFC 6962 written down as it stands there: slow, recursive, and plainly right.
 * Everything is compared at every small size, and around the sizes where a tile level fills.
 */
#include "schema/text.h"
#include "store/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    SMALL = 600,    /* every size up to here: three tiles of the lowest level */
    DENSE = 100,    /* every proof of every size up to here */
    LEAVES = 66000, /* one tile of the second level, and a beginning */
};

struct world {
    struct hasher *hasher;
    struct digest *leaves;
    struct tree *tree, *loaded; /* too big for the stack */
};

/* RFC 6962 2.1, word for word ------------------------------------------------------------------ */

static size_t biggest_power_below(size_t size)
{
    size_t power = 1;
    while (power * 2 < size) {
        power *= 2;
    }
    return power;
}

static struct digest naive_root(struct world *world, size_t from, size_t size)
{
    if (size == 0) {
        return hash_empty;
    }
    if (size == 1) {
        return world->leaves[from];
    }
    size_t k = biggest_power_below(size);
    struct digest left = naive_root(world, from, k);
    struct digest right = naive_root(world, from + k, size - k);
    return hash_node(world->hasher, &left, &right);
}

static void push(struct tree_proof *proof, struct digest digest)
{
    proof->hashes[proof->count++] = digest;
}

static void naive_path(struct world *world, size_t m, size_t from, size_t size,
                       struct tree_proof *out)
{
    if (size == 1) {
        return;
    }
    size_t k = biggest_power_below(size);
    if (m < k) {
        naive_path(world, m, from, k, out);
        push(out, naive_root(world, from + k, size - k));
    } else {
        naive_path(world, m - k, from + k, size - k, out);
        push(out, naive_root(world, from, k));
    }
}

static void naive_subproof(struct world *world, size_t m, size_t from, size_t size, bool known,
                           struct tree_proof *out)
{
    if (m == size) {
        if (!known) {
            push(out, naive_root(world, from, m));
        }
        return;
    }
    size_t k = biggest_power_below(size);
    if (m <= k) {
        naive_subproof(world, m, from, k, known, out);
        push(out, naive_root(world, from + k, size - k));
    } else {
        naive_subproof(world, m - k, from + k, size - k, false, out);
        push(out, naive_root(world, from, k));
    }
}

/* The world ----------------------------------------------------------------------------------- */

static uint64_t next_random(uint64_t *seed)
{
    uint64_t z = (*seed += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static struct digest record(struct hasher *hasher, size_t n)
{
    char memory[32];
    struct text text = TEXT_IN(memory);
    text_add(&text, "record %zu", n);
    return hash_leaf(hasher, text_bytes(&text));
}

static int make_world(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    if (world == NULL || failed(hasher_open(&world->hasher))) {
        return -1;
    }
    world->leaves = malloc(LEAVES * sizeof *world->leaves);
    world->tree = malloc(sizeof *world->tree);
    world->loaded = malloc(sizeof *world->loaded);
    for (size_t i = 0; i < LEAVES; i++) {
        world->leaves[i] = record(world->hasher, i);
    }
    *state = world;
    return 0;
}

static int end_world(void **state)
{
    struct world *world = *state;
    hasher_close(&world->hasher);
    free(world->leaves);
    free(world->tree);
    free(world->loaded);
    free(world);
    return 0;
}

static struct status read_naively(void *context, uint32_t level, uint64_t index, struct digest *out)
{
    struct world *world = context;
    size_t size = (size_t)1 << 8 * level;
    assert_true((index + 1) * size <= LEAVES);
    *out = naive_root(world, index * size, size);
    return OK;
}

static struct tree_source source_of(struct world *world)
{
    return (struct tree_source){.context = world, .read = read_naively};
}

static void grow(struct world *world, size_t size)
{
    memset(world->tree, 0, sizeof *world->tree);
    for (size_t i = 0; i < size; i++) {
        assert_false(
            failed(tree_append(world->tree, world->hasher, &world->leaves[i], NULL, NULL)));
    }
}

static void assert_digest(struct digest a, struct digest b)
{
    assert_memory_equal(a.sha256, b.sha256, DIGEST_SIZE);
}

static void assert_proof(const struct tree_proof *a, const struct tree_proof *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        assert_digest(a->hashes[i], b->hashes[i]);
    }
}

/* Growing ------------------------------------------------------------------------------------- */

/* One more leaf on the way; compares everything that tells a root at this size. */
static void assert_all_roots(struct world *world)
{
    const struct tree_source source = source_of(world);
    struct digest expected = naive_root(world, 0, world->tree->size);
    assert_digest(tree_root(world->tree, world->hasher), expected);

    struct digest root;
    assert_false(failed(tree_root_at(&source, world->hasher, world->tree->size, &root)));
    assert_digest(root, expected);

    assert_false(failed(tree_load(world->loaded, world->hasher, world->tree->size, &source)));
    assert_int_equal(world->loaded->size, world->tree->size);
    assert_digest(tree_root(world->loaded, world->hasher), expected);
    for (size_t level = 0; level < TREE_LEVELS_MAX; level++) {
        uint32_t width = world->tree->width[level];
        assert_int_equal(world->loaded->width[level], width);
        assert_int_equal(width, world->tree->size >> 8 * level & 255);
        assert_memory_equal(world->loaded->edge[level], world->tree->edge[level],
                            width * sizeof(struct digest));
    }
}

static void the_root_is_right_at_every_small_size(void **state)
{
    struct world *world = *state;
    grow(world, 0);
    assert_all_roots(world);
    for (size_t i = 0; i < SMALL; i++) {
        assert_false(
            failed(tree_append(world->tree, world->hasher, &world->leaves[i], NULL, NULL)));
        assert_all_roots(world);
    }
}

static void the_root_is_right_where_the_second_level_fills(void **state)
{
    struct world *world = *state;
    grow(world, 65530);
    for (size_t i = 65530; i < 65546; i++) {
        assert_all_roots(world);
        assert_false(
            failed(tree_append(world->tree, world->hasher, &world->leaves[i], NULL, NULL)));
    }
}

static void a_loaded_tree_grows_on_as_if_it_had_never_stopped(void **state)
{
    struct world *world = *state;
    const struct tree_source source = source_of(world);
    const size_t stops[] = {0, 1, 127, 255, 256, 257, 511, 65535, 65536};
    for (size_t s = 0; s < sizeof stops / sizeof *stops; s++) {
        assert_false(failed(tree_load(world->loaded, world->hasher, stops[s], &source)));
        for (size_t i = stops[s]; i < stops[s] + 300; i++) {
            assert_false(
                failed(tree_append(world->loaded, world->hasher, &world->leaves[i], NULL, NULL)));
        }
        assert_digest(tree_root(world->loaded, world->hasher),
                      naive_root(world, 0, stops[s] + 300));
    }
}

/* Tiles --------------------------------------------------------------------------------------- */

struct visits {
    struct world *world;
    uint64_t next[2];  /* tiles seen of each level */
    uint64_t fail_now; /* visits until one fails; 0: none does */
};

static struct status note_tile(void *context, uint32_t level, uint64_t index,
                               const struct digest hashes[static TREE_TILE_WIDTH])
{
    struct visits *visits = context;
    if (visits->fail_now > 0 && --visits->fail_now == 0) {
        return FAIL(IO, 28);
    }
    assert_true(level < 2);
    assert_int_equal(index, visits->next[level]++);
    size_t size = (size_t)1 << 8 * level;
    for (size_t i = 0; i < TREE_TILE_WIDTH; i += 51) {
        assert_digest(hashes[i],
                      naive_root(visits->world, (index * TREE_TILE_WIDTH + i) * size, size));
    }
    return OK;
}

static void each_full_tile_is_handed_out_once_and_in_order(void **state)
{
    struct world *world = *state;
    struct visits visits = {.world = world};
    memset(world->tree, 0, sizeof *world->tree);
    for (size_t i = 0; i < LEAVES; i++) {
        assert_false(
            failed(tree_append(world->tree, world->hasher, &world->leaves[i], note_tile, &visits)));
    }
    assert_int_equal(visits.next[0], LEAVES / 256);
    assert_int_equal(visits.next[1], 1);
}

static void a_visit_that_fails_leaves_the_tree_as_it_was(void **state)
{
    struct world *world = *state;
    const size_t sizes[] = {255, 511, 65535};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        for (uint64_t nth = 1; nth <= (sizes[s] == 65535 ? 2 : 1); nth++) {
            grow(world, sizes[s]);
            struct digest before = tree_root(world->tree, world->hasher);
            struct visits visits = {.world = world, .fail_now = nth, .next = {sizes[s] / 256, 0}};
            const struct digest *leaf = &world->leaves[sizes[s]];
            struct status status =
                tree_append(world->tree, world->hasher, leaf, note_tile, &visits);
            assert_int_equal(status.code, STATUS_IO);
            assert_int_equal(status.at, 28);
            assert_int_equal(world->tree->size, sizes[s]);
            assert_digest(tree_root(world->tree, world->hasher), before);

            assert_false(failed(tree_append(world->tree, world->hasher, leaf, NULL, NULL)));
            assert_digest(tree_root(world->tree, world->hasher),
                          naive_root(world, 0, sizes[s] + 1));
        }
    }
}

/* Proofs -------------------------------------------------------------------------------------- */

static void assert_inclusion(struct world *world, size_t index, size_t size,
                             const struct digest *root)
{
    const struct tree_source source = source_of(world);
    struct tree_proof proof;
    struct tree_proof naive = {.count = 0};
    assert_false(failed(tree_prove_inclusion(&source, world->hasher, index, size, &proof)));
    naive_path(world, index, 0, size, &naive);
    assert_proof(&proof, &naive);
    assert_false(failed(
        tree_check_inclusion(world->hasher, index, size, &world->leaves[index], &proof, root)));
}

static void assert_consistency(struct world *world, size_t old_size, size_t size,
                               const struct digest *root)
{
    const struct tree_source source = source_of(world);
    struct digest old_root = naive_root(world, 0, old_size);
    struct tree_proof proof;
    struct tree_proof naive = {.count = 0};
    assert_false(failed(tree_prove_consistency(&source, world->hasher, old_size, size, &proof)));
    if (old_size > 0) {
        naive_subproof(world, old_size, 0, size, true, &naive);
    }
    assert_proof(&proof, &naive);
    assert_false(
        failed(tree_check_consistency(world->hasher, old_size, size, &old_root, root, &proof)));
}

static void every_proof_of_every_small_tree_is_right(void **state)
{
    struct world *world = *state;
    for (size_t size = 0; size <= DENSE; size++) {
        struct digest root = naive_root(world, 0, size);
        for (size_t other = 0; other <= size; other++) {
            assert_consistency(world, other, size, &root);
            if (other < size) {
                assert_inclusion(world, other, size, &root);
            }
        }
    }
}

static void proofs_are_right_at_random_sizes(void **state)
{
    struct world *world = *state;
    uint64_t seed = 6962;
    for (size_t round = 0; round < 1200; round++) {
        size_t size = 1 + next_random(&seed) % 4000;
        size_t other = next_random(&seed) % size;
        struct digest root = naive_root(world, 0, size);
        assert_inclusion(world, other, size, &root);
        assert_consistency(world, other, size, &root);
    }
}

static void proofs_are_right_where_the_second_level_fills(void **state)
{
    struct world *world = *state;
    const size_t others[] = {0, 1, 255, 256, 257, 32768, 65279, 65280, 65535};
    for (size_t size = 65535; size <= 65538; size++) {
        struct digest root = naive_root(world, 0, size);
        for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
            if (others[i] < size) {
                assert_inclusion(world, others[i], size, &root);
            }
            assert_consistency(world, others[i], size, &root);
        }
        assert_inclusion(world, size - 1, size, &root);
    }
}

/* Refusing ------------------------------------------------------------------------------------ */

/* One claim that holds; every field is there to be falsified. */
struct claim {
    uint64_t first, size; /* index, or old size */
    struct digest start, root;
    struct tree_proof proof;
};

typedef struct status check_claim(struct hasher *hasher, const struct claim *claim);

static struct status check_inclusion(struct hasher *hasher, const struct claim *claim)
{
    return tree_check_inclusion(hasher, claim->first, claim->size, &claim->start, &claim->proof,
                                &claim->root);
}

static struct status check_consistency(struct hasher *hasher, const struct claim *claim)
{
    return tree_check_consistency(hasher, claim->first, claim->size, &claim->start, &claim->root,
                                  &claim->proof);
}

static void assert_refused(struct world *world, const struct claim *claim, check_claim *check)
{
    struct status status = check(world->hasher, claim);
    assert_int_equal(status.code, STATUS_CORRUPT);
    assert_int_equal(status.at, claim->first);
    assert_non_null(status.why);
}

static void flip_each_bit(struct world *world, struct claim *claim, struct digest *digest,
                          check_claim *check)
{
    for (size_t bit = 0; bit < 8 * DIGEST_SIZE; bit++) {
        digest->sha256[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_refused(world, claim, check);
        digest->sha256[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void falsify(struct world *world, struct claim *claim, check_claim *check)
{
    assert_false(failed(check(world->hasher, claim)));
    flip_each_bit(world, claim, &claim->start, check);
    flip_each_bit(world, claim, &claim->root, check);
    for (size_t i = 0; i < claim->proof.count; i++) {
        flip_each_bit(world, claim, &claim->proof.hashes[i], check);
    }
    if (claim->proof.count > 0) {
        claim->proof.count--;
        assert_refused(world, claim, check);
        claim->proof.count++;
    }
    claim->proof.hashes[claim->proof.count++] = claim->root;
    assert_refused(world, claim, check);
    claim->proof.count--;
}

static void no_bit_of_an_inclusion_can_be_flipped(void **state)
{
    struct world *world = *state;
    const struct tree_source source = source_of(world);
    const size_t sizes[] = {1, 2, 3, 7, 8, 255, 256, 257, 600};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        size_t size = sizes[s];
        const size_t indexes[] = {0, size / 2, size - 1};
        for (size_t i = 0; i < 3; i++) {
            struct claim claim = {.first = indexes[i],
                                  .size = size,
                                  .start = world->leaves[indexes[i]],
                                  .root = naive_root(world, 0, size)};
            assert_false(failed(
                tree_prove_inclusion(&source, world->hasher, claim.first, size, &claim.proof)));
            falsify(world, &claim, check_inclusion);
        }
    }
}

static void no_bit_of_a_consistency_can_be_flipped(void **state)
{
    struct world *world = *state;
    const struct tree_source source = source_of(world);
    const size_t pairs[][2] = {{1, 2}, {2, 3},     {3, 7},     {4, 8},
                               {6, 8}, {255, 256}, {256, 300}, {257, 600}};
    for (size_t p = 0; p < sizeof pairs / sizeof *pairs; p++) {
        struct claim claim = {.first = pairs[p][0],
                              .size = pairs[p][1],
                              .start = naive_root(world, 0, pairs[p][0]),
                              .root = naive_root(world, 0, pairs[p][1])};
        assert_false(failed(
            tree_prove_consistency(&source, world->hasher, claim.first, claim.size, &claim.proof)));
        falsify(world, &claim, check_consistency);
    }
}

static void another_position_is_refused(void **state)
{
    struct world *world = *state;
    const struct tree_source source = source_of(world);
    for (size_t size = 2; size <= 40; size++) {
        struct claim claim = {.size = size, .root = naive_root(world, 0, size)};
        for (size_t index = 0; index < size; index++) {
            assert_false(
                failed(tree_prove_inclusion(&source, world->hasher, index, size, &claim.proof)));
            claim.start = world->leaves[index];
            for (claim.first = 0; claim.first < size + 3; claim.first++) {
                if (claim.first != index) {
                    assert_refused(world, &claim, check_inclusion);
                }
            }
        }
    }
}

static void any_numbers_may_be_asked_about(void **state)
{
    struct world *world = *state;
    uint64_t seed = 9162;
    for (size_t round = 0; round < 20000; round++) {
        struct claim claim = {.proof.count = next_random(&seed) % (TREE_PROOF_MAX + 1)};
        claim.first = next_random(&seed) >> next_random(&seed) % 64;
        claim.size = next_random(&seed) >> next_random(&seed) % 64;
        claim.start = world->leaves[0];
        claim.root = world->leaves[1];
        assert_refused(world, &claim, check_inclusion);
        claim.first = claim.first == claim.size ? claim.first - 1 : claim.first;
        assert_refused(world, &claim, check_consistency);
    }
}

static void an_old_tree_of_nothing_must_have_the_empty_root(void **state)
{
    struct world *world = *state;
    struct claim claim = {.size = 9, .start = hash_empty, .root = naive_root(world, 0, 9)};
    assert_false(failed(check_consistency(world->hasher, &claim)));
    flip_each_bit(world, &claim, &claim.start, check_consistency);
    claim.proof.count = 1;
    assert_refused(world, &claim, check_consistency);
}

static struct status read_badly(void *context, uint32_t level, uint64_t index, struct digest *out)
{
    (void)level;
    (void)index;
    uint64_t *left = context;
    *out = hash_empty;
    return *left > 0 ? (--*left, OK) : FAIL(CORRUPT, 4);
}

static void a_source_that_fails_is_heard(void **state)
{
    struct world *world = *state;
    struct tree_proof proof;
    struct digest root;
    for (uint64_t after = 0; after < 9; after++) {
        uint64_t left = after;
        const struct tree_source source = {.context = &left, .read = read_badly};
        assert_int_equal(tree_load(world->loaded, world->hasher, 700, &source).code,
                         STATUS_CORRUPT);
        assert_int_equal(world->loaded->size, 0);
        left = after;
        assert_int_equal(tree_root_at(&source, world->hasher, 700, &root).code, STATUS_CORRUPT);
        left = after;
        assert_int_equal(tree_prove_inclusion(&source, world->hasher, 3, 700, &proof).code,
                         STATUS_CORRUPT);
        left = after;
        assert_int_equal(tree_prove_consistency(&source, world->hasher, 3, 700, &proof).code,
                         STATUS_CORRUPT);
    }
}

static void what_is_not_in_the_tree_is_not_proved(void **state)
{
    struct world *world = *state;
    const struct tree_source source = source_of(world);
    struct tree_proof proof;
    struct digest root;
    struct hasher *hasher = world->hasher;
    assert_int_equal(tree_prove_inclusion(&source, hasher, 5, 5, &proof).code, STATUS_NOT_FOUND);
    assert_int_equal(tree_prove_inclusion(&source, hasher, 0, 0, &proof).code, STATUS_NOT_FOUND);
    assert_int_equal(tree_prove_consistency(&source, hasher, 6, 5, &proof).code, STATUS_NOT_FOUND);

    const uint64_t big = TREE_SIZE_MAX + 1;
    assert_int_equal(tree_prove_inclusion(&source, hasher, 5, big, &proof).code, STATUS_LIMIT);
    assert_int_equal(tree_prove_consistency(&source, hasher, 5, big, &proof).code, STATUS_LIMIT);
    assert_int_equal(tree_root_at(&source, hasher, big, &root).code, STATUS_LIMIT);
    assert_int_equal(tree_load(world->loaded, hasher, big, &source).code, STATUS_LIMIT);
    assert_int_equal(world->loaded->size, 0);
}

/* Vectors of others --------------------------------------------------------------------------- */

static struct digest digest_of(const char *base64)
{
    struct digest digest;
    assert_false(failed(base64_read_digest(bytes_of_string(base64), &digest)));
    return digest;
}

static void assert_hashes(const struct tree_proof *proof, const char *const *expected, size_t count)
{
    assert_int_equal(proof->count, count);
    for (size_t i = 0; i < count; i++) {
        assert_digest(proof->hashes[i], digest_of(expected[i]));
    }
}

/* The log "record 0" to "record 299" that sunlight keeps as test data. */
static void sunlights_tree_has_our_root_and_tiles(void **state)
{
    struct world *world = *state;
    grow(world, 300);
    assert_digest(tree_root(world->tree, world->hasher),
                  digest_of("gw31yQrqZZCcEOPrzX+bpy3nJ6QgngTKn8G1m0i62uU="));
    assert_digest(hash_bytes(world->hasher, bytes_of(world->leaves, 256 * DIGEST_SIZE)),
                  digest_of("ZqHUMTaoVKV3bVvOFL8QHJJfx9SzLxviO2WPY26/zds="));
    assert_digest(hash_bytes(world->hasher, bytes_of(world->tree->edge[0], 44 * DIGEST_SIZE)),
                  digest_of("aZ8HjZN/EzQ9ca05MhdX3j7POR6NehsgFa04vTb11go="));
    assert_digest(world->tree->edge[1][0],
                  digest_of("3JNJ+Xh+0Ahtptl/Z5xRpRmPmORW6Vsdh/o6vAEv7DE="));
}

static void sunlights_proofs_are_ours(void **state)
{
    struct world *world = *state;
    const struct tree_source source = source_of(world);
    static const char *const inclusion[] = {
        "oJeCE4EcZnD3TghM2hxVfAALwF5llUkBn6elkggA9lg=",
        "G4eeV6kFVP/E3WDpTS13Y8MluAOSE4lmh/6gzH+LKXY=",
        "BwAl1lkfH1Fu+RLO5xSCcQc32AVTRaXrDkBtCAGGR9g=",
        "M96OAKgNKtJ00jDbUN3xCuKP3nVQYySodLLmyR3zgK0=",
        "3JNJ+Xh+0Ahtptl/Z5xRpRmPmORW6Vsdh/o6vAEv7DE=",
    };
    static const char *const consistency[] = {"uwaa/GEGqF4PM03Df+GfKIyZ5+fHBsK9y3f1tqCMyf8="};
    struct tree_proof proof;
    assert_false(failed(tree_prove_inclusion(&source, world->hasher, 299, 300, &proof)));
    assert_hashes(&proof, inclusion, 5);
    assert_false(failed(tree_prove_consistency(&source, world->hasher, 256, 300, &proof)));
    assert_hashes(&proof, consistency, 1);
}

static void a_proof_between_two_odd_sizes_is_the_known_one(void **state)
{
    struct world *world = *state;
    const struct tree_source source = source_of(world);
    static const char *const expected[] = {
        "dDMOxo77ghQfn3KW3M5XO3vuF+iZPoboIaT7hyVvgaA=",
        "RjXudHR7gs33amrwSpQUd7jtTDy87rnDqhg5DocnZYQ=",
        "0hDTO2hjmXA3kPUaINAqwbmrFLkQW1pDSk5J9JNxOGM=",
        "VQcmZi2PEzD1dmUTPcWs3MBK3Q2V32plYgXiT33KphE=",
        "bNRqB5tt5Fj8P+fAuGqH3kVm+lN6xMoNVlGBmBnyrbk=",
    };
    struct tree_proof proof;
    assert_digest(naive_root(world, 0, 7),
                  digest_of("ZlCXn2yHiq2F84Dsicnip68Q0qZKqWqJGKp/UHsg+Y4="));
    assert_digest(naive_root(world, 0, 12),
                  digest_of("ejNKed6JdODl7jHTDDrycOjI5IjnCw38tuRFHpmDuoo="));
    assert_false(failed(tree_prove_consistency(&source, world->hasher, 7, 12, &proof)));
    assert_hashes(&proof, expected, 5);
}

/* Paths --------------------------------------------------------------------------------------- */

static void assert_path(uint32_t level, uint64_t index, uint32_t width, const char *expected)
{
    char memory[96];
    struct text text = TEXT_IN(memory);
    tree_tile_path(&text, level, index, width);
    assert_string_equal(text_string(&text), expected);
}

static void a_tile_has_its_path(void **state)
{
    (void)state;
    assert_path(0, 0, 256, "tile/0/000");
    assert_path(0, 999, 256, "tile/0/999");
    assert_path(1, 1000, 256, "tile/1/x001/000");
    assert_path(0, 1234067, 256, "tile/0/x001/x234/067");
    assert_path(2, 1067, 12, "tile/2/x001/067.p/12");
    assert_path(TREE_ENTRY_LEVEL, 273, 112, "tile/entries/273.p/112");
    assert_path(6, UINT64_MAX, 1, "tile/6/x018/x446/x744/x073/x709/x551/615.p/1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_root_is_right_at_every_small_size),
        cmocka_unit_test(the_root_is_right_where_the_second_level_fills),
        cmocka_unit_test(a_loaded_tree_grows_on_as_if_it_had_never_stopped),
        cmocka_unit_test(each_full_tile_is_handed_out_once_and_in_order),
        cmocka_unit_test(a_visit_that_fails_leaves_the_tree_as_it_was),
        cmocka_unit_test(every_proof_of_every_small_tree_is_right),
        cmocka_unit_test(proofs_are_right_at_random_sizes),
        cmocka_unit_test(proofs_are_right_where_the_second_level_fills),
        cmocka_unit_test(no_bit_of_an_inclusion_can_be_flipped),
        cmocka_unit_test(no_bit_of_a_consistency_can_be_flipped),
        cmocka_unit_test(another_position_is_refused),
        cmocka_unit_test(any_numbers_may_be_asked_about),
        cmocka_unit_test(an_old_tree_of_nothing_must_have_the_empty_root),
        cmocka_unit_test(a_source_that_fails_is_heard),
        cmocka_unit_test(what_is_not_in_the_tree_is_not_proved),
        cmocka_unit_test(sunlights_tree_has_our_root_and_tiles),
        cmocka_unit_test(sunlights_proofs_are_ours),
        cmocka_unit_test(a_proof_between_two_odd_sizes_is_the_known_one),
        cmocka_unit_test(a_tile_has_its_path),
    };
    return cmocka_run_group_tests_name("store/tree", tests, make_world, end_world);
}
