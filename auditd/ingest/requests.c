/* What a frame of a client means. */
#include "auditd/ingest/ingest_parts.h"
#include "schema/submission.h"
#include "schema/time.h"

#include <time.h>

/* Answers --------------------------------------------------------------------------------- */

size_t answer_begin(struct ingest *ingest, uint8_t kind, uint32_t id)
{
    text_clear(&ingest->answer);
    return frame_begin(&ingest->answer, kind, id);
}

void answer_end(struct ingest *ingest, struct client *client, size_t start)
{
    frame_end(&ingest->answer, start);
    if (!ingest->answer.full) {
        client_send(ingest, client, text_bytes(&ingest->answer));
    }
}

void answer_receipt(struct ingest *ingest, struct client *client, uint32_t id, struct status status,
                    uint64_t count)
{
    size_t start = answer_begin(ingest, MESSAGE_RECEIPT, id);
    wire_put_receipt(&ingest->answer, status, false, 0, count);
    answer_end(ingest, client, start);
}

static void refuse(struct ingest *ingest, struct client *client, uint32_t id, struct status status)
{
    ingest_add(ingest, COUNTER_REQUESTS_REFUSED_TOTAL, 1);
    answer_receipt(ingest, client, id, status, 0);
}

/* Greeting -------------------------------------------------------------------------------- */

static void welcome(struct ingest *ingest, struct client *client)
{
    client->wants_welcome = false;
    size_t start = answer_begin(ingest, MESSAGE_WELCOME, client->hello_id);
    wire_put_u32(&ingest->answer, WIRE_VERSION);
    wire_put_string(&ingest->answer, ingest->origin);
    wire_put_u64(&ingest->answer, ingest->log_size);
    answer_end(ingest, client, start);
}

void requests_welcome(struct ingest *ingest)
{
    for (size_t i = 0; i < ingest->client_top; i++) {
        struct client *client = &ingest->clients[i];
        if (client->channel != NULL && client->wants_welcome) {
            welcome(ingest, client);
        }
    }
}

static void greet(struct ingest *ingest, struct client *client, const struct frame *frame)
{
    struct wire_reader reader = wire_read(frame->payload);
    uint32_t version = wire_get_u32(&reader);
    (void)wire_get_bytes(&reader, WIRE_NAME_MAX);
    if (failed(wire_end(&reader)) || client->greeted) {
        client_fault(ingest, client, frame->id, "a connection begins with one HELLO");
        return;
    }
    if (version != WIRE_VERSION) {
        client_fault(ingest, client, frame->id, "this daemon speaks version 1 of the messages");
        return;
    }
    client->greeted = client->wants_welcome = true;
    client->hello_id = frame->id;
    if (ingest->origin[0] != '\0') {
        welcome(ingest, client);
    }
}

/* Submissions ----------------------------------------------------------------------------- */

static struct bucket *user_bucket(struct ingest *ingest, uint32_t uid, uint64_t now_us)
{
    const struct settings *settings = ingest->settings;
    struct quota *spare = NULL;
    for (size_t i = 0; i < QUOTA_USERS_MAX; i++) {
        struct quota *quota = &ingest->users[i];
        if (quota->used && quota->uid == uid) {
            return &quota->bucket;
        }
        if (spare == NULL && !quota->used) {
            spare = quota;
        }
    }
    spare = spare == NULL ? &ingest->users[uid % QUOTA_USERS_MAX] : spare;
    *spare =
        (struct quota){.uid = uid,
                       .used = true,
                       .bucket = bucket_of(settings->limits_rate, settings->limits_burst, now_us)};
    return &spare->bucket;
}

/* An emitter with a rate of its own has that; others share that of their user. */
static bool is_within_quota(struct ingest *ingest, const struct client *client,
                            const struct submission *submission)
{
    const struct settings *settings = ingest->settings;
    const struct settings_emitter *emitter = settings_find_emitter(settings, submission->emitter);
    uint64_t now_us = wire_now_us();
    if (emitter != NULL && emitter->rate > 0) {
        return bucket_take(&ingest->emitters[emitter - settings->emitters], submission->count,
                           now_us);
    }
    return settings->limits_rate == 0 ||
           bucket_take(user_bucket(ingest, client->peer.uid, now_us), submission->count, now_us);
}

static uint64_t utc_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * TIME_SECOND_US + (uint64_t)now.tv_nsec / 1000;
}

static struct status check_submission(struct ingest *ingest, const struct client *client,
                                      struct bytes bytes, struct submission *out)
{
    TRY(submission_decode(bytes, out));
    TRY(rights_of_emitter(&ingest->rights, &client->peer, out->emitter));
    if (!is_within_quota(ingest, client, out)) {
        dropped_count(&ingest->dropped, out->emitter, DROP_QUOTA, out->count, utc_now());
        ingest_add(ingest, COUNTER_EVENTS_DROPPED_TOTAL, out->count);
        return FAIL_BECAUSE(LIMIT, ingest->settings->limits_rate,
                            "over the quota: wait, and retry");
    }
    return OK;
}

static struct status keep_submission(struct ingest *ingest, struct client *client,
                                     const struct frame *frame, const struct submission *submission,
                                     bool queued)
{
    struct kept_item *item;
    TRY(upstream_keep(ingest, client, frame, &item));
    kept_count_events(ingest->kept, item, submission->count);
    memcpy(item->emitter, submission->emitter.data, submission->emitter.size);
    item->queued = queued;
    if (queued) {
        item->who.serial = 0;
        answer_receipt(ingest, client, frame->id, OK, submission->count);
    } else {
        client->in_flight++;
    }
    return OK;
}

static void submit(struct ingest *ingest, struct client *client, const struct frame *frame)
{
    struct submission submission;
    struct wire_reader reader = wire_read(frame->payload);
    uint8_t level = wire_get_u8(&reader);
    struct bytes bytes = wire_get_bytes(&reader, SUBMISSION_MAX);
    if (failed(wire_end(&reader)) || (level != WIRE_QUEUED && level != WIRE_DURABLE)) {
        client_fault(ingest, client, frame->id, "a submission has a level and its bytes");
        return;
    }
    struct status status = check_submission(ingest, client, bytes, &submission);
    status = failed(status)
                 ? status
                 : keep_submission(ingest, client, frame, &submission, level == WIRE_QUEUED);
    if (failed(status)) {
        refuse(ingest, client, frame->id, status);
    } else {
        ingest_add(ingest, COUNTER_SUBMISSIONS_TOTAL, 1);
    }
}

/* Others ---------------------------------------------------------------------------------- */

/* The answer to commands that are not even looked at. */
static void refuse_commands(struct ingest *ingest, struct client *client, uint32_t id,
                            struct status status)
{
    ingest_add(ingest, COUNTER_REQUESTS_REFUSED_TOTAL, 1);
    size_t start = answer_begin(ingest, MESSAGE_VERDICTS, id);
    wire_put_status(&ingest->answer, status);
    wire_put_u16(&ingest->answer, 0);
    answer_end(ingest, client, start);
}

static void pass_on(struct ingest *ingest, struct client *client, const struct frame *frame)
{
    struct kept_item *item;
    struct status status = frame->kind == MESSAGE_HEAD || frame->kind == MESSAGE_STATUS
                               ? OK
                               : rights_of_operator(&ingest->rights, &client->peer);
    status = failed(status) ? status : upstream_keep(ingest, client, frame, &item);
    if (!failed(status)) {
        client->in_flight++;
    } else if (frame->kind == MESSAGE_COMMANDS) {
        refuse_commands(ingest, client, frame->id, status);
    } else {
        refuse(ingest, client, frame->id, status);
    }
}

void request_take(struct ingest *ingest, struct client *client, const struct frame *frame)
{
    ingest_add(ingest, COUNTER_REQUESTS_TOTAL, 1);
    if (frame->kind == MESSAGE_HELLO) {
        greet(ingest, client, frame);
        return;
    }
    if (!client->greeted) {
        client_fault(ingest, client, frame->id, "a connection begins with HELLO");
        return;
    }
    switch (frame->kind) {
    case MESSAGE_SUBMIT:
        submit(ingest, client, frame);
        return;
    case MESSAGE_HEAD:
    case MESSAGE_STATUS:
    case MESSAGE_COMMANDS:
    case MESSAGE_NOTE:
        pass_on(ingest, client, frame);
        return;
    default:
        client_fault(ingest, client, frame->id, "there is no such request");
    }
}
