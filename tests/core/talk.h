/*
 * tests/core/talk.h -- submissions written by hand, right or wrong in whatever a test wants.
 *
 * Shape    A talk is a submission by an emitter's key. It says statements as bytes; whatever is
 *          not touched is as a real emitter would have it.
 */
#ifndef TESTS_CORE_TALK_H
#define TESTS_CORE_TALK_H

#include "schema/submission.h"
#include "tests/support/scratch.h"

enum {
    TALK_EVENTS = 8,
    TALK_SIZE = 65536, /* bytes of a submission */
};

/* One event before it is signed. */
struct said {
    struct leaf leaf;
    char body[256];      /* canonical JSON, NUL-terminated */
    const char *command; /* the bytes of a record; NULL: none */
    bool wrong_body;     /* the commitment is over other bytes */
    bool wrong_command;  /* and so for the command */
};

struct talk {
    struct hasher *hasher;
    struct speaker *speaker;
    const char *origin;  /* that the chain begins with */
    const char *emitter; /* in the frame */
    uint64_t first_n;    /* in the frame */
    struct said events[TALK_EVENTS];
    uint32_t count;
    bool wrong_signature;
    struct emitter_head head; /* after talk_write: where the chain stands */
    char memory[TALK_SIZE];
    struct text text;
};

/* A talk by this speaker of `count` audit.observed events on the log. */
void talk_begin(struct talk *talk, struct speaker *speaker, const char *origin, uint32_t count);
/* Commits to bodies and commands, chains, signs and frames it. */
struct bytes talk_write(struct talk *talk);
void talk_end(struct talk *talk);

#endif
