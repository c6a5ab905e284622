#include "tools/bench/bench.h"
#include "tools/invocation.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    QUERIES_MAX = 16,
    PEERS_MAX = 16,
};

struct benching {
    struct invocation *invocation;
    struct progress progress;
    const char *doing;
};

static bool tick(void *context, const char *doing, uint64_t done, uint64_t total)
{
    struct benching *benching = context;
    if (benching->doing != doing) {
        progress_end(&benching->progress);
        benching->progress = invocation_progress(benching->invocation, doing, total);
        benching->doing = doing;
    }
    progress_show(&benching->progress, done);
    return invocation_interrupted(benching->invocation);
}

/* Results --------------------------------------------------------------------------------- */

/* clang-format off */
static const struct column columns[] = {
    {"what",   NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"value",  NULL, COLUMN_TEXT, ALIGN_RIGHT},
    {"unit",   NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"of",     NULL, COLUMN_TEXT, ALIGN_LEFT},
};
/* clang-format on */

static struct status put(struct rows *rows, const char *what, double value, const char *unit,
                         const char *of)
{
    char memory[64];
    struct text text = TEXT_IN(memory);
    text_add(&text, value < 10 ? "%.2f" : value < 1000 ? "%.1f" : "%.0f", value);
    const struct cell cells[] = {
        cell_string(what),
        cell_text(text_bytes(&text)),
        cell_string(unit),
        of == NULL ? cell_absent() : cell_string(of),
    };
    return rows_add(rows, cells);
}

struct results {
    struct bench_times times;
    struct bench_query queries[QUERIES_MAX];
    size_t query_count;
    struct bench_peer peers[PEERS_MAX];
    size_t peer_count;
    struct bench_daemon daemon;
    bool only_daemon;
};

static double per(uint64_t a, uint64_t b)
{
    return b == 0 ? 0 : (double)a / (double)b;
}

static struct status put_limits(struct rows *rows, const struct bench_times *t)
{
    TRY(put(rows, "disk: write 4 KiB and flush", per(t->flush_ns, 1000), "us", NULL));
    TRY(put(rows, "raw LMDB append", per(t->raw_ns, t->events) / 1000, "us/event",
            "the same bytes, batches of 1,000, syncs"));
    TRY(put(rows, "SHA-256 of leaf and body", per(t->sha_ns, t->events) / 1000, "us/event",
            "one core"));
    return put(rows, "Ed25519 check", per(t->ed25519_ns, 1000), "us", NULL);
}

static struct status put_paths(struct rows *rows, const struct bench_times *t)
{
    TRY(put(rows, "ingest, durable", per(t->ingest_ns, t->events) / 1000, "us/event",
            "signed submissions of 1,000, all terms indexed"));
    TRY(put(rows, "ingest", 100 * per(t->raw_ns, t->ingest_ns), "%", "raw LMDB (bar 20)"));
    TRY(put(rows, "verify, all checks", per(t->verify_ns, t->events) / 1000, "us/event", NULL));
    TRY(put(rows, "verify", 100 * per(t->sha_ns, t->verify_ns), "%", "the SHA-256 bound (bar 40)"));
    TRY(put(rows, "AU assessment", per(t->assess_ns, t->events) / 1000, "us/event",
            "verification included, one pass"));
    TRY(put(rows, "AU assessment", 100 * per(t->verify_ns, t->assess_ns), "%",
            "the rate of verification alone (bar 50)"));
    TRY(put(rows, "rebuild state and index", per(t->rebuild_ns, t->events) / 1000, "us/event",
            NULL));
    TRY(put(rows, "rebuild", per(t->ingest_ns, t->rebuild_ns), "x", "faster than ingest (bar 2)"));
    TRY(put(rows, "leaf and body", per(t->json_bytes, t->events), "bytes/event", "canonical JSON"));
    TRY(put(rows, "on disk, all included", per(t->disk_bytes, t->events), "bytes/event", NULL));
    TRY(put(rows, "on disk", per(t->disk_bytes, t->json_bytes), "x", "canonical JSON (bar 2.5)"));
    return put(rows, "peak memory", per(t->peak_kib, 1024), "MiB",
               "anonymous; of it 28 are the submissions made ahead");
}

static struct status put_commands(struct rows *rows, const struct bench_times *t)
{
    char memory[128];
    struct text of = TEXT_IN(memory);
    uint64_t command_ns = t->commands == 0 ? 0 : t->commands_ns / t->commands;
    TRY(put(rows, "command of a user, durable", per(command_ns, 1000), "us",
            "signature checked, decided and evolved, batches of 1,000"));
    TRY(put(rows, "commands", 100 * per(t->commands_check_ns, command_ns), "%",
            "the Ed25519 bound of one core, checked between batches (bar 50)"));
    text_add(&of, "as of any of %" PRIu64 " events; the slowest of 2000 took %.3f ms (bar 1)",
             t->access_events, per(t->access_worst_ns, 1000000));
    TRY(put(rows, "may_read", per(t->access_ns, 1000000), "ms", text_string(&of)));
    text_clear(&of);
    text_add(&of, "of who could have, over the whole log; the slowest of 200 took %.3f ms",
             per(t->interval_worst_ns, 1000000));
    return put(rows, "interval of access", per(t->interval_ns, 1000000), "ms", text_string(&of));
}

static struct status put_queries(struct rows *rows, const struct bench_query *queries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char memory[128];
        struct text of = TEXT_IN(memory);
        text_add(&of,
                 "%" PRIu64 " rows, %" PRIu64
                 " events scanned; the slowest of 200 took %.3f ms (bar 2)",
                 queries[i].rows, queries[i].scanned, per(queries[i].worst_ns, 1000000));
        TRY(put(rows, queries[i].what, per(queries[i].median_ns, 1000000), "ms", text_string(&of)));
    }
    return OK;
}

static struct status put_peers(struct rows *rows, const struct bench_peer *peers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct cell cells[] = {cell_string(peers[i].what), cell_absent(), cell_absent(),
                                     cell_string(peers[i].of)};
        TRY(peers[i].ns == 0
                ? rows_add(rows, cells)
                : put(rows, peers[i].what, per(peers[i].ns, 1000000), "ms", peers[i].of));
    }
    return OK;
}

static struct status put_vault(struct rows *rows, const struct bench_times *t)
{
    const double mib = 1000000000.0 / (1 << 20); /* bytes per nanosecond to MiB per second */
    const double aes = per(t->alone_bytes, t->aes_ns);
    TRY(put(rows, "AES-256-GCM", aes * mib, "MiB/s", "one core, chunks of 8 MiB in memory"));
    TRY(put(rows, "SHA-256 of chunks", per(t->alone_bytes, t->chunk_sha_ns) * mib, "MiB/s",
            "one core"));
    TRY(put(rows, "chunks, encrypted and hashed", per(t->alone_bytes, t->encode_ns) * mib, "MiB/s",
            "all cores, in memory"));
    TRY(put(rows, "chunks", 100 * per(t->alone_bytes, t->encode_ns) / (aes > 0 ? aes : 1), "%",
            "AES-256-GCM alone on one core (bar 70)"));
    TRY(put(rows, "vault put", per(t->vault_bytes, t->put_ns) * mib, "MiB/s",
            "read, encrypted, hashed, durable"));
    TRY(put(rows, "vault put", 100 * per(t->vault_bytes, t->put_ns) / (aes > 0 ? aes : 1), "%",
            "AES-256-GCM alone on one core; the disk included"));
    TRY(put(rows, "vault get", per(t->vault_bytes, t->get_ns) * mib, "MiB/s",
            "read, compared, decrypted"));
    TRY(put(rows, "vault get", 100 * per(t->vault_bytes, t->get_ns) / (aes > 0 ? aes : 1), "%",
            "AES-256-GCM alone on one core; the disk included"));
    return put(rows, "peak memory, vault", per(t->vault_peak_kib, 1024), "MiB", "anonymous");
}

static struct status put_daemon(struct rows *rows, const struct bench_times *t,
                                const struct bench_daemon *d)
{
    double embedded = per(t->ingest_ns, t->ingested);
    double through = per(d->ns, d->events), besieged = per(d->besieged_ns, d->events);
    TRY(put(rows, "daemon: ingest", through / 1000, "us/event",
            "eight emitters, submissions of 1,000, durable"));
    TRY(put(rows, "daemon: ingest", through > 0 ? 100 * embedded / through : 0, "%",
            "ingest without a daemon (bar 60)"));
    TRY(put(rows, "daemon: besieged", besieged > 0 ? 100 * through / besieged : 0, "%",
            "the same, while 1,000 slow clients hold connections"));
    TRY(put(rows, "daemon: events of their own", per(d->small_ns, d->small_events) / 1000,
            "us/event", "eight emitters, a signature each, 64 on their way of each"));
    TRY(put(rows, "flush and signature", per(d->bound_ns, 1000), "us", "median"));
    TRY(put(rows, "daemon: one event", per(d->single_ns, 1000), "us", "median, acknowledged"));
    TRY(put(rows, "flush and signature, p99", per(d->bound_p99_ns, 1000), "us",
            "the disk alone, without Cairn"));
    TRY(put(rows, "daemon: one event, p99", per(d->single_p99_ns, 1000), "us", "acknowledged"));
    TRY(put(rows, "daemon: one event, p99", per(d->single_p99_ns, d->bound_ns), "x",
            "the median of one flush and one signature (bar 5)"));
    return put(rows, "daemon: one event, p99", per(d->single_p99_ns, d->bound_p99_ns), "x",
               "their p99");
}

static struct status put_all(struct invocation *invocation, const struct results *results)
{
    const struct bench_times *times = &results->times;
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct rows rows;
    invocation_rows(invocation, &rows, &arena);
    TRY(rows_begin(&rows, columns, sizeof columns / sizeof columns[0]));
    TRY(put(&rows, "events", (double)times->events, "", NULL));
    if (results->only_daemon) {
        TRY(put(&rows, "ingest, durable", per(times->ingest_ns, times->ingested) / 1000, "us/event",
                "without a daemon: signed submissions of 1,000"));
        TRY(put_daemon(&rows, times, &results->daemon));
        return rows_flush(&rows);
    }
    TRY(put_limits(&rows, times));
    TRY(put_paths(&rows, times));
    TRY(put_commands(&rows, times));
    TRY(put_queries(&rows, results->queries, results->query_count));
    TRY(put_peers(&rows, results->peers, results->peer_count));
    TRY(put_vault(&rows, times));
    return rows_flush(&rows);
}

/* Running --------------------------------------------------------------------------------- */

static struct status measure(struct bench *bench, bool peers, struct results *results)
{
    struct bench_times *times = &results->times;
    TRY(key_library_start());
    TRY(bench_flush(bench, times));
    if (results->only_daemon) {
        TRY(bench_ingest(bench, times));
        return bench_daemon(bench, &results->daemon);
    }
    TRY(bench_vault(bench, times));
    TRY(bench_ingest(bench, times));
    TRY(bench_raw(bench, times));
    TRY(bench_sha(bench, times));
    TRY(bench_ed25519(bench, &times->ed25519_ns));
    TRY(bench_verify(bench, times));
    TRY(bench_assess(bench, times));
    TRY(bench_rebuild(bench, times));
    TRY(bench_queries(bench, results->queries, QUERIES_MAX, &results->query_count));
    TRY(peers ? bench_peers(bench, results->peers, PEERS_MAX, &results->peer_count) : OK);
    TRY(bench_commands(bench, times));
    return bench_space(bench, times);
}

static void close_bench(struct bench *bench)
{
    engine_close(&bench->engine);
    emission_close(&bench->emission);
    secret_key_close(&bench->speaker.key);
    secret_key_close(&bench->admin);
}

/* Removes what the bench made, and only that. */
static void remove_files(const char *base)
{
    static const char *const names[] = {
        "/log/data.mdb",
        "/log/lock.mdb",
        "/log/writer.lock",
        "/state/data.mdb",
        "/state/lock.mdb",
        "/state/writer.lock",
        "/index/data.mdb",
        "/index/lock.mdb",
        "/index/writer.lock",
        "/keys/log.key",
        "/log.vkey",
        "/checkpoint",
        "/daemon",
        "/reserve",
        "/run/cairn.sock",
        "/run/metrics.sock",
        "/run",
        ".vault/vault/chunks/01",
        ".vault/vault/chunks",
        ".vault/vault/keys",
        ".vault/vault",
        ".vault",
        ".raw/data.mdb",
        ".raw/lock.mdb",
        ".raw/writer.lock",
        "/log",
        "/state",
        "/index",
        "/keys",
        "",
        ".raw",
    };
    char path[4400];
    for (unsigned voice = 0; voice < VOICE_COUNT; voice++) {
        snprintf(path, sizeof path, "%s/keys/%s.key", base,
                 engine_voice_name((enum engine_voice)voice));
        (void)remove(path);
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s%s", base, names[i]);
        (void)remove(path);
    }
}

struct wished {
    uint64_t events, vault_mib;
    bool peers, daemon;
};

static enum exit_code bench_in(struct invocation *invocation, const char *directory,
                               const struct wished *wished)
{
    struct benching benching = {.invocation = invocation};
    struct results results = {.only_daemon = wished->daemon};
    struct bench *bench = calloc(1, sizeof *bench);
    if (bench == NULL) {
        return invocation_failed(invocation, FAIL(NO_MEMORY, sizeof *bench), NULL, "starting");
    }
    *bench = (struct bench){.events = wished->events,
                            .vault_mib = wished->vault_mib,
                            .random = 42,
                            .tick = tick,
                            .context = &benching};
    snprintf(bench->directory, sizeof bench->directory, "%s/store", directory);
    struct status status = measure(bench, wished->peers, &results);
    progress_end(&benching.progress);
    status = failed(status) ? status : put_all(invocation, &results);
    close_bench(bench);
    remove_files(bench->directory);
    free(bench);
    return failed(status) ? invocation_failed(invocation, status, NULL, "measuring") : EXIT_DONE;
}

static enum exit_code run(struct invocation *invocation)
{
    char directory[4000];
    struct wished wished = {.events = 200000,
                            .vault_mib = 256,
                            .peers = invocation_has(invocation, "peers"),
                            .daemon = invocation_has(invocation, "daemon")};
    const char *base = invocation_value(invocation, "dir");
    enum exit_code code = invocation_number(
        invocation, "events", (struct number_limits){1000, 100000000}, &wished.events);
    code = code == EXIT_DONE
               ? invocation_number(invocation, "vault", (struct number_limits){1, 1 << 20},
                                   &wished.vault_mib)
               : code;
    if (code != EXIT_DONE) {
        return code;
    }
    int written =
        snprintf(directory, sizeof directory, "%s/cairn-bench-XXXXXX", base == NULL ? "." : base);
    if (written < 0 || written > 3900 || mkdtemp(directory) == NULL) {
        return invocation_fail(invocation, EXIT_IO, "name one that is writable with --dir",
                               "no directory can be made in %s", base == NULL ? "." : base);
    }
    code = bench_in(invocation, directory, &wished);
    (void)rmdir(directory);
    return code;
}

static const struct option_info options[] = {
    {"events", 0, "N", "how many (200000)", false},
    {"vault", 0, "MIB", "size of the file that goes through the vault (256)", false},
    {"peers", 0, NULL, "also what sqlite3, jq and ausearch take on the same events", false},
    {"daemon", 0, NULL, "only ingest, and the same through the program cairnd and its socket",
     false},
    {"dir", 0, "DIR", "where the store is made, and removed again (.)", false},
};

const struct verb verb_bench = {
    .name = "bench",
    .about = "measure this machine: each path beside its limit",
    .details = "Makes a store in a directory of its own, fills it by signed submissions of 1,000\n"
               "events with bodies of 400 bytes, and measures ingest, verification, rebuild,\n"
               "queries, commands and answers about access beside what bounds them, all in one "
               "run. Ratios mean something, times\n"
               "little: machines are noisy.",
    .examples = "cairn bench\ncairn bench --daemon\ncairn bench --events 1000000 --json",
    .purpose = PURPOSE_KEEP,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};
