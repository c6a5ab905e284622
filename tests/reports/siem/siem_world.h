/*
 * tests/reports/siem/siem_world.h -- a store whose names and records are hostile, and a reader.
 *
 * Shape    A random history, and after it subjects and records whose every text is made of what is
 *          likely to hurt. world_each shows every event to a test, already read.
 */
#ifndef TESTS_REPORTS_SIEM_SIEM_WORLD_H
#define TESTS_REPORTS_SIEM_SIEM_WORLD_H

#include "reports/siem/event.h"
#include "tests/reports/capture.h"
#include "tests/reports/history.h"

struct world {
    struct history history;
    struct hasher *hasher;
    struct siem_reader reader;
};

/* Owned by the caller: world_end. */
struct world *world_begin(uint64_t seed);
void world_end(struct world *world);

typedef void world_visit(struct world *world, struct capture *capture);

/* Calls it with each event; it writes to the capture's output, which is ended after each. */
void world_each(struct world *world, world_visit *put, world_visit *check);

#endif
