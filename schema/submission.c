#include "schema/submission.h"

#include <assert.h>

#define MAGIC "cairn-submission-v1\n"

enum {
    MAGIC_SIZE = sizeof MAGIC - 1
};

/* Reading --------------------------------------------------------------------------------- */

struct scan {
    struct bytes left;
    const uint8_t *start;
};

static struct status bad(const struct scan *scan, const char *why)
{
    return FAIL_BECAUSE(MALFORMED, (uint64_t)(scan->left.data - scan->start), why);
}

static struct bytes take(struct bytes *from, size_t size)
{
    struct bytes taken = bytes_of(from->data, size);
    *from = bytes_of(from->data + size, from->size - size);
    return taken;
}

static struct status scan_bytes(struct scan *scan, size_t size, struct bytes *out)
{
    if (size > scan->left.size) {
        return bad(scan, "the submission ends too early");
    }
    *out = take(&scan->left, size);
    return OK;
}

/* A part with its size before it, in `width` bytes. */
static struct status scan_sized(struct scan *scan, size_t width, size_t limit, struct bytes *out)
{
    struct bytes number;
    TRY(scan_bytes(scan, width, &number));
    size_t size = width == 2 ? bytes_read_u16(number.data) : bytes_read_u32(number.data);
    if (size > limit) {
        return FAIL(LIMIT, limit);
    }
    return scan_bytes(scan, size, out);
}

static struct status scan_event(struct scan *scan)
{
    struct bytes part;
    TRY(scan_sized(scan, 2, LEAF_MAX, &part));
    TRY(scan_sized(scan, 4, SALT_SIZE + BODY_MAX, &part));
    if (part.size < SALT_SIZE) {
        return bad(scan, "a body comes with 16 bytes of salt");
    }
    return scan_sized(scan, 4, COMMAND_MAX, &part);
}

struct status submission_decode(struct bytes bytes, struct submission *out)
{
    struct scan scan = {.left = bytes, .start = bytes.data};
    struct submission submission = {0};
    struct bytes part;
    if (bytes.size > SUBMISSION_MAX) {
        return FAIL(LIMIT, SUBMISSION_MAX);
    }
    TRY(scan_bytes(&scan, MAGIC_SIZE, &part));
    if (!bytes_equal(part, LITERAL(MAGIC))) {
        return FAIL_BECAUSE(MALFORMED, 0, "this is not a submission");
    }
    TRY(scan_sized(&scan, 2, NAME_MAX_SIZE, &submission.emitter));
    TRY(scan_bytes(&scan, 8, &part));
    submission.first_n = bytes_read_u64(part.data);
    TRY(scan_bytes(&scan, 2, &part));
    submission.count = bytes_read_u16(part.data);
    if (submission.count == 0 || submission.count > SUBMISSION_EVENTS_MAX) {
        return FAIL(LIMIT, SUBMISSION_EVENTS_MAX);
    }
    const uint8_t *events = scan.left.data;
    for (uint32_t i = 0; i < submission.count; i++) {
        TRY(scan_event(&scan));
    }
    submission.events = bytes_of(events, (size_t)(scan.left.data - events));
    TRY(scan_sized(&scan, 2, SIGNATURE_MAX, &submission.signature));
    if (scan.left.size > 0) {
        return bad(&scan, "something follows the submission");
    }
    *out = submission;
    return OK;
}

static struct bytes next_sized(struct bytes *events, size_t width)
{
    struct bytes number = take(events, width);
    return take(events, width == 2 ? bytes_read_u16(number.data) : bytes_read_u32(number.data));
}

struct submission_event submission_next(struct bytes *events)
{
    struct submission_event event;
    event.statement = next_sized(events, 2);
    event.body = next_sized(events, 4);
    event.command = next_sized(events, 4);
    return event;
}

/* Writing --------------------------------------------------------------------------------- */

static void put_sized(struct text *out, size_t width, struct bytes part)
{
    uint8_t number[4];
    assert(width == 4 || part.size <= UINT16_MAX);
    if (width == 2) {
        bytes_write_u16(number, (uint16_t)part.size);
    } else {
        bytes_write_u32(number, (uint32_t)part.size);
    }
    text_put(out, number, width);
    text_put_bytes(out, part);
}

void submission_begin(struct text *out, struct bytes emitter, uint64_t first_n)
{
    uint8_t number[8];
    text_put_literal(out, MAGIC);
    put_sized(out, 2, emitter);
    bytes_write_u64(number, first_n);
    text_put(out, number, sizeof number);
    text_put(out, "\0", 2); /* the count, known at the end */
}

void submission_put(struct text *out, const struct submission_event *event)
{
    put_sized(out, 2, event->statement);
    put_sized(out, 4, event->body);
    put_sized(out, 4, event->command);
}

void submission_end(struct text *out, uint32_t count, struct bytes signature)
{
    put_sized(out, 2, signature);
    if (out->full) {
        return;
    }
    uint8_t *start = (uint8_t *)out->data;
    size_t name_size = bytes_read_u16(start + MAGIC_SIZE);
    bytes_write_u16(start + MAGIC_SIZE + 2 + name_size + 8, (uint16_t)count);
}
