#include "tests/store/naive_tree.h"

#include "schema/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static size_t biggest_power_below(size_t size)
{
    size_t power = 1;
    while (power * 2 < size) {
        power *= 2;
    }
    return power;
}

struct digest naive_root(struct world *world, size_t from, size_t size)
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

void naive_path(struct world *world, size_t m, size_t from, size_t size, struct tree_proof *out)
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

void naive_subproof(struct world *world, size_t m, size_t from, size_t size, bool known,
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

uint64_t next_random(uint64_t *seed)
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

int make_world(void **state)
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

int end_world(void **state)
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

struct tree_source source_of(struct world *world)
{
    return (struct tree_source){.context = world, .read = read_naively};
}

void assert_digest(struct digest a, struct digest b)
{
    assert_memory_equal(a.sha256, b.sha256, DIGEST_SIZE);
}
