#include "reports/stats/stats_heat.h"

#include <stdlib.h>

enum {
    HOURS = 24,
    WEEKDAYS = 7,
    LABEL_SIZE = 256,
};

struct line { /* a row or a column in the making */
    struct bytes value;
    uint64_t events, last_n;
    bool none;
};

struct field {
    const struct stats *stats;
    struct tally known[2]; /* value, or nothing -> struct line, for rows and columns */
    struct line **order[2];
    size_t count[2];
};

static bool is_of_time(const struct dimension *dimension)
{
    return dimension->kind == DIMENSION_HOUR || dimension->kind == DIMENSION_WEEKDAY ||
           dimension->kind == DIMENSION_DAY;
}

bool stats_is_field(const struct stats *stats)
{
    return stats->options.by_count == 2 && !interval_is_set(&stats->options.interval) &&
           is_of_time(&stats->options.by[1]);
}

static struct status note(struct field *field, size_t side, struct bytes value, bool has,
                          const struct stats_group *group)
{
    char memory[DIMENSION_VALUE_MAX + 1];
    struct text key = TEXT_IN(memory);
    void *found;
    text_put_string(&key, has ? "v" : "");
    text_put_bytes(&key, value);
    TRY(tally_at(&field->known[side], text_bytes(&key), &found));
    struct line *line = found;
    line->value = value;
    line->none = !has;
    line->last_n = group == NULL || group->seen_n < line->last_n ? line->last_n : group->seen_n;
    line->events += group == NULL ? 0 : group->events;
    return OK;
}

/* All hours and weekdays have a column, also those at which nothing happened. */
static struct status note_all(struct field *field, size_t side)
{
    static const char *const days[WEEKDAYS] = {"1 Mon", "2 Tue", "3 Wed", "4 Thu",
                                               "5 Fri", "6 Sat", "7 Sun"};
    static const char hours[] = "000102030405060708091011121314151617181920212223";
    enum dimension_kind kind = field->stats->options.by[side].kind;
    for (size_t i = 0; kind == DIMENSION_HOUR && i < HOURS; i++) {
        TRY(note(field, side, bytes_of(hours + 2 * i, 2), true, NULL));
    }
    for (size_t i = 0; kind == DIMENSION_WEEKDAY && i < WEEKDAYS; i++) {
        TRY(note(field, side, bytes_of_string(days[i]), true, NULL));
    }
    return OK;
}

static int by_value(const void *a, const void *b)
{
    const struct line *left = *(struct line *const *)a, *right = *(struct line *const *)b;
    return bytes_compare(left->value, right->value);
}

static int by_events(const void *a, const void *b)
{
    const struct line *left = *(struct line *const *)a, *right = *(struct line *const *)b;
    if (left->events != right->events) {
        return left->events > right->events ? -1 : 1;
    }
    return bytes_compare(left->value, right->value);
}

/* Of too many days the last ones are kept, of other things those with the most events. */
static struct status put_in_order(struct field *field, size_t side)
{
    struct tally *known = &field->known[side];
    size_t most = side == 0 ? CHART_ROWS_MAX : CHART_CELLS_MAX;
    bool of_time = is_of_time(&field->stats->options.by[side]);
    struct line **order =
        arena_take(field->stats->options.arena, (known->count + 1) * sizeof(struct line *));
    if (order == NULL) {
        return FAIL(NO_MEMORY, known->count * sizeof(struct line *));
    }
    for (uint32_t i = 0; i < known->count; i++) {
        order[i] = tally_value(known, i);
    }
    qsort(order, known->count, sizeof(struct line *), of_time ? by_value : by_events);
    size_t left_out = known->count > most ? known->count - most : 0;
    field->order[side] = of_time ? order + left_out : order;
    field->count[side] = known->count - left_out;
    return OK;
}

static size_t index_of(const struct field *field, size_t side, struct bytes value, bool has)
{
    size_t index = 0;
    while (index < field->count[side]) {
        const struct line *line = field->order[side][index];
        if (line->none == !has && bytes_equal(line->value, value)) {
            break;
        }
        index++;
    }
    return index;
}

static void fill(const struct field *field, uint64_t *values)
{
    for (size_t i = 0; i < field->stats->order_count; i++) {
        struct bytes row_value = {0}, column_value = {0};
        bool has_row = stats_value_at(field->stats, i, 0, &row_value);
        bool has_column = stats_value_at(field->stats, i, 1, &column_value);
        size_t row = index_of(field, 0, row_value, has_row);
        size_t column = index_of(field, 1, column_value, has_column);
        if (row < field->count[0] && column < field->count[1]) {
            values[row * field->count[1] + column] += stats_group_at(field->stats, i)->events;
        }
    }
}

static struct status name_lines(const struct field *field, size_t side, struct bytes *names)
{
    const struct stats_options *options = &field->stats->options;
    for (size_t i = 0; i < field->count[side]; i++) {
        char memory[DIMENSION_VALUE_MAX + LABEL_SIZE];
        struct text name = TEXT_IN(memory);
        const struct line *line = field->order[side][i];
        if (line->none) {
            text_put_char(&name, '-');
        } else {
            dimension_show(&options->by[side], options->engine, line->value, line->last_n, &name);
        }
        names[i] = arena_copy(options->arena, text_bytes(&name));
    }
    return options->arena->full ? FAIL(NO_MEMORY, LABEL_SIZE) : OK;
}

static struct status learn(struct field *field)
{
    for (size_t side = 0; side < 2; side++) {
        TRY(tally_init(
            &field->known[side], field->stats->options.arena,
            &(struct tally_options){.limit = STATS_GROUPS_MAX, .value_size = sizeof(struct line)}));
        TRY(note_all(field, side));
        for (size_t i = 0; i < field->stats->order_count; i++) {
            struct bytes value = {0};
            bool has = stats_value_at(field->stats, i, side, &value);
            TRY(note(field, side, value, has, stats_group_at(field->stats, i)));
        }
        TRY(put_in_order(field, side));
    }
    return OK;
}

struct status stats_heat(const struct stats *stats, const struct chart_head *head,
                         struct output *output)
{
    struct field field = {.stats = stats};
    struct bytes rows[CHART_ROWS_MAX], columns[CHART_CELLS_MAX];
    TRY(learn(&field));
    size_t size = field.count[0] * field.count[1] * sizeof(uint64_t);
    uint64_t *values = arena_take(stats->options.arena, size);
    if (values == NULL) {
        return FAIL(NO_MEMORY, size);
    }
    memset(values, 0, size);
    fill(&field, values);
    TRY(name_lines(&field, 0, rows));
    TRY(name_lines(&field, 1, columns));
    chart_heat(output, head,
               &(struct chart_heat){.rows = rows,
                                    .columns = columns,
                                    .row_count = field.count[0],
                                    .column_count = field.count[1],
                                    .values = values});
    return OK;
}
