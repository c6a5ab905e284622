/*
 * Signed notes: any bytes are read or refused, and only what a key signed is handed on.
 */
#include "store/note.h"
#include "tests/fuzz/target.h"

#include <assert.h>

static void check(struct bytes note, const struct public_key *key)
{
    struct bytes text, verified;
    struct status status = note_text(note, &text);
    struct status verdict = note_verify(key, note, &verified);
    if (failed(status)) {
        assert(status.code == STATUS_LIMIT ||
               (status.code == STATUS_MALFORMED && status.at <= note.size && status.why != NULL));
        assert(failed(verdict));
        return;
    }
    assert(text.data == note.data && text.size < note.size);
    assert(text.data[text.size - 1] == '\n' && text.data[text.size] == '\n');
    assert(text_is_utf8(text));
    assert(failed(verdict) ? verdict.code == STATUS_BAD_SIGNATURE : bytes_equal(text, verified));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct public_key key;
    struct status started = key_library_start();
    struct status read = public_key_read(
        LITERAL("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), &key);
    assert(!failed(started) && !failed(read));
    check(bytes_of(data, size), &key);
    return 0;
}
