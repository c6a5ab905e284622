/*
 * tools/machine/machine.h -- what the verbs have in common that show machines and hosts.
 *
 * Shape    The store is opened for reading, the state looked at as of --as-of (now, where the verb
 *          has no such option), and rows go to the output. Things have their names, ids otherwise.
 */
#ifndef TOOLS_MACHINE_MACHINE_H
#define TOOLS_MACHINE_MACHINE_H

#include "core/engine.h"
#include "tools/invocation.h"

enum {
    MACHINE_ARENA = 256 << 10, /* bytes for what is looked at at a time */
    MACHINE_CELL_MAX = 1024,   /* bytes of a cell that is put together */
};

struct machine_question {
    struct invocation *invocation;
    struct engine *engine;
    struct view view;
    struct rows rows;
    struct status trouble;
};

/* Opens, has `answer` answer, closes. */
typedef enum exit_code machine_answer(struct machine_question *question);
MUST_CHECK enum exit_code machine_ask(struct invocation *invocation, machine_answer *answer);

/* The thing of this kind that somebody calls so; what is wrong has been said. */
MUST_CHECK enum exit_code machine_find(const struct machine_question *question, enum id_kind kind,
                                       const char *name, struct id *out);
/* The same of an option; *out is as it was if it is not given. */
MUST_CHECK enum exit_code machine_find_option(const struct machine_question *question,
                                              const char *option, enum id_kind kind,
                                              struct id *out);

/* Writes what people call a thing. */
void machine_put_name(const struct machine_question *question, struct id id, struct text *out);

/* Absent if there is nothing in it. */
struct cell machine_cell(const struct text *text);

/* Ends the rows: EXIT_NOTHING if there is none. */
MUST_CHECK enum exit_code machine_end(struct machine_question *question, struct status status);

/* Rows of facts: what is so, and since which event (UINT64_MAX: that is not told). */
MUST_CHECK struct status machine_facts_begin(struct machine_question *question);
MUST_CHECK struct status machine_fact(struct machine_question *question, const char *what,
                                      struct bytes is, uint64_t by);
MUST_CHECK struct status machine_fact_name(struct machine_question *question, const char *what,
                                           struct id id, uint64_t by);

#endif
