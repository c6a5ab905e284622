/*
 * auditd/writer/clock_watch.h -- whether the clock can be believed.
 *
 * Shape    The clock of the day is compared with the time since the machine started: where they
 *          have moved by different amounts since the last look, the clock has jumped. Slow
 *          corrections (NTP slews by at most 0.5 ms a second) stay below any sensible limit.
 *          Whether the clock is synchronised is what the kernel says; told when it has lasted
 *          CLOCK_GRACE_US, and again once a day while it is not.
 * Units    Microseconds.
 * Source   reliability.md F41, F45, F46, B24.
 */
#ifndef AUDITD_WRITER_CLOCK_WATCH_H
#define AUDITD_WRITER_CLOCK_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#define CLOCK_GRACE_US UINT64_C(60000000)
#define CLOCK_AGAIN_US UINT64_C(86400000000)

struct clock_reading {
    uint64_t utc_us, boot_us;
    bool synchronised;
};

struct clock_jump {
    uint64_t by_us; /* how far, either way */
    bool backwards;
    uint64_t boot_us; /* when, since the machine started */
};

enum clock_news {
    CLOCK_NO_NEWS,
    CLOCK_UNSYNCHRONISED,
    CLOCK_SYNCHRONISED,
};

struct clock_watch {
    bool begun;
    struct clock_reading last;
    bool told;              /* that it is not synchronised */
    uint64_t since_boot_us; /* since when it has been as it is */
    uint64_t told_boot_us;  /* when it was told */
};

/* Takes the first reading, or compares with the one before: true if the clock has jumped by more
 * than the limit. */
bool clock_watch_look(struct clock_watch *watch, const struct clock_reading *now, uint64_t limit_us,
                      struct clock_jump *jump);
/* What there is to tell of the last reading; after clock_watch_look. */
enum clock_news clock_watch_news(struct clock_watch *watch);
/* The clocks of this machine. */
struct clock_reading clock_watch_read(void);

#endif
