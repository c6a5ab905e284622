/* tools/forms.h and forms.c: a verb of the command line for each command that has no other. */
#include "schema/generator/output.h"

#include <ctype.h>

static bool has_field(const struct record *record, const char *name)
{
    for (size_t i = 0; i < record->field_count; i++) {
        if (strcmp(record->fields[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* The hash and size of a text that itself is not logged: the form takes the text. */
static bool is_of_text(const struct record *record, const struct field *field)
{
    return has_field(record, "digest") && has_field(record, "size") &&
           (strcmp(field->name, "digest") == 0 || strcmp(field->name, "size") == 0);
}

/* `project.add_member` is typed `project add-member`. */
static struct word verb_of(const char *command)
{
    struct word word = word_of("%s", command);
    bool noun = true;
    for (char *c = word.text; *c != '\0'; c++) {
        if (*c == '.') {
            *c = noun ? ' ' : '-';
            noun = false;
        } else if (*c == '_') {
            *c = '-';
        }
    }
    return word;
}

static struct word option_of(const char *field)
{
    struct word word = word_of("%s", field);
    for (char *c = word.text; *c != '\0'; c++) {
        *c = *c == '_' ? '-' : *c;
    }
    return word;
}

static struct word placeholder_of(const struct field *field)
{
    struct word word = option_of(field->kind != NULL ? field->kind->name : field->name);
    for (char *c = word.text; *c != '\0'; c++) {
        *c = (char)toupper((unsigned char)*c);
    }
    return word;
}

/* A command about one user may be given for many. */
static bool names_people(const struct field *field)
{
    return field->base == BASE_ID && !field->list && strcmp(field->name, "user") == 0;
}

/* What stands for the value in help. */
static void put_argument(struct output *out, const struct field *field)
{
    switch (field->base) {
    case BASE_ENUM:
        put(out, "\"");
        for (size_t i = 0; i < field->values->value_count; i++) {
            put(out, "%s%s", i == 0 ? "" : "|", field->values->values[i]);
        }
        put(out, "\"");
        return;
    case BASE_BOOLEAN:
        put(out, "\"yes|no\"");
        return;
    case BASE_INTEGER:
        put(out, "\"N\"");
        return;
    case BASE_TIME:
        put(out, "\"WHEN\"");
        return;
    case BASE_ID:
    case BASE_TEXT:
    case BASE_DIGEST:
    case BASE_BYTES:
        put(out, "\"%s\"", placeholder_of(field).text);
        return;
    case BASE_COUNT:
        return;
    }
}

static void put_about(struct output *out, const struct field *field)
{
    static const char *const notes[BASE_COUNT] = {
        [BASE_TIME] = ", like +90d, 2027-01-31 or never",
        [BASE_DIGEST] = ": 64 hexadecimal digits",
        [BASE_BYTES] = ": base64",
    };
    struct word words = option_of(field->name);
    for (char *c = words.text; *c != '\0'; c++) {
        *c = *c == '-' ? ' ' : *c;
    }
    put(out, "\"the %s%s", words.text, notes[field->base] == NULL ? "" : notes[field->base]);
    if (field->base == BASE_ID) {
        put(out, ", by name or id%s", names_people(field) ? "; more than one: for each" : "");
    }
    put(out, "%s\"", field->optional || field->list ? " (optional)" : "");
}

static void put_options(struct output *out, const struct record *record)
{
    put(out, "\nstatic const struct option_info %s_options[] = {\n    FORM_OPTIONS,\n",
        record->tag.text);
    if (has_field(record, "digest") && has_field(record, "size")) {
        put(out, "    {\"text\", 0, \"FILE\", \"the text, of which hash and size are logged\", "
                 "false},\n");
    }
    for (size_t i = 1; i < record->field_count; i++) {
        const struct field *field = &record->fields[i];
        if (is_of_text(record, field)) {
            continue;
        }
        put(out, "    {\"%s\", 0, ", option_of(field->name).text);
        put_argument(out, field);
        put(out, ", ");
        put_about(out, field);
        put(out, ", %s},\n", field->list || names_people(field) ? "true" : "false");
    }
    put(out, "};\n");
}

static void put_form(struct output *out, const struct record *record)
{
    put_options(out, record);
    put(out,
        "\nconst struct verb form_%s = {\n    .name = \"%s\",\n    .about = ", record->tag.text,
        verb_of(record->name).text);
    /* A phrase: as the sentence, without its capital and its full stop. */
    struct word about = word_of("%s", record->about);
    size_t size = strlen(about.text);
    about.text[0] = (char)tolower((unsigned char)about.text[0]);
    about.text[size > 0 ? size - 1 : 0] = '\0';
    put_string(out, about.text);
    put(out, ",\n");
    if (record->field_count > 0 && !is_of_text(record, &record->fields[0])) {
        put(out, "    .arguments = \"[%s...]\",\n", placeholder_of(&record->fields[0]).text);
    }
    put(out,
        "    .details = FORM_DETAILS,\n    .purpose = PURPOSE_MANAGE,\n    OPTIONS(%s_options),\n"
        "    .guarded = true,\n    .signs = true,\n    .run = form_run,\n};\n",
        record->tag.text);
}

void write_forms_header(struct output *out, const struct model *model)
{
    put(out, "/*\n"
             " * tools/forms.h -- a verb for each command that has no verb of its own.\n"
             " *\n"
             " * Made by schema/generator from schema/catalogue/; changes belong there.\n"
             " */\n"
             "#ifndef TOOLS_FORMS_H\n#define TOOLS_FORMS_H\n\n#include \"tools/form.h\"\n\n");
    for (size_t i = 0; i < model->command_count; i++) {
        if (model->commands[i].form) {
            put(out, "extern const struct verb form_%s;\n", model->commands[i].record.tag.text);
        }
    }
    put(out, "\n/* All of them, for a table of verbs. */\n#define FORM_VERBS");
    const char *separator = " \\\n    ";
    for (size_t i = 0; i < model->command_count; i++) {
        if (model->commands[i].form) {
            put(out, "%s&form_%s", separator, model->commands[i].record.tag.text);
            separator = ", \\\n    ";
        }
    }
    put(out, "\n\n#endif\n");
}

void write_forms(struct output *out, const struct model *model)
{
    put(out, "/* Made by schema/generator from schema/catalogue/; changes belong there. */\n"
             "#include \"tools/forms.h\"\n");
    for (size_t i = 0; i < model->command_count; i++) {
        if (model->commands[i].form) {
            put_form(out, &model->commands[i].record);
        }
    }
    put(out, "\nconst struct form_kind form_kinds[] = {\n");
    for (size_t i = 0; i < model->command_count; i++) {
        if (model->commands[i].form) {
            const char *tag = model->commands[i].record.tag.text;
            put(out, "    {&form_%s, COMMAND_%s},\n", tag, constant_of(tag).text);
        }
    }
    put(out, "    {NULL, COMMAND_KIND_COUNT},\n};\n");
}
