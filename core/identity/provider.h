/*
 * core/identity/provider.h -- verifiers of second factors, and which of them are trusted here.
 *
 * State     `provider` by id, `provider_name` the newest of that name. A provider has no other
 *           authority than to say that somebody showed a second factor.
 * Decide    mfa.trust, mfa.distrust: by a super-administrator. mfa.enrol: by whoever may change the
 *           user; the secret itself is in no event.
 * Evolve    mfa.provider_trusted, mfa.provider_distrusted.
 *
 * Source    domain.md IDN-06b.
 */
#ifndef CORE_IDENTITY_PROVIDER_H
#define CORE_IDENTITY_PROVIDER_H

#include "core/decision.h"

/* The provider that is trusted under this name; false if none is. */
bool provider_by_name(const struct view *view, struct bytes name, struct provider_row *out);

#endif
