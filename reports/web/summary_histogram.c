#include "reports/svg.h"
#include "reports/web/page.h"
#include "reports/web/summary.h"

#include <inttypes.h>

enum {
    WIDTH = 960,
    HEIGHT = 120, /* of the columns */
    BELOW = 24,   /* for times */
    ABOVE = 16,   /* for the highest number */
    TARGET_SIZE = 600,
    LABEL_WIDTH = 150,
};

struct histogram {
    uint64_t from_us, step_us;
    size_t count;
    uint64_t most;
    struct {
        uint64_t events, denied, failed;
    } columns[SUMMARY_COLUMNS_MAX + 1];
};

uint64_t summary_step_us(uint64_t first_us, uint64_t last_us)
{
    static const uint64_t seconds[] = {
        1,         2,          5,          10,         30,          60,          120,   300,
        600,       1800,       3600,       2 * 3600,   6 * 3600,    12 * 3600,   86400, 2 * 86400,
        7 * 86400, 14 * 86400, 28 * 86400, 91 * 86400, 182 * 86400, 365 * 86400,
    };
    uint64_t length_us = last_us - first_us, step_us = TIME_SECOND_US;
    for (size_t i = 0; i < sizeof seconds / sizeof seconds[0]; i++) {
        step_us = seconds[i] * TIME_SECOND_US;
        if (length_us / step_us < SUMMARY_COLUMNS_MAX - 1) {
            return step_us;
        }
    }
    while (length_us / step_us >= SUMMARY_COLUMNS_MAX - 1) {
        step_us *= 2;
    }
    return step_us;
}

static void lay(const struct summary *summary, struct histogram *out)
{
    memset(out, 0, sizeof *out);
    out->step_us = summary_step_us(summary->first_us, summary->last_us);
    out->from_us = summary->first_us / out->step_us * out->step_us;
    out->count = (size_t)((summary->last_us - out->from_us) / out->step_us) + 1;
    for (uint64_t i = 0; i < summary->events; i++) {
        const struct summary_mark *mark = &summary->marks[i];
        size_t column = (size_t)((mark->time_us - out->from_us) / out->step_us);
        out->columns[column].events++;
        out->columns[column].denied += mark->outcome == OUTCOME_DENIED ? 1 : 0;
        out->columns[column].failed += mark->outcome == OUTCOME_FAILED ? 1 : 0;
        if (out->columns[column].events > out->most) {
            out->most = out->columns[column].events;
        }
    }
}

static uint64_t column_us(const struct histogram *histogram, size_t column)
{
    return histogram->from_us + column * histogram->step_us;
}

/* A time as short as the length of the stretches allows. */
static void put_time(const struct histogram *histogram, uint64_t utc_us, struct text *out)
{
    char memory[40];
    struct text time = TEXT_IN(memory);
    time_write(&time, utc_us);
    memory[10] = ' ';
    text_put(out, memory,
             histogram->step_us >= 86400 * TIME_SECOND_US ? 10
             : histogram->step_us >= 60 * TIME_SECOND_US  ? 16
                                                          : 19);
}

/* The path of the same search, in one stretch of time. */
static void write_target(const struct visit *visit, const struct histogram *histogram,
                         size_t column, bool escaped, struct text *out)
{
    const char *and = escaped ? "&amp;" : "&";
    text_put_literal(out, "/events?since=@");
    text_put_u64(out, column_us(histogram, column) / TIME_SECOND_US);
    text_add(out, "%suntil=@", and);
    text_put_u64(out, column_us(histogram, column + 1) / TIME_SECOND_US);
    if (visit->pinned) {
        text_add(out, "%sat=", and);
        text_put_u64(out, visit->at);
    }
}

static void put_q(struct bytes q, struct text *out)
{
    static const char digits[] = "0123456789ABCDEF";
    text_put_string(out, q.size > 0 ? "&q=" : "");
    for (size_t i = 0; i < q.size; i++) {
        uint8_t c = q.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        const char escape[] = {'%', digits[c >> 4], digits[c & 15]};
        text_put(out, plain ? (const char *)&q.data[i] : escape, plain ? 1 : sizeof escape);
    }
}

static int32_t height_of(const struct histogram *histogram, uint64_t events)
{
    uint64_t height = events * HEIGHT / (histogram->most > 0 ? histogram->most : 1);
    return (int32_t)(events > 0 && height < 2 ? 2 : height);
}

static int32_t x_of(const struct histogram *histogram, size_t column)
{
    return (int32_t)(WIDTH * column / histogram->count);
}

/* One upon the other; `place` is where it begins and how wide it is. */
static void draw_part(struct svg *svg, struct svg_point place, int32_t height, enum svg_ink ink)
{
    if (height > 0) {
        svg_rect(svg, &(struct svg_box){place.x, ABOVE + HEIGHT - height, place.y, height},
                 &(struct svg_paint){.fill = ink}, LITERAL(""));
    }
}

static void draw_column(struct svg *svg, struct visit *visit, const struct search *search,
                        const struct histogram *histogram, size_t column)
{
    char target_memory[TARGET_SIZE + 3 * FILTER_TEXT_MAX], title_memory[160];
    struct text target = TEXT_IN(target_memory), title = TEXT_IN(title_memory);
    uint64_t events = histogram->columns[column].events;
    uint64_t denied = histogram->columns[column].denied;
    uint64_t failed_too = histogram->columns[column].failed;
    int32_t x = x_of(histogram, column), width = x_of(histogram, column + 1) - x;
    if (events == 0) {
        return;
    }
    write_target(visit, histogram, column, false, &target);
    put_q(search->q, &target);
    put_time(histogram, column_us(histogram, column), &title);
    text_add(&title, ": %" PRIu64 " events, %" PRIu64 " denied, %" PRIu64 " failed", events, denied,
             failed_too);
    svg_link(svg, text_bytes(&target), text_bytes(&title));
    svg_rect(svg, &(struct svg_box){x, ABOVE, width, HEIGHT},
             &(struct svg_paint){.fill = SVG_PAPER}, LITERAL(""));
    width = width > 3 ? width - 2 : width;
    draw_part(svg, (struct svg_point){x, width}, height_of(histogram, events), SVG_OK);
    draw_part(svg, (struct svg_point){x, width}, height_of(histogram, denied + failed_too),
              SVG_FAILED);
    draw_part(svg, (struct svg_point){x, width}, height_of(histogram, denied), SVG_DENIED);
    svg_close(svg);
}

static void draw_axis(struct svg *svg, const struct histogram *histogram)
{
    char memory[64];
    struct text most = TEXT_IN(memory);
    size_t every = histogram->count * LABEL_WIDTH / WIDTH + 1;
    svg_line(svg, (struct svg_point){0, ABOVE + HEIGHT}, (struct svg_point){WIDTH, ABOVE + HEIGHT},
             &(struct svg_paint){.stroke = SVG_LINE});
    text_add(&most, "at most %" PRIu64, histogram->most);
    svg_text(svg, &(struct svg_words){
                      .at = {0, 11}, .text = text_bytes(&most), .ink = SVG_FAINT, .size = 11});
    for (size_t i = 0; i < histogram->count; i += every) {
        char label_memory[40];
        struct text label = TEXT_IN(label_memory);
        put_time(histogram, column_us(histogram, i), &label);
        if (x_of(histogram, i) + LABEL_WIDTH <= WIDTH + 30) {
            svg_text(svg, &(struct svg_words){.at = {x_of(histogram, i), ABOVE + HEIGHT + 16},
                                              .text = text_bytes(&label),
                                              .ink = SVG_FAINT,
                                              .size = 11});
        }
    }
}

static void describe(const struct summary *summary, const struct histogram *histogram,
                     struct text *out)
{
    text_add(out, "%" PRIu64 " events, %" PRIu64 " denied, %" PRIu64 " failed, from ",
             summary->events, summary->by_outcome[OUTCOME_DENIED],
             summary->by_outcome[OUTCOME_FAILED]);
    put_time(histogram, summary->first_us, out);
    text_put_literal(out, " to ");
    put_time(histogram, summary->last_us, out);
    text_add(out, " UTC; at most %" PRIu64 " in one column. The table below has the numbers.",
             histogram->most);
}

static void put_table(struct visit *visit, const struct search *search,
                      const struct histogram *histogram)
{
    static const char *const headings[] = {"From (UTC)", "#Events", "#Denied", "#Failed"};
    output_put_string(visit->output, "<details>\n<summary>The numbers</summary>\n");
    page_table_begin(visit, &(struct page_table){
                                .caption = "Events over time", .headings = headings, .count = 4});
    for (size_t i = 0; i < histogram->count; i++) {
        char memory[TARGET_SIZE];
        struct text target = TEXT_IN(memory);
        if (histogram->columns[i].events == 0) {
            continue;
        }
        write_target(visit, histogram, i, true, &target);
        output_add(visit->output, "<tr><td><a href=\"%s", text_string(&target));
        visit->href_has_query = true;
        visit->href_fragment = "";
        if (search->q.size > 0) {
            href_param(visit, "q", search->q);
        }
        href_end(visit);
        page_time(visit, column_us(histogram, i));
        output_put_string(visit->output, "</a></td><td class=\"number\">");
        page_number(visit, histogram->columns[i].events);
        output_put_string(visit->output, "</td><td class=\"number\">");
        page_number(visit, histogram->columns[i].denied);
        output_put_string(visit->output, "</td><td class=\"number\">");
        page_number(visit, histogram->columns[i].failed);
        output_put_string(visit->output, "</td></tr>\n");
    }
    page_table_end(visit);
    output_put_string(visit->output, "</details>\n");
}

void summary_put_histogram(struct visit *visit, const struct search *search,
                           const struct summary *summary)
{
    struct histogram histogram;
    struct svg svg;
    char memory[320];
    struct text desc = TEXT_IN(memory);
    if (summary->events == 0) {
        return;
    }
    lay(summary, &histogram);
    describe(summary, &histogram, &desc);
    output_put_string(visit->output, "<figure class=\"histogram\">\n");
    svg_begin(&svg, visit->output,
              &(struct svg_head){.width = WIDTH,
                                 .height = ABOVE + HEIGHT + BELOW,
                                 .id = "over-time",
                                 .title = LITERAL("Events over time"),
                                 .desc = text_bytes(&desc),
                                 .links = true});
    for (size_t i = 0; i < histogram.count; i++) {
        draw_column(&svg, visit, search, &histogram, i);
    }
    draw_axis(&svg, &histogram);
    svg_end(&svg);
    output_put_string(
        visit->output,
        "<figcaption><span class=\"key-ok\">■</span> ok "
        "<span class=\"key-failed\">■</span> failed "
        "<span class=\"key-denied\">■</span> denied, when it happened; a column leads "
        "to its events</figcaption>\n</figure>\n");
    put_table(visit, search, &histogram);
}
