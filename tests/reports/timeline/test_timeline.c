/*
 * Timelines: every event is in the cell where it belongs, idle time is folded, and no drawing is
 * wider than it may be, whatever lanes are called.
 */
#include "reports/glyph.h"
#include "reports/timeline/timeline.h"
#include "reports/timeline/timeline_svg.h"
#include "reports/timeline/timeline_text.h"
#include "tests/reports/capture.h"
#include "tests/reports/well_formed.h"

#include <inttypes.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    EVENTS_MAX = 400,
    NAMES_MAX = 60,
    MEMORY = 64 << 20,
};

#define MINUTE_US (60 * TIME_SECOND_US)

static struct timeline timeline;
static struct timeline_layout layout;
static struct arena arena;
static struct leaf leaves[EVENTS_MAX];
static uint64_t times[EVENTS_MAX];
static uint8_t names[NAMES_MAX][4200];
static size_t name_sizes[NAMES_MAX];

static int begin(void **unused)
{
    (void)unused;
    arena = (struct arena){.memory = malloc(MEMORY), .capacity = MEMORY};
    return arena.memory == NULL;
}

static int end(void **unused)
{
    (void)unused;
    free(arena.memory);
    return 0;
}

/* Events of some lanes, in bursts and with pauses of every length, not in the order of time. */
static void make_events(uint64_t *state, size_t count, size_t lanes)
{
    uint64_t time_us = UINT64_C(1773000000000000);
    assert_true(lanes > 0);
    for (size_t i = 0; i < count; i++) {
        size_t lane = random_below(state, lanes);
        time_us += random_below(state, 10) == 0
                       ? random_below(state, UINT64_C(1) << random_below(state, 44))
                       : random_below(state, 30 * TIME_SECOND_US);
        times[i] = random_below(state, 8) == 0 ? time_us - MINUTE_US : time_us;
        leaves[i] = (struct leaf){.n = i,
                                  .kind = EVENT_VAULT_FILE_VIEWED,
                                  .actor = bytes_of(names[lane], name_sizes[lane]),
                                  .outcome = (enum outcome)random_below(state, OUTCOME_COUNT),
                                  .on = {{ID_FILE, lane}},
                                  .on_count = 1};
    }
}

static void name_lanes(uint64_t *state, bool hostile)
{
    for (size_t i = 0; i < NAMES_MAX; i++) {
        struct text name = {.data = (char *)names[i], .capacity = sizeof names[i]};
        text_add(&name, "user:%zu", i);
        name_sizes[i] = hostile ? 1 + random_hostile(state, names[i] + 1, 300) : name.size;
        names[i][0] = hostile ? (uint8_t)('a' + i % 26) : names[i][0];
    }
    if (hostile) {
        memset(names[0], 'n', 4096);
        name_sizes[0] = 4096;
    }
}

static void collect(size_t count, uint64_t gap_us, uint32_t lanes_most)
{
    struct timeline_options options = {
        .arena = &arena, .zone = zone_utc(), .gap_us = gap_us, .lanes_most = lanes_most};
    arena_reset(&arena);
    assert_false(failed(dimension_read(LITERAL("actor"), &options.lanes)));
    assert_false(failed(timeline_begin(&timeline, &options)));
    for (size_t i = 0; i < count; i++) {
        assert_false(failed(timeline_event(&timeline, &leaves[i], times[i], (struct bytes){0})));
    }
    assert_false(failed(timeline_end(&timeline)));
}

/* The lane on which an event is drawn, found by its name. */
static size_t drawn_lane(size_t event)
{
    for (size_t i = 0; i < timeline.lane_count; i++) {
        if (!timeline.lanes[i].others &&
            bytes_equal(timeline.lanes[i].value, leaves[event].actor)) {
            return i;
        }
    }
    assert_true(timeline.lanes[timeline.lane_count - 1].others);
    return timeline.lane_count - 1;
}

static void assert_grid(size_t count)
{
    for (size_t lane = 0; lane < timeline.lane_count; lane++) {
        uint64_t events = 0;
        for (uint32_t c = 0; c < layout.cells; c++) {
            const struct timeline_cell *cell = &layout.grid[lane * layout.cells + c];
            struct timeline_cell expected = {0};
            for (size_t i = 0; i < count; i++) {
                if (drawn_lane(i) == lane && timeline_cell_of(&layout, times[i]) == c) {
                    expected.first_n = expected.events == 0 ? i : expected.first_n;
                    expected.last_n = i;
                    expected.events++;
                    expected.denied += leaves[i].outcome == OUTCOME_DENIED;
                    expected.failed += leaves[i].outcome == OUTCOME_FAILED;
                }
            }
            assert_memory_equal(cell, &expected, sizeof expected);
            events += cell->events;
        }
        assert_int_equal(events, timeline.lanes[lane].events);
    }
}

/* Stretches follow each other with one cell between them; each begins and ends with an event. */
static void assert_axis(size_t count, uint64_t gap_us)
{
    uint32_t cell = 0;
    for (size_t s = 0; s < layout.stretch_count; s++) {
        const struct timeline_stretch *stretch = &layout.stretches[s];
        assert_int_equal(stretch->cell, cell);
        assert_true(stretch->cells >= 1 && stretch->from_us <= stretch->to_us);
        cell += stretch->cells + 1;
        if (s > 0) {
            uint64_t pause_us = stretch->from_us - layout.stretches[s - 1].to_us;
            assert_true(gap_us > 0 && pause_us >= gap_us && pause_us >= layout.folded_us);
        }
        assert_int_equal(timeline_cell_of(&layout, stretch->from_us), stretch->cell);
    }
    assert_int_equal(cell, layout.cells + 1);
    for (size_t i = 0; i < count; i++) {
        bool within = false;
        for (size_t s = 0; s < layout.stretch_count; s++) {
            within = within || (times[i] >= layout.stretches[s].from_us &&
                                times[i] <= layout.stretches[s].to_us);
        }
        assert_true(within);
    }
}

static void every_event_is_in_its_cell(void **unused)
{
    (void)unused;
    uint64_t state = 1;
    name_lanes(&state, false);
    for (unsigned round = 0; round < 60; round++) {
        size_t count = 1 + random_below(&state, 150);
        uint64_t gap_us = random_below(&state, 4) * 37 * MINUTE_US;
        make_events(&state, count, 1 + random_below(&state, 12));
        collect(count, gap_us, (uint32_t)random_below(&state, 9));
        assert_false(
            failed(timeline_lay(&timeline, 1 + (uint32_t)random_below(&state, 90), &layout)));
        assert_grid(count);
        assert_axis(count, gap_us);
    }
}

static void all_pauses_of_the_gap_are_folded_where_there_is_room(void **unused)
{
    (void)unused;
    uint64_t state = 2;
    name_lanes(&state, false);
    for (unsigned round = 0; round < 60; round++) {
        size_t count = 1 + random_below(&state, 100), pauses = 0;
        const uint64_t gap_us = 60 * MINUTE_US;
        make_events(&state, count, 3);
        collect(count, gap_us, 0);
        assert_false(failed(timeline_lay(&timeline, 200, &layout)));
        for (size_t i = 0; i + 1 < count; i++) {
            pauses += timeline.marks[i + 1].time_us - timeline.marks[i].time_us >= gap_us;
        }
        size_t most = TIMELINE_STRETCHES_MAX - 1;
        assert_int_equal(layout.stretch_count, 1 + (pauses < most ? pauses : most));
    }
}

static void lanes_are_those_with_the_most_events_in_the_order_of_the_first(void **unused)
{
    (void)unused;
    uint64_t state = 3;
    name_lanes(&state, false);
    for (unsigned round = 0; round < 40; round++) {
        size_t counts[NAMES_MAX] = {0}, least = SIZE_MAX, all = 0;
        make_events(&state, 200, NAMES_MAX);
        for (size_t i = 0; i < 200; i++) {
            counts[leaves[i].on[0].n]++;
        }
        collect(200, 0, 7);
        assert_int_equal(timeline.lane_count, 8);
        for (size_t i = 0; i < 7; i++) {
            least = timeline.lanes[i].events < least ? timeline.lanes[i].events : least;
            all += timeline.lanes[i].events;
            assert_true(i == 0 || timeline.lanes[i - 1].first_us <= timeline.lanes[i].first_us);
        }
        for (size_t k = 0; k < NAMES_MAX; k++) {
            bool shown = false;
            for (size_t i = 0; i < 7; i++) {
                shown = shown ||
                        bytes_equal(timeline.lanes[i].value, bytes_of(names[k], name_sizes[k]));
            }
            assert_true(shown || counts[k] <= least);
        }
        assert_int_equal(timeline.lanes[7].events, 200 - all);
    }
}

struct lines {
    uint32_t width;
    size_t count;
    char text[64 << 10];
};

static struct status check_line(void *context, struct bytes line)
{
    struct lines *lines = context;
    char memory[TIMELINE_LINE_SIZE * 2];
    struct text shown = TEXT_IN(memory);
    text_put_printable(&shown, line);
    assert_true(bytes_equal(text_bytes(&shown), line));
    assert_true(glyph_text_width(line) <= lines->width);
    lines->count++;
    snprintf(lines->text + strlen(lines->text), sizeof lines->text - strlen(lines->text), "%.*s\n",
             (int)line.size, (const char *)line.data);
    return OK;
}

static void no_line_is_wider_than_the_terminal_or_steers_it(void **unused)
{
    (void)unused;
    uint64_t state = 4;
    static struct lines lines;
    for (unsigned round = 0; round < 150; round++) {
        size_t count = 1 + random_below(&state, EVENTS_MAX);
        name_lanes(&state, round % 3 > 0);
        make_events(&state, count, 1 + random_below(&state, NAMES_MAX));
        collect(count, random_below(&state, 3) * 60 * MINUTE_US, 0);
        lines = (struct lines){.width = TIMELINE_TEXT_MIN + (uint32_t)random_below(&state, 300)};
        assert_false(
            failed(timeline_text(&timeline, lines.width,
                                 round % 2 == 0 ? SPARK_ASCII : SPARK_BLOCKS, check_line, &lines)));
        assert_true(lines.count >= timeline.lane_count + 3);
    }
}

static void pictures_are_well_formed_whatever_lanes_are_called(void **unused)
{
    (void)unused;
    uint64_t state = 5;
    static struct capture capture;
    for (unsigned round = 0; round < 40; round++) {
        size_t count = 1 + random_below(&state, EVENTS_MAX);
        name_lanes(&state, true);
        make_events(&state, count, 1 + random_below(&state, NAMES_MAX));
        collect(count, 60 * MINUTE_US, 0);
        assert_false(failed(timeline_svg_lay(&timeline, &layout)));
        capture_begin(&capture, &(struct rows_options){.format = ROWS_JSON});
        timeline_svg(&timeline, &layout, bytes_of(names[1], name_sizes[1]), &capture.output);
        capture_end(&capture);
        assert_true(well_formed(capture.text));
        assert_non_null(strstr(capture.text, "href=\"#n"));
    }
}

static void a_small_timeline_looks_like_this(void **unused)
{
    (void)unused;
    static struct lines lines = {.width = 50};
    static const struct {
        const char *actor;
        uint64_t minute;
        enum outcome outcome;
    } events[] = {{"user:1", 0, OUTCOME_OK},       {"user:1", 1, OUTCOME_OK},
                  {"user:2", 2, OUTCOME_DENIED},   {"user:1", 400, OUTCOME_OK},
                  {"user:2", 401, OUTCOME_FAILED}, {"user:1", 402, OUTCOME_OK},
                  {"user:1", 402, OUTCOME_OK}};
    for (size_t i = 0; i < 7; i++) {
        times[i] = UINT64_C(1773093480000000) + events[i].minute * MINUTE_US;
        leaves[i] = (struct leaf){.n = i,
                                  .actor = bytes_of_string(events[i].actor),
                                  .outcome = events[i].outcome,
                                  .on = {{ID_LOG, 0}},
                                  .on_count = 1};
    }
    collect(7, 120 * MINUTE_US, 0);
    assert_false(failed(timeline_text(&timeline, 50, SPARK_ASCII, check_line, &lines)));
    assert_string_equal(lines.text, "user:1 5 |.        .         :.                 o|\n"
                                    "user:2 2 |                  x:         !         |\n"
                                    "         |21:58:00            04:38:00\n"
                                    "         |2026-03-09          2026-03-10\n"
                                    ". 1 event   o 2 to 4   O more   x denied\n"
                                    "! failed   : a pause of 6 h\n");
}

static void too_many_events_are_refused_with_advice(void **unused)
{
    (void)unused;
    struct timeline_options options = {.arena = &arena, .zone = zone_utc()};
    const struct leaf leaf = {.actor = LITERAL("user:1"), .on = {{ID_LOG, 0}}, .on_count = 1};
    struct status status = OK;
    arena_reset(&arena);
    assert_false(failed(dimension_read(LITERAL("actor"), &options.lanes)));
    assert_false(failed(timeline_begin(&timeline, &options)));
    for (size_t i = 0; i <= TIMELINE_EVENTS_MAX && !failed(status); i++) {
        status = timeline_event(&timeline, &leaf, i, (struct bytes){0});
    }
    assert_int_equal(status.code, STATUS_LIMIT);
    assert_non_null(status.why);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_is_in_its_cell),
        cmocka_unit_test(all_pauses_of_the_gap_are_folded_where_there_is_room),
        cmocka_unit_test(lanes_are_those_with_the_most_events_in_the_order_of_the_first),
        cmocka_unit_test(no_line_is_wider_than_the_terminal_or_steers_it),
        cmocka_unit_test(pictures_are_well_formed_whatever_lanes_are_called),
        cmocka_unit_test(a_small_timeline_looks_like_this),
        cmocka_unit_test(too_many_events_are_refused_with_advice),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
