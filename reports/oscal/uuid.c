#include "reports/oscal/uuid.h"

#include "store/hash.h"

#include <assert.h>

/* clang-format off */
const struct uuid_space uuid_space_url = {.bytes = {
    0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
}};
/* clang-format on */

struct status uuid_space_init(struct uuid_space *space, const struct uuid_space *within,
                              struct bytes name)
{
    uint8_t hash[NAME_HASH_SIZE];
    const struct bytes pieces[] = {BYTES(within->bytes), name};
    TRY(hash_name(pieces, 2, hash));
    memcpy(space->bytes, hash, UUID_SIZE);
    space->bytes[6] = (uint8_t)((space->bytes[6] & 0x0f) | 0x50);
    space->bytes[8] = (uint8_t)((space->bytes[8] & 0x3f) | 0x80);
    return OK;
}

struct uuid_text uuid_of(const struct uuid_space *space, struct bytes name)
{
    static const uint8_t groups[] = {4, 2, 2, 2, 6};
    struct uuid_space one;
    struct uuid_text out = {.text = ""};
    size_t at = 0, from = 0;
    struct status status = uuid_space_init(&one, space, name);
    assert(!failed(status)); /* the space was made in the same way */
    (void)status;
    for (size_t i = 0; i < sizeof groups; i++) {
        if (i > 0) {
            out.text[at++] = '-';
        }
        hex_write(out.text + at, bytes_of(one.bytes + from, groups[i]));
        at += 2u * groups[i];
        from += groups[i];
    }
    return out;
}
