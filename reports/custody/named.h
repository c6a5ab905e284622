/*
 * reports/custody/named.h -- the cells of one row: things by name, events as a list.
 *
 * Shape    For people names with ids in brackets; for programs ids. What does not fit any more is
 *          an absent cell.
 * Memory   The caller's; cells lend from it until named_begin.
 */
#ifndef REPORTS_CUSTODY_NAMED_H
#define REPORTS_CUSTODY_NAMED_H

#include "core/view.h"
#include "reports/rows.h"

enum {
    NAMED_SIZE = 16 << 10, /* bytes of the texts of one row */
};

struct named {
    const struct view *view; /* whose names count */
    bool for_people;
    char memory[NAMED_SIZE];
    struct text text;
};

/* Begins a row of these. */
void named_begin(struct named *named, const struct view *view, const struct rows *rows);

/* ID_NONE: absent. */
struct cell named_id(struct named *named, struct id id);
/* `[12,40]` */
struct cell named_events(struct named *named, const uint64_t *events, size_t count);
/* What has been written into named->text since `start`; absent if nothing was or not all fits. */
struct cell named_cell(struct named *named, size_t start);
/* The thing, into named->text. */
void named_put(struct named *named, struct id id);

/* A string with an end; empty: absent. */
struct cell named_text(struct bytes text);

#endif
