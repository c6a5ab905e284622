#include "tools/body_words.h"

#include "schema/time.h"

/* The value of the word for this field, or NULL. */
static const char *value_for(const char *name, const char *const *words, size_t count)
{
    size_t size = strlen(name);
    for (size_t i = 0; i < count; i++) {
        if (strncmp(words[i], name, size) == 0 && words[i][size] == '=') {
            return words[i] + size + 1;
        }
    }
    return NULL;
}

static bool is_field(const struct event_info *info, const char *word)
{
    for (size_t i = 0; i < info->field_count; i++) {
        size_t size = strlen(info->fields[i].name);
        if (strncmp(word, info->fields[i].name, size) == 0 && word[size] == '=') {
            return true;
        }
    }
    return false;
}

/* Whether two words are of one field; each has its `=`. */
static bool same_field(const char *a, const char *b)
{
    size_t size = strcspn(a, "=");
    return size == strcspn(b, "=") && memcmp(a, b, size) == 0;
}

static struct status check_words(const struct event_info *info, const char *const *words,
                                 size_t count, const char **word)
{
    for (size_t i = 0; i < count; i++) {
        *word = words[i];
        if (!is_field(info, words[i])) {
            return FAIL_BECAUSE(MALFORMED, 0, "the kind of event has no such field");
        }
        for (size_t k = 0; k < i; k++) {
            if (same_field(words[i], words[k])) {
                return FAIL_BECAUSE(MALFORMED, 0, "a field is given twice");
            }
        }
    }
    for (size_t i = 0; i < info->field_count; i++) {
        *word = info->fields[i].name;
        if (!info->fields[i].optional && value_for(*word, words, count) == NULL) {
            return FAIL_BECAUSE(MALFORMED, 0, "a field is missing");
        }
    }
    return OK;
}

static struct status put_value(const struct field_info *field, const char *value, struct text *out)
{
    struct bytes bytes = bytes_of_string(value);
    uint64_t utc_us;
    if (field->list) {
        return canonical_check(bytes).code == STATUS_OK
                   ? (text_put_bytes(out, bytes), OK)
                   : FAIL_BECAUSE(MALFORMED, 0, "a list is given as canonical JSON");
    }
    if (field->type_code == FIELD_INTEGER || field->type_code == FIELD_BOOLEAN) {
        text_put_bytes(out, bytes);
        return OK;
    }
    if (field->type_code == FIELD_TIME) {
        TRY(time_read_rfc3339(bytes, &utc_us));
        canonical_put_time(out, utc_us);
        return OK;
    }
    if (!text_is_utf8(bytes)) {
        return FAIL_BECAUSE(MALFORMED, 0, "it is not UTF-8");
    }
    canonical_put_string(out, bytes);
    return OK;
}

/* The field after `last` (NULL: the first) in the order of canonical JSON, which need not be that
 * of the catalogue; NULL at the end. */
static const struct field_info *next_field(const struct event_info *info,
                                           const struct field_info *last)
{
    const struct field_info *next = NULL;
    for (size_t i = 0; i < info->field_count; i++) {
        const struct field_info *field = &info->fields[i];
        if ((last == NULL || strcmp(field->name, last->name) > 0) &&
            (next == NULL || strcmp(field->name, next->name) < 0)) {
            next = field;
        }
    }
    return next;
}

struct status body_from_words(enum event_kind kind, const char *const *words, size_t count,
                              struct text *out, const char **word)
{
    const struct event_info *info = &event_infos[kind];
    bool first = true;
    TRY(check_words(info, words, count, word));
    *word = NULL;
    text_put_char(out, '{');
    for (const struct field_info *field = next_field(info, NULL); field != NULL;
         field = next_field(info, field)) {
        const char *value = value_for(field->name, words, count);
        if (value == NULL) {
            continue;
        }
        *word = value;
        text_put_string(out, first ? "\"" : ",\"");
        text_put_string(out, field->name);
        text_put_literal(out, "\":");
        TRY(put_value(field, value, out));
        first = false;
    }
    text_put_char(out, '}');
    *word = NULL;
    return out->full ? FAIL(LIMIT, out->capacity) : OK;
}
