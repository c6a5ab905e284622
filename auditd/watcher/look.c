#include "auditd/watcher/look.h"

#include "auditd/virt/names.h"
#include "auditd/watcher/files.h"
#include "auditd/watcher/normal.h"
#include "core/store_layout.h"

#include <stdlib.h>

struct looker {
    struct hasher *hasher;
    char running[HYPERVISOR_XML_MAX], defined[HYPERVISOR_XML_MAX];
    uint8_t reading[DOMAIN_ARENA_SIZE];
    struct domain_seen seen;
};

struct status looker_open(struct looker **out)
{
    CLEANUP(looker_close) struct looker *looker = malloc(sizeof *looker);
    if (looker == NULL) {
        return FAIL(NO_MEMORY, sizeof *looker);
    }
    looker->hasher = NULL;
    TRY(hasher_open(&looker->hasher));
    *out = looker;
    looker = NULL;
    return OK;
}

void looker_close(struct looker **looker)
{
    if (*looker != NULL) {
        hasher_close(&(*looker)->hasher);
        free(*looker);
        *looker = NULL;
    }
}

/* A look that goes on. */
struct looking {
    struct looker *looker;
    const struct look_wish *wish;
    struct observed *out;
    struct seen_domain *domains;
    struct seen_pool *pools;
    struct seen_volume *volumes;
    size_t pool; /* whose volumes are listed */
};

static struct bytes keep(const struct looking *looking, const char *text)
{
    return arena_copy(looking->wish->arena, bytes_of_string(text));
}

static struct status take(struct arena *arena, size_t count, size_t size, void **out)
{
    *out = arena_take(arena, (count == 0 ? 1 : count) * size);
    return *out == NULL ? FAIL(NO_MEMORY, arena->capacity) : OK;
}

static void beat(const struct look_wish *wish)
{
    if (wish->alive != NULL) {
        wish->alive(wish->context);
    }
}

/* Domains --------------------------------------------------------------------------------- */

static struct status visit_domain(void *context, const struct hypervisor_domain *domain)
{
    struct looking *looking = context;
    if (looking->out->domain_count == LOOK_DOMAINS_MAX) {
        return FAIL_BECAUSE(LIMIT, LOOK_DOMAINS_MAX, "the host has too many domains");
    }
    looking->domains[looking->out->domain_count++] = (struct seen_domain){
        .name = keep(looking, domain->name),
        .uuid = keep(looking, domain->uuid),
        .active = domain->state == HYPERVISOR_RUNNING || domain->state == HYPERVISOR_PAUSED,
        .snapshots = domain->snapshots};
    return OK;
}

static struct bytes keep_bytes(const struct looking *looking, struct bytes bytes)
{
    return arena_copy(looking->wish->arena, bytes);
}

static struct status keep_devices(const struct looking *looking, const struct domain_seen *seen,
                                  struct seen_domain *out)
{
    void *disks, *interfaces;
    TRY(take(looking->wish->arena, seen->disk_count, sizeof seen->disks[0], &disks));
    TRY(take(looking->wish->arena, seen->interface_count, sizeof seen->interfaces[0], &interfaces));
    struct domain_disk *disk = disks;
    struct domain_interface *interface = interfaces;
    for (size_t i = 0; i < seen->disk_count; i++) {
        disk[i] = seen->disks[i];
        disk[i].type = keep_bytes(looking, disk[i].type);
        disk[i].path = keep_bytes(looking, disk[i].path);
        disk[i].format = keep_bytes(looking, disk[i].format);
        disk[i].target = keep_bytes(looking, disk[i].target);
        disk[i].bus = keep_bytes(looking, disk[i].bus);
        disk[i].serial = keep_bytes(looking, disk[i].serial);
        disk[i].alias = keep_bytes(looking, disk[i].alias);
    }
    for (size_t i = 0; i < seen->interface_count; i++) {
        interface[i] = seen->interfaces[i];
        interface[i].type = keep_bytes(looking, interface[i].type);
        interface[i].mac = keep_bytes(looking, interface[i].mac);
        interface[i].source = keep_bytes(looking, interface[i].source);
        interface[i].alias = keep_bytes(looking, interface[i].alias);
    }
    out->disks = disk;
    out->disk_count = seen->disk_count;
    out->interfaces = interface;
    out->interface_count = seen->interface_count;
    return looking->wish->arena->full ? FAIL(NO_MEMORY, looking->wish->arena->capacity) : OK;
}

/* A description that cannot be read is one that differs from any other. */
static struct status read_domain(const struct looking *looking, const char *name,
                                 struct seen_domain *domain)
{
    struct looker *looker = looking->looker;
    struct text running = TEXT_IN(looker->running), defined = TEXT_IN(looker->defined);
    struct arena reading = ARENA_IN(looker->reading);
    TRY(hypervisor_domain_xml(looking->wish->hypervisor, name, false, &running));
    TRY(hypervisor_domain_xml(looking->wish->hypervisor, name, true, &defined));
    domain->xml = normal_hash(looker->hasher, text_bytes(&running), text_bytes(&defined));
    TRY(domain_read(text_bytes(&running), &reading, &looker->seen));
    domain->is_ours = looker->seen.is_ours;
    domain->vm = looker->seen.vm;
    domain->run = looker->seen.run;
    domain->other_count = looker->seen.other_count;
    domain->other = keep_bytes(looking, looker->seen.other);
    TRY(keep_devices(looking, &looker->seen, domain));
    domain->read = true;
    return OK;
}

static struct status read_domains(struct looking *looking)
{
    for (size_t i = 0; i < looking->out->domain_count; i++) {
        struct seen_domain *domain = &looking->domains[i];
        char name[HYPERVISOR_NAME_MAX + 1];
        uint64_t vm;
        if (!domain->active || !world_read_domain(domain->name, &vm) ||
            domain->name.size >= sizeof name) {
            continue;
        }
        memcpy(name, domain->name.data, domain->name.size);
        name[domain->name.size] = '\0';
        const struct status status = read_domain(looking, name, domain);
        if (status.code == STATUS_NOT_FOUND || status.code == STATUS_CONFLICT) {
            domain->active = false; /* it has ended meanwhile */
            continue;
        }
        TRY(status);
        beat(looking->wish);
    }
    return OK;
}

/* Pools and volumes ------------------------------------------------------------------------- */

static struct status visit_pool(void *context, const struct hypervisor_pool *pool)
{
    struct looking *looking = context;
    if (looking->out->pool_count == LOOK_POOLS_MAX) {
        return FAIL_BECAUSE(LIMIT, LOOK_POOLS_MAX, "the host has too many pools");
    }
    looking->pools[looking->out->pool_count++] =
        (struct seen_pool){.name = keep(looking, pool->name),
                           .path = keep(looking, pool->path),
                           .active = pool->active};
    return OK;
}

static struct status visit_volume(void *context, const struct hypervisor_volume *volume)
{
    struct looking *looking = context;
    if (looking->out->volume_count == LOOK_VOLUMES_MAX) {
        return FAIL_BECAUSE(LIMIT, LOOK_VOLUMES_MAX, "the host has too many volumes");
    }
    looking->volumes[looking->out->volume_count++] =
        (struct seen_volume){.pool = looking->pool,
                             .name = keep(looking, volume->name),
                             .path = keep(looking, volume->path),
                             .backing = keep(looking, volume->backing)};
    return OK;
}

static bool is_ours(const struct seen_pool *pool)
{
    return pool->active && pool->name.size > 6 && memcmp(pool->name.data, "cairn-", 6) == 0;
}

static struct status list_volumes(struct looking *looking)
{
    for (size_t i = 0; i < looking->out->pool_count; i++) {
        struct seen_pool *pool = &looking->pools[i];
        char name[HYPERVISOR_NAME_MAX + 1];
        if (!is_ours(pool) || pool->name.size >= sizeof name) {
            continue;
        }
        memcpy(name, pool->name.data, pool->name.size);
        name[pool->name.size] = '\0';
        looking->pool = i;
        const struct status status =
            hypervisor_each_volume(looking->wish->hypervisor, name, visit_volume, looking);
        /* One that has been stopped meanwhile, or whose directory is gone, shows none. */
        if (status.code == STATUS_UNREACHABLE || status.code == STATUS_LIMIT) {
            return status;
        }
        pool->listed = !failed(status);
        beat(looking->wish);
    }
    return OK;
}

struct status look_host(struct looker *looker, const struct look_wish *wish, struct observed *out)
{
    struct looking looking = {.looker = looker, .wish = wish, .out = out};
    void *memory;
    *out = (struct observed){0};
    TRY(take(wish->arena, LOOK_DOMAINS_MAX, sizeof(struct seen_domain), &memory));
    out->domains = looking.domains = memory;
    TRY(take(wish->arena, LOOK_POOLS_MAX, sizeof(struct seen_pool), &memory));
    out->pools = looking.pools = memory;
    TRY(take(wish->arena, LOOK_VOLUMES_MAX, sizeof(struct seen_volume), &memory));
    out->volumes = looking.volumes = memory;
    TRY(hypervisor_each_domain(wish->hypervisor, visit_domain, &looking));
    TRY(read_domains(&looking));
    TRY(hypervisor_each_pool(wish->hypervisor, visit_pool, &looking));
    TRY(list_volumes(&looking));
    return wish->arena->full ? FAIL(NO_MEMORY, wish->arena->capacity) : OK;
}

struct status look_names(const struct observed *observed, struct arena *arena, const uint64_t **out,
                         size_t *count)
{
    void *memory;
    uint64_t vm, run;
    TRY(take(arena, observed->domain_count + observed->volume_count, sizeof(uint64_t), &memory));
    uint64_t *names = memory;
    *count = 0;
    for (size_t i = 0; i < observed->domain_count; i++) {
        if (world_read_domain(observed->domains[i].name, &vm)) {
            names[(*count)++] = vm;
        }
    }
    for (size_t i = 0; i < observed->volume_count; i++) {
        if (world_read_boot_file(observed->volumes[i].name, &vm, &run)) {
            names[(*count)++] = vm;
        }
    }
    *out = names;
    return OK;
}

/* Files ----------------------------------------------------------------------------------- */

static const struct seen_volume *find_volume(const struct observed *observed, struct bytes path)
{
    for (size_t i = 0; i < observed->volume_count; i++) {
        if (bytes_equal(observed->volumes[i].path, path)) {
            return &observed->volumes[i];
        }
    }
    return NULL;
}

/* What libvirt shows of it: all there is of another machine's, and more than may be read of this
 * one's. */
static void add_listed(const struct observed *observed, const struct model_volume *volume,
                       bool here, struct seen_file *file)
{
    const struct seen_volume *listed = find_volume(observed, volume->path);
    if (!here) {
        file->looked = true;
        file->there = listed != NULL;
    }
    if (listed != NULL && !file->has_backing) {
        file->has_backing = true;
        file->backing = listed->backing;
    }
}

static bool is_listed(const struct look_files_wish *wish, const struct observed *observed,
                      const struct model_volume *volume)
{
    for (size_t i = 0; i < observed->pool_count; i++) {
        const struct seen_pool *pool = &observed->pools[i];
        if (pool->listed && volume->path.size > pool->path.size &&
            memcmp(volume->path.data, pool->path.data, pool->path.size) == 0 &&
            volume->path.data[pool->path.size] == '/') {
            return true;
        }
    }
    return wish->here;
}

static void look_at(const struct look_files_wish *wish, const struct observed *observed,
                    const struct model_volume *volume, struct seen_file *out)
{
    char path[STORE_PATH_MAX];
    *out = (struct seen_file){0};
    if (volume->path.size == 0 || volume->path.size >= sizeof path ||
        !is_listed(wish, observed, volume)) {
        return;
    }
    if (wish->here) {
        memcpy(path, volume->path.data, volume->path.size);
        path[volume->path.size] = '\0';
        files_look(path, volume->is_raw, wish->arena, out);
    }
    add_listed(observed, volume, wish->here, out);
}

struct status look_files(const struct look_files_wish *wish, struct observed *out)
{
    void *memory;
    TRY(take(wish->arena, wish->model->volume_count, sizeof(struct seen_file), &memory));
    struct seen_file *files = memory;
    out->files = files;
    for (size_t i = 0; i < wish->model->volume_count; i++) {
        look_at(wish, out, &wish->model->volumes[i], &files[i]);
    }
    if (wish->here && wish->exports[0] != '\0') {
        TRY(take(wish->arena, MODEL_EXPORTS_MAX, sizeof(struct seen_export), &memory));
        out->has_exports = files_exports(wish->exports, wish->arena, memory, MODEL_EXPORTS_MAX,
                                         &out->export_count);
        out->exports = memory;
    }
    return wish->arena->full ? FAIL(NO_MEMORY, wish->arena->capacity) : OK;
}
