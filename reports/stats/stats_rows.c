#include "reports/stats/stats_rows.h"

#include "reports/chart.h"
#include "reports/glyph.h"
#include "reports/stats/stats_heat.h"

#include <assert.h>
#include <inttypes.h>

enum {
    NAMES_SIZE = STATS_DIMENSIONS_MAX * 2 * (DIMENSION_NAME_MAX + 8),
    SHOWN_SIZE = DIMENSION_VALUE_MAX + 256,
    COURSE_SIZE = COURSE_BUCKETS * 24,
    BAR_COLUMNS = 40,
    LABEL_SIZE = 256,
};

struct writing {
    const struct stats *stats;
    const struct stats_rows_options *options;
    struct rows *rows;
    struct stats_rest *rest;
    struct column columns[ROWS_COLUMNS_MAX];
    size_t column_count;
    char names[NAMES_SIZE];
    uint64_t most;       /* events of a group */
    uint64_t next_us;    /* when the stretch begins that has no row yet; 0: none had one */
    uint64_t in_stretch; /* rows of the stretch at hand */
    uint64_t empty;
};

static bool by_time(const struct stats *stats)
{
    return interval_is_set(&stats->options.interval);
}

/* Stretches and nothing else: those without events belong to the picture. */
static bool is_histogram(const struct stats *stats)
{
    return by_time(stats) && stats->options.by_count == 0;
}

/* Columns ------------------------------------------------------------------------------------ */

static void add_column(struct writing *writing, const char *name, enum column_type type)
{
    assert(writing->column_count < ROWS_COLUMNS_MAX);
    writing->columns[writing->column_count++] = (struct column){
        .name = name,
        .type = type,
        .align = type == COLUMN_INTEGER ? ALIGN_RIGHT : ALIGN_LEFT,
    };
}

static bool for_people(const struct writing *writing)
{
    return writing->rows->options.format == ROWS_TABLE;
}

/* `body.format` becomes `body_format`. */
static const char *put_column_name(struct text *names, const char *dimension, const char *end)
{
    const char *name = names->data + names->size;
    for (const char *c = dimension; *c != '\0'; c++) {
        text_put_char(names, *c == '.' ? '_' : *c);
    }
    text_put_string(names, end);
    text_put_char(names, '\0');
    assert(!names->full);
    return name;
}

static void add_dimension_columns(struct writing *writing)
{
    struct text names = TEXT_IN(writing->names);
    for (size_t i = 0; i < writing->stats->options.by_count; i++) {
        const struct dimension *by = &writing->stats->options.by[i];
        add_column(writing, put_column_name(&names, by->name, ""), COLUMN_TEXT);
        if (!for_people(writing) && dimension_has_names(by)) {
            add_column(writing, put_column_name(&names, by->name, "_name"), COLUMN_TEXT);
        }
    }
}

static void add_columns(struct writing *writing)
{
    const struct stats_options *asked = &writing->stats->options;
    if (by_time(writing->stats)) {
        add_column(writing, "from", COLUMN_TIME);
    }
    add_dimension_columns(writing);
    add_column(writing, "events", COLUMN_INTEGER);
    if (writing->options->compared) {
        add_column(writing, "before", COLUMN_INTEGER);
        add_column(writing, "change", COLUMN_TEXT);
        writing->columns[writing->column_count - 1].align = ALIGN_RIGHT;
    }
    add_column(writing, "denied", COLUMN_INTEGER);
    add_column(writing, "failed", COLUMN_INTEGER);
    if (asked->has_sum) {
        add_column(writing, "sum", COLUMN_INTEGER);
    }
    if (asked->has_distinct) {
        add_column(writing, "distinct", COLUMN_INTEGER);
    }
    add_column(writing, "first", COLUMN_INTEGER);
    add_column(writing, "last", COLUMN_INTEGER);
    if (by_time(writing->stats) && for_people(writing)) {
        add_column(writing, "bar", COLUMN_TEXT);
    } else if (!by_time(writing->stats)) {
        add_column(writing, "course", for_people(writing) ? COLUMN_TEXT : COLUMN_JSON);
    }
    if (!by_time(writing->stats) && !for_people(writing)) {
        add_column(writing, "course_from", COLUMN_TIME);
        add_column(writing, "course_step", COLUMN_INTEGER);
    }
}

/* Cells -------------------------------------------------------------------------------------- */

/* The memory of one row's cells. */
struct row_memory {
    char shown[STATS_DIMENSIONS_MAX][SHOWN_SIZE];
    char change[32], course[COURSE_SIZE];
    struct cell cells[ROWS_COLUMNS_MAX];
    size_t count;
};

static void add_cell(struct row_memory *row, struct cell cell)
{
    row->cells[row->count++] = cell;
}

static void add_value(const struct writing *writing, size_t index, size_t dimension,
                      struct row_memory *row)
{
    const struct stats *stats = writing->stats;
    const struct dimension *by = &stats->options.by[dimension];
    struct text shown = TEXT_IN(row->shown[dimension]);
    struct bytes value = {0};
    bool has = stats_value_at(stats, index, dimension, &value);
    if (has) {
        dimension_show(by, stats->options.engine, value, stats_group_at(stats, index)->seen_n,
                       &shown);
    }
    struct cell name = has ? cell_text(text_bytes(&shown)) : cell_absent();
    if (for_people(writing)) {
        add_cell(row, name);
        return;
    }
    add_cell(row, has ? cell_text(value) : cell_absent());
    if (dimension_has_names(by)) {
        add_cell(row, name);
    }
}

static void add_values(const struct writing *writing, size_t index, struct row_memory *row)
{
    for (size_t i = 0; i < writing->stats->options.by_count; i++) {
        add_value(writing, index, i, row);
    }
}

static void put_change(const struct stats_group *group, struct text *out)
{
    bool less = group->events < group->before;
    uint64_t by = less ? group->before - group->events : group->events - group->before;
    text_put_string(out, less ? "-" : by > 0 ? "+" : "");
    text_put_u64(out, by);
}

static void put_course(const struct writing *writing, const struct stats_group *group,
                       struct text *out)
{
    uint64_t counts[COURSE_BUCKETS];
    size_t count = writing->stats->frame.used;
    course_project(&group->course, &writing->stats->frame, counts);
    if (for_people(writing)) {
        spark_put(out, counts, count, writing->options->letters);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        text_put_char(out, i == 0 ? '[' : ',');
        text_put_u64(out, counts[i]);
    }
    text_put_string(out, count == 0 ? "[]" : "]");
}

static void add_numbers(const struct writing *writing, const struct stats_group *group,
                        struct row_memory *row)
{
    const struct stats_options *asked = &writing->stats->options;
    struct text change = TEXT_IN(row->change);
    add_cell(row, cell_number(group->events));
    if (writing->options->compared) {
        put_change(group, &change);
        add_cell(row, cell_number(group->before));
        add_cell(row, cell_text(text_bytes(&change)));
    }
    add_cell(row, cell_number(group->denied));
    add_cell(row, cell_number(group->failed));
    if (asked->has_sum) {
        add_cell(row, cell_number(group->sum));
    }
    if (asked->has_distinct) {
        add_cell(row, cell_number(group->distinct));
    }
    add_cell(row, group->events > 0 ? cell_number(group->first_n) : cell_absent());
    add_cell(row, group->events > 0 ? cell_number(group->last_n) : cell_absent());
}

static struct status write_row(struct writing *writing, const struct stats_group *group,
                               size_t index)
{
    struct row_memory row;
    struct text course = TEXT_IN(row.course);
    row.count = 0;
    if (by_time(writing->stats)) {
        add_cell(&row, cell_number(group->from_us));
    }
    add_values(writing, index, &row);
    add_numbers(writing, group, &row);
    if (!by_time(writing->stats)) {
        put_course(writing, group, &course);
        add_cell(&row, cell_text(text_bytes(&course)));
        if (!for_people(writing)) {
            add_cell(&row, cell_number(course_from_us(&writing->stats->frame, 0)));
            add_cell(&row, cell_number(UINT64_C(1) << writing->stats->frame.shift));
        }
    } else if (for_people(writing)) {
        spark_put_bar(&course, group->events, writing->most, BAR_COLUMNS,
                      writing->options->letters);
        add_cell(&row, course.size > 0 ? cell_text(text_bytes(&course)) : cell_absent());
    }
    assert(row.count == writing->column_count);
    return rows_add(writing->rows, row.cells);
}

/* Rows --------------------------------------------------------------------------------------- */

/* Where a histogram begins, and past what it does not go on without events. */
static uint64_t histogram_from(const struct stats *stats, const struct stats_rows_options *options)
{
    if (options->range.since.kind == MOMENT_TIME) {
        return interval_from(&stats->options.interval, &stats->options.zone,
                             options->range.since.value);
    }
    return stats->order_count == 0 ? 0 : stats_group_at(stats, 0)->from_us;
}

static uint64_t histogram_until(const struct stats_rows_options *options)
{
    return options->range.until.kind == MOMENT_TIME ? options->range.until.value : 0;
}

/* The stretches before `to_us` that nothing happened in. */
static struct status write_empty(struct writing *writing, uint64_t to_us)
{
    const struct stats_options *asked = &writing->stats->options;
    while (is_histogram(writing->stats) && writing->next_us != 0 && writing->next_us < to_us) {
        const struct stats_group none = {.from_us = writing->next_us};
        if (++writing->empty > STATS_EMPTY_MAX) {
            return FAIL_BECAUSE(LIMIT, STATS_EMPTY_MAX,
                                "there are more than 10000 stretches without any event: choose a "
                                "longer interval, or a shorter range");
        }
        TRY(write_row(writing, &none, 0));
        writing->next_us = interval_next(&asked->interval, &asked->zone, writing->next_us);
    }
    return OK;
}

static struct status write_group(struct writing *writing, size_t index)
{
    const struct stats_options *asked = &writing->stats->options;
    const struct stats_group *group = stats_group_at(writing->stats, index);
    bool fresh = index == 0 || group->from_us != stats_group_at(writing->stats, index - 1)->from_us;
    writing->in_stretch = fresh ? 0 : writing->in_stretch;
    if (writing->options->top > 0 && writing->in_stretch == writing->options->top) {
        writing->rest->groups++;
        writing->rest->events += group->events;
        return OK;
    }
    TRY(write_empty(writing, group->from_us));
    writing->in_stretch++;
    if (by_time(writing->stats)) {
        writing->next_us = interval_next(&asked->interval, &asked->zone, group->from_us);
    }
    return write_row(writing, group, index);
}

struct status stats_rows_write(const struct stats *stats, const struct stats_rows_options *options,
                               struct rows *rows, struct stats_rest *rest)
{
    struct writing writing = {.stats = stats, .options = options, .rows = rows, .rest = rest};
    *rest = (struct stats_rest){0};
    add_columns(&writing);
    for (size_t i = 0; i < stats->order_count; i++) {
        uint64_t events = stats_group_at(stats, i)->events;
        writing.most = events > writing.most ? events : writing.most;
    }
    TRY(rows_begin(rows, writing.columns, writing.column_count));
    writing.next_us = is_histogram(stats) ? histogram_from(stats, options) : 0;
    for (size_t i = 0; i < stats->order_count; i++) {
        TRY(write_group(&writing, i));
    }
    TRY(write_empty(&writing, histogram_until(options)));
    return rows_flush(rows);
}

/* Pictures ----------------------------------------------------------------------------------- */

struct heading {
    char memory[LABEL_SIZE];
    struct chart_head head;
};

static const struct chart_head *head_of(struct heading *heading, const struct stats *stats,
                                        struct bytes of)
{
    struct text title = TEXT_IN(heading->memory);
    text_put_literal(&title, "Events");
    for (size_t i = 0; i < stats->options.by_count; i++) {
        text_add(&title, "%s%s", i == 0 ? " by " : ", ", stats->options.by[i].name);
    }
    text_put_string(&title, is_histogram(stats) ? " over time" : "");
    heading->head = (struct chart_head){
        .id = "stats",
        .title = text_bytes(&title),
        .subtitle = of,
        .unit = LITERAL("events"),
        .part_of = stats_is_field(stats) ? LITERAL("") : LITERAL("denied or failed")};
    return &heading->head;
}

/* A group's values, the stretch of time first. */
static void put_label(const struct stats *stats, size_t index, struct text *out)
{
    const struct stats_group *group = stats_group_at(stats, index);
    if (by_time(stats)) {
        zone_write(&stats->options.zone, group->from_us, (struct zone_style){.separator = ' '},
                   out);
    }
    for (size_t i = 0; i < stats->options.by_count; i++) {
        char memory[SHOWN_SIZE];
        struct text shown = TEXT_IN(memory);
        struct bytes value;
        text_put_string(out, out->size > 0 ? " \xc2\xb7 " : "");
        if (stats_value_at(stats, index, i, &value)) {
            dimension_show(&stats->options.by[i], stats->options.engine, value, group->seen_n,
                           &shown);
        } else {
            text_put_char(&shown, '-');
        }
        /* A name that has no room here is cut anyway where it is drawn. */
        struct bytes rest = text_bytes(&shown);
        struct glyph glyph;
        while (glyph_next(&rest, &glyph) && out->size < LABEL_SIZE - 8) {
            text_put_bytes(out, glyph.bytes);
        }
    }
}

static void draw_bars(const struct stats *stats, const struct stats_rows_options *options,
                      struct bytes of, struct output *output)
{
    char labels[CHART_BARS_MAX + 1][LABEL_SIZE];
    struct chart_bar bars[CHART_BARS_MAX + 1];
    struct heading heading;
    size_t most = CHART_BARS_MAX;
    most = options->top > 0 && options->top < most ? (size_t)options->top : most;
    size_t count = stats->order_count < most ? stats->order_count : most;
    for (size_t i = 0; i < count; i++) {
        const struct stats_group *group = stats_group_at(stats, i);
        struct text label = TEXT_IN(labels[i]);
        put_label(stats, i, &label);
        bars[i] = (struct chart_bar){.label = text_bytes(&label),
                                     .value = group->events,
                                     .part = group->denied + group->failed};
    }
    chart_bars(output, head_of(&heading, stats, of), bars, count);
}

static void draw_columns(const struct stats *stats, const struct stats_rows_options *options,
                         struct bytes of, struct output *output)
{
    struct chart_column columns[CHART_COLUMNS_MAX];
    const struct stats_options *asked = &stats->options;
    struct heading heading;
    size_t count = 0, group = 0;
    uint64_t from_us = histogram_from(stats, options), until_us = histogram_until(options);
    while (count < CHART_COLUMNS_MAX && (group < stats->order_count || from_us < until_us)) {
        const struct stats_group *next =
            group < stats->order_count ? stats_group_at(stats, group) : NULL;
        bool is_its = next != NULL && next->from_us <= from_us;
        columns[count++] = (struct chart_column){
            .from_utc_us = from_us,
            .value = is_its ? next->events : 0,
            .part = is_its ? next->denied + next->failed : 0,
        };
        group += is_its;
        from_us = interval_next(&asked->interval, &asked->zone, from_us);
    }
    chart_columns(output, head_of(&heading, stats, of),
                  &(struct chart_columns){.columns = columns,
                                          .count = count,
                                          .end_utc_us = from_us,
                                          .cut = group < stats->order_count,
                                          .zone = asked->zone});
}

struct status stats_draw(const struct stats *stats, const struct stats_rows_options *options,
                         struct bytes of, struct output *output)
{
    struct heading heading;
    if (stats_is_field(stats)) {
        return stats_heat(stats, head_of(&heading, stats, of), output);
    }
    if (is_histogram(stats)) {
        draw_columns(stats, options, of, output);
    } else {
        draw_bars(stats, options, of, output);
    }
    return OK;
}
