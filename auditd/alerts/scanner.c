#include "auditd/alerts/scanner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char name[] = "/cairn";

/* Beside this program. */
static void find_program(struct scanner *scanner)
{
    ssize_t size = readlink("/proc/self/exe", scanner->program, sizeof scanner->program - 1);
    scanner->program[size > 0 ? size : 0] = '\0';
    char *slash = strrchr(scanner->program, '/');
    if (slash == NULL ||
        (size_t)(slash - scanner->program) + sizeof name > sizeof scanner->program) {
        scanner->program[0] = '\0';
        return;
    }
    memcpy(slash, name, sizeof name);
    if (access(scanner->program, X_OK) != 0) {
        scanner->program[0] = '\0';
    }
}

struct status scanner_open(struct scanner *out)
{
    *out = (struct scanner){.null = open("/dev/null", O_RDWR | O_CLOEXEC)};
    if (out->null < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    find_program(out);
    return OK;
}

bool scanner_has_program(const struct scanner *scanner)
{
    return scanner->program[0] != '\0';
}

bool scanner_is_running(const struct scanner *scanner)
{
    return scanner->running > 0;
}

/* Between fork and exec: only what may be called there. */
static void become(const struct scanner *scanner, const struct settings *settings)
{
    char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    char *const environment[] = {path, NULL};
    const char *const arguments[] = {"cairn",
                                     "alert",
                                     "scan",
                                     "--quiet",
                                     "--no-input",
                                     "--store",
                                     settings->store_path.text,
                                     settings->alerts_deliver ? NULL : "--no-delivery",
                                     NULL};
    (void)setsid();
    (void)dup2(scanner->null, STDIN_FILENO);
    (void)dup2(scanner->null, STDOUT_FILENO);
    (void)dup2(scanner->null, STDERR_FILENO);
    union {
        const char *const *read;
        char *const *run;
    } words = {.read = arguments};
    (void)execve(scanner->program, words.run, environment);
    _exit(127);
}

struct status scanner_start(struct scanner *scanner, const struct settings *settings)
{
    if (!scanner_has_program(scanner)) {
        return FAIL_BECAUSE(NOT_FOUND, 0, "the program cairn is not beside cairnd");
    }
    scanner->running = fork();
    if (scanner->running == 0) {
        become(scanner, settings);
    }
    if (scanner->running < 0) {
        scanner->running = 0;
        return FAIL(IO, (uint64_t)errno);
    }
    scanner->until_us = wire_now_us() + SCANNER_TIMEOUT_US;
    return OK;
}

bool scanner_has_ended(struct scanner *scanner, int *code)
{
    int how = 0;
    if (scanner->running <= 0) {
        return false;
    }
    if (wire_now_us() > scanner->until_us) {
        (void)kill(-scanner->running, SIGKILL);
    }
    if (waitpid(scanner->running, &how, WNOHANG) != scanner->running) {
        return false;
    }
    scanner->running = 0;
    *code = WIFEXITED(how) ? WEXITSTATUS(how) : SCANNER_KILLED + WTERMSIG(how);
    return true;
}

void scanner_close(struct scanner *scanner)
{
    if (scanner->running > 0) {
        (void)kill(-scanner->running, SIGKILL);
        (void)waitpid(scanner->running, NULL, 0);
        scanner->running = 0;
    }
    if (scanner->null >= 0) {
        (void)close(scanner->null);
        scanner->null = -1;
    }
}
