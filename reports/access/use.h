/*
 * reports/access/use.h -- who did: keys that were fetched, and what was read with them.
 *
 * Shape    A use is all that one session did with one file from a fetch of its key to the next:
 *          which chunks were read, how often the file was viewed, taken out, and its key handed on.
 *          It is joined with what the session could do at each of these moments, as the command
 *          was decided: over the state before the event, at its time.
 * Range    Uses are those of which something happened in the range, and they tell what happened in
 *          it. Of a use whose key was fetched before, the fetch is told nevertheless.
 * Gaps     A use without any fetch cannot be, by VLT-06a. It would be told.
 * Limits   A use of more than USE_RANGES_MAX separate ranges of chunks, or of more than
 *          USE_EVENTS_MAX events, is told in parts.
 * Way      The index leads from each fetch to what followed it. Nothing is kept.
 * Source   domain.md 2.2 Q2, Q3, Q11, Q12; VLT-05, VLT-06.
 */
#ifndef REPORTS_ACCESS_USE_H
#define REPORTS_ACCESS_USE_H

#include "core/access/access.h"
#include "reports/query.h"

enum {
    USE_RANGES_MAX = 512,
    USE_EVENTS_MAX = 4096,
    USE_CERTS_MAX = 64,
};

struct use_range {
    uint64_t from, to; /* chunks, both inclusive */
};

/* A certification that it relied on. */
struct use_cert {
    struct id cert;
    bool alone; /* no other one would have done */
};

struct use {
    struct id user, session, file;
    struct id label;          /* the file's tag, at the first of its events */
    uint64_t first_n, last_n; /* of its events in the range, or the fetch */
    uint64_t fetch_n;         /* UINT64_MAX: there is none */
    uint64_t fetch_utc_us;
    uint64_t class;         /* as it was told then */
    bool asked;             /* whether it was read at all, not only handed on */
    bool could;             /* at each of its events */
    struct access access;   /* at the first of them; of a first one that could not, that */
    bool certified;         /* whatever was asked for was there, at each of them */
    uint64_t uncertified_n; /* the first event without; UINT64_MAX: none */
    struct use_range ranges[USE_RANGES_MAX]; /* ascending, apart from each other */
    size_t range_count;
    uint64_t byte_count; /* of content in these chunks */
    uint64_t size;       /* of the content of the file, then */
    uint64_t read_count, view_count, download_count;
    uint64_t share_count; /* the key was wrapped for somebody else */
    bool erased;          /* the body of a read is gone: ranges are not all */
    struct use_cert certs[USE_CERTS_MAX];
    size_t cert_count;
    uint64_t events[USE_EVENTS_MAX];
    size_t event_count;
};

struct use_question {
    struct view view; /* of the state; its moment does not matter */
    struct log_snapshot *log;
    struct index_snapshot *index;   /* NULL: the log is scanned */
    struct id file;                 /* ID_NONE: all */
    struct id user;                 /* ID_NONE: all */
    struct moment_range range;      /* by when it was recorded */
    bool (*stopped)(void *context); /* asked now and then; true: INTERRUPTED. NULL: never */
    void *stopped_context;
};

typedef struct status use_visit(void *context, const struct use *use);

/* Calls `visit` with each use, in the order of their first events. `use` is memory to work in.
 * Fails as log, index and state do, or as the visit does. */
MUST_CHECK struct status use_each(const struct use_question *question, struct use *use,
                                  use_visit *visit, void *context);

#endif
