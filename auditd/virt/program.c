#include "auditd/virt/program.h"

#include "schema/wire/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    STEP_MS = 250,
    SECOND_US = 1000000,
};

static void limit(int what, rlim_t most)
{
    const struct rlimit limit = {.rlim_cur = most, .rlim_max = most};
    (void)setrlimit((__rlimit_resource_t)what, &limit);
}

/* Between fork and exec: only what may be called there. */
_Noreturn static void become(const struct program *program, const char *const *arguments, int words)
{
    char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", language[] = "LC_ALL=C.UTF-8";
    char *const environment[] = {path, language, NULL};
    const char *all[PROGRAM_ARGUMENTS_MAX + 2] = {program->path};
    union {
        const char *const *read;
        char *const *run;
    } run = {.read = all};
    for (size_t i = 0; arguments[i] != NULL && i < PROGRAM_ARGUMENTS_MAX; i++) {
        all[i + 1] = arguments[i];
    }
    const int null = open("/dev/null", O_RDWR);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    (void)umask(0007);
    (void)dup2(null, STDIN_FILENO);
    (void)dup2(null, STDOUT_FILENO);
    (void)dup2(words, STDERR_FILENO);
    limit(RLIMIT_AS, PROGRAM_MEMORY);
    limit(RLIMIT_CORE, 0);
    (void)execve(program->path, run.run, environment);
    _exit(127);
}

/* Reads what it says until it ends or its time is over. */
static void listen(struct program *program, int words, pid_t child)
{
    char said[PROGRAM_WORDS_MAX];
    size_t size = 0;
    const uint64_t until_us = wire_now_us() + (uint64_t)PROGRAM_SECONDS * SECOND_US;
    struct pollfd polled = {.fd = words, .events = POLLIN};
    for (ssize_t got = 1; got != 0;) {
        if (program->alive != NULL) {
            program->alive(program->context);
        }
        if (wire_now_us() > until_us) {
            (void)kill(child, SIGKILL);
        }
        if (poll(&polled, 1, STEP_MS) > 0) {
            char spare[256];
            const bool room = size < sizeof said;
            got = read(words, room ? said + size : spare, room ? sizeof said - size : sizeof spare);
            size += got > 0 && room ? (size_t)got : 0;
            got = got < 0 && errno != EINTR ? 0 : got < 0 ? 1 : got;
        }
    }
    while (size > 0 && said[size - 1] == '\n') {
        size--;
    }
    struct text text = TEXT_IN(program->words);
    text_put_printable(&text, bytes_of(said, size));
    if (text.full) {
        text_put_literal(&text, "its words cannot be shown");
    }
    (void)text_string(&text);
}

static struct status judge(struct program *program, int how)
{
    if (WIFEXITED(how) && WEXITSTATUS(how) == 0) {
        return OK;
    }
    if (WIFEXITED(how) && WEXITSTATUS(how) == 127 && program->words[0] == '\0') {
        return FAIL_BECAUSE(NOT_FOUND, 0, "the program cannot be run");
    }
    if (WIFSIGNALED(how)) {
        struct text text = TEXT_IN(program->words);
        text_add(&text, "it was ended by signal %d", WTERMSIG(how));
        (void)text_string(&text);
    }
    return strstr(program->words, "lock") != NULL ? FAIL(IN_USE, 0) : FAIL(IO, 0);
}

static void close_both(const int ends[2])
{
    (void)close(ends[0]);
    (void)close(ends[1]);
}

struct status program_run(struct program *program, const char *const *arguments)
{
    int ends[2], how = 0;
    program->words[0] = '\0';
    if (access(program->path, X_OK) != 0) {
        return FAIL_BECAUSE(NOT_FOUND, 0, "there is no such program");
    }
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    const pid_t child = fork();
    if (child == 0) {
        become(program, arguments, ends[1]);
    }
    if (child < 0) {
        close_both(ends);
        return FAIL(IO, (uint64_t)errno);
    }
    (void)close(ends[1]);
    listen(program, ends[0], child);
    (void)close(ends[0]);
    while (waitpid(child, &how, 0) < 0 && errno == EINTR) {
    }
    return judge(program, how);
}
