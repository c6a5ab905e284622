/*
 * core/authenticate.h -- who asks: whether a signed command may be decided at all.
 *
 * Shape    A pure function over a view. The engine has read the record and compared its signature
 *          with the key that the actor has now; here are the rules that hold for every command,
 *          before the one that decides it.
 * Rules    In this order: the signature (IDN-06e), used once (IDN-06f), in time (IDN-06g); the user
 *          (IDN-01d, IDN-03b, IDN-04b); the session (IDN-11b) and its project (IDN-08c); what an
 *          auditor may (IDN-02e); and terms that are due (IDN-13b).
 * Source   domain.md IDN-02 to IDN-13, 1.18-9.
 */
#ifndef CORE_AUTHENTICATE_H
#define CORE_AUTHENTICATE_H

#include "core/decision.h"

/* What a record says, and what the engine has found out about it. */
struct presented {
    struct id actor;
    struct id project, session; /* ID_NONE: not named */
    enum command_kind kind;
    uint64_t t_utc_us;
    struct digest digest;        /* of the record */
    const struct user_row *user; /* the actor, if the signature is by the active key; else NULL */
};

/* Whether it comes before there is a session, and needs none. */
bool authenticate_needs_session(enum command_kind kind);
/* Whether an auditor may give it: it changes nothing, or only what is the auditor's own. */
bool authenticate_lets_auditor(enum command_kind kind);

/* RULE_NONE and *out, or the rule that refuses. *out lends from the view's arena; its `random` is
 * left to the engine. */
enum rule authenticate(const struct view *view, const struct presented *presented,
                       struct actor *out);

#endif
