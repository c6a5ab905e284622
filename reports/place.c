#include "reports/place.h"

#include "reports/naming.h"

struct step {
    struct bytes name;
    struct id parent; /* ID_NONE: in none */
};

static bool find_step(const struct view *view, struct id id, struct step *out)
{
    struct file_row file = {.file = id};
    struct dir_row dir = {.dir = id};
    struct drive_row drive = {.drive = id};
    if (id.kind == ID_FILE && view_find(view, ROW_FILE, &file)) {
        *out = (struct step){.name = file.name, .parent = file.parent};
        return true;
    }
    if (id.kind == ID_DIR && view_find(view, ROW_DIR, &dir)) {
        *out = (struct step){.name = dir.name, .parent = dir.parent};
        return true;
    }
    if (id.kind == ID_DRIVE && view_find(view, ROW_DRIVE, &drive)) {
        *out = (struct step){.name = drive.name, .parent = drive.owner};
        return true;
    }
    return false;
}

static void put_top(const struct view *view, struct id top, struct text *out)
{
    text_put_string(out, top.kind == ID_GROUP ? "@" : "");
    if (!naming_put_name(view, top, out)) {
        id_write(out, top);
    }
    text_put_string(out, top.kind == ID_USER ? ":" : "");
}

void place_put(const struct view *view, struct id id, struct text *out)
{
    struct view unwatched = *view;
    struct step steps[PLACE_DEPTH_MAX];
    size_t used = view->arena->used, depth = 0;
    struct id at = id;
    unwatched.watcher = NULL;
    while (depth < PLACE_DEPTH_MAX && find_step(&unwatched, at, &steps[depth])) {
        at = steps[depth++].parent;
    }
    if (depth == PLACE_DEPTH_MAX) {
        text_put_literal(out, "\xe2\x80\xa6");
    } else if (at.kind != ID_NONE) {
        put_top(&unwatched, at, out);
    }
    while (depth > 0) {
        depth--;
        text_put_string(out, at.kind == ID_NONE ? "" : "/");
        text_put_bytes(out, steps[depth].name);
        at = id; /* whatever is next has a slash before it */
    }
    view->arena->used = used;
}
