/*
 * tests/reports/web/browser.h -- asking for pages as a browser does, without one.
 *
 * Shape    browser_get asks for a path and keeps what came. Every page of HTML is looked at: it is
 *          well-formed, has no style and no script of its own, one h1, headings in order, a label
 *          for each field, and links that lead somewhere in the site.
 * Memory   `text` is valid until the next browser_get.
 */
#ifndef TESTS_REPORTS_WEB_BROWSER_H
#define TESTS_REPORTS_WEB_BROWSER_H

#include "reports/web/web.h"

struct browser {
    struct web *web;
    struct web_viewer viewer;
    uint64_t now_us;
    struct output output;
    struct web_answer answer;
    char *text; /* what came, with a final NUL */
    size_t size;
};

/* A viewer who sees everything, called `auditor`. */
void browser_begin(struct browser *browser, struct engine *engine, uint64_t now_us);
void browser_end(struct browser *browser);

/* Asks for a path, with what follows the `?`; returns the status. */
unsigned browser_get(struct browser *browser, const char *target);
/* The same, which must be found. */
void browser_must(struct browser *browser, const char *target);

bool browser_shows(const struct browser *browser, const char *text);
/* How often it stands there. */
size_t browser_count(const struct browser *browser, const char *text);

/* The target of the next link at or after *at, unescaped; false after the last. */
bool browser_next_link(const struct browser *browser, size_t *at, char *target, size_t capacity);

#endif
