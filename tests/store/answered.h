/*
 * tests/store/answered.h -- answers of a random log, made and checked, for their tests.
 */
#ifndef TESTS_STORE_ANSWERED_H
#define TESTS_STORE_ANSWERED_H

#include "store/answer.h"
#include "tests/store/recorded.h"

enum {
    ANSWERED_EVENTS = 1500,
};

/* Runs of 16 events, three of which make one of the next level, in small blocks. */
extern const struct index_proportions answered_runs;

struct question {
    struct narrowing narrowing;
    uint64_t first, end;
};

void answered_draw(struct recorded *recorded, struct question *out);

/* The answer's file, which claims that events 1 and 2 are the rows of `a question`. */
struct growing answered_make(struct recorded *recorded, const struct question *question);

/* What a check has visited. */
struct visited {
    uint64_t positions[2 * ANSWERED_EVENTS];
    size_t count;
};

struct status answered_visit(void *context, const struct answer_event *event);

/* answer_check, with what it visits. */
struct status answered_check(struct recorded *recorded, const struct answer *answer,
                             struct visited *visited, struct answer_ground *ground);

struct answer *answered_read(const struct growing *file);

/* A small file, of everything from the source `rare`. */
struct growing answered_small(struct recorded *recorded);

/* Setup and teardown of a group of tests: *state is a struct recorded of ANSWERED_EVENTS. */
int make_recorded(void **state);
int remove_recorded(void **state);

#endif
