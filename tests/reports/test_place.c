/*
 * Where a file or directory is, as people write it.
 */
#include "reports/place.h"
#include "tests/core/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void expect_place(const struct view *view, struct id id, const char *expected)
{
    char memory[4096];
    struct text text = TEXT_IN(memory);
    size_t used = view->arena->used;
    place_put(view, id, &text);
    assert_string_equal(text_string(&text), expected);
    assert_int_equal(view->arena->used, used);
}

static struct id put_dir(struct world *world, const char *name, struct id parent)
{
    struct dir_row row = {.dir = {ID_DIR, world->n},
                          .has_parent = parent.kind != ID_NONE,
                          .parent = parent,
                          .name = bytes_of_string(name),
                          .owner = {ID_USER, 1}};
    world_put(world, ROW_DIR, &row);
    return row.dir;
}

static struct id put_file(struct world *world, const char *name, struct id parent)
{
    struct file_row row = {.file = {ID_FILE, world->n},
                           .has_parent = parent.kind != ID_NONE,
                           .parent = parent,
                           .name = bytes_of_string(name),
                           .owner = {ID_USER, 1}};
    world_put(world, ROW_FILE, &row);
    return row.file;
}

static void a_place_begins_with_the_login_or_the_group(void **state)
{
    struct world *world = *state;
    struct id ann = world_user(world, "ann", USER_ROLE_USER);
    struct id group = {ID_GROUP, world->n};
    world_put(world, ROW_GROUP,
              &(struct group_row){
                  .group = group, .name = LITERAL("genomes"), .owner = ann, .key = LITERAL("k")});
    struct id raw = put_dir(world, "raw", group), deep = put_dir(world, "deep", raw);
    struct id in_group = put_file(world, "a.csv", deep), own = put_file(world, "b.csv", ann);
    struct view view = world_view(world);
    expect_place(&view, in_group, "@genomes/raw/deep/a.csv");
    expect_place(&view, raw, "@genomes/raw");
    expect_place(&view, group, "@genomes");
    expect_place(&view, own, "ann:/b.csv");
    expect_place(&view, ann, "ann:");
}

static void what_is_nowhere_has_its_name_and_what_is_unknown_its_id(void **state)
{
    struct world *world = *state;
    struct id lost = put_file(world, "lost.csv", NOBODY);
    struct id stray = put_file(world, "x", (struct id){ID_GROUP, 88});
    struct view view = world_view(world);
    expect_place(&view, lost, "lost.csv");
    expect_place(&view, (struct id){ID_FILE, 777}, "file:777");
    expect_place(&view, stray, "@group:88/x");
}

static void what_is_too_deep_begins_with_an_ellipsis(void **state)
{
    struct world *world = *state;
    char memory[4096];
    struct text text = TEXT_IN(memory);
    struct id at = world_user(world, "ann", USER_ROLE_USER);
    for (unsigned i = 0; i <= PLACE_DEPTH_MAX; i++) {
        at = put_dir(world, "d", at);
    }
    struct view view = world_view(world);
    place_put(&view, at, &text);
    assert_memory_equal(text_string(&text), "\xe2\x80\xa6/d/d", 7);
}

int main(void)
{
#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)
    const struct CMUnitTest tests[] = {
        IN_WORLD(a_place_begins_with_the_login_or_the_group),
        IN_WORLD(what_is_nowhere_has_its_name_and_what_is_unknown_its_id),
        IN_WORLD(what_is_too_deep_begins_with_an_ellipsis),
    };
    return cmocka_run_group_tests_name("reports/place", tests, NULL, NULL);
}
