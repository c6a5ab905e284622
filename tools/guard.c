#include "tools/guard.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* Notes ------------------------------------------------------------------------------------ */

struct guard_page guard_page_alone(void)
{
    return (struct guard_page){.who = "cairn", .event = GUARD_NO_EVENT, .signals = -1};
}

/* Cut rather than refused: the page is for a sentence to people. */
static void note(char *to, size_t capacity, const char *text)
{
    size_t size = strnlen(text, capacity - 1);
    memcpy(to, text, size);
    to[size] = '\0';
}

void guard_name(struct guard_page *page, const char *who)
{
    note(page->who, sizeof page->who, who);
}

void guard_at(struct guard_page *page, const char *doing, uint64_t event)
{
    page->event = event;
    if (strncmp(page->doing, doing, sizeof page->doing - 1) != 0) {
        note(page->doing, sizeof page->doing, doing);
    }
}

bool guard_interrupted(const struct guard_page *page)
{
    return guard_wait(page, -1, 0) == GUARD_INTERRUPTED;
}

enum guard_wait guard_wait(const struct guard_page *page, int descriptor, int timeout_ms)
{
    struct pollfd waited[2] = {
        {.fd = page->signals, .events = POLLIN},
        {.fd = descriptor, .events = POLLIN},
    };
    if (poll(waited, 2, timeout_ms) <= 0) {
        return GUARD_TIMEOUT;
    }
    return waited[0].revents != 0 ? GUARD_INTERRUPTED : GUARD_READY;
}

/* The child -------------------------------------------------------------------------------- */

static sigset_t set_of(const int *signals, size_t count)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < count; i++) {
        sigaddset(&set, signals[i]);
    }
    return set;
}

struct work {
    enum exit_code (*run)(void *context, struct guard_page *page);
    void *context;
    struct guard_page *page;
    sigset_t mask; /* of before */
};

static enum exit_code run_in_child(const struct work *work, pid_t parent)
{
    static const int polled[] = {SIGINT, SIGTERM, SIGHUP};
    const sigset_t set = set_of(polled, sizeof polled / sizeof polled[0]);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    prctl(PR_SET_DUMPABLE, 0);
    if (getppid() != parent) {
        return EXIT_TERMINATED;
    }
    sigprocmask(SIG_SETMASK, &work->mask, NULL);
    sigprocmask(SIG_BLOCK, &set, NULL);
    work->page->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return work->run(work->context, work->page);
}

/* The parent ------------------------------------------------------------------------------- */

/* What was done to the child while it worked. */
struct asked {
    bool killed;     /* by the second Ctrl-C */
    bool terminated; /* SIGTERM was passed on */
};

/* How the child ended, as waitpid tells it. */
static int wait_for(pid_t child, const sigset_t *watched, struct asked *asked)
{
    uint32_t interrupts = 0;
    int ended;
    for (;;) {
        const int signal = sigwaitinfo(watched, NULL);
        if (signal == SIGCHLD) {
            if (waitpid(child, &ended, WNOHANG) == child) {
                return ended;
            }
        } else if (signal == SIGINT && ++interrupts > 1) {
            asked->killed = true;
            kill(child, SIGKILL);
        } else if (signal > 0) {
            asked->terminated = asked->terminated || signal == SIGTERM;
            kill(child, signal);
        }
    }
}

static void say_damaged(const struct guard_page *page, int signal)
{
    char event[32] = "";
    if (page->event != GUARD_NO_EVENT) {
        snprintf(event, sizeof event, " event %" PRIu64, page->event);
    }
    dprintf(STDERR_FILENO,
            "%s: the store's file is damaged, or cairn has a bug: %s%s ended by SIG%s\n"
            "       keep a copy of it as it is: `cairn verify --store COPY` tells which it is\n",
            page->who, page->doing, event, sigabbrev_np(signal));
}

static enum exit_code explain_death(const struct guard_page *page, int signal)
{
    if (isatty(STDERR_FILENO) == 1) {
        dprintf(STDERR_FILENO, "\r\033[K"); /* a progress bar may have been left there */
    }
    switch (signal) {
    case SIGBUS:
    case SIGSEGV:
    case SIGABRT:
    case SIGFPE:
    case SIGILL:
        if (page->doing[0] != '\0') {
            say_damaged(page, signal);
            return EXIT_INTEGRITY;
        }
        dprintf(STDERR_FILENO, "%s: ended by SIG%s: this is a bug in cairn\n", page->who,
                sigabbrev_np(signal));
        return EXIT_INTERNAL;
    case SIGINT:
    case SIGPIPE:
    case SIGTERM:
        return (enum exit_code)(128 + signal);
    default:
        dprintf(STDERR_FILENO, "%s: ended by SIG%s\n", page->who, sigabbrev_np(signal));
        return (enum exit_code)(128 + signal);
    }
}

static enum exit_code no_child(const struct guard_page *page)
{
    dprintf(STDERR_FILENO, "%s: there is no process for the work: %s\n", page->who,
            strerrordesc_np(errno));
    return EXIT_IO;
}

static enum exit_code run_watched(struct work *work, const sigset_t *watched)
{
    static const struct timespec at_once = {0};
    const pid_t parent = getpid();
    struct asked asked = {0};
    fflush(NULL);
    const pid_t child = fork();
    if (child < 0) {
        return no_child(work->page);
    }
    if (child == 0) {
        _exit((int)run_in_child(work, parent));
    }
    const int ended = wait_for(child, watched, &asked);
    while (sigtimedwait(watched, NULL, &at_once) > 0) {
        /* what came for a child that has ended is nobody's any more */
    }
    if (WIFEXITED(ended)) {
        const enum exit_code code = (enum exit_code)WEXITSTATUS(ended);
        return code == EXIT_INTERRUPTED && asked.terminated ? EXIT_TERMINATED : code;
    }
    return asked.killed ? EXIT_INTERRUPTED : explain_death(work->page, WTERMSIG(ended));
}

enum exit_code guard_run(enum exit_code (*run)(void *context, struct guard_page *page),
                         void *context)
{
    static const int signals[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCHLD};
    const sigset_t watched = set_of(signals, sizeof signals / sizeof signals[0]);
    const struct sigaction usual = {.sa_handler = SIG_DFL};
    struct sigaction before;
    struct guard_page alone = guard_page_alone();
    struct guard_page *page =
        mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) {
        return no_child(&alone);
    }
    *page = alone;
    struct work work = {.run = run, .context = context, .page = page};
    /* A parent that ignores SIGCHLD would never learn how the child ended. */
    sigaction(SIGCHLD, &usual, &before);
    sigprocmask(SIG_BLOCK, &watched, &work.mask);
    const enum exit_code code = run_watched(&work, &watched);
    sigprocmask(SIG_SETMASK, &work.mask, NULL);
    sigaction(SIGCHLD, &before, NULL);
    munmap(page, sizeof *page);
    return code;
}
