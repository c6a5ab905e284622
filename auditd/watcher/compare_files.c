#include "auditd/virt/names.h"
#include "auditd/watcher/compare_parts.h"
#include "schema/time.h"

#include <inttypes.h>

/* Pools ----------------------------------------------------------------------------------- */

static const struct seen_pool *find_pool(const struct observed *observed, struct bytes name)
{
    for (size_t i = 0; i < observed->pool_count; i++) {
        if (bytes_equal(observed->pools[i].name, name)) {
            return &observed->pools[i];
        }
    }
    return NULL;
}

static struct status compare_pool(struct comparing *comparing, const struct model_pool *pool)
{
    const struct seen_pool *seen = find_pool(comparing->with->observed, pool->name);
    comparing->with->checked++;
    if (!pool->ready || (seen != NULL && seen->active && bytes_equal(seen->path, pool->path))) {
        return OK;
    }
    comparing_begin(comparing);
    id_write(&comparing->object, pool->pool);
    comparing_put(&comparing->expected, pool->path);
    if (seen != NULL) {
        comparing_put(&comparing->observed,
                      seen->active ? LITERAL("active at ") : LITERAL("not active, at "));
        comparing_put(&comparing->observed, seen->path);
    }
    return comparing_mismatch(comparing, MISMATCH_KIND_POOL_MISSING);
}

/* Volumes that nobody asked for -------------------------------------------------------------- */

/* A file of a drive that something is being done with may come and go. */
static bool is_worked_on(const struct comparing *comparing, const struct seen_volume *volume)
{
    const struct model *model = comparing->with->model;
    uint64_t drive, snapshot;
    if (!world_read_drive_file(volume->name, &drive, &snapshot)) {
        return false;
    }
    if (model_is_due(model, (struct id){ID_DRIVE, drive}) ||
        (snapshot != 0 && model_is_due(model, (struct id){ID_SNAPSHOT, snapshot}))) {
        return true;
    }
    for (size_t i = 0; i < model->volume_count; i++) {
        if (id_equal(model->volumes[i].what, (struct id){ID_DRIVE, drive}) &&
            !model->volumes[i].below && !model->volumes[i].settled) {
            return true;
        }
    }
    return false;
}

/* Of images only what has a name of ours: others are put there before they are registered. */
static bool is_boot_of_nobody(const struct comparing *comparing, const struct seen_volume *volume)
{
    const struct model *model = comparing->with->model;
    uint64_t vm, run;
    if (!world_read_boot_file(volume->name, &vm, &run)) {
        return false;
    }
    const struct model_machine *machine = model_machine(model, vm);
    if (model_is_due(model, (struct id){ID_VM, vm})) {
        return false;
    }
    if (machine == NULL) {
        return true;
    }
    const bool in_use =
        machine->state == VM_STATE_REQUESTED || machine->state == VM_STATE_RUNNING ||
        machine->state == VM_STATE_REGISTERED || machine->state == VM_STATE_STOPPING;
    return !(in_use && machine->run == run) &&
           comparing_is_over(comparing, machine->changed_us, comparing->with->grace_us);
}

static const struct model_pool *known_pool(const struct comparing *comparing, struct bytes name)
{
    const struct model *model = comparing->with->model;
    for (size_t i = 0; i < model->pool_count; i++) {
        if (bytes_equal(model->pools[i].name, name)) {
            return &model->pools[i];
        }
    }
    return NULL;
}

static struct status compare_volume(struct comparing *comparing, const struct seen_volume *volume)
{
    const struct observed *observed = comparing->with->observed;
    const struct model_pool *pool = known_pool(comparing, observed->pools[volume->pool].name);
    bool stranger = false;
    comparing->with->checked++;
    if (pool == NULL) {
        return OK;
    }
    if (pool->kind == POOL_KIND_DRIVE || pool->kind == POOL_KIND_SNAPSHOT) {
        stranger = model_volume_at(comparing->with->model, volume->path) == NULL &&
                   !is_worked_on(comparing, volume);
    } else if (pool->kind == POOL_KIND_IMAGE) {
        stranger = is_boot_of_nobody(comparing, volume);
    }
    if (!stranger) {
        return OK;
    }
    comparing_begin(comparing);
    comparing_put(&comparing->object, volume->path);
    comparing_put(&comparing->observed, LITERAL("a volume of "));
    id_write(&comparing->observed, pool->pool);
    return comparing_mismatch(comparing, MISMATCH_KIND_VOLUME_UNKNOWN);
}

struct status compare_pools(struct comparing *comparing)
{
    const struct comparison *with = comparing->with;
    for (size_t i = 0; i < with->model->pool_count; i++) {
        TRY(compare_pool(comparing, &with->model->pools[i]));
    }
    for (size_t i = 0; i < with->observed->volume_count; i++) {
        TRY(compare_volume(comparing, &with->observed->volumes[i]));
    }
    return OK;
}

/* Files ----------------------------------------------------------------------------------- */

static void put_file(struct text *text, uint64_t inode, uint64_t size, uint64_t modified_us)
{
    text_add(text, "inode %" PRIu64 ", %" PRIu64 " bytes, modified ", inode, size);
    time_write(text, modified_us);
}

static void begin_volume(struct comparing *comparing, const struct model_volume *volume)
{
    comparing_begin(comparing);
    id_write(&comparing->object, volume->what);
    text_put_char(&comparing->object, ' ');
    comparing_put(&comparing->object, volume->path);
}

static bool is_same(const struct model_file *last, const struct seen_file *file)
{
    return last->inode == file->inode && last->size == file->size &&
           last->modified_us == file->modified_us;
}

/* What a file is by itself, whoever wrote to it. */
static struct status compare_form(struct comparing *comparing, const struct model_volume *volume,
                                  const struct seen_file *file)
{
    const uint64_t size = volume->is_raw ? file->size : file->virtual_size;
    const bool sized = volume->is_raw ? file->whole : file->has_virtual;
    if (!volume->below && sized && size != volume->size) {
        begin_volume(comparing, volume);
        text_add(&comparing->expected, "%" PRIu64 " bytes", volume->size);
        text_add(&comparing->observed, "%" PRIu64 " bytes", size);
        TRY(comparing_mismatch(comparing, MISMATCH_KIND_VOLUME_CHANGED));
    }
    if (!volume->is_raw && !volume->below && file->has_backing &&
        !bytes_equal(file->backing, volume->backing)) {
        begin_volume(comparing, volume);
        text_put_literal(&comparing->expected, "on ");
        comparing_put(&comparing->expected,
                      volume->backing.size > 0 ? volume->backing : LITERAL("nothing"));
        text_put_literal(&comparing->observed, "on ");
        comparing_put(&comparing->observed,
                      file->backing.size > 0 ? file->backing : LITERAL("nothing"));
        TRY(comparing_mismatch(comparing, MISMATCH_KIND_VOLUME_CHANGED));
    }
    return OK;
}

static struct status look_at(struct comparing *comparing, const struct model_volume *volume,
                             const struct seen_file *file)
{
    const bool settled = comparing_is_over(comparing, file->modified_us, SETTLE_US);
    if (!settled && !volume->written) {
        return OK; /* what was written last may be on its way to the disk yet */
    }
    return comparing_fact(comparing, &(struct finding){.kind = FINDING_FILE,
                                                       .about = volume->what,
                                                       .what = volume->what,
                                                       .volume = volume,
                                                       .file = file});
}

/* Nobody has it read-write: it stays as it was when it was looked at last. */
static struct status compare_resting(struct comparing *comparing, const struct model_volume *volume,
                                     const struct seen_file *file)
{
    const struct comparison *with = comparing->with;
    const struct model_file *last = &volume->last;
    if (!volume->has_last || last->attached || !bytes_equal(last->path, volume->path)) {
        return look_at(comparing, volume, file);
    }
    if (is_same(last, file)) {
        return OK;
    }
    if (with->used_since != NULL && with->used_since(with->context, volume->what, last->seen_n)) {
        return look_at(comparing, volume, file);
    }
    begin_volume(comparing, volume);
    put_file(&comparing->expected, last->inode, last->size, last->modified_us);
    put_file(&comparing->observed, file->inode, file->size, file->modified_us);
    return comparing_mismatch(comparing, MISMATCH_KIND_VOLUME_CHANGED);
}

static struct status compare_file(struct comparing *comparing, const struct model_volume *volume,
                                  const struct seen_file *file)
{
    if (!file->looked || !volume->settled || volume->path.size == 0) {
        return OK;
    }
    comparing->with->checked++;
    if (!file->there) {
        begin_volume(comparing, volume);
        text_put_literal(&comparing->expected, "a file");
        return comparing_mismatch(comparing, MISMATCH_KIND_VOLUME_MISSING);
    }
    TRY(compare_form(comparing, volume, file));
    if (volume->below || !file->whole) {
        return OK;
    }
    if (!volume->written) {
        return compare_resting(comparing, volume, file);
    }
    return volume->has_last && volume->last.attached && bytes_equal(volume->last.path, volume->path)
               ? OK
               : look_at(comparing, volume, file);
}

struct status compare_files(struct comparing *comparing)
{
    const struct comparison *with = comparing->with;
    for (size_t i = 0; i < with->model->volume_count; i++) {
        TRY(compare_file(comparing, &with->model->volumes[i], &with->observed->files[i]));
    }
    return OK;
}

/* Exports --------------------------------------------------------------------------------- */

static const struct seen_export *find_export(const struct observed *observed, struct bytes path)
{
    for (size_t i = 0; i < observed->export_count; i++) {
        if (bytes_equal(observed->exports[i].path, path)) {
            return &observed->exports[i];
        }
    }
    return NULL;
}

static bool is_exported(const struct model *model, struct bytes path)
{
    for (size_t i = 0; i < model->export_count; i++) {
        const struct model_export *export = &model->exports[i];
        if (bytes_equal(export->path, path) && (!export->revoked || export->due)) {
            return true;
        }
    }
    return false;
}

struct status compare_exports(struct comparing *comparing)
{
    const struct comparison *with = comparing->with;
    for (size_t i = 0; with->observed->has_exports && i < with->model->export_count; i++) {
        const struct model_export *export = &with->model->exports[i];
        if (!export->revoked && !export->due && find_export(with->observed, export->path) == NULL) {
            comparing_begin(comparing);
            id_write(&comparing->object, export->nfs);
            comparing_put(&comparing->expected, export->path);
            TRY(comparing_mismatch(comparing, MISMATCH_KIND_EXPORT_MISSING));
        }
    }
    for (size_t i = 0; with->observed->has_exports && i < with->observed->export_count; i++) {
        const struct seen_export *export = &with->observed->exports[i];
        if (!is_exported(with->model, export->path)) {
            comparing_begin(comparing);
            comparing_put(&comparing->object, export->path);
            comparing_put(&comparing->observed, export->clients);
            TRY(comparing_mismatch(comparing, MISMATCH_KIND_EXPORT_UNKNOWN));
        }
    }
    return OK;
}
