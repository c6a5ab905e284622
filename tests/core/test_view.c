/*
 * The state as a decision sees it: as of any event, and what happens when it cannot be read.
 */
#include "core/evolution.h"
#include "core/view.h"
#include "store/state.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    MEMORY = 512 << 10
};

struct world {
    struct scratch scratch;
    struct state *state;
    _Alignas(8) uint8_t memory[MEMORY];
    struct arena arena;
    struct status trouble;
};

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
    world->arena = ARENA_IN(world->memory);
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

static struct view view_at(struct world *world, uint64_t as_of_n)
{
    arena_reset(&world->arena);
    world->trouble = OK;
    return (struct view){.state = world->state,
                         .as_of_n = as_of_n,
                         .arena = &world->arena,
                         .trouble = &world->trouble};
}

static void put(struct world *world, enum row_table table, const void *row, uint64_t n)
{
    struct evolution evolution = {.state = world->state, .n = n, .arena = &world->arena};
    evolution_put(&evolution, table, row);
    must(evolution.status);
}

static struct emitter_row emitter(const char *name, const char *about)
{
    return (struct emitter_row){.name = bytes_of_string(name),
                                .emitter = {ID_EMITTER, 3},
                                .key = LITERAL("a key"),
                                .class = EMITTER_CLASS_OUTSIDE,
                                .about = bytes_of_string(about)};
}

static void a_row_is_found_as_it_was_at_an_event(void **state)
{
    struct world *world = *state;
    for (uint64_t n = 10; n < 40; n += 10) {
        char about[16];
        snprintf(about, sizeof about, "at %u", (unsigned)n);
        struct emitter_row row = emitter("door", about);
        put(world, ROW_EMITTER, &row, n);
    }
    for (uint64_t as_of = 0; as_of < 50; as_of++) {
        struct view view = view_at(world, as_of);
        struct emitter_row row = {.name = LITERAL("door")};
        uint64_t made_by = 0;
        bool found = view_find_made_by(&view, ROW_EMITTER, &row, &made_by);
        assert_int_equal(found, as_of >= 10);
        must(world->trouble);
        if (found) {
            char about[16];
            uint64_t expected = as_of / 10 * 10 > 30 ? 30 : as_of / 10 * 10;
            snprintf(about, sizeof about, "at %u", (unsigned)expected);
            assert_true(bytes_equal(row.about, bytes_of_string(about)));
            assert_int_equal(made_by, expected);
        }
    }
}

static void a_row_that_is_not_there_leaves_the_question_as_it_was(void **state)
{
    struct world *world = *state;
    struct view view = view_at(world, UINT64_MAX);
    struct emitter_row row = {.name = LITERAL("door"), .about = LITERAL("mine")};
    assert_false(view_find(&view, ROW_EMITTER, &row));
    assert_true(bytes_equal(row.about, LITERAL("mine")));
    must(world->trouble);
}

static void rows_are_counted_as_of_an_event_and_as_far_as_asked(void **state)
{
    struct world *world = *state;
    for (uint64_t n = 1; n <= 20; n++) {
        char name[16];
        snprintf(name, sizeof name, "e%u", (unsigned)n % 10); /* each one twice */
        struct emitter_row row = emitter(name, "of many");
        put(world, ROW_EMITTER, &row, n);
    }
    for (uint64_t as_of = 0; as_of <= 20; as_of++) {
        struct view view = view_at(world, as_of);
        uint64_t expected = as_of < 10 ? as_of : 10;
        assert_int_equal(view_count(&view, ROW_EMITTER, UINT64_MAX), expected);
        assert_int_equal(view_count(&view, ROW_EMITTER, 4), expected < 4 ? expected : 4);
        assert_int_equal(view_count(&view, ROW_USER, UINT64_MAX), 0);
        must(world->trouble);
    }
}

static void what_was_found_lives_in_the_arena(void **state)
{
    struct world *world = *state;
    struct emitter_row row = emitter("door", "first"), found = {.name = LITERAL("door")};
    put(world, ROW_EMITTER, &row, 1);
    struct view view = view_at(world, UINT64_MAX);
    assert_true(view_find(&view, ROW_EMITTER, &found));
    const uint8_t *data = found.about.data;
    assert_true(data >= world->memory && data < world->memory + MEMORY);
    row = emitter("door", "again");
    put(world, ROW_EMITTER, &row, 2);
    assert_true(bytes_equal(found.about, LITERAL("first")));
}

/* Trouble ------------------------------------------------------------------------------------- */

static void without_memory_nothing_is_found_and_there_is_trouble(void **state)
{
    struct world *world = *state;
    struct emitter_row row = emitter("door", "first"), found = {.name = LITERAL("door")};
    put(world, ROW_EMITTER, &row, 1);
    struct view view = view_at(world, UINT64_MAX);
    world->arena.used = world->arena.capacity - 16;
    assert_false(view_find(&view, ROW_EMITTER, &found));
    assert_int_equal(world->trouble.code, STATUS_NO_MEMORY);
    assert_true(bytes_equal(found.name, LITERAL("door")));
}

static void the_first_trouble_is_the_one_that_is_told(void **state)
{
    struct world *world = *state;
    struct emitter_row row = emitter("door", "first"), found = {.name = LITERAL("door")};
    put(world, ROW_EMITTER, &row, 1);
    struct view view = view_at(world, UINT64_MAX);
    world->trouble = FAIL(IO, 5);
    world->arena.used = world->arena.capacity;
    assert_false(view_find(&view, ROW_EMITTER, &found));
    assert_int_equal(world->trouble.code, STATUS_IO);
}

static void a_row_that_is_none_of_its_table_is_trouble(void **state)
{
    struct world *world = *state;
    char memory[STATE_KEY_MAX + 1];
    struct text key = TEXT_IN(memory);
    struct emitter_row row = {.name = LITERAL("door")};
    row_key(ROW_EMITTER, &row, &key);
    must(state_put(world->state, ROW_EMITTER, text_bytes(&key), LITERAL("{\"name\":7}"), 1));
    struct view view = view_at(world, UINT64_MAX);
    assert_false(view_find(&view, ROW_EMITTER, &row));
    assert_true(failed(world->trouble));
}

/* Keys ---------------------------------------------------------------------------------------- */

/* A name of this many bytes, the last of them `end`. */
static struct bytes long_name(struct arena *arena, size_t size, char end)
{
    char *name = arena_take(arena, size);
    assert_non_null(name);
    memset(name, 'n', size - 1);
    name[size - 1] = end;
    return bytes_of(name, size);
}

static void a_key_of_any_length_is_its_own(void **state)
{
    struct world *world = *state;
    for (size_t size = STATE_KEY_MAX - 3; size < STATE_KEY_MAX + 3; size++) {
        for (int last = 'a'; last <= 'b'; last++) {
            arena_reset(&world->arena);
            struct login_row row = {.login = long_name(&world->arena, size, (char)last),
                                    .user = {ID_USER, 2 * size + (uint64_t)(last == 'b')}};
            put(world, ROW_LOGIN, &row, 1);
        }
    }
    for (size_t size = STATE_KEY_MAX - 3; size < STATE_KEY_MAX + 3; size++) {
        for (int last = 'a'; last <= 'c'; last++) {
            struct view view = view_at(world, UINT64_MAX);
            struct login_row row = {.login = long_name(&world->arena, size, (char)last)};
            assert_int_equal(view_find(&view, ROW_LOGIN, &row), last < 'c');
            must(world->trouble);
            assert_true(last == 'c' || row.user.n == 2 * size + (uint64_t)(last == 'b'));
        }
    }
}

static void a_key_takes_no_memory_for_good(void **state)
{
    struct world *world = *state;
    char memory[STATE_KEY_MAX + 1];
    struct text key = TEXT_IN(memory);
    struct login_row row = {.login = long_name(&world->arena, 100000, 'a')};
    size_t used = world->arena.used;
    must(view_key(ROW_LOGIN, &row, &world->arena, &key));
    assert_int_equal(key.size, STATE_KEY_MAX);
    assert_int_equal(world->arena.used, used);
    world->arena.used = world->arena.capacity - 1000;
    text_clear(&key);
    assert_int_equal(view_key(ROW_LOGIN, &row, &world->arena, &key).code, STATUS_NO_MEMORY);
    assert_false(world->arena.full);
}

static void what_is_left_of_an_arena_is_all_of_it(void **unused)
{
    (void)unused;
    _Alignas(8) uint8_t memory[64];
    for (size_t used = 0; used <= sizeof memory; used++) {
        struct arena arena = ARENA_IN(memory);
        arena.used = used;
        struct text rest = view_rest(&arena);
        assert_int_equal(rest.capacity, (sizeof memory - used) / 8 * 8);
        assert_false(arena.full);
        assert_null(arena_take(&arena, 1));
    }
    struct arena full = {.memory = memory, .capacity = sizeof memory, .full = true};
    struct text rest = view_rest(&full);
    text_put_char(&rest, 'x');
    assert_true(rest.full);
}

/* Looks --------------------------------------------------------------------------------------- */

struct looks {
    struct view_look looks[8];
    size_t count;
    uint64_t logins; /* rows of users among them */
};

static void note_look(void *context, const struct view_look *look)
{
    struct looks *looks = context;
    assert_true(looks->count < 8);
    looks->looks[looks->count++] = *look;
    looks->logins += look->row != NULL ? 1 : 0;
}

static void whoever_watches_is_told_of_each_look_and_what_it_found(void **state)
{
    struct world *world = *state;
    struct looks looks = {0};
    const struct view_watcher watcher = {.look = note_look, .context = &looks};
    put(world, ROW_USER, &(struct user_row){.user = {ID_USER, 7}, .login = LITERAL("ann")}, 7);
    struct view view = view_at(world, 9);
    struct user_row row = {.user = {ID_USER, 7}}, absent = {.user = {ID_USER, 8}};
    view.watcher = &watcher;
    struct view copy = view;
    copy.as_of_n = 3;
    assert_true(view_find(&view, ROW_USER, &row));
    assert_false(view_find(&copy, ROW_USER, &row));
    assert_false(view_find(&view, ROW_USER, &absent));
    struct view_walk walk = view_walk_of(&view, ROW_USER, &row, 0);
    assert_true(view_walk_next(&walk, &row));
    assert_false(view_walk_next(&walk, &row));
    assert_int_equal(view_count(&view, ROW_USER, 9), 1);
    static const enum view_look_kind kinds[] = {VIEW_LOOK_ROW,  VIEW_LOOK_ROW,  VIEW_LOOK_ROW,
                                                VIEW_LOOK_ROWS, VIEW_LOOK_NEXT, VIEW_LOOK_ROWS};
    assert_int_equal(looks.count, 6);
    for (size_t i = 0; i < looks.count; i++) {
        assert_int_equal(looks.looks[i].kind, kinds[i]);
        assert_int_equal(looks.looks[i].table, ROW_USER);
        assert_int_equal(looks.looks[i].as_of_n, i == 1 ? 3 : 9);
    }
    assert_int_equal(looks.logins, 2);
}

#define WITH_STATE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STATE(a_row_is_found_as_it_was_at_an_event),
        WITH_STATE(a_row_that_is_not_there_leaves_the_question_as_it_was),
        WITH_STATE(rows_are_counted_as_of_an_event_and_as_far_as_asked),
        WITH_STATE(what_was_found_lives_in_the_arena),
        WITH_STATE(without_memory_nothing_is_found_and_there_is_trouble),
        WITH_STATE(the_first_trouble_is_the_one_that_is_told),
        WITH_STATE(a_row_that_is_none_of_its_table_is_trouble),
        WITH_STATE(a_key_of_any_length_is_its_own),
        WITH_STATE(a_key_takes_no_memory_for_good),
        WITH_STATE(whoever_watches_is_told_of_each_look_and_what_it_found),
        cmocka_unit_test(what_is_left_of_an_arena_is_all_of_it),
    };
    return cmocka_run_group_tests_name("core/view", tests, NULL, NULL);
}
