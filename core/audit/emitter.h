/*
 * core/audit/emitter.h -- who may write to the log.
 *
 * State     the `emitter` row by name: id, key, class, whether retired.
 * Decide    emitter.register, emitter.retire: by a super-administrator only.
 * Evolve    emitter.registered, emitter.retired, and audit.genesis for the first emitter.
 *
 * Source    domain.md NET-05, AUD-14; DESIGN.md 4 (emitters sign).
 */
#ifndef CORE_AUDIT_EMITTER_H
#define CORE_AUDIT_EMITTER_H

#include "core/decision.h"

/* The row of an emitter by name; false if there is none. */
bool emitter_by_name(const struct view *view, struct bytes name, struct emitter_row *out);

/* The machine that a controller is in, which is in its name: `vmc-N-RUN` is of vm:N. ID_NONE of an
 * emitter of another class, or with another name. */
struct id emitter_controlled_vm(const struct emitter_row *emitter);

/* One line for people. */
void emitter_describe(const struct emitter_row *emitter, struct text *out);

#endif
