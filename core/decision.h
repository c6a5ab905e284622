/*
 * core/decision.h -- what a command leads to: events, or a refusal that names its rule.
 *
 * Shape    decide(view, actor, command, decision) is pure. REFUSE_UNLESS, REFUSE_IF and EMIT are
 *          its only verbs; the first refusal ends it.
 * Source   DESIGN.md 8.
 */
#ifndef CORE_DECISION_H
#define CORE_DECISION_H

#include "core/policy.h"
#include "schema/leaf.h"

enum {
    DECISION_EVENTS_MAX = 128,
};

/* Who asks: the holder of the key that signed, in which session. */
struct actor {
    struct id user;
    enum user_role role; /* the lower of the one of now and the one the session was opened with */
    struct bytes login;
    struct id session;     /* ID_NONE: of the commands that come before there is one */
    struct id project;     /* the active one of the session, or ID_NONE */
    uint64_t opened_n;     /* the event that opened the session: what was granted after it counts
                              from the next login on (view_at_login) */
    struct digest random;  /* from outside, for challenges */
    struct digest command; /* hash of the signed record */
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
/* One more subject of the event that was added last, if it is not one already. */
void decision_also(struct decision *decision, struct id subject);

/* Whether a text is a public key that can be read (store/key.h). Want of memory is the view's
 * trouble: no refusal comes of it. */
bool decision_is_key(const struct view *view, struct bytes text);
/* Whether the signature over the message is by the key with this text; likewise. */
bool decision_is_signed(const struct view *view, struct bytes key, struct bytes message,
                        struct bytes signature);

/* SHA-256 over the pieces, one after the other. Want of memory is the view's trouble. */
struct digest decision_hash(const struct view *view, const struct bytes *pieces, size_t count);

/* The view as of the actor's login, at the same `now`: a right that the session has is there in
 * it and in the one that what is revoked since is missing from. Grants count from the next login
 * on, revocations and expiries at once (domain.md 1.18-9). */
struct view view_at_login(const struct view *view, const struct actor *actor);
/* The view that revocations count in: the very same one, unless a policy says otherwise. */
struct view view_of_rights(const struct view *view, const struct actor *actor);

/* The Merkle root (RFC 6962) over the digests that `next` hands out, in order, until it is false;
 * each is a leaf of 32 bytes. Want of memory is the view's trouble. */
typedef bool decision_next_digest(void *context, struct digest *out);
struct digest decision_root(const struct view *view, decision_next_digest *next, void *context);

#define REFUSE_IF(condition, rule_of_refusal)                         \
    do {                                                              \
        if ((condition) && !policy_waives(view, (rule_of_refusal))) { \
            decision->refused = (rule_of_refusal);                    \
            return;                                                   \
        }                                                             \
    } while (0)

#define REFUSE_UNLESS(condition, rule_of_refusal) REFUSE_IF(!(condition), rule_of_refusal)

/* The same in a function that answers with the rule that refuses, or RULE_NONE. */
#define FORBID_IF(condition, rule_of_refusal)                         \
    do {                                                              \
        if ((condition) && !policy_waives(view, (rule_of_refusal))) { \
            return (rule_of_refusal);                                 \
        }                                                             \
    } while (0)

#define FORBID_UNLESS(condition, rule_of_refusal) FORBID_IF(!(condition), rule_of_refusal)

/* EMIT(EVENT_DRIVE_ATTACHED, drive, drive_attached, .vm = …): the kind, the subject it is about,
 * and the body's struct with its fields. */
#define EMIT(event_kind_, subject, member, ...)                                     \
    decision_add(decision, (event_kind_), (subject))->body.member = (struct member) \
    {                                                                               \
        __VA_ARGS__                                                                 \
    }

/* An id that the event at hand creates. */
#define NEW(id_kind_) ((struct id){(id_kind_), ID_NEW})
/* What the first event of the decision creates, for the events after it: its position is known. */
static inline struct id decision_made(const struct view *view, enum id_kind kind)
{
    return (struct id){kind, view->as_of_n + 1};
}
/* The log itself: what an event is about that is about nothing smaller. */
#define THE_LOG ((struct id){ID_LOG, 0})

#endif
