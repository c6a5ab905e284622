/*
 * Bodies of events and fields of commands: of whatever kind they are said to be, they are refused,
 * or are the same bytes again when encoded.
 */
#include "schema/catalogue/catalogue.h"
#include "tests/fuzz/target.h"

#include <assert.h>

enum {
    ARENA_SIZE = 2 << 20,
};

static bool is_refusal(struct status status)
{
    return status.code == STATUS_MALFORMED || status.code == STATUS_LIMIT ||
           status.code == STATUS_NO_MEMORY;
}

/* What decodes is canonical JSON, and encodes to itself. */
static void check_again(struct bytes body, const struct text *again)
{
    assert(!failed(canonical_check(body)));
    assert(!again->full);
    assert(bytes_equal(text_bytes(again), body));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t memory[ARENA_SIZE];
    static char text_memory[BODY_MAX + 1];
    struct arena arena = ARENA_IN(memory);
    struct bytes bytes = bytes_of(data, size);
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        struct text again = TEXT_IN(text_memory);
        union event_body body;
        arena_reset(&arena);
        struct status status = event_body_decode((enum event_kind)kind, bytes, &arena, &body);
        if (failed(status)) {
            assert(is_refusal(status));
            continue;
        }
        event_body_encode((enum event_kind)kind, &body, &again);
        check_again(bytes, &again);
    }
    for (unsigned kind = 0; kind < COMMAND_KIND_COUNT; kind++) {
        struct text again = TEXT_IN(text_memory);
        union command_fields fields;
        arena_reset(&arena);
        struct status status =
            command_fields_decode((enum command_kind)kind, bytes, &arena, &fields);
        if (failed(status)) {
            assert(is_refusal(status));
            continue;
        }
        command_fields_encode((enum command_kind)kind, &fields, &again);
        check_again(bytes, &again);
    }
    return 0;
}
