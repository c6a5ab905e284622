/*
 * Lines of /proc/mounts: whatever stands there is read as text within its limits, or is no mount.
 */
#include "auditd/vmc/mounts.h"
#include "tests/fuzz/target.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char server[64], export[64], path[64];
    struct mounts_line line = {
        .server = TEXT_IN(server), .export = TEXT_IN(export), .path = TEXT_IN(path)};
    if (mounts_read(bytes_of(data, size), &line)) {
        assert(!line.server.full && line.server.size > 0 && text_is_utf8(text_bytes(&line.server)));
        assert(!line.export.full && text_is_utf8(text_bytes(&line.export)));
        assert(!line.path.full && text_is_utf8(text_bytes(&line.path)));
    }
    return 0;
}
