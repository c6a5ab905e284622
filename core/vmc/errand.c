#include "core/vmc/errand.h"

enum {
    PROGRAM_MAX = 64,
};

/* Requests -------------------------------------------------------------------------------- */

static bool has_object(enum errand_kind kind)
{
    return kind != ERRAND_LIST && kind != ERRAND_STATUS;
}

void errand_put(struct text *out, const struct errand *errand)
{
    wire_put_u8(out, (uint8_t)errand->kind);
    if (has_object(errand->kind)) {
        wire_put_u64(out, errand->object);
    }
    if (errand->kind == ERRAND_UNLOCK) {
        wire_put_u8(out, errand->read_only);
        wire_put_u8(out, errand->format);
        wire_put_bytes(out, BYTES(errand->wrap.data));
    }
}

static bool get_flag(struct wire_reader *reader)
{
    uint8_t flag = wire_get_u8(reader);
    reader->bad |= flag > 1;
    return flag == 1;
}

struct status errand_get(struct bytes message, struct errand *out)
{
    struct wire_reader reader = wire_read(message);
    *out = (struct errand){.kind = (enum errand_kind)wire_get_u8(&reader)};
    if (out->kind < ERRAND_UNLOCK || out->kind > ERRAND_UNMOUNT) {
        return FAIL_BECAUSE(MALFORMED, 0, "this controller knows no such request");
    }
    if (has_object(out->kind)) {
        out->object = wire_get_u64(&reader);
    }
    if (out->kind == ERRAND_UNLOCK) {
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

const char *reply_drive_state_name(enum reply_drive_state state)
{
    switch (state) {
    case REPLY_DRIVE_BLANK:
        return "blank";
    case REPLY_DRIVE_LOCKED:
        return "locked";
    case REPLY_DRIVE_OPEN:
        return "open";
    case REPLY_DRIVE_FOREIGN:
        break;
    }
    return "foreign";
}

static void put_drive(struct text *out, const struct reply_drive *drive)
{
    wire_put_u64(out, drive->drive);
    wire_put_u64(out, drive->size);
    wire_put_u8(out, (uint8_t)drive->state);
    wire_put_u8(out, drive->read_only);
    wire_put_bytes(out, drive->path);
}

static void get_drive(struct wire_reader *reader, struct reply_drive *out)
{
    out->drive = wire_get_u64(reader);
    out->size = wire_get_u64(reader);
    out->state = (enum reply_drive_state)wire_get_u8(reader);
    out->read_only = get_flag(reader);
    out->path = wire_get_bytes(reader, ERRAND_PATH_MAX);
    reader->bad |= out->state < REPLY_DRIVE_BLANK || out->state > REPLY_DRIVE_FOREIGN;
}

static void put_status(struct text *out, const struct reply_status *status)
{
    wire_put_bytes(out, status->program);
    wire_put_u64(out, status->applied);
    wire_put_u64(out, status->since_us);
    wire_put_u32(out, status->users);
    wire_put_u32(out, status->directories);
    wire_put_u32(out, status->drives);
    wire_put_bytes(out, BYTES(status->policy.sha256));
}

static void get_status(struct wire_reader *reader, struct reply_status *out)
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

void reply_put(struct text *out, const struct reply *answer)
{
    wire_put_u8(out, (uint8_t)answer->kind);
    switch (answer->kind) {
    case REPLY_STEP:
        wire_put_bytes(out, answer->step);
        break;
    case REPLY_DRIVE:
        put_drive(out, &answer->drive);
        break;
    case REPLY_STATUS:
        put_status(out, &answer->status);
        break;
    case REPLY_DONE:
        wire_put_bytes(out, answer->done.code);
        wire_put_u64(out, answer->done.at);
        wire_put_bytes(out, answer->done.why);
        break;
    }
}

void reply_put_done(struct text *out, struct status status)
{
    wire_put_u8(out, REPLY_DONE);
    wire_put_status(out, status);
}

struct status reply_get(struct bytes message, struct reply *out)
{
    struct wire_reader reader = wire_read(message);
    *out = (struct reply){.kind = (enum reply_kind)wire_get_u8(&reader)};
    switch (out->kind) {
    case REPLY_STEP:
        out->step = wire_get_bytes(&reader, ERRAND_PATH_MAX);
        return wire_end(&reader);
    case REPLY_DRIVE:
        get_drive(&reader, &out->drive);
        return wire_end(&reader);
    case REPLY_STATUS:
        get_status(&reader, &out->status);
        return wire_end(&reader);
    case REPLY_DONE:
        out->done = wire_get_status(&reader);
        return wire_end(&reader);
    }
    return FAIL_BECAUSE(MALFORMED, 0, "this is no answer of a controller");
}
