/*
 * store/spool.h -- what waits to be sent: a bounded queue of records that survives its process.
 *
 * Shape    A directory: segments `N.spool`, named by the number of their first record, and `stand`.
 *          Records are numbered 1, 2, 3, ... and never changed; those up to `trimmed` are needed no
 *          more, and a segment goes when all of it is. A segment is "cairn-spool-v1\n" and a 0, u64
 *          the first number, the link before it[32], the first 8 bytes of SHA-256 of all that; then
 *          records: u32 size, the same number XOR the first 4 bytes of the link before, link[32],
 *          bytes. A link is SHA-256("cairn-spool-v1\n" || the link before || u64 number || bytes);
 *          the first one follows 32 zeros. Big-endian.
 * Stand    Three slots of 1,024 bytes: u64 generation, u64 trimmed, u64 synced, u16 size and the
 *          owner's note, zeros, SHA-256 of all that. The newest that holds counts; neither it nor
 *          the newest that was made durable is written over.
 * Crash    A record that spool_append has taken survives the end of the process, and the end of the
 *          machine once spool_sync has returned. What was being written is a torn tail: a last
 *          record that was never synced, and of which the end is missing or zeros. The next open
 *          cuts it off. Anything else that does not hold is refused as CORRUPT: nothing is sent of
 *          a spool that somebody or something has changed.
 * Memory   Without a directory the segments are in memory, with the same limits.
 * Limits   Bytes of all segments, records that wait, bytes of one record: LIMIT, and nothing added.
 * Errors   A failed write leaves the spool as it was. A failed sync is final: STOPPED from then on.
 * Process  One handle for a directory (IN_USE), used by one thread at a time.
 * Source   docs/decisions/0039-spools-hold-statements.md; docs/FORMAT.md.
 */
#ifndef STORE_SPOOL_H
#define STORE_SPOOL_H

#include "schema/bytes.h"

enum {
    SPOOL_RECORD_MAX = 320 << 10, /* bytes */
    SPOOL_NOTE_MAX = 896,         /* bytes of the owner's note */
    SPOOL_SEGMENTS_MAX = 64,
    SPOOL_BYTES_MIN = 4096, /* the least that may be asked for */
};

/* The reason of LIMIT where there will be room again. */
#define SPOOL_IS_FULL "the spool is full"

struct spool; /* opaque */

struct spool_options {
    const char *directory; /* made if there is none, mode 0700; NULL: in memory */
    uint64_t bytes_max;
    uint64_t records_max;
    bool only_look; /* nothing is made, cut or locked; appending is refused with READ_ONLY */
};

struct spool_counts {
    uint64_t trimmed;   /* number of the last record that is needed no more; 0: none */
    uint64_t last;      /* number of the newest record; 0: none */
    uint64_t synced;    /* number of the newest record that is durable */
    uint64_t bytes;     /* of all segments */
    uint64_t torn_size; /* bytes that the open has cut off (or would) */
};

/* On success *out is the caller's: spool_close. IN_USE; CORRUPT at the record, with the reason;
 * NOT_FOUND if there is nothing to look at; LIMIT, IO, NO_MEMORY. */
MUST_CHECK struct status spool_open(const struct spool_options *options, struct spool **out);
/* Closes *spool and sets it to NULL; NULL is welcome. What waits on disk stays there. */
void spool_close(struct spool **spool);

/* Adds a record. LIMIT with the reason: the spool is full, or the record too big. IO. */
MUST_CHECK struct status spool_append(struct spool *spool, struct bytes record);
/* Makes everything added so far durable. STOPPED. */
MUST_CHECK struct status spool_sync(struct spool *spool);

/* Records up to `number` are needed no more; keeps `note` (lent for the call) from the same moment
 * on. With `number` as it is, only the note changes. IO; LIMIT for a note that is too big. */
MUST_CHECK struct status spool_trim(struct spool *spool, uint64_t number, struct bytes note);
/* The same, and durable. */
MUST_CHECK struct status spool_trim_durably(struct spool *spool, uint64_t number,
                                            struct bytes note);
/* The note kept last; empty if there is none. Lent until the next trim. */
struct bytes spool_note(const struct spool *spool);

/* Reads the record of a number that waits; lent until the next call of the spool. Quick for the one
 * after the one read before. NOT_FOUND at the number; CORRUPT, IO. */
MUST_CHECK struct status spool_read(struct spool *spool, uint64_t number, struct bytes *record);

struct spool_counts spool_counts(const struct spool *spool);

#endif
