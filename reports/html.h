/*
 * reports/html.h -- pages of HTML: self-contained, escaped, the same bytes every time.
 *
 * Shape    A page has its style sheet within, no script, nothing from elsewhere; it reads well on a
 *          light screen, a dark one, and on paper. Foreign text goes through html_put, which lets
 *          nothing end an element or an attribute, steer or hide anything (reports/glyph.h).
 * Errors   Those of the output, which remembers them (reports/output.h).
 * Source   HTML Living Standard; WCAG 2.2, 1.4.1: colour is never the only sign.
 */
#ifndef REPORTS_HTML_H
#define REPORTS_HTML_H

#include "reports/output.h"

/* Foreign text, in an element or in an attribute in double quotes. */
void html_put(struct output *output, struct bytes text);
void html_put_string(struct output *output, const char *text);

/* From the doctype to <main>. `meta` is text for whoever looks for it later, or empty. */
void html_begin(struct output *output, struct bytes title, struct bytes meta);
/* </main> to the end. */
void html_end(struct output *output);

/* <name class="class">text</name>; no class if it is NULL. */
void html_element(struct output *output, const char *name, const char *class, struct bytes text);

#endif
