/*
 * core/emit/delivery_parts.h -- a delivery from inside; for core/emit/delivery*.c only.
 *
 * Shape    delivery.c turns; delivery_requests.c says something to the daemon, or keeps away from
 *          it for a while; delivery_answers.c takes what it says.
 */
#ifndef CORE_EMIT_DELIVERY_PARTS_H
#define CORE_EMIT_DELIVERY_PARTS_H

#include "core/emit/delivery.h"

enum {
    BATCHES_MAX = 32,     /* submitted and not known to be durable */
    ON_THEIR_WAY_MAX = 4, /* submitted and not answered */
    BACK_OFF_MIN_MS = 100,
    BACK_OFF_MAX_MS = 10000,
    ANSWER_MS = 30000, /* that a request may take */
    ASK_MS = 20,       /* between two questions of what is durable */
    STUCK_MS = 250,    /* after which what was queued and is not in the log is asked about */
    AGAINS_MAX = 20,   /* such questions in a row before it is done slowly */
    AGAIN_MS = 5,      /* before HEAD is asked again, as something older is on its way */
    REASON_SIZE = WIRE_SENTENCE_MAX * 6, /* bytes, foreign text made printable */
};

enum phase {
    PHASE_AWAY,     /* until `wake_us` */
    PHASE_GREETING, /* HELLO is on its way */
    PHASE_HEADING,  /* HEAD is, before anything is submitted */
    PHASE_PROBING,
    PHASE_READY,
    PHASE_PAUSED, /* connected, and nothing is submitted until `wake_us` */
};

struct sent_batch {
    uint32_t id, count;
    uint64_t last; /* record */
    struct emitter_head head;
    enum wire_level level;
    bool answered; /* as queued */
    uint64_t answered_us;
};

struct delivery {
    struct delivery_options options;
    struct channel *channel;
    enum phase phase;
    uint64_t wake_us, asked_us; /* when a request was sent that is not answered; 0: none */
    uint32_t back_off_ms;
    uint32_t next_id, waited_id; /* of the HELLO, HEAD or probe on its way; 0: none */
    uint32_t events_max;         /* of the next batch */
    uint32_t agains;             /* in a row, without anything acknowledged */
    bool insists;                /* on durable receipts, as what was queued did not arrive */
    struct sent_batch batches[BATCHES_MAX];
    size_t batch_count;
    char origin[ORIGIN_MAX + 1];
    struct text frame;
    struct delivery_counts counts;
    struct status trouble, broken; /* broken: for good */
    char reason[REASON_SIZE], refusal[REASON_SIZE];
};

/* delivery_requests.c -------------------------------------------------------------------------- */

/* A reason for delivery_trouble. */
void delivery_note_trouble(struct delivery *delivery, struct status status);
/* Ends the connection, to try another one after a while. */
void delivery_hang_up(struct delivery *delivery, struct status status);
/* Keeps the connection, and begins again with HEAD after so long; */
void delivery_pause_for(struct delivery *delivery, uint32_t ms);
/* after a while that grows; */
void delivery_pause(struct delivery *delivery, struct status status);
/* soon, unless HEAD has told the same again and again. */
void delivery_ask_again(struct delivery *delivery, struct status status);
void delivery_went_well(struct delivery *delivery);
/* A failure of the outbox does not get better by another connection. */
struct status delivery_keep_broken(struct delivery *delivery, struct status status);

MUST_CHECK struct status delivery_say_hello(struct delivery *delivery);
MUST_CHECK struct status delivery_ask_head(struct delivery *delivery);
MUST_CHECK struct status delivery_submit_probe(struct delivery *delivery);
/* Submits as many batches as may be on their way. */
MUST_CHECK struct status delivery_submit_all(struct delivery *delivery);
/* Batches that are not answered. */
size_t delivery_on_their_way(const struct delivery *delivery);

/* delivery_answers.c --------------------------------------------------------------------------- */

/* Takes what has been received. */
MUST_CHECK struct status delivery_take_answers(struct delivery *delivery);

#endif
