#include "schema/wire/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
    START_SIZE = 16 << 10, /* bytes of a buffer before it grows */
    BACKLOG = 128,
};

struct buffer {
    uint8_t *memory;
    size_t capacity, from, size; /* [from, from + size) is what it holds */
};

/* A descriptor, and before which byte of all that are sent it goes. */
struct passing {
    int descriptor;
    uint64_t before;
};

struct channel {
    int fd;
    struct channel_way way; /* without functions: the descriptor's own */
    struct channel_limits limits;
    struct buffer in, out;
    size_t taken;  /* of `in`: lent, dropped at the next receive */
    uint64_t sent; /* bytes, ever */
    struct passing passing[CHANNEL_DESCRIPTORS_MAX];
    size_t passing_count;
    int arrived[CHANNEL_DESCRIPTORS_MAX];
    size_t arrived_count;
};

uint64_t wire_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Buffers --------------------------------------------------------------------------------- */

static void buffer_drop(struct buffer *buffer, size_t size)
{
    buffer->from += size;
    buffer->size -= size;
    if (buffer->size == 0) {
        buffer->from = 0;
    }
}

/* Room for `more` bytes behind what it holds. */
static struct status buffer_room(struct buffer *buffer, size_t more)
{
    if (buffer->capacity - buffer->from - buffer->size >= more) {
        return OK;
    }
    if (buffer->from > 0) {
        memmove(buffer->memory, buffer->memory + buffer->from, buffer->size);
        buffer->from = 0;
    }
    size_t capacity = buffer->capacity == 0 ? START_SIZE : buffer->capacity;
    while (capacity - buffer->size < more) {
        capacity *= 2;
    }
    if (capacity > buffer->capacity) {
        uint8_t *memory = realloc(buffer->memory, capacity);
        if (memory == NULL) {
            return FAIL(NO_MEMORY, capacity);
        }
        buffer->memory = memory;
        buffer->capacity = capacity;
    }
    return OK;
}

/* Opening --------------------------------------------------------------------------------- */

struct status channel_open(int fd, struct channel_limits limits, struct channel **out)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
        fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    struct channel *channel = calloc(1, sizeof *channel);
    if (channel == NULL) {
        return FAIL(NO_MEMORY, sizeof *channel);
    }
    channel->fd = fd;
    channel->limits = limits;
    *out = channel;
    return OK;
}

struct status channel_open_over(int fd, const struct channel_way *way, struct channel_limits limits,
                                struct channel **out)
{
    TRY(channel_open(fd, limits, out));
    (*out)->way = *way;
    return OK;
}

void channel_close(struct channel **channel)
{
    if (*channel == NULL) {
        return;
    }
    for (size_t i = 0; i < (*channel)->passing_count; i++) {
        (void)close((*channel)->passing[i].descriptor);
    }
    for (size_t i = 0; i < (*channel)->arrived_count; i++) {
        (void)close((*channel)->arrived[i]);
    }
    (void)close((*channel)->fd);
    free((*channel)->in.memory);
    free((*channel)->out.memory);
    free(*channel);
    *channel = NULL;
}

size_t channel_memory(const struct channel *channel)
{
    return sizeof *channel + channel->in.capacity + channel->out.capacity;
}

static void buffer_shrink(struct buffer *buffer)
{
    if (buffer->size == 0 && buffer->capacity > START_SIZE) {
        free(buffer->memory);
        *buffer = (struct buffer){.memory = NULL};
    }
}

void channel_shrink(struct channel *channel)
{
    buffer_drop(&channel->in, channel->taken);
    channel->taken = 0;
    buffer_shrink(&channel->in);
    buffer_shrink(&channel->out);
}

int channel_fd(const struct channel *channel)
{
    return channel->fd;
}

size_t channel_waiting(const struct channel *channel)
{
    return channel->out.size;
}

short channel_wants(const struct channel *channel)
{
    return channel->out.size > 0 ? POLLIN | POLLOUT : POLLIN;
}

/* Sending --------------------------------------------------------------------------------- */

static bool would_block(int error)
{
    return error == EAGAIN || error == EINTR || error == ENOBUFS;
}

/* One sendmsg: up to the next descriptor, or with it. */
static ssize_t send_some(struct channel *channel)
{
    union {
        struct cmsghdr head;
        char memory[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct buffer *out = &channel->out;
    size_t size = out->size;
    if (channel->way.send != NULL) {
        return channel->way.send(channel->way.context, out->memory + out->from, size);
    }
    struct iovec part = {.iov_base = out->memory + out->from};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    const struct passing *next = channel->passing_count > 0 ? &channel->passing[0] : NULL;
    if (next != NULL && next->before == channel->sent) {
        message.msg_control = control.memory;
        message.msg_controllen = sizeof control.memory;
        control.head.cmsg_level = SOL_SOCKET;
        control.head.cmsg_type = SCM_RIGHTS;
        control.head.cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(&control.head), &next->descriptor, sizeof(int));
        next = channel->passing_count > 1 ? &channel->passing[1] : NULL;
    }
    if (next != NULL && next->before - channel->sent < size) {
        size = (size_t)(next->before - channel->sent);
    }
    part.iov_len = size;
    return sendmsg(channel->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void was_sent(struct channel *channel, size_t size)
{
    if (channel->passing_count > 0 && channel->passing[0].before == channel->sent && size > 0) {
        (void)close(channel->passing[0].descriptor);
        channel->passing_count--;
        memmove(channel->passing, channel->passing + 1,
                channel->passing_count * sizeof channel->passing[0]);
    }
    channel->sent += size;
    buffer_drop(&channel->out, size);
}

struct status channel_flush(struct channel *channel)
{
    while (channel->out.size > 0) {
        ssize_t size = send_some(channel);
        if (size < 0) {
            return would_block(errno) ? OK : FAIL(IO, (uint64_t)errno);
        }
        was_sent(channel, (size_t)size);
    }
    return OK;
}

static struct status pass(struct channel *channel, int descriptor)
{
    if (channel->passing_count == CHANNEL_DESCRIPTORS_MAX) {
        return FAIL(LIMIT, CHANNEL_DESCRIPTORS_MAX);
    }
    int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    channel->passing[channel->passing_count++] =
        (struct passing){.descriptor = copy, .before = channel->sent + channel->out.size};
    return OK;
}

struct status channel_send(struct channel *channel, struct bytes frames, int descriptor)
{
    struct buffer *out = &channel->out;
    if (out->size > 0 && (out->size > channel->limits.waiting ||
                          frames.size > channel->limits.waiting - out->size)) {
        TRY(channel_flush(channel));
        if (out->size > 0 && (out->size > channel->limits.waiting ||
                              frames.size > channel->limits.waiting - out->size)) {
            return FAIL_BECAUSE(LIMIT, channel->limits.waiting, "too much waits to be sent");
        }
    }
    TRY(buffer_room(out, frames.size));
    if (descriptor >= 0) {
        TRY(pass(channel, descriptor));
    }
    memcpy(out->memory + out->from + out->size, frames.data, frames.size);
    out->size += frames.size;
    return channel_flush(channel);
}

/* Receiving ------------------------------------------------------------------------------- */

static void keep_descriptors(struct channel *channel, struct msghdr *message)
{
    for (struct cmsghdr *head = CMSG_FIRSTHDR(message); head != NULL;
         head = CMSG_NXTHDR(message, head)) {
        if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        size_t count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int descriptor;
            memcpy(&descriptor, CMSG_DATA(head) + i * sizeof(int), sizeof descriptor);
            if (channel->arrived_count < CHANNEL_DESCRIPTORS_MAX) {
                channel->arrived[channel->arrived_count++] = descriptor;
            } else {
                (void)close(descriptor);
            }
        }
    }
}

static ssize_t receive_some(struct channel *channel)
{
    union {
        struct cmsghdr head;
        char memory[CMSG_SPACE(CHANNEL_DESCRIPTORS_MAX * sizeof(int))];
    } control;
    struct buffer *in = &channel->in;
    if (channel->way.receive != NULL) {
        return channel->way.receive(channel->way.context, in->memory + in->from + in->size,
                                    in->capacity - in->from - in->size);
    }
    struct iovec part = {.iov_base = in->memory + in->from + in->size,
                         .iov_len = in->capacity - in->from - in->size};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.memory,
                             .msg_controllen = sizeof control.memory};
    ssize_t size = recvmsg(channel->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (size >= 0) {
        keep_descriptors(channel, &message);
    }
    return size;
}

/* How much more may come before a frame has been taken: the rest of the one that has begun. */
static size_t room_wanted(const struct channel *channel)
{
    const struct buffer *in = &channel->in;
    if (in->size >= 4) {
        size_t whole = (size_t)bytes_read_u32(in->memory + in->from) + 4;
        if (whole > in->size && whole <= channel->limits.frame) {
            return whole - in->size;
        }
    }
    return START_SIZE;
}

struct status channel_receive(struct channel *channel)
{
    buffer_drop(&channel->in, channel->taken);
    channel->taken = 0;
    size_t most = channel->limits.frame > START_SIZE ? channel->limits.frame : START_SIZE;
    while (channel->in.size < most) {
        TRY(buffer_room(&channel->in, room_wanted(channel)));
        ssize_t size = receive_some(channel);
        if (size < 0) {
            return would_block(errno) ? OK : FAIL(IO, (uint64_t)errno);
        }
        if (size == 0) {
            return FAIL_BECAUSE(IO, 0, "the other side has closed the connection");
        }
        channel->in.size += (size_t)size;
    }
    return OK;
}

static struct bytes left(const struct channel *channel)
{
    const struct buffer *in = &channel->in;
    return in->memory == NULL
               ? (struct bytes){0}
               : bytes_of(in->memory + in->from + channel->taken, in->size - channel->taken);
}

struct status channel_next(struct channel *channel, struct frame *out, bool *whole)
{
    struct bytes input = left(channel);
    size_t before = input.size;
    TRY(frame_take(&input, channel->limits.frame, out, whole));
    channel->taken += before - input.size;
    return OK;
}

int channel_take_descriptor(struct channel *channel)
{
    if (channel->arrived_count == 0) {
        return -1;
    }
    int descriptor = channel->arrived[0];
    channel->arrived_count--;
    memmove(channel->arrived, channel->arrived + 1,
            channel->arrived_count * sizeof channel->arrived[0]);
    return descriptor;
}

bool channel_is_inside(const struct channel *channel)
{
    return left(channel).size > 0;
}

/* Calling --------------------------------------------------------------------------------- */

static struct status wait_until(struct channel *channel, uint64_t deadline_us)
{
    uint64_t now = wire_now_us();
    if (now >= deadline_us) {
        return FAIL(IO, ETIMEDOUT);
    }
    uint64_t left_ms = (deadline_us - now + 999) / 1000;
    struct pollfd poller = {.fd = channel->fd, .events = channel_wants(channel)};
    int count = poll(&poller, 1, left_ms > 60000 ? 60000 : (int)left_ms);
    return count < 0 && errno != EINTR ? FAIL(IO, (uint64_t)errno) : OK;
}

/* The answer to `id` among what has come. */
static struct status find(struct channel *channel, uint32_t id, struct frame *answer, bool *found)
{
    do {
        TRY(channel_next(channel, answer, found));
    } while (*found && answer->id != id);
    return OK;
}

struct status channel_call(struct channel *channel, struct bytes frames, uint32_t id,
                           uint64_t deadline_us, struct frame *answer)
{
    bool found = false;
    TRY(channel_send(channel, frames, -1));
    for (;;) {
        TRY(wait_until(channel, deadline_us));
        TRY(channel_flush(channel));
        struct status received = channel_receive(channel);
        TRY(find(channel, id, answer, &found));
        if (found) {
            return OK;
        }
        TRY(received);
    }
}

/* Unix sockets ---------------------------------------------------------------------------- */

struct status channel_peer(int fd, struct channel_peer *out)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    *out = (struct channel_peer){
        .uid = peer.uid, .gid = peer.gid, .process = (uint32_t)(peer.pid < 0 ? 0 : peer.pid)};
    return OK;
}

static struct status address_of(const char *path, struct sockaddr_un *out)
{
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof out->sun_path) {
        return FAIL_BECAUSE(LIMIT, sizeof out->sun_path - 1, "the path of a socket is too long");
    }
    memcpy(out->sun_path, path, strlen(path) + 1);
    return OK;
}

static struct status closing(int fd, int error)
{
    (void)close(fd);
    return error == ENOENT || error == ECONNREFUSED ? FAIL(NOT_FOUND, 0)
                                                    : FAIL(IO, (uint64_t)error);
}

struct status channel_connect(const char *path, int *fd)
{
    struct sockaddr_un address;
    TRY(address_of(path, &address));
    int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (made < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    if (connect(made, (const struct sockaddr *)&address, sizeof address) != 0) {
        return closing(made, errno);
    }
    *fd = made;
    return OK;
}

/* Removes a socket that its listener has left behind. */
static struct status clear_path(const char *path)
{
    int fd = -1;
    struct stat found;
    struct status status = channel_connect(path, &fd);
    if (!failed(status)) {
        (void)close(fd);
        return FAIL(IN_USE, 0);
    }
    bool stale = status.code == STATUS_NOT_FOUND && lstat(path, &found) == 0;
    if (stale && (!S_ISSOCK(found.st_mode) || unlink(path) != 0)) {
        return FAIL(IO, EEXIST);
    }
    return status.code == STATUS_NOT_FOUND ? OK : status;
}

struct status channel_listen(const char *path, unsigned mode, int *fd)
{
    struct sockaddr_un address;
    TRY(address_of(path, &address));
    TRY(clear_path(path));
    int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    /* Nobody connects before listen(), and by then it has the permissions it shall have. */
    if (bind(made, (const struct sockaddr *)&address, sizeof address) != 0 ||
        chmod(path, (mode_t)mode) != 0 || listen(made, BACKLOG) != 0) {
        return closing(made, errno);
    }
    *fd = made;
    return OK;
}
