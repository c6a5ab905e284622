#include "core/building.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK ".being-made."

enum {
    DEPTH_MAX = 8, /* descriptors of a walk; a store is two levels deep */
};

/* Removing -------------------------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about, (void)kind, (void)where;
    (void)remove(path);
    return 0;
}

/* Symbolic links are removed and never followed. */
static void remove_tree(const char *path)
{
    (void)nftw(path, remove_one, DEPTH_MAX, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* Locks a directory of our own that nobody else can write into; -1 if it is none, or in use. */
static int lock_directory(const char *path)
{
    struct stat about;
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (directory >= 0 && fstat(directory, &about) == 0 && about.st_uid == geteuid() &&
        (about.st_mode & 077) == 0 && flock(directory, LOCK_EX | LOCK_NB) == 0) {
        return directory;
    }
    if (directory >= 0) {
        close(directory);
    }
    return -1;
}

static void remove_left(const char *path)
{
    int lock = lock_directory(path);
    if (lock >= 0) {
        remove_tree(path);
        close(lock);
    }
}

/* What has been left ---------------------------------------------------------------------- */

/* Where a path's last part begins. */
static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static struct status parent_of(const char *path, struct store_path *out)
{
    size_t size = (size_t)(last_part(path) - path);
    int written = size == 0 ? snprintf(out->text, sizeof out->text, ".")
                            : snprintf(out->text, sizeof out->text, "%.*s", (int)size, path);
    return written < 0 || written >= STORE_PATH_MAX ? FAIL(LIMIT, STORE_PATH_MAX) : OK;
}

static bool is_left(const char *name, const char *store)
{
    size_t size = strlen(store);
    const char *number = name + size + strlen(MARK);
    return strncmp(name, store, size) == 0 && strncmp(name + size, MARK, strlen(MARK)) == 0 &&
           *number != '\0' && number[strspn(number, "0123456789")] == '\0';
}

static void remove_all_left(const struct building *building)
{
    struct store_path parent, path;
    DIR *directory = failed(parent_of(building->place.text, &parent)) ? NULL : opendir(parent.text);
    if (directory == NULL) {
        return;
    }
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        if (is_left(entry->d_name, last_part(building->place.text)) &&
            !failed(store_path(parent.text, entry->d_name, &path))) {
            remove_left(path.text);
        }
    }
    closedir(directory);
}

/* Making ---------------------------------------------------------------------------------- */

static struct status name_paths(const char *place, struct building *out)
{
    size_t size = strlen(place);
    while (size > 1 && place[size - 1] == '/') {
        size--;
    }
    int placed = snprintf(out->place.text, sizeof out->place.text, "%.*s", (int)size, place);
    int made = snprintf(out->path.text, sizeof out->path.text, "%.*s" MARK "%ld", (int)size, place,
                        (long)getpid());
    return placed < 0 || made < 0 || placed >= STORE_PATH_MAX || made >= STORE_PATH_MAX
               ? FAIL(LIMIT, STORE_PATH_MAX)
               : OK;
}

struct status building_begin(const char *place, struct building *out)
{
    struct building building = BUILDING_NONE;
    struct stat there;
    TRY(name_paths(place, &building));
    if (lstat(building.place.text, &there) == 0) {
        return FAIL_BECAUSE(EXISTS, 0, "something is in the store's place already");
    }
    remove_all_left(&building);
    if (mkdir(building.path.text, 0700) != 0) {
        return errno == EEXIST ? FAIL(EXISTS, 0) : FAIL(IO, (uint64_t)errno);
    }
    building.lock = lock_directory(building.path.text);
    if (building.lock < 0) {
        (void)rmdir(building.path.text);
        return FAIL_BECAUSE(CONFLICT, 0, "another process makes a store in the same place");
    }
    *out = building;
    return OK;
}

static struct status sync_parent(const char *path)
{
    struct store_path parent;
    TRY(parent_of(path, &parent));
    int directory = open(parent.text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    struct status status = fsync(directory) == 0 ? OK : FAIL(IO, (uint64_t)errno);
    close(directory);
    return status;
}

struct status building_finish(struct building *building)
{
    if (fsync(building->lock) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    if (renameat2(AT_FDCWD, building->path.text, AT_FDCWD, building->place.text,
                  RENAME_NOREPLACE) != 0) {
        return errno == EEXIST ? FAIL(EXISTS, 0) : FAIL(IO, (uint64_t)errno);
    }
    close(building->lock);
    building->lock = -1;
    return sync_parent(building->place.text);
}

void building_end(struct building *building)
{
    if (building->lock >= 0) {
        remove_tree(building->path.text);
        close(building->lock);
        building->lock = -1;
    }
}
