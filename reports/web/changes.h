/*
 * reports/web/changes.h -- what one version of a row has that the one before had not, in words.
 *
 * Shape    `state: active → inactive; permissions: share, upload → share`; of a first version its
 *          fields, but those of its key. Ids stand alone. Of what only programs read (keys, hashes)
 *          it is said that it is another one.
 * Limits   A value of more than CHANGES_VALUE_MAX bytes is not written out.
 * Errors   LIMIT, of a row that does not fit; else as json_parse.
 */
#ifndef REPORTS_WEB_CHANGES_H
#define REPORTS_WEB_CHANGES_H

#include "core/view.h"

enum {
    CHANGES_VALUE_MAX = 120,
    CHANGES_SIZE = 2048, /* bytes that are enough for most; a text that is full is cut */
};

/* `before` NULL: `after` is the first. */
MUST_CHECK struct status changes_put(enum row_table table, const void *before, const void *after,
                                     struct text *out);

#endif
