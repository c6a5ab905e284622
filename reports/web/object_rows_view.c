#include "reports/web/object_rows_view.h"

#include "reports/naming.h"
#include "reports/row_words.h"
#include "reports/rows.h"
#include "reports/web/page.h"
#include "reports/web/words.h"
#include "store/state.h"

enum {
    HEADING_SIZE = 48,
};

/* The own row -------------------------------------------------------------------------------- */

/* An emitter's row is kept under its name. */
static bool find_emitter(const struct view *view, struct id id, struct emitter_row *out)
{
    struct view_walk walk = view_walk_of(view, ROW_EMITTER, out, 0);
    while (view_walk_next(&walk, out)) {
        if (id_equal(out->emitter, id)) {
            return true;
        }
    }
    return false;
}

static bool find_own(const struct view *view, struct id id, enum row_table *table, void *row)
{
    memset(row, 0, OBJECT_ROW_MAX);
    if (id.kind == ID_EMITTER) {
        *table = ROW_EMITTER;
        return find_emitter(view, id, row);
    }
    if (!naming_table(id.kind, table)) {
        return false;
    }
    const struct row_info *info = &row_infos[*table];
    memcpy((char *)row + info->fields[info->key[0]].offset, &id, sizeof id);
    return true;
}

struct status object_own_row(struct visit *visit, const struct view *view, struct id id,
                             enum row_table *table, void *row, uint64_t *made_by)
{
    char memory[STATE_KEY_MAX + 1];
    struct text key = TEXT_IN(memory);
    bool visible = false;
    bool found = find_own(view, id, table, row) && view_find_made_by(view, *table, row, made_by);
    TRY(*view->trouble);
    if (!found) {
        return FAIL(NOT_FOUND, 0);
    }
    TRY(view_key(*table, row, view->arena, &key));
    TRY(scope_sees_row(&visit->scope, *table, text_bytes(&key), view->as_of_n, &visible));
    return visible ? OK : FAIL(NOT_FOUND, 0);
}

/* What takes a line of its own: lists, and what only a program reads. */
static bool is_long(const struct field_info *field)
{
    return field->list || field->type_code == FIELD_BYTES || field->type_code == FIELD_DIGEST ||
           strcmp(field->name, "key") == 0;
}

static void put_fact(struct visit *visit, const struct field_info *field, const void *row,
                     uint64_t as_of_n)
{
    bool code = strcmp(field->name, "key") == 0 && field->type_code == FIELD_TEXT;
    output_put_string(visit->output, is_long(field) ? "<div class=\"full\"><dt>" : "<div><dt>");
    words_put_name(visit, field->name);
    output_put_string(visit->output, code ? "</dt><dd><code>" : "</dt><dd>");
    words_put_field(visit, field, row, as_of_n);
    output_put_string(visit->output, code ? "</code></dd></div>\n" : "</dd></div>\n");
}

struct status object_put_facts(struct visit *visit, const struct view *view, enum row_table table,
                               const void *row)
{
    CLEANUP(json_free) struct json *json = NULL;
    TRY(row_words_parse(table, row, &json));
    const struct row_info *info = &row_infos[table];
    for (size_t i = 0; i < info->field_count; i++) {
        const struct field_info *field = &info->fields[i];
        bool is_own =
            info->key_count == 1 && row_words_is_key(table, i) && field->type_code == FIELD_ID;
        if (is_own || !words_has_field(field, json)) {
            continue;
        }
        put_fact(visit, field, row, view->as_of_n);
    }
    return OK;
}

/* The others --------------------------------------------------------------------------------- */

struct showing {
    struct visit *visit;
    const struct view *view;
    struct id object;
    bool has_own;
    enum row_table own;
    bool open;
    enum row_table table; /* that is open */
    uint64_t in_table, count;
};

/* Of these there may be very many, and they say little. */
static bool is_left_out(enum row_table table)
{
    return table == ROW_CHUNK || table == ROW_IV || table == ROW_COMMAND || table == ROW_FETCHED ||
           table == ROW_GROUP_KEY || table == ROW_ROLE;
}

/* A column for each field, but for the thing itself. */
static bool is_column(const struct showing *showing, enum row_table table, size_t i,
                      const void *row)
{
    const struct field_info *field = &row_infos[table].fields[i];
    struct id id;
    if (field->type_code != FIELD_ID || field->list || !row_words_is_key(table, i)) {
        return field->type_code != FIELD_BYTES && field->type_code != FIELD_DIGEST;
    }
    memcpy(&id, (const char *)row + field->offset, sizeof id);
    return !id_equal(id, showing->object);
}

static void write_heading(const struct field_info *field, char out[static HEADING_SIZE])
{
    struct text text = {.data = out, .capacity = HEADING_SIZE};
    if (field->type_code == FIELD_INTEGER && !field->list) {
        text_put_char(&text, '#');
    }
    for (const char *c = field->name; *c != '\0'; c++) {
        char shown = *c == '_' ? ' ' : *c;
        text_put_char(&text, c == field->name ? (char)(shown - 'a' + 'A') : shown);
    }
    (void)text_string(&text);
}

static void end_table(struct showing *showing)
{
    struct visit *visit = showing->visit;
    if (!showing->open) {
        return;
    }
    page_table_end(visit);
    if (showing->in_table > OBJECT_VIEW_ROWS) {
        output_put_string(visit->output, "<p class=\"note\">");
        page_number(visit, OBJECT_VIEW_ROWS);
        output_put_string(visit->output, " of ");
        page_number(visit, showing->in_table);
        output_put_string(visit->output, " are shown.</p>\n");
    }
    showing->open = false;
}

static void begin_table(struct showing *showing, enum row_table table, const void *row)
{
    const char *headings[ROWS_COLUMNS_MAX + 1];
    char memory[ROWS_COLUMNS_MAX][HEADING_SIZE];
    const struct row_info *info = &row_infos[table];
    size_t count = 0;
    end_table(showing);
    for (size_t i = 0; i < info->field_count && i < ROWS_COLUMNS_MAX; i++) {
        if (is_column(showing, table, i, row)) {
            write_heading(&info->fields[i], memory[count]);
            headings[count] = memory[count];
            count++;
        }
    }
    headings[count++] = "#By event";
    output_put_string(showing->visit->output, "<h3>");
    words_put_name(showing->visit, info->name);
    output_put_string(showing->visit->output, "</h3>\n");
    page_table_begin(
        showing->visit,
        &(struct page_table){.caption = info->about, .headings = headings, .count = count});
    showing->open = true;
    showing->table = table;
    showing->in_table = 0;
}

static const char *cell_begin(const struct field_info *field)
{
    if (field->list) {
        return "<td class=\"words\">";
    }
    return field->type_code == FIELD_INTEGER ? "<td class=\"number\">"
           : field->type_code == FIELD_ID    ? "<td class=\"tight\">"
                                             : "<td>";
}

static struct status put_row(struct showing *showing, const struct object_row *row)
{
    struct visit *visit = showing->visit;
    const struct row_info *info = &row_infos[row->table];
    CLEANUP(json_free) struct json *json = NULL;
    TRY(row_words_parse(row->table, row->row, &json));
    output_put_string(visit->output, "<tr>");
    for (size_t i = 0; i < info->field_count && i < ROWS_COLUMNS_MAX; i++) {
        const struct field_info *field = &info->fields[i];
        if (!is_column(showing, row->table, i, row->row)) {
            continue;
        }
        output_put_string(visit->output, cell_begin(field));
        if (words_has_field(field, json)) {
            words_put_field(visit, field, row->row, showing->view->as_of_n);
        } else {
            output_put_string(visit->output, "\xe2\x80\x93");
        }
        output_put_string(visit->output, "</td>");
    }
    output_put_string(visit->output, "<td class=\"number\">");
    link_event(visit, row->made_by);
    output_put_string(visit->output, "</td></tr>\n");
    return output_status(visit->output);
}

static struct status add(void *context, const struct object_row *row)
{
    struct showing *showing = context;
    struct visit *visit = showing->visit;
    bool visible = false;
    if (is_left_out(row->table) || (showing->has_own && row->table == showing->own)) {
        return OK;
    }
    if (visit_is_over(visit)) {
        return FAIL(INTERRUPTED, 0);
    }
    TRY(scope_sees_row(&visit->scope, row->table, row->key, showing->view->as_of_n, &visible));
    if (!visible || showing->count >= OBJECT_VIEW_COUNT_MAX) {
        return OK;
    }
    showing->count++;
    if (!showing->open || showing->table != row->table) {
        begin_table(showing, row->table, row->row);
    }
    return showing->in_table++ < OBJECT_VIEW_ROWS ? put_row(showing, row) : OK;
}

struct status object_put_others(struct visit *visit, const struct view *view, struct id id,
                                uint64_t *count)
{
    struct showing showing = {.visit = visit, .view = view, .object = id};
    showing.has_own = naming_table(id.kind, &showing.own);
    TRY(object_state_each(view, id, add, &showing));
    end_table(&showing);
    *count = showing.count;
    return OK;
}
