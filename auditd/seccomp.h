/*
 * auditd/seccomp.h -- the system calls that a process may still make, by libseccomp.
 *
 * Shape    An allow-list made of groups (auditd/sandbox.h). What is not on it raises SIGSYS; the
 *          handler leaves the number behind and ends the process with the code 159, as a shell
 *          counts SIGSYS. A call of another architecture kills at once.
 * Process  Irrevocable, for all threads, inherited. Nothing may be allocated by the handler.
 * Source   seccomp(2), seccomp_rule_add(3); docs/decisions/0036-processes.md.
 */
#ifndef AUDITD_SECCOMP_H
#define AUDITD_SECCOMP_H

#include "schema/text.h"

#include <stdatomic.h>

/* Whether the kernel filters system calls. */
bool seccomp_is_there(void);

/* `groups` of enum sandbox_group. `trapped` outlives the process's last call. IO. */
MUST_CHECK struct status seccomp_enter(unsigned groups, _Atomic uint64_t *trapped);

/* The name of a system call of this machine; `number N` if it has none, `unknown` for -1. */
void seccomp_call_name(int number, struct text *out);

#endif
