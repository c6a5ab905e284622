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

static bool put_drive(const struct view *view, struct id id, struct text *out)
{
    struct drive_row row = {.drive = id};
    if (id.kind != ID_DRIVE || !view_find(view, ROW_DRIVE, &row)) {
        return false;
    }
    if (!put_user(view, row.owner, out)) {
        id_write(out, row.owner);
    }
    text_put_char(out, '/');
    text_put_bytes(out, row.name);
    return true;
}

static bool put_snapshot(const struct view *view, struct id id, struct text *out)
{
    struct snapshot_row row = {.snapshot = id};
    if (id.kind != ID_SNAPSHOT || !view_find(view, ROW_SNAPSHOT, &row) ||
        !put_drive(view, row.drive, out)) {
        return false;
    }
    text_put_char(out, '/');
    text_put_bytes(out, row.name);
    return true;
}

/* Things whose names are each used once. */
static bool put_named(const struct view *view, struct id id, struct text *out)
{
    return (id.kind == ID_POOL || id.kind == ID_ISO) && naming_put_name(view, id, out);
}

/* Of what there is in a world of machines. */
static bool put_thing(const struct view *view, struct id id, struct text *out)
{
    return put_drive(view, id, out) || put_snapshot(view, id, out) || put_named(view, id, out);
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
