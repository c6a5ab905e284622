#include "reports/filter/fields.h"

#include "schema/catalogue/catalogue.h"

/* clang-format off */
const struct filter_field filter_fields[FILTER_FIELD_COUNT] = {
    {"action", FILTER_ACTION, FILTER_TYPE_SUBJECT, TERM_ON,
     "what a foreign system calls what happened"},
    {"actor", FILTER_ACTOR, FILTER_TYPE_ACTOR, TERM_ACTOR,
     "who did it: a login, an id, or an emitter"},
    {"at", FILTER_AT, FILTER_TYPE_TIME, 0,
     "when an outside emitter says that it happened; other events have none"},
    {"cause", FILTER_CAUSE, FILTER_TYPE_NUMBER, 0,
     "the position of the event that this one answers"},
    {"command", FILTER_COMMAND, FILTER_TYPE_DIGEST, 0,
     "the signed command that caused it: `command exists`"},
    {"emitter", FILTER_EMITTER, FILTER_TYPE_EMITTER, TERM_EMITTER,
     "the component that vouches for it"},
    {"emitter_n", FILTER_EMITTER_N, FILTER_TYPE_NUMBER, 0,
     "its number among the events of its emitter"},
    {"host", FILTER_HOST, FILTER_TYPE_SUBJECT, TERM_ON,
     "a foreign system's host"},
    {"item", FILTER_ITEM, FILTER_TYPE_NUMBER, 0,
     "which one of a command over many objects"},
    {"kind", FILTER_EVENT_KIND, FILTER_TYPE_KIND, TERM_KIND,
     "what happened: a kind of event, like vault.*"},
    {"n", FILTER_N, FILTER_TYPE_NUMBER, 0,
     "its position in the log"},
    {"on", FILTER_ON, FILTER_TYPE_ID, TERM_ON,
     "what it is about: an id, a name, a path, or file:* for any of a kind"},
    {"on_n", FILTER_ON_N, FILTER_TYPE_NUMBER, 0,
     "its number among the events of what it is about first"},
    {"outcome", FILTER_OUTCOME, FILTER_TYPE_OUTCOME, TERM_OUTCOME,
     "ok, denied or failed"},
    {"project", FILTER_PROJECT, FILTER_TYPE_ID, TERM_PROJECT,
     "the active project, by name or id"},
    {"recorded", FILTER_RECORDED, FILTER_TYPE_TIME, 0,
     "when the log recorded it"},
    {"rule", FILTER_RULE, FILTER_TYPE_RULE, TERM_RULE,
     "the rule that refused"},
    {"session", FILTER_SESSION, FILTER_TYPE_ID, TERM_SESSION,
     "the session"},
    {"source", FILTER_SOURCE, FILTER_TYPE_ADDRESS, TERM_SOURCE,
     "the network address it came from; also a block, 10.20.0.0/16"},
    {"text", FILTER_TEXT, FILTER_TYPE_TEXT, 0,
     "any text of the event, body included, of which the value is a part"},
    {"time", FILTER_TIME, FILTER_TYPE_TIME, 0,
     "when it happened: `at`, but not later than it was recorded"},
    {"user", FILTER_USER, FILTER_TYPE_SUBJECT, TERM_ON,
     "a foreign system's user"},
    {"v", FILTER_VERSION, FILTER_TYPE_NUMBER, 0,
     "the version of its kind"},
    {"body", FILTER_BODY, FILTER_TYPE_BODY, 0,
     "a field of the body by its path: body.size"},
};

static const struct {
    const char *name, *about;
} types[] = {
    [FILTER_TYPE_NUMBER] = {"number", "30377, 64KiB, 2GB"},
    [FILTER_TYPE_TIME] = {"time", "2026-03-09, \"2026-03-09 21:40\", yesterday, -2h, A..B, seq:9"},
    [FILTER_TYPE_KIND] = {"kind", "a kind of event; * and ? are wildcards"},
    [FILTER_TYPE_OUTCOME] = {"outcome", "ok, denied, failed"},
    [FILTER_TYPE_RULE] = {"rule", "the id of a rule; * and ? are wildcards"},
    [FILTER_TYPE_ACTOR] = {"actor", "a login, user:12, or an emitter; wildcards"},
    [FILTER_TYPE_EMITTER] = {"emitter", "a name; wildcards"},
    [FILTER_TYPE_ID] = {"id", "drive:30377, drive:*, or a name"},
    [FILTER_TYPE_SUBJECT] = {"subject", "a name as the foreign system writes it, or subject:12"},
    [FILTER_TYPE_ADDRESS] = {"address", "10.3.0.7, 10.20.0.0/16, a text; wildcards"},
    [FILTER_TYPE_DIGEST] = {"digest", "nothing: `exists` asks whether there is one"},
    [FILTER_TYPE_TEXT] = {"text", "a part of the text; wildcards"},
    [FILTER_TYPE_BODY] = {"body", "by the field: text, number, time, id, true, false"},
};
/* clang-format on */

const char *filter_type_name(enum filter_type type)
{
    return types[type].name;
}

const char *filter_type_about(enum filter_type type)
{
    return types[type].about;
}

const struct filter_field *filter_field_named(struct bytes name)
{
    for (size_t i = 0; i < FILTER_FIELD_COUNT; i++) {
        if (bytes_equal(name, bytes_of_string(filter_fields[i].name))) {
            return &filter_fields[i];
        }
    }
    return NULL;
}

/* Bodies ---------------------------------------------------------------------------------- */

const struct field_info *filter_body_next(struct bytes name, const struct field_info *last)
{
    bool past = last == NULL;
    for (size_t kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        for (size_t i = 0; i < event_infos[kind].field_count; i++) {
            const struct field_info *field = &event_infos[kind].fields[i];
            if (past && bytes_equal(name, bytes_of_string(field->name))) {
                return field;
            }
            past = past || field == last;
        }
    }
    return NULL;
}

uint32_t filter_body_types(struct bytes name)
{
    uint32_t found = 0;
    for (size_t kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        for (size_t i = 0; i < event_infos[kind].field_count; i++) {
            const struct field_info *field = &event_infos[kind].fields[i];
            bool same = bytes_equal(name, bytes_of_string(field->name));
            found |= same ? 1u << field->type_code : 0u;
        }
    }
    return found;
}

/* The first name after `last` in the order of names; NULL: there is none. */
static const char *name_after(const char *last)
{
    const char *next = NULL;
    for (size_t kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        for (size_t i = 0; i < event_infos[kind].field_count; i++) {
            const char *name = event_infos[kind].fields[i].name;
            if (strcmp(name, last) > 0 && (next == NULL || strcmp(name, next) < 0)) {
                next = name;
            }
        }
    }
    return next;
}

struct status filter_body_fields(filter_body_visit *visit, void *context)
{
    for (const char *name = name_after(""); name != NULL; name = name_after(name)) {
        TRY(visit(context, name, filter_body_types(bytes_of_string(name))));
    }
    return OK;
}
