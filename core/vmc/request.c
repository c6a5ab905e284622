#include "core/vmc/request.h"

enum {
    PROGRAM_MAX = 64,
};

/* Requests -------------------------------------------------------------------------------- */

static bool has_object(enum request_kind kind)
{
    return kind != REQUEST_LIST && kind != REQUEST_STATUS;
}

void request_put(struct text *out, const struct request *request)
{
    wire_put_u8(out, (uint8_t)request->kind);
    if (has_object(request->kind)) {
        wire_put_u64(out, request->object);
    }
    if (request->kind == REQUEST_UNLOCK) {
        wire_put_u8(out, request->read_only);
        wire_put_u8(out, request->format);
        wire_put_bytes(out, BYTES(request->wrap.data));
    }
}

static bool get_flag(struct wire_reader *reader)
{
    uint8_t flag = wire_get_u8(reader);
    reader->bad |= flag > 1;
    return flag == 1;
}

struct status request_get(struct bytes message, struct request *out)
{
    struct wire_reader reader = wire_read(message);
    *out = (struct request){.kind = (enum request_kind)wire_get_u8(&reader)};
    if (out->kind < REQUEST_UNLOCK || out->kind > REQUEST_UNMOUNT) {
        return FAIL_BECAUSE(MALFORMED, 0, "this controller knows no such request");
    }
    if (has_object(out->kind)) {
        out->object = wire_get_u64(&reader);
    }
    if (out->kind == REQUEST_UNLOCK) {
        out->read_only = get_flag(&reader);
        out->format = get_flag(&reader);
        struct bytes wrap = wire_get_bytes(&reader, WRAP_SIZE);
        if (wrap.size != WRAP_SIZE) {
            return FAIL_BECAUSE(MALFORMED, wrap.size, "a wrapped key has another size");
        }
        memcpy(out->wrap.data, wrap.data, wrap.size);
    }
    return wire_end(&reader);
}

/* Answers --------------------------------------------------------------------------------- */

const char *answer_drive_state_name(enum answer_drive_state state)
{
    switch (state) {
    case ANSWER_DRIVE_BLANK:
        return "blank";
    case ANSWER_DRIVE_LOCKED:
        return "locked";
    case ANSWER_DRIVE_OPEN:
        return "open";
    case ANSWER_DRIVE_FOREIGN:
        break;
    }
    return "foreign";
}

static void put_drive(struct text *out, const struct answer_drive *drive)
{
    wire_put_u64(out, drive->drive);
    wire_put_u64(out, drive->size);
    wire_put_u8(out, (uint8_t)drive->state);
    wire_put_u8(out, drive->read_only);
    wire_put_bytes(out, drive->path);
}

static void get_drive(struct wire_reader *reader, struct answer_drive *out)
{
    out->drive = wire_get_u64(reader);
    out->size = wire_get_u64(reader);
    out->state = (enum answer_drive_state)wire_get_u8(reader);
    out->read_only = get_flag(reader);
    out->path = wire_get_bytes(reader, REQUEST_PATH_MAX);
    reader->bad |= out->state < ANSWER_DRIVE_BLANK || out->state > ANSWER_DRIVE_FOREIGN;
}

static void put_status(struct text *out, const struct answer_status *status)
{
    wire_put_bytes(out, status->program);
    wire_put_u64(out, status->applied);
    wire_put_u64(out, status->since_us);
    wire_put_u32(out, status->users);
    wire_put_u32(out, status->directories);
    wire_put_u32(out, status->drives);
    wire_put_bytes(out, BYTES(status->policy.sha256));
}

static void get_status(struct wire_reader *reader, struct answer_status *out)
{
    out->program = wire_get_bytes(reader, PROGRAM_MAX);
    out->applied = wire_get_u64(reader);
    out->since_us = wire_get_u64(reader);
    out->users = wire_get_u32(reader);
    out->directories = wire_get_u32(reader);
    out->drives = wire_get_u32(reader);
    struct bytes policy = wire_get_bytes(reader, DIGEST_SIZE);
    reader->bad |= policy.size != DIGEST_SIZE;
    if (!reader->bad) {
        memcpy(out->policy.sha256, policy.data, DIGEST_SIZE);
    }
}

void answer_put(struct text *out, const struct answer *answer)
{
    wire_put_u8(out, (uint8_t)answer->kind);
    switch (answer->kind) {
    case ANSWER_STEP:
        wire_put_bytes(out, answer->step);
        break;
    case ANSWER_DRIVE:
        put_drive(out, &answer->drive);
        break;
    case ANSWER_STATUS:
        put_status(out, &answer->status);
        break;
    case ANSWER_DONE:
        wire_put_bytes(out, answer->done.code);
        wire_put_u64(out, answer->done.at);
        wire_put_bytes(out, answer->done.why);
        break;
    }
}

void answer_put_done(struct text *out, struct status status)
{
    wire_put_u8(out, ANSWER_DONE);
    wire_put_status(out, status);
}

struct status answer_get(struct bytes message, struct answer *out)
{
    struct wire_reader reader = wire_read(message);
    *out = (struct answer){.kind = (enum answer_kind)wire_get_u8(&reader)};
    switch (out->kind) {
    case ANSWER_STEP:
        out->step = wire_get_bytes(&reader, REQUEST_PATH_MAX);
        return wire_end(&reader);
    case ANSWER_DRIVE:
        get_drive(&reader, &out->drive);
        return wire_end(&reader);
    case ANSWER_STATUS:
        get_status(&reader, &out->status);
        return wire_end(&reader);
    case ANSWER_DONE:
        out->done = wire_get_status(&reader);
        return wire_end(&reader);
    }
    return FAIL_BECAUSE(MALFORMED, 0, "this is no answer of a controller");
}
