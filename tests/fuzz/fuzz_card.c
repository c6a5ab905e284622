/*
 * Cards: a card has one text, and its proof holds.
 */
#include "store/card.h"
#include "tests/fuzz/target.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct card card;
    struct status started = key_library_start();
    assert(!failed(started));
    struct status status = card_read(bytes_of(data, size), &card);
    if (failed(status)) {
        assert(status.code == STATUS_MALFORMED || status.code == STATUS_BAD_SIGNATURE);
        return 0;
    }
    char memory[CARD_MAX];
    struct text written = TEXT_IN(memory);
    card_write(&card, &written);
    assert(!written.full);
    size_t line_end = size > 0 && data[size - 1] == '\n' ? 0 : 1;
    assert(bytes_equal(bytes_of(written.data, written.size - line_end), bytes_of(data, size)));
    return 0;
}
