#include "tools/web/serving.h"

#include "core/store_layout.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    EXIT_NOT_STARTED = 127, /* of the child, if there is no cairnd */
};

/* Starting -------------------------------------------------------------------------------- */

static bool beside(const char *name, struct store_path *out)
{
    ssize_t size = readlink("/proc/self/exe", out->text, sizeof out->text - 1);
    if (size <= 0) {
        return false;
    }
    out->text[size] = '\0';
    char *slash = strrchr(out->text, '/');
    size_t room = sizeof out->text - (size_t)(slash + 1 - out->text);
    return (size_t)snprintf(slash + 1, room, "%s", name) < room;
}

static void run_child(const char *program, const struct serving_options *options, int journal,
                      const sigset_t *mask)
{
    char store[] = "--store", listen[] = "--listen", name[] = "cairnd";
    char *const arguments[] = {name, store, strdup(options->store), listen, strdup(options->listen),
                               NULL};
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    sigprocmask(SIG_SETMASK, mask, NULL);
    /* Of a group of its own: Ctrl-C reaches it through this process alone. */
    if (setpgid(0, 0) == 0 && dup2(journal, STDERR_FILENO) >= 0) {
        execv(program, arguments);
    }
    _exit(EXIT_NOT_STARTED);
}

static sigset_t set_of_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    return set;
}

static enum exit_code start(const struct serving_options *options, struct serving *serving)
{
    struct store_path program;
    int ends[2];
    sigset_t before;
    const sigset_t set = set_of_signals();
    if (!beside("cairnd", &program) || access(program.text, X_OK) != 0) {
        return invocation_fail(serving->invocation, EXIT_NOT_FOUND,
                               "it is installed with cairn, and belongs beside it",
                               "the program cairnd is not there");
    }
    if (pipe2(ends, O_CLOEXEC) != 0 || sigprocmask(SIG_BLOCK, &set, &before) != 0) {
        return invocation_failed(serving->invocation, FAIL(IO, (uint64_t)errno), NULL, "starting");
    }
    serving->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    serving->journal = ends[0];
    serving->child = fork();
    if (serving->child == 0) {
        run_child(program.text, options, ends[1], &before);
    }
    close(ends[1]);
    return serving->child > 0 ? EXIT_DONE
                              : invocation_failed(serving->invocation, FAIL(IO, (uint64_t)errno),
                                                  NULL, "starting");
}

/* What it says ---------------------------------------------------------------------------- */

static bool has_word(const char *line, const char *word)
{
    const char *found = strstr(line, word);
    return found != NULL && (found == line || found[-1] == ' ') &&
           (found[strlen(word)] == ' ' || found[strlen(word)] == '\0');
}

bool serving_is_worth(const char *line)
{
    return !has_word(line, "level=info") && !has_word(line, "level=notice") &&
           !has_word(line, "level=debug");
}

static void take_line(struct serving *serving)
{
    const struct invocation *invocation = serving->invocation;
    serving->line[serving->used] = '\0';
    serving->used = 0;
    serving->ready = serving->ready || has_word(serving->line, "event=ready");
    if (invocation->verbose || serving_is_worth(serving->line)) {
        memcpy(serving->last, serving->line, sizeof serving->last);
        invocation_add(invocation, serving->line);
    }
}

/* False: it says nothing more. */
static bool read_journal(struct serving *serving)
{
    char piece[SERVING_LINE_MAX];
    ssize_t size = read(serving->journal, piece, sizeof piece);
    for (ssize_t i = 0; i < size; i++) {
        if (piece[i] == '\n') {
            take_line(serving);
        } else if (serving->used < sizeof serving->line - 1) {
            serving->line[serving->used++] = piece[i];
        }
    }
    return size > 0 || (size < 0 && errno == EINTR);
}

static void stop(struct serving *serving)
{
    struct signalfd_siginfo signal;
    (void)!read(serving->signals, &signal, sizeof signal);
    /* The second time it is meant. */
    (void)kill(serving->child, serving->stopping ? SIGKILL : SIGTERM);
    serving->stopping = true;
}

/* False: it has ended, or the time is over. */
static bool turn(struct serving *serving, int timeout_ms)
{
    struct pollfd waited[2] = {{.fd = serving->signals, .events = POLLIN},
                               {.fd = serving->journal, .events = POLLIN}};
    int count = poll(waited, 2, timeout_ms);
    if (count > 0 && waited[0].revents != 0) {
        stop(serving);
    }
    if (count > 0 && waited[1].revents != 0) {
        return read_journal(serving);
    }
    return count > 0 || (count < 0 && errno == EINTR);
}

/* The end --------------------------------------------------------------------------------- */

static enum exit_code end(struct serving *serving)
{
    int how = 0;
    const sigset_t set = set_of_signals();
    while (waitpid(serving->child, &how, 0) < 0 && errno == EINTR) {
    }
    close(serving->journal);
    close(serving->signals);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    if (WIFEXITED(how) && WEXITSTATUS(how) == 0) {
        return EXIT_DONE;
    }
    if (serving->stopping && WIFSIGNALED(how)) {
        return EXIT_INTERRUPTED;
    }
    return invocation_fail(serving->invocation, EXIT_IO, NULL, "the daemon has ended%s",
                           serving->last[0] == '\0' ? "" : ": see what it said above");
}

enum exit_code serving_start(const struct invocation *invocation,
                             const struct serving_options *options, struct serving *out)
{
    *out = (struct serving){.invocation = invocation};
    enum exit_code code = start(options, out);
    if (code != EXIT_DONE) {
        return code;
    }
    while (!out->ready) {
        if (!turn(out, SERVING_READY_MS)) {
            (void)kill(out->child, SIGTERM);
            return exit_worse(end(out), EXIT_IO);
        }
    }
    return EXIT_DONE;
}

enum exit_code serving_wait(struct serving *serving)
{
    while (turn(serving, -1)) {
    }
    return end(serving);
}
