/*
 * auditd/reader/door_page.h -- the pages before the door: of a link that is good, and of nothing
 * that is.
 *
 * Shape    HTML as all pages have it (reports/web/page.h), without a viewer and so without anything
 *          of the log but what the invitation itself says.
 */
#ifndef AUDITD_READER_DOOR_PAGE_H
#define AUDITD_READER_DOOR_PAGE_H

#include "auditd/reader/door.h"
#include "reports/output.h"

/* `origin` is the log's name. */
void door_page_button(struct output *output, const struct door_pass *pass, const char *origin);
void door_page_shut(struct output *output);
void door_page_busy(struct output *output);

#endif
