/*
 * tools/bench/bench.h -- measuring the store against the limits of the machine, in one run.
 *
 * Shape    A bench makes a store in a directory of its own, fills it by signed submissions, and
 *          measures each path beside its bound: raw LMDB with the same bytes, batches and syncs for
 *          ingest, SHA-256 of the same bytes for verification, ingest itself for a rebuild.
 *          Machines are noisy: only the ratios within one run mean something.
 * Units    Durations in nanoseconds of the monotonic clock.
 * Memory   A round of BENCH_ROUND submissions is made before it is timed; everything is flat in
 *          the number of events.
 */
#ifndef TOOLS_BENCH_BENCH_H
#define TOOLS_BENCH_BENCH_H

#include "core/engine.h"

#define BENCH_ORIGIN "bench.example/log"

enum {
    BENCH_BATCH = 1000, /* events of a submission, and of a commit */
    BENCH_ROUND = 25,   /* submissions made ahead */
    BENCH_BODY = 400,   /* bytes of a body */
    BENCH_SUBJECTS = 1000,
    BENCH_QUERIES = 200,    /* runs of each query */
    BENCH_COMMANDS = 20000, /* about */
};

struct bench {
    char directory[4200]; /* the store, and raw/ and vault/ beside it */
    struct secret_key *admin;
    struct speaker speaker;
    struct engine *engine;
    struct emission *emission;
    uint64_t events;                   /* to ingest */
    uint64_t subjects[BENCH_SUBJECTS]; /* positions of the subjects that events are about */
    uint64_t random;                   /* state of a fixed sequence */
    /* called now and then; true stops */
    bool (*tick)(void *context, const char *doing, uint64_t done, uint64_t total);
    void *context;
    uint64_t peak_kib;
    uint64_t vault_mib; /* of the file that goes through the vault */
};

struct bench_times {
    uint64_t flush_ns;                   /* one write of 4 KiB made durable */
    uint64_t ingested;                   /* events, in */
    uint64_t ingest_ns;                  /* all events, from submission to acknowledgement */
    uint64_t raw_ns;                     /* raw LMDB, the same bytes, batches and syncs */
    uint64_t sha_ns;                     /* SHA-256 of every leaf and body, one core */
    uint64_t verify_ns;                  /* full verification */
    uint64_t assess_ns;                  /* the AU assessment, verification included */
    uint64_t rebuild_ns;                 /* state and index from the log */
    uint64_t ed25519_ns;                 /* one signature checked */
    uint64_t commands;                   /* signed by a user, */
    uint64_t commands_ns;                /* authenticated, decided, evolved, durable */
    uint64_t commands_check_ns;          /* one signature checked, between the batches */
    uint64_t access_ns, access_worst_ns; /* one answer of may_read, as of any event */
    uint64_t access_events;              /* that the log had then */
    uint64_t interval_ns;                /* each interval of a history of access, */
    uint64_t interval_worst_ns;          /* and the slowest */
    uint64_t events;                     /* in the log at the end */
    uint64_t json_bytes;                 /* leaves and bodies */
    uint64_t disk_bytes;                 /* log, state and index */
    uint64_t log_disk_bytes;
    uint64_t raw_disk_bytes;
    uint64_t peak_kib; /* of resident memory, over the whole run */

    uint64_t alone_bytes; /* encrypted and hashed in memory, by one core: */
    uint64_t aes_ns;
    uint64_t chunk_sha_ns;
    uint64_t encode_ns;   /* both, by all cores */
    uint64_t vault_bytes; /* of a file that went through the vault, */
    uint64_t put_ns;      /* from the file to durable chunks */
    uint64_t get_ns;      /* and back */
    uint64_t vault_peak_kib;
};

struct bench_query {
    const char *what;
    uint64_t rows;
    uint64_t scanned; /* events that the index did not cover yet, or could not narrow */
    uint64_t median_ns, worst_ns;
};

enum {
    BENCH_SENDERS = 8,
    BENCH_SINGLES = 400, /* events sent one by one */
    BENCH_SLOW = 1000,   /* clients that hold a connection and say half a thing */
};

/* The same through the daemon's socket. */
struct bench_daemon {
    uint64_t events, ns;               /* of eight emitters, submissions of 1,000 */
    uint64_t besieged_ns;              /* the same, while BENCH_SLOW clients hold connections */
    uint64_t small_events, small_ns;   /* the same, one event each, 64 on their way of each */
    uint64_t single_ns, single_p99_ns; /* one event at a time, until it is acknowledged */
    uint64_t bound_ns, bound_p99_ns;   /* one flush and one signature: median, p99 */
};

/* What another program took for a question. */
struct bench_peer {
    const char *what, *of;
    uint64_t ns; /* 0: not measured; `of` says why */
};

uint64_t bench_now_ns(void);
/* bench_ingest.c: registers a speaker that has a name and a key, so that it may submit. */
MUST_CHECK struct status bench_register(struct bench *bench, const struct speaker *speaker);
/* Makes a submission of `count` events by a speaker, into a text with room for it. */
MUST_CHECK struct status bench_submission(struct bench *bench, struct speaker *speaker,
                                          uint64_t count, struct text *out);
/* Looks at the memory in use and calls `tick`; true stops. */
bool bench_tick(struct bench *bench, const char *doing, uint64_t done, uint64_t total);
uint64_t bench_random(struct bench *bench);

/* bench_ingest.c: makes the store and fills it. */
MUST_CHECK struct status bench_ingest(struct bench *bench, struct bench_times *times);
/* bench_limits.c: the bounds, and the paths measured against them; after the ingest. */
MUST_CHECK struct status bench_flush(struct bench *bench, struct bench_times *times);
MUST_CHECK struct status bench_raw(struct bench *bench, struct bench_times *times);
MUST_CHECK struct status bench_sha(struct bench *bench, struct bench_times *times);
MUST_CHECK struct status bench_ed25519(struct bench *bench, uint64_t *ns);
MUST_CHECK struct status bench_verify(struct bench *bench, struct bench_times *times);
MUST_CHECK struct status bench_rebuild(struct bench *bench, struct bench_times *times);
MUST_CHECK struct status bench_space(struct bench *bench, struct bench_times *times);
/* bench_assess.c: the AU assessment, which verifies and folds the log in one pass. */
MUST_CHECK struct status bench_assess(struct bench *bench, struct bench_times *times);
/* bench_query.c: the first 50 rows of each kind of query. Fills up to `capacity`. */
MUST_CHECK struct status bench_queries(struct bench *bench, struct bench_query *out,
                                       size_t capacity, size_t *count);
/* bench_peers.c: the same events with the programs that people use instead, as far as they are
 * installed. Takes as much disk again as the events. Fills up to `capacity`. */
MUST_CHECK struct status bench_peers(struct bench *bench, struct bench_peer *out, size_t capacity,
                                     size_t *count);
/* bench_commands.c: commands of a user in a group's tagged directory; and who may read there. */
MUST_CHECK struct status bench_commands(struct bench *bench, struct bench_times *times);

/* bench_daemon.c: the same events through the program cairnd, which lies beside this one; after the
 * ingest, whose engine it closes. NOT_FOUND without the program. */
MUST_CHECK struct status bench_daemon(struct bench *bench, struct bench_daemon *out);

/* bench_vault.c: a file through the vault, beside what its cipher takes alone; comes first. */
MUST_CHECK struct status bench_vault(struct bench *bench, struct bench_times *times);

#endif
