/*
 * reports/names.h -- what people call the things that leaves know by id.
 *
 * Shape    Looked up in the state as of the event at hand, so that a name is the one it had then.
 *          Without a state, and for what has no name, the id stands for itself.
 */
#ifndef REPORTS_NAMES_H
#define REPORTS_NAMES_H

#include "core/engine.h"

/* Writes the name of an id: a foreign subject's, a user's login, that of a pool, ISO image, host,
 * brick or setup of hardware; of drives, machines and recipes `ann/lab-drive`; of snapshots and of
 * what a machine has `ann/lab-drive/before`, `ann/desk/analysts`. */
void names_put(struct engine *engine, struct id id, uint64_t as_of_n, struct text *out);

/* The names of an event's subjects, `, ` between them; what is about the log alone is empty. */
void names_put_subjects(struct engine *engine, const struct leaf *leaf, struct text *out);

/* The actor: an emitter's name as it is, a user's login. */
void names_put_actor(struct engine *engine, const struct leaf *leaf, struct text *out);

/* Calls `found` with each subject of this class and name, of whatever system; a long name is looked
 * for as it is kept (core/import.h). Fails as the state does or as `found` does; NOT_FOUND if there
 * is none, or no state to look in. */
typedef struct status names_found(void *context, struct id id);
MUST_CHECK struct status names_find(struct engine *engine, enum subject_class class,
                                    struct bytes name, names_found *found, void *context);

#endif
