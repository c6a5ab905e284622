/*
 * reports/filter/names.h -- from the names in an expression to ids, with suggestions for those that
 * nobody has.
 *
 * Errors   MALFORMED with the fault filled in; fails as the state does.
 */
#ifndef REPORTS_FILTER_NAMES_H
#define REPORTS_FILTER_NAMES_H

#include "reports/filter/values.h"

/* What a value of `on`, `project` or `session` stands for. */
MUST_CHECK struct status names_of_id(struct typing *typing, const struct token *token,
                                     struct id *out);
/* The same where an id of this kind is wanted; ID_NONE: of any. */
MUST_CHECK struct status names_of_kind(struct typing *typing, const struct token *token,
                                       enum id_kind kind, struct id *out);

/* An actor as leaves have it: an id or an emitter's name, in the filter's memory. */
MUST_CHECK struct status names_of_actor(struct typing *typing, const struct token *token,
                                        struct bytes *out);
/* Each user whose login is as the pattern says. MALFORMED, likewise, if neither a user nor an
 * emitter is, unless it is a pattern of ids. */
typedef struct status names_text(void *context, struct bytes text);
MUST_CHECK struct status names_of_actors(struct typing *typing, const struct token *token,
                                         names_text *found);
MUST_CHECK struct status names_check_emitter(struct typing *typing, const struct token *token);

/* Each foreign user, host or action of that name, by what the test's field is. */
typedef struct status names_id(void *context, struct id id);
MUST_CHECK struct status names_of_subject(struct typing *typing, const struct token *token,
                                          names_id *found);

/* The text of an id, in the filter's memory. */
MUST_CHECK struct status names_keep_id(struct typing *typing, struct id id, struct bytes *out);

#endif
