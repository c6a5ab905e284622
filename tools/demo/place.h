/*
 * tools/demo/place.h -- where a demonstration lies: its store, its people's keys, its truth.
 *
 * Shape    DIR is the store. Beside it: DIR.admin.key and DIR.admin.otp of its administrator, where
 *          every verb looks for them; DIR.people/ with LOGIN.key and LOGIN.otp of some of the
 *          others, and `truth`, which event is which.
 * Never    touches a store that is none of these: what is removed or changed has been made by
 *          `cairn demo`, as its log's name says.
 */
#ifndef TOOLS_DEMO_PLACE_H
#define TOOLS_DEMO_PLACE_H

#include "core/store_layout.h"
#include "tools/demo/script.h"

enum {
    PLACE_MAX = 3 << 10, /* bytes of DIR: there is room behind it */
};

struct place {
    struct store_path store, half, admin_key, admin_otp, people, truth;
};

/* LIMIT if the path is too long. */
MUST_CHECK struct status place_of(const char *directory, struct place *out);

enum place_state {
    PLACE_FREE,
    PLACE_DEMO,
    PLACE_TAKEN, /* by something else */
};
enum place_state place_look(const struct place *place);

/* Removes all of it. CONFLICT if something else is there; IO. */
MUST_CHECK struct status place_remove(const struct place *place);
/* What was left by an attempt that ended early. */
void place_clear_half(const struct place *place);
/* The store gets its name. IO. */
MUST_CHECK struct status place_take(const struct place *place);

/* Keys of people whom somebody may want to be, opened by CAST_PASSPHRASE. */
MUST_CHECK struct status place_keep_people(const struct place *place, const struct stage *stage);

MUST_CHECK struct status place_write_truth(const struct place *place,
                                           const uint64_t truth[static TRUTH_COUNT]);
/* NOT_FOUND if there is none; MALFORMED. */
MUST_CHECK struct status place_read_truth(const struct place *place,
                                          uint64_t truth[static TRUTH_COUNT]);

#endif
