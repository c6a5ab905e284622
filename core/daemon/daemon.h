/*
 * core/daemon/daemon.h -- what the log says of its daemon, of emitters and of the clock.
 *
 * State     `daemon_process` by role; `daemon_mode`: what the room on the disk allows;
 *           `silent_emitter`: who should have been heard of; `clock_keeping`: whether something
 *           keeps the clock.
 * Evolve    daemon.process_started, process_ended, mode_changed; emitter.silent, heard;
 *           clock.synchronised, unsynchronised.
 *
 * Source    domain.md AUD-11, AUD-13, AUD-16; NIST SP 800-171 r2 3.3.4, 3.3.7.
 */
#ifndef CORE_DAEMON_DAEMON_H
#define CORE_DAEMON_DAEMON_H

#include "core/view.h"

/* The newest process of a role, running or ended. False if there has been none. */
bool daemon_process_of(const struct view *view, struct bytes role, struct daemon_process_row *out);
/* False, of a log whose disk has always had room. */
bool daemon_mode_of(const struct view *view, struct daemon_mode_row *out);
bool daemon_is_silent(const struct view *view, struct id emitter, struct silent_emitter_row *out);
/* False, where nobody has said anything of the clock yet. */
bool daemon_clock_keeping(const struct view *view, struct clock_keeping_row *out);

#endif
