/*
 * tests/reports/web/telling.h -- what a page tells, without its markup.
 *
 * Shape    The text of a page as a reader has it: no tags, entities as characters, any blanks as
 *          one. And pages found by their links, one after the other.
 */
#ifndef TESTS_REPORTS_WEB_TELLING_H
#define TESTS_REPORTS_WEB_TELLING_H

#include "tests/reports/web/browser.h"

/* The text of a page, or of a part of one; valid until free. */
char *telling_plain(const char *page);
char *telling_text(const struct browser *browser);

/* Fails the test unless the page tells these words, anywhere, in one piece. */
void telling_must(const struct browser *browser, const char *words);
bool telling_has(const struct browser *browser, const char *words);

/* Follows links from a page, each path once, as far as `most` pages; every one must be there. Links
 * to what `left_out` begins are not followed. How many pages there were. */
size_t telling_crawl(struct browser *browser, const char *from, const char *const *left_out,
                     size_t most);

#endif
