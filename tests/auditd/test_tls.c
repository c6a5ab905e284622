/*
 * TLS 1.3 for those that an authority vouches for: F80, F87, F88.
 */
#include "auditd/tls.h"
#include "tests/auditd/authority.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    TURNS_MAX = 200,
    CHAIN = 50,
    DAY_S = 24 * 3600,
};

/* A server with an authority for its clients. */
struct site {
    struct paper root, server, client;
    struct bytes certificate, key, authorities, revoked;
    struct tls *tls;
};

static struct bytes list_pem(const struct paper *by, const struct paper *revoked, long from_s,
                             long until_s)
{
    X509_CRL *list = paper_revoke(by, &revoked, revoked == NULL ? 0 : 1, from_s, until_s);
    struct bytes pem = paper_lists_pem(&list, 1);
    X509_CRL_free(list);
    return pem;
}

static struct tls_material material_of(const struct site *site, enum tls_clients clients)
{
    return (struct tls_material){
        .certificate = site->certificate,
        .key = site->key,
        .authorities = site->authorities,
        .revoked = site->revoked,
        .clients = clients,
    };
}

static void site_make(struct site *site, enum tls_clients clients)
{
    site->root =
        paper_make(&(struct paper_form){.name = "Enclave root", .use = PAPER_AUTHORITY}, NULL);
    site->server = paper_make(
        &(struct paper_form){.name = "cairn", .names = "DNS:cairn.enclave", .use = PAPER_SERVER},
        &site->root);
    site->client =
        paper_make(&(struct paper_form){.name = "Vault",
                                        .names = "DNS:vault.enclave,URI:cairn:emitter:vault",
                                        .use = PAPER_CLIENT},
                   &site->root);
    const struct paper *own = &site->server, *root = &site->root;
    site->certificate = paper_certificates_pem(&own, 1);
    site->key = paper_key_pem(own);
    site->authorities = paper_certificates_pem(&root, 1);
    site->revoked = list_pem(root, NULL, -60, DAY_S);
    struct tls_material material = material_of(site, clients);
    assert_false(failed(tls_open(&material, &site->tls)));
}

static void site_free(struct site *site)
{
    tls_close(&site->tls);
    paper_pem_free(&site->certificate);
    paper_pem_free(&site->key);
    paper_pem_free(&site->authorities);
    paper_pem_free(&site->revoked);
    paper_free(&site->root);
    paper_free(&site->server);
    paper_free(&site->client);
}

/* A connection from a client that trusts everything: what is under test is the server. */
struct line {
    int ends[2]; /* server, client */
    struct tls_session *session;
    SSL_CTX *context;
    SSL *client;
};

static void line_open(struct line *line, struct tls *tls, const struct paper *shown)
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, line->ends),
                     0);
    assert_false(failed(tls_accept(tls, line->ends[0], &line->session)));
    line->context = SSL_CTX_new(TLS_client_method());
    if (shown != NULL) {
        assert_int_equal(SSL_CTX_use_certificate(line->context, shown->certificate), 1);
        assert_int_equal(SSL_CTX_use_PrivateKey(line->context, shown->key), 1);
    }
    line->client = SSL_new(line->context);
    SSL_set_fd(line->client, line->ends[1]);
    SSL_set_connect_state(line->client);
}

static void line_close(struct line *line)
{
    tls_session_close(&line->session);
    SSL_free(line->client);
    SSL_CTX_free(line->context);
    (void)close(line->ends[0]);
    (void)close(line->ends[1]);
    ERR_clear_error();
}

/* Both sides by turns. */
static enum tls_turn shake(struct line *line)
{
    enum tls_turn turn = TLS_WANTS_READ;
    for (int i = 0; i < TURNS_MAX && (turn == TLS_WANTS_READ || turn == TLS_WANTS_WRITE); i++) {
        (void)SSL_do_handshake(line->client);
        turn = tls_handshake(line->session);
    }
    return turn;
}

static void expect_refused(struct tls *tls, const struct paper *shown, const char *why)
{
    struct line line;
    line_open(&line, tls, shown);
    assert_int_equal(shake(&line), TLS_FAILED);
    assert_non_null(tls_why(line.session));
    if (why != NULL) {
        assert_string_equal(tls_why(line.session), why);
    }
    struct tls_peer peer;
    tls_identify(line.session, &peer);
    assert_false(peer.shown);
    size_t size = 0;
    char buffer[8];
    assert_int_equal(tls_read(line.session, buffer, sizeof buffer, &size), TLS_FAILED);
    assert_int_equal(tls_write(line.session, "x", 1, &size), TLS_FAILED);
    line_close(&line);
}

static void expect_welcome(struct tls *tls, const struct paper *shown)
{
    struct line line;
    line_open(&line, tls, shown);
    assert_int_equal(shake(&line), TLS_DONE);
    line_close(&line);
}

/* Good ones ----------------------------------------------------------------------------------- */

static void a_good_client_is_known_by_its_certificate(void **unused)
{
    (void)unused;
    struct site site;
    site_make(&site, TLS_CLIENTS_MUST);
    struct line line;
    line_open(&line, site.tls, &site.client);
    assert_int_equal(shake(&line), TLS_DONE);
    assert_string_equal(SSL_get_version(line.client), "TLSv1.3");
    struct tls_peer peer;
    tls_identify(line.session, &peer);
    assert_true(peer.shown);
    unsigned size = 0;
    uint8_t digest[DIGEST_SIZE];
    assert_int_equal(X509_digest(site.client.certificate, EVP_sha256(), digest, &size), 1);
    assert_memory_equal(peer.fingerprint.sha256, digest, DIGEST_SIZE);
    assert_int_equal(peer.name_count, 2);
    assert_string_equal(peer.names[0], "DNS:vault.enclave");
    assert_true(tls_peer_is(&peer, "DNS:vault.enclave"));
    assert_true(tls_peer_is(&peer, "vault.enclave"));
    assert_true(tls_peer_is(&peer, "cairn:emitter:vault"));
    assert_false(tls_peer_is(&peer, "vault"));
    assert_false(tls_peer_is(&peer, ""));
    assert_false(tls_peer_is(&peer, "URI:vault.enclave"));
    char hex[DIGEST_HEX_SIZE + 1] = "";
    hex_write(hex, bytes_of(digest, DIGEST_SIZE));
    assert_true(tls_peer_is(&peer, hex));
    hex[0] = hex[0] == 'a' ? 'b' : 'a';
    assert_false(tls_peer_is(&peer, hex));
    line_close(&line);
    site_free(&site);
}

static void what_is_written_is_read_in_both_directions(void **unused)
{
    (void)unused;
    struct site site;
    site_make(&site, TLS_CLIENTS_MAY);
    struct line line;
    line_open(&line, site.tls, NULL);
    assert_int_equal(shake(&line), TLS_DONE);
    char buffer[64];
    size_t size = 0;
    assert_int_equal(tls_read(line.session, buffer, sizeof buffer, &size), TLS_WANTS_READ);
    assert_int_equal(SSL_write(line.client, "GET /", 5), 5);
    assert_int_equal(tls_read(line.session, buffer, 3, &size), TLS_DONE);
    assert_int_equal(size, 3);
    assert_true(tls_pending(line.session));
    assert_int_equal(tls_read(line.session, buffer, sizeof buffer, &size), TLS_DONE);
    assert_memory_equal(buffer, " /", 2);
    assert_int_equal(tls_write(line.session, "200", 3, &size), TLS_DONE);
    assert_int_equal(SSL_read(line.client, buffer, sizeof buffer), 3);
    assert_int_equal(tls_finish(line.session), TLS_DONE);
    assert_int_equal(SSL_read(line.client, buffer, sizeof buffer), 0);
    assert_int_equal(SSL_get_error(line.client, 0), SSL_ERROR_ZERO_RETURN);
    assert_int_equal(SSL_shutdown(line.client), 1);
    assert_int_equal(tls_read(line.session, buffer, sizeof buffer, &size), TLS_ENDED);
    line_close(&line);
    site_free(&site);
}

static void a_peer_that_does_not_read_makes_writing_wait(void **unused)
{
    (void)unused;
    struct site site;
    site_make(&site, TLS_CLIENTS_ANONYMOUS);
    struct line line;
    line_open(&line, site.tls, NULL);
    assert_int_equal(shake(&line), TLS_DONE);
    static const char page[16 << 10];
    enum tls_turn turn = TLS_DONE;
    size_t written = 0;
    for (int i = 0; i < 10000 && turn == TLS_DONE; i++) {
        turn = tls_write(line.session, page, sizeof page, &written);
    }
    assert_int_equal(turn, TLS_WANTS_WRITE);
    line_close(&line);
    site_free(&site);
}

static void no_ticket_is_given_to_come_back_with(void **unused)
{
    (void)unused;
    struct site site;
    site_make(&site, TLS_CLIENTS_MAY);
    struct line line;
    line_open(&line, site.tls, NULL);
    assert_int_equal(shake(&line), TLS_DONE);
    size_t size = 0;
    assert_int_equal(tls_write(line.session, "x", 1, &size), TLS_DONE);
    char buffer[8];
    assert_int_equal(SSL_read(line.client, buffer, sizeof buffer), 1);
    assert_int_equal(SSL_SESSION_is_resumable(SSL_get0_session(line.client)), 0);
    assert_int_equal(SSL_SESSION_get_max_early_data(SSL_get0_session(line.client)), 0);
    line_close(&line);
    site_free(&site);
}

/* F87: bad certificates --------------------------------------------------------------------- */

static void a_client_without_a_good_certificate_is_refused(void **unused)
{
    (void)unused;
    struct site site;
    site_make(&site, TLS_CLIENTS_MUST);
    struct paper other =
        paper_make(&(struct paper_form){.name = "Enclave root", .use = PAPER_AUTHORITY}, NULL);
    const struct {
        struct paper_form form;
        const struct paper *by;
        const char *why;
    } bad[] = {
        {{.name = "c", .use = PAPER_CLIENT, .from_s = -100, .until_s = -10},
         &site.root,
         "certificate has expired"},
        {{.name = "c", .use = PAPER_CLIENT, .from_s = 60, .until_s = 3600},
         &site.root,
         "certificate is not yet valid"},
        {{.name = "c", .use = PAPER_CLIENT}, &other, NULL},
        {{.name = "c", .use = PAPER_SERVER}, &site.root, NULL},
        {{.name = "c", .use = PAPER_ANYTHING}, &site.root, NULL},
        {{.name = "c", .use = PAPER_CLIENT}, NULL, "self-signed certificate"},
        {{.name = "c", .use = PAPER_CLIENT}, &site.client, NULL},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct paper shown = paper_make(&bad[i].form, bad[i].by);
        expect_refused(site.tls, &shown, bad[i].why);
        paper_free(&shown);
    }
    expect_refused(site.tls, NULL, NULL);
    expect_welcome(site.tls, &site.client);
    paper_free(&other);
    site_free(&site);
}

static void a_client_that_may_show_none_may_not_show_a_bad_one(void **unused)
{
    (void)unused;
    struct site site;
    site_make(&site, TLS_CLIENTS_MAY);
    struct paper self = paper_make(&(struct paper_form){.name = "c", .use = PAPER_CLIENT}, NULL);
    expect_refused(site.tls, &self, NULL);
    expect_welcome(site.tls, NULL);
    paper_free(&self);
    site_free(&site);
}

static void a_chain_of_fifty_is_too_long(void **unused)
{
    (void)unused;
    struct site site;
    site_make(&site, TLS_CLIENTS_MUST);
    struct paper chain[CHAIN];
    for (size_t i = 0; i < CHAIN; i++) {
        struct paper_form form = {.name = "between", .use = PAPER_AUTHORITY};
        if (i == CHAIN - 1) {
            form = (struct paper_form){.name = "c", .use = PAPER_CLIENT};
        }
        chain[i] = paper_make(&form, i == 0 ? &site.root : &chain[i - 1]);
    }
    struct line line;
    line_open(&line, site.tls, &chain[CHAIN - 1]);
    for (size_t i = 0; i + 1 < CHAIN; i++) {
        assert_int_equal(SSL_add1_chain_cert(line.client, chain[i].certificate), 1);
    }
    assert_int_equal(shake(&line), TLS_FAILED);
    line_close(&line);
    for (size_t i = 0; i < CHAIN; i++) {
        paper_free(&chain[i]);
    }
    site_free(&site);
}

/* F88: lists of revocations ----------------------------------------------------------------- */

static void renew_list(struct site *site, struct bytes list)
{
    paper_pem_free(&site->revoked);
    site->revoked = list;
    struct tls_material material = material_of(site, TLS_CLIENTS_MUST);
    assert_false(failed(tls_renew(&site->tls, &material)));
}

static void a_revoked_client_is_refused_from_the_next_list_on(void **unused)
{
    (void)unused;
    struct site site;
    site_make(&site, TLS_CLIENTS_MUST);
    struct line open;
    line_open(&open, site.tls, &site.client);
    assert_int_equal(shake(&open), TLS_DONE);
    renew_list(&site, list_pem(&site.root, &site.client, -60, DAY_S));
    expect_refused(site.tls, &site.client, "certificate revoked");
    size_t size = 0;
    assert_int_equal(tls_write(open.session, "x", 1, &size), TLS_DONE);
    line_close(&open);
    renew_list(&site, list_pem(&site.root, &site.server, -60, DAY_S));
    expect_welcome(site.tls, &site.client);
    site_free(&site);
}

static void a_list_that_ran_out_or_is_missing_refuses_everybody(void **unused)
{
    (void)unused;
    struct site site;
    site_make(&site, TLS_CLIENTS_MUST);
    renew_list(&site, list_pem(&site.root, NULL, -DAY_S, -60));
    expect_refused(site.tls, &site.client, "CRL has expired");
    renew_list(&site, list_pem(&site.root, NULL, 3600, DAY_S));
    expect_refused(site.tls, &site.client, "CRL is not yet valid");
    struct paper other =
        paper_make(&(struct paper_form){.name = "another", .use = PAPER_AUTHORITY}, NULL);
    renew_list(&site, list_pem(&other, NULL, -60, DAY_S));
    expect_refused(site.tls, &site.client, "unable to get certificate CRL");
    paper_free(&other);
    /* One of the right name and a key that is another's. */
    struct paper impostor =
        paper_make(&(struct paper_form){.name = "Enclave root", .use = PAPER_AUTHORITY}, NULL);
    renew_list(&site, list_pem(&impostor, NULL, -60, DAY_S));
    expect_refused(site.tls, &site.client, NULL);
    paper_free(&impostor);
    site_free(&site);
}

/* F80: the handshake -------------------------------------------------------------------------- */

static void what_is_not_tls_1_3_is_refused(void **unused)
{
    (void)unused;
    struct site site;
    site_make(&site, TLS_CLIENTS_MAY);
    struct line line;
    line_open(&line, site.tls, NULL);
    SSL_set_max_proto_version(line.client, TLS1_2_VERSION);
    assert_int_equal(shake(&line), TLS_FAILED);
    assert_string_equal(tls_why(line.session), "unsupported protocol");
    line_close(&line);
    static const char *const words[] = {
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\x16\x03\x01\xff\xff...................",
        "\x80\x2e\x01\x03\x01\x00\x15",
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        line_open(&line, site.tls, NULL);
        assert_true(write(line.ends[1], words[i], strlen(words[i])) > 0);
        (void)shutdown(line.ends[1], SHUT_WR);
        assert_int_equal(tls_handshake(line.session), TLS_FAILED);
        line_close(&line);
    }
    site_free(&site);
}

/* What the client says comes one byte at a time: each turn waits, and the last is done. */
static void a_handshake_of_single_bytes_waits_and_is_never_half_done(void **unused)
{
    (void)unused;
    struct site site;
    site_make(&site, TLS_CLIENTS_MAY);
    struct line line;
    line_open(&line, site.tls, NULL);
    BIO *said = BIO_new(BIO_s_mem()), *heard = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(heard, -1);
    SSL_set_bio(line.client, heard, said);
    enum tls_turn turn = TLS_WANTS_READ;
    for (int round = 0; round < 4 && turn != TLS_DONE; round++) {
        (void)SSL_connect(line.client);
        for (char byte; turn != TLS_DONE && BIO_read(said, &byte, 1) == 1;) {
            assert_int_equal(write(line.ends[1], &byte, 1), 1);
            turn = tls_handshake(line.session);
            assert_true(turn == TLS_WANTS_READ || turn == TLS_DONE);
        }
        char buffer[4096];
        for (ssize_t size; (size = read(line.ends[1], buffer, sizeof buffer)) > 0;) {
            assert_int_equal(BIO_write(heard, buffer, (int)size), (int)size);
        }
    }
    assert_int_equal(turn, TLS_DONE);
    line_close(&line);
    site_free(&site);
}

static void a_peer_that_goes_away_leaves_no_reason(void **unused)
{
    (void)unused;
    struct site site;
    site_make(&site, TLS_CLIENTS_MAY);
    struct line line;
    line_open(&line, site.tls, NULL);
    assert_int_equal(tls_handshake(line.session), TLS_WANTS_READ);
    (void)shutdown(line.ends[1], SHUT_RDWR);
    assert_int_equal(tls_handshake(line.session), TLS_FAILED);
    assert_int_equal(tls_finish(line.session), TLS_FAILED);
    line_close(&line);
    site_free(&site);
}

/* Material ---------------------------------------------------------------------------------- */

static void material_that_cannot_be_used_is_refused_and_the_old_stays(void **unused)
{
    (void)unused;
    struct site site;
    site_make(&site, TLS_CLIENTS_MUST);
    const struct bytes nothing = {0}, noise = LITERAL("-----BEGIN NOISE-----\n");
    struct bytes others_key = paper_key_pem(&site.client);
    struct bytes not_authority = {0};
    const struct paper *client = &site.client;
    not_authority = paper_certificates_pem(&client, 1);
    struct tls_material good = material_of(&site, TLS_CLIENTS_MUST);
    struct tls_material bad[] = {good, good, good, good, good, good, good, good, good, good};
    bad[0].certificate = nothing;
    bad[1].certificate = noise;
    bad[2].key = nothing;
    bad[3].key = noise;
    bad[4].key = others_key;
    bad[5].authorities = nothing;
    bad[6].authorities = not_authority;
    bad[7].revoked = nothing;
    bad[8].revoked = noise;
    bad[9].revoked = site.authorities;
    struct tls *before = site.tls;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct status status = tls_renew(&site.tls, &bad[i]);
        assert_int_equal(status.code, STATUS_KEY);
        assert_non_null(status.why);
        assert_ptr_equal(site.tls, before);
    }
    expect_welcome(site.tls, &site.client);
    paper_pem_free(&others_key);
    paper_pem_free(&not_authority);
    site_free(&site);
}

static void save(const char *path, struct bytes bytes, mode_t mode)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes.data, bytes.size), (ssize_t)bytes.size);
    assert_int_equal(fchmod(file, mode), 0);
    (void)close(file);
}

static void a_key_that_others_may_read_is_refused(void **unused)
{
    (void)unused;
    struct site site;
    site_make(&site, TLS_CLIENTS_MUST);
    char folder[] = "tls-XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    save("certificate", site.certificate, 0644);
    save("key", site.key, 0600);
    save("authorities", site.authorities, 0644);
    save("revoked", site.revoked, 0644);
    struct tls_files files = {"certificate", "key", "authorities", "revoked", TLS_CLIENTS_MUST};
    assert_false(failed(tls_renew_files(&site.tls, &files)));
    expect_welcome(site.tls, &site.client);
    assert_int_equal(chmod("key", 0644), 0);
    struct tls *other = NULL;
    assert_int_equal(tls_open_files(&files, &other).code, STATUS_KEY);
    files.key = "nowhere";
    assert_int_equal(tls_open_files(&files, &other).code, STATUS_NOT_FOUND);
    assert_null(other);
    assert_int_equal(unlink("certificate") + unlink("key") + unlink("authorities") +
                         unlink("revoked") + chdir("..") + rmdir(folder),
                     0);
    site_free(&site);
}

static void a_name_with_blanks_or_a_final_nul_is_no_name(void **unused)
{
    (void)unused;
    struct site site;
    site_make(&site, TLS_CLIENTS_MUST);
    struct paper odd = paper_make(
        &(struct paper_form){
            .name = "odd", .names = "URI:a b,DNS:good.enclave,IP:10.0.0.1", .use = PAPER_CLIENT},
        &site.root);
    struct line line;
    line_open(&line, site.tls, &odd);
    assert_int_equal(shake(&line), TLS_DONE);
    struct tls_peer peer;
    tls_identify(line.session, &peer);
    assert_int_equal(peer.name_count, 1);
    assert_string_equal(peer.names[0], "DNS:good.enclave");
    line_close(&line);
    paper_free(&odd);
    site_free(&site);
}

int main(void)
{
    (void)signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_client_is_known_by_its_certificate),
        cmocka_unit_test(what_is_written_is_read_in_both_directions),
        cmocka_unit_test(a_peer_that_does_not_read_makes_writing_wait),
        cmocka_unit_test(no_ticket_is_given_to_come_back_with),
        cmocka_unit_test(a_client_without_a_good_certificate_is_refused),
        cmocka_unit_test(a_client_that_may_show_none_may_not_show_a_bad_one),
        cmocka_unit_test(a_chain_of_fifty_is_too_long),
        cmocka_unit_test(a_revoked_client_is_refused_from_the_next_list_on),
        cmocka_unit_test(a_list_that_ran_out_or_is_missing_refuses_everybody),
        cmocka_unit_test(what_is_not_tls_1_3_is_refused),
        cmocka_unit_test(a_handshake_of_single_bytes_waits_and_is_never_half_done),
        cmocka_unit_test(a_peer_that_goes_away_leaves_no_reason),
        cmocka_unit_test(material_that_cannot_be_used_is_refused_and_the_old_stays),
        cmocka_unit_test(a_key_that_others_may_read_is_refused),
        cmocka_unit_test(a_name_with_blanks_or_a_final_nul_is_no_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
