#include "tools/import/syscalls.h"

#include <stddef.h>

enum machine_column {
    COLUMN_X86_64,
    COLUMN_I386,
    COLUMN_ARM64,
    COLUMN_COUNT,
};

static const struct {
    const char *name;
    int16_t number[COLUMN_COUNT];
} rows[] = {
#define SYSCALL(name, x86_64, i386, arm64) {#name, {x86_64, i386, arm64}},
#include "tools/import/syscalls.def"
};

static enum machine_column column_of(uint32_t machine)
{
    switch (machine) {
    case MACHINE_X86_64:
        return COLUMN_X86_64;
    case MACHINE_I386:
        return COLUMN_I386;
    case MACHINE_ARM64:
        return COLUMN_ARM64;
    default:
        return COLUMN_COUNT;
    }
}

const char *syscall_name(uint32_t machine, uint32_t number)
{
    enum machine_column column = column_of(machine);
    if (column == COLUMN_COUNT || number > INT16_MAX) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].number[column] == (int16_t)number) {
            return rows[i].name;
        }
    }
    return NULL;
}
