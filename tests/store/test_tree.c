/*
 * The growing tree against RFC 6962 written down as it stands there, at every small size and around
 * the sizes where a tile level fills.
 */
#include "schema/text.h"
#include "store/tree.h"
#include "tests/store/naive_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    SMALL = 600, /* every size up to here: three tiles of the lowest level */
};

static void grow(struct world *world, size_t size)
{
    memset(world->tree, 0, sizeof *world->tree);
    for (size_t i = 0; i < size; i++) {
        assert_false(
            failed(tree_append(world->tree, world->hasher, &world->leaves[i], NULL, NULL)));
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

/* Vectors of others --------------------------------------------------------------------------- */

static struct digest digest_of(const char *base64)
{
    struct digest digest;
    assert_false(failed(base64_read_digest(bytes_of_string(base64), &digest)));
    return digest;
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
        cmocka_unit_test(sunlights_tree_has_our_root_and_tiles),
        cmocka_unit_test(a_tile_has_its_path),
    };
    return cmocka_run_group_tests_name("store/tree", tests, make_world, end_world);
}
