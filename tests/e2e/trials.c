#include "tests/e2e/trials.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct lane {
    pid_t child;  /* 0: it has made all of its trials */
    uint64_t *at; /* the trial at hand; shared with the child */
};

static void give_up(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

void *trials_memory(uint64_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        give_up("shared memory");
    }
    return memory;
}

static void redirect(const char *path)
{
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0 || dup2(file, STDERR_FILENO) < 0) {
        give_up(path);
    }
    close(file);
}

/* The child: it ends with the last trial of its lane, or by what one of them does to it. */
static void make_trials(const struct trials *trials, const struct lane *lane, unsigned number)
{
    const struct rlimit no_core = {0};
    setrlimit(RLIMIT_CORE, &no_core);
    redirect(trials->noise);
    for (uint64_t i = *lane->at; i < trials->count; i += TRIAL_LANES) {
        *lane->at = i;
        trials->damage(trials->context, number, i);
        alarm(TRIAL_SECONDS);
        trials->outcomes[i] = trials->try_it(trials->context, number);
        alarm(0);
        trials->repair(trials->context, number, i);
    }
    _exit(EXIT_SUCCESS);
}

static void start(const struct trials *trials, struct lane *lane, unsigned number)
{
    fflush(NULL);
    lane->child = fork();
    if (lane->child < 0) {
        give_up("fork");
    }
    if (lane->child == 0) {
        make_trials(trials, lane, number);
    }
}

/* Notes how the child ended; goes on behind the trial that ended it. */
static void take_up(struct trials *trials, struct lane *lane, unsigned number, int ended)
{
    if (WIFEXITED(ended) && WEXITSTATUS(ended) == EXIT_SUCCESS) {
        lane->child = 0;
        return;
    }
    trials->outcomes[*lane->at] =
        WIFSIGNALED(ended) ? (uint8_t)(TRIAL_SIGNAL + WTERMSIG(ended)) : TRIAL_EXITED;
    trials->repair(trials->context, number, *lane->at);
    *lane->at += TRIAL_LANES;
    start(trials, lane, number);
}

void trials_run(struct trials *trials)
{
    struct lane lanes[TRIAL_LANES];
    unsigned running = TRIAL_LANES;
    uint64_t *at = trials_memory(sizeof *at * TRIAL_LANES);
    for (unsigned i = 0; i < TRIAL_LANES; i++) {
        at[i] = i;
        lanes[i] = (struct lane){.at = &at[i]};
        start(trials, &lanes[i], i);
    }
    while (running > 0) {
        int ended;
        pid_t child = wait(&ended);
        if (child < 0 && errno != EINTR) {
            give_up("wait");
        }
        for (unsigned i = 0; i < TRIAL_LANES; i++) {
            if (child > 0 && lanes[i].child == child) {
                take_up(trials, &lanes[i], i, ended);
                running -= lanes[i].child == 0;
            }
        }
    }
    munmap(at, sizeof *at * TRIAL_LANES);
}
