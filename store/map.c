#include "store/map.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
    SLACK = 4 << 20,       /* bytes */
    FULL_BELOW = 64 << 10, /* bytes that are left of a full disk */
};

bool map_fits(uint64_t size)
{
    void *probe = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (probe == MAP_FAILED) {
        return false;
    }
    munmap(probe, size);
    return true;
}

uint64_t map_choose(uint64_t size)
{
    uint64_t least = 4 * size > MAP_LEAST ? 4 * size : MAP_LEAST;
    uint64_t chosen = MAP_WISHED;
    while (chosen > least && !map_fits(chosen)) {
        chosen /= 2;
    }
    return chosen > least ? chosen : least;
}

struct status map_file_size(int file, uint64_t *size)
{
    struct stat about;
    if (fstat(file, &about) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    *size = (uint64_t)about.st_size;
    return OK;
}

struct status map_file_extend(int file, uint64_t used)
{
    uint64_t size = 0;
    TRY(map_file_size(file, &size));
    if (size >= used + SLACK / 2) {
        return OK;
    }
    return ftruncate(file, (off_t)(used + SLACK)) == 0 ? OK : FAIL(IO, (uint64_t)errno);
}

int map_write_error(int file, int error)
{
    struct statvfs about;
    bool full =
        error == EIO && fstatvfs(file, &about) == 0 && about.f_bavail * about.f_frsize < FULL_BELOW;
    return full ? ENOSPC : error;
}
