#include "reports/stats/stats.h"

#include <assert.h>
#include <stdlib.h>

enum {
    SCRATCH_SIZE = BODY_MAX,
    KEY_SIZE = 8 + STATS_DIMENSIONS_MAX * (DIMENSION_VALUE_MAX + 4),
    VALUE_SIZE_BYTES = 3, /* presence, and the size of the value */
};

struct status stats_begin(struct stats *stats, const struct stats_options *options)
{
    assert(options->by_count <= STATS_DIMENSIONS_MAX);
    *stats = (struct stats){.options = *options};
    stats->scratch = (struct arena){.memory = arena_take(options->arena, SCRATCH_SIZE),
                                    .capacity = SCRATCH_SIZE};
    if (stats->scratch.memory == NULL) {
        return FAIL(NO_MEMORY, SCRATCH_SIZE);
    }
    TRY(dimension_cache_init(&stats->cache, options->arena));
    TRY(tally_init(&stats->groups, options->arena,
                   &(struct tally_options){.limit = STATS_GROUPS_MAX,
                                           .value_size = sizeof(struct stats_group),
                                           .why = "there are more than 200000 groups: group by "
                                                  "less, or narrow the range or the filters"}));
    return tally_init(&stats->values, options->arena,
                      &(struct tally_options){.limit = STATS_DISTINCT_MAX,
                                              .value_size = 0,
                                              .why = "there are more than 1000000 different "
                                                     "values: narrow the range or the filters"});
}

bool stats_want_body(const struct stats *stats)
{
    const struct stats_options *options = &stats->options;
    bool wants = (options->has_sum && dimension_wants_body(&options->sum)) ||
                 (options->has_distinct && dimension_wants_body(&options->distinct));
    for (size_t i = 0; i < options->by_count; i++) {
        wants = wants || dimension_wants_body(&options->by[i]);
    }
    return wants;
}

/* Events ------------------------------------------------------------------------------------- */

/* The beginning of the stretch; then of each value whether it is there, its size, and itself. */
static void put_key(const struct stats *stats, const struct dimension_event *event,
                    uint64_t from_us, struct text *key)
{
    uint8_t from[8];
    bytes_write_u64(from, from_us);
    text_put(key, from, sizeof from);
    for (size_t i = 0; i < stats->options.by_count; i++) {
        char memory[DIMENSION_VALUE_MAX];
        struct text value = TEXT_IN(memory);
        uint8_t head[VALUE_SIZE_BYTES] = {0};
        head[0] = dimension_value(&stats->options.by[i], event, &value);
        bytes_write_u16(head + 1, (uint16_t)(head[0] ? value.size : 0));
        text_put(key, head, sizeof head);
        text_put(key, value.data, head[0] ? value.size : 0);
    }
    assert(!key->full);
}

static struct status count_distinct(struct stats *stats, struct stats_group *group,
                                    struct bytes group_key, const struct dimension_event *event)
{
    char memory[DIMENSION_VALUE_MAX + KEY_SIZE];
    struct text key = TEXT_IN(memory);
    uint32_t count = stats->values.count;
    void *unused;
    text_put_bytes(&key, group_key);
    if (dimension_value(&stats->options.distinct, event, &key)) {
        TRY(tally_at(&stats->values, text_bytes(&key), &unused));
        group->distinct += stats->values.count - count;
    }
    return OK;
}

static struct status add_sum(struct stats *stats, struct stats_group *group,
                             const struct dimension_event *event)
{
    uint64_t number;
    if (dimension_number(&stats->options.sum, event, &number) &&
        (__builtin_add_overflow(group->sum, number, &group->sum) ||
         group->sum > CANONICAL_INTEGER_MAX)) {
        return FAIL_BECAUSE(LIMIT, CANONICAL_INTEGER_MAX,
                            "a sum is beyond 2^53: narrow the range or the filters");
    }
    return OK;
}

static void count_event(struct stats_group *group, const struct leaf *leaf, uint64_t time_utc_us)
{
    group->first_n = group->events == 0 || leaf->n < group->first_n ? leaf->n : group->first_n;
    group->last_n = leaf->n > group->last_n ? leaf->n : group->last_n;
    group->events++;
    group->denied += leaf->outcome == OUTCOME_DENIED;
    group->failed += leaf->outcome == OUTCOME_FAILED;
    course_add(&group->course, time_utc_us);
}

struct status stats_event(struct stats *stats, enum stats_side side, const struct leaf *leaf,
                          uint64_t time_utc_us, struct bytes body)
{
    char memory[KEY_SIZE];
    struct text key = TEXT_IN(memory);
    const struct stats_options *options = &stats->options;
    const struct dimension_event event = {.leaf = leaf,
                                          .time_utc_us = time_utc_us,
                                          .body = body,
                                          .scratch = &stats->scratch,
                                          .engine = options->engine,
                                          .cache = &stats->cache,
                                          .zone = options->zone};
    uint64_t from_us = interval_is_set(&options->interval)
                           ? interval_from(&options->interval, &options->zone, time_utc_us)
                           : 0;
    void *value;
    put_key(stats, &event, from_us, &key);
    TRY(tally_at(&stats->groups, text_bytes(&key), &value));
    struct stats_group *group = value;
    group->from_us = from_us;
    group->seen_n = leaf->n > group->seen_n ? leaf->n : group->seen_n;
    if (side == STATS_BEFORE) {
        group->before++;
        stats->before++;
        return OK;
    }
    stats->events++;
    count_event(group, leaf, time_utc_us);
    TRY(options->has_distinct ? count_distinct(stats, group, text_bytes(&key), &event) : OK);
    return options->has_sum ? add_sum(stats, group, &event) : OK;
}

/* Order -------------------------------------------------------------------------------------- */

static int compare_groups(const void *a, const void *b, void *context)
{
    const struct stats *stats = context;
    uint32_t left_index = *(const uint32_t *)a, right_index = *(const uint32_t *)b;
    const struct stats_group *left = tally_value(&stats->groups, left_index);
    const struct stats_group *right = tally_value(&stats->groups, right_index);
    if (left->from_us != right->from_us) {
        return left->from_us < right->from_us ? -1 : 1;
    }
    if (left->events != right->events) {
        return left->events > right->events ? -1 : 1;
    }
    if (left->before != right->before) {
        return left->before > right->before ? -1 : 1;
    }
    return bytes_compare(tally_key(&stats->groups, left_index),
                         tally_key(&stats->groups, right_index));
}

struct status stats_end(struct stats *stats)
{
    uint32_t count = stats->groups.count;
    uint32_t *order = arena_take(stats->options.arena, count * sizeof *order);
    if (order == NULL) {
        return FAIL(NO_MEMORY, count * sizeof *order);
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct stats_group *group = tally_value(&stats->groups, i);
        order[i] = i;
        course_reach(&stats->frame, &group->course);
    }
    qsort_r(order, count, sizeof *order, compare_groups, stats);
    stats->order = order;
    stats->order_count = count;
    return OK;
}

const struct stats_group *stats_group_at(const struct stats *stats, size_t index)
{
    assert(index < stats->order_count);
    return tally_value(&stats->groups, stats->order[index]);
}

bool stats_value_at(const struct stats *stats, size_t index, size_t dimension, struct bytes *out)
{
    assert(index < stats->order_count && dimension < stats->options.by_count);
    struct bytes key = tally_key(&stats->groups, stats->order[index]);
    const uint8_t *at = key.data + 8;
    for (size_t i = 0; i < dimension; i++) {
        at += VALUE_SIZE_BYTES + bytes_read_u16(at + 1);
    }
    *out = bytes_of(at + VALUE_SIZE_BYTES, bytes_read_u16(at + 1));
    return at[0] != 0;
}
