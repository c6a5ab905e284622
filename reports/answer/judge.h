/*
 * reports/answer/judge.h -- whether the rows of an answer are what its question asks for, and all
 * of it.
 *
 * Shape    The question is read from the answer and asked again, of every event that the answer
 *          shows can match (store/answer.h). So nobody has to believe what terms were looked for,
 *          which range was searched, or what was filtered out.
 * Limits   Regular expressions are not run here: what hangs on one is `undecided`, and so is what
 *          hangs on a body that is not there. Such an answer is no lie, but it is not shown to be
 *          complete either.
 * Errors   As answer_check; CORRUPT at the event that is a row and does not match, or matches and
 *          is no row; MALFORMED for a question that cannot be read, at 0.
 * Source   DESIGN.md 7 and 13.
 */
#ifndef REPORTS_ANSWER_JUDGE_H
#define REPORTS_ANSWER_JUDGE_H

#include "reports/answer/question.h"
#include "store/answer.h"

struct judgement {
    struct answer_ground ground;
    uint64_t rows;
    uint64_t candidates; /* events asked */
    uint64_t undecided;  /* of these, those that hang on a regular expression or an absent body */
    uint64_t undecided_rows;
    uint64_t absent;      /* bodies that were not there, of those */
    bool cut;             /* the question's limit ended it: there may be more */
    struct digest result; /* SHA-256 of the rows' leaves in their order, a line feed after each */
};

/* `question` is the caller's memory, and holds the question afterwards, also after a failure:
 * question_close. */
MUST_CHECK struct status judge(const struct answer *answer, struct hasher *hasher,
                               const struct public_key *key, struct question *question,
                               struct judgement *out);

#endif
