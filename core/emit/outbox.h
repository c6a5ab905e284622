/*
 * core/emit/outbox.h -- the events of an emitter that are not known to be in the log.
 *
 * Shape    A spool (store/spool.h) of records, each one event: u16 size and statement, u32 size and
 *          salt || body. The statement has the record's number for its emitter_n; the number that
 *          it gets in the log is given when it is sent, because only the log knows how far the
 *          emitter has come. What has been given is kept in the spool's note: where the chain
 *          stands in the log after the last record that was trimmed. From there the same records
 *          give the same statements again, so that what is sent twice is the same.
 * State    met: the log has told how far the emitter has come in it. `packed` moves ahead of what
 *          is acknowledged, batch by batch, and back when it is not known what became of them.
 * Losses   Are counted in the note, too, and become events emitter.spool_lost, each count once.
 * Errors   CORRUPT, IO, STOPPED of the spool; LIMIT: it is full.
 * Source   docs/decisions/0039-spools-hold-statements.md.
 */
#ifndef CORE_EMIT_OUTBOX_H
#define CORE_EMIT_OUTBOX_H

#include "core/emission.h"
#include "store/spool.h"

struct outbox; /* opaque */

enum outbox_sync {
    OUTBOX_SYNC_BATCH, /* before it is sent */
    OUTBOX_SYNC_EACH,
    OUTBOX_SYNC_NEVER,
};

struct outbox_options {
    const char *directory; /* of the spool; NULL: in memory */
    uint64_t bytes_max, events_max;
    enum outbox_sync sync;
    bool only_look;
};

/* Why events did not arrive, or are not known to have. */
enum outbox_loss {
    LOSS_FULL,      /* there was no room, and new ones were to be dropped */
    LOSS_REFUSED,   /* the log refuses them for what they say */
    LOSS_FORGOTTEN, /* the log no longer has what it had acknowledged */
    LOSS_UNKNOWN,   /* the log has events of the emitter that the spool does not know */
    LOSS_COUNT,
};

struct outbox_counts {
    struct spool_counts spool;
    uint64_t waiting;
    uint64_t acknowledged;       /* since the spool was made */
    uint64_t lost;               /* likewise */
    uint64_t unsaid[LOSS_COUNT]; /* of which no event tells yet */
    bool met;
    uint64_t emitter_n;           /* in the log, as far as is known */
    struct bytes origin, emitter; /* lent; empty: not known */
};

/* The key is lent as long as the outbox is open; NULL only to look. KEY if the spool is another
 * emitter's; else as spool_open. */
MUST_CHECK struct status outbox_open(const struct outbox_options *options,
                                     const struct secret_key *key, struct outbox **out);
void outbox_close(struct outbox **outbox);

/* Adds an event. LIMIT if it is too big (at SUBMISSION_MAX or less) or the spool is full; MALFORMED
 * as emission_add; KEY for a kind that no outside emitter may submit. */
MUST_CHECK struct status outbox_add(struct outbox *outbox, const struct draft *draft);
/* Whether that failure of outbox_add means that there is no room now. */
bool outbox_is_full(struct status status);
/* One event that could not be added has been given up. */
MUST_CHECK struct status outbox_drop(struct outbox *outbox);
/* Adds events about losses that no event tells of, as far as there is room. */
MUST_CHECK struct status outbox_say_losses(struct outbox *outbox);
MUST_CHECK struct status outbox_make_durable(struct outbox *outbox);

struct outbox_counts outbox_counts(const struct outbox *outbox);

/* Sending ---------------------------------------------------------------------------------- */

struct outbox_batch {
    uint64_t last; /* number of its last record */
    uint32_t count;
    struct emitter_head head; /* after it */
    struct bytes submission;  /* lent until the next call */
};

/* Where the emitter stands in the log of this name. *probe is true if it cannot be told how many of
 * the records the log has: then outbox_probe. CONFLICT if the spool waits for another log. Whatever
 * was packed is unpacked. */
MUST_CHECK struct status outbox_meet(struct outbox *outbox, struct bytes origin,
                                     const struct emitter_head *head, bool *probe);
/* The next record of which to ask whether the log has it: submit it, it changes nothing. */
MUST_CHECK struct status outbox_probe(struct outbox *outbox, struct outbox_batch *out);
/* The answer; *probe is true if another one must be asked for. */
MUST_CHECK struct status outbox_probed(struct outbox *outbox, bool is_there, bool *probe);

/* Signs the next records, as many as there are up to `events_max`; count is 0 if there are none. */
MUST_CHECK struct status outbox_pack(struct outbox *outbox, uint32_t events_max,
                                     struct outbox_batch *out);
/* What became of anything packed is not known: the next is packed after the acknowledged ones. */
void outbox_rewind(struct outbox *outbox);
/* Records up to `last` are durable in the log, and `head` is where the chain then stands. */
MUST_CHECK struct status outbox_acknowledge(struct outbox *outbox, uint64_t last,
                                            const struct emitter_head *head);
/* The log will never take the next record that is not acknowledged: it is lost. */
MUST_CHECK struct status outbox_refuse(struct outbox *outbox, const char *why);

/* Looking ---------------------------------------------------------------------------------- */

/* A record taken apart; slices lent as the bytes of it. MALFORMED. */
struct outbox_record {
    struct bytes statement, body; /* body: salt || body */
};
MUST_CHECK struct status outbox_record_decode(struct bytes bytes, struct outbox_record *out);
/* The record of a number that waits. */
MUST_CHECK struct status outbox_read(struct outbox *outbox, uint64_t number,
                                     struct outbox_record *out);

#endif
