#include "reports/object_rows.h"

#include "reports/naming.h"
#include "reports/row_words.h"
#include "store/state.h"

#include <inttypes.h>

enum {
    WORDS_SIZE = 16 << 10, /* bytes of a row in words, or in JSON */
    NAME_SIZE = 512,
};

/* Rows as text ------------------------------------------------------------------------------- */

struct parsed {
    char memory[WORDS_SIZE];
    struct bytes bytes; /* canonical JSON */
    struct json *json;  /* the caller's to free */
};

static struct status parse(enum row_table table, const void *row, struct parsed *out)
{
    struct json_error error;
    struct text text = TEXT_IN(out->memory);
    row_encode(table, row, &text);
    if (text.full) {
        return FAIL(LIMIT, sizeof out->memory);
    }
    out->bytes = text_bytes(&text);
    return json_parse(out->bytes, &out->json, &error);
}

static bool for_programs(const struct object_rows *rows)
{
    return rows->out->options.format == ROWS_JSON;
}

/* Names are for people. */
static const struct view *names_of(const struct object_rows *rows, const struct view *view)
{
    return rows->out->options.format == ROWS_TABLE ? view : NULL;
}

/* Events ------------------------------------------------------------------------------------- */

struct maker {
    const char *kind;
    uint64_t t_utc_us;
    char memory[NAME_SIZE];
    struct text actor;
};

static struct status find_maker(const struct object_rows *rows, const struct view *view, uint64_t n,
                                struct maker *out)
{
    struct bytes bytes;
    struct leaf leaf;
    struct id id;
    TRY(log_read_leaf(rows->log, n, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    out->kind = event_name(leaf.kind);
    out->t_utc_us = leaf.t_utc_us;
    out->actor = TEXT_IN(out->memory);
    if (names_of(rows, view) == NULL || leaf_is_emitter_name(leaf.actor) ||
        failed(id_read(leaf.actor, &id))) {
        text_put_bytes(&out->actor, leaf.actor);
    } else {
        naming_put(view, id, &out->actor);
    }
    return OK;
}

/* As of a moment ----------------------------------------------------------------------------- */

/* clang-format off */
static const struct column shown_columns[] = {
    {"table", NULL,     COLUMN_TEXT,    ALIGN_LEFT},
    {"event", NULL,     COLUMN_INTEGER, ALIGN_RIGHT},
    {"time",  NULL,     COLUMN_TIME,    ALIGN_LEFT},
    {"kind",  NULL,     COLUMN_TEXT,    ALIGN_LEFT},
    {"by",    NULL,     COLUMN_TEXT,    ALIGN_LEFT},
    {"row",   "FIELDS", COLUMN_JSON,    ALIGN_LEFT}, /* JSON for programs, words for people */
};
/* clang-format on */

static struct status show_row(void *context, const struct object_row *row)
{
    struct object_rows *rows = context;
    struct parsed parsed;
    struct maker maker;
    char memory[WORDS_SIZE];
    struct text words = TEXT_IN(memory);
    TRY(parse(row->table, row->row, &parsed));
    CLEANUP(json_free) struct json *json = parsed.json;
    TRY(find_maker(rows, &rows->view, row->made_by, &maker));
    row_words(names_of(rows, &rows->view), row->table, json, rows->object, &words);
    const struct cell cells[] = {
        cell_string(row_infos[row->table].name),
        cell_number(row->made_by),
        cell_number(maker.t_utc_us),
        cell_string(maker.kind),
        cell_text(text_bytes(&maker.actor)),
        cell_text(for_programs(rows) ? parsed.bytes : text_bytes(&words)),
    };
    return rows_add(rows->out, cells);
}

struct status object_rows_show(struct object_rows *rows)
{
    TRY(rows_begin(rows->out, shown_columns, sizeof shown_columns / sizeof shown_columns[0]));
    TRY(object_state_each(&rows->view, rows->object, show_row, rows));
    return rows_flush(rows->out);
}

/* Between two -------------------------------------------------------------------------------- */

/* clang-format off */
static const struct column diff_columns[] = {
    {"change",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"table",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"key",      NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"field",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"from",     NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"to",       NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"time",     NULL, COLUMN_TIME,    ALIGN_LEFT},
    {"kind",     NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"by",       NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"versions", NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"events",   NULL, COLUMN_JSON,    ALIGN_LEFT},
};
/* clang-format on */

/* The versions of a row between the moments. */
struct versions {
    uint64_t events[OBJECT_EVENTS_MAX]; /* as a ring */
    uint64_t count;
};

static struct status find_versions(const struct object_rows *rows, const struct object_row *row,
                                   struct versions *out)
{
    struct state_change change = {
        .table = row->table, .key = row->key, .after = rows->view.as_of_n};
    out->count = 0;
    for (;;) {
        uint64_t n;
        struct status status = state_next_change(rows->view.state, &change, &n);
        if (status.code == STATUS_NOT_FOUND || (!failed(status) && n > rows->then.as_of_n)) {
            return OK;
        }
        TRY(status);
        out->events[out->count++ % OBJECT_EVENTS_MAX] = n;
        change.after = n;
    }
}

static void put_versions(const struct versions *versions, struct text *out)
{
    uint64_t first = versions->count > OBJECT_EVENTS_MAX ? versions->count - OBJECT_EVENTS_MAX : 0;
    text_put_literal(out, "[");
    for (uint64_t i = first; i < versions->count; i++) {
        text_add(out, "%s%" PRIu64, i == first ? "" : ",", versions->events[i % OBJECT_EVENTS_MAX]);
    }
    text_put_literal(out, "]");
}

/* One line of a difference; what is not there is NULL. */
struct difference {
    const char *change, *field;
    const struct object_row *row;
    const struct json *json; /* of either version: for the key */
    struct text *from, *to;
};

static struct cell text_cell(const struct text *text)
{
    return text == NULL || text->size == 0 ? cell_absent() : cell_text(text_bytes(text));
}

static struct status add_difference(const struct object_rows *rows,
                                    const struct difference *difference)
{
    char key_memory[WORDS_SIZE], events_memory[OBJECT_EVENTS_MAX * 20];
    struct text key = TEXT_IN(key_memory), events = TEXT_IN(events_memory);
    struct versions versions;
    struct maker maker = {0};
    TRY(find_versions(rows, difference->row, &versions));
    if (versions.count > 0) {
        uint64_t last = versions.events[(versions.count - 1) % OBJECT_EVENTS_MAX];
        TRY(find_maker(rows, &rows->then, last, &maker));
    }
    row_words_key(names_of(rows, &rows->then), difference->row->table, difference->json,
                  rows->object, &key);
    put_versions(&versions, &events);
    const struct cell cells[] = {
        cell_string(difference->change),
        cell_string(row_infos[difference->row->table].name),
        text_cell(&key),
        difference->field == NULL ? cell_absent() : cell_string(difference->field),
        text_cell(difference->from),
        text_cell(difference->to),
        versions.count == 0 ? cell_absent() : cell_number(maker.t_utc_us),
        versions.count == 0 ? cell_absent() : cell_string(maker.kind),
        text_cell(versions.count == 0 ? NULL : &maker.actor),
        cell_number(versions.count),
        cell_text(text_bytes(&events)),
    };
    return rows_add(rows->out, cells);
}

/* A row that is there at one of the moments only. */
static struct status add_whole(struct object_rows *rows, const struct object_row *row, bool added)
{
    struct parsed parsed;
    char memory[WORDS_SIZE];
    struct text words = TEXT_IN(memory);
    TRY(parse(row->table, row->row, &parsed));
    CLEANUP(json_free) struct json *json = parsed.json;
    row_words(names_of(rows, added ? &rows->then : &rows->view), row->table, json, rows->object,
              &words);
    return add_difference(rows, &(struct difference){.change = added ? "added" : "removed",
                                                     .row = row,
                                                     .json = json,
                                                     .from = added ? NULL : &words,
                                                     .to = added ? &words : NULL});
}

static bool same_value(const struct json *a, const struct json *b)
{
    char a_memory[WORDS_SIZE], b_memory[WORDS_SIZE];
    struct text a_text = TEXT_IN(a_memory), b_text = TEXT_IN(b_memory);
    row_words_value(a, &a_text);
    row_words_value(b, &b_text);
    return (a == NULL) == (b == NULL) && bytes_equal(text_bytes(&a_text), text_bytes(&b_text));
}

static struct status add_fields(struct object_rows *rows, const struct object_row *row,
                                const void *then)
{
    struct parsed old, new;
    TRY(parse(row->table, row->row, &old));
    CLEANUP(json_free) struct json *old_json = old.json;
    TRY(parse(row->table, then, &new));
    CLEANUP(json_free) struct json *new_json = new.json;
    const struct row_info *info = &row_infos[row->table];
    for (size_t i = 0; i < info->field_count; i++) {
        char from_memory[WORDS_SIZE], to_memory[WORDS_SIZE];
        struct text from = TEXT_IN(from_memory), to = TEXT_IN(to_memory);
        const struct field_info *field = &info->fields[i];
        const struct json *a = json_member(old_json, field->name);
        const struct json *b = json_member(new_json, field->name);
        if (same_value(a, b)) {
            continue;
        }
        row_words_field(names_of(rows, &rows->view), field, a, &from);
        row_words_field(names_of(rows, &rows->then), field, b, &to);
        TRY(add_difference(rows, &(struct difference){.change = "changed",
                                                      .field = field->name,
                                                      .row = row,
                                                      .json = new_json,
                                                      .from = &from,
                                                      .to = &to}));
    }
    return OK;
}

/* The row of the same key at the other moment. */
static bool find_again(const struct view *view, const struct object_row *row, void *out,
                       uint64_t *made_by)
{
    memcpy(out, row->row, row_size(row->table));
    return view_find_made_by(view, row->table, out, made_by);
}

static struct status add_removed(void *context, const struct object_row *row)
{
    struct object_rows *rows = context;
    _Alignas(8) char then[OBJECT_ROW_MAX];
    uint64_t made_by;
    if (!find_again(&rows->then, row, then, &made_by)) {
        TRY(*rows->then.trouble);
        return add_whole(rows, row, false);
    }
    return made_by == row->made_by ? OK : add_fields(rows, row, then);
}

static struct status add_added(void *context, const struct object_row *row)
{
    struct object_rows *rows = context;
    _Alignas(8) char before[OBJECT_ROW_MAX];
    uint64_t made_by;
    if (find_again(&rows->view, row, before, &made_by)) {
        return OK;
    }
    TRY(*rows->view.trouble);
    return add_whole(rows, row, true);
}

struct status object_rows_diff(struct object_rows *rows)
{
    TRY(rows_begin(rows->out, diff_columns, sizeof diff_columns / sizeof diff_columns[0]));
    TRY(object_state_each(&rows->view, rows->object, add_removed, rows));
    TRY(object_state_each(&rows->then, rows->object, add_added, rows));
    return rows_flush(rows->out);
}
