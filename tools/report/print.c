/* PDF by WeasyPrint: it reads the HTML from its input and writes to its output, and sees nothing
 * else of ours. */
#include "tools/report/making.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct status hash_printed(struct making *making, int file)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    uint8_t piece[16 << 10];
    uint64_t at = 0;
    ssize_t size;
    TRY(hasher_open(&hasher));
    hash_start(hasher);
    while ((size = pread(file, piece, sizeof piece, (off_t)at)) > 0) {
        hash_add(hasher, bytes_of(piece, (size_t)size));
        at += (uint64_t)size;
    }
    if (size < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    making->digest = hash_finish(hasher);
    making->size = at;
    close(making->file);
    making->file = file;
    return OK;
}

/* 0, or the errno of what did not work; *code is how the program ended. */
static int run_printer(int in, int out, int *code)
{
    char program[] = "weasyprint", quiet[] = "--quiet", from[] = "-", to[] = "-";
    char *arguments[] = {program, quiet, from, to, NULL};
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status = 0, error = posix_spawn_file_actions_init(&actions);
    if (error != 0) {
        return error;
    }
    error = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    error = error != 0 ? error : posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    error = error != 0 ? error : posix_spawnp(&child, program, &actions, NULL, arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    while (error == 0 && waitpid(child, &status, 0) < 0) {
        error = errno == EINTR ? 0 : errno;
    }
    *code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return error;
}

static enum exit_code say_missing(const struct invocation *invocation)
{
    return invocation_fail(invocation, EXIT_NOT_FOUND,
                           "apt-get install weasyprint; or print the HTML from a browser",
                           "PDF is made by weasyprint, which is not installed");
}

enum exit_code making_print(struct making *making)
{
    int code = 0, out = memfd_create("pdf", MFD_CLOEXEC);
    int error = out < 0 || lseek(making->file, 0, SEEK_SET) != 0
                    ? errno
                    : run_printer(making->file, out, &code);
    if (error == ENOENT || code == 127) {
        if (out >= 0) {
            close(out);
        }
        return say_missing(making->invocation);
    }
    struct status status = error != 0 ? FAIL(IO, (uint64_t)error) : OK;
    if (!failed(status) && code == 0) {
        status = hash_printed(making, out);
    }
    if (failed(status)) {
        return invocation_failed(making->invocation, status, NULL, "weasyprint");
    }
    return code == 0 ? EXIT_DONE
                     : invocation_fail(making->invocation, EXIT_IO, NULL,
                                       "weasyprint ended with %d, and made no PDF", code);
}
