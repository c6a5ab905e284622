/*
 * Pages of things: they tell what the state has, as of any moment, and what the command line says.
 */
#include "reports/object_rows.h"
#include "reports/web/links.h"
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
    uint64_t shared, fetched, tagged;
};

static int begin(void **state)
{
    struct story *story = calloc(1, sizeof *story);
    void *lab = NULL;
    assert_non_null(story);
    assert_int_equal(lab_begin(&lab), 0);
    story->lab = lab;
    const struct id none = {ID_NONE, 0};
    lab_activate(lab, "bob", story->lab->texas);
    story->file = lab_file(lab, "bob", "<b>plan.csv", story->lab->texas, 2);
    story->shared = lab_share(lab, "bob", story->file, story->lab->cat);
    lab_activate(lab, "cat", story->lab->texas);
    story->fetched = lab_fetch(lab, "cat", story->file);
    (void)lab_read(lab, "cat", story->file, 0, 1);
    lab_leave(lab, story->lab->texas, story->lab->cat);
    lab_activate(lab, "bob", none);
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

static void get(struct story *story, const char *path, uint64_t n, const char *query)
{
    char target[200];
    snprintf(target, sizeof target, "%s%" PRIu64 "%s", path, n, query);
    browser_must(&story->browser, target);
}

static void a_person_is_told_with_what_is_kept_under_the_id(void **state)
{
    struct story *story = *state;
    get(story, "/users/", story->lab->cat.n, "");
    telling_must(&story->browser, "Login cat");
    telling_must(&story->browser, "State active");
    telling_must(&story->browser, "membership: federal (project:");
    telling_must(&story->browser, "What this person read");
    telling_must(&story->browser, "<b>plan.csv (file:");
    assert_false(browser_shows(&story->browser, "<b>plan"));
    /* cat left texas: that lane has ended, and the membership is not among the rows of now */
    telling_must(&story->browser, "membership: texas (project:");
    get(story, "/users/", story->lab->cat.n, "?as_of=seq:0");
    telling_must(&story->browser, "There is no row of it as of this moment.");
}

static void versions_lead_from_one_to_the_next(void **state)
{
    struct story *story = *state;
    char target[200], expected[100];
    size_t steps = 0, at = 0;
    get(story, "/users/", story->lab->cat.n, "?as_of=seq:1");
    for (; browser_shows(&story->browser, "Next version \xe2\x86\x92</a>"); steps++) {
        const char *link = strstr(story->browser.text, "Next version");
        while (strncmp(link, "href=\"", 6) != 0) {
            link--;
        }
        at = (size_t)(link - story->browser.text) - 1;
        assert_true(browser_next_link(&story->browser, &at, target, sizeof target));
        assert_non_null(strstr(target, "as_of=seq:"));
        browser_must(&story->browser, target);
        snprintf(expected, sizeof expected, "As of event %s,", strstr(target, "seq:") + 4);
        telling_must(&story->browser, expected);
        assert_true(steps < 50);
    }
    assert_true(steps >= 5); /* registered, sessions, two memberships and the end of one */
}

static void a_moment_is_a_time_or_a_position_and_nothing_else(void **state)
{
    static const char *const wrong[] = {"seq:99999999", "yesterdy", "1999-01-01", "%3Cb%3E"};
    struct story *story = *state;
    char target[200];
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        snprintf(target, sizeof target, "/users/%" PRIu64 "?as_of=%s", story->lab->cat.n, wrong[i]);
        assert_int_equal(browser_get(&story->browser, target), 400);
    }
}

static void a_file_tells_who_holds_its_key_and_who_read_it(void **state)
{
    struct story *story = *state;
    char words[100];
    get(story, "/files/", story->file.n, "");
    telling_must(&story->browser, "Class 3, tagged texas (project:");
    telling_must(&story->browser, "Who read it");
    telling_must(&story->browser, "cat (user:");
    snprintf(words, sizeof words, "%" PRIu64 " 0-1", story->fetched);
    telling_must(&story->browser, words); /* by this event, these chunks */
    telling_must(&story->browser, "share: cat (user:");
    assert_true(browser_shows(&story->browser, "/access?object=file:"));
    get(story, "/files/", story->file.n, "?as_of=seq:1");
    telling_must(&story->browser, "There is no row of it as of this moment.");
}

static void what_there_is_not_is_not_found(void **state)
{
    static const char *const targets[] = {"/users/99999999", "/users/0",      "/objects/cert/1",
                                          "/objects/none/1", "/objects/none", "/objects/user/x"};
    struct story *story = *state;
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        assert_int_equal(browser_get(&story->browser, targets[i]), 404);
    }
}

static void lists_have_every_row_and_find_by_any_text(void **state)
{
    struct story *story = *state;
    browser_must(&story->browser, "/users");
    telling_must(&story->browser, "bob (user:");
    telling_must(&story->browser, "dan (user:");
    browser_must(&story->browser, "/users?name=DA");
    telling_must(&story->browser, "dan (user:");
    assert_false(telling_has(&story->browser, "bob (user:"));
    browser_must(&story->browser, "/files?name=nothing");
    telling_must(&story->browser, "There is nothing of the sort");
    browser_must(&story->browser, "/projects?as_of=seq:2");
    telling_must(&story->browser, "There is nothing of the sort");
    browser_must(&story->browser, "/objects/emitter");
    telling_must(&story->browser, "vault");
}

/* Lines of `cairn state show --json`, as of an event. */
static const char *shown_rows(struct story *story, struct id object, uint64_t as_of_n)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    must(log_snapshot_open(engine_log(story->lab->enclave.engine), &log));
    struct object_rows rows = {.object = object, .log = log, .out = &story->capture.rows};
    rows.view = enclave_view_as_of(&story->lab->enclave, as_of_n);
    capture_begin(&story->capture, &(struct rows_options){.format = ROWS_JSON, .zone = zone_utc()});
    must(object_rows_show(&rows));
    capture_end(&story->capture);
    return story->capture.text;
}

/* Of tables that say little the page shows none. */
static bool is_left_out(const char *line)
{
    static const char *const tables[] = {"chunk", "iv", "command", "fetched", "group_key", "role"};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        char start[40];
        snprintf(start, sizeof start, "{\"table\":\"%s\",", tables[i]);
        if (strncmp(line, start, strlen(start)) == 0) {
            return true;
        }
    }
    return false;
}

/* Each row of the command's answer is on the page with the event that made it so, at any moment. */
static void a_page_has_the_rows_of_the_command(void **state)
{
    struct story *story = *state;
    const struct id objects[] = {story->lab->cat,   story->lab->bob,     story->file,
                                 story->lab->texas, story->lab->federal, story->lab->dan};
    size_t rows = 0;
    for (uint64_t n = 12; n < enclave_size(&story->lab->enclave); n += 5) {
        for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
            char target[100], path_memory[64];
            struct text path = TEXT_IN(path_memory);
            assert_true(link_object_path(objects[i], &path));
            snprintf(target, sizeof target, "%s?as_of=seq:%" PRIu64, text_string(&path), n);
            browser_must(&story->browser, target);
            for (const char *line = shown_rows(story, objects[i], n); *line != '\0';
                 line = strchr(line, '\n') + 1) {
                char link[60];
                uint64_t made_by = strtoull(strstr(line, "\"event\":") + 8, NULL, 10);
                snprintf(link, sizeof link, "href=\"/events/%" PRIu64 "\"", made_by);
                assert_true(is_left_out(line) || browser_shows(&story->browser, link));
                rows++;
            }
        }
    }
    assert_true(rows > 100);
}

/* What became of a membership is told version by version. */
static void a_version_tells_what_is_new_in_it(void **state)
{
    struct story *story = *state;
    get(story, "/projects/", story->lab->texas.n, "");
    telling_must(&story->browser, "The same as a table, with what changed");
    telling_must(&story->browser, "role: manager");
    telling_must(&story->browser, "members: 1 \xe2\x86\x92 2");
}

/* Page by page, from the newest to the first: each event about it once. */
static void events_about_a_thing_are_had_page_by_page(void **state)
{
    struct story *story = *state;
    char target[200];
    size_t pages = 1, rows = 0;
    lab_activate(story->lab, "bob", story->lab->texas);
    for (unsigned i = 0; i < 60; i++) {
        (void)lab_fetch(story->lab, "bob", story->file);
    }
    lab_look(story->lab);
    snprintf(target, sizeof target, "/files/%" PRIu64, story->file.n);
    for (;; pages++) {
        browser_must(&story->browser, target);
        rows += browser_count(&story->browser, "<code>vault.");
        const char *link = strstr(story->browser.text, "before=");
        while (link != NULL && strncmp(link + strcspn(link, ">"), ">Older", 6) != 0) {
            link = strstr(link + 1, "before=");
        }
        if (link == NULL) {
            break;
        }
        snprintf(target, sizeof target, "/files/%" PRIu64 "?before=%" PRIu64, story->file.n,
                 (uint64_t)strtoull(link + 7, NULL, 10));
    }
    assert_true(pages >= 4);
    assert_true(rows >= 60);
}

/* Every page that a page leads to is there, also of a moment that is pinned. */
static void all_links_lead_somewhere(void **state)
{
    static const char *const left_out[] = {"/events", "/assets",  "/integrity",       "/verify",
                                           "/access", "/lineage", "/objects/command", NULL};
    struct story *story = *state;
    assert_true(telling_crawl(&story->browser, "/objects", left_out, 150) > 60);
    assert_true(telling_crawl(&story->browser, "/users?at=30", left_out, 60) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_person_is_told_with_what_is_kept_under_the_id),
        cmocka_unit_test(versions_lead_from_one_to_the_next),
        cmocka_unit_test(a_moment_is_a_time_or_a_position_and_nothing_else),
        cmocka_unit_test(a_file_tells_who_holds_its_key_and_who_read_it),
        cmocka_unit_test(what_there_is_not_is_not_found),
        cmocka_unit_test(lists_have_every_row_and_find_by_any_text),
        cmocka_unit_test(a_page_has_the_rows_of_the_command),
        cmocka_unit_test(events_about_a_thing_are_had_page_by_page),
        cmocka_unit_test(a_version_tells_what_is_new_in_it),
        cmocka_unit_test(all_links_lead_somewhere),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
