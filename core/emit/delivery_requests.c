#include "core/emit/delivery_parts.h"

/* Trouble --------------------------------------------------------------------------------- */

void delivery_note_trouble(struct delivery *delivery, struct status status)
{
    struct text text = TEXT_IN(delivery->reason);
    if (status.why != NULL && status.why != delivery->reason) {
        text_put_string(&text, status.why);
        status.why = text_string(&text);
    }
    delivery->trouble = status;
}

static void back_off(struct delivery *delivery)
{
    uint32_t ms = delivery->back_off_ms == 0 ? BACK_OFF_MIN_MS : 2 * delivery->back_off_ms;
    delivery->back_off_ms = ms < BACK_OFF_MAX_MS ? ms : BACK_OFF_MAX_MS;
    delivery->wake_us = wire_now_us() + UINT64_C(1000) * delivery->back_off_ms;
}

/* What was on its way is unknown now. */
static void forget_batches(struct delivery *delivery)
{
    delivery->batch_count = 0;
    delivery->waited_id = 0;
    delivery->asked_us = 0;
    delivery->counts.connected = false;
    outbox_rewind(delivery->options.outbox);
}

void delivery_hang_up(struct delivery *delivery, struct status status)
{
    delivery_note_trouble(delivery, status);
    channel_close(&delivery->channel);
    forget_batches(delivery);
    delivery->phase = PHASE_AWAY;
    delivery->counts.retries++;
    back_off(delivery);
}

void delivery_pause_for(struct delivery *delivery, uint32_t ms)
{
    forget_batches(delivery);
    delivery->phase = PHASE_PAUSED;
    delivery->wake_us = wire_now_us() + UINT64_C(1000) * ms;
}

void delivery_pause(struct delivery *delivery, struct status status)
{
    delivery_note_trouble(delivery, status);
    back_off(delivery);
    delivery_pause_for(delivery, delivery->back_off_ms);
}

void delivery_ask_again(struct delivery *delivery, struct status status)
{
    if (++delivery->agains > AGAINS_MAX) {
        delivery_pause(delivery, status);
    } else {
        delivery_pause_for(delivery, AGAIN_MS);
    }
}

void delivery_went_well(struct delivery *delivery)
{
    delivery->back_off_ms = 0;
    delivery->trouble = OK;
}

struct status delivery_keep_broken(struct delivery *delivery, struct status status)
{
    if (failed(status)) {
        delivery->broken = status;
    }
    return status;
}

/* Sending --------------------------------------------------------------------------------- */

static uint32_t begin_request(struct delivery *delivery, enum message_kind kind, size_t *start)
{
    delivery->next_id = delivery->next_id == UINT32_MAX ? 1 : delivery->next_id + 1;
    text_clear(&delivery->frame);
    *start = frame_begin(&delivery->frame, (uint8_t)kind, delivery->next_id);
    return delivery->next_id;
}

static struct status send_request(struct delivery *delivery, size_t start)
{
    frame_end(&delivery->frame, start);
    if (delivery->frame.full) {
        return FAIL(LIMIT, MESSAGE_MAX);
    }
    if (delivery->asked_us == 0) {
        delivery->asked_us = wire_now_us();
    }
    return channel_send(delivery->channel, text_bytes(&delivery->frame), -1);
}

struct status delivery_say_hello(struct delivery *delivery)
{
    size_t start;
    delivery->waited_id = begin_request(delivery, MESSAGE_HELLO, &start);
    wire_put_u32(&delivery->frame, WIRE_VERSION);
    wire_put_string(&delivery->frame, "libcairn-emit");
    return send_request(delivery, start);
}

struct status delivery_ask_head(struct delivery *delivery)
{
    size_t start;
    delivery->waited_id = begin_request(delivery, MESSAGE_HEAD, &start);
    wire_put_string(&delivery->frame, delivery->options.emitter);
    return send_request(delivery, start);
}

static struct status submit(struct delivery *delivery, const struct outbox_batch *batch,
                            enum wire_level level, uint32_t *id)
{
    size_t start;
    *id = begin_request(delivery, MESSAGE_SUBMIT, &start);
    wire_put_u8(&delivery->frame, (uint8_t)level);
    wire_put_bytes(&delivery->frame, batch->submission);
    return send_request(delivery, start);
}

struct status delivery_submit_probe(struct delivery *delivery)
{
    struct outbox_batch batch;
    delivery->phase = PHASE_PROBING;
    struct status status = outbox_probe(delivery->options.outbox, &batch);
    TRY(delivery_keep_broken(delivery, status));
    return submit(delivery, &batch, WIRE_DURABLE, &delivery->waited_id);
}

size_t delivery_on_their_way(const struct delivery *delivery)
{
    size_t count = 0;
    for (size_t i = 0; i < delivery->batch_count; i++) {
        count += !delivery->batches[i].answered;
    }
    return count;
}

static struct status submit_next(struct delivery *delivery, bool *any)
{
    struct outbox_batch batch;
    struct status status = outbox_pack(delivery->options.outbox, delivery->events_max, &batch);
    TRY(delivery_keep_broken(delivery, status));
    *any = batch.count > 0;
    if (!*any) {
        return OK;
    }
    struct sent_batch *sent = &delivery->batches[delivery->batch_count++];
    *sent = (struct sent_batch){.count = batch.count, .last = batch.last, .head = batch.head};
    sent->level = delivery->insists ? WIRE_DURABLE : delivery->options.level;
    delivery->counts.sent += batch.count;
    return submit(delivery, &batch, sent->level, &sent->id);
}

struct status delivery_submit_all(struct delivery *delivery)
{
    bool any = true;
    while (any && delivery->batch_count < BATCHES_MAX &&
           delivery_on_their_way(delivery) < ON_THEIR_WAY_MAX &&
           channel_waiting(delivery->channel) == 0) {
        TRY(submit_next(delivery, &any));
    }
    return OK;
}
