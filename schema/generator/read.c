/* What the readers of the catalogue share. */
#include "schema/generator/model.h"

#include <stdarg.h>
#include <stdio.h>

void complain(struct model *model, const struct origin *from, const char *key, const char *format,
              ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)fprintf(stderr, "%s: %s: ", from->file, key);
    (void)vfprintf(stderr, format, arguments);
    (void)fputc('\n', stderr);
    va_end(arguments);
    model->complaints++;
}

struct word word_of(const char *format, ...)
{
    struct word word;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(word.text, sizeof word.text, format, arguments);
    va_end(arguments);
    return word;
}

struct word constant_of(const char *name)
{
    struct word word = word_of("%s", name);
    for (char *c = word.text; *c != '\0'; c++) {
        if (*c >= 'a' && *c <= 'z') {
            *c = (char)(*c - 'a' + 'A');
        } else if ((*c < 'A' || *c > 'Z') && (*c < '0' || *c > '9')) {
            *c = '_';
        }
    }
    return word;
}

bool is_name(struct bytes name)
{
    if (name.size == 0 || name.size >= WORD_MAX / 2 || name.data[0] < 'a' || name.data[0] > 'z') {
        return false;
    }
    for (size_t i = 1; i < name.size; i++) {
        uint8_t c = name.data[i];
        if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_') {
            return false;
        }
    }
    return true;
}

/* Whether `name` is one of the words of `list`. */
static bool is_listed(const char *name, const char *list)
{
    size_t size = strlen(name);
    for (const char *at = list; *at != '\0'; at += strspn(at, " ")) {
        size_t word = strcspn(at, " ");
        if (word == size && memcmp(at, name, size) == 0) {
            return true;
        }
        at += word;
    }
    return false;
}

bool has_members(struct model *model, const struct origin *from, const char *key,
                 const struct json *json, const char *known)
{
    if (json == NULL || json_type_of(json) != JSON_TYPE_OBJECT) {
        complain(model, from, key, "this is an object");
        return false;
    }
    const char *name;
    for (size_t i = 0; json_member_at(json, i, &name) != NULL; i++) {
        if (!is_listed(name, known)) {
            complain(model, from, key, "unknown member \"%s\"", name);
        }
    }
    return true;
}

const char *sentence_of(struct model *model, const struct origin *from, const char *key,
                        const struct json *json)
{
    struct bytes sentence = json_as_string(json);
    if (sentence.size == 0) {
        complain(model, from, key, "a sentence about it is missing");
        return NULL;
    }
    for (size_t i = 0; i < sentence.size; i++) {
        if (sentence.data[i] < 0x20 || sentence.data[i] == 0x7f) {
            complain(model, from, key, "the sentence about it is one line");
            return NULL;
        }
    }
    const char *text = (const char *)sentence.data;
    if (strstr(text, "/*") != NULL || strstr(text, "*/") != NULL || strstr(text, "??") != NULL) {
        complain(model, from, key, "the sentence about it has characters that mean something in C");
        return NULL;
    }
    return text;
}

const struct id_kind *find_id(const struct model *model, struct bytes name)
{
    for (size_t i = 0; i < model->id_count; i++) {
        if (bytes_equal(name, bytes_of_string(model->ids[i].name))) {
            return &model->ids[i];
        }
    }
    return NULL;
}

const struct enumeration *find_enum(const struct model *model, struct bytes name)
{
    for (size_t i = 0; i < model->enum_count; i++) {
        if (bytes_equal(name, bytes_of_string(model->enums[i].name))) {
            return &model->enums[i];
        }
    }
    return NULL;
}

void read_section(struct model *model, const struct context *context, const char *section,
                  read_entry *read)
{
    const struct json *json = json_member(context->json, section);
    if (json != NULL && json_type_of(json) != JSON_TYPE_OBJECT) {
        complain(model, &context->from, section, "this is an object");
        return;
    }
    const char *name;
    const struct json *entry;
    for (size_t i = 0; (entry = json_member_at(json, i, &name)) != NULL; i++) {
        read(model, context, name, entry);
    }
}
