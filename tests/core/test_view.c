/*
 * Rows as of every moment, through the struct of their table.
 */
#include "core/evolution.h"
#include "store/state.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct state *open_state(struct scratch *scratch)
{
    char path[400];
    struct state *state = NULL;
    scratch_begin(scratch);
    snprintf(path, sizeof path, "%s/state", scratch->directory);
    must(state_open(&(struct state_options){.directory = path, .fingerprint = "test"}, &state));
    return state;
}

static void put_role(struct state *state, uint64_t n, enum user_role role)
{
    uint8_t memory[8192];
    struct arena arena = ARENA_IN(memory);
    struct evolution evolution = {.state = state, .n = n, .arena = &arena};
    evolution_put(
        &evolution, ROW_USER,
        &(struct user_row){
            .user = {ID_USER, 3}, .login = LITERAL("ren"), .key = LITERAL("key"), .role = role});
    assert_false(failed(evolution.status));
}

static bool role_as_of(struct state *state, uint64_t as_of_n, enum user_role *role,
                       uint64_t *made_by)
{
    uint8_t memory[8192];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct view view = {.state = state, .as_of_n = as_of_n, .arena = &arena, .trouble = &trouble};
    struct user_row row = {.user = {ID_USER, 3}};
    bool found = view_find_made_by(&view, ROW_USER, &row, made_by);
    *role = row.role;
    assert_false(failed(trouble));
    return found;
}

static void a_row_is_what_it_was_at_each_moment(void **unused)
{
    (void)unused;
    struct scratch scratch;
    enum user_role role;
    uint64_t made_by;
    struct state *state = open_state(&scratch);
    put_role(state, 5, USER_ROLE_USER);
    put_role(state, 9, USER_ROLE_ADMIN);
    assert_false(role_as_of(state, 4, &role, &made_by));
    for (uint64_t n = 5; n < 12; n++) {
        assert_true(role_as_of(state, n, &role, &made_by));
        assert_int_equal(role, n < 9 ? USER_ROLE_USER : USER_ROLE_ADMIN);
        assert_int_equal(made_by, n < 9 ? 5 : 9);
    }
    state_close(&state);
    scratch_end(&scratch);
}

static void a_key_that_is_too_long_is_kept_all_the_same(void **unused)
{
    (void)unused;
    static char name[3000];
    static uint8_t memory[65536];
    struct arena arena = ARENA_IN(memory);
    struct scratch scratch;
    struct status trouble = OK;
    struct state *state = open_state(&scratch);
    struct evolution evolution = {.state = state, .n = 7, .arena = &arena};
    memset(name, 'n', sizeof name);
    struct login_row row = {.login = bytes_of(name, sizeof name), .user = {ID_USER, 3}};
    evolution_put(&evolution, ROW_LOGIN, &row);
    assert_false(failed(evolution.status));
    struct view view = {
        .state = state, .as_of_n = UINT64_MAX, .arena = &arena, .trouble = &trouble};
    struct login_row found = {.login = row.login};
    assert_true(view_find(&view, ROW_LOGIN, &found));
    assert_int_equal(found.user.n, 3);
    name[sizeof name - 1] = 'm';
    found = (struct login_row){.login = row.login};
    assert_false(view_find(&view, ROW_LOGIN, &found));
    state_close(&state);
    scratch_end(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_what_it_was_at_each_moment),
        cmocka_unit_test(a_key_that_is_too_long_is_kept_all_the_same),
    };
    return cmocka_run_group_tests_name("core/view", tests, NULL, NULL);
}
