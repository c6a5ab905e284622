/*
 * Files that are said to hold a certificate: any bytes are fingerprinted or refused, and the same
 * bytes always alike.
 */
#include "tests/fuzz/target.h"
#include "tools/web/certificate.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hasher *hasher = NULL;
    struct digest first, second;
    struct status opened = hasher_open(&hasher);
    assert(!failed(opened));
    struct status status = certificate_fingerprint(bytes_of(data, size), hasher, &first);
    struct status again = certificate_fingerprint(bytes_of(data, size), hasher, &second);
    assert(status.code == again.code);
    if (failed(status)) {
        assert(status.code == STATUS_LIMIT ||
               (status.code == STATUS_MALFORMED && status.at <= size && status.why != NULL));
    } else {
        assert(digest_equal(&first, &second));
    }
    hasher_close(&hasher);
    return 0;
}
