/*
 * Proofs against RFC 6962 written down as it stands there, for every small tree; and every claim
 * that differs from a true one by a bit, a hash or a position, refused.
 */
#include "store/tree.h"
#include "tests/store/naive_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    DENSE = 100, /* every proof of every size up to here */
};

static void assert_proof(const struct tree_proof *a, const struct tree_proof *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        assert_digest(a->hashes[i], b->hashes[i]);
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
    for (size_t round = 0; round < 300; round++) {
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

/* A log of one leaf again and again, as long as a log may be. */
struct monotony {
    struct digest level[TREE_LEVELS_MAX]; /* the complete subtree of 256^level leaves */
};

static struct status read_again(void *context, uint32_t level, uint64_t index, struct digest *out)
{
    (void)index;
    const struct monotony *monotony = context;
    assert_true(level < TREE_LEVELS_MAX);
    *out = monotony->level[level];
    return OK;
}

static void the_biggest_tree_is_proved_too(void **state)
{
    struct world *world = *state;
    struct monotony monotony = {.level = {world->leaves[0]}};
    for (size_t level = 1; level < TREE_LEVELS_MAX; level++) {
        monotony.level[level] = monotony.level[level - 1];
        for (size_t bit = 0; bit < 8; bit++) {
            struct digest half = monotony.level[level];
            monotony.level[level] = hash_node(world->hasher, &half, &half);
        }
    }
    const struct tree_source source = {.context = &monotony, .read = read_again};
    const uint64_t size = TREE_SIZE_MAX;
    const uint64_t others[] = {0, 1, 255, 256, size / 3, size / 2, size - 1};
    struct digest root;
    assert_false(failed(tree_root_at(&source, world->hasher, size, &root)));
    assert_false(failed(tree_load(world->loaded, world->hasher, size, &source)));
    assert_digest(tree_root(world->loaded, world->hasher), root);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct tree_proof proof;
        struct digest old_root;
        assert_false(failed(tree_prove_inclusion(&source, world->hasher, others[i], size, &proof)));
        assert_false(failed(tree_check_inclusion(world->hasher, others[i], size, &world->leaves[0],
                                                 &proof, &root)));
        assert_false(
            failed(tree_prove_consistency(&source, world->hasher, others[i], size, &proof)));
        assert_false(failed(tree_root_at(&source, world->hasher, others[i], &old_root)));
        assert_false(failed(
            tree_check_consistency(world->hasher, others[i], size, &old_root, &root, &proof)));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_proof_of_every_small_tree_is_right),
        cmocka_unit_test(proofs_are_right_at_random_sizes),
        cmocka_unit_test(proofs_are_right_where_the_second_level_fills),
        cmocka_unit_test(the_biggest_tree_is_proved_too),
        cmocka_unit_test(no_bit_of_an_inclusion_can_be_flipped),
        cmocka_unit_test(no_bit_of_a_consistency_can_be_flipped),
        cmocka_unit_test(another_position_is_refused),
        cmocka_unit_test(any_numbers_may_be_asked_about),
        cmocka_unit_test(an_old_tree_of_nothing_must_have_the_empty_root),
        cmocka_unit_test(a_source_that_fails_is_heard),
        cmocka_unit_test(what_is_not_in_the_tree_is_not_proved),
        cmocka_unit_test(sunlights_proofs_are_ours),
        cmocka_unit_test(a_proof_between_two_odd_sizes_is_the_known_one),
    };
    return cmocka_run_group_tests_name("store/tree, proofs", tests, make_world, end_world);
}
