/*
 * What users and controllers say to each other: any bytes are refused, or read as what would be
 * written so again.
 */
#include "core/vmc/errand.h"
#include "tests/fuzz/target.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char memory[2 * ERRAND_SIZE_MAX];
    struct text text = TEXT_IN(memory);
    struct bytes message = bytes_of(data, size);
    struct errand errand;
    struct reply reply;
    if (!failed(errand_get(message, &errand))) {
        errand_put(&text, &errand);
        assert(bytes_equal(text_bytes(&text), message));
    }
    text_clear(&text);
    if (!failed(reply_get(message, &reply))) {
        reply_put(&text, &reply);
        assert(text.full || bytes_equal(text_bytes(&text), message));
    }
    return 0;
}
