/*
 * reports/answer/narrow.h -- which terms every event has that answers a question.
 *
 * Shape    Each condition, and each part of an expression that must be met, gives a set of terms if
 *          nothing can meet it without having one of them. What gives none narrows nothing, and
 *          neither does what would have more than NARROW_SET_MAX terms.
 * Process  Whoever makes an answer and whoever checks it come to the same sets: they follow from
 *          the question and the catalogue alone.
 */
#ifndef REPORTS_ANSWER_NARROW_H
#define REPORTS_ANSWER_NARROW_H

#include "reports/filter/filter.h"
#include "reports/query.h"
#include "store/narrowing.h"

enum {
    NARROW_SET_MAX = 64, /* terms of one set */
};

void narrow(const struct query *query, struct hasher *hasher, struct narrowing *out);

#endif
