#include "tools/verbs.h"

const struct verb_table *verbs_all(void)
{
    static const struct verb *const verbs[] = {
        &verb_help,
        &verb_completion,
        &verb_man,
        &verb_version,
    };
    static const struct verb_table table = {.verbs = verbs,
                                            .count = sizeof verbs / sizeof verbs[0]};
    return &table;
}
