/*
 * tests/support/chaos.h -- people who give commands of every kind, at random, about what there is.
 *
 * Shape    Fields are made from what the catalogue says they are: ids mostly of things that were
 *          made before, names from a few, numbers small; so that much is refused, by all sorts of
 *          rules, and much is done. Now and then somebody logs in anew, a command comes late, or is
 *          about many objects.
 */
#ifndef TESTS_SUPPORT_CHAOS_H
#define TESTS_SUPPORT_CHAOS_H

#include "tests/schema/random_record.h"
#include "tests/support/enclave.h"

enum {
    CHAOS_KNOWN = 24, /* ids of one kind */
    CHAOS_LATE_S = 200,
};

struct chaos {
    struct enclave *enclave;
    struct random random;
    struct id known[ID_KIND_COUNT][CHAOS_KNOWN];
    size_t known_count[ID_KIND_COUNT];
    size_t done, refused; /* commands */
};

/* The enclave has ada; four more people join. */
void chaos_begin(struct chaos *chaos, struct enclave *enclave, uint64_t seed);
/* So many commands. */
void chaos_go_on(struct chaos *chaos, size_t commands);

#endif
