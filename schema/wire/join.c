#include "schema/wire/join.h"

void join_put_ask(struct text *out, const struct join_ask *ask)
{
    wire_put_u32(out, ask->version);
    wire_put_bytes(out, ask->vm);
}

struct status join_get_ask(struct bytes payload, struct join_ask *out)
{
    struct wire_reader reader = wire_read(payload);
    out->version = wire_get_u32(&reader);
    out->vm = wire_get_bytes(&reader, JOIN_ID_MAX);
    return wire_end(&reader);
}

void join_put_joined(struct text *out, const struct join_joined *joined)
{
    wire_put_u64(out, joined->run);
    wire_put_bytes(out, joined->name);
    wire_put_bytes(out, joined->key);
    wire_put_bytes(out, BYTES(joined->receive_key));
}

struct status join_get_joined(struct bytes payload, struct join_joined *out)
{
    struct wire_reader reader = wire_read(payload);
    out->run = wire_get_u64(&reader);
    out->name = wire_get_bytes(&reader, NAME_MAX_SIZE);
    out->key = wire_get_bytes(&reader, JOIN_KEY_TEXT_MAX);
    struct bytes receive_key = wire_get_bytes(&reader, JOIN_RECEIVE_KEY_SIZE);
    TRY(wire_end(&reader));
    if (receive_key.size != JOIN_RECEIVE_KEY_SIZE) {
        return FAIL_BECAUSE(MALFORMED, receive_key.size, "a key to receive by has 32 bytes");
    }
    memcpy(out->receive_key, receive_key.data, receive_key.size);
    return OK;
}

void join_put_bytes(struct text *out, struct bytes bytes)
{
    wire_put_bytes(out, bytes);
}

struct status join_get_bytes(struct bytes payload, struct bytes *out)
{
    struct wire_reader reader = wire_read(payload);
    *out = wire_get_bytes(&reader, JOIN_DATA_MAX);
    return wire_end(&reader);
}
