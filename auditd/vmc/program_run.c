#include "auditd/vmc/program_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void become(const char *const *arguments)
{
    char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    char *const environment[] = {path, NULL};
    sigset_t none;
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3 && null >= 0; fd++) {
        (void)dup2(null, fd);
    }
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    /* execve takes what it does not change as if it might. */
    union {
        const char *const *given;
        char *const *taken;
    } words = {.given = arguments};
    (void)execve(arguments[0], words.taken, environment);
    _exit(errno == ENOENT ? 127 : 126);
}

/* A descriptor of the child becomes readable when it has ended. */
static void wait_for(pid_t child, int *ending)
{
    long fd = syscall(SYS_pidfd_open, child, 0);
    struct pollfd poller = {.fd = (int)fd, .events = POLLIN};
    int count = fd < 0 ? 1 : poll(&poller, 1, PROGRAM_SECONDS * 1000);
    if (count == 0) {
        (void)kill(child, SIGKILL);
    }
    while (waitpid(child, ending, 0) < 0 && errno == EINTR) {
    }
    if (fd >= 0) {
        (void)close((int)fd);
    }
}

struct status program_run(const char *const *arguments)
{
    int ending = 0;
    if (access(arguments[0], X_OK) != 0) {
        return FAIL_BECAUSE(NOT_FOUND, 0, "the machine lacks a program that this needs");
    }
    pid_t child = fork();
    if (child < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    if (child == 0) {
        become(arguments);
    }
    wait_for(child, &ending);
    if (WIFSIGNALED(ending)) {
        return FAIL_BECAUSE(IO, ETIMEDOUT, "a program had to be ended");
    }
    return WEXITSTATUS(ending) == 0 ? OK : FAIL_BECAUSE(IO, EIO, "a program has failed");
}
