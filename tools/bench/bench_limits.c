#include "store/lmdb.h"
#include "store/verify_log.h"
#include "tools/bench/bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FLUSHES = 64,
    CHECKS = 200,
    RAW_MEMORY = BENCH_ROUND * BENCH_BATCH * 1100,
};

/* Disk ------------------------------------------------------------------------------------ */

struct status bench_flush(struct bench *bench, struct bench_times *times)
{
    char path[4300];
    static const char page[4096] = {1};
    snprintf(path, sizeof path, "%s.flush", bench->directory);
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    uint64_t before = bench_now_ns();
    bool good = true;
    for (int i = 0; i < FLUSHES && good; i++) {
        good = write(file, page, sizeof page) == (ssize_t)sizeof page && fdatasync(file) == 0;
    }
    times->flush_ns = (bench_now_ns() - before) / FLUSHES;
    int error = errno;
    close(file);
    unlink(path);
    return good ? OK : FAIL(IO, (uint64_t)error);
}

/* Raw LMDB -------------------------------------------------------------------------------- */

struct raw_event {
    struct bytes leaf, body;
};

/* Copies a round of events out of the log, so that reading it is not timed. */
static struct status load_round(struct log_snapshot *snapshot, uint64_t first, uint64_t count,
                                struct arena *arena, struct raw_event *out)
{
    arena_reset(arena);
    for (uint64_t i = 0; i < count; i++) {
        struct bytes leaf, body, command;
        TRY(log_read_raw(snapshot, first + i, &leaf, &body, &command));
        out[i] = (struct raw_event){arena_copy(arena, leaf), arena_copy(arena, body)};
    }
    return arena->full ? FAIL(NO_MEMORY, arena->capacity) : OK;
}

static struct status append_batch(struct lmdb *lmdb, uint64_t first, const struct raw_event *events,
                                  uint64_t count)
{
    CLEANUP(lmdb_abort) struct lmdb_txn *txn = NULL;
    TRY(lmdb_begin(lmdb, true, &txn));
    for (uint64_t i = 0; i < count; i++) {
        uint8_t key[8];
        bytes_write_u64(key, first + i);
        TRY(lmdb_append(txn, 0, BYTES(key), events[i].leaf));
        TRY(lmdb_append(txn, 1, BYTES(key), events[i].body));
    }
    return lmdb_commit(&txn);
}

static struct status raw_all(struct bench *bench, struct lmdb *lmdb, struct arena *arena,
                             struct raw_event *events, struct bench_times *times)
{
    const uint64_t round = (uint64_t)BENCH_ROUND * BENCH_BATCH;
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    TRY(log_snapshot_open(engine_log(bench->engine), &snapshot));
    for (uint64_t first = 0; first < times->events; first += round) {
        uint64_t count = times->events - first < round ? times->events - first : round;
        TRY(load_round(snapshot, first, count, arena, events));
        uint64_t before = bench_now_ns();
        for (uint64_t i = 0; i < count; i += BENCH_BATCH) {
            uint64_t batch = count - i < BENCH_BATCH ? count - i : BENCH_BATCH;
            TRY(append_batch(lmdb, first + i, events + i, batch));
        }
        times->raw_ns += bench_now_ns() - before;
        if (bench_tick(bench, "raw LMDB", first, times->events)) {
            return FAIL(INTERRUPTED, 2);
        }
    }
    times->raw_disk_bytes = lmdb_used_bytes(lmdb);
    return OK;
}

struct status bench_raw(struct bench *bench, struct bench_times *times)
{
    static const char *const tables[] = {"leaf", "body"};
    char path[4300];
    struct arena arena = {.capacity = RAW_MEMORY, .memory = malloc(RAW_MEMORY)};
    struct raw_event *events = calloc((size_t)BENCH_ROUND * BENCH_BATCH, sizeof *events);
    CLEANUP(lmdb_close) struct lmdb *lmdb = NULL;
    snprintf(path, sizeof path, "%s.raw", bench->directory);
    struct status status = arena.memory == NULL || events == NULL
                               ? FAIL(NO_MEMORY, RAW_MEMORY)
                               : lmdb_open(&(struct lmdb_options){.directory = path,
                                                                  .tables = tables,
                                                                  .table_count = 2,
                                                                  .create = true},
                                           &lmdb);
    status = failed(status) ? status : raw_all(bench, lmdb, &arena, events, times);
    free(arena.memory);
    free(events);
    return status;
}

/* Hashes and signatures ------------------------------------------------------------------- */

struct status bench_sha(struct bench *bench, struct bench_times *times)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    TRY(hasher_open(&hasher));
    TRY(log_snapshot_open(engine_log(bench->engine), &snapshot));
    /* Once untimed, so that both this and the verification find the pages in memory. */
    for (int timed = 0; timed < 2; timed++) {
        uint64_t before = bench_now_ns();
        uint64_t bytes = 0;
        for (uint64_t n = 0; n < times->events; n++) {
            struct bytes leaf, body, command;
            TRY(log_read_raw(snapshot, n, &leaf, &body, &command));
            (void)hash_bytes(hasher, leaf);
            (void)hash_bytes(hasher, body);
            bytes += leaf.size + body.size - SALT_SIZE;
        }
        times->sha_ns = bench_now_ns() - before;
        times->json_bytes = bytes;
    }
    return OK;
}

struct status bench_ed25519(struct bench *bench, uint64_t *ns)
{
    struct signature signature;
    TRY(secret_key_sign(bench->admin, LITERAL("a message"), &signature));
    uint64_t before = bench_now_ns();
    for (int i = 0; i < CHECKS; i++) {
        TRY(public_key_verify(secret_key_public(bench->admin), LITERAL("a message"),
                              bytes_of(signature.data, signature.size)));
    }
    *ns = (bench_now_ns() - before) / CHECKS;
    return OK;
}

/* Verification and rebuild ---------------------------------------------------------------- */

static bool tick_verify(void *context, uint64_t done, uint64_t total)
{
    struct bench *bench = context;
    /* Once for each chunk: too often to look at the memory every time. */
    return done % 65536 == 0 && bench_tick(bench, "verify", done, total);
}

struct status bench_verify(struct bench *bench, struct bench_times *times)
{
    CLEANUP(verifier_close) struct verifier *verifier = NULL;
    TRY(verifier_open(engine_log_key(bench->engine), &verifier));
    uint64_t before = bench_now_ns();
    TRY(verify_log(
        engine_log(bench->engine),
        &(struct verify_log_options){.threaded = true, .progress = tick_verify, .context = bench},
        verifier));
    times->verify_ns = bench_now_ns() - before;
    return verify_report_of(verifier)->finding_count == 0
               ? OK
               : FAIL_BECAUSE(CORRUPT, verify_report_of(verifier)->findings[0].n,
                              verify_report_of(verifier)->findings[0].what);
}

struct status bench_rebuild(struct bench *bench, struct bench_times *times)
{
    engine_close(&bench->engine);
    uint64_t before = bench_now_ns();
    TRY(engine_open(
        &(struct engine_options){.directory = bench->directory, .threaded = true, .rebuild = true},
        &bench->engine));
    TRY(engine_finish(bench->engine));
    times->rebuild_ns = bench_now_ns() - before;
    return OK;
}

/* Memory ---------------------------------------------------------------------------------- */

/* Anonymous resident memory now: pages of the log that are mapped belong to the system's cache. */
static uint64_t anonymous_kib(void)
{
    static const char name[] = "RssAnon:";
    char line[256];
    uint64_t kib = 0;
    FILE *file = fopen("/proc/self/status", "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, name, sizeof name - 1) == 0) {
            kib = strtoull(line + sizeof name - 1, NULL, 10);
            break;
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return kib;
}

bool bench_tick(struct bench *bench, const char *doing, uint64_t done, uint64_t total)
{
    uint64_t kib = anonymous_kib();
    bench->peak_kib = kib > bench->peak_kib ? kib : bench->peak_kib;
    return bench->tick(bench->context, doing, done, total);
}

/* Space ----------------------------------------------------------------------------------- */

static uint64_t size_of(const char *directory, const char *folder)
{
    char path[4400];
    struct stat status;
    snprintf(path, sizeof path, "%s/%s/data.mdb", directory, folder);
    return stat(path, &status) == 0 ? (uint64_t)status.st_blocks * 512 : 0;
}

struct status bench_space(struct bench *bench, struct bench_times *times)
{
    times->log_disk_bytes = size_of(bench->directory, "log");
    times->disk_bytes = times->log_disk_bytes + size_of(bench->directory, "state") +
                        size_of(bench->directory, "index");
    times->peak_kib = bench->peak_kib;
    return OK;
}
