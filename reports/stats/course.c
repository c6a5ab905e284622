#include "reports/stats/course.h"

#include <assert.h>

/* Puts buckets together by two. */
static void widen(struct course *course)
{
    uint32_t counts[COURSE_BUCKETS] = {0};
    uint64_t first = course->first >> 1;
    for (uint32_t i = 0; i < course->used; i++) {
        counts[((course->first + i) >> 1) - first] += course->counts[i];
    }
    course->used = (uint32_t)(((course->first + course->used - 1) >> 1) - first) + 1;
    course->first = first;
    course->shift++;
    memcpy(course->counts, counts, sizeof counts);
}

static bool fits(const struct course *course, uint64_t bucket)
{
    uint64_t first = bucket < course->first ? bucket : course->first;
    uint64_t last = course->first + course->used - 1;
    last = bucket > last ? bucket : last;
    return last - first < COURSE_BUCKETS;
}

/* Makes room for a bucket of this shift, or a wider one. */
static void reach(struct course *course, uint64_t bucket, uint32_t shift)
{
    if (course->used == 0) {
        course->first = bucket;
        course->shift = shift;
        course->used = 1;
        return;
    }
    while (course->shift < shift || !fits(course, bucket >> (course->shift - shift))) {
        widen(course);
    }
    bucket >>= course->shift - shift;
    if (bucket < course->first) {
        uint64_t by = course->first - bucket;
        memmove(course->counts + by, course->counts,
                (COURSE_BUCKETS - by) * sizeof *course->counts);
        memset(course->counts, 0, by * sizeof *course->counts);
        course->used += (uint32_t)by;
        course->first = bucket;
    } else if (bucket - course->first >= course->used) {
        course->used = (uint32_t)(bucket - course->first) + 1;
    }
}

void course_add(struct course *course, uint64_t utc_us)
{
    uint64_t second = utc_us / TIME_SECOND_US;
    reach(course, second, 0);
    uint32_t *count = &course->counts[(second >> course->shift) - course->first];
    *count += *count < UINT32_MAX;
}

void course_reach(struct course *frame, const struct course *course)
{
    if (course->used > 0) {
        reach(frame, course->first, course->shift);
        reach(frame, course->first + course->used - 1, course->shift);
    }
}

void course_project(const struct course *course, const struct course *frame,
                    uint64_t out[static COURSE_BUCKETS])
{
    memset(out, 0, COURSE_BUCKETS * sizeof *out);
    for (uint32_t i = 0; i < course->used; i++) {
        assert(frame->shift >= course->shift);
        uint64_t bucket = (course->first + i) >> (frame->shift - course->shift);
        assert(bucket >= frame->first && bucket - frame->first < frame->used);
        out[bucket - frame->first] += course->counts[i];
    }
}

uint64_t course_from_us(const struct course *frame, uint64_t index)
{
    return ((frame->first + index) << frame->shift) * TIME_SECOND_US;
}
