#include "auditd/teller.h"

#include <errno.h>

enum {
    SAY_US = 3000000, /* that the writer may take for a note */
};

bool teller_can_say(const struct teller *teller)
{
    return process_channel(teller->process, ROLE_WRITER, 0) != NULL;
}

static struct status outcome_of(struct teller *teller, const struct frame *answer)
{
    struct wire_receipt receipt;
    if (answer->kind != MESSAGE_RECEIPT || failed(wire_receipt_decode(answer->payload, &receipt))) {
        return FAIL_BECAUSE(IO, EPROTO, "whether the writer has said it is not known");
    }
    struct text why = TEXT_IN(teller->why);
    return wire_status_is(&receipt.status, &why);
}

struct status teller_say(struct teller *teller, const struct draft *draft)
{
    struct channel *writer = process_channel(teller->process, ROLE_WRITER, 0);
    if (writer == NULL) {
        return FAIL_BECAUSE(IO, ENOTCONN, "the writer is away");
    }
    struct text note = TEXT_IN(teller->note), frame = TEXT_IN(teller->frame);
    TRY(note_write(draft, &note));
    uint32_t id = ++teller->last_id;
    size_t start = frame_begin(&frame, MESSAGE_NOTE, id);
    text_put_bytes(&frame, text_bytes(&note));
    frame_end(&frame, start);
    struct frame answer;
    process_beat(teller->process);
    struct status called =
        channel_call(writer, text_bytes(&frame), id, wire_now_us() + SAY_US, &answer);
    if (failed(called)) {
        /* An answer that comes too late would be none to what is asked next: ids differ. */
        if (called.at != ETIMEDOUT) {
            process_lost(teller->process, ROLE_WRITER, 0);
        }
        return FAIL_BECAUSE(IO, called.at, "whether the writer has said it is not known");
    }
    counters_add(process_counters(teller->process), COUNTER_NOTES_TOTAL, 1);
    return outcome_of(teller, &answer);
}

void teller_drain(struct teller *teller)
{
    struct channel *writer = process_channel(teller->process, ROLE_WRITER, 0);
    struct frame frame;
    if (writer == NULL) {
        return;
    }
    bool open = !failed(channel_receive(writer));
    for (bool whole = open; open && whole;) {
        open = !failed(channel_next(writer, &frame, &whole));
    }
    if (!open) {
        process_lost(teller->process, ROLE_WRITER, 0);
    }
}
