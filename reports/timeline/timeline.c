#include "reports/timeline/timeline.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

enum {
    CELLS_A_STRETCH = 4, /* at least, on average, with its fold */
};

struct status timeline_begin(struct timeline *timeline, const struct timeline_options *options)
{
    *timeline = (struct timeline){.options = *options};
    struct timeline_options *own = &timeline->options;
    if (own->lanes_most == 0 || own->lanes_most > TIMELINE_LANES_MAX) {
        own->lanes_most = TIMELINE_LANES_MAX;
    }
    timeline->scratch =
        (struct arena){.memory = arena_take(own->arena, BODY_MAX), .capacity = BODY_MAX};
    timeline->marks = arena_take(own->arena, TIMELINE_EVENTS_MAX * sizeof *timeline->marks);
    if (timeline->scratch.memory == NULL || timeline->marks == NULL) {
        return FAIL(NO_MEMORY, TIMELINE_EVENTS_MAX * sizeof *timeline->marks);
    }
    TRY(dimension_cache_init(&timeline->cache, own->arena));
    return tally_init(&timeline->known, own->arena,
                      &(struct tally_options){.limit = TIMELINE_LANES_KNOWN,
                                              .value_size = sizeof(struct timeline_lane),
                                              .why = "there are more than 100000 lanes: choose "
                                                     "other lanes, or narrow the question"});
}

/* The number of a known lane: its entry's, which a lane keeps in `lanes` until the end. */
static struct status find_lane(struct timeline *timeline, const struct leaf *leaf, uint64_t time_us,
                               struct bytes body, struct timeline_lane **out)
{
    char memory[DIMENSION_VALUE_MAX + 1];
    struct text key = TEXT_IN(memory);
    const struct dimension_event event = {.leaf = leaf,
                                          .time_utc_us = time_us,
                                          .body = body,
                                          .scratch = &timeline->scratch,
                                          .engine = timeline->options.engine,
                                          .cache = &timeline->cache,
                                          .zone = timeline->options.zone};
    uint32_t count = timeline->known.count;
    void *value;
    text_put_char(&key, 'v');
    if (!dimension_value(&timeline->options.lanes, &event, &key)) {
        text_clear(&key);
    }
    TRY(tally_at(&timeline->known, text_bytes(&key), &value));
    struct timeline_lane *lane = value;
    if (timeline->known.count > count) {
        *lane = (struct timeline_lane){
            .none = key.size == 0, .lanes = count, .first_us = time_us, .first_n = leaf->n};
    }
    *out = lane;
    return OK;
}

struct status timeline_event(struct timeline *timeline, const struct leaf *leaf, uint64_t time_us,
                             struct bytes body)
{
    struct timeline_lane *lane;
    if (timeline->mark_count == TIMELINE_EVENTS_MAX) {
        return FAIL_BECAUSE(LIMIT, TIMELINE_EVENTS_MAX,
                            "there are more than 500000 events to draw: narrow the range or the "
                            "filters, or count them with cairn stats");
    }
    TRY(find_lane(timeline, leaf, time_us, body, &lane));
    lane->events++;
    lane->last_n = leaf->n > lane->last_n ? leaf->n : lane->last_n;
    if (time_us < lane->first_us) {
        lane->first_us = time_us;
        lane->first_n = leaf->n;
    }
    timeline->marks[timeline->mark_count++] =
        (struct timeline_mark){.time_us = time_us,
                               .n = leaf->n,
                               .lane = (uint32_t)lane->lanes,
                               .kind = (uint16_t)leaf->kind,
                               .outcome = (uint8_t)leaf->outcome};
    return OK;
}

/* Order -------------------------------------------------------------------------------------- */

static int compare(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int by_time(const void *a, const void *b)
{
    const struct timeline_mark *left = a, *right = b;
    return left->time_us != right->time_us ? compare(left->time_us, right->time_us)
                                           : compare(left->n, right->n);
}

static int by_events(const void *a, const void *b, void *context)
{
    const struct tally *known = context;
    const struct timeline_lane *left = tally_value(known, *(const uint32_t *)a);
    const struct timeline_lane *right = tally_value(known, *(const uint32_t *)b);
    return left->events != right->events ? compare(right->events, left->events)
                                         : compare(left->first_n, right->first_n);
}

static int by_first(const void *a, const void *b, void *context)
{
    const struct tally *known = context;
    const struct timeline_lane *left = tally_value(known, *(const uint32_t *)a);
    const struct timeline_lane *right = tally_value(known, *(const uint32_t *)b);
    return left->first_us != right->first_us ? compare(left->first_us, right->first_us)
                                             : compare(left->first_n, right->first_n);
}

static void draw_lane(struct timeline *timeline, uint32_t which)
{
    const struct timeline_lane *lane = tally_value(&timeline->known, which);
    struct bytes key = tally_key(&timeline->known, which);
    struct timeline_lane *drawn = &timeline->lanes[timeline->lane_count];
    *drawn = *lane;
    drawn->lanes = 1;
    drawn->value = lane->none ? (struct bytes){0} : bytes_of(key.data + 1, key.size - 1);
    timeline->lane_of[which] = (uint32_t)timeline->lane_count++;
}

static void put_among_others(struct timeline *timeline, uint32_t which)
{
    const struct timeline_lane *lane = tally_value(&timeline->known, which);
    struct timeline_lane *others = &timeline->lanes[timeline->lane_count];
    others->last_n = lane->last_n > others->last_n ? lane->last_n : others->last_n;
    others->first_n =
        !others->others || lane->first_n < others->first_n ? lane->first_n : others->first_n;
    others->others = true;
    others->events += lane->events;
    others->lanes++;
    timeline->lane_of[which] = (uint32_t)timeline->lane_count;
}

struct status timeline_end(struct timeline *timeline)
{
    uint32_t count = timeline->known.count, most = timeline->options.lanes_most;
    uint32_t *order = arena_take(timeline->options.arena, count * sizeof *order);
    timeline->lane_of = arena_take(timeline->options.arena, count * sizeof *timeline->lane_of);
    if (order == NULL || timeline->lane_of == NULL) {
        return FAIL(NO_MEMORY, count * sizeof *order);
    }
    qsort(timeline->marks, timeline->mark_count, sizeof *timeline->marks, by_time);
    for (uint32_t i = 0; i < count; i++) {
        order[i] = i;
    }
    qsort_r(order, count, sizeof *order, by_events, &timeline->known);
    uint32_t drawn = count < most ? count : most;
    qsort_r(order, drawn, sizeof *order, by_first, &timeline->known);
    for (uint32_t i = 0; i < drawn; i++) {
        draw_lane(timeline, order[i]);
    }
    for (uint32_t i = drawn; i < count; i++) {
        put_among_others(timeline, order[i]);
    }
    timeline->lane_count += count > drawn;
    return OK;
}

void timeline_put_label(const struct timeline *timeline, const struct timeline_lane *lane,
                        struct text *out)
{
    if (lane->others) {
        text_add(out, "(%" PRIu64 " others)", lane->lanes);
    } else if (lane->none) {
        text_put_char(out, '-');
    } else {
        dimension_show(&timeline->options.lanes, timeline->options.engine, lane->value,
                       lane->last_n, out);
    }
}

/* The axis ----------------------------------------------------------------------------------- */

/* The pauses that are folded: the longest ones, at most `most`, that are as long as the gap. Of
 * equal ones the earlier. */
struct folds {
    size_t after[TIMELINE_STRETCHES_MAX]; /* marks, before whose successor the pause is */
    uint64_t pause_us[TIMELINE_STRETCHES_MAX];
    size_t count;
};

static void offer_fold(struct folds *folds, size_t most, size_t after, uint64_t pause_us)
{
    size_t shortest = 0;
    if (folds->count < most) {
        folds->after[folds->count] = after;
        folds->pause_us[folds->count++] = pause_us;
        return;
    }
    for (size_t i = 1; i < folds->count; i++) {
        if (folds->pause_us[i] <= folds->pause_us[shortest]) {
            shortest = i;
        }
    }
    if (folds->count == 0 || pause_us <= folds->pause_us[shortest]) {
        return;
    }
    for (size_t i = shortest; i + 1 < folds->count; i++) {
        folds->after[i] = folds->after[i + 1];
        folds->pause_us[i] = folds->pause_us[i + 1];
    }
    folds->after[folds->count - 1] = after;
    folds->pause_us[folds->count - 1] = pause_us;
}

static void find_folds(const struct timeline *timeline, size_t most, struct folds *folds)
{
    folds->count = 0;
    for (size_t i = 0; i + 1 < timeline->mark_count && timeline->options.gap_us > 0; i++) {
        uint64_t pause_us = timeline->marks[i + 1].time_us - timeline->marks[i].time_us;
        if (pause_us >= timeline->options.gap_us) {
            offer_fold(folds, most, i, pause_us);
        }
    }
}

static void cut_stretches(const struct timeline *timeline, const struct folds *folds,
                          struct timeline_layout *out)
{
    size_t first = 0;
    for (size_t i = 0; i <= folds->count && timeline->mark_count > 0; i++) {
        size_t last = i < folds->count ? folds->after[i] : timeline->mark_count - 1;
        out->stretches[out->stretch_count++] = (struct timeline_stretch){
            .from_us = timeline->marks[first].time_us, .to_us = timeline->marks[last].time_us};
        first = last + 1;
        if (i < folds->count && (out->folded_us == 0 || folds->pause_us[i] < out->folded_us)) {
            out->folded_us = folds->pause_us[i];
        }
    }
}

/* In seconds, so that products fit; what is shorter counts for one. */
static uint64_t weight_of(const struct timeline_stretch *stretch)
{
    return (stretch->to_us - stretch->from_us) / TIME_SECOND_US + 1;
}

/* Each stretch has a cell; a third of the others is for all alike, so that what is short is seen,
 * too, and the rest by their length. What is left over by rounding down goes to the first ones. */
static void share_cells(struct timeline_layout *out)
{
    uint64_t total = 0;
    uint32_t count = (uint32_t)out->stretch_count, cell = 0;
    for (size_t i = 0; i < out->stretch_count; i++) {
        total += weight_of(&out->stretches[i]);
    }
    uint32_t shared = out->cells - (2 * count - 1), left = shared, alike = shared / 3;
    for (size_t i = 0; i < out->stretch_count; i++) {
        uint32_t share = alike / count;
        share += (uint32_t)((shared - alike) * weight_of(&out->stretches[i]) / total);
        out->stretches[i].cells = 1 + share;
        left -= share;
    }
    for (size_t i = 0; left > 0; i = (i + 1) % out->stretch_count) {
        out->stretches[i].cells++;
        left--;
    }
    for (size_t i = 0; i < out->stretch_count; i++) {
        out->stretches[i].cell = cell;
        cell += out->stretches[i].cells + 1;
    }
}

uint32_t timeline_cell_of(const struct timeline_layout *layout, uint64_t time_us)
{
    for (size_t i = layout->stretch_count; i-- > 0;) {
        const struct timeline_stretch *stretch = &layout->stretches[i];
        if (time_us >= stretch->from_us) {
            uint64_t length_us = stretch->to_us - stretch->from_us + 1;
            uint64_t since_us = time_us - stretch->from_us;
            /* Milliseconds are fine enough for a stretch of centuries, and the product fits. */
            if (length_us > UINT64_MAX / TIMELINE_CELLS_MAX) {
                since_us /= 1000;
                length_us /= 1000;
            }
            uint64_t cell = since_us * stretch->cells / length_us;
            return stretch->cell + (uint32_t)(cell < stretch->cells ? cell : stretch->cells - 1);
        }
    }
    return 0;
}

static void fill_grid(const struct timeline *timeline, struct timeline_layout *out)
{
    for (size_t i = 0; i < timeline->mark_count; i++) {
        const struct timeline_mark *mark = &timeline->marks[i];
        uint32_t lane = timeline->lane_of[mark->lane];
        struct timeline_cell *cell =
            &out->grid[lane * out->cells + timeline_cell_of(out, mark->time_us)];
        cell->first_n = cell->events == 0 || mark->n < cell->first_n ? mark->n : cell->first_n;
        cell->last_n = mark->n > cell->last_n ? mark->n : cell->last_n;
        cell->events++;
        cell->denied += mark->outcome == OUTCOME_DENIED;
        cell->failed += mark->outcome == OUTCOME_FAILED;
    }
}

struct status timeline_lay(struct timeline *timeline, uint32_t cells, struct timeline_layout *out)
{
    struct folds folds;
    assert(cells >= 1 && cells <= TIMELINE_CELLS_MAX);
    *out = (struct timeline_layout){.cells = cells};
    size_t most = cells / CELLS_A_STRETCH;
    most = most == 0 ? 0 : most - 1;
    most = most < TIMELINE_STRETCHES_MAX - 1 ? most : TIMELINE_STRETCHES_MAX - 1;
    size_t size = timeline->lane_count * cells * sizeof *out->grid;
    out->grid = arena_take(timeline->options.arena, size);
    if (out->grid == NULL) {
        return FAIL(NO_MEMORY, size);
    }
    memset(out->grid, 0, size);
    find_folds(timeline, most, &folds);
    cut_stretches(timeline, &folds, out);
    if (out->stretch_count > 0) {
        share_cells(out);
        fill_grid(timeline, out);
    }
    return OK;
}
