/*
 * tests/e2e/answers.h -- what a store answers to a fixed set of questions, as one digest; and the
 * stores that are asked.
 */
#ifndef TESTS_E2E_ANSWERS_H
#define TESTS_E2E_ANSWERS_H

#include "store/hash.h"
#include "tests/support/scratch.h"

/* Fills the scratch's store: several emitters, a signed command, foreign records, some 40 events of
 * many kinds; and `more` plain ones, for an index that has runs. */
void answers_make_store(struct scratch *scratch, uint32_t more);

struct answers {
    struct digest digest;
    uint64_t findings; /* of the verifier, or of what `cairn verify` looks at besides */
};

/* Asks: every leaf, body and command, checkpoints, where emitters stand, rows of the state, queries
 * through the index. The log is verified too, if `verified`. Fails as the store does. */
MUST_CHECK struct status answers_take(const char *store, bool verified, struct answers *out);

/* Opens the store for writing, adds an event, and closes it. */
MUST_CHECK struct status answers_write(const char *store);
/* Only how many findings the log has; its state and index may be what they are. */
MUST_CHECK struct status answers_verify(const char *store, uint64_t *findings);

#endif
