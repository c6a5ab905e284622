/*
 * store/verify_stream.h -- the verifier over events that come one after the other: from a bundle,
 * or from a directory of tiles.
 *
 * Shape    The source fills chunks of events, stages examine them in turn, and the caller's thread
 *          follows them in order.
 * Memory   Flat: STREAM_MEMORY for each chunk on its way, and the verifier's own.
 * Process  With `threaded`, starts two threads (store/pipeline.h), as far as the system gives them,
 *          and ends them.
 */
#ifndef STORE_VERIFY_STREAM_H
#define STORE_VERIFY_STREAM_H

#include "store/verify.h"

enum {
    STREAM_EVENTS = 256,    /* of a chunk: a full tile's worth */
    STREAM_MEMORY = 1 << 20 /* bytes of a chunk's events */
};

struct stream_chunk {
    uint32_t count; /* 0: there are no more events */
    size_t used;    /* bytes of memory */
    struct examined events[STREAM_EVENTS];
    uint8_t memory[STREAM_MEMORY];
};

struct stream_source {
    void *context;
    /* Fills an empty chunk: bytes, body and command of each event, lent from the chunk's memory.
     * With a failure, what the chunk already has still counts. */
    struct status (*fill)(void *context, struct stream_chunk *chunk);
};

struct stream_options {
    bool threaded;
    bool whole; /* as in examine() */
    /* Called by the caller's thread now and then; true stops: INTERRUPTED. May be NULL. */
    bool (*progress)(void *context, uint64_t done, uint64_t total);
    void *context;
    uint64_t total; /* events, for progress; bundle_verify and tiles_verify know it */
};

/* On success *out is the caller's: stream_chunk_close. NO_MEMORY. */
MUST_CHECK struct status stream_chunk_open(struct stream_chunk **out);
void stream_chunk_close(struct stream_chunk **chunk);

/* A copy of the bytes in the chunk. The caller has seen to it that there is room. */
struct bytes stream_keep(struct stream_chunk *chunk, struct bytes bytes);

/* Follows all events that the source has; what is wrong with them becomes findings of the verifier.
 * Fails as the source does, after what it had before; NO_MEMORY, INTERRUPTED. */
MUST_CHECK struct status verify_stream(const struct stream_source *source,
                                       const struct stream_options *options,
                                       struct verifier *verifier);

#endif
