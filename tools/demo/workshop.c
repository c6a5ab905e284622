#include "tools/demo/workshop.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MEMORY "/dev/shm"

static struct status io(void)
{
    return FAIL(IO, (uint64_t)errno);
}

/* Opening --------------------------------------------------------------------------------- */

static bool has_room(uint64_t bytes)
{
    struct statvfs about;
    return statvfs(MEMORY, &about) == 0 &&
           (uint64_t)about.f_bavail * (uint64_t)about.f_frsize > 2 * bytes;
}

struct status workshop_open(const char *half, uint64_t bytes, struct workshop *out)
{
    out->room.text[0] = '\0';
    if (has_room(bytes)) {
        snprintf(out->room.text, sizeof out->room.text, MEMORY "/cairn-demo-XXXXXX");
        if (mkdtemp(out->room.text) != NULL) {
            return store_path(out->room.text, "store", &out->store);
        }
        out->room.text[0] = '\0';
    }
    int written = snprintf(out->store.text, sizeof out->store.text, "%s", half);
    return written < 0 || written >= STORE_PATH_MAX ? FAIL(LIMIT, STORE_PATH_MAX) : OK;
}

/* Bringing -------------------------------------------------------------------------------- */

static struct status copy_bytes(int from, int to, uint64_t size)
{
    while (size > 0) {
        ssize_t copied = sendfile(to, from, NULL, (size_t)size);
        if (copied < 0 && errno == EINTR) {
            continue;
        }
        if (copied <= 0) {
            return io();
        }
        size -= (uint64_t)copied;
    }
    return OK;
}

static struct status copy_file(const char *from, const char *to, const struct stat *about)
{
    int source = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    int target = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, about->st_mode & 0777);
    struct status status =
        source < 0 || target < 0 ? io() : copy_bytes(source, target, (uint64_t)about->st_size);
    if (source >= 0) {
        (void)close(source);
    }
    if (target >= 0 && close(target) != 0 && !failed(status)) {
        status = io();
    }
    return status;
}

static struct status copy_entry(const FTSENT *entry, const char *from, const char *half)
{
    struct store_path to;
    int written = snprintf(to.text, sizeof to.text, "%s%s", half, entry->fts_path + strlen(from));
    if (entry->fts_level == FTS_ROOTLEVEL) {
        return OK; /* made before anything else */
    }
    if (written < 0 || written >= STORE_PATH_MAX) {
        return FAIL(LIMIT, STORE_PATH_MAX);
    }
    if (entry->fts_info == FTS_D) {
        return mkdir(to.text, entry->fts_statp->st_mode & 0777) == 0 ? OK : io();
    }
    if (entry->fts_info == FTS_DP) {
        return OK;
    }
    return entry->fts_info == FTS_F ? copy_file(entry->fts_path, to.text, entry->fts_statp)
                                    : FAIL_BECAUSE(IO, 0, "a store has files and directories only");
}

static struct status copy_all(FTS *tree, const char *from, const char *half)
{
    FTSENT *entry;
    errno = 0;
    while ((entry = fts_read(tree)) != NULL) {
        TRY(copy_entry(entry, from, half));
        errno = 0;
    }
    return errno == 0 ? OK : io();
}

/* One sync for all of it, before it gets its name. */
static struct status sync_all(const char *half)
{
    int directory = open(half, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) {
        return io();
    }
    struct status status = syncfs(directory) == 0 ? OK : io();
    (void)close(directory);
    return status;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about, (void)kind, (void)where;
    (void)remove(path);
    return 0;
}

static void remove_tree(const char *path)
{
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static struct status bring(char *from, const char *half)
{
    char *const paths[] = {from, NULL};
    FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (tree == NULL) {
        return io();
    }
    struct status status = copy_all(tree, from, half);
    (void)fts_close(tree);
    return failed(status) ? status : sync_all(half);
}

/* All of it or nothing. */
struct status workshop_bring(const struct workshop *workshop, const char *half)
{
    struct store_path from = workshop->store;
    if (workshop->room.text[0] == '\0') {
        return OK;
    }
    if (mkdir(half, 0700) != 0) {
        return io();
    }
    struct status status = bring(from.text, half);
    if (failed(status)) {
        remove_tree(half);
    }
    return status;
}

/* Closing --------------------------------------------------------------------------------- */

void workshop_close(struct workshop *workshop)
{
    if (workshop->room.text[0] != '\0') {
        remove_tree(workshop->room.text);
        workshop->room.text[0] = '\0';
    }
}
