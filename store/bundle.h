/*
 * store/bundle.h -- a bundle: a log, or its beginning, as one flat file.
 *
 * Shape    "cairn-bundle-v1\n", the origin and the number of events, a line each; then for each
 *          event u32 size and leaf, u32 size and salt || body (0: erased), u32 size and command
 *          record (0: none); last u32 size and the signed checkpoint over these events, and nothing
 *          after it. Big-endian. One bundle has one form: what is read, written again, is the same.
 * Memory   A reader holds one event at a time.
 * Limits   schema/limits.h, checked before anything is taken in.
 * Errors   MALFORMED at the byte, with the reason; TRUNCATED at the byte where it ends.
 * Source   docs/FORMAT.md.
 */
#ifndef STORE_BUNDLE_H
#define STORE_BUNDLE_H

#include "store/verify_stream.h"

struct bundle_head {
    char origin[ORIGIN_MAX + 1];
    uint64_t size; /* events */
};

struct bundle_event {
    struct bytes leaf;
    struct bytes body;    /* salt || body; empty: erased */
    struct bytes command; /* empty: none */
};

/* Writing, in order: head, events, end ------------------------------------------------------- */

struct bundle_sink {
    void *context;
    struct status (*put)(void *context, struct bytes bytes);
};

/* Each fails as the sink does. */
MUST_CHECK struct status bundle_put_head(const struct bundle_sink *sink,
                                         const struct bundle_head *head);
MUST_CHECK struct status bundle_put_event(const struct bundle_sink *sink,
                                          const struct bundle_event *event);
MUST_CHECK struct status bundle_put_end(const struct bundle_sink *sink, struct bytes note);

struct log_snapshot;

/* Events from .. until-1 of a log, each compared with its hash. Fails as the sink or the log does.
 * In store/bundle_log.c, so that a program without a log needs no LMDB. */
MUST_CHECK struct status bundle_put_log(const struct bundle_sink *sink,
                                        struct log_snapshot *snapshot, uint64_t from,
                                        uint64_t until);

/* Reading ----------------------------------------------------------------------------------- */

struct bundle_source {
    void *context;
    /* Reads up to `capacity` bytes; *got is 0 only at the end. */
    struct status (*read)(void *context, uint8_t *out, size_t capacity, size_t *got);
    /* Goes back to the first byte. */
    struct status (*rewind)(void *context);
};

/* Bytes in memory, and how far they were read. */
struct bundle_memory {
    struct bytes bytes;
    size_t at;
};

/* The descriptor or the memory is lent as long as the source. */
struct bundle_source bundle_from_file(int *descriptor);
struct bundle_source bundle_from_memory(struct bundle_memory *memory);

struct bundle_reader; /* opaque */

/* Reads the head. On success *out is the caller's: bundle_reader_close. */
MUST_CHECK struct status bundle_reader_open(const struct bundle_source *source,
                                            struct bundle_reader **out);
void bundle_reader_close(struct bundle_reader **reader);

const struct bundle_head *bundle_reader_head(const struct bundle_reader *reader);

/* The next event, lent until the next call; NOT_FOUND after the last. */
MUST_CHECK struct status bundle_reader_next(struct bundle_reader *reader,
                                            struct bundle_event *event);

/* After the last event: the checkpoint, unverified, lent until the reader is closed. MALFORMED if
 * anything follows it. */
MUST_CHECK struct status bundle_reader_end(struct bundle_reader *reader, struct bytes *note);

/* Checking ---------------------------------------------------------------------------------- */

/* Verifies a bundle from its first byte to its last; what is wrong becomes findings. *head is what
 * it says of itself. Fails only if there is nothing to look at (MALFORMED or TRUNCATED head) or it
 * cannot go on: IO, NO_MEMORY, INTERRUPTED. `options->whole` is taken for true. */
MUST_CHECK struct status bundle_verify(const struct bundle_source *source,
                                       const struct stream_options *options,
                                       struct verifier *verifier, struct bundle_head *head);

#endif
