/* The way to the writer and back. */
#include "auditd/ingest/ingest_parts.h"
#include "schema/time.h"

#include <time.h>
#include <unistd.h>

/* Keeping --------------------------------------------------------------------------------- */

static struct wire_peer peer_of(const struct ingest *ingest, const struct client *client)
{
    return (struct wire_peer){.connection = (uint32_t)(client - ingest->clients),
                              .uid = client->peer.uid,
                              .gid = client->peer.gid,
                              .process = client->peer.process,
                              .name = bytes_of_string(client->name),
                              .source = bytes_of_string(client->source)};
}

/* A frame's own bytes, or the frame wrapped in who said it. */
static void write_frame(const struct ingest *ingest, const struct client *client,
                        const struct frame *frame, uint32_t id, struct text *out)
{
    size_t start = frame_begin(out, client == NULL ? frame->kind : MESSAGE_FORWARDED, id);
    if (client == NULL) {
        text_put_bytes(out, frame->payload);
    } else {
        const struct wire_peer peer = peer_of(ingest, client);
        wire_put_peer(out, &peer);
        wire_put_u8(out, frame->kind);
        wire_put_bytes(out, frame->payload);
    }
    frame_end(out, start);
}

struct status upstream_keep(struct ingest *ingest, const struct client *client,
                            const struct frame *frame, struct kept_item **out)
{
    struct kept_item *item;
    uint64_t number;
    TRY(kept_add(ingest->kept, frame->payload.size + WRAPPING, &item, &number));
    struct text text = {.data = (char *)item->frame, .capacity = item->size};
    write_frame(ingest, client, frame, (uint32_t)number, &text);
    if (text.full) {
        kept_take_back(ingest->kept);
        return FAIL(LIMIT, item->size);
    }
    item->used = text.size;
    item->since_us = wire_now_us();
    item->who.kind = frame->kind;
    item->who.id = frame->id;
    if (client != NULL) {
        item->who.connection = (uint32_t)(client - ingest->clients);
        item->who.serial = client->serial;
    }
    *out = item;
    return OK;
}

/* Sending --------------------------------------------------------------------------------- */

void upstream_send(struct ingest *ingest)
{
    uint64_t number;
    struct kept_item *item;
    if (ingest->writer != NULL && failed(channel_flush(ingest->writer))) {
        upstream_lost(ingest);
    }
    while (ingest->writer != NULL && channel_waiting(ingest->writer) < UPSTREAM_SENDING &&
           (item = kept_unsent(ingest->kept, &number)) != NULL) {
        struct status status = channel_send(ingest->writer, bytes_of(item->frame, item->used), -1);
        if (status.code == STATUS_LIMIT) {
            return;
        }
        if (failed(status)) {
            upstream_lost(ingest);
            return;
        }
        kept_was_sent(ingest->kept);
    }
}

/* Losing ---------------------------------------------------------------------------------- */

static void answer_retry(struct ingest *ingest, struct kept_item *item)
{
    struct client *client = client_of(ingest, &item->who);
    item->who.serial = 0;
    if (client != NULL) {
        client->in_flight--;
        size_t start = answer_begin(ingest, MESSAGE_RETRY, item->who.id);
        answer_end(ingest, client, start);
    }
}

static bool may_be_done_twice(const struct kept_item *item)
{
    return item->who.kind != MESSAGE_COMMANDS && item->who.kind != MESSAGE_NOTE;
}

/* What was sent and may not be done twice is over: nobody knows whether it was done. */
void upstream_lost(struct ingest *ingest)
{
    uint64_t number, unsent, from = 0;
    struct kept_item *item;
    ingest->writer = NULL;
    (void)kept_unsent(ingest->kept, &unsent);
    while (kept_next(ingest->kept, from, &number, &item) && number < unsent) {
        from = number + 1;
        if (!may_be_done_twice(item)) {
            answer_retry(ingest, item);
            kept_end(ingest->kept, number);
        }
    }
    kept_begin_again(ingest->kept);
}

/* Answers --------------------------------------------------------------------------------- */

static uint64_t utc_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * TIME_SECOND_US + (uint64_t)now.tv_nsec / 1000;
}

/* Of an answer to what the ingest itself has asked. */
static void take_own(struct ingest *ingest, const struct kept_item *item, const struct frame *frame)
{
    struct wire_reader reader = wire_read(frame->payload);
    if (item->who.kind == MESSAGE_DROPPED) {
        dropped_told(&ingest->dropped, &ingest->told);
        ingest->telling = false;
    }
    if (frame->kind == MESSAGE_WELCOME) {
        (void)wire_get_u32(&reader);
        struct bytes origin = wire_get_bytes(&reader, ORIGIN_MAX);
        uint64_t size = wire_get_u64(&reader);
        if (!failed(wire_end(&reader)) && origin.size > 0) {
            memcpy(ingest->origin, origin.data, origin.size);
            ingest->origin[origin.size] = '\0';
            ingest->log_size = size > ingest->log_size ? size : ingest->log_size;
            requests_welcome(ingest);
        }
    }
}

/* How much of the log a receipt has told of; and what became of what was only queued. */
static void note_receipt(struct ingest *ingest, const struct kept_item *item,
                         const struct frame *frame)
{
    struct wire_receipt receipt;
    if (frame->kind != MESSAGE_RECEIPT || item->who.kind != MESSAGE_SUBMIT ||
        failed(wire_receipt_decode(frame->payload, &receipt))) {
        return;
    }
    if (bytes_equal(receipt.status.code, LITERAL("OK"))) {
        uint64_t end = receipt.first + receipt.count;
        ingest->log_size = end > ingest->log_size ? end : ingest->log_size;
        return;
    }
    bool full = bytes_equal(receipt.status.code, LITERAL("FULL"));
    if (full || item->queued) {
        dropped_count(&ingest->dropped, bytes_of_string(item->emitter),
                      full ? DROP_FULL : DROP_REFUSED, item->events, utc_now());
        ingest_add(ingest, COUNTER_EVENTS_DROPPED_TOTAL, item->events);
    }
}

static void hand_back(struct ingest *ingest, const struct kept_item *item,
                      const struct frame *frame)
{
    struct client *client = client_of(ingest, &item->who);
    if (client == NULL) {
        return;
    }
    client->in_flight--;
    size_t start = answer_begin(ingest, frame->kind, item->who.id);
    text_put_bytes(&ingest->answer, frame->payload);
    answer_end(ingest, client, start);
    if (client->channel != NULL) {
        client_watch(ingest, client);
    }
}

static void take_answer(struct ingest *ingest, const struct frame *frame)
{
    uint64_t number;
    struct kept_item *item = kept_find(ingest->kept, frame->id, &number);
    if (item == NULL) {
        return;
    }
    if (item->own) {
        take_own(ingest, item, frame);
    } else {
        note_receipt(ingest, item, frame);
        hand_back(ingest, item, frame);
    }
    kept_end(ingest->kept, number);
}

void upstream_take(struct ingest *ingest)
{
    struct frame frame;
    bool whole = ingest->writer != NULL;
    struct status received = whole ? channel_receive(ingest->writer) : OK;
    while (whole) {
        if (failed(channel_next(ingest->writer, &frame, &whole))) {
            upstream_lost(ingest);
            return;
        }
        if (whole) {
            take_answer(ingest, &frame);
        }
    }
    if (failed(received)) {
        upstream_lost(ingest);
    }
}

/* Now and then ---------------------------------------------------------------------------- */

static void tell_dropped(struct ingest *ingest, uint64_t now_us)
{
    char memory[512];
    struct text payload = TEXT_IN(memory);
    struct kept_item *item;
    const struct dropped_row *row = dropped_most(&ingest->dropped);
    if (row == NULL || ingest->telling || ingest->writer == NULL ||
        now_us - ingest->told_us < INGEST_DROPPED_US) {
        return;
    }
    ingest->told = *row;
    wire_put_string(&payload, row->emitter);
    wire_put_u64(&payload, row->events);
    wire_put_u64(&payload, row->first_utc_us);
    wire_put_u64(&payload, row->last_utc_us);
    wire_put_string(&payload, drop_word(row->why));
    const struct frame frame = {.kind = MESSAGE_DROPPED, .payload = text_bytes(&payload)};
    if (!failed(upstream_keep(ingest, NULL, &frame, &item))) {
        item->own = ingest->telling = true;
        ingest->told_us = now_us;
    }
}

static void tell_slow(struct ingest *ingest, uint64_t now_us)
{
    uint64_t number, from = 0;
    struct kept_item *item;
    while (kept_next(ingest->kept, from, &number, &item) &&
           now_us - item->since_us >= ingest->options.answer_us) {
        from = number + 1;
        if (item->who.serial != 0) {
            struct client *client = client_of(ingest, &item->who);
            ingest_add(ingest, COUNTER_DEADLINES_TOTAL, 1);
            answer_retry(ingest, item);
            if (client != NULL && client->channel != NULL) {
                client_watch(ingest, client);
            }
        }
    }
}

void upstream_check(struct ingest *ingest, uint64_t now_us)
{
    tell_slow(ingest, now_us);
    tell_dropped(ingest, now_us);
}
