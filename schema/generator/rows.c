/* catalogue.c: rows, their keys, and what treats the rows of all tables alike. */
#include "schema/generator/output.h"

static void put_key_part(struct output *out, const struct field *field)
{
    switch (field->base) {
    case BASE_TEXT:
    case BASE_BYTES:
        put(out, "field_key_text(out, row->%s);\n", field->name);
        return;
    case BASE_INTEGER:
    case BASE_TIME:
        put(out, "field_key_u64(out, row->%s);\n", field->name);
        return;
    case BASE_BOOLEAN:
    case BASE_ENUM:
        put(out, "field_key_byte(out, (uint8_t)row->%s);\n", field->name);
        return;
    case BASE_DIGEST:
        put(out, "field_key_digest(out, &row->%s);\n", field->name);
        return;
    case BASE_ID:
        if (field->kind != NULL) {
            put(out, "field_key_u64(out, row->%s.n);\n", field->name);
        } else {
            put(out, "field_key_id(out, row->%s);\n", field->name);
        }
        return;
    case BASE_COUNT:
        return;
    }
}

static void put_key(struct output *out, const struct row *row)
{
    const char *tag = row->record.tag.text;
    put(out, "\nvoid %s_key(const struct %s *row, size_t parts, struct text *out)\n{\n", tag, tag);
    for (size_t i = 0; i < row->key_count; i++) {
        put(out, "    if (parts > %zu) {\n        ", i);
        put_key_part(out, &row->record.fields[row->key[i]]);
        put(out, "    }\n");
    }
    put(out, "}\n");
}

static void put_row_switch(struct output *out, const struct model *model, const char *format)
{
    put(out, "    switch (table) {\n");
    for (size_t i = 0; i < model->row_count; i++) {
        const struct record *record = &model->rows[i].record;
        put(out, "    case ROW_%s:\n        ", constant_of(record->name).text);
        for (const char *at = format; *at != '\0'; at++) {
            if (*at == '@') {
                put(out, "%s", record->tag.text);
            } else {
                put(out, "%c", *at);
            }
        }
    }
}

static void put_generic(struct output *out, const struct model *model)
{
    put(out, "\nsize_t row_size(enum row_table table)\n{\n");
    put_row_switch(out, model, "return sizeof(struct @);\n");
    put(out,
        "    case ROW_TABLE_COUNT:\n        break;\n    }\n    assert(false);\n    return 0;\n}"
        "\n");
    put(out, "\nvoid row_key_prefix(enum row_table table, const void *row, size_t parts, struct "
             "text *out)\n{\n");
    put_row_switch(out, model, "@_key(row, parts, out);\n        return;\n");
    put(out, "    case ROW_TABLE_COUNT:\n        break;\n    }\n    assert(false);\n}\n");
    put(out, "\nvoid row_key(enum row_table table, const void *row, struct text *out)\n{\n"
             "    row_key_prefix(table, row, SIZE_MAX, out);\n}\n");
    put(out, "\nvoid row_encode(enum row_table table, const void *row, struct text *out)\n{\n");
    put_row_switch(out, model, "@_encode(row, out);\n        return;\n");
    put(out, "    case ROW_TABLE_COUNT:\n        break;\n    }\n    assert(false);\n}\n");
    put(out, "\nstruct status row_decode(enum row_table table, struct bytes bytes, struct arena "
             "*arena,\n    void *row)\n{\n"
             "    struct canonical_reader reader = canonical_reader_of(bytes);\n");
    put_row_switch(out, model, "@_decode(&reader, arena, row);\n        break;\n");
    put(out, "    case ROW_TABLE_COUNT:\n        assert(false);\n        break;\n    }\n"
             "    return field_end(&reader, arena);\n}\n");
}

void write_rows(struct output *out, const struct model *model)
{
    put_heading(out, "Rows");
    for (size_t i = 0; i < model->row_count; i++) {
        write_codec(out, &model->rows[i].record);
        put_key(out, &model->rows[i]);
    }
    put_generic(out, model);
}
