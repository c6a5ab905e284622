/*
 * tests/store/index_oracle.h -- random events for the index, and the naive index over them: for
 * each term, the plain list of its positions.
 */
#ifndef TESTS_STORE_INDEX_ORACLE_H
#define TESTS_STORE_INDEX_ORACLE_H

#include "store/index.h"
#include "store/index_internal.h"
#include "tests/store/naive_tree.h"

enum {
    EVENTS = 240000,
    COMMON = 400, /* terms that come again and again, the first ones most of all */
    EVENT_TERMS = 7,
};

/* What an index of the random events must say. */
struct oracle {
    uint64_t *positions[COMMON];
    size_t counts[COMMON];
};

struct room {
    char directory[64];
    struct oracle oracle;
};

/* The runs that were made, in order; a merged run after its sources. */
struct made {
    struct index_run runs[20000];
    size_t count;
};

extern const struct index_proportions usual;
/* So small that 200,000 events reach the highest level, and blocks hold a few entries. */
extern const struct index_proportions small;

struct term common_term(uint64_t number);
struct term unique_term(uint64_t n);
size_t terms_at(uint64_t n, struct term terms[EVENT_TERMS + 1], uint64_t *numbers);
void ask_oracle(struct oracle *oracle);
int make_room(void **state);
int end_room(void **state);
int make_directory(void **state);
int remove_directory(void **state);
void note_run(void *context, const struct index_run *run);
void assert_ok(struct status status);
struct index *open_index(struct room *room, const struct index_proportions *proportions);
void add_up_to(struct index *index, uint64_t end, struct made *made);

#endif
