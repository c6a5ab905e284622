/*
 * reports/chart.h -- numbers as pictures: bars, columns over time, and a line beside a number.
 *
 * Shape    Each is a whole SVG (reports/svg.h) with a title and, as its description, what it says
 *          in words; every bar shows its number, and colour is never the only sign: what is part of
 *          a value (refusals, say) is hatched. The numbers themselves belong into a table beside
 *          it.
 * Limits   CHART_BARS_MAX bars are drawn, and CHART_COLUMNS_MAX columns; that there are more is
 *          said in the picture.
 * Errors   Those of the output.
 */
#ifndef REPORTS_CHART_H
#define REPORTS_CHART_H

#include "reports/svg.h"
#include "reports/zone.h"

enum {
    CHART_BARS_MAX = 60,
    CHART_COLUMNS_MAX = 400,
    CHART_ROWS_MAX = 40,
    CHART_CELLS_MAX = 62,
    CHART_WIDTH = 900,
};

struct chart_head {
    const char *id; /* as svg_head.id */
    struct bytes title;
    struct bytes subtitle; /* of what, in small letters; empty: none */
    struct bytes unit;     /* what is counted: `events` */
    struct bytes part_of;  /* what the hatched part is: `denied`; empty: no value has one */
};

struct chart_bar {
    struct bytes label;
    uint64_t value;
    uint64_t part;     /* at most value */
    struct bytes link; /* as svg_link; empty: none */
};

/* One bar below the other, in the order given. */
void chart_bars(struct output *output, const struct chart_head *head, const struct chart_bar *bars,
                size_t count);

struct chart_column {
    uint64_t from_utc_us;
    uint64_t value, part;
};

/* Columns over time, of stretches of equal length. */
struct chart_columns {
    const struct chart_column *columns;
    size_t count;        /* at most CHART_COLUMNS_MAX are drawn */
    uint64_t end_utc_us; /* of the last one */
    bool cut;            /* there are more, which the picture says */
    struct zone zone;    /* of the times below */
};
void chart_columns(struct output *output, const struct chart_head *head,
                   const struct chart_columns *columns);

/* A field of numbers: a row for each of one thing, a column for each of another. Every cell has its
 * number and, the darker, the more of the highest one. CHART_ROWS_MAX rows and CHART_CELLS_MAX
 * columns are drawn. */
struct chart_heat {
    const struct bytes *rows, *columns; /* what they are called */
    size_t row_count, column_count;
    const uint64_t *values; /* row after row */
};
void chart_heat(struct output *output, const struct chart_head *head,
                const struct chart_heat *heat);

/* A small picture of 120 by 24 pixels, to stand beside a number. */
void chart_spark(struct output *output, const struct chart_head *head, const uint64_t *values,
                 size_t count);

/* The smallest of 1, 2, 5, 10, 20, 50 ... that divides 0 to `most` into at most `parts` parts. */
uint64_t chart_step(uint64_t most, uint64_t parts);

/* A number with a thin space between thousands, as pictures write them. */
void chart_put_number(struct text *out, uint64_t number);

#endif
