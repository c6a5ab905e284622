#include "auditd/http/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum {
    NETWORK_SIZE = 8, /* bytes of a /64 */
};

static void take_6(const struct sockaddr_in6 *peer, struct address *out)
{
    const uint8_t *bytes = peer->sin6_addr.s6_addr;
    *out = (struct address){.is_6 = !IN6_IS_ADDR_V4MAPPED(&peer->sin6_addr)};
    if (out->is_6) {
        memcpy(out->bytes, bytes, sizeof out->bytes);
    } else {
        memcpy(out->bytes, bytes + 12, 4);
    }
}

union peer {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct sockaddr_storage storage;
};

bool address_of(const struct sockaddr_storage *from, struct address *out)
{
    const union peer peer = {.storage = *from};
    if (peer.any.sa_family == AF_INET) {
        *out = (struct address){0};
        memcpy(out->bytes, &peer.in.sin_addr, 4);
        return true;
    }
    if (peer.any.sa_family == AF_INET6) {
        take_6(&peer.in6, out);
        return true;
    }
    return false;
}

bool address_of_peer(int fd, struct address *out)
{
    union peer peer = {0};
    socklen_t size = sizeof peer;
    return getpeername(fd, &peer.any, &size) == 0 && address_of(&peer.storage, out);
}

bool address_equal(const struct address *a, const struct address *b)
{
    return a->is_6 == b->is_6 && memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

bool address_same_network(const struct address *a, const struct address *b)
{
    return a->is_6 && b->is_6 ? memcmp(a->bytes, b->bytes, NETWORK_SIZE) == 0 : address_equal(a, b);
}

bool address_is_loopback(const struct address *address)
{
    static const uint8_t own[16] = {[15] = 1};
    return address->is_6 ? memcmp(address->bytes, own, sizeof own) == 0 : address->bytes[0] == 127;
}

void address_write(const struct address *address, struct text *out)
{
    char text[ADDRESS_TEXT_SIZE] = "";
    if (inet_ntop(address->is_6 ? AF_INET6 : AF_INET, address->bytes, text, sizeof text) != NULL) {
        text_put_string(out, text);
    }
}
