#include "schema/body_words.h"

#include "schema/field_words.h"
#include "schema/time.h"

/* Ids and times as the log itself writes them: an emitter knows no other names. */
static struct status read_plain(void *context, const struct field_info *field, const char *text,
                                struct text *out)
{
    struct bytes bytes = bytes_of_string(text);
    uint64_t utc_us;
    struct id id;
    (void)context;
    if (field->type_code == FIELD_TIME) {
        TRY(time_read_rfc3339(bytes, &utc_us));
        canonical_put_time(out, utc_us);
        return OK;
    }
    TRY(id_read(bytes, &id));
    if (id.n == ID_NEW || (field->id_kind != ID_NONE && id.kind != field->id_kind)) {
        return FAIL_BECAUSE(MALFORMED, 0, "it is another kind of thing");
    }
    field_put_id(out, id, field->id_kind, ID_NONE);
    return OK;
}

static struct status add_word(struct fields *fields, const char *word)
{
    size_t size = strcspn(word, "=");
    const struct field_info *field = fields_find(fields, bytes_of(word, size));
    if (word[size] != '=' || field == NULL) {
        return FAIL_BECAUSE(MALFORMED, 0, "the kind of event has no such field");
    }
    if (!field->list && fields_have(fields, field)) {
        return FAIL_BECAUSE(MALFORMED, 0, "a field is given twice");
    }
    return fields_add(fields, field, word + size + 1);
}

struct status body_from_words(enum event_kind kind, const char *const *words, size_t count,
                              struct text *out, const char **word)
{
    struct fields fields = {.infos = event_infos[kind].fields,
                            .info_count = event_infos[kind].field_count,
                            .read = read_plain};
    for (size_t i = 0; i < count; i++) {
        *word = words[i];
        TRY(add_word(&fields, words[i]));
    }
    TRY(fields_write(&fields, out, word));
    *word = NULL;
    return OK;
}
