/*
 * The next change of rows, against a plain list of versions; and what a cursor finds on its way.
 */
#include "store/state_walk.h"
#include "tests/schema/random_record.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    VERSIONS = 900,
    KEY_SIZE = 4,
};

struct version {
    enum row_table table;
    uint8_t key[KEY_SIZE];
    uint64_t n;
};

struct world {
    struct scratch scratch;
    struct state *state;
    struct random random;
    struct version versions[VERSIONS];
};

/* Few different bytes, the largest among them: many keys share a beginning. */
static void draw_key(struct world *world, uint8_t key[static KEY_SIZE])
{
    static const uint8_t bytes[] = {0, 1, 0xFE, 0xFF};
    for (size_t i = 0; i < KEY_SIZE; i++) {
        key[i] = bytes[random_below(&world->random, i < 2 ? 2 : sizeof bytes)];
    }
}

static void put_all(struct world *world)
{
    uint64_t n = 0;
    for (size_t i = 0; i < VERSIONS; i++) {
        struct version *version = &world->versions[i];
        *version =
            (struct version){.table = (enum row_table)random_below(&world->random, 3), .n = n};
        draw_key(world, version->key);
        struct bytes row = random_below(&world->random, 4) == 0 ? (struct bytes){0} : LITERAL("r");
        must(state_put(world->state, version->table, BYTES(version->key), row, n));
        if (random_below(&world->random, 3) != 0) {
            state_advance(world->state, n++);
        }
    }
}

static int begin(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    char path[320];
    scratch_begin(&world->scratch);
    snprintf(path, sizeof path, "%s/state", world->scratch.directory);
    must(state_open(&(struct state_options){.directory = path,
                                            .fingerprint = "catalogue",
                                            .log_size = UINT64_MAX},
                    &world->state));
    put_all(world);
    *state = world;
    return 0;
}

static int end(void **state)
{
    struct world *world = *state;
    state_close(&world->state);
    scratch_end(&world->scratch);
    free(world);
    return 0;
}

static uint64_t naive_change(const struct world *world, const struct state_change *change)
{
    uint64_t first = UINT64_MAX;
    for (size_t i = 0; i < VERSIONS; i++) {
        const struct version *version = &world->versions[i];
        bool same_size = change->prefix || change->key.size == KEY_SIZE;
        if (version->table == change->table && version->n > change->after && same_size &&
            bytes_equal(bytes_of(version->key, change->key.size), change->key) &&
            version->n < first) {
            first = version->n;
        }
    }
    return first;
}

static void the_next_change_is_that_of_a_plain_list(void **state)
{
    struct world *world = *state;
    for (unsigned round = 0; round < 6000; round++) {
        uint8_t key[KEY_SIZE];
        uint64_t n;
        draw_key(world, key);
        struct state_change change = {
            .table = (enum row_table)random_below(&world->random, 4),
            .prefix = random_below(&world->random, 2) == 0,
            .after = random_below(&world->random, state_size(world->state) + 2)};
        change.key =
            bytes_of(key, change.prefix ? random_below(&world->random, KEY_SIZE + 1) : KEY_SIZE);
        uint64_t expected = naive_change(world, &change);
        struct status status = state_next_change(world->state, &change, &n);
        assert_int_equal(status.code, expected == UINT64_MAX ? STATUS_NOT_FOUND : STATUS_OK);
        assert_true(failed(status) || n == expected);
    }
}

/* The order of a walk through all versions. */
static int order_of(const struct version *a, const struct version *b)
{
    int order = memcmp(a->key, b->key, KEY_SIZE);
    return order != 0 ? order : a->n > b->n ? -1 : a->n < b->n ? 1 : 0;
}

static const struct version *naive_version(const struct world *world, enum row_table table,
                                           struct bytes prefix, const struct version *after)
{
    const struct version *next = NULL;
    for (size_t i = 0; i < VERSIONS; i++) {
        const struct version *version = &world->versions[i];
        if (version->table == table && memcmp(version->key, prefix.data, prefix.size) == 0 &&
            (after == NULL || order_of(version, after) > 0) &&
            (next == NULL || order_of(version, next) < 0)) {
            next = version;
        }
    }
    return next;
}

static void all_versions_are_met_row_by_row_and_the_newest_first(void **state)
{
    struct world *world = *state;
    for (unsigned round = 0; round < 40; round++) {
        struct version at;
        uint8_t start[KEY_SIZE];
        draw_key(world, start);
        struct state_version_place place = {
            .table = (enum row_table)random_below(&world->random, 4),
            .prefix = bytes_of(start, random_below(&world->random, KEY_SIZE + 1))};
        const struct version *expected = NULL;
        for (bool more = true; more;) {
            struct bytes key, row;
            uint64_t n;
            expected = naive_version(world, place.table, place.prefix, expected);
            struct status status = state_next_version(world->state, &place, &key, &row, &n);
            more = !failed(status);
            assert_int_equal(status.code, expected == NULL ? STATUS_NOT_FOUND : STATUS_OK);
            if (more) {
                assert_true(bytes_equal(key, BYTES(expected->key)));
                assert_int_equal(n, expected->n);
                at = *expected;
                place.key = BYTES(at.key);
                place.before = at.n;
            }
        }
    }
}

static void a_key_that_is_too_long_has_no_changes(void **state)
{
    static const uint8_t key[STATE_KEY_MAX + 1];
    struct world *world = *state;
    uint64_t n;
    assert_int_equal(state_next_change(world->state,
                                       &(struct state_change){.table = ROW_USER, .key = BYTES(key)},
                                       &n)
                         .code,
                     STATUS_LIMIT);
}

static void a_key_of_an_entry_tells_row_and_event(void **unused)
{
    uint8_t a[STATE_ENTRY_KEY_MAX], b[STATE_ENTRY_KEY_MAX];
    (void)unused;
    struct bytes older = bytes_of(a, state_walk_key(a, ROW_USER, LITERAL("ann"), 7));
    struct bytes newer = bytes_of(b, state_walk_key(b, ROW_USER, LITERAL("ann"), 8));
    assert_int_equal(state_walk_made_by(older), 7);
    assert_int_equal(state_walk_made_by(newer), 8);
    assert_true(state_walk_same_row(older, newer));
    assert_true(bytes_compare(newer, older) < 0);
    newer = bytes_of(b, state_walk_key(b, ROW_USER, LITERAL("anna"), 8));
    assert_false(state_walk_same_row(older, newer));
    newer = bytes_of(b, state_walk_key(b, ROW_GROUP, LITERAL("ann"), 8));
    assert_false(state_walk_same_row(older, newer));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_next_change_is_that_of_a_plain_list, begin, end),
        cmocka_unit_test_setup_teardown(all_versions_are_met_row_by_row_and_the_newest_first, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_key_that_is_too_long_has_no_changes, begin, end),
        cmocka_unit_test(a_key_of_an_entry_tells_row_and_event),
    };
    return cmocka_run_group_tests_name("store/state_walk", tests, NULL, NULL);
}
