#include "auditd/ending.h"

#include <stddef.h>

static const struct {
    enum status_code status;
    enum ending ending;
} endings[] = {
    {STATUS_OK, ENDING_DONE},
    {STATUS_CORRUPT, ENDING_INTEGRITY},
    {STATUS_FOLD, ENDING_INTEGRITY},
    {STATUS_TRUNCATED, ENDING_INTEGRITY},
    {STATUS_ROLLBACK, ENDING_INTEGRITY},
    {STATUS_BAD_SIGNATURE, ENDING_INTEGRITY},
    {STATUS_NOT_FOUND, ENDING_NOT_FOUND},
    {STATUS_MALFORMED, ENDING_USAGE},
    {STATUS_LIMIT, ENDING_USAGE},
};

enum ending ending_of(struct status status)
{
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        if (endings[i].status == status.code) {
            return endings[i].ending;
        }
    }
    return ENDING_IO;
}

static const struct {
    enum ending code;
    const char *meaning;
} meanings[] = {
    {ENDING_DONE, "told to stop, and stopped in good order"},
    {ENDING_USAGE, "the command line or the settings are wrong"},
    {ENDING_INTEGRITY, "something stored does not hold: a hash, a signature, a root"},
    {ENDING_NOT_PERMITTED, "not permitted"},
    {ENDING_NOT_FOUND, "a thing that was named is not there"},
    {ENDING_IO, "input or output failed, the disk is full, or the store or a socket is in use"},
    {ENDING_INTERNAL, "a bug in cairnd"},
};

const char *ending_meaning(unsigned index, enum ending *code)
{
    if (index >= sizeof meanings / sizeof meanings[0]) {
        return NULL;
    }
    *code = meanings[index].code;
    return meanings[index].meaning;
}
