#include "auditd/http/line.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_later(int error)
{
    return error == EAGAIN || error == EINTR;
}

enum tls_turn line_read(struct line *line, void *buffer, size_t capacity, size_t *size)
{
    if (line->session != NULL) {
        return tls_read(line->session, buffer, capacity, size);
    }
    ssize_t received = recv(line->fd, buffer, capacity, MSG_DONTWAIT);
    if (received > 0) {
        *size = (size_t)received;
        return TLS_DONE;
    }
    if (received == 0) {
        return TLS_ENDED;
    }
    return is_later(errno) ? TLS_WANTS_READ : TLS_FAILED;
}

enum tls_turn line_write(struct line *line, const void *data, size_t size, size_t *written)
{
    if (line->session != NULL) {
        return tls_write(line->session, data, size, written);
    }
    ssize_t sent = send(line->fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
        *written = (size_t)sent;
        return TLS_DONE;
    }
    return sent < 0 && is_later(errno) ? TLS_WANTS_WRITE : TLS_FAILED;
}

void line_finish(struct line *line)
{
    if (line->session != NULL) {
        (void)tls_finish(line->session);
    }
    (void)shutdown(line->fd, SHUT_WR);
}

void line_close(struct line *line)
{
    tls_session_close(&line->session);
    if (line->fd >= 0) {
        (void)close(line->fd);
    }
    line->fd = -1;
}
