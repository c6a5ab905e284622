#include "tests/auditd/http/hall.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    TURNS_MAX = 20000,
};

static void lost(void *context, unsigned reader)
{
    struct hall *hall = context;
    service_set_reader(hall->service, reader, (struct service_reader){0});
    channel_close(&hall->door);
}

static int listen_at(uint16_t *port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(fd, SOMAXCONN), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

void hall_open(struct hall *hall, const struct service_options *options)
{
    *hall = (struct hall){0};
    hall->listener = listen_at(&hall->port);
    struct service_options own = *options;
    own.listeners = &hall->listener;
    own.listener_count = 1;
    own.lost = lost;
    own.context = hall;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
    const struct channel_limits limits = {.frame = PAGE_FRAME_MAX, .waiting = PAGE_FRAME_MAX};
    assert_false(failed(channel_open(ends[0], limits, &hall->door)));
    assert_false(failed(channel_open(ends[1], limits, &hall->reader)));
    assert_false(failed(service_open(&own, &hall->service)));
    service_set_reader(hall->service, 0, (struct service_reader){hall->door, 1});
}

void hall_close(struct hall *hall)
{
    service_close(&hall->service);
    channel_close(&hall->door);
    channel_close(&hall->reader);
    (void)close(hall->listener);
}

/* The reader -------------------------------------------------------------------------------- */

static int body_file(const struct hall *hall, struct bytes body)
{
    int file = memfd_create("body", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    assert_true(file >= 0);
    for (size_t at = 0; at < body.size;) {
        ssize_t written = write(file, body.data + at, body.size - at);
        assert_true(written > 0);
        at += (size_t)written;
    }
    int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    assert_int_equal(fcntl(file, F_ADD_SEALS, hall->plays.unsealed ? F_SEAL_SHRINK : seals), 0);
    return file;
}

static void keep(struct hall *hall, const struct page_request *request)
{
    hall->last = *request;
    struct bytes *texts[] = {&hall->last.target, &hall->last.secret, &hall->last.address};
    size_t used = 0;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i]->size > 0) {
            memcpy(hall->memory + used, texts[i]->data, texts[i]->size);
        }
        texts[i]->data = (const uint8_t *)hall->memory + used;
        used += texts[i]->size;
    }
}

static void answer(struct hall *hall, const struct frame *frame)
{
    struct page_request request;
    assert_int_equal(frame->kind, MESSAGE_WEB_REQUEST);
    assert_false(failed(page_request_decode(frame->payload, &request)));
    hall->asked++;
    keep(hall, &request);
    if (hall->plays.silent) {
        return;
    }
    struct page_answer said = hall->plays.answer;
    if (said.status == 0) {
        said.status = 200;
        said.type = LITERAL("text/html; charset=utf-8");
    }
    struct bytes body = hall->plays.body.data == NULL ? request.target : hall->plays.body;
    said.size = body.size;
    int file = body.size == 0 ? -1 : body_file(hall, body);
    char memory[PAGE_FRAME_MAX];
    struct text out = TEXT_IN(memory);
    page_answer_put(&out, frame->id + (hall->plays.wrong == 1 ? 1 : 0), &said);
    if (hall->plays.wrong == 2) {
        out.data[FRAME_HEAD - 5] = MESSAGE_RETRY;
    }
    if (hall->plays.wrong == 3) {
        memset(out.data, 0xff, out.size);
    }
    assert_false(failed(channel_send(hall->reader, text_bytes(&out), file)));
    if (file >= 0) {
        (void)close(file);
    }
}

static void read_requests(struct hall *hall)
{
    struct frame frame;
    if (hall->reader == NULL) {
        return;
    }
    bool open = !failed(channel_receive(hall->reader));
    for (bool whole = true; whole;) {
        assert_false(failed(channel_next(hall->reader, &frame, &whole)));
        if (whole) {
            answer(hall, &frame);
        }
    }
    if (!open || failed(channel_flush(hall->reader))) {
        channel_close(&hall->reader);
    }
}

void hall_turn(struct hall *hall)
{
    struct pollfd waiting[SERVICE_DESCRIPTORS];
    int patience_ms = 0;
    size_t count = service_wait(hall->service, waiting, &patience_ms);
    (void)poll(waiting, count, patience_ms < 1 ? patience_ms : 1);
    service_work(hall->service);
    read_requests(hall);
}

/* Clients ----------------------------------------------------------------------------------- */

int hall_client(struct hall *hall, unsigned last)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_in own = {.sin_family = AF_INET,
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + last)};
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(hall->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&own, sizeof own), 0);
    int connected = connect(fd, (const struct sockaddr *)&address, sizeof address);
    assert_true(connected == 0 || errno == EINPROGRESS);
    return fd;
}

void hall_send(int client, struct bytes bytes)
{
    assert_int_equal(send(client, bytes.data, bytes.size, MSG_NOSIGNAL), (ssize_t)bytes.size);
}

unsigned hall_answer(struct hall *hall, int client)
{
    hall->answer_size = 0;
    bool ended = false;
    for (int i = 0; i < TURNS_MAX && !ended; i++) {
        hall_turn(hall);
        ssize_t size = 0;
        do {
            size = recv(client, hall->answer + hall->answer_size,
                        sizeof hall->answer - 1 - hall->answer_size, 0);
            hall->answer_size += size > 0 ? (size_t)size : 0;
        } while (size > 0);
        ended = size == 0 || (errno != EAGAIN && errno != EINTR);
    }
    assert_true(ended);
    (void)close(client);
    hall->answer[hall->answer_size] = '\0';
    static const char start[] = "HTTP/1.1 ";
    bool answered = strncmp(hall->answer, start, sizeof start - 1) == 0;
    return answered ? (unsigned)strtoul(hall->answer + sizeof start - 1, NULL, 10) : 0;
}

unsigned hall_ask(struct hall *hall, const char *request)
{
    int client = hall_client(hall, 1);
    hall_turn(hall);
    hall_send(client, bytes_of_string(request));
    return hall_answer(hall, client);
}

bool hall_has(const struct hall *hall, const char *field)
{
    char line[512];
    (void)snprintf(line, sizeof line, "\r\n%s\r\n", field);
    return strstr(hall->answer, line) != NULL;
}

struct bytes hall_body(const struct hall *hall)
{
    const char *end = strstr(hall->answer, "\r\n\r\n");
    assert_non_null(end);
    size_t head = (size_t)(end - hall->answer) + 4;
    return bytes_of(hall->answer + head, hall->answer_size - head);
}
