/*
 * core/emit/tls_link.h -- a connection to a daemon on another machine: TLS 1.3 between a socket and
 * the near end of a channel.
 *
 * Shape    One end of a socket pair is the channel's; what goes into it comes out encrypted, and
 *          the other way round, whenever the link turns. Nothing waits. The daemon must show a
 *          certificate that the authorities have signed for the host that was asked for; the
 *          certificate of our own says who we are.
 * Limits   TLS 1.3 only; no tickets, no early data. TLS_LINK_BUFFER bytes under way in a direction.
 * Errors   KEY with the reason for files that cannot be used; IO, and UNREACHABLE, also for a
 *          daemon that cannot show that it is the one: the link is of no use any more.
 * Process  No SIGPIPE. Looking up a name may take as long as the resolver does; an address does
 *          not.
 * Source   RFC 8446; auditd/tls.h is the other end.
 */
#ifndef CORE_EMIT_TLS_LINK_H
#define CORE_EMIT_TLS_LINK_H

#include "schema/bytes.h"

enum {
    TLS_LINK_BUFFER = 64 << 10, /* bytes */
    TLS_LINK_HOST_MAX = 255,
};

struct tls_client; /* opaque: certificates and authorities, for all connections */
struct tls_link;   /* opaque: one connection */

struct tls_client_files {
    const char *certificate, *key; /* PEM, ours; both or none */
    const char *authorities;       /* PEM, that sign the daemon's */
};

MUST_CHECK struct status tls_client_open(const struct tls_client_files *files,
                                         struct tls_client **out);
void tls_client_close(struct tls_client **client);

/* Begins to connect to HOST:PORT ([::1]:7443 for IPv6). On success *out is the caller's, and *near
 * the descriptor for a channel. MALFORMED for an address that is none; UNREACHABLE, IO. */
MUST_CHECK struct status tls_link_open(struct tls_client *client, const char *address,
                                       struct tls_link **out, int *near);
void tls_link_close(struct tls_link **link);

/* Moves what can be moved now, both ways. IO with at 0: the daemon has hung up. */
MUST_CHECK struct status tls_link_turn(struct tls_link *link);
/* The socket, and the events that the link waits for. */
int tls_link_descriptor(const struct tls_link *link, short *events);

#endif
