#include "auditd/http/buckets.h"

enum {
    WHOLE = 1000000, /* millionths of a request */
};

static struct bucket *find(struct buckets *buckets, struct bytes key)
{
    struct bucket *oldest = &buckets->buckets[0];
    for (size_t i = 0; i < BUCKETS_MAX; i++) {
        struct bucket *bucket = &buckets->buckets[i];
        if (bytes_equal(bytes_of(bucket->key, bucket->key_size), key)) {
            return bucket;
        }
        if (bucket->key_size == 0 || (oldest->key_size != 0 && bucket->seen_us < oldest->seen_us)) {
            oldest = bucket;
        }
    }
    *oldest = (struct bucket){0};
    return oldest;
}

static void begin(struct bucket *bucket, struct bytes key, struct bucket_rule rule, uint64_t now_us)
{
    memcpy(bucket->key, key.data, key.size);
    bucket->key_size = key.size;
    bucket->millionths = (uint64_t)rule.burst * WHOLE;
    bucket->seen_us = now_us;
}

/* A microsecond at one a second is a millionth. */
static void fill(struct bucket *bucket, struct bucket_rule rule, uint64_t now_us)
{
    uint64_t most = (uint64_t)rule.burst * WHOLE, lacking = most - bucket->millionths;
    uint64_t passed_us = now_us > bucket->seen_us ? now_us - bucket->seen_us : 0;
    bool full = rule.per_s == 0 || passed_us >= lacking / rule.per_s + 1;
    bucket->millionths = full ? most : bucket->millionths + passed_us * rule.per_s;
    bucket->seen_us = now_us > bucket->seen_us ? now_us : bucket->seen_us;
}

bool buckets_take(struct buckets *buckets, struct bytes key, struct bucket_rule rule,
                  uint64_t now_us, uint64_t *wait_us)
{
    if (key.size == 0) {
        return true;
    }
    key.size = key.size < BUCKET_KEY_MAX ? key.size : BUCKET_KEY_MAX;
    struct bucket *bucket = find(buckets, key);
    if (bucket->key_size == 0) {
        begin(bucket, key, rule, now_us);
    } else {
        fill(bucket, rule, now_us);
    }
    if (bucket->millionths < WHOLE) {
        *wait_us = (WHOLE - bucket->millionths) / (rule.per_s == 0 ? 1 : rule.per_s) + 1;
        return false;
    }
    bucket->millionths -= WHOLE;
    return true;
}
