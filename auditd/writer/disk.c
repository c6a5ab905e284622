#include "auditd/writer/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
    RESERVE_PART = 50, /* of the file system, at most one of so many parts */
};

static struct status io(void)
{
    return FAIL(IO, (uint64_t)errno);
}

static uint64_t size_of(const struct statvfs *system, uint64_t blocks)
{
    return blocks * (system->f_frsize > 0 ? system->f_frsize : system->f_bsize);
}

struct status disk_open(const char *store, uint64_t reserve, struct disk *out)
{
    struct statvfs system;
    int directory = open(store, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) {
        return io();
    }
    if (fstatvfs(directory, &system) != 0) {
        struct status status = io();
        (void)close(directory);
        return status;
    }
    uint64_t most = size_of(&system, system.f_blocks) / RESERVE_PART;
    *out = (struct disk){.directory = directory, .reserve = reserve < most ? reserve : most};
    return OK;
}

void disk_close(struct disk *disk)
{
    if (disk->directory >= 0) {
        (void)close(disk->directory);
        disk->directory = -1;
    }
}

struct status disk_look(const struct disk *disk, struct ladder_room *out)
{
    struct statvfs system;
    struct stat file;
    if (fstatvfs(disk->directory, &system) != 0) {
        return io();
    }
    bool there = fstatat(disk->directory, DISK_RESERVE_NAME, &file, AT_SYMLINK_NOFOLLOW) == 0;
    /* What is kept back for root is neither used nor free for us: as df counts. */
    *out = (struct ladder_room){
        .free = size_of(&system, system.f_bavail),
        .total = size_of(&system, system.f_blocks - system.f_bfree + system.f_bavail),
        .reserved = there ? (uint64_t)file.st_blocks * 512 : 0};
    return OK;
}

struct status disk_keep_reserve(const struct disk *disk)
{
    if (disk->reserve == 0) {
        return disk_use_reserve(disk);
    }
    int file = openat(disk->directory, DISK_RESERVE_NAME,
                      O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) {
        return errno == EEXIST || errno == ENOSPC ? OK : io();
    }
    int error = posix_fallocate(file, 0, (off_t)disk->reserve);
    (void)close(file);
    return error == 0 ? OK : disk_use_reserve(disk);
}

struct status disk_use_reserve(const struct disk *disk)
{
    if (unlinkat(disk->directory, DISK_RESERVE_NAME, 0) != 0 && errno != ENOENT) {
        return io();
    }
    return OK;
}
