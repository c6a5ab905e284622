/*
 * store/acts.h -- whose act an event is: no user is said to have done what no user signed.
 *
 * Shape    An event whose actor is a user carries the hash of a command that the user signed, or is
 *          a part of a command over many objects: of that, only the event that opens it carries the
 *          hash, and the items and the end lead to it by `cause`. Followed from leaves alone.
 * Source   DESIGN.md 4 (users sign commands); domain.md BLK-04.
 */
#ifndef STORE_ACTS_H
#define STORE_ACTS_H

#include "schema/leaf.h"

struct acts {
    uint64_t bulk;  /* position of the event that opened the last command over many */
    uint64_t items; /* of it, so far */
    bool open;
    char actor[NAME_MAX_SIZE + 24]; /* of it */
};

/* The next event. NULL, or what is wrong; static. */
const char *acts_follow(struct acts *acts, const struct leaf *leaf);

#endif
