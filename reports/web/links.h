/*
 * reports/web/links.h -- links from page to page, which keep the moment that a page is of.
 *
 * Shape    href_begin(visit, "/events"); href_param(visit, "q", expression); href_end(visit);
 *          then what is shown, then link_end. Everything that a path or a parameter is given is
 *          escaped. Of a page that is pinned (`at`), every link is.
 */
#ifndef REPORTS_WEB_LINKS_H
#define REPORTS_WEB_LINKS_H

#include "reports/web/visit.h"

/* `<a href="PATH?at=N`, where `path` is ours, outlives href_end and may end in a #fragment. */
void href_begin(struct visit *visit, const char *path);
/* The same with attributes of ours before the href: `class="button"`. */
void href_begin_with(struct visit *visit, const char *attributes, const char *path);
void href_param(struct visit *visit, const char *name, struct bytes value);
void href_number(struct visit *visit, const char *name, uint64_t value);
/* `">` */
void href_end(struct visit *visit);
/* `</a>` */
void link_end(struct visit *visit);

/* A whole link: to a path of ours, to an event by its number, to a thing by its name, to a search.
 */
void link_to(struct visit *visit, const char *path, const char *label);
void link_event(struct visit *visit, uint64_t n);
void link_object(struct visit *visit, struct id id);
void link_object_as_of(struct visit *visit, struct id id, uint64_t as_of_n);
void link_search(struct visit *visit, const char *expression, const char *label);

/* Writes the path of a thing's page: `/users/12`; false for what has none: the log. */
bool link_object_path(struct id id, struct text *out);

/* In a form: the hidden field that keeps `at`, if the page is pinned. */
void link_keep_at(struct visit *visit);

/* Percent-encoded, for an attribute. */
void link_put_encoded(struct output *output, struct bytes value);

/* The path and query of this page, with `at`: it shows the same for ever. */
void link_put_permalink(struct visit *visit);

#endif
