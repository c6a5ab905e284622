#include "tools/audit/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    NOT_RUN = 127, /* exit code of a child that could not become the program */
    PIECE = 4096,  /* bytes read at once */
    STEP_NS = 5000000,
};

struct running {
    const struct program *program;
    int input, output; /* our ends of the pipes; -1: closed */
    size_t written;
    uint64_t end_ms;
};

static uint64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int left_ms(const struct running *running)
{
    uint64_t now = clock_ms();
    return now >= running->end_ms ? 0 : (int)(running->end_ms - now);
}

static void shut(int *descriptor)
{
    if (*descriptor >= 0) {
        close(*descriptor);
        *descriptor = -1;
    }
}

/* The child ---------------------------------------------------------------------------------- */

static _Noreturn void become(const struct program *program, int input, int output)
{
    char *arguments[16];
    size_t count = 0;
    sigset_t none;
    for (; program->arguments[count] != NULL && count < 15; count++) {
        arguments[count] = (char *)(uintptr_t)program->arguments[count];
    }
    arguments[count] = NULL;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    setsid();
    if (count > 0 && nothing >= 0 && dup2(input, STDIN_FILENO) >= 0 &&
        dup2(output, STDOUT_FILENO) >= 0 && dup2(nothing, STDERR_FILENO) >= 0) {
        execvp(arguments[0], arguments);
    }
    _exit(NOT_RUN);
}

/* Talking to it ------------------------------------------------------------------------------ */

static void write_some(struct running *running)
{
    struct bytes input = running->program->input;
    ssize_t size =
        write(running->input, input.data + running->written, input.size - running->written);
    if (size > 0) {
        running->written += (size_t)size;
    }
    /* What it does not want to read is no failure: its exit code says more. */
    bool gone = size < 0 && errno != EAGAIN && errno != EINTR;
    if (gone || running->written == input.size) {
        shut(&running->input);
    }
}

static void read_some(struct running *running)
{
    char piece[PIECE];
    struct text *output = running->program->output;
    ssize_t size = read(running->output, piece, sizeof piece);
    if (size > 0 && output != NULL) {
        text_put(output, piece, (size_t)size);
    }
    bool enough = output != NULL && output->full;
    if (size == 0 || enough || (size < 0 && errno != EAGAIN && errno != EINTR)) {
        shut(&running->output);
    }
}

/* False if the time was up first. */
static bool talk(struct running *running)
{
    if (running->program->input.size == 0) {
        shut(&running->input);
    }
    while (running->input >= 0 || running->output >= 0) {
        struct pollfd waits[] = {{.fd = running->input, .events = POLLOUT},
                                 {.fd = running->output, .events = POLLIN}};
        int ready = poll(waits, 2, left_ms(running));
        if (ready == 0) {
            return false;
        }
        if (waits[0].revents != 0) {
            write_some(running);
        }
        if (waits[1].revents != 0) {
            read_some(running);
        }
    }
    return true;
}

static bool wait_for(const struct running *running, pid_t child, int *status)
{
    const struct timespec step = {.tv_nsec = STEP_NS};
    pid_t ended;
    while ((ended = waitpid(child, status, WNOHANG)) == 0 && left_ms(running) > 0) {
        nanosleep(&step, NULL);
    }
    return ended == child;
}

static void end_it(pid_t child)
{
    int status;
    kill(-child, SIGKILL);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
}

static enum program_end judge(int status, int *code)
{
    if (!WIFEXITED(status)) {
        return PROGRAM_KILLED;
    }
    *code = WEXITSTATUS(status);
    return *code == 0 ? PROGRAM_DONE : *code == NOT_RUN ? PROGRAM_ABSENT : PROGRAM_FAILED;
}

static enum program_end run_with(struct running *running, const int input[2], const int output[2],
                                 int *code)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        become(running->program, input[0], output[1]);
    }
    close(input[0]);
    close(output[1]);
    running->input = input[1];
    running->output = output[0];
    fcntl(running->input, F_SETFL, O_NONBLOCK);
    fcntl(running->output, F_SETFL, O_NONBLOCK);
    bool in_time = child > 0 && talk(running) && wait_for(running, child, &status);
    shut(&running->input);
    shut(&running->output);
    if (child < 0) {
        return PROGRAM_NO_ROOM;
    }
    if (!in_time) {
        end_it(child);
        return PROGRAM_LATE;
    }
    return judge(status, code);
}

enum program_end program_run(const struct program *program, int *code)
{
    struct running running = {.program = program,
                              .end_ms = clock_ms() + (uint64_t)program->timeout_s * 1000};
    int input[2], output[2];
    if (pipe2(input, O_CLOEXEC) != 0) {
        return PROGRAM_NO_ROOM;
    }
    if (pipe2(output, O_CLOEXEC) != 0) {
        close(input[0]);
        close(input[1]);
        return PROGRAM_NO_ROOM;
    }
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    sigaction(SIGPIPE, &ignore, &before);
    enum program_end end = run_with(&running, input, output, code);
    sigaction(SIGPIPE, &before, NULL);
    return end;
}
