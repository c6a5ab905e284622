#include "tools/exit.h"

#include <errno.h>
#include <signal.h>

enum exit_code exit_of(struct status status)
{
    switch (status.code) {
    case STATUS_OK:
        return EXIT_DONE;
    case STATUS_CORRUPT:
    case STATUS_FOLD:
    case STATUS_TRUNCATED:
    case STATUS_ROLLBACK:
    case STATUS_BAD_SIGNATURE:
        return EXIT_INTEGRITY;
    case STATUS_MALFORMED:
    case STATUS_LIMIT:
        return EXIT_USAGE;
    case STATUS_NOT_FOUND:
        return EXIT_NOT_FOUND;
    case STATUS_EXISTS:
    case STATUS_CONFLICT:
    case STATUS_DIVERGED:
        return EXIT_CONFLICT;
    case STATUS_GAP:
        return EXIT_INCOMPLETE;
    case STATUS_READ_ONLY:
        return EXIT_NOT_PERMITTED;
    case STATUS_IO:
        return status.at == EPIPE ? EXIT_PIPE : EXIT_IO;
    case STATUS_INTERRUPTED:
        return status.at == SIGTERM ? EXIT_TERMINATED : EXIT_INTERRUPTED;
    case STATUS_NO_MEMORY:
    case STATUS_IN_USE:
    case STATUS_VERSION:
    case STATUS_INCOMPLETE:
    case STATUS_STOPPED:
    case STATUS_FULL:
    case STATUS_UNREACHABLE:
    case STATUS_UNCERTAIN:
    case STATUS_KEY:
        return EXIT_IO;
    }
    return EXIT_INTERNAL;
}

static int weight(enum exit_code code)
{
    return code == EXIT_INTEGRITY ? 3 : code == EXIT_INCOMPLETE ? 2 : code == EXIT_DONE ? 0 : 1;
}

enum exit_code exit_worse(enum exit_code a, enum exit_code b)
{
    return weight(b) > weight(a) ? b : a;
}

const char *exit_meaning(size_t index, enum exit_code *code)
{
    static const struct {
        enum exit_code code;
        const char *meaning;
    } rows[] = {
#define EXIT(name, number, meaning) {(enum exit_code)(number), (meaning)},
#include "tools/exit.def"
    };
    if (index >= sizeof rows / sizeof rows[0]) {
        return NULL;
    }
    *code = rows[index].code;
    return rows[index].meaning;
}
