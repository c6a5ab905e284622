/*
 * tests/schema/random_record.h -- canonical JSON that a list of fields allows, made up.
 *
 * Shape    Deterministic: the same seed makes the same records.
 */
#ifndef TESTS_SCHEMA_RANDOM_RECORD_H
#define TESTS_SCHEMA_RANDOM_RECORD_H

#include "schema/field.h"

struct random {
    uint64_t state; /* not 0 */
};

/* 0 to below - 1. */
uint64_t random_below(struct random *random, uint64_t below);

/* An object with each field, the optional ones half of the time. Ids are new now and then where
 * that is allowed: for the kind that is created. */
void random_record(struct random *random, const struct field_info *fields, size_t field_count,
                   enum id_kind creates, struct text *out);

#endif
