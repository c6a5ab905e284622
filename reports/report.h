/*
 * reports/report.h -- a report: what it asks of the log, and how it says what it found.
 *
 * Shape    A report is a row of data (struct report_info) and one function that reads the log, the
 *          index and the state as of one moment, and tells a sink what it found: headings,
 *          sentences, facts, tables, bands over time. It knows no format; the formats
 *          (reports/render.h) know no report.
 * Moment   Everything is as of one position: `size` events count, the time is `now_utc_us`. Both
 *          come from the question, never from a clock, so that the same question over the same
 *          log gives the same bytes, wherever and whenever it is asked.
 * Rows     Every row of every table rests on events: its last column, of the type REPORT_EVENTS,
 *          has their positions.
 * Memory   Rows stream. What a call is lent is lent for the call.
 * Source   domain.md 2.3; compliance.md 5.
 */
#ifndef REPORTS_REPORT_H
#define REPORTS_REPORT_H

#include "core/engine.h"
#include "reports/rows.h"
#include "store/verify.h"

enum {
    REPORT_COLUMNS_MAX = 16,
    REPORT_ARENA = 2 << 20,   /* bytes: a row of the state, and what it lends; stays of drives */
    REPORT_EVENTS_SIZE = 128, /* bytes of the positions of one row: `12, 40-44` */
};

/* What a report can be narrowed down to. */
enum report_scope {
    REPORT_GLOBAL = 1,
    REPORT_OF_PROJECT = 2,
    REPORT_OF_USER = 4,
    REPORT_OF_TEAM = 8,
};

/* What is told -------------------------------------------------------------------------------- */

/* How something is to be taken; formats make colours and signs of it. */
enum report_tone {
    TONE_PLAIN,
    TONE_GOOD,
    TONE_BAD,
    TONE_WARNING,
    TONE_MUTED,
};

enum report_column_type {
    REPORT_TEXT,
    REPORT_INTEGER,
    REPORT_TIME,
    REPORT_CODE,    /* text that people compare and copy: ids, digests, rules */
    REPORT_VERDICT, /* text with a tone: cell_verdict */
    REPORT_EVENTS,  /* positions of the log, as text */
};

struct report_column {
    const char *name;    /* as struct column */
    const char *heading; /* for people; NULL: the name */
    enum report_column_type type;
};

struct report_table {
    const char *name;  /* [a-z][a-z0-9_]* */
    const char *title; /* NULL: none is shown */
    const struct report_column *columns;
    size_t column_count;
    const char *empty; /* what is said if there are no rows */
    bool main;         /* the one table of the report that a format of one table writes: CSV */
};

static inline struct cell cell_verdict(const char *text, enum report_tone tone)
{
    return (struct cell){.present = true, .number = tone, .text = bytes_of_string(text)};
}

/* Stretches of time in a lane each, on one axis. Stretches of a lane are in order and disjoint. */
struct report_band {
    uint64_t from_us, to_us;
    enum report_tone tone;
};
struct report_lane {
    const char *label;
    const struct report_band *bands;
    size_t count;
};
struct report_bands {
    const char *title;
    uint64_t from_us, to_us; /* of the axis */
    const struct report_lane *lanes;
    size_t lane_count;
};

/* The question -------------------------------------------------------------------------------- */

struct report_info;

struct report_question {
    const struct report_info *info;
    enum report_state state;    /* a draft is no evidence for an assessor */
    struct id scope;            /* a project, user or team; ID_NONE: everything */
    uint64_t from_us, until_us; /* the period: [from, until) */
    uint64_t now_us;            /* the moment it is asked for, at most the end of the period */
    uint64_t first, size;       /* events [first, size) were recorded in it; none beyond counts */
};

/* What a report reads. */
struct report_input {
    struct report_question question;
    struct engine *engine; /* for names, and the log as a whole */
    struct log_snapshot *log;
    struct index_snapshot *index; /* NULL: the log itself is scanned */
    struct view view;             /* as of the last event that counts */
    struct arena *arena;          /* of the view, for bodies too; set back between rows */
    struct hasher *hasher;
    /* Called now and then; true stops: INTERRUPTED. May be NULL. */
    bool (*progress)(void *context, uint64_t done, uint64_t total);
    void *progress_context;
    const char *program; /* that makes the report: `cairn 0.1.0` */
};

/* Reports ------------------------------------------------------------------------------------- */

struct report_sink;
struct report_format;
struct event_table;

typedef struct status report_run(const struct report_input *input, struct report_sink *sink);

struct report_info {
    const char *name; /* access-review */
    const char *title;
    const char *about;                   /* what it answers, a sentence */
    uint32_t version;                    /* raised when the same log would give other bytes */
    uint32_t scopes;                     /* enum report_scope, together */
    const char *serves;                  /* the controls and objectives: `3.1.5, 3.1.4` */
    const char *filter;                  /* which events or rows it takes, in words */
    const struct report_column *columns; /* of its main table, for those who look it up; or */
    size_t column_count;
    const struct event_table *events; /* reports/operational/event_table.h, which has them */
    report_run *run;
    const char *waits; /* what it waits for, and cannot be run before; NULL: nothing */
};

/* All of them, in the order of the list. */
const struct report_info *report_at(size_t index);
/* NULL: there is none of that name. */
const struct report_info *report_find(struct bytes name);

/* Makes a report: asks the question of the engine's log and state, in one format, into `output`,
 * which is a file that can be read back. */
struct report_making {
    struct engine *engine;
    struct report_question question;
    const struct report_format *format;
    struct output *output;
    struct report_sink *sink; /* memory for it */
    struct arena *arena; /* REPORT_ARENA bytes or more; more for assessments (reports/au/au.h) */
    const char *program;
    bool (*progress)(void *context, uint64_t done, uint64_t total); /* may be NULL */
    void *progress_context;
};
/* *rows is how many the main table has. FOLD if the engine goes without a state; else fails as the
 * log, the state and the output do. */
MUST_CHECK struct status report_make(const struct report_making *making, uint64_t *rows);

/* Telling: what report functions call ---------------------------------------------------------- */

/* What every report says of itself; report_begin fills it in. */
struct report_header {
    const struct report_input *input;
    const struct verify_report *verified; /* of the events that count; NULL: not verified anew */
    struct digest root;                   /* of the first `size` events */
    uint64_t checkpoint_size;             /* of the newest checkpoint within them; 0: none */
    bool checkpoint_holds;                /* its signature, by the log's key */
};

/* A format. The order of calls: begin; then any of the others; end. */
struct report_format {
    const char *name; /* and the ending of its files */
    struct status (*begin)(struct report_sink *sink);
    void (*heading)(struct report_sink *sink, const char *title);
    void (*paragraph)(struct report_sink *sink, struct bytes text);
    void (*fact)(struct report_sink *sink, const char *name, struct cell value,
                 enum report_column_type type);
    void (*table)(struct report_sink *sink, const struct report_table *table);
    struct status (*row)(struct report_sink *sink, const struct cell *cells);
    void (*table_end)(struct report_sink *sink);
    void (*bands)(struct report_sink *sink, const struct report_bands *bands);
    struct status (*end)(struct report_sink *sink);
};

/* The caller's memory; what follows `output` is the formats' own. */
struct report_sink {
    const struct report_format *format;
    struct output *output; /* to a file that can be read back: its end has the hash of the rest */
    struct report_header header;
    const struct report_table *table; /* the one that is open, or NULL */
    uint64_t rows;                    /* of the open table */
    uint64_t main_rows;
    uint64_t parts; /* written so far: what comes between them depends on it */
    bool in_facts;
    struct rows lines; /* of a table in a format that reports/rows.h has */
    struct column columns[REPORT_COLUMNS_MAX];
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena;
};

/* `verified` as in struct report_header. CORRUPT, if the tree of the log does not hold. */
MUST_CHECK struct status report_begin(struct report_sink *sink, const struct report_input *input,
                                      const struct verify_report *verified);
void report_heading(struct report_sink *sink, const char *title);
/* printf; what is longer than 4095 bytes loses its end. */
void report_paragraph(struct report_sink *sink, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void report_fact(struct report_sink *sink, const char *name, struct cell value,
                 enum report_column_type type);
void report_table(struct report_sink *sink, const struct report_table *table);
MUST_CHECK struct status report_row(struct report_sink *sink, const struct cell *cells);
void report_table_end(struct report_sink *sink);
void report_bands(struct report_sink *sink, const struct report_bands *bands);
MUST_CHECK struct status report_end(struct report_sink *sink);

#endif
