/*
 * core/vm/config.h -- recipes: what a machine is started from.
 *
 * Shape     A recipe is its owner's: a setup of hardware, drives with the modes that they are
 *           attached in, a project's tag, the team that it counts for. What is changed counts for
 *           machines that are started from then on; those that run stay as they are.
 * State     `config` by id, `config_name` by owner and name; `tagged`.
 * Decide    vm.config.create, edit, delete.
 * Evolve    vm.config.created, edited, deleted.
 *
 * Source    domain.md VM-01.
 */
#ifndef CORE_VM_CONFIG_H
#define CORE_VM_CONFIG_H

#include "core/decision.h"

/* A recipe that is there and not deleted; *out may be NULL. */
bool config_by_id(const struct view *view, struct id config, struct config_row *out);
bool config_by_name(const struct view *view, struct id owner, struct bytes name,
                    struct config_row *out);

#endif
