#include "tests/reports/web/browser.h"

#include "tests/reports/well_formed.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

void browser_begin(struct browser *browser, struct engine *engine, uint64_t now_us)
{
    *browser = (struct browser){.now_us = now_us, .viewer = {.name = LITERAL("auditor")}};
    must(web_open(&(struct web_options){.engine = engine, .program = "cairn test"}, &browser->web));
}

void browser_end(struct browser *browser)
{
    web_close(&browser->web);
    free(browser->text);
}

/* Looking at pages ------------------------------------------------------------------------- */

static void look_at_headings(const struct browser *browser)
{
    int level = 1;
    assert_int_equal(browser_count(browser, "<h1"), 1);
    for (const char *at = browser->text; (at = strstr(at, "<h")) != NULL; at += 2) {
        if (at[2] >= '1' && at[2] <= '6') {
            int next = at[2] - '0';
            assert_true(next <= level + 1);
            level = next;
        }
    }
}

/* Every field has a label that names it, or is hidden or a button. */
static void look_at_fields(const struct browser *browser)
{
    static const char *const fields[] = {"<input ", "<select ", "<textarea "};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        for (const char *at = browser->text; (at = strstr(at, fields[i])) != NULL; at++) {
            char label[200];
            const char *end = strchr(at, '>'), *id = strstr(at, " id=\"");
            const char *hidden = strstr(at, "type=\"hidden\"");
            if (hidden != NULL && hidden < end) {
                continue;
            }
            assert_true(id != NULL && id < end);
            snprintf(label, sizeof label, " for=\"%.*s\"", (int)strcspn(id + 5, "\""), id + 5);
            if (!browser_shows(browser, label)) {
                fail_msg("no label:%s", label);
            }
        }
    }
}

/* No id comes twice. */
static void look_at_ids(const struct browser *browser)
{
    for (const char *at = browser->text; (at = strstr(at, " id=\"")) != NULL; at++) {
        char id[200];
        snprintf(id, sizeof id, "%.*s\"", (int)(5 + strcspn(at + 5, "\"")), at);
        if (browser_count(browser, id) != 1) {
            fail_msg("twice:%s", id);
        }
    }
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* An attribute that runs or styles anything, or leads out of the site. */
static bool is_wrong(const char *name, const char *value)
{
    bool leads = begins(name, "href=") || begins(name, "src=") || begins(name, "action=");
    bool inside = (value[0] == '/' && value[1] != '/') || value[0] == '#';
    return begins(name, "on") || begins(name, "style=") || begins(name, "target=") ||
           begins(name, "srcdoc=") || (leads && !inside);
}

/* The tag at `at`, whose values are in double quotes; returns its end. */
static const char *look_at_tag(const char *at)
{
    static const char *const never[] = {"<style",  "<iframe", "<base",
                                        "<object", "<embed",  "<script>"};
    const char *end = at;
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        if (begins(at, never[i])) {
            fail_msg("a page has: %.80s", at);
        }
    }
    while (*end != '>' && *end != '\0') {
        const char *value = strstr(end, "=\"");
        size_t size = strcspn(end, ">=");
        if (end[0] == ' ' && end[size] == '=' && is_wrong(end + 1, value + 2)) {
            fail_msg("a page has: %.80s", end);
        }
        bool quoted = end[0] == ' ' && end[size] == '=';
        end = quoted ? value + 2 + strcspn(value + 2, "\"") + 1 : end + 1;
    }
    return end;
}

static void look_at(const struct browser *browser)
{
    const char *doctype = "<!DOCTYPE html>\n";
    assert_memory_equal(browser->text, doctype, strlen(doctype));
    assert_true(well_formed(browser->text + strlen(doctype)));
    for (const char *at = browser->text; (at = strchr(at, '<')) != NULL;) {
        at = look_at_tag(at);
    }
    assert_int_equal(browser_count(browser, "<main "), 1);
    assert_int_equal(browser_count(browser, "href=\"#main\""), 1);
    assert_int_equal(browser_count(browser, "<html lang=\"en\">"), 1);
    assert_int_equal(browser_count(browser, " · Cairn</title>\n<meta "), 1);
    look_at_headings(browser);
    look_at_fields(browser);
    look_at_ids(browser);
}

/* Asking ------------------------------------------------------------------------------------ */

static void take(struct browser *browser)
{
    off_t size = lseek(browser->output.fd, 0, SEEK_END);
    assert_true(size >= 0);
    browser->size = (size_t)size;
    browser->text = malloc(browser->size + 1);
    assert_non_null(browser->text);
    assert_int_equal(pread(browser->output.fd, browser->text, browser->size, 0), size);
    browser->text[browser->size] = '\0';
    close(browser->output.fd);
}

unsigned browser_get(struct browser *browser, const char *target)
{
    size_t path = strcspn(target, "?#");
    const char *query = target[path] == '?' ? target + path + 1 : "";
    const struct web_request request = {
        .path = bytes_of(target, path),
        .query = bytes_of(query, strcspn(query, "#")),
        .viewer = &browser->viewer,
        .now_utc_us = browser->now_us,
    };
    free(browser->text);
    output_init(&browser->output, memfd_create("page", MFD_CLOEXEC));
    assert_true(browser->output.fd >= 0);
    browser->answer.output = &browser->output;
    must(web_respond(browser->web, &request, &browser->answer));
    take(browser);
    if (strncmp(browser->answer.type, "text/html", 9) == 0 && browser->answer.download == NULL &&
        browser->answer.location[0] == '\0') {
        look_at(browser);
    }
    return browser->answer.status;
}

void browser_must(struct browser *browser, const char *target)
{
    unsigned status = browser_get(browser, target);
    if (status != 200) {
        fail_msg("%s: %u\n%s", target, status, browser->text);
    }
}

bool browser_shows(const struct browser *browser, const char *text)
{
    return strstr(browser->text, text) != NULL;
}

size_t browser_count(const struct browser *browser, const char *text)
{
    size_t count = 0;
    for (const char *at = browser->text; (at = strstr(at, text)) != NULL; at += strlen(text)) {
        count++;
    }
    return count;
}

bool browser_next_link(const struct browser *browser, size_t *at, char *target, size_t capacity)
{
    const char *found = strstr(browser->text + *at, " href=\"");
    size_t used = 0;
    if (found == NULL) {
        return false;
    }
    for (found += 7; *found != '"' && used + 1 < capacity; found++) {
        target[used++] = *found;
        found += strncmp(found, "&amp;", 5) == 0 ? 4 : 0;
    }
    target[used] = '\0';
    *at = (size_t)(found - browser->text);
    return true;
}
