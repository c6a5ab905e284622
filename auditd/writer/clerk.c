#include "auditd/counters.h"
#include "auditd/writer/clerk_parts.h"
#include "auditd/writer/critical.h"

#include <assert.h>
#include <stdlib.h>

enum {
    STATUS_MAX = 64 << 10, /* bytes of what the daemon says of itself */
};

/* Life ------------------------------------------------------------------------------------ */

static struct status allocate(struct clerk *clerk)
{
    clerk->records.capacity = CLERK_COMMAND_BYTES;
    clerk->records.data = malloc(clerk->records.capacity);
    clerk->answer.capacity = CLERK_ANSWER_MAX;
    clerk->answer.data = malloc(clerk->answer.capacity);
    clerk->note_memory = malloc(CLERK_NOTE_MEMORY);
    return clerk->records.data == NULL || clerk->answer.data == NULL || clerk->note_memory == NULL
               ? FAIL(NO_MEMORY, CLERK_COMMAND_BYTES)
               : notes_open(clerk->options.engine, &clerk->notes);
}

struct status clerk_open(const struct clerk_options *options, struct clerk **out)
{
    CLEANUP(clerk_close) struct clerk *clerk = calloc(1, sizeof *clerk);
    if (clerk == NULL) {
        return FAIL(NO_MEMORY, sizeof *clerk);
    }
    clerk->options = *options;
    TRY(allocate(clerk));
    for (size_t i = 0; i < CLERK_PENDING_MAX; i++) {
        clerk->pending[i].clerk = clerk;
        clerk->pending[i].next = clerk->unused;
        clerk->unused = &clerk->pending[i];
    }
    *out = clerk;
    clerk = NULL;
    return OK;
}

void clerk_close(struct clerk **clerk)
{
    if (*clerk != NULL) {
        free((*clerk)->records.data);
        free((*clerk)->answer.data);
        free((*clerk)->note_memory);
        notes_close(&(*clerk)->notes);
        free(*clerk);
        *clerk = NULL;
    }
}

void clerk_set_room(struct clerk *clerk, const struct clerk_room *room)
{
    clerk->room = *room;
}

/* Answers --------------------------------------------------------------------------------- */

size_t clerk_answer_begin(struct clerk *clerk, uint8_t kind, struct clerk_to to)
{
    text_clear(&clerk->answer);
    return frame_begin(&clerk->answer, kind, to.id);
}

void clerk_answer_end(struct clerk *clerk, struct clerk_to to, size_t start)
{
    frame_end(&clerk->answer, start);
    assert(!clerk->answer.full);
    clerk->options.send(clerk->options.context, to.route, text_bytes(&clerk->answer));
}

static void send_receipt(struct clerk *clerk, struct clerk_to to, const struct receipt *receipt)
{
    size_t start = clerk_answer_begin(clerk, MESSAGE_RECEIPT, to);
    wire_put_receipt(&clerk->answer, receipt->status, receipt->already, receipt->first,
                     receipt->count);
    clerk_answer_end(clerk, to, start);
}

void clerk_receipt(struct clerk *clerk, struct clerk_to to, struct status status)
{
    send_receipt(clerk, to, &(struct receipt){.status = status});
}

struct status clerk_check_room(const struct clerk *clerk, bool critical)
{
    if (clerk->room.mode == DAEMON_MODE_CLOSED) {
        return FAIL_BECAUSE(FULL, clerk->room.used, "nothing is taken until there is room");
    }
    if (clerk->room.mode == DAEMON_MODE_EMERGENCY && !critical) {
        return FAIL_BECAUSE(FULL, clerk->room.used,
                            "only what is critical to security is taken until there is room");
    }
    return OK;
}

/* Submissions ----------------------------------------------------------------------------- */

static void acknowledge(void *context, const struct receipt *receipt)
{
    struct pending *pending = context;
    struct clerk *clerk = pending->clerk;
    send_receipt(clerk, pending->to, receipt);
    pending->next = clerk->unused;
    clerk->unused = pending;
    clerk->pending_count--;
}

static bool is_own_voice(struct bytes emitter)
{
    for (unsigned voice = 0; voice < VOICE_COUNT; voice++) {
        if (bytes_equal(emitter, bytes_of_string(engine_voice_name((enum engine_voice)voice)))) {
            return true;
        }
    }
    return false;
}

static struct status check_submission(const struct clerk *clerk, struct bytes bytes)
{
    struct submission submission;
    TRY(submission_decode(bytes, &submission));
    if (is_own_voice(submission.emitter)) {
        return FAIL_BECAUSE(KEY, 0, "this emitter speaks within the writer only");
    }
    bool emergency = clerk->room.mode >= DAEMON_MODE_EMERGENCY;
    return clerk_check_room(clerk, emergency && critical_submission(&submission));
}

static struct status take_submission(struct clerk *clerk, const struct clerk_request *request)
{
    struct wire_reader reader = wire_read(request->payload);
    (void)wire_get_u8(&reader); /* the level is between the client and who forwards */
    struct bytes submission = wire_get_bytes(&reader, SUBMISSION_MAX);
    struct status status = wire_end(&reader);
    status = failed(status) ? status : check_submission(clerk, submission);
    if (failed(status)) {
        clerk_receipt(clerk, request->to, status);
        return OK;
    }
    if (clerk->unused == NULL) {
        TRY(engine_flush(clerk->options.engine));
    }
    struct pending *pending = clerk->unused;
    assert(pending != NULL);
    clerk->unused = pending->next;
    clerk->pending_count++;
    pending->to = request->to;
    return engine_submit(clerk->options.engine, submission, acknowledge, pending);
}

/* Looking --------------------------------------------------------------------------------- */

static struct status read_head(struct clerk *clerk, struct bytes emitter, struct emitter_head *out)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    *out = (struct emitter_head){.emitter_n = 0};
    TRY(log_snapshot_open(engine_log(clerk->options.engine), &snapshot));
    struct status status = log_read_emitter(snapshot, emitter, out);
    return status.code == STATUS_NOT_FOUND ? OK : status;
}

/* Where an emitter stands, with all of its that is on the way. */
static struct status answer_head(struct clerk *clerk, const struct clerk_request *request)
{
    struct wire_reader reader = wire_read(request->payload);
    struct wire_head head = {.emitter = wire_get_bytes(&reader, NAME_MAX_SIZE)};
    struct status status = wire_end(&reader);
    struct emitter_head found;
    if (failed(status)) {
        clerk_receipt(clerk, request->to, status);
        return OK;
    }
    if (clerk->pending_count > 0) {
        TRY(engine_flush(clerk->options.engine));
    }
    TRY(read_head(clerk, head.emitter, &found));
    head.chain = found.chain;
    head.emitter_n = found.emitter_n;
    size_t start = clerk_answer_begin(clerk, MESSAGE_HEAD_IS, request->to);
    wire_put_head(&clerk->answer, &head);
    clerk_answer_end(clerk, request->to, start);
    return OK;
}

static void answer_hello(struct clerk *clerk, struct clerk_to to)
{
    struct log *log = engine_log(clerk->options.engine);
    size_t start = clerk_answer_begin(clerk, MESSAGE_WELCOME, to);
    wire_put_u32(&clerk->answer, WIRE_VERSION);
    wire_put_string(&clerk->answer, log_origin(log));
    wire_put_u64(&clerk->answer, log_head_of(log)->size);
    clerk_answer_end(clerk, to, start);
}

static void answer_status(struct clerk *clerk, struct clerk_to to)
{
    char memory[STATUS_MAX];
    struct text json = TEXT_IN(memory);
    const struct clerk_room *room = &clerk->room;
    struct log *log = engine_log(clerk->options.engine);
    text_put_char(&json, '{');
    if (clerk->options.pages != NULL) {
        text_put_literal(&json, "\"daemon\":");
        counters_write_json(clerk->options.pages, &json);
        text_put_char(&json, ',');
    }
    text_put_literal(&json, "\"free\":");
    text_put_u64(&json, room->free);
    text_add(&json, ",\"mode\":\"%s\",\"size\":", daemon_mode_name(room->mode));
    text_put_u64(&json, log_head_of(log)->size);
    text_put_literal(&json, ",\"total\":");
    text_put_u64(&json, room->total);
    text_put_literal(&json, ",\"unsettled\":");
    text_put_u64(&json, log_head_of(log)->size - clerk->settled_size);
    text_put_literal(&json, ",\"used\":");
    text_put_u64(&json, room->used);
    text_put_literal(&json, "}");
    size_t start = clerk_answer_begin(clerk, MESSAGE_STATUS_IS, to);
    wire_put_bytes(&clerk->answer, text_bytes(&json));
    clerk_answer_end(clerk, to, start);
}

/* Requests -------------------------------------------------------------------------------- */

static struct status refuse_request(struct clerk *clerk, const struct clerk_request *request)
{
    clerk_receipt(clerk, request->to,
                  FAIL_BECAUSE(MALFORMED, request->kind, "the writer has no such request"));
    return OK;
}

static struct status take_request(struct clerk *clerk, const struct clerk_request *request)
{
    switch (request->kind) {
    case MESSAGE_SUBMIT:
        return take_submission(clerk, request);
    case MESSAGE_COMMANDS:
        return clerk_take_commands(clerk, request);
    case MESSAGE_NOTE:
        return clerk_take_note(clerk, request);
    case MESSAGE_DROPPED:
        return request->forwarded ? refuse_request(clerk, request)
                                  : clerk_take_dropped(clerk, request);
    case MESSAGE_HEAD:
        return answer_head(clerk, request);
    case MESSAGE_STATUS:
        answer_status(clerk, request->to);
        return OK;
    case MESSAGE_HELLO:
        answer_hello(clerk, request->to);
        return OK;
    default:
        return refuse_request(clerk, request);
    }
}

struct status clerk_take(struct clerk *clerk, uint32_t route, const struct frame *frame)
{
    struct clerk_request request = {.to = {.route = route, .id = frame->id},
                                    .peer = {.uid = UINT32_MAX, .gid = UINT32_MAX},
                                    .kind = frame->kind,
                                    .payload = frame->payload};
    TRY(engine_failure(clerk->options.engine));
    if (frame->kind == MESSAGE_FORWARDED) {
        struct wire_reader reader = wire_read(frame->payload);
        wire_get_peer(&reader, &request.peer);
        request.kind = wire_get_u8(&reader);
        request.payload = wire_get_bytes(&reader, MESSAGE_MAX);
        request.forwarded = true;
        struct status status = wire_end(&reader);
        if (failed(status)) {
            clerk_receipt(clerk, request.to, status);
            return OK;
        }
    }
    return take_request(clerk, &request);
}

/* Together -------------------------------------------------------------------------------- */

size_t clerk_gathered(const struct clerk *clerk)
{
    return clerk->pending_count + clerk->request_count + clerk->noted_count + (clerk->said ? 1 : 0);
}

struct status clerk_flush(struct clerk *clerk)
{
    if (clerk->pending_count > 0 || clerk->said || clerk->noted_count > 0) {
        clerk->said = false;
        TRY(engine_flush(clerk->options.engine));
    }
    TRY(clerk_do_commands(clerk));
    return clerk_end_notes(clerk);
}

bool clerk_is_unsettled(const struct clerk *clerk)
{
    return log_head_of(engine_log(clerk->options.engine))->size > clerk->settled_size;
}

struct status clerk_settle(struct clerk *clerk)
{
    TRY(engine_settle(clerk->options.engine));
    clerk->settled_size = log_head_of(engine_log(clerk->options.engine))->size;
    return OK;
}

struct status clerk_say(struct clerk *clerk, enum event_kind kind, struct id on,
                        const union event_body *body)
{
    clerk->said = true;
    return engine_say(clerk->options.engine, VOICE_AUDIT,
                      &(struct draft){.kind = kind, .on = {on}, .on_count = 1, .body = body});
}
