#include "tools/audit/post.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    NOT_RUN = 127, /* exit code of a child that could not become the program */
};

void post_fail(struct post *post, const char *format, ...)
{
    char memory[POST_DETAIL_MAX];
    struct text text = {.data = post->detail, .capacity = sizeof post->detail};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(memory, sizeof memory, format, arguments);
    va_end(arguments);
    post->ok = false;
    text_put_printable(&text, bytes_of_string(memory));
    (void)text_string(&text);
}

static uint64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int left_ms(uint64_t end_ms)
{
    uint64_t now = clock_ms();
    return now >= end_ms ? 0 : (int)(end_ms - now);
}

/* In the child: no more than the message is handed on, and nothing is printed where we print. */
static _Noreturn void become(const char *program, int input)
{
    char *const arguments[] = {(char *)(uintptr_t)program, (char *)(uintptr_t) "-t",
                               (char *)(uintptr_t) "-i", NULL};
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    setsid(); /* a process group of its own, so that all of it can be ended */
    if (nothing >= 0 && dup2(input, STDIN_FILENO) >= 0 && dup2(nothing, STDOUT_FILENO) >= 0 &&
        dup2(nothing, STDERR_FILENO) >= 0) {
        execv(program, arguments);
    }
    _exit(NOT_RUN);
}

/* Writes what the pipe takes, until the time is up. */
static bool write_all(int pipe_end, struct bytes message, uint64_t end_ms)
{
    size_t done = 0;
    while (done < message.size) {
        struct pollfd wait = {.fd = pipe_end, .events = POLLOUT};
        if (poll(&wait, 1, left_ms(end_ms)) != 1) {
            return false;
        }
        ssize_t size = write(pipe_end, message.data + done, message.size - done);
        if (size < 0 && errno != EAGAIN && errno != EINTR) {
            return errno == EPIPE; /* its exit code says more */
        }
        done += size > 0 ? (size_t)size : 0;
    }
    return true;
}

static bool wait_for(pid_t child, uint64_t end_ms, int *status)
{
    const struct timespec step = {.tv_nsec = 5000000};
    for (;;) {
        pid_t ended = waitpid(child, status, WNOHANG);
        if (ended == child) {
            return true;
        }
        if (ended < 0 || left_ms(end_ms) == 0) {
            kill(-child, SIGKILL);
            kill(child, SIGKILL);
            waitpid(child, status, 0);
            return false;
        }
        nanosleep(&step, NULL);
    }
}

static void judge(const char *program, int status, struct post *post)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        post->ok = true;
        snprintf(post->detail, sizeof post->detail, "taken by the mailer");
    } else if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_RUN) {
        post_fail(post, "%s could not be run", program);
    } else if (WIFEXITED(status)) {
        post_fail(post, "the mailer ended with exit code %d", WEXITSTATUS(status));
    } else {
        post_fail(post, "the mailer was killed");
    }
}

void post_mail(const char *program, struct bytes message, struct post *post)
{
    int ends[2], status = 0;
    *post = (struct post){.ok = false};
    if (access(program, X_OK) != 0) {
        post_fail(post, "there is no program %s", program);
        return;
    }
    if (pipe2(ends, O_CLOEXEC) != 0) {
        post_fail(post, "no pipe: %s", strerror(errno));
        return;
    }
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    sigaction(SIGPIPE, &ignore, &before);
    pid_t child = fork();
    if (child == 0) {
        become(program, ends[0]);
    }
    close(ends[0]);
    if (child > 0) {
        uint64_t end_ms = clock_ms() + POST_TIMEOUT_S * 1000;
        fcntl(ends[1], F_SETFL, O_NONBLOCK);
        bool written = write_all(ends[1], message, end_ms);
        close(ends[1]);
        if (wait_for(child, end_ms, &status) && written) {
            judge(program, status, post);
        } else {
            post_fail(post, "the mailer did not end in time");
        }
    } else {
        close(ends[1]);
        post_fail(post, "no process: %s", strerror(errno));
    }
    sigaction(SIGPIPE, &before, NULL);
}
