/*
 * Security levels: who makes them, and what they mean at which moment.
 */
#include "core/project/certification.h"
#include "core/project/level.h"
#include "tests/core/project/making.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static union command_fields creation(const char *name, const struct id *requirements, size_t count)
{
    return (union command_fields){.level_create = {.name = bytes_of_string(name),
                                                   .requirements = requirements,
                                                   .requirements_count = count}};
}

static union command_fields edition(struct id level, const struct id *requirements, size_t count)
{
    return (union command_fields){
        .level_edit = {.level = level, .requirements = requirements, .requirements_count = count}};
}

/* SEC-01a. */
static void levels_are_made_by_administrators(void **state)
{
    struct world *world = *state;
    struct actor admin = making_admin(world);
    struct id level = making_level(world, &admin, "one", NULL, 0);
    const union command_fields create = creation("two", NULL, 0);
    const union command_fields edit = edition(level, NULL, 0);
    const union command_fields delete = {.level_delete = {.level = level}};
    for (unsigned role = 0; role < USER_ROLE_ADMIN; role++) {
        const struct actor actor = {.user = {ID_USER, 4}, .role = (enum user_role)role};
        world_refused(world, &actor, COMMAND_LEVEL_CREATE, &create, RULE_SEC_01A);
        world_refused(world, &actor, COMMAND_LEVEL_EDIT, &edit, RULE_SEC_01A);
        world_refused(world, &actor, COMMAND_LEVEL_DELETE, &delete, RULE_SEC_01A);
    }
    (void)world_must(world, &admin, COMMAND_LEVEL_CREATE, &create);
    (void)world_must(world, &admin, COMMAND_LEVEL_EDIT, &edit);
    (void)world_must(world, &admin, COMMAND_LEVEL_DELETE, &delete);
}

/* SEC-01c. */
static void a_level_has_a_name_of_its_own_and_known_requirements(void **state)
{
    struct world *world = *state;
    struct actor admin = making_admin(world);
    struct level_row row;
    const struct id unknown = {ID_REQUIREMENT, 9999};
    struct id level = making_level(world, &admin, "one", NULL, 0);
    union command_fields fields = creation("one", NULL, 0);
    world_refused(world, &admin, COMMAND_LEVEL_CREATE, &fields, RULE_SEC_01C);
    fields = creation("", NULL, 0);
    world_refused(world, &admin, COMMAND_LEVEL_CREATE, &fields, RULE_SEC_01C);
    fields = creation("two", &unknown, 1);
    world_refused(world, &admin, COMMAND_LEVEL_CREATE, &fields, RULE_SEC_01C);
    fields = edition(level, &unknown, 1);
    world_refused(world, &admin, COMMAND_LEVEL_EDIT, &fields, RULE_SEC_01C);
    struct view view = world_view(world);
    assert_true(level_by_name(&view, LITERAL("one"), &row));
    assert_true(id_equal(row.level, level));
    assert_false(level_by_id(&view, admin.user, NULL));
    fields = (union command_fields){.level_delete = {.level = level}};
    (void)world_must(world, &admin, COMMAND_LEVEL_DELETE, &fields);
    world_refused(world, &admin, COMMAND_LEVEL_DELETE, &fields, RULE_SEC_01C);
    fields = edition(level, NULL, 0);
    world_refused(world, &admin, COMMAND_LEVEL_EDIT, &fields, RULE_SEC_01C);
    view = world_view(world);
    assert_false(level_by_name(&view, LITERAL("one"), &row));
}

/* SEC-02b. */
static void a_level_asks_for_64_requirements_at_most_each_once(void **state)
{
    struct world *world = *state;
    struct actor admin = making_admin(world);
    struct id ids[REQUIREMENTS_MAX + 1];
    for (size_t i = 0; i <= REQUIREMENTS_MAX; i++) {
        char name[16];
        snprintf(name, sizeof name, "r%zu", i);
        ids[i] = making_requirement(world, &admin, name, 0, 0);
    }
    union command_fields fields = creation("all", ids, REQUIREMENTS_MAX + 1);
    world_refused(world, &admin, COMMAND_LEVEL_CREATE, &fields, RULE_SEC_02B);
    struct id level = making_level(world, &admin, "all", ids, REQUIREMENTS_MAX);
    const struct id twice[2] = {ids[0], ids[0]};
    fields = edition(level, twice, 2);
    world_refused(world, &admin, COMMAND_LEVEL_EDIT, &fields, RULE_SEC_02B);
    fields = edition(level, ids, REQUIREMENTS_MAX + 1);
    world_refused(world, &admin, COMMAND_LEVEL_EDIT, &fields, RULE_SEC_02B);
}

/* SEC-01c. */
static void a_level_in_use_is_not_deleted(void **state)
{
    struct world *world = *state;
    struct actor admin = making_admin(world);
    struct id level = making_level(world, &admin, "one", NULL, 0);
    struct id project = making_project(world, &admin, "atlas", NOBODY);
    const union command_fields fields = {.level_delete = {.level = level}};
    making_set_level(world, &admin, project, level);
    world_refused(world, &admin, COMMAND_LEVEL_DELETE, &fields, RULE_SEC_01C);
    making_set_level(world, &admin, project, NOBODY);
    (void)world_must(world, &admin, COMMAND_LEVEL_DELETE, &fields);
}

/* SEC-02: what the level meant at t. */
static void each_version_keeps_its_meaning(void **state)
{
    struct world *world = *state;
    struct actor admin = making_admin(world);
    struct id ids[2] = {making_requirement(world, &admin, "one", 0, 0),
                        making_requirement(world, &admin, "two", 0, 0)};
    struct id level = making_level(world, &admin, "level", ids, 1);
    const union command_fields fields = edition(level, ids, 2);
    const uint64_t edited = world_must(world, &admin, COMMAND_LEVEL_EDIT, &fields);
    struct level_row row;
    struct view before = world_view_as_of(world, edited - 1);
    assert_true(level_by_id(&before, level, &row));
    assert_int_equal(row.version, 1);
    assert_int_equal(row.requirements_count, 1);
    struct view after = world_view(world);
    assert_true(level_by_id(&after, level, &row));
    assert_int_equal(row.version, 2);
    assert_int_equal(row.requirements_count, 2);
    assert_true(id_equal(row.requirements[1], ids[1]));
}

static void a_level_is_described_in_one_line(void **unused)
{
    (void)unused;
    char memory[256];
    struct text text = TEXT_IN(memory);
    const struct id ids[2] = {{ID_REQUIREMENT, 3}, {ID_REQUIREMENT, 4}};
    struct level_row row = {
        .name = LITERAL("one"), .version = 2, .requirements = ids, .requirements_count = 2};
    level_describe(&row, &text);
    assert_string_equal(text_string(&text), "one, version 2: requirement:3 requirement:4");
    text_clear(&text);
    row = (struct level_row){.name = LITERAL("one"), .version = 1, .deleted = true};
    level_describe(&row, &text);
    assert_string_equal(text_string(&text), "one, version 1: nothing (deleted)");
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(levels_are_made_by_administrators),
        IN_WORLD(a_level_has_a_name_of_its_own_and_known_requirements),
        IN_WORLD(a_level_asks_for_64_requirements_at_most_each_once),
        IN_WORLD(a_level_in_use_is_not_deleted),
        IN_WORLD(each_version_keeps_its_meaning),
        cmocka_unit_test(a_level_is_described_in_one_line),
    };
    return cmocka_run_group_tests_name("core/project/level", tests, NULL, NULL);
}
