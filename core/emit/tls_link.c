#include "core/emit/tls_link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct tls_client {
    SSL_CTX *context;
};

/* Bytes on their way out of a buffer. */
struct flow {
    uint8_t bytes[TLS_LINK_BUFFER];
    size_t from, size;
};

struct tls_link {
    SSL *connection;
    BIO *from_net, *to_net; /* in memory, the connection's */
    int net, far;
    bool connected, greeted;
    struct flow out, in; /* encrypted, to the net; plain, to the channel */
};

/* Material -------------------------------------------------------------------------------- */

static struct status unusable(const char *why)
{
    ERR_clear_error();
    return FAIL_BECAUSE(KEY, 0, why);
}

static struct status use_files(SSL_CTX *context, const struct tls_client_files *files)
{
    if (files->authorities == NULL ||
        SSL_CTX_load_verify_locations(context, files->authorities, NULL) != 1) {
        return unusable("the file of authorities cannot be used");
    }
    if ((files->certificate == NULL) != (files->key == NULL)) {
        return unusable("a certificate and its key come together");
    }
    if (files->certificate == NULL) {
        return OK;
    }
    if (SSL_CTX_use_certificate_chain_file(context, files->certificate) != 1) {
        return unusable("the certificate cannot be used");
    }
    return SSL_CTX_use_PrivateKey_file(context, files->key, SSL_FILETYPE_PEM) == 1 &&
                   SSL_CTX_check_private_key(context) == 1
               ? OK
               : unusable("the certificate's key cannot be used");
}

/* OpenSSL would ask for it on the terminal. */
static int no_passphrase(char *buffer, int size, int writing, void *context)
{
    (void)buffer;
    (void)size;
    (void)writing;
    (void)context;
    return 0;
}

struct status tls_client_open(const struct tls_client_files *files, struct tls_client **out)
{
    CLEANUP(tls_client_close) struct tls_client *client = calloc(1, sizeof *client);
    if (client == NULL) {
        return FAIL(NO_MEMORY, sizeof *client);
    }
    client->context = SSL_CTX_new(TLS_client_method());
    if (client->context == NULL ||
        SSL_CTX_set_min_proto_version(client->context, TLS1_3_VERSION) != 1) {
        return FAIL(NO_MEMORY, sizeof *client);
    }
    SSL_CTX_set_default_passwd_cb(client->context, no_passphrase);
    SSL_CTX_set_verify(client->context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_session_cache_mode(client->context, SSL_SESS_CACHE_OFF);
    TRY(use_files(client->context, files));
    *out = client;
    client = NULL;
    return OK;
}

void tls_client_close(struct tls_client **client)
{
    if (*client != NULL) {
        SSL_CTX_free((*client)->context);
        free(*client);
        *client = NULL;
    }
}

/* Connecting ------------------------------------------------------------------------------ */

/* HOST and PORT of HOST:PORT or [HOST]:PORT. */
static bool split(const char *address, char host[static TLS_LINK_HOST_MAX + 1], const char **port)
{
    const char *colon = strrchr(address, ':');
    size_t size = colon == NULL ? 0 : (size_t)(colon - address);
    if (size > 0 && address[0] == '[') {
        size = address[size - 1] == ']' ? size - 2 : 0;
        address++;
    }
    if (size == 0 || size > TLS_LINK_HOST_MAX || colon[1] == '\0') {
        return false;
    }
    memcpy(host, address, size);
    host[size] = '\0';
    *port = colon + 1;
    return true;
}

static int begin_connecting(const struct addrinfo *found)
{
    int net = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (net >= 0 && connect(net, found->ai_addr, found->ai_addrlen) != 0 && errno != EINPROGRESS) {
        (void)close(net);
        net = -1;
    }
    return net;
}

static struct status connect_to(const char *host, const char *port, int *net)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    struct addrinfo *found = NULL;
    if (getaddrinfo(host, port, &hints, &found) != 0) {
        return FAIL_BECAUSE(UNREACHABLE, 0, "the daemon's address cannot be found");
    }
    *net = begin_connecting(found);
    int error = errno;
    freeaddrinfo(found);
    return *net >= 0 ? OK : FAIL_BECAUSE(UNREACHABLE, (uint64_t)error, "there is no way there");
}

/* Whose certificate the daemon must have. */
static bool expect(SSL *connection, char *host)
{
    uint8_t address[sizeof(struct in6_addr)];
    X509_VERIFY_PARAM *wanted = SSL_get0_param(connection);
    if (inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1) {
        return X509_VERIFY_PARAM_set1_ip_asc(wanted, host) == 1;
    }
    SSL_set_hostflags(connection, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(connection, host) == 1 && SSL_set_tlsext_host_name(connection, host) == 1;
}

static struct status begin_session(struct tls_client *client, struct tls_link *link, char *host)
{
    link->connection = SSL_new(client->context);
    if (link->connection == NULL || !expect(link->connection, host)) {
        return FAIL(NO_MEMORY, sizeof *link);
    }
    link->from_net = BIO_new(BIO_s_mem());
    link->to_net = BIO_new(BIO_s_mem());
    if (link->from_net == NULL || link->to_net == NULL) {
        BIO_free(link->from_net);
        BIO_free(link->to_net);
        return FAIL(NO_MEMORY, sizeof *link);
    }
    /* An empty memory says "later", and not "never". */
    BIO_set_mem_eof_return(link->from_net, -1);
    SSL_set_bio(link->connection, link->from_net, link->to_net);
    SSL_set_connect_state(link->connection);
    return OK;
}

struct status tls_link_open(struct tls_client *client, const char *address, struct tls_link **out,
                            int *near)
{
    char host[TLS_LINK_HOST_MAX + 1];
    const char *port;
    int ends[2];
    if (!split(address, host, &port)) {
        return FAIL_BECAUSE(MALFORMED, 0, "an address is HOST:PORT");
    }
    CLEANUP(tls_link_close) struct tls_link *link = calloc(1, sizeof *link);
    if (link == NULL) {
        return FAIL(NO_MEMORY, sizeof *link);
    }
    link->net = link->far = -1;
    TRY(begin_session(client, link, host));
    TRY(connect_to(host, port, &link->net));
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    link->far = ends[0];
    *near = ends[1];
    *out = link;
    link = NULL;
    return OK;
}

void tls_link_close(struct tls_link **link)
{
    if (*link == NULL) {
        return;
    }
    SSL_free((*link)->connection);
    if ((*link)->net >= 0) {
        (void)close((*link)->net);
    }
    if ((*link)->far >= 0) {
        (void)close((*link)->far);
    }
    free(*link);
    *link = NULL;
}

/* Turning --------------------------------------------------------------------------------- */

static bool would_block(int error)
{
    return error == EAGAIN || error == EINTR || error == ENOBUFS;
}

static struct status hung_up(void)
{
    return FAIL_BECAUSE(IO, 0, "the daemon has closed the connection");
}

/* Sends what the flow holds, as far as it goes now. */
static struct status drain(struct flow *flow, int to, bool *moved)
{
    while (flow->size > 0) {
        ssize_t sent = send(to, flow->bytes + flow->from, flow->size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0) {
            return would_block(errno) ? OK : FAIL(IO, (uint64_t)errno);
        }
        flow->from += (size_t)sent;
        flow->size -= (size_t)sent;
        *moved = true;
    }
    flow->from = 0;
    return OK;
}

static struct status send_encrypted(struct tls_link *link, bool *moved)
{
    TRY(drain(&link->out, link->net, moved));
    while (link->out.size == 0 && BIO_ctrl_pending(link->to_net) > 0) {
        int got = BIO_read(link->to_net, link->out.bytes, sizeof link->out.bytes);
        link->out.size = got > 0 ? (size_t)got : 0;
        TRY(drain(&link->out, link->net, moved));
    }
    return OK;
}

static struct status receive_encrypted(struct tls_link *link, bool *moved)
{
    uint8_t piece[16 << 10];
    if (BIO_ctrl_pending(link->from_net) >= TLS_LINK_BUFFER) {
        return OK;
    }
    ssize_t got = recv(link->net, piece, sizeof piece, MSG_DONTWAIT);
    if (got < 0) {
        return would_block(errno) ? OK : FAIL(IO, (uint64_t)errno);
    }
    if (got == 0) {
        return hung_up();
    }
    *moved = true;
    return BIO_write(link->from_net, piece, (int)got) == (int)got ? OK
                                                                  : FAIL(NO_MEMORY, (uint64_t)got);
}

static struct status refused(const struct tls_link *link)
{
    long verified = SSL_get_verify_result(link->connection);
    ERR_clear_error();
    return verified != X509_V_OK
               ? FAIL_BECAUSE(UNREACHABLE, 0, X509_verify_cert_error_string(verified))
               : FAIL_BECAUSE(IO, 0, "the daemon does not agree on TLS 1.3, or on our certificate");
}

/* What a call of the library came to: false where it waits for the net. */
static struct status judge(struct tls_link *link, int result, bool *good)
{
    *good = result > 0;
    if (*good) {
        return OK;
    }
    switch (SSL_get_error(link->connection, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return OK;
    case SSL_ERROR_ZERO_RETURN:
        return hung_up();
    default:
        return refused(link);
    }
}

static struct status receive_plain(struct tls_link *link, bool *moved)
{
    bool good = true;
    TRY(drain(&link->in, link->far, moved));
    while (good && link->in.size == 0) {
        ERR_clear_error();
        int got = SSL_read(link->connection, link->in.bytes, sizeof link->in.bytes);
        TRY(judge(link, got, &good));
        link->in.size = good ? (size_t)got : 0;
        *moved = *moved || good;
        TRY(drain(&link->in, link->far, moved));
    }
    return OK;
}

static struct status send_plain(struct tls_link *link, bool *moved)
{
    uint8_t piece[16 << 10];
    bool good = false;
    if (BIO_ctrl_pending(link->to_net) + link->out.size >= TLS_LINK_BUFFER) {
        return OK;
    }
    ssize_t got = recv(link->far, piece, sizeof piece, MSG_DONTWAIT);
    if (got <= 0) {
        return got == 0 || would_block(errno) ? OK : FAIL(IO, (uint64_t)errno);
    }
    *moved = true;
    ERR_clear_error();
    TRY(judge(link, SSL_write(link->connection, piece, (int)got), &good));
    return good ? OK : FAIL(IO, EPROTO); /* into memory all of it goes */
}

static struct status connected(struct tls_link *link)
{
    struct pollfd poller = {.fd = link->net, .events = POLLOUT};
    int error = 0;
    socklen_t size = sizeof error;
    if (poll(&poller, 1, 0) <= 0) {
        return OK;
    }
    if (getsockopt(link->net, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
        return FAIL_BECAUSE(UNREACHABLE, (uint64_t)error, "nobody listens at the daemon's address");
    }
    link->connected = true;
    return OK;
}

static struct status greet(struct tls_link *link, bool *moved)
{
    ERR_clear_error();
    struct status status = judge(link, SSL_do_handshake(link->connection), &link->greeted);
    *moved = *moved || link->greeted;
    return status;
}

struct status tls_link_turn(struct tls_link *link)
{
    bool moved = true;
    TRY(link->connected ? OK : connected(link));
    while (link->connected && moved) {
        moved = false;
        TRY(send_encrypted(link, &moved));
        TRY(link->greeted ? OK : greet(link, &moved));
        if (link->greeted) {
            TRY(receive_plain(link, &moved));
            TRY(send_plain(link, &moved));
        }
        TRY(send_encrypted(link, &moved));
        struct status received = receive_encrypted(link, &moved);
        if (failed(received) && link->greeted) {
            TRY(receive_plain(link, &moved)); /* what came before it ended */
        }
        TRY(received);
    }
    return OK;
}

int tls_link_descriptor(const struct tls_link *link, short *events)
{
    bool sends = !link->connected || link->out.size > 0 || BIO_ctrl_pending(link->to_net) > 0;
    *events = sends ? POLLIN | POLLOUT : POLLIN;
    return link->net;
}
