/*
 * core/effect/reconcile.h -- what a watcher found when it compared a host with the log.
 *
 * Shape     A watcher says how a comparison went, and what differs, once while it lasts. What
 *           differs has an identity of its own, the hash of all that is said of it; by it the
 *           watcher says later that it differs no more. Nothing is put right by folding this.
 * State     `reconciliation` by host: the newest comparison; `mismatch` by identity: what differs
 *           and lasts.
 * Evolve    reconcile.run, reconcile.mismatch, reconcile.cleared.
 *
 * Source    domain.md HST-05, PRN-09.
 */
#ifndef CORE_EFFECT_RECONCILE_H
#define CORE_EFFECT_RECONCILE_H

#include "core/evolution.h"

/* What differs and lasts, by its identity; false if nothing of that identity does. */
bool reconcile_lasts(const struct view *view, const struct digest *identity,
                     struct mismatch_row *out);
/* The newest comparison of a host; false if there was none. */
bool reconcile_newest(const struct view *view, struct id host, struct reconciliation_row *out);

#endif
