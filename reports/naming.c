#include "reports/naming.h"

enum {
    NAMING_ROW_MAX = 512, /* bytes of the largest struct of a row */
};

static const struct field_info *text_field(const struct row_info *info, const char *name)
{
    for (size_t i = 0; i < info->field_count; i++) {
        const struct field_info *field = &info->fields[i];
        if (field->type_code == FIELD_TEXT && !field->list && !field->optional &&
            strcmp(field->name, name) == 0) {
            return field;
        }
    }
    return NULL;
}

/* The table that knows things of this kind by their id, and the field that has the name. */
static const struct field_info *find_table(enum id_kind kind, enum row_table *out)
{
    for (unsigned table = 0; table < ROW_TABLE_COUNT; table++) {
        const struct row_info *info = &row_infos[table];
        const struct field_info *key = &info->fields[info->key[0]];
        if (info->key_count != 1 || key->type_code != FIELD_ID || key->id_kind != kind ||
            row_size((enum row_table)table) > NAMING_ROW_MAX) {
            continue;
        }
        const struct field_info *login = text_field(info, "login");
        const struct field_info *name = login != NULL ? login : text_field(info, "name");
        if (name != NULL) {
            *out = (enum row_table)table;
            return name;
        }
    }
    return NULL;
}

bool naming_put_name(const struct view *view, struct id id, struct text *out)
{
    _Alignas(8) char row[NAMING_ROW_MAX] = {0};
    struct view unwatched = *view;
    enum row_table table;
    struct bytes name = {0};
    const struct field_info *field = id.kind == ID_NONE ? NULL : find_table(id.kind, &table);
    if (field == NULL) {
        return false;
    }
    const struct row_info *info = &row_infos[table];
    size_t used = view->arena->used;
    unwatched.watcher = NULL;
    memcpy(row + info->fields[info->key[0]].offset, &id, sizeof id);
    if (view_find(&unwatched, table, row)) {
        memcpy(&name, row + field->offset, sizeof name);
        text_put_bytes(out, name);
    }
    view->arena->used = used;
    return name.size > 0;
}

void naming_put(const struct view *view, struct id id, struct text *out)
{
    bool named = naming_put_name(view, id, out);
    text_put_string(out, named ? " (" : "");
    id_write(out, id);
    text_put_string(out, named ? ")" : "");
}
