/*
 * Requirements: who makes them, and what their lives are.
 */
#include "core/project/requirement.h"
#include "tests/core/project/making.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static union command_fields creation(const char *name, uint64_t default_life, uint64_t max_life)
{
    return (union command_fields){.requirement_create = {.name = bytes_of_string(name),
                                                         .has_default_life = default_life != 0,
                                                         .default_life = default_life,
                                                         .has_max_life = max_life != 0,
                                                         .max_life = max_life}};
}

/* SEC-01a: whoever leads projects, too, does not. */
static void requirements_are_made_by_administrators(void **state)
{
    struct world *world = *state;
    struct actor admin = making_admin(world);
    struct id id = making_requirement(world, &admin, "training", 0, 0);
    const union command_fields create = creation("hipaa", 0, 0);
    const union command_fields edit = {.requirement_edit = {.requirement = id}};
    const union command_fields delete = {.requirement_delete = {.requirement = id}};
    for (unsigned role = 0; role < USER_ROLE_ADMIN; role++) {
        const struct actor actor = {.user = {ID_USER, 4}, .role = (enum user_role)role};
        world_refused(world, &actor, COMMAND_REQUIREMENT_CREATE, &create, RULE_SEC_01A);
        world_refused(world, &actor, COMMAND_REQUIREMENT_EDIT, &edit, RULE_SEC_01A);
        world_refused(world, &actor, COMMAND_REQUIREMENT_DELETE, &delete, RULE_SEC_01A);
    }
    (void)world_must(world, &admin, COMMAND_REQUIREMENT_CREATE, &create);
    (void)world_must(world, &admin, COMMAND_REQUIREMENT_EDIT, &edit);
    (void)world_must(world, &admin, COMMAND_REQUIREMENT_DELETE, &delete);
}

/* SEC-01b. */
static void a_default_life_is_not_longer_than_the_longest(void **state)
{
    struct world *world = *state;
    struct actor admin = making_admin(world);
    union command_fields fields = creation("training", 101, 100);
    world_refused(world, &admin, COMMAND_REQUIREMENT_CREATE, &fields, RULE_SEC_01B);
    fields = creation("training", 100, 100);
    struct id id = {ID_REQUIREMENT, world_must(world, &admin, COMMAND_REQUIREMENT_CREATE, &fields)};
    fields = (union command_fields){.requirement_edit = {.requirement = id,
                                                         .has_default_life = true,
                                                         .default_life = 101,
                                                         .has_max_life = true,
                                                         .max_life = 100}};
    world_refused(world, &admin, COMMAND_REQUIREMENT_EDIT, &fields, RULE_SEC_01B);
    fields.requirement_edit.default_life = 100;
    (void)world_must(world, &admin, COMMAND_REQUIREMENT_EDIT, &fields);
    fields.requirement_edit.default_life = 101;
    fields.requirement_edit.has_max_life = false;
    fields.requirement_edit.max_life = 0;
    (void)world_must(world, &admin, COMMAND_REQUIREMENT_EDIT, &fields);
    struct requirement_row row;
    struct view view = world_view(world);
    assert_true(requirement_by_id(&view, id, &row));
    assert_true(row.has_default_life && row.default_life == 101 && !row.has_max_life);
}

/* SEC-01c. */
static void a_name_is_used_once_also_after_the_requirement_is_deleted(void **state)
{
    struct world *world = *state;
    struct actor admin = making_admin(world);
    struct requirement_row row;
    struct id id = making_requirement(world, &admin, "training", 0, 0);
    union command_fields fields = creation("training", 0, 0);
    world_refused(world, &admin, COMMAND_REQUIREMENT_CREATE, &fields, RULE_SEC_01C);
    struct view view = world_view(world);
    assert_true(requirement_by_name(&view, LITERAL("training"), &row));
    assert_true(id_equal(row.requirement, id));
    const union command_fields delete = {.requirement_delete = {.requirement = id}};
    (void)world_must(world, &admin, COMMAND_REQUIREMENT_DELETE, &delete);
    world_refused(world, &admin, COMMAND_REQUIREMENT_CREATE, &fields, RULE_SEC_01C);
    world_refused(world, &admin, COMMAND_REQUIREMENT_DELETE, &delete, RULE_SEC_01C);
    fields = creation("", 0, 0);
    world_refused(world, &admin, COMMAND_REQUIREMENT_CREATE, &fields, RULE_SEC_01C);
    fields = (union command_fields){.requirement_edit = {.requirement = id}};
    world_refused(world, &admin, COMMAND_REQUIREMENT_EDIT, &fields, RULE_SEC_01C);
    view = world_view(world);
    assert_false(requirement_by_name(&view, LITERAL("training"), &row));
    assert_false(requirement_by_id(&view, id, NULL));
    assert_false(requirement_by_id(&view, admin.user, NULL));
    struct view before = world_view_as_of(world, id.n);
    assert_true(requirement_by_id(&before, id, NULL));
}

/* SEC-01c. */
static void a_requirement_of_a_level_is_not_deleted(void **state)
{
    struct world *world = *state;
    struct actor admin = making_admin(world);
    struct id ids[2] = {making_requirement(world, &admin, "one", 0, 0),
                        making_requirement(world, &admin, "two", 0, 0)};
    struct id level = making_level(world, &admin, "both", ids, 2);
    union command_fields delete = {.requirement_delete = {.requirement = ids[1]}};
    world_refused(world, &admin, COMMAND_REQUIREMENT_DELETE, &delete, RULE_SEC_01C);
    const union command_fields edit = {
        .level_edit = {.level = level, .requirements = ids, .requirements_count = 1}};
    (void)world_must(world, &admin, COMMAND_LEVEL_EDIT, &edit);
    (void)world_must(world, &admin, COMMAND_REQUIREMENT_DELETE, &delete);
    delete.requirement_delete.requirement = ids[0];
    world_refused(world, &admin, COMMAND_REQUIREMENT_DELETE, &delete, RULE_SEC_01C);
    const union command_fields delete_level = {.level_delete = {.level = level}};
    (void)world_must(world, &admin, COMMAND_LEVEL_DELETE, &delete_level);
    (void)world_must(world, &admin, COMMAND_REQUIREMENT_DELETE, &delete);
}

static void a_requirement_is_described_in_one_line(void **unused)
{
    (void)unused;
    char memory[256];
    struct text text = TEXT_IN(memory);
    struct requirement_row row = {.name = LITERAL("training")};
    requirement_describe(&row, &text);
    assert_string_equal(text_string(&text), "training");
    text_clear(&text);
    row = (struct requirement_row){.name = LITERAL("training"),
                                   .has_default_life = true,
                                   .default_life = 60,
                                   .has_max_life = true,
                                   .max_life = 90,
                                   .deleted = true};
    requirement_describe(&row, &text);
    assert_string_equal(text_string(&text), "training, for 60 s, at most 90 s (deleted)");
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(requirements_are_made_by_administrators),
        IN_WORLD(a_default_life_is_not_longer_than_the_longest),
        IN_WORLD(a_name_is_used_once_also_after_the_requirement_is_deleted),
        IN_WORLD(a_requirement_of_a_level_is_not_deleted),
        cmocka_unit_test(a_requirement_is_described_in_one_line),
    };
    return cmocka_run_group_tests_name("core/project/requirement", tests, NULL, NULL);
}
