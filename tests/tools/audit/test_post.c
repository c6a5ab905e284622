/*
 * Messages on their way, to sockets of this machine.
 */
#include "tools/audit/post.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const struct bytes hello = {(const uint8_t *)"{\"hello\":1}", 11};

/* A socket on a port of its own, 127.0.0.1:PORT. */
static int listen_on(int type, uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    assert_true(listener >= 0);
    assert_int_equal(bind(listener, (const struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    assert_true(type != SOCK_STREAM || listen(listener, 4) == 0);
    *port = ntohs(address.sin_port);
    return listener;
}

static void a_datagram_arrives_as_it_is(void **unused)
{
    char address[64], got[64];
    uint16_t port;
    struct post post;
    int listener = listen_on(SOCK_DGRAM, &port);
    (void)unused;
    snprintf(address, sizeof address, "127.0.0.1:%u", port);
    post_syslog(bytes_of_string(address), hello, &post);
    assert_true(post.ok);
    assert_int_equal(recv(listener, got, sizeof got, 0), hello.size);
    assert_memory_equal(got, hello.data, hello.size);
    close(listener);
}

static void a_socket_that_is_not_there_is_said(void **unused)
{
    struct post post;
    (void)unused;
    post_syslog(LITERAL("/nowhere/log"), hello, &post);
    assert_false(post.ok);
    assert_string_equal(post.detail, "No such file or directory");
    post_syslog(LITERAL("no port"), hello, &post);
    assert_string_equal(post.detail, "it is no host:port");
    post_mail("/nowhere/sendmail", hello, &post);
    assert_string_equal(post.detail, "there is no mailer /nowhere/sendmail");
}

/* In a child: answers one request with so much. */
static pid_t serve(int listener, const char *answer, size_t repeats)
{
    pid_t child = fork();
    if (child != 0) {
        close(listener);
        return child;
    }
    char request[4096];
    int connection = accept(listener, NULL, NULL);
    ssize_t size = recv(connection, request, sizeof request, 0);
    bool right = size > 5 && memcmp(request, "POST ", 5) == 0;
    for (size_t i = 0; i < repeats && right; i++) {
        if (send(connection, answer, strlen(answer), MSG_NOSIGNAL) < 0) {
            break;
        }
    }
    close(connection);
    _exit(right ? 0 : 1);
}

static struct post ask(const char *answer, size_t repeats)
{
    char address[64];
    uint16_t port;
    struct post post;
    int status = 0, listener = listen_on(SOCK_STREAM, &port);
    pid_t child = serve(listener, answer, repeats);
    snprintf(address, sizeof address, "http://127.0.0.1:%u/alerts", port);
    post_webhook(bytes_of_string(address), hello, &post);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    return post;
}

static void an_answer_between_200_and_299_is_a_delivery(void **unused)
{
    struct post post = ask("HTTP/1.1 204 No Content\r\n\r\n", 1);
    (void)unused;
    assert_true(post.ok);
    assert_string_equal(post.detail, "answered with status 204");
    post =
        ask("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 1);
    assert_false(post.ok);
    assert_string_equal(post.detail, "answered with status 302");
    post = ask("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", 1);
    assert_false(post.ok);
}

static void an_answer_without_end_is_not_read_to_its_end(void **unused)
{
    static char much[70000];
    (void)unused;
    memset(much, 'x', sizeof much - 1);
    memcpy(much, "HTTP/1.1 200 OK\r\nContent-Length: 900000000\r\n\r\n", 46);
    assert_false(ask(much, 3).ok);
    assert_false(ask("no http at all\r\n\r\n", 1).ok);
}

static void other_protocols_are_not_spoken(void **unused)
{
    struct post post;
    (void)unused;
    post_webhook(LITERAL("file:///etc/passwd"), hello, &post);
    assert_false(post.ok);
    post_webhook(LITERAL("gopher://127.0.0.1:1/"), hello, &post);
    assert_false(post.ok);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_datagram_arrives_as_it_is),
        cmocka_unit_test(a_socket_that_is_not_there_is_said),
        cmocka_unit_test(an_answer_between_200_and_299_is_a_delivery),
        cmocka_unit_test(an_answer_without_end_is_not_read_to_its_end),
        cmocka_unit_test(other_protocols_are_not_spoken),
    };
    return cmocka_run_group_tests_name("tools/audit/post", tests, NULL, NULL);
}
