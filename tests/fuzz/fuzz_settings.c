/*
 * cairnd.conf: any bytes are read, or refused with a line; what was read, written, reads
 * the same.
 */
#include "schema/settings.h"
#include "tests/fuzz/target.h"

#include <assert.h>

struct work {
    struct settings settings, again;
    struct settings_fault fault;
    char first[SETTINGS_FILE_MAX], second[SETTINGS_FILE_MAX];
};

static unsigned lines_of(struct bytes text)
{
    unsigned lines = 1;
    for (size_t i = 0; i < text.size; i++) {
        lines += text.data[i] == '\n' ? 1 : 0;
    }
    return lines;
}

static void check(struct work *work, struct bytes text)
{
    struct text first = TEXT_IN(work->first), second = TEXT_IN(work->second);
    const struct status status = settings_read(text, &work->settings, &work->fault);
    if (failed(status)) {
        assert(status.code == STATUS_MALFORMED || status.code == STATUS_LIMIT);
        assert(work->fault.line <= lines_of(text) && work->fault.sentence[0] != '\0');
        return;
    }
    settings_write(&work->settings, &first);
    assert(!first.full);
    assert(!failed(settings_read(text_bytes(&first), &work->again, &work->fault)));
    settings_write(&work->again, &second);
    assert(bytes_equal(text_bytes(&first), text_bytes(&second)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct work work; /* half a megabyte, for thousands of inputs */
    check(&work, bytes_of(data, size));
    return 0;
}
