/*
 * Pools: by whom, of one kind, in directories of their own.
 */
#include "core/drive/pool.h"
#include "tests/core/drive/yard.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static union command_fields at(const struct yard *yard, const char *name, const char *path)
{
    return (union command_fields){.pool_define = {.name = bytes_of_string(name),
                                                  .kind = POOL_KIND_IMAGE,
                                                  .path = bytes_of_string(path),
                                                  .hosts = &yard->host,
                                                  .hosts_count = 1}};
}

static enum rule defining(struct yard *yard, const char *name, const char *path)
{
    const union command_fields fields = at(yard, name, path);
    return person_try(yard->world, &yard->root, COMMAND_POOL_DEFINE, &fields);
}

static void a_path_has_named_parts_only(void **state)
{
    static const char *const good[] = {"/p", "/pools/drives", "/a/.b/c..d", "/a b"};
    static const char *const bad[] = {"",     "/",    "p",     "/p/",   "//p",  "/p//q",
                                      "/p/.", "/./p", "/p/..", "/../p", "/p\n", "p/q"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(pool_is_path(bytes_of_string(good[i])));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(pool_is_path(bytes_of_string(bad[i])));
    }
}

/* RULE_DRV_05A, RULE_DRV_01E. */
static void a_super_administrator_defines_a_pool_with_a_name_of_its_own(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    struct person admin = person_new(world, USER_ROLE_ADMIN);
    const union command_fields fields = at(&yard, "images", "/pools/images");
    assert_int_equal(person_try(world, &admin, COMMAND_POOL_DEFINE, &fields), RULE_DRV_05A);
    assert_int_equal(defining(&yard, "drives", "/pools/images"), RULE_DRV_05A);
    assert_int_equal(defining(&yard, "a/b", "/pools/images"), RULE_DRV_01E);
    assert_int_equal(defining(&yard, "images", "/pools/images"), RULE_NONE);
}

/* RULE_DRV_05B. */
static void no_pool_lies_in_another(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    assert_int_equal(defining(&yard, "a", "pools/images"), RULE_DRV_05B);
    assert_int_equal(defining(&yard, "a", "/pools"), RULE_DRV_05B);
    assert_int_equal(defining(&yard, "a", "/pools/drives"), RULE_DRV_05B);
    assert_int_equal(defining(&yard, "a", "/pools/drives/old"), RULE_DRV_05B);
    assert_int_equal(defining(&yard, "a", "/pools/drives2"), RULE_NONE);
}

/* RULE_DRV_05C. */
static void its_hosts_are_known(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id unknown = {ID_HOST, 999999};
    union command_fields fields = at(&yard, "images", "/pools/images");
    fields.pool_define.hosts = &unknown;
    assert_int_equal(person_try(world, &yard.root, COMMAND_POOL_DEFINE, &fields), RULE_DRV_05C);
    fields.pool_define.hosts_count = 0;
    assert_int_equal(person_try(world, &yard.root, COMMAND_POOL_DEFINE, &fields), RULE_DRV_05C);
    struct host_row host = {
        .host = yard.host, .name = LITERAL("h1"), .uri = LITERAL("u"), .removed = true};
    (void)world_put(world, ROW_HOST, &host);
    assert_int_equal(defining(&yard, "images", "/pools/images"), RULE_DRV_05C);
}

static void it_is_ready_when_the_world_says_so(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    struct pool_row row;
    const union command_fields fields = at(&yard, "images", "/pools/images");
    const uint64_t n = person_must(world, &yard.root, COMMAND_POOL_DEFINE, &fields);
    struct view view = world_view(world);
    assert_true(pool_by_name(&view, LITERAL("images"), &row));
    assert_int_equal(row.pool.n, n);
    assert_false(row.ready);
    yard_ended(world, n, true, NULL);
    view = world_view(world);
    assert_true(pool_by_id(&view, row.pool, &row));
    assert_true(row.ready);
    assert_true(pool_is_of(&view, row.pool, POOL_KIND_IMAGE));
    assert_false(pool_is_of(&view, row.pool, POOL_KIND_DRIVE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_has_named_parts_only),
        IN_WORLD(a_super_administrator_defines_a_pool_with_a_name_of_its_own),
        IN_WORLD(no_pool_lies_in_another),
        IN_WORLD(its_hosts_are_known),
        IN_WORLD(it_is_ready_when_the_world_says_so),
    };
    return cmocka_run_group_tests_name("core/drive/pool", tests, NULL, NULL);
}
