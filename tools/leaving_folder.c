#include "tools/leaving_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PATH_SIZE = 4096,
    FILES_START = 256,
};

struct leaving_folder {
    const char *path;          /* lent */
    char temporary[PATH_SIZE]; /* empty: it has its name */
    struct hasher *hasher;
    struct manifest_entry *files;
    size_t count, capacity;
};

static struct status io(void)
{
    return errno == EEXIST ? FAIL(EXISTS, 0) : FAIL(IO, (uint64_t)errno);
}

/* Opening and closing --------------------------------------------------------------------- */

/* Its name tells whose it is if a crash leaves it behind. */
static struct status make_temporary(struct leaving_folder *folder)
{
    char path[PATH_SIZE];
    int size = snprintf(path, sizeof path, "%s.part-XXXXXX", folder->path);
    if (size < 0 || (size_t)size >= sizeof path) {
        return FAIL(IO, ENAMETOOLONG);
    }
    if (mkdtemp(path) == NULL) {
        return io();
    }
    memcpy(folder->temporary, path, sizeof path);
    return chmod(path, 0755) == 0 ? OK : io();
}

struct status leaving_folder_open(const char *path, struct leaving_folder **out)
{
    struct stat about;
    if (lstat(path, &about) == 0) {
        return FAIL(EXISTS, 0);
    }
    CLEANUP(leaving_folder_close) struct leaving_folder *folder = calloc(1, sizeof *folder);
    if (folder == NULL) {
        return FAIL(NO_MEMORY, sizeof *folder);
    }
    folder->path = path;
    TRY(hasher_open(&folder->hasher));
    TRY(make_temporary(folder));
    *out = folder;
    folder = NULL;
    return OK;
}

static void path_of(const struct leaving_folder *folder, const char *name, size_t size,
                    char out[static PATH_SIZE + MANIFEST_NAME_SIZE + 1])
{
    snprintf(out, PATH_SIZE + MANIFEST_NAME_SIZE + 1, "%s/%.*s", folder->temporary, (int)size,
             name);
}

/* The length of the folder's name before a file's; 0: there is none. */
static size_t folder_size(const char *name)
{
    const char *slash = strchr(name, '/');
    return slash == NULL ? 0 : (size_t)(slash - name);
}

/* Takes away what has no name yet. */
static void remove_temporary(const struct leaving_folder *folder)
{
    char path[PATH_SIZE + MANIFEST_NAME_SIZE + 1];
    for (size_t i = 0; i < folder->count; i++) {
        path_of(folder, folder->files[i].name, strlen(folder->files[i].name), path);
        unlink(path);
    }
    for (size_t i = 0; i < folder->count; i++) {
        size_t size = folder_size(folder->files[i].name);
        if (size > 0) {
            path_of(folder, folder->files[i].name, size, path);
            rmdir(path);
        }
    }
    rmdir(folder->temporary);
}

void leaving_folder_close(struct leaving_folder **folder)
{
    if (*folder == NULL) {
        return;
    }
    if ((*folder)->temporary[0] != '\0') {
        remove_temporary(*folder);
    }
    hasher_close(&(*folder)->hasher);
    free((*folder)->files);
    free(*folder);
    *folder = NULL;
}

/* Files ----------------------------------------------------------------------------------- */

static struct status write_all(int descriptor, struct bytes bytes)
{
    while (bytes.size > 0) {
        ssize_t written = write(descriptor, bytes.data, bytes.size);
        if (written < 0 && errno != EINTR) {
            return io();
        }
        size_t size = written > 0 ? (size_t)written : 0;
        bytes = bytes_of(bytes.data + size, bytes.size - size);
    }
    return OK;
}

static struct status write_file(const char *path, struct bytes bytes)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (descriptor < 0) {
        return io();
    }
    struct status status = write_all(descriptor, bytes);
    if (close(descriptor) != 0 && !failed(status)) {
        return io();
    }
    return status;
}

static struct status make_room(struct leaving_folder *folder)
{
    if (folder->count == LEAVING_FILES_MAX) {
        return FAIL_BECAUSE(LIMIT, LEAVING_FILES_MAX, "a folder has no more files");
    }
    if (folder->count < folder->capacity) {
        return OK;
    }
    size_t capacity = folder->capacity == 0 ? FILES_START : 2 * folder->capacity;
    struct manifest_entry *files = realloc(folder->files, capacity * sizeof *files);
    if (files == NULL) {
        return FAIL(NO_MEMORY, capacity * sizeof *files);
    }
    folder->files = files;
    folder->capacity = capacity;
    return OK;
}

struct status leaving_folder_put(struct leaving_folder *folder, const char *name,
                                 struct bytes bytes)
{
    char path[PATH_SIZE + MANIFEST_NAME_SIZE + 1];
    size_t size = strlen(name), below = folder_size(name);
    if (size >= MANIFEST_NAME_SIZE) {
        return FAIL(LIMIT, MANIFEST_NAME_SIZE);
    }
    TRY(make_room(folder));
    path_of(folder, name, below, path);
    if (below > 0 && mkdir(path, 0755) != 0 && errno != EEXIST) {
        return io();
    }
    struct manifest_entry *file = &folder->files[folder->count++];
    memcpy(file->name, name, size + 1);
    file->digest = hash_bytes(folder->hasher, bytes);
    path_of(folder, name, size, path);
    struct status status = write_file(path, bytes);
    folder->count -= status.code == STATUS_EXISTS ? 1 : 0; /* that one is listed already */
    return status;
}

const struct manifest_entry *leaving_folder_files(struct leaving_folder *folder, size_t *count)
{
    manifest_sort(folder->files, folder->count);
    *count = folder->count;
    return folder->files;
}

/* All of it at once: a sync for each of thousands of files would take minutes. */
static struct status sync_all(const char *path)
{
    int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) {
        return io();
    }
    struct status status = syncfs(descriptor) == 0 ? OK : io();
    close(descriptor);
    return status;
}

struct status leaving_folder_name(struct leaving_folder *folder)
{
    TRY(sync_all(folder->temporary));
    if (rename(folder->temporary, folder->path) != 0) {
        return io();
    }
    folder->temporary[0] = '\0';
    return sync_all(folder->path);
}
