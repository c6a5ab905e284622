#include "core/access/access_parts.h"

static bool find_file(const struct view *view, struct access_object *out)
{
    struct file_row row = {.file = out->id};
    if (!view_find_made_by(view, ROW_FILE, &row, &out->made_by) ||
        row.state == FILE_STATE_DELETED) {
        return false;
    }
    out->owner = row.owner;
    out->parent = row.has_parent ? row.parent : NOTHING;
    out->group = row.has_group ? row.group : NOTHING;
    out->project = row.has_project ? row.project : NOTHING;
    return true;
}

static bool find_dir(const struct view *view, struct access_object *out)
{
    struct dir_row row = {.dir = out->id};
    if (!view_find_made_by(view, ROW_DIR, &row, &out->made_by)) {
        return false;
    }
    out->owner = row.owner;
    out->parent = row.has_parent ? row.parent : NOTHING;
    out->group = row.has_group ? row.group : NOTHING;
    out->project = row.has_project ? row.project : NOTHING;
    return true;
}

static bool find_drive(const struct view *view, struct access_object *out)
{
    struct drive_row row = {.drive = out->id};
    if (!view_find_made_by(view, ROW_DRIVE, &row, &out->made_by) ||
        row.state == DRIVE_STATE_DELETED) {
        return false;
    }
    out->owner = row.owner;
    out->project = row.has_project ? row.project : NOTHING;
    return true;
}

static bool find_user(const struct view *view, struct access_object *out)
{
    struct user_row row = {.user = out->id};
    out->owner = out->id;
    return view_find_made_by(view, ROW_USER, &row, &out->made_by);
}

/* What the group adds to what is in its directory. One that was deleted has no owner and, because
 * there is no way into it, no members. */
static bool add_group(const struct view *view, struct access_object *out)
{
    uint64_t made_by;
    struct group_row row = {.group = out->group};
    if (!view_find_made_by(view, ROW_GROUP, &row, &made_by)) {
        return false;
    }
    out->group_owner = row.deleted ? NOTHING : row.owner;
    out->group_project = row.has_project ? row.project : NOTHING;
    if (out->id.kind == ID_GROUP) {
        out->owner = row.owner;
        out->made_by = made_by;
        return !row.deleted;
    }
    return true;
}

/* The tag of the nearest tagged directory from this place up. False if the way up does not end. */
static bool tag_from(const struct view *view, struct id place, struct id *tag)
{
    size_t used = view->arena->used;
    for (unsigned depth = 0; depth < ACCESS_DEPTH_MAX; depth++) {
        struct access_object dir = {.id = place};
        if (place.kind != ID_DIR) {
            return true;
        }
        if (!find_dir(view, &dir)) {
            return false;
        }
        view->arena->used = used;
        if (dir.project.kind != ID_NONE) {
            *tag = dir.project;
            return true;
        }
        place = dir.parent;
    }
    return false;
}

bool access_is_object(enum id_kind kind)
{
    return kind == ID_FILE || kind == ID_DIR || kind == ID_GROUP || kind == ID_DRIVE ||
           kind == ID_USER;
}

static bool find_itself(const struct view *view, struct access_object *out)
{
    if (out->id.kind == ID_FILE) {
        return find_file(view, out);
    }
    if (out->id.kind == ID_DIR) {
        return find_dir(view, out);
    }
    if (out->id.kind == ID_DRIVE) {
        return find_drive(view, out);
    }
    if (out->id.kind == ID_GROUP) {
        out->group = out->id;
        return true;
    }
    return out->id.kind == ID_USER && find_user(view, out);
}

bool access_object_find(const struct view *view, struct id id, struct access_object *out)
{
    *out = (struct access_object){.id = id, .made_by = UINT64_MAX};
    if (!find_itself(view, out) || (out->group.kind != ID_NONE && !add_group(view, out))) {
        return false;
    }
    if (out->project.kind == ID_NONE && !tag_from(view, out->parent, &out->project)) {
        return false;
    }
    if (out->project.kind == ID_NONE) {
        out->project = out->group_project;
    }
    return true;
}

struct id access_object_tag_above(const struct view *view, const struct access_object *object)
{
    struct id tag = NOTHING;
    (void)tag_from(view, object->parent, &tag);
    return tag;
}

enum access_class access_object_class(const struct access_object *object)
{
    if (object->group.kind != ID_NONE) {
        return object->project.kind == ID_NONE ? ACCESS_GROUP : ACCESS_GROUP_PROJECT;
    }
    return object->project.kind == ID_NONE ? ACCESS_PERSONAL : ACCESS_PROJECT;
}

struct id access_label(const struct view *view, struct id object)
{
    struct access_object found;
    size_t used = view->arena->used;
    bool there = access_object_find(view, object, &found);
    view->arena->used = used;
    return there ? found.project : NOTHING;
}
