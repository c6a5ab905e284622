#include "reports/lineage/flow.h"

#include "schema/canonical.h"
#include "schema/catalogue/catalogue.h"

#include <assert.h>

/* clang-format off */
#define ACTOR       {FLOW_ACTOR, NULL, NULL}
#define SUBJECT     {FLOW_SUBJECT, NULL, NULL}
#define SUBJECT_RW  {FLOW_SUBJECT, NULL, "rw"}
#define FIELD(name) {FLOW_FIELD, name, NULL}
#define PLACE(name) {FLOW_PLACE, name, NULL}
#define NOBODY      {FLOW_NOBODY, NULL, NULL}

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
    {EVENT_DRIVE_CREATED, FLOW_HELD, false,
        SUBJECT, FIELD("owner"), "owned by", "owned"},
    {EVENT_DRIVE_SHARED, FLOW_GIVEN, false,
        SUBJECT, FIELD("target"), "shared with", "has a share of"},
    {EVENT_DRIVE_UNSHARED, FLOW_GIVEN, true,
        SUBJECT, FIELD("target"), "", ""},
    {EVENT_DRIVE_UNSHARED_ALL, FLOW_GIVEN, true,
        SUBJECT, NOBODY, "", ""},
    {EVENT_DRIVE_KEY_DEPOSITED, FLOW_GIVEN, false,
        SUBJECT, FIELD("holder"), "key wrapped for", "has the key of"},
    {EVENT_DRIVE_KEY_FETCHED, FLOW_GIVEN, false,
        SUBJECT, ACTOR, "key fetched by", "had the key of"},
    {EVENT_DRIVE_ATTACHED, FLOW_JOINED, false,
        SUBJECT, FIELD("vm"), "attached to", "had attached"},
    {EVENT_DRIVE_ATTACHED, FLOW_JOINED, false,
        FIELD("vm"), SUBJECT_RW, "could write", "was writable by"},
    {EVENT_DRIVE_DETACHED, FLOW_JOINED, true,
        SUBJECT, FIELD("vm"), "", ""},
    {EVENT_DRIVE_DETACHED, FLOW_JOINED, true,
        FIELD("vm"), SUBJECT, "", ""},
    {EVENT_DRIVE_MOUNTED, FLOW_MOVED, false,
        SUBJECT, FIELD("vm"), "mounted in", "had mounted"},
    {EVENT_DRIVE_MOUNTED, FLOW_MOVED, false,
        FIELD("vm"), SUBJECT_RW, "mounted to write", "mounted to be written by"},
    {EVENT_DRIVE_SNAPSHOT_CREATED, FLOW_MOVED, false,
        FIELD("drive"), SUBJECT, "kept as", "kept of"},
    {EVENT_DRIVE_SNAPSHOT_DELETED, FLOW_MOVED, false,
        SUBJECT, FIELD("drive"), "brought back as", "went back to"},
    {EVENT_DRIVE_DELETED, FLOW_GIVEN, true,
        SUBJECT, NOBODY, "", ""},
    {EVENT_DRIVE_DELETED, FLOW_HELD, true,
        SUBJECT, NOBODY, "", ""},
    {EVENT_ISO_ATTACHED, FLOW_JOINED, false,
        SUBJECT, FIELD("vm"), "put into", "had in it"},
    {EVENT_ISO_DETACHED, FLOW_JOINED, true,
        SUBJECT, FIELD("vm"), "", ""},
    {EVENT_NFS_MOUNTED, FLOW_MOVED, false,
        PLACE("server"), SUBJECT, "mounted in", "had mounted"},
    {EVENT_NFS_MOUNTED, FLOW_MOVED, false,
        SUBJECT_RW, PLACE("server"), "could write", "was writable by"},
    {EVENT_VM_START_REQUESTED, FLOW_MOVED, false,
        FIELD("brick"), SUBJECT, "booted as", "booted from"},
    {EVENT_VM_START_REQUESTED, FLOW_HELD, false,
        SUBJECT, FIELD("owner"), "owned by", "owned"},
    {EVENT_VM_USER_ADDED, FLOW_GIVEN, false,
        SUBJECT, FIELD("user"), "opened to", "may use"},
    {EVENT_VM_USER_REMOVED, FLOW_GIVEN, true,
        SUBJECT, FIELD("user"), "", ""},
    {EVENT_VM_USER_CONNECTED, FLOW_JOINED, false,
        SUBJECT, FIELD("user"), "used by", "was in"},
    {EVENT_VM_USER_CONNECTED, FLOW_JOINED, false,
        FIELD("user"), SUBJECT, "was in", "used by"},
    {EVENT_VM_USER_DISCONNECTED, FLOW_JOINED, true,
        SUBJECT, FIELD("user"), "", ""},
    {EVENT_VM_USER_DISCONNECTED, FLOW_JOINED, true,
        FIELD("user"), SUBJECT, "", ""},
    {EVENT_VM_STOPPED, FLOW_JOINED, true,
        SUBJECT, NOBODY, "", ""},
    {EVENT_VM_STOPPED, FLOW_JOINED, true,
        NOBODY, SUBJECT, "", ""},
    {EVENT_VM_DELETED, FLOW_GIVEN, true,
        SUBJECT, NOBODY, "", ""},
    {EVENT_VM_DELETED, FLOW_HELD, true,
        SUBJECT, NOBODY, "", ""},
};
const size_t flow_count = sizeof flows / sizeof flows[0];

static const struct {
    enum event_kind kind;
    const char *field;
    bool creates; /* without a tag it says nothing */
} tags[] = {
    {EVENT_VAULT_FILE_CREATED,         "project", true},
    {EVENT_VAULT_FILE_PROJECT_CHANGED, "to",      false},
    {EVENT_VAULT_DIR_PROJECT_CHANGED,  "to",      false},
    {EVENT_GROUP_PROJECT_CHANGED,      "to",      false},
    {EVENT_DRIVE_CREATED,              "project", true},
    {EVENT_DRIVE_PROJECT_CHANGED,      "to",      false},
    {EVENT_VM_START_REQUESTED,         "project", true},
    {EVENT_VM_PROJECT_CHANGED,         "to",      false},
};
/* clang-format on */

const char *flow_class_name(enum flow_class class)
{
    static const char *const names[FLOW_CLASS_COUNT] = {
        [FLOW_MOVED] = "moved",   [FLOW_GIVEN] = "given",   [FLOW_HELD] = "held",
        [FLOW_INSIDE] = "inside", [FLOW_JOINED] = "joined",
    };
    assert(class < FLOW_CLASS_COUNT);
    return names[class];
}

bool flow_holds(enum id_kind kind)
{
    static const enum id_kind kinds[] = {ID_FILE, ID_DIR,      ID_GROUP, ID_USER, ID_DRIVE,
                                         ID_VM,   ID_SNAPSHOT, ID_ISO,   ID_BRICK};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i] == kind) {
            return true;
        }
    }
    return false;
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

/* Modes are plain words between quotes. */
static bool is_mode(const struct leaf *leaf, struct bytes body, const char *mode)
{
    struct bytes value = find_field(leaf->kind, body, "mode");
    return value.size > 2 &&
           bytes_equal(bytes_of(value.data + 1, value.size - 2), bytes_of_string(mode));
}

static bool read_end(const struct flow_end *end, const struct leaf *leaf, struct bytes body,
                     struct flow_thing *out)
{
    *out = (struct flow_thing){.id = {ID_NONE, 0}};
    if (end->mode != NULL && !is_mode(leaf, body, end->mode)) {
        return false;
    }
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
        return tagged || !tags[i].creates;
    }
    return false;
}
