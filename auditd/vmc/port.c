#include "auditd/vmc/port.h"

#include "auditd/vmc/protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* After <sys/socket.h>, whose types it needs. */
#include <linux/vm_sockets.h>

enum {
    WAITING_MAX = 4 << 20, /* bytes that may wait to be sent */
};

static int descriptor_of(const void *context)
{
    return (int)(intptr_t)context;
}

/* A port has no peer as long as nobody has opened its other end: reading then says end of file. */
static ssize_t read_port(void *context, void *memory, size_t capacity)
{
    return read(descriptor_of(context), memory, capacity);
}

static ssize_t write_port(void *context, const void *data, size_t size)
{
    return write(descriptor_of(context), data, size);
}

static int connect_vsock(uint32_t port)
{
    const struct sockaddr_vm address = {
        .svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_HOST, .svm_port = port};
    int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

static struct status open_path(const char *path, int *fd, bool *is_device)
{
    struct stat found;
    if (stat(path, &found) != 0) {
        return FAIL(UNREACHABLE, (uint64_t)errno);
    }
    *is_device = S_ISCHR(found.st_mode);
    if (!*is_device) {
        struct status status = channel_connect(path, fd);
        return failed(status) ? FAIL(UNREACHABLE, status.at) : OK;
    }
    *fd = open(path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    return *fd < 0 ? FAIL(UNREACHABLE, (uint64_t)errno) : OK;
}

struct status port_open(const struct port_place *place, struct channel **out)
{
    const struct channel_limits limits = {.frame = VMC_FRAME_MAX, .waiting = WAITING_MAX};
    bool is_device = false;
    int fd = -1;
    if (place->vsock != 0) {
        fd = connect_vsock(place->vsock);
        TRY(fd < 0 ? FAIL(UNREACHABLE, (uint64_t)errno) : OK);
    } else {
        TRY(open_path(place->path, &fd, &is_device));
    }
    const struct channel_way way = {
        .receive = read_port, .send = write_port, .context = (void *)(intptr_t)fd};
    struct status status =
        is_device ? channel_open_over(fd, &way, limits, out) : channel_open(fd, limits, out);
    if (failed(status)) {
        (void)close(fd);
    }
    return status;
}
