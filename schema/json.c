#include "schema/json.h"

#include "schema/canonical.h"

#include <jansson.h>
#include <stdlib.h>

enum {
    INDENT_MAX = 31 /* as much as jansson can */
};

/* struct json is what jansson calls a json_t. */
static const json_t *value_of(const struct json *json)
{
    return (const json_t *)json;
}

static const struct json *json_of(const json_t *value)
{
    return (const struct json *)value;
}

/* jansson walks objects by non-const pointers, without changing them. */
static json_t *walkable(const struct json *json)
{
    return (json_t *)(uintptr_t)json;
}

/* Parsing --------------------------------------------------------------------------------- */

static struct status parse_failure(const json_error_t *found, struct json_error *error)
{
    error->line = found->line > 0 ? (uint32_t)found->line : 1;
    error->column = found->column > 0 ? (uint32_t)found->column : 1;
    struct text reason = TEXT_IN(error->reason);
    text_put(&reason, found->text, strnlen(found->text, sizeof error->reason - 1));
    (void)text_string(&reason);
    if (json_error_code(found) == json_error_out_of_memory) {
        return FAIL(NO_MEMORY, 0);
    }
    return FAIL_BECAUSE(MALFORMED, (uint64_t)found->position, "this is not JSON");
}

struct status json_parse(struct bytes text, struct json **out, struct json_error *error)
{
    if (text.size > JSON_INPUT_MAX) {
        *error = (struct json_error){.line = 1, .column = 1, .reason = "the text is too long"};
        return FAIL(LIMIT, JSON_INPUT_MAX);
    }
    json_error_t found;
    const char *data = text.size == 0 ? "" : (const char *)text.data;
    json_t *value = json_loadb(data, text.size, JSON_REJECT_DUPLICATES, &found);
    if (value == NULL) {
        return parse_failure(&found, error);
    }
    *out = (struct json *)value;
    return OK;
}

void json_free(struct json **json)
{
    json_decref((json_t *)*json);
    *json = NULL;
}

/* Looking --------------------------------------------------------------------------------- */

enum json_type json_type_of(const struct json *json)
{
    switch (json_typeof(value_of(json))) {
    case JSON_OBJECT:
        return JSON_TYPE_OBJECT;
    case JSON_ARRAY:
        return JSON_TYPE_ARRAY;
    case JSON_STRING:
        return JSON_TYPE_STRING;
    case JSON_INTEGER:
        return JSON_TYPE_INTEGER;
    case JSON_REAL:
        return JSON_TYPE_REAL;
    case JSON_TRUE:
    case JSON_FALSE:
        return JSON_TYPE_BOOLEAN;
    case JSON_NULL:
        break;
    }
    return JSON_TYPE_NULL;
}

const struct json *json_member(const struct json *json, const char *name)
{
    return json_of(json_object_get(value_of(json), name));
}

size_t json_count(const struct json *json)
{
    return json_is_array(value_of(json)) ? json_array_size(value_of(json))
                                         : json_object_size(value_of(json));
}

const struct json *json_element(const struct json *json, size_t index)
{
    return json_of(json_array_get(value_of(json), index));
}

const struct json *json_member_at(const struct json *json, size_t index, const char **name)
{
    json_t *object = walkable(json);
    void *at = json_object_iter(object);
    for (size_t i = 0; at != NULL && i < index; i++) {
        at = json_object_iter_next(object, at);
    }
    if (at == NULL) {
        return NULL;
    }
    *name = json_object_iter_key(at);
    return json_of(json_object_iter_value(at));
}

struct bytes json_as_string(const struct json *json)
{
    const json_t *value = value_of(json);
    if (!json_is_string(value)) {
        return (struct bytes){0};
    }
    return bytes_of(json_string_value(value), json_string_length(value));
}

int64_t json_as_integer(const struct json *json, int64_t otherwise)
{
    return json_is_integer(value_of(json)) ? json_integer_value(value_of(json)) : otherwise;
}

bool json_as_boolean(const struct json *json, bool otherwise)
{
    return json_is_boolean(value_of(json)) ? json_is_true(value_of(json)) : otherwise;
}

struct bytes json_string_member(const struct json *json, const char *name)
{
    return json_as_string(json_member(json, name));
}

/* Canonical ------------------------------------------------------------------------------- */

static bool is_canonical_name(const char *name)
{
    size_t size = strlen(name);
    return size > 0 && size <= JSON_MEMBER_NAME_MAX && name[0] >= 'a' && name[0] <= 'z' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == size;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static struct status put_canonical(const struct json *json, uint32_t depth, struct text *out);

static struct status put_members(const struct json *json, uint32_t depth, struct text *out)
{
    const char *names[JSON_MEMBERS_MAX];
    size_t count = json_count(json);
    if (count > JSON_MEMBERS_MAX) {
        return FAIL(LIMIT, JSON_MEMBERS_MAX);
    }
    json_t *object = walkable(json);
    void *at = json_object_iter(object);
    for (size_t i = 0; i < count; i++) {
        names[i] = json_object_iter_key(at);
        at = json_object_iter_next(object, at);
        if (!is_canonical_name(names[i])) {
            return FAIL_BECAUSE(MALFORMED, out->size, "a member's name is [a-z][a-z0-9_]*");
        }
    }
    qsort(names, count, sizeof names[0], compare_names);
    for (size_t i = 0; i < count; i++) {
        text_put_string(out, i == 0 ? "\"" : ",\"");
        text_put_string(out, names[i]);
        text_put_literal(out, "\":");
        TRY(put_canonical(json_member(json, names[i]), depth, out));
    }
    return OK;
}

static struct status put_elements(const struct json *json, uint32_t depth, struct text *out)
{
    for (size_t i = 0; i < json_count(json); i++) {
        if (i > 0) {
            text_put_char(out, ',');
        }
        TRY(put_canonical(json_element(json, i), depth, out));
    }
    return OK;
}

static struct status put_nested(const struct json *json, uint32_t depth, struct text *out)
{
    bool is_object = json_type_of(json) == JSON_TYPE_OBJECT;
    if (depth >= JSON_DEPTH_MAX) {
        return FAIL_BECAUSE(MALFORMED, out->size, "the nesting is too deep");
    }
    text_put_char(out, is_object ? '{' : '[');
    TRY((is_object ? put_members : put_elements)(json, depth + 1, out));
    text_put_char(out, is_object ? '}' : ']');
    return OK;
}

static struct status put_integer(const struct json *json, struct text *out)
{
    int64_t value = json_as_integer(json, 0);
    if (value < 0 || (uint64_t)value > CANONICAL_INTEGER_MAX) {
        return FAIL_BECAUSE(MALFORMED, out->size, "an integer is from 0 to 2^53-1");
    }
    text_put_u64(out, (uint64_t)value);
    return OK;
}

static struct status put_canonical(const struct json *json, uint32_t depth, struct text *out)
{
    switch (json_type_of(json)) {
    case JSON_TYPE_OBJECT:
    case JSON_TYPE_ARRAY:
        return put_nested(json, depth, out);
    case JSON_TYPE_STRING:
        canonical_put_string(out, json_as_string(json));
        return OK;
    case JSON_TYPE_INTEGER:
        return put_integer(json, out);
    case JSON_TYPE_BOOLEAN:
        text_put_string(out, json_as_boolean(json, false) ? "true" : "false");
        return OK;
    case JSON_TYPE_REAL:
        return FAIL_BECAUSE(MALFORMED, out->size, "canonical JSON has integers only");
    case JSON_TYPE_NULL:
        break;
    }
    return FAIL_BECAUSE(MALFORMED, out->size, "canonical JSON has no null");
}

static struct status fullness(const struct text *out)
{
    return out->full ? FAIL(LIMIT, out->capacity) : OK;
}

struct status json_canonical(const struct json *json, struct text *out)
{
    TRY(put_canonical(json, 0, out));
    return fullness(out);
}

struct status json_print(const struct json *json, uint32_t indent, struct text *out)
{
    size_t style =
        indent == 0 ? JSON_COMPACT : JSON_INDENT(indent > INDENT_MAX ? INDENT_MAX : indent);
    size_t room = out->full ? 0 : out->capacity - out->size;
    size_t size = json_dumpb(value_of(json), out->data + out->size, room, style | JSON_ENCODE_ANY);
    if (size == 0) {
        return FAIL(NO_MEMORY, 0);
    }
    out->full = out->full || size >= room;
    out->size += out->full ? 0 : size;
    return fullness(out);
}
