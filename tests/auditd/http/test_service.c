/*
 * The door as a whole, over real sockets: what is answered, what is refused, and who is kept out.
 * F77 to F79, F81 to F86.
 */
#include "tests/auditd/http/hall.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define GOOD "GET /events?q=a HTTP/1.1\r\nHost: localhost\r\n\r\n"

enum {
    HALF_REQUESTS = 1000,
    STORM = 2000,
    BIG = 3 << 20,
};

static const struct service_options usual = {
    .rate = {.per_s = 1000, .burst = 100000},
    .queue = 32,
    .answer_ms = 10000,
    .bodies_size_max = 64 << 20,
};

static struct hall *hall_make(const struct service_options *options)
{
    struct hall *hall = malloc(sizeof *hall);
    assert_non_null(hall);
    hall_open(hall, options);
    return hall;
}

static void hall_end(struct hall *hall)
{
    hall_close(hall);
    free(hall);
}

/* What is answered -------------------------------------------------------------------------- */

static void a_page_goes_from_the_reader_to_the_client(void **unused)
{
    (void)unused;
    struct hall *hall = hall_make(&usual);
    assert_int_equal(hall_ask(hall, "GET /events?q=a%20b HTTP/1.1\r\nHost: localhost\r\n"
                                    "Cookie: a=b; cairn=SECRET\r\n\r\n"),
                     200);
    assert_true(bytes_equal(hall_body(hall), LITERAL("/events?q=a%20b")));
    assert_true(bytes_equal(hall->last.target, LITERAL("/events?q=a%20b")));
    assert_true(bytes_equal(hall->last.secret, LITERAL("SECRET")));
    assert_true(bytes_equal(hall->last.address, LITERAL("127.0.0.1")));
    assert_false(hall->last.secure);
    assert_false(hall->last.has_certificate);
    assert_true(hall_has(hall, "Content-Length: 15"));
    assert_true(hall_has(hall, "Connection: close"));
    assert_true(hall_has(hall, "Cache-Control: no-store"));
    assert_true(hall_has(hall, "X-Content-Type-Options: nosniff"));
    assert_true(hall_has(hall, "Content-Type: text/html; charset=utf-8"));
    assert_non_null(strstr(hall->answer, "Content-Security-Policy: default-src 'none';"));
    assert_null(strstr(hall->answer, "unsafe-"));
    assert_null(strstr(hall->answer, "Strict-Transport-Security"));
    hall_end(hall);
}

static void head_has_the_same_head_and_no_body(void **unused)
{
    (void)unused;
    struct hall *hall = hall_make(&usual);
    assert_int_equal(hall_ask(hall, "HEAD /x HTTP/1.1\r\nHost: localhost\r\n\r\n"), 200);
    assert_true(hall->last.only_head);
    assert_true(hall_has(hall, "Content-Length: 2"));
    assert_int_equal(hall_body(hall).size, 0);
    assert_int_equal(hall_ask(hall, "HEAD /x HTTP/1.0\r\n\r\n"), 505);
    hall_end(hall);
}

static void what_never_changes_is_sent_once(void **unused)
{
    (void)unused;
    struct hall *hall = hall_make(&usual);
    hall->plays.answer =
        (struct page_answer){.status = 200, .type = LITERAL("text/css"), .immutable = true};
    assert_int_equal(hall_ask(hall, "GET /assets/a-1.css HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
    assert_true(hall_has(hall, "ETag: \"/assets/a-1.css\""));
    assert_true(hall_has(hall, "Cache-Control: public, max-age=31536000, immutable"));
    assert_int_equal(hall_ask(hall, "GET /assets/a-1.css HTTP/1.1\r\nHost: a\r\n"
                                    "If-None-Match: \"/assets/a-1.css\"\r\n\r\n"),
                     304);
    assert_int_equal(hall_body(hall).size, 0);
    assert_int_equal(hall_ask(hall, "GET /assets/a-2.css HTTP/1.1\r\nHost: a\r\n"
                                    "If-None-Match: \"/assets/a-1.css\"\r\n\r\n"),
                     200);
    hall_end(hall);
}

static void a_session_begins_with_a_cookie_that_no_script_reads(void **unused)
{
    (void)unused;
    struct hall *hall = hall_make(&usual);
    hall->plays.answer =
        (struct page_answer){.status = 303, .secret = LITERAL("SECRET"), .location = LITERAL("/")};
    hall->plays.body = bytes_of("", 0);
    assert_int_equal(hall_ask(hall, GOOD), 303);
    assert_true(hall_has(hall, "Location: /"));
    assert_true(hall_has(
        hall, "Set-Cookie: cairn=SECRET; HttpOnly; SameSite=Strict; Path=/; Max-Age=43200"));
    hall_end(hall);
}

static void a_download_has_a_name_that_is_no_path(void **unused)
{
    (void)unused;
    struct hall *hall = hall_make(&usual);
    hall->plays.answer = (struct page_answer){
        .status = 200, .type = LITERAL("text/csv"), .download = LITERAL("../a\"b;c.csv")};
    assert_int_equal(hall_ask(hall, GOOD), 200);
    assert_true(hall_has(hall, "Content-Disposition: attachment; filename=\"_._a_b_c.csv\""));
    hall_end(hall);
}

static void a_client_that_ends_its_side_is_answered(void **unused)
{
    (void)unused;
    struct hall *hall = hall_make(&usual);
    int client = hall_client(hall, 1);
    hall_turn(hall);
    hall_send(client, LITERAL(GOOD));
    assert_int_equal(shutdown(client, SHUT_WR), 0);
    assert_int_equal(hall_answer(hall, client), 200);
    hall_end(hall);
}

static void a_request_in_single_bytes_is_answered(void **unused)
{
    (void)unused;
    struct hall *hall = hall_make(&usual);
    int client = hall_client(hall, 1);
    hall_turn(hall);
    struct bytes request = LITERAL(GOOD);
    for (size_t i = 0; i < request.size; i++) {
        hall_send(client, bytes_of(request.data + i, 1));
        hall_turn(hall);
    }
    assert_int_equal(hall_answer(hall, client), 200);
    hall_end(hall);
}

static void a_big_answer_arrives_whole_whoever_takes_it_slowly(void **unused)
{
    (void)unused;
    struct hall *hall = hall_make(&usual);
    uint8_t *big = malloc(BIG);
    assert_non_null(big);
    for (size_t i = 0; i < BIG; i++) {
        big[i] = (uint8_t)(i * 31 >> 3);
    }
    hall->plays.body = bytes_of(big, BIG);
    int slow = hall_client(hall, 2);
    hall_turn(hall);
    hall_send(slow, LITERAL(GOOD));
    for (int i = 0; i < 50; i++) {
        hall_turn(hall);
    }
    /* While that one takes nothing, others are answered. */
    assert_int_equal(hall_ask(hall, GOOD), 200);
    assert_int_equal(hall_answer(hall, slow), 200);
    assert_true(bytes_equal(hall_body(hall), bytes_of(big, BIG)));
    free(big);
    hall_end(hall);
}

/* What is refused: F81 to F85 ----------------------------------------------------------------- */

static void what_is_ambiguous_is_refused_and_nobody_is_asked(void **unused)
{
    (void)unused;
    struct hall *hall = hall_make(&usual);
    const struct {
        const char *request;
        unsigned status;
    } bad[] = {
        /* F81 */
        {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
         "0\r\n\r\n" GOOD,
         400},
        {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 400},
        {"GET / HTTP/1.1\nHost: a\n\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n folded\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
        /* F83 */
        {"GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        /* F84 */
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        {"\x16\x03\x01\x02\x01\x01\x01\xfc\x03\x03", 400},
        {"\x01\x02\x03\x04", 400},
        {"GET /\r\n\r\n", 400},
        {"GET / HTTP/1.0\r\nHost: a\r\n\r\n", 505},
        /* F85 */
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", 405},
        {"PUT / HTTP/1.1\r\nHost: a\r\n\r\n", 405},
        {"DELETE /events/1 HTTP/1.1\r\nHost: a\r\n\r\n", 405},
        {"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405},
        {"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 405},
        {"OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n", 405},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        unsigned status = hall_ask(hall, bad[i].request);
        if (status != bad[i].status) {
            print_error("%s: %u\n", bad[i].request, status);
        }
        assert_int_equal(status, bad[i].status);
        assert_true(hall_has(hall, "Connection: close"));
        assert_true(status != 405 || hall_has(hall, "Allow: GET, HEAD"));
        /* Nothing comes after the one answer. */
        assert_null(strstr(hall->answer, "\nHTTP/1.1 "));
    }
    assert_int_equal(hall->asked, 0);
    hall_end(hall);
}

/* F82 */
static unsigned ask_long(struct hall *hall, const char *before, const char *more, size_t count)
{
    static char memory[600 << 10];
    struct text request = TEXT_IN(memory);
    text_put_string(&request, before);
    for (size_t i = 0; i < count; i++) {
        text_put_string(&request, more);
    }
    return hall_ask(hall, text_string(&request));
}

static void what_is_too_long_is_refused(void **unused)
{
    (void)unused;
    struct hall *hall = hall_make(&usual);
    assert_int_equal(ask_long(hall, "GET /", "a", 64 << 10), 414);
    assert_int_equal(ask_long(hall, "GET / HTTP/1.1\r\nHost: a\r\nX: ", "a", 64 << 10), 431);
    assert_int_equal(ask_long(hall, "GET / HTTP/1.1\r\nHost: a\r\n", "a: b\r\n", 40000), 431);
    assert_int_equal(hall->asked, 0);
    hall_end(hall);
}

static void a_second_request_on_a_connection_never_runs(void **unused)
{
    (void)unused;
    struct hall *hall = hall_make(&usual);
    assert_int_equal(hall_ask(hall, GOOD "GET /second HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
    assert_int_equal(hall->asked, 1);
    assert_null(strstr(hall->answer, "\nHTTP/1.1 "));
    hall_end(hall);
}

/* F83: paths that a file system would walk are handed on as they are. */
static void a_path_is_never_made_into_another(void **unused)
{
    (void)unused;
    struct hall *hall = hall_make(&usual);
    const char *const paths[] = {"/../etc/passwd", "/%2e%2e/", "/a%2fb", "//", "/a/./b", "/%c3%a4"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        char request[128];
        struct text text = TEXT_IN(request);
        text_add(&text, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", paths[i]);
        assert_int_equal(hall_ask(hall, text_string(&text)), 200);
        assert_true(bytes_equal(hall->last.target, bytes_of_string(paths[i])));
    }
    hall_end(hall);
}

/* Who is kept waiting, and who is not ------------------------------------------------------- */

static void whoever_asks_too_often_is_told_when_to_come_again(void **unused)
{
    (void)unused;
    struct service_options options = usual;
    options.rate = (struct bucket_rule){.per_s = 1, .burst = 3};
    struct hall *hall = hall_make(&options);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(hall_ask(hall, GOOD), 200);
    }
    assert_int_equal(hall_ask(hall, GOOD), 429);
    assert_true(hall_has(hall, "Retry-After: 1"));
    /* Another session is another viewer, but not another address. */
    for (int i = 0; i < 8; i++) {
        char request[128];
        struct text text = TEXT_IN(request);
        text_add(&text, "GET / HTTP/1.1\r\nHost: a\r\nCookie: cairn=%d\r\n\r\n", i);
        assert_int_equal(hall_ask(hall, text_string(&text)), 200);
    }
    assert_int_equal(hall_ask(hall, "GET / HTTP/1.1\r\nHost: a\r\nCookie: cairn=x\r\n\r\n"), 429);
    assert_int_equal(service_counts(hall->service)->too_often, 2);
    hall_end(hall);
}

static void without_a_reader_the_answer_is_to_come_again(void **unused)
{
    (void)unused;
    struct service_options options = usual;
    options.answer_ms = 1;
    struct hall *hall = hall_make(&options);
    hall->plays.silent = true;
    assert_int_equal(hall_ask(hall, GOOD), 503);
    assert_true(hall_has(hall, "Retry-After: 2"));
    /* It still has that question: this one waits, and not for ever. */
    assert_int_equal(hall_ask(hall, GOOD), 503);
    assert_int_equal(hall->asked, 1);
    channel_close(&hall->reader);
    assert_int_equal(hall_ask(hall, GOOD), 503);
    hall_end(hall);
}

static void a_reader_that_ends_within_a_question_leaves_an_answer(void **unused)
{
    (void)unused;
    struct hall *hall = hall_make(&usual);
    hall->plays.silent = true;
    int client = hall_client(hall, 1);
    hall_turn(hall);
    hall_send(client, LITERAL(GOOD));
    while (hall->asked == 0) {
        hall_turn(hall);
    }
    channel_close(&hall->reader);
    assert_int_equal(hall_answer(hall, client), 503);
    assert_int_equal(service_counts(hall->service)->unanswered, 1);
    hall_end(hall);
}

static void a_reader_that_says_what_is_no_answer_is_left(void **unused)
{
    (void)unused;
    for (unsigned wrong = 1; wrong <= 3; wrong++) {
        struct hall *hall = hall_make(&usual);
        hall->plays.wrong = wrong;
        assert_int_equal(hall_ask(hall, GOOD), 503);
        assert_null(hall->door); /* the channel was given up */
        assert_int_equal(service_counts(hall->service)->unanswered, 1);
        hall_end(hall);
    }
}

static void more_than_may_wait_are_told_to_come_again(void **unused)
{
    (void)unused;
    struct service_options options = usual;
    options.queue = 2;
    struct hall *hall = hall_make(&options);
    hall->plays.silent = true;
    int clients[4];
    for (size_t i = 0; i < 4; i++) {
        clients[i] = hall_client(hall, (unsigned)i + 1);
        hall_turn(hall);
        hall_send(clients[i], LITERAL(GOOD));
        hall_turn(hall);
        hall_turn(hall);
    }
    assert_int_equal(hall_answer(hall, clients[3]), 503);
    for (size_t i = 0; i < 3; i++) {
        (void)close(clients[i]);
    }
    for (int i = 0; i < 10; i++) {
        hall_turn(hall);
    }
    hall_end(hall);
}

/* A flood of those who show nothing keeps nobody out who shows something. */
static void strangers_make_room_in_the_queue(void **unused)
{
    (void)unused;
    struct service_options options = usual;
    options.queue = 2;
    struct hall *hall = hall_make(&options);
    hall->plays.silent = true;
    int clients[4];
    for (size_t i = 0; i < 4; i++) {
        clients[i] = hall_client(hall, (unsigned)i + 1);
        hall_turn(hall);
        hall_send(clients[i], i < 3 ? LITERAL(GOOD)
                                    : LITERAL("GET / HTTP/1.1\r\nHost: a\r\n"
                                              "Cookie: cairn=x\r\n\r\n"));
        hall_turn(hall);
        hall_turn(hall);
    }
    assert_int_equal(hall_answer(hall, clients[2]), 503);
    assert_int_equal(service_counts(hall->service)->busy, 1);
    (void)close(clients[0]);
    (void)close(clients[1]);
    (void)close(clients[3]);
    hall_end(hall);
}

static void a_body_that_could_still_change_is_no_answer(void **unused)
{
    (void)unused;
    struct hall *hall = hall_make(&usual);
    hall->plays.unsealed = true;
    assert_int_equal(hall_ask(hall, GOOD), 500);
    hall_end(hall);
}

static void an_asker_who_leaves_is_forgotten(void **unused)
{
    (void)unused;
    struct hall *hall = hall_make(&usual);
    hall->plays.silent = true;
    int client = hall_client(hall, 1);
    hall_turn(hall);
    hall_send(client, LITERAL(GOOD));
    while (hall->asked == 0) {
        hall_turn(hall);
    }
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    assert_int_equal(setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), 0);
    (void)close(client);
    for (int i = 0; i < 1000 && service_open_count(hall->service) > 0; i++) {
        hall_turn(hall);
    }
    assert_int_equal(service_open_count(hall->service), 0);
    hall_end(hall);
}

/* F77 */
static void a_thousand_half_requests_keep_nobody_out(void **unused)
{
    (void)unused;
    struct front_limits limits = front_limits_usual;
    limits.young_ms = 0;
    struct service_options options = usual;
    options.limits = &limits;
    struct hall *hall = hall_make(&options);
    static int half[HALF_REQUESTS];
    for (unsigned i = 0; i < HALF_REQUESTS; i++) {
        half[i] = hall_client(hall, 2 + i % 100);
        hall_turn(hall);
        (void)send(half[i], "GET / HT", 8, MSG_NOSIGNAL);
    }
    assert_int_equal(service_open_count(hall->service), 200);
    for (int round = 0; round < 5; round++) {
        for (unsigned i = 0; i < HALF_REQUESTS; i++) {
            (void)send(half[i], "T", 1, MSG_NOSIGNAL);
        }
        assert_int_equal(hall_ask(hall, GOOD), 200);
    }
    assert_true(service_front_counts(hall->service)->pushed_out > 0);
    for (unsigned i = 0; i < HALF_REQUESTS; i++) {
        (void)close(half[i]);
    }
    hall_end(hall);
}

static void one_address_has_only_so_many_places(void **unused)
{
    (void)unused;
    struct hall *hall = hall_make(&usual);
    int clients[20];
    for (unsigned i = 0; i < 20; i++) {
        clients[i] = hall_client(hall, 7);
        hall_turn(hall);
    }
    assert_int_equal(service_open_count(hall->service), 16);
    assert_int_equal(service_front_counts(hall->service)->crowded, 4);
    assert_int_equal(hall_answer(hall, clients[19]), 503);
    assert_int_equal(hall_ask(hall, GOOD), 200);
    for (unsigned i = 0; i < 19; i++) {
        (void)close(clients[i]);
    }
    hall_end(hall);
}

static void whoever_says_nothing_is_shown_out(void **unused)
{
    (void)unused;
    struct front_limits limits = front_limits_usual;
    limits.idle_ms = 20;
    struct service_options options = usual;
    options.limits = &limits;
    struct hall *hall = hall_make(&options);
    int silent = hall_client(hall, 1), slow = hall_client(hall, 2);
    hall_turn(hall);
    hall_send(slow, LITERAL("GET / H"));
    assert_int_equal(hall_answer(hall, silent), 0);
    assert_int_equal(hall_answer(hall, slow), 0);
    assert_int_equal(service_front_counts(hall->service)->late, 2);
    hall_end(hall);
}

/* One byte now and then is no silence, but the head has a deadline of its own. */
static void whoever_never_finishes_is_shown_out(void **unused)
{
    (void)unused;
    struct front_limits limits = front_limits_usual;
    limits.idle_ms = 1000;
    limits.head_ms = 50;
    struct service_options options = usual;
    options.limits = &limits;
    struct hall *hall = hall_make(&options);
    int client = hall_client(hall, 1);
    hall_turn(hall);
    for (int i = 0; i < 10000 && service_front_counts(hall->service)->late == 0; i++) {
        (void)send(client, "A", 1, MSG_NOSIGNAL);
        hall_turn(hall);
    }
    assert_int_equal(service_front_counts(hall->service)->late, 1);
    (void)close(client);
    hall_end(hall);
}

/* F78, F79: connections that come and go, and resets within answers. */
static void a_storm_of_connections_leaves_nothing_behind(void **unused)
{
    (void)unused;
    struct hall *hall = hall_make(&usual);
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    for (unsigned i = 0; i < STORM; i++) {
        int client = hall_client(hall, 1 + i % 200);
        (void)setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        if (i % 2 == 0) {
            hall_turn(hall);
            (void)send(client, GOOD, i % 3 == 0 ? 10 : sizeof GOOD - 1, MSG_NOSIGNAL);
        }
        if (i % 4 == 0) {
            hall_turn(hall);
        }
        (void)close(client);
    }
    for (int i = 0; i < 10000 && service_open_count(hall->service) > 0; i++) {
        hall_turn(hall);
    }
    assert_int_equal(service_open_count(hall->service), 0);
    assert_int_equal(hall_ask(hall, GOOD), 200);
    hall_end(hall);
}

int main(void)
{
    (void)signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_goes_from_the_reader_to_the_client),
        cmocka_unit_test(head_has_the_same_head_and_no_body),
        cmocka_unit_test(what_never_changes_is_sent_once),
        cmocka_unit_test(a_session_begins_with_a_cookie_that_no_script_reads),
        cmocka_unit_test(a_download_has_a_name_that_is_no_path),
        cmocka_unit_test(a_client_that_ends_its_side_is_answered),
        cmocka_unit_test(a_request_in_single_bytes_is_answered),
        cmocka_unit_test(a_big_answer_arrives_whole_whoever_takes_it_slowly),
        cmocka_unit_test(what_is_ambiguous_is_refused_and_nobody_is_asked),
        cmocka_unit_test(what_is_too_long_is_refused),
        cmocka_unit_test(a_second_request_on_a_connection_never_runs),
        cmocka_unit_test(a_path_is_never_made_into_another),
        cmocka_unit_test(whoever_asks_too_often_is_told_when_to_come_again),
        cmocka_unit_test(without_a_reader_the_answer_is_to_come_again),
        cmocka_unit_test(a_reader_that_ends_within_a_question_leaves_an_answer),
        cmocka_unit_test(a_reader_that_says_what_is_no_answer_is_left),
        cmocka_unit_test(more_than_may_wait_are_told_to_come_again),
        cmocka_unit_test(strangers_make_room_in_the_queue),
        cmocka_unit_test(a_body_that_could_still_change_is_no_answer),
        cmocka_unit_test(an_asker_who_leaves_is_forgotten),
        cmocka_unit_test(a_thousand_half_requests_keep_nobody_out),
        cmocka_unit_test(one_address_has_only_so_many_places),
        cmocka_unit_test(whoever_says_nothing_is_shown_out),
        cmocka_unit_test(whoever_never_finishes_is_shown_out),
        cmocka_unit_test(a_storm_of_connections_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
