/*
 * core/import.h -- records of foreign systems become events.
 *
 * Shape    One `audit.record_imported` for each record. What it names (user, host, action) becomes
 *          a subject once, by class, system and name, so that the leaf carries ids and no names.
 *          Its own time becomes `at`; its address `source`; the record itself stays in the body.
 * Once     A record is known by the hash of its system and bytes and by how many like it came
 *          before it; its time makes like records neighbours, so that counting in a window of
 *          IMPORT_WINDOW records is enough. A record without a time of its own is told apart by
 *          its line. Importing the same file again adds nothing.
 * Memory   Flat: a chunk of records at a time.
 * Source   decisions/0007; domain.md 1.16.
 */
#ifndef CORE_IMPORT_H
#define CORE_IMPORT_H

#include "core/engine.h"

enum {
    IMPORT_CHUNK = 500,      /* records gathered before they are appended */
    IMPORT_WINDOW = 1 << 16, /* records among which like ones are counted */
    IMPORT_NAME_MAX = 200,   /* bytes of a name; a longer one is kept as beginning and hash */
};

struct foreign_record { /* lent for the call; texts are UTF-8 */
    enum import_format format;
    enum outcome outcome;
    uint64_t at_utc_us; /* 0: it has no time of its own */
    uint64_t line;
    struct bytes system, action;
    struct bytes user, host, address; /* empty: it names none */
    struct bytes raw;                 /* any bytes */
};

struct import_counts {
    uint64_t records; /* handed in */
    uint64_t added;
    uint64_t already;  /* in the log before */
    uint64_t subjects; /* seen for the first time */
};

struct import; /* opaque */

MUST_CHECK struct status import_open(struct engine *engine, struct import **out);
void import_close(struct import **import);

/* A new file begins: like records are counted anew. */
void import_begin_file(struct import *import);
/* Takes a record. Fails as the engine does; LIMIT or MALFORMED, and it is as if it had not been
 * handed in, for one that no event can hold. */
MUST_CHECK struct status import_add(struct import *import, const struct foreign_record *record);
/* Appends what was taken so far, durably. */
MUST_CHECK struct status import_flush(struct import *import);

struct import_counts import_counts_of(const struct import *import);

/* Writes a name as it is kept, at most IMPORT_NAME_MAX bytes: so a long one is found by its whole
 * text. */
void import_kept_name(struct hasher *hasher, struct bytes name, struct text *out);

#endif
