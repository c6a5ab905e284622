/* The way to the writer and back. */
#include "auditd/controllers/controllers_parts.h"

size_t asking_count(const struct controllers *controllers)
{
    return REQUESTS_MAX - controllers->unused_count;
}

/* Room for what all that may be asked while one frame is dealt with. */
bool asking_has_room(const struct controllers *controllers)
{
    return controllers->writer != NULL && controllers->unused_count > RETIRING_MAX &&
           channel_waiting(controllers->writer) < UPSTREAM_SENDING;
}

/* Asking ---------------------------------------------------------------------------------- */

static bool begin(struct controllers *controllers, uint8_t kind, uint32_t *slot, size_t *start)
{
    if (controllers->writer == NULL || controllers->unused_count == 0) {
        return false;
    }
    *slot = controllers->unused[controllers->unused_count - 1];
    text_clear(&controllers->out);
    *start = frame_begin(&controllers->out, kind, *slot);
    return true;
}

static bool end(struct controllers *controllers, const struct asked *asked, uint32_t slot,
                size_t start)
{
    frame_end(&controllers->out, start);
    if (controllers->out.full) {
        return false;
    }
    struct status status = channel_send(controllers->writer, text_bytes(&controllers->out), -1);
    if (failed(status)) {
        if (status.code != STATUS_LIMIT) {
            asking_lost(controllers);
        }
        return false;
    }
    controllers->asked[slot] = *asked;
    controllers->unused_count--;
    return true;
}

bool asking_note(struct controllers *controllers, const struct asked *asked,
                 const struct draft *draft)
{
    uint32_t slot;
    size_t start;
    text_clear(&controllers->note);
    if (failed(note_write(draft, &controllers->note)) ||
        !begin(controllers, MESSAGE_NOTE, &slot, &start)) {
        return false;
    }
    text_put_bytes(&controllers->out, text_bytes(&controllers->note));
    return end(controllers, asked, slot, start);
}

bool asking_head(struct controllers *controllers, const struct asked *asked, const char *name)
{
    uint32_t slot;
    size_t start;
    if (!begin(controllers, MESSAGE_HEAD, &slot, &start)) {
        return false;
    }
    wire_put_string(&controllers->out, name);
    return end(controllers, asked, slot, start);
}

bool asking_submit(struct controllers *controllers, const struct asked *asked,
                   struct bytes submission)
{
    uint32_t slot;
    size_t start;
    if (!begin(controllers, MESSAGE_SUBMIT, &slot, &start)) {
        return false;
    }
    wire_put_u8(&controllers->out, WIRE_DURABLE);
    wire_put_bytes(&controllers->out, submission);
    return end(controllers, asked, slot, start);
}

/* Answers --------------------------------------------------------------------------------- */

/* Whoever still has this conversation; NULL: nobody waits. */
static struct machine *waiting(struct controllers *controllers, const struct asked *asked)
{
    struct machine *machine = &controllers->machines[asked->machine];
    return machine->channel != NULL && machine->talk == asked->talk ? machine : NULL;
}

static void count_dropped(struct controllers *controllers, const struct machine *machine,
                          const struct asked *asked, struct bytes payload)
{
    struct wire_receipt receipt;
    if (!failed(wire_receipt_decode(payload, &receipt)) &&
        bytes_equal(receipt.status.code, LITERAL("FULL"))) {
        dropped_count(&controllers->dropped, bytes_of_string(machine->name), DROP_FULL,
                      asked->events, controllers_utc());
        controllers_add(controllers, COUNTER_EVENTS_DROPPED_TOTAL, asked->events);
    }
}

static void hand_back(struct controllers *controllers, struct machine *machine,
                      const struct asked *asked, const struct frame *frame)
{
    bool receipt = frame->kind == MESSAGE_RECEIPT;
    if (receipt) {
        count_dropped(controllers, machine, asked, frame->payload);
    }
    machine->in_flight--;
    if (receipt || frame->kind == MESSAGE_HEAD_IS) {
        size_t start = machine_begin(controllers, receipt ? VMC_RECEIPT : VMC_HEAD_IS, asked->id);
        text_put_bytes(&controllers->out, frame->payload);
        (void)machine_end(controllers, machine, start);
    }
}

static void take_answer(struct controllers *controllers, const struct frame *frame)
{
    if (frame->id >= REQUESTS_MAX || controllers->asked[frame->id].what == ASKED_NOTHING) {
        return;
    }
    const struct asked asked = controllers->asked[frame->id];
    controllers->asked[frame->id].what = ASKED_NOTHING;
    controllers->unused[controllers->unused_count++] = frame->id;
    struct machine *machine = asked.what == ASKED_RETIRE || asked.what == ASKED_DROPPED
                                  ? NULL
                                  : waiting(controllers, &asked);
    switch (asked.what) {
    case ASKED_RETIRE:
        retiring_answer(controllers, asked.machine);
        return;
    case ASKED_DROPPED:
        dropped_told(&controllers->dropped, &controllers->told);
        controllers->telling = false;
        return;
    case ASKED_REGISTER:
    case ASKED_COME:
    case ASKED_WHERE:
        if (machine != NULL) {
            registering_answer(controllers, machine, asked.what, frame);
        }
        return;
    case ASKED_SUBMIT:
    case ASKED_HEAD:
        if (machine != NULL) {
            hand_back(controllers, machine, &asked, frame);
        }
        return;
    case ASKED_NOTED:
    case ASKED_NOTHING:
        return;
    }
}

void asking_take(struct controllers *controllers)
{
    struct frame frame;
    bool whole = controllers->writer != NULL;
    struct status received = whole ? channel_receive(controllers->writer) : OK;
    while (whole && controllers->writer != NULL) {
        if (failed(channel_next(controllers->writer, &frame, &whole))) {
            asking_lost(controllers);
            return;
        }
        if (whole) {
            take_answer(controllers, &frame);
        }
    }
    if (failed(received)) {
        asking_lost(controllers);
    }
}

/* Losing ---------------------------------------------------------------------------------- */

/* Whether what was asked has been done is not known. Whoever waits begins anew: then it is told
 * where it stands. */
void asking_lost(struct controllers *controllers)
{
    controllers->writer = NULL;
    controllers->telling = false;
    retiring_forget_asked(controllers);
    for (uint32_t slot = 0; slot < REQUESTS_MAX; slot++) {
        struct asked asked = controllers->asked[slot];
        if (asked.what == ASKED_NOTHING) {
            continue;
        }
        controllers->asked[slot].what = ASKED_NOTHING;
        controllers->unused[controllers->unused_count++] = slot;
        struct machine *machine =
            asked.what == ASKED_RETIRE || asked.what == ASKED_DROPPED || asked.what == ASKED_NOTED
                ? NULL
                : waiting(controllers, &asked);
        if (machine != NULL) {
            talk_greet(controllers, machine);
        }
    }
}

/* What was refused ------------------------------------------------------------------------ */

void asking_tell_dropped(struct controllers *controllers, uint64_t now_us)
{
    uint32_t slot;
    size_t start;
    const struct asked asked = {.what = ASKED_DROPPED};
    const struct dropped_row *row = dropped_most(&controllers->dropped);
    if (row == NULL || controllers->telling || now_us - controllers->told_us < TELL_DROPPED_US ||
        !begin(controllers, MESSAGE_DROPPED, &slot, &start)) {
        return;
    }
    controllers->told = *row;
    wire_put_string(&controllers->out, row->emitter);
    wire_put_u64(&controllers->out, row->events);
    wire_put_u64(&controllers->out, row->first_utc_us);
    wire_put_u64(&controllers->out, row->last_utc_us);
    wire_put_string(&controllers->out, drop_word(row->why));
    controllers->telling = end(controllers, &asked, slot, start);
    controllers->told_us = now_us;
}
