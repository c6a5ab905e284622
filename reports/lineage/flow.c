#include "reports/lineage/flow.h"

#include "schema/canonical.h"
#include "schema/catalogue/catalogue.h"

#include <assert.h>

/* clang-format off */
#define ACTOR       {FLOW_ACTOR, NULL}
#define SUBJECT     {FLOW_SUBJECT, NULL}
#define FIELD(name) {FLOW_FIELD, name}
#define PLACE(name) {FLOW_PLACE, name}
#define NOBODY      {FLOW_NOBODY, NULL}

/* class, whether it ends; from, to; the words downwards and upwards */
const struct flow flows[] = {
    {EVENT_VAULT_FILE_CREATED, FLOW_MOVED, false,
        ACTOR, SUBJECT, "made", "made by"},
    {EVENT_VAULT_CHUNK_WRITTEN, FLOW_MOVED, false,
        ACTOR, SUBJECT, "wrote", "written by"},
    {EVENT_VAULT_KEY_FETCHED, FLOW_MOVED, false,
        SUBJECT, ACTOR, "key fetched by", "had the key of"},
    {EVENT_VAULT_CHUNK_READ, FLOW_MOVED, false,
        SUBJECT, ACTOR, "read by", "had read"},
    {EVENT_VAULT_FILE_VIEWED, FLOW_MOVED, false,
        SUBJECT, ACTOR, "viewed by", "had viewed"},
    {EVENT_VAULT_FILE_DOWNLOADED, FLOW_MOVED, false,
        SUBJECT, PLACE("destination"), "downloaded to", "downloaded from"},
    {EVENT_VAULT_FILE_CREATED, FLOW_INSIDE, false,
        SUBJECT, FIELD("parent"), "put into", "holds"},
    {EVENT_VAULT_FILE_CREATED, FLOW_GIVEN, false,
        SUBJECT, FIELD("group"), "for the group", "has the key of"},
    {EVENT_VAULT_DIR_CREATED, FLOW_INSIDE, false,
        SUBJECT, FIELD("parent"), "put into", "holds"},
    {EVENT_VAULT_DIR_ENTRY_MOVED, FLOW_INSIDE, true,
        FIELD("object"), FIELD("parent"), "", ""},
    {EVENT_VAULT_DIR_ENTRY_MOVED, FLOW_INSIDE, false,
        FIELD("object"), FIELD("target"), "moved to", "holds"},
    {EVENT_VAULT_DIR_ENTRY_MOVED, FLOW_GIVEN, true,
        FIELD("object"), FIELD("from_group"), "", ""},
    {EVENT_VAULT_DIR_ENTRY_MOVED, FLOW_GIVEN, false,
        FIELD("object"), FIELD("to_group"), "for the group", "has the key of"},
    {EVENT_VAULT_DIR_ENTRY_REMOVED, FLOW_INSIDE, true,
        FIELD("object"), FIELD("parent"), "", ""},
    {EVENT_VAULT_FILE_SHARED, FLOW_GIVEN, false,
        SUBJECT, FIELD("target"), "shared with", "has a share of"},
    {EVENT_VAULT_FILE_UNSHARED, FLOW_GIVEN, true,
        SUBJECT, FIELD("target"), "", ""},
    {EVENT_VAULT_KEY_DEPOSITED, FLOW_GIVEN, false,
        SUBJECT, FIELD("holder"), "key wrapped for", "has the key of"},
    {EVENT_VAULT_KEY_REMOVED, FLOW_GIVEN, true,
        SUBJECT, FIELD("holder"), "", ""},
    {EVENT_VAULT_FILE_OWNER_CHANGED, FLOW_GIVEN, false,
        SUBJECT, FIELD("to"), "handed to", "was handed"},
    {EVENT_VAULT_FILE_DELETED, FLOW_GIVEN, true,
        SUBJECT, NOBODY, "", ""},
    {EVENT_VAULT_FILE_DELETED, FLOW_INSIDE, true,
        SUBJECT, NOBODY, "", ""},
    {EVENT_GROUP_CREATED, FLOW_HELD, false,
        SUBJECT, FIELD("owner"), "owned by", "owned"},
    {EVENT_GROUP_MEMBER_ADDED, FLOW_HELD, false,
        SUBJECT, FIELD("user"), "with the member", "member of"},
    {EVENT_GROUP_MEMBER_REMOVED, FLOW_HELD, true,
        SUBJECT, FIELD("user"), "", ""},
    {EVENT_GROUP_LEFT, FLOW_HELD, true,
        SUBJECT, FIELD("user"), "", ""},
    {EVENT_GROUP_DELETED, FLOW_HELD, true,
        SUBJECT, NOBODY, "", ""},
};
const size_t flow_count = sizeof flows / sizeof flows[0];

static const struct {
    enum event_kind kind;
    const char *field;
} tags[] = {
    {EVENT_VAULT_FILE_CREATED,         "project"},
    {EVENT_VAULT_FILE_PROJECT_CHANGED, "to"},
    {EVENT_VAULT_DIR_PROJECT_CHANGED,  "to"},
    {EVENT_GROUP_PROJECT_CHANGED,      "to"},
};
/* clang-format on */

const char *flow_class_name(enum flow_class class)
{
    static const char *const names[FLOW_CLASS_COUNT] = {
        [FLOW_MOVED] = "moved",
        [FLOW_GIVEN] = "given",
        [FLOW_HELD] = "held",
        [FLOW_INSIDE] = "inside",
    };
    assert(class < FLOW_CLASS_COUNT);
    return names[class];
}

bool flow_same(const struct flow_thing *a, const struct flow_thing *b)
{
    return id_equal(a->id, b->id) && (a->id.kind != ID_NONE || bytes_equal(a->place, b->place));
}

/* Reading ------------------------------------------------------------------------------------ */

/* The next member of a body, which is in the order of names. */
static const struct field_info *next_field(struct canonical_reader *reader, enum event_kind kind)
{
    const struct event_info *info = &event_infos[kind];
    for (size_t i = 0; i < info->field_count; i++) {
        const char *name = info->fields[i].name;
        if (canonical_member(reader, name, strlen(name))) {
            return &info->fields[i];
        }
    }
    return NULL;
}

/* The value as it is written; empty if there is none. */
static struct bytes find_field(enum event_kind kind, struct bytes body, const char *name)
{
    const struct field_info *field;
    struct canonical_reader reader = canonical_reader_of(body);
    canonical_open_object(&reader);
    while ((field = next_field(&reader, kind)) != NULL) {
        struct bytes value = canonical_skip(&reader);
        if (strcmp(field->name, name) == 0) {
            return value;
        }
    }
    return (struct bytes){0};
}

static bool read_id(struct bytes value, struct id *out)
{
    struct canonical_reader reader = canonical_reader_of(value);
    return value.size > 0 && !failed(id_read(canonical_plain(&reader), out));
}

/* An id that the event creates is written `file:new` in the body, too. */
static bool read_field(const struct leaf *leaf, struct bytes body, const char *name, struct id *out)
{
    bool found = read_id(find_field(leaf->kind, body, name), out);
    if (found && out->n == ID_NEW) {
        out->n = leaf->n;
    }
    return found;
}

static bool read_end(const struct flow_end *end, const struct leaf *leaf, struct bytes body,
                     struct flow_thing *out)
{
    *out = (struct flow_thing){.id = {ID_NONE, 0}};
    switch (end->role) {
    case FLOW_ACTOR:
        return !leaf_is_emitter_name(leaf->actor) && !failed(id_read(leaf->actor, &out->id));
    case FLOW_SUBJECT:
        out->id = leaf->on[0];
        return true;
    case FLOW_FIELD:
        return read_field(leaf, body, end->field, &out->id);
    case FLOW_PLACE:
        out->place = find_field(leaf->kind, body, end->field);
        if (out->place.size <= 2) {
            return false;
        }
        /* Without its quotes, and with its escapes. */
        out->place = bytes_of(out->place.data + 1, out->place.size - 2);
        return true;
    case FLOW_NOBODY:
        return true;
    }
    return false;
}

bool flow_read(const struct flow *flow, const struct leaf *leaf, struct bytes body,
               struct flow_thing *from, struct flow_thing *to)
{
    return leaf->kind == flow->kind && leaf->outcome == OUTCOME_OK &&
           read_end(&flow->from, leaf, body, from) && read_end(&flow->to, leaf, body, to);
}

bool flow_says(enum event_kind kind)
{
    bool says = false;
    for (size_t i = 0; i < flow_count; i++) {
        says = says || flows[i].kind == kind;
    }
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        says = says || tags[i].kind == kind;
    }
    return says;
}

bool flow_tag(const struct leaf *leaf, struct bytes body, struct id *project)
{
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        if (tags[i].kind != leaf->kind || leaf->outcome != OUTCOME_OK) {
            continue;
        }
        *project = (struct id){ID_NONE, 0};
        bool tagged = read_field(leaf, body, tags[i].field, project);
        return tagged || leaf->kind != EVENT_VAULT_FILE_CREATED;
    }
    return false;
}
