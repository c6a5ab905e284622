/*
 * reports/subject.h -- the one thing that an event is about.
 *
 * Shape    The first subject, or, of a refusal, which stands under the log, the first one after it:
 *          what was refused.
 */
#ifndef REPORTS_SUBJECT_H
#define REPORTS_SUBJECT_H

#include "schema/leaf.h"

static inline struct id subject_of(const struct leaf *leaf)
{
    return leaf->on[0].kind == ID_LOG && leaf->on_count > 1 ? leaf->on[1] : leaf->on[0];
}

#endif
