#include "auditd/virt/effect_parts.h"
#include "auditd/virt/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void alive(void *context)
{
    work_alive(context);
}

static struct status run(struct work *work, const char *what, const char *const *arguments)
{
    struct program image = {.path = work->effects->options.settings->virt_qemu_img.text,
                            .alive = alive,
                            .context = work};
    const struct status status = program_run(&image, arguments);
    if (!failed(status)) {
        return OK;
    }
    if (status.code == STATUS_NOT_FOUND) {
        return work_fail(work, status, "%s: there is no %s; install qemu-utils", what, image.path);
    }
    return work_fail(work, status, "%s: %s", what,
                     image.words[0] != '\0' ? image.words
                     : status.why != NULL   ? status.why
                                            : status_sentence(status.code));
}

/* Files -------------------------------------------------------------------------------------- */

static bool is_there(const char *path)
{
    struct stat about;
    return lstat(path, &about) == 0;
}

/* A file of a drive is a file, and nothing that leads to another. */
static struct status need_file(struct work *work, const char *path)
{
    struct stat about;
    if (lstat(path, &about) != 0) {
        return work_fail(work, errno == ENOENT ? FAIL(NOT_FOUND, 0) : FAIL(IO, (uint64_t)errno),
                         "%s: %s", path, strerror(errno));
    }
    return S_ISREG(about.st_mode) ? OK : work_fail(work, FAIL(KEY, 0), "%s is no file", path);
}

static struct status remove_file(struct work *work, const char *path)
{
    return unlink(path) == 0 || errno == ENOENT
               ? OK
               : work_fail(work, FAIL(IO, (uint64_t)errno), "%s cannot be removed: %s", path,
                           strerror(errno));
}

static bool sync_path(const char *path, int flags)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC | flags);
    const bool done = file >= 0 && fsync(file) == 0;
    if (file >= 0) {
        (void)close(file);
    }
    return done;
}

/* As libvirt would make it. */
static bool give_away(const struct work *work, const char *path)
{
    const struct owner_plan *owner = &work->effects->owner;
    return !owner->known ||
           (chown(path, (uid_t)-1, (gid_t)owner->gid) == 0 && chmod(path, 0660) == 0);
}

/* Its bytes are on disk before it has its name, and the name is, too. */
static struct status give_name(struct work *work, const char *from, const char *to,
                               const char *directory)
{
    if (!give_away(work, from) || !sync_path(from, 0) || rename(from, to) != 0 ||
        !sync_path(directory, O_DIRECTORY)) {
        return work_fail(work, FAIL(IO, (uint64_t)errno), "%s cannot get its name: %s", to,
                         strerror(errno));
    }
    return OK;
}

/* What is being made for a drive, until it is whole. */
static const char *part_of(struct work *work, struct bytes directory, uint64_t drive)
{
    char name[64];
    struct text text = TEXT_IN(name);
    text_add(&text, "drive-%llu.part", (unsigned long long)drive);
    return work_path(work, directory, text_string(&text));
}

/* The path that a drive's file has, by its row. */
static struct status drive_path(struct work *work, const struct drive_row *drive, const char **out)
{
    if (!drive->has_path) {
        return work_fail(work, FAIL(NOT_FOUND, drive->drive.n), "the drive has no file");
    }
    *out = work_string(work, drive->path);
    return is_below(work->effects->options.settings->virt_pools.text, drive->path)
               ? OK
               : work_fail(work, FAIL(KEY, 0), "%s is in none of [virt] pools", *out);
}

/* Conversion --------------------------------------------------------------------------------- */

static struct status convert(struct work *work, const struct drive_row *drive, const char *from,
                             const char *to, const char *directory)
{
    const char *part = part_of(work, bytes_of_string(directory), drive->drive.n);
    const char *target =
        drive_kind_name(drive->kind == DRIVE_KIND_RAW ? DRIVE_KIND_QCOW2 : DRIVE_KIND_RAW);
    const char *const arguments[] = {
        "convert", "-f", drive_kind_name(drive->kind), "-O", target, from, part, NULL};
    TRY(work_may_act(work));
    TRY(need_file(work, from));
    TRY(remove_file(work, part));
    TRY(run(work, "the drive cannot be converted", arguments));
    return give_name(work, part, to, directory);
}

static void answer_converted(struct work *work, const struct drive_row *drive, const char *path)
{
    work->kind = EVENT_DRIVE_CONVERTED;
    work->on[0] = drive->drive;
    work->on_count = 1;
    work->body.drive_converted = (struct drive_converted){
        .request = work->due.request,
        .from = drive->kind,
        .to = drive->kind == DRIVE_KIND_RAW ? DRIVE_KIND_QCOW2 : DRIVE_KIND_RAW,
        .path = bytes_of_string(path),
        .size = drive->size,
    };
}

/* The old file goes when the new one has its name: until then an attempt begins anew. */
struct status effect_volume_convert(struct work *work)
{
    struct drive_row drive;
    struct pool_row pool;
    const char *from = NULL;
    TRY(work_drive(work, work->due.object, &drive));
    TRY(work_pool(work, drive.pool, &pool));
    TRY(drive_path(work, &drive, &from));
    const struct world_name name = world_drive_file(
        drive.drive.n, drive.kind == DRIVE_KIND_RAW ? DRIVE_KIND_QCOW2 : DRIVE_KIND_RAW);
    const char *to = work_path(work, pool.path, name.text);
    if (drive.has_newest) {
        return work_fail(work, FAIL(CONFLICT, 0), "the drive has snapshots");
    }
    if (is_there(to) && work_is_first(work)) {
        return work_fail(work, FAIL(EXISTS, 0), "there is a file already: %s", to);
    }
    if (!is_there(to)) {
        TRY(convert(work, &drive, from, to, work_string(work, pool.path)));
    }
    if (is_there(from)) {
        TRY(remove_file(work, from));
    }
    answer_converted(work, &drive, to);
    return OK;
}

/* Snapshots ---------------------------------------------------------------------------------- */

struct layers {
    struct drive_row drive;
    struct snapshot_row snapshot;
    struct pool_row pool; /* of the snapshot */
    const char *layer;    /* the path of its layer */
    const char *below;    /* what the layer lies on */
    const char *below_format;
};

/* Below the first layer is the drive's own file, below another that of the snapshot before. */
static struct status find_below(struct work *work, struct layers *layers)
{
    struct snapshot_row parent = {.snapshot = layers->snapshot.parent};
    struct pool_row pool;
    layers->below_format = "qcow2";
    if (layers->snapshot.has_parent) {
        if (!view_find(&work->view, ROW_SNAPSHOT, &parent) || !parent.has_path) {
            return work_fail(work, FAIL(NOT_FOUND, parent.snapshot.n),
                             "the snapshot before it has no file");
        }
        layers->below = work_string(work, parent.path);
        return OK;
    }
    TRY(work_pool(work, layers->drive.pool, &pool));
    const struct world_name file = world_drive_file(layers->drive.drive.n, layers->drive.kind);
    layers->below = work_path(work, pool.path, file.text);
    layers->below_format = drive_kind_name(layers->drive.kind);
    return OK;
}

static struct status find_layers(struct work *work, struct layers *layers)
{
    layers->snapshot = (struct snapshot_row){.snapshot = work->due.object};
    if (!view_find(&work->view, ROW_SNAPSHOT, &layers->snapshot)) {
        return work_fail(work, FAIL(NOT_FOUND, work->due.object.n), "there is no such snapshot");
    }
    TRY(work_drive(work, layers->snapshot.drive, &layers->drive));
    TRY(work_pool(work, layers->snapshot.pool, &layers->pool));
    const struct world_name name =
        world_layer_file(layers->drive.drive.n, layers->snapshot.snapshot.n);
    layers->layer = work_path(work, layers->pool.path, name.text);
    TRY(find_below(work, layers));
    return is_below(work->effects->options.settings->virt_pools.text,
                    bytes_of_string(layers->below))
               ? OK
               : work_fail(work, FAIL(KEY, 0), "%s is in none of [virt] pools", layers->below);
}

static struct status make_layer(struct work *work, const struct layers *layers)
{
    const char *directory = work_string(work, layers->pool.path);
    const char *part = part_of(work, layers->pool.path, layers->drive.drive.n);
    const char *const arguments[] = {
        "create", "-q", "-f", "qcow2", "-F", layers->below_format, "-b", layers->below, part, NULL};
    TRY(work_may_act(work));
    TRY(need_file(work, layers->below));
    TRY(remove_file(work, part));
    TRY(run(work, "the snapshot cannot be made", arguments));
    return give_name(work, part, layers->layer, directory);
}

/* The drive's other subject comes second, as the catalogue has it. */
static void answer_snapshot(struct work *work, enum event_kind kind, const struct layers *layers,
                            const char *path)
{
    const struct id drive = layers->drive.drive;
    const struct bytes where = bytes_of_string(path);
    work->kind = kind;
    work->on[0] = layers->snapshot.snapshot;
    work->on[1] = drive;
    work->on_count = 2;
    if (kind == EVENT_DRIVE_SNAPSHOT_CREATED) {
        work->body.drive_snapshot_created =
            (struct drive_snapshot_created){.request = work->due.request,
                                            .drive = drive,
                                            .has_parent = layers->snapshot.has_parent,
                                            .parent = layers->snapshot.parent,
                                            .path = where};
    } else if (kind == EVENT_DRIVE_SNAPSHOT_MERGED) {
        work->body.drive_snapshot_merged = (struct drive_snapshot_merged){
            .request = work->due.request, .drive = drive, .path = where};
    } else {
        work->body.drive_snapshot_deleted = (struct drive_snapshot_deleted){
            .request = work->due.request, .drive = drive, .path = where};
    }
}

struct status effect_snapshot_create(struct work *work)
{
    struct layers layers;
    TRY(find_layers(work, &layers));
    if (is_there(layers.layer) && work_is_first(work)) {
        return work_fail(work, FAIL(EXISTS, 0), "there is a file already: %s", layers.layer);
    }
    if (!is_there(layers.layer)) {
        TRY(make_layer(work, &layers));
    }
    answer_snapshot(work, EVENT_DRIVE_SNAPSHOT_CREATED, &layers, layers.layer);
    return OK;
}

/* A layer that is not there any more was taken by an earlier attempt; by none, it is missing. */
static struct status is_gone(struct work *work, const struct layers *layers, bool *gone)
{
    *gone = !is_there(layers->layer);
    return *gone && work_is_first(work)
               ? work_fail(work, FAIL(NOT_FOUND, 0), "there is no file %s", layers->layer)
               : OK;
}

struct status effect_snapshot_merge(struct work *work)
{
    struct layers layers;
    bool gone;
    TRY(find_layers(work, &layers));
    TRY(is_gone(work, &layers, &gone));
    if (!gone) {
        const char *const arguments[] = {"commit", "-q",         "-f",         "qcow2",
                                         "-b",     layers.below, layers.layer, NULL};
        TRY(work_may_act(work));
        TRY(need_file(work, layers.layer));
        TRY(need_file(work, layers.below));
        TRY(run(work, "the snapshot cannot be merged", arguments));
        if (!sync_path(layers.below, 0)) {
            return work_fail(work, FAIL(IO, (uint64_t)errno), "%s: %s", layers.below,
                             strerror(errno));
        }
        TRY(remove_file(work, layers.layer));
    }
    answer_snapshot(work, EVENT_DRIVE_SNAPSHOT_MERGED, &layers, layers.below);
    return OK;
}

struct status effect_snapshot_delete(struct work *work)
{
    struct layers layers;
    bool gone;
    TRY(find_layers(work, &layers));
    TRY(is_gone(work, &layers, &gone));
    if (!gone) {
        TRY(work_may_act(work));
        TRY(need_file(work, layers.below));
        TRY(remove_file(work, layers.layer));
    }
    answer_snapshot(work, EVENT_DRIVE_SNAPSHOT_DELETED, &layers, layers.below);
    return OK;
}
