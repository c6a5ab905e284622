/*
 * Opening a store: what is folded can be deleted at any time, what is true cannot be taken back,
 * and one writes at a time.
 */
#include "core/engine_parts.h"
#include "store/lmdb.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    EVENTS = 9000 /* two runs of the index, and a tail */
};

struct world {
    struct scratch scratch;
    struct speaker door;
    struct emission *emission;
};

static int begin(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    scratch_begin(&world->scratch);
    scratch_store(&world->scratch, KEY_ED25519);
    struct engine *engine = scratch_open(&world->scratch, false);
    scratch_emitter(&world->scratch, engine, "door", &world->door);
    must(emission_open(&world->emission));
    scratch_close(&engine);
    *state = world;
    return 0;
}

static int end(void **state)
{
    struct world *world = *state;
    emission_close(&world->emission);
    secret_key_close(&world->door.key);
    scratch_end(&world->scratch);
    free(world);
    return 0;
}

static void observe(struct world *world, uint32_t count)
{
    struct engine *engine = scratch_open(&world->scratch, false);
    for (uint32_t done = 0; done < count; done += 500) {
        scratch_observe(engine, world->emission, &world->door,
                        count - done < 500 ? count - done : 500);
    }
    scratch_close(&engine);
}

static void path_in(const struct world *world, const char *name, char path[static 400])
{
    snprintf(path, 400, "%s/%s", world->scratch.store, name);
}

static void delete_in(const struct world *world, const char *name)
{
    char path[400];
    path_in(world, name, path);
    remove_tree(path);
}

static struct status open_store(const struct world *world, bool read_only, struct engine **engine)
{
    return engine_open(
        &(struct engine_options){.directory = world->scratch.store, .read_only = read_only},
        engine);
}

/* The status of opening the store for writing; it is closed again. */
static struct status opening(const struct world *world)
{
    CLEANUP(engine_close) struct engine *engine = NULL;
    return open_store(world, false, &engine);
}

/* What is folded ------------------------------------------------------------------------------- */

struct folded {
    uint64_t size, versions, indexed;
    struct digest state, roots[2];
};

static struct folded look(const struct world *world)
{
    struct engine *engine = NULL;
    struct index_snapshot *snapshot = NULL;
    must(open_store(world, true, &engine));
    must(index_snapshot_open(engine_index(engine), &snapshot));
    struct folded folded = {
        .size = log_head_of(engine_log(engine))->size,
        .versions = state_versions(engine_state(engine)),
        .indexed = index_size(engine_index(engine)),
        .state = state_digest(engine_state(engine)),
    };
    for (size_t i = 0; i < 2; i++) {
        struct index_run run;
        must(index_run_root(snapshot, 0, i * INDEX_RUN_EVENTS, &run));
        folded.roots[i] = run.root;
    }
    index_snapshot_close(&snapshot);
    engine_close(&engine);
    return folded;
}

static void assert_same(const struct folded *a, const struct folded *b)
{
    assert_int_equal(a->versions, b->versions);
    assert_int_equal(a->indexed, b->indexed);
    assert_true(digest_equal(&a->state, &b->state));
    assert_true(digest_equal(&a->roots[0], &b->roots[0]));
    assert_true(digest_equal(&a->roots[1], &b->roots[1]));
}

/* How many events of a kind the log has. */
static uint64_t count_kind(const struct world *world, enum event_kind kind)
{
    struct engine *engine = NULL;
    uint64_t count = 0;
    must(open_store(world, true, &engine));
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    must(log_snapshot_open(engine_log(engine), &snapshot));
    for (uint64_t n = 0; n < log_snapshot_size(snapshot); n++) {
        struct bytes bytes;
        struct leaf leaf;
        must(log_read_leaf(snapshot, n, &bytes));
        must(leaf_decode(bytes, &leaf));
        count += leaf.kind == kind;
    }
    log_snapshot_close(&snapshot);
    engine_close(&engine);
    return count;
}

static void state_and_index_are_folded_again_as_they_were(void **state)
{
    static const char *const deleted[][2] = {{"state", ""}, {"index", ""}, {"state", "index"}};
    struct world *world = *state;
    observe(world, EVENTS);
    struct folded before = look(world);
    for (size_t i = 0; i < 3; i++) {
        for (unsigned threaded = 0; threaded < 2; threaded++) {
            for (size_t k = 0; k < 2 && deleted[i][k][0] != '\0'; k++) {
                delete_in(world, deleted[i][k]);
            }
            struct engine *engine = scratch_open(&world->scratch, threaded == 1);
            scratch_close(&engine);
            struct folded after = look(world);
            assert_same(&before, &after);
        }
    }
    /* A run's root is logged once; what was folded again is told each time. */
    assert_int_equal(count_kind(world, EVENT_AUDIT_INDEX_RUN), 2);
    assert_true(count_kind(world, EVENT_AUDIT_RECOVERED) >= 6);
}

static void what_was_not_finished_is_folded_at_the_next_open(void **state)
{
    struct world *world = *state;
    struct engine *engine = scratch_open(&world->scratch, true);
    for (unsigned i = 0; i < 18; i++) {
        scratch_observe(engine, world->emission, &world->door, 500);
    }
    must(engine_flush(engine));
    uint64_t size = log_head_of(engine_log(engine))->size;
    engine_close(&engine); /* as if it had been killed */
    engine = scratch_open(&world->scratch, false);
    assert_true(log_head_of(engine_log(engine))->size >= size);
    scratch_close(&engine);
    struct folded before = look(world);
    delete_in(world, "state");
    delete_in(world, "index");
    engine = scratch_open(&world->scratch, false);
    scratch_close(&engine);
    struct folded after = look(world);
    assert_same(&before, &after);
}

static void a_rebuild_that_is_asked_for_folds_everything(void **state)
{
    struct world *world = *state;
    struct engine *engine = NULL;
    observe(world, EVENTS);
    struct folded before = look(world);
    must(engine_open(&(struct engine_options){.directory = world->scratch.store, .rebuild = true},
                     &engine));
    scratch_close(&engine);
    struct folded after = look(world);
    assert_same(&before, &after);
}

/* Another store's state, of as many events: nothing in it is believed. */
static void a_state_of_another_log_is_not_believed(void **state)
{
    struct world *world = *state;
    struct scratch other;
    struct engine *engine = NULL;
    char mine[400], theirs[400];
    scratch_begin(&other);
    scratch_store(&other, KEY_ED25519);
    engine = scratch_open(&other, false);
    struct speaker gate;
    scratch_emitter(&other, engine, "gate", &gate);
    secret_key_close(&gate.key);
    scratch_close(&engine);
    path_in(world, "state", mine);
    snprintf(theirs, sizeof theirs, "%s/state", other.store);
    remove_tree(mine);
    copy_tree(theirs, mine);
    must(open_store(world, true, &engine));
    assert_null(engine_state(engine));
    assert_null(engine_index(engine));
    engine_close(&engine);
    engine = scratch_open(&world->scratch, false);
    uint8_t memory[4096];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct view view = engine_view(engine, UINT64_MAX, &arena, &trouble);
    struct emitter_row row = {.name = LITERAL("gate")};
    assert_false(view_find(&view, ROW_EMITTER, &row));
    row.name = LITERAL("door");
    assert_true(view_find(&view, ROW_EMITTER, &row));
    scratch_close(&engine);
    scratch_end(&other);
}

/* Reading only --------------------------------------------------------------------------------- */

static void a_reader_does_without_state_and_index_and_makes_none(void **state)
{
    struct world *world = *state;
    struct engine *engine = NULL;
    char path[400], memory[NOTE_MAX];
    struct text note = TEXT_IN(memory);
    struct stat there;
    delete_in(world, "state");
    delete_in(world, "index");
    delete_in(world, "keys");
    must(open_store(world, true, &engine));
    assert_null(engine_state(engine));
    assert_null(engine_index(engine));
    assert_int_equal(engine_folded(engine).code, STATUS_OK);
    assert_true(log_head_of(engine_log(engine))->size > 0);
    must(engine_checkpoint(engine, &note));
    must(engine_finish(engine));
    engine_close(&engine);
    path_in(world, "state", path);
    assert_int_equal(stat(path, &there), -1);
    path_in(world, "index", path);
    assert_int_equal(stat(path, &there), -1);
}

static void a_reader_writes_nothing(void **state)
{
    struct world *world = *state;
    struct engine *engine = NULL;
    struct verdict verdict;
    union event_body body = {.audit_observed = {.what = LITERAL("x")}};
    must(open_store(world, true, &engine));
    assert_int_equal(engine_submit(engine, LITERAL("x"), NULL, NULL).code, STATUS_READ_ONLY);
    assert_int_equal(
        engine_say(engine, VOICE_AUDIT,
                   &(struct draft){
                       .kind = EVENT_AUDIT_OBSERVED, .on = {THE_LOG}, .on_count = 1, .body = &body})
            .code,
        STATUS_READ_ONLY);
    assert_int_equal(engine_flush(engine).code, STATUS_READ_ONLY);
    assert_int_equal(engine_command(engine, LITERAL("{}"), &verdict).code, STATUS_READ_ONLY);
    engine_close(&engine);
}

/* Another process opens the store: the size it sees to the low seven bits, or its failure's code
 * beyond them. */
static int open_elsewhere(const struct world *world, bool read_only)
{
    int answer = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct engine *engine = NULL;
        struct status status = open_store(world, read_only, &engine);
        _exit(failed(status) ? 128 + (int)status.code
                             : (int)(log_head_of(engine_log(engine))->size & 127));
    }
    assert_int_equal(waitpid(child, &answer, 0), child);
    assert_true(WIFEXITED(answer));
    return WEXITSTATUS(answer);
}

static void many_read_while_one_writes(void **state)
{
    struct world *world = *state;
    struct engine *writer = scratch_open(&world->scratch, false);
    for (unsigned i = 0; i < 3; i++) {
        int size = (int)log_head_of(engine_log(writer))->size & 127;
        assert_int_equal(open_elsewhere(world, true), size);
        assert_int_equal(open_elsewhere(world, false), 128 + STATUS_IN_USE);
        scratch_observe(writer, world->emission, &world->door, 5);
        must(engine_flush(writer));
    }
    scratch_close(&writer);
}

/* How often a store that is being written to could not be opened, or only without its state. */
static int misled_readers(const struct world *world)
{
    int misled = 0;
    for (unsigned i = 0; i < 500; i++) {
        struct engine *engine = NULL;
        struct status status = open_store(world, true, &engine);
        misled += failed(status) || engine_state(engine) == NULL;
        engine_close(&engine);
    }
    return misled < 100 ? misled : 100;
}

static void a_reader_is_not_misled_by_a_writer_beside_it(void **state)
{
    struct world *world = *state;
    int answer = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(misled_readers(world));
    }
    while (waitpid(child, &answer, WNOHANG) == 0) {
        observe(world, 1);
    }
    assert_true(WIFEXITED(answer));
    assert_int_equal(WEXITSTATUS(answer), 0);
}

/* Keys and copies ------------------------------------------------------------------------------ */

static void without_its_keys_nobody_writes(void **state)
{
    static const char *const names[] = {"log", "audit", "identity", "import"};
    struct world *world = *state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char name[64], path[400], aside[400];
        snprintf(name, sizeof name, "keys/%s.key", names[i]);
        path_in(world, name, path);
        path_in(world, "aside", aside);
        assert_int_equal(rename(path, aside), 0);
        struct status status = opening(world);
        assert_int_equal(status.code, STATUS_KEY);
        assert_non_null(status.why);
        assert_int_equal(rename(aside, path), 0);
        assert_int_equal(chmod(path, 0644), 0);
        assert_int_equal(opening(world).code, STATUS_KEY);
        assert_int_equal(chmod(path, 0600), 0);
    }
    must(opening(world));
}

static void with_other_keys_nobody_writes(void **state)
{
    static const char *const names[] = {"log", "audit", "identity", "import"};
    struct world *world = *state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        CLEANUP(secret_key_close) struct secret_key *key = NULL;
        char name[64], path[400], aside[400];
        snprintf(name, sizeof name, "keys/%s.key", names[i]);
        path_in(world, name, path);
        path_in(world, "aside", aside);
        assert_int_equal(rename(path, aside), 0);
        must(secret_key_make(KEY_ED25519, i == 0 ? "test.example/log" : names[i], &key));
        must(secret_key_save(key, path));
        assert_int_equal(opening(world).code, STATUS_KEY);
        assert_int_equal(rename(aside, path), 0);
    }
    must(opening(world));
}

static void an_older_copy_of_the_log_is_a_rollback(void **state)
{
    struct world *world = *state;
    struct engine *engine = NULL;
    char log[400], copy[400];
    path_in(world, "log", log);
    path_in(world, "copy", copy);
    copy_tree(log, copy);
    observe(world, 10);
    remove_tree(log);
    copy_tree(copy, log);
    struct status status = opening(world);
    assert_int_equal(status.code, STATUS_ROLLBACK);
    assert_int_equal(open_store(world, true, &engine).code, STATUS_ROLLBACK);
    assert_null(engine);
}

static void a_store_that_is_not_there_is_not_found(void **state)
{
    struct world *world = *state;
    struct engine *engine = NULL;
    char path[400];
    path_in(world, "none", path);
    assert_int_equal(engine_open(&(struct engine_options){.directory = path}, &engine).code,
                     STATUS_NOT_FOUND);
    assert_null(engine);
}

/* A writer that stays -------------------------------------------------------------------------- */

static void a_writer_that_stays_says_so_if_it_writes(void **state)
{
    struct world *world = *state;
    struct engine *engine = NULL;
    struct engine_options options = {.directory = world->scratch.store, .task = "test"};
    must(engine_open(&options, &engine));
    scratch_close(&engine);
    assert_int_equal(count_kind(world, EVENT_AUDIT_STARTED), 0);
    assert_int_equal(count_kind(world, EVENT_AUDIT_STOPPED), 0);
    must(engine_open(&options, &engine));
    scratch_observe(engine, world->emission, &world->door, 5);
    scratch_close(&engine);
    assert_int_equal(count_kind(world, EVENT_AUDIT_STARTED), 1);
    assert_int_equal(count_kind(world, EVENT_AUDIT_STATE_DIGEST_V2), 1);
    assert_int_equal(count_kind(world, EVENT_AUDIT_STOPPED), 1);
    must(engine_open(&options, &engine));
    scratch_observe(engine, world->emission, &world->door, 5);
    must(engine_flush(engine));
    engine_close(&engine); /* as if it had been killed */
    assert_int_equal(count_kind(world, EVENT_AUDIT_STARTED), 2);
    assert_int_equal(count_kind(world, EVENT_AUDIT_STOPPED), 1);
}

static void a_small_commit_is_a_commit(void **state)
{
    struct world *world = *state;
    struct engine *engine = NULL;
    must(engine_open(
        &(struct engine_options){.directory = world->scratch.store, .commit_events_max = 1},
        &engine));
    for (unsigned i = 0; i < 8; i++) {
        scratch_observe(engine, world->emission, &world->door, 3);
    }
    uint64_t before = log_head_of(engine_log(engine))->size;
    must(engine_flush(engine));
    uint64_t after = log_head_of(engine_log(engine))->size, size = before, checkpoints = 0;
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    struct bytes note;
    must(log_snapshot_open(engine_log(engine), &snapshot));
    while (!failed(log_next_checkpoint(snapshot, size, &note, &size))) {
        checkpoints++;
    }
    assert_int_equal(checkpoints, (after - before) / 3);
    log_snapshot_close(&snapshot);
    scratch_close(&engine);
}

/* Puts an entry into one of the log's tables, or takes it out. */
static void put_beyond(const struct world *world, lmdb_table table, uint64_t n, bool there)
{
    static const char *const tables[] = {"leaf", "body"};
    char path[400];
    uint8_t key[8];
    CLEANUP(lmdb_close) struct lmdb *lmdb = NULL;
    struct lmdb_txn *txn = NULL;
    path_in(world, "log", path);
    bytes_write_u64(key, n);
    must(lmdb_open(&(struct lmdb_options){.directory = path, .tables = tables, .table_count = 2},
                   &lmdb));
    must(lmdb_begin(lmdb, true, &txn));
    must(there ? lmdb_put(txn, table, BYTES(key), LITERAL("x"))
               : lmdb_delete(txn, table, BYTES(key)));
    must(lmdb_commit(&txn));
}

/* A key that was damaged may have become one that the log has not come to yet. */
static void what_is_beyond_the_end_is_damage_and_not_written_over(void **state)
{
    struct world *world = *state;
    static const lmdb_table appended[] = {0, 1};
    struct engine *engine = scratch_open(&world->scratch, false);
    uint64_t size = log_head_of(engine_log(engine))->size;
    scratch_close(&engine);
    for (size_t i = 0; i < sizeof appended / sizeof appended[0]; i++) {
        put_beyond(world, appended[i], size + 10, true);
        engine = scratch_open(&world->scratch, false);
        union event_body body = {.audit_observed = {.what = LITERAL("badge")}};
        struct draft draft = {
            .kind = EVENT_AUDIT_OBSERVED, .on = {THE_LOG}, .on_count = 1, .body = &body};
        must(engine_say(engine, VOICE_AUDIT, &draft));
        struct status status = engine_flush(engine);
        assert_int_equal(status.code, STATUS_CORRUPT);
        assert_string_equal(status.why, "there is something beyond the log's end");
        engine_close(&engine);
        put_beyond(world, appended[i], size + 10, false);
    }
    observe(world, 1);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, begin, end)

/* What an earlier version made: it knew fewer of the writer's own emitters. */
static void make_key(const char *directory, const char *file, const char *name, struct text *public)
{
    CLEANUP(secret_key_close) struct secret_key *key = NULL;
    struct store_path path;
    must(secret_key_make(KEY_ED25519, name, &key));
    must(store_key_path(directory, file, &path));
    must(secret_key_save(key, path.text));
    text_clear(public);
    public_key_write(secret_key_public(key), public);
}

static void make_older_store(const char *directory)
{
    char audit_memory[512], log_memory[512];
    struct text audit = TEXT_IN(audit_memory), log_key = TEXT_IN(log_memory);
    struct store_path path;
    struct log *log = NULL;
    struct engine *engine = NULL;
    must(store_path(directory, "keys", &path));
    assert_int_equal(mkdir(directory, 0700) | mkdir(path.text, 0700), 0);
    make_key(directory, "identity", "identity", &audit);
    make_key(directory, "import", "import", &audit);
    make_key(directory, "audit", "audit", &audit);
    make_key(directory, "log", "old.example/log", &log_key);
    must(store_path(directory, "log.vkey", &path));
    must(store_write_file(path.text, log_key.data, log_key.size, true));
    must(store_path(directory, "log", &path));
    must(
        log_open(&(struct log_options){.directory = path.text, .origin = "old.example/log"}, &log));
    log_close(&log);
    must(engine_open(&(struct engine_options){.directory = directory}, &engine));
    union event_body body = {.audit_genesis = {.origin = LITERAL("old.example/log"),
                                               .log_key = text_bytes(&log_key),
                                               .emitter = LITERAL("audit"),
                                               .emitter_key = text_bytes(&audit),
                                               .program = LITERAL("an older one")}};
    must(engine_say(
        engine, VOICE_AUDIT,
        &(struct draft){
            .kind = EVENT_AUDIT_GENESIS, .on = {NEW(ID_LOG)}, .on_count = 1, .body = &body}));
    must(engine_flush(engine));
    must(engine_introduce_voice(engine, VOICE_IDENTITY));
    must(engine_introduce_voice(engine, VOICE_IMPORT));
    must(engine_finish(engine));
    engine_close(&engine);
}

static void a_store_of_an_earlier_version_is_given_the_voices_that_it_lacks(void **state)
{
    struct world *world = *state;
    char directory[300];
    snprintf(directory, sizeof directory, "%s/older", world->scratch.directory);
    make_older_store(directory);
    for (uint64_t time = 0; time < 2; time++) {
        struct engine *engine = NULL;
        union event_body body = {.audit_observed = {.what = LITERAL("it speaks")}};
        must(engine_open(&(struct engine_options){.directory = directory}, &engine));
        assert_int_equal(log_head_of(engine_log(engine))->size, VOICE_COUNT + time);
        must(engine_say(
            engine, VOICE_BULK,
            &(struct draft){
                .kind = EVENT_AUDIT_OBSERVED, .on = {THE_LOG}, .on_count = 1, .body = &body}));
        must(engine_finish(engine));
        assert_int_equal(log_head_of(engine_log(engine))->size, VOICE_COUNT + time + 1);
        engine_close(&engine);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(state_and_index_are_folded_again_as_they_were),
        WITH_STORE(what_was_not_finished_is_folded_at_the_next_open),
        WITH_STORE(a_rebuild_that_is_asked_for_folds_everything),
        WITH_STORE(a_state_of_another_log_is_not_believed),
        WITH_STORE(a_reader_does_without_state_and_index_and_makes_none),
        WITH_STORE(a_reader_writes_nothing),
        WITH_STORE(many_read_while_one_writes),
        WITH_STORE(a_reader_is_not_misled_by_a_writer_beside_it),
        WITH_STORE(without_its_keys_nobody_writes),
        WITH_STORE(with_other_keys_nobody_writes),
        WITH_STORE(an_older_copy_of_the_log_is_a_rollback),
        WITH_STORE(a_store_that_is_not_there_is_not_found),
        WITH_STORE(a_writer_that_stays_says_so_if_it_writes),
        WITH_STORE(a_small_commit_is_a_commit),
        WITH_STORE(a_store_of_an_earlier_version_is_given_the_voices_that_it_lacks),
        WITH_STORE(what_is_beyond_the_end_is_damage_and_not_written_over),
    };
    return cmocka_run_group_tests_name("core/engine: opening", tests, NULL, NULL);
}
