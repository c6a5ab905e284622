/*
 * Statements: any bytes are refused, or are exactly what they are written as; the leaf made of one
 * is canonical, and its statement is the one it was made of.
 */
#include "schema/canonical.h"
#include "schema/leaf.h"
#include "tests/fuzz/target.h"

#include <assert.h>

/* A log with all positions before this one takes whatever a statement can point at. */
static void check_leaf(struct leaf *statement, struct bytes bytes)
{
    char memory[2 * LEAF_MAX], again_memory[LEAF_MAX + 1];
    struct text text = TEXT_IN(memory), again = TEXT_IN(again_memory);
    struct leaf leaf;
    statement->n = CANONICAL_INTEGER_MAX;
    statement->on_n = 1;
    leaf_from_statement(statement, &text);
    assert(!text.full && !failed(canonical_check(text_bytes(&text))));
    struct status status = leaf_decode(text_bytes(&text), &leaf);
    if (failed(status)) {
        return; /* too long, or it points at the last position of all */
    }
    leaf_to_statement(&leaf, &again);
    assert(leaf.creates != statement->creates || bytes_equal(bytes, text_bytes(&again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char memory[LEAF_MAX + 1];
    struct text again = TEXT_IN(memory);
    struct bytes bytes = bytes_of(data, size);
    struct leaf statement;
    struct status status = leaf_decode_statement(bytes, &statement);
    if (failed(status)) {
        assert(status.code == STATUS_LIMIT ||
               (status.code == STATUS_MALFORMED && status.at <= size && status.why != NULL));
        return 0;
    }
    struct leaf copy = statement;
    copy.n = ID_NEW;
    leaf_encode_statement(&copy, &again);
    assert(bytes_equal(bytes, text_bytes(&again)));
    check_leaf(&statement, bytes);
    return 0;
}
