/*
 * auditd/writer/clerk_parts.h -- the clerk from inside; for auditd/writer/clerk*.c only.
 *
 * Shape    clerk.c takes requests and answers submissions, clerk_commands.c gathers and does
 *          commands, clerk_notes.c notes.
 */
#ifndef AUDITD_WRITER_CLERK_PARTS_H
#define AUDITD_WRITER_CLERK_PARTS_H

#include "auditd/writer/clerk.h"

/* Where an answer goes. */
struct clerk_to {
    uint32_t route, id;
};

/* A submission that is with the engine. */
struct pending {
    struct clerk *clerk;
    struct clerk_to to;
    struct pending *next; /* of those that are free */
};

/* One COMMANDS: `count` of the gathered requests, from `first` on. */
struct asked {
    struct clerk_to to;
    size_t first, count;
};

struct clerk_request {
    struct clerk_to to;
    struct wire_peer peer; /* uid UINT32_MAX: a process of the daemon itself */
    bool forwarded;
    uint8_t kind;
    struct bytes payload;
};

struct clerk {
    struct clerk_options options;
    struct clerk_room room;
    struct pending pending[CLERK_PENDING_MAX];
    struct pending *unused;
    size_t pending_count;

    struct request requests[CLERK_COMMANDS_MAX];
    struct verdict verdicts[CLERK_COMMANDS_MAX];
    struct asked asked[CLERK_COMMANDS_MAX];
    size_t request_count, asked_count;
    struct text records; /* what the requests lend from */

    struct notes *notes;
    struct clerk_to noted[CLERK_NOTES_MAX];
    size_t noted_count;
    uint8_t *note_memory; /* CLERK_NOTE_MEMORY bytes, for what one note decodes to */

    bool said;             /* something that the next flush makes durable */
    uint64_t settled_size; /* of the log, when others could see all of it */
    struct text answer;
};

/* Sends an answer whose fields stand in `answer` after clerk_answer_begin. */
size_t clerk_answer_begin(struct clerk *clerk, uint8_t kind, struct clerk_to to);
void clerk_answer_end(struct clerk *clerk, struct clerk_to to, size_t start);
/* A RECEIPT without events: of a refusal, or of a note that was said. */
void clerk_receipt(struct clerk *clerk, struct clerk_to to, struct status status);
/* OK, or FULL. */
MUST_CHECK struct status clerk_check_room(const struct clerk *clerk, bool critical);

/* clerk_commands.c: gathers a COMMANDS, or answers what is wrong with it. */
MUST_CHECK struct status clerk_take_commands(struct clerk *clerk,
                                             const struct clerk_request *request);
/* Does what has been gathered, and answers. */
MUST_CHECK struct status clerk_do_commands(struct clerk *clerk);

/* clerk_notes.c: what is to be said with the writer's own voice. */
MUST_CHECK struct status clerk_take_dropped(struct clerk *clerk,
                                            const struct clerk_request *request);
MUST_CHECK struct status clerk_take_note(struct clerk *clerk, const struct clerk_request *request);
/* Answers those that are durable by now. */
MUST_CHECK struct status clerk_end_notes(struct clerk *clerk);

#endif
