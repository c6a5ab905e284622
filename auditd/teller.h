/*
 * auditd/teller.h -- a process beside the writer has it say something, and waits until it is said.
 *
 * Shape    One note at a time, over the process's channel to the writer. What comes late, or was
 *          not asked for, is thrown away by teller_drain when the channel can be read.
 * Memory   A struct teller is about 1 MiB: not for a stack.
 * Errors   IO: whether the writer has said it is not known, or it is away. Others: the writer's
 *          refusal (core/note.h), whose reason is lent until the next call.
 */
#ifndef AUDITD_TELLER_H
#define AUDITD_TELLER_H

#include "auditd/process.h"
#include "core/note.h"

struct teller {
    struct process *process;
    uint32_t last_id;
    char note[NOTE_SIZE_MAX];
    char frame[NOTE_SIZE_MAX + FRAME_HEAD];
    char why[WIRE_SENTENCE_MAX];
};

/* Whether there is a writer to be asked. */
bool teller_can_say(const struct teller *teller);
/* On OK it is durable. */
MUST_CHECK struct status teller_say(struct teller *teller, const struct draft *draft);
void teller_drain(struct teller *teller);

#endif
