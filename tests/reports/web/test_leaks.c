/*
 * What a narrowed viewer is not shown: over random enclaves and random scopes, no page has a name
 * or a text of anything that only events beyond the scope tell of; what is beyond it gives the very
 * bytes of what does not exist; and counts are those of a naive count.
 */
#include "reports/report.h"
#include "reports/web/links.h"
#include "reports/web/routes.h"
#include "tests/reports/access/lab.h"
#include "tests/reports/capture.h"
#include "tests/reports/web/browser.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    STEPS = 22,
    SCOPES = 4,
    MARKERS_MAX = 200,
    EVENTS_MAX = 1000,
    MARKER_SIZE = 24,
    TARGETS_MAX = 3000,
};

/* Something that stands nowhere else: the name of a thing, or a text in one event's body. */
struct marker {
    char text[MARKER_SIZE];
    struct id id; /* ID_NONE: of no thing */
};

struct hideout {
    struct lab *lab;
    struct browser browser;
    uint64_t random;
    struct id active; /* project of bob */
    struct id below;  /* a project whose parent is not visible from it */
    struct marker markers[MARKERS_MAX];
    size_t marker_count;
    struct leaf events[EVENTS_MAX];
    struct bytes leaves[EVENTS_MAX], bodies[EVENTS_MAX], commands[EVENTS_MAX];
    bool visible[EVENTS_MAX];
    uint64_t count;
    char *targets[TARGETS_MAX];
    size_t target_count;
};

/* Making ------------------------------------------------------------------------------------ */

static struct marker *new_marker(struct hideout *hideout, const char *what)
{
    struct marker *marker = &hideout->markers[hideout->marker_count++];
    assert_true(hideout->marker_count < MARKERS_MAX);
    snprintf(marker->text, sizeof marker->text, "zq%s%zux", what, hideout->marker_count);
    return marker;
}

static void add_somebody(struct hideout *hideout, struct id project)
{
    struct marker *marker = new_marker(hideout, "user");
    marker->id = enclave_user(&hideout->lab->enclave, marker->text, USER_ROLE_USER);
    const union command_fields fields = {.project_add_member = {.project = project,
                                                                .user = marker->id,
                                                                .role = PROJECT_ROLE_MANAGER}};
    (void)enclave_must(&hideout->lab->enclave, "ada", COMMAND_PROJECT_ADD_MEMBER, &fields);
}

static void download(struct hideout *hideout, struct id file)
{
    const struct marker *marker = new_marker(hideout, "dest");
    const union command_fields fields = {
        .vault_file_download = {.file = file, .destination = bytes_of_string(marker->text)}};
    (void)enclave_must(&hideout->lab->enclave, "bob", COMMAND_VAULT_FILE_DOWNLOAD, &fields);
}

/* A project below another, of which only its own events tell. */
static struct id add_project(struct hideout *hideout, struct id parent)
{
    struct marker *marker = new_marker(hideout, "proj");
    const union command_fields fields = {.project_create = {.name = bytes_of_string(marker->text),
                                                            .has_parent = parent.kind != ID_NONE,
                                                            .parent = parent}};
    uint64_t n = enclave_must(&hideout->lab->enclave, "ada", COMMAND_PROJECT_CREATE, &fields);
    marker->id = (struct id){.kind = ID_PROJECT, .n = n};
    return marker->id;
}

static void do_something(struct hideout *hideout)
{
    struct lab *lab = hideout->lab;
    const struct id none = {ID_NONE, 0};
    const struct id projects[] = {lab->texas, lab->florida, lab->federal, none};
    struct id project = projects[random_below(&hideout->random, 4)];
    struct marker *marker = new_marker(hideout, "file");
    if (!id_equal(project, hideout->active)) {
        lab_activate(lab, "bob", project);
        hideout->active = project;
    }
    marker->id = lab_file(lab, "bob", marker->text, project, 1);
    (void)lab_fetch(lab, "bob", marker->id);
    if (random_below(&hideout->random, 3) == 0) {
        download(hideout, marker->id);
    }
    if (project.kind != ID_NONE && random_below(&hideout->random, 3) == 0) {
        add_somebody(hideout, project);
    }
    enclave_pass(&lab->enclave, 30 + random_below(&hideout->random, 600));
}

static void look_at_all(struct hideout *hideout)
{
    lab_look(hideout->lab);
    hideout->count = log_snapshot_size(hideout->lab->log);
    assert_true(hideout->count < EVENTS_MAX);
    for (uint64_t n = 0; n < hideout->count; n++) {
        must(log_read_leaf(hideout->lab->log, n, &hideout->leaves[n]));
        must(leaf_decode(hideout->leaves[n], &hideout->events[n]));
        must(log_read_body(hideout->lab->log, &hideout->events[n], &hideout->bodies[n]));
        must(log_read_command(hideout->lab->log, &hideout->events[n], &hideout->commands[n]));
    }
}

/* The naive answer -------------------------------------------------------------------------- */

static bool is_of(const struct leaf *leaf, struct id project)
{
    bool of = project.kind == ID_NONE || id_equal(leaf->project, project);
    for (size_t i = 0; i < leaf->on_count; i++) {
        of = of || id_equal(leaf->on[i], project);
    }
    return of;
}

static uint64_t mark_visible(struct hideout *hideout)
{
    const struct web_viewer *viewer = &hideout->browser.viewer;
    uint64_t count = 0;
    for (uint64_t n = 0; n < hideout->count; n++) {
        const struct leaf *leaf = &hideout->events[n];
        hideout->visible[n] = is_of(leaf, viewer->project) && leaf->t_utc_us >= viewer->from_us &&
                              (viewer->until_us == 0 || leaf->t_utc_us < viewer->until_us);
        count += hideout->visible[n] ? 1 : 0;
    }
    return count;
}

static bool has(struct bytes bytes, const char *text)
{
    return bytes.size > 0 && memmem(bytes.data, bytes.size, text, strlen(text)) != NULL;
}

static bool names(const struct leaf *leaf, struct id id)
{
    char memory[64];
    struct text text = TEXT_IN(memory);
    id_write(&text, id);
    bool found = id_equal(leaf->project, id) || id_equal(leaf->session, id) ||
                 bytes_equal(leaf->actor, text_bytes(&text));
    for (size_t i = 0; i < leaf->on_count; i++) {
        found = found || id_equal(leaf->on[i], id);
    }
    return found;
}

/* Whether a visible event names the thing, or has the text in it. */
static bool may_be_shown(const struct hideout *hideout, const struct marker *marker)
{
    for (uint64_t n = 0; n < hideout->count; n++) {
        bool named = marker->id.kind != ID_NONE && names(&hideout->events[n], marker->id);
        bool told = has(hideout->leaves[n], marker->text) ||
                    has(hideout->bodies[n], marker->text) ||
                    has(hideout->commands[n], marker->text);
        if (hideout->visible[n] && (named || told)) {
            return true;
        }
    }
    return false;
}

/* Crawling ---------------------------------------------------------------------------------- */

static void forget_targets(struct hideout *hideout)
{
    while (hideout->target_count > 0) {
        free(hideout->targets[--hideout->target_count]);
    }
}

static void add_target(struct hideout *hideout, const char *target)
{
    for (size_t i = 0; i < hideout->target_count; i++) {
        if (strcmp(hideout->targets[i], target) == 0) {
            return;
        }
    }
    if (hideout->target_count < TARGETS_MAX) {
        hideout->targets[hideout->target_count++] = strdup(target);
    }
}

/* Every page without parts, every event in every form, and every thing that there is. */
static void add_all(struct hideout *hideout)
{
    static const char *const forms[] = {"", ".json", ".tlog-proof"};
    char target[200];
    for (size_t i = 0; route_at(i) != NULL; i++) {
        if (strpbrk(route_at(i)->pattern, "#$") == NULL) {
            add_target(hideout, route_at(i)->pattern);
        }
    }
    for (size_t i = 0; report_at(i) != NULL; i++) {
        snprintf(target, sizeof target, "/reports/%s", report_at(i)->name);
        add_target(hideout, target);
        snprintf(target, sizeof target, "/reports/%s?format=json", report_at(i)->name);
        add_target(hideout, target);
    }
    for (uint64_t n = 0; n < hideout->count; n++) {
        snprintf(target, sizeof target, "/events/%lu%s", n, forms[n % 3]);
        add_target(hideout, target);
    }
    for (size_t i = 0; i < hideout->marker_count; i++) {
        struct text text = TEXT_IN(target);
        if (hideout->markers[i].id.kind != ID_NONE &&
            link_object_path(hideout->markers[i].id, &text)) {
            add_target(hideout, text_string(&text));
        }
        snprintf(target, sizeof target, "/events?q=actor+%%3D+%s", hideout->markers[i].text);
        add_target(hideout, target);
        snprintf(target, sizeof target, "/events?q=text+~+%%2F%s%%2F", hideout->markers[i].text);
        add_target(hideout, target);
    }
}

/* Links of a page, of each path a few: a search leads to many like it. */
static void add_links(struct hideout *hideout)
{
    char target[900];
    size_t at = 0, added = 0;
    while (added < 12 && browser_next_link(&hideout->browser, &at, target, sizeof target)) {
        bool search = strncmp(target, "/events?", 8) == 0 || strncmp(target, "/timeline", 9) == 0;
        if (target[0] == '/' && (!search || hideout->target_count % 16 == 0)) {
            size_t before = hideout->target_count;
            add_target(hideout, target);
            added += hideout->target_count > before ? 1 : 0;
        }
    }
}

/* What was typed is shown again, and is no secret. */
static bool was_typed(const char *target, const char *text)
{
    return strstr(target, text) != NULL;
}

static void check_page(struct hideout *hideout, const char *target)
{
    unsigned status = browser_get(&hideout->browser, target);
    if (status != 200 && status != 400 && status != 404) {
        fail_msg("%s: %u", target, status);
    }
    for (size_t i = 0; i < hideout->marker_count; i++) {
        const struct marker *marker = &hideout->markers[i];
        if (!was_typed(target, marker->text) &&
            has(bytes_of(hideout->browser.text, hideout->browser.size), marker->text) &&
            !may_be_shown(hideout, marker)) {
            fail_msg("%s tells of %s", target, marker->text);
        }
    }
}

static void crawl(struct hideout *hideout)
{
    add_all(hideout);
    size_t given = hideout->target_count;
    for (size_t i = 0; i < hideout->target_count; i++) {
        check_page(hideout, hideout->targets[i]);
        if (i < given && i % 4 == 0) {
            add_links(hideout);
        }
    }
    forget_targets(hideout);
}

/* Not there, and not to be seen ------------------------------------------------------------- */

static void check_hidden_events(struct hideout *hideout)
{
    static const char *const forms[] = {"", ".json", ".tlog-proof"};
    char target[200];
    for (size_t form = 0; form < 3; form++) {
        snprintf(target, sizeof target, "/events/%lu%s", hideout->count + 7, forms[form]);
        assert_int_equal(browser_get(&hideout->browser, target), 404);
        char *nothing = strdup(hideout->browser.text);
        for (uint64_t n = form; n < hideout->count; n += 5) {
            snprintf(target, sizeof target, "/events/%lu%s", n, forms[form]);
            unsigned status = browser_get(&hideout->browser, target);
            assert_int_equal(status, hideout->visible[n] ? 200 : 404);
            assert_true(hideout->visible[n] || strcmp(hideout->browser.text, nothing) == 0);
        }
        free(nothing);
    }
}

static void check_hidden_things(struct hideout *hideout)
{
    char target[200];
    assert_int_equal(browser_get(&hideout->browser, "/files/999999"), 404);
    char *nothing = strdup(hideout->browser.text);
    for (size_t i = 0; i < hideout->marker_count; i++) {
        struct text text = TEXT_IN(target);
        struct id id = hideout->markers[i].id;
        bool visible = false;
        if (id.kind == ID_NONE || !link_object_path(id, &text)) {
            continue;
        }
        for (uint64_t n = 0; n < hideout->count; n++) {
            visible = visible || (hideout->visible[n] && names(&hideout->events[n], id));
        }
        assert_int_equal(browser_get(&hideout->browser, text_string(&text)), visible ? 200 : 404);
        assert_true(visible || strcmp(hideout->browser.text, nothing) == 0);
    }
    free(nothing);
}

/* What is not visible is called by its id, wherever it is called at all. */
static void check_what_things_are_called(struct hideout *hideout)
{
    static struct scope scope;
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    const struct web_options options = {.engine = hideout->lab->enclave.engine};
    must(hasher_open(&hasher));
    must(scope_open(&options, &hideout->browser.viewer, UINT64_MAX, hasher, &scope));
    for (size_t i = 0; i < hideout->marker_count; i++) {
        const struct marker *marker = &hideout->markers[i];
        char memory[200];
        struct text text = TEXT_IN(memory);
        bool visible = false;
        for (uint64_t n = 0; n < hideout->count; n++) {
            visible = visible || (hideout->visible[n] && names(&hideout->events[n], marker->id));
        }
        if (marker->id.kind == ID_USER || marker->id.kind == ID_PROJECT) {
            scope_put_name(&scope, marker->id, UINT64_MAX, &text);
            assert_int_equal(has(text_bytes(&text), marker->text), visible);
        }
    }
    scope_close(&scope);
}

/* A name that only hidden events know is as unknown as one that nobody has. */
static void check_hidden_names(struct hideout *hideout)
{
    char target[200];
    assert_int_equal(browser_get(&hideout->browser, "/events?q=on+%3D+zqnobody1x"), 400);
    char *nothing = strdup(strstr(hideout->browser.text, "role=\"alert\""));
    nothing[strcspn(nothing, ":")] = '\0';
    for (size_t i = 0; i < hideout->marker_count; i++) {
        const struct marker *marker = &hideout->markers[i];
        bool visible = false;
        for (uint64_t n = 0; n < hideout->count; n++) {
            visible = visible || (hideout->visible[n] && names(&hideout->events[n], marker->id));
        }
        if (marker->id.kind == ID_USER && !visible) {
            snprintf(target, sizeof target, "/events?q=on+%%3D+%s", marker->text);
            assert_int_equal(browser_get(&hideout->browser, target), 400);
            assert_true(browser_shows(&hideout->browser, "there is nothing of this name"));
            assert_false(browser_shows(&hideout->browser, "did you mean"));
        }
    }
    free(nothing);
}

static void check_counts(struct hideout *hideout, uint64_t visible)
{
    char expected[80];
    browser_must(&hideout->browser, "/events");
    snprintf(expected, sizeof expected, "<strong>%lu event%s</strong>", visible,
             visible == 1 ? "" : "s");
    assert_true(visible == 0 || browser_shows(&hideout->browser, expected));
    browser_must(&hideout->browser, "/events.jsonl");
    assert_int_equal(browser_count(&hideout->browser, "\n"), visible);
    browser_must(&hideout->browser, "/");
    snprintf(expected, sizeof expected, "<h2>Events</h2>\n<p class=\"big\">%lu</p>", visible);
    assert_true(browser_shows(&hideout->browser, expected));
}

/* Scopes ------------------------------------------------------------------------------------ */

static void choose_scope(struct hideout *hideout, unsigned round)
{
    struct lab *lab = hideout->lab;
    const struct id projects[] = {lab->texas, hideout->below, lab->federal, {ID_NONE, 0}};
    struct web_viewer *viewer = &hideout->browser.viewer;
    uint64_t middle = hideout->events[hideout->count / 2].t_utc_us;
    viewer->scoped = true;
    viewer->project = projects[round % 4];
    viewer->from_us = round == 3 ? middle : 0;
    viewer->until_us = round % 4 == 2 || round % 4 == 3 ? middle + 1200 * TIME_SECOND_US : 0;
}

static void no_page_tells_of_what_is_beyond_the_scope(void **state)
{
    static struct hideout hideout;
    hideout.lab = *state;
    hideout.random = 71;
    hideout.below = add_project(&hideout, add_project(&hideout, (struct id){ID_NONE, 0}));
    add_somebody(&hideout, hideout.below);
    for (unsigned i = 0; i < STEPS; i++) {
        do_something(&hideout);
    }
    look_at_all(&hideout);
    browser_begin(&hideout.browser, hideout.lab->enclave.engine,
                  hideout.events[hideout.count - 1].t_utc_us + TIME_SECOND_US);
    for (unsigned round = 0; round < SCOPES; round++) {
        choose_scope(&hideout, round);
        uint64_t visible = mark_visible(&hideout);
        assert_true(visible < hideout.count);
        check_counts(&hideout, visible);
        check_hidden_events(&hideout);
        check_hidden_things(&hideout);
        check_hidden_names(&hideout);
        check_what_things_are_called(&hideout);
        crawl(&hideout);
    }
    browser_end(&hideout.browser);
}

/* The markers are found where they may be: the test above could see them. */
static void a_viewer_of_everything_is_shown_everything(void **state)
{
    static struct hideout hideout;
    hideout.lab = *state;
    hideout.random = 72;
    for (unsigned i = 0; i < 4; i++) {
        do_something(&hideout);
    }
    look_at_all(&hideout);
    browser_begin(&hideout.browser, hideout.lab->enclave.engine,
                  hideout.events[hideout.count - 1].t_utc_us + TIME_SECOND_US);
    browser_must(&hideout.browser, "/events.csv");
    for (size_t i = 0; i < hideout.marker_count; i++) {
        bool file = hideout.markers[i].id.kind == ID_FILE;
        char target[80];
        snprintf(target, sizeof target, "/events/%lu", hideout.markers[i].id.n);
        if (file) {
            browser_must(&hideout.browser, target);
            assert_true(browser_shows(&hideout.browser, hideout.markers[i].text));
        }
    }
    browser_end(&hideout.browser);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_LAB(no_page_tells_of_what_is_beyond_the_scope),
        IN_LAB(a_viewer_of_everything_is_shown_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
