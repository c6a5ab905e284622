/* A context's own words: ids, enums, rules. */
#include "schema/generator/model.h"

/* Words of the grammar, and what the generated code has names for. */
static bool is_taken(const char *name)
{
    static const char *const taken[] = {
        "text",         "integer",    "boolean", "digest",  "bytes",     "time",  "id",
        "list",         "new",        "none",    "event",   "command",   "rule",  "row",
        "id_kind",      "event_kind", "enum",    "outcome", "row_table", "field", "status",
        "command_kind", "field_type", "leaf",    "json",    "part",
    };
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        if (strcmp(name, taken[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_good_name(struct model *model, const struct origin *from, const char *key,
                         const char *name)
{
    if (!is_name(bytes_of_string(name))) {
        complain(model, from, key, "a name is [a-z][a-z0-9_]*");
        return false;
    }
    if (is_taken(name)) {
        complain(model, from, key, "this name is a word of the catalogue itself");
        return false;
    }
    return true;
}

static void read_id(struct model *model, const struct context *context, const char *name,
                    const struct json *json)
{
    struct word key = word_of("ids.%s", name);
    const char *about = sentence_of(model, &context->from, key.text, json);
    if (!is_good_name(model, &context->from, key.text, name) || about == NULL) {
        return;
    }
    if (find_id(model, bytes_of_string(name)) != NULL) {
        complain(model, &context->from, key.text, "there is such an id already");
        return;
    }
    if (model->id_count == IDS_MAX) {
        complain(model, &context->from, key.text, "there are more than %d ids", IDS_MAX);
        return;
    }
    model->ids[model->id_count++] =
        (struct id_kind){.from = context->from, .name = name, .about = about};
}

static void read_value(struct model *model, struct enumeration *enumeration, const char *key,
                       struct bytes value)
{
    if (!is_name(value)) {
        complain(model, &enumeration->from, key, "a value's name is [a-z][a-z0-9_]*");
        return;
    }
    for (size_t i = 0; i < enumeration->value_count; i++) {
        if (bytes_equal(value, bytes_of_string(enumeration->values[i]))) {
            complain(model, &enumeration->from, key, "the value \"%s\" is repeated",
                     enumeration->values[i]);
            return;
        }
    }
    enumeration->values[enumeration->value_count++] = (const char *)value.data;
}

static void read_enum(struct model *model, const struct context *context, const char *name,
                      const struct json *json)
{
    struct word key = word_of("enums.%s", name);
    if (!is_good_name(model, &context->from, key.text, name)) {
        return;
    }
    if (find_enum(model, bytes_of_string(name)) != NULL) {
        complain(model, &context->from, key.text, "there is such an enum already");
        return;
    }
    if (model->enum_count == ENUMS_MAX || json_type_of(json) != JSON_TYPE_ARRAY ||
        json_count(json) == 0 || json_count(json) > VALUES_MAX) {
        complain(model, &context->from, key.text, "an enum is an array of 1 to %d names",
                 VALUES_MAX);
        return;
    }
    struct enumeration *enumeration = &model->enums[model->enum_count++];
    *enumeration = (struct enumeration){.from = context->from, .name = name};
    for (size_t i = 0; i < json_count(json); i++) {
        read_value(model, enumeration, key.text, json_as_string(json_element(json, i)));
    }
}

static size_t span(const char **at, char first, char last)
{
    size_t count = 0;
    while (**at >= first && **at <= last) {
        (*at)++;
        count++;
    }
    return count;
}

/* AUD-14b: two to four capitals, a dash, two or three digits, at most two letters. */
static bool is_rule_id(const char *id)
{
    size_t capitals = span(&id, 'A', 'Z');
    bool dash = *id == '-';
    id += dash;
    size_t digits = span(&id, '0', '9');
    size_t letters = span(&id, 'a', 'z');
    return capitals >= 2 && capitals <= 4 && dash && digits >= 2 && digits <= 3 && letters <= 2 &&
           *id == '\0';
}

static void read_rule(struct model *model, const struct context *context, const char *id,
                      const struct json *json)
{
    struct word key = word_of("rules.%s", id);
    const char *sentence = sentence_of(model, &context->from, key.text, json);
    if (!is_rule_id(id)) {
        complain(model, &context->from, key.text, "a rule's id is like AUD-14b");
        return;
    }
    for (size_t i = 0; i < model->rule_count; i++) {
        if (strcmp(model->rules[i].id, id) == 0) {
            complain(model, &context->from, key.text, "there is such a rule already");
            return;
        }
    }
    if (model->rule_count == RULES_MAX) {
        complain(model, &context->from, key.text, "there are more than %d rules", RULES_MAX);
        return;
    }
    model->rules[model->rule_count++] =
        (struct rule){.from = context->from, .id = id, .sentence = sentence};
}

void read_words(struct model *model, const struct context *context)
{
    read_section(model, context, "ids", read_id);
    read_section(model, context, "enums", read_enum);
    read_section(model, context, "rules", read_rule);
}
