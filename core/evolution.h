/*
 * core/evolution.h -- what an event did to the state.
 *
 * Shape    evolve(evolution, leaf, body) puts and removes rows. It is total: what has happened
 *          cannot be refused. Rows carry the version of the event that made them.
 * Errors   Storage may fail; the evolution remembers the first failure and does nothing after it.
 */
#ifndef CORE_EVOLUTION_H
#define CORE_EVOLUTION_H

#include "core/view.h"
#include "schema/leaf.h"

struct evolution {
    struct state *state;
    uint64_t n; /* the event being folded */
    struct arena *arena;
    struct status status;
};

/* Puts a row: the struct of that table, all fields set. */
void evolution_put(struct evolution *evolution, enum row_table table, const void *row);
/* Removes the row with these key fields. */
void evolution_remove(struct evolution *evolution, enum row_table table, const void *row);
/* Finds the row as the event found it. */
bool evolution_find(struct evolution *evolution, enum row_table table, void *row);
/* The rows as the event found them, to walk through; what the walk has passed may be put or
 * removed. */
struct view evolution_view(struct evolution *evolution);

/* Folds one event: its body decoded, its rows written, and that its command has been used. Fails as
 * the storage does, or with CORRUPT if the body is not one of its kind. An erased body (empty)
 * writes no row of its kind. */
MUST_CHECK struct status evolution_fold(struct state *state, const struct leaf *leaf,
                                        struct bytes body, struct arena *arena);

#endif
