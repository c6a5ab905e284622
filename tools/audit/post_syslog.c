#include "tools/audit/post.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    HOST_MAX = 256,
};

static void send_to(int socket_, const struct sockaddr *address, socklen_t size,
                    struct bytes message, struct post *post)
{
    const struct timeval patience = {.tv_sec = POST_TIMEOUT_S};
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connect(socket_, address, size) != 0 ||
        send(socket_, message.data, message.size, MSG_NOSIGNAL) < 0) {
        post_fail(post, "%s", strerror(errno));
        return;
    }
    post->ok = true;
    snprintf(post->detail, sizeof post->detail, "sent");
}

static void to_socket(struct bytes path, struct bytes message, struct post *post)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (path.size >= sizeof address.sun_path) {
        post_fail(post, "the path is too long");
        return;
    }
    memcpy(address.sun_path, path.data, path.size);
    int socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0) {
        post_fail(post, "%s", strerror(errno));
        return;
    }
    send_to(socket_, (const struct sockaddr *)&address, sizeof address, message, post);
    close(socket_);
}

/* host:port, or [address]:port. */
static bool split(struct bytes address, char *host, char *port)
{
    size_t colon = address.size;
    while (colon > 0 && address.data[colon - 1] != ':') {
        colon--;
    }
    if (colon == 0 || colon - 1 >= HOST_MAX || address.size - colon >= 8) {
        return false;
    }
    struct bytes name = bytes_of(address.data, colon - 1);
    if (name.size > 2 && name.data[0] == '[' && name.data[name.size - 1] == ']') {
        name = bytes_of(name.data + 1, name.size - 2);
    }
    memcpy(host, name.data, name.size);
    host[name.size] = '\0';
    memcpy(port, address.data + colon, address.size - colon);
    port[address.size - colon] = '\0';
    return true;
}

static void by_udp(struct bytes address, struct bytes message, struct post *post)
{
    char host[HOST_MAX + 1], port[8];
    struct addrinfo *found = NULL;
    const struct addrinfo wanted = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICSERV};
    if (!split(address, host, port)) {
        post_fail(post, "it is no host:port");
        return;
    }
    int error = getaddrinfo(host, port, &wanted, &found);
    if (error != 0) {
        post_fail(post, "%s", gai_strerror(error));
        return;
    }
    int socket_ = socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0) {
        post_fail(post, "%s", strerror(errno));
    } else {
        send_to(socket_, found->ai_addr, found->ai_addrlen, message, post);
        close(socket_);
    }
    freeaddrinfo(found);
}

void post_syslog(struct bytes address, struct bytes message, struct post *post)
{
    *post = (struct post){.ok = false};
    if (address.size > 0 && address.data[0] == '/') {
        to_socket(address, message, post);
    } else {
        by_udp(address, message, post);
    }
}
