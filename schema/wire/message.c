#include "schema/wire/message.h"

static const char *const code_names[] = {
#define STATUS(name, sentence, at) [STATUS_##name] = #name,
#include "schema/status.def"
};

enum {
    CODE_COUNT = sizeof code_names / sizeof code_names[0],
};

/* Status ---------------------------------------------------------------------------------- */

void wire_put_status(struct text *out, struct status status)
{
    wire_put_string(out, code_names[status.code]);
    wire_put_u64(out, status.at);
    wire_put_string(out, status.why == NULL ? "" : status.why);
}

struct wire_status wire_get_status(struct wire_reader *reader)
{
    struct wire_status status;
    status.code = wire_get_bytes(reader, WIRE_NAME_MAX);
    status.at = wire_get_u64(reader);
    status.why = wire_get_bytes(reader, WIRE_SENTENCE_MAX);
    return status;
}

/* The words that came, kept where they outlive the message. */
static const char *keep(struct bytes words, struct text *memory)
{
    if (words.size == 0) {
        return NULL;
    }
    text_clear(memory);
    text_put_printable(memory, words);
    return text_string(memory);
}

struct status wire_status_is(const struct wire_status *status, struct text *memory)
{
    for (unsigned code = 0; code < CODE_COUNT; code++) {
        if (bytes_equal(status->code, bytes_of_string(code_names[code]))) {
            return (struct status){
                .code = (enum status_code)code, .at = status->at, .why = keep(status->why, memory)};
        }
    }
    return FAIL_BECAUSE(STOPPED, status->at, keep(status->code, memory));
}

/* Receipts and heads ---------------------------------------------------------------------- */

void wire_put_receipt(struct text *out, struct status status, bool already, uint64_t first,
                      uint64_t count)
{
    wire_put_status(out, status);
    wire_put_u8(out, already);
    wire_put_u64(out, first);
    wire_put_u64(out, count);
}

struct status wire_receipt_decode(struct bytes payload, struct wire_receipt *out)
{
    struct wire_reader reader = wire_read(payload);
    out->status = wire_get_status(&reader);
    out->already = wire_get_u8(&reader) != 0;
    out->first = wire_get_u64(&reader);
    out->count = wire_get_u64(&reader);
    return wire_end(&reader);
}

void wire_put_head(struct text *out, const struct wire_head *head)
{
    wire_put_bytes(out, head->emitter);
    wire_put_bytes(out, BYTES(head->chain.sha256));
    wire_put_u64(out, head->emitter_n);
}

struct status wire_head_decode(struct bytes payload, struct wire_head *out)
{
    struct wire_reader reader = wire_read(payload);
    out->emitter = wire_get_bytes(&reader, NAME_MAX_SIZE);
    struct bytes chain = wire_get_bytes(&reader, DIGEST_SIZE);
    out->emitter_n = wire_get_u64(&reader);
    TRY(wire_end(&reader));
    if (chain.size != DIGEST_SIZE) {
        return FAIL_BECAUSE(MALFORMED, 0, "a digest has 32 bytes");
    }
    memcpy(out->chain.sha256, chain.data, DIGEST_SIZE);
    return OK;
}

/* Verdicts -------------------------------------------------------------------------------- */

void wire_put_verdict(struct text *out, const struct wire_verdict *verdict, struct status status)
{
    wire_put_status(out, status);
    wire_put_bytes(out, verdict->refused);
    wire_put_u64(out, verdict->first);
    wire_put_u64(out, verdict->count);
    wire_put_bytes(out, verdict->bulk);
    wire_put_u32(out, verdict->done);
    wire_put_u32(out, verdict->items_refused);
}

void wire_get_verdict(struct wire_reader *reader, struct wire_verdict *out)
{
    out->status = wire_get_status(reader);
    out->refused = wire_get_bytes(reader, WIRE_NAME_MAX);
    out->first = wire_get_u64(reader);
    out->count = wire_get_u64(reader);
    out->bulk = wire_get_bytes(reader, WIRE_ID_MAX);
    out->done = wire_get_u32(reader);
    out->items_refused = wire_get_u32(reader);
}

/* Notes and peers ------------------------------------------------------------------------- */

void wire_put_note(struct text *out, const struct wire_note *note)
{
    wire_put_bytes(out, note->kind);
    wire_put_u16(out, note->version);
    wire_put_u8(out, note->outcome);
    wire_put_u8(out, note->on_count);
    for (unsigned i = 0; i < note->on_count && i < LEAF_SUBJECTS_MAX; i++) {
        wire_put_bytes(out, note->on[i]);
    }
    wire_put_bytes(out, note->body);
    wire_put_bytes(out, note->source);
    wire_put_u64(out, note->at_utc_us);
}

struct status wire_note_decode(struct bytes payload, struct wire_note *out)
{
    struct wire_reader reader = wire_read(payload);
    *out = (struct wire_note){.kind = wire_get_bytes(&reader, WIRE_NAME_MAX)};
    out->version = wire_get_u16(&reader);
    out->outcome = wire_get_u8(&reader);
    out->on_count = wire_get_u8(&reader);
    if (out->on_count > LEAF_SUBJECTS_MAX || out->outcome > 2) {
        return FAIL_BECAUSE(MALFORMED, 0, "a note has too many subjects, or no known outcome");
    }
    for (unsigned i = 0; i < out->on_count; i++) {
        out->on[i] = wire_get_bytes(&reader, WIRE_ID_MAX);
    }
    out->body = wire_get_bytes(&reader, BODY_MAX);
    out->source = wire_get_bytes(&reader, LEAF_SOURCE_MAX);
    out->at_utc_us = wire_get_u64(&reader);
    return wire_end(&reader);
}

void wire_put_peer(struct text *out, const struct wire_peer *peer)
{
    wire_put_u32(out, peer->connection);
    wire_put_u32(out, peer->uid);
    wire_put_u32(out, peer->gid);
    wire_put_u32(out, peer->process);
    wire_put_bytes(out, peer->name);
    wire_put_bytes(out, peer->source);
}

void wire_get_peer(struct wire_reader *reader, struct wire_peer *out)
{
    out->connection = wire_get_u32(reader);
    out->uid = wire_get_u32(reader);
    out->gid = wire_get_u32(reader);
    out->process = wire_get_u32(reader);
    out->name = wire_get_bytes(reader, WIRE_SENTENCE_MAX);
    out->source = wire_get_bytes(reader, LEAF_SOURCE_MAX);
}
