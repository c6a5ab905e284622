/*
 * tests/tools/import_run.h -- everything an importer makes of some bytes, kept for a test to look
 * at.
 *
 * Memory   A run owns copies of all it has; import_run_free.
 */
#ifndef TESTS_TOOLS_IMPORT_RUN_H
#define TESTS_TOOLS_IMPORT_RUN_H

#include "tools/import/record.h"

struct import_run {
    struct import_record *records;
    size_t record_count;
    struct import_problem *problems;
    size_t problem_count;
    struct import_tally tally;
    struct status end; /* NOT_FOUND, or what reading failed with */
};

/* Reads all of it, from a file in memory. Aborts if the importer breaks a promise that holds for
 * every input: order, terms that can be printed, limits, a line for each problem. */
struct import_run import_bytes(const struct import_options *options, struct bytes input);
/* The same with the format only; the clock stands at 2026-03-10T12:00:00Z. */
struct import_run import_string(enum import_format format, const char *input);
/* The same from any descriptor, which is closed. */
struct import_run import_descriptor(const struct import_options *options, int descriptor);

void import_run_free(struct import_run *run);

/* Aborts unless both are the same in everything. */
void import_runs_are_equal(const struct import_run *a, const struct import_run *b);

/* Aborts unless records, problems and blank lines together are all lines. */
void import_run_has_every_line(const struct import_run *run);

/* A descriptor onto the bytes. */
int import_file(struct bytes input);

/* "action user host address outcome" with - for what is empty; valid until the next call. */
const char *import_said(const struct import_record *record, char memory[static 4096]);

/* A few good lines of each format, and a bad one in between. */
const char *import_sample(enum import_format format);

/* Numbers that are the same in every run; `state` begins as any number. */
static inline uint64_t import_random(uint64_t *state, uint64_t below)
{
    uint64_t mixed = (*state += UINT64_C(0x9e3779b97f4a7c15));
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
    return (mixed ^ mixed >> 31) % below;
}

#define IMPORT_NOW_US UINT64_C(1773144000000000) /* 2026-03-10T12:00:00Z */

#endif
