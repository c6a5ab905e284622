/*
 * reports/web/grid.h -- rows of a report of the command line, as a table of a page.
 *
 * Shape    A grid is one more format of reports/rows.h: whoever fills rows for the terminal fills
 *          them for a page, so that both tell the same. How a column is shown follows from its
 *          name and type, unless the page says otherwise: times, positions that lead to their
 *          events, ids that lead to their pages.
 *
 *            struct grid grid;
 *            grid_init(&grid, visit, &(struct grid_options){.caption = "Cases"});
 *            TRY(grid_end(&grid, desk_cases(&desk, &count)));
 *
 * Scope    For pages of which the viewer may read all.
 * Limits   GRID_ROWS_MAX rows, or the page's; that there are more is said below the table.
 * Errors   Those of the output. INTERRUPTED when the time for the request is over.
 */
#ifndef REPORTS_WEB_GRID_H
#define REPORTS_WEB_GRID_H

#include "reports/rows.h"
#include "reports/web/page.h"

enum {
    GRID_ROWS_MAX = 1000,
    GRID_HEADING_SIZE = 48,
};

enum grid_form {
    GRID_USUAL,
    GRID_HIDDEN,
    GRID_WORDS,  /* things and events in it are links */
    GRID_LIST,   /* joined by `; `: a list of such */
    GRID_FOLD,   /* the same, folded away */
    GRID_EVENT,  /* one position */
    GRID_EVENTS, /* many */
    GRID_ID,     /* an id: its name, too */
    GRID_YES_NO, /* a word with its sign */
    GRID_TONE,   /* the same of words that the page knows: reports/web/grid.c */
    GRID_RULE,   /* a rule's id, with its sentence */
    GRID_CODE,
};

struct grid_column {
    const char *name;    /* of the column of the rows */
    const char *heading; /* NULL: its name */
    enum grid_form form;
};

struct grid_options {
    const char *caption;
    bool hidden_caption;
    const char *empty;                 /* what is said if there are no rows; NULL: nothing */
    const struct grid_column *columns; /* those that are not as usual */
    size_t column_count;
    struct bytes contains; /* only rows in which a shown text has this; empty: all */
    uint64_t skip;         /* so many of them are not shown */
    uint64_t limit;        /* 0: GRID_ROWS_MAX */
    const char *more;      /* what to do if there are more rows; NULL: nothing to do */
};

struct grid {
    struct rows rows; /* first: what fills it */
    struct visit *visit;
    struct grid_options options;
    uint64_t skipped, shown;
    bool cut;
    char headings[ROWS_COLUMNS_MAX][GRID_HEADING_SIZE];
    uint8_t memory[256];
    struct arena arena;
};

/* Cannot fail. Strings of the options are lent until grid_end. */
void grid_init(struct grid *grid, struct visit *visit, const struct grid_options *options);

/* Ends the table, whatever filled it ended with: OK if it is whole, or cut at its limit. */
MUST_CHECK struct status grid_end(struct grid *grid, struct status status);

#endif
