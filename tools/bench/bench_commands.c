#include "core/access/access.h"
#include "core/command_record.h"
#include "core/identity/user.h"
#include "reports/access/interval.h"
#include "store/hash.h"
#include "tools/bench/bench.h"

#include <stdlib.h>

enum {
    FILES = BENCH_BATCH / 4, /* made in a batch; the files of the batch before get what follows */
    RECORD_SIZE = 1024,
    READS = 2000,
    INTERVALS = 200, /* histories of access */
    VIEW_MEMORY = 256 << 10,
};

static const struct digest chunk = {{3}}; /* what a file is made of */

/* The enclave that is worked in: one project under a level, and its group. */
struct place {
    struct id user, session, project, group;
    struct digest root;               /* of a file of one chunk */
    uint64_t files_from, files_count; /* positions of the files of the batch before */
    struct text *records;
    struct request *requests;
    struct verdict *verdicts;
    size_t count;
};

/* The place: by events of the writer's own, as nobody has a session yet ---------------------- */

static struct status say(struct bench *bench, enum engine_voice voice, const struct draft *draft,
                         struct id *out)
{
    TRY(engine_flush(bench->engine));
    out->n = log_head_of(engine_log(bench->engine))->size;
    TRY(engine_say(bench->engine, voice, draft));
    return engine_flush(bench->engine);
}

#define SAY(voice_, kind_, id_, ...)                                   \
    TRY(say(bench, (voice_),                                           \
            &(struct draft){.kind = (kind_),                           \
                            .on = {*(id_)},                            \
                            .on_count = 1,                             \
                            .body = &(union event_body){__VA_ARGS__}}, \
            &position))

static struct status make_project(struct bench *bench, struct place *place)
{
    struct id position = {0}, requirement = {ID_REQUIREMENT, ID_NEW}, level = {ID_LEVEL, ID_NEW};
    struct id cert = {ID_CERT, ID_NEW};
    SAY(VOICE_PROJECT, EVENT_REQUIREMENT_CREATED, &requirement,
        .requirement_created = {.name = LITERAL("training")});
    requirement.n = position.n;
    SAY(VOICE_PROJECT, EVENT_LEVEL_CREATED, &level,
        .level_created = {
            .name = LITERAL("controlled"), .requirements = &requirement, .requirements_count = 1});
    level.n = position.n;
    place->project = NEW(ID_PROJECT);
    SAY(VOICE_PROJECT, EVENT_PROJECT_CREATED, &place->project,
        .project_created = {.name = LITERAL("bench"), .has_pi = true, .pi = place->user});
    place->project.n = position.n;
    SAY(VOICE_PROJECT, EVENT_PROJECT_LEVEL_SET, &place->project,
        .project_level_set = {.has_to = true, .to = level});
    SAY(VOICE_PROJECT, EVENT_CERT_ISSUED, &cert,
        .cert_issued = {
            .user = place->user, .requirement = requirement, .issued = engine_now(bench->engine)});
    return OK;
}

static struct status make_group(struct bench *bench, struct place *place)
{
    static const uint8_t key[DIGEST_SIZE] = "a group's key to receive";
    struct id position = {0};
    place->group = NEW(ID_GROUP);
    SAY(VOICE_GROUP, EVENT_GROUP_CREATED, &place->group,
        .group_created = {.name = LITERAL("bench"), .owner = place->user, .key = BYTES(key)});
    place->group.n = position.n;
    SAY(VOICE_GROUP, EVENT_GROUP_PROJECT_CHANGED, &place->group,
        .group_project_changed = {.has_to = true, .to = place->project});
    return OK;
}

static struct status make_session(struct bench *bench, struct place *place)
{
    static const uint8_t nonce[DIGEST_SIZE] = "answered";
    struct id position = {0};
    uint64_t end = engine_now(bench->engine) + UINT64_C(86400000000);
    place->session = NEW(ID_SESSION);
    SAY(VOICE_IDENTITY, EVENT_SESSION_CHALLENGED, &place->session,
        .session_challenged = {.user = place->user, .nonce = BYTES(nonce), .expires = end});
    place->session.n = position.n;
    SAY(VOICE_IDENTITY, EVENT_SESSION_OPENED, &place->session,
        .session_opened = {.user = place->user, .role = USER_ROLE_SUPER_ADMIN, .expires = end});
    SAY(VOICE_IDENTITY, EVENT_SESSION_PROJECT_ACTIVATED, &place->session,
        .session_project_activated = {.project = place->project});
    return OK;
}

static struct status find_user(struct bench *bench, struct id *out)
{
    uint8_t memory[8192];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct user_row user;
    struct view view = engine_view(bench->engine, UINT64_MAX, &arena, &trouble);
    if (!user_by_login(&view, LITERAL("bench"), &user)) {
        return FAIL(NOT_FOUND, 0);
    }
    *out = user.user;
    return OK;
}

static struct status hash_root(struct digest *out)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    TRY(hasher_open(&hasher));
    *out = hash_leaf(hasher, BYTES(chunk.sha256));
    return OK;
}

/* Commands -------------------------------------------------------------------------------- */

static struct status add(struct bench *bench, struct place *place, enum command_kind kind,
                         const union command_fields *fields)
{
    char memory[RECORD_SIZE];
    struct text text = TEXT_IN(memory), *record = &place->records[place->count];
    uint64_t random[2] = {bench_random(bench), bench_random(bench)};
    command_fields_encode(kind, fields, &text);
    struct command_record command = {
        .actor = place->user,
        .kind = kind,
        .fields = text_bytes(&text),
        .origin = bytes_of_string(log_origin(engine_log(bench->engine))),
        .project = place->project,
        .session = place->session,
        .t_utc_us = engine_now(bench->engine),
    };
    memcpy(command.nonce, random, sizeof command.nonce);
    text_clear(record);
    TRY(command_record_sign(&command, bench->admin, record));
    place->requests[place->count++] = (struct request){.record = text_bytes(record)};
    return OK;
}

static struct status add_file(struct bench *bench, struct place *place, uint64_t i)
{
    char memory[64];
    struct text name = TEXT_IN(memory);
    text_add(&name, "measurement-%u-%u.dat", (unsigned)place->files_from, (unsigned)i);
    union command_fields fields = {.vault_file_create = {.parent = place->group,
                                                         .name = text_bytes(&name),
                                                         .wrapped = {{1}},
                                                         .has_group_wrapped = true,
                                                         .group_wrapped = {{2}},
                                                         .has_epoch = true,
                                                         .epoch = 1}};
    return add(bench, place, COMMAND_VAULT_FILE_CREATE, &fields);
}

/* What one does with a file of the batch before: write it, end it, fetch its key. */
static struct status add_work(struct bench *bench, struct place *place, uint64_t i)
{
    struct id file = {ID_FILE, place->files_from + i};
    uint8_t iv[12] = {1};
    union command_fields fields = {
        .vault_chunk_write = {.file = file, .disk_size = 4096, .sha256 = chunk, .iv = BYTES(iv)}};
    TRY(add(bench, place, COMMAND_VAULT_CHUNK_WRITE, &fields));
    fields = (union command_fields){
        .vault_file_seal = {.file = file, .size = 4032, .chunks = 1, .root = place->root}};
    TRY(add(bench, place, COMMAND_VAULT_FILE_SEAL, &fields));
    fields = (union command_fields){.vault_key_fetch = {.file = file}};
    return add(bench, place, COMMAND_VAULT_KEY_FETCH, &fields);
}

static struct status make_batch(struct bench *bench, struct place *place)
{
    place->count = 0;
    for (uint64_t i = 0; i < FILES; i++) {
        TRY(add_file(bench, place, i));
    }
    for (uint64_t i = 0; i < place->files_count; i++) {
        TRY(add_work(bench, place, i));
    }
    return OK;
}

/* Everything must be allowed: a refusal would be cheaper than what is measured. */
static struct status check_verdicts(const struct place *place)
{
    for (size_t i = 0; i < place->count; i++) {
        TRY(place->verdicts[i].status);
        if (place->verdicts[i].refused != RULE_NONE) {
            return FAIL_BECAUSE(CONFLICT, place->verdicts[i].first,
                                rule_sentence(place->verdicts[i].refused));
        }
    }
    return OK;
}

static struct status do_batches(struct bench *bench, struct place *place, struct bench_times *times)
{
    uint64_t checks_ns = 0, rounds = 0;
    while (times->commands < BENCH_COMMANDS) {
        uint64_t check_ns;
        TRY(bench_ed25519(bench, &check_ns));
        checks_ns += check_ns;
        times->commands_check_ns = checks_ns / ++rounds;
        TRY(make_batch(bench, place));
        uint64_t before = bench_now_ns();
        TRY(engine_commands(bench->engine, place->requests, place->count, place->verdicts));
        times->commands_ns += bench_now_ns() - before;
        TRY(check_verdicts(place));
        times->commands += place->count;
        place->files_from = place->verdicts[0].first;
        place->files_count = FILES;
        if (bench_tick(bench, "commands", times->commands, BENCH_COMMANDS)) {
            return FAIL(INTERRUPTED, 2);
        }
    }
    return OK;
}

/* Access ---------------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* May she, or could she have: of a file in a tagged group, as of any moment since there is one. */
static struct status read_all(struct bench *bench, const struct place *place, struct arena *arena,
                              uint64_t *ns)
{
    uint64_t size = log_head_of(engine_log(bench->engine))->size;
    for (size_t i = 0; i < READS; i++) {
        struct access access;
        struct status trouble = OK;
        uint64_t file = place->files_from + bench_random(bench) % FILES;
        uint64_t as_of =
            i % 2 == 0 ? bench_random(bench) % size : file + bench_random(bench) % (size - file);
        const struct reader reader = {.user = place->user};
        arena_reset(arena);
        uint64_t before = bench_now_ns();
        struct view view = engine_view(bench->engine, as_of, arena, &trouble);
        may_read(&view, &reader, (struct id){ID_FILE, file}, &access);
        ns[i] = bench_now_ns() - before;
        TRY(trouble);
    }
    return OK;
}

static struct status bench_access(struct bench *bench, const struct place *place,
                                  struct bench_times *times)
{
    uint64_t ns[READS];
    struct arena arena = {.capacity = VIEW_MEMORY, .memory = malloc(VIEW_MEMORY)};
    if (arena.memory == NULL) {
        return FAIL(NO_MEMORY, VIEW_MEMORY);
    }
    /* Once untimed: warm. */
    struct status status = read_all(bench, place, &arena, ns);
    status = failed(status) ? status : read_all(bench, place, &arena, ns);
    free(arena.memory);
    TRY(status);
    qsort(ns, READS, sizeof ns[0], by_size);
    times->access_ns = ns[READS / 2];
    times->access_worst_ns = ns[READS - 1];
    times->access_events = log_head_of(engine_log(bench->engine))->size;
    return OK;
}

/* Intervals ------------------------------------------------------------------------------- */

static struct status time_of(void *context, uint64_t n, uint64_t *utc_us)
{
    struct bytes bytes;
    struct leaf leaf;
    TRY(log_read_leaf(context, n, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    *utc_us = leaf.t_utc_us;
    return OK;
}

static struct status count_interval(void *context, const struct interval *interval)
{
    (void)interval;
    ++*(uint64_t *)context;
    return OK;
}

/* From the first event to the last, for a file of the newest. */
static struct status measure_intervals(struct bench *bench, const struct place *place,
                                       struct basis *basis, struct arena *arena, uint64_t *ns)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    struct status trouble = OK;
    uint64_t count = 0;
    TRY(log_snapshot_open(engine_log(bench->engine), &log));
    uint64_t size = log_snapshot_size(log), before = bench_now_ns();
    struct interval_question question = {
        .view = engine_view(bench->engine, UINT64_MAX, arena, &trouble),
        .reader = {.user = place->user},
        .object = {ID_FILE, place->files_from + bench_random(bench) % FILES},
        .verb = ACCESS_READ,
        .to = {.n = size, .utc_us = UINT64_MAX},
        .time_of = time_of,
        .context = log};
    TRY(time_of(log, 0, &question.from.utc_us));
    TRY(interval_each(&question, basis, count_interval, &count));
    *ns = (bench_now_ns() - before) / (count == 0 ? 1 : count);
    return trouble;
}

static struct status bench_intervals(struct bench *bench, const struct place *place,
                                     struct bench_times *times)
{
    uint64_t ns[INTERVALS];
    struct arena arena = {.capacity = VIEW_MEMORY, .memory = malloc(VIEW_MEMORY)};
    struct basis *basis = malloc(sizeof *basis);
    struct status status =
        arena.memory == NULL || basis == NULL ? FAIL(NO_MEMORY, VIEW_MEMORY) : OK;
    for (size_t i = 0; i < INTERVALS && !failed(status); i++) {
        status = measure_intervals(bench, place, basis, &arena, &ns[i]);
    }
    free(basis);
    free(arena.memory);
    TRY(status);
    qsort(ns, INTERVALS, sizeof ns[0], by_size);
    times->interval_ns = ns[INTERVALS / 2];
    times->interval_worst_ns = ns[INTERVALS - 1];
    return OK;
}

/* All of it ------------------------------------------------------------------------------- */

static struct status open_place(struct bench *bench, struct place *place)
{
    place->records = calloc(BENCH_BATCH, sizeof *place->records);
    place->requests = calloc(BENCH_BATCH, sizeof *place->requests);
    place->verdicts = calloc(BENCH_BATCH, sizeof *place->verdicts);
    char *memory = malloc((size_t)BENCH_BATCH * RECORD_SIZE);
    if (place->records == NULL || place->requests == NULL || place->verdicts == NULL ||
        memory == NULL) {
        free(memory);
        return FAIL(NO_MEMORY, (size_t)BENCH_BATCH * RECORD_SIZE);
    }
    for (size_t i = 0; i < BENCH_BATCH; i++) {
        place->records[i] =
            (struct text){.data = memory + i * RECORD_SIZE, .capacity = RECORD_SIZE};
    }
    TRY(find_user(bench, &place->user));
    TRY(hash_root(&place->root));
    TRY(make_project(bench, place));
    TRY(make_group(bench, place));
    return make_session(bench, place);
}

static void close_place(struct place *place)
{
    if (place->records != NULL) {
        free(place->records[0].data);
    }
    free(place->records);
    free(place->requests);
    free(place->verdicts);
}

struct status bench_commands(struct bench *bench, struct bench_times *times)
{
    struct place place = {.files_count = 0};
    struct status status = open_place(bench, &place);
    status = failed(status) ? status : do_batches(bench, &place, times);
    status = failed(status) ? status : bench_access(bench, &place, times);
    status = failed(status) ? status : bench_intervals(bench, &place, times);
    close_place(&place);
    return status;
}
