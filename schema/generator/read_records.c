/* A context's commands, events and rows. */
#include "schema/generator/model.h"

#include <stdio.h>

/* Names ----------------------------------------------------------------------------------- */

static bool is_keyword(const char *name)
{
    static const char *const keywords[] = {
        "auto",     "bool",     "break",  "case",    "char",   "const",  "continue",
        "default",  "do",       "double", "else",    "enum",   "extern", "false",
        "float",    "for",      "goto",   "if",      "inline", "int",    "long",
        "register", "restrict", "return", "short",   "signed", "sizeof", "static",
        "struct",   "switch",   "true",   "typedef", "typeof", "union",  "unsigned",
        "void",     "volatile", "while",  "asm",     "unix",   "linux",
    };
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++) {
        if (strcmp(name, keywords[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* noun.verb, or with a part before: vault.key.fetched. */
static bool is_kind_name(const char *name)
{
    size_t parts = 0;
    for (const char *at = name;; at++) {
        size_t size = strcspn(at, ".");
        if (!is_name(bytes_of(at, size))) {
            return false;
        }
        parts++;
        at += size;
        if (*at == '\0') {
            return parts == 2 || parts == 3;
        }
    }
}

static struct word tag_of(const char *name)
{
    struct word tag = word_of("%s", name);
    for (char *c = tag.text; *c != '\0'; c++) {
        *c = *c == '.' ? '_' : *c;
    }
    return tag;
}

/* Fields ---------------------------------------------------------------------------------- */

static bool starts_with(struct bytes *type, const char *word)
{
    size_t size = strlen(word);
    if (type->size < size || memcmp(type->data, word, size) != 0) {
        return false;
    }
    *type = bytes_of(type->data + size, type->size - size);
    return true;
}

static bool read_base(const struct model *model, struct bytes type, struct field *field)
{
    static const char *const words[BASE_COUNT] = {"text",  "integer", "boolean", "digest",
                                                  "bytes", "time",    "id",      ""};
    for (unsigned i = 0; i < BASE_ENUM; i++) {
        if (bytes_equal(type, bytes_of_string(words[i]))) {
            field->base = (enum base)i;
            return true;
        }
    }
    if (starts_with(&type, "id ")) {
        field->base = BASE_ID;
        field->kind = find_id(model, type);
        return field->kind != NULL;
    }
    field->base = BASE_ENUM;
    field->values = find_enum(model, type);
    return field->values != NULL;
}

static bool read_type(const struct model *model, struct bytes type, struct field *field)
{
    if (type.size == 0 || type.size >= WORD_MAX) {
        return false;
    }
    field->type = word_of("%.*s", (int)type.size, (const char *)type.data);
    field->optional = type.data[type.size - 1] == '?';
    type.size -= field->optional;
    field->list = starts_with(&type, "list ");
    return read_base(model, type, field);
}

static void read_field(struct model *model, struct record *record, const char *key,
                       const char *name, struct bytes type)
{
    struct word path = word_of("%s.%s", key, name);
    struct field field = {.name = name};
    if (!is_name(bytes_of_string(name)) || is_keyword(name)) {
        complain(model, &record->from, path.text,
                 "a field's name is [a-z][a-z0-9_]* and no keyword of C");
        return;
    }
    if (!read_type(model, type, &field)) {
        complain(model, &record->from, path.text, "there is no type \"%.*s\"", (int)type.size,
                 (const char *)type.data);
        return;
    }
    if (record->field_count == FIELDS_MAX) {
        complain(model, &record->from, path.text, "there are more than %d fields", FIELDS_MAX);
        return;
    }
    record->fields[record->field_count++] = field;
}

static void read_fields(struct model *model, struct record *record, const char *key,
                        const struct json *json)
{
    if (json == NULL || json_type_of(json) != JSON_TYPE_OBJECT) {
        complain(model, &record->from, key, "the object \"fields\" is missing");
        return;
    }
    const char *name;
    const struct json *type;
    for (size_t i = 0; (type = json_member_at(json, i, &name)) != NULL; i++) {
        read_field(model, record, key, name, json_as_string(type));
    }
}

/* Commands and events --------------------------------------------------------------------- */

static bool read_kind(struct model *model, struct record *record, const char *key)
{
    if (!is_kind_name(record->name)) {
        complain(model, &record->from, key, "a name is like noun.verb");
        return false;
    }
    if (strlen(record->name) > NAME_MAX_SIZE) {
        complain(model, &record->from, key, "the name is longer than %d characters", NAME_MAX_SIZE);
        return false;
    }
    return true;
}

static void read_command(struct model *model, const struct context *context, const char *name,
                         const struct json *json)
{
    struct word key = word_of("commands.%s", name);
    struct command *command = &model->commands[model->command_count];
    if (!has_members(model, &context->from, key.text, json, "about bulk fields form")) {
        return;
    }
    if (model->command_count == COMMANDS_MAX) {
        complain(model, &context->from, key.text, "there are more than %d commands", COMMANDS_MAX);
        return;
    }
    *command = (struct command){.record = {.from = context->from, .key = key, .name = name}};
    command->record.tag = tag_of(name);
    command->record.about =
        sentence_of(model, &context->from, key.text, json_member(json, "about"));
    const struct json *form = json_member(json, "form");
    if (form != NULL && json_type_of(form) != JSON_TYPE_BOOLEAN) {
        complain(model, &context->from, key.text, "\"form\" is true or false");
    }
    command->form = json_as_boolean(form, true);
    const struct json *bulk = json_member(json, "bulk");
    if (bulk != NULL && !bytes_equal(json_as_string(bulk), LITERAL("all"))) {
        complain(model, &context->from, key.text, "\"bulk\" can only be \"all\"");
    }
    command->all = bulk != NULL;
    read_fields(model, &command->record, key.text, json_member(json, "fields"));
    if (read_kind(model, &command->record, key.text)) {
        model->command_count++;
    }
}

/* `on`: kinds of ids; the first may be `kind:new`. */
static void read_on(struct model *model, struct event *event, const char *key,
                    const struct json *json)
{
    size_t count = json_count(json);
    if (json == NULL || json_type_of(json) != JSON_TYPE_ARRAY || count == 0 ||
        count > LEAF_SUBJECTS_MAX) {
        complain(model, &event->record.from, key, "\"on\" is an array of 1 to %d kinds of ids",
                 LEAF_SUBJECTS_MAX);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct bytes name = json_as_string(json_element(json, i));
        bool is_new = i == 0 && name.size > 4 && memcmp(name.data + name.size - 4, ":new", 4) == 0;
        const struct id_kind *kind =
            find_id(model, bytes_of(name.data, is_new ? name.size - 4 : name.size));
        if (kind == NULL) {
            complain(model, &event->record.from, key, "\"on\": there is no id \"%.*s\"",
                     (int)name.size, (const char *)name.data);
            return;
        }
        event->on[event->on_count++] = kind;
        event->record.creates = is_new ? kind : event->record.creates;
    }
}

static void read_writes(struct model *model, struct event *event, const char *key,
                        const struct json *json)
{
    if (json == NULL) {
        return;
    }
    if (json_type_of(json) != JSON_TYPE_ARRAY || json_count(json) == 0 ||
        json_count(json) > WRITES_MAX) {
        complain(model, &event->record.from, key, "\"writes\" is an array of 1 to %d rows",
                 WRITES_MAX);
        return;
    }
    for (size_t i = 0; i < json_count(json); i++) {
        struct bytes row = json_as_string(json_element(json, i));
        event->writes[event->writes_count++] = row.size == 0 ? "" : (const char *)row.data;
    }
}

/* Which emitters from outside may submit the event: none, all, or those of one class. */
static const char *read_outside(struct model *model, const struct context *context, const char *key,
                                const struct json *json)
{
    struct bytes class = json_as_string(json);
    if (json == NULL || json_type_of(json) == JSON_TYPE_BOOLEAN) {
        return json_as_boolean(json, false) ? "" : NULL;
    }
    if (class.size == 0) {
        complain(model, &context->from, key, "\"outside\" is true, false or a class of emitters");
        return NULL;
    }
    return (const char *)class.data;
}

static void read_version(struct model *model, const struct context *context, const char *name,
                         const struct json *json, uint64_t version)
{
    struct word key = word_of(version == 1 ? "events.%s" : "events.%s.v%d", name, (int)version);
    if (!has_members(model, &context->from, key.text, json, "about fields on outside v writes")) {
        return;
    }
    if (model->event_count == EVENTS_MAX) {
        complain(model, &context->from, key.text, "there are more than %d events", EVENTS_MAX);
        return;
    }
    struct event *event = &model->events[model->event_count];
    *event = (struct event){.record = {.from = context->from, .key = key, .name = name},
                            .version = version};
    event->record.tag = tag_of(name);
    if (version > 1) {
        event->record.tag = word_of("%s_v%d", tag_of(name).text, (int)version);
    }
    const struct json *said = json_member(json, "v");
    if ((said == NULL && version > 1) ||
        (said != NULL && json_as_integer(said, 0) != (int64_t)version)) {
        complain(model, &context->from, key.text,
                 "\"v\" counts the versions of a kind from 1, in order; this one is %d",
                 (int)version);
    }
    event->outside = read_outside(model, context, key.text, json_member(json, "outside"));
    event->record.about = sentence_of(model, &context->from, key.text, json_member(json, "about"));
    read_on(model, event, key.text, json_member(json, "on"));
    read_writes(model, event, key.text, json_member(json, "writes"));
    read_fields(model, &event->record, key.text, json_member(json, "fields"));
    if (read_kind(model, &event->record, key.text)) {
        model->event_count++;
    }
}

/* An object, or an array of the versions that there have been. */
static void read_event(struct model *model, const struct context *context, const char *name,
                       const struct json *json)
{
    if (json_type_of(json) != JSON_TYPE_ARRAY) {
        read_version(model, context, name, json, 1);
        return;
    }
    for (size_t i = 0; i < json_count(json); i++) {
        read_version(model, context, name, json_element(json, i), i + 1);
    }
}

/* Rows ------------------------------------------------------------------------------------ */

static size_t find_field(const struct record *record, struct bytes name)
{
    size_t i = 0;
    while (i < record->field_count && !bytes_equal(name, bytes_of_string(record->fields[i].name))) {
        i++;
    }
    return i;
}

/* A key that is no field, but a kind of id, is a field of that kind. */
static void imply_key_fields(struct model *model, struct row *row, const struct json *keys,
                             const struct json *fields)
{
    for (size_t i = 0; i < json_count(keys); i++) {
        struct bytes name = json_as_string(json_element(keys, i));
        const struct id_kind *kind = find_id(model, name);
        bool declared = name.size > 0 && json_member(fields, (const char *)name.data) != NULL;
        if (kind != NULL && !declared &&
            find_field(&row->record, name) == row->record.field_count) {
            row->record.fields[row->record.field_count++] =
                (struct field){.name = kind->name,
                               .type = word_of("id %s", kind->name),
                               .base = BASE_ID,
                               .kind = kind};
        }
    }
}

static void read_keys(struct model *model, struct row *row, const char *key,
                      const struct json *keys)
{
    for (size_t i = 0; i < json_count(keys); i++) {
        struct bytes name = json_as_string(json_element(keys, i));
        size_t found = find_field(&row->record, name);
        if (found == row->record.field_count) {
            complain(model, &row->record.from, key, "the key \"%.*s\" is no field and no id",
                     (int)name.size, (const char *)name.data);
            continue;
        }
        for (size_t j = 0; j < row->key_count; j++) {
            if (row->key[j] == found) {
                complain(model, &row->record.from, key, "the key \"%s\" is repeated",
                         row->record.fields[found].name);
            }
        }
        const struct field *field = &row->record.fields[found];
        if (field->optional || field->list || field->base == BASE_BYTES) {
            complain(model, &row->record.from, key, "the key \"%s\" may not be %s", field->name,
                     field->type.text);
        }
        row->key[row->key_count++] = found;
    }
}

static void read_row(struct model *model, const struct context *context, const char *name,
                     const struct json *json)
{
    struct word key = word_of("rows.%s", name);
    if (!has_members(model, &context->from, key.text, json, "about engine fields key")) {
        return;
    }
    if (!is_name(bytes_of_string(name))) {
        complain(model, &context->from, key.text, "a name is [a-z][a-z0-9_]*");
        return;
    }
    if (model->row_count == ROWS_MAX) {
        complain(model, &context->from, key.text, "there are more than %d rows", ROWS_MAX);
        return;
    }
    struct row *row = &model->rows[model->row_count++];
    *row = (struct row){.record = {.from = context->from, .key = key, .name = name}};
    row->record.tag = word_of("%s_row", name);
    row->record.about = sentence_of(model, &context->from, key.text, json_member(json, "about"));
    row->engine = json_as_boolean(json_member(json, "engine"), false);
    const struct json *keys = json_member(json, "key");
    if (keys == NULL || json_type_of(keys) != JSON_TYPE_ARRAY || json_count(keys) == 0 ||
        json_count(keys) > KEY_FIELDS_MAX) {
        complain(model, &context->from, key.text, "\"key\" is an array of 1 to %d names",
                 KEY_FIELDS_MAX);
        return;
    }
    imply_key_fields(model, row, keys, json_member(json, "fields"));
    read_fields(model, &row->record, key.text, json_member(json, "fields"));
    read_keys(model, row, key.text, keys);
}

/* All ------------------------------------------------------------------------------------- */

void read_records(struct model *model, const struct context *context)
{
    read_section(model, context, "commands", read_command);
    read_section(model, context, "events", read_event);
    read_section(model, context, "rows", read_row);
}
