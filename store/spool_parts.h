/*
 * store/spool_parts.h -- a spool from inside; for store/spool*.c only.
 *
 * Shape    Segments lie in `segments`, oldest first; the last one is appended to. Reading goes
 *          through one window of bytes over one segment.
 */
#ifndef STORE_SPOOL_PARTS_H
#define STORE_SPOOL_PARTS_H

#include "store/hash.h"
#include "store/spool.h"

#define SPOOL_MAGIC "cairn-spool-v1\n"

enum {
    SPOOL_MAGIC_SIZE = sizeof SPOOL_MAGIC, /* with its 0 */
    SPOOL_HEADER_CHECKED = SPOOL_MAGIC_SIZE + 8 + DIGEST_SIZE,
    SPOOL_HEADER_SIZE = SPOOL_HEADER_CHECKED + 8,
    SPOOL_RECORD_HEADER = 4 + 4 + DIGEST_SIZE,
    SPOOL_SLOTS = 3,
    SPOOL_SLOT_SIZE = 1024,
    SPOOL_SEGMENT_MAX = 16 << 20, /* bytes after which the next segment is begun */
    SPOOL_WINDOW = SPOOL_RECORD_MAX + SPOOL_RECORD_HEADER,
};

struct spool_segment {
    int file;
    uint64_t first; /* number of its first record */
    uint64_t last;  /* of its last one; first - 1: none */
    uint64_t size;  /* bytes */
    struct digest before, link;
};

/* What the newest slot says. */
struct spool_stand {
    uint64_t generation, trimmed, synced;
    uint8_t note[SPOOL_NOTE_MAX];
    size_t note_size;
};

/* Where the record of a number begins; segment and link are those before it. */
struct spool_place {
    size_t segment;
    uint64_t number, offset;
    struct digest link;
};

struct spool {
    struct hasher *hasher;
    uint64_t bytes_max, records_max;
    bool only_look;
    int directory, lock, stand_file; /* -1: none */
    size_t slot, durable_slot;       /* written last; made durable last */
    struct spool_stand stand;
    struct spool_segment segments[SPOOL_SEGMENTS_MAX];
    size_t segment_count;
    uint64_t bytes, last, torn_size;
    struct status failed; /* final */
    struct spool_place place;
    uint8_t *window;
    uint64_t window_offset;
    size_t window_segment, window_size;
};

/* spool_stand.c -------------------------------------------------------------------------------- */

/* Opens or makes the file, and reads the newest slot. NOT_FOUND if there is none to look at. */
MUST_CHECK struct status spool_stand_open(struct spool *spool);
/* Writes `stand` into a slot, and makes that durable if asked to. */
MUST_CHECK struct status spool_stand_write(struct spool *spool, bool durable);

/* spool_segments.c ----------------------------------------------------------------------------- */

/* Begins a segment with the record after `last`; the one before it is durable then. */
MUST_CHECK struct status spool_segment_begin(struct spool *spool);
/* Removes the segments that are needed no more, but for the last. */
MUST_CHECK struct status spool_segments_drop(struct spool *spool);
/* Removes the first segments, so many. */
MUST_CHECK struct status spool_segments_remove(struct spool *spool, size_t count);
/* Adds a record to the last segment, or leaves it as it was. */
MUST_CHECK struct status spool_segment_add(struct spool *spool, struct bytes record);
/* The record at `place`, which moves on behind it. NOT_FOUND at the end of the segment; TRUNCATED
 * if the segment ends within it; CORRUPT. */
MUST_CHECK struct status spool_segment_read(struct spool *spool, struct spool_place *place,
                                            struct bytes *record);
/* Where the first record of a segment is. */
struct spool_place spool_segment_start(const struct spool *spool, size_t segment);
/* Reads a header. CORRUPT at the number of the first record. */
MUST_CHECK struct status spool_header_read(struct spool *spool, struct spool_segment *segment);

/* spool_scan.c --------------------------------------------------------------------------------- */

/* Finds the segments, checks all of them, and cuts a torn tail. */
MUST_CHECK struct status spool_scan(struct spool *spool);

#endif
