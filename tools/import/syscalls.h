/*
 * tools/import/syscalls.h -- the names of system calls, whose numbers differ between machines.
 *
 * Source   The kernel's ABI (linux/audit.h for the machines); tools/import/syscalls.def.
 */
#ifndef TOOLS_IMPORT_SYSCALLS_H
#define TOOLS_IMPORT_SYSCALLS_H

#include <stdint.h>

/* As auditd writes them in `arch=`. */
#define MACHINE_X86_64 UINT32_C(0xc000003e)
#define MACHINE_I386 UINT32_C(0x40000003)
#define MACHINE_ARM64 UINT32_C(0xc00000b7)

/* Static; NULL for a machine or number that is not known. */
const char *syscall_name(uint32_t machine, uint32_t number);

#endif
