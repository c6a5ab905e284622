#include "reports/row_words.h"

#include "reports/naming.h"

#include <inttypes.h>

struct status row_words_parse(enum row_table table, const void *row, struct json **out)
{
    char memory[ROW_WORDS_JSON_MAX];
    struct text text = TEXT_IN(memory);
    struct json_error error;
    row_encode(table, row, &text);
    return text.full ? FAIL(LIMIT, sizeof memory) : json_parse(text_bytes(&text), out, &error);
}

void row_words_value(const struct json *value, struct text *out)
{
    if (value == NULL) {
        return;
    }
    switch (json_type_of(value)) {
    case JSON_TYPE_STRING:
        text_put_bytes(out, json_as_string(value));
        return;
    case JSON_TYPE_INTEGER:
        text_add(out, "%" PRId64, json_as_integer(value, 0));
        return;
    case JSON_TYPE_BOOLEAN:
        text_put_string(out, json_as_boolean(value, false) ? "yes" : "no");
        return;
    case JSON_TYPE_ARRAY:
        for (size_t i = 0; i < json_count(value); i++) {
            text_put_string(out, i == 0 ? "" : ",");
            row_words_value(json_element(value, i), out);
        }
        return;
    case JSON_TYPE_OBJECT:
    case JSON_TYPE_REAL:
    case JSON_TYPE_NULL:
        return;
    }
}

static void put_id(const struct view *view, const struct json *value, struct text *out)
{
    struct id id;
    if (failed(id_read(json_as_string(value), &id))) {
        text_put_bytes(out, json_as_string(value));
        return;
    }
    naming_put(view, id, out);
}

void row_words_field(const struct view *view, const struct field_info *field,
                     const struct json *value, struct text *out)
{
    if (view == NULL || value == NULL || field->type_code != FIELD_ID) {
        row_words_value(value, out);
    } else if (!field->list) {
        put_id(view, value, out);
    } else {
        for (size_t i = 0; i < json_count(value); i++) {
            text_put_string(out, i == 0 ? "" : ",");
            put_id(view, json_element(value, i), out);
        }
    }
}

bool row_words_is_key(enum row_table table, size_t field)
{
    for (size_t i = 0; i < row_infos[table].key_count; i++) {
        if (row_infos[table].key[i] == field) {
            return true;
        }
    }
    return false;
}

static bool is_id(const struct json *value, struct id but)
{
    struct id id;
    return but.kind != ID_NONE && value != NULL && json_type_of(value) == JSON_TYPE_STRING &&
           !failed(id_read(json_as_string(value), &id)) && id_equal(id, but);
}

static void put_named(const struct view *view, const struct field_info *field,
                      const struct json *row, struct text *out)
{
    const struct json *value = json_member(row, field->name);
    if (value == NULL || (field->list && json_count(value) == 0)) {
        return;
    }
    text_put_string(out, out->size == 0 ? "" : " ");
    text_put_string(out, field->name);
    text_put_char(out, '=');
    row_words_field(view, field, value, out);
}

void row_words_key(const struct view *view, enum row_table table, const struct json *row,
                   struct id but, struct text *out)
{
    const struct row_info *info = &row_infos[table];
    for (size_t i = 0; i < info->key_count; i++) {
        const struct field_info *field = &info->fields[info->key[i]];
        if (!is_id(json_member(row, field->name), but)) {
            put_named(view, field, row, out);
        }
    }
}

void row_words(const struct view *view, enum row_table table, const struct json *row, struct id but,
               struct text *out)
{
    const struct row_info *info = &row_infos[table];
    row_words_key(view, table, row, but, out);
    for (size_t i = 0; i < info->field_count; i++) {
        if (!row_words_is_key(table, i)) {
            put_named(view, &info->fields[i], row, out);
        }
    }
}
