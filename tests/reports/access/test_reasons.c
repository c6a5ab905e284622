/*
 * Answers of core/access in words and in JSON.
 */
#include "reports/access/reasons.h"
#include "schema/canonical.h"
#include "tests/core/access/cast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct said {
    char words[REASONS_SIZE], json[REASONS_SIZE], path[PATH_SIZE];
};

static const struct said *say(struct world *world, const struct access *access)
{
    static struct said said;
    struct view view = world_view(world);
    struct text words = TEXT_IN(said.words), json = TEXT_IN(said.json), path = TEXT_IN(said.path);
    const struct access_path way = reasons_path(access);
    reasons_put(&view, access, &words);
    reasons_put_json(access, &json);
    reasons_put_path(&view, &way, &path);
    (void)text_string(&words);
    (void)text_string(&json);
    (void)text_string(&path);
    must(canonical_check(text_bytes(&json)));
    return &said;
}

static void the_path_is_that_by_which_it_is_allowed(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id own = own_file(world, &cast, cast.project);
    struct id in_group = group_file(world, &cast, cast.gwen, NOBODY);
    place_share(world, own, cast.bob, "v", 0);
    struct access access = ask(world, ACCESS_READ, &(struct reader){.user = cast.ann}, own);
    assert_non_null(strstr(say(world, &access)->path, "own, project atlas (project:"));
    access = ask(world, ACCESS_READ, &(struct reader){.user = cast.bob}, own);
    assert_non_null(strstr(say(world, &access)->path, "share with bob (user:"));
    access = ask(world, ACCESS_READ, &(struct reader){.user = cast.gil}, in_group);
    assert_non_null(strstr(say(world, &access)->path, "group "));
    char memory[PATH_SIZE];
    struct text ids = TEXT_IN(memory);
    const struct access_path way = reasons_path(&access);
    reasons_put_path(NULL, &way, &ids);
    assert_int_equal(strncmp(text_string(&ids), "group group:", 12), 0);
    access = ask(world, ACCESS_READ, &(struct reader){.user = cast.eve}, own);
    assert_string_equal(say(world, &access)->path, "");
}

static void words_have_names_and_json_has_ids_alone(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id own = own_file(world, &cast, cast.project);
    struct access access = ask(world, ACCESS_READ, &(struct reader){.user = cast.ann}, own);
    const struct said *said = say(world, &access);
    assert_non_null(strstr(said->words, "member of atlas (project:"));
    assert_non_null(strstr(said->words, "(event "));
    assert_null(strstr(said->json, "atlas"));
    assert_non_null(strstr(said->json, "\"fact\":\"member of\",\"holds\":true"));
    access = ask(world, ACCESS_READ, &(struct reader){.user = cast.eve}, own);
    said = say(world, &access);
    assert_non_null(strstr(said->words, "not member of atlas (project:"));
    assert_non_null(strstr(said->words, rule_sentence(access.rule)));
}

static void a_change_is_told_by_what_is_missing_since_then(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    char memory[512];
    struct text text = TEXT_IN(memory);
    struct id own = own_file(world, &cast, cast.project);
    place_share(world, own, cast.bob, "v", 0);
    const struct reader bob = {.user = cast.bob};
    struct access before = ask(world, ACCESS_READ, &bob, own);
    place_unshare(world, own, cast.bob);
    struct access after = ask(world, ACCESS_READ, &bob, own);
    struct view view = world_view(world);
    reasons_put_change(&view, &before, &after, &text);
    assert_true(before.allowed && !after.allowed);
    assert_int_equal(strncmp(text_string(&text), "not shared with bob", 19), 0);
    text_clear(&text);
    reasons_put_change(&view, &after, &before, &text);
    assert_string_equal(text_string(&text), "");
}

int main(void)
{
#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)
    const struct CMUnitTest tests[] = {
        IN_WORLD(the_path_is_that_by_which_it_is_allowed),
        IN_WORLD(words_have_names_and_json_has_ids_alone),
        IN_WORLD(a_change_is_told_by_what_is_missing_since_then),
    };
    return cmocka_run_group_tests_name("reports/access/reasons", tests, NULL, NULL);
}
