#include "reports/web/grid.h"

#include "reports/web/words.h"

#include <inttypes.h>
#include <stdio.h>

/* How a column is shown ---------------------------------------------------------------------- */

/* What is so in every list that has such a column. */
static const struct grid_column usual[] = {
    {"event", NULL, GRID_EVENT},
    {"events", NULL, GRID_EVENTS},
    {"from_n", "From event", GRID_EVENT},
    {"to_n", "To event", GRID_EVENT},
    {"user", NULL, GRID_ID},
    {"case", NULL, GRID_ID},
    {"alert", NULL, GRID_ID},
    {"review", NULL, GRID_ID},
    {"declaration", NULL, GRID_ID},
    {"session", NULL, GRID_ID},
    {"file", NULL, GRID_ID},
    {"object", NULL, GRID_WORDS},
    {"allowed", NULL, GRID_YES_NO},
    {"could", NULL, GRID_YES_NO},
    {"rule", NULL, GRID_RULE},
    {"ended_by", NULL, GRID_RULE},
    {"because", NULL, GRID_LIST},
    {"severity", NULL, GRID_TONE},
    {"status", NULL, GRID_TONE},
    {"state", NULL, GRID_TONE},
    {"outcome", NULL, GRID_TONE},
    {"kind", NULL, GRID_CODE},
};

static const struct grid_column *find(const struct grid_column *columns, size_t count,
                                      const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(columns[i].name, name) == 0) {
            return &columns[i];
        }
    }
    return NULL;
}

static const struct grid_column *column_of(const struct grid *grid, size_t index)
{
    static const struct grid_column plain = {"", NULL, GRID_WORDS};
    const char *name = grid->rows.columns[index].name;
    const struct grid_column *own = find(grid->options.columns, grid->options.column_count, name);
    own = own == NULL ? find(usual, sizeof usual / sizeof usual[0], name) : own;
    return own == NULL ? &plain : own;
}

static enum page_tone tone_of(struct bytes word)
{
    static const struct {
        const char *word;
        enum page_tone tone;
    } tones[] = {
        {"in force", PAGE_GOOD},
        {"approved", PAGE_GOOD},
        {"no_change", PAGE_GOOD},
        {"ok", PAGE_GOOD},
        {"open", PAGE_GOOD},
        {"active", PAGE_GOOD},
        {"held", PAGE_WARNING},
        {"overdue for review", PAGE_BAD},
        {"not yet in force", PAGE_MUTED},
        {"draft", PAGE_MUTED},
        {"withdrawn", PAGE_MUTED},
        {"closed", PAGE_MUTED},
        {"critical", PAGE_BAD},
        {"high", PAGE_BAD},
        {"medium", PAGE_WARNING},
        {"warning", PAGE_WARNING},
        {"denied", PAGE_BAD},
        {"failed", PAGE_WARNING},
        {"revoked", PAGE_BAD},
        {"expired", PAGE_MUTED},
        {"used", PAGE_GOOD},
        {"not used", PAGE_PLAIN},
    };
    for (size_t i = 0; i < sizeof tones / sizeof tones[0]; i++) {
        if (bytes_equal(bytes_of_string(tones[i].word), word)) {
            return tones[i].tone;
        }
    }
    return PAGE_PLAIN;
}

/* Cells -------------------------------------------------------------------------------------- */

static void put_tone(struct visit *visit, enum page_tone tone, struct bytes word)
{
    char memory[128];
    struct text text = TEXT_IN(memory);
    text_put_bytes(&text, word);
    page_tone(visit, tone, text_string(&text));
}

static void put_rule(struct visit *visit, struct bytes id)
{
    enum rule rule;
    if (!rule_read(id, &rule)) {
        html_put(visit->output, id);
        return;
    }
    output_put_string(visit->output, "<abbr title=\"");
    html_put_string(visit->output, rule_sentence(rule));
    output_put_string(visit->output, "\">");
    html_put(visit->output, id);
    output_put_string(visit->output, "</abbr>");
}

static void put_id(struct visit *visit, struct bytes text)
{
    struct id id;
    if (failed(id_read(text, &id))) {
        words_put(visit, text);
        return;
    }
    if (id.kind == ID_CASE) { /* grids are for those who see all: they have the page of the case */
        char memory[64];
        struct text path = TEXT_IN(memory);
        text_add(&path, "/cases/%" PRIu64, id.n);
        link_to(visit, text_string(&path), text_string(&path) + 1);
        return;
    }
    link_object(visit, id);
}

static void put_text(struct visit *visit, enum grid_form form, struct bytes text)
{
    switch (form) {
    case GRID_LIST:
        words_put_list(visit, text);
        return;
    case GRID_FOLD:
        output_put_string(visit->output, "<details><summary>Facts</summary>");
        words_put_list(visit, text);
        output_put_string(visit->output, "</details>");
        return;
    case GRID_EVENTS:
        words_put_events(visit, text);
        return;
    case GRID_ID:
        put_id(visit, text);
        return;
    case GRID_YES_NO:
        put_tone(visit, bytes_equal(text, LITERAL("yes")) ? PAGE_GOOD : PAGE_BAD, text);
        return;
    case GRID_TONE:
        put_tone(visit, tone_of(text), text);
        return;
    case GRID_RULE:
        put_rule(visit, text);
        return;
    case GRID_CODE:
        page_code(visit, text);
        return;
    case GRID_USUAL:
    case GRID_HIDDEN:
    case GRID_WORDS:
    case GRID_EVENT:
        words_put(visit, text);
        return;
    }
}

static void put_cell(struct grid *grid, size_t index, const struct cell *cell)
{
    struct visit *visit = grid->visit;
    enum grid_form form = column_of(grid, index)->form;
    if (!cell->present) {
        output_put_string(visit->output, "<span class=\"none\">\xe2\x80\x93</span>");
        return;
    }
    switch (grid->rows.columns[index].type) {
    case COLUMN_TIME:
        page_time(visit, cell->number);
        return;
    case COLUMN_INTEGER:
        if (form == GRID_EVENT && cell->number < visit->scope.size) {
            link_event(visit, cell->number);
        } else {
            page_number(visit, cell->number);
        }
        return;
    case COLUMN_TEXT:
    case COLUMN_JSON:
        put_text(visit, form, cell->text);
        return;
    }
}

/* Which rows are shown ----------------------------------------------------------------------- */

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

static bool contains(struct bytes text, struct bytes part)
{
    for (size_t i = 0; i + part.size <= text.size; i++) {
        size_t same = 0;
        while (same < part.size && lower(text.data[i + same]) == lower(part.data[same])) {
            same++;
        }
        if (same == part.size) {
            return true;
        }
    }
    return false;
}

static bool is_wanted(const struct grid *grid, const struct cell *cells)
{
    bool wanted = grid->options.contains.size == 0;
    for (size_t i = 0; i < grid->rows.column_count && !wanted; i++) {
        enum column_type type = grid->rows.columns[i].type;
        wanted = cells[i].present && column_of(grid, i)->form != GRID_HIDDEN &&
                 (type == COLUMN_TEXT || type == COLUMN_JSON) &&
                 contains(cells[i].text, grid->options.contains);
    }
    return wanted;
}

/* The sink ----------------------------------------------------------------------------------- */

static bool is_number(const struct grid *grid, size_t index)
{
    return grid->rows.columns[index].type == COLUMN_INTEGER &&
           column_of(grid, index)->form != GRID_EVENT;
}

/* `TO (UTC)` is a heading of the terminal; here it is the name, unless the page has another. */
static void write_heading(struct grid *grid, size_t index, char out[static GRID_HEADING_SIZE])
{
    const struct column *column = &grid->rows.columns[index];
    const char *given = column_of(grid, index)->heading;
    snprintf(out, GRID_HEADING_SIZE, "%s%s", is_number(grid, index) ? "#" : "",
             given == NULL ? column->name : given);
    for (char *c = out; *c != '\0'; c++) {
        *c = *c == '_' ? ' ' : *c;
    }
    char *first = out + (out[0] == '#' ? 1 : 0);
    *first = *first >= 'a' && *first <= 'z' ? (char)(*first - 'a' + 'A') : *first;
}

static void begin_table(struct grid *grid)
{
    const char *headings[ROWS_COLUMNS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < grid->rows.column_count; i++) {
        if (column_of(grid, i)->form != GRID_HIDDEN) {
            write_heading(grid, i, grid->headings[count]);
            headings[count] = grid->headings[count];
            count++;
        }
    }
    page_table_begin(grid->visit,
                     &(struct page_table){.caption = grid->options.caption,
                                          .headings = headings,
                                          .count = count,
                                          .hidden_caption = grid->options.hidden_caption});
}

static struct status begin(struct rows *rows)
{
    return output_status(rows->output);
}

/* Short words stay on one line, long ones have room. */
static const char *cell_begin(const struct grid *grid, size_t index, const struct cell *cell)
{
    enum {
        TIGHT_MAX = 40,
        WORDS_MIN = 48
    };
    if (is_number(grid, index)) {
        return "<td class=\"number\">";
    }
    size_t size =
        cell->present && grid->rows.columns[index].type != COLUMN_TIME ? cell->text.size : 0;
    return size == 0          ? "<td>"
           : size < TIGHT_MAX ? "<td class=\"tight\">"
           : size > WORDS_MIN ? "<td class=\"words\">"
                              : "<td>";
}

static struct status add_row(struct rows *rows, const struct cell *cells)
{
    struct grid *grid = (struct grid *)(void *)rows;
    uint64_t limit = grid->options.limit == 0 ? GRID_ROWS_MAX : grid->options.limit;
    TRY(rows_go_on(rows));
    if (!is_wanted(grid, cells)) {
        return OK;
    }
    if (grid->skipped < grid->options.skip) {
        grid->skipped++;
        return OK;
    }
    if (grid->shown == limit) {
        grid->cut = true;
        return FAIL(INTERRUPTED, 0);
    }
    if (grid->shown++ == 0) {
        begin_table(grid);
    }
    output_put_string(rows->output, "<tr>");
    for (size_t i = 0; i < rows->column_count; i++) {
        if (column_of(grid, i)->form != GRID_HIDDEN) {
            output_put_string(rows->output, cell_begin(grid, i, &cells[i]));
            put_cell(grid, i, &cells[i]);
            output_put_string(rows->output, "</td>");
        }
    }
    output_put_string(rows->output, "</tr>\n");
    return output_status(rows->output);
}

static struct status flush(struct rows *rows)
{
    return output_status(rows->output);
}

static const struct rows_sink rows_html = {.begin = begin, .row = add_row, .flush = flush};

static bool is_over(const void *context)
{
    const struct grid *grid = context;
    return visit_is_over(grid->visit);
}

void grid_init(struct grid *grid, struct visit *visit, const struct grid_options *options)
{
    *grid = (struct grid){.visit = visit, .options = *options};
    grid->arena = ARENA_IN(grid->memory);
    rows_init(&grid->rows, &(struct rows_options){.format = ROWS_TABLE, .zone = zone_utc()},
              visit->output, &grid->arena);
    grid->rows.sink = &rows_html;
    grid->rows.stopped = is_over;
    grid->rows.stopped_context = grid;
}

struct status grid_end(struct grid *grid, struct status status)
{
    TRY(status.code == STATUS_INTERRUPTED && grid->cut ? OK : status);
    if (grid->shown > 0) {
        page_table_end(grid->visit);
    } else if (grid->options.empty != NULL) {
        page_empty(grid->visit, grid->options.empty);
    }
    if (grid->cut) {
        output_put_string(grid->visit->output, "<p class=\"note\">There are more than the ");
        page_number(grid->visit, grid->shown);
        output_put_string(grid->visit->output, " that are shown.");
        if (grid->options.more != NULL) {
            output_put_char(grid->visit->output, ' ');
            html_put_string(grid->visit->output, grid->options.more);
        }
        output_put_string(grid->visit->output, "</p>\n");
    }
    return OK;
}
