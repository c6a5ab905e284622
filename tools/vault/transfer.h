/*
 * tools/vault/transfer.h -- chunks of one file on their way: several at once, in memory that does
 * not grow with the file.
 *
 * Shape    A worker has one chunk's memory and does all of it: read, encrypt, hash, write; or read,
 *          hash, decrypt, write. Chunks are begun and taken in the order of their indexes. There
 *          are as many workers as processors, TRANSFER_WORKERS_MAX at most.
 * Memory   Two chunks for each worker, wiped at the end.
 * Process  One thread begins and takes; nothing here knows of logs.
 */
#ifndef TOOLS_VAULT_TRANSFER_H
#define TOOLS_VAULT_TRANSFER_H

#include "store/vault_files.h"

enum {
    TRANSFER_WORKERS_MAX = 8,
    TRANSFER_WINDOW = 2 * TRANSFER_WORKERS_MAX, /* chunks begun and not yet taken */
};

enum transfer_task {
    TRANSFER_WRITE,   /* encrypt what is in the local file, and keep it */
    TRANSFER_COMPARE, /* the same, unless a chunk with this hash is kept that holds just that */
    TRANSFER_READ,    /* decrypt a chunk with this hash into the local file */
};

struct transfer_chunk {
    uint64_t index;
    enum transfer_task task;
    struct digest sha256; /* expected; after writing, that of the chunk on disk */
    uint8_t nonce[CHUNK_NONCE_SIZE];
    uint64_t disk_size;
    bool was_there; /* nothing was written */
    bool done;
    struct status status; /* CORRUPT at the index; CONFLICT if the local file changed; IO */
};

struct transfer_options {
    const struct vault_files *files;
    const struct secret_bytes *key;
    uint64_t file, version;
    uint64_t size;    /* bytes of the content */
    int local;        /* descriptor of the local file */
    uint32_t workers; /* 0: as above */
};

struct transfer; /* opaque */

/* Starts the workers. What the options lend outlives it. *out is the caller's. NO_MEMORY, IO. */
MUST_CHECK struct status transfer_open(const struct transfer_options *options,
                                       struct transfer **out);
/* Waits for the workers, wipes and closes. NULL is welcome. */
void transfer_close(struct transfer **transfer);

/* Whether no more chunks can be begun before one is taken. */
bool transfer_is_full(const struct transfer *transfer);
/* Hands a chunk to the workers; `expected` is for TRANSFER_COMPARE and TRANSFER_READ. */
void transfer_begin(struct transfer *transfer, uint64_t index, enum transfer_task task,
                    const struct digest *expected);
/* Waits for the oldest chunk that was begun; NULL if there is none. Lent until the next begin. */
const struct transfer_chunk *transfer_take(struct transfer *transfer);

#endif
