/* names.h: every word of the catalogue as an enum, and the names of its values. */
#include "schema/generator/output.h"

static void put_id_kinds(struct output *out, const struct model *model)
{
    put(out, "enum id_kind {\n    ID_NONE, /* there is none */\n");
    for (size_t i = 0; i < model->id_count; i++) {
        put(out, "    ID_%s,\n", constant_of(model->ids[i].name).text);
    }
    put(out, "    ID_KIND_COUNT,\n};\n\n");
    put(out, "/* \"none\" for ID_NONE, which is never read. */\n"
             "const char *id_kind_name(enum id_kind value);\n"
             "bool id_kind_read(struct bytes name, enum id_kind *out);\n\n");
}

static void put_event_kinds(struct output *out, const struct model *model)
{
    put(out, "enum event_kind {\n");
    for (size_t i = 0; i < model->event_count; i++) {
        put(out, "    EVENT_%s,\n", constant_of(model->events[i].record.tag.text).text);
    }
    put(out, "    EVENT_KIND_COUNT,\n};\n\n");
    put(out, "/* All versions of a kind have one name. */\n"
             "const char *event_name(enum event_kind value);\n"
             "uint16_t event_version(enum event_kind kind);\n"
             "bool event_read(struct bytes name, uint16_t version, enum event_kind *out);\n\n");
}

static void put_command_kinds(struct output *out, const struct model *model)
{
    put(out, "enum command_kind {\n");
    for (size_t i = 0; i < model->command_count; i++) {
        put(out, "    COMMAND_%s,\n", constant_of(model->commands[i].record.tag.text).text);
    }
    put(out, "    COMMAND_KIND_COUNT,\n};\n\n");
    put(out, "const char *command_name(enum command_kind value);\n"
             "bool command_read(struct bytes name, enum command_kind *out);\n\n");
}

static void put_rules(struct output *out, const struct model *model)
{
    put(out, "/* What a command may be refused by. */\nenum rule {\n    RULE_NONE,\n");
    for (size_t i = 0; i < model->rule_count; i++) {
        put(out, "    RULE_%s,\n", constant_of(model->rules[i].id).text);
    }
    put(out, "    RULE_COUNT,\n};\n\n");
    put(out, "/* \"\" for RULE_NONE, which is never read. */\n"
             "const char *rule_id(enum rule value);\n"
             "const char *rule_sentence(enum rule rule);\n"
             "bool rule_read(struct bytes name, enum rule *out);\n\n");
}

static void put_row_tables(struct output *out, const struct model *model)
{
    put(out, "enum row_table {\n");
    for (size_t i = 0; i < model->row_count; i++) {
        put(out, "    ROW_%s,\n", constant_of(model->rows[i].record.name).text);
    }
    put(out, "    ROW_TABLE_COUNT,\n};\n\n");
    put(out, "const char *row_name(enum row_table value);\n"
             "bool row_read(struct bytes name, enum row_table *out);\n");
}

static void put_enum(struct output *out, const struct enumeration *values)
{
    struct word prefix = constant_of(values->name);
    put(out, "\nenum %s {\n", values->name);
    for (size_t i = 0; i < values->value_count; i++) {
        put(out, "    %s_%s,\n", prefix.text, constant_of(values->values[i]).text);
    }
    put(out, "    %s_COUNT,\n};\n\n", prefix.text);
    put(out, "const char *%s_name(enum %s value);\n", values->name, values->name);
    put(out, "bool %s_read(struct bytes name, enum %s *out);\n", values->name, values->name);
}

void write_names_header(struct output *out, const struct model *model)
{
    put(out, "/*\n"
             " * schema/catalogue/names.h -- the words of the catalogue.\n"
             " *\n"
             " * Made by schema/generator from schema/catalogue/; changes belong there.\n"
             " *\n"
             " * Shape    For every enum: its values, their names as static strings, and a reader\n"
             " *          that is true, and sets *out, for exactly those names. A value out of\n"
             " *          range is a bug.\n"
             " */\n"
             "#ifndef SCHEMA_CATALOGUE_NAMES_H\n"
             "#define SCHEMA_CATALOGUE_NAMES_H\n\n"
             "#include \"schema/bytes.h\"\n\n");
    put_id_kinds(out, model);
    put_event_kinds(out, model);
    put_command_kinds(out, model);
    put_rules(out, model);
    put_row_tables(out, model);
    for (size_t i = 0; i < model->enum_count; i++) {
        put_enum(out, &model->enums[i]);
    }
    put(out, "\n#endif\n");
}
