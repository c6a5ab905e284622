#include "store/bundle.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define MAGIC "cairn-bundle-v1\n"

enum {
    SIZE_SIZE = 4, /* bytes of a size */
    HEAD_MAX = sizeof MAGIC + ORIGIN_MAX + 24,
    BODY_AND_SALT_MAX = SALT_SIZE + BODY_MAX,
    EVENT_MAX = 3 * SIZE_SIZE + LEAF_MAX + BODY_AND_SALT_MAX + COMMAND_MAX,
    BUFFER_SIZE = 512 << 10,
};

_Static_assert(EVENT_MAX <= BUFFER_SIZE, "an event fits into the buffer");
_Static_assert((int)EVENT_MAX <= (int)STREAM_MEMORY, "an event fits into a chunk");

/* Writing --------------------------------------------------------------------------------- */

struct status bundle_put_head(const struct bundle_sink *sink, const struct bundle_head *head)
{
    char memory[HEAD_MAX];
    struct text text = TEXT_IN(memory);
    text_put_literal(&text, MAGIC);
    text_put_string(&text, head->origin);
    text_put_char(&text, '\n');
    text_put_u64(&text, head->size);
    text_put_char(&text, '\n');
    assert(!text.full);
    return sink->put(sink->context, text_bytes(&text));
}

static struct status put_sized(const struct bundle_sink *sink, struct bytes bytes)
{
    uint8_t size[SIZE_SIZE];
    bytes_write_u32(size, (uint32_t)bytes.size);
    TRY(sink->put(sink->context, BYTES(size)));
    return bytes.size == 0 ? OK : sink->put(sink->context, bytes);
}

struct status bundle_put_event(const struct bundle_sink *sink, const struct bundle_event *event)
{
    assert(event->leaf.size <= LEAF_MAX && event->body.size <= BODY_AND_SALT_MAX &&
           event->command.size <= COMMAND_MAX);
    TRY(put_sized(sink, event->leaf));
    TRY(put_sized(sink, event->body));
    return put_sized(sink, event->command);
}

struct status bundle_put_end(const struct bundle_sink *sink, struct bytes note)
{
    assert(note.size <= NOTE_MAX);
    return put_sized(sink, note);
}

/* Sources --------------------------------------------------------------------------------- */

static struct status read_file(void *context, uint8_t *out, size_t capacity, size_t *got)
{
    const int *descriptor = context;
    ssize_t count;
    do {
        count = read(*descriptor, out, capacity);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    *got = (size_t)count;
    return OK;
}

static struct status rewind_file(void *context)
{
    const int *descriptor = context;
    return lseek(*descriptor, 0, SEEK_SET) == 0 ? OK : FAIL(IO, (uint64_t)errno);
}

struct bundle_source bundle_from_file(int *descriptor)
{
    return (struct bundle_source){.context = descriptor, .read = read_file, .rewind = rewind_file};
}

static struct status read_memory(void *context, uint8_t *out, size_t capacity, size_t *got)
{
    struct bundle_memory *memory = context;
    size_t left = memory->bytes.size - memory->at;
    *got = left < capacity ? left : capacity;
    if (*got > 0) {
        memcpy(out, memory->bytes.data + memory->at, *got);
    }
    memory->at += *got;
    return OK;
}

static struct status rewind_memory(void *context)
{
    struct bundle_memory *memory = context;
    memory->at = 0;
    return OK;
}

struct bundle_source bundle_from_memory(struct bundle_memory *memory)
{
    return (struct bundle_source){.context = memory, .read = read_memory, .rewind = rewind_memory};
}

/* Reading --------------------------------------------------------------------------------- */

struct bundle_reader {
    struct bundle_source source;
    struct bundle_head head;
    uint64_t next;     /* event */
    uint64_t offset;   /* of `start` in the bundle */
    size_t start, end; /* what the buffer holds and nobody has taken */
    bool ended;        /* the source has no more */
    uint8_t buffer[BUFFER_SIZE];
};

/* Reads on until the buffer holds `size` bytes or the source ends. */
static struct status reach(struct bundle_reader *reader, size_t size)
{
    assert(size <= sizeof reader->buffer);
    if (reader->end - reader->start >= size) {
        return OK;
    }
    memmove(reader->buffer, reader->buffer + reader->start, reader->end - reader->start);
    reader->end -= reader->start;
    reader->start = 0;
    while (reader->end < size && !reader->ended) {
        size_t got;
        TRY(reader->source.read(reader->source.context, reader->buffer + reader->end,
                                sizeof reader->buffer - reader->end, &got));
        reader->end += got;
        reader->ended = got == 0;
    }
    return OK;
}

static size_t held(const struct bundle_reader *reader)
{
    return reader->end - reader->start;
}

static struct status truncated(const struct bundle_reader *reader)
{
    return FAIL_BECAUSE(TRUNCATED, reader->offset + held(reader), "the bundle is cut off");
}

static struct bytes take(struct bundle_reader *reader, size_t size)
{
    struct bytes bytes = bytes_of(reader->buffer + reader->start, size);
    reader->start += size;
    reader->offset += size;
    return bytes;
}

/* Takes a line of at most `max` bytes, without its line feed. */
static struct status take_line(struct bundle_reader *reader, size_t max, struct bytes *line)
{
    TRY(reach(reader, max + 1));
    const uint8_t *start = reader->buffer + reader->start;
    size_t there = held(reader) < max + 1 ? held(reader) : max + 1;
    const uint8_t *end = memchr(start, '\n', there);
    if (end == NULL) {
        return there <= max ? truncated(reader)
                            : FAIL_BECAUSE(MALFORMED, reader->offset, "a line is too long");
    }
    *line = take(reader, (size_t)(end - start) + 1);
    line->size--;
    return OK;
}

static struct status read_head(struct bundle_reader *reader)
{
    struct bytes line;
    TRY(reach(reader, sizeof MAGIC - 1));
    if (held(reader) < sizeof MAGIC - 1) {
        return truncated(reader);
    }
    if (memcmp(reader->buffer, MAGIC, sizeof MAGIC - 1) != 0) {
        return FAIL_BECAUSE(MALFORMED, 0, "this is no bundle");
    }
    take(reader, sizeof MAGIC - 1);
    TRY(take_line(reader, ORIGIN_MAX, &line));
    if (!key_name_is_valid(line)) {
        return FAIL_BECAUSE(MALFORMED, sizeof MAGIC - 1, "the second line names no log");
    }
    memcpy(reader->head.origin, line.data, line.size);
    uint64_t at = reader->offset;
    TRY(take_line(reader, 20, &line));
    if (!text_read_u64(line, &reader->head.size) || reader->head.size > TREE_SIZE_MAX) {
        return FAIL_BECAUSE(MALFORMED, at, "the third line is no number of events");
    }
    return OK;
}

struct status bundle_reader_open(const struct bundle_source *source, struct bundle_reader **out)
{
    CLEANUP(bundle_reader_close) struct bundle_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) {
        return FAIL(NO_MEMORY, sizeof *reader);
    }
    reader->source = *source;
    TRY(read_head(reader));
    *out = reader;
    reader = NULL;
    return OK;
}

void bundle_reader_close(struct bundle_reader **reader)
{
    free(*reader);
    *reader = NULL;
}

const struct bundle_head *bundle_reader_head(const struct bundle_reader *reader)
{
    return &reader->head;
}

/* The most and the least that a part of the file may have, and the sentence where it does not. */
struct part {
    size_t min, max;
    const char *why;
};

/* Looks at a sized part that begins `*ahead` bytes on, without taking it, and goes beyond it. What
 * is found is lent until the buffer moves, which is after the whole event. */
static struct status look(struct bundle_reader *reader, const struct part *part, size_t *ahead,
                          size_t *size)
{
    TRY(reach(reader, *ahead + SIZE_SIZE));
    if (held(reader) < *ahead + SIZE_SIZE) {
        return truncated(reader);
    }
    *size = bytes_read_u32(reader->buffer + reader->start + *ahead);
    if (*size < part->min || *size > part->max) {
        return FAIL_BECAUSE(MALFORMED, reader->offset + *ahead, part->why);
    }
    TRY(reach(reader, *ahead + SIZE_SIZE + *size));
    if (held(reader) < *ahead + SIZE_SIZE + *size) {
        return truncated(reader);
    }
    *ahead += SIZE_SIZE + *size;
    return OK;
}

static struct bytes take_sized(struct bundle_reader *reader, size_t size)
{
    take(reader, SIZE_SIZE);
    return take(reader, size);
}

struct status bundle_reader_next(struct bundle_reader *reader, struct bundle_event *event)
{
    static const struct part parts[] = {
        {1, LEAF_MAX, "the size of a leaf is none that a leaf has"},
        {0, BODY_AND_SALT_MAX, "the size of a body is none that a body has"},
        {0, COMMAND_MAX, "the size of a command is none that a command has"},
    };
    size_t sizes[3];
    size_t ahead = 0;
    if (reader->next == reader->head.size) {
        return FAIL(NOT_FOUND, reader->next);
    }
    for (size_t i = 0; i < 3; i++) {
        TRY(look(reader, &parts[i], &ahead, &sizes[i]));
    }
    event->leaf = take_sized(reader, sizes[0]);
    event->body = take_sized(reader, sizes[1]);
    event->command = take_sized(reader, sizes[2]);
    reader->next++;
    return OK;
}

struct status bundle_reader_end(struct bundle_reader *reader, struct bytes *note)
{
    static const struct part part = {1, NOTE_MAX, "the size of the checkpoint is none it can have"};
    size_t ahead = 0, size;
    assert(reader->next == reader->head.size);
    TRY(look(reader, &part, &ahead, &size));
    TRY(reach(reader, ahead + 1));
    if (held(reader) > ahead) {
        return FAIL_BECAUSE(MALFORMED, reader->offset + ahead, "something follows the checkpoint");
    }
    *note = take_sized(reader, size);
    return OK;
}

/* Checking -------------------------------------------------------------------------------- */

static struct status fill_chunk(void *context, struct stream_chunk *chunk)
{
    struct bundle_reader *reader = context;
    struct bundle_event event;
    while (chunk->count < STREAM_EVENTS && sizeof chunk->memory - chunk->used >= EVENT_MAX) {
        struct status status = bundle_reader_next(reader, &event);
        if (status.code == STATUS_NOT_FOUND) {
            return OK;
        }
        TRY(status);
        chunk->events[chunk->count++] = (struct examined){
            .bytes = stream_keep(chunk, event.leaf),
            .body = stream_keep(chunk, event.body),
            .command = stream_keep(chunk, event.command),
        };
    }
    return OK;
}

/* What is wrong with the file itself is a finding at the event where it shows. */
static struct status note_damage(struct status status, struct verifier *verifier)
{
    if (status.code == STATUS_MALFORMED || status.code == STATUS_TRUNCATED) {
        verify_note(verifier, verify_report_of(verifier)->size, status.why);
        return OK;
    }
    return status;
}

static struct status check_end(struct bundle_reader *reader, struct verifier *verifier)
{
    struct bytes note, text;
    struct checkpoint checkpoint;
    struct status status = bundle_reader_end(reader, &note);
    if (failed(status)) {
        return note_damage(status, verifier);
    }
    TRY(verify_checkpoint(verifier, note));
    if (!failed(note_text(note, &text)) && !failed(checkpoint_read(text, &checkpoint)) &&
        !bytes_equal(checkpoint.origin, bytes_of_string(reader->head.origin))) {
        verify_note(verifier, 0, "the bundle's second line names another log");
    }
    return OK;
}

static struct status check_events(struct bundle_reader *reader,
                                  const struct stream_options *options, struct verifier *verifier)
{
    const struct stream_source source = {.context = reader, .fill = fill_chunk};
    struct stream_options whole = *options;
    whole.whole = true;
    whole.total = reader->head.size;
    struct status status = verify_stream(&source, &whole, verifier);
    return failed(status) ? note_damage(status, verifier) : check_end(reader, verifier);
}

/* One of the further passes that more subjects than fit into memory need. */
static struct status count_again(const struct bundle_source *source, struct verifier *verifier)
{
    CLEANUP(bundle_reader_close) struct bundle_reader *reader = NULL;
    struct bundle_event event;
    struct leaf leaf;
    verify_next_pass(verifier);
    TRY(source->rewind(source->context));
    TRY(bundle_reader_open(source, &reader));
    struct status status;
    while (!failed(status = bundle_reader_next(reader, &event))) {
        if (!failed(leaf_decode(event.leaf, &leaf))) {
            verify_count(verifier, &leaf);
        }
    }
    /* What is wrong with the file has been told in the first pass. */
    return status.code == STATUS_IO || status.code == STATUS_NO_MEMORY ? status : OK;
}

struct status bundle_verify(const struct bundle_source *source,
                            const struct stream_options *options, struct verifier *verifier,
                            struct bundle_head *head)
{
    CLEANUP(bundle_reader_close) struct bundle_reader *reader = NULL;
    TRY(bundle_reader_open(source, &reader));
    *head = reader->head;
    TRY(check_events(reader, options, verifier));
    verify_end(verifier);
    while (verify_passes_left(verifier) > 0) {
        TRY(count_again(source, verifier));
    }
    return OK;
}
