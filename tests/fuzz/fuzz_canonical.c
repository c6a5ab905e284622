/*
 * Canonical JSON: what is accepted is what its value is written as, by another reader's judgement.
 */
#include "schema/canonical.h"
#include "schema/json.h"
#include "tests/fuzz/target.h"

#include <assert.h>
#include <stdlib.h>

/* jansson takes objects and arrays, and no NUL in a string. */
static bool is_for_jansson(struct bytes text)
{
    return text.size > 1 && (text.data[0] == '{' || text.data[0] == '[') &&
           memmem(text.data, text.size, "\\u0000", 6) == NULL;
}

static bool is_its_own_canonical_form(struct bytes text)
{
    struct json *json = NULL;
    struct json_error error;
    struct text again = {.data = malloc(text.size + 64), .capacity = text.size + 64};
    assert(again.data != NULL);
    bool same = !failed(json_parse(text, &json, &error)) && !failed(json_canonical(json, &again)) &&
                bytes_equal(text, text_bytes(&again));
    json_free(&json);
    free(again.data);
    return same;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes text = bytes_of(data, size);
    struct status status = canonical_check(text);
    if (failed(status)) {
        assert(status.code == STATUS_MALFORMED && status.at <= size && status.why != NULL);
    }
    if (is_for_jansson(text)) {
        assert(failed(status) != is_its_own_canonical_form(text));
    }
    return 0;
}
