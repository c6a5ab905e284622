/*
 * tools/import/reader.h -- what the readers of the four formats share; private to tools/import.
 *
 * Shape    A reader is a function that finds the next record. importer_next clears the record and
 *          the terms before it calls one.
 */
#ifndef TOOLS_IMPORT_READER_H
#define TOOLS_IMPORT_READER_H

#include "tools/import/auditd.h"
#include "tools/import/cloudtrail.h"
#include "tools/import/lines.h"
#include "tools/import/terms.h"

struct importer {
    struct import_options options;
    struct lines lines; /* cloudtrail uses its source only */
    struct terms terms;
    uint64_t blank_line_count;
    bool started;
    struct status ended; /* OK until the end of the file or a failure */
    struct audit_window window;
    struct element_reader elements;
};

typedef struct status import_reader(struct importer *importer, struct import_record *record,
                                    struct import_problem *problem);

MUST_CHECK import_reader auditd_next;
MUST_CHECK import_reader cloudtrail_next;
MUST_CHECK import_reader jsonl_next;
MUST_CHECK import_reader syslog_next;

/* The next line that is not blank and has no NUL; MALFORMED, with the problem, for one that is too
 * long or has one. */
MUST_CHECK struct status reader_line(struct importer *importer, struct line *line,
                                     struct import_problem *problem);

/* Fills the problem in for one line and returns MALFORMED there. */
MUST_CHECK struct status reader_refuse(struct import_problem *problem, uint64_t line,
                                       const char *reason);

/* What the JSON of a line or an element says of its time, and whether it is one: empty is none. */
MUST_CHECK bool reader_time(struct bytes text, uint64_t *utc_us);

#endif
