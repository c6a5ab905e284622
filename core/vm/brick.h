/*
 * core/vm/brick.h -- bootable images, which machines are started from.
 *
 * Shape     A brick is files in a pool of images, each with the SHA-256 of its bytes: the image,
 *           and perhaps a kernel and an initial file system to boot it with. It is not encrypted,
 *           and never changes: another image is another brick.
 * State     `brick` by id, `brick_name`.
 * Decide    brick.register.
 * Evolve    brick.registered.
 *
 * Source    domain.md VM-04, VM-05, DRV-09.
 */
#ifndef CORE_VM_BRICK_H
#define CORE_VM_BRICK_H

#include "core/decision.h"

bool brick_by_id(const struct view *view, struct id brick, struct brick_row *out);
bool brick_by_name(const struct view *view, struct bytes name, struct brick_row *out);

#endif
