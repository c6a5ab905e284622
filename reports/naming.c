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

bool naming_table(enum id_kind kind, enum row_table *out)
{
    bool found = false;
    for (unsigned table = 0; table < ROW_TABLE_COUNT; table++) {
        const struct row_info *info = &row_infos[table];
        const struct field_info *key = &info->fields[info->key[0]];
        if (info->key_count != 1 || key->type_code != FIELD_ID || key->id_kind != kind ||
            kind == ID_NONE) {
            continue;
        }
        bool is_called_so = strcmp(info->name, id_kind_name(kind)) == 0;
        *out = !found || is_called_so ? (enum row_table)table : *out;
        found = true;
        if (is_called_so) {
            break;
        }
    }
    return found;
}

static const struct field_info *find_name(enum id_kind kind, enum row_table *out)
{
    if (!naming_table(kind, out) || row_size(*out) > NAMING_ROW_MAX) {
        return NULL;
    }
    const struct field_info *login = text_field(&row_infos[*out], "login");
    return login != NULL ? login : text_field(&row_infos[*out], "name");
}

bool naming_put_name(const struct view *view, struct id id, struct text *out)
{
    _Alignas(8) char row[NAMING_ROW_MAX] = {0};
    struct view unwatched = *view;
    enum row_table table;
    struct bytes name = {0};
    const struct field_info *field = find_name(id.kind, &table);
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
