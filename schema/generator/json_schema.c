/* schema.json: bodies of events and fields of commands, as JSON Schema 2020-12. */
#include "schema/generator/output.h"

#include <stdlib.h>

static void put_type(struct output *out, const struct field *field)
{
    static const char *const types[BASE_COUNT] = {
        [BASE_TEXT] = "{\"type\": \"string\", \"maxLength\": 196608}",
        [BASE_INTEGER] = "{\"type\": \"integer\", \"minimum\": 0, \"maximum\": 9007199254740991}",
        [BASE_BOOLEAN] = "{\"type\": \"boolean\"}",
        [BASE_DIGEST] = "{\"type\": \"string\", \"contentEncoding\": \"base64\", \"pattern\": "
                        "\"^[A-Za-z0-9+/]{43}=$\"}",
        [BASE_BYTES] = "{\"type\": \"string\", \"contentEncoding\": \"base64\", \"maxLength\": "
                       "262144}",
        [BASE_TIME] = "{\"type\": \"string\", \"format\": \"date-time\", \"pattern\": "
                      "\"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}Z$\"}",
    };
    if (field->base == BASE_ID) {
        put(out, "{\"type\": \"string\", \"pattern\": \"^%s:(new|0|[1-9][0-9]{0,15})$\"}",
            field->kind != NULL ? field->kind->name : "[a-z][a-z0-9_]*");
    } else if (field->base == BASE_ENUM) {
        put(out, "{\"$ref\": \"#/$defs/%s\"}", field->values->name);
    } else {
        put(out, "%s", types[field->base]);
    }
}

static void put_property(struct output *out, const struct field *field, bool first)
{
    put(out, "%s        \"%s\": ", first ? "" : ",\n", field->name);
    if (field->list) {
        put(out, "{\"type\": \"array\", \"maxItems\": 64, \"items\": ");
    }
    put_type(out, field);
    put(out, field->list ? "}" : "");
}

static void put_required(struct output *out, const struct record *record)
{
    bool any = false;
    put(out, "      \"required\": [");
    for (size_t i = 0; i < record->field_count; i++) {
        if (!record->fields[i].optional) {
            put(out, "%s\"%s\"", any ? ", " : "", record->fields[i].name);
            any = true;
        }
    }
    put(out, "],\n");
}

static void put_record(struct output *out, const struct record *record, uint64_t version)
{
    put(out, ",\n    \"%s", record->name);
    put(out, version > 1 ? "@%d\": {\n" : "\": {\n", (int)version);
    put(out, "      \"description\": ");
    put_string(out, record->about);
    put(out, ",\n      \"type\": \"object\",\n      \"properties\": {\n");
    for (size_t i = 0; i < record->field_count; i++) {
        put_property(out, &record->fields[i], i == 0);
    }
    put(out, "\n      },\n");
    put_required(out, record);
    put(out, "      \"additionalProperties\": false\n    }");
}

static void put_enum(struct output *out, const struct enumeration *values)
{
    put(out, ",\n    \"%s\": {\"enum\": [", values->name);
    for (size_t i = 0; i < values->value_count; i++) {
        put(out, "%s\"%s\"", i == 0 ? "" : ", ", values->values[i]);
    }
    put(out, "]}");
}

/* One of the commands, or one of the events, by name. */
static void put_choice(struct output *out, const char *name, const char *about)
{
    put(out, "    \"%s\": {\"description\": \"%s\", \"enum\": [", name, about);
}

void write_json_schema(struct output *out, const struct model *model)
{
    put(out, "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
             "  \"title\": \"Cairn: bodies of events and fields of commands\",\n"
             "  \"$defs\": {\n");
    put_choice(out, "event-kind", "What may stand as the kind of an event.");
    for (size_t i = 0, shown = 0; i < model->event_count; i++) {
        if (model->events[i].version == 1) {
            put(out, "%s\n      \"%s\"", shown++ == 0 ? "" : ",", model->events[i].record.name);
        }
    }
    put(out, "\n    ]},\n");
    put_choice(out, "command-kind", "What may be asked for.");
    for (size_t i = 0; i < model->command_count; i++) {
        put(out, "%s\n      \"%s\"", i == 0 ? "" : ",", model->commands[i].record.name);
    }
    put(out, "\n    ]}");
    for (size_t i = 0; i < model->enum_count; i++) {
        put_enum(out, &model->enums[i]);
    }
    for (size_t i = 0; i < model->event_count; i++) {
        put_record(out, &model->events[i].record, model->events[i].version);
    }
    for (size_t i = 0; i < model->command_count; i++) {
        put_record(out, &model->commands[i].record, 1);
    }
    put(out, "\n  }\n}\n");
}

/* The same as C strings, a line each, for a program to print. */
void write_schema_lines(struct output *out, const struct model *model)
{
    char *text = NULL, *rest;
    size_t size = 0;
    struct output memory = {.file = open_memstream(&text, &size)};
    put(out, "#include \"schema/catalogue/catalogue.h\"\n\n"
             "const char *const catalogue_schema_lines[] = {\n");
    if (memory.file != NULL) {
        write_json_schema(&memory, model);
        (void)fclose(memory.file);
        rest = text;
        for (char *line = strsep(&rest, "\n"); rest != NULL; line = strsep(&rest, "\n")) {
            put(out, "    ");
            put_string(out, line);
            put(out, ",\n");
        }
        free(text);
    }
    put(out, "    NULL,\n};\n");
}
