#include "schema/field_words.h"

struct status fields_add(struct fields *fields, const struct field_info *field, const char *text)
{
    if (fields->value_count == FIELD_VALUES_MAX) {
        return FAIL(LIMIT, FIELD_VALUES_MAX);
    }
    fields->values[fields->value_count++] = (struct field_value){.field = field, .text = text};
    return OK;
}

const struct field_info *fields_find(const struct fields *fields, struct bytes name)
{
    for (size_t i = 0; i < fields->info_count; i++) {
        if (bytes_equal(bytes_of_string(fields->infos[i].name), name)) {
            return &fields->infos[i];
        }
    }
    return NULL;
}

static const char *value_of(const struct fields *fields, const struct field_info *field,
                            size_t index)
{
    for (size_t i = 0; i < fields->value_count; i++) {
        if (fields->values[i].field == field && index-- == 0) {
            return fields->values[i].text;
        }
    }
    return NULL;
}

bool fields_have(const struct fields *fields, const struct field_info *field)
{
    return value_of(fields, field, 0) != NULL;
}

/* Values ---------------------------------------------------------------------------------- */

static struct status put_boolean(const char *text, struct text *out)
{
    bool yes = strcmp(text, "yes") == 0 || strcmp(text, "true") == 0;
    if (!yes && strcmp(text, "no") != 0 && strcmp(text, "false") != 0) {
        return FAIL_BECAUSE(MALFORMED, 0, "it is neither yes nor no");
    }
    field_put_boolean(out, yes);
    return OK;
}

static struct status put_integer(const char *text, struct text *out)
{
    uint64_t value;
    if (!text_read_u64(bytes_of_string(text), &value) || value > CANONICAL_INTEGER_MAX) {
        return FAIL_BECAUSE(MALFORMED, 0, "it is no whole number below 2^53");
    }
    field_put_integer(out, value);
    return OK;
}

static struct status put_digest(const char *text, struct text *out)
{
    struct digest digest;
    size_t size = 0;
    struct bytes bytes = bytes_of_string(text);
    if ((failed(hex_read(bytes, digest.sha256, DIGEST_SIZE, &size)) || size != DIGEST_SIZE) &&
        failed(base64_read_digest(bytes, &digest))) {
        return FAIL_BECAUSE(MALFORMED, 0, "it is no SHA-256, in hexadecimal or base64");
    }
    canonical_put_base64(out, BYTES(digest.sha256));
    return OK;
}

/* Text, words of an enum, and bytes in base64: the decoder of the command has the last word. */
static struct status put_string(const struct field_info *field, const char *text, struct text *out)
{
    uint32_t position;
    struct bytes bytes = bytes_of_string(text);
    if (!text_is_utf8(bytes)) {
        return FAIL_BECAUSE(MALFORMED, 0, "it is not UTF-8");
    }
    if (field->values != NULL && !lookup_find(field->values, bytes, &position)) {
        return FAIL_BECAUSE(MALFORMED, 0, "it is none of the words that can stand here");
    }
    canonical_put_string(out, bytes);
    return OK;
}

static struct status put_value(const struct fields *fields, const struct field_info *field,
                               const char *text, struct text *out)
{
    switch (field->type_code) {
    case FIELD_BOOLEAN:
        return put_boolean(text, out);
    case FIELD_INTEGER:
        return put_integer(text, out);
    case FIELD_DIGEST:
        return put_digest(text, out);
    case FIELD_ID:
    case FIELD_TIME:
        return fields->read(fields->context, field, text, out);
    case FIELD_TEXT:
    case FIELD_BYTES:
    case FIELD_ENUM:
    case FIELD_TYPE_COUNT:
        break;
    }
    return put_string(field, text, out);
}

static struct status put_field(const struct fields *fields, const struct field_info *field,
                               struct text *out, const char **wrong)
{
    *wrong = value_of(fields, field, 0);
    if (!field->list) {
        return put_value(fields, field, *wrong, out);
    }
    text_put_char(out, '[');
    for (size_t i = 0; (*wrong = value_of(fields, field, i)) != NULL; i++) {
        text_put_string(out, i == 0 ? "" : ",");
        TRY(put_value(fields, field, *wrong, out));
    }
    text_put_char(out, ']');
    return OK;
}

/* The object -------------------------------------------------------------------------------- */

/* The field after `last` (NULL: the first) in the order of canonical JSON. */
static const struct field_info *next_field(const struct fields *fields,
                                           const struct field_info *last)
{
    const struct field_info *next = NULL;
    for (size_t i = 0; i < fields->info_count; i++) {
        const struct field_info *field = &fields->infos[i];
        if ((last == NULL || strcmp(field->name, last->name) > 0) &&
            (next == NULL || strcmp(field->name, next->name) < 0)) {
            next = field;
        }
    }
    return next;
}

struct status fields_write(const struct fields *fields, struct text *out, const char **wrong)
{
    bool first = true;
    text_put_char(out, '{');
    for (const struct field_info *field = next_field(fields, NULL); field != NULL;
         field = next_field(fields, field)) {
        bool given = fields_have(fields, field);
        if (!given && field->optional) {
            continue;
        }
        *wrong = field->name;
        if (!given && !field->list) {
            return FAIL_BECAUSE(MALFORMED, 0, "it is missing");
        }
        text_add(out, "%s\"%s\":", first ? "" : ",", field->name);
        TRY(put_field(fields, field, out, wrong));
        first = false;
    }
    text_put_char(out, '}');
    return out->full ? FAIL(LIMIT, out->capacity) : OK;
}
