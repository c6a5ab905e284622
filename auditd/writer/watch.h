/*
 * auditd/writer/watch.h -- what the writer looks at once a second: disk, clock, emitters.
 *
 * Shape    watch_look compares what is there with what was, says what has changed in the log
 *          (daemon.mode_changed, clock.jumped, clock.unsynchronised, clock.synchronised, and of
 *          emitters with a heartbeat emitter.silent and emitter.heard), tells the
 *          clerk what it may still take, and the operators by the journal, which needs no log.
 *          What was said last is read from the state, so that a restart says nothing twice.
 * Source   reliability.md F31, F41, F45, F46, F75.
 */
#ifndef AUDITD_WRITER_WATCH_H
#define AUDITD_WRITER_WATCH_H

#include "auditd/counters.h"
#include "auditd/journal.h"
#include "auditd/writer/clerk.h"
#include "auditd/writer/clock_watch.h"
#include "auditd/writer/disk.h"
#include "auditd/writer/silence.h"

/* What there is to see, for tests to show something else; NULL: this machine. */
struct watch_eyes {
    struct clock_reading (*clock)(void *context);
    struct status (*room)(void *context, struct ladder_room *out);
    void *context;
};

struct watch_emitter {
    char name[NAME_MAX_SIZE + 1]; /* empty: not looked at yet */
    struct id id;
    struct silence silence;
};

struct watch {
    struct clerk *clerk;
    const struct settings *settings;
    const struct journal *journal;
    struct counters *counters; /* NULL: none */
    struct watch_eyes eyes;
    struct disk disk;
    struct clock_watch clock;
    enum daemon_mode mode;
    struct engine *engine;
    struct watch_emitter emitters[SETTINGS_EMITTERS_MAX]; /* as in the settings */
};

/* Reads what the state says and looks at the disk, without saying anything yet. All but `disk`,
 * `clock` and `mode` is set by the caller, and lent as long as the watch. watch_end ends it. */
MUST_CHECK struct status watch_begin(struct watch *watch, struct engine *engine);
void watch_end(struct watch *watch);

/* Looks, and says what is new; durable with the next flush. Fails as the engine does. */
MUST_CHECK struct status watch_look(struct watch *watch);

#endif
