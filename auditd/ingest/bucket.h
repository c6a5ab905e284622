/*
 * auditd/ingest/bucket.h -- how much somebody may bring: so many a second, and so many ahead.
 *
 * Shape    A bucket fills by `rate` a second up to `burst`. Whoever takes more than is in it is
 *          refused, and nothing is taken. A rate of 0 is no limit.
 * Units    Microseconds of the clock that only goes up.
 */
#ifndef AUDITD_INGEST_BUCKET_H
#define AUDITD_INGEST_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct bucket {
    uint64_t rate, burst; /* a second; at most ahead */
    uint64_t level_millionths;
    uint64_t filled_us; /* when that was the level */
};

/* Full, from now on. */
struct bucket bucket_of(uint64_t rate, uint64_t burst, uint64_t now_us);
/* Another rate from now on; what is in it stays, as far as it fits. */
void bucket_change(struct bucket *bucket, uint64_t rate, uint64_t burst);
/* Takes `amount`, or nothing. An amount over the burst is taken from a full bucket, which then is
 * empty. */
bool bucket_take(struct bucket *bucket, uint64_t amount, uint64_t now_us);

#endif
