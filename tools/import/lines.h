/*
 * tools/import/lines.h -- lines of a file, numbered from 1, none longer than a limit.
 *
 * Shape    LF or CR LF ends a line, and is no part of it; the last line needs none. A UTF-8 byte
 *          order mark at the beginning of the file is dropped.
 */
#ifndef TOOLS_IMPORT_LINES_H
#define TOOLS_IMPORT_LINES_H

#include "tools/import/source.h"

struct lines {
    struct source source;
    size_t limit;    /* bytes of a line, a CR before its LF included */
    size_t searched; /* bytes at the front of the source known to have no LF */
    size_t lent;     /* bytes at the front of the source that the last line takes, end included */
    uint64_t number; /* of the last line */
};

struct line {
    struct bytes bytes; /* lent until the next call */
    uint64_t number;
    bool unended; /* the last line, if it has no line end */
};

/* Memory that a source of lines up to `limit` bytes must have. */
static inline size_t lines_memory(size_t limit)
{
    return limit + (size_t)(128 << 10);
}

/* The next line. NOT_FOUND at the end and IO, which both stay; LIMIT for a line over the limit: it
 * has been skipped, and line->number is set. */
MUST_CHECK struct status lines_next(struct lines *lines, struct line *line);

#endif
