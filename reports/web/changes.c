#include "reports/web/changes.h"

#include "reports/row_words.h"

enum {
    VALUE_SIZE = 16 << 10,
};

static bool is_for_programs(const struct field_info *field)
{
    return field->type_code == FIELD_BYTES || field->type_code == FIELD_DIGEST ||
           strcmp(field->name, "key") == 0;
}

static void put_name(const struct field_info *field, struct text *out)
{
    text_put_string(out, out->size > 0 ? "; " : "");
    for (const char *c = field->name; *c != '\0'; c++) {
        text_put_char(out, (char)(*c == '_' ? ' ' : *c));
    }
    text_put_literal(out, ": ");
}

static void put_value(const struct text *value, struct text *out)
{
    if (value->size == 0) {
        text_put_literal(out, "none");
    } else if (value->full || value->size > CHANGES_VALUE_MAX) {
        text_put_literal(out, "(long)");
    } else {
        text_put_bytes(out, text_bytes(value));
    }
}

static void put_field(const struct field_info *field, const struct json *before,
                      const struct json *after, struct text *out)
{
    char before_memory[VALUE_SIZE], after_memory[VALUE_SIZE];
    struct text old = TEXT_IN(before_memory), new = TEXT_IN(after_memory);
    row_words_value(json_member(before, field->name), &old);
    row_words_value(json_member(after, field->name), &new);
    if (bytes_equal(text_bytes(&old), text_bytes(&new)) || (before == NULL && new.size == 0)) {
        return;
    }
    put_name(field, out);
    if (is_for_programs(field)) {
        text_put_string(out, before == NULL ? "a new one" : "another one");
        return;
    }
    if (before != NULL) {
        put_value(&old, out);
        text_put_literal(out, " \xe2\x86\x92 ");
    }
    put_value(&new, out);
}

struct status changes_put(enum row_table table, const void *before, const void *after,
                          struct text *out)
{
    CLEANUP(json_free) struct json *old = NULL;
    CLEANUP(json_free) struct json *new = NULL;
    TRY(before == NULL ? OK : row_words_parse(table, before, &old));
    TRY(row_words_parse(table, after, &new));
    for (size_t i = 0; i < row_infos[table].field_count; i++) {
        if (!row_words_is_key(table, i)) {
            put_field(&row_infos[table].fields[i], old, new, out);
        }
    }
    return OK;
}
