/*
 * store/emitter_head.h -- where an emitter's chain stands, as the log's file keeps it.
 *
 * Shape    chain[32] || u64 emitter_n || the first 8 bytes of SHA-256(name || these 40 bytes).
 *          The writer signs on from here, and nothing else would tell it that the file is damaged.
 */
#ifndef STORE_EMITTER_HEAD_H
#define STORE_EMITTER_HEAD_H

#include "store/log.h"

enum {
    EMITTER_HEAD_CHECKED = DIGEST_SIZE + 8, /* bytes */
    EMITTER_HEAD_SIZE = EMITTER_HEAD_CHECKED + 8,
};

void emitter_head_write(struct hasher *hasher, struct bytes name, const struct emitter_head *head,
                        uint8_t out[static EMITTER_HEAD_SIZE]);
/* CORRUPT unless it is what was written for this name. */
MUST_CHECK struct status emitter_head_read(struct hasher *hasher, struct bytes name,
                                           struct bytes stored, struct emitter_head *out);

#endif
