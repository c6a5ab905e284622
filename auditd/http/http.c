#include "auditd/http/http.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CONNECTION_MEMORY = 16 << 10, /* bytes: a head of ours, and the fields of an answer */
    RUNS_MAX = 8,
};

struct http_call {
    bool taken;
    bool suspended; /* the library has asked for the answer and waits */
    bool dropped;
    struct MHD_Connection *connection; /* NULL: the library is not done with the head yet */
    struct MHD_Response *response;
    unsigned status;
};

struct http {
    struct MHD_Daemon *daemon;
    int epoll;
    unsigned count;
    struct http_call *calls;
    struct http_call *beginning; /* of the connection that is being added */
};

/* The library's side ------------------------------------------------------------------------ */

static enum MHD_Result queue_answer(struct http_call *call, struct MHD_Connection *connection)
{
    enum MHD_Result queued = MHD_queue_response(connection, call->status, call->response);
    MHD_destroy_response(call->response);
    call->response = NULL;
    return queued;
}

/* Called when the head has been read, again when nothing follows it, and after each resuming. */
static enum MHD_Result wanted(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *data_size, void **seen)
{
    (void)context;
    (void)url;
    (void)method;
    (void)version;
    (void)data;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct http_call *call = info == NULL ? NULL : info->socket_context;
    if (call == NULL || call->dropped || *data_size != 0) {
        return MHD_NO;
    }
    if (*seen == NULL) {
        *seen = call;
        return MHD_YES;
    }
    call->connection = connection;
    if (call->response != NULL) {
        return queue_answer(call, connection);
    }
    MHD_suspend_connection(connection);
    call->suspended = true;
    return MHD_YES;
}

static void release(struct http_call *call)
{
    if (call->response != NULL) {
        MHD_destroy_response(call->response);
    }
    *call = (struct http_call){0};
}

static void connection_changed(void *context, struct MHD_Connection *connection, void **mark,
                               enum MHD_ConnectionNotificationCode code)
{
    struct http *http = context;
    (void)connection;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *mark = http->beginning;
    } else if (*mark != NULL) {
        release(*mark);
        *mark = NULL;
    }
}

/* Ours ---------------------------------------------------------------------------------------- */

struct status http_open(unsigned calls, struct http **out)
{
    CLEANUP(http_close) struct http *http = calloc(1, sizeof *http);
    if (http == NULL) {
        return FAIL(NO_MEMORY, sizeof *http);
    }
    http->count = calls;
    http->calls = calloc(calls, sizeof *http->calls);
    if (http->calls == NULL) {
        return FAIL(NO_MEMORY, calls * sizeof *http->calls);
    }
    http->daemon =
        MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0,
                         NULL, NULL, wanted, http, MHD_OPTION_CONNECTION_LIMIT, calls,
                         MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
                         MHD_OPTION_NOTIFY_CONNECTION, connection_changed, http, MHD_OPTION_END);
    const union MHD_DaemonInfo *info =
        http->daemon == NULL ? NULL : MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (info == NULL) {
        return FAIL_BECAUSE(IO, (uint64_t)errno, "libmicrohttpd does not start");
    }
    http->epoll = info->epoll_fd;
    *out = http;
    http = NULL;
    return OK;
}

/* The library refuses to stop while a connection is suspended. */
static void drop_all(struct http *http)
{
    for (unsigned i = 0; i < http->count; i++) {
        if (http->calls[i].taken) {
            http_drop(http, &http->calls[i]);
        }
    }
    http_run(http);
}

void http_close(struct http **http)
{
    if (*http == NULL) {
        return;
    }
    if ((*http)->daemon != NULL) {
        drop_all(*http);
        MHD_stop_daemon((*http)->daemon);
    }
    free((*http)->calls);
    free(*http);
    *http = NULL;
}

int http_fd(const struct http *http)
{
    return http->epoll;
}

void http_run(struct http *http)
{
    MHD_UNSIGNED_LONG_LONG left_ms = 0;
    for (unsigned i = 0; i < RUNS_MAX; i++) {
        (void)MHD_run(http->daemon);
        if (MHD_get_timeout(http->daemon, &left_ms) != MHD_YES || left_ms > 0) {
            return;
        }
    }
}

int http_patience_ms(struct http *http, int most)
{
    MHD_UNSIGNED_LONG_LONG left_ms = 0;
    if (MHD_get_timeout(http->daemon, &left_ms) != MHD_YES) {
        return most;
    }
    return left_ms < (MHD_UNSIGNED_LONG_LONG)most ? (int)left_ms : most;
}

static struct http_call *free_call(struct http *http)
{
    for (unsigned i = 0; i < http->count; i++) {
        if (!http->calls[i].taken) {
            return &http->calls[i];
        }
    }
    return NULL;
}

struct http_call *http_take(struct http *http, int fd)
{
    struct http_call *call = free_call(http);
    if (call == NULL) {
        (void)close(fd);
        return NULL;
    }
    const struct sockaddr address = {.sa_family = AF_UNIX};
    *call = (struct http_call){.taken = true};
    http->beginning = call;
    /* On failure the library has closed the descriptor, and told that the connection is over if it
     * had begun. */
    enum MHD_Result added = MHD_add_connection(http->daemon, fd, &address, sizeof address);
    http->beginning = NULL;
    if (added != MHD_YES) {
        release(call);
        return NULL;
    }
    return call;
}

static void go_on(struct http *http, struct http_call *call)
{
    (void)http;
    if (call->suspended) {
        call->suspended = false;
        MHD_resume_connection(call->connection);
    }
}

static struct MHD_Response *response_of(const struct http_answer *answer)
{
    if (answer->body >= 0) {
        return MHD_create_response_from_fd64(answer->body_size, answer->body);
    }
    union {
        const uint8_t *lent;
        void *copied;
    } text = {.lent = answer->text.data};
    return MHD_create_response_from_buffer(answer->text.size, text.copied, MHD_RESPMEM_MUST_COPY);
}

void http_answer(struct http *http, struct http_call *call, const struct http_answer *answer)
{
    struct MHD_Response *response = response_of(answer);
    if (response == NULL) {
        if (answer->body >= 0) {
            (void)close(answer->body);
        }
        http_drop(http, call);
        return;
    }
    for (size_t i = 0; i < answer->fields->count; i++) {
        const struct answer_field *field = &answer->fields->fields[i];
        (void)MHD_add_response_header(response, field->name, field->value);
    }
    call->response = response;
    call->status = answer->status;
    go_on(http, call);
}

void http_drop(struct http *http, struct http_call *call)
{
    call->dropped = true;
    go_on(http, call);
}
