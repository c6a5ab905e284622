/*
 * reports/access/reasons.h -- an answer of core/access in words, and in JSON.
 *
 * Shape    In words the facts have names beside their ids: `member of tides (project:41) (event
 *          62)`. In JSON they are an array of objects with ids alone.
 */
#ifndef REPORTS_ACCESS_REASONS_H
#define REPORTS_ACCESS_REASONS_H

#include "core/access/access.h"

enum {
    REASONS_SIZE = 16 << 10, /* bytes of all facts of one answer, in words or in JSON */
    PATH_SIZE = 2048,        /* bytes of a path in words */
};

/* All facts, `; ` between them; of a refusal also the sentence of its rule. */
void reasons_put(const struct view *view, const struct access *access, struct text *out);

/* `[{"about":"project:41","event":62,"fact":"member of","holds":true,"until":"…"},…]` */
void reasons_put_json(const struct access *access, struct text *out);

/* What is in the way after a change that was not before: the first such fact; else the first that
 * does not hold; else the rule. Nothing if it is allowed. */
void reasons_put_change(const struct view *view, const struct access *before,
                        const struct access *after, struct text *out);

/* The path by which an answer is allowed. */
enum access_way {
    WAY_NONE,
    WAY_OWN,
    WAY_SHARE,
    WAY_GROUP,
};
struct access_path {
    enum access_way way;
    struct id via;     /* the group, or the target of the share; of WAY_OWN ID_NONE */
    struct id project; /* that the tag is met by, or ID_NONE */
};
struct access_path reasons_path(const struct access *access);
const char *access_way_name(enum access_way way);

/* `group genomes (group:12), project tides (project:41)`; without a view `group group:12,
 * project:41`. */
void reasons_put_path(const struct view *view, const struct access_path *path, struct text *out);

#endif
