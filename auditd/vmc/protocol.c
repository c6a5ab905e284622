#include "auditd/vmc/protocol.h"

enum {
    PROGRAM_MAX = 64, /* bytes of a program's version */
};

/* Bytes of a known size come with that size all the same: what is wrong shows where it is. */
static void get_exactly(struct wire_reader *reader, uint8_t *out, size_t size)
{
    struct bytes bytes = wire_get_bytes(reader, size);
    if (bytes.size != size) {
        reader->bad = true;
        memset(out, 0, size);
        return;
    }
    memcpy(out, bytes.data, size);
}

/* Greeting -------------------------------------------------------------------------------- */

void vmc_put_greeting(struct text *out, const struct vmc_greeting *greeting)
{
    wire_put_u32(out, greeting->version);
    wire_put_bytes(out, greeting->vm);
    wire_put_u64(out, greeting->run);
    wire_put_bytes(out, greeting->origin);
    wire_put_bytes(out, greeting->name);
    wire_put_bytes(out, BYTES(greeting->nonce));
}

struct status vmc_get_greeting(struct bytes payload, struct vmc_greeting *out)
{
    struct wire_reader reader = wire_read(payload);
    out->version = wire_get_u32(&reader);
    out->vm = wire_get_bytes(&reader, WIRE_ID_MAX);
    out->run = wire_get_u64(&reader);
    out->origin = wire_get_bytes(&reader, ORIGIN_MAX);
    out->name = wire_get_bytes(&reader, NAME_MAX_SIZE);
    get_exactly(&reader, out->nonce, sizeof out->nonce);
    return wire_end(&reader);
}

/* Hello ----------------------------------------------------------------------------------- */

static void put_unsigned_hello(struct text *out, const struct vmc_hello *hello)
{
    wire_put_u32(out, hello->version);
    wire_put_bytes(out, hello->key);
    wire_put_bytes(out, BYTES(hello->receive_key));
    wire_put_bytes(out, hello->program);
    wire_put_u64(out, hello->applied);
}

void vmc_hello_message(struct text *out, const struct vmc_greeting *greeting,
                       const struct vmc_hello *hello)
{
    text_put_literal(out, "cairn-vmc-hello-v1\n");
    vmc_put_greeting(out, greeting);
    put_unsigned_hello(out, hello);
}

void vmc_put_hello(struct text *out, const struct vmc_hello *hello)
{
    put_unsigned_hello(out, hello);
    wire_put_bytes(out, hello->signature);
}

struct status vmc_get_hello(struct bytes payload, struct vmc_hello *out)
{
    struct wire_reader reader = wire_read(payload);
    out->version = wire_get_u32(&reader);
    out->key = wire_get_bytes(&reader, VMC_KEY_TEXT_MAX);
    get_exactly(&reader, out->receive_key, sizeof out->receive_key);
    out->program = wire_get_bytes(&reader, PROGRAM_MAX);
    out->applied = wire_get_u64(&reader);
    out->signature = wire_get_bytes(&reader, SIGNATURE_MAX);
    return wire_end(&reader);
}

/* Welcome --------------------------------------------------------------------------------- */

void vmc_put_welcome(struct text *out, const struct vmc_welcome *welcome)
{
    wire_put_bytes(out, welcome->owner);
    wire_put_bytes(out, welcome->owner_key);
    wire_put_bytes(out, BYTES(welcome->chain.sha256));
    wire_put_u64(out, welcome->emitter_n);
}

struct status vmc_get_welcome(struct bytes payload, struct vmc_welcome *out)
{
    struct wire_reader reader = wire_read(payload);
    out->owner = wire_get_bytes(&reader, WIRE_ID_MAX);
    out->owner_key = wire_get_bytes(&reader, VMC_KEY_TEXT_MAX);
    get_exactly(&reader, out->chain.sha256, sizeof out->chain.sha256);
    out->emitter_n = wire_get_u64(&reader);
    return wire_end(&reader);
}

/* Facts ----------------------------------------------------------------------------------- */

void vmc_put_fact(struct text *out, const struct vmc_fact *fact)
{
    wire_put_u64(out, fact->n);
    wire_put_bytes(out, fact->kind);
    wire_put_bytes(out, fact->subject);
    wire_put_bytes(out, fact->body);
    wire_put_bytes(out, fact->command);
}

struct status vmc_get_fact(struct bytes payload, struct vmc_fact *out)
{
    struct wire_reader reader = wire_read(payload);
    out->n = wire_get_u64(&reader);
    out->kind = wire_get_bytes(&reader, WIRE_NAME_MAX);
    out->subject = wire_get_bytes(&reader, WIRE_ID_MAX);
    out->body = wire_get_bytes(&reader, BODY_MAX);
    out->command = wire_get_bytes(&reader, COMMAND_MAX);
    return wire_end(&reader);
}

/* Users' channels ------------------------------------------------------------------------- */

void vmc_put_user(struct text *out, const struct vmc_user *user)
{
    wire_put_u32(out, user->connection);
    wire_put_bytes(out, user->bytes);
}

struct status vmc_get_user(struct bytes payload, struct vmc_user *out)
{
    struct wire_reader reader = wire_read(payload);
    out->connection = wire_get_u32(&reader);
    out->bytes = wire_get_bytes(&reader, VMC_DATA_MAX);
    return wire_end(&reader);
}
