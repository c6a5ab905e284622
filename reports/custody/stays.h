/*
 * reports/custody/stays.h -- how long each drive was at which machine, and in which mode.
 *
 * Shape    A stay is a drive at a machine, from the event by which a watcher saw it come to the one
 *          that ended it: that it left, or that the machine stopped. What asked for it, when it was
 *          first mounted, and what asked for its end are kept beside that. What was asked for and
 *          never seen is no stay, and is told as one that never came; what was seen and never asked
 *          for is one that nobody asked for.
 * Order    By their first event. A stay is told when all before it have ended.
 * Mode     The one that was seen. Of an event whose body has been erased the mode is not known;
 *          whoever must not miss anything takes it for read-write.
 * Proof    What decides is one question (stays_ask), whose answer can prove that it is complete.
 * Limits   STAYS_HELD_MAX stays wait for one before them to end; more is LIMIT with the reason.
 * Errors   As query_run; those of the visit.
 * Source   domain.md DRV-14, Q4, Q5.
 */
#ifndef REPORTS_CUSTODY_STAYS_H
#define REPORTS_CUSTODY_STAYS_H

#include "reports/filter/filter.h"
#include "reports/query.h"

enum {
    STAYS_HELD_MAX = 4096,
    STAYS_MACHINES_MAX = 64, /* whose ends are asked for by name; of more, those of all */
    STAYS_ARENA = 32 << 10,  /* bytes: what a body decodes into */
    STAYS_EVENTS_MAX = 6,    /* that one stay rests on */
};

#define STAY_NEVER UINT64_MAX

/* An event of a stay; n STAY_NEVER: there is none. */
struct stay_event {
    uint64_t n, utc_us;
};

enum stay_end {
    STAY_LASTS,
    STAY_LEFT,    /* a watcher saw it leave */
    STAY_STOPPED, /* its machine stopped */
    STAY_MISSED,  /* it never came */
    STAY_END_COUNT,
};

struct stay {
    struct id drive, vm;
    bool mode_known;
    enum drive_mode mode;
    struct id by; /* who asked for it; ID_NONE: nobody, or the one who did is not known */
    struct stay_event asked; /* for it to begin */
    struct stay_event from, mounted, unasked, until;
    enum stay_end end;
};

struct stays_question {
    struct log_snapshot *log;
    struct index_snapshot *index; /* NULL: the log is scanned */
    struct id drive, vm;          /* ID_NONE: all */
    query_visit *each; /* told of each event that counts, before anything else; NULL: nobody */
    void *each_context;
    bool (*stopped)(void *context);
    void *stopped_context;
};

/* Memory for one question, about 1 MiB; the caller's. stays_close it. */
struct stays {
    struct query query;
    struct filter filter;
    bool has_filter;
    struct query_outcome outcome;
    /* this module's own */
    const struct stays_question *question;
    struct stay held[STAYS_HELD_MAX];
    size_t first, count; /* of a ring */
    struct id machines[STAYS_MACHINES_MAX];
    size_t machine_count; /* STAYS_MACHINES_MAX + 1: too many */
    uint8_t memory[STAYS_ARENA];
};
void stays_close(struct stays *stays);

typedef struct status stay_visit(void *context, const struct stay *stay);

/* All stays of the log. `stays` is filled anew; its query is what has been asked. */
MUST_CHECK struct status stays_each(const struct stays_question *question, struct stays *stays,
                                    stay_visit *visit, void *context);

/* Whether it was seen at all, and then whether any of it lies in [from_us, until_us). */
bool stay_is_within(const struct stay *stay, uint64_t from_us, uint64_t until_us);
/* Whether the machine could write to it, as far as is known. */
static inline bool stay_writes(const struct stay *stay)
{
    return !stay->mode_known || stay->mode == DRIVE_MODE_RW;
}
/* `ro`, `rw`, or `?` */
const char *stay_mode_name(const struct stay *stay);
/* `lasts`, `left`, `stopped`, `never came` */
const char *stay_end_name(enum stay_end end);
/* The positions of its events, in their order; how many. */
size_t stay_events(const struct stay *stay, uint64_t out[static STAYS_EVENTS_MAX]);

#endif
