#include "reports/state_rows.h"

#include "reports/resolve.h"
#include "reports/row_words.h"
#include "schema/json.h"
#include "schema/time.h"

#include <inttypes.h>

enum {
    ROW_STRUCT_MAX = 512, /* bytes of the largest struct of a row */
    ID_TEXT_MAX = 48,     /* bytes of `kind:N` */
};

/* Conditions ------------------------------------------------------------------------------ */

static const struct field_info *find_field(enum row_table table, struct bytes name)
{
    const struct row_info *info = &row_infos[table];
    for (size_t i = 0; i < info->field_count; i++) {
        if (bytes_equal(bytes_of_string(info->fields[i].name), name)) {
            return &info->fields[i];
        }
    }
    return NULL;
}

struct status state_rows_where(struct state_rows *rows, struct bytes condition)
{
    const uint8_t *equals = condition.size > 0 ? memchr(condition.data, '=', condition.size) : NULL;
    if (equals == NULL) {
        return FAIL_BECAUSE(MALFORMED, 0, "a condition is like field=value");
    }
    if (rows->condition_count == STATE_CONDITIONS_MAX) {
        return FAIL(LIMIT, STATE_CONDITIONS_MAX);
    }
    size_t size = (size_t)(equals - condition.data);
    bool differs = size > 0 && condition.data[size - 1] == '!';
    struct state_condition one = {
        .field = find_field(rows->table, bytes_of(condition.data, size - (differs ? 1 : 0))),
        .value = bytes_of(equals + 1, condition.size - size - 1),
        .differs = differs,
    };
    if (one.field == NULL) {
        return FAIL_BECAUSE(MALFORMED, 0, "the rows have no such field");
    }
    rows->conditions[rows->condition_count++] = one;
    return OK;
}

static bool matches(const struct state_condition *condition, const struct json *row)
{
    char memory[STATE_CONDITIONS_MAX * 64];
    struct text shown = TEXT_IN(memory);
    const struct json *value = json_member(row, condition->field->name);
    if (value != NULL) {
        row_words_value(value, &shown);
    }
    return (!shown.full && bytes_equal(text_bytes(&shown), condition->value)) != condition->differs;
}

/* Marked as deleted or removed, or in such a state. */
static bool is_gone(const struct json *row)
{
    const struct json *state = json_member(row, "state");
    return json_as_boolean(json_member(row, "deleted"), false) ||
           json_as_boolean(json_member(row, "removed"), false) ||
           (state != NULL && bytes_equal(json_as_string(state), LITERAL("deleted")));
}

static bool wanted(const struct state_rows *rows, const struct json *row)
{
    if (!rows->deleted && is_gone(row)) {
        return false;
    }
    for (size_t i = 0; i < rows->condition_count; i++) {
        if (!matches(&rows->conditions[i], row)) {
            return false;
        }
    }
    return true;
}

/* Walking --------------------------------------------------------------------------------- */

static struct status visit_one(const struct state_rows *rows, const void *row,
                               state_rows_visit *visit, void *context)
{
    char memory[16 << 10];
    struct text text = TEXT_IN(memory);
    struct json_error error;
    CLEANUP(json_free) struct json *json = NULL;
    row_encode(rows->table, row, &text);
    if (text.full) {
        return FAIL(LIMIT, sizeof memory);
    }
    TRY(json_parse(text_bytes(&text), &json, &error));
    return wanted(rows, json) ? visit(context, row, text_bytes(&text)) : OK;
}

/* A name in place of an id is looked up: the value is then the id's text, which lies in `memory`. A
 * name that nothing has is a failure, since it would match nothing, or with != everything. */
static struct status name_to_id(struct state_condition *condition, const struct view *view,
                                char memory[static ID_TEXT_MAX])
{
    const struct resolver resolver = {.view = view};
    const struct field_info *field = condition->field;
    struct text text = {.data = memory, .capacity = ID_TEXT_MAX};
    struct id id;
    if (field->type_code != FIELD_ID || field->list || condition->value.size == 0 ||
        !failed(id_read(condition->value, &id))) {
        return OK;
    }
    TRY(resolve(&resolver, field->id_kind, condition->value, &id));
    id_write(&text, id);
    condition->value = text_bytes(&text);
    return OK;
}

struct status state_rows_each(const struct state_rows *rows, const struct view *view,
                              state_rows_visit *visit, void *context)
{
    _Alignas(8) char row[ROW_STRUCT_MAX] = {0};
    char memory[STATE_CONDITIONS_MAX][ID_TEXT_MAX];
    struct state_rows asked = *rows;
    if (row_size(rows->table) > sizeof row) {
        return FAIL(LIMIT, sizeof row);
    }
    for (size_t i = 0; i < asked.condition_count; i++) {
        TRY(name_to_id(&asked.conditions[i], view, memory[i]));
    }
    struct view_walk walk = view_walk_of(view, rows->table, row, 0);
    while (view_walk_next(&walk, row)) {
        TRY(visit_one(&asked, row, visit, context));
    }
    return *view->trouble;
}

/* Writing --------------------------------------------------------------------------------- */

struct writing {
    const struct state_rows *rows;
    const struct view *view;
    struct rows *out;
    uint64_t count;
};

/* People see names beside ids, but for the id that the row is about. */
static const struct view *names_of(const struct writing *writing, size_t field)
{
    enum row_table table = writing->rows->table;
    bool is_own = row_infos[table].key_count == 1 && row_words_is_key(table, field);
    return is_own || writing->out->options.format != ROWS_TABLE ? NULL : writing->view;
}

static struct cell cell_of(const struct view *names, const struct field_info *field,
                           const struct json *value, struct text *shown)
{
    uint64_t utc_us;
    size_t start = shown->size;
    if (value == NULL || (field->list && json_count(value) == 0)) {
        return cell_absent();
    }
    if (field->type_code == FIELD_INTEGER && !field->list) {
        return cell_number((uint64_t)json_as_integer(value, 0));
    }
    if (field->type_code == FIELD_TIME && !field->list &&
        !failed(time_read_rfc3339(json_as_string(value), &utc_us))) {
        return cell_number(utc_us);
    }
    row_words_field(names, field, value, shown);
    return shown->full ? cell_absent()
                       : cell_text(bytes_of(shown->data + start, shown->size - start));
}

static struct status write_one(void *context, const void *row, struct bytes bytes)
{
    struct writing *writing = context;
    const struct row_info *info = &row_infos[writing->rows->table];
    char memory[16 << 10];
    struct text shown = TEXT_IN(memory);
    struct cell cells[ROWS_COLUMNS_MAX];
    struct json_error error;
    CLEANUP(json_free) struct json *json = NULL;
    (void)row;
    TRY(json_parse(bytes, &json, &error));
    for (size_t i = 0; i < info->field_count && i < ROWS_COLUMNS_MAX; i++) {
        cells[i] = cell_of(names_of(writing, i), &info->fields[i],
                           json_member(json, info->fields[i].name), &shown);
    }
    writing->count++;
    return rows_add(writing->out, cells);
}

static enum column_type column_of(const struct field_info *field)
{
    if (field->list) {
        return COLUMN_TEXT;
    }
    return field->type_code == FIELD_INTEGER ? COLUMN_INTEGER
           : field->type_code == FIELD_TIME  ? COLUMN_TIME
                                             : COLUMN_TEXT;
}

struct status state_rows_write(const struct state_rows *rows, const struct view *view,
                               struct rows *out, uint64_t *count)
{
    const struct row_info *info = &row_infos[rows->table];
    struct column columns[ROWS_COLUMNS_MAX];
    struct writing writing = {.rows = rows, .view = view, .out = out};
    for (size_t i = 0; i < info->field_count && i < ROWS_COLUMNS_MAX; i++) {
        enum column_type type = column_of(&info->fields[i]);
        columns[i] = (struct column){.name = info->fields[i].name,
                                     .type = type,
                                     .align = type == COLUMN_INTEGER ? ALIGN_RIGHT : ALIGN_LEFT};
    }
    TRY(rows_begin(out, columns, info->field_count));
    TRY(state_rows_each(rows, view, write_one, &writing));
    *count = writing.count;
    return rows_flush(out);
}
