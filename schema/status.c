#include "schema/status.h"

#include "schema/text.h"

#include <inttypes.h>
#include <string.h>

static const struct {
    const char *sentence;
    const char *unit;
} rows[] = {
#define STATUS(name, sentence, at) [STATUS_##name] = {sentence, at},
#include "schema/status.def"
};

enum {
    ROW_COUNT_ALL = sizeof rows / sizeof rows[0]
};

const char *status_sentence(enum status_code code)
{
    return (unsigned)code < ROW_COUNT_ALL ? rows[code].sentence : "an unknown failure";
}

const char *status_unit(enum status_code code)
{
    return (unsigned)code < ROW_COUNT_ALL ? rows[code].unit : "nothing";
}

void status_describe(struct status status, struct text *out)
{
    const char *unit = status_unit(status.code);
    text_put_string(out, status_sentence(status.code));
    if (status.why != NULL) {
        text_put_literal(out, ": ");
        text_put_string(out, status.why);
    }
    if (strcmp(unit, "errno") == 0 && status.at != 0) {
        char memory[128];
        text_add(out, " (%s)", strerror_r((int)status.at, memory, sizeof memory));
    } else if (strcmp(unit, "nothing") != 0 && strcmp(unit, "errno") != 0 &&
               (strcmp(unit, "number") != 0 || status.at != 0)) { /* 0: it has no number */
        text_add(out, " (%s %" PRIu64 ")", unit, status.at);
    }
}
