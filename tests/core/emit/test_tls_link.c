/*
 * Events to a daemon on another machine: through TLS, whose other end is the daemon's own.
 */
#include "auditd/tls.h"
#include "core/emit/delivery.h"
#include "core/emit/tls_link.h"
#include "tests/auditd/authority.h"
#include "tests/core/emit/fake_log.h"
#include "tests/support/scratch.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    PIECE = 8192,
    TURNS_MAX = 20000,
};

/* The daemon's machine: a listener, TLS, and behind it a daemon that is none. */
struct far_end {
    struct paper root, server, client, stranger;
    struct tls *tls;
    int listener, net, inside;
    struct tls_session *session;
    bool greeted;
    uint8_t piece[PIECE];
    size_t piece_size;
    char address[64];
    struct fake_log *log;
    struct fake_daemon daemon;
};

struct rig {
    struct scratch scratch;
    struct far_end far;
    char certificate[300], key[300], authorities[300], other[300];
    struct tls_client *client;
    struct tls_link *link;
    struct outbox *outbox;
    struct delivery *delivery;
};

/* Certificates ------------------------------------------------------------------------------ */

static void write_pem(struct rig *rig, char path[static 300], const char *name, struct bytes pem)
{
    (void)snprintf(path, 300, "%s/%s", rig->scratch.directory, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(pem.data, 1, pem.size, file), pem.size);
    fclose(file);
    paper_pem_free(&pem);
}

static void make_papers(struct rig *rig)
{
    struct far_end *far = &rig->far;
    far->root = paper_make(&(struct paper_form){.name = "root", .use = PAPER_AUTHORITY}, NULL);
    far->server = paper_make(
        &(struct paper_form){.name = "cairn", .names = "IP:127.0.0.1", .use = PAPER_SERVER},
        &far->root);
    far->client = paper_make(
        &(struct paper_form){.name = "door", .names = "DNS:door.enclave", .use = PAPER_CLIENT},
        &far->root);
    far->stranger =
        paper_make(&(struct paper_form){.name = "stranger", .use = PAPER_AUTHORITY}, NULL);
    const struct paper *papers[] = {&far->client, &far->root, &far->stranger};
    write_pem(rig, rig->certificate, "door.pem", paper_certificates_pem(&papers[0], 1));
    write_pem(rig, rig->key, "door-tls.key", paper_key_pem(&far->client));
    write_pem(rig, rig->authorities, "root.pem", paper_certificates_pem(&papers[1], 1));
    write_pem(rig, rig->other, "other.pem", paper_certificates_pem(&papers[2], 1));
}

static void open_tls(struct far_end *far)
{
    const struct paper *own = &far->server, *root = &far->root;
    X509_CRL *list = paper_revoke(root, NULL, 0, -60, 3600);
    struct tls_material material = {.certificate = paper_certificates_pem(&own, 1),
                                    .key = paper_key_pem(own),
                                    .authorities = paper_certificates_pem(&root, 1),
                                    .revoked = paper_lists_pem(&list, 1),
                                    .clients = TLS_CLIENTS_MUST};
    must(tls_open(&material, &far->tls));
    X509_CRL_free(list);
    paper_pem_free(&material.certificate);
    paper_pem_free(&material.key);
    paper_pem_free(&material.authorities);
    paper_pem_free(&material.revoked);
}

/* The far end ------------------------------------------------------------------------------- */

static void listen_there(struct far_end *far)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    far->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(far->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(far->listener, 5), 0);
    assert_int_equal(getsockname(far->listener, (struct sockaddr *)&address, &size), 0);
    (void)snprintf(far->address, sizeof far->address, "127.0.0.1:%u", ntohs(address.sin_port));
}

static void hang_up(struct far_end *far)
{
    tls_session_close(&far->session);
    if (far->net >= 0) {
        close(far->net);
        close(far->inside);
    }
    far->net = far->inside = -1;
    far->greeted = false;
    far->piece_size = 0;
    fake_daemon_crash(&far->daemon);
}

static void accept_there(struct far_end *far)
{
    int net = accept4(far->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), ends[2];
    const struct channel_limits limits = {.frame = MESSAGE_MAX, .waiting = MESSAGE_MAX};
    if (net < 0) {
        return;
    }
    hang_up(far);
    far->net = net;
    must(tls_accept(far->tls, net, &far->session));
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
    far->inside = ends[0];
    must(channel_open(ends[1], limits, &far->daemon.channel));
}

static bool ended(enum tls_turn turn)
{
    return turn == TLS_ENDED || turn == TLS_FAILED;
}

/* In both directions, once. */
static bool relay(struct far_end *far)
{
    uint8_t piece[PIECE];
    size_t size = 0;
    enum tls_turn turn;
    while ((turn = tls_read(far->session, piece, sizeof piece, &size)) == TLS_DONE) {
        assert_int_equal(write(far->inside, piece, size), (ssize_t)size);
        fake_daemon_turn(&far->daemon);
    }
    if (far->piece_size == 0) {
        ssize_t got = read(far->inside, far->piece, sizeof far->piece);
        far->piece_size = got > 0 ? (size_t)got : 0;
    }
    if (!ended(turn) && far->piece_size > 0) {
        turn = tls_write(far->session, far->piece, far->piece_size, &size);
        if (turn == TLS_DONE) {
            far->piece_size -= size;
            memmove(far->piece, far->piece + size, far->piece_size);
        }
    }
    return !ended(turn);
}

static void far_turn(struct far_end *far)
{
    accept_there(far);
    if (far->session == NULL) {
        return;
    }
    bool good = true;
    if (!far->greeted) {
        enum tls_turn turn = tls_handshake(far->session);
        far->greeted = turn == TLS_DONE;
        good = !ended(turn);
    }
    if (far->greeted) {
        fake_daemon_turn(&far->daemon);
        good = relay(far);
    }
    if (!good) {
        hang_up(far);
    }
}

/* The emitter ------------------------------------------------------------------------------- */

static struct status dial(void *context, struct channel **out)
{
    struct rig *rig = context;
    const struct channel_limits limits = {.frame = MESSAGE_MAX, .waiting = MESSAGE_MAX};
    int near = -1;
    tls_link_close(&rig->link);
    TRY(tls_link_open(rig->client, rig->far.address, &rig->link, &near));
    return channel_open(near, limits, out);
}

static struct status turn_link(void *context)
{
    struct rig *rig = context;
    return tls_link_turn(rig->link);
}

static int link_descriptor(void *context, short *events)
{
    struct rig *rig = context;
    return tls_link_descriptor(rig->link, events);
}

static const struct delivery_link link_calls = {.turn = turn_link, .descriptor = link_descriptor};

static void begin(struct rig *rig)
{
    *rig = (struct rig){.far = {.net = -1, .inside = -1}};
    scratch_begin(&rig->scratch);
    make_papers(rig);
    open_tls(&rig->far);
    listen_there(&rig->far);
    rig->far.log = calloc(1, sizeof *rig->far.log);
    assert_non_null(rig->far.log);
    fake_log_begin(rig->far.log);
    fake_daemon_begin(&rig->far.daemon, rig->far.log, 1);
    const struct outbox_options outbox = {.bytes_max = 64 << 20, .events_max = 100000};
    must(outbox_open(&outbox, rig->far.log->key, &rig->outbox));
    const struct delivery_options options = {.outbox = rig->outbox,
                                             .emitter = "door",
                                             .dial = dial,
                                             .link = &link_calls,
                                             .dial_context = rig,
                                             .level = WIRE_DURABLE,
                                             .batch_events = 300};
    must(delivery_open(&options, &rig->delivery));
}

static void end(struct rig *rig)
{
    delivery_close(&rig->delivery);
    outbox_close(&rig->outbox);
    tls_link_close(&rig->link);
    tls_client_close(&rig->client);
    hang_up(&rig->far);
    close(rig->far.listener);
    fake_daemon_end(&rig->far.daemon);
    fake_log_end(rig->far.log);
    free(rig->far.log);
    tls_close(&rig->far.tls);
    paper_free(&rig->far.root);
    paper_free(&rig->far.server);
    paper_free(&rig->far.client);
    paper_free(&rig->far.stranger);
    scratch_end(&rig->scratch);
}

static void use(struct rig *rig, const char *certificate, const char *authorities)
{
    const struct tls_client_files files = {.certificate = certificate,
                                           .key = certificate == NULL ? NULL : rig->key,
                                           .authorities = authorities};
    must(tls_client_open(&files, &rig->client));
}

static void add(struct rig *rig, uint64_t number)
{
    char detail[32], what[2000];
    (void)snprintf(detail, sizeof detail, "%ju", (uintmax_t)number);
    memset(what, 'd', sizeof what);
    const union event_body body = {.audit_observed = {.what = bytes_of(what, sizeof what),
                                                      .has_detail = true,
                                                      .detail = bytes_of_string(detail)}};
    const struct draft draft = {
        .kind = EVENT_AUDIT_OBSERVED, .on = {THE_LOG}, .on_count = 1, .body = &body};
    must(outbox_add(rig->outbox, &draft));
}

/* Until nothing waits, or there is trouble; and how many turns it took. */
static int deliver(struct rig *rig)
{
    int turns = 0;
    for (; turns < TURNS_MAX && outbox_counts(rig->outbox).waiting > 0; turns++) {
        must(delivery_pump(rig->delivery));
        far_turn(&rig->far);
        if (failed(delivery_trouble(rig->delivery))) {
            break;
        }
    }
    return turns;
}

/* Tests ------------------------------------------------------------------------------------- */

static void events_arrive_through_tls(void **state)
{
    struct rig rig;
    (void)state;
    begin(&rig);
    use(&rig, rig.certificate, rig.authorities);
    for (uint64_t n = 1; n <= 600; n++) {
        add(&rig, n);
    }
    (void)deliver(&rig);
    assert_int_equal(rig.far.log->count, 600);
    assert_int_equal(rig.far.log->events[599].number, 600);
    /* After the connection was cut, too. */
    hang_up(&rig.far);
    add(&rig, 601);
    for (int i = 0; i < TURNS_MAX && outbox_counts(rig.outbox).waiting > 0; i++) {
        delivery_hurry(rig.delivery);
        must(delivery_pump(rig.delivery));
        far_turn(&rig.far);
    }
    assert_int_equal(rig.far.log->count, 601);
    end(&rig);
}

static void check_refused(const char *(*authorities)(const struct rig *rig), bool shows,
                          const char *why)
{
    struct rig rig;
    begin(&rig);
    use(&rig, shows ? rig.certificate : NULL, authorities(&rig));
    add(&rig, 1);
    (void)deliver(&rig);
    struct status trouble = delivery_trouble(rig.delivery);
    assert_true(failed(trouble));
    if (trouble.why == NULL || strstr(trouble.why, why) == NULL) {
        fail_msg("%s", trouble.why == NULL ? "no reason" : trouble.why);
    }
    assert_int_equal(rig.far.log->count, 0);
    end(&rig);
}

static const char *ours(const struct rig *rig)
{
    return rig->authorities;
}

static const char *others(const struct rig *rig)
{
    return rig->other;
}

static void a_daemon_that_nobody_vouches_for_gets_nothing(void **state)
{
    (void)state;
    check_refused(others, true, "certificate");
}

static void an_emitter_without_a_certificate_is_not_let_in(void **state)
{
    (void)state;
    check_refused(ours, false, "");
}

static void a_daemon_of_another_name_gets_nothing(void **state)
{
    struct rig rig;
    (void)state;
    begin(&rig);
    use(&rig, rig.certificate, rig.authorities);
    const char *port = strrchr(rig.far.address, ':');
    char address[64];
    (void)snprintf(address, sizeof address, "localhost%s", port);
    memcpy(rig.far.address, address, sizeof address);
    add(&rig, 1);
    (void)deliver(&rig);
    struct status trouble = delivery_trouble(rig.delivery);
    assert_int_equal(trouble.code, STATUS_UNREACHABLE);
    assert_int_equal(rig.far.log->count, 0);
    end(&rig);
}

static void what_is_no_address_or_no_certificate_is_refused(void **state)
{
    struct rig rig;
    int near = -1;
    (void)state;
    begin(&rig);
    struct tls_client_files files = {.certificate = rig.certificate, .authorities = rig.other};
    assert_int_equal(tls_client_open(&files, &rig.client).code, STATUS_KEY);
    files.key = rig.authorities;
    assert_int_equal(tls_client_open(&files, &rig.client).code, STATUS_KEY);
    files.authorities = "/nowhere";
    assert_int_equal(tls_client_open(&files, &rig.client).code, STATUS_KEY);
    use(&rig, rig.certificate, rig.authorities);
    const char *bad[] = {"", "host", ":1", "host:", "[]:1"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(tls_link_open(rig.client, bad[i], &rig.link, &near).code,
                         STATUS_MALFORMED);
    }
    end(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_arrive_through_tls),
        cmocka_unit_test(a_daemon_that_nobody_vouches_for_gets_nothing),
        cmocka_unit_test(an_emitter_without_a_certificate_is_not_let_in),
        cmocka_unit_test(a_daemon_of_another_name_gets_nothing),
        cmocka_unit_test(what_is_no_address_or_no_certificate_is_refused),
    };
    (void)signal(SIGPIPE, SIG_IGN); /* the daemon's end asks for that */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
