#include "core/emit/outbox_parts.h"
#include "schema/wire/wire.h"

enum {
    NOTE_VERSION = 1,
};

static void put_short(struct text *out, const char *string)
{
    wire_put_u16(out, (uint16_t)strlen(string));
    text_put_string(out, string);
}

void outbox_note_write(const struct note *note, struct text *out)
{
    wire_put_u8(out, NOTE_VERSION);
    wire_put_u8(out, note->met);
    put_short(out, note->emitter);
    put_short(out, note->origin);
    wire_put_u64(out, note->base.emitter_n);
    text_put(out, note->base.chain.sha256, DIGEST_SIZE);
    wire_put_u64(out, note->acknowledged);
    wire_put_u64(out, note->lost);
    for (size_t i = 0; i < LOSS_COUNT; i++) {
        wire_put_u64(out, note->unsaid[i]);
        wire_put_u64(out, note->first_n[i]);
    }
    wire_put_u64(out, note->saying.number);
    wire_put_u8(out, (uint8_t)note->saying.loss);
    wire_put_u64(out, note->saying.count);
    put_short(out, note->why);
}

static struct bytes get(struct wire_reader *reader, size_t size)
{
    if (reader->rest.size < size) {
        reader->bad = true;
        return (struct bytes){0};
    }
    struct bytes taken = bytes_of(reader->rest.data, size);
    reader->rest = bytes_of(reader->rest.data + size, reader->rest.size - size);
    return taken;
}

static void get_short(struct wire_reader *reader, char *out, size_t most)
{
    size_t size = wire_get_u16(reader);
    struct bytes taken = size > most ? (struct bytes){0} : get(reader, size);
    reader->bad =
        reader->bad || size > most || (taken.size > 0 && memchr(taken.data, 0, taken.size) != NULL);
    if (!reader->bad && taken.size > 0) {
        memcpy(out, taken.data, taken.size);
    }
}

static void get_losses(struct wire_reader *reader, struct note *out)
{
    for (size_t i = 0; i < LOSS_COUNT; i++) {
        out->unsaid[i] = wire_get_u64(reader);
        out->first_n[i] = wire_get_u64(reader);
    }
    out->saying.number = wire_get_u64(reader);
    uint8_t loss = wire_get_u8(reader);
    out->saying.count = wire_get_u64(reader);
    if (loss >= LOSS_COUNT || out->saying.count > out->unsaid[loss]) {
        reader->bad = true;
        return;
    }
    out->saying.loss = (enum outbox_loss)loss;
}

struct status outbox_note_read(struct bytes bytes, struct note *out)
{
    struct wire_reader reader = wire_read(bytes);
    *out = (struct note){0};
    if (bytes.size == 0) {
        return OK;
    }
    reader.bad = wire_get_u8(&reader) != NOTE_VERSION;
    out->met = wire_get_u8(&reader) != 0;
    get_short(&reader, out->emitter, NAME_MAX_SIZE);
    get_short(&reader, out->origin, ORIGIN_MAX);
    out->base.emitter_n = wire_get_u64(&reader);
    struct bytes chain = get(&reader, DIGEST_SIZE);
    out->acknowledged = wire_get_u64(&reader);
    out->lost = wire_get_u64(&reader);
    get_losses(&reader, out);
    get_short(&reader, out->why, OUTBOX_WHY_MAX);
    if (failed(wire_end(&reader)) || chain.size != DIGEST_SIZE) {
        return FAIL_BECAUSE(MALFORMED, 0, "the note of the spool is none of an emitter's");
    }
    memcpy(out->base.chain.sha256, chain.data, DIGEST_SIZE);
    return OK;
}

struct status outbox_keep(struct outbox *outbox, uint64_t trimmed, bool durable)
{
    char memory[SPOOL_NOTE_MAX];
    struct text text = TEXT_IN(memory);
    outbox_note_write(&outbox->note, &text);
    return durable ? spool_trim_durably(outbox->spool, trimmed, text_bytes(&text))
                   : spool_trim(outbox->spool, trimmed, text_bytes(&text));
}

void outbox_note_loss(struct outbox *outbox, enum outbox_loss loss, uint64_t count,
                      uint64_t first_n)
{
    struct note *note = &outbox->note;
    if (note->unsaid[loss] == 0) {
        note->first_n[loss] = first_n;
    }
    note->unsaid[loss] += count;
    note->lost += loss == LOSS_UNKNOWN ? 0 : count;
}
