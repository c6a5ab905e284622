#include "store/key_file.h"

#include "schema/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void close_file(int *file)
{
    if (*file >= 0) {
        (void)close(*file);
    }
}

static struct status io_failure(void)
{
    int error = errno;
    return error == ENOENT ? FAIL(NOT_FOUND, 0) : FAIL(IO, (uint64_t)error);
}

/* Writing --------------------------------------------------------------------------------- */

static struct status write_all(int file, struct bytes bytes)
{
    while (bytes.size > 0) {
        ssize_t written = write(file, bytes.data, bytes.size);
        if (written > 0) {
            bytes = bytes_of(bytes.data + written, bytes.size - (size_t)written);
        } else if (written == 0 || errno != EINTR) {
            return FAIL(IO, written == 0 ? EIO : (uint64_t)errno);
        }
    }
    return OK;
}

/* A new name is on disk only when its directory is. */
static struct status sync_directory_of(const char *path)
{
    char directory[PATH_MAX] = ".";
    const char *slash = strrchr(path, '/');
    size_t size = slash == NULL ? 0 : (size_t)(slash - path) + 1;
    if (size >= sizeof directory) {
        return FAIL(IO, ENAMETOOLONG);
    }
    if (size > 0) {
        memcpy(directory, path, size);
        directory[size] = '\0';
    }
    CLEANUP(close_file) int file = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return file >= 0 && fsync(file) == 0 ? OK : io_failure();
}

static struct status fill_new_file(const char *path, enum key_file_readers readers,
                                   struct bytes bytes)
{
    mode_t mode = readers == KEY_FILE_SECRET ? 0600 : 0644;
    CLEANUP(close_file)
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (file < 0) {
        return io_failure();
    }
    TRY(write_all(file, bytes));
    return fsync(file) == 0 ? OK : io_failure();
}

/* `flags` say what becomes of a file that is there already. */
static struct status save_whole(struct bytes bytes, enum key_file_readers readers, const char *path,
                                unsigned flags)
{
    char memory[PATH_MAX];
    struct text temporary = TEXT_IN(memory);
    text_add(&temporary, "%s.new.%ld", path, (long)getpid());
    if (temporary.full) {
        return FAIL(IO, ENAMETOOLONG);
    }
    struct status status = fill_new_file(text_string(&temporary), readers, bytes);
    if (!failed(status) &&
        renameat2(AT_FDCWD, text_string(&temporary), AT_FDCWD, path, flags) != 0) {
        status = errno == EEXIST ? FAIL(EXISTS, 0) : io_failure();
    }
    if (failed(status)) {
        (void)unlink(text_string(&temporary));
    }
    return status;
}

struct status key_file_save(struct bytes bytes, enum key_file_readers readers, const char *path)
{
    TRY(save_whole(bytes, readers, path, RENAME_NOREPLACE));
    struct status status = sync_directory_of(path);
    if (failed(status)) {
        (void)unlink(path); /* a key that may vanish is worse than none */
    }
    return status;
}

struct status key_file_replace(struct bytes bytes, enum key_file_readers readers, const char *path)
{
    struct stat about;
    if (lstat(path, &about) != 0) {
        return io_failure();
    }
    if (!S_ISREG(about.st_mode)) {
        return FAIL_BECAUSE(KEY, 0, "the key file is not a regular file");
    }
    TRY(save_whole(bytes, readers, path, 0));
    return sync_directory_of(path);
}

/* Reading --------------------------------------------------------------------------------- */

/* Looks at the open file, not at its name, which may mean another one by now. */
static struct status check_mode(int file)
{
    struct stat about;
    if (fstat(file, &about) != 0) {
        return io_failure();
    }
    if (!S_ISREG(about.st_mode)) {
        return FAIL_BECAUSE(KEY, 0, "the key file is not a regular file");
    }
    if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return FAIL_BECAUSE(KEY, 0, "the key file's mode lets others in; make it 0600");
    }
    return OK;
}

struct status key_file_load(const char *path, enum key_file_readers readers, char *out,
                            size_t capacity, size_t *size)
{
    const bool secret = readers == KEY_FILE_SECRET;
    CLEANUP(close_file)
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (secret ? O_NONBLOCK : 0));
    if (file < 0) {
        return io_failure();
    }
    if (secret) {
        TRY(check_mode(file));
    }
    size_t got = 0;
    while (got < capacity) {
        ssize_t more = read(file, out + got, capacity - got);
        if (more < 0 && errno != EINTR) {
            return io_failure();
        }
        if (more == 0) {
            break;
        }
        got += more > 0 ? (size_t)more : 0;
    }
    *size = got;
    return OK;
}
