#include "core/emit/outbox_parts.h"
#include "schema/submission.h"

/* Numbers --------------------------------------------------------------------------------- */

/* The statement of a record under the number that it has in the log; lent until the next. */
static struct status renumber(struct outbox *outbox, struct bytes statement, uint64_t emitter_n,
                              struct bytes *out)
{
    struct leaf leaf;
    struct status status = leaf_decode_statement(statement, &leaf);
    if (failed(status)) {
        return FAIL_BECAUSE(CORRUPT, 0, status.why);
    }
    if (leaf.emitter_n == emitter_n) {
        *out = statement;
        return OK;
    }
    leaf.emitter_n = emitter_n;
    leaf.n = ID_NEW;
    text_clear(&outbox->statement);
    leaf_encode_statement(&leaf, &outbox->statement);
    if (outbox->statement.full) {
        return FAIL_BECAUSE(CORRUPT, 0, "a statement of the spool is too long");
    }
    *out = text_bytes(&outbox->statement);
    return OK;
}

/* The record after the last packed one, as it is in the log; packs it. */
static struct status pack_next(struct outbox *outbox, struct submission_event *out)
{
    struct outbox_record record;
    TRY(outbox_read(outbox, outbox->packed + 1, &record));
    *out = (struct submission_event){.body = record.body};
    TRY(renumber(outbox, record.statement, outbox->packed_head.emitter_n + 1, &out->statement));
    struct emitter_head *head = &outbox->packed_head;
    head->chain = hash_emitter_link(outbox->hasher, &head->chain, out->statement);
    head->emitter_n++;
    outbox->packed++;
    return OK;
}

void outbox_rewind(struct outbox *outbox)
{
    outbox->packed = spool_counts(outbox->spool).trimmed;
    outbox->packed_head = outbox->note.base;
}

/* Meeting --------------------------------------------------------------------------------- */

static struct status trim(struct outbox *outbox, uint64_t number, const struct emitter_head *head,
                          bool durable)
{
    uint64_t before = spool_counts(outbox->spool).trimmed;
    outbox->note.base = *head;
    outbox->note.acknowledged += number - before;
    TRY(outbox_keep(outbox, number, durable));
    if (outbox->packed < number) {
        outbox_rewind(outbox);
    }
    return OK;
}

/* From here on records get the numbers after the log's. */
static struct status go_on_from(struct outbox *outbox, const struct emitter_head *head)
{
    outbox->note.met = true;
    outbox->note.base = *head;
    outbox_rewind(outbox);
    return outbox_keep(outbox, outbox->packed, true);
}

static struct status meet_first(struct outbox *outbox, struct bytes origin,
                                const struct emitter_head *head)
{
    if (origin.size > ORIGIN_MAX) {
        return FAIL_BECAUSE(MALFORMED, 0, "the log has too long a name");
    }
    memcpy(outbox->note.origin, origin.data, origin.size);
    outbox->note.origin[origin.size] = '\0';
    return go_on_from(outbox, head);
}

/* The log has less than it had acknowledged, or other events in the place of ours. */
static struct status meet_forgetful(struct outbox *outbox, const struct emitter_head *head)
{
    uint64_t had = outbox->note.base.emitter_n;
    bool shorter = head->emitter_n < had;
    outbox_note_loss(outbox, LOSS_FORGOTTEN, shorter ? had - head->emitter_n : 1,
                     shorter ? head->emitter_n + 1 : had);
    return go_on_from(outbox, head);
}

static struct status begin_probing(struct outbox *outbox, const struct emitter_head *head,
                                   uint64_t high, bool *probe)
{
    outbox->probing = (struct probing){.head = *head, .high = high};
    outbox_rewind(outbox);
    *probe = high > 0;
    return high > 0 ? OK : outbox_probed(outbox, false, probe);
}

/* The log has `ahead` events that we do not know to be in it. If they are ours, the chain says
 * so. */
static struct status meet_ahead(struct outbox *outbox, const struct emitter_head *head, bool *probe)
{
    struct submission_event event;
    struct spool_counts counts = spool_counts(outbox->spool);
    uint64_t waiting = counts.last - counts.trimmed;
    uint64_t ahead = head->emitter_n - outbox->note.base.emitter_n;
    if (ahead > waiting) {
        return begin_probing(outbox, head, waiting, probe);
    }
    for (uint64_t i = 0; i < ahead; i++) {
        TRY(pack_next(outbox, &event));
    }
    return digest_equal(&outbox->packed_head.chain, &head->chain)
               ? trim(outbox, counts.trimmed + ahead, head, false)
               : begin_probing(outbox, head, ahead, probe);
}

struct status outbox_meet(struct outbox *outbox, struct bytes origin,
                          const struct emitter_head *head, bool *probe)
{
    struct emitter_head there = *head;
    const struct emitter_head *base = &outbox->note.base;
    *probe = false;
    outbox_rewind(outbox);
    if (there.emitter_n == 0) {
        there.chain =
            hash_emitter_start(outbox->hasher, origin, bytes_of_string(outbox->speaker.name));
    }
    if (!outbox->note.met) {
        return meet_first(outbox, origin, &there);
    }
    if (!bytes_equal(origin, bytes_of_string(outbox->note.origin))) {
        return FAIL_BECAUSE(CONFLICT, 0, "the spool waits for another log");
    }
    if (there.emitter_n > base->emitter_n) {
        return meet_ahead(outbox, &there, probe);
    }
    return there.emitter_n == base->emitter_n && digest_equal(&there.chain, &base->chain)
               ? OK
               : meet_forgetful(outbox, &there);
}

/* Probing --------------------------------------------------------------------------------- */

static uint64_t middle_of(const struct probing *probing)
{
    return probing->low + (probing->high - probing->low + 1) / 2;
}

/* Signs what stands in `submission`. */
static struct status finish(struct outbox *outbox, uint32_t count, struct outbox_batch *out)
{
    struct signature signature;
    TRY(secret_key_sign(outbox->key, BYTES(outbox->packed_head.chain.sha256), &signature));
    submission_end(&outbox->submission, count, bytes_of(signature.data, signature.size));
    *out = (struct outbox_batch){.last = outbox->packed,
                                 .count = count,
                                 .head = outbox->packed_head,
                                 .submission = text_bytes(&outbox->submission)};
    return OK;
}

static void begin(struct outbox *outbox)
{
    text_clear(&outbox->submission);
    submission_begin(&outbox->submission, bytes_of_string(outbox->speaker.name),
                     outbox->packed_head.emitter_n + 1);
}

struct status outbox_probe(struct outbox *outbox, struct outbox_batch *out)
{
    struct submission_event event;
    uint64_t wanted = middle_of(&outbox->probing);
    outbox_rewind(outbox);
    for (uint64_t i = 1; i < wanted; i++) {
        TRY(pack_next(outbox, &event));
    }
    begin(outbox);
    TRY(pack_next(outbox, &event));
    submission_put(&outbox->submission, &event);
    return finish(outbox, 1, out);
}

/* The log has `low` of the records and then events that are not ours. */
static struct status end_probing(struct outbox *outbox)
{
    struct submission_event event;
    const struct probing *probing = &outbox->probing;
    struct spool_counts counts = spool_counts(outbox->spool);
    outbox_rewind(outbox);
    for (uint64_t i = 0; i < probing->low; i++) {
        TRY(pack_next(outbox, &event));
    }
    struct emitter_head ours = outbox->packed_head;
    TRY(probing->low == 0 ? OK : trim(outbox, counts.trimmed + probing->low, &ours, false));
    /* Without a spool nothing was kept from before: somebody else speaks with the same key. */
    if (!outbox->in_memory) {
        outbox_note_loss(outbox, LOSS_UNKNOWN, probing->head.emitter_n - ours.emitter_n,
                         ours.emitter_n + 1);
    }
    return go_on_from(outbox, &probing->head);
}

struct status outbox_probed(struct outbox *outbox, bool is_there, bool *probe)
{
    struct probing *probing = &outbox->probing;
    if (probing->low < probing->high) {
        uint64_t middle = middle_of(probing);
        probing->low = is_there ? middle : probing->low;
        probing->high = is_there ? probing->high : middle - 1;
    }
    *probe = probing->low < probing->high;
    return *probe ? OK : end_probing(outbox);
}

/* Packing --------------------------------------------------------------------------------- */

struct status outbox_pack(struct outbox *outbox, uint32_t events_max, struct outbox_batch *out)
{
    struct submission_event event;
    struct text *text = &outbox->submission;
    uint64_t last = spool_counts(outbox->spool).last;
    uint32_t count = 0;
    TRY(outbox_make_durable(outbox));
    begin(outbox);
    while (count < events_max && outbox->packed < last) {
        const struct emitter_head head = outbox->packed_head;
        size_t before = text->size;
        TRY(pack_next(outbox, &event));
        submission_put(text, &event);
        if (text->full || text->capacity - text->size < 2 + SIGNATURE_MAX + 1) {
            text->size = before;
            text->full = false;
            outbox->packed--;
            outbox->packed_head = head;
            break;
        }
        count++;
    }
    *out = (struct outbox_batch){0};
    return count == 0 ? OK : finish(outbox, count, out);
}

struct status outbox_acknowledge(struct outbox *outbox, uint64_t last,
                                 const struct emitter_head *head)
{
    return last <= spool_counts(outbox->spool).trimmed ? OK : trim(outbox, last, head, false);
}

/* That it tells of losses is no reason to tell of its loss, for ever. */
static struct status tells_of_losses(struct outbox *outbox, uint64_t number, bool *tells)
{
    struct leaf leaf;
    struct outbox_record record;
    TRY(outbox_read(outbox, number, &record));
    *tells = !failed(leaf_decode_statement(record.statement, &leaf)) &&
             leaf.kind == EVENT_EMITTER_SPOOL_LOST;
    return OK;
}

struct status outbox_refuse(struct outbox *outbox, const char *why)
{
    struct note *note = &outbox->note;
    struct text text = {.data = note->why, .capacity = sizeof note->why};
    uint64_t next = spool_counts(outbox->spool).trimmed + 1;
    bool tells = false;
    TRY(tells_of_losses(outbox, next, &tells));
    if (!tells) {
        outbox_note_loss(outbox, LOSS_REFUSED, 1, 0);
        text_add(&text, "the log refused it: %.120s", why);
        (void)text_string(&text);
    }
    TRY(outbox_keep(outbox, next, true));
    outbox_rewind(outbox);
    return OK;
}
