/*
 * schema/json.h -- the JSON that people and foreign systems send, and that people read.
 *
 * Shape    Parsed by jansson with every strictness it has (no duplicate names, no NUL, no second
 *          document); opaque here. Never makes bytes that are hashed: json_canonical goes through
 *          schema/canonical.h.
 * Memory   A struct json is owned by whoever parsed it; what the accessors return is lent by it.
 * Process  jansson allocates; all of it is freed by json_free.
 */
#ifndef SCHEMA_JSON_H
#define SCHEMA_JSON_H

#include "schema/text.h"

enum {
    JSON_MEMBERS_MAX = 256, /* members of an object that json_canonical writes */
};

struct json; /* opaque: any JSON value */

enum json_type {
    JSON_TYPE_OBJECT,
    JSON_TYPE_ARRAY,
    JSON_TYPE_STRING,
    JSON_TYPE_INTEGER,
    JSON_TYPE_REAL,
    JSON_TYPE_BOOLEAN,
    JSON_TYPE_NULL,
};

/* Where and why a text is not JSON; lines and columns count from 1. */
struct json_error {
    uint32_t line, column;
    char reason[160];
};

/* Parses one object or array. On success *out is the caller's: json_free. MALFORMED at the byte
 * offset, with *error filled in; LIMIT over JSON_INPUT_MAX; NO_MEMORY. */
MUST_CHECK struct status json_parse(struct bytes text, struct json **out, struct json_error *error);

/* Frees *json and sets it to NULL; NULL is welcome. */
void json_free(struct json **json);

enum json_type json_type_of(const struct json *json);

/* A member of an object, or NULL if `json` is no object or has no such member. */
const struct json *json_member(const struct json *json, const char *name);

/* Elements of an array, members of an object, 0 otherwise. */
size_t json_count(const struct json *json);
/* An element by position; NULL past the end or if `json` is no array. */
const struct json *json_element(const struct json *json, size_t index);
/* The index-th member in the order of the text, with its name; NULL past the end. Walks there from
 * the first one. */
const struct json *json_member_at(const struct json *json, size_t index, const char **name);

/* The value, or an empty slice / `otherwise` if it is of another type (also for NULL). */
struct bytes json_as_string(const struct json *json);
int64_t json_as_integer(const struct json *json, int64_t otherwise);
bool json_as_boolean(const struct json *json, bool otherwise);

/* Shorthand: the string member of an object, empty if absent or no string. */
struct bytes json_string_member(const struct json *json, const char *name);

/* Writes the value as canonical JSON. MALFORMED at the byte of the output, with the reason, for
 * what canonical JSON cannot say: null, reals, negative or huge integers, member names of another
 * form, too deep; LIMIT over JSON_MEMBERS_MAX, or at the text's capacity if that is too small. */
MUST_CHECK struct status json_canonical(const struct json *json, struct text *out);

/* Writes the value as JSON for people: without white space (`indent` 0) or indented. Members keep
 * their order. LIMIT at the text's capacity if that is too small; NO_MEMORY. */
MUST_CHECK struct status json_print(const struct json *json, uint32_t indent, struct text *out);

#endif
