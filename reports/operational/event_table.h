/*
 * reports/operational/event_table.h -- a table with one row for each event of some kinds.
 *
 * Shape    Which kinds, and for each column what it takes from an event: a member of its leaf, a
 *          field of its body, the name of what it is about. So most reports are data alone.
 * Scope    An event belongs to a project if it was its active one or is about it; to a user who
 *          did it or whom it is about; to a team if it belongs to one of its members.
 * Memory   One row at a time, in ROW_TEXT_SIZE bytes; a value that does not fit is left out, and
 *          its place says so.
 */
#ifndef REPORTS_OPERATIONAL_EVENT_TABLE_H
#define REPORTS_OPERATIONAL_EVENT_TABLE_H

#include "reports/report.h"
#include "schema/json.h"

enum {
    ROW_TEXT_SIZE = 16 << 10, /* bytes of the texts of one row */
};

enum event_take {
    TAKE_TIME,  /* when it was recorded */
    TAKE_ACTOR, /* who, with login and id */
    TAKE_KIND,  /* the kind of event */
    TAKE_ON,    /* what it is about: the index-th subject */
    TAKE_ABOUT, /* all it is about */
    TAKE_OUTCOME,
    TAKE_RULE,     /* the rule that refused */
    TAKE_SENTENCE, /* and its sentence */
    TAKE_PROJECT,  /* active in the session */
    TAKE_SESSION,
    TAKE_SOURCE,
    TAKE_BODY,   /* a field of the body, by name; of two names, the one that there is */
    TAKE_ASKED,  /* the things that its signed command names, for a refusal is about the log */
    TAKE_OWN,    /* what `cell` of the table makes of it */
    TAKE_EVENTS, /* its position, and that of its cause */
};

struct event_column {
    struct report_column column;
    enum event_take take;
    const char *field, *or_field; /* TAKE_BODY */
    uint32_t index;               /* TAKE_ON, TAKE_OWN */
};

/* One event, as filters and cells of their own see it. */
struct event_row {
    const struct report_input *input;
    const struct leaf *leaf;
    const struct json *body; /* NULL: erased */
    struct view then;        /* as of the event */
    struct text text;        /* where the texts of the row are */
};

struct event_table {
    struct report_table table; /* its columns are left to event_table_write */
    const struct event_column *columns;
    size_t column_count;
    const char *const *kinds; /* globs, up to NULL */
    enum outcome outcome;     /* only with this outcome, if `by_outcome` */
    bool by_outcome;
    bool of_damaged; /* it ends before the first event that does not hold, and says so; else that is
                        a failure */
    bool (*keep)(struct event_row *row);                        /* NULL: all */
    struct cell (*cell)(struct event_row *row, uint32_t index); /* of TAKE_OWN */
};

#define EVENT_COLUMNS(array) .columns = (array), .column_count = sizeof(array) / sizeof(array)[0]

/* Writes the table: the events of the period, in order. Fails as query_run and the sink do. */
MUST_CHECK struct status event_table_write(const struct report_input *input,
                                           struct report_sink *sink,
                                           const struct event_table *table);

/* The run function of a report that is one such table: the `events` of its row. */
report_run event_report;

/* For cells of their own ----------------------------------------------------------------------- */

/* The text that was written to row->text since `start`. */
struct cell event_row_cell(struct event_row *row, size_t start);
struct cell event_row_called(struct event_row *row, struct id id);
/* The things that its signed command names, by name and id. */
struct cell event_row_asked(struct event_row *row);
/* A field of the body, as a number if it is an integer or a time; absent if there is none of that
 * name, or it is not said. */
struct cell event_row_field(struct event_row *row, const char *name);
/* The string that a field is in the body; empty if it is none. */
struct bytes event_row_string(const struct event_row *row, const char *name);

/* Whether an event, or a user, belongs to the scope that is asked for. */
bool event_in_scope(const struct report_input *input, const struct leaf *leaf);
bool user_in_scope(const struct report_input *input, struct id user);

/* When an event was recorded; 0 if it cannot be read, which is told when its row is written. */
MUST_CHECK struct status event_time(const struct report_input *input, uint64_t n, uint64_t *utc_us);

/* The newest event within what counts that has all of these; NOT_FOUND. `kind` and `actor` may be
 * NULL, `on` ID_NONE. */
struct event_wanted {
    const char *kind;
    struct id actor, on;
};
MUST_CHECK struct status event_newest(const struct report_input *input,
                                      const struct event_wanted *wanted, uint64_t *n);

/* `12`, `12-40`; one below the other's end for more. Positions of UINT64_MAX are left out. */
void event_positions(struct text *out, const uint64_t *positions, size_t count);

#endif
