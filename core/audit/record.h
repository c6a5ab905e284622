/*
 * core/audit/record.h -- records of foreign systems, and the subjects they speak of.
 *
 * State     `subject`: the id of a foreign user, host or action, by class, system and name.
 *           `record`: which records are in the log already, so that each is imported once.
 *           `index_run`: the runs of the index whose roots are logged.
 * Evolve    audit.subject_named, audit.record_imported, audit.index_run.
 *
 * Source    DESIGN.md 4 (no personal data in the leaf); decisions/0007.
 */
#ifndef CORE_AUDIT_RECORD_H
#define CORE_AUDIT_RECORD_H

#include "core/view.h"

enum {
    SUBJECT_NAME_MAX = 200, /* bytes; a longer name is kept as its beginning and its hash */
};

/* The id of a foreign subject; false if it has none yet. */
bool subject_find(const struct view *view, enum subject_class class, struct bytes system,
                  struct bytes name, struct id *out);

/* Whether this record, the occurrence-th of its kind, is in the log. */
bool record_known(const struct view *view, const struct digest *digest, uint64_t occurrence);

/* Whether the root of the run that begins at `from` has been logged. */
bool index_run_known(const struct view *view, uint64_t level, uint64_t from);

#endif
