/*
 * reports/web/assets.h -- the files that pages bring with them: style sheets, scripts.
 *
 * Shape    The files of reports/web/assets/, built into the program. Their names have the beginning
 *          of their SHA-256, `style-0123456789abcdef.css`: a browser may keep them for ever, since
 *          other bytes have another name.
 */
#ifndef REPORTS_WEB_ASSETS_H
#define REPORTS_WEB_ASSETS_H

#include "schema/bytes.h"

struct asset {
    const char *file; /* `style.css` */
    const char *name; /* `style-0123456789abcdef.css` */
    const char *type;
    struct bytes bytes;
};

/* By its file; what is not built in is NULL. */
const struct asset *asset_of(const char *file);
/* By its name; NULL. */
const struct asset *asset_find(struct bytes name);
/* The index-th; NULL past the last. */
const struct asset *asset_at(size_t index);

/* Made from the files by cmake/assets.cmake. */
extern const struct asset asset_list[];
extern const size_t asset_count;

#endif
