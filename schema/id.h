/*
 * schema/id.h -- ids: what a thing is and the position of the event that made it.
 *
 * Shape    `drive:30377` is the drive whose creating event is number 30377: unique, never used
 *          again, ordered in time. In a signed statement the position is not known yet, and the id
 *          that the event itself creates is written `drive:new`.
 * Source   DESIGN.md 4. The kinds come from the catalogue.
 */
#ifndef SCHEMA_ID_H
#define SCHEMA_ID_H

#include "schema/catalogue/names.h" /* generated: enum id_kind */
#include "schema/text.h"

#define ID_NEW UINT64_MAX /* the id that the event at hand creates */

struct id {
    enum id_kind kind; /* ID_NONE: there is none */
    uint64_t n;
};

static inline bool id_equal(struct id a, struct id b)
{
    return a.kind == b.kind && a.n == b.n;
}

/* `kind:n`, or `kind:new`. */
void id_write(struct text *text, struct id id);

/* Reads what id_write writes, strictly. MALFORMED at the offending character. */
MUST_CHECK struct status id_read(struct bytes text, struct id *out);

#endif
