#include "tools/import/source.h"

#include <assert.h>
#include <errno.h>
#include <unistd.h>

void source_take(struct source *source, size_t size)
{
    assert(size <= source->end - source->start);
    source->start += size;
    source->taken += size;
}

static void source_compact(struct source *source)
{
    size_t size = source->end - source->start;
    memmove(source->memory, source->memory + source->start, size);
    source->start = 0;
    source->end = size;
}

static ssize_t read_some(const struct source *source)
{
    size_t size = source->capacity - source->end;
    if (source->read_size > 0 && source->read_size < size) {
        size = source->read_size;
    }
    ssize_t got;
    do {
        got = read(source->descriptor, source->memory + source->end, size);
    } while (got < 0 && errno == EINTR);
    return got;
}

struct status source_more(struct source *source)
{
    TRY(source->ended);
    if (source->start > 0 && source->end > source->capacity / 2) {
        source_compact(source);
    }
    if (source->end == source->capacity) {
        return FAIL(LIMIT, source->capacity);
    }
    if (source->wait != NULL) {
        source->ended = source->wait(source->wait_context, source->descriptor);
        TRY(source->ended);
    }
    ssize_t got = read_some(source);
    if (got <= 0) {
        source->ended = got == 0 ? FAIL(NOT_FOUND, 0) : FAIL(IO, (uint64_t)errno);
        return source->ended;
    }
    source->end += (size_t)got;
    return OK;
}
