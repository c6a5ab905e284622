/*
 * tests/schema/random_leaf.h -- leaves that might be, made up.
 *
 * Shape    Deterministic: the same seed makes the same leaves. Nothing points after the event; ids
 *          of its own position are among them now and then.
 */
#ifndef TESTS_SCHEMA_RANDOM_LEAF_H
#define TESTS_SCHEMA_RANDOM_LEAF_H

#include "schema/leaf.h"
#include "tests/schema/random_record.h"

/* All members but `part`; slices are lent from `arena`. */
void random_leaf(struct random *random, struct arena *arena, struct leaf *out);

/* Whether all members but `part` and `sig_memory` are the same. */
bool leaf_equal(const struct leaf *a, const struct leaf *b);

#endif
