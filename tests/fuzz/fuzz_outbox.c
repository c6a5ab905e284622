/*
 * What an outbox reads of a spool: notes and records are refused, or are exactly what is written of
 * them. Input: u8 (even: a note), the bytes.
 */
#include "core/emit/outbox_parts.h"
#include "tests/fuzz/target.h"

#include <assert.h>

static void try_note(struct bytes bytes)
{
    struct note note;
    char memory[SPOOL_NOTE_MAX];
    struct text again = TEXT_IN(memory);
    struct status status = outbox_note_read(bytes, &note);
    if (failed(status)) {
        assert(status.code == STATUS_MALFORMED && status.why != NULL);
        return;
    }
    outbox_note_write(&note, &again);
    /* `met` has one bit, and an empty note is one of zeros. */
    assert(!again.full && (bytes.size == 0 || again.size == bytes.size));
    assert(bytes.size == 0 || bytes.data[1] > 1 || bytes_equal(text_bytes(&again), bytes));
}

static void try_record(struct bytes bytes)
{
    struct outbox_record record;
    struct status status = outbox_record_decode(bytes, &record);
    if (failed(status)) {
        assert(status.code == STATUS_MALFORMED && status.at <= bytes.size && status.why != NULL);
        return;
    }
    assert(record.statement.size > 0 && record.statement.size <= LEAF_MAX);
    assert(record.body.size >= SALT_SIZE);
    assert(2 + record.statement.size + 4 + record.body.size == bytes.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0) {
        struct bytes bytes = bytes_of(data + 1, size - 1);
        if (data[0] % 2 == 0) {
            try_note(bytes);
        } else {
            try_record(bytes);
        }
    }
    return 0;
}
