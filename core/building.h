/*
 * core/building.h -- where a new store is made, until it is whole and takes its place.
 *
 * Shape    A directory beside the store's place, STORE.being-made.PID, locked by whoever makes it.
 *          It is renamed when all is done, and removed when something fails. What a process that
 *          was killed has left is nobody's by its lock, and removed by the next one.
 * Errors   What cannot be removed stays; a store can be made all the same.
 */
#ifndef CORE_BUILDING_H
#define CORE_BUILDING_H

#include "core/store_layout.h"

struct building {
    struct store_path path;
    struct store_path place;
    int lock; /* descriptor of the directory; -1: there is none */
};

#define BUILDING_NONE ((struct building){.lock = -1})

/* Makes the directory for a store that shall lie at `place`, after what others have left. EXISTS if
 * something is at `place`; CONFLICT if another process got in between; LIMIT, IO. *out is the
 * caller's: building_end. */
MUST_CHECK struct status building_begin(const char *place, struct building *out);

/* Makes it durable and gives it its place, where it stays. EXISTS if something is there by now;
 * IO. */
MUST_CHECK struct status building_finish(struct building *building);

/* Removes what was not finished. */
void building_end(struct building *building);

#endif
