/*
 * Messages between processes: any bytes are refused, or read without a byte too many.
 */
#include "schema/wire/message.h"
#include "tests/fuzz/target.h"

#include <assert.h>

static void read_all(struct bytes payload)
{
    struct wire_receipt receipt;
    struct wire_head head;
    struct wire_note note;
    struct wire_verdict verdict;
    struct wire_peer peer;
    (void)failed(wire_receipt_decode(payload, &receipt));
    if (!failed(wire_head_decode(payload, &head))) {
        assert(head.emitter.size <= NAME_MAX_SIZE);
    }
    if (!failed(wire_note_decode(payload, &note))) {
        assert(note.on_count <= LEAF_SUBJECTS_MAX && note.body.size <= BODY_MAX);
    }
    struct wire_reader reader = wire_read(payload);
    wire_get_verdict(&reader, &verdict);
    reader = wire_read(payload);
    wire_get_peer(&reader, &peer);
    assert(peer.source.size <= LEAF_SOURCE_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes input = bytes_of(data, size);
    struct frame frame;
    bool whole = true;
    while (whole) {
        struct bytes before = input;
        struct status status = frame_take(&input, 4096, &frame, &whole);
        if (failed(status) || !whole) {
            assert(input.data == before.data && input.size == before.size);
            break;
        }
        assert(frame.payload.size + FRAME_HEAD == before.size - input.size);
        read_all(frame.payload);
    }
    read_all(bytes_of(data, size));
    return 0;
}
