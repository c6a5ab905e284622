/*
 * core/identity/setting.h -- what is set for everybody, and messages to everybody at login.
 *
 * State     `setting`: seconds, where they differ from the default.
 * Decide    system.change_setting, system.set_login_message: by a super-administrator.
 * Evolve    system.setting_changed.
 *
 * Source    domain.md IDN-12.
 */
#ifndef CORE_IDENTITY_SETTING_H
#define CORE_IDENTITY_SETTING_H

#include "core/decision.h"
#include "schema/time.h"

/* In force in this view; the default where nothing was set. */
uint64_t setting_seconds(const struct view *view, enum setting setting);

#endif
