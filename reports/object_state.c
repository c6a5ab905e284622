#include "reports/object_state.h"

#include "reports/naming.h"
#include "store/state.h"

#include <assert.h>

struct walk {
    const struct view *view;
    struct id object;
    object_state_visit *visit;
    void *context;
};

/* Tables ------------------------------------------------------------------------------------- */

static const struct field_info *key_field(enum row_table table, size_t part)
{
    return &row_infos[table].fields[row_infos[table].key[part]];
}

static bool takes(const struct field_info *field, enum id_kind kind)
{
    return field->type_code == FIELD_ID && !field->list &&
           (field->id_kind == kind || field->id_kind == ID_NONE);
}

/* Whether the part of the key may be such an id. One of any kind is not taken to be of the kind of
 * those before it: things are not kept under themselves, and whoever looked would look long. */
static bool may_be(enum row_table table, size_t part, enum id_kind kind)
{
    const struct field_info *field = key_field(table, part);
    for (size_t before = 0; before < part && field->id_kind == ID_NONE; before++) {
        const struct field_info *other = key_field(table, before);
        if (other->type_code == FIELD_ID && other->id_kind == kind) {
            return false;
        }
    }
    return takes(field, kind);
}

/* All that it has is its key, and there is more than one part of it. */
static bool is_index(enum row_table table)
{
    return row_infos[table].field_count == row_infos[table].key_count &&
           row_infos[table].key_count > 1;
}

static bool has_key_part(enum row_table table, const struct field_info *field)
{
    for (size_t part = 0; part < row_infos[table].key_count; part++) {
        const struct field_info *own = key_field(table, part);
        if (strcmp(own->name, field->name) == 0 && strcmp(own->type, field->type) == 0) {
            return true;
        }
    }
    return false;
}

/* Another table has the same key in another order, and more. */
static bool is_mirror(enum row_table table)
{
    for (unsigned other = 0; is_index(table) && other < ROW_TABLE_COUNT; other++) {
        bool same = row_infos[other].key_count == row_infos[table].key_count &&
                    !is_index((enum row_table)other);
        for (size_t part = 0; same && part < row_infos[table].key_count; part++) {
            same = has_key_part((enum row_table)other, key_field(table, part));
        }
        if (same) {
            return true;
        }
    }
    return false;
}

bool object_state_has(enum row_table table, enum id_kind kind)
{
    for (size_t part = 0; part < row_infos[table].key_count; part++) {
        if (may_be(table, part, kind) && !is_mirror(table)) {
            return true;
        }
    }
    return false;
}

/* Rows --------------------------------------------------------------------------------------- */

static struct id id_in(const void *row, const struct field_info *field)
{
    struct id id;
    memcpy(&id, (const char *)row + field->offset, sizeof id);
    return id;
}

static void set_id(void *row, const struct field_info *field, struct id id)
{
    memcpy((char *)row + field->offset, &id, sizeof id);
}

/* Hands on the row whose key is in `row`, if it is there; it is filled in. */
static struct status visit_row(const struct walk *walk, enum row_table table, void *row)
{
    char memory[STATE_KEY_MAX + 1];
    struct text key = TEXT_IN(memory);
    struct object_row found = {.table = table, .row = row};
    TRY(view_key(table, row, walk->view->arena, &key));
    if (!view_find_made_by(walk->view, table, row, &found.made_by)) {
        return *walk->view->trouble;
    }
    found.key = text_bytes(&key);
    return walk->visit(walk->context, &found);
}

static bool names(enum row_table table, const void *row, struct id object)
{
    const struct row_info *info = &row_infos[table];
    for (size_t i = 0; i < info->field_count; i++) {
        if (takes(&info->fields[i], object.kind) &&
            id_equal(id_in(row, &info->fields[i]), object)) {
            return true;
        }
    }
    return false;
}

/* What an index leads to, if that names the thing. */
static struct status follow(const struct walk *walk, enum row_table index, const void *row)
{
    size_t last = row_infos[index].key_count - 1;
    const struct field_info *field = key_field(index, last);
    _Alignas(8) char target[OBJECT_ROW_MAX] = {0};
    enum row_table table;
    if (!is_index(index) || field->type_code != FIELD_ID || field->id_kind == walk->object.kind ||
        !naming_table(field->id_kind, &table)) {
        return OK;
    }
    set_id(target, key_field(table, 0), id_in(row, field));
    size_t used = walk->view->arena->used;
    struct status status = OK;
    if (view_find(walk->view, table, target) && names(table, target, walk->object)) {
        status = visit_row(walk, table, target);
    }
    walk->view->arena->used = used;
    TRY(*walk->view->trouble);
    return status;
}

/* All rows whose key begins with the first `parts` of that in `start`. */
static struct status visit_all(const struct walk *walk, enum row_table table, const void *start,
                               size_t parts)
{
    _Alignas(8) char row[OBJECT_ROW_MAX];
    memcpy(row, start, row_size(table));
    struct view_walk rows = view_walk_of(walk->view, table, row, parts);
    while (view_walk_next(&rows, row)) {
        TRY(visit_row(walk, table, row));
        TRY(follow(walk, table, row));
    }
    return *walk->view->trouble;
}

/* Each different beginning of keys of `part` parts, with the thing as the part after it. */
static struct status visit_behind(const struct walk *walk, enum row_table table, size_t part)
{
    _Alignas(8) char row[OBJECT_ROW_MAX] = {0};
    uint8_t after[STATE_KEY_MAX];
    struct state_place place = {.table = table, .as_of = walk->view->as_of_n};
    struct arena *arena = walk->view->arena;
    size_t used = arena->used;
    for (;;) {
        char memory[STATE_KEY_MAX + 1];
        struct text prefix = TEXT_IN(memory);
        struct bytes key, stored;
        struct status status = state_next(walk->view->state, &place, &key, &stored);
        if (status.code == STATUS_NOT_FOUND) {
            return OK;
        }
        TRY(status);
        struct bytes kept = arena_copy(arena, stored);
        TRY(arena->full ? FAIL(NO_MEMORY, stored.size) : row_decode(table, kept, arena, row));
        row_key_prefix(table, row, part, &prefix);
        set_id(row, key_field(table, part), walk->object);
        TRY(visit_all(walk, table, row, part + 1));
        arena->used = used;
        memset(after, 0xFF, sizeof after); /* beyond all that begin so */
        memcpy(after, memory, prefix.size);
        place.after = BYTES(after);
    }
}

static struct status visit_table(const struct walk *walk, enum row_table table)
{
    _Alignas(8) char row[OBJECT_ROW_MAX] = {0};
    assert(row_size(table) <= OBJECT_ROW_MAX);
    for (size_t part = 0; part < row_infos[table].key_count && !is_mirror(table); part++) {
        if (!may_be(table, part, walk->object.kind)) {
            continue;
        }
        set_id(row, key_field(table, part), walk->object);
        TRY(part == 0 ? visit_all(walk, table, row, 1) : visit_behind(walk, table, part));
    }
    return OK;
}

struct status object_state_each(const struct view *view, struct id object,
                                object_state_visit *visit, void *context)
{
    const struct walk walk = {.view = view, .object = object, .visit = visit, .context = context};
    enum row_table own = ROW_TABLE_COUNT;
    bool has_own = naming_table(object.kind, &own);
    TRY(has_own ? visit_table(&walk, own) : OK);
    for (unsigned table = 0; table < ROW_TABLE_COUNT; table++) {
        TRY(has_own && table == own ? OK : visit_table(&walk, (enum row_table)table));
    }
    return OK;
}
