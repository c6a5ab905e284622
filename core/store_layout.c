#include "core/store_layout.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static struct status fits(int written)
{
    return written < 0 || written >= STORE_PATH_MAX ? FAIL(LIMIT, STORE_PATH_MAX) : OK;
}

struct status store_path(const char *directory, const char *name, struct store_path *out)
{
    return fits(snprintf(out->text, sizeof out->text, "%s/%s", directory, name));
}

struct status store_key_path(const char *directory, const char *name, struct store_path *out)
{
    return fits(snprintf(out->text, sizeof out->text, "%s/keys/%s.key", directory, name));
}

static struct status write_all(int file, const uint8_t *data, size_t size)
{
    while (size > 0) {
        ssize_t written = write(file, data, size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return FAIL(IO, (uint64_t)errno);
        }
        data += written;
        size -= (size_t)written;
    }
    return OK;
}

struct status store_write_file(const char *path, const void *data, size_t size, bool durable)
{
    struct store_path temporary;
    TRY(fits(snprintf(temporary.text, sizeof temporary.text, "%s.new", path)));
    int file = open(temporary.text, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    struct status status = write_all(file, data, size);
    if (!failed(status) && durable && fsync(file) != 0) {
        status = FAIL(IO, (uint64_t)errno);
    }
    if (close(file) != 0 && !failed(status)) {
        status = FAIL(IO, (uint64_t)errno);
    }
    if (!failed(status) && rename(temporary.text, path) != 0) {
        status = FAIL(IO, (uint64_t)errno);
    }
    return status;
}

struct status store_read_file(const char *path, void *out, size_t capacity, size_t *size)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return errno == ENOENT ? FAIL(NOT_FOUND, 0) : FAIL(IO, (uint64_t)errno);
    }
    size_t total = 0;
    ssize_t got = 1;
    while (got > 0 && total < capacity) {
        got = read(file, (uint8_t *)out + total, capacity - total);
        if (got < 0 && errno == EINTR) {
            got = 1;
            continue;
        }
        total += got > 0 ? (size_t)got : 0;
    }
    int error = errno;
    close(file);
    if (got < 0) {
        return FAIL(IO, (uint64_t)error);
    }
    *size = total;
    return total == capacity ? FAIL(LIMIT, capacity) : OK;
}
