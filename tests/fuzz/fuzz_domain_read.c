/*
 * Libvirt's descriptions: any bytes are read within their limits, or refused; what is lent lies in
 * the arena.
 */
#include "auditd/virt/domain_read.h"
#include "auditd/virt/pool_read.h"
#include "tests/fuzz/target.h"

#include <assert.h>
#include <stdlib.h>

enum {
    ARENA_SIZE = 1 << 20,
};

static void check(const struct arena *arena, struct bytes text)
{
    assert(text.size == 0 ||
           (text.data >= arena->memory && text.data + text.size <= arena->memory + arena->used));
}

static void check_domain(const struct arena *arena, const struct domain_seen *seen)
{
    assert(seen->disk_count <= DOMAIN_DISKS_MAX);
    assert(seen->interface_count <= DOMAIN_INTERFACES_MAX);
    assert(seen->channel_count <= DOMAIN_CHANNELS_MAX);
    assert((seen->other_count > 0) == (seen->other.size > 0));
    check(arena, seen->name);
    for (size_t i = 0; i < seen->disk_count; i++) {
        check(arena, seen->disks[i].path);
        check(arena, seen->disks[i].alias);
    }
    for (size_t i = 0; i < seen->channel_count; i++) {
        check(arena, seen->channels[i].path);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct domain_seen *seen = calloc(1, sizeof *seen);
    struct arena arena = {.memory = malloc(ARENA_SIZE), .capacity = ARENA_SIZE};
    struct pool_seen pool;
    struct volume_seen volume;
    assert(seen != NULL && arena.memory != NULL);
    const struct status status = domain_read(bytes_of(data, size), &arena, seen);
    if (failed(status)) {
        assert(status.code == STATUS_MALFORMED || status.code == STATUS_LIMIT ||
               status.code == STATUS_NO_MEMORY);
    } else {
        check_domain(&arena, seen);
        assert(failed(pool_read(bytes_of(data, size), &pool)));
        assert(failed(volume_read(bytes_of(data, size), &volume)));
    }
    if (!failed(pool_read(bytes_of(data, size), &pool))) {
        assert(strlen(pool.path) < sizeof pool.path);
    }
    if (!failed(volume_read(bytes_of(data, size), &volume))) {
        assert(strlen(volume.backing) < sizeof volume.backing);
    }
    free(arena.memory);
    free(seen);
    return 0;
}
