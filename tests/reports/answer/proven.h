/*
 * tests/reports/answer/proven.h -- answers of a random history, proven and judged.
 */
#ifndef TESTS_REPORTS_ANSWER_PROVEN_H
#define TESTS_REPORTS_ANSWER_PROVEN_H

#include "reports/answer/judge.h"
#include "reports/answer/prove.h"
#include "tests/reports/history.h"
#include "tests/store/exported.h"

enum {
    PROVEN_EVENTS = 13000, /* three runs and a beginning */
};

/* What query_run says to a question, and the file that proves it. */
struct proven {
    uint64_t *rows;
    size_t count;
    struct growing file;
    struct digest result; /* of the rows, as `cairn query` logs it */
};

void proven_make(struct history *history, const struct query *query, struct proven *out);
void proven_free(struct proven *proven);

/* The file again, with other rows. */
struct growing proven_with_rows(struct history *history, const struct query *query,
                                const uint64_t *rows, size_t count);

struct status proven_judge(struct history *history, const struct growing *file,
                           struct judgement *out);

/* An expression, read: the caller's, filter_close. */
struct filter *proven_filter(const char *expression);

/* Setup and teardown: *state is a struct history of PROVEN_EVENTS, looked at. */
int make_history(void **state);
int remove_history(void **state);

#endif
