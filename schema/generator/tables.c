/* catalogue.c: the catalogue as tables, for code that treats all events and commands alike. */
#include "schema/generator/output.h"

static void put_field_info(struct output *out, const char *tag, const struct field *field)
{
    static const char *const types[BASE_COUNT] = {
        "FIELD_TEXT",  "FIELD_INTEGER", "FIELD_BOOLEAN", "FIELD_DIGEST",
        "FIELD_BYTES", "FIELD_TIME",    "FIELD_ID",      "FIELD_ENUM",
    };
    put(out, "    {.name = \"%s\",\n     .type = \"%s\",\n     .type_code = %s", field->name,
        field->type.text, types[field->base]);
    if (field->optional) {
        put(out, ",\n     .optional = true");
    }
    if (field->list) {
        put(out, ",\n     .list = true");
    }
    if (field->kind != NULL) {
        put(out, ",\n     .id_kind = ID_%s", constant_of(field->kind->name).text);
    }
    if (field->values != NULL) {
        put(out, ",\n     .values = &%s_lookup", field->values->name);
    }
    if (field->list) {
        put(out, ",\n     .count_offset = offsetof(struct %s, %s_count)", tag, field->name);
    }
    put(out, ",\n     .offset = offsetof(struct %s, %s)},\n", tag, field->name);
}

static void put_fields(struct output *out, const struct record *record)
{
    if (record->field_count == 0) {
        return;
    }
    put(out, "\nstatic const struct field_info %s_fields[] = {\n", record->tag.text);
    for (size_t i = 0; i < record->field_count; i++) {
        put_field_info(out, record->tag.text, &record->fields[i]);
    }
    put(out, "};\n");
}

/* What every table has: name, context, about, fields. */
static void put_record(struct output *out, const struct record *record)
{
    put(out, ".name = \"%s\",\n            .context = \"%s\",\n            .about = ", record->name,
        record->from.context);
    put_string(out, record->about);
    put(out, ",\n");
    if (record->field_count > 0) {
        put(out, "            .fields = %s_fields,\n            .field_count = %zu,\n",
            record->tag.text, record->field_count);
    }
}

static void put_event_details(struct output *out, const struct event *event)
{
    put_fields(out, &event->record);
    put(out, "\nstatic const enum id_kind %s_on[] = {", event->record.tag.text);
    for (size_t i = 0; i < event->on_count; i++) {
        put(out, "%sID_%s", i == 0 ? "" : ", ", constant_of(event->on[i]->name).text);
    }
    put(out, "};\n");
}

/* A class is a value of the enum emitter_class, or the generated code does not compile. */
static void put_outside(struct output *out, const char *class)
{
    if (class != NULL && class[0] == '\0') {
        put(out, "            .outside = UINT32_MAX,\n");
    } else if (class != NULL) {
        put(out, "            .outside = 1U << EMITTER_CLASS_%s,\n", constant_of(class).text);
    }
}

static void put_events(struct output *out, const struct model *model)
{
    for (size_t i = 0; i < model->event_count; i++) {
        put_event_details(out, &model->events[i]);
    }
    put(out, "\nconst struct event_info event_infos[EVENT_KIND_COUNT] = {\n");
    for (size_t i = 0; i < model->event_count; i++) {
        const struct event *event = &model->events[i];
        const char *tag = event->record.tag.text;
        put(out, "    [EVENT_%s] =\n        {\n            ", constant_of(tag).text);
        put_record(out, &event->record);
        put(out, "            .version = %d,\n", (int)event->version);
        put_outside(out, event->outside);
        if (event->writes_count > 0) {
            put(out, "            .writes = true,\n");
        }
        if (event->record.creates != NULL) {
            put(out, "            .creates = ID_%s,\n",
                constant_of(event->record.creates->name).text);
        }
        put(out, "            .on = %s_on,\n            .on_count = %zu,\n        },\n", tag,
            event->on_count);
    }
    put(out, "};\n");
}

static void put_commands(struct output *out, const struct model *model)
{
    for (size_t i = 0; i < model->command_count; i++) {
        put_fields(out, &model->commands[i].record);
    }
    put(out, "\nconst struct command_info command_infos[COMMAND_KIND_COUNT] = {\n");
    for (size_t i = 0; i < model->command_count; i++) {
        const struct record *record = &model->commands[i].record;
        put(out, "    [COMMAND_%s] =\n        {\n            ", constant_of(record->tag.text).text);
        put_record(out, record);
        put(out, "            .bulk_all = %s,\n        },\n",
            model->commands[i].all ? "true" : "false");
    }
    put(out, "};\n");
}

static void put_rows(struct output *out, const struct model *model)
{
    for (size_t i = 0; i < model->row_count; i++) {
        const struct row *row = &model->rows[i];
        put_fields(out, &row->record);
        put(out, "\nstatic const uint8_t %s_keys[] = {", row->record.tag.text);
        for (size_t j = 0; j < row->key_count; j++) {
            put(out, "%s%zu", j == 0 ? "" : ", ", row->key[j]);
        }
        put(out, "};\n");
    }
    put(out, "\nconst struct row_info row_infos[ROW_TABLE_COUNT] = {\n");
    for (size_t i = 0; i < model->row_count; i++) {
        const struct row *row = &model->rows[i];
        put(out, "    [ROW_%s] =\n        {\n            ", constant_of(row->record.name).text);
        put_record(out, &row->record);
        put(out, "            .key = %s_keys,\n            .key_count = %zu,\n        },\n",
            row->record.tag.text, row->key_count);
    }
    put(out, "};\n");
}

static void put_words(struct output *out, const struct model *model)
{
    put(out, "\nconst struct rule_info rule_infos[RULE_COUNT] = {\n    [RULE_NONE] = {\"\", \"\", "
             "\"\"},\n");
    for (size_t i = 0; i < model->rule_count; i++) {
        const struct rule *rule = &model->rules[i];
        put(out, "    [RULE_%s] = {\"%s\",\n        ", constant_of(rule->id).text, rule->id);
        put_string(out, rule->sentence);
        put(out, ",\n        \"%s\"},\n", rule->from.context);
    }
    put(out, "};\n\nconst struct id_info id_infos[ID_KIND_COUNT] = {\n    [ID_NONE] = {\"none\", "
             "\"\", \"There is none.\"},\n");
    for (size_t i = 0; i < model->id_count; i++) {
        const struct id_kind *id = &model->ids[i];
        put(out, "    [ID_%s] = {\"%s\", \"%s\",\n        ", constant_of(id->name).text, id->name,
            id->from.context);
        put_string(out, id->about);
        put(out, "},\n");
    }
    put(out, "};\n");
}

void write_tables(struct output *out, const struct model *model)
{
    char fingerprint[DIGEST_HEX_SIZE + 1];
    fingerprint_model(model, fingerprint);
    put_heading(out, "Tables");
    put_events(out, model);
    put_commands(out, model);
    put_rows(out, model);
    put_words(out, model);
    put(out, "\nconst char catalogue_fingerprint[] =\n    \"%s\";\n", fingerprint);
}
