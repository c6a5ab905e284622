#include "store/hash.h"
#include "store/pipeline.h"
#include "tools/bench/bench.h"
#include "tools/vault/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    ALONE_CHUNKS = 32, /* encrypted and hashed in memory, for the bounds */
};

struct vault_bench {
    struct bench *bench;
    struct bench_times *times;
    struct vault_files *files;
    struct secret_bytes *key;
    struct digest *digests;
    uint64_t size, chunks;
    int local;
    char directory[4300];
};

static void end_vault_bench(struct vault_bench *vault)
{
    if (vault->local >= 0) {
        (void)close(vault->local);
    }
    secret_bytes_close(&vault->key);
    if (vault->files != NULL) {
        struct status status = vault_chunks_remove(vault->files, 1);
        (void)status; /* what is left is the caller's directory to remove */
    }
    vault_files_close(&vault->files);
    free(vault->digests);
}

/* Bounds ---------------------------------------------------------------------------------- */

/* One core, in memory: AES-256-GCM alone, and SHA-256 of what it gives. */
static struct status time_alone(struct vault_bench *vault)
{
    CLEANUP(chunk_cipher_close) struct chunk_cipher *cipher = NULL;
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    struct bench_times *times = vault->times;
    TRY(chunk_cipher_open(vault->key, &cipher));
    TRY(hasher_open(&hasher));
    uint8_t *memory = calloc(1, CHUNK_DISK_MAX);
    if (memory == NULL) {
        return FAIL(NO_MEMORY, CHUNK_DISK_MAX);
    }
    struct status status = OK;
    const struct bytes plain = bytes_of(memory + CHUNK_HEADER_SIZE, CHUNK_PLAIN_MAX);
    for (uint64_t i = 0; i < ALONE_CHUNKS && !failed(status); i++) {
        uint64_t before = bench_now_ns();
        status = chunk_seal(cipher, &(struct chunk_place){.index = i}, plain, memory);
        uint64_t between = bench_now_ns();
        (void)hash_bytes(hasher, bytes_of(memory, CHUNK_DISK_MAX));
        times->aes_ns += between - before;
        times->chunk_sha_ns += bench_now_ns() - between;
    }
    times->alone_bytes = (uint64_t)ALONE_CHUNKS * CHUNK_PLAIN_MAX;
    free(memory);
    return status;
}

/* All cores, in memory: encrypted and hashed, as chunks are, and neither read nor written. */
struct lane {
    const struct secret_bytes *key;
    struct chunk_cipher *cipher;
    struct hasher *hasher;
    uint8_t *memory; /* CHUNK_DISK_MAX bytes */
    struct stage *stage;
    struct status status;
};

static void encode(void *context, void *thing)
{
    struct lane *lane = context;
    const struct bytes plain = bytes_of(lane->memory + CHUNK_HEADER_SIZE, CHUNK_PLAIN_MAX);
    (void)thing;
    if (!failed(lane->status)) {
        lane->status = chunk_seal(lane->cipher, &(struct chunk_place){0}, plain, lane->memory);
        (void)hash_bytes(lane->hasher, bytes_of(lane->memory, CHUNK_DISK_MAX));
    }
}

static struct status open_lane(struct lane *lane, const struct secret_bytes *key)
{
    lane->memory = calloc(1, CHUNK_DISK_MAX);
    if (lane->memory == NULL) {
        return FAIL(NO_MEMORY, CHUNK_DISK_MAX);
    }
    TRY(chunk_cipher_open(key, &lane->cipher));
    return hasher_open(&lane->hasher);
}

static void close_lanes(struct lane *lanes)
{
    for (size_t i = 0; i < TRANSFER_WORKERS_MAX; i++) {
        stage_join(&lanes[i].stage);
        chunk_cipher_close(&lanes[i].cipher);
        hasher_close(&lanes[i].hasher);
        free(lanes[i].memory);
    }
}

static struct status run_lanes(struct lane *lanes, size_t count, struct queue *in)
{
    struct status status = OK;
    for (size_t i = 0; i < count && !failed(status); i++) {
        status = stage_start(in, NULL, encode, &lanes[i], &lanes[i].stage);
    }
    for (uint64_t i = 0; i < ALONE_CHUNKS && !failed(status); i++) {
        queue_put(in, lanes);
    }
    queue_close(in);
    for (size_t i = 0; i < count; i++) {
        stage_join(&lanes[i].stage);
        status = failed(status) ? status : lanes[i].status;
    }
    return status;
}

static struct status time_encoding(struct vault_bench *vault)
{
    struct lane lanes[TRANSFER_WORKERS_MAX] = {0};
    struct queue *in = NULL;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t count = processors > 0 ? (size_t)processors : 1;
    count = count < TRANSFER_WORKERS_MAX ? count : TRANSFER_WORKERS_MAX;
    struct status status = queue_open(ALONE_CHUNKS, &in);
    for (size_t i = 0; i < count && !failed(status); i++) {
        status = open_lane(&lanes[i], vault->key);
    }
    uint64_t before = bench_now_ns();
    status = failed(status) ? status : run_lanes(lanes, count, in);
    vault->times->encode_ns = bench_now_ns() - before;
    close_lanes(lanes);
    queue_free(&in);
    return status;
}

/* The whole way --------------------------------------------------------------------------- */

static struct status open_local(struct vault_bench *vault)
{
    char path[4400];
    snprintf(path, sizeof path, "%s/content", vault->directory);
    if (vault->local >= 0) {
        (void)close(vault->local);
    }
    vault->local = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (vault->local < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    (void)unlink(path);
    return OK;
}

static struct status fill_local(struct vault_bench *vault)
{
    uint8_t *memory = malloc(CHUNK_PLAIN_MAX);
    bool good = memory != NULL;
    if (good) {
        key_random(memory, CHUNK_PLAIN_MAX);
    }
    for (uint64_t i = 0; i < vault->chunks && good; i++) {
        memory[0] = (uint8_t)i;
        good = write(vault->local, memory, CHUNK_PLAIN_MAX) == CHUNK_PLAIN_MAX;
    }
    free(memory);
    return good ? OK : FAIL(IO, (uint64_t)errno);
}

static struct status pass(struct vault_bench *vault, enum transfer_task task, const char *doing)
{
    CLEANUP(transfer_close) struct transfer *transfer = NULL;
    const struct transfer_options options = {.files = vault->files,
                                             .key = vault->key,
                                             .file = 1,
                                             .version = 1,
                                             .size = vault->size,
                                             .local = vault->local};
    TRY(transfer_open(&options, &transfer));
    uint64_t begun = 0;
    for (uint64_t done = 0; done < vault->chunks; done++) {
        while (begun < vault->chunks && !transfer_is_full(transfer)) {
            transfer_begin(transfer, begun, task, &vault->digests[begun]);
            begun++;
        }
        const struct transfer_chunk *chunk = transfer_take(transfer);
        TRY(chunk->status);
        vault->digests[done] = chunk->sha256;
        if (bench_tick(vault->bench, doing, done, vault->chunks)) {
            return FAIL(INTERRUPTED, 2);
        }
    }
    return task == TRANSFER_WRITE ? vault_chunks_sync(vault->files, 1, 1) : OK;
}

static struct status time_transfers(struct vault_bench *vault)
{
    TRY(open_local(vault));
    TRY(fill_local(vault));
    uint64_t before = bench_now_ns();
    TRY(pass(vault, TRANSFER_WRITE, "the vault: encrypting"));
    vault->times->put_ns = bench_now_ns() - before;
    TRY(open_local(vault));
    before = bench_now_ns();
    TRY(pass(vault, TRANSFER_READ, "the vault: decrypting"));
    vault->times->get_ns = bench_now_ns() - before;
    vault->times->vault_bytes = vault->size;
    return OK;
}

struct status bench_vault(struct bench *bench, struct bench_times *times)
{
    CLEANUP(end_vault_bench)
    struct vault_bench vault = {.bench = bench,
                                .times = times,
                                .size = bench->vault_mib << 20,
                                .chunks = chunk_count(bench->vault_mib << 20),
                                .local = -1};
    vault.digests = calloc(vault.chunks + 1, sizeof *vault.digests);
    if (vault.digests == NULL) {
        return FAIL(NO_MEMORY, vault.chunks);
    }
    TRY(secret_bytes_make(&vault.key));
    snprintf(vault.directory, sizeof vault.directory, "%s.vault", bench->directory);
    if (mkdir(vault.directory, 0700) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    TRY(vault_files_open(&(struct vault_files_options){.store = vault.directory}, &vault.files));
    TRY(time_alone(&vault));
    TRY(time_encoding(&vault));
    TRY(time_transfers(&vault));
    times->vault_peak_kib = bench->peak_kib;
    bench->peak_kib = 0;
    return OK;
}
