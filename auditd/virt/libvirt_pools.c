#include "auditd/virt/libvirt.h"
#include "auditd/virt/pool_read.h"

#include <stdlib.h>

/* Pools -------------------------------------------------------------------------------------- */

static struct status find_pool(struct hypervisor *hypervisor, const char *name,
                               virStoragePoolPtr *out)
{
    TRY(hypervisor_needs_connection(hypervisor));
    *out = virStoragePoolLookupByName(hypervisor->connection, name);
    return *out == NULL ? hypervisor_failed(hypervisor) : OK;
}

/* Of one that was just defined and comes to nothing. */
static void forget(virStoragePoolPtr pool)
{
    (void)virStoragePoolUndefine(pool);
    virResetLastError();
}

static struct status define_pool(struct hypervisor *hypervisor, const char *xml,
                                 virStoragePoolPtr *out)
{
    virStoragePoolPtr pool = virStoragePoolDefineXML(hypervisor->connection, xml, 0);
    if (pool == NULL) {
        return hypervisor_failed(hypervisor);
    }
    if (virStoragePoolBuild(pool, 0) < 0) {
        const struct status status = hypervisor_failed(hypervisor);
        forget(pool);
        (void)virStoragePoolFree(pool);
        return status;
    }
    *out = pool;
    return OK;
}

static struct status start_pool(struct hypervisor *hypervisor, virStoragePoolPtr pool)
{
    if (virStoragePoolIsActive(pool) == 0 && virStoragePoolCreate(pool, 0) < 0) {
        return hypervisor_failed(hypervisor);
    }
    /* Not every driver knows a start of the host. */
    (void)virStoragePoolSetAutostart(pool, 1);
    virResetLastError();
    return virStoragePoolRefresh(pool, 0) < 0 ? hypervisor_failed(hypervisor) : OK;
}

struct status hypervisor_pool_open(struct hypervisor *hypervisor, const char *pool, const char *xml)
{
    virStoragePoolPtr found = NULL;
    struct status status = find_pool(hypervisor, pool, &found);
    if (status.code == STATUS_NOT_FOUND) {
        status = define_pool(hypervisor, xml, &found);
    }
    TRY(status);
    status = start_pool(hypervisor, found);
    (void)virStoragePoolFree(found);
    return status;
}

static struct status show_pool(struct hypervisor *hypervisor, virStoragePoolPtr pool,
                               hypervisor_pool_visitor *visit, void *context)
{
    struct pool_seen seen;
    char *xml = virStoragePoolGetXMLDesc(pool, 0);
    if (xml == NULL) {
        const struct status status = hypervisor_failed(hypervisor);
        return status.code == STATUS_NOT_FOUND ? OK : status; /* gone meanwhile */
    }
    struct status status = pool_read(bytes_of_string(xml), &seen);
    free(xml);
    TRY(status);
    const struct hypervisor_pool shown = {.name = virStoragePoolGetName(pool),
                                          .path = seen.path,
                                          .active = virStoragePoolIsActive(pool) == 1};
    return visit(context, &shown);
}

struct status hypervisor_each_pool(struct hypervisor *hypervisor, hypervisor_pool_visitor *visit,
                                   void *context)
{
    virStoragePoolPtr *pools = NULL;
    TRY(hypervisor_needs_connection(hypervisor));
    const int count = virConnectListAllStoragePools(hypervisor->connection, &pools, 0);
    if (count < 0) {
        return hypervisor_failed(hypervisor);
    }
    struct status status =
        count > HYPERVISOR_OBJECTS_MAX ? FAIL(LIMIT, HYPERVISOR_OBJECTS_MAX) : OK;
    for (int i = 0; i < count; i++) {
        if (!failed(status)) {
            status = show_pool(hypervisor, pools[i], visit, context);
        }
        (void)virStoragePoolFree(pools[i]);
    }
    free(pools);
    return status;
}

/* Volumes ------------------------------------------------------------------------------------ */

static struct status show_volume(struct hypervisor *hypervisor, virStorageVolPtr volume,
                                 hypervisor_volume_visitor *visit, void *context)
{
    struct volume_seen seen;
    virStorageVolInfo info;
    char *xml = virStorageVolGetXMLDesc(volume, 0);
    if (xml == NULL || virStorageVolGetInfo(volume, &info) < 0) {
        const struct status status = hypervisor_failed(hypervisor);
        free(xml);
        return status.code == STATUS_NOT_FOUND ? OK : status; /* gone meanwhile */
    }
    struct status status = volume_read(bytes_of_string(xml), &seen);
    free(xml);
    TRY(status);
    const struct hypervisor_volume shown = {.name = virStorageVolGetName(volume),
                                            .path = seen.path,
                                            .format = seen.format,
                                            .backing = seen.backing,
                                            .capacity = info.capacity,
                                            .allocation = info.allocation};
    return visit(context, &shown);
}

static struct status show_volumes(struct hypervisor *hypervisor, virStoragePoolPtr pool,
                                  hypervisor_volume_visitor *visit, void *context)
{
    virStorageVolPtr *volumes = NULL;
    const int count = virStoragePoolListAllVolumes(pool, &volumes, 0);
    if (count < 0) {
        return hypervisor_failed(hypervisor);
    }
    struct status status =
        count > HYPERVISOR_OBJECTS_MAX ? FAIL(LIMIT, HYPERVISOR_OBJECTS_MAX) : OK;
    for (int i = 0; i < count; i++) {
        if (!failed(status)) {
            status = show_volume(hypervisor, volumes[i], visit, context);
        }
        (void)virStorageVolFree(volumes[i]);
    }
    free(volumes);
    return status;
}

struct status hypervisor_each_volume(struct hypervisor *hypervisor, const char *pool,
                                     hypervisor_volume_visitor *visit, void *context)
{
    virStoragePoolPtr found = NULL;
    TRY(find_pool(hypervisor, pool, &found));
    /* One that is busy is as it was at its last look. */
    (void)virStoragePoolRefresh(found, 0);
    virResetLastError();
    const struct status status = show_volumes(hypervisor, found, visit, context);
    (void)virStoragePoolFree(found);
    return status;
}

static struct status find_volume(struct hypervisor *hypervisor, const char *pool,
                                 const char *volume, virStorageVolPtr *out)
{
    virStoragePoolPtr found = NULL;
    TRY(find_pool(hypervisor, pool, &found));
    (void)virStoragePoolRefresh(found, 0);
    virResetLastError();
    *out = virStorageVolLookupByName(found, volume);
    const struct status status = *out == NULL ? hypervisor_failed(hypervisor) : OK;
    (void)virStoragePoolFree(found);
    return status;
}

static struct status put_path(struct hypervisor *hypervisor, virStorageVolPtr volume,
                              struct text *path)
{
    char *lent = virStorageVolGetPath(volume);
    if (lent == NULL) {
        return hypervisor_failed(hypervisor);
    }
    text_put_string(path, lent);
    free(lent);
    return path->full ? FAIL(LIMIT, path->capacity) : OK;
}

struct status hypervisor_volume_find(struct hypervisor *hypervisor, const char *pool,
                                     const char *volume, struct text *path)
{
    virStorageVolPtr found = NULL;
    TRY(find_volume(hypervisor, pool, volume, &found));
    const struct status status = path == NULL ? OK : put_path(hypervisor, found, path);
    (void)virStorageVolFree(found);
    return status;
}

struct status hypervisor_volume_create(struct hypervisor *hypervisor, const char *pool,
                                       const char *xml)
{
    virStoragePoolPtr found = NULL;
    TRY(find_pool(hypervisor, pool, &found));
    virStorageVolPtr volume = virStorageVolCreateXML(found, xml, 0);
    const struct status status = volume == NULL ? hypervisor_failed(hypervisor) : OK;
    if (volume != NULL) {
        (void)virStorageVolFree(volume);
    }
    (void)virStoragePoolFree(found);
    return status;
}

struct status hypervisor_volume_delete(struct hypervisor *hypervisor, const char *pool,
                                       const char *volume, bool wipe)
{
    virStorageVolPtr found = NULL;
    TRY(find_volume(hypervisor, pool, volume, &found));
    const bool done =
        (!wipe || virStorageVolWipe(found, 0) == 0) && virStorageVolDelete(found, 0) == 0;
    const struct status status = done ? OK : hypervisor_failed(hypervisor);
    (void)virStorageVolFree(found);
    return status;
}
