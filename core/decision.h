/*
 * core/decision.h -- what a command leads to: events, or a refusal that names its rule.
 *
 * Shape    decide(view, actor, command, decision) is pure. REFUSE_UNLESS, REFUSE_IF and EMIT are
 *          its only verbs; the first refusal ends it.
 * Source   DESIGN.md 8.
 */
#ifndef CORE_DECISION_H
#define CORE_DECISION_H

#include "core/view.h"
#include "schema/leaf.h"

enum {
    DECISION_EVENTS_MAX = 8,
};

/* Who asks: the holder of the key that signed. */
struct actor {
    struct id user;
    enum user_role role;
    struct bytes login;
};

struct decided {
    enum event_kind kind;
    struct id on[LEAF_SUBJECTS_MAX];
    size_t on_count;
    union event_body body;
};

struct decision {
    enum rule refused; /* RULE_NONE: allowed */
    struct decided events[DECISION_EVENTS_MAX];
    size_t count;
};

/* The next event of a decision, cleared; on one subject to begin with. */
struct decided *decision_add(struct decision *decision, enum event_kind kind, struct id subject);

/* Whether a text is a public key that can be read (store/key.h). Want of memory is the view's
 * trouble: no refusal comes of it. */
bool decision_is_key(const struct view *view, struct bytes text);

#define REFUSE_IF(condition, rule_of_refusal)      \
    do {                                           \
        if (condition) {                           \
            decision->refused = (rule_of_refusal); \
            return;                                \
        }                                          \
    } while (0)

#define REFUSE_UNLESS(condition, rule_of_refusal) REFUSE_IF(!(condition), rule_of_refusal)

/* EMIT(EVENT_DRIVE_ATTACHED, drive, drive_attached, .vm = …): the kind, the subject it is about,
 * and the body's struct with its fields. */
#define EMIT(event_kind_, subject, member, ...)                                     \
    decision_add(decision, (event_kind_), (subject))->body.member = (struct member) \
    {                                                                               \
        __VA_ARGS__                                                                 \
    }

/* An id that the event at hand creates. */
#define NEW(id_kind_) ((struct id){(id_kind_), ID_NEW})
/* The log itself: what an event is about that is about nothing smaller. */
#define THE_LOG ((struct id){ID_LOG, 0})

#endif
