/*
 * tools/custody/custody.h -- what the verbs that ask about drives, machines and hosts have in
 * common.
 *
 * Shape    Begin, answer, end: the store, the stretch of --between, snapshots of log and index, and
 *          a view as of the end of the stretch; at the end the footer, and the event that says that
 *          it was asked.
 */
#ifndef TOOLS_CUSTODY_CUSTODY_H
#define TOOLS_CUSTODY_CUSTODY_H

#include "store/index.h"
#include "tools/access/between.h"
#include "tools/asked.h"
#include "tools/command.h"

enum {
    CUSTODY_ARENA = 1 << 20, /* bytes for the rows that are looked at at a time */
};

struct custody {
    struct invocation *invocation;
    struct engine *engine;
    struct status trouble;
    struct view view;
    struct between between;
    struct index_snapshot *index; /* NULL: there is none */
    struct hasher *hasher;
    struct rows out;
    struct arena arena, row_arena;
    uint8_t memory[CUSTODY_ARENA], row_memory[ROWS_MEMORY_SIZE];
};

/* What a verb answers; *rows is how many of `what`. EXIT_DONE, or what failed has been said. */
typedef enum exit_code custody_answer(struct custody *custody, void *context);

struct custody_verb {
    custody_answer *answer;
    void *context;
    const char *what; /* the rows are, as in `3 stays` */
};

/* All of it. EXIT_NOTHING where there is no row. */
enum exit_code custody_run(struct invocation *invocation, const struct custody_verb *verb);

/* The thing that an option or the index-th argument names; *out is as it was if it is not given. */
MUST_CHECK enum exit_code custody_find(const struct custody *custody, const char *option,
                                       enum id_kind kind, struct id *out);
MUST_CHECK enum exit_code custody_find_argument(const struct custody *custody, size_t index,
                                                enum id_kind kind, struct id *out);
/* The mode of --mode. */
bool custody_mode(const struct custody *custody, enum drive_mode *out);

#endif
