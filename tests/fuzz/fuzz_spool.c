/*
 * A spool on disk: whatever its segment holds, opening it refuses it, or gives records that are the
 * same ones when it is opened again. Input: u8 trimmed, u8 synced, the segment.
 */
#include "store/hash.h"
#include "store/spool.h"
#include "tests/fuzz/target.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    SLOT = 1024,
    READ_MAX = 4096, /* records looked at */
};

struct place {
    char directory[64], stand[96], segment[128];
};

static void name_place(struct place *place)
{
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(place->directory, sizeof place->directory, "%s/fuzz-spool-XXXXXX", base);
    const char *made = mkdtemp(place->directory);
    assert(made != NULL);
    (void)snprintf(place->stand, sizeof place->stand, "%s/stand", place->directory);
    (void)snprintf(place->segment, sizeof place->segment, "%s/00000000000000000001.spool",
                   place->directory);
}

static void write_file(const char *path, const uint8_t *data, size_t size)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert(file >= 0);
    ssize_t put = write(file, data, size);
    assert(put == (ssize_t)size);
    close(file);
}

static void write_stand(const struct place *place, uint8_t trimmed, uint8_t synced)
{
    uint8_t slot[SLOT] = {[7] = 1, [15] = trimmed, [23] = synced};
    struct hasher *hasher = NULL;
    struct status status = hasher_open(&hasher);
    assert(!failed(status));
    struct digest check = hash_bytes(hasher, bytes_of(slot, SLOT - DIGEST_SIZE));
    memcpy(slot + SLOT - DIGEST_SIZE, check.sha256, DIGEST_SIZE);
    hasher_close(&hasher);
    write_file(place->stand, slot, sizeof slot);
}

static uint64_t read_all(struct spool *spool)
{
    struct bytes record;
    struct spool_counts counts = spool_counts(spool);
    uint64_t sum = 0;
    for (uint64_t n = counts.trimmed + 1; n <= counts.last && n < READ_MAX; n++) {
        struct status status = spool_read(spool, n, &record);
        assert(!failed(status) && record.size > 0 && record.size <= SPOOL_RECORD_MAX);
        for (size_t i = 0; i < record.size; i++) {
            sum = sum * 31 + record.data[i];
        }
    }
    return sum;
}

static void open_again(const struct spool_options *options, uint64_t last, uint64_t sum)
{
    struct spool *spool = NULL;
    struct status status = spool_open(options, &spool);
    assert(!failed(status) && spool_counts(spool).torn_size == 0);
    assert(spool_counts(spool).last == last && read_all(spool) == sum);
    status = spool_append(spool, LITERAL("one more"));
    assert(!failed(status));
    spool_close(&spool);
    status = spool_open(options, &spool);
    assert(!failed(status) && spool_counts(spool).last == last + 1);
    spool_close(&spool);
}

static void try_spool(const struct place *place)
{
    const struct spool_options options = {
        .directory = place->directory, .bytes_max = 1 << 30, .records_max = 1 << 30};
    struct spool *spool = NULL;
    struct status status = spool_open(&options, &spool);
    if (failed(status)) {
        assert(status.code == STATUS_CORRUPT && status.why != NULL && spool == NULL);
        return;
    }
    uint64_t last = spool_counts(spool).last, sum = read_all(spool);
    spool_close(&spool);
    open_again(&options, last, sum);
}

/* What is begun after all that was trimmed has the number after it. */
static void remove_place(const struct place *place, unsigned trimmed)
{
    char path[128];
    const char *names[] = {"writer.lock", "stand", "00000000000000000001.spool"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", place->directory, names[i]);
        (void)unlink(path);
    }
    (void)snprintf(path, sizeof path, "%s/%020u.spool", place->directory, trimmed + 1);
    (void)unlink(path);
    int removed = rmdir(place->directory);
    assert(removed == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct place place;
    if (size < 2 || size > 1 << 20) {
        return 0;
    }
    name_place(&place);
    write_stand(&place, data[0], data[1]);
    write_file(place.segment, data + 2, size - 2);
    try_spool(&place);
    remove_place(&place, data[0]);
    return 0;
}
