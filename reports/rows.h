/*
 * reports/rows.h -- rows of cells, written as a table, as lines, as CSV or as JSON Lines.
 *
 * Shape    A report names its columns, then hands over rows; it knows no format, and a format knows
 *          no report. Rows stream: nothing is kept but the first ones of a table, which settle the
 *          widths of its columns.
 * Table    For people. Headings in capitals; times in the zone at hand, with their offset, cut to
 *          milliseconds; an absent cell is `-`; no blanks at the end of a line. No text can steer
 *          the terminal. Only on a terminal, the last column is cut to fit, which an ellipsis
 * shows. CSV      RFC 4180, with a line of names. Text that a spreadsheet would take for a formula
 * gets a ' before it, and what could steer a terminal is escaped; `raw` leaves both out. Times are
 *          UTC with six digits.
 * Line     For people who read on: the cells that are there, two blanks between them, in no columns
 *          and under no headings; escaped as in a table, and never cut.
 * JSON     One object on a line, UTF-8 always. An absent cell is left out. Of text that is not
 *          UTF-8, the bad bytes are U+FFFD and a member `<name>_b64` has all of it. Times are UTC
 *          with six digits.
 * Errors   IO from the output, as soon as it is known: a caller stops there.
 * Source   RFC 4180; RFC 8259; jsonlines.org.
 */
#ifndef REPORTS_ROWS_H
#define REPORTS_ROWS_H

#include "reports/output.h"
#include "reports/zone.h"
#include "schema/arena.h"

struct hasher;

enum {
    ROWS_COLUMNS_MAX = 32,
    ROWS_SIZED = 100,            /* rows that settle the widths of a table */
    ROWS_MEMORY_SIZE = 64 << 10, /* bytes of memory that are plenty for them */
};

enum column_type {
    COLUMN_TEXT,    /* foreign text */
    COLUMN_INTEGER, /* 0 to 2^53-1 */
    COLUMN_TIME,    /* microseconds UTC */
    COLUMN_JSON,    /* canonical JSON; anything else is taken for text */
};

enum column_align {
    ALIGN_LEFT,
    ALIGN_RIGHT,
};

struct column {
    const char *name;    /* of the member or CSV field: [a-z][a-z0-9_]*, never changed */
    const char *heading; /* of the table; NULL: the name in capitals */
    enum column_type type;
    enum column_align align;
};

/* Which member is meant is told by the column's type. */
struct cell {
    bool present;
    uint64_t number;   /* COLUMN_INTEGER, COLUMN_TIME */
    struct bytes text; /* COLUMN_TEXT, COLUMN_JSON; lent for the call */
};

static inline struct cell cell_text(struct bytes text)
{
    return (struct cell){.present = true, .text = text};
}

static inline struct cell cell_string(const char *string)
{
    return cell_text(bytes_of_string(string));
}

static inline struct cell cell_number(uint64_t number)
{
    return (struct cell){.present = true, .number = number};
}

static inline struct cell cell_absent(void)
{
    return (struct cell){.present = false};
}

enum rows_format {
    ROWS_TABLE,
    ROWS_CSV,
    ROWS_JSON,
    ROWS_LINE,
};

struct rows_options {
    enum rows_format format;
    struct zone zone; /* of a table's times */
    uint32_t width;   /* columns of the terminal; 0: it is none */
    bool color;       /* headings in bold */
    bool raw;         /* CSV only */
};

struct rows;

/* What each format provides. */
struct rows_sink {
    struct status (*begin)(struct rows *rows);
    struct status (*row)(struct rows *rows, const struct cell *cells);
    struct status (*flush)(struct rows *rows);
};

/* The caller's memory; its members are the formats' own. */
struct rows {
    const struct rows_sink *sink;
    struct rows_options options;
    struct output *output;
    const struct column *columns;
    size_t column_count;
    uint64_t row_count;
    bool (*stopped)(const void *context); /* whether nobody waits for more; NULL: somebody does */
    const void *stopped_context;
    struct hasher *hasher; /* NULL, or started: it is given every cell, in order, as it is shown */
    /* of a table */
    struct arena *memory;
    struct cell *held[ROWS_SIZED];
    size_t held_count;
    bool settled;
    size_t widths[ROWS_COLUMNS_MAX];
};

/* Sets up memory for rows_begin; cannot fail. The output and the arena are lent until the last
 * call; the arena (ROWS_MEMORY_SIZE bytes; with less, fewer rows settle the widths) is for the rows
 * alone. */
void rows_init(struct rows *rows, const struct rows_options *options, struct output *output,
               struct arena *memory);

/* Begins: the columns are lent until the last call. */
MUST_CHECK struct status rows_begin(struct rows *rows, const struct column *columns,
                                    size_t column_count);

/* One row of column_count cells. */
MUST_CHECK struct status rows_add(struct rows *rows, const struct cell *cells);

/* For whoever looks long between two rows: INTERRUPTED once nobody waits for more. */
MUST_CHECK struct status rows_go_on(const struct rows *rows);

/* Writes all that is held back: at the end, and in between where rows come slowly (a table's widths
 * are then settled). */
MUST_CHECK struct status rows_flush(struct rows *rows);

/* The formats; rows_init picks one. */
extern const struct rows_sink rows_table, rows_csv, rows_json, rows_line;

#endif
