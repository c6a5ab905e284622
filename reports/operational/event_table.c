#include "reports/operational/event_table.h"

#include "reports/naming.h"
#include "reports/query.h"
#include "schema/time.h"

#include <inttypes.h>

/* Scope ----------------------------------------------------------------------------------- */

static bool is_about(const struct leaf *leaf, struct id id)
{
    for (size_t i = 0; i < leaf->on_count; i++) {
        if (id_equal(leaf->on[i], id)) {
            return true;
        }
    }
    return false;
}

static struct id actor_of(const struct leaf *leaf)
{
    struct id id;
    return failed(id_read(leaf->actor, &id)) ? (struct id){0} : id;
}

bool user_in_scope(const struct report_input *input, struct id user)
{
    const struct id scope = input->question.scope;
    if (scope.kind == ID_TEAM) {
        size_t used = input->arena->used;
        struct team_member_row row = {.team = scope, .user = user};
        bool found = user.kind == ID_USER && view_find(&input->view, ROW_TEAM_MEMBER, &row);
        input->arena->used = used;
        return found;
    }
    return scope.kind != ID_USER || id_equal(scope, user);
}

static bool is_of_team(const struct report_input *input, const struct leaf *leaf)
{
    if (user_in_scope(input, actor_of(leaf)) || is_about(leaf, input->question.scope)) {
        return true;
    }
    for (size_t i = 0; i < leaf->on_count; i++) {
        if (user_in_scope(input, leaf->on[i])) {
            return true;
        }
    }
    return false;
}

bool event_in_scope(const struct report_input *input, const struct leaf *leaf)
{
    const struct id scope = input->question.scope;
    return scope.kind == ID_NONE ||
           (scope.kind == ID_TEAM ? is_of_team(input, leaf)
                                  : is_about(leaf, scope) || id_equal(leaf->project, scope) ||
                                        id_equal(actor_of(leaf), scope));
}

/* Cells ----------------------------------------------------------------------------------- */

struct cell event_row_cell(struct event_row *row, size_t start)
{
    if (row->text.full) {
        return cell_string("(too long to be shown)");
    }
    return row->text.size == start
               ? cell_absent()
               : cell_text(bytes_of(row->text.data + start, row->text.size - start));
}

struct cell event_row_called(struct event_row *row, struct id id)
{
    size_t start = row->text.size;
    if (id.kind == ID_NONE || id.kind == ID_LOG) {
        return cell_absent();
    }
    naming_put(&row->then, id, &row->text);
    return event_row_cell(row, start);
}

static const struct field_info *field_of(enum event_kind kind, const char *name)
{
    const struct event_info *info = &event_infos[kind];
    for (size_t i = 0; name != NULL && i < info->field_count; i++) {
        if (strcmp(info->fields[i].name, name) == 0) {
            return &info->fields[i];
        }
    }
    return NULL;
}

struct bytes event_row_string(const struct event_row *row, const char *name)
{
    return row->body == NULL ? (struct bytes){0} : json_string_member(row->body, name);
}

/* One value as text: ids with their names, everything else as it is. */
static void put_value(struct event_row *row, const struct json *value,
                      const struct field_info *field)
{
    struct id id;
    struct bytes string = json_as_string(value);
    if (json_type_of(value) == JSON_TYPE_INTEGER) {
        text_put_u64(&row->text, (uint64_t)json_as_integer(value, 0));
    } else if (json_type_of(value) == JSON_TYPE_BOOLEAN) {
        text_put_string(&row->text, json_as_boolean(value, false) ? "yes" : "no");
    } else if (field->type_code == FIELD_ID && !failed(id_read(string, &id)) && id.n != ID_NEW) {
        naming_put(&row->then, id, &row->text);
    } else if (field->type_code == FIELD_ID) {
        naming_put(&row->then, row->leaf->on[0], &row->text);
    } else {
        text_put_bytes(&row->text, string);
    }
}

struct cell event_row_field(struct event_row *row, const char *name)
{
    uint64_t utc_us;
    size_t start = row->text.size;
    const struct field_info *field = field_of(row->leaf->kind, name);
    const struct json *value =
        row->body == NULL || field == NULL ? NULL : json_member(row->body, name);
    if (value == NULL) {
        return cell_absent();
    }
    if (field->type_code == FIELD_TIME && !field->list) {
        return failed(time_read_canonical(json_as_string(value), &utc_us)) ? cell_absent()
                                                                           : cell_number(utc_us);
    }
    if (field->type_code == FIELD_INTEGER && !field->list) {
        return cell_number((uint64_t)json_as_integer(value, 0));
    }
    for (size_t i = 0; field->list && i < json_count(value); i++) {
        text_put_string(&row->text, i == 0 ? "" : ", ");
        put_value(row, json_element(value, i), field);
    }
    if (!field->list) {
        put_value(row, value, field);
    }
    return event_row_cell(row, start);
}

/* A number in a column of text, as a field may be of another type in another kind of event. */
static struct cell as_type(struct event_row *row, struct cell cell, enum report_column_type type)
{
    size_t start = row->text.size;
    bool number = cell.present && cell.text.data == NULL;
    if (number && type != REPORT_INTEGER && type != REPORT_TIME) {
        text_put_u64(&row->text, cell.number);
        return event_row_cell(row, start);
    }
    return !number && (type == REPORT_INTEGER || type == REPORT_TIME) ? cell_absent() : cell;
}

static struct cell body_cell(struct event_row *row, const struct event_column *column)
{
    struct cell cell = event_row_field(row, column->field);
    if (!cell.present && column->or_field != NULL) {
        cell = event_row_field(row, column->or_field);
    }
    return as_type(row, cell, column->column.type);
}

static struct cell about_cell(struct event_row *row)
{
    size_t start = row->text.size;
    for (size_t i = 0; i < row->leaf->on_count; i++) {
        if (row->leaf->on[i].kind != ID_LOG) {
            text_put_string(&row->text, row->text.size > start ? ", " : "");
            naming_put(&row->then, row->leaf->on[i], &row->text);
        }
    }
    return event_row_cell(row, start);
}

static struct cell actor_cell(struct event_row *row)
{
    size_t start = row->text.size;
    struct id id = actor_of(row->leaf);
    if (id.kind == ID_NONE) {
        text_put_bytes(&row->text, row->leaf->actor);
    } else {
        naming_put(&row->then, id, &row->text);
    }
    return event_row_cell(row, start);
}

void event_positions(struct text *out, const uint64_t *positions, size_t count)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (positions[i] != UINT64_MAX) {
            text_add(out, "%s%" PRIu64, any ? ", " : "", positions[i]);
            any = true;
        }
    }
}

static struct cell events_cell(struct event_row *row)
{
    size_t start = row->text.size;
    const uint64_t positions[] = {row->leaf->n, row->leaf->cause};
    event_positions(&row->text, positions, 2);
    return event_row_cell(row, start);
}

static const struct rule_info *rule_of(const struct leaf *leaf)
{
    for (size_t i = 1; i < RULE_COUNT; i++) {
        if (bytes_equal(bytes_of_string(rule_infos[i].id), leaf->rule)) {
            return &rule_infos[i];
        }
    }
    return NULL;
}

static struct cell sentence_cell(const struct event_row *row)
{
    const struct rule_info *rule = rule_of(row->leaf);
    return rule == NULL ? cell_absent() : cell_string(rule->sentence);
}

static struct cell outcome_cell(const struct leaf *leaf)
{
    return cell_verdict(outcome_name(leaf->outcome),
                        leaf->outcome == OUTCOME_OK ? TONE_PLAIN : TONE_BAD);
}

static struct cell text_or_absent(struct bytes text)
{
    return text.size == 0 ? cell_absent() : cell_text(text);
}

/* Ids are the only fields that are shown: others may be keys, or whole texts. */
static void put_asked(struct event_row *row, const struct json *fields, enum command_kind kind)
{
    size_t start = row->text.size;
    for (size_t i = 0; i < command_infos[kind].field_count; i++) {
        const struct field_info *field = &command_infos[kind].fields[i];
        const struct json *value = json_member(fields, field->name);
        struct id id;
        if (field->type_code == FIELD_ID && !field->list && value != NULL &&
            !failed(id_read(json_as_string(value), &id)) && id.n != ID_NEW) {
            text_put_string(&row->text, row->text.size > start ? ", " : "");
            naming_put(&row->then, id, &row->text);
        }
    }
}

struct cell event_row_asked(struct event_row *row)
{
    size_t start = row->text.size;
    struct bytes record;
    struct json_error error;
    enum command_kind kind;
    CLEANUP(json_free) struct json *json = NULL;
    if (!row->leaf->has_command || failed(log_read_command(row->input->log, row->leaf, &record)) ||
        failed(json_parse(record, &json, &error)) ||
        !command_read(json_string_member(json, "command"), &kind)) {
        return cell_absent();
    }
    put_asked(row, json_member(json, "fields"), kind);
    return event_row_cell(row, start);
}

static struct cell take(struct event_row *row, const struct event_table *table,
                        const struct event_column *column)
{
    const struct leaf *leaf = row->leaf;
    switch (column->take) {
    case TAKE_TIME:
        return cell_number(leaf->t_utc_us);
    case TAKE_ACTOR:
        return actor_cell(row);
    case TAKE_KIND:
        return cell_string(event_infos[leaf->kind].name);
    case TAKE_ON:
        return column->index < leaf->on_count ? event_row_called(row, leaf->on[column->index])
                                              : cell_absent();
    case TAKE_ABOUT:
        return about_cell(row);
    case TAKE_OUTCOME:
        return outcome_cell(leaf);
    case TAKE_RULE:
        return text_or_absent(leaf->rule);
    case TAKE_SENTENCE:
        return sentence_cell(row);
    case TAKE_PROJECT:
        return event_row_called(row, leaf->project);
    case TAKE_SESSION:
        return event_row_called(row, leaf->session);
    case TAKE_SOURCE:
        return text_or_absent(leaf->source);
    case TAKE_BODY:
        return body_cell(row, column);
    case TAKE_ASKED:
        return event_row_asked(row);
    case TAKE_OWN:
        return table->cell(row, column->index);
    case TAKE_EVENTS:
        return events_cell(row);
    }
    return cell_absent();
}

/* Rows ------------------------------------------------------------------------------------ */

struct writing {
    const struct report_input *input;
    struct report_sink *sink;
    const struct event_table *table;
    size_t arena_used; /* before the table: that belongs to somebody else */
    char memory[ROW_TEXT_SIZE];
};

static struct status read_body(const struct report_input *input, const struct leaf *leaf,
                               struct json **out)
{
    struct bytes body;
    struct json_error error;
    TRY(log_read_body(input->log, leaf, &body));
    if (body.size <= SALT_SIZE) {
        return OK;
    }
    return json_parse(bytes_of(body.data + SALT_SIZE, body.size - SALT_SIZE), out, &error);
}

static struct status write_row(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct writing *writing = context;
    const struct event_table *table = writing->table;
    struct cell cells[REPORT_COLUMNS_MAX];
    CLEANUP(json_free) struct json *body = NULL;
    (void)bytes;
    if (!event_in_scope(writing->input, leaf)) {
        return OK;
    }
    writing->input->arena->used = writing->arena_used;
    writing->input->arena->full = false;
    TRY(read_body(writing->input, leaf, &body));
    struct event_row row = {.input = writing->input,
                            .leaf = leaf,
                            .body = body,
                            .then = writing->input->view,
                            .text = TEXT_IN(writing->memory)};
    row.then.as_of_n = leaf->n;
    if (table->keep != NULL && !table->keep(&row)) {
        return OK;
    }
    for (size_t i = 0; i < table->column_count; i++) {
        cells[i] = take(&row, table, &table->columns[i]);
        row.text.full = false;
    }
    TRY(*writing->input->view.trouble);
    return report_row(writing->sink, cells);
}

/* A query over the period alone: in the order of the log, by when it was recorded. */
static struct query period_query(const struct report_input *input)
{
    return (struct query){
        .range = {.since = {MOMENT_POSITION, input->question.first},
                  .until = {MOMENT_POSITION, input->question.size}},
        .by_received = true,
    };
}

struct status event_table_write(const struct report_input *input, struct report_sink *sink,
                                const struct event_table *table)
{
    struct query query = period_query(input);
    struct query_outcome outcome;
    struct report_column columns[REPORT_COLUMNS_MAX];
    struct report_table shown = table->table;
    struct writing writing = {
        .input = input, .sink = sink, .table = table, .arena_used = input->arena->used};
    for (size_t i = 0; i < table->column_count; i++) {
        columns[i] = table->columns[i].column;
    }
    shown.columns = columns;
    shown.column_count = table->column_count;
    for (const char *const *kind = table->kinds; *kind != NULL; kind++) {
        TRY(query_add(&query, QUERY_KIND, bytes_of_string(*kind)));
    }
    if (table->by_outcome) {
        TRY(query_add(&query, QUERY_OUTCOME, bytes_of_string(outcome_name(table->outcome))));
    }
    report_table(sink, &shown);
    struct status status =
        query_run(&query, input->log, input->index, write_row, &writing, &outcome);
    bool ends = status.code == STATUS_CORRUPT && table->of_damaged;
    TRY(ends ? OK : status);
    report_table_end(sink);
    if (ends) {
        report_paragraph(sink, "The table ends here: event %" PRIu64 " does not hold.", status.at);
    }
    return OK;
}

struct status event_report(const struct report_input *input, struct report_sink *sink)
{
    TRY(report_begin(sink, input, NULL));
    TRY(event_table_write(input, sink, input->question.info->events));
    return report_end(sink);
}

/* Single events --------------------------------------------------------------------------- */

struct status event_time(const struct report_input *input, uint64_t n, uint64_t *utc_us)
{
    struct bytes bytes;
    struct leaf leaf;
    *utc_us = 0;
    TRY(log_read_leaf(input->log, n, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    *utc_us = leaf.t_utc_us;
    return OK;
}

static struct status note_position(void *context, struct bytes bytes, const struct leaf *leaf)
{
    uint64_t *n = context;
    (void)bytes;
    *n = leaf->n;
    return OK;
}

static struct status add_id(struct query *query, enum query_member member, struct id id)
{
    char memory[64];
    struct text text = TEXT_IN(memory);
    id_write(&text, id);
    return id.kind == ID_NONE ? OK : query_add(query, member, text_bytes(&text));
}

struct status event_newest(const struct report_input *input, const struct event_wanted *wanted,
                           uint64_t *n)
{
    struct query query = period_query(input);
    struct query_outcome outcome;
    query.range.since = (struct moment){0};
    query.newest_first = true;
    query.limit = 1;
    *n = UINT64_MAX;
    if (wanted->kind != NULL) {
        TRY(query_add(&query, QUERY_KIND, bytes_of_string(wanted->kind)));
    }
    TRY(add_id(&query, QUERY_ACTOR, wanted->actor));
    TRY(add_id(&query, QUERY_ON, wanted->on));
    TRY(query_run(&query, input->log, input->index, note_position, n, &outcome));
    return *n == UINT64_MAX ? FAIL(NOT_FOUND, 0) : OK;
}
