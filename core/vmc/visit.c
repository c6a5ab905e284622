#include "core/vmc/visit.h"

#include "schema/wire/wire.h"
#include "store/hash.h"

#include <assert.h>
#include <stdlib.h>

enum visit_frame {
    FRAME_CALL = 1, /* u32 version, bytes public key, bytes nonce */
    FRAME_ANSWER,   /* bytes public key, bytes nonce, bytes signature */
    FRAME_RECORD,   /* a record of the stream */
    FRAME_REFUSAL,  /* bytes why: before there is a stream */
};

enum visit_phase {
    PHASE_CALLED,  /* waits for FRAME_ANSWER */
    PHASE_WAITING, /* for FRAME_CALL */
    PHASE_NAMING,  /* for the user's name and signature */
    PHASE_NAMED,   /* for the controller's word */
    PHASE_OPEN,
    PHASE_OVER,
};

enum record_kind {
    RECORD_NAME = 1, /* bytes id, bytes signature */
    RECORD_ACCEPTED,
    RECORD_MESSAGE, /* the rest */
    RECORD_REFUSED, /* bytes why: the last one */
};

enum {
    FRAME_MAX = VISIT_MESSAGE_MAX + STREAM_HEAD + STREAM_EXTRA + 64,
    BUFFER_SIZE = 2 * FRAME_MAX,
    ID_TEXT_MAX = 64,
    SAID_MAX = 1024, /* bytes of what is signed */
};

struct visit {
    enum visit_phase phase;
    struct visit_caller caller;
    struct visit_answerer answerer;
    char origin[ORIGIN_MAX + 1];
    struct id vm;
    uint64_t run;
    struct id user;
    struct secret_bytes *own;
    struct receive_key own_half, other_half;
    uint8_t own_nonce[VISIT_NONCE_SIZE], other_nonce[VISIT_NONCE_SIZE];
    struct digest said; /* what the controller has signed, hashed */
    struct signature controller_signature;
    struct stream *stream;
    struct hasher *hasher;
    size_t taken; /* bytes of `in` that are lent, or done with */
    struct text in, out, plain;
    struct text refusal;
    char in_memory[BUFFER_SIZE + 1], out_memory[BUFFER_SIZE + 1];
    char plain_memory[VISIT_MESSAGE_MAX + 64];
    char refusal_memory[VISIT_WHY_MAX + 1];
};

/* Opening --------------------------------------------------------------------------------- */

static struct status open_end(const struct visit_place *place, struct visit **out)
{
    CLEANUP(visit_close) struct visit *visit = calloc(1, sizeof *visit);
    if (visit == NULL) {
        return FAIL(NO_MEMORY, sizeof *visit);
    }
    if (place->origin.size > ORIGIN_MAX) {
        return FAIL(LIMIT, ORIGIN_MAX);
    }
    memcpy(visit->origin, place->origin.data, place->origin.size);
    visit->vm = place->vm;
    visit->run = place->run;
    visit->in = TEXT_IN(visit->in_memory);
    visit->out = TEXT_IN(visit->out_memory);
    visit->plain = TEXT_IN(visit->plain_memory);
    visit->refusal = TEXT_IN(visit->refusal_memory);
    TRY(hasher_open(&visit->hasher));
    TRY(secret_bytes_make(&visit->own));
    visit->own_half = receive_key_of(visit->own);
    key_random(visit->own_nonce, sizeof visit->own_nonce);
    *out = visit;
    visit = NULL;
    return OK;
}

static void put_half(const struct visit *visit, struct text *out)
{
    wire_put_bytes(out, BYTES(visit->own_half.data));
    wire_put_bytes(out, BYTES(visit->own_nonce));
}

struct status visit_call(const struct visit_place *place, const struct visit_caller *caller,
                         struct visit **out)
{
    TRY(open_end(place, out));
    struct visit *visit = *out;
    visit->caller = *caller;
    visit->user = caller->user;
    visit->phase = PHASE_CALLED;
    size_t start = frame_begin(&visit->out, FRAME_CALL, 0);
    wire_put_u32(&visit->out, VISIT_VERSION);
    put_half(visit, &visit->out);
    frame_end(&visit->out, start);
    return OK;
}

struct status visit_answer(const struct visit_place *place, const struct visit_answerer *answerer,
                           struct visit **out)
{
    TRY(open_end(place, out));
    (*out)->answerer = *answerer;
    (*out)->phase = PHASE_WAITING;
    return OK;
}

void visit_close(struct visit **visit)
{
    if (*visit != NULL) {
        secret_bytes_close(&(*visit)->own);
        stream_close(&(*visit)->stream);
        hasher_close(&(*visit)->hasher);
        explicit_bzero((*visit)->plain_memory, sizeof(*visit)->plain_memory);
        free(*visit);
        *visit = NULL;
    }
}

/* What is signed -------------------------------------------------------------------------- */

static void put_said(const struct visit *visit, bool by_caller, struct text *out)
{
    bool calls = visit->caller.key != NULL;
    text_put_literal(out, "cairn-vmc-visit-v1\n");
    wire_put_u8(out, by_caller);
    wire_put_string(out, visit->origin);
    id_write(out, visit->vm);
    text_put_char(out, '\n');
    wire_put_u64(out, visit->run);
    text_put_bytes(out, BYTES((calls ? &visit->own_half : &visit->other_half)->data));
    text_put_bytes(out, calls ? BYTES(visit->own_nonce) : BYTES(visit->other_nonce));
    text_put_bytes(out, BYTES((calls ? &visit->other_half : &visit->own_half)->data));
    text_put_bytes(out, calls ? BYTES(visit->other_nonce) : BYTES(visit->own_nonce));
    if (by_caller) {
        id_write(out, visit->user);
        text_put_char(out, '\n');
        text_put_bytes(
            out, bytes_of(visit->controller_signature.data, visit->controller_signature.size));
    }
    assert(!out->full);
}

/* Both have heard both halves: the stream begins. */
static struct status begin_stream(struct visit *visit)
{
    char memory[SAID_MAX];
    struct text said = TEXT_IN(memory);
    bool calls = visit->caller.key != NULL;
    put_said(visit, false, &said);
    text_put_bytes(&said,
                   bytes_of(visit->controller_signature.data, visit->controller_signature.size));
    visit->said = hash_bytes(visit->hasher, text_bytes(&said));
    TRY(stream_open(calls ? STREAM_CALLER : STREAM_ANSWERER, visit->own, &visit->other_half,
                    &visit->said, &visit->stream));
    secret_bytes_close(&visit->own);
    return OK;
}

static struct status take_half(struct visit *visit, struct wire_reader *reader)
{
    struct bytes key = wire_get_bytes(reader, WRAP_KEY_SIZE);
    struct bytes nonce = wire_get_bytes(reader, VISIT_NONCE_SIZE);
    if (nonce.size != VISIT_NONCE_SIZE) {
        return FAIL_BECAUSE(MALFORMED, nonce.size, "a nonce is 32 bytes");
    }
    TRY(receive_key_read(key, &visit->other_half));
    memcpy(visit->other_nonce, nonce.data, nonce.size);
    return OK;
}

/* Records --------------------------------------------------------------------------------- */

static struct status put_record(struct visit *visit, struct bytes plain, bool last)
{
    size_t before = visit->out.size;
    size_t start = frame_begin(&visit->out, FRAME_RECORD, 0);
    if (visit->out.full || BUFFER_SIZE - visit->out.size < plain.size + 64) {
        visit->out.size = before;
        visit->out.full = false;
        return FAIL_BECAUSE(LIMIT, BUFFER_SIZE, "too much waits to be sent");
    }
    TRY(stream_seal(visit->stream, plain, last, &visit->out));
    frame_end(&visit->out, start);
    return OK;
}

/* Tells the other end why, and is over; the failure is handed on. */
static struct status refuse(struct visit *visit, struct status status)
{
    char memory[VISIT_WHY_MAX + 16], why_memory[VISIT_WHY_MAX];
    struct text record = TEXT_IN(memory), why = TEXT_IN(why_memory);
    bool has_stream = visit->stream != NULL;
    status_describe(status, &why);
    visit->phase = PHASE_OVER;
    if (has_stream) {
        wire_put_u8(&record, RECORD_REFUSED);
    }
    wire_put_bytes(&record, text_bytes(&why));
    if (!has_stream) {
        size_t start = frame_begin(&visit->out, FRAME_REFUSAL, 0);
        text_put_bytes(&visit->out, text_bytes(&record));
        frame_end(&visit->out, start);
        return status;
    }
    (void)failed(put_record(visit, text_bytes(&record), true));
    return status;
}

static struct status take_refusal(struct visit *visit, struct wire_reader *reader)
{
    struct bytes why = wire_get_bytes(reader, VISIT_WHY_MAX);
    TRY(wire_end(reader));
    text_put_printable(&visit->refusal, why);
    if (visit->refusal.size == 0) {
        text_put_literal(&visit->refusal, "it was refused without a reason");
    }
    visit->phase = PHASE_OVER;
    return FAIL_BECAUSE(KEY, 0, "the controller in the machine refuses");
}

/* The controller's end ---------------------------------------------------------------------- */

static struct status take_call(struct visit *visit, struct bytes payload)
{
    char memory[SAID_MAX];
    struct text said = TEXT_IN(memory);
    struct wire_reader reader = wire_read(payload);
    uint32_t version = wire_get_u32(&reader);
    TRY(take_half(visit, &reader));
    TRY(wire_end(&reader));
    if (version != VISIT_VERSION) {
        return refuse(visit, FAIL_BECAUSE(MALFORMED, version, "another version of visits"));
    }
    put_said(visit, false, &said);
    TRY(secret_key_sign(visit->answerer.key, text_bytes(&said), &visit->controller_signature));
    size_t start = frame_begin(&visit->out, FRAME_ANSWER, 0);
    put_half(visit, &visit->out);
    wire_put_bytes(&visit->out,
                   bytes_of(visit->controller_signature.data, visit->controller_signature.size));
    frame_end(&visit->out, start);
    TRY(begin_stream(visit));
    visit->phase = PHASE_NAMING;
    return OK;
}

static struct status check_name(struct visit *visit, struct wire_reader *reader)
{
    char memory[SAID_MAX];
    struct text said = TEXT_IN(memory);
    struct public_key key;
    struct bytes user = wire_get_bytes(reader, ID_TEXT_MAX);
    struct bytes signature = wire_get_bytes(reader, SIGNATURE_MAX);
    TRY(wire_end(reader));
    TRY(id_read(user, &visit->user));
    TRY(visit->answerer.who(visit->answerer.context, visit->user, &key));
    put_said(visit, true, &said);
    return public_key_verify(&key, text_bytes(&said), signature);
}

static struct status take_name(struct visit *visit, struct wire_reader *reader)
{
    static const uint8_t accepted[] = {RECORD_ACCEPTED};
    struct status status = check_name(visit, reader);
    if (failed(status)) {
        return refuse(visit, status);
    }
    visit->phase = PHASE_OPEN;
    return put_record(visit, BYTES(accepted), false);
}

/* The user's end -------------------------------------------------------------------------- */

static struct status say_name(struct visit *visit)
{
    char memory[SAID_MAX], id_memory[ID_TEXT_MAX], record_memory[SAID_MAX];
    struct text said = TEXT_IN(memory), id = TEXT_IN(id_memory), record = TEXT_IN(record_memory);
    struct signature signature;
    put_said(visit, true, &said);
    TRY(secret_key_sign(visit->caller.key, text_bytes(&said), &signature));
    id_write(&id, visit->user);
    wire_put_u8(&record, RECORD_NAME);
    wire_put_bytes(&record, text_bytes(&id));
    wire_put_bytes(&record, bytes_of(signature.data, signature.size));
    return put_record(visit, text_bytes(&record), false);
}

static struct status take_answer(struct visit *visit, struct bytes payload)
{
    char memory[SAID_MAX];
    struct text said = TEXT_IN(memory);
    struct wire_reader reader = wire_read(payload);
    TRY(take_half(visit, &reader));
    struct bytes signature = wire_get_bytes(&reader, SIGNATURE_MAX);
    TRY(wire_end(&reader));
    put_said(visit, false, &said);
    TRY(public_key_verify(visit->caller.controller, text_bytes(&said), signature));
    memcpy(visit->controller_signature.data, signature.data, signature.size);
    visit->controller_signature.size = signature.size;
    TRY(begin_stream(visit));
    visit->phase = PHASE_NAMED;
    return say_name(visit);
}

/* Going on ---------------------------------------------------------------------------------- */

static struct status take_record(struct visit *visit, struct bytes payload, struct bytes *message,
                                 bool *whole)
{
    bool last = false;
    TRY(stream_unseal(visit->stream, payload, &visit->plain, &last));
    struct wire_reader reader = wire_read(text_bytes(&visit->plain));
    uint8_t kind = wire_get_u8(&reader);
    if (kind == RECORD_MESSAGE && visit->phase == PHASE_OPEN) {
        *message = reader.rest;
        *whole = true;
        return OK;
    }
    if (kind == RECORD_NAME && visit->phase == PHASE_NAMING) {
        return take_name(visit, &reader);
    }
    if (kind == RECORD_ACCEPTED && visit->phase == PHASE_NAMED) {
        visit->phase = PHASE_OPEN;
        return wire_end(&reader);
    }
    if (kind == RECORD_REFUSED && last && visit->caller.key != NULL) {
        return take_refusal(visit, &reader);
    }
    return FAIL_BECAUSE(MALFORMED, kind, "a visit does not go on like this");
}

static struct status take_frame(struct visit *visit, const struct frame *frame,
                                struct bytes *message, bool *whole)
{
    if (frame->kind == FRAME_CALL && visit->phase == PHASE_WAITING) {
        return take_call(visit, frame->payload);
    }
    if (frame->kind == FRAME_ANSWER && visit->phase == PHASE_CALLED) {
        return take_answer(visit, frame->payload);
    }
    if (frame->kind == FRAME_RECORD && visit->stream != NULL && visit->phase != PHASE_OVER) {
        return take_record(visit, frame->payload, message, whole);
    }
    if (frame->kind == FRAME_REFUSAL && visit->phase == PHASE_CALLED) {
        struct wire_reader reader = wire_read(frame->payload);
        return take_refusal(visit, &reader);
    }
    return FAIL_BECAUSE(MALFORMED, frame->kind, "a visit does not go on like this");
}

static void drop_taken(struct visit *visit)
{
    size_t left = visit->in.size - visit->taken;
    memmove(visit->in.data, visit->in.data + visit->taken, left);
    visit->in.size = left;
    visit->taken = 0;
}

struct status visit_receive(struct visit *visit, struct bytes bytes)
{
    drop_taken(visit);
    if (bytes.size > BUFFER_SIZE - visit->in.size) {
        return FAIL_BECAUSE(LIMIT, BUFFER_SIZE, "more has come than a visit takes");
    }
    text_put_bytes(&visit->in, bytes);
    return OK;
}

struct status visit_next(struct visit *visit, struct bytes *message, bool *whole)
{
    *whole = false;
    for (;;) {
        struct frame frame;
        bool is_frame = false;
        struct bytes left = bytes_of(visit->in.data + visit->taken, visit->in.size - visit->taken);
        size_t before = left.size;
        TRY(frame_take(&left, FRAME_MAX, &frame, &is_frame));
        if (!is_frame) {
            return OK;
        }
        visit->taken += before - left.size;
        struct status status = take_frame(visit, &frame, message, whole);
        if (failed(status)) {
            visit->phase = PHASE_OVER;
            return status;
        }
        if (*whole) {
            return OK;
        }
    }
}

struct bytes visit_outgoing(const struct visit *visit)
{
    return text_bytes(&visit->out);
}

void visit_sent(struct visit *visit, size_t size)
{
    assert(size <= visit->out.size);
    memmove(visit->out.data, visit->out.data + size, visit->out.size - size);
    visit->out.size -= size;
    visit->out.full = false;
}

bool visit_is_open(const struct visit *visit)
{
    return visit->phase == PHASE_OPEN;
}

struct id visit_user(const struct visit *visit)
{
    return visit->user;
}

struct bytes visit_refusal(const struct visit *visit)
{
    return text_bytes(&visit->refusal);
}

struct status visit_say(struct visit *visit, struct bytes message)
{
    assert(visit->phase == PHASE_OPEN);
    if (message.size > VISIT_MESSAGE_MAX) {
        return FAIL(LIMIT, VISIT_MESSAGE_MAX);
    }
    char memory[VISIT_MESSAGE_MAX + 2];
    struct text record = TEXT_IN(memory);
    wire_put_u8(&record, RECORD_MESSAGE);
    text_put_bytes(&record, message);
    struct status status = put_record(visit, text_bytes(&record), false);
    explicit_bzero(memory, sizeof memory);
    return status;
}
