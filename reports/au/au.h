/*
 * reports/au/au.h -- the nine AU practices, assessed objective by objective from the log.
 *
 * Shape    One fold over the log from its birth gathers facts: declarations, reviews, alerts,
 *          comparisons of clocks, managers, measurements, gaps. For each objective one judge says
 *          of the facts at a moment whether it holds, why, on which events that rests, and until
 *          when time alone will not change it. A judge is asked whenever its facts change or that
 *          time has come; the answers, one after the other, are the stretches in which the
 *          objective held. The last answer is the verdict.
 * Verdict  Satisfied or not, nothing else. What an organisation declares is satisfied only while a
 *          declaration about it is approved by a second person, in effect, and not past its review
 *          date; what the machine cannot see is never taken for granted.
 * Score    110 less the points of the practices that are not met. Only AU is assessed here: at
 *          most 19 points can be lost.
 * Memory   Flat: AU_MEMORY bytes of an arena, whatever the size of the log. Its limits are named
 *          below; what goes beyond one of them is counted, and said.
 * Source   compliance.md 1; NIST SP 800-171A; 32 CFR 170.21 and 170.24.
 */
#ifndef REPORTS_AU_AU_H
#define REPORTS_AU_AU_H

#include "core/engine.h"
#include "schema/controls/controls.h"
#include "store/verify_log.h"

enum {
    AU_REASON_SIZE = 400, /* bytes of a reason */
    AU_EVIDENCE_MAX = 6,  /* ranges of events that one judgement names */
    AU_SPANS_MAX = 64,    /* stretches of one objective that are kept; the newest */
    AU_DECLARATIONS_MAX = 256,
    AU_NAME_SIZE = 96, /* bytes of a document's or source's name that are kept */
    AU_POINTS_MAX = 110,
    AU_MEMORY = 3 << 20, /* bytes that an assessment takes */
};

#define AU_NO_EVENT UINT64_MAX /* time alone began or ended it, or the period did */
#define AU_FOREVER UINT64_MAX

/* Events from..to, both included, and what they show. */
struct au_evidence {
    uint64_t from, to;
    const char *about; /* a static phrase: `the declaration`, `the last verification` */
};

/* One objective at one moment. */
struct au_judgement {
    bool satisfied;
    char reason[AU_REASON_SIZE]; /* a sentence, printable; also if it is satisfied */
    struct au_evidence evidence[AU_EVIDENCE_MAX];
    size_t evidence_count;
    struct id declaration; /* relied on; ID_NONE: none */
    uint64_t until_us;     /* before that, only an event changes it */
};

/* A stretch of time in which an objective held, or did not. */
struct au_span {
    uint64_t from_us, to_us;
    bool satisfied;
    uint64_t began; /* the event that began it, or AU_NO_EVENT */
    uint64_t ended; /* the event that ended it, or AU_NO_EVENT */
};

struct au_objective {
    enum objective objective;
    struct au_judgement judgement;      /* as of the end */
    struct au_span spans[AU_SPANS_MAX]; /* within the period, in order, without a gap */
    size_t span_count;
    uint64_t spans_left_out; /* older than those */
    uint64_t held_us;        /* of the period */
};

/* A declaration as of the end, whether it counts or not. */
struct au_declaration {
    struct id id;
    char document[AU_NAME_SIZE], version[AU_NAME_SIZE];
    struct digest digest;
    uint32_t objectives; /* bit k: objective number k */
    bool approved, withdrawn;
    struct id declarer, approver; /* approver ID_NONE: nobody yet */
    uint64_t effective_us, review_by_us;
    uint64_t declared, approved_by; /* events; AU_NO_EVENT: none */
};

struct au_assessment {
    uint64_t from_us, until_us; /* the period, from the log's first event on */
    uint64_t now_us;            /* the verdicts are as of then */
    uint64_t size;              /* events that count */
    struct digest root;
    struct au_objective objectives[OBJECTIVE_COUNT];
    bool met[PRACTICE_COUNT];
    uint32_t points_lost, points_possible; /* of AU */
    int32_t score;                         /* 110 less what is lost */
    bool poam_possible; /* all practices not met may be on a plan of action, and the score allows */
    struct au_declaration declarations[AU_DECLARATIONS_MAX];
    size_t declaration_count;
    uint64_t declarations_left_out;
    const struct verify_report *verified; /* of the same pass */
};

/* What is asked. */
struct au_question {
    uint64_t from_us, until_us, now_us;
    uint64_t size;                                                  /* events that count */
    bool (*progress)(void *context, uint64_t done, uint64_t total); /* as struct report_input */
    void *progress_context;
};

/* Verifies and folds the log in one pass, in memory taken from the arena (AU_MEMORY bytes), where
 * *out lies. Damage is no failure: it is in the verdicts, and in `verified`. Fails as verify_log
 * does, or with NO_MEMORY. */
MUST_CHECK struct status au_assess(struct engine *engine, const struct au_question *question,
                                   struct arena *arena, const struct au_assessment **out);

#endif
