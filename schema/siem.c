#include "schema/siem.h"

#include <assert.h>

const char *siem_severity_name(enum siem_severity severity)
{
    static const char *const names[] = {
        [SIEM_INFORMATIONAL] = "Informational",
        [SIEM_LOW] = "Low",
        [SIEM_MEDIUM] = "Medium",
        [SIEM_HIGH] = "High",
        [SIEM_CRITICAL] = "Critical",
    };
    assert(severity >= SIEM_INFORMATIONAL && severity <= SIEM_CRITICAL);
    return names[severity];
}

static enum siem_severity greater(enum siem_severity a, enum siem_severity b)
{
    return a > b ? a : b;
}

enum siem_severity siem_severity_of(const struct siem_mapping *mapping, enum outcome outcome)
{
    enum siem_severity severity = mapping->severity;
    switch (outcome) {
    case OUTCOME_DENIED:
        return greater(severity, siem_severity_denied);
    case OUTCOME_FAILED:
        return greater(severity, siem_severity_failed);
    case OUTCOME_OK:
    case OUTCOME_COUNT:
        break;
    }
    return severity;
}

static bool is_like_one(struct bytes word, struct bytes text)
{
    if (word.size > 0 && word.data[word.size - 1] == '*') {
        return text.size >= word.size - 1 && memcmp(text.data, word.data, word.size - 1) == 0;
    }
    return bytes_equal(word, text);
}

bool siem_is_like(const char *like, struct bytes text)
{
    for (const char *at = like + strspn(like, " |"); *at != '\0'; at += strspn(at, " |")) {
        size_t size = strcspn(at, "|");
        struct bytes word = bytes_of(at, size);
        while (word.size > 0 && word.data[word.size - 1] == ' ') {
            word.size--;
        }
        if (is_like_one(word, text)) {
            return true;
        }
        at += size;
    }
    return false;
}
