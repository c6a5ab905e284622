#include "store/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

static const char lock_name[] = "writer.lock";

/* File systems that other machines share, where a map and a lock do not mean what LMDB takes them
 * for. FUSE is not among them: it may well be local. */
static const uint32_t remote_file_systems[] = {
    NFS_SUPER_MAGIC, SMB_SUPER_MAGIC,  CIFS_SUPER_MAGIC, SMB2_SUPER_MAGIC, AFS_SUPER_MAGIC,
    AFS_FS_MAGIC,    CODA_SUPER_MAGIC, NCP_SUPER_MAGIC,  CEPH_SUPER_MAGIC, V9FS_MAGIC,
};

static struct status make_directory(const char *path, bool *made)
{
    *made = mkdir(path, 0700) == 0;
    if (*made && chmod(path, 0700) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    if (!*made && errno != EEXIST) {
        return FAIL_BECAUSE(IO, (uint64_t)errno, "the directory cannot be made");
    }
    return OK;
}

static struct status check_local(int directory)
{
    struct statfs file_system;
    if (fstatfs(directory, &file_system) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    for (size_t i = 0; i < sizeof remote_file_systems / sizeof remote_file_systems[0]; i++) {
        if ((uint32_t)file_system.f_type == remote_file_systems[i]) {
            return FAIL_BECAUSE(IO, EREMOTE, "the store must lie on a local file system");
        }
    }
    return OK;
}

static struct status sync_parent(int directory)
{
    int parent = openat(directory, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (parent < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    struct status status = directory_sync(parent);
    close(parent);
    return status;
}

struct status directory_open(const char *path, enum directory_use use, int *out)
{
    bool made = false;
    if (use == DIRECTORY_CREATE) {
        TRY(make_directory(path, &made));
    }
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) {
        return errno == ENOENT ? FAIL(NOT_FOUND, 0) : FAIL(IO, (uint64_t)errno);
    }
    struct status status = check_local(directory);
    if (!failed(status) && made) {
        status = sync_parent(directory);
    }
    if (failed(status)) {
        close(directory);
        return status;
    }
    *out = directory;
    return OK;
}

struct status directory_path(const char *path, const char *name, struct text *out)
{
    text_add(out, "%s/%s", path, name);
    return out->full ? FAIL(IO, ENAMETOOLONG) : OK;
}

/* The lock's own answer names no process where the lock belongs to an open file description. */
static uint64_t read_process(int lock)
{
    char text[24];
    uint64_t process = 0;
    ssize_t size = pread(lock, text, sizeof text, 0);
    if (size > 1 && text[size - 1] == '\n' &&
        text_read_u64(bytes_of(text, (size_t)size - 1), &process)) {
        return process;
    }
    return 0;
}

static struct status write_process(int lock)
{
    char memory[24];
    struct text text = TEXT_IN(memory);
    text_put_u64(&text, (uint64_t)getpid());
    text_put_char(&text, '\n');
    if (ftruncate(lock, 0) != 0 || pwrite(lock, text.data, text.size, 0) != (ssize_t)text.size) {
        return FAIL(IO, (uint64_t)errno);
    }
    return OK;
}

static struct status take_lock(int lock)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(lock, F_OFD_SETLK, &whole) == 0) {
        return write_process(lock);
    }
    if (errno == EAGAIN || errno == EACCES) {
        return FAIL(IN_USE, read_process(lock));
    }
    return FAIL(IO, (uint64_t)errno);
}

struct status directory_lock(int directory, int *out)
{
    struct status status = directory_make_file(directory, lock_name);
    if (failed(status) && status.code != STATUS_EXISTS) {
        return status;
    }
    int lock = openat(directory, lock_name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (lock < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    status = take_lock(lock);
    if (failed(status)) {
        close(lock);
        return status;
    }
    *out = lock;
    return OK;
}

uint64_t directory_writer(int directory)
{
    int lock = openat(directory, lock_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (lock < 0) {
        return 0;
    }
    struct flock whole = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    bool held = fcntl(lock, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
    uint64_t process = held ? read_process(lock) : 0;
    close(lock);
    return process;
}

struct status directory_make_file(int directory, const char *name)
{
    int file = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) {
        return errno == EEXIST ? FAIL(EXISTS, 0) : FAIL(IO, (uint64_t)errno);
    }
    struct status status = fchmod(file, 0600) == 0 ? OK : FAIL(IO, (uint64_t)errno);
    close(file);
    return status;
}

bool directory_has(int directory, const char *name)
{
    struct stat unused;
    return fstatat(directory, name, &unused, 0) == 0;
}

struct status directory_file_size(int directory, const char *name, uint64_t *size)
{
    struct stat about;
    if (fstatat(directory, name, &about, 0) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    *size = (uint64_t)about.st_size;
    return OK;
}

static struct status sync_file(int directory, const char *name)
{
    int file = openat(directory, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    struct status status = directory_sync(file);
    close(file);
    return status;
}

struct status directory_rename(int directory, const char *from, const char *to)
{
    TRY(sync_file(directory, from));
    if (renameat(directory, from, directory, to) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    return directory_sync(directory);
}

struct status directory_remove(int directory, const char *name)
{
    bool gone = unlinkat(directory, name, 0) == 0 || errno == ENOENT;
    return gone ? OK : FAIL(IO, (uint64_t)errno);
}

struct status directory_sync(int directory)
{
    return fsync(directory) == 0 ? OK : FAIL(IO, (uint64_t)errno);
}
