#include "core/emit/outbox_parts.h"

#include <assert.h>
#include <stdlib.h>

_Static_assert(2 + LEAF_MAX + 4 + SALT_SIZE + BODY_MAX <= (int)SPOOL_RECORD_MAX,
               "every event fits a record");

static const char other_emitter[] = "the spool is another emitter's";

/* Opening --------------------------------------------------------------------------------- */

static struct status take(struct text *text, size_t capacity)
{
    text->capacity = capacity;
    text->data = malloc(capacity);
    return text->data == NULL ? FAIL(NO_MEMORY, capacity) : OK;
}

static struct status open_speaker(struct outbox *outbox, const struct secret_key *key)
{
    struct bytes name = bytes_of_string(secret_key_public(key)->name);
    if (!leaf_is_emitter_name(name)) {
        return FAIL_BECAUSE(KEY, 0, "the key is no emitter's");
    }
    memcpy(outbox->speaker.name, name.data, name.size);
    outbox->key = key;
    TRY(hasher_open(&outbox->hasher));
    TRY(emission_open(&outbox->emission));
    emission_begin(outbox->emission, &outbox->speaker, (struct bytes){0});
    TRY(take(&outbox->submission, SUBMISSION_MAX));
    TRY(take(&outbox->statement, LEAF_MAX + 1));
    TRY(take(&outbox->body, SALT_SIZE + BODY_MAX + 1));
    return take(&outbox->record, SPOOL_RECORD_MAX);
}

/* What was being said when the process ended: it has been, if its record is there. */
static struct status settle_saying(struct outbox *outbox)
{
    struct note *note = &outbox->note;
    struct spool_counts counts = spool_counts(outbox->spool);
    if (note->saying.number == 0) {
        return OK;
    }
    if (note->saying.number <= counts.last) {
        note->unsaid[note->saying.loss] -= note->saying.count;
    }
    note->saying = (struct saying){0};
    return outbox_keep(outbox, counts.trimmed, true);
}

static struct status open_note(struct outbox *outbox, bool only_look)
{
    struct status status = outbox_note_read(spool_note(outbox->spool), &outbox->note);
    if (failed(status)) {
        return FAIL_BECAUSE(CORRUPT, 0, status.why);
    }
    if (only_look) {
        return OK;
    }
    if (outbox->note.emitter[0] == '\0') {
        memcpy(outbox->note.emitter, outbox->speaker.name, sizeof outbox->note.emitter);
        TRY(outbox_keep(outbox, spool_counts(outbox->spool).trimmed, false));
    }
    if (strcmp(outbox->note.emitter, outbox->speaker.name) != 0) {
        return FAIL_BECAUSE(KEY, 0, other_emitter);
    }
    return settle_saying(outbox);
}

static struct status open_parts(struct outbox *outbox, const struct outbox_options *options,
                                const struct secret_key *key)
{
    const struct spool_options spool = {.directory = options->directory,
                                        .bytes_max = options->bytes_max,
                                        .records_max = options->events_max,
                                        .only_look = options->only_look};
    assert(options->only_look || key != NULL);
    TRY(options->only_look ? OK : open_speaker(outbox, key));
    TRY(spool_open(&spool, &outbox->spool));
    TRY(open_note(outbox, options->only_look));
    outbox->sync = options->sync;
    outbox->in_memory = options->directory == NULL;
    outbox_rewind(outbox);
    return OK;
}

struct status outbox_open(const struct outbox_options *options, const struct secret_key *key,
                          struct outbox **out)
{
    CLEANUP(outbox_close) struct outbox *outbox = calloc(1, sizeof *outbox);
    if (outbox == NULL) {
        return FAIL(NO_MEMORY, sizeof *outbox);
    }
    TRY(open_parts(outbox, options, key));
    *out = outbox;
    outbox = NULL;
    return OK;
}

void outbox_close(struct outbox **outbox)
{
    if (*outbox != NULL) {
        spool_close(&(*outbox)->spool);
        emission_close(&(*outbox)->emission);
        hasher_close(&(*outbox)->hasher);
        free((*outbox)->submission.data);
        free((*outbox)->statement.data);
        free((*outbox)->body.data);
        free((*outbox)->record.data);
        free(*outbox);
        *outbox = NULL;
    }
}

/* Adding ---------------------------------------------------------------------------------- */

/* What the writer would refuse of an emitter from outside, told to whoever says it. */
static struct status check_draft(const struct draft *draft)
{
    const struct event_info *info = &event_infos[draft->kind];
    if (!info->outside) {
        return FAIL_BECAUSE(KEY, 0, "an outside emitter may not submit this kind of event");
    }
    if (draft->on[0].kind != info->on[0] ||
        (draft->on[0].n == ID_NEW) != (info->creates != ID_NONE)) {
        return FAIL_BECAUSE(MALFORMED, 0, "the kind of event is not about such a subject");
    }
    for (size_t i = 1; i < draft->on_count; i++) {
        if (draft->on[i].n == ID_NEW) {
            return FAIL_BECAUSE(MALFORMED, 0, "an event creates only what it is about first");
        }
    }
    return OK;
}

static struct status write_record(struct outbox *outbox, const struct draft *draft)
{
    uint8_t size[4];
    uint64_t last = spool_counts(outbox->spool).last;
    emission_reset(outbox->emission, &(struct emission_mark){.head = {.emitter_n = last}});
    text_clear(&outbox->statement);
    text_clear(&outbox->body);
    text_clear(&outbox->record);
    TRY(emission_write(outbox->emission, draft, &outbox->statement, &outbox->body));
    bytes_write_u16(size, (uint16_t)outbox->statement.size);
    text_put(&outbox->record, size, 2);
    text_put_bytes(&outbox->record, text_bytes(&outbox->statement));
    bytes_write_u32(size, (uint32_t)outbox->body.size);
    text_put(&outbox->record, size, 4);
    text_put_bytes(&outbox->record, text_bytes(&outbox->body));
    return outbox->record.full ? FAIL(LIMIT, SPOOL_RECORD_MAX) : OK;
}

struct status outbox_add(struct outbox *outbox, const struct draft *draft)
{
    TRY(check_draft(draft));
    TRY(write_record(outbox, draft));
    TRY(spool_append(outbox->spool, text_bytes(&outbox->record)));
    return outbox->sync == OUTBOX_SYNC_EACH ? spool_sync(outbox->spool) : OK;
}

bool outbox_is_full(struct status status)
{
    return status.code == STATUS_LIMIT && status.why != NULL &&
           strcmp(status.why, SPOOL_IS_FULL) == 0;
}

struct status outbox_make_durable(struct outbox *outbox)
{
    return outbox->sync == OUTBOX_SYNC_NEVER ? OK : spool_sync(outbox->spool);
}

/* Losses ---------------------------------------------------------------------------------- */

struct status outbox_drop(struct outbox *outbox)
{
    outbox_note_loss(outbox, LOSS_FULL, 1, 0);
    return outbox_keep(outbox, spool_counts(outbox->spool).trimmed,
                       outbox->sync == OUTBOX_SYNC_EACH);
}

static struct bytes why_lost(const struct note *note, enum outbox_loss loss)
{
    switch (loss) {
    case LOSS_FULL:
        return LITERAL("the spool was full");
    case LOSS_REFUSED:
        return bytes_of_string(note->why);
    case LOSS_FORGOTTEN:
        return LITERAL("the log no longer has what it had acknowledged");
    case LOSS_UNKNOWN:
    case LOSS_COUNT:
        break;
    }
    return LITERAL("the log has events of this emitter that its spool does not know; what else "
                   "the spool has lost cannot be told");
}

static struct status add_loss(struct outbox *outbox, enum outbox_loss loss)
{
    const struct note *note = &outbox->note;
    const union event_body body = {.emitter_spool_lost = {.count = note->unsaid[loss],
                                                          .has_first_n = note->first_n[loss] > 0,
                                                          .first_n = note->first_n[loss],
                                                          .why = why_lost(note, loss)}};
    const struct draft draft = {.kind = EVENT_EMITTER_SPOOL_LOST,
                                .on = {THE_LOG},
                                .on_count = 1,
                                .outcome = OUTCOME_FAILED,
                                .body = &body};
    return outbox_add(outbox, &draft);
}

/* The note says first which record will tell of it, so that a crash in between leaves no doubt. */
static struct status say_loss(struct outbox *outbox, enum outbox_loss loss)
{
    struct note *note = &outbox->note;
    struct spool_counts counts = spool_counts(outbox->spool);
    note->saying =
        (struct saying){.number = counts.last + 1, .loss = loss, .count = note->unsaid[loss]};
    struct status status = outbox_keep(outbox, counts.trimmed, true);
    status = failed(status) ? status : add_loss(outbox, loss);
    if (!failed(status)) {
        note->unsaid[loss] = 0;
    }
    note->saying = (struct saying){0};
    struct status kept = outbox_keep(outbox, counts.trimmed, false);
    return failed(status) ? status : kept;
}

struct status outbox_say_losses(struct outbox *outbox)
{
    for (unsigned loss = 0; loss < LOSS_COUNT; loss++) {
        if (outbox->note.unsaid[loss] == 0) {
            continue;
        }
        struct status status = say_loss(outbox, (enum outbox_loss)loss);
        if (failed(status)) {
            return outbox_is_full(status) ? OK : status;
        }
    }
    return OK;
}

struct outbox_counts outbox_counts(const struct outbox *outbox)
{
    const struct note *note = &outbox->note;
    struct outbox_counts counts = {.spool = spool_counts(outbox->spool),
                                   .acknowledged = note->acknowledged,
                                   .lost = note->lost,
                                   .met = note->met,
                                   .emitter_n = note->base.emitter_n,
                                   .origin = bytes_of_string(note->origin),
                                   .emitter = bytes_of_string(note->emitter)};
    counts.waiting = counts.spool.last - counts.spool.trimmed;
    memcpy(counts.unsaid, note->unsaid, sizeof counts.unsaid);
    return counts;
}

/* Looking --------------------------------------------------------------------------------- */

struct status outbox_record_decode(struct bytes bytes, struct outbox_record *out)
{
    if (bytes.size < 2 + 4) {
        return FAIL_BECAUSE(MALFORMED, 0, "a record ends too early");
    }
    size_t size = bytes_read_u16(bytes.data);
    if (size == 0 || size > LEAF_MAX || size > bytes.size - 2 - 4) {
        return FAIL_BECAUSE(MALFORMED, 0, "a record has no statement");
    }
    out->statement = bytes_of(bytes.data + 2, size);
    size_t body_size = bytes_read_u32(bytes.data + 2 + size);
    if (body_size != bytes.size - 2 - size - 4 || body_size < SALT_SIZE ||
        body_size > SALT_SIZE + BODY_MAX) {
        return FAIL_BECAUSE(MALFORMED, 2 + size, "a record has no body");
    }
    out->body = bytes_of(bytes.data + 2 + size + 4, body_size);
    return OK;
}

struct status outbox_read(struct outbox *outbox, uint64_t number, struct outbox_record *out)
{
    struct bytes bytes;
    TRY(spool_read(outbox->spool, number, &bytes));
    struct status status = outbox_record_decode(bytes, out);
    return failed(status) ? FAIL_BECAUSE(CORRUPT, number, status.why) : OK;
}
