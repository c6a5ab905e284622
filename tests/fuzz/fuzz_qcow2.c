/*
 * The head of a qcow2 file: whatever it says, what is read lies within it and within its limits.
 */
#include "auditd/watcher/qcow2.h"
#include "tests/fuzz/target.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct qcow2_head head;
    const struct status status = qcow2_read(bytes_of(data, size), &head);
    if (failed(status)) {
        assert(status.code == STATUS_MALFORMED || status.code == STATUS_VERSION);
        return 0;
    }
    assert(size >= 72 && head.backing.size <= QCOW2_NAME_MAX);
    if (head.backing.size > 0) {
        assert(head.backing.data >= data && head.backing.data + head.backing.size <= data + size);
    }
    return 0;
}
