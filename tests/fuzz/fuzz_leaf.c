/*
 * Leaves: any bytes are refused, or are exactly what their leaf is written as; its statement is the
 * same by parts and slowly, and leads back to it.
 */
#include "schema/canonical.h"
#include "schema/leaf.h"
#include "tests/fuzz/target.h"

#include <assert.h>

static void check_statement(const struct leaf *leaf, struct bytes bytes)
{
    char memory[LEAF_MAX + 1], slow_memory[LEAF_MAX + 1], again_memory[LEAF_MAX + 1];
    struct text statement = TEXT_IN(memory), slow = TEXT_IN(slow_memory);
    struct text again = TEXT_IN(again_memory);
    struct leaf back;
    leaf_to_statement(leaf, &statement);
    leaf_encode_statement(leaf, &slow);
    assert(bytes_equal(text_bytes(&statement), text_bytes(&slow)));
    struct status status = leaf_decode_statement(text_bytes(&statement), &back);
    assert(!failed(status));
    back.n = leaf->n;
    back.on_n = leaf->on_n;
    back.prev = leaf->prev;
    back.sig = leaf->sig;
    back.t_utc_us = leaf->t_utc_us;
    back.version = leaf->version;
    leaf_from_statement(&back, &again);
    assert(bytes_equal(bytes, text_bytes(&again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char memory[LEAF_MAX + 1];
    struct text again = TEXT_IN(memory);
    struct bytes bytes = bytes_of(data, size);
    struct leaf leaf;
    struct status status = leaf_decode(bytes, &leaf);
    if (failed(status)) {
        assert(status.code == STATUS_LIMIT ||
               (status.code == STATUS_MALFORMED && status.at <= size && status.why != NULL));
        return 0;
    }
    leaf_encode(&leaf, &again);
    assert(bytes_equal(bytes, text_bytes(&again)));
    assert(!failed(canonical_check(bytes)));
    check_statement(&leaf, bytes);
    return 0;
}
