/*
 * core/audit/auditor.h -- auditors from outside: invited, let in, shown out.
 *
 * Shape     An invitation says who may read what until when. It is by a link, of whose secret the
 *           log has the SHA-256 only, or by the fingerprint of a certificate. A link lets in once:
 *           what comes of it is a session, known by the SHA-256 of a secret of its own. A
 *           certificate needs no session. Auditors from outside have no account and no command.
 * State     `invitation` by id; `invitation_digest`: which one a link or a certificate is of;
 *           `auditor_session` by the digest of its secret.
 * Decide    auditor.invite, auditor.revoke: by audit managers and super-administrators.
 * Evolve    auditor.invited, revoked, entered.
 * Limits    AUDITOR_INVITED_MAX_US, AUDITOR_SESSION_US.
 *
 * Source    domain.md AUD-10; NIST SP 800-171 r2 3.3.9.
 */
#ifndef CORE_AUDIT_AUDITOR_H
#define CORE_AUDIT_AUDITOR_H

#include "core/decision.h"

enum {
    AUDITOR_NAME_MAX = 64, /* bytes */
};
#define AUDITOR_INVITED_MAX_US (UINT64_C(366) * 24 * 3600 * 1000000)
#define AUDITOR_SESSION_US (UINT64_C(12) * 3600 * 1000000)

bool auditor_by_id(const struct view *view, struct id invitation, struct invitation_row *out);
/* The invitation that a link (the digest of its token) or a certificate (of its DER) is of. */
bool auditor_by_digest(const struct view *view, const struct digest *digest,
                       struct invitation_row *out);

/* Whether it counts at the view's now: not revoked, not expired. */
bool auditor_is_open(const struct view *view, const struct invitation_row *invitation);
/* Whether its link still lets in: open, by a link, and not used yet. */
bool auditor_may_enter(const struct view *view, const struct invitation_row *invitation);

/* The session with this digest of its secret, and the invitation that it came of; false unless
 * both count at the view's now. */
bool auditor_session_of(const struct view *view, const struct digest *digest,
                        struct auditor_session_row *session, struct invitation_row *invitation);

#endif
