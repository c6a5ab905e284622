/*
 * auditd/tls.h -- the server's end of TLS 1.3, for whoever listens to a network.
 *
 * Shape    A context has everything it needs in memory before the first connection: certificate and
 *          key, the authorities that sign clients' certificates, and their lists of revoked ones.
 *          So it works in a process that can open no file any more. A session is one connection
 *          over a descriptor that does not block; each call does what it can at once and says what
 *          it waits for. Deadlines are the caller's.
 * Limits   TLS 1.3 only; no tickets, no resumption, no early data, no renegotiation. A client's
 *          chain has at most TLS_DEPTH_MAX authorities between it and the root, says that it is for
 *          clients (extended key usage), is strictly X.509, and each of its links is looked for in
 *          a list of revocations that is there and has not run out: a list that is missing refuses.
 * Errors   KEY with a sentence for material that cannot be used; NO_MEMORY. What goes wrong with a
 *          connection is a turn of TLS_FAILED, and tls_why says what it was.
 * Process  SIGPIPE is ignored by whoever starts the process. One thread.
 * Source   RFC 8446, RFC 5280; docs/THREATS.md.
 */
#ifndef AUDITD_TLS_H
#define AUDITD_TLS_H

#include "schema/bytes.h"

struct tls;         /* opaque: what a server's connections have in common */
struct tls_session; /* opaque: one connection */

enum {
    TLS_DEPTH_MAX = 2,
    TLS_NAMES_MAX = 4,         /* names of a certificate that are looked at */
    TLS_NAME_SIZE = 200,       /* bytes of one, with what sort it is and a final NUL */
    TLS_FILE_MAX = 1 << 20,    /* bytes of a file of certificates */
    TLS_CERTIFICATES_MAX = 64, /* in one file */
    TLS_HANDSHAKE_S = 5,       /* seconds that a handshake should be given by the caller */
};

enum tls_clients {
    TLS_CLIENTS_ANONYMOUS, /* no certificate is asked for */
    TLS_CLIENTS_MAY,       /* one that is shown must be good */
    TLS_CLIENTS_MUST,
};

/* PEM, lent for the call. */
struct tls_material {
    struct bytes certificate; /* ours, then those between it and the root */
    struct bytes key;         /* without a passphrase */
    struct bytes authorities; /* that sign clients' certificates */
    struct bytes revoked;     /* their lists of revocations, one for each authority */
    enum tls_clients clients;
};

/* Where they lie; NULL: not given. */
struct tls_files {
    const char *certificate, *key, *authorities, *revoked;
    enum tls_clients clients;
};

/* KEY if certificate and key do not belong together, or clients have certificates and there are no
 * authorities or no lists of revocations. On success *out is the caller's. */
MUST_CHECK struct status tls_open(const struct tls_material *material, struct tls **out);
/* The same of files. NOT_FOUND, LIMIT, IO of a file. */
MUST_CHECK struct status tls_open_files(const struct tls_files *files, struct tls **out);
void tls_close(struct tls **tls);

/* Puts a new context in the place of *tls, for connections from now on; those that are open go on
 * as they began. On failure nothing has changed. */
MUST_CHECK struct status tls_renew(struct tls **tls, const struct tls_material *material);
MUST_CHECK struct status tls_renew_files(struct tls **tls, const struct tls_files *files);

/* A connection ------------------------------------------------------------------------------- */

enum tls_turn {
    TLS_DONE,
    TLS_WANTS_READ,  /* call again when the descriptor can be read */
    TLS_WANTS_WRITE, /* ... can be written */
    TLS_ENDED,       /* the peer has said that nothing follows */
    TLS_FAILED,      /* the connection is of no use any more */
};

/* Begins; the descriptor stays the caller's and is closed after the session. NO_MEMORY. */
MUST_CHECK struct status tls_accept(struct tls *tls, int fd, struct tls_session **out);
/* Nothing may be read or written before this was TLS_DONE. */
enum tls_turn tls_handshake(struct tls_session *session);
/* Up to `capacity` bytes; *size is set with TLS_DONE and is not 0. */
enum tls_turn tls_read(struct tls_session *session, void *buffer, size_t capacity, size_t *size);
/* Some of `size` bytes, at least one, with TLS_DONE; else call again with the same bytes. */
enum tls_turn tls_write(struct tls_session *session, const void *data, size_t size,
                        size_t *written);
/* Whether tls_read would find something without reading from the descriptor. */
bool tls_pending(const struct tls_session *session);
/* Says that nothing follows. Worth one try before the descriptor is closed. */
enum tls_turn tls_finish(struct tls_session *session);
void tls_session_close(struct tls_session **session);

/* What was wrong after TLS_FAILED, in static words of few letters that name no bytes of the peer's;
 * NULL: the peer went away. */
const char *tls_why(const struct tls_session *session);

/* Who it is ---------------------------------------------------------------------------------- */

struct tls_peer {
    bool shown;                /* it has shown a certificate, and that was found good */
    struct digest fingerprint; /* SHA-256 of the certificate */
    size_t name_count;
    char names[TLS_NAMES_MAX]
              [TLS_NAME_SIZE]; /* its alternative names: "DNS:a.b", "email:", "URI:" */
};

/* After the handshake. */
void tls_identify(const struct tls_session *session, struct tls_peer *out);

/* Whether the peer is the one that `wanted` says: 64 digits of a fingerprint, or one of its names
 * as a whole, with or without what sort it is. */
bool tls_peer_is(const struct tls_peer *peer, const char *wanted);

#endif
