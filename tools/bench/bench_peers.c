#include "reports/output.h"
#include "store/log_walk.h"
#include "tools/bench/bench.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    SQL_REPEATS = 1000, /* of a statement in one run, so that starting the program does not count */
    PATH_SIZE = 4400,
    SCRIPT_SIZE = 12000,
    PATIENCE_S = 300, /* for one scan */
    TIMED_OUT = 124,  /* says timeout(1) */
};

extern char **environ;

/* What people use instead, and where it is from. */
static const struct {
    const char *program, *missing;
} programs[] = {{"sqlite3", "not measured: apt-get install sqlite3"},
                {"jq", "not measured: apt-get install jq"},
                {"ausearch", "not measured: apt-get install auditd"}};

/* Files ----------------------------------------------------------------------------------- */

struct peers {
    struct bench *bench;
    struct bench_peer *out;
    size_t capacity, count;
    char directory[PATH_SIZE];
    const char *subject; /* `subject:N`, whose events are asked for */
    uint64_t subject_n;
};

struct sheet {
    struct output output;
    int file;
};

static struct status sheet_open(const struct peers *peers, const char *name, struct sheet *out)
{
    char path[PATH_SIZE + 32];
    snprintf(path, sizeof path, "%s/%s", peers->directory, name);
    out->file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    output_init(&out->output, out->file);
    return out->file < 0 ? FAIL(IO, (uint64_t)errno) : OK;
}

static struct status sheet_close(struct sheet *sheet)
{
    struct status status = sheet->file < 0 ? OK : output_flush(&sheet->output);
    if (sheet->file >= 0) {
        (void)close(sheet->file);
    }
    return status;
}

/* One event in each of their forms: a line of CSV, its JSON, and a record as auditd writes it. */
static void put_event(struct sheet sheets[static 3], const struct leaf *leaf,
                      const struct log_stored *stored)
{
    char memory[128];
    struct text on = TEXT_IN(memory);
    const struct id subject = leaf->on_count > 1 ? leaf->on[1] : leaf->on[0];
    const struct bytes body =
        bytes_of(stored->body.data + SALT_SIZE, stored->body.size - SALT_SIZE);
    id_write(&on, subject);
    output_add(&sheets[0].output, "%llu,%llu,%s,%.*s,%.*s,%s,%.*s,\"", (unsigned long long)leaf->n,
               (unsigned long long)leaf->t_utc_us, event_name(leaf->kind), (int)leaf->actor.size,
               (const char *)leaf->actor.data, (int)on.size, on.data, outcome_name(leaf->outcome),
               (int)leaf->source.size, (const char *)leaf->source.data);
    for (size_t i = 0; i < body.size; i++) {
        output_put_char(&sheets[0].output, body.data[i] == '"' ? '\'' : (char)body.data[i]);
    }
    output_put_string(&sheets[0].output, "\"\n");
    output_put_bytes(&sheets[1].output, bytes_of(stored->leaf.data, stored->leaf.size - 1));
    output_put_string(&sheets[1].output, ",\"body_text\":");
    output_put_bytes(&sheets[1].output, body);
    output_put_string(&sheets[1].output, "}\n");
    output_add(&sheets[2].output,
               "type=USER_LOGIN msg=audit(%llu.%03llu:%llu): pid=1 uid=0 auid=%llu ses=1 "
               "msg='op=login id=%llu exe=\"/usr/sbin/sshd\" addr=%.*s terminal=ssh res=%s'\n",
               (unsigned long long)(leaf->t_utc_us / 1000000),
               (unsigned long long)(leaf->t_utc_us / 1000 % 1000), (unsigned long long)leaf->n,
               (unsigned long long)subject.n, (unsigned long long)subject.n, (int)leaf->source.size,
               (const char *)leaf->source.data, leaf->outcome == OUTCOME_OK ? "success" : "failed");
}

static struct status put_events(struct peers *peers, struct sheet sheets[static 3])
{
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    CLEANUP(log_walk_close) struct log_walk *walk = NULL;
    TRY(log_snapshot_open(engine_log(peers->bench->engine), &log));
    TRY(log_walk_open(log, 0, &walk));
    for (uint64_t n = 0; n < log_snapshot_size(log); n++) {
        struct log_stored stored;
        struct leaf leaf;
        TRY(log_walk_next(walk, &stored));
        TRY(leaf_decode(stored.leaf, &leaf));
        if (stored.body.size >= SALT_SIZE) {
            put_event(sheets, &leaf, &stored);
        }
        if (n % 65536 == 0 &&
            bench_tick(peers->bench, "writing for others", n, log_snapshot_size(log))) {
            return FAIL(INTERRUPTED, 2);
        }
    }
    return OK;
}

static struct status export_events(struct peers *peers)
{
    static const char *const names[] = {"events.csv", "events.jsonl", "audit.log"};
    struct sheet *sheets = calloc(3, sizeof *sheets);
    struct status status = sheets == NULL ? FAIL(NO_MEMORY, 3 * sizeof *sheets) : OK;
    size_t opened = 0;
    while (!failed(status) && opened < 3) {
        status = sheet_open(peers, names[opened], &sheets[opened]);
        opened++;
    }
    status = failed(status) ? status : put_events(peers, sheets);
    for (size_t i = 0; i < opened; i++) {
        struct status closed = sheet_close(&sheets[i]);
        status = failed(status) ? status : closed;
    }
    free(sheets);
    return status;
}

/* Running them ---------------------------------------------------------------------------- */

/* A line for the shell, in the directory; nothing it prints is kept. */
static struct status run_line(const struct peers *peers, const char *line, uint64_t *ns)
{
    char memory[PATH_SIZE + SCRIPT_SIZE];
    pid_t child;
    int ended = 0;
    snprintf(memory, sizeof memory, "cd '%s' && { %s\n} </dev/null >/dev/null 2>&1",
             peers->directory, line);
    char *arguments[] = {(char[]){"sh"}, (char[]){"-c"}, memory, NULL};
    uint64_t before = bench_now_ns();
    int error = posix_spawn(&child, "/bin/sh", NULL, NULL, arguments, environ);
    if (error != 0) {
        return FAIL(IO, (uint64_t)error);
    }
    while (waitpid(child, &ended, 0) < 0) {
        if (errno != EINTR) {
            return FAIL(IO, (uint64_t)errno);
        }
    }
    *ns = bench_now_ns() - before;
    if (WIFEXITED(ended) && WEXITSTATUS(ended) == TIMED_OUT) {
        return FAIL(LIMIT, PATIENCE_S);
    }
    return WIFEXITED(ended) && WEXITSTATUS(ended) <= 1 ? OK : FAIL(IO, EIO);
}

static bool is_installed(const struct peers *peers, const char *program)
{
    char line[128];
    uint64_t ns;
    snprintf(line, sizeof line, "command -v %s || exit 9", program);
    return !failed(run_line(peers, line, &ns));
}

static void note(struct peers *peers, const char *what, uint64_t ns, const char *of)
{
    if (peers->count < peers->capacity) {
        peers->out[peers->count++] = (struct bench_peer){.what = what, .ns = ns, .of = of};
    }
}

/* SQLite: one table, five indexes; the statement many times in one run, less a run without. */
static struct status ask_sqlite(struct peers *peers, const char *what, const char *where)
{
    char line[SCRIPT_SIZE];
    uint64_t idle, busy;
    static const char each[] =
        "i=0; while [ $i -lt %d ]; do echo \"SELECT * FROM e WHERE %s ORDER BY n LIMIT 50;\"; "
        "i=$((i+1)); done >ask.sql; ";
    snprintf(line, sizeof line, each, SQL_REPEATS, where);
    TRY(run_line(peers, line, &idle));
    TRY(run_line(peers, "sqlite3 -readonly events.db 'SELECT 1'", &idle));
    TRY(run_line(peers, "sqlite3 -readonly events.db '.read ask.sql'", &busy));
    note(peers, what, busy > idle ? (busy - idle) / SQL_REPEATS : 0,
         "SQLite with five indexes, mean of 1,000");
    return OK;
}

static struct status measure_sqlite(struct peers *peers)
{
    char where[128];
    uint64_t ns;
    static const char load[] =
        "sqlite3 events.db 'PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; CREATE TABLE "
        "e(n INTEGER PRIMARY KEY,t INTEGER,kind,actor,subject,outcome,source,body);' "
        "'.mode csv' '.import events.csv e' 'CREATE INDEX a ON e(subject,n); CREATE INDEX b ON "
        "e(kind,n); CREATE INDEX c ON e(actor,n); CREATE INDEX d ON e(outcome,n); CREATE INDEX f "
        "ON e(source,n); ANALYZE;'";
    TRY(run_line(peers, load, &ns));
    snprintf(where, sizeof where, "subject='%s'", peers->subject);
    TRY(ask_sqlite(peers, "a subject (1 of 1,000)", where));
    TRY(ask_sqlite(peers, "an outcome (1 of 97)", "outcome='denied'"));
    TRY(ask_sqlite(peers, "an address (1 of 1,024)", "source='10.2.7.9'"));
    snprintf(where, sizeof where, "subject='%s' AND outcome='denied'", peers->subject);
    return ask_sqlite(peers, "a subject and an outcome", where);
}

static struct status scan(struct peers *peers, const char *command, const char *of,
                          const char *gave_up)
{
    char line[512];
    uint64_t ns;
    snprintf(line, sizeof line, "timeout %d %s", PATIENCE_S, command);
    struct status status = run_line(peers, line, &ns);
    if (status.code == STATUS_LIMIT) {
        note(peers, "a subject (1 of 1,000)", 0, gave_up);
        return OK;
    }
    TRY(status);
    note(peers, "a subject (1 of 1,000)", ns, of);
    return OK;
}

static struct status measure_scans(struct peers *peers, bool jq, bool ausearch)
{
    char command[256];
    if (jq) {
        snprintf(command, sizeof command, "jq -c 'select(.on[1]==\"%s\")' events.jsonl",
                 peers->subject);
        TRY(scan(peers, command, "jq, all rows, once", "jq was not done after 5 minutes"));
    }
    if (ausearch) {
        snprintf(command, sizeof command, "ausearch -if audit.log -ua %llu --raw",
                 (unsigned long long)peers->subject_n);
        TRY(scan(peers, command, "ausearch, all rows, once",
                 "ausearch was not done after 5 minutes"));
    }
    return OK;
}

static struct status measure_all(struct peers *peers)
{
    bool there[sizeof programs / sizeof programs[0]];
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        there[i] = is_installed(peers, programs[i].program);
        if (!there[i]) {
            note(peers, programs[i].program, 0, programs[i].missing);
        }
    }
    TRY(export_events(peers));
    TRY(there[0] ? measure_sqlite(peers) : OK);
    return measure_scans(peers, there[1], there[2]);
}

struct status bench_peers(struct bench *bench, struct bench_peer *out, size_t capacity,
                          size_t *count)
{
    static const char *const files[] = {"events.csv", "events.jsonl", "audit.log", "events.db",
                                        "ask.sql"};
    char memory[64], path[PATH_SIZE + 32];
    struct text subject = TEXT_IN(memory);
    struct peers *peers = calloc(1, sizeof *peers);
    if (peers == NULL) {
        return FAIL(NO_MEMORY, sizeof *peers);
    }
    *peers = (struct peers){.bench = bench, .out = out, .capacity = capacity};
    peers->subject_n = bench->subjects[BENCH_SUBJECTS / 2];
    id_write(&subject, (struct id){ID_SUBJECT, peers->subject_n});
    peers->subject = text_string(&subject);
    snprintf(peers->directory, sizeof peers->directory, "%s.peers", bench->directory);
    struct status status =
        mkdir(peers->directory, 0700) == 0 ? measure_all(peers) : FAIL(IO, (uint64_t)errno);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", peers->directory, files[i]);
        (void)unlink(path);
    }
    (void)rmdir(peers->directory);
    *count = peers->count;
    free(peers);
    return status;
}
