#include "reports/siem/event.h"

#include "schema/canonical.h"

#include <arpa/inet.h>
enum {
    SUBJECTS_SIZE = 2048, /* bytes of all their names */
};

void siem_reader_init(struct siem_reader *reader, struct engine *engine, struct hasher *hasher)
{
    reader->engine = engine;
    reader->hasher = hasher;
    reader->event = (struct siem_event){.leaf = NULL};
}

struct status siem_read(struct siem_reader *reader, struct log_snapshot *log, struct bytes bytes,
                        const struct leaf *leaf)
{
    struct bytes body;
    reader->names = TEXT_IN(reader->text_memory);
    reader->arena = ARENA_IN(reader->body_memory);
    TRY(log_read_body(log, leaf, &body));
    if (body.size > 0) {
        body = bytes_of(body.data + SALT_SIZE, body.size - SALT_SIZE);
    }
    reader->event = (struct siem_event){
        .leaf = leaf,
        .bytes = bytes,
        .body = body,
        .hash = hash_leaf(reader->hasher, bytes),
        .sha256 = hash_bytes(reader->hasher, bytes),
        .origin = bytes_of_string(log_origin(engine_log(reader->engine))),
    };
    siem_classify(reader);
    return OK;
}

/* Values ---------------------------------------------------------------------------------- */

/* What has been written to the names since `from`. */
static bool written_since(struct siem_reader *reader, size_t from, struct siem_value *out)
{
    out->text = bytes_of(reader->names.data + from, reader->names.size - from);
    return out->text.size > 0 && !reader->names.full;
}

static bool give_id(struct siem_reader *reader, struct id id, struct siem_value *out)
{
    size_t from = reader->names.size;
    if (id.kind == ID_NONE) {
        return false;
    }
    id_write(&reader->names, id);
    return written_since(reader, from, out);
}

static bool give_name(struct siem_reader *reader, struct id id, struct siem_value *out)
{
    size_t from = reader->names.size;
    if (id.kind == ID_NONE) {
        return false;
    }
    names_put(reader->engine, id, reader->event.leaf->n, &reader->names);
    return written_since(reader, from, out);
}

/* What is about the log first, as refusals are, is about what comes after it. */
static struct id first_subject(const struct leaf *leaf)
{
    size_t i = 0;
    while (i + 1 < leaf->on_count && leaf->on[i].kind == ID_LOG) {
        i++;
    }
    return leaf->on[i];
}

static struct id subject_of(const struct leaf *leaf, enum id_kind kind)
{
    if (kind == ID_NONE) {
        return first_subject(leaf);
    }
    for (size_t i = 0; i < leaf->on_count; i++) {
        if (leaf->on[i].kind == kind) {
            return leaf->on[i];
        }
    }
    return (struct id){.kind = ID_NONE};
}

static bool give_text(struct bytes text, struct siem_value *out)
{
    out->text = text;
    return text.size > 0;
}

static struct id actor_user(const struct leaf *leaf)
{
    struct id id;
    if (leaf_is_emitter_name(leaf->actor) || failed(id_read(leaf->actor, &id))) {
        return (struct id){.kind = ID_NONE};
    }
    return id;
}

bool siem_is_address(struct bytes source, bool *is_ipv6)
{
    char text[LEAF_SOURCE_MAX + 1];
    struct in6_addr address;
    if (source.size == 0 || source.size > LEAF_SOURCE_MAX) {
        return false;
    }
    memcpy(text, source.data, source.size);
    text[source.size] = '\0';
    *is_ipv6 = inet_pton(AF_INET6, text, &address) == 1;
    return *is_ipv6 || inet_pton(AF_INET, text, &address) == 1;
}

static bool give_source(const struct leaf *leaf, bool wants_address, struct siem_value *out)
{
    bool is_ipv6;
    return siem_is_address(leaf->source, &is_ipv6) == wants_address && give_text(leaf->source, out);
}

static bool give_rule(struct siem_reader *reader, struct siem_value *out)
{
    size_t from = reader->names.size;
    const struct leaf *leaf = reader->event.leaf;
    enum rule rule;
    if (leaf->rule.size == 0) {
        return false;
    }
    text_put_bytes(&reader->names, leaf->rule);
    if (rule_read(leaf->rule, &rule)) {
        text_add(&reader->names, ": %s", rule_sentence(rule));
    }
    return written_since(reader, from, out);
}

/* Bodies ---------------------------------------------------------------------------------- */

static bool give_json(struct siem_reader *reader, struct bytes json, struct siem_value *out)
{
    struct canonical_reader value = canonical_reader_of(json);
    switch (json.data[0]) {
    case '"':
        out->text = canonical_string(&value, &reader->arena);
        return value.why == NULL && out->text.size > 0;
    case '[':
        out->list = json;
        return json.size > 2;
    case '{':
        return false;
    case 't':
    case 'f':
        out->text = json;
        return true;
    default:
        out->is_number = true;
        out->number = canonical_integer(&value);
        return value.why == NULL;
    }
}

/* Takes whatever member comes next. */
static bool next_member(struct canonical_reader *body, const struct event_info *info,
                        const char **name)
{
    for (size_t i = 0; i < info->field_count; i++) {
        if (canonical_member(body, info->fields[i].name, strlen(info->fields[i].name))) {
            *name = info->fields[i].name;
            return true;
        }
    }
    return false;
}

static bool give_field(struct siem_reader *reader, const char *wanted, struct siem_value *out)
{
    const struct event_info *info = &event_infos[reader->event.leaf->kind];
    struct canonical_reader body = canonical_reader_of(reader->event.body);
    const char *name;
    if (reader->event.body.size == 0) {
        return false;
    }
    canonical_open_object(&body);
    while (next_member(&body, info, &name)) {
        struct bytes value = canonical_skip(&body);
        if (strcmp(name, wanted) == 0) {
            return body.why == NULL && value.size > 0 && give_json(reader, value, out);
        }
    }
    return false;
}

bool siem_source_value(struct siem_reader *reader, const struct siem_source *source,
                       struct siem_value *out)
{
    const struct leaf *leaf = reader->event.leaf;
    *out = (struct siem_value){.is_number = false};
    switch (source->from) {
    case SIEM_CONSTANT:
        return give_text(bytes_of_string(source->text), out);
    case SIEM_NUMBER:
        *out = (struct siem_value){.is_number = true, .number = source->number};
        return true;
    case SIEM_ON:
        return give_id(reader, subject_of(leaf, source->kind), out);
    case SIEM_NAME:
        return give_name(reader, subject_of(leaf, source->kind), out);
    case SIEM_KIND:
        return give_text(bytes_of_string(id_kind_name(subject_of(leaf, source->kind).kind)), out);
    case SIEM_ACTOR_USER:
        return give_id(reader, actor_user(leaf), out);
    case SIEM_ACTOR_NAME:
        return give_name(reader, actor_user(leaf), out);
    case SIEM_ACTOR_APP:
        return actor_user(leaf).kind == ID_NONE && give_text(leaf->actor, out);
    case SIEM_SESSION:
        return give_id(reader, leaf->session, out);
    case SIEM_PROJECT:
        return give_id(reader, leaf->project, out);
    case SIEM_PROJECT_NAME:
        return give_name(reader, leaf->project, out);
    case SIEM_SOURCE_IP:
        return give_source(leaf, true, out);
    case SIEM_SOURCE_NAME:
        return give_source(leaf, false, out);
    case SIEM_RULE:
        return give_rule(reader, out);
    case SIEM_ORIGIN:
        return give_text(reader->event.origin, out);
    case SIEM_BODY:
        return give_field(reader, source->text, out);
    }
    return false;
}

bool siem_value(struct siem_reader *reader, const struct siem_field *field, struct siem_value *out)
{
    for (size_t i = 0; i < field->source_count; i++) {
        if (siem_source_value(reader, &field->sources[i], out)) {
            return true;
        }
    }
    return false;
}

/* Cases ----------------------------------------------------------------------------------- */

void siem_classify(struct siem_reader *reader)
{
    const struct siem_mapping *of_kind = &siem_mappings[reader->event.leaf->kind];
    reader->event.mapping = of_kind;
    for (size_t i = 0; i < of_kind->case_count; i++) {
        const struct siem_case *one = &of_kind->cases[i];
        struct siem_value value = {.is_number = false};
        if (give_field(reader, one->field, &value) && siem_is_like(one->like, value.text)) {
            reader->event.mapping = &one->mapping;
            return;
        }
    }
}

/* A line ---------------------------------------------------------------------------------- */

void siem_put_message(struct siem_reader *reader, struct text *out)
{
    const struct leaf *leaf = reader->event.leaf;
    char memory[SUBJECTS_SIZE];
    struct text subjects = TEXT_IN(memory);
    names_put_subjects(reader->engine, leaf, &subjects);
    names_put_actor(reader->engine, leaf, out);
    text_add(out, " %s ", event_name(leaf->kind));
    text_put_bytes(out, text_bytes(&subjects));
    text_put_string(out, subjects.size > 0 ? " " : "");
    text_put_string(out, outcome_name(leaf->outcome));
    if (leaf->rule.size > 0) {
        text_put_char(out, ' ');
        text_put_bytes(out, leaf->rule);
    }
}
