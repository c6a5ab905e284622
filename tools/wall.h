/*
 * tools/wall.h -- the clock on the wall: what time it is, and in which zone.
 *
 * Process  The zone is libc's, and the whole process has one: wall_zone is called once, at start.
 *          It reads the variables TZ (for `local`) and TZDIR.
 */
#ifndef TOOLS_WALL_H
#define TOOLS_WALL_H

#include "reports/zone.h"

uint64_t wall_now_utc_us(void);

/* Microseconds that only go up: for how long something took. */
uint64_t wall_steady_us(void);

/* Goes to `UTC`, `local` or `Area/City`; `name` outlives the zone. NOT_FOUND if the system has no
 * such zone. */
MUST_CHECK struct status wall_zone(const char *name, struct zone *out);

#endif
