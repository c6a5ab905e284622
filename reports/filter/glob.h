/*
 * reports/filter/glob.h -- wildcards: * is any text, ? one byte of it, \c is c itself.
 *
 * Shape    Unlike fnmatch it takes bytes of any value, has no brackets and no locale, and takes at
 *          most pattern times text steps.
 */
#ifndef REPORTS_FILTER_GLOB_H
#define REPORTS_FILTER_GLOB_H

#include "schema/bytes.h"

/* Whether the whole text is as the pattern says. */
bool glob_matches(struct bytes pattern, struct bytes text);
/* Whether some part of it is. */
bool glob_matches_within(struct bytes pattern, struct bytes text);

#endif
