/*
 * The generator refuses a catalogue that is wrong, says where and why, and then writes nothing.
 *
 * Runs GENERATOR on the files in CATALOGUES; both come from CMakeLists.txt.
 */
#include "tests/schema/random_record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    OUTPUT_MAX = 1 << 20, /* bytes of one file */
    MUTATIONS = 600,
};

/* What each bad catalogue is told. */
static const struct {
    const char *file, *complaint;
} bad[] = {
    {"about_of_two_lines.json",
     "about_of_two_lines.json: events.stone.found: the sentence about it is one line\n"},
    {"about_that_ends_a_comment.json",
     "about_that_ends_a_comment.json: events.stone.found: the sentence about it has characters "
     "that mean something in C\n"},
    {"command_name.json", "command_name.json: commands.cut: a name is like noun.verb\n"},
    {"command_named_as_an_event.json",
     "command_named_as_an_event.json: events.stone.found: the name stone_found in C is taken by "
     "commands.stone.found of command_named_as_an_event.json\n"},
    {"command_without_fields.json",
     "command_without_fields.json: commands.stone.cut: the object \"fields\" is missing\n"},
    {"command_without_refusal.json", "command_without_refusal.json: commands.stone.cut: there is "
                                     "no event stone.denied for its refusal\n"},
    {"context_name.json", "context_name.json: context: a name is [a-z][a-z0-9_]*\n"},
    {"enum_named_as_a_type.json",
     "enum_named_as_a_type.json: enums.text: this name is a word of the catalogue itself\n"},
    {"enum_value.json", "enum_value.json: enums.colour: a value's name is [a-z][a-z0-9_]*\n"},
    {"enum_value_count.json", "enum_value_count.json: enums.colour: the name COLOUR_COUNT in C is "
                              "taken by enums.colour of enum_value_count.json\n"},
    {"enum_value_repeated.json",
     "enum_value_repeated.json: enums.colour: the value \"red\" is repeated\n"},
    {"enum_without_values.json",
     "enum_without_values.json: enums.colour: an enum is an array of 1 to 64 names\n"},
    {"event_name.json", "event_name.json: events.stone.Found: a name is like noun.verb\n"},
    {"event_name_of_four_parts.json",
     "event_name_of_four_parts.json: events.stone.a.b.c: a name is like noun.verb\n"},
    {"event_name_too_long.json",
     "event_name_too_long.json: events.stone.found_found_found_found_found_found_found_x: the name "
     "is longer than 48 characters\n"},
    {"event_names_alike.json", "event_names_alike.json: events.stone.a.b: the name EVENT_STONE_A_B "
                               "in C is taken by events.stone.a_b of event_names_alike.json\n"
                               "event_names_alike.json: events.stone.a.b: the name stone_a_b in C "
                               "is taken by events.stone.a_b of event_names_alike.json\n"},
    {"field_in_the_way_of_list.json", "field_in_the_way_of_list.json: commands.stone.cut: the "
                                      "field \"notes_count\" is in the way of \"notes\"\n"},
    {"field_in_the_way_of_optional.json", "field_in_the_way_of_optional.json: commands.stone.cut: "
                                          "the field \"has_note\" is in the way of \"note\"\n"},
    {"field_keyword.json", "field_keyword.json: commands.stone.cut.default: a field's name is "
                           "[a-z][a-z0-9_]* and no keyword of C\n"},
    {"field_name.json", "field_name.json: commands.stone.cut.Other: a field's name is "
                        "[a-z][a-z0-9_]* and no keyword of C\n"},
    {"id_name.json", "id_name.json: ids.Rock: a name is [a-z][a-z0-9_]*\n"},
    {"id_never_created.json",
     "id_never_created.json: ids.rock: no event creates this id (\"on\": [\"rock:new\"])\n"},
    {"id_taken.json", "id_taken.json: ids.none: this name is a word of the catalogue itself\n"},
    {"key_bytes.json", "key_bytes.json: rows.stone: the key \"raw\" may not be bytes\n"},
    {"key_list.json", "key_list.json: rows.stone: the key \"notes\" may not be list text\n"},
    {"key_no_field.json",
     "key_no_field.json: rows.stone: the key \"weight\" is no field and no id\n"},
    {"key_optional.json", "key_optional.json: rows.stone: the key \"note\" may not be text?\n"},
    {"key_repeated.json", "key_repeated.json: rows.stone: the key \"stone\" is repeated\n"},
    {"list_of_lists.json",
     "list_of_lists.json: commands.stone.cut.other: there is no type \"list list text\"\n"},
    {"name_of_the_generator.json", "name_of_the_generator.json: commands.event.body: the name "
                                   "event_body in C is taken by event_body of the generator\n"},
    {"no_about.json", "no_about.json: the file: a sentence about it is missing\n"},
    {"no_about_of_event.json",
     "no_about_of_event.json: events.stone.found: a sentence about it is missing\n"},
    {"no_commands.json", "the catalogue: all files: there are no events, no commands or no rows\n"},
    {"no_context.json", "no_context.json: context: a name is [a-z][a-z0-9_]*\n"},
    {"no_json.json", "no_json.json: line 2, column 15: invalid token near 'oops'\n"},
    {"no_object.json", "no_object.json: the file: this is an object\n"
                       "no_object.json: the file: a sentence about it is missing\n"
                       "no_object.json: context: a name is [a-z][a-z0-9_]*\n"},
    {"no_sentence_of_rule.json",
     "no_sentence_of_rule.json: rules.STN-01a: a sentence about it is missing\n"},
    {"on_nothing.json",
     "on_nothing.json: events.stone.found: \"on\" is an array of 1 to 8 kinds of ids\n"},
    {"on_second_new.json",
     "on_second_new.json: events.stone.denied: \"on\": there is no id \"stone:new\"\n"},
    {"on_too_much.json",
     "on_too_much.json: events.stone.denied: \"on\" is an array of 1 to 8 kinds of ids\n"},
    {"on_unknown_id.json",
     "on_unknown_id.json: events.stone.denied: \"on\": there is no id \"rock\"\n"},
    {"outside_no_boolean.json",
     "outside_no_boolean.json: events.stone.found: \"outside\" is true, false or a class of "
     "emitters\n"},
    {"bulk_some.json", "bulk_some.json: commands.stone.cut: \"bulk\" can only be \"all\"\n"},
    {"row_name.json", "row_name.json: rows.a.b: a name is [a-z][a-z0-9_]*\n"},
    {"row_never_written.json", "row_never_written.json: rows.rock: no event writes this row\n"},
    {"row_without_key.json",
     "row_without_key.json: rows.stone: \"key\" is an array of 1 to 8 names\n"},
    {"rule_id.json", "rule_id.json: rules.STONE-1: a rule's id is like AUD-14b\n"},
    {"same_member_twice.json",
     "same_member_twice.json: line 3, column 38: duplicate object key near '\"stone\"'\n"},
    {"section_no_object.json", "section_no_object.json: events: this is an object\n"},
    {"too_many_fields.json",
     "too_many_fields.json: commands.stone.cut.f32: there are more than 32 fields\n"},
    {"twice_optional.json",
     "twice_optional.json: commands.stone.cut.other: there is no type \"text??\"\n"},
    {"type_no_string.json",
     "type_no_string.json: commands.stone.cut.other: there is no type \"\"\n"},
    {"unknown_id_type.json",
     "unknown_id_type.json: commands.stone.cut.other: there is no type \"id rock\"\n"},
    {"unknown_member.json", "unknown_member.json: the file: unknown member \"colours\"\n"},
    {"unknown_member_of_command.json",
     "unknown_member_of_command.json: commands.stone.cut: unknown member \"on\"\n"},
    {"unknown_member_of_event.json",
     "unknown_member_of_event.json: events.stone.found: unknown member \"write\"\n"},
    {"unknown_member_of_row.json",
     "unknown_member_of_row.json: rows.stone: unknown member \"keys\"\n"},
    {"unknown_type.json",
     "unknown_type.json: events.stone.found.colour: there is no type \"paint\"\n"},
    {"version_unsaid.json", "version_unsaid.json: events.stone.found.v2: \"v\" counts the versions "
                            "of a kind from 1, in order; this one is 2\n"},
    {"version_without_first.json", "version_without_first.json: events.stone.found: \"v\" counts "
                                   "the versions of a kind from 1, in order; this one is 1\n"},
    {"versions_out_of_order.json",
     "versions_out_of_order.json: events.stone.found.v2: \"v\" counts the versions of a kind from "
     "1, in order; this one is 2\n"},
    {"writes_no_array.json",
     "writes_no_array.json: events.stone.found: \"writes\" is an array of 1 to 16 rows\n"},
    {"writes_unknown_row.json",
     "writes_unknown_row.json: events.stone.found: \"writes\": there is no row \"rock\"\n"},
};

/* The mapping to OCSF: a good one with one thing wrong, and what is said of it. */
#define MAPPING(classes, kinds)                                                                \
    "{\"ocsf\":\"1.8.0\",\"severity\":{\"denied\":\"medium\",\"failed\":\"low\"},\"classes\":" \
    "{" classes "},\"kinds\":{" kinds "}}"
#define ENTITY(uid, fields)                                                                    \
    "\"entity\":{\"uid\":" uid ",\"name\":\"Entity\",\"category_uid\":3,\"category\":\"IAM\"," \
    "\"activities\":{\"Create\":1},\"fields\":{" fields "}}"
#define LINE(pattern) "\"" pattern "\":{\"class\":\"entity\",\"activity\":\"Create\"}"

static const struct {
    const char *text, *complaint;
} bad_mappings[] = {
    {MAPPING(ENTITY("3004", ""), LINE("*.found")),
     "map.json: kinds: no line is for the event stone.denied (base_event is for what is nowhere "
     "else)\n"},
    {MAPPING(ENTITY("3004", ""), LINE("*") "," LINE("rock.found")),
     "map.json: kinds.rock.found: there is no such event\n"},
    {MAPPING(ENTITY("-1", ""), LINE("*")),
     "map.json: classes.entity: a class has a uid, a name, a category with its uid, activities and "
     "fields\n"},
    {MAPPING(ENTITY("3004", "\"a.b\":\"on:rock\""), LINE("*")),
     "map.json: classes.entity.a.b: there is no source \"on:rock\"\n"},
    {MAPPING(ENTITY("3004", "\"a..b\":\"on\""), LINE("*")),
     "map.json: classes.entity.a..b: a path is of names with points between them\n"},
    {MAPPING(ENTITY("3004", "\"a\":\" | \""), LINE("*")),
     "map.json: classes.entity.a: an attribute has 1 to 8 sources\n"},
    {MAPPING(ENTITY("3004", "\"a\":true"), LINE("*")),
     "map.json: classes.entity.a: this is a number or a list of sources\n"},
    {MAPPING(ENTITY("3004", ""), "\"*\":{\"class\":\"entity\",\"activity\":\"Delete\"}"),
     "map.json: kinds.*: the class has no such activity\n"},
    {MAPPING(ENTITY("3004", ""), "\"*\":{\"class\":\"rock\",\"activity\":\"Create\"}"),
     "map.json: kinds.*: there is no such class\n"},
    {MAPPING(ENTITY("3004", ""),
             "\"*\":{\"class\":\"entity\",\"activity\":\"Create\",\"cases\":[{}]}"),
     "map.json: kinds.*.cases: a kind of its own line has an array of cases\n"},
    {MAPPING(ENTITY("3004", ""),
             LINE("*") ",\"stone.found\":{\"class\":\"entity\",\"activity\":\"Create\",\"cases\":"
                       "[{\"class\":\"entity\",\"activity\":\"Create\",\"field\":\"colour\"}]}"),
     "map.json: kinds.stone.found.cases.1: a case has a field of the body, and what it is like\n"},
    {MAPPING(ENTITY("3004", ""),
             "\"*\":{\"class\":\"entity\",\"activity\":\"Create\",\"severity\":\"odd\"}"),
     "map.json: kinds.*: a severity is informational, low, medium, high or critical\n"},
};

static const char *const outputs[] = {
    "schema/catalogue/names.h",
    "schema/catalogue/catalogue.h",
    "schema/catalogue/catalogue.c",
    "schema/catalogue/schema_lines.c",
    "schema/catalogue/schema_lines.c",
    "core/dispatch.h",
    "core/dispatch.c",
    "tools/forms.h",
    "tools/forms.c",
    "docs/cairn-events.7",
    "docs/schema.json",
    "schema/catalogue/schema_lines.c",
    "schema/catalogue/siem.c",
};

enum {
    BAD_COUNT = sizeof bad / sizeof bad[0],
    OUTPUT_COUNT = sizeof outputs / sizeof outputs[0],
};

struct work {
    char directory[64]; /* of this test, removed at its end */
};

struct path {
    char text[512];
};

static struct path path_of(const char *directory, const char *name)
{
    struct path path;
    int size = snprintf(path.text, sizeof path.text, "%s/%s", directory, name);
    assert_true(size > 0 && (size_t)size < sizeof path.text);
    return path;
}

/* The file as a string; NULL if there is none. To be freed. */
static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    char *text = calloc(1, OUTPUT_MAX);
    assert_non_null(text);
    assert_true(fread(text, 1, OUTPUT_MAX - 1, file) < OUTPUT_MAX - 1);
    assert_int_equal(fclose(file), 0);
    return text;
}

static void write_file(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void make_work(struct work *work)
{
    (void)snprintf(work->directory, sizeof work->directory, "generator-XXXXXX");
    assert_non_null(mkdtemp(work->directory));
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

static void remove_work(struct work *work)
{
    assert_int_equal(nftw(work->directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* Runs the generator on up to two files; its exit status. What it says is in `stderr`. */
static int generate(const struct work *work, const char *one, const char *two)
{
    struct path out = path_of(work->directory, "out"), errors = path_of(work->directory, "stderr");
    char program[] = GENERATOR, first[512], second[512] = "";
    (void)snprintf(first, sizeof first, "%s", one);
    (void)snprintf(second, sizeof second, "%s", two == NULL ? "" : two);
    char *arguments[] = {program, out.text, first, two == NULL ? NULL : second, NULL};
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status;
    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    assert_int_equal(posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors.text,
                                                      O_WRONLY | O_CREAT | O_TRUNC, 0600),
                     0);
    assert_int_equal(posix_spawn(&child, program, &actions, NULL, arguments, environ), 0);
    assert_int_equal(posix_spawn_file_actions_destroy(&actions), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static char *complaints(const struct work *work)
{
    return read_file(path_of(work->directory, "stderr").text);
}

static void assert_nothing_written(const struct work *work)
{
    assert_int_equal(access(path_of(work->directory, "out").text, F_OK), -1);
}

static void a_bad_catalogue_is_told_where_and_why(void **unused)
{
    (void)unused;
    struct work work;
    make_work(&work);
    struct path folder = path_of(CATALOGUES, "bad_catalogues");
    for (size_t i = 0; i < BAD_COUNT; i++) {
        assert_int_equal(generate(&work, path_of(folder.text, bad[i].file).text, NULL), 1);
        char *said = complaints(&work);
        assert_string_equal(said, bad[i].complaint);
        free(said);
        assert_nothing_written(&work);
    }
    remove_work(&work);
}

static void a_bad_mapping_is_told_where_and_why(void **unused)
{
    (void)unused;
    struct work work;
    make_work(&work);
    struct path map = path_of(work.directory, "map.json"), good = path_of(CATALOGUES, "good.json");
    for (size_t i = 0; i < sizeof bad_mappings / sizeof bad_mappings[0]; i++) {
        write_file(map.text, bad_mappings[i].text, strlen(bad_mappings[i].text));
        assert_int_equal(generate(&work, good.text, map.text), 1);
        char *said = complaints(&work);
        assert_string_equal(said, bad_mappings[i].complaint);
        free(said);
        assert_nothing_written(&work);
    }
    const char *whole = MAPPING(ENTITY("3004", "\"a.b[]\":\"on | =x\""), LINE("*"));
    write_file(map.text, whole, strlen(whole));
    assert_int_equal(generate(&work, good.text, map.text), 0);
    remove_work(&work);
}

static void every_bad_catalogue_is_in_the_table(void **unused)
{
    (void)unused;
    DIR *folder = opendir(path_of(CATALOGUES, "bad_catalogues").text);
    assert_non_null(folder);
    size_t files = 0;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        files += entry->d_name[0] != '.';
    }
    assert_int_equal(closedir(folder), 0);
    assert_int_equal(files, BAD_COUNT);
}

static void words_are_unique_over_all_files(void **unused)
{
    (void)unused;
    struct work work;
    make_work(&work);
    struct path good = path_of(CATALOGUES, "good.json");
    assert_int_equal(generate(&work, good.text, good.text), 1);
    char *said = complaints(&work);
    assert_string_equal(said, "good.json: context: there is such a context already\n"
                              "good.json: ids.stone: there is such an id already\n"
                              "good.json: enums.colour: there is such an enum already\n"
                              "good.json: rules.STN-01a: there is such a rule already\n");
    free(said);
    assert_nothing_written(&work);
    remove_work(&work);
}

static void a_file_that_is_not_there_is_named(void **unused)
{
    (void)unused;
    struct work work;
    make_work(&work);
    assert_int_equal(generate(&work, "nowhere/none.json", NULL), 1);
    char *said = complaints(&work);
    assert_non_null(strstr(said, "none.json: the file: cannot be read: No such file"));
    free(said);
    remove_work(&work);
}

static void the_same_catalogue_is_written_the_same(void **unused)
{
    (void)unused;
    struct work works[2];
    for (size_t i = 0; i < 2; i++) {
        make_work(&works[i]);
        struct path one = path_of(CATALOGUES, "sample/quarry.json");
        struct path two = path_of(CATALOGUES, "sample/road.json");
        assert_int_equal(generate(&works[i], one.text, two.text), 0);
    }
    for (size_t i = 0; i < OUTPUT_COUNT; i++) {
        char *one = read_file(path_of(path_of(works[0].directory, "out").text, outputs[i]).text);
        char *two = read_file(path_of(path_of(works[1].directory, "out").text, outputs[i]).text);
        assert_true(one != NULL && two != NULL && strlen(one) > 100);
        assert_string_equal(one, two);
        free(one);
        free(two);
    }
    remove_work(&works[0]);
    remove_work(&works[1]);
}

/* The line of catalogue.c that has the fingerprint of what this text says. */
static struct path fingerprint_of(const char *catalogue)
{
    struct work work;
    make_work(&work);
    struct path file = path_of(work.directory, "mutated.json"), print;
    write_file(file.text, catalogue, strlen(catalogue));
    assert_int_equal(generate(&work, file.text, NULL), 0);
    struct path output = path_of(path_of(work.directory, "out").text, outputs[2]);
    char *code = read_file(output.text);
    assert_non_null(code);
    const char *line = strstr(code, "catalogue_fingerprint[]");
    assert_non_null(line);
    (void)snprintf(print.text, sizeof print.text, "%s", line);
    free(code);
    remove_work(&work);
    return print;
}

static void the_fingerprint_changes_with_what_folds_and_not_with_sentences(void **unused)
{
    (void)unused;
    char *good = read_file(path_of(CATALOGUES, "good.json").text);
    assert_non_null(good);
    struct path before = fingerprint_of(good);
    char *sentence = strstr(good, "One was found.");
    memcpy(sentence, "Two", 3);
    assert_string_equal(fingerprint_of(good).text, before.text);
    char *value = strstr(good, "\"red\"");
    memcpy(value, "\"tan\"", 5);
    assert_string_not_equal(fingerprint_of(good).text, before.text);
    free(good);
}

/* Whatever a file holds, the generator ends in order: with outputs or with complaints. */
static void a_mutated_catalogue_is_written_or_refused(void **unused)
{
    (void)unused;
    struct random random = {.state = 20260309};
    char *good = read_file(path_of(CATALOGUES, "sample/quarry.json").text);
    assert_non_null(good);
    size_t size = strlen(good);
    for (size_t i = 0; i < MUTATIONS; i++) {
        struct work work;
        make_work(&work);
        char *mutated = malloc(size);
        assert_non_null(mutated);
        memcpy(mutated, good, size);
        for (uint64_t changes = 1 + random_below(&random, 3); changes > 0; changes--) {
            static const char bytes[] = "\"{}[]:,.?_ azAZ09-\x7f\xc3\\*/";
            mutated[random_below(&random, size)] = bytes[random_below(&random, sizeof bytes - 1)];
        }
        struct path file = path_of(work.directory, "mutated.json");
        write_file(file.text, mutated, size);
        int status = generate(&work, file.text, NULL);
        char *said = complaints(&work);
        assert_true(status == 0 || status == 1);
        assert_int_equal(strlen(said) == 0, status == 0);
        if (status == 1) {
            assert_nothing_written(&work);
        }
        free(said);
        free(mutated);
        remove_work(&work);
    }
    free(good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bad_catalogue_is_told_where_and_why),
        cmocka_unit_test(a_bad_mapping_is_told_where_and_why),
        cmocka_unit_test(every_bad_catalogue_is_in_the_table),
        cmocka_unit_test(words_are_unique_over_all_files),
        cmocka_unit_test(a_file_that_is_not_there_is_named),
        cmocka_unit_test(the_same_catalogue_is_written_the_same),
        cmocka_unit_test(the_fingerprint_changes_with_what_folds_and_not_with_sentences),
        cmocka_unit_test(a_mutated_catalogue_is_written_or_refused),
    };
    return cmocka_run_group_tests_name("schema/generator", tests, NULL, NULL);
}
