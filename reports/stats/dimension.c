#include "reports/stats/dimension.h"

#include "reports/filter/body.h"
#include "reports/glyph.h"
#include "reports/names.h"
#include "reports/naming.h"
#include "reports/subject.h"

#include <assert.h>
#include <inttypes.h>

enum {
    NAMES_ARENA = 16 << 10, /* bytes: a row */
};

static const char *const names[DIMENSION_KIND_COUNT] = {
    [DIMENSION_ACTION] = "action",   [DIMENSION_ACTOR] = "actor",     [DIMENSION_DAY] = "day",
    [DIMENSION_EMITTER] = "emitter", [DIMENSION_FAMILY] = "family",   [DIMENSION_HOST] = "host",
    [DIMENSION_HOUR] = "hour",       [DIMENSION_KIND] = "kind",       [DIMENSION_ON] = "on",
    [DIMENSION_OUTCOME] = "outcome", [DIMENSION_PROJECT] = "project", [DIMENSION_RULE] = "rule",
    [DIMENSION_SESSION] = "session", [DIMENSION_SOURCE] = "source",   [DIMENSION_USER] = "user",
    [DIMENSION_WEEKDAY] = "weekday", [DIMENSION_BODY] = "body.",
};

const char *dimension_name(size_t index)
{
    return index < DIMENSION_KIND_COUNT ? names[index] : NULL;
}

/* The path of a body's field becomes the name of a column, too. */
static bool is_path(struct bytes path)
{
    bool begins = true;
    for (size_t i = 0; i < path.size; i++) {
        uint8_t c = path.data[i];
        bool letter = c >= 'a' && c <= 'z', digit = (c >= '0' && c <= '9') || c == '_';
        if (!letter && (begins || (!digit && c != '.'))) {
            return false;
        }
        begins = c == '.';
    }
    return path.size > 0 && !begins;
}

struct status dimension_read(struct bytes name, struct dimension *out)
{
    const struct bytes body = LITERAL("body.");
    if (name.size >= sizeof out->name) {
        return FAIL_BECAUSE(MALFORMED, 0, "no field has so long a name");
    }
    *out = (struct dimension){.kind = DIMENSION_BODY};
    memcpy(out->name, name.data, name.size);
    for (unsigned i = 0; i < DIMENSION_BODY; i++) {
        if (strcmp(out->name, names[i]) == 0) {
            out->kind = (enum dimension_kind)i;
            return OK;
        }
    }
    if (name.size > body.size && memcmp(name.data, body.data, body.size) == 0 &&
        is_path(bytes_of(name.data + body.size, name.size - body.size))) {
        return OK;
    }
    return FAIL_BECAUSE(MALFORMED, 0,
                        "fields are action, actor, day, emitter, family, host, hour, kind, on, "
                        "outcome, project, rule, session, source, user, weekday and body.PATH");
}

/* Values ------------------------------------------------------------------------------------ */

/* A long one is cut between characters and says how long it was, so that two rarely meet. */
static void put_value(struct text *out, struct bytes value)
{
    struct bytes rest = value;
    struct glyph glyph;
    if (value.size < DIMENSION_VALUE_MAX - 32) {
        text_put_bytes(out, value);
        return;
    }
    while (glyph_next(&rest, &glyph) && value.size - rest.size < DIMENSION_VALUE_MAX - 64) {
    }
    text_put(out, value.data, value.size - rest.size);
    text_add(out, "...[%zu bytes]", value.size);
}

static bool put_text(struct text *out, struct bytes value)
{
    put_value(out, value);
    return value.size > 0;
}

static bool put_id(struct text *out, struct id id)
{
    if (id.kind == ID_NONE) {
        return false;
    }
    id_write(out, id);
    return true;
}

static bool put_family(struct text *out, const struct leaf *leaf)
{
    struct bytes kind = bytes_of_string(event_name(leaf->kind));
    while (kind.size > 0 && kind.data[kind.size - 1] != '.') {
        kind.size--;
    }
    kind.size -= kind.size > 0;
    return put_text(out, kind);
}

struct status dimension_cache_init(struct dimension_cache *cache, struct arena *arena)
{
    return tally_init(
        &cache->classes, arena,
        &(struct tally_options){.limit = DIMENSION_CACHE_MAX, .value_size = sizeof(uint64_t)});
}

static enum subject_class class_in_state(const struct dimension_event *event, struct id subject)
{
    uint8_t memory[NAMES_ARENA];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct subject_name_row row = {.subject = subject};
    struct view view = engine_view(event->engine, event->leaf->n, &arena, &trouble);
    return view_find(&view, ROW_SUBJECT_NAME, &row) ? row.class : SUBJECT_CLASS_COUNT;
}

static enum subject_class class_of(const struct dimension_event *event, struct id subject)
{
    struct bytes key = bytes_of(&subject.n, sizeof subject.n);
    void *value;
    if (event->cache == NULL || failed(tally_at(&event->cache->classes, key, &value))) {
        return class_in_state(event, subject);
    }
    uint64_t *class = value;
    if (*class == 0) {
        *class = (uint64_t)class_in_state(event, subject) + 1;
    }
    return (enum subject_class)(*class - 1);
}

/* The subject of another system that is a user, a host or an action. */
static bool put_subject(struct text *out, const struct dimension_event *event,
                        enum subject_class class)
{
    if (event->leaf->kind != EVENT_AUDIT_RECORD_IMPORTED || event->engine == NULL ||
        engine_state(event->engine) == NULL) {
        return false;
    }
    for (size_t i = 0; i < event->leaf->on_count; i++) {
        struct id subject = event->leaf->on[i];
        if (subject.kind == ID_SUBJECT && class_of(event, subject) == class) {
            return put_id(out, subject);
        }
    }
    return false;
}

static bool put_time(struct text *out, const struct dimension_event *event,
                     enum dimension_kind kind)
{
    static const char *const days[] = {"1 Mon", "2 Tue", "3 Wed", "4 Thu",
                                       "5 Fri", "6 Sat", "7 Sun"};
    uint64_t wall_us = zone_wall(&event->zone, event->time_utc_us);
    struct civil_time civil = time_civil(wall_us);
    if (kind == DIMENSION_HOUR) {
        text_add(out, "%02" PRIu32, civil.hour);
    } else if (kind == DIMENSION_DAY) {
        text_add(out, "%04" PRIu32 "-%02" PRIu32 "-%02" PRIu32, civil.year, civil.month, civil.day);
    } else {
        /* 1970 began on a Thursday. */
        text_put_string(out, days[(wall_us / TIME_SECOND_US / 86400 + 3) % 7]);
    }
    return true;
}

struct first_value {
    struct text *out;
    uint64_t number;
    bool any, is_number;
};

static struct status take_first(void *context, const struct body_value *value, bool *stop)
{
    struct first_value *first = context;
    first->any = *stop = true;
    first->is_number = value->type == BODY_INTEGER;
    first->number = value->number;
    if (value->type == BODY_STRING) {
        put_value(first->out, value->text);
    } else if (value->type == BODY_INTEGER) {
        text_put_u64(first->out, value->number);
    } else {
        text_put_string(first->out, value->truth ? "true" : "false");
    }
    return OK;
}

/* What is no canonical JSON would have been noticed when the event was taken in. */
static bool put_body(struct text *out, const struct dimension *dimension,
                     const struct dimension_event *event, struct first_value *first)
{
    struct bytes path = bytes_of_string(dimension->name + sizeof "body." - 1);
    *first = (struct first_value){.out = out};
    return event->body.size > 0 &&
           !failed(body_walk(event->body, path, event->scratch, take_first, first)) && first->any;
}

bool dimension_value(const struct dimension *dimension, const struct dimension_event *event,
                     struct text *out)
{
    const struct leaf *leaf = event->leaf;
    struct first_value first;
    switch (dimension->kind) {
    case DIMENSION_ACTION:
        return put_subject(out, event, SUBJECT_CLASS_ACTION);
    case DIMENSION_HOST:
        return put_subject(out, event, SUBJECT_CLASS_HOST);
    case DIMENSION_USER:
        return put_subject(out, event, SUBJECT_CLASS_USER);
    case DIMENSION_ACTOR:
        return put_text(out, leaf->actor);
    case DIMENSION_EMITTER:
        return put_text(out, leaf->emitter);
    case DIMENSION_FAMILY:
        return put_family(out, leaf);
    case DIMENSION_KIND:
        return put_text(out, bytes_of_string(event_name(leaf->kind)));
    case DIMENSION_ON:
        return put_id(out, subject_of(leaf));
    case DIMENSION_OUTCOME:
        return put_text(out, bytes_of_string(outcome_name(leaf->outcome)));
    case DIMENSION_PROJECT:
        return put_id(out, leaf->project);
    case DIMENSION_SESSION:
        return put_id(out, leaf->session);
    case DIMENSION_RULE:
        return put_text(out, leaf->rule);
    case DIMENSION_SOURCE:
        return put_text(out, leaf->source);
    case DIMENSION_DAY:
    case DIMENSION_HOUR:
    case DIMENSION_WEEKDAY:
        return put_time(out, event, dimension->kind);
    case DIMENSION_BODY:
        return put_body(out, dimension, event, &first);
    case DIMENSION_KIND_COUNT:
        break;
    }
    return false;
}

bool dimension_number(const struct dimension *dimension, const struct dimension_event *event,
                      uint64_t *out)
{
    char memory[DIMENSION_VALUE_MAX];
    struct text text = TEXT_IN(memory);
    struct first_value first;
    assert(dimension->kind == DIMENSION_BODY);
    if (!put_body(&text, dimension, event, &first) || !first.is_number) {
        return false;
    }
    *out = first.number;
    return true;
}

/* Of what has a name by the catalogue, that: of a project, too. */
static void put_name(struct engine *engine, struct id id, uint64_t as_of_n, struct text *out)
{
    uint8_t memory[NAMES_ARENA];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    if (engine_state(engine) != NULL) {
        struct view view = engine_view(engine, as_of_n, &arena, &trouble);
        if (naming_put_name(&view, id, out)) {
            return;
        }
    }
    names_put(engine, id, as_of_n, out);
}

bool dimension_has_names(const struct dimension *dimension)
{
    enum dimension_kind kind = dimension->kind;
    return kind == DIMENSION_ACTOR || kind == DIMENSION_ON || kind == DIMENSION_USER ||
           kind == DIMENSION_HOST || kind == DIMENSION_ACTION || kind == DIMENSION_PROJECT;
}

void dimension_show(const struct dimension *dimension, struct engine *engine, struct bytes value,
                    uint64_t as_of_n, struct text *out)
{
    struct id id;
    bool of_ids = dimension->kind != DIMENSION_KIND && dimension->kind != DIMENSION_FAMILY;
    if (engine != NULL && of_ids && !failed(id_read(value, &id))) {
        put_name(engine, id, as_of_n, out);
    } else {
        text_put_bytes(out, value);
    }
}
