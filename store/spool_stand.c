#include "store/directory.h"
#include "store/spool_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum {
    SLOT_CHECKED = SPOOL_SLOT_SIZE - DIGEST_SIZE,
    SLOT_NOTE = 8 + 8 + 8 + 2,
};
_Static_assert((int)SLOT_NOTE + (int)SPOOL_NOTE_MAX <= (int)SLOT_CHECKED, "a note fits its slot");

static const char stand_name[] = "stand";

static struct status io_failure(void)
{
    return FAIL(IO, (uint64_t)errno);
}

/* Reading --------------------------------------------------------------------------------- */

static bool read_slot(struct spool *spool, struct bytes slot, struct spool_stand *out)
{
    struct digest check = hash_bytes(spool->hasher, bytes_of(slot.data, SLOT_CHECKED));
    size_t note_size = bytes_read_u16(slot.data + SLOT_NOTE - 2);
    if (memcmp(check.sha256, slot.data + SLOT_CHECKED, DIGEST_SIZE) != 0 ||
        note_size > SPOOL_NOTE_MAX) {
        return false;
    }
    out->generation = bytes_read_u64(slot.data);
    out->trimmed = bytes_read_u64(slot.data + 8);
    out->synced = bytes_read_u64(slot.data + 16);
    out->note_size = note_size;
    memcpy(out->note, slot.data + SLOT_NOTE, note_size);
    return true;
}

/* The newest slot that holds; none, and the generation stays 0. */
static struct status read_slots(struct spool *spool)
{
    uint8_t slot[SPOOL_SLOT_SIZE];
    struct spool_stand stand;
    for (size_t i = 0; i < SPOOL_SLOTS; i++) {
        ssize_t got = pread(spool->stand_file, slot, sizeof slot, (off_t)(i * sizeof slot));
        if (got < 0) {
            return io_failure();
        }
        if (got == (ssize_t)sizeof slot && read_slot(spool, BYTES(slot), &stand) &&
            stand.generation > spool->stand.generation) {
            spool->stand = stand;
            spool->slot = i;
        }
    }
    return OK;
}

/* Opening --------------------------------------------------------------------------------- */

static struct status make_stand(struct spool *spool)
{
    TRY(directory_make_file(spool->directory, stand_name));
    return directory_sync(spool->directory);
}

struct status spool_stand_open(struct spool *spool)
{
    if (!directory_has(spool->directory, stand_name)) {
        TRY(spool->only_look ? FAIL_BECAUSE(NOT_FOUND, 0, "there is no spool") : make_stand(spool));
    }
    int how = (spool->only_look ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NOFOLLOW;
    spool->stand_file = openat(spool->directory, stand_name, how);
    if (spool->stand_file < 0) {
        return io_failure();
    }
    TRY(read_slots(spool));
    /* What was read may be on its way to the disk only, and the next write must not take away what
     * is there. */
    if (!spool->only_look && fdatasync(spool->stand_file) != 0) {
        return io_failure();
    }
    spool->durable_slot = spool->slot;
    return OK;
}

/* Writing --------------------------------------------------------------------------------- */

static size_t free_slot(const struct spool *spool)
{
    size_t slot = 0;
    while (slot == spool->slot || slot == spool->durable_slot) {
        slot++;
    }
    return slot;
}

static void write_slot(struct spool *spool, uint8_t slot[static SPOOL_SLOT_SIZE])
{
    const struct spool_stand *stand = &spool->stand;
    memset(slot, 0, SPOOL_SLOT_SIZE);
    bytes_write_u64(slot, stand->generation);
    bytes_write_u64(slot + 8, stand->trimmed);
    bytes_write_u64(slot + 16, stand->synced);
    bytes_write_u16(slot + SLOT_NOTE - 2, (uint16_t)stand->note_size);
    memcpy(slot + SLOT_NOTE, stand->note, stand->note_size);
    struct digest check = hash_bytes(spool->hasher, bytes_of(slot, SLOT_CHECKED));
    memcpy(slot + SLOT_CHECKED, check.sha256, DIGEST_SIZE);
}

static struct status make_durable(struct spool *spool)
{
    if (fdatasync(spool->stand_file) != 0) {
        spool->failed = FAIL_BECAUSE(STOPPED, (uint64_t)errno, "the spool could not be synced");
        return spool->failed;
    }
    spool->durable_slot = spool->slot;
    return OK;
}

struct status spool_stand_write(struct spool *spool, bool durable)
{
    uint8_t bytes[SPOOL_SLOT_SIZE];
    if (spool->directory < 0) {
        return OK;
    }
    size_t slot = free_slot(spool);
    spool->stand.generation++;
    write_slot(spool, bytes);
    ssize_t put = pwrite(spool->stand_file, bytes, sizeof bytes, (off_t)(slot * sizeof bytes));
    if (put != (ssize_t)sizeof bytes) {
        return put < 0 ? io_failure() : FAIL(IO, ENOSPC);
    }
    spool->slot = slot;
    return durable ? make_durable(spool) : OK;
}
