/*
 * schema/field_words.h -- fields of a command or an event, from words that people type.
 *
 * Shape    A value belongs to a field by its name; a list has as many as it has elements. Numbers,
 *          yes and no, hexadecimal or base64 digests, base64 bytes, words of an enum; ids and times
 *          as the caller reads them.
 */
#ifndef SCHEMA_FIELD_WORDS_H
#define SCHEMA_FIELD_WORDS_H

#include "schema/catalogue/catalogue.h"

enum {
    FIELD_VALUES_MAX = 128, /* values of one command */
};

struct field_value {
    const struct field_info *field;
    const char *text;
};

struct fields {
    const struct field_info *infos;
    size_t info_count;
    struct field_value values[FIELD_VALUES_MAX];
    size_t value_count;
    /* Writes the id or the time that a text stands for as canonical JSON. */
    struct status (*read)(void *context, const struct field_info *field, const char *text,
                          struct text *out);
    void *context;
};

/* Adds a value; LIMIT if there are too many. */
MUST_CHECK struct status fields_add(struct fields *fields, const struct field_info *field,
                                    const char *text);
const struct field_info *fields_find(const struct fields *fields, struct bytes name);
/* Whether the field has a value. */
bool fields_have(const struct fields *fields, const struct field_info *field);

/* Writes the object as canonical JSON. MALFORMED, NOT_FOUND or CONFLICT with the reason, and *wrong
 * (not NULL) the value, or the name of the field that is missing. */
MUST_CHECK struct status fields_write(const struct fields *fields, struct text *out,
                                      const char **wrong);

#endif
