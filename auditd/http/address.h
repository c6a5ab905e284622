/*
 * auditd/http/address.h -- who is at the other end of a connection, by network address.
 *
 * Shape    IPv4 or IPv6; an IPv4 address in IPv6's clothes is the IPv4 one. One that holds a /64 of
 *          IPv6 holds every address in it, so the network counts beside the address.
 */
#ifndef AUDITD_HTTP_ADDRESS_H
#define AUDITD_HTTP_ADDRESS_H

#include "schema/text.h"

enum {
    ADDRESS_TEXT_SIZE = 48, /* bytes, with a final NUL */
};

struct address {
    bool is_6;
    uint8_t bytes[16]; /* of IPv4 the first four */
};

struct sockaddr_storage;

/* Of what the kernel says; false: it is of no network. */
bool address_of(const struct sockaddr_storage *from, struct address *out);
/* Of a connected descriptor's peer; false: it is of no network, or gone. */
bool address_of_peer(int fd, struct address *out);
bool address_equal(const struct address *a, const struct address *b);
/* Whether both are in one /64; of IPv4: whether they are equal. */
bool address_same_network(const struct address *a, const struct address *b);
/* Whether it is this machine itself: 127.0.0.0/8, ::1. */
bool address_is_loopback(const struct address *address);
void address_write(const struct address *address, struct text *out);

#endif
