/*
 * core/replay.h -- recorded decisions, taken again on the state that they were taken on.
 *
 * Shape    replay_at goes to the decision that an event records: a signed command that was done or
 *          refused or, of one over many objects, an item of it. replay_decide takes it again, with
 *          the code that took it, as of the event before and at the time that was recorded; with a
 *          policy (core/policy.h), as it would have been taken under that.
 * Trusted  The signature: the log has no record whose signature did not hold. A command that was
 *          refused for its signature left no record, and is no decision here.
 * Time     Decisions are taken by the clock; where recorded time was held because the clock stood
 *          before it, the events say by `at` when that was.
 * Memory   The caller's; what is found lends from the snapshot, what is decided from the arena.
 * Source   DESIGN.md 1 (decisions are pure: every one of them can be replayed).
 */
#ifndef CORE_REPLAY_H
#define CORE_REPLAY_H

#include "core/command_record.h"
#include "core/decision.h"
#include "store/log.h"

/* A decision as it was recorded. */
struct replay_found {
    struct leaf leaf; /* its first event */
    uint64_t
        command_n; /* the event that carries the command: the same, or the one it is an item of */
    bool whole;    /* a command over many objects, refused before any of them was looked at */
    enum rule refused;    /* RULE_NONE: done */
    struct digest digest; /* of the record */
    struct command_record command;
};

struct replay {
    struct log_snapshot *log; /* lent */
    struct state *state;      /* lent */
    struct arena arena;
    struct status trouble;
    struct replay_found found;
    /* of replay_decide */
    struct actor actor;
    union command_fields fields;
    struct decision decision;
};

/* Sets up memory; cannot fail. */
void replay_init(struct replay *replay, struct log_snapshot *log, struct state *state,
                 struct arena arena);

/* Goes to the decision that event `n` records: replay->found. NOT_FOUND if it records none; CORRUPT
 * at n, IO. */
MUST_CHECK struct status replay_at(struct replay *replay, uint64_t n);

/* The state that it was decided on, at the time it was decided for. */
struct view replay_view(struct replay *replay, const struct policy *policy);

/* Decides again. *refused is the rule, or RULE_NONE with replay->decision, which lend until the
 * next call. An item of a command that is done for all or for none is decided alone: the rule is
 * its own, where BLK-03b was recorded because of the others. MALFORMED, NO_MEMORY, IO. */
MUST_CHECK struct status replay_decide(struct replay *replay, const struct policy *policy,
                                       enum rule *refused);

#endif
