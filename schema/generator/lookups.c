/* catalogue.c: the names of everything, and how they are found. */
#include "schema/generator/output.h"

#include <stdlib.h>

enum {
    NAMES_MAX = EVENTS_MAX + 1 /* no list is longer */
};

/* Two columns of names: those that are found, and what the others are called. */
struct columns {
    const char *names[NAMES_MAX];
    const char *shown[NAMES_MAX];
};

static void put_columns(struct output *out, struct columns *columns, const char *table,
                        const char *size, size_t count)
{
    struct name_list list = {.table = table,
                             .size = size,
                             .names = columns->names,
                             .shown = columns->shown,
                             .count = count};
    put_lookup(out, &list);
}

/* X_name and X_read over X_lookup. */
static void put_functions(struct output *out, const char *prefix, const char *type,
                          const char *table)
{
    put(out,
        "\nconst char *%s(enum %s value)\n{\n"
        "    return lookup_name(&%s_lookup, (uint32_t)value);\n}\n",
        prefix, type, table);
}

static void put_reader(struct output *out, const char *prefix, const char *type, const char *table)
{
    put(out,
        "\nbool %s_read(struct bytes name, enum %s *out)\n{\n"
        "    uint32_t position;\n"
        "    if (!lookup_find(&%s_lookup, name, &position)) {\n        return false;\n    }\n"
        "    *out = (enum %s)position;\n    return true;\n}\n",
        prefix, type, table, type);
}

static void put_ids(struct output *out, const struct model *model, struct columns *columns)
{
    columns->names[0] = NULL;
    columns->shown[0] = "none";
    for (size_t i = 0; i < model->id_count; i++) {
        columns->names[i + 1] = model->ids[i].name;
    }
    put_columns(out, columns, "id_kind", "ID_KIND_COUNT", model->id_count + 1);
    put_functions(out, "id_kind_name", "id_kind", "id_kind");
    put_reader(out, "id_kind", "id_kind", "id_kind");
}

/* Only the first version of a kind is found; the others follow it. */
static void put_events(struct output *out, const struct model *model, struct columns *columns)
{
    for (size_t i = 0; i < model->event_count; i++) {
        bool first = model->events[i].version == 1;
        columns->names[i] = first ? model->events[i].record.name : NULL;
        columns->shown[i] = model->events[i].record.name;
    }
    put_columns(out, columns, "event", "EVENT_KIND_COUNT", model->event_count);
    put_functions(out, "event_name", "event_kind", "event");
    put(out, "\nuint16_t event_version(enum event_kind kind)\n{\n"
             "    assert(kind < EVENT_KIND_COUNT);\n"
             "    return event_infos[kind].version;\n}\n");
    put(out, "\n/* The versions of a kind stand one after the other. */\n"
             "bool event_read(struct bytes name, uint16_t version, enum event_kind *out)\n{\n"
             "    uint32_t first;\n"
             "    if (version == 0 || !lookup_find(&event_lookup, name, &first)) {\n"
             "        return false;\n    }\n"
             "    uint32_t kind = first + version - 1u;\n"
             "    if (kind >= EVENT_KIND_COUNT || event_infos[kind].version != version) {\n"
             "        return false;\n    }\n"
             "    *out = (enum event_kind)kind;\n    return true;\n}\n");
}

static void put_commands(struct output *out, const struct model *model, struct columns *columns)
{
    for (size_t i = 0; i < model->command_count; i++) {
        columns->names[i] = model->commands[i].record.name;
    }
    put_columns(out, columns, "command", "COMMAND_KIND_COUNT", model->command_count);
    put_functions(out, "command_name", "command_kind", "command");
    put_reader(out, "command", "command_kind", "command");
}

static void put_rules(struct output *out, const struct model *model, struct columns *columns)
{
    columns->names[0] = NULL;
    columns->shown[0] = "";
    for (size_t i = 0; i < model->rule_count; i++) {
        columns->names[i + 1] = model->rules[i].id;
    }
    put_columns(out, columns, "rule", "RULE_COUNT", model->rule_count + 1);
    put_functions(out, "rule_id", "rule", "rule");
    put(out, "\nconst char *rule_sentence(enum rule rule)\n{\n"
             "    assert(rule < RULE_COUNT);\n"
             "    return rule_infos[rule].sentence;\n}\n");
    put_reader(out, "rule", "rule", "rule");
}

static void put_rows(struct output *out, const struct model *model, struct columns *columns)
{
    for (size_t i = 0; i < model->row_count; i++) {
        columns->names[i] = model->rows[i].record.name;
    }
    put_columns(out, columns, "row", "ROW_TABLE_COUNT", model->row_count);
    put_functions(out, "row_name", "row_table", "row");
    put_reader(out, "row", "row_table", "row");
}

static void put_enum(struct output *out, const struct enumeration *values, struct columns *columns)
{
    for (size_t i = 0; i < values->value_count; i++) {
        columns->names[i] = values->values[i];
    }
    struct word size = word_of("%.*s_COUNT", 64, constant_of(values->name).text);
    put_columns(out, columns, values->name, size.text, values->value_count);
    put_functions(out, word_of("%s_name", values->name).text, values->name, values->name);
    put_reader(out, values->name, values->name, values->name);
}

void write_lookups(struct output *out, const struct model *model)
{
    struct columns *columns = calloc(1, sizeof *columns);
    if (columns == NULL) {
        abort();
    }
    put_heading(out, "Names");
    put_ids(out, model, columns);
    put_events(out, model, columns);
    put_commands(out, model, columns);
    put_rules(out, model, columns);
    put_rows(out, model, columns);
    for (size_t i = 0; i < model->enum_count; i++) {
        put_enum(out, &model->enums[i], columns);
    }
    free(columns);
}
