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

enum siem_severity siem_severity_of(enum event_kind kind, enum outcome outcome)
{
    enum siem_severity severity = siem_mappings[kind].severity;
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
