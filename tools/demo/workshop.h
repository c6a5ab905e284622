/*
 * tools/demo/workshop.h -- where a demonstration is built: in memory, if there is room.
 *
 * Shape    Each of some thousand moments is a commit, and each commit waits for the disk: for a
 *          store that nobody has yet, that is for nothing. So it is built below /dev/shm, and what
 *          is whole is copied to its place and synced there.
 * Where    there is no such room, it is built beside its place.
 * Errors   IO. What is in the workshop is removed with it.
 */
#ifndef TOOLS_DEMO_WORKSHOP_H
#define TOOLS_DEMO_WORKSHOP_H

#include "core/store_layout.h"

struct workshop {
    struct store_path store; /* to be built here */
    struct store_path room;  /* what is to be removed; empty: nothing */
};

/* A place for a store of about so many bytes that will lie at `half`. */
MUST_CHECK struct status workshop_open(const char *half, uint64_t bytes, struct workshop *out);
/* Brings the store that has been built and closed to `half`, if it is not there already. */
MUST_CHECK struct status workshop_bring(const struct workshop *workshop, const char *half);
void workshop_close(struct workshop *workshop);

#endif
