#include "auditd/virt/effect_parts.h"

/* Pools -------------------------------------------------------------------------------------- */

struct wanted {
    const char *name;
    struct bytes path;
    bool there, same;
};

static struct status compare_pool(void *context, const struct hypervisor_pool *pool)
{
    struct wanted *wanted = context;
    if (strcmp(pool->name, wanted->name) == 0) {
        wanted->there = true;
        wanted->same = bytes_equal(bytes_of_string(pool->path), wanted->path);
    }
    return OK;
}

static struct status open_pool(struct work *work, struct hypervisor *host, const char *name,
                               const struct pool_row *pool)
{
    struct wanted wanted = {.name = name, .path = pool->path};
    struct text *xml = &work->effects->xml;
    TRY_HOST(work, host, "the pools cannot be looked at",
             hypervisor_each_pool(host, compare_pool, &wanted));
    if (wanted.there && !wanted.same) {
        return work_fail(work, FAIL(EXISTS, 0), "the host has a pool %s of another directory",
                         name);
    }
    TRY(work_may_act(work));
    text_clear(xml);
    TRY(pool_xml(name, pool->path, &work->effects->owner, xml));
    TRY_HOST(work, host, "the pool cannot be made",
             hypervisor_pool_open(host, name, text_string(xml)));
    return OK;
}

/* That one is there already and started does no harm: it is asked for again on each host. */
struct status effect_pool_define(struct work *work)
{
    struct pool_row pool;
    TRY(work_pool(work, work->due.object, &pool));
    const struct world_name name = world_pool(pool.name);
    for (size_t i = 0; i < pool.hosts_count; i++) {
        struct hypervisor *host = NULL;
        TRY(work_host(work, pool.hosts[i], &host));
        TRY(open_pool(work, host, name.text, &pool));
    }
    text_put_bytes(&work->path, pool.path);
    return OK;
}

/* Volumes ------------------------------------------------------------------------------------ */

struct sought {
    const char *name;
    bool there;
    uint64_t capacity;
    char format[64];
};

static struct status compare_volume(void *context, const struct hypervisor_volume *volume)
{
    struct sought *sought = context;
    if (strcmp(volume->name, sought->name) == 0) {
        struct text format = TEXT_IN(sought->format);
        text_put_string(&format, volume->format);
        (void)text_string(&format);
        sought->there = true;
        sought->capacity = volume->capacity;
    }
    return OK;
}

/* What is there of an earlier attempt is what was asked for, or it is not ours. */
static struct status judge_volume(struct work *work, const struct sought *sought,
                                  const struct drive_row *drive, const char *path)
{
    if (work_is_first(work)) {
        return work_fail(work, FAIL(EXISTS, 0), "there is a file already: %s", path);
    }
    if (sought->capacity != drive->size ||
        strcmp(sought->format, drive_kind_name(drive->kind)) != 0) {
        return work_fail(work, FAIL(EXISTS, 0), "there is another file: %s", path);
    }
    return OK;
}

static struct status make_volume(struct work *work, struct hypervisor *host, const char *pool,
                                 const struct drive_row *drive, const char *file)
{
    struct text *xml = &work->effects->xml;
    const struct volume_plan plan = {.name = file,
                                     .format = drive_kind_name(drive->kind),
                                     .capacity = drive->size,
                                     .owner = work->effects->owner};
    TRY(work_may_act(work));
    text_clear(xml);
    TRY(volume_xml(&plan, xml));
    TRY_HOST(work, host, "the volume cannot be made",
             hypervisor_volume_create(host, pool, text_string(xml)));
    return OK;
}

struct status effect_volume_create(struct work *work)
{
    struct drive_row drive;
    struct pool_row pool;
    struct hypervisor *host = NULL;
    TRY(work_drive(work, work->due.object, &drive));
    TRY(work_pool(work, drive.pool, &pool));
    TRY(work_pool_host(work, &pool, &host));
    const struct world_name name = world_pool(pool.name);
    const struct world_name file = world_drive_file(drive.drive.n, drive.kind);
    const char *path = work_path(work, pool.path, file.text);
    struct sought sought = {.name = file.text};
    TRY_HOST(work, host, "the pool cannot be looked at",
             hypervisor_each_volume(host, name.text, compare_volume, &sought));
    if (sought.there) {
        TRY(judge_volume(work, &sought, &drive, path));
    } else {
        TRY(make_volume(work, host, name.text, &drive, file.text));
    }
    text_put_string(&work->path, path);
    return OK;
}

struct status effect_volume_delete(struct work *work)
{
    struct drive_row drive;
    struct pool_row pool;
    struct hypervisor *host = NULL;
    union event_body body;
    TRY(work_drive(work, work->due.object, &drive));
    TRY(work_pool(work, drive.pool, &pool));
    TRY(work_pool_host(work, &pool, &host));
    TRY(work_request(work, EVENT_DRIVE_DELETED, &body, NULL));
    const bool wipe = body.drive_deleted.wipe;
    const struct world_name name = world_pool(pool.name);
    const struct world_name file = world_drive_file(drive.drive.n, drive.kind);
    const struct status there = hypervisor_volume_find(host, name.text, file.text, NULL);
    if (there.code == STATUS_NOT_FOUND) {
        text_put_string(&work->detail, work_is_first(work) ? "there was no file" : "");
        return OK;
    }
    TRY_HOST(work, host, "the volume cannot be looked at", there);
    TRY(work_may_act(work));
    work_alive(work);
    TRY_HOST(work, host, "the volume cannot be deleted",
             hypervisor_volume_delete(host, name.text, file.text, wipe));
    text_put_string(&work->detail, wipe ? "overwritten" : "");
    return OK;
}
