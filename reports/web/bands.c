#include "reports/web/bands.h"

#include "reports/web/page.h"

#include <inttypes.h>

enum {
    LANE_HEIGHT = 24,
    BAND_HEIGHT = 14,
    LABEL_WIDTH = 250,
    LABEL_COLUMNS = 34,
    MARGIN = 8,
    AXIS_HEIGHT = 26,
    TICKS = 4,
    MORE = 25, /* the part of the axis by which it goes on after the last news */
};

struct bands *bands_new(struct arena *arena)
{
    struct bands *bands = arena_take(arena, sizeof *bands);
    void *texts = arena_take(arena, BANDS_TEXT);
    if (bands == NULL || texts == NULL) {
        return NULL;
    }
    memset(bands, 0, sizeof *bands);
    bands->texts = (struct arena){.memory = texts, .capacity = BANDS_TEXT};
    return bands;
}

void bands_lane(struct bands *bands, struct bytes label, struct id about)
{
    if (bands->lane_count == BANDS_LANES_MAX) {
        bands->left_out++;
        return;
    }
    bands->lanes[bands->lane_count++] = (struct bands_lane){
        .label = arena_copy(&bands->texts, label), .about = about, .first = bands->band_count};
}

void bands_add(struct bands *bands, const struct band *band)
{
    if (bands->lane_count == 0 || bands->left_out > 0 || bands->band_count == BANDS_MAX) {
        return;
    }
    struct band *kept = &bands->bands[bands->band_count++];
    *kept = *band;
    kept->title = arena_copy(&bands->texts, band->title);
    bands->lanes[bands->lane_count - 1].count++;
}

/* Drawing ------------------------------------------------------------------------------------ */

struct axis {
    uint64_t from_us, until_us;
};

/* When a band is known to have ended, or else to have begun. */
static uint64_t end_of(const struct bands *bands, const struct band *band)
{
    return band->open && bands->last_us > 0 ? band->from_us : band->until_us;
}

static struct axis axis_of(const struct bands *bands)
{
    struct axis axis = {bands->from_us == 0 ? UINT64_MAX : bands->from_us, bands->last_us};
    for (size_t i = 0; i < bands->band_count; i++) {
        const struct band *band = &bands->bands[i];
        uint64_t end = end_of(bands, band);
        axis.from_us =
            bands->from_us == 0 && band->from_us < axis.from_us ? band->from_us : axis.from_us;
        axis.until_us = end > axis.until_us ? end : axis.until_us;
    }
    uint64_t span = axis.until_us > axis.from_us ? axis.until_us - axis.from_us : 1;
    axis.until_us = axis.from_us + span + (bands->last_us > 0 ? span / MORE + 1 : 0);
    return axis;
}

static int32_t x_of(const struct axis *axis, uint64_t utc_us)
{
    uint64_t width = BANDS_WIDTH - LABEL_WIDTH - MARGIN, span = axis->until_us - axis->from_us;
    uint64_t at = utc_us < axis->from_us ? 0 : utc_us - axis->from_us;
    at = at < span ? at : span;
    /* Both are shortened alike, so that the product fits. */
    while (span > UINT64_MAX / BANDS_WIDTH) {
        span >>= 1;
        at >>= 1;
    }
    return LABEL_WIDTH + (int32_t)(at * width / span);
}

/* Where a link leads, of a pinned page to one that is pinned, too. */
static void put_at(const struct visit *visit, struct text *target)
{
    if (visit->pinned) {
        text_add(target, "?at=%" PRIu64, visit->at);
    }
}

static void put_band(const struct visit *visit, struct svg *svg, const struct axis *axis,
                     const struct band *band, int32_t y)
{
    static const struct svg_paint paints[] = {
        [BAND_HELD] = {.fill = SVG_OK, .round = 2},
        [BAND_NOT] = {.fill = SVG_HATCH, .stroke = SVG_DENIED, .round = 2},
    };
    char path[40];
    struct text target = TEXT_IN(path);
    int32_t from = x_of(axis, band->from_us), until = x_of(axis, band->until_us);
    struct svg_box box = {from, y, until > from + 3 ? until - from : 3, BAND_HEIGHT};
    if (box.x + box.width > BANDS_WIDTH - MARGIN) {
        box.x = BANDS_WIDTH - MARGIN - box.width;
    }
    if (band->has_event) {
        text_add(&target, "/events/%" PRIu64, band->event);
        put_at(visit, &target);
        svg_link(svg, text_bytes(&target), band->title);
    }
    svg_rect(svg, &box, &paints[band->look], band->title);
    if (band->has_event) {
        svg_close(svg);
    }
}

static void put_label(const struct visit *visit, struct svg *svg, const struct bands_lane *lane,
                      int32_t y)
{
    char memory[64];
    struct text path = TEXT_IN(memory);
    bool linked = link_object_path(lane->about, &path);
    put_at(visit, &path);
    if (linked) {
        svg_link(svg, text_bytes(&path), lane->label);
    }
    svg_text(svg, &(struct svg_words){.at = {0, y + BAND_HEIGHT - 3},
                                      .text = lane->label,
                                      .columns = LABEL_COLUMNS});
    if (linked) {
        svg_close(svg);
    }
}

static void put_tick(struct svg *svg, const struct axis *axis, uint32_t index, int32_t bottom)
{
    char memory[48];
    struct text text = TEXT_IN(memory);
    const struct zone utc = zone_utc();
    uint64_t at = axis->from_us + (axis->until_us - axis->from_us) / TICKS * index;
    int32_t x = x_of(axis, at);
    svg_line(svg, (struct svg_point){x, 0}, (struct svg_point){x, bottom},
             &(struct svg_paint){.stroke = SVG_LINE, .dashed = index > 0 && index < TICKS});
    zone_write(&utc, at, (struct zone_style){.separator = ' '}, &text);
    bool day = axis->until_us - axis->from_us > UINT64_C(4) * 86400 * 1000000;
    text.size = day && text.size > 10 ? 10 : text.size > 19 ? 19 : text.size;
    svg_text(svg, &(struct svg_words){.at = {x, bottom + 16},
                                      .text = text_bytes(&text),
                                      .anchor = index == 0       ? SVG_START
                                                : index == TICKS ? SVG_END
                                                                 : SVG_MIDDLE,
                                      .ink = SVG_FAINT,
                                      .size = 11});
}

static void put_lanes(const struct visit *visit, struct svg *svg, const struct bands *bands,
                      const struct axis *axis)
{
    for (size_t i = 0; i < bands->lane_count; i++) {
        const struct bands_lane *lane = &bands->lanes[i];
        int32_t y = (int32_t)i * LANE_HEIGHT + (LANE_HEIGHT - BAND_HEIGHT) / 2;
        put_label(visit, svg, lane, y);
        for (size_t k = lane->first; k < lane->first + lane->count; k++) {
            put_band(visit, svg, axis, &bands->bands[k], y);
        }
    }
}

static void put_mark(struct svg *svg, const struct bands *bands, const struct axis *axis,
                     int32_t bottom)
{
    if (bands->mark_us >= axis->from_us && bands->mark_us < axis->until_us) {
        int32_t x = x_of(axis, bands->mark_us);
        svg_line(svg, (struct svg_point){x, 0}, (struct svg_point){x, bottom},
                 &(struct svg_paint){.stroke = SVG_TEXT, .width = 2});
    }
}

void bands_put(struct visit *visit, const struct bands *bands, const char *id, const char *title)
{
    struct svg svg;
    const struct axis axis = axis_of(bands);
    int32_t bottom = (int32_t)bands->lane_count * LANE_HEIGHT;
    if (bands->band_count == 0) {
        return;
    }
    output_put_string(visit->output,
                      "<figure class=\"bands\" tabindex=\"0\" role=\"group\" aria-label=\"");
    html_put_string(visit->output, title);
    output_put_string(visit->output, "\">\n");
    svg_begin(&svg, visit->output,
              &(struct svg_head){.width = BANDS_WIDTH,
                                 .height = bottom + AXIS_HEIGHT,
                                 .id = id,
                                 .title = bytes_of_string(title),
                                 .desc = LITERAL("For each lane the stretches of time: full where "
                                                 "it held, hatched where it did not."),
                                 .links = true});
    for (uint32_t i = 0; i <= TICKS; i++) {
        put_tick(&svg, &axis, i, bottom);
    }
    put_lanes(visit, &svg, bands, &axis);
    put_mark(&svg, bands, &axis, bottom);
    svg_end(&svg);
    if (bands->left_out > 0) {
        output_add(visit->output, "<figcaption>%" PRIu64 " more are not drawn.</figcaption>\n",
                   bands->left_out);
    }
    output_put_string(visit->output, "</figure>\n");
}
