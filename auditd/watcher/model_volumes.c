#include "auditd/virt/names.h"
#include "auditd/watcher/model_parts.h"

/* Pools ----------------------------------------------------------------------------------- */

static bool is_on(const struct pool_row *pool, struct id host)
{
    for (size_t i = 0; i < pool->hosts_count; i++) {
        if (id_equal(pool->hosts[i], host)) {
            return true;
        }
    }
    return false;
}

struct status making_pools(struct making *making)
{
    struct pool_row row = {0};
    struct view_walk walk = view_walk_of(making->wish->view, ROW_POOL, &row, 0);
    void *memory;
    TRY(making_take(making, MODEL_POOLS_MAX, sizeof(struct model_pool), &memory));
    struct model_pool *pools = memory;
    making->model->pools = pools;
    while (view_walk_next(&walk, &row)) {
        const struct world_name name = world_pool(row.name);
        if (!is_on(&row, making->model->host)) {
            continue;
        }
        if (making->model->pool_count == MODEL_POOLS_MAX) {
            return FAIL_BECAUSE(LIMIT, MODEL_POOLS_MAX, "a host has too many pools");
        }
        pools[making->model->pool_count++] =
            (struct model_pool){.pool = row.pool,
                                .kind = row.kind,
                                .name = arena_copy(making->arena, bytes_of_string(name.text)),
                                .path = arena_copy(making->arena, row.path),
                                .ready = row.ready};
    }
    return *making->wish->view->trouble;
}

const struct model_pool *making_pool(const struct making *making, struct id pool)
{
    for (size_t i = 0; i < making->model->pool_count; i++) {
        if (id_equal(making->model->pools[i].pool, pool)) {
            return &making->model->pools[i];
        }
    }
    return NULL;
}

struct bytes making_join(struct making *making, struct bytes directory, struct bytes name)
{
    const size_t size = directory.size + 1 + name.size;
    char *out = arena_take(making->arena, size);
    if (out == NULL) {
        return (struct bytes){0};
    }
    memcpy(out, directory.data, directory.size);
    out[directory.size] = '/';
    memcpy(out + directory.size + 1, name.data, name.size);
    return bytes_of(out, size);
}

struct bytes making_iso_path(struct making *making, struct id iso)
{
    struct iso_row row = {.iso = iso};
    const struct model_pool *pool =
        view_find(making->wish->view, ROW_ISO, &row) ? making_pool(making, row.pool) : NULL;
    return pool == NULL ? (struct bytes){0} : making_join(making, pool->path, row.file);
}

/* Volumes --------------------------------------------------------------------------------- */

struct volumes {
    struct making *making;
    struct model_volume *out; /* MODEL_VOLUMES_MAX */
};

static struct status add(struct volumes *volumes, const struct model_volume *volume)
{
    struct model *model = volumes->making->model;
    if (model->volume_count == MODEL_VOLUMES_MAX) {
        return FAIL_BECAUSE(LIMIT, MODEL_VOLUMES_MAX, "a host has too many volumes");
    }
    volumes->out[model->volume_count++] = *volume;
    return volumes->making->arena->full ? FAIL(NO_MEMORY, volumes->making->arena->capacity) : OK;
}

/* Read-write anywhere, asked for, seen or on its way out. */
static bool is_written(const struct view *view, struct id drive)
{
    struct attachment_row row = {.drive = drive};
    struct view_walk walk = view_walk_of(view, ROW_ATTACHMENT, &row, 1);
    while (view_walk_next(&walk, &row)) {
        if (row.mode == DRIVE_MODE_RW) {
            return true;
        }
    }
    return false;
}

static void add_last(const struct making *making, struct model_volume *out)
{
    struct drive_file_row row = {.drive = out->what};
    if (!view_find(making->wish->view, ROW_DRIVE_FILE, &row)) {
        return;
    }
    out->has_last = true;
    out->last = (struct model_file){.path = arena_copy(making->arena, row.path),
                                    .size = row.file_size,
                                    .allocated = row.allocated,
                                    .inode = row.inode,
                                    .modified_us = row.modified,
                                    .has_backing = row.has_backing,
                                    .backing = arena_copy(making->arena, row.backing),
                                    .attached = row.attached,
                                    .seen_n = row.seen_n};
}

static struct bytes base_of(struct making *making, const struct drive_row *row)
{
    const struct model_pool *pool = making_pool(making, row->pool);
    const struct world_name name = world_drive_file(row->drive.n, row->kind);
    return pool == NULL ? (struct bytes){0}
                        : making_join(making, pool->path, bytes_of_string(name.text));
}

/* What lies below the layer of a snapshot: that of its parent, or the drive's own file. */
static struct bytes below(struct making *making, const struct snapshot_row *snapshot,
                          struct bytes base)
{
    struct snapshot_row parent = {.snapshot = snapshot->parent};
    return snapshot->has_parent && view_find(making->wish->view, ROW_SNAPSHOT, &parent) &&
                   parent.has_path
               ? arena_copy(making->arena, parent.path)
               : base;
}

static struct status add_chain(struct volumes *volumes, const struct drive_row *row,
                               struct model_volume *top)
{
    struct making *making = volumes->making;
    const struct bytes base = base_of(making, row);
    struct snapshot_row snapshot = {.snapshot = row->newest};
    if (!row->has_newest || !view_find(making->wish->view, ROW_SNAPSHOT, &snapshot)) {
        return OK;
    }
    top->is_raw = false;
    top->backing = below(making, &snapshot, base);
    return add(volumes, &(struct model_volume){.what = row->drive,
                                               .path = base,
                                               .settled = top->settled,
                                               .below = true,
                                               .size = row->size});
}

static struct status add_drive(struct volumes *volumes, const struct drive_row *row)
{
    struct making *making = volumes->making;
    const bool there = row->state == DRIVE_STATE_BLANK || row->state == DRIVE_STATE_READY;
    struct model_volume volume = {.what = row->drive,
                                  .settled = there && !row->busy &&
                                             !model_is_due(making->model, row->drive),
                                  .is_raw = row->kind == DRIVE_KIND_RAW,
                                  .size = row->size};
    if (row->state == DRIVE_STATE_DELETED || making_pool(making, row->pool) == NULL) {
        return OK;
    }
    volume.path = row->has_path ? arena_copy(making->arena, row->path) : base_of(making, row);
    volume.written = is_written(making->wish->view, row->drive);
    add_last(making, &volume);
    TRY(add_chain(volumes, row, &volume));
    return add(volumes, &volume);
}

static struct status add_drives(struct volumes *volumes)
{
    struct drive_row row = {0};
    struct view_walk walk = view_walk_of(volumes->making->wish->view, ROW_DRIVE, &row, 0);
    while (view_walk_next(&walk, &row)) {
        const struct arena before = *volumes->making->wish->view->arena;
        TRY(add_drive(volumes, &row));
        *volumes->making->wish->view->arena = before;
    }
    return *volumes->making->wish->view->trouble;
}

/* Layers: the newest of a drive is the drive's own path, too. */
static struct status add_layers(struct volumes *volumes)
{
    struct snapshot_row row = {0};
    struct view_walk walk = view_walk_of(volumes->making->wish->view, ROW_SNAPSHOT, &row, 0);
    while (view_walk_next(&walk, &row)) {
        if (row.has_path && row.state == SNAPSHOT_STATE_READY &&
            making_pool(volumes->making, row.pool) != NULL) {
            TRY(add(volumes,
                    &(struct model_volume){.what = row.snapshot,
                                           .path = arena_copy(volumes->making->arena, row.path),
                                           .below = true}));
        }
    }
    return *volumes->making->wish->view->trouble;
}

struct status making_volumes(struct making *making)
{
    void *memory;
    const uint64_t count = 2 * view_count(making->wish->view, ROW_DRIVE, MODEL_VOLUMES_MAX) +
                           view_count(making->wish->view, ROW_SNAPSHOT, MODEL_VOLUMES_MAX);
    const size_t room = count < MODEL_VOLUMES_MAX ? (size_t)count : MODEL_VOLUMES_MAX;
    TRY(making_take(making, room, sizeof(struct model_volume), &memory));
    struct volumes volumes = {.making = making, .out = memory};
    making->model->volumes = memory;
    TRY(add_drives(&volumes));
    return add_layers(&volumes);
}

const struct model_volume *model_volume_at(const struct model *model, struct bytes path)
{
    for (size_t i = 0; i < model->volume_count; i++) {
        if (path.size > 0 && bytes_equal(model->volumes[i].path, path)) {
            return &model->volumes[i];
        }
    }
    return NULL;
}
