/*
 * People with keys: who may make whom, and what a user is.
 */
#include "core/dispatch.h"
#include "core/identity/user.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct world {
    struct scratch scratch;
    struct engine *engine;
    char key[256]; /* of whoever is to be made */
    uint8_t memory[64 << 10];
    struct arena arena;
    struct status trouble;
};

static int begin(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    struct text key = TEXT_IN(world->key);
    scratch_begin(&world->scratch);
    scratch_store(&world->scratch, KEY_ED25519);
    world->engine = scratch_open(&world->scratch, false);
    public_key_write(secret_key_public(world->scratch.admin_key), &key);
    (void)text_string(&key);
    *state = world;
    return 0;
}

static int end(void **state)
{
    struct world *world = *state;
    scratch_close(&world->engine);
    scratch_end(&world->scratch);
    free(world);
    return 0;
}

static struct view view_of(struct world *world)
{
    world->arena = ARENA_IN(world->memory);
    world->trouble = OK;
    return engine_view(world->engine, UINT64_MAX, &world->arena, &world->trouble);
}

static union command_fields registration(struct world *world, const char *login,
                                         enum user_role role)
{
    return (union command_fields){.user_register = {.login = bytes_of_string(login),
                                                    .key = bytes_of_string(world->key),
                                                    .role = role}};
}

/* What comes of it when somebody of one role makes somebody of another. */
static enum rule registering(struct world *world, enum user_role by, const char *login,
                             enum user_role role)
{
    struct decision decision = {0};
    struct view view = view_of(world);
    union command_fields fields = registration(world, login, role);
    const struct actor actor = {.user = {ID_USER, 4}, .role = by, .login = LITERAL("who")};
    dispatch_decide(COMMAND_USER_REGISTER, &view, &actor, &fields, &decision);
    must(world->trouble);
    assert_int_equal(decision.count, decision.refused == RULE_NONE ? 1 : 0);
    return decision.refused;
}

/* Rules --------------------------------------------------------------------------------------- */

/* Rows are who asks, columns who is to be made: user, sub-administrator, administrator, super. */
static void only_administrators_make_users_up_to_their_own_role(void **state)
{
    /* clang-format off */
    static const enum rule expected[USER_ROLE_COUNT][USER_ROLE_COUNT] = {
        [USER_ROLE_USER]        = {RULE_IDN_02A, RULE_IDN_02A, RULE_IDN_02A, RULE_IDN_02A},
        [USER_ROLE_SUB_ADMIN]   = {RULE_IDN_02A, RULE_IDN_02A, RULE_IDN_02A, RULE_IDN_02A},
        [USER_ROLE_ADMIN]       = {RULE_NONE,    RULE_NONE,    RULE_NONE,    RULE_IDN_02B},
        [USER_ROLE_SUPER_ADMIN] = {RULE_NONE,    RULE_NONE,    RULE_NONE,    RULE_NONE},
    };
    /* clang-format on */
    for (unsigned by = 0; by < USER_ROLE_COUNT; by++) {
        for (unsigned role = 0; role < USER_ROLE_COUNT; role++) {
            assert_int_equal(registering(*state, (enum user_role)by, "ben", (enum user_role)role),
                             expected[by][role]);
        }
    }
}

static void a_login_name_is_used_once(void **state)
{
    struct world *world = *state;
    assert_int_equal(registering(world, USER_ROLE_SUPER_ADMIN, "ada", USER_ROLE_USER),
                     RULE_IDN_01B);
    union command_fields fields = registration(world, "ben", USER_ROLE_USER);
    assert_int_equal(
        scratch_command(&world->scratch, world->engine, COMMAND_USER_REGISTER, &fields).refused,
        RULE_NONE);
    assert_int_equal(registering(world, USER_ROLE_SUPER_ADMIN, "ben", USER_ROLE_USER),
                     RULE_IDN_01B);
    assert_int_equal(registering(world, USER_ROLE_SUPER_ADMIN, "Ben", USER_ROLE_USER), RULE_NONE);
}

static void a_user_has_a_key_that_can_be_read(void **state)
{
    struct world *world = *state;
    for (size_t at = 0; world->key[at] != '\0'; at += 5) {
        world->key[at] = (char)(world->key[at] ^ 1);
        assert_int_equal(registering(world, USER_ROLE_SUPER_ADMIN, "ben", USER_ROLE_USER),
                         RULE_IDN_01A);
        world->key[at] = (char)(world->key[at] ^ 1);
    }
    world->key[0] = '\0';
    assert_int_equal(registering(world, USER_ROLE_SUPER_ADMIN, "ben", USER_ROLE_USER),
                     RULE_IDN_01A);
}

/* Events and rows ------------------------------------------------------------------------------ */

static void a_user_is_found_by_id_and_by_login(void **state)
{
    struct world *world = *state;
    struct user_row by_login, by_id;
    struct view view = view_of(world);
    assert_true(user_by_login(&view, LITERAL("ada"), &by_login));
    assert_true(user_by_id(&view, by_login.user, &by_id));
    assert_true(bytes_equal(by_id.login, LITERAL("ada")));
    assert_int_equal(by_id.role, USER_ROLE_SUPER_ADMIN);
    assert_false(user_by_login(&view, LITERAL("eve"), &by_login));
    assert_false(user_by_id(&view, (struct id){ID_USER, 77}, &by_id));
    assert_false(user_by_id(&view, (struct id){ID_EMITTER, by_id.user.n}, &by_id));
    view.as_of_n = by_id.user.n - 1;
    assert_false(user_by_login(&view, LITERAL("ada"), &by_login));
}

/* Login names are texts of any length: what has happened can always be found again. */
static void a_login_longer_than_a_key_of_the_state_is_kept(void **state)
{
    struct world *world = *state;
    char login[20001];
    struct user_row row;
    memset(login, 'l', sizeof login - 1);
    login[sizeof login - 1] = '\0';
    union command_fields fields = registration(world, login, USER_ROLE_USER);
    assert_int_equal(
        scratch_command(&world->scratch, world->engine, COMMAND_USER_REGISTER, &fields).refused,
        RULE_NONE);
    assert_int_equal(
        scratch_command(&world->scratch, world->engine, COMMAND_USER_REGISTER, &fields).refused,
        RULE_IDN_01B);
    login[sizeof login - 2] = 'm';
    assert_int_equal(registering(world, USER_ROLE_SUPER_ADMIN, login, USER_ROLE_USER), RULE_NONE);
    login[sizeof login - 2] = 'l';
    scratch_close(&world->engine);
    world->engine = scratch_open(&world->scratch, false);
    struct view view = view_of(world);
    assert_true(user_by_login(&view, bytes_of_string(login), &row));
    assert_true(bytes_equal(row.login, bytes_of_string(login)));
}

static void a_description_is_one_line_that_steers_no_terminal(void **unused)
{
    (void)unused;
    char memory[128];
    struct text text = TEXT_IN(memory);
    user_describe(&(struct user_row){.login = LITERAL("b\nn"), .role = USER_ROLE_SUB_ADMIN}, &text);
    assert_string_equal(text_string(&text), "b\\x0an (sub_admin)");
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(only_administrators_make_users_up_to_their_own_role),
        WITH_STORE(a_login_name_is_used_once),
        WITH_STORE(a_user_has_a_key_that_can_be_read),
        WITH_STORE(a_user_is_found_by_id_and_by_login),
        WITH_STORE(a_login_longer_than_a_key_of_the_state_is_kept),
        cmocka_unit_test(a_description_is_one_line_that_steers_no_terminal),
    };
    return cmocka_run_group_tests_name("core/identity/user", tests, NULL, NULL);
}
