/*
 * auditd/counters.h -- numbers that processes keep for everybody to see, in shared memory.
 *
 * Shape    A page for each seat and one for the supervisor, one after the other in one memfd. A
 *          process maps its own page for writing and all of them, through another descriptor, for
 *          reading: it cannot write the numbers of another, whatever becomes of it.
 *          counters_add(process_counters(process), COUNTER_EVENTS_TOTAL, 17);
 * Process  One thread of one process writes a page, of at_disk any; anybody reads. Each number is
 *          read and written whole, but two of them are not of one moment. The page stays when its
 *          process ends, so that counters go on where they were.
 */
#ifndef AUDITD_COUNTERS_H
#define AUDITD_COUNTERS_H

#include "auditd/roles.h"

#include <stdatomic.h>

enum counter {
#define COUNTER(name, type, about) COUNTER_##name,
#include "auditd/counters.def"
    COUNTER_COUNT,
};

enum counter_type {
    COUNTER_GAUGE,
    COUNTER_COUNTING,
};

struct counter_info {
    const char *name; /* as in Prometheus, without `cairn_` */
    enum counter_type type;
    const char *about;
};

extern const struct counter_info counter_infos[COUNTER_COUNT];

/* What a process writes. */
struct counters {
    _Atomic uint64_t beat;    /* goes on while its loop does */
    _Atomic uint64_t at_disk; /* how many of its threads wait for the disk */
    _Atomic uint64_t trapped; /* the number of a system call that its sandbox refused, and 1 */
    _Atomic uint64_t values[COUNTER_COUNT];
    _Atomic uint64_t touched[COUNTER_COUNT]; /* 1 once set: others are not shown */
};

/* What the supervisor writes of each seat. */
struct counters_seat {
    _Atomic uint64_t pid; /* 0: none */
    _Atomic uint64_t started_utc_us;
    _Atomic uint64_t restarts;
    _Atomic uint64_t ready;
    _Atomic uint64_t landlock; /* the ABI; 0: none */
    _Atomic uint64_t seccomp;
};

struct counters_supervisor {
    _Atomic uint64_t pid;
    _Atomic uint64_t started_utc_us;
    _Atomic uint64_t reloads, reloads_refused;
    struct counters_seat seats[SEATS_MAX];
};

enum {
    COUNTERS_PAGE_SIZE = 4096,
    COUNTERS_SIZE = (SEATS_MAX + 1) * COUNTERS_PAGE_SIZE,
};
_Static_assert(sizeof(struct counters) <= COUNTERS_PAGE_SIZE, "a page for each seat");
_Static_assert(sizeof(struct counters_supervisor) <= COUNTERS_PAGE_SIZE, "one for the supervisor");

/* Makes the memory: *writable for what shall map pages, *readable to see all. Both are the
 * caller's to close. */
MUST_CHECK struct status counters_make(int *writable, int *readable);

/* Maps one seat's page, the supervisor's, or all for reading. Never unmapped. */
MUST_CHECK struct status counters_map_own(int writable, unsigned seat, struct counters **out);
MUST_CHECK struct status counters_map_supervisor(int writable, struct counters_supervisor **out);
MUST_CHECK struct status counters_map_all(int readable, const uint8_t **out);

static inline const struct counters *counters_of(const uint8_t *all, unsigned seat)
{
    return (const struct counters *)(const void *)(all + (size_t)seat * COUNTERS_PAGE_SIZE);
}

static inline const struct counters_supervisor *counters_of_supervisor(const uint8_t *all)
{
    return (const struct counters_supervisor *)(const void *)(all + (size_t)SEATS_MAX *
                                                                        COUNTERS_PAGE_SIZE);
}

static inline void counters_set(struct counters *counters, enum counter counter, uint64_t value)
{
    atomic_store_explicit(&counters->values[counter], value, memory_order_relaxed);
    atomic_store_explicit(&counters->touched[counter], 1, memory_order_relaxed);
}

static inline void counters_add(struct counters *counters, enum counter counter, uint64_t value)
{
    atomic_fetch_add_explicit(&counters->values[counter], value, memory_order_relaxed);
    atomic_store_explicit(&counters->touched[counter], 1, memory_order_relaxed);
}

static inline uint64_t counters_get(const struct counters *counters, enum counter counter)
{
    return atomic_load_explicit(&counters->values[counter], memory_order_relaxed);
}

/* Everything, in the text format of Prometheus (0.0.4). */
void counters_write_metrics(const uint8_t *all, struct text *out);

/* Everything, as one line of canonical JSON: what STATUS is answered with. */
void counters_write_json(const uint8_t *all, struct text *out);

#endif
