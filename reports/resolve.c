#include "reports/resolve.h"

#include "core/group/group.h"

#include <stddef.h>

/* Names ----------------------------------------------------------------------------------- */

static struct status found(const struct resolver *resolver, bool there, const char *why)
{
    TRY(*resolver->view->trouble);
    return there ? OK : FAIL_BECAUSE(NOT_FOUND, 0, why);
}

static struct status find_user(const struct resolver *resolver, struct bytes name, struct id *out)
{
    struct login_row row = {.login = name};
    TRY(found(resolver, view_find(resolver->view, ROW_LOGIN, &row), "there is no such user"));
    *out = row.user;
    return OK;
}

/* Groups of different owners may have one name. */
static struct status find_group(const struct resolver *resolver, struct bytes name, struct id *out)
{
    struct group_name_row row = {.name = name};
    struct id group = {0};
    struct view_walk walk = view_walk_of(resolver->view, ROW_GROUP_NAME, &row, 1);
    while (view_walk_next(&walk, &row)) {
        struct id candidate = row.group;
        if (!group_by_id(resolver->view, candidate, NULL)) {
            continue;
        }
        if (group.kind != ID_NONE) {
            return FAIL_BECAUSE(CONFLICT, 0, "several groups have this name: give the id");
        }
        group = candidate;
    }
    TRY(found(resolver, group.kind != ID_NONE, "there is no such group"));
    *out = group;
    return OK;
}

/* Tables of one shape: a name, and the id that has it. */
static const struct {
    enum id_kind kind;
    enum row_table table;
    size_t name, id;
} named[] = {
    {ID_PROJECT, ROW_PROJECT_NAME, offsetof(struct project_name_row, name),
     offsetof(struct project_name_row, project)},
    {ID_REQUIREMENT, ROW_REQUIREMENT_NAME, offsetof(struct requirement_name_row, name),
     offsetof(struct requirement_name_row, requirement)},
    {ID_LEVEL, ROW_LEVEL_NAME, offsetof(struct level_name_row, name),
     offsetof(struct level_name_row, level)},
    {ID_PROFILE, ROW_PROFILE_NAME, offsetof(struct profile_name_row, name),
     offsetof(struct profile_name_row, profile)},
    {ID_TEAM, ROW_TEAM_NAME, offsetof(struct team_name_row, name),
     offsetof(struct team_name_row, team)},
    {ID_PROVIDER, ROW_PROVIDER_NAME, offsetof(struct provider_name_row, name),
     offsetof(struct provider_name_row, provider)},
    {ID_CASE, ROW_CASE_NAME, offsetof(struct case_name_row, name),
     offsetof(struct case_name_row, folder)},
    {ID_POOL, ROW_POOL_NAME, offsetof(struct pool_name_row, name),
     offsetof(struct pool_name_row, pool)},
    {ID_ISO, ROW_ISO_NAME, offsetof(struct iso_name_row, name), offsetof(struct iso_name_row, iso)},
    {ID_HOST, ROW_HOST_NAME, offsetof(struct host_name_row, name),
     offsetof(struct host_name_row, host)},
    {ID_BRICK, ROW_BRICK_NAME, offsetof(struct brick_name_row, name),
     offsetof(struct brick_name_row, brick)},
    {ID_HARDWARE, ROW_HARDWARE_NAME, offsetof(struct hardware_name_row, name),
     offsetof(struct hardware_name_row, hardware)},
};

union named_row {
    struct project_name_row project;
    struct requirement_name_row requirement;
    struct level_name_row level;
    struct profile_name_row profile;
    struct team_name_row team;
    struct provider_name_row provider;
    struct case_name_row folder;
    struct pool_name_row pool;
    struct iso_name_row iso;
    struct host_name_row host;
    struct brick_name_row brick;
    struct hardware_name_row hardware;
};

static struct status find_named(const struct resolver *resolver, enum id_kind kind,
                                struct bytes name, struct id *out)
{
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        union named_row row = {0};
        if (named[i].kind != kind) {
            continue;
        }
        memcpy((char *)&row + named[i].name, &name, sizeof name);
        TRY(found(resolver, view_find(resolver->view, named[i].table, &row),
                  "there is nothing of this kind with that name"));
        memcpy(out, (const char *)&row + named[i].id, sizeof *out);
        return OK;
    }
    return FAIL_BECAUSE(NOT_FOUND, 0, "things of this kind have no names: give the id");
}

/* What owners name ------------------------------------------------------------------------- */

/* Tables of one shape: an owner, a name, and the id that has both. */
static const struct {
    enum id_kind kind;
    enum row_table table;
    size_t owner, name, id;
} owned[] = {
    {ID_DRIVE, ROW_DRIVE_NAME, offsetof(struct drive_name_row, owner),
     offsetof(struct drive_name_row, name), offsetof(struct drive_name_row, drive)},
    {ID_VM, ROW_VM_NAME, offsetof(struct vm_name_row, owner), offsetof(struct vm_name_row, name),
     offsetof(struct vm_name_row, vm)},
    {ID_CONFIG, ROW_CONFIG_NAME, offsetof(struct config_name_row, owner),
     offsetof(struct config_name_row, name), offsetof(struct config_name_row, config)},
};

enum {
    OWNED_KINDS = sizeof owned / sizeof owned[0],
};

union owned_row {
    struct drive_name_row drive;
    struct vm_name_row vm;
    struct config_name_row config;
};

static size_t owned_kind(enum id_kind kind)
{
    size_t i = 0;
    while (i < OWNED_KINDS && owned[i].kind != kind) {
        i++;
    }
    return i;
}

static bool find_of_owner(const struct resolver *resolver, size_t kind, struct id owner,
                          struct bytes name, struct id *out)
{
    union owned_row row = {0};
    memcpy((char *)&row + owned[kind].owner, &owner, sizeof owner);
    memcpy((char *)&row + owned[kind].name, &name, sizeof name);
    if (owner.kind != ID_USER || !view_find(resolver->view, owned[kind].table, &row)) {
        return false;
    }
    memcpy(out, (const char *)&row + owned[kind].id, sizeof *out);
    return true;
}

/* The only one of this name, whoever owns it. */
static struct status find_of_anybody(const struct resolver *resolver, size_t kind,
                                     struct bytes name, struct id *out)
{
    union owned_row row = {0};
    struct id only = {ID_NONE, 0};
    struct view_walk walk = view_walk_of(resolver->view, owned[kind].table, &row, 0);
    while (view_walk_next(&walk, &row)) {
        struct bytes other;
        memcpy(&other, (const char *)&row + owned[kind].name, sizeof other);
        if (!bytes_equal(other, name)) {
            continue;
        }
        if (only.kind != ID_NONE) {
            return FAIL_BECAUSE(CONFLICT, 0, "several users have one of this name: give USER/NAME");
        }
        memcpy(&only, (const char *)&row + owned[kind].id, sizeof only);
    }
    TRY(found(resolver, only.kind != ID_NONE, "there is nothing of this kind with that name"));
    *out = only;
    return OK;
}

/* `lab-drive`: of whoever asks, else the only one of that name; `ann/lab-drive`: of that user. */
static struct status find_owned(const struct resolver *resolver, enum id_kind kind,
                                struct bytes name, struct id *out)
{
    const size_t at = owned_kind(kind);
    const uint8_t *slash = name.size > 0 ? memchr(name.data, '/', name.size) : NULL;
    if (slash != NULL) {
        struct id owner;
        const size_t size = (size_t)(slash - name.data);
        const struct bytes login = bytes_of(name.data, size);
        TRY(failed(id_read(login, &owner)) ? find_user(resolver, login, &owner) : OK);
        return found(
            resolver,
            find_of_owner(resolver, at, owner, bytes_of(slash + 1, name.size - size - 1), out),
            "that user has nothing of this kind with that name");
    }
    return find_of_owner(resolver, at, resolver->user, name, out)
               ? OK
               : find_of_anybody(resolver, at, name, out);
}

/* What machines have ---------------------------------------------------------------------- */

/* Tables of one shape: a machine, a name in it, and the id that has both. */
static const struct {
    enum id_kind kind;
    enum row_table table;
    size_t vm, name, id;
} inner[] = {
    {ID_VMPROFILE, ROW_VM_PROFILE_NAME, offsetof(struct vm_profile_name_row, vm),
     offsetof(struct vm_profile_name_row, name), offsetof(struct vm_profile_name_row, profile)},
    {ID_ACCESSDIR, ROW_ACCESSDIR_NAME, offsetof(struct accessdir_name_row, vm),
     offsetof(struct accessdir_name_row, name), offsetof(struct accessdir_name_row, directory)},
    {ID_VMGROUP, ROW_VM_GROUP_NAME, offsetof(struct vm_group_name_row, vm),
     offsetof(struct vm_group_name_row, name), offsetof(struct vm_group_name_row, group)},
};

enum {
    INNER_KINDS = sizeof inner / sizeof inner[0],
};

union inner_row {
    struct vm_profile_name_row profile;
    struct accessdir_name_row directory;
    struct vm_group_name_row group;
};

static size_t inner_kind(enum id_kind kind)
{
    size_t i = 0;
    while (i < INNER_KINDS && inner[i].kind != kind) {
        i++;
    }
    return i;
}

/* `desk/analysts`, or `ann/desk/analysts`: what the machine has under that name. */
static struct status find_inner(const struct resolver *resolver, size_t kind, struct bytes name,
                                struct id *out)
{
    union inner_row row = {0};
    struct id vm;
    const uint8_t *slash = name.size > 0 ? memrchr(name.data, '/', name.size) : NULL;
    if (slash == NULL) {
        return FAIL_BECAUSE(NOT_FOUND, 0, "what a machine has is named VM/NAME");
    }
    const size_t size = (size_t)(slash - name.data);
    const struct bytes last = bytes_of(slash + 1, name.size - size - 1);
    TRY(resolve(resolver, ID_VM, bytes_of(name.data, size), &vm));
    memcpy((char *)&row + inner[kind].vm, &vm, sizeof vm);
    memcpy((char *)&row + inner[kind].name, &last, sizeof last);
    TRY(found(resolver, view_find(resolver->view, inner[kind].table, &row),
              "the machine has nothing of this kind with that name"));
    memcpy(out, (const char *)&row + inner[kind].id, sizeof *out);
    return OK;
}

/* `lab-drive/before-the-upgrade`: the newest snapshot of that name that the drive has. */
static struct status find_snapshot(const struct resolver *resolver, struct bytes name,
                                   struct id *out)
{
    struct drive_row drive;
    const uint8_t *slash = name.size > 0 ? memrchr(name.data, '/', name.size) : NULL;
    if (slash == NULL) {
        return FAIL_BECAUSE(NOT_FOUND, 0, "a snapshot is named DRIVE/NAME");
    }
    const size_t size = (size_t)(slash - name.data);
    const struct bytes wanted = bytes_of(slash + 1, name.size - size - 1);
    TRY(resolve(resolver, ID_DRIVE, bytes_of(name.data, size), &drive.drive));
    TRY(found(resolver, view_find(resolver->view, ROW_DRIVE, &drive), "there is no such drive"));
    struct snapshot_row row = {.snapshot = drive.newest};
    for (bool more = drive.has_newest; more; more = row.has_parent, row.snapshot = row.parent) {
        TRY(found(resolver, view_find(resolver->view, ROW_SNAPSHOT, &row),
                  "there is no such snapshot"));
        if (bytes_equal(row.name, wanted)) {
            *out = row.snapshot;
            return OK;
        }
    }
    return FAIL_BECAUSE(NOT_FOUND, 0, "the drive has no snapshot of that name");
}

/* Paths ----------------------------------------------------------------------------------- */

static bool looks_like_path(struct bytes name)
{
    return name.size > 0 && (name.data[0] == '/' || name.data[0] == '@' ||
                             memchr(name.data, '/', name.size) != NULL);
}

/* The next component, without the slashes around it; empty at the end. */
static struct bytes take_component(struct bytes *path)
{
    while (path->size > 0 && path->data[0] == '/') {
        *path = bytes_of(path->data + 1, path->size - 1);
    }
    const uint8_t *slash = path->size > 0 ? memchr(path->data, '/', path->size) : NULL;
    size_t size = slash == NULL ? path->size : (size_t)(slash - path->data);
    struct bytes component = bytes_of(path->data, size);
    *path = bytes_of(path->data + size, path->size - size);
    return component;
}

/* Where a path begins; *path is what is left of it. */
static struct status find_top(const struct resolver *resolver, struct bytes *path, struct id *out)
{
    if (path->size > 0 && path->data[0] == '/') {
        *out = resolver->user;
        return found(resolver, out->kind != ID_NONE, "whose path this is has not been said");
    }
    struct bytes top = take_component(path);
    if (top.size > 1 && top.data[0] == '@') {
        return find_group(resolver, bytes_of(top.data + 1, top.size - 1), out);
    }
    if (failed(id_read(top, out))) {
        return FAIL_BECAUSE(NOT_FOUND, 0, "a path begins with / or @group/");
    }
    return OK;
}

static struct status step(const struct resolver *resolver, struct bytes name, struct id *at)
{
    struct entry_row row = {.parent = *at, .name = name};
    TRY(found(resolver, view_find(resolver->view, ROW_ENTRY, &row), "there is no such path"));
    *at = row.object;
    return OK;
}

struct status resolve_path(const struct resolver *resolver, struct bytes path, struct id *out)
{
    struct id at;
    TRY(find_top(resolver, &path, &at));
    for (struct bytes name = take_component(&path); name.size > 0; name = take_component(&path)) {
        TRY(step(resolver, name, &at));
    }
    *out = at;
    return OK;
}

struct status resolve_parent(const struct resolver *resolver, struct bytes path, struct id *parent,
                             struct bytes *name)
{
    struct id at;
    TRY(find_top(resolver, &path, &at));
    struct bytes last = take_component(&path);
    for (struct bytes next = take_component(&path); next.size > 0; next = take_component(&path)) {
        TRY(step(resolver, last, &at));
        last = next;
    }
    if (last.size == 0) {
        return FAIL_BECAUSE(NOT_FOUND, 0, "the path names no entry");
    }
    *parent = at;
    *name = last;
    return OK;
}

/* All of it ------------------------------------------------------------------------------- */

static struct status find_any(const struct resolver *resolver, struct bytes name, struct id *out)
{
    struct status status = find_user(resolver, name, out);
    status = status.code == STATUS_NOT_FOUND ? find_group(resolver, name, out) : status;
    for (size_t i = 0; status.code == STATUS_NOT_FOUND && i < sizeof named / sizeof named[0]; i++) {
        status = find_named(resolver, named[i].kind, name, out);
    }
    for (size_t i = 0; status.code == STATUS_NOT_FOUND && i < OWNED_KINDS; i++) {
        status = find_owned(resolver, owned[i].kind, name, out);
    }
    return status.code == STATUS_NOT_FOUND
               ? FAIL_BECAUSE(NOT_FOUND, 0, "there is nothing of that name")
               : status;
}

/* `project:tides`: of this kind, by name. */
static bool split_kind(struct bytes *name, enum id_kind *kind)
{
    const uint8_t *colon = name->size > 0 ? memchr(name->data, ':', name->size) : NULL;
    for (unsigned i = 1; colon != NULL && i < ID_KIND_COUNT; i++) {
        struct bytes word = bytes_of_string(id_kind_name((enum id_kind)i));
        if (bytes_equal(bytes_of(name->data, (size_t)(colon - name->data)), word)) {
            *kind = (enum id_kind)i;
            *name = bytes_of(colon + 1, name->size - word.size - 1);
            return true;
        }
    }
    return false;
}

/* `drive:ann/lab-drive` has a slash and is no path; nor is `ann/lab-drive`, if there is no such
 * path. */
static bool split_owned(struct bytes *name, enum id_kind *kind)
{
    if (name->data[0] == '/' || name->data[0] == '@') {
        return false;
    }
    return !split_kind(name, kind) || *kind == ID_SNAPSHOT || owned_kind(*kind) < OWNED_KINDS ||
           inner_kind(*kind) < INNER_KINDS;
}

static struct status find_of(const struct resolver *resolver, enum id_kind kind, struct bytes name,
                             struct id *out)
{
    if (kind == ID_USER) {
        return find_user(resolver, name, out);
    }
    if (kind == ID_GROUP) {
        return find_group(resolver, name, out);
    }
    if (kind == ID_SNAPSHOT) {
        return find_snapshot(resolver, name, out);
    }
    if (inner_kind(kind) < INNER_KINDS) {
        return find_inner(resolver, inner_kind(kind), name, out);
    }
    return owned_kind(kind) < OWNED_KINDS ? find_owned(resolver, kind, name, out)
                                          : find_named(resolver, kind, name, out);
}

struct status resolve(const struct resolver *resolver, enum id_kind kind, struct bytes name,
                      struct id *out)
{
    if (!failed(id_read(name, out)) && out->n != ID_NEW) {
        return OK;
    }
    if (kind == ID_FILE || kind == ID_DIR) {
        return resolve_path(resolver, name, out);
    }
    if (kind == ID_NONE && looks_like_path(name)) {
        struct status status = resolve_path(resolver, name, out);
        if (status.code != STATUS_NOT_FOUND || !split_owned(&name, &kind)) {
            return status;
        }
    } else if (kind == ID_NONE) {
        (void)split_kind(&name, &kind);
    }
    return kind == ID_NONE ? find_any(resolver, name, out) : find_of(resolver, kind, name, out);
}
