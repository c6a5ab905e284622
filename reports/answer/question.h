/*
 * reports/answer/question.h -- a question as a line of text, read back.
 *
 * Shape    What query_write has written, and nothing else: a line that would be written otherwise
 *          is refused, so that a question has one text, and a text one meaning. In it, names are
 *          ids and times are instants.
 * Memory   The caller's, without pointers from outside: about 130 KiB. question_close also after a
 *          failure.
 * Errors   MALFORMED with the reason; LIMIT.
 */
#ifndef REPORTS_ANSWER_QUESTION_H
#define REPORTS_ANSWER_QUESTION_H

#include "reports/filter/filter.h"
#include "reports/query.h"

enum {
    QUESTION_TEXT_MAX = 40 << 10, /* bytes of any question, written */
};

struct question {
    struct query query; /* its `where` is `filter`, or NULL */
    struct filter filter;
    bool has_filter;
};

MUST_CHECK struct status question_read(struct bytes line, struct question *out);
void question_close(struct question *question);

#endif
