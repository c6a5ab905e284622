/*
 * auditd/http/buckets.h -- how often somebody may ask: token buckets.
 *
 * Shape    A bucket fills at a rate up to its burst; each request takes one out of it. Whoever has
 *          not been seen is at the burst; where there are more than BUCKETS_MAX, the one not seen
 *          for longest is forgotten, which is only in its favour.
 * Memory   A fixed table; keys are kept whole, so that nobody can be taken for another.
 */
#ifndef AUDITD_HTTP_BUCKETS_H
#define AUDITD_HTTP_BUCKETS_H

#include "schema/bytes.h"

enum {
    BUCKETS_MAX = 512,
    BUCKET_KEY_MAX = 72, /* bytes; of a longer key the first ones count */
};

struct bucket_rule {
    uint32_t per_s;
    uint32_t burst;
};

struct bucket {
    size_t key_size; /* 0: free */
    uint8_t key[BUCKET_KEY_MAX];
    uint64_t seen_us;
    uint64_t millionths; /* of a request, that are in it */
};

/* Begins as all zeros. */
struct buckets {
    struct bucket buckets[BUCKETS_MAX];
};

/* Takes one out; false: there is none, and *wait_us says how long until there is. */
MUST_CHECK bool buckets_take(struct buckets *buckets, struct bytes key, struct bucket_rule rule,
                             uint64_t now_us, uint64_t *wait_us);

#endif
