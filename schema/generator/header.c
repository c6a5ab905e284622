/* catalogue.h: a struct for every event, command and row. */
#include "schema/generator/output.h"

static struct word c_type(const struct field *field)
{
    static const char *const types[BASE_COUNT] = {
        [BASE_TEXT] = "struct bytes",    [BASE_INTEGER] = "uint64_t",   [BASE_BOOLEAN] = "bool",
        [BASE_DIGEST] = "struct digest", [BASE_BYTES] = "struct bytes", [BASE_TIME] = "uint64_t",
        [BASE_ID] = "struct id",         [BASE_ENUM] = "enum",
    };
    if (field->base == BASE_ENUM) {
        return word_of("enum %.*s", 64, field->values->name);
    }
    return word_of("%s", types[field->base]);
}

static void put_field(struct output *out, const struct field *field)
{
    if (field->optional) {
        put(out, "    bool has_%s;\n", field->name);
    }
    if (field->list) {
        put(out, "    const %s *%s;\n    size_t %s_count;\n", c_type(field).text, field->name,
            field->name);
        return;
    }
    put(out, "    %s %s;%s\n", c_type(field).text, field->name,
        field->base == BASE_TIME ? " /* utc_us */" : "");
}

static void put_struct(struct output *out, const struct record *record)
{
    put(out, "\n");
    put_comment(out, record->about);
    put(out, "struct %s {\n", record->tag.text);
    for (size_t i = 0; i < record->field_count; i++) {
        put_field(out, &record->fields[i]);
    }
    if (record->field_count == 0) {
        put(out, "    bool unused; /* no fields */\n");
    }
    put(out, "};\n\n");
    put(out, "void %s_encode(const struct %s *value, struct text *out);\n", record->tag.text,
        record->tag.text);
    put(out,
        "void %s_decode(struct canonical_reader *reader, struct arena *arena,\n"
        "    struct %s *out);\n",
        record->tag.text, record->tag.text);
}

static void put_events(struct output *out, const struct model *model)
{
    put_heading(out, "Events");
    for (size_t i = 0; i < model->event_count; i++) {
        put_struct(out, &model->events[i].record);
    }
    put(out, "\nunion event_body {\n");
    for (size_t i = 0; i < model->event_count; i++) {
        const char *tag = model->events[i].record.tag.text;
        put(out, "    struct %s %s;\n", tag, tag);
    }
    put(out,
        "};\n\n"
        "/* Writes the body as canonical JSON. */\n"
        "void event_body_encode(enum event_kind kind, const union event_body *body,\n"
        "    struct text *out);\n"
        "/* Reads it, strictly; what it holds is lent from `body` and the arena. MALFORMED at the\n"
        " * byte, with the reason; LIMIT over BODY_MAX; NO_MEMORY. After a failure *out is not to "
        "be\n * used. */\n"
        "MUST_CHECK struct status event_body_decode(enum event_kind kind, struct bytes body,\n"
        "    struct arena *arena, union event_body *out);\n");
}

static void put_commands(struct output *out, const struct model *model)
{
    put_heading(out, "Commands");
    for (size_t i = 0; i < model->command_count; i++) {
        put_struct(out, &model->commands[i].record);
    }
    put(out, "\nunion command_fields {\n");
    for (size_t i = 0; i < model->command_count; i++) {
        const char *tag = model->commands[i].record.tag.text;
        put(out, "    struct %s %s;\n", tag, tag);
    }
    put(out,
        "};\n\n"
        "/* The same for the fields of a command; LIMIT over COMMAND_MAX. */\n"
        "void command_fields_encode(enum command_kind kind, const union command_fields *fields,\n"
        "    struct text *out);\n"
        "MUST_CHECK struct status command_fields_decode(enum command_kind kind, struct bytes "
        "fields,\n    struct arena *arena, union command_fields *out);\n");
}

static void put_rows(struct output *out, const struct model *model)
{
    put_heading(out, "Rows");
    for (size_t i = 0; i < model->row_count; i++) {
        const struct record *record = &model->rows[i].record;
        put_struct(out, record);
        put(out, "void %s_key(const struct %s *row, size_t parts, struct text *out);\n",
            record->tag.text, record->tag.text);
    }
    put(out,
        "\n/* For a row of any table: `row` points at the struct of that table. */\n"
        "size_t row_size(enum row_table table);\n"
        "/* The key: the bytes of its fields, in an order that is theirs (schema/field.h). */\n"
        "void row_key(enum row_table table, const void *row, struct text *out);\n"
        "/* The first `parts` fields of the key alone: what all rows with these have in common. "
        "*/\n"
        "void row_key_prefix(enum row_table table, const void *row, size_t parts, struct text "
        "*out);\n"
        "/* All fields as canonical JSON, those of the key included. */\n"
        "void row_encode(enum row_table table, const void *row, struct text *out);\n"
        "/* As event_body_decode, without a limit of its own. */\n"
        "MUST_CHECK struct status row_decode(enum row_table table, struct bytes bytes,\n"
        "    struct arena *arena, void *row);\n");
}

static void put_tables(struct output *out)
{
    put_heading(out, "Tables, for code that treats all alike");
    put(out,
        "\n"
        "struct event_info {\n"
        "    const char *name, *context, *about;\n"
        "    uint16_t version;\n"
        "    uint32_t outside;     /* 1 << class of the emitters from outside that may submit it "
        "*/\n"
        "    bool writes;          /* it has an evolve */\n"
        "    enum id_kind creates; /* the kind of on[0] if the event creates it, or ID_NONE */\n"
        "    const enum id_kind *on;\n"
        "    size_t on_count;\n"
        "    const struct field_info *fields; /* in the order of the catalogue */\n"
        "    size_t field_count;\n"
        "};\n\n"
        "struct command_info {\n"
        "    const char *name, *context, *about;\n"
        "    bool bulk_all; /* over many objects: done for all of them or for none */\n"
        "    const struct field_info *fields;\n"
        "    size_t field_count;\n"
        "};\n\n"
        "struct row_info {\n"
        "    const char *name, *context, *about;\n"
        "    const struct field_info *fields;\n"
        "    size_t field_count;\n"
        "    const uint8_t *key; /* positions in `fields` */\n"
        "    size_t key_count;\n"
        "};\n\n"
        "struct rule_info {\n"
        "    const char *id, *sentence, *context;\n"
        "};\n\n"
        "struct id_info {\n"
        "    const char *name, *context, *about;\n"
        "};\n\n"
        "extern const struct event_info event_infos[EVENT_KIND_COUNT];\n"
        "extern const struct command_info command_infos[COMMAND_KIND_COUNT];\n"
        "extern const struct row_info row_infos[ROW_TABLE_COUNT];\n"
        "extern const struct rule_info rule_infos[RULE_COUNT];\n"
        "extern const struct id_info id_infos[ID_KIND_COUNT];\n\n"
        "/* 64 hexadecimal digits that change with whatever decides how events fold into rows. */\n"
        "extern const char catalogue_fingerprint[];\n"
        "/* JSON Schema of all of it, line by line; NULL ends it. */\n"
        "extern const char *const catalogue_schema_lines[];\n");
}

void write_catalogue_header(struct output *out, const struct model *model)
{
    put(out,
        "/*\n"
        " * schema/catalogue/catalogue.h -- every event, command and row as a struct.\n"
        " *\n"
        " * Made by schema/generator from schema/catalogue/; changes belong there.\n"
        " *\n"
        " * Shape    An optional field x has a has_x beside it, and is zero if that is false.\n"
        " *          Text is UTF-8. X_encode writes canonical JSON; X_decode reads it from a\n"
        " *          reader, which remembers what was wrong (schema/canonical.h).\n"
        " * Memory   Slices and lists are lent from the decoded bytes and the arena.\n"
        " * Units    Times are microseconds UTC.\n"
        " */\n"
        "#ifndef SCHEMA_CATALOGUE_CATALOGUE_H\n"
        "#define SCHEMA_CATALOGUE_CATALOGUE_H\n\n"
        "#include \"schema/field.h\"\n");
    put_events(out, model);
    put_commands(out, model);
    put_rows(out, model);
    put_tables(out);
    put(out, "\n#endif\n");
}
