#include "reports/names.h"

#include "core/identity/user.h"
#include "core/import.h"
#include "reports/naming.h"

enum {
    NAMES_ARENA = 16 << 10, /* bytes: a row or two */
};

static bool put_subject(const struct view *view, struct id id, struct text *out)
{
    struct subject_name_row row = {.subject = id};
    if (id.kind != ID_SUBJECT || !view_find(view, ROW_SUBJECT_NAME, &row)) {
        return false;
    }
    text_put_bytes(out, row.name);
    return true;
}

static bool put_user(const struct view *view, struct id id, struct text *out)
{
    struct user_row row;
    if (id.kind != ID_USER || !user_by_id(view, id, &row)) {
        return false;
    }
    text_put_bytes(out, row.login);
    return true;
}

/* Who gave a thing its name: of drives, machines and recipes their owner. */
static bool find_owner(const struct view *view, struct id id, struct id *out)
{
    struct drive_row drive = {.drive = id};
    struct vm_row vm = {.vm = id};
    struct config_row config = {.config = id};
    if (id.kind == ID_DRIVE && view_find(view, ROW_DRIVE, &drive)) {
        *out = drive.owner;
    } else if (id.kind == ID_VM && view_find(view, ROW_VM, &vm)) {
        *out = vm.owner;
    } else if (id.kind == ID_CONFIG && view_find(view, ROW_CONFIG, &config)) {
        *out = config.owner;
    } else {
        return false;
    }
    return true;
}

static bool put_owned(const struct view *view, struct id id, struct text *out)
{
    struct id owner;
    if (!find_owner(view, id, &owner)) {
        return false;
    }
    if (!put_user(view, owner, out)) {
        id_write(out, owner);
    }
    text_put_char(out, '/');
    return naming_put_name(view, id, out);
}

/* What a thing with an owner has under a name: snapshots of drives; profiles, access directories
 * and groups of machines. */
static bool find_whole(const struct view *view, struct id id, struct id *out)
{
    struct snapshot_row snapshot = {.snapshot = id};
    struct vm_profile_row profile = {.profile = id};
    struct accessdir_row directory = {.directory = id};
    struct vm_group_row group = {.group = id};
    if (id.kind == ID_SNAPSHOT && view_find(view, ROW_SNAPSHOT, &snapshot)) {
        *out = snapshot.drive;
    } else if (id.kind == ID_VMPROFILE && view_find(view, ROW_VM_PROFILE, &profile)) {
        *out = profile.vm;
    } else if (id.kind == ID_ACCESSDIR && view_find(view, ROW_ACCESSDIR, &directory)) {
        *out = directory.vm;
    } else if (id.kind == ID_VMGROUP && view_find(view, ROW_VM_GROUP, &group)) {
        *out = group.vm;
    } else {
        return false;
    }
    return true;
}

static bool put_inner(const struct view *view, struct id id, struct text *out)
{
    struct id whole;
    if (!find_whole(view, id, &whole) || !put_owned(view, whole, out)) {
        return false;
    }
    text_put_char(out, '/');
    return naming_put_name(view, id, out);
}

/* Things whose names are each used once. */
static bool put_named(const struct view *view, struct id id, struct text *out)
{
    const bool is_such = id.kind == ID_POOL || id.kind == ID_ISO || id.kind == ID_HOST ||
                         id.kind == ID_BRICK || id.kind == ID_HARDWARE;
    return is_such && naming_put_name(view, id, out);
}

/* Of what there is in a world of machines. */
static bool put_thing(const struct view *view, struct id id, struct text *out)
{
    return put_owned(view, id, out) || put_inner(view, id, out) || put_named(view, id, out);
}

void names_put(struct engine *engine, struct id id, uint64_t as_of_n, struct text *out)
{
    uint8_t memory[NAMES_ARENA];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    if (engine_state(engine) != NULL) {
        struct view view = engine_view(engine, as_of_n, &arena, &trouble);
        if (put_subject(&view, id, out) || put_user(&view, id, out) || put_thing(&view, id, out)) {
            return;
        }
    }
    id_write(out, id);
}

void names_put_subjects(struct engine *engine, const struct leaf *leaf, struct text *out)
{
    for (size_t i = 0; i < leaf->on_count; i++) {
        if (leaf->on[i].kind != ID_LOG) {
            text_put_string(out, out->size > 0 ? ", " : "");
            names_put(engine, leaf->on[i], leaf->n, out);
        }
    }
}

void names_put_actor(struct engine *engine, const struct leaf *leaf, struct text *out)
{
    struct id id;
    if (leaf_is_emitter_name(leaf->actor) || failed(id_read(leaf->actor, &id))) {
        text_put_bytes(out, leaf->actor);
        return;
    }
    names_put(engine, id, leaf->n, out);
}

/* Finding --------------------------------------------------------------------------------- */

/* How the keys begin of the subjects of this class and name. */
static struct status write_prefix(enum subject_class class, struct bytes name, struct text *out)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    char memory[IMPORT_NAME_MAX + 1];
    struct text kept = TEXT_IN(memory);
    TRY(hasher_open(&hasher));
    import_kept_name(hasher, name, &kept);
    field_key_byte(out, (uint8_t) class);
    field_key_text(out, text_bytes(&kept));
    return out->full ? FAIL(NOT_FOUND, 0) : OK;
}

struct status names_find(struct engine *engine, enum subject_class class, struct bytes name,
                         names_found *found, void *context)
{
    char prefix_memory[STATE_KEY_MAX], after_memory[STATE_KEY_MAX];
    uint8_t memory[NAMES_ARENA];
    struct text prefix = TEXT_IN(prefix_memory);
    struct bytes key, stored;
    size_t after_size = 0;
    bool any = false;
    if (engine_state(engine) == NULL) {
        return FAIL(NOT_FOUND, 0);
    }
    TRY(write_prefix(class, name, &prefix));
    for (;;) {
        struct arena arena = ARENA_IN(memory);
        struct subject_row row;
        struct status status =
            state_next(engine_state(engine),
                       &(struct state_place){.table = ROW_SUBJECT,
                                             .prefix = text_bytes(&prefix),
                                             .after = bytes_of(after_memory, after_size),
                                             .as_of = UINT64_MAX},
                       &key, &stored);
        if (status.code == STATUS_NOT_FOUND) {
            return any ? OK : status;
        }
        TRY(status);
        memcpy(after_memory, key.data, key.size);
        after_size = key.size;
        TRY(row_decode(ROW_SUBJECT, stored, &arena, &row));
        TRY(found(context, row.subject));
        any = true;
    }
}
