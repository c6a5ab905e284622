#include "auditd/supervisor/places.h"

#include "core/store_layout.h"
#include "schema/wire/channel.h"
#include "schema/wire/join.h"

#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BACKLOG = 256,
};

enum ending places_fail(enum ending code, const char *format, ...)
{
    char foreign[1024], memory[2048];
    struct text line = {.data = memory, .capacity = sizeof memory - 1};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(foreign, sizeof foreign, format, arguments);
    va_end(arguments);
    text_put_literal(&line, "cairnd: ");
    text_put_printable(&line, bytes_of_string(foreign));
    line.capacity++;
    line.full = false;
    text_put_char(&line, '\n');
    (void)!write(STDERR_FILENO, line.data, line.size);
    return code;
}

/* Paths -------------------------------------------------------------------------------------- */

static bool set_path(struct setting_text *out, const struct setting_text *wanted,
                     const struct setting_text *directory, const char *name)
{
    struct text text = TEXT_IN(out->text);
    if (wanted->text[0] != '\0') {
        *out = *wanted;
        return true;
    }
    text_put_string(&text, directory->text);
    text_put_char(&text, '/');
    text_put_string(&text, name);
    (void)text_string(&text);
    return !text.full;
}

static bool fits(const struct setting_text *path)
{
    return strlen(path->text) <= SOCKET_PATH_MAX;
}

enum ending places_choose(struct places *places, const struct settings *settings)
{
    const struct setting_text none = {.text = ""};
    memset(places, 0, sizeof *places);
    for (unsigned i = 0; i < LISTENER_COUNT; i++) {
        places->listeners[i] = -1;
    }
    places->store = settings->store_path.text;
    if (!set_path(&places->runtime, &settings->daemon_runtime, &settings->store_path, "run") ||
        !set_path(&places->socket, &settings->daemon_socket, &places->runtime, "cairn.sock") ||
        !set_path(&places->metrics, &settings->daemon_metrics, &places->runtime, "metrics.sock") ||
        !set_path(&places->controllers, &none, &places->runtime, JOIN_SOCKET_NAME) ||
        !set_path(&places->machines, &none, &places->runtime, "vmc") || !fits(&places->socket) ||
        !fits(&places->metrics) || !fits(&places->controllers)) {
        return places_fail(ENDING_USAGE,
                           "the path of a socket has at most %d bytes, and %s/cairn.sock has more: "
                           "give --socket, or `runtime` in [daemon], a shorter one",
                           SOCKET_PATH_MAX, places->runtime.text);
    }
    return ENDING_DONE;
}

/* Unix sockets ------------------------------------------------------------------------------- */

static enum ending make_runtime(const struct places *places)
{
    if (mkdir(places->runtime.text, 0755) == 0 || errno == EEXIST) {
        return ENDING_DONE;
    }
    const int error = errno;
    return places_fail(error == ENOENT ? ENDING_NOT_FOUND : ENDING_IO,
                       "the runtime directory %s cannot be made: %s", places->runtime.text,
                       strerror(error));
}

static enum ending listen_at(struct places *places, enum listener listener, const char *path)
{
    if (places->listeners[listener] >= 0) {
        return ENDING_DONE;
    }
    const struct status status = channel_listen(path, 0660, &places->listeners[listener]);
    if (status.code == STATUS_IN_USE) {
        return places_fail(ENDING_IO, "another daemon listens at %s: stop it first", path);
    }
    if (failed(status)) {
        char memory[512];
        struct text why = TEXT_IN(memory);
        status_describe(status, &why);
        return places_fail(ENDING_IO, "listening at %s: %s", path, text_string(&why));
    }
    return ENDING_DONE;
}

/* Where machines' ports are sockets. Whoever runs machines makes them there, as a user of its own
 * that is in the directory's group; nobody else looks in. */
static enum ending make_machines(const struct places *places)
{
    const bool made = mkdir(places->machines.text, 0770) == 0;
    if ((made && chmod(places->machines.text, 0770) == 0) || (!made && errno == EEXIST)) {
        return ENDING_DONE;
    }
    return places_fail(ENDING_IO, "the directory of machines' sockets %s cannot be made: %s",
                       places->machines.text, strerror(errno));
}

/* The group of operators may connect; who may do what is asked again for each request. */
static enum ending give_to_operators(const struct setting_text *path,
                                     const struct settings *settings)
{
    const char *name = settings->daemon_operators.text;
    if (name[0] == '\0') {
        return ENDING_DONE;
    }
    const struct group *group = getgrnam(name);
    if (group == NULL) {
        return places_fail(ENDING_NOT_FOUND, "there is no group %s: `operators` in [daemon]", name);
    }
    if (chown(path->text, (uid_t)-1, group->gr_gid) != 0) {
        return places_fail(ENDING_IO, "%s cannot be given to the group %s: %s", path->text, name,
                           strerror(errno));
    }
    return ENDING_DONE;
}

/* Emitters that any local user brings, or a user who is no operator, reach the socket: they sign
 * what they bring. */
void places_permit(const struct places *places, const struct settings *settings)
{
    mode_t mode = 0660;
    for (size_t i = 0; i < settings->emitter_count; i++) {
        if (settings->emitters[i].open || settings->emitters[i].uid.text[0] != '\0') {
            mode = 0666;
        }
    }
    if (!places->handed[LISTENER_SOCKET]) {
        (void)!chmod(places->socket.text, mode);
    }
}

/* TCP ---------------------------------------------------------------------------------------- */

static int listen_on(const struct addrinfo *info)
{
    const int yes = 1;
    const int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return -1;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (info->ai_family == AF_INET6) {
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
    }
    if (bind(fd, info->ai_addr, info->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
        const int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

static enum ending listen_tcp(struct places *places, enum listener listener,
                              const struct setting_text *at)
{
    const struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
                                   .ai_socktype = SOCK_STREAM};
    struct setting_address address;
    struct addrinfo *info = NULL;
    if (places->listeners[listener] >= 0 ||
        !setting_address_read(bytes_of_string(at->text), &address)) {
        return ENDING_DONE;
    }
    const int trouble = getaddrinfo(address.host, address.port, &hints, &info);
    if (trouble != 0) {
        return places_fail(ENDING_NOT_FOUND, "the address %s is not known: %s", at->text,
                           gai_strerror(trouble));
    }
    places->listeners[listener] = listen_on(info);
    const int error = errno;
    freeaddrinfo(info);
    if (places->listeners[listener] >= 0) {
        return ENDING_DONE;
    }
    if (error == EADDRINUSE) {
        return places_fail(ENDING_IO, "the port of %s is taken by another process", at->text);
    }
    return places_fail(error == EACCES ? ENDING_NOT_PERMITTED : ENDING_IO, "listening at %s: %s",
                       at->text, strerror(error));
}

/* All of it ---------------------------------------------------------------------------------- */

static void take_handed(struct places *places)
{
    struct notify_sockets handed;
    notify_sockets(&handed);
    for (unsigned i = 1; i < LISTENER_COUNT; i++) {
        places->handed[i] = handed.fd[i] >= 0;
        places->listeners[i] = handed.fd[i];
    }
}

static enum ending open_controllers(struct places *places, const struct settings *settings)
{
    enum ending code = make_machines(places);
    if (code == ENDING_DONE) {
        code = listen_at(places, LISTENER_CONTROLLERS, places->controllers.text);
    }
    return code == ENDING_DONE && !places->handed[LISTENER_CONTROLLERS]
               ? give_to_operators(&places->controllers, settings)
               : code;
}

enum ending places_open(struct places *places, const struct settings *settings)
{
    take_handed(places);
    enum ending code = make_runtime(places);
    if (code == ENDING_DONE) {
        code = listen_at(places, LISTENER_SOCKET, places->socket.text);
    }
    if (code == ENDING_DONE) {
        code = listen_at(places, LISTENER_METRICS, places->metrics.text);
    }
    if (code == ENDING_DONE && !places->handed[LISTENER_SOCKET]) {
        code = give_to_operators(&places->socket, settings);
        places_permit(places, settings);
    }
    if (code == ENDING_DONE && !places->handed[LISTENER_METRICS]) {
        code = give_to_operators(&places->metrics, settings);
    }
    if (code == ENDING_DONE && settings->virt_uri.text[0] != '\0') {
        code = open_controllers(places, settings);
    }
    if (code == ENDING_DONE) {
        code = listen_tcp(places, LISTENER_WEB, &settings->web_listen);
    }
    if (code == ENDING_DONE) {
        code = listen_tcp(places, LISTENER_TLS, &settings->tls_listen);
    }
    return code;
}

void places_announce(struct places *places)
{
    struct store_path path;
    char line[SETTINGS_TEXT_SIZE + 2];
    struct text text = TEXT_IN(line);
    text_put_string(&text, places->socket.text);
    text_put_char(&text, '\n');
    /* Clients without it look where the socket is by default. */
    places->announced = !failed(store_path(places->store, "daemon", &path)) &&
                        !failed(store_write_file(path.text, line, text.size, false));
}

void places_close(struct places *places)
{
    struct store_path path;
    if (places->announced && !failed(store_path(places->store, "daemon", &path))) {
        unlink(path.text);
    }
    for (unsigned i = 1; i < LISTENER_COUNT; i++) {
        if (places->listeners[i] >= 0) {
            close(places->listeners[i]);
        }
    }
    if (places->listeners[LISTENER_SOCKET] >= 0 && !places->handed[LISTENER_SOCKET]) {
        unlink(places->socket.text);
    }
    if (places->listeners[LISTENER_METRICS] >= 0 && !places->handed[LISTENER_METRICS]) {
        unlink(places->metrics.text);
    }
    if (places->listeners[LISTENER_CONTROLLERS] >= 0 && !places->handed[LISTENER_CONTROLLERS]) {
        unlink(places->controllers.text);
    }
}
