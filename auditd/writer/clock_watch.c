#include "auditd/writer/clock_watch.h"

#include <sys/timex.h>
#include <time.h>

static uint64_t read_clock(clockid_t which)
{
    struct timespec now;
    clock_gettime(which, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Where the kernel does not tell, nothing is claimed to be wrong. */
static bool read_synchronised(void)
{
    struct timex times = {.modes = 0};
    return adjtimex(&times) != TIME_ERROR;
}

struct clock_reading clock_watch_read(void)
{
    return (struct clock_reading){.utc_us = read_clock(CLOCK_REALTIME),
                                  .boot_us = read_clock(CLOCK_BOOTTIME),
                                  .synchronised = read_synchronised()};
}

bool clock_watch_look(struct clock_watch *watch, const struct clock_reading *now, uint64_t limit_us,
                      struct clock_jump *jump)
{
    struct clock_reading last = watch->last;
    watch->last = *now;
    if (!watch->begun || last.synchronised != now->synchronised) {
        watch->since_boot_us = now->boot_us;
    }
    if (!watch->begun) {
        watch->begun = true;
        return false;
    }
    /* The clock of the day less that of the machine, then and now. Neither is near 2^63. */
    int64_t was = (int64_t)last.utc_us - (int64_t)last.boot_us;
    int64_t is = (int64_t)now->utc_us - (int64_t)now->boot_us;
    *jump = (struct clock_jump){.backwards = is < was,
                                .by_us = (uint64_t)(is < was ? was - is : is - was),
                                .boot_us = now->boot_us};
    return jump->by_us > limit_us;
}

enum clock_news clock_watch_news(struct clock_watch *watch)
{
    const struct clock_reading *now = &watch->last;
    bool lasting = now->boot_us - watch->since_boot_us >= CLOCK_GRACE_US;
    if (!lasting || (now->synchronised && !watch->told)) {
        return CLOCK_NO_NEWS;
    }
    if (now->synchronised) {
        watch->told = false;
        return CLOCK_SYNCHRONISED;
    }
    if (watch->told && now->boot_us - watch->told_boot_us < CLOCK_AGAIN_US) {
        return CLOCK_NO_NEWS;
    }
    watch->told = true;
    watch->told_boot_us = now->boot_us;
    return CLOCK_UNSYNCHRONISED;
}
