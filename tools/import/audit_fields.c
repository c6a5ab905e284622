#include "tools/import/audit_fields.h"

#include "tools/import/slice.h"

#define SEPARATOR 0x1d

static void skip_between(struct audit_fields *fields)
{
    while (fields->rest.size > 0) {
        uint8_t c = fields->rest.data[0];
        if (c != ' ' && c != '\'' && c != '(' && c != ',' && c != SEPARATOR) {
            return;
        }
        fields->enriched = fields->enriched || c == SEPARATOR;
        fields->rest = slice_from(fields->rest, 1);
    }
}

/* Bytes up to a blank or separator, or, if asked for, an equals sign. */
static size_t word_size(struct bytes text, bool to_equals)
{
    size_t size = 0;
    while (size < text.size && text.data[size] != ' ' && text.data[size] != SEPARATOR &&
           !(to_equals && text.data[size] == '=')) {
        size++;
    }
    return size;
}

/* Older programs write `(hostname=a, addr=b)`, and a message's last value touches its quote. */
static struct bytes without_tail(struct bytes value)
{
    while (value.size > 0) {
        uint8_t last = value.data[value.size - 1];
        bool bracketed = value.data[0] == '(';
        if (last != '\'' && last != ',' && (last != ')' || bracketed)) {
            break;
        }
        value.size--;
    }
    return value;
}

static void take_value(struct audit_fields *fields, struct audit_field *out)
{
    out->quoted = slice_take(&fields->rest, LITERAL("\""));
    if (out->quoted) {
        out->value = slice_take_until(&fields->rest, '"');
        return;
    }
    size_t size = word_size(fields->rest, false);
    out->value = without_tail(bytes_of(fields->rest.data, size));
    fields->rest = slice_from(fields->rest, size);
}

bool audit_fields_next(struct audit_fields *fields, struct audit_field *out)
{
    for (;;) {
        skip_between(fields);
        if (fields->rest.size == 0) {
            return false;
        }
        size_t size = word_size(fields->rest, true);
        struct bytes name = bytes_of(fields->rest.data, size);
        fields->rest = slice_from(fields->rest, size);
        if (!slice_take(&fields->rest, LITERAL("=")) || slice_take(&fields->rest, LITERAL("'"))) {
            continue;
        }
        *out = (struct audit_field){.name = name, .enriched = fields->enriched};
        take_value(fields, out);
        return true;
    }
}

void audit_fields_extend(struct audit_fields *fields, struct audit_field *field)
{
    while (!field->quoted && fields->rest.size > 1 && fields->rest.data[0] == ' ') {
        struct bytes behind = slice_from(fields->rest, 1);
        size_t size = word_size(behind, true);
        const uint8_t *end = behind.data + size;
        if (size == 0 || behind.data[0] == ':' || (size < behind.size && *end == '=')) {
            return;
        }
        field->value = without_tail(bytes_of(field->value.data, (size_t)(end - field->value.data)));
        fields->rest = slice_from(behind, size);
    }
}
