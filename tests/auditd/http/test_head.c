/*
 * The head of a request: one meaning or none. F81 to F85, as far as bytes alone tell.
 */
#include "auditd/http/head.h"
#include "tests/schema/random_record.h"

#include <microhttpd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    MOST = HEAD_MAX + 64,
    MUTATIONS = 4000,
};

static enum head_turn look(const char *text, struct head *head)
{
    *head = (struct head){0};
    return head_look(head, bytes_of_string(text));
}

static void expect(const char *text, enum head_fault fault)
{
    struct head head;
    enum head_turn turn = look(text, &head);
    if (fault == HEAD_FINE) {
        assert_int_equal(turn, HEAD_WHOLE);
        return;
    }
    assert_int_equal(turn, HEAD_REFUSED);
    assert_int_equal(head.fault, fault);
    assert_true(head_fault_status(fault) >= 400);
    assert_true(strlen(head_fault_sentence(fault)) > 20);
}

static void a_good_head_is_taken_apart(void **unused)
{
    (void)unused;
    struct head head;
    assert_int_equal(look("GET /events?q=a&b HTTP/1.1\r\nhOST: \tlocalhost:7443 \r\nX:\r\n"
                          "Cookie: a=b; c=d\r\nIf-None-Match: \"x\"\r\n\r\nrest",
                          &head),
                     HEAD_WHOLE);
    assert_false(head.only_head);
    assert_true(bytes_equal(head.target, LITERAL("/events?q=a&b")));
    assert_true(bytes_equal(head.path, LITERAL("/events")));
    assert_true(bytes_equal(head.query, LITERAL("q=a&b")));
    assert_true(bytes_equal(head.host, LITERAL("localhost:7443")));
    assert_true(bytes_equal(head.cookie, LITERAL("a=b; c=d")));
    assert_true(bytes_equal(head.known, LITERAL("\"x\"")));
    assert_int_equal(look("HEAD / HTTP/1.1\r\nHost: [::1]:7\r\n\r\n", &head), HEAD_WHOLE);
    assert_true(head.only_head);
    assert_int_equal(head.query.size, 0);
}

static void what_can_be_understood_in_two_ways_is_refused(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        enum head_fault fault;
    } rows[] = {
        {"GET / HTTP/1.1\nHost: a\n\n", HEAD_CONTROL},
        {"GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", HEAD_CONTROL},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n", HEAD_CONTROL},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: \x7f\r\n\r\n", HEAD_CONTROL},
        {"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", HEAD_REQUEST_LINE},
        {" GET / HTTP/1.1\r\nHost: a\r\n\r\n", HEAD_REQUEST_LINE},
        {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", HEAD_REQUEST_LINE},
        {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", HEAD_REQUEST_LINE},
        {"GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", HEAD_REQUEST_LINE},
        {"GET / http/1.1\r\nHost: a\r\n\r\n", HEAD_REQUEST_LINE},
        {"GET / HTTP/1.10\r\nHost: a\r\n\r\n", HEAD_REQUEST_LINE},
        {"GET /\r\n\r\n", HEAD_REQUEST_LINE},
        {"G@T / HTTP/1.1\r\nHost: a\r\n\r\n", HEAD_REQUEST_LINE},
        {"get / HTTP/1.1\r\nHost: a\r\n\r\n", HEAD_METHOD},
        {"POST / HTTP/1.1\r\nHost: a\r\n\r\n", HEAD_METHOD},
        {"GET / HTTP/1.0\r\nHost: a\r\n\r\n", HEAD_VERSION},
        {"PRI * HTTP/2.0\r\n\r\n", HEAD_VERSION},
        {"GET * HTTP/1.1\r\nHost: a\r\n\r\n", HEAD_TARGET},
        {"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", HEAD_TARGET},
        {"GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", HEAD_TARGET},
        {"GET /?q=%00 HTTP/1.1\r\nHost: a\r\n\r\n", HEAD_TARGET},
        {"GET /%0 HTTP/1.1\r\nHost: a\r\n\r\n", HEAD_TARGET},
        {"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", HEAD_TARGET},
        {"GET /# HTTP/1.1\r\nHost: a\r\n\r\n", HEAD_TARGET},
        {"GET /\\ HTTP/1.1\r\nHost: a\r\n\r\n", HEAD_TARGET},
        {"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n", HEAD_TARGET},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", HEAD_FIELD},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\tc\r\n\r\n", HEAD_FIELD},
        {"GET / HTTP/1.1\r\n Host: a\r\n\r\n", HEAD_FIELD},
        {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", HEAD_FIELD},
        {"GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", HEAD_FIELD},
        {"GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", HEAD_FIELD},
        {"GET / HTTP/1.1\r\n\r\n", HEAD_HOST},
        {"GET / HTTP/1.1\r\nHost:\r\n\r\n", HEAD_HOST},
        {"GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", HEAD_HOST},
        {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", HEAD_HOST},
        {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", HEAD_HOST},
        {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", HEAD_BODY},
        {"GET / HTTP/1.1\r\nHost: a\r\ncontent-length: -1\r\n\r\n", HEAD_BODY},
        {"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", HEAD_BODY},
        {"GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n", HEAD_BODY},
        {"GET / HTTP/1.1\r\nHost: a\r\nCookie: a\r\nCookie: b\r\n\r\n", HEAD_REPEATED},
        {"GET / HTTP/1.1\r\nHost: a\r\nCookie:\r\nCookie: b\r\n\r\n", HEAD_REPEATED},
        {"GET /?a[]{}|^`\\? HTTP/1.1\r\nHost: a\r\n\r\n", HEAD_FINE},
        {"GET /../%2e%2e/%2f//. HTTP/1.1\r\nHost: a\r\n\r\n", HEAD_FINE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        expect(rows[i].text, rows[i].fault);
    }
}

/* NUL anywhere, which no string literal shows. */
static void nul_is_refused_wherever_it_stands(void **unused)
{
    (void)unused;
    const char good[] = "GET /abc HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n";
    for (size_t at = 0; at < sizeof good - 1; at++) {
        char text[sizeof good];
        memcpy(text, good, sizeof good);
        text[at] = '\0';
        struct head head = {0};
        assert_int_equal(head_look(&head, bytes_of(text, sizeof good - 1)), HEAD_REFUSED);
        assert_int_equal(head.fault, HEAD_CONTROL);
        assert_int_equal(head.looked, at + 1);
    }
}

static void what_is_too_long_is_refused_at_its_limit(void **unused)
{
    (void)unused;
    static char text[2 * HEAD_MAX];
    struct head head;
    struct text out = TEXT_IN(text);
    text_put_literal(&out, "GET /");
    while (out.size < HEAD_TARGET_MAX + 4) {
        text_put_char(&out, 'a');
    }
    size_t longest = out.size;
    text_put_literal(&out, " HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(look(text_string(&out), &head), HEAD_WHOLE);
    out.size = longest;
    text_put_literal(&out, "a HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(text_string(&out), HEAD_TARGET_LONG);
    text_clear(&out);
    text_put_literal(&out, "GET / HTTP/1.1\r\nHost: a\r\n");
    for (unsigned i = 1; i < HEAD_FIELDS_MAX; i++) {
        text_put_literal(&out, "A: b\r\n");
    }
    size_t most = out.size;
    text_put_literal(&out, "\r\n");
    assert_int_equal(look(text_string(&out), &head), HEAD_WHOLE);
    out.size = most;
    text_put_literal(&out, "A: b\r\n\r\n");
    expect(text_string(&out), HEAD_FIELDS);
    text_clear(&out);
    text_put_literal(&out, "GET / HTTP/1.1\r\nHost: a\r\nX: ");
    while (out.size < HEAD_MAX) {
        text_put_char(&out, 'x');
    }
    assert_int_equal(look(text_string(&out), &head), HEAD_MORE);
    text_put_char(&out, 'x');
    expect(text_string(&out), HEAD_LONG);
}

/* The same, however it comes in. */
static void pieces_mean_what_the_whole_means(void **unused)
{
    (void)unused;
    static const char *const texts[] = {
        "GET /a?b HTTP/1.1\r\nHost: a\r\nCookie: c=d\r\n\r\nmore",
        "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n",
        "HEAD / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\nHost: a\n\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct head whole, pieces = {0};
        enum head_turn expected = look(texts[i], &whole), turn = HEAD_MORE;
        for (size_t size = 1; turn == HEAD_MORE && size <= strlen(texts[i]); size++) {
            turn = head_look(&pieces, bytes_of(texts[i], size));
        }
        assert_int_equal(turn, expected);
        assert_int_equal(pieces.fault, whole.fault);
        assert_int_equal(pieces.size, whole.size);
        assert_true(bytes_equal(pieces.target, whole.target));
        assert_true(bytes_equal(pieces.cookie, whole.cookie));
    }
}

static void a_cookie_is_found_by_its_whole_name_and_only_once(void **unused)
{
    (void)unused;
    static const struct {
        const char *field, *value;
    } rows[] = {
        {"cairn=A", "A"},
        {"a=b; cairn=A; c=d", "A"},
        {"a=b;cairn=A", "A"},
        {"xcairn=A", ""},
        {"cairn", ""},
        {"cairnx=A", ""},
        {"cairn=A; cairn=B", ""},
        {"", ""},
        {"Cairn=A", ""},
        {"a=cairn=A", ""},
        {"cairn=A=B", "A=B"},
        {";;; cairn=A ;", "A"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bytes found = head_cookie(bytes_of_string(rows[i].field), "cairn");
        assert_true(bytes_equal(found, bytes_of_string(rows[i].value)));
    }
}

/* Another reader ---------------------------------------------------------------------------- */

/* What libmicrohttpd makes of the same bytes. */
struct other {
    struct MHD_Daemon *daemon;
    unsigned requests;
    char target[MOST], method[32], host[MOST], cookie[MOST];
};

static void *note_target(void *context, const char *uri, struct MHD_Connection *connection)
{
    struct other *other = context;
    (void)connection;
    struct text text = TEXT_IN(other->target);
    text_put_string(&text, uri);
    (void)text_string(&text);
    return NULL;
}

static void keep(struct MHD_Connection *connection, const char *name, char *out)
{
    const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
    struct text text = {.data = out, .capacity = MOST};
    text_put_string(&text, value == NULL ? "" : value);
    (void)text_string(&text);
}

static enum MHD_Result note_request(void *context, struct MHD_Connection *connection,
                                    const char *url, const char *method, const char *version,
                                    const char *data, size_t *size, void **seen)
{
    struct other *other = context;
    (void)url;
    (void)data;
    if (*seen == NULL) {
        *seen = other;
        return MHD_YES;
    }
    assert_int_equal(*size, 0);
    assert_string_equal(version, "HTTP/1.1");
    other->requests++;
    struct text text = TEXT_IN(other->method);
    text_put_string(&text, method);
    (void)text_string(&text);
    keep(connection, "Host", other->host);
    keep(connection, "Cookie", other->cookie);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    (void)MHD_add_response_header(response, "Connection", "close");
    enum MHD_Result queued = MHD_queue_response(connection, 200, response);
    MHD_destroy_response(response);
    return queued;
}

static void ask_other(struct other *other, struct bytes head)
{
    int ends[2];
    const struct sockaddr address = {.sa_family = AF_UNIX};
    other->requests = 0;
    other->target[0] = other->method[0] = other->host[0] = other->cookie[0] = '\0';
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    assert_int_equal(write(ends[0], head.data, head.size), (ssize_t)head.size);
    (void)shutdown(ends[0], SHUT_WR);
    assert_int_equal(MHD_add_connection(other->daemon, ends[1], &address, sizeof address), MHD_YES);
    for (int i = 0; i < 8; i++) {
        (void)MHD_run(other->daemon);
    }
    (void)close(ends[0]);
    (void)MHD_run(other->daemon);
}

static bool is_same(const char *theirs, struct bytes ours)
{
    return bytes_equal(bytes_of_string(theirs), ours);
}

static void mutate(struct random *random, char *text, size_t size)
{
    static const char letters[] = "\r\n\t :;,/?%&=.0aAZ\"\\[]{}~-_\x80\xff()<>@#|^`'*+!$";
    for (uint64_t count = random_below(random, 4); count > 0; count--) {
        text[random_below(random, size)] = letters[random_below(random, sizeof letters - 1)];
    }
}

/* What is handed on is written anew (auditd/http/front.h); but even these very bytes would be
 * understood in the same way, so that no reader in between can be told another story. */
static void what_is_taken_means_the_same_to_another_reader(void **unused)
{
    (void)unused;
    struct other *other = calloc(1, sizeof *other);
    assert_non_null(other);
    other->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ITC, 0,
                                     NULL, NULL, note_request, other, MHD_OPTION_URI_LOG_CALLBACK,
                                     note_target, other, MHD_OPTION_END);
    assert_non_null(other->daemon);
    static const char *const seeds[] = {
        "GET /events?q=actor+%3D+ada&at=12 HTTP/1.1\r\nHost: localhost:7443\r\n"
        "Cookie: cairn=abc; d=e\r\nAccept: */*\r\n\r\n",
        "HEAD /a/b.c HTTP/1.1\r\nHost: [::1]\r\nUser-Agent: x (y; z)\r\n\r\n",
        "GET /../%2e%2e/ HTTP/1.1\r\nUser-Agent:\r\nHost:a\r\nConnection: keep-alive\r\n\r\n",
    };
    struct random random = {.state = 11};
    unsigned taken = 0;
    for (unsigned i = 0; i < MUTATIONS; i++) {
        const char *seed = seeds[i % 3];
        char text[512];
        size_t size = strlen(seed);
        memcpy(text, seed, size);
        mutate(&random, text, size);
        struct head head = {0};
        if (head_look(&head, bytes_of(text, size)) != HEAD_WHOLE) {
            continue;
        }
        taken++;
        ask_other(other, bytes_of(text, head.size));
        assert_int_equal(other->requests, 1);
        assert_true(is_same(other->target, head.target));
        assert_string_equal(other->method, head.only_head ? "HEAD" : "GET");
        assert_true(is_same(other->host, head.host));
        assert_true(is_same(other->cookie, head.cookie));
    }
    assert_true(taken > MUTATIONS / 10);
    MHD_stop_daemon(other->daemon);
    free(other);
}

int main(void)
{
    (void)signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_head_is_taken_apart),
        cmocka_unit_test(what_can_be_understood_in_two_ways_is_refused),
        cmocka_unit_test(nul_is_refused_wherever_it_stands),
        cmocka_unit_test(what_is_too_long_is_refused_at_its_limit),
        cmocka_unit_test(pieces_mean_what_the_whole_means),
        cmocka_unit_test(a_cookie_is_found_by_its_whole_name_and_only_once),
        cmocka_unit_test(what_is_taken_means_the_same_to_another_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
