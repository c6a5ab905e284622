/*
 * reports/au/judge.h -- one judge for each objective, and what they have in common.
 *
 * Shape    A judge looks at the facts at one moment and fills in a judgement: whether the objective
 *          holds, the sentence that says why, the events that this rests on, and until when time
 *          alone will not change it. It changes nothing.
 * Source   compliance.md 1.4, "machine gives" and "fails when".
 */
#ifndef REPORTS_AU_JUDGE_H
#define REPORTS_AU_JUDGE_H

#include "reports/au/facts.h"

enum {
    AU_SILENCE_DAYS = 7,       /* of a component outside, unless a declaration says otherwise */
    AU_ARCHIVE_DAYS = 366,     /* after which a copy of the log is too old: 32 CFR 170.4 */
    AU_VERIFY_DAYS = 31,       /* after which a verification is */
    AU_MEASURE_DAYS = 31,      /* after which a measurement of the tools is */
    AU_TEST_DAYS = 31,         /* after which a test alert is */
    AU_ACKNOWLEDGE_DAYS = 7,   /* within which an alert is acknowledged */
    AU_CLOCK_DAYS = 7,         /* after which a comparison is, unless a declaration says */
    AU_SHOWN_DAYS = 366,       /* after which a question or a report shows nothing any more */
    AU_TOLERANCE_US = 1000000, /* of the clock, unless a declaration says: the assessment guide */
};

typedef void au_judge(const struct au_facts *facts, struct au_judgement *out);

/* The one of an objective. */
au_judge *au_judge_of(enum objective objective);

/* Asks it; the arena of the facts is as it was. */
void au_ask(struct au_facts *facts, enum objective objective, struct au_judgement *out);

/* For judges --------------------------------------------------------------------------------- */

/* Says how it is, and why; the last word counts. Foreign text is made printable before. */
void au_say(struct au_judgement *out, bool satisfied, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Events from..to are evidence; more than AU_EVIDENCE_MAX are left out. AU_NO_EVENT is none. */
void au_rests(struct au_judgement *out, uint64_t from, uint64_t to, const char *about);

/* Time may change it then; a time that has passed is none. */
void au_until(const struct au_facts *facts, struct au_judgement *out, uint64_t utc_us);

/* Whether something is no more than so many days ago. Notes when it will not be any more. */
bool au_recent(const struct au_facts *facts, struct au_judgement *out, uint64_t utc_us,
               uint64_t days);

/* The declaration that is in force for an objective; notes it and when that will be another. If
 * there is none, says why, and is false. */
bool au_declared(const struct au_facts *facts, enum objective objective, struct au_judgement *out,
                 struct declaration_row *row);
/* The same, and says nothing if there is none: for what need not be declared. */
bool au_may_declare(const struct au_facts *facts, enum objective objective,
                    struct au_judgement *out, struct declaration_row *row);

/* `document, version` of a declaration, printable, cut to AU_NAME_SIZE. */
struct au_label {
    char text[AU_NAME_SIZE];
};
struct au_label au_label(const struct declaration_row *row);
struct au_label au_label_of(struct bytes bytes);
/* `2026-03-09`. */
struct au_label au_day(uint64_t utc_us);

/* judge_records.c */
au_judge au_331a, au_331b, au_331c, au_331d, au_331e, au_331f, au_332a, au_332b;
/* judge_work.c */
au_judge au_333a, au_333b, au_333c, au_334a, au_334b, au_334c, au_335a, au_335b, au_336a, au_336b;
/* judge_protection.c */
au_judge au_337a, au_337b, au_337c, au_338a, au_338b, au_338c, au_338d, au_338e, au_338f, au_339a,
    au_339b;

#endif
