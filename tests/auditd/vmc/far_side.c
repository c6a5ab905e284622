#include "tests/auditd/vmc/far_side.h"

#include "schema/submission.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    PAYLOAD_MAX = 80 << 10,
};

/* Opening --------------------------------------------------------------------------------- */

static struct status connect_channel(struct far_side *far, int fd)
{
    const struct channel_limits limits = {.frame = VMC_FRAME_MAX, .waiting = 4 << 20};
    channel_close(&far->channel);
    key_random(far->greeting.nonce, sizeof far->greeting.nonce);
    return channel_open(fd, limits, &far->channel);
}

static void name_all(struct far_side *far)
{
    (void)snprintf(far->vm_text, sizeof far->vm_text, "vm:%" PRIu64, far->vm.n);
    (void)snprintf(far->name, sizeof far->name, "vmc-%" PRIu64 "-%" PRIu64, far->vm.n, far->run);
    (void)snprintf(far->owner_text, sizeof far->owner_text, "user:%" PRIu64, far->owner.n);
    far->greeting = (struct vmc_greeting){.version = VMC_VERSION,
                                          .vm = bytes_of_string(far->vm_text),
                                          .run = far->run,
                                          .origin = LITERAL(FAR_ORIGIN),
                                          .name = bytes_of_string(far->name)};
}

struct status far_open(int fd, struct id vm, uint64_t run, const struct secret_key *owner_key,
                       struct far_side *out)
{
    memset(out, 0, sizeof *out);
    out->vm = vm;
    out->run = run;
    out->n = run;
    out->owner = (struct id){ID_USER, 12};
    out->owner_key = owner_key;
    out->events = TEXT_IN(out->events_memory);
    out->answers = TEXT_IN(out->answers_memory);
    name_all(out);
    TRY(hasher_open(&out->hasher));
    TRY(connect_channel(out, fd));
    return far_greet(out);
}

struct status far_reconnect(struct far_side *far, int fd)
{
    TRY(connect_channel(far, fd));
    far->is_ready = false;
    return far_greet(far);
}

void far_close(struct far_side *far)
{
    visit_close(&far->visit);
    channel_close(&far->channel);
    hasher_close(&far->hasher);
}

/* Sending --------------------------------------------------------------------------------- */

struct status far_send(struct far_side *far, enum vmc_message kind, uint32_t id,
                       struct bytes payload)
{
    char memory[PAYLOAD_MAX];
    struct text frame = TEXT_IN(memory);
    size_t start = frame_begin(&frame, (uint8_t)kind, id);
    text_put_bytes(&frame, payload);
    frame_end(&frame, start);
    return frame.full ? FAIL(LIMIT, PAYLOAD_MAX)
                      : channel_send(far->channel, text_bytes(&frame), -1);
}

struct status far_greet(struct far_side *far)
{
    char memory[1024];
    struct text payload = TEXT_IN(memory);
    vmc_put_greeting(&payload, &far->greeting);
    return far_send(far, VMC_GREETING, 0, text_bytes(&payload));
}

static struct status welcome(struct far_side *far)
{
    char memory[2048], key_memory[VMC_KEY_TEXT_MAX];
    struct text payload = TEXT_IN(memory), key = TEXT_IN(key_memory);
    public_key_write(secret_key_public(far->owner_key), &key);
    const struct vmc_welcome welcome = {.owner = bytes_of_string(far->owner_text),
                                        .owner_key = text_bytes(&key),
                                        .chain = far->head.chain,
                                        .emitter_n = far->head.emitter_n};
    vmc_put_welcome(&payload, &welcome);
    far->is_ready = true;
    return far_send(far, VMC_WELCOME, 0, text_bytes(&payload));
}

static struct status sign(const struct far_side *far, const struct far_fact *fact, struct text *out)
{
    char memory[8 << 10];
    struct text fields = TEXT_IN(memory);
    command_fields_encode(fact->command, fact->fields, &fields);
    struct command_record record = {.actor = fact->key == NULL ? far->owner : fact->actor,
                                    .kind = fact->command,
                                    .fields = text_bytes(&fields),
                                    .origin = LITERAL(FAR_ORIGIN),
                                    .session = {ID_SESSION, 5},
                                    .t_utc_us = 1700000000000000};
    key_random(record.nonce, sizeof record.nonce);
    return command_record_sign(&record, fact->key == NULL ? far->owner_key : fact->key, out);
}

struct status far_say(struct far_side *far, const struct far_fact *fact)
{
    char memory[PAYLOAD_MAX], body_memory[16 << 10], subject_memory[32];
    static char command_memory[COMMAND_MAX + 1];
    struct text payload = TEXT_IN(memory), body = TEXT_IN(body_memory),
                subject = TEXT_IN(subject_memory), command = TEXT_IN(command_memory);
    event_body_encode(fact->kind, fact->body, &body);
    id_write(&subject, fact->subject);
    TRY(fact->is_signed ? sign(far, fact, &command) : OK);
    const struct vmc_fact said = {.n = ++far->n,
                                  .kind = bytes_of_string(event_name(fact->kind)),
                                  .subject = text_bytes(&subject),
                                  .body = text_bytes(&body),
                                  .command = text_bytes(&command)};
    vmc_put_fact(&payload, &said);
    return far_send(far, VMC_FACT, 0, text_bytes(&payload));
}

/* Hello ----------------------------------------------------------------------------------- */

static struct status take_hello(struct far_side *far, struct bytes payload)
{
    char memory[2048];
    struct text said = TEXT_IN(memory);
    struct vmc_hello hello;
    struct public_key key;
    TRY(vmc_get_hello(payload, &hello));
    TRY(public_key_read(hello.key, &key));
    vmc_hello_message(&said, &far->greeting, &hello);
    TRY(public_key_verify(&key, text_bytes(&said), hello.signature));
    if (far->has_key && memcmp(key.data, far->key.data, key.size) != 0) {
        return FAIL_BECAUSE(CONFLICT, 0, "the controller has another key in the same run");
    }
    if (strcmp(key.name, far->name) != 0) {
        return FAIL_BECAUSE(MALFORMED, 0, "the key has another name than the emitter");
    }
    TRY(receive_key_read(BYTES(hello.receive_key), &far->receive_key));
    if (!far->has_key) {
        far->head.chain =
            hash_emitter_start(far->hasher, LITERAL(FAR_ORIGIN), bytes_of_string(far->name));
    }
    far->has_key = true;
    far->key = key;
    far->hellos++;
    far->wanted_after = hello.applied;
    far->n = hello.applied > far->n ? hello.applied : far->n;
    return welcome(far);
}

/* Submissions ----------------------------------------------------------------------------- */

static void add_line(struct far_side *far, const struct leaf *leaf, struct bytes body)
{
    text_put_string(&far->events, event_name(leaf->kind));
    text_put_char(&far->events, ' ');
    text_put_bytes(&far->events, body);
    text_put_char(&far->events, '\n');
}

static struct status check_event(struct far_side *far, struct submission_event event,
                                 struct emitter_head *head)
{
    struct leaf leaf;
    union event_body decoded;
    struct arena arena = ARENA_IN(far->arena_memory);
    struct bytes salt = bytes_of(event.body.data, SALT_SIZE);
    struct bytes body = bytes_of(event.body.data + SALT_SIZE, event.body.size - SALT_SIZE);
    TRY(leaf_decode_statement(event.statement, &leaf));
    struct digest commitment = hash_body(far->hasher, salt, body);
    if (!digest_equal(&commitment, &leaf.body) || leaf.emitter_n != head->emitter_n + 1 ||
        !bytes_equal(leaf.emitter, bytes_of_string(far->name))) {
        return FAIL_BECAUSE(MALFORMED, leaf.emitter_n, "an event is not what it should be");
    }
    TRY(event_body_decode(leaf.kind, body, &arena, &decoded));
    head->chain = hash_emitter_link(far->hasher, &head->chain, event.statement);
    head->emitter_n++;
    add_line(far, &leaf, body);
    return OK;
}

static struct status check_submission(struct far_side *far, struct bytes bytes, bool *already)
{
    struct submission submission;
    TRY(submission_decode(bytes, &submission));
    struct emitter_head head = far->head;
    *already = submission.first_n + submission.count - 1 <= head.emitter_n;
    if (*already) {
        return OK;
    }
    for (uint32_t i = 0; i < submission.count; i++) {
        TRY(check_event(far, submission_next(&submission.events), &head));
    }
    TRY(public_key_verify(&far->key, BYTES(head.chain.sha256), submission.signature));
    far->head = head;
    return OK;
}

static struct status take_submission(struct far_side *far, const struct frame *frame)
{
    char memory[512];
    struct text payload = TEXT_IN(memory);
    struct wire_reader reader = wire_read(frame->payload);
    struct bytes submission = wire_get_bytes(&reader, VMC_SUBMISSION_MAX);
    bool already = false;
    TRY(wire_end(&reader));
    struct status status =
        far->refuses ? FAIL(GAP, 1) : check_submission(far, submission, &already);
    TRY(far->refuses ? OK : status);
    wire_put_receipt(&payload, status, already, 0, 1);
    return far_send(far, VMC_RECEIPT, frame->id, text_bytes(&payload));
}

static struct status tell_head(struct far_side *far)
{
    char memory[256];
    struct text payload = TEXT_IN(memory);
    wire_put_head(&payload, &(struct wire_head){.emitter = bytes_of_string(far->name),
                                                .chain = far->head.chain,
                                                .emitter_n = far->head.emitter_n});
    return far_send(far, VMC_HEAD_IS, 0, text_bytes(&payload));
}

/* The visit ------------------------------------------------------------------------------- */

static struct status send_visit(struct far_side *far)
{
    char memory[VMC_DATA_MAX + 64];
    for (;;) {
        struct text payload = TEXT_IN(memory);
        struct bytes out = visit_outgoing(far->visit);
        out.size = out.size > VMC_DATA_MAX ? VMC_DATA_MAX : out.size;
        if (out.size == 0) {
            return OK;
        }
        vmc_put_user(&payload, &(struct vmc_user){.connection = far->connection, .bytes = out});
        TRY(far_send(far, VMC_USER_DATA, 0, text_bytes(&payload)));
        visit_sent(far->visit, out.size);
    }
}

struct status far_visit(struct far_side *far, struct id user, const struct secret_key *key)
{
    char memory[128];
    struct text payload = TEXT_IN(memory);
    const struct visit_place place = {
        .origin = LITERAL(FAR_ORIGIN), .vm = far->vm, .run = far->run};
    const struct visit_caller caller = {.user = user, .key = key, .controller = &far->key};
    visit_close(&far->visit);
    far->is_closed = far->is_done = false;
    far->connection++;
    vmc_put_user(&payload,
                 &(struct vmc_user){.connection = far->connection, .bytes = LITERAL("10.0.0.7")});
    TRY(far_send(far, VMC_USER_OPEN, 0, text_bytes(&payload)));
    TRY(visit_call(&place, &caller, &far->visit));
    return send_visit(far);
}

struct status far_ask(struct far_side *far, const struct errand *errand)
{
    char memory[ERRAND_SIZE_MAX];
    struct text message = TEXT_IN(memory);
    errand_put(&message, errand);
    text_clear(&far->answers);
    far->is_done = false;
    TRY(visit_say(far->visit, text_bytes(&message)));
    return send_visit(far);
}

void far_leave(struct far_side *far)
{
    char memory[64];
    struct text payload = TEXT_IN(memory);
    vmc_put_user(&payload, &(struct vmc_user){.connection = far->connection});
    (void)failed(far_send(far, VMC_USER_CLOSE, 0, text_bytes(&payload)));
    visit_close(&far->visit);
}

static void keep_done(struct far_side *far, const struct reply *answer)
{
    struct text code = TEXT_IN(far->done_code), why = TEXT_IN(far->done_why);
    text_put_bytes(&code, answer->done.code);
    text_put_bytes(&why, answer->done.why);
    (void)text_string(&code);
    (void)text_string(&why);
    far->is_done = true;
}

static struct status take_message(struct far_side *far, struct bytes message)
{
    struct reply answer;
    TRY(reply_get(message, &answer));
    switch (answer.kind) {
    case REPLY_STEP:
        text_add(&far->answers, "step %.*s\n", (int)answer.step.size, answer.step.data);
        break;
    case REPLY_DRIVE:
        text_add(&far->answers, "drive %" PRIu64 " %" PRIu64 " %s %s %.*s\n", answer.drive.drive,
                 answer.drive.size, reply_drive_state_name(answer.drive.state),
                 answer.drive.read_only ? "ro" : "rw", (int)answer.drive.path.size,
                 answer.drive.path.data);
        break;
    case REPLY_STATUS:
        text_add(&far->answers, "status applied %" PRIu64 " users %u directories %u drives %u\n",
                 answer.status.applied, answer.status.users, answer.status.directories,
                 answer.status.drives);
        break;
    case REPLY_DONE:
        keep_done(far, &answer);
        break;
    }
    return OK;
}

static struct status take_data(struct far_side *far, struct bytes payload)
{
    struct vmc_user user;
    struct bytes message;
    bool whole = true;
    TRY(vmc_get_user(payload, &user));
    if (far->visit == NULL || user.connection != far->connection) {
        return OK;
    }
    TRY(visit_receive(far->visit, user.bytes));
    while (whole) {
        struct status status = visit_next(far->visit, &message, &whole);
        if (failed(status)) {
            far->is_closed = true;
            return OK;
        }
        TRY(whole ? take_message(far, message) : OK);
    }
    return send_visit(far);
}

/* Turning --------------------------------------------------------------------------------- */

static struct status take_frame(struct far_side *far, const struct frame *frame)
{
    struct wire_reader reader = wire_read(frame->payload);
    switch (frame->kind) {
    case VMC_KNOCK:
        far->knocks++;
        return far_greet(far);
    case VMC_HELLO:
        return take_hello(far, frame->payload);
    case VMC_APPLIED:
        far->applied = wire_get_u64(&reader);
        return wire_end(&reader);
    case VMC_SUBMIT:
        return take_submission(far, frame);
    case VMC_HEAD:
        return tell_head(far);
    case VMC_USER_DATA:
        return take_data(far, frame->payload);
    case VMC_USER_CLOSE:
        far->is_closed = true;
        return OK;
    default:
        return FAIL_BECAUSE(MALFORMED, frame->kind, "a controller says no such thing");
    }
}

struct status far_turn(struct far_side *far)
{
    struct frame frame;
    bool whole = true;
    TRY(channel_flush(far->channel));
    struct status received = channel_receive(far->channel);
    while (true) {
        TRY(channel_next(far->channel, &frame, &whole));
        if (!whole) {
            return received;
        }
        TRY(take_frame(far, &frame));
    }
}
