/*
 * tools/verify/answer.h -- what was found, for people and for programs.
 *
 * Shape    Never a bare yes: what covers which events, what was checked and what could not be, each
 *          finding with its event, and last the verdict. With `json`, one object on a line.
 * Errors   Foreign text (names of files and logs) is made printable. What the output cannot take
 *          shows at its end.
 */
#ifndef TOOLS_VERIFY_ANSWER_H
#define TOOLS_VERIFY_ANSWER_H

#include "reports/answer/judge.h"
#include "reports/output.h"
#include "schema/arena.h"
#include "store/proof.h"
#include "store/verify.h"
#include "tools/exit.h"
#include "tools/terminal.h"

struct asked {
    struct public_key key; /* of the log; the one thing that is trusted */
    struct output *output;
    struct terminal terminal;
    bool json;
    bool quiet; /* only what is wrong */
};

enum form {
    FORM_BUNDLE,
    FORM_TILES,
    FORM_PROOF,
    FORM_ANSWER,
    FORM_CASE,
    FORM_EVIDENCE,
};

/* A log or its beginning: a bundle, or a directory of tiles. `size` is what it says it has. */
struct log_answer {
    const char *path;
    enum form form;
    const char *origin;
    uint64_t size;
    const struct verify_report *report;
};

void answer_log(const struct asked *asked, const struct log_answer *answer);

/* One event, with its members; values live in the arena for the call. */
void answer_proof(const struct asked *asked, const char *path, const struct proof *proof,
                  const struct checkpoint *checkpoint, struct arena *arena);

/* An answer to a question, and whether it is all of it. EXIT_INCOMPLETE where that is not shown. */
enum exit_code answer_judged(const struct asked *asked, const char *path,
                             const struct answer *answer, const struct judgement *judgement);

/* For whoever writes an object for programs: `{"file":…,"form":…`, and a string. */
void answer_begin_json(const struct asked *asked, const char *path, enum form form);
void answer_put_json(struct output *output, struct bytes string);

/* Nothing could be checked, or nothing holds: why, in one sentence. Hands on the code. */
enum exit_code answer_failure(const struct asked *asked, const char *path, enum exit_code code,
                              const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
