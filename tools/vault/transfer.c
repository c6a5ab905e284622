#include "tools/vault/transfer.h"

#include "store/hash.h"
#include "store/pipeline.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct worker {
    const struct transfer_options *options;
    struct chunk_cipher *cipher;
    struct hasher *hasher;
    uint8_t *disk;  /* CHUNK_DISK_MAX bytes: header and content */
    uint8_t *plain; /* CHUNK_PLAIN_MAX bytes, to compare with; NULL: not needed yet */
    struct stage *stage;
};

struct transfer {
    struct transfer_options options;
    struct queue *in, *out;
    struct worker workers[TRANSFER_WORKERS_MAX];
    uint32_t worker_count;
    struct transfer_chunk chunks[TRANSFER_WINDOW];
    uint64_t begun, taken;
};

/* What a worker does ---------------------------------------------------------------------- */

static struct chunk_place place_of(const struct worker *worker, uint64_t index)
{
    return (struct chunk_place){
        .file = worker->options->file, .version = worker->options->version, .index = index};
}

static size_t plain_size(const struct worker *worker, uint64_t index)
{
    return (size_t)(chunk_disk_size(worker->options->size, index) - CHUNK_HEADER_SIZE);
}

static struct status read_local(const struct worker *worker, uint64_t index, uint8_t *out)
{
    const size_t size = plain_size(worker, index);
    size_t got = 0;
    while (got < size) {
        ssize_t more = pread(worker->options->local, out + got, size - got,
                             (off_t)(index * CHUNK_PLAIN_MAX + got));
        if (more < 0 && errno != EINTR) {
            return FAIL(IO, (uint64_t)errno);
        }
        if (more == 0) {
            return FAIL_BECAUSE(CONFLICT, index, "the file became shorter while it was read");
        }
        got += more > 0 ? (size_t)more : 0;
    }
    return OK;
}

static struct status write_local(const struct worker *worker, uint64_t index, const uint8_t *data)
{
    const size_t size = plain_size(worker, index);
    size_t done = 0;
    while (done < size) {
        ssize_t more = pwrite(worker->options->local, data + done, size - done,
                              (off_t)(index * CHUNK_PLAIN_MAX + done));
        if (more < 0 && errno != EINTR) {
            return FAIL(IO, (uint64_t)errno);
        }
        done += more > 0 ? (size_t)more : 0;
    }
    return OK;
}

/* A kept chunk, decrypted where it is; its hash has been compared first. */
static struct status read_chunk(struct worker *worker, const struct transfer_chunk *chunk)
{
    const struct chunk_place place = place_of(worker, chunk->index);
    size_t size;
    struct status status = vault_chunk_get(worker->options->files, &place, worker->disk, &size);
    if (status.code == STATUS_NOT_FOUND) {
        return FAIL_BECAUSE(CORRUPT, chunk->index, "a chunk is missing");
    }
    TRY(status);
    struct digest digest = hash_bytes(worker->hasher, bytes_of(worker->disk, size));
    if (!digest_equal(&digest, &chunk->sha256)) {
        return FAIL_BECAUSE(CORRUPT, chunk->index, "a chunk has not the hash that the log knows");
    }
    if (size != chunk_disk_size(worker->options->size, chunk->index)) {
        return FAIL_BECAUSE(CORRUPT, chunk->index, "a chunk has not its size");
    }
    return chunk_unseal(worker->cipher, &place, bytes_of(worker->disk, size),
                        worker->disk + CHUNK_HEADER_SIZE);
}

static struct status write_chunk(struct worker *worker, struct transfer_chunk *chunk)
{
    const struct chunk_place place = place_of(worker, chunk->index);
    uint8_t *plain = worker->disk + CHUNK_HEADER_SIZE;
    struct chunk_header header;
    TRY(read_local(worker, chunk->index, plain));
    TRY(chunk_seal(worker->cipher, &place, bytes_of(plain, plain_size(worker, chunk->index)),
                   worker->disk));
    chunk->disk_size = chunk_disk_size(worker->options->size, chunk->index);
    const struct bytes sealed = bytes_of(worker->disk, (size_t)chunk->disk_size);
    TRY(chunk_header_read(sealed, &header));
    memcpy(chunk->nonce, header.nonce, sizeof chunk->nonce);
    chunk->sha256 = hash_bytes(worker->hasher, sealed);
    return vault_chunk_put(worker->options->files, &place, sealed);
}

/* Another nonce gives other bytes, so what is kept is decrypted to be compared. */
static struct status compare_chunk(struct worker *worker, struct transfer_chunk *chunk)
{
    worker->plain = worker->plain != NULL ? worker->plain : malloc(CHUNK_PLAIN_MAX);
    if (worker->plain == NULL) {
        return FAIL(NO_MEMORY, CHUNK_PLAIN_MAX);
    }
    TRY(read_local(worker, chunk->index, worker->plain));
    if (!failed(read_chunk(worker, chunk)) &&
        memcmp(worker->disk + CHUNK_HEADER_SIZE, worker->plain, plain_size(worker, chunk->index)) ==
            0) {
        chunk->was_there = true;
        chunk->disk_size = chunk_disk_size(worker->options->size, chunk->index);
        return OK;
    }
    return write_chunk(worker, chunk);
}

static struct status take_out(struct worker *worker, const struct transfer_chunk *chunk)
{
    TRY(read_chunk(worker, chunk));
    return write_local(worker, chunk->index, worker->disk + CHUNK_HEADER_SIZE);
}

static void work(void *context, void *thing)
{
    struct worker *worker = context;
    struct transfer_chunk *chunk = thing;
    switch (chunk->task) {
    case TRANSFER_WRITE:
        chunk->status = write_chunk(worker, chunk);
        break;
    case TRANSFER_COMPARE:
        chunk->status = compare_chunk(worker, chunk);
        break;
    case TRANSFER_READ:
        chunk->status = take_out(worker, chunk);
        break;
    }
}

/* Workers --------------------------------------------------------------------------------- */

static void give_memory(uint8_t *memory, size_t size)
{
    if (memory != NULL) {
        explicit_bzero(memory, size);
        free(memory);
    }
}

static void end_worker(struct worker *worker)
{
    stage_join(&worker->stage);
    chunk_cipher_close(&worker->cipher);
    hasher_close(&worker->hasher);
    give_memory(worker->disk, CHUNK_DISK_MAX);
    give_memory(worker->plain, CHUNK_PLAIN_MAX);
}

static struct status start_worker(struct transfer *transfer, struct worker *worker)
{
    worker->options = &transfer->options;
    worker->disk = malloc(CHUNK_DISK_MAX);
    if (worker->disk == NULL) {
        return FAIL(NO_MEMORY, CHUNK_DISK_MAX);
    }
    TRY(hasher_open(&worker->hasher));
    TRY(chunk_cipher_open(transfer->options.key, &worker->cipher));
    return stage_start(transfer->in, transfer->out, work, worker, &worker->stage);
}

static uint32_t workers_wanted(const struct transfer_options *options)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t wanted = options->workers != 0 ? options->workers
                      : processors > 0      ? 2 * (uint64_t)processors
                                            : 1;
    const uint64_t chunks = chunk_count(options->size);
    wanted = wanted < chunks ? wanted : chunks;
    wanted = wanted > 0 ? wanted : 1;
    return wanted < TRANSFER_WORKERS_MAX ? (uint32_t)wanted : TRANSFER_WORKERS_MAX;
}

struct status transfer_open(const struct transfer_options *options, struct transfer **out)
{
    CLEANUP(transfer_close) struct transfer *transfer = calloc(1, sizeof *transfer);
    if (transfer == NULL) {
        return FAIL(NO_MEMORY, sizeof *transfer);
    }
    transfer->options = *options;
    TRY(queue_open(TRANSFER_WINDOW, &transfer->in));
    TRY(queue_open(TRANSFER_WINDOW, &transfer->out));
    const uint32_t wanted = workers_wanted(options);
    while (transfer->worker_count < wanted) {
        struct worker *worker = &transfer->workers[transfer->worker_count++];
        TRY(start_worker(transfer, worker));
    }
    *out = transfer;
    transfer = NULL;
    return OK;
}

void transfer_close(struct transfer **transfer)
{
    struct transfer *closing = *transfer;
    if (closing == NULL) {
        return;
    }
    if (closing->in != NULL) {
        queue_close(closing->in);
    }
    for (uint32_t i = 0; i < closing->worker_count; i++) {
        end_worker(&closing->workers[i]);
    }
    queue_free(&closing->in);
    queue_free(&closing->out);
    free(closing);
    *transfer = NULL;
}

/* Chunks ---------------------------------------------------------------------------------- */

bool transfer_is_full(const struct transfer *transfer)
{
    return transfer->begun - transfer->taken == TRANSFER_WINDOW;
}

void transfer_begin(struct transfer *transfer, uint64_t index, enum transfer_task task,
                    const struct digest *expected)
{
    assert(!transfer_is_full(transfer));
    struct transfer_chunk *chunk = &transfer->chunks[transfer->begun++ % TRANSFER_WINDOW];
    *chunk = (struct transfer_chunk){.index = index, .task = task};
    if (expected != NULL) {
        chunk->sha256 = *expected;
    }
    queue_put(transfer->in, chunk);
}

const struct transfer_chunk *transfer_take(struct transfer *transfer)
{
    if (transfer->taken == transfer->begun) {
        return NULL;
    }
    struct transfer_chunk *oldest = &transfer->chunks[transfer->taken++ % TRANSFER_WINDOW];
    while (!oldest->done) {
        struct transfer_chunk *done = queue_take(transfer->out);
        done->done = true;
    }
    return oldest;
}
