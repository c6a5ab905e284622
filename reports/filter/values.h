/*
 * reports/filter/values.h -- what the text of a value means, by the type of its field.
 */
#ifndef REPORTS_FILTER_VALUES_H
#define REPORTS_FILTER_VALUES_H

#include "reports/filter/fault.h"

/* What a value is read with. */
struct typing {
    const struct filter_context *context;
    struct filter *filter;
    struct filter_fault *fault;
    struct filter_node *node; /* the test, its field and operator set */
};

/* Adds what a token says to the test's values. MALFORMED with the fault filled in; LIMIT; fails as
 * the state does. */
MUST_CHECK struct status values_add(struct typing *typing, const struct token *token);

/* Whether fields of the test's type can be asked for in this way. MALFORMED, likewise. */
MUST_CHECK struct status values_check_operator(struct typing *typing, const struct token *sign);

/* A number, perhaps of KiB, MB and so on. */
MUST_CHECK bool values_read_number(struct bytes text, uint64_t *out);

#endif
