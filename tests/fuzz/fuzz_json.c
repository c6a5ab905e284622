/*
 * JSON that people send: whatever it is, it is refused in order, or what is written of it is the
 * same JSON again.
 */
#include "schema/canonical.h"
#include "schema/json.h"
#include "tests/fuzz/target.h"

#include <assert.h>

enum {
    TEXT_MAX = 1 << 20, /* bytes */
};

/* Printed, it is the same JSON: parsed and printed again, it is the same text. */
static void check_printed(const struct json *json, uint32_t indent)
{
    static char first_memory[TEXT_MAX], second_memory[TEXT_MAX];
    struct text first = TEXT_IN(first_memory), second = TEXT_IN(second_memory);
    struct json_error error;
    CLEANUP(json_free) struct json *again = NULL;
    if (failed(json_print(json, indent, &first))) {
        assert(first.full);
        return;
    }
    assert(!failed(json_parse(text_bytes(&first), &again, &error)));
    assert(!failed(json_print(again, indent, &second)));
    assert(bytes_equal(text_bytes(&first), text_bytes(&second)));
}

/* What canonical JSON can say of it is canonical, and says itself. */
static void check_canonical(const struct json *json)
{
    static char first_memory[TEXT_MAX], second_memory[TEXT_MAX];
    struct text first = TEXT_IN(first_memory), second = TEXT_IN(second_memory);
    struct json_error error;
    CLEANUP(json_free) struct json *again = NULL;
    if (failed(json_canonical(json, &first))) {
        return;
    }
    assert(!failed(canonical_check(text_bytes(&first))));
    assert(!failed(json_parse(text_bytes(&first), &again, &error)));
    assert(!failed(json_canonical(again, &second)));
    assert(bytes_equal(text_bytes(&first), text_bytes(&second)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json_error error = {0};
    CLEANUP(json_free) struct json *json = NULL;
    struct status status = json_parse(bytes_of(data, size), &json, &error);
    if (failed(status)) {
        assert(json == NULL && error.line > 0 && error.column > 0 && error.reason[0] != '\0');
        return 0;
    }
    check_printed(json, 0);
    check_printed(json, 2);
    check_canonical(json);
    return 0;
}
