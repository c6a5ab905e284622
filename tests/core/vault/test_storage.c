/*
 * Where chunks are kept, and copies of them.
 */
#include "core/dispatch.h"
#include "core/vault/storage.h"
#include "tests/core/vault/people.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static enum rule rooting(struct world *world, enum user_role role, struct bytes path)
{
    const struct bytes hosts[] = {LITERAL("backend"), LITERAL("host-3")};
    struct person somebody = person_new(world, role);
    union command_fields fields = {
        .vault_storage_set_root = {.path = path, .visible_to = hosts, .visible_to_count = 2}};
    return person_try(world, &somebody, COMMAND_VAULT_STORAGE_SET_ROOT, &fields);
}

static enum rule noting(struct world *world, enum user_role role, bool keys)
{
    struct person somebody = person_new(world, role);
    union command_fields fields = {.vault_backup_record = {.set = LITERAL("weekly"),
                                                           .files = 2,
                                                           .chunks = 9,
                                                           .root = some_digest(7),
                                                           .destination = LITERAL("tape"),
                                                           .keys = keys}};
    return person_try(world, &somebody, COMMAND_VAULT_BACKUP_RECORD, &fields);
}

static void a_super_administrator_says_where_chunks_are_kept(void **state)
{
    struct world *world = *state;
    struct storage_root_row row;
    struct view view = world_view(world);
    assert_false(storage_root(&view, &row));
    for (unsigned role = 0; role < USER_ROLE_COUNT; role++) {
        assert_int_equal(rooting(world, (enum user_role)role, LITERAL("/srv/chunks")),
                         role == USER_ROLE_SUPER_ADMIN ? RULE_NONE : RULE_VLT_04A);
    }
    view = world_view(world);
    assert_true(storage_root(&view, &row));
    assert_true(bytes_equal(row.path, LITERAL("/srv/chunks")));
    assert_int_equal(row.visible_to_count, 2); /* VLT-04b: for whoever compares it with the hosts */
}

static void the_place_of_chunks_is_an_absolute_path(void **state)
{
    struct world *world = *state;
    assert_int_equal(rooting(world, USER_ROLE_SUPER_ADMIN, LITERAL("")), RULE_VLT_04C);
    assert_int_equal(rooting(world, USER_ROLE_SUPER_ADMIN, LITERAL("chunks")), RULE_VLT_04C);
    assert_int_equal(rooting(world, USER_ROLE_SUPER_ADMIN, LITERAL("/")), RULE_NONE);
}

static void a_backup_is_noted_by_an_administrator_and_holds_no_keys(void **state)
{
    struct world *world = *state;
    for (unsigned role = 0; role < USER_ROLE_COUNT; role++) {
        const bool may = role >= USER_ROLE_ADMIN;
        assert_int_equal(noting(world, (enum user_role)role, true),
                         may ? RULE_VLT_15B : RULE_VLT_15C);
        assert_int_equal(noting(world, (enum user_role)role, false),
                         may ? RULE_NONE : RULE_VLT_15C);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(a_super_administrator_says_where_chunks_are_kept),
        IN_WORLD(the_place_of_chunks_is_an_absolute_path),
        IN_WORLD(a_backup_is_noted_by_an_administrator_and_holds_no_keys),
    };
    return cmocka_run_group_tests_name("core/vault/storage", tests, NULL, NULL);
}
