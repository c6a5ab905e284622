#include "auditd/virt/patience.h"

#include <errno.h>
#include <stddef.h>

static void tick(int number, siginfo_t *info, void *machine)
{
    (void)number;
    (void)machine;
    struct patience *patience = info->si_value.sival_ptr;
    if (info->si_code == SI_TIMER && patience != NULL && patience->left > 0) {
        patience->left--;
        patience->beat(patience->context);
    }
}

struct status patience_begin(struct patience *patience)
{
    struct sigaction action = {.sa_sigaction = tick, .sa_flags = SA_SIGINFO | SA_RESTART};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    const struct itimerspec every = {.it_interval = {.tv_sec = 1}, .it_value = {.tv_sec = 1}};
    event.sigev_value.sival_ptr = patience;
    patience->left = 0;
    if (sigemptyset(&action.sa_mask) != 0 || sigaction(SIGALRM, &action, NULL) != 0 ||
        timer_create(CLOCK_MONOTONIC, &event, &patience->timer) != 0 ||
        timer_settime(patience->timer, 0, &every, NULL) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    return OK;
}

void patience_have(struct patience *patience, unsigned seconds)
{
    patience->left = (sig_atomic_t)seconds;
}

void patience_end(struct patience *patience)
{
    patience->left = 0;
}
