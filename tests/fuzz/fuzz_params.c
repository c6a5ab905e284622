/*
 * Query strings: any bytes are read or refused, and what was read, written again, reads the same.
 */
#include "reports/web/params.h"
#include "schema/text.h"
#include "tests/fuzz/target.h"

#include <assert.h>

/* Every byte as %XX: no reader can take it for anything else. */
static void write_again(const struct params *params, struct text *out)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < params->count; i++) {
        text_put_string(out, i > 0 ? "&" : "");
        text_put_bytes(out, params->params[i].name);
        text_put_char(out, '=');
        for (size_t k = 0; k < params->params[i].value.size; k++) {
            uint8_t c = params->params[i].value.data[k];
            const char escape[] = {'%', digits[c >> 4], digits[c & 15]};
            text_put(out, escape, sizeof escape);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct params params, again;
    static char memory[4 * PARAMS_SIZE_MAX];
    struct text written = TEXT_IN(memory);
    struct status status = params_read(bytes_of(data, size), &params);
    if (failed(status)) {
        assert(status.why != NULL);
        assert(status.code == STATUS_LIMIT ||
               (status.code == STATUS_MALFORMED && status.at <= size));
        return 0;
    }
    write_again(&params, &written);
    assert(!written.full);
    status = params_read(text_bytes(&written), &again);
    if (status.code == STATUS_LIMIT) {
        return 0; /* three times as long */
    }
    assert(!failed(status) && again.count == params.count);
    for (size_t i = 0; i < params.count; i++) {
        assert(bytes_equal(again.params[i].name, params.params[i].name));
        assert(bytes_equal(again.params[i].value, params.params[i].value));
    }
    return 0;
}
