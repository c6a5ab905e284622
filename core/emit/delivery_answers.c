#include "core/emit/delivery_parts.h"
#include "schema/canonical.h"

#include <errno.h>

static struct status take_welcome(struct delivery *delivery, struct bytes payload)
{
    struct wire_reader reader = wire_read(payload);
    (void)wire_get_u32(&reader);
    struct bytes origin = wire_get_bytes(&reader, ORIGIN_MAX);
    (void)wire_get_u64(&reader);
    TRY(wire_end(&reader));
    memcpy(delivery->origin, origin.data, origin.size);
    delivery->origin[origin.size] = '\0';
    delivery->phase = PHASE_HEADING;
    return delivery_ask_head(delivery);
}

static struct status meet(struct delivery *delivery, const struct wire_head *head)
{
    bool probe = false;
    const struct emitter_head there = {.chain = head->chain, .emitter_n = head->emitter_n};
    TRY(delivery_keep_broken(
        delivery,
        outbox_meet(delivery->options.outbox, bytes_of_string(delivery->origin), &there, &probe)));
    if (probe) {
        return delivery_submit_probe(delivery);
    }
    delivery->phase = PHASE_READY;
    delivery->counts.connected = true;
    return OK;
}

static struct status acknowledge(struct delivery *delivery, size_t count)
{
    const struct sent_batch *last = &delivery->batches[count - 1];
    TRY(delivery_keep_broken(
        delivery, outbox_acknowledge(delivery->options.outbox, last->last, &last->head)));
    delivery->batch_count -= count;
    memmove(delivery->batches, delivery->batches + count,
            delivery->batch_count * sizeof delivery->batches[0]);
    delivery->agains = 0;
    delivery->insists = false;
    delivery_went_well(delivery);
    return OK;
}

/* What is durable of the batches that are only known to be queued. */
static struct status compare_head(struct delivery *delivery, const struct wire_head *head)
{
    TRY(delivery->batch_count == 0 ? FAIL_BECAUSE(MALFORMED, 0, "a HEAD that nobody asked for")
                                   : OK);
    for (size_t i = delivery->batch_count; i-- > 0;) {
        const struct emitter_head *ours = &delivery->batches[i].head;
        if (ours->emitter_n == head->emitter_n) {
            if (digest_equal(&ours->chain, &head->chain)) {
                return acknowledge(delivery, i + 1);
            }
            delivery_ask_again(delivery, FAIL(DIVERGED, head->emitter_n));
            return OK;
        }
    }
    uint64_t now = wire_now_us();
    delivery->wake_us = now + UINT64_C(1000) * ASK_MS;
    if (now > delivery->batches[0].answered_us + UINT64_C(1000) * STUCK_MS) {
        delivery->insists = true; /* whoever refused it behind the queue shall say why */
        delivery_pause_for(delivery, 0);
    }
    return OK;
}

static struct status take_head(struct delivery *delivery, struct bytes payload)
{
    struct wire_head head;
    TRY(wire_head_decode(payload, &head));
    if (head.emitter_n > CANONICAL_INTEGER_MAX / 2) {
        return FAIL_BECAUSE(MALFORMED, 0, "no emitter has come so far");
    }
    return delivery->phase == PHASE_HEADING ? meet(delivery, &head) : compare_head(delivery, &head);
}

static struct status take_probe(struct delivery *delivery, const struct wire_receipt *receipt,
                                struct status status)
{
    bool probe = false;
    if (failed(status) && status.code != STATUS_DIVERGED) {
        delivery_pause(delivery, status);
        return OK;
    }
    TRY(delivery_keep_broken(delivery, outbox_probed(delivery->options.outbox,
                                                     !failed(status) && receipt->already, &probe)));
    if (probe) {
        return delivery_submit_probe(delivery);
    }
    delivery->phase = PHASE_READY;
    delivery->counts.connected = true;
    return OK;
}

/* The events themselves are refused: finds out which, and gives it up. */
static struct status give_up(struct delivery *delivery, uint32_t count, struct status status)
{
    if (count > 1) {
        delivery->events_max = count / 2;
    } else {
        struct text text = TEXT_IN(delivery->refusal);
        status_describe(status, &text);
        (void)text_string(&text);
        delivery->counts.refused++;
        TRY(delivery_keep_broken(delivery,
                                 outbox_refuse(delivery->options.outbox, delivery->refusal)));
    }
    return OK;
}

static struct status take_refusal(struct delivery *delivery, const struct sent_batch *batch,
                                  struct status status)
{
    uint32_t count = batch->count;
    bool is_first = batch == &delivery->batches[0];
    switch ((int)status.code) {
    case STATUS_GAP:
    case STATUS_CONFLICT:
    case STATUS_DIVERGED:
        delivery_ask_again(delivery, status);
        return OK;
    case STATUS_MALFORMED:
    case STATUS_NOT_FOUND:
        delivery_pause_for(delivery, 0);
        /* Of a later one it is not known what the ones before it came to. */
        return is_first ? give_up(delivery, count, status) : OK;
    default:
        delivery_pause(delivery, status);
        return OK;
    }
}

static void note_position(struct delivery *delivery, const struct wire_receipt *receipt)
{
    if (!receipt->already && receipt->count > 0) {
        delivery->counts.has_position = true;
        delivery->counts.position = receipt->first + receipt->count - 1;
    }
}

static struct status take_batch_receipt(struct delivery *delivery, size_t index,
                                        const struct wire_receipt *receipt, struct status status)
{
    struct sent_batch *batch = &delivery->batches[index];
    if (failed(status)) {
        return take_refusal(delivery, batch, status);
    }
    uint32_t grown = 2 * delivery->events_max;
    delivery->events_max =
        grown < delivery->options.batch_events ? grown : delivery->options.batch_events;
    if (batch->level == WIRE_QUEUED) {
        batch->answered = true;
        batch->answered_us = wire_now_us();
        delivery->counts.queued += batch->count;
        delivery_went_well(delivery);
        return OK;
    }
    note_position(delivery, receipt);
    return acknowledge(delivery, index + 1);
}

static struct status take_receipt(struct delivery *delivery, const struct frame *frame)
{
    char memory[REASON_SIZE];
    struct wire_receipt receipt;
    struct text reason = TEXT_IN(memory);
    TRY(wire_receipt_decode(frame->payload, &receipt));
    struct status status = wire_status_is(&receipt.status, &reason);
    if (delivery->phase == PHASE_PROBING && frame->id == delivery->waited_id) {
        return take_probe(delivery, &receipt, status);
    }
    for (size_t i = 0; i < delivery->batch_count; i++) {
        if (delivery->batches[i].id == frame->id) {
            return take_batch_receipt(delivery, i, &receipt, status);
        }
    }
    if (frame->id == delivery->waited_id && failed(status)) {
        delivery_pause(delivery, status); /* in the place of HEAD_IS */
    }
    return OK;
}

static struct status take_fault(struct delivery *delivery, struct bytes payload)
{
    char memory[REASON_SIZE];
    struct text text = TEXT_IN(memory);
    struct wire_reader reader = wire_read(payload);
    struct bytes sentence = wire_get_bytes(&reader, WIRE_SENTENCE_MAX);
    text_put_printable(&text, sentence);
    delivery_note_trouble(delivery, FAIL_BECAUSE(MALFORMED, 0, text_string(&text)));
    return FAIL_BECAUSE(MALFORMED, 0, delivery->reason);
}

static struct status take_answer(struct delivery *delivery, const struct frame *frame)
{
    bool waited = frame->id == delivery->waited_id;
    switch (frame->kind) {
    case MESSAGE_WELCOME:
        return waited && delivery->phase == PHASE_GREETING ? take_welcome(delivery, frame->payload)
                                                           : OK;
    case MESSAGE_HEAD_IS:
        return waited ? take_head(delivery, frame->payload) : OK;
    case MESSAGE_RECEIPT:
        return take_receipt(delivery, frame);
    case MESSAGE_RETRY:
        TRY(delivery->phase == PHASE_GREETING ? FAIL(IO, EAGAIN) : OK);
        delivery_pause_for(delivery, BACK_OFF_MIN_MS);
        return OK;
    case MESSAGE_FAULT:
        return take_fault(delivery, frame->payload);
    default:
        return FAIL_BECAUSE(MALFORMED, frame->kind, "the daemon said what nobody asked");
    }
}

/* An answer that has come makes room for the next question. */
static void note_answered(struct delivery *delivery, uint32_t id)
{
    if (id == delivery->waited_id && delivery->phase != PHASE_GREETING) {
        delivery->waited_id = 0;
    }
    bool open = delivery->waited_id != 0 || delivery_on_their_way(delivery) > 0;
    delivery->asked_us = open ? wire_now_us() : 0;
}

struct status delivery_take_answers(struct delivery *delivery)
{
    bool whole = true;
    struct frame frame;
    while (delivery->channel != NULL) {
        TRY(channel_next(delivery->channel, &frame, &whole));
        if (!whole) {
            break;
        }
        uint32_t before = delivery->waited_id;
        TRY(take_answer(delivery, &frame));
        if (delivery->waited_id == before) {
            note_answered(delivery, frame.id);
        }
    }
    return OK;
}
