#include "auditd/ingest/bucket.h"

enum {
    MILLION = 1000000,
};

struct bucket bucket_of(uint64_t rate, uint64_t burst, uint64_t now_us)
{
    return (struct bucket){
        .rate = rate, .burst = burst, .level_millionths = burst * MILLION, .filled_us = now_us};
}

void bucket_change(struct bucket *bucket, uint64_t rate, uint64_t burst)
{
    bucket->rate = rate;
    bucket->burst = burst;
    if (bucket->level_millionths > burst * MILLION) {
        bucket->level_millionths = burst * MILLION;
    }
}

static void fill(struct bucket *bucket, uint64_t now_us)
{
    const uint64_t full = bucket->burst * MILLION;
    uint64_t passed = now_us > bucket->filled_us ? now_us - bucket->filled_us : 0;
    uint64_t more;
    if (__builtin_mul_overflow(passed, bucket->rate, &more) ||
        more >= full - bucket->level_millionths) {
        bucket->level_millionths = full;
    } else {
        bucket->level_millionths += more;
    }
    bucket->filled_us = now_us;
}

bool bucket_take(struct bucket *bucket, uint64_t amount, uint64_t now_us)
{
    if (bucket->rate == 0) {
        return true;
    }
    fill(bucket, now_us);
    uint64_t wanted = (amount < bucket->burst ? amount : bucket->burst) * MILLION;
    if (wanted > bucket->level_millionths) {
        return false;
    }
    bucket->level_millionths -= wanted;
    return true;
}
