/*
 * Policy files: any bytes are read or refused with a reason, and no firm rule is ever off.
 */
#include "reports/whatif/policy_file.h"
#include "tests/fuzz/target.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct whatif_policy policy;
    struct policy_error error;
    struct status status = policy_file_read(bytes_of(data, size), &policy, &error);
    if (failed(status)) {
        assert(status.code == STATUS_MALFORMED && error.reason[0] != '\0');
        return 0;
    }
    for (unsigned rule = 0; rule < RULE_COUNT; rule++) {
        assert(!policy.policy.off[rule] || !policy_is_firm((enum rule)rule));
    }
    assert(!(policy.policy.grants_at_once && policy.policy.revocations_at_login));
    return 0;
}
