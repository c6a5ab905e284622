#include "auditd/accepting.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

struct status accepting_open(int listener, struct accepting *out)
{
    out->listener = listener;
    out->reserve = fcntl(listener, F_DUPFD_CLOEXEC, 0);
    return out->reserve < 0 ? FAIL(IO, (uint64_t)errno) : OK;
}

/* The reserve is a copy of the listener itself, so that it can be had again in any sandbox. */
static struct status turn_away(struct accepting *accepting)
{
    if (accepting->reserve >= 0) {
        close(accepting->reserve);
        accepting->reserve = -1;
        const int fd = accept4(accepting->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            close(fd);
        }
    }
    accepting->reserve = fcntl(accepting->listener, F_DUPFD_CLOEXEC, 0);
    return FAIL(LIMIT, 1);
}

struct status accepting_next(struct accepting *accepting, int *fd)
{
    for (;;) {
        const int connection =
            accept4(accepting->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (connection >= 0) {
            *fd = connection;
            return OK;
        }
        if (errno == EMFILE || errno == ENFILE) {
            return turn_away(accepting);
        }
        if (errno == EAGAIN) {
            return FAIL(NOT_FOUND, 0);
        }
        /* A connection that ended while it waited is no trouble of the socket (accept(2)). */
        if (errno != EINTR && errno != ECONNABORTED && errno != EPROTO) {
            return FAIL(IO, (uint64_t)errno);
        }
    }
}
