/*
 * reports/web/interval_bands.h -- intervals of access as lanes of a picture.
 *
 * Shape    One more taker of the rows of reports/access/interval_rows.h, beside the table: whatever
 *          a row says from when to when becomes a band, in a lane for each user, object and verb.
 *          Lanes in which nothing was ever allowed are drawn, too: that is an answer.
 */
#ifndef REPORTS_WEB_INTERVAL_BANDS_H
#define REPORTS_WEB_INTERVAL_BANDS_H

#include "reports/rows.h"
#include "reports/web/bands.h"

enum {
    INTERVAL_BANDS_LABEL = 600,
};

struct interval_bands {
    struct rows rows; /* first: what is filled */
    struct bands *bands;
    char label[INTERVAL_BANDS_LABEL]; /* of the lane that is open */
    size_t label_size;
};

/* The visit, whose output gets nothing, and `bands` are lent until the last row. */
void interval_bands_init(struct interval_bands *out, struct bands *bands, struct visit *visit);

#endif
