/*
 * Every hostile string through the auditor's web: each page that shows it stays well-formed, and
 * nothing in it steers, hides or ends anything.
 */
#include "reports/filter/filter.h"
#include "tests/hostile/hall.h"
#include "tests/reports/web/browser.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    TARGETS_MAX = 1200,
    TARGET_SIZE = 6000,
};

static struct hall *hall;
static struct browser browser;
static char *targets[TARGETS_MAX];
static size_t target_count;

static int begin(void **unused)
{
    (void)unused;
    hall = hall_begin();
    browser_begin(&browser, hall->engine, hall->scratch.clock_us);
    return 0;
}

static int end(void **unused)
{
    (void)unused;
    browser_end(&browser);
    hall_end(hall);
    return 0;
}

static void visit(const char *target)
{
    unsigned status = browser_get(&browser, target);
    if (status != 200 && status != 400 && status != 404) {
        fail_msg("%s: %u", target, status);
    }
    bool html = strncmp(browser.answer.type, "text/html", 9) == 0;
    bool shown = browser.answer.download == NULL && html;
    if (shown && !hostile_is_plain(bytes_of(browser.text, browser.size), true)) {
        fail_msg("%s is not plain", target);
    }
}

static void each_string_has_its_pages(void **unused)
{
    static const char *const forms[] = {"", ".json", ".tlog-proof"};
    char target[200];
    (void)unused;
    for (size_t i = 0; i < hostile_count(); i++) {
        for (size_t form = 0; hall->record[i] > 0 && form < 3; form++) {
            snprintf(target, sizeof target, "/events/%lu%s", hall->record[i], forms[form]);
            visit(target);
            if (browser.answer.status != 200) {
                fail_msg("%s: %u", target, browser.answer.status);
            }
        }
        if (hall->record[i] > 0) {
            snprintf(target, sizeof target, "/objects/subject/%lu", hall->subject[i].n);
            visit(target);
        }
    }
}

/* What is typed is shown again in its field, and in what is wrong with it. */
static void each_string_can_be_asked_for(void **unused)
{
    static const char *const pages[] = {"/events", "/timeline"};
    static uint8_t memory[HOSTILE_LONG];
    static char target[3 * HOSTILE_LONG + 100];
    (void)unused;
    for (size_t i = 0; i < hostile_count(); i++) {
        struct hostile hostile = hostile_at(i, memory);
        int size = snprintf(target, sizeof target, "%s?q=", pages[i % 2]);
        for (size_t k = 0; k < hostile.bytes.size && k < FILTER_TEXT_MAX / 2; k++) {
            size += snprintf(target + size, sizeof target - (size_t)size, "%%%02X",
                             hostile.bytes.data[k]);
        }
        visit(target);
    }
}

static void add_target(const char *target)
{
    for (size_t i = 0; i < target_count; i++) {
        if (strcmp(targets[i], target) == 0) {
            return;
        }
    }
    if (target_count < TARGETS_MAX && target[0] == '/') {
        targets[target_count++] = strdup(target);
    }
}

static void whatever_leads_on_from_the_overview_holds(void **unused)
{
    char target[TARGET_SIZE];
    (void)unused;
    add_target("/");
    for (size_t i = 0; i < target_count; i++) {
        size_t at = 0, most = target_count + 25;
        visit(targets[i]);
        while (target_count < most && browser_next_link(&browser, &at, target, sizeof target)) {
            add_target(target);
        }
    }
    while (target_count > 0) {
        free(targets[--target_count]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_string_has_its_pages),
        cmocka_unit_test(each_string_can_be_asked_for),
        cmocka_unit_test(whatever_leads_on_from_the_overview_holds),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
