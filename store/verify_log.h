/*
 * store/verify_log.h -- the verifier over a log where it lies: all checks, both cores.
 *
 * Shape    Chunks of events are examined by two stages in turn, and followed in order by the
 *          caller's thread; tiles and all checkpoints of the log are compared on the way.
 * Process  Starts VERIFY_WORKERS threads (store/pipeline.h), as far as the system gives them, and
 *          ends them. The snapshots they read through are open for as long as it takes.
 */
#ifndef STORE_VERIFY_LOG_H
#define STORE_VERIFY_LOG_H

#include "store/log.h"
#include "store/verify.h"

struct verify_log_options {
    bool threaded;
    /* Called by the caller's thread now and then; true stops: INTERRUPTED. May be NULL. */
    bool (*progress)(void *context, uint64_t done, uint64_t total);
    /* Called before each event is read, by whichever thread reads it; may be NULL. */
    void (*reading)(void *context, uint64_t n);
    /* Called by the caller's thread with each event that could be read, in order, after it has been
     * followed; a failure ends the verification in the same way. May be NULL. */
    struct status (*visit)(void *context, const struct examined *event);
    void *context;
    uint64_t size; /* only the first so many events; 0: all. Fewer, and what lies beyond the events
                      (counts, the log's head, its pages) is not looked at */
};

/* Verifies the log; what is wrong becomes findings of the verifier. Fails only if it cannot
 * go on: IO, NO_MEMORY, INTERRUPTED. */
MUST_CHECK struct status verify_log(struct log *log, const struct verify_log_options *options,
                                    struct verifier *verifier);

#endif
