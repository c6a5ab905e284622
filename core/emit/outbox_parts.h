/*
 * core/emit/outbox_parts.h -- an outbox from inside; for core/emit/outbox*.c only.
 *
 * Shape    The note: u8 1, u8 met, u16 size and emitter's name, u16 size and origin, u64 emitter_n
 *          and chain[32] after the last trimmed record, u64 acknowledged, u64 lost, for each loss
 *          u64 unsaid and u64 first number, u64 number of the record that tells of a loss (0:
 *          none), u8 which, u64 count of it, u16 size and reason of the last refusal. Big-endian.
 */
#ifndef CORE_EMIT_OUTBOX_PARTS_H
#define CORE_EMIT_OUTBOX_PARTS_H

#include "core/emit/outbox.h"
#include "store/hash.h"

enum {
    OUTBOX_WHY_MAX = 160, /* bytes of a reason */
};

/* A loss whose event is being added: once the record of that number is there, it has been said. */
struct saying {
    uint64_t number; /* 0: none */
    enum outbox_loss loss;
    uint64_t count;
};

struct note {
    bool met;
    char emitter[NAME_MAX_SIZE + 1];
    char origin[ORIGIN_MAX + 1];
    struct emitter_head base; /* after the last record that was trimmed */
    uint64_t acknowledged, lost;
    uint64_t unsaid[LOSS_COUNT];
    uint64_t first_n[LOSS_COUNT]; /* of the emitter; 0: not known */
    struct saying saying;
    char why[OUTBOX_WHY_MAX + 1];
};

/* Which of the records the log has, by halving. */
struct probing {
    struct emitter_head head; /* the log's */
    uint64_t low, high;       /* it has `low` of them, and at most `high` */
};

struct outbox {
    struct spool *spool;
    struct emission *emission; /* NULL where only looked at, like what follows */
    struct hasher *hasher;
    struct speaker speaker;
    const struct secret_key *key;
    enum outbox_sync sync;
    bool in_memory;
    struct note note;
    uint64_t packed;                 /* number of the last record packed */
    struct emitter_head packed_head; /* and where the chain is after it */
    struct probing probing;
    struct text submission, statement, body, record;
};

void outbox_note_write(const struct note *note, struct text *out);
/* MALFORMED. An empty one is that of a new spool. */
MUST_CHECK struct status outbox_note_read(struct bytes bytes, struct note *out);
/* Keeps the note, with records up to `trimmed` needed no more. */
MUST_CHECK struct status outbox_keep(struct outbox *outbox, uint64_t trimmed, bool durable);
/* Notes that events were lost. */
void outbox_note_loss(struct outbox *outbox, enum outbox_loss loss, uint64_t count,
                      uint64_t first_n);

#endif
