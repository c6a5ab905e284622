/*
 * store/stream.h -- records between two sides that nobody in between can read, change, drop,
 * repeat or put in another order.
 *
 * Shape    Each side has made a pair of keys for this stream alone (store/wrap.h, where
 *          secret_bytes_make and receive_key_of are) and knows the other's public half. Both derive
 *          two keys, one for each direction, from the X25519 secret and from the hash of what they
 *          said before, so that they agree on that, too. A record is what libsodium's secretstream
 *          makes of it (XChaCha20-Poly1305); before the first one of a direction stands its header.
 *          Who the other side is, a stream does not tell: whoever opens one had the hash signed.
 * Memory   Keys lie in locked memory and are wiped when closed.
 * Errors   KEY: the other's half is a point of small order. CORRUPT: a record is not the next one
 *          of this stream, or comes after the last: the stream is of no use any more. LIMIT: there
 *          is no room for a record. NO_MEMORY.
 * Source   libsodium's secretstream; docs/FORMAT.md.
 */
#ifndef STORE_STREAM_H
#define STORE_STREAM_H

#include "schema/text.h"
#include "store/wrap.h"

enum {
    STREAM_HEAD = 24,             /* bytes before the first record of a direction */
    STREAM_EXTRA = 17,            /* bytes that a record is longer than what is in it */
    STREAM_RECORD_MAX = 64 << 10, /* bytes of what is in a record */
};

enum stream_side {
    STREAM_CALLER,
    STREAM_ANSWERER,
};

struct stream; /* opaque */

/* `said` is the hash of all that both have said. The keys are used and not kept. On success *out is
 * the caller's: stream_close. */
MUST_CHECK struct status stream_open(enum stream_side side, const struct secret_bytes *own,
                                     const struct receive_key *other, const struct digest *said,
                                     struct stream **out);
void stream_close(struct stream **stream);

/* Adds the next record to `out`; nothing follows the `last` one. */
MUST_CHECK struct status stream_seal(struct stream *stream, struct bytes plain, bool last,
                                     struct text *out);
/* Writes what is in the next record over `out`; *last: nothing follows. */
MUST_CHECK struct status stream_unseal(struct stream *stream, struct bytes record, struct text *out,
                                       bool *last);

#endif
