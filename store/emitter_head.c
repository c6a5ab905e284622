#include "store/emitter_head.h"

void emitter_head_write(struct hasher *hasher, struct bytes name, const struct emitter_head *head,
                        uint8_t out[static EMITTER_HEAD_SIZE])
{
    memcpy(out, head->chain.sha256, DIGEST_SIZE);
    bytes_write_u64(out + DIGEST_SIZE, head->emitter_n);
    const struct bytes pieces[] = {name, bytes_of(out, EMITTER_HEAD_CHECKED)};
    struct digest check = hash_pieces(hasher, pieces, sizeof pieces / sizeof pieces[0]);
    memcpy(out + EMITTER_HEAD_CHECKED, check.sha256, EMITTER_HEAD_SIZE - EMITTER_HEAD_CHECKED);
}

struct status emitter_head_read(struct hasher *hasher, struct bytes name, struct bytes stored,
                                struct emitter_head *out)
{
    uint8_t expected[EMITTER_HEAD_SIZE];
    if (stored.size != EMITTER_HEAD_SIZE) {
        return FAIL_BECAUSE(CORRUPT, 0, "an emitter's head has a wrong size");
    }
    memcpy(out->chain.sha256, stored.data, DIGEST_SIZE);
    out->emitter_n = bytes_read_u64(stored.data + DIGEST_SIZE);
    emitter_head_write(hasher, name, out, expected);
    if (!bytes_equal(stored, BYTES(expected))) {
        return FAIL_BECAUSE(CORRUPT, 0, "an emitter's head is not what was stored");
    }
    return OK;
}
