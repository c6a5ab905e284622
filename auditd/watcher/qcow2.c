#include "auditd/watcher/qcow2.h"

enum {
    AT_VERSION = 4,
    AT_BACKING = 8, /* where its name is */
    AT_BACKING_SIZE = 16,
    AT_SIZE = 24,
    HEAD_SIZE_2 = 72, /* of version 2 */
    AT_INCOMPATIBLE = 72,
    HEAD_SIZE_3 = 104,
    DATA_FILE = 4, /* a bit of incompatible features */
};

struct status qcow2_read(struct bytes head, struct qcow2_head *out)
{
    *out = (struct qcow2_head){0};
    if (head.size < HEAD_SIZE_2 || memcmp(head.data, "QFI\xfb", 4) != 0) {
        return FAIL_BECAUSE(MALFORMED, 0, "this is no qcow2 file");
    }
    const uint32_t version = bytes_read_u32(head.data + AT_VERSION);
    if (version != 2 && version != 3) {
        return FAIL(VERSION, version);
    }
    if (version == 3 && head.size < HEAD_SIZE_3) {
        return FAIL_BECAUSE(MALFORMED, head.size, "the head of the file is cut");
    }
    const uint64_t at = bytes_read_u64(head.data + AT_BACKING);
    const uint32_t size = bytes_read_u32(head.data + AT_BACKING_SIZE);
    out->size = bytes_read_u64(head.data + AT_SIZE);
    out->has_data_file =
        version == 3 && (bytes_read_u64(head.data + AT_INCOMPATIBLE) & DATA_FILE) != 0;
    if (at == 0) {
        return OK;
    }
    if (size == 0 || size > QCOW2_NAME_MAX || at > head.size || size > head.size - at) {
        return FAIL_BECAUSE(MALFORMED, AT_BACKING, "the name of what lies below is not there");
    }
    out->backing = bytes_of(head.data + at, size);
    return OK;
}
