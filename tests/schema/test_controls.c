/*
 * The controls that an assessment is made by: as the regulation counts them; and a file that is
 * wrong is told where and why, and nothing is written.
 *
 * Runs GENERATOR; it comes from CMakeLists.txt.
 */
#include "schema/bytes.h"
#include "schema/controls/controls.h"

#include <fcntl.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void there_are_nine_practices_and_29_objectives(void **unused)
{
    (void)unused;
    unsigned modes[3] = {0};
    assert_int_equal(PRACTICE_COUNT, 9);
    assert_int_equal(OBJECTIVE_COUNT, 29);
    for (unsigned i = 0; i < OBJECTIVE_COUNT; i++) {
        modes[objective_infos[i].mode]++;
    }
    assert_int_equal(modes[CONTROL_AUTOMATIC], 12);
    assert_int_equal(modes[CONTROL_HYBRID], 10);
    assert_int_equal(modes[CONTROL_DECLARED], 7);
    assert_string_equal(control_mode_name(CONTROL_DECLARED), "declared");
}

/* 32 CFR 170.24: 5, 3, 5 and six times 1; 170.21: only those of one point on a plan of action. */
static void the_points_are_those_of_the_regulation(void **unused)
{
    (void)unused;
    static const unsigned points[] = {5, 3, 1, 1, 5, 1, 1, 1, 1};
    for (unsigned i = 0; i < PRACTICE_COUNT; i++) {
        assert_int_equal(practice_infos[i].points, points[i]);
        assert_int_equal(practice_infos[i].poam, points[i] == 1);
    }
}

static void every_objective_belongs_to_the_practice_that_lists_it(void **unused)
{
    (void)unused;
    unsigned next = 0;
    for (unsigned i = 0; i < PRACTICE_COUNT; i++) {
        const struct practice_info *practice = &practice_infos[i];
        assert_int_equal(practice->first, next);
        for (size_t j = 0; j < practice->objective_count; j++, next++) {
            const struct objective_info *objective = &objective_infos[next];
            char id[32];
            assert_int_equal(objective->practice, i);
            (void)snprintf(id, sizeof id, "%s%c", practice->id, (char)('a' + j));
            assert_string_equal(objective->id, id);
            assert_int_equal(strncmp(objective->oscal, practice->name, strlen(practice->name)), 0);
            assert_true(objective->mode != CONTROL_DECLARED || objective->declare != NULL);
        }
    }
    assert_int_equal(next, OBJECTIVE_COUNT);
}

/* The generator --------------------------------------------------------------------------- */

#define OBJECTIVE                                                                              \
    "{\"mode\":\"automatic\",\"text\":\"t\",\"wants\":\"w\",\"machine\":\"m\",\"fails_when\":" \
    "\"f\"}"
#define REFERENCES "\"r3\":[],\"sp800_53r4\":[],\"sp800_53r5\":[\"AU-2\"]"
#define PRACTICE(worth, objectives)                                       \
    "{\"name\":\"AU.L2-3.3.1\",\"title\":\"T\",\"type\":\"basic\"," worth \
    ",\"requirement\":\"R\"," REFERENCES ",\"objectives\":{" objectives "}}"
#define FAMILY(practices) "{\"family\":\"AU\",\"about\":\"A\",\"practices\":{" practices "}}"
#define ONE "\"points\":1,\"poam\":true"

static const struct {
    const char *text, *complaint;
} bad[] = {
    {FAMILY(""), "bad.json: the file: there are no practices\n"},
    {FAMILY("\"AU-3\":" PRACTICE(ONE, "\"a\":" OBJECTIVE)),
     "bad.json: practices.AU-3: a practice has a number like 3.3.1\n"},
    {FAMILY("\"3.3.1\":" PRACTICE("\"points\":2,\"poam\":false", "\"a\":" OBJECTIVE)),
     "bad.json: practices.3.3.1: a practice has 1, 3 or 5 points\n"},
    {FAMILY("\"3.3.1\":" PRACTICE("\"points\":5,\"poam\":true", "\"a\":" OBJECTIVE)),
     "bad.json: practices.3.3.1: a practice may be on a plan of action if and only if it has one "
     "point\n"},
    {FAMILY("\"3.3.1\":" PRACTICE(ONE, "")),
     "bad.json: practices.3.3.1: there are no objectives\n"},
    {FAMILY("\"3.3.1\":" PRACTICE(ONE, "\"b\":" OBJECTIVE)),
     "bad.json: practices.3.3.1.objectives.b: objectives are a, b, c and so on, in this order\n"},
    {FAMILY("\"3.3.1\":" PRACTICE(ONE, "\"a\":{\"mode\":\"declared\",\"text\":\"t\",\"wants\":"
                                       "\"w\",\"machine\":\"m\",\"fails_when\":\"f\"}")),
     "bad.json: practices.3.3.1.objectives.a: what is to be declared is missing\n"},
    {FAMILY("\"3.3.1\":" PRACTICE(ONE, "\"a\":{\"mode\":\"magic\",\"text\":\"t\",\"wants\":"
                                       "\"w\",\"machine\":\"m\",\"fails_when\":\"f\"}")),
     "bad.json: practices.3.3.1.objectives.a: \"mode\" is automatic, hybrid or declared\n"},
    {"{\"family\":\"AU\",\"about\":\"A\",\"extra\":1,\"practices\":{\"3.3.1\":" PRACTICE(
         ONE, "\"a\":" OBJECTIVE) "}}",
     "bad.json: the file: unknown member \"extra\"\n"},
    {"{", "bad.json: line 1, column 1: string or '}' expected near end of file\n"},
};

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fputs(text, file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
}

/* Its exit status; what it says is in `said`. */
static int generate(char said[static 1024])
{
    char program[] = GENERATOR, out[] = "out", input[] = "bad.json";
    char *arguments[] = {program, out, input, NULL};
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status;
    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    assert_int_equal(posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "said",
                                                      O_WRONLY | O_CREAT | O_TRUNC, 0600),
                     0);
    assert_int_equal(posix_spawn(&child, program, &actions, NULL, arguments, environ), 0);
    assert_int_equal(posix_spawn_file_actions_destroy(&actions), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    FILE *file = fopen("said", "rb");
    assert_non_null(file);
    said[fread(said, 1, 1023, file)] = '\0';
    assert_int_equal(fclose(file), 0);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void a_bad_file_is_told_where_and_why(void **unused)
{
    (void)unused;
    char directory[] = "controls-XXXXXX", said[1024];
    assert_non_null(mkdtemp(directory));
    assert_int_equal(chdir(directory), 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        write_file("bad.json", bad[i].text);
        assert_int_equal(generate(said), 1);
        assert_string_equal(said, bad[i].complaint);
        assert_int_equal(access("out", F_OK), -1);
    }
    assert_int_equal(unlink("bad.json"), 0);
    assert_int_equal(unlink("said"), 0);
    assert_int_equal(chdir(".."), 0);
    assert_int_equal(rmdir(directory), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_are_nine_practices_and_29_objectives),
        cmocka_unit_test(the_points_are_those_of_the_regulation),
        cmocka_unit_test(every_objective_belongs_to_the_practice_that_lists_it),
        cmocka_unit_test(a_bad_file_is_told_where_and_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
