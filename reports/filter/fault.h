/*
 * reports/filter/fault.h -- saying what is wrong with an expression, and what may have been meant.
 */
#ifndef REPORTS_FILTER_FAULT_H
#define REPORTS_FILTER_FAULT_H

#include "reports/filter/filter.h"
#include "reports/filter/lexer.h"
#include "reports/nearest.h"

void fault_clear(struct filter_fault *fault);

/* Notes what is wrong with these bytes of the expression; returns the failure: MALFORMED at the
 * first of them. */
MUST_CHECK struct status fault_at(struct filter_fault *fault, size_t at, size_t size,
                                  const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same of a token, which is quoted in front: `valt.*: there is no such kind of event`. */
MUST_CHECK struct status fault_of(struct filter_fault *fault, const struct token *token,
                                  const char *sentence);

/* Collects what may have been meant: the offered word that is nearest to what was typed. */
struct suggestion {
    struct nearest nearest;
    char typed[NEAREST_WORD_MAX + 1], kept[NEAREST_WORD_MAX + 1];
};
void suggestion_begin(struct suggestion *suggestion, struct bytes typed);
void suggestion_offer(struct suggestion *suggestion, struct bytes word);
/* Advises it, where there is one. */
void suggestion_advise(const struct suggestion *suggestion, struct filter_fault *fault);

#endif
