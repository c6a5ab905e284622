#include "auditd/accepting.h"
#include "auditd/process.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* /metrics and /status on a local socket: just enough HTTP for a scraper on this machine. */
enum {
    CLIENTS_MAX = 16,
    REQUEST_MAX = 4096,     /* bytes of a head */
    ANSWER_MAX = 128 << 10, /* bytes */
    DEADLINE_US = 2000000,
    LISTENER_TOKEN = CLIENTS_MAX,
    CONTROL_TOKEN,
};

struct client {
    int fd; /* -1: free */
    uint64_t deadline_us;
    char head[REQUEST_MAX];
    size_t size;
};

struct metrics {
    struct process *process;
    struct accepting accepting;
    int poll;
    struct client clients[CLIENTS_MAX];
    char body[ANSWER_MAX], answer[ANSWER_MAX + 512];
};

static void leave(struct client *client)
{
    close(client->fd);
    client->fd = -1;
}

static void put_answer(struct text *out, const char *status, const char *type, struct bytes body)
{
    text_add(out,
             "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: close\r\n"
             "Cache-Control: no-store\r\n\r\n",
             status, type, body.size);
    text_put_bytes(out, body);
}

static bool asks_for(const struct client *client, const char *line)
{
    return client->size >= strlen(line) && memcmp(client->head, line, strlen(line)) == 0;
}

static void answer(struct metrics *metrics, struct client *client)
{
    struct text body = TEXT_IN(metrics->body), out = TEXT_IN(metrics->answer);
    const uint8_t *pages = process_pages(metrics->process);
    if (asks_for(client, "GET /metrics HTTP/1.")) {
        counters_write_metrics(pages, &body);
        put_answer(&out, "200 OK", "text/plain; version=0.0.4; charset=utf-8", text_bytes(&body));
    } else if (asks_for(client, "GET /status HTTP/1.")) {
        counters_write_json(pages, &body);
        text_put_char(&body, '\n');
        put_answer(&out, "200 OK", "application/json", text_bytes(&body));
    } else {
        put_answer(&out, "404 Not Found", "text/plain",
                   LITERAL("there are /metrics and /status\n"));
    }
    counters_add(process_counters(metrics->process), COUNTER_REQUESTS_TOTAL, 1);
    /* A Unix socket has room for all of it, or its reader is not one that waits for it. */
    (void)!send(client->fd, out.data, out.size, MSG_NOSIGNAL | MSG_DONTWAIT);
    leave(client);
}

static void read_client(struct metrics *metrics, struct client *client)
{
    const ssize_t got =
        recv(client->fd, client->head + client->size, sizeof client->head - client->size, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (got <= 0) {
        leave(client);
        return;
    }
    client->size += (size_t)got;
    if (memmem(client->head, client->size, "\r\n\r\n", 4) != NULL) {
        answer(metrics, client);
    } else if (client->size == sizeof client->head) {
        counters_add(process_counters(metrics->process), COUNTER_REQUESTS_REFUSED_TOTAL, 1);
        leave(client);
    }
}

static struct client *free_client(struct metrics *metrics)
{
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        if (metrics->clients[i].fd < 0) {
            return &metrics->clients[i];
        }
    }
    return NULL;
}

static void accept_all(struct metrics *metrics)
{
    struct counters *counters = process_counters(metrics->process);
    int fd;
    for (unsigned turn = 0; turn < CLIENTS_MAX; turn++) {
        const struct status status = accepting_next(&metrics->accepting, &fd);
        if (failed(status)) {
            if (status.code == STATUS_LIMIT) {
                counters_add(counters, COUNTER_CONNECTIONS_REFUSED_TOTAL, 1);
            }
            return;
        }
        struct client *client = free_client(metrics);
        struct epoll_event event = {.events = EPOLLIN};
        event.data.u32 = client == NULL ? 0 : (uint32_t)(client - metrics->clients);
        if (client == NULL || epoll_ctl(metrics->poll, EPOLL_CTL_ADD, fd, &event) != 0) {
            counters_add(counters, COUNTER_CONNECTIONS_REFUSED_TOTAL, 1);
            close(fd);
            continue;
        }
        client->fd = fd;
        client->size = 0;
        client->deadline_us = wire_now_us() + DEADLINE_US;
        counters_add(counters, COUNTER_CONNECTIONS_TOTAL, 1);
    }
}

static void leave_late(struct metrics *metrics)
{
    const uint64_t now_us = wire_now_us();
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        if (metrics->clients[i].fd >= 0 && now_us >= metrics->clients[i].deadline_us) {
            counters_add(process_counters(metrics->process), COUNTER_DEADLINES_TOTAL, 1);
            leave(&metrics->clients[i]);
        }
    }
}

static struct status watch(const struct metrics *metrics, int fd, uint32_t token)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = token};
    return epoll_ctl(metrics->poll, EPOLL_CTL_ADD, fd, &event) == 0 ? OK
                                                                    : FAIL(IO, (uint64_t)errno);
}

static struct status open_metrics(struct metrics *metrics, struct process *process)
{
    metrics->process = process;
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        metrics->clients[i].fd = -1;
    }
    metrics->poll = epoll_create1(EPOLL_CLOEXEC);
    if (metrics->poll < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    TRY(accepting_open(process_listener(process), &metrics->accepting));
    TRY(watch(metrics, process_listener(process), LISTENER_TOKEN));
    return watch(metrics, process_control(process), CONTROL_TOKEN);
}

static void loop(struct metrics *metrics)
{
    while ((process_turn(metrics->process) & PROCESS_STOP) == 0) {
        struct epoll_event events[CLIENTS_MAX];
        const int count = epoll_wait(metrics->poll, events, CLIENTS_MAX, 1000);
        for (int i = 0; i < count; i++) {
            const uint32_t token = events[i].data.u32;
            if (token == LISTENER_TOKEN) {
                accept_all(metrics);
            } else if (token < CLIENTS_MAX && metrics->clients[token].fd >= 0) {
                read_client(metrics, &metrics->clients[token]);
            }
        }
        leave_late(metrics);
    }
}

struct status metrics_main(struct process *process)
{
    struct metrics *metrics = calloc(1, sizeof *metrics);
    if (metrics == NULL) {
        return FAIL(NO_MEMORY, sizeof *metrics);
    }
    struct status status = open_metrics(metrics, process);
    if (!failed(status)) {
        status = process_ready(process);
    }
    if (!failed(status)) {
        loop(metrics);
    }
    free(metrics);
    return status;
}
