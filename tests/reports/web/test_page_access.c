/*
 * The access explorer and lineage: what they tell is what the rows of the command line tell.
 */
#include "reports/access/access_rows.h"
#include "reports/access/interval_rows.h"
#include "reports/stretch.h"
#include "tests/reports/access/lab.h"
#include "tests/reports/capture.h"
#include "tests/reports/web/telling.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct story {
    struct lab *lab;
    struct browser browser;
    struct capture capture;
    struct id file;
    uint64_t shared, fetched, left;
};

static int begin(void **state)
{
    struct story *story = calloc(1, sizeof *story);
    void *lab = NULL;
    assert_non_null(story);
    assert_int_equal(lab_begin(&lab), 0);
    story->lab = lab;
    lab_activate(lab, "bob", story->lab->texas);
    story->file = lab_file(lab, "bob", "plan.csv", story->lab->texas, 2);
    story->shared = lab_share(lab, "bob", story->file, story->lab->cat);
    lab_activate(lab, "cat", story->lab->texas);
    story->fetched = lab_fetch(lab, "cat", story->file);
    (void)lab_read(lab, "cat", story->file, 0, 1);
    (void)lab_download(lab, "cat", story->file);
    enclave_pass(&story->lab->enclave, 100);
    story->left = enclave_size(&story->lab->enclave);
    lab_leave(lab, story->lab->texas, story->lab->cat);
    lab_look(lab);
    browser_begin(&story->browser, story->lab->enclave.engine,
                  log_head_of(engine_log(story->lab->enclave.engine))->t_utc_us + 5000000);
    *state = story;
    return 0;
}

static int end(void **state)
{
    struct story *story = *state;
    void *lab = story->lab;
    browser_end(&story->browser);
    (void)lab_end(&lab);
    free(story);
    return 0;
}

static void get(struct story *story, const char *query)
{
    char target[300];
    snprintf(target, sizeof target, "/access?object=file:%" PRIu64 "%s", story->file.n, query);
    browser_must(&story->browser, target);
}

/* Every fact of every row of the terminal's answer stands on the page. */
static void must_tell_all(struct story *story, const char *facts)
{
    char line[8192];
    for (const char *at = facts; *at != '\0'; at += strcspn(at, "\n") + 1) {
        snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
        for (char *rest = line, *fact; (fact = strsep(&rest, ";")) != NULL;) {
            telling_must(&story->browser, fact + (*fact == ' '));
        }
    }
}

/* The column of a table in the terminal's own words, a line for each row. */
static const char *rows_of(struct story *story, bool refused, uint64_t as_of_n)
{
    uint64_t allowed = 0;
    struct view view = enclave_view_as_of(&story->lab->enclave, as_of_n);
    struct access_question question = {.view = &view, .object = story->file, .refused = refused};
    question.verbs[ACCESS_READ] = true;
    view.now_utc_us = story->browser.now_us;
    capture_begin(&story->capture, &(struct rows_options){.format = ROWS_JSON, .zone = zone_utc()});
    must(access_rows_begin(&story->capture.rows));
    must(access_rows_add_all(&story->capture.rows, &question, &allowed));
    capture_end(&story->capture);
    return story->capture.text;
}

static void who_may_is_what_the_rows_say(void **state)
{
    struct story *story = *state;
    char facts[8192] = "";
    static const char member[] = "\"because\":\"";
    for (const char *at = rows_of(story, true, UINT64_MAX); (at = strstr(at, member)) != NULL;) {
        at += sizeof member - 1;
        size_t size = strlen(facts);
        snprintf(facts + size, sizeof facts - size, "%.*s\n", (int)strcspn(at, "\""), at);
    }
    get(story, "&refused=1");
    must_tell_all(story, facts);
    assert_int_equal(browser_count(&story->browser, "\xe2\x9c\x93</span> yes"), 1);
    assert_int_equal(browser_count(&story->browser, "\xe2\x9c\x95</span> no"), 3);
}

static void one_answer_is_given_in_words(void **state)
{
    struct story *story = *state;
    get(story, "&user=bob");
    telling_must(&story->browser, "Yes: bob (user:");
    telling_must(&story->browser, "may read plan.csv (file:");
    get(story, "&user=cat");
    telling_must(&story->browser, "No: cat (user:");
    telling_must(&story->browser, "not member of texas (project:");
    char query[80];
    snprintf(query, sizeof query, "&user=cat&as_of=seq:%" PRIu64, story->left - 1);
    get(story, query);
    telling_must(&story->browser, "Yes: cat (user:");
    telling_must(&story->browser, "could read");
    snprintf(query, sizeof query, "&user=user:%" PRIu64 "&as_of=seq:1", story->lab->cat.n);
    get(story, query);
    telling_must(&story->browser, "there was no such user then");
}

static void intervals_have_their_edges(void **state)
{
    struct story *story = *state;
    char words[120];
    get(story, "&user=cat&between=..");
    snprintf(words, sizeof words, "event %" PRIu64 ", project.member_removed: not member of texas",
             story->left);
    telling_must(&story->browser, words);
    assert_true(browser_shows(&story->browser, "<svg "));
    snprintf(words, sizeof words, "href=\"/events/%" PRIu64 "\"", story->shared);
    assert_true(browser_shows(&story->browser, words));
    snprintf(words, sizeof words,
             "cairn access file:%" PRIu64 " --user user:%" PRIu64 " --between '..'", story->file.n,
             story->lab->cat.n);
    telling_must(&story->browser, words);
}

static void what_a_person_can_reach_and_who_did_are_told(void **state)
{
    struct story *story = *state;
    char words[100];
    browser_must(&story->browser, "/access?user=bob");
    telling_must(&story->browser, "bob:/plan.csv");
    browser_must(&story->browser, "/access?user=dan");
    assert_false(telling_has(&story->browser, "plan.csv"));
    browser_must(&story->browser, "/access?ask=did");
    snprintf(words, sizeof words, "%" PRIu64 " 0-1", story->fetched);
    telling_must(&story->browser, words);
    browser_must(&story->browser, "/access?user=bob&between=..&verb=all");
    telling_must(&story->browser, "plan.csv (file:");
}

static void what_names_nothing_is_said_beside_the_form(void **state)
{
    static const char *const queries[] = {"user=nobody", "object=%2Fno%2Fsuch", "object=project:1",
                                          "user=bob&verb=fly"};
    struct story *story = *state;
    char target[100];
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        snprintf(target, sizeof target, "/access?%s", queries[i]);
        assert_int_equal(browser_get(&story->browser, target), 404);
        assert_true(browser_shows(&story->browser, "class=\"fault\""));
    }
    browser_must(&story->browser, "/access");
    assert_int_equal(browser_get(&story->browser, "/access?between=never"), 400);
}

static void lineage_has_a_picture_and_a_list_that_say_the_same(void **state)
{
    struct story *story = *state;
    char target[200];
    snprintf(target, sizeof target, "/lineage/file/%" PRIu64, story->file.n);
    browser_must(&story->browser, target);
    telling_must(&story->browser, "key fetched by");
    telling_must(&story->browser, "outside: ");
    snprintf(target, sizeof target, "/lineage/user/%" PRIu64 "?at=%" PRIu64 "&direction=up",
             story->lab->cat.n, story->left);
    assert_true(browser_shows(&story->browser, "<a href=\"/lineage/user/"));
    browser_must(&story->browser, target);
    assert_true(browser_shows(&story->browser, "?at="));
    telling_must(&story->browser, " --up --depth 2");
    snprintf(target, sizeof target, "/lineage/project/%" PRIu64, story->lab->texas.n);
    assert_int_equal(browser_get(&story->browser, target), 404);
    snprintf(target, sizeof target, "/lineage/file/%" PRIu64 "?depth=65", story->file.n);
    assert_int_equal(browser_get(&story->browser, target), 400);
}

static bool is_over(void *context)
{
    (void)context;
    return true;
}

/* Whatever is asked ends when its time is over, and says so. */
static void no_answer_takes_longer_than_it_may(void **state)
{
    static const char *const targets[] = {"/access?ask=did", "/access?user=bob&between=..",
                                          "/users", "/controls", "/reports/au-assessment"};
    struct story *story = *state;
    struct browser slow = {.viewer = story->browser.viewer, .now_us = story->browser.now_us};
    char target[100];
    must(web_open(&(struct web_options){.engine = story->lab->enclave.engine,
                                        .program = "cairn test",
                                        .expired = is_over},
                  &slow.web));
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        assert_int_equal(browser_get(&slow, targets[i]), 503);
    }
    snprintf(target, sizeof target, "/lineage/file/%" PRIu64, story->file.n);
    assert_int_equal(browser_get(&slow, target), 503);
    snprintf(target, sizeof target, "/files/%" PRIu64, story->file.n);
    assert_int_equal(browser_get(&slow, target), 503);
    browser_end(&slow);
}

static void narrowed_viewers_have_neither(void **state)
{
    struct story *story = *state;
    char target[100];
    story->browser.viewer.scoped = true;
    story->browser.viewer.project = story->lab->texas;
    assert_int_equal(browser_get(&story->browser, "/access"), 404);
    snprintf(target, sizeof target, "/lineage/file/%" PRIu64, story->file.n);
    assert_int_equal(browser_get(&story->browser, target), 404);
    assert_int_equal(browser_get(&story->browser, "/users"), 404);
    snprintf(target, sizeof target, "/files/%" PRIu64, story->file.n);
    browser_must(&story->browser, target);
    assert_false(browser_shows(&story->browser, "/access?"));
    snprintf(target, sizeof target, "/users/%" PRIu64, story->lab->dan.n);
    assert_int_equal(browser_get(&story->browser, target), 404);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_may_is_what_the_rows_say),
        cmocka_unit_test(one_answer_is_given_in_words),
        cmocka_unit_test(intervals_have_their_edges),
        cmocka_unit_test(what_a_person_can_reach_and_who_did_are_told),
        cmocka_unit_test(what_names_nothing_is_said_beside_the_form),
        cmocka_unit_test(lineage_has_a_picture_and_a_list_that_say_the_same),
        cmocka_unit_test(no_answer_takes_longer_than_it_may),
        cmocka_unit_test(narrowed_viewers_have_neither),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
