/*
 * The state against a plain list of versions: every row as of every event, by key and in order,
 * through commits, lost commits, and rebuilding.
 */
#include "store/state.h"
#include "tests/schema/random_record.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    EVENTS = 400,
    VERSIONS_MAX = 4 * EVENTS,
    KEYS = 40,
    KEY_SIZE = 12,
    ROW_SIZE = 24,
    SUBJECTS = 30000, /* more than the state keeps in memory */
};

struct version {
    enum row_table table;
    uint8_t key[KEY_SIZE];
    size_t key_size;
    uint8_t row[ROW_SIZE];
    size_t row_size; /* 0: removed */
    uint64_t n;
};

struct world {
    struct scratch scratch;
    char directory[320];
    struct state *state;
    struct hasher *hasher;
    struct random random;
    struct version versions[VERSIONS_MAX]; /* in the order of being put */
    size_t count;
    uint64_t events;
};

static struct status open_with(struct world *world, const char *fingerprint, uint64_t log_size,
                               bool read_only)
{
    return state_open(&(struct state_options){.directory = world->directory,
                                              .fingerprint = fingerprint,
                                              .log_size = log_size,
                                              .read_only = read_only},
                      &world->state);
}

static void reopen(struct world *world)
{
    state_close(&world->state);
    must(open_with(world, "catalogue", UINT64_MAX, false));
}

static int begin(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    scratch_begin(&world->scratch);
    snprintf(world->directory, sizeof world->directory, "%s/state", world->scratch.directory);
    world->random.state = 89;
    must(hasher_open(&world->hasher));
    must(open_with(world, "catalogue", UINT64_MAX, false));
    *state = world;
    return 0;
}

static int end(void **state)
{
    struct world *world = *state;
    state_close(&world->state);
    hasher_close(&world->hasher);
    scratch_end(&world->scratch);
    free(world);
    return 0;
}

/* The plain list ------------------------------------------------------------------------------- */

static struct bytes key_of(const struct version *version)
{
    return bytes_of(version->key, version->key_size);
}

/* Keys as the catalogue makes them: of different sizes, none the beginning of another. */
static void make_key(struct version *version, uint64_t which)
{
    size_t size = 0;
    for (uint64_t rest = which; rest > 0 && size < KEY_SIZE - 1; rest /= 3) {
        version->key[size++] = (uint8_t)("\x02g\xff"[rest % 3]);
    }
    version->key[size++] = 0;
    version->key_size = size;
}

static void put_random(struct world *world, uint64_t n)
{
    struct version *version = &world->versions[world->count++];
    *version = (struct version){
        .table = (enum row_table)random_below(&world->random, ROW_TABLE_COUNT), .n = n};
    make_key(version, random_below(&world->random, KEYS));
    version->row_size =
        random_below(&world->random, 4) == 0 ? 0 : 1 + random_below(&world->random, ROW_SIZE);
    for (size_t i = 0; i < version->row_size; i++) {
        version->row[i] = (uint8_t)random_below(&world->random, 256);
    }
}

static struct status put_version(struct world *world, const struct version *version)
{
    return state_put(world->state, version->table, key_of(version),
                     bytes_of(version->row, version->row_size), version->n);
}

/* One more event, of none to three versions. */
static void fold_random(struct world *world)
{
    for (uint64_t i = random_below(&world->random, 4); i > 0; i--) {
        put_random(world, world->events);
        must(put_version(world, &world->versions[world->count - 1]));
    }
    state_advance(world->state, world->events++);
}

/* The version that counts as of an event; NULL: none, or removed. */
static const struct version *naive_find(const struct world *world, enum row_table table,
                                        struct bytes key, uint64_t as_of)
{
    const struct version *found = NULL;
    for (size_t i = 0; i < world->count; i++) {
        const struct version *version = &world->versions[i];
        if (version->table == table && version->n <= as_of && bytes_equal(key_of(version), key)) {
            found = version;
        }
    }
    return found != NULL && found->row_size > 0 ? found : NULL;
}

/* The first row alive as of an event whose key begins with `prefix` and is beyond `after`. */
static const struct version *naive_next(const struct world *world, enum row_table table,
                                        struct bytes prefix, struct bytes after, uint64_t as_of)
{
    const struct version *next = NULL;
    for (size_t i = 0; i < world->count; i++) {
        const struct version *version = &world->versions[i];
        struct bytes key = key_of(version);
        if (version->table == table && key.size >= prefix.size &&
            bytes_equal(bytes_of(key.data, prefix.size), prefix) &&
            (after.size == 0 || bytes_compare(key, after) > 0) &&
            (next == NULL || bytes_compare(key, key_of(next)) < 0)) {
            const struct version *found = naive_find(world, table, key, as_of);
            next = found != NULL ? found : next;
        }
    }
    return next;
}

static struct digest naive_digest(const struct world *world)
{
    struct digest digest = {0};
    for (size_t i = 0; i < world->count; i++) {
        const struct version *version = &world->versions[i];
        uint8_t n[8], sizes[2][2];
        struct bytes name = bytes_of_string(row_name(version->table));
        bytes_write_u64(n, version->n);
        bytes_write_u16(sizes[0], (uint16_t)name.size);
        bytes_write_u16(sizes[1], (uint16_t)version->key_size);
        const struct bytes pieces[] = {BYTES(digest.sha256),
                                       BYTES(n),
                                       BYTES(sizes[0]),
                                       name,
                                       BYTES(sizes[1]),
                                       key_of(version),
                                       bytes_of(version->row, version->row_size)};
        digest = hash_pieces(world->hasher, pieces, sizeof pieces / sizeof pieces[0]);
    }
    return digest;
}

/* Comparing ------------------------------------------------------------------------------------ */

static void assert_found_alike(struct world *world, enum row_table table, uint64_t which,
                               uint64_t as_of)
{
    struct version wanted;
    struct bytes row;
    uint64_t made_by;
    make_key(&wanted, which);
    const struct version *expected = naive_find(world, table, key_of(&wanted), as_of);
    struct status status = state_find(world->state, table, key_of(&wanted), as_of, &row, &made_by);
    assert_int_equal(status.code, expected == NULL ? STATUS_NOT_FOUND : STATUS_OK);
    if (expected != NULL) {
        assert_true(bytes_equal(row, bytes_of(expected->row, expected->row_size)));
        assert_int_equal(made_by, expected->n);
    }
}

/* Walks all rows with a prefix, after a key. */
static void assert_walked_alike(struct world *world, enum row_table table, struct bytes prefix,
                                uint64_t as_of)
{
    uint8_t memory[STATE_KEY_MAX];
    struct bytes after = bytes_of(memory, 0), key, row;
    for (;;) {
        const struct version *expected = naive_next(world, table, prefix, after, as_of);
        struct status status = state_next(
            world->state,
            &(struct state_place){.table = table, .prefix = prefix, .after = after, .as_of = as_of},
            &key, &row);
        assert_int_equal(status.code, expected == NULL ? STATUS_NOT_FOUND : STATUS_OK);
        if (expected == NULL) {
            return;
        }
        assert_true(bytes_equal(key, key_of(expected)));
        assert_true(bytes_equal(row, bytes_of(expected->row, expected->row_size)));
        memcpy(memory, key.data, key.size);
        after = bytes_of(memory, key.size);
    }
}

static void assert_same(struct world *world)
{
    const struct bytes prefixes[] = {{0}, LITERAL("\x02"), LITERAL("g\xff"), LITERAL("\xff\xff")};
    struct digest expected = naive_digest(world), digest = state_digest(world->state);
    assert_true(digest_equal(&expected, &digest));
    assert_int_equal(state_size(world->state), world->events);
    assert_int_equal(state_versions(world->state), world->count);
    for (unsigned round = 0; round < 200; round++) {
        enum row_table table = (enum row_table)random_below(&world->random, ROW_TABLE_COUNT);
        uint64_t as_of = random_below(&world->random, 5) == 0
                             ? UINT64_MAX
                             : random_below(&world->random, world->events + 2);
        assert_found_alike(world, table, random_below(&world->random, KEYS), as_of);
        if (round % 10 == 0) {
            assert_walked_alike(world, table, prefixes[round / 10 % 4], as_of);
        }
    }
}

static struct digest some_digest(uint64_t n)
{
    struct digest digest = {0};
    bytes_write_u64(digest.sha256, n);
    return digest;
}

/* Histories ----------------------------------------------------------------------------------- */

static void every_row_is_as_it_was_at_every_event(void **state)
{
    struct world *world = *state;
    while (world->events < EVENTS) {
        fold_random(world);
    }
    assert_same(world);
    for (uint64_t as_of = 0; as_of < EVENTS; as_of += 7) {
        for (unsigned table = 0; table < ROW_TABLE_COUNT; table++) {
            for (uint64_t which = 0; which < KEYS; which++) {
                assert_found_alike(world, (enum row_table)table, which, as_of);
            }
            assert_walked_alike(world, (enum row_table)table, (struct bytes){0}, as_of);
        }
    }
}

/* Some commits are lost with the handle: the list goes back to where it was. */
static void what_was_committed_comes_back_and_nothing_else(void **state)
{
    struct world *world = *state;
    size_t count = 0;
    uint64_t events = 0;
    while (world->events < EVENTS) {
        for (uint64_t i = 1 + random_below(&world->random, 30); i > 0; i--) {
            if (world->events < EVENTS) {
                fold_random(world);
            }
        }
        if (random_below(&world->random, 3) > 0) {
            struct digest last = some_digest(world->events);
            must(state_commit(world->state, &last));
            count = world->count;
            events = world->events;
            assert_same(world);
        }
        if (random_below(&world->random, 3) == 0) {
            reopen(world);
            world->count = count;
            world->events = events;
            struct digest last = state_last(world->state), expected = some_digest(events);
            assert_true(events == 0 || digest_equal(&last, &expected));
            assert_same(world);
        }
    }
}

static void a_rebuild_arrives_at_the_same_digest(void **state)
{
    struct world *world = *state;
    while (world->events < EVENTS) {
        fold_random(world);
    }
    struct digest before = state_digest(world->state), last = some_digest(EVENTS);
    must(state_commit(world->state, &last));
    must(state_clear(world->state));
    assert_int_equal(state_size(world->state), 0);
    assert_int_equal(state_versions(world->state), 0);
    for (size_t i = 0; i < world->count; i++) {
        must(put_version(world, &world->versions[i]));
    }
    for (uint64_t n = 0; n < EVENTS; n++) {
        state_advance(world->state, n);
    }
    struct digest after = state_digest(world->state);
    assert_true(digest_equal(&before, &after));
    assert_same(world);
}

static void a_digest_changes_with_whatever_is_put(void **state)
{
    struct world *world = *state;
    const struct version versions[] = {
        {.table = ROW_LOG, .key = "ab", .key_size = 2, .row = "c", .row_size = 1, .n = 1},
        {.table = ROW_LOG, .key = "a", .key_size = 1, .row = "bc", .row_size = 2, .n = 1},
        {.table = ROW_USER, .key = "ab", .key_size = 2, .row = "c", .row_size = 1, .n = 1},
        {.table = ROW_LOG, .key = "ab", .key_size = 2, .row = "c", .row_size = 1, .n = 2},
        {.table = ROW_LOG, .key = "ab", .key_size = 2, .n = 1},
    };
    struct digest digests[5];
    for (size_t i = 0; i < 5; i++) {
        must(state_clear(world->state));
        must(put_version(world, &versions[i]));
        digests[i] = state_digest(world->state);
        for (size_t k = 0; k < i; k++) {
            assert_false(digest_equal(&digests[i], &digests[k]));
        }
    }
}

/* Subjects ------------------------------------------------------------------------------------ */

static struct id subject_at(size_t which)
{
    return (struct id){(enum id_kind)(1 + which % (ID_KIND_COUNT - 1)), which / 3};
}

static void subjects_are_counted_however_many_there_are(void **state)
{
    struct world *world = *state;
    uint64_t *counts = calloc(SUBJECTS, sizeof *counts);
    const struct digest last = {0};
    for (size_t i = 0; i < 4 * SUBJECTS; i++) {
        size_t which = (size_t)random_below(&world->random, 1 + i % SUBJECTS) / 12 * 12;
        uint64_t on_n;
        must(state_count_subject(world->state, subject_at(which), &on_n));
        assert_int_equal(on_n, ++counts[which]);
        if (i % 50000 == 49999) {
            must(state_commit(world->state, &last));
            reopen(world);
        }
    }
    for (size_t which = 0; which < SUBJECTS; which += 12) {
        uint64_t on_n;
        must(state_subject_count(world->state, subject_at(which), &on_n));
        assert_int_equal(on_n, counts[which]);
    }
    free(counts);
}

static void counts_that_were_not_committed_are_forgotten(void **state)
{
    struct world *world = *state;
    const struct digest last = {0};
    const struct id known = {ID_USER, 4}, other = {ID_USER, 5};
    uint64_t on_n;
    must(state_count_subject(world->state, known, &on_n));
    must(state_commit(world->state, &last));
    must(state_count_subject(world->state, known, &on_n));
    must(state_count_subject(world->state, other, &on_n));
    reopen(world);
    must(state_subject_count(world->state, known, &on_n));
    assert_int_equal(on_n, 1);
    must(state_subject_count(world->state, other, &on_n));
    assert_int_equal(on_n, 0);
    must(state_clear(world->state));
    must(state_subject_count(world->state, known, &on_n));
    assert_int_equal(on_n, 0);
}

/* Opening ------------------------------------------------------------------------------------- */

static void fold_and_commit(struct world *world, uint64_t events)
{
    while (world->events < events) {
        fold_random(world);
    }
    struct digest last = some_digest(events);
    must(state_commit(world->state, &last));
    state_close(&world->state);
}

static void a_state_of_another_catalogue_is_emptied(void **state)
{
    struct world *world = *state;
    struct bytes key, row;
    fold_and_commit(world, 50);
    must(open_with(world, "another", UINT64_MAX, false));
    assert_int_equal(state_size(world->state), 0);
    assert_int_equal(state_versions(world->state), 0);
    for (unsigned table = 0; table < ROW_TABLE_COUNT; table++) {
        assert_int_equal(
            state_next(world->state,
                       &(struct state_place){.table = (enum row_table)table, .as_of = UINT64_MAX},
                       &key, &row)
                .code,
            STATUS_NOT_FOUND);
    }
}

static void a_state_ahead_of_its_log_is_emptied(void **state)
{
    struct world *world = *state;
    fold_and_commit(world, 50);
    must(open_with(world, "catalogue", 50, false));
    assert_int_equal(state_size(world->state), 50);
    state_close(&world->state);
    must(open_with(world, "catalogue", 49, false));
    assert_int_equal(state_size(world->state), 0);
}

static void a_reader_does_without_a_stale_state_and_leaves_it(void **state)
{
    struct world *world = *state;
    fold_and_commit(world, 50);
    assert_int_equal(open_with(world, "another", UINT64_MAX, true).code, STATUS_NOT_FOUND);
    assert_int_equal(open_with(world, "catalogue", 49, true).code, STATUS_NOT_FOUND);
    assert_null(world->state);
    must(open_with(world, "catalogue", 50, true));
    assert_same(world);
    assert_int_equal(put_version(world, &world->versions[0]).code, STATUS_READ_ONLY);
    assert_int_equal(state_clear(world->state).code, STATUS_READ_ONLY);
    state_close(&world->state);
    must(open_with(world, "catalogue", 50, false));
    assert_same(world);
}

static void a_key_has_its_limit(void **state)
{
    struct world *world = *state;
    static const uint8_t key[STATE_KEY_MAX + 1];
    struct bytes row, found_key;
    uint64_t made_by;
    must(state_put(world->state, ROW_USER, bytes_of(key, STATE_KEY_MAX), LITERAL("row"), 3));
    must(state_find(world->state, ROW_USER, bytes_of(key, STATE_KEY_MAX), 3, &row, &made_by));
    assert_true(bytes_equal(row, LITERAL("row")));
    must(state_next(world->state,
                    &(struct state_place){
                        .table = ROW_USER, .prefix = bytes_of(key, STATE_KEY_MAX), .as_of = 3},
                    &found_key, &row));
    assert_int_equal(found_key.size, STATE_KEY_MAX);
    assert_int_equal(
        state_put(world->state, ROW_USER, bytes_of(key, sizeof key), LITERAL("row"), 3).code,
        STATUS_LIMIT);
    assert_int_equal(
        state_find(world->state, ROW_USER, bytes_of(key, sizeof key), 3, &row, &made_by).code,
        STATUS_LIMIT);
    assert_int_equal(state_versions(world->state), 1);
}

/* Rows that are looked at before and after they are put, now and as of the last events. */
static void what_was_read_before_a_put_is_not_what_is_read_after_it(void **state)
{
    struct world *world = *state;
    for (unsigned round = 0; round < 600; round++) {
        struct version version;
        uint64_t n = world->events, which = random_below(&world->random, 3);
        put_random(world, n);
        version = world->versions[--world->count];
        version.table = (enum row_table)0;
        make_key(&version, which);
        uint64_t past = n == 0 ? 0 : n - 1 - random_below(&world->random, n < 4 ? n : 4);
        for (unsigned twice = 0; twice < 2; twice++) {
            assert_found_alike(world, version.table, which, past);
            assert_found_alike(world, version.table, which, n);
            assert_found_alike(world, version.table, which, UINT64_MAX);
        }
        world->versions[world->count++] = version;
        must(put_version(world, &version));
        assert_found_alike(world, version.table, which, past);
        assert_found_alike(world, version.table, which, n);
        assert_found_alike(world, version.table, which, UINT64_MAX);
        state_advance(world->state, world->events++);
    }
}

/* The event being folded counts its subject: of these five. */
static void fold_counted(struct world *world, uint64_t counts[static 5])
{
    uint64_t which = random_below(&world->random, 5), on_n;
    must(state_count_subject(world->state, (struct id){ID_USER, which}, &on_n));
    assert_int_equal(on_n, ++counts[which]);
    fold_random(world);
}

static void an_attempt_is_kept_or_undone_as_a_whole(void **state)
{
    struct world *world = *state;
    uint64_t counts[5] = {0};
    for (unsigned round = 0; round < 40; round++) {
        uint64_t before[5], events = world->events;
        size_t count = world->count;
        memcpy(before, counts, sizeof before);
        state_attempt(world->state);
        for (uint64_t i = random_below(&world->random, 12); i > 0; i--) {
            fold_counted(world, counts);
        }
        if (random_below(&world->random, 2) == 0) {
            state_keep(world->state);
        } else {
            must(state_undo(world->state));
            memcpy(counts, before, sizeof counts);
            world->count = count;
            world->events = events;
        }
        for (uint64_t i = 0; i < 5; i++) {
            uint64_t on_n;
            must(state_subject_count(world->state, (struct id){ID_USER, i}, &on_n));
            assert_int_equal(on_n, counts[i]);
        }
        assert_same(world);
        if (round % 10 == 9) {
            struct digest last = {0};
            must(state_commit(world->state, &last));
            reopen(world);
            must(state_check(world->state));
            assert_same(world);
        }
    }
}

#define WITH_STATE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STATE(every_row_is_as_it_was_at_every_event),
        WITH_STATE(what_was_committed_comes_back_and_nothing_else),
        WITH_STATE(a_rebuild_arrives_at_the_same_digest),
        WITH_STATE(a_digest_changes_with_whatever_is_put),
        WITH_STATE(subjects_are_counted_however_many_there_are),
        WITH_STATE(counts_that_were_not_committed_are_forgotten),
        WITH_STATE(a_state_of_another_catalogue_is_emptied),
        WITH_STATE(a_state_ahead_of_its_log_is_emptied),
        WITH_STATE(a_reader_does_without_a_stale_state_and_leaves_it),
        WITH_STATE(a_key_has_its_limit),
        WITH_STATE(what_was_read_before_a_put_is_not_what_is_read_after_it),
        WITH_STATE(an_attempt_is_kept_or_undone_as_a_whole),
    };
    return cmocka_run_group_tests_name("store/state", tests, NULL, NULL);
}
