/*
 * Parts of trees: whatever leaves are proven lead to the naive root, either way they are made; and
 * no hash or leaf can change, be missing or be one too many.
 */
#include "store/tree_part.h"
#include "tests/store/naive_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    TREES = 300,
    SIZE_MAX_TRIED = 700,
    HASHES_MAX = 1024,
};

struct taken {
    struct digest hashes[HASHES_MAX];
    size_t count;
};

struct proven {
    uint64_t size;
    uint64_t leaves[SIZE_MAX_TRIED];
    struct digest found[SIZE_MAX_TRIED];
    struct tree_part part;
    struct taken taken;
};

static void must(struct status status)
{
    assert_int_equal(status.code, STATUS_OK);
}

static struct status take(void *context, const struct digest *hash)
{
    struct taken *taken = context;
    assert_true(taken->count < HASHES_MAX);
    taken->hashes[taken->count++] = *hash;
    return OK;
}

static struct bytes hashes_of(const struct taken *taken)
{
    return bytes_of(taken->hashes, taken->count * sizeof *taken->hashes);
}

static struct status root_of(struct world *world, const struct proven *proven, struct digest *root)
{
    return tree_part_root(world->hasher, &proven->part, proven->found, hashes_of(&proven->taken),
                          proven->size, root);
}

/* Few leaves, many, neighbours or all. */
static void draw(struct world *world, uint64_t *seed, struct proven *proven)
{
    static const uint64_t rarity[] = {1, 2, 10, 100};
    uint64_t one_in = rarity[next_random(seed) % 4];
    size_t count = 0;
    proven->size = 1 + next_random(seed) % SIZE_MAX_TRIED;
    uint64_t sure = next_random(seed) % proven->size;
    for (uint64_t i = 0; i < proven->size; i++) {
        if (i == sure || next_random(seed) % one_in == 0) {
            proven->leaves[count] = i;
            proven->found[count++] = world->leaves[i];
        }
    }
    proven->part = (struct tree_part){.leaves = proven->leaves, .count = count};
    proven->taken.count = 0;
}

static void prove(struct world *world, struct proven *proven)
{
    struct tree_source source = source_of(world);
    const struct tree_part_sink sink = {.context = &proven->taken, .put = take};
    must(tree_part_prove(&source, world->hasher, proven->size, &proven->part, &sink));
}

static void any_leaves_lead_to_the_root(void **state)
{
    struct world *world = *state;
    struct proven *proven = calloc(1, sizeof *proven);
    uint64_t seed = 1;
    assert_non_null(proven);
    for (unsigned i = 0; i < TREES; i++) {
        struct digest root;
        draw(world, &seed, proven);
        prove(world, proven);
        assert_int_equal(proven->taken.count, tree_part_hashes(&proven->part, proven->size));
        must(root_of(world, proven, &root));
        assert_digest(root, naive_root(world, 0, proven->size));
    }
    free(proven);
}

static void whoever_sees_all_leaves_makes_the_same_proof(void **state)
{
    struct world *world = *state;
    struct proven *proven = calloc(1, sizeof *proven);
    struct taken *streamed = calloc(1, sizeof *streamed);
    uint64_t seed = 2;
    assert_true(proven != NULL && streamed != NULL);
    for (unsigned i = 0; i < TREES; i++) {
        struct tree_part_writer writer = {.hasher = world->hasher,
                                          .sink = {.context = streamed, .put = take}};
        size_t at = 0;
        streamed->count = 0;
        draw(world, &seed, proven);
        prove(world, proven);
        for (uint64_t leaf = 0; leaf < proven->size; leaf++) {
            bool is_part = at < proven->part.count && proven->leaves[at] == leaf;
            at += is_part;
            must(tree_part_add(&writer, &world->leaves[leaf], is_part));
        }
        must(tree_part_end(&writer));
        assert_int_equal(streamed->count, proven->taken.count);
        assert_memory_equal(streamed->hashes, proven->taken.hashes,
                            streamed->count * sizeof *streamed->hashes);
    }
    free(streamed);
    free(proven);
}

static void a_proof_of_one_leaf_has_the_hashes_of_its_path(void **state)
{
    struct world *world = *state;
    struct tree_source source = source_of(world);
    struct taken taken = {0};
    struct tree_proof path;
    const uint64_t leaf = 137;
    const struct tree_part part = {.leaves = &leaf, .count = 1};
    must(tree_part_prove(&source, world->hasher, 300, &part,
                         &(struct tree_part_sink){.context = &taken, .put = take}));
    must(tree_prove_inclusion(&source, world->hasher, leaf, 300, &path));
    assert_int_equal(taken.count, path.count);
    assert_memory_equal(taken.hashes, path.hashes, path.count * sizeof *path.hashes);
}

static bool is_refused(struct world *world, const struct proven *proven)
{
    struct digest root, expected = naive_root(world, 0, proven->size);
    struct status status = root_of(world, proven, &root);
    return failed(status) ? status.code == STATUS_CORRUPT : !digest_equal(&root, &expected);
}

static void what_was_changed_leads_elsewhere(void **state)
{
    struct world *world = *state;
    struct proven *proven = calloc(1, sizeof *proven);
    uint64_t seed = 3;
    assert_non_null(proven);
    for (unsigned i = 0; i < TREES; i++) {
        draw(world, &seed, proven);
        prove(world, proven);
        size_t leaf = next_random(&seed) % proven->part.count;
        proven->found[leaf].sha256[i % DIGEST_SIZE] ^= 1;
        assert_true(is_refused(world, proven));
        proven->found[leaf].sha256[i % DIGEST_SIZE] ^= 1;
        if (proven->taken.count > 0) {
            size_t hash = next_random(&seed) % proven->taken.count;
            proven->taken.hashes[hash].sha256[i % DIGEST_SIZE] ^= 1;
            assert_true(is_refused(world, proven));
            proven->taken.hashes[hash].sha256[i % DIGEST_SIZE] ^= 1;
            proven->taken.count--;
            assert_true(is_refused(world, proven));
            proven->taken.count++;
        }
        proven->taken.hashes[proven->taken.count++] = world->leaves[0];
        assert_true(is_refused(world, proven));
    }
    free(proven);
}

static void leaves_out_of_order_or_beyond_are_named(void **state)
{
    struct world *world = *state;
    const struct digest found[2] = {world->leaves[0], world->leaves[1]};
    struct digest root;
    const uint64_t twice[] = {3, 3}, beyond[] = {1, 8};
    struct status status =
        tree_part_root(world->hasher, &(struct tree_part){.leaves = twice, .count = 2}, found,
                       (struct bytes){0}, 8, &root);
    assert_int_equal(status.code, STATUS_CORRUPT);
    assert_int_equal(status.at, 3);
    status = tree_part_root(world->hasher, &(struct tree_part){.leaves = beyond, .count = 2}, found,
                            (struct bytes){0}, 8, &root);
    assert_int_equal(status.code, STATUS_CORRUPT);
    assert_int_equal(status.at, 8);
    status = tree_part_root(world->hasher, &(struct tree_part){.leaves = beyond}, found,
                            (struct bytes){0}, 8, &root);
    assert_int_equal(status.code, STATUS_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_leaves_lead_to_the_root),
        cmocka_unit_test(whoever_sees_all_leaves_makes_the_same_proof),
        cmocka_unit_test(a_proof_of_one_leaf_has_the_hashes_of_its_path),
        cmocka_unit_test(what_was_changed_leads_elsewhere),
        cmocka_unit_test(leaves_out_of_order_or_beyond_are_named),
    };
    return cmocka_run_group_tests_name("store/tree_part", tests, make_world, end_world);
}
