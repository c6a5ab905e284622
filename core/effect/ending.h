/*
 * core/effect/ending.h -- what a context does when the world has answered one of its requests.
 *
 * Shape    effect.done and effect.failed are the same for all; what they mean is the context's that
 *          asked: each implements its function here in a folder of its own. The row is as it is
 *          after the answer; `path` is empty where none was told.
 */
#ifndef CORE_EFFECT_ENDING_H
#define CORE_EFFECT_ENDING_H

#include "core/effect/effect.h"

/* Of pools, drives, snapshots, media and network shares (core/drive/). */
void drive_effect_ended(struct evolution *evolution, const struct leaf *leaf,
                        const struct effect_row *effect);
/* Of machines and hosts (core/vm/). */
void vm_effect_ended(struct evolution *evolution, const struct leaf *leaf,
                     const struct effect_row *effect);

#endif
