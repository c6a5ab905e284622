/*
 * tools/demo/demo.h -- what the verbs of the demonstration share.
 */
#ifndef TOOLS_DEMO_DEMO_H
#define TOOLS_DEMO_DEMO_H

#include "tools/demo/place.h"
#include "tools/invocation.h"

/* Where it lies: --store, else ./demo-store. CAIRN_STORE is somebody's own, and does not count. */
MUST_CHECK enum exit_code demo_place(const struct invocation *invocation, struct place *out);
/* The same where there must be one: its truth, too. */
MUST_CHECK enum exit_code demo_there(const struct invocation *invocation, struct place *out,
                                     uint64_t truth[static TRUTH_COUNT]);

/* What was built. */
struct demo_sum {
    uint64_t events, commands, seed, took_us;
    char root[64];
};
/* Says what was built, and what to try. */
void demo_tour(const struct invocation *invocation, const struct place *place,
               const struct demo_sum *sum, const uint64_t truth[static TRUTH_COUNT]);

#endif
