/*
 * tools/form.h -- a command of the catalogue as a verb: its fields are options.
 *
 * Shape    The first field is the argument, the others are options of their names; several
 *          arguments, several --user, the rows of a CSV file or those that --where finds make one
 *          command over many objects (BLK-03). The verbs themselves are made from the catalogue
 *          (tools/forms.h).
 */
#ifndef TOOLS_FORM_H
#define TOOLS_FORM_H

#include "core/engine.h"
#include "tools/operator.h"

/* The options that every form has besides its fields. */
#define FORM_OPTIONS                                                                           \
    OPERATOR_OPTIONS,                                                                          \
        {"from-csv", 0, "FILE", "one command over many: a line each, columns named as fields", \
         false},                                                                               \
    {                                                                                          \
        "where", 0, "FIELD=VALUE", "for all that `cairn list` finds by this", true             \
    }

#define FORM_DETAILS                                                                             \
    "The command is signed with your key and decided by the rules of the catalogue; a refusal\n" \
    "names its rule and is logged. Names and ids can be given: `atlas` or project:88."

enum exit_code form_run(struct invocation *invocation);

/* Shows what a command did, event by event. Fails as the log or the output does. */
MUST_CHECK struct status form_tell(const struct invocation *invocation, struct engine *engine,
                                   const struct verdict *verdict);

/* Which command a verb stands for; the last has none. */
struct form_kind {
    const struct verb *verb;
    enum command_kind kind;
};
extern const struct form_kind form_kinds[];

#endif
