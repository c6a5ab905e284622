#include "core/emit/event_draft.h"

#include "schema/body_words.h"
#include "schema/json.h"
#include "schema/time.h"

static struct status wrong(struct event_draft *out, const char *what, const char *name,
                           const char *why)
{
    text_clear(&out->why);
    text_put_string(&out->why, what);
    if (name != NULL) {
        text_put_char(&out->why, ' ');
        text_put_printable(&out->why, bytes_of_string(name));
    }
    if (why != NULL) {
        text_add(&out->why, ": %s", why);
    }
    return FAIL_BECAUSE(MALFORMED, 0, text_string(&out->why));
}

/* Fields ---------------------------------------------------------------------------------- */

/* `name=value`, as a word of the command line, in the arena. */
static struct status write_word(const struct cairn_emit_field *field, struct arena *arena,
                                const char **out)
{
    bool is_text = field->type == CAIRN_EMIT_TYPE_TEXT;
    if (field->name == NULL || (field->data == NULL && is_text) ||
        (field->data == NULL && field->size > 0)) {
        return FAIL_BECAUSE(MALFORMED, 0, "it has no value");
    }
    size_t size = is_text ? strlen(field->data) : base64_size(field->size);
    if (field->type == CAIRN_EMIT_TYPE_TIME && field->number > TIME_MAX_US) {
        return FAIL_BECAUSE(MALFORMED, 0, "the time lies too far ahead");
    }
    if (size > TEXT_FIELD_MAX || strlen(field->name) > JSON_MEMBER_NAME_MAX) {
        return FAIL_BECAUSE(MALFORMED, 0, "it is too long");
    }
    struct text word = {.capacity = strlen(field->name) + size + 64};
    word.data = arena_take(arena, word.capacity);
    if (word.data == NULL) {
        return FAIL_BECAUSE(MALFORMED, 0, "the fields together are too long");
    }
    text_add(&word, "%s=", field->name);
    switch (field->type) {
    case CAIRN_EMIT_TYPE_TEXT:
        text_put_string(&word, field->data);
        break;
    case CAIRN_EMIT_TYPE_NUMBER:
        text_put_u64(&word, field->number);
        break;
    case CAIRN_EMIT_TYPE_BOOLEAN:
        text_put_string(&word, field->number != 0 ? "yes" : "no");
        break;
    case CAIRN_EMIT_TYPE_BYTES:
        text_put_base64(&word, bytes_of(field->data, field->size));
        break;
    case CAIRN_EMIT_TYPE_TIME:
        time_write(&word, field->number);
        break;
    default:
        return FAIL_BECAUSE(MALFORMED, 0, "its type is unknown");
    }
    *out = text_string(&word);
    return OK;
}

static struct status write_fields(const struct cairn_event *event, struct arena *arena,
                                  struct text *json, struct event_draft *out)
{
    const char *words[EVENT_FIELDS_MAX], *word = NULL;
    if (event->field_count > EVENT_FIELDS_MAX) {
        return wrong(out, "an event has at most 128 fields", NULL, NULL);
    }
    for (size_t i = 0; i < event->field_count; i++) {
        const struct cairn_emit_field *field = &event->fields[i];
        struct status status = write_word(field, arena, &words[i]);
        if (failed(status)) {
            return wrong(out, "the field", field->name == NULL ? "" : field->name, status.why);
        }
    }
    struct status status = body_from_words(out->draft.kind, words, event->field_count, json, &word);
    return failed(status) ? wrong(out, "the field", word == NULL ? "" : word, status.why) : OK;
}

static struct status write_json(const char *text, struct text *json, struct event_draft *out)
{
    struct json_error error;
    CLEANUP(json_free) struct json *parsed = NULL;
    struct status status = json_parse(bytes_of_string(text), &parsed, &error);
    if (status.code == STATUS_MALFORMED) {
        return wrong(out, "the JSON of the event", NULL, error.reason);
    }
    TRY(status);
    status = json_canonical(parsed, json);
    return failed(status) ? wrong(out, "the JSON of the event", NULL,
                                  status.why == NULL ? "it is too long" : status.why)
                          : OK;
}

static struct status read_body(const struct cairn_event *event, struct arena *arena,
                               struct event_draft *out)
{
    struct text json = TEXT_IN(out->json_memory);
    if (event->json != NULL && event->field_count > 0) {
        return wrong(out, "an event has fields or JSON, not both", NULL, NULL);
    }
    TRY(event->json != NULL ? write_json(event->json, &json, out)
                            : write_fields(event, arena, &json, out));
    arena_reset(arena);
    struct status status = event_body_decode(out->draft.kind, text_bytes(&json), arena, &out->body);
    if (failed(status)) {
        return status.code == STATUS_NO_MEMORY
                   ? status
                   : wrong(out, "the fields are not those of", event->kind, status.why);
    }
    out->draft.body = &out->body;
    return OK;
}

/* What surrounds them ------------------------------------------------------------------------ */

static struct status read_id(const char *text, const char *what, struct id *id,
                             struct event_draft *out)
{
    if (text == NULL || failed(id_read(bytes_of_string(text), id))) {
        return wrong(out, what, text == NULL ? "" : text, "it is no id like subject:12");
    }
    return OK;
}

static struct status read_subjects(const struct cairn_event *event, struct event_draft *out)
{
    struct draft *draft = &out->draft;
    if (event->on_count > LEAF_SUBJECTS_MAX) {
        return wrong(out, "an event is about at most 8 subjects", NULL, NULL);
    }
    for (size_t i = 0; i < event->on_count; i++) {
        TRY(read_id(event->on[i], "a subject", &draft->on[draft->on_count++], out));
    }
    if (draft->on_count == 0) {
        draft->on[draft->on_count++] = THE_LOG;
    }
    return OK;
}

static struct status read_outcome(const struct cairn_event *event, struct event_draft *out)
{
    switch (event->outcome) {
    case CAIRN_EMIT_DONE:
        out->draft.outcome = OUTCOME_OK;
        return OK;
    case CAIRN_EMIT_DENIED:
        out->draft.outcome = OUTCOME_DENIED;
        return OK;
    case CAIRN_EMIT_FAILED:
        out->draft.outcome = OUTCOME_FAILED;
        return OK;
    default:
        return wrong(out, "an outcome is done, denied or failed", NULL, NULL);
    }
}

static struct status read_context(const struct cairn_event *event, struct event_draft *out)
{
    struct draft *draft = &out->draft;
    if (event->source != NULL) {
        draft->source = bytes_of_string(event->source);
        if (!leaf_is_source(draft->source)) {
            return wrong(out, "a source is 1 to 64 printable ASCII characters", NULL, NULL);
        }
    }
    TRY(event->project == NULL ? OK : read_id(event->project, "a project", &draft->project, out));
    TRY(event->session == NULL ? OK : read_id(event->session, "a session", &draft->session, out));
    if (event->at_us > TIME_MAX_US) {
        return wrong(out, "the time lies too far ahead", NULL, NULL);
    }
    draft->at_utc_us = event->at_us;
    return OK;
}

struct status event_draft_read(const struct cairn_event *event, struct arena *arena,
                               struct event_draft *out)
{
    out->draft = (struct draft){0};
    out->why = TEXT_IN(out->why_memory);
    arena_reset(arena);
    if (event->kind == NULL || !event_read(bytes_of_string(event->kind), 1, &out->draft.kind)) {
        return wrong(out, "the catalogue has no kind of event",
                     event->kind == NULL ? "" : event->kind, NULL);
    }
    TRY(read_subjects(event, out));
    TRY(read_outcome(event, out));
    TRY(read_context(event, out));
    return read_body(event, arena, out);
}
