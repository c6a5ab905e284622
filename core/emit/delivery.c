#include "core/emit/delivery_parts.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

/* Opening --------------------------------------------------------------------------------- */

struct status delivery_open(const struct delivery_options *options, struct delivery **out)
{
    CLEANUP(delivery_close) struct delivery *delivery = calloc(1, sizeof *delivery);
    if (delivery == NULL) {
        return FAIL(NO_MEMORY, sizeof *delivery);
    }
    assert(options->batch_events >= 1 && options->batch_events <= SUBMISSION_EVENTS_MAX);
    delivery->options = *options;
    delivery->events_max = options->batch_events;
    delivery->frame = (struct text){.capacity = MESSAGE_MAX};
    delivery->frame.data = malloc(delivery->frame.capacity);
    if (delivery->frame.data == NULL) {
        return FAIL(NO_MEMORY, MESSAGE_MAX);
    }
    *out = delivery;
    delivery = NULL;
    return OK;
}

void delivery_close(struct delivery **delivery)
{
    if (*delivery != NULL) {
        channel_close(&(*delivery)->channel);
        free((*delivery)->frame.data);
        free(*delivery);
        *delivery = NULL;
    }
}

/* Turning --------------------------------------------------------------------------------- */

static struct status call(struct delivery *delivery)
{
    struct status status =
        delivery->options.dial(delivery->options.dial_context, &delivery->channel);
    if (failed(status)) {
        delivery_hang_up(delivery, status);
        return OK;
    }
    delivery->phase = PHASE_GREETING;
    return delivery_say_hello(delivery);
}

static bool wants_head(const struct delivery *delivery, uint64_t now)
{
    return delivery->phase == PHASE_READY && delivery->batch_count > 0 &&
           delivery->waited_id == 0 && delivery->batches[0].answered && now >= delivery->wake_us;
}

/* Sends what goes now, through the link if there is one. */
static struct status push(struct delivery *delivery)
{
    const struct delivery_link *link = delivery->options.link;
    size_t before;
    do {
        before = channel_waiting(delivery->channel);
        TRY(link == NULL ? OK : link->turn(delivery->options.dial_context));
        TRY(channel_flush(delivery->channel));
    } while (link != NULL && channel_waiting(delivery->channel) < before);
    return OK;
}

static struct status take(struct delivery *delivery)
{
    struct status received = channel_receive(delivery->channel);
    TRY(delivery_take_answers(delivery));
    return received;
}

/* Whether a link has brought more than was taken in one go. */
static bool has_more(const struct delivery *delivery)
{
    struct pollfd poller = {.events = POLLIN};
    if (delivery->options.link == NULL || delivery->channel == NULL) {
        return false;
    }
    poller.fd = channel_fd(delivery->channel);
    return poll(&poller, 1, 0) > 0;
}

static struct status exchange(struct delivery *delivery)
{
    TRY(push(delivery));
    do {
        TRY(take(delivery));
        TRY(push(delivery));
    } while (has_more(delivery));
    return OK;
}

static struct status turn(struct delivery *delivery)
{
    uint64_t now = wire_now_us();
    TRY(exchange(delivery));
    if (delivery->phase == PHASE_PAUSED && now >= delivery->wake_us) {
        delivery->phase = PHASE_HEADING;
        TRY(delivery_ask_head(delivery));
    }
    if (delivery->phase == PHASE_READY) {
        TRY(delivery_submit_all(delivery));
        TRY(wants_head(delivery, now) ? delivery_ask_head(delivery) : OK);
    }
    TRY(push(delivery));
    return delivery->asked_us != 0 && now > delivery->asked_us + UINT64_C(1000) * ANSWER_MS
               ? FAIL_BECAUSE(UNREACHABLE, 0, "it has not answered in time")
               : OK;
}

struct status delivery_pump(struct delivery *delivery)
{
    TRY(delivery->broken);
    if (delivery->phase == PHASE_AWAY) {
        if (wire_now_us() < delivery->wake_us) {
            return OK;
        }
        struct status status = call(delivery);
        if (failed(status)) {
            delivery_hang_up(delivery, status);
        }
    }
    if (delivery->phase == PHASE_AWAY) {
        return OK;
    }
    struct status status = turn(delivery);
    TRY(delivery->broken);
    if (failed(status)) {
        delivery_hang_up(delivery, status);
    }
    return OK;
}

/* Waiting --------------------------------------------------------------------------------- */

int delivery_descriptor(const struct delivery *delivery, short *events, uint64_t *until_us)
{
    const bool asks = delivery->phase == PHASE_READY && delivery->batch_count > 0 &&
                      delivery->batches[0].answered && delivery->waited_id == 0;
    *events = delivery->channel == NULL ? 0 : channel_wants(delivery->channel);
    *until_us = delivery->phase == PHASE_AWAY || delivery->phase == PHASE_PAUSED || asks
                    ? delivery->wake_us
                    : wire_now_us() + UINT64_C(1000) * ANSWER_MS;
    if (delivery->channel == NULL) {
        return -1;
    }
    const struct delivery_link *link = delivery->options.link;
    return link != NULL ? link->descriptor(delivery->options.dial_context, events)
                        : channel_fd(delivery->channel);
}

struct status delivery_wait(struct delivery *delivery, uint64_t deadline_us)
{
    uint64_t until, now = wire_now_us();
    struct pollfd poller = {.fd = delivery_descriptor(delivery, &poller.events, &until)};
    until = until < deadline_us ? until : deadline_us;
    uint64_t left_ms = until > now ? (until - now + 999) / 1000 : 0;
    int count = poll(&poller, 1, left_ms > 60000 ? 60000 : (int)left_ms);
    return count < 0 && errno != EINTR ? FAIL(IO, (uint64_t)errno) : OK;
}

/* Looking --------------------------------------------------------------------------------- */

bool delivery_is_done(const struct delivery *delivery)
{
    struct outbox_counts counts = outbox_counts(delivery->options.outbox);
    if (counts.waiting == 0) {
        return true;
    }
    return delivery->options.level == WIRE_QUEUED && delivery->batch_count > 0 &&
           delivery_on_their_way(delivery) == 0 &&
           delivery->batches[delivery->batch_count - 1].last == counts.spool.last;
}

void delivery_hurry(struct delivery *delivery)
{
    if (delivery->phase == PHASE_AWAY || delivery->phase == PHASE_PAUSED) {
        delivery->wake_us = 0;
    }
}

void delivery_ask(struct delivery *delivery)
{
    if (delivery->phase == PHASE_READY) {
        delivery->wake_us = 0;
    }
}

struct status delivery_trouble(const struct delivery *delivery)
{
    return failed(delivery->broken) ? delivery->broken : delivery->trouble;
}

const char *delivery_refusal(const struct delivery *delivery)
{
    return delivery->refusal;
}

struct delivery_counts delivery_counts(const struct delivery *delivery)
{
    return delivery->counts;
}
