#include "core/emit/dial.h"

#include "schema/wire/message.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct status closing(int fd, int error)
{
    (void)close(fd);
    return error == ENOENT || error == ECONNREFUSED
               ? FAIL_BECAUSE(UNREACHABLE, 0, "nobody listens at the daemon's socket")
               : FAIL(IO, (uint64_t)error);
}

struct status dial_socket(const char *path, struct channel **out)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        return FAIL_BECAUSE(LIMIT, sizeof address.sun_path - 1, "the path of a socket is too long");
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        return closing(fd, errno);
    }
    const struct channel_limits limits = {.frame = MESSAGE_MAX, .waiting = 2 * (size_t)MESSAGE_MAX};
    struct status status = channel_open(fd, limits, out);
    if (failed(status)) {
        (void)close(fd);
    }
    return status;
}

/* The first line of a small file; empty if there is none. */
static void read_line(const char *path, char *line, size_t capacity)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t size = fd < 0 ? 0 : read(fd, line, capacity - 1);
    if (fd >= 0) {
        (void)close(fd);
    }
    line[size < 0 ? 0 : size] = '\0';
    line[strcspn(line, "\n")] = '\0';
}

struct status dial_find(const char *store, struct text *out)
{
    char path[DIAL_PATH_MAX], line[DIAL_PATH_MAX];
    struct text file = TEXT_IN(path);
    text_add(&file, "%s/daemon", store);
    text_clear(out);
    if (!file.full) {
        read_line(text_string(&file), line, sizeof line);
        text_put_string(out, line);
    }
    if (out->size == 0) {
        text_add(out, "%s/run/cairn.sock", store);
    }
    return out->full || file.full ? FAIL_BECAUSE(LIMIT, DIAL_PATH_MAX, "the path is too long") : OK;
}
