/*
 * cairn-verify as a program: its exit codes, its words, and that nothing makes it die by a signal.
 */
#include "store/proof.h"
#include "store/tiles.h"
#include "tests/store/exported.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    EVENTS = 1000,
    LOOKS = 150, /* at a file */
    OUTPUT_MAX = 1 << 20,
    ARGUMENTS_MAX = 8,
};

struct world {
    struct exported exported;
    char directory[256];
    char key[320], bundle[320], tiles[320], proof[320], changed[320], output[320];
    char said[OUTPUT_MAX]; /* by the last run */
};

/* Running --------------------------------------------------------------------------------- */

static void become(int output, const char *const *arguments)
{
    char *vector[ARGUMENTS_MAX + 2] = {strdup(CAIRN_VERIFY)};
    int errors = open("/dev/null", O_WRONLY);
    for (size_t i = 0; arguments[i] != NULL && i < ARGUMENTS_MAX; i++) {
        vector[i + 1] = strdup(arguments[i]);
    }
    if (output >= 0) {
        dup2(output, STDOUT_FILENO);
    }
    dup2(errors, STDERR_FILENO);
    execv(vector[0], vector);
    _exit(127);
}

/* The exit code; a death by a signal fails the test. */
static int run_to(int output, const char *const *arguments)
{
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        become(output, arguments);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int run(struct world *world, const char *const *arguments)
{
    int output = open(world->output, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(output >= 0);
    int code = run_to(output, arguments);
    ssize_t got = pread(output, world->said, sizeof world->said - 1, 0);
    assert_true(got >= 0);
    world->said[got] = '\0';
    close(output);
    return code;
}

#define RUN(world, ...) run((world), (const char *const[]){__VA_ARGS__, NULL})

static int check(struct world *world, const char *path)
{
    return RUN(world, "--key", world->key, path);
}

/* Files ----------------------------------------------------------------------------------- */

static void write_file(const char *path, struct bytes bytes)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.data, 1, bytes.size, file), bytes.size);
    assert_int_equal(fclose(file), 0);
}

static struct growing read_file(const char *path)
{
    uint8_t piece[4096];
    struct growing growing = {0};
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t got;
    while ((got = fread(piece, 1, sizeof piece, file)) > 0) {
        must(growing_put(&growing, bytes_of(piece, got)));
    }
    fclose(file);
    return growing;
}

static void write_proof(struct world *world, uint64_t n)
{
    struct log_snapshot *snapshot = NULL;
    struct proof proof;
    struct text text = {.data = malloc(PROOF_FILE_MAX), .capacity = PROOF_FILE_MAX};
    must(log_snapshot_open(engine_log(world->exported.engine), &snapshot));
    must(proof_from_log(snapshot, n, UINT64_MAX - 1, &proof));
    proof_write(&proof, &text);
    write_file(world->proof, text_bytes(&text));
    log_snapshot_close(&snapshot);
    free(text.data);
}

/* Whole things ---------------------------------------------------------------------------- */

static void what_was_exported_is_verified(void **state)
{
    struct world *world = *state;
    assert_int_equal(check(world, world->bundle), 0);
    assert_non_null(strstr(world->said, "VERIFIED: all "));
    assert_non_null(strstr(world->said, "bodies "));
    assert_int_equal(check(world, world->tiles), 0);
    assert_non_null(strstr(world->said, "VERIFIED: all "));
    assert_non_null(strstr(world->said, "not checked "));
    assert_int_equal(check(world, world->proof), 0);
    assert_non_null(strstr(world->said, "VERIFIED: event 300 "));
    assert_non_null(strstr(world->said, "audit.observed"));
    assert_int_equal(
        RUN(world, "--json", "--key", world->key, world->bundle, world->tiles, world->proof), 0);
    size_t verified = 0;
    for (const char *at = world->said; (at = strstr(at, "\"verified\":true")) != NULL; at++) {
        verified++;
    }
    assert_int_equal(verified, 3);
}

static void the_key_may_be_given_as_its_text(void **state)
{
    struct world *world = *state;
    struct growing key = read_file(world->key);
    key.data[key.size - 1] = '\0';
    assert_int_equal(RUN(world, "--key", (char *)key.data, world->bundle), 0);
    growing_free(&key);
}

static void quiet_is_silent_unless_something_is_wrong(void **state)
{
    struct world *world = *state;
    assert_int_equal(RUN(world, "-q", "--key", world->key, world->bundle, world->tiles), 0);
    assert_string_equal(world->said, "");
    write_file(world->changed, LITERAL("cairn-bundle-v1\n"));
    assert_int_equal(RUN(world, "-q", "--key", world->key, world->changed, world->tiles), 3);
    assert_non_null(strstr(world->said, "NOT VERIFIED"));
}

/* Changed things -------------------------------------------------------------------------- */

static void expect_changes_refused(struct world *world, const char *path, bool with_cuts)
{
    struct growing whole = read_file(path);
    size_t step = whole.size / LOOKS | 1;
    for (size_t at = 0; at < whole.size; at += step) {
        whole.data[at] ^= (uint8_t)(1u << (at % 8));
        write_file(world->changed, bytes_of(whole.data, whole.size));
        whole.data[at] ^= (uint8_t)(1u << (at % 8));
        int code = check(world, world->changed);
        if (code != 3) {
            fail_msg("%s: flipped at %zu: exit code %d", path, at, code);
        }
        assert_non_null(strstr(world->said, "NOT VERIFIED"));
    }
    for (size_t size = 0; with_cuts && size < whole.size; size += step) {
        write_file(world->changed, bytes_of(whole.data, size));
        assert_int_equal(check(world, world->changed), 3);
    }
    growing_free(&whole);
}

static void a_changed_bundle_is_not_verified(void **state)
{
    struct world *world = *state;
    expect_changes_refused(world, world->bundle, true);
}

static void a_changed_proof_is_not_verified(void **state)
{
    struct world *world = *state;
    struct growing whole = read_file(world->proof);
    for (size_t at = 0; at < whole.size; at += whole.size / LOOKS | 1) {
        whole.data[at] ^= 1;
        write_file(world->changed, bytes_of(whole.data, whole.size));
        whole.data[at] ^= 1;
        int code = check(world, world->changed);
        /* An `extra` that is damaged may be another program's: nothing to compare. */
        assert_true(code == 3 || code == 4);
        assert_non_null(strstr(world->said, "NOT VERIFIED"));
    }
    growing_free(&whole);
}

static void expect_change_refused(struct world *world, const char *name)
{
    char path[800], whole[800];
    snprintf(whole, sizeof whole, "%s/whole", world->directory);
    snprintf(path, sizeof path, "%s/%s", world->tiles, name);
    copy_tree(path, whole);
    struct growing bytes = read_file(path);
    bytes.data[bytes.size / 2] ^= 4;
    write_file(path, bytes_of(bytes.data, bytes.size));
    assert_int_equal(check(world, world->tiles), 3);
    assert_non_null(strstr(world->said, "NOT VERIFIED"));
    assert_int_equal(rename(whole, path), 0);
    growing_free(&bytes);
}

static void a_changed_tile_is_not_verified(void **state)
{
    struct world *world = *state;
    const uint32_t full = TREE_TILE_WIDTH;
    const uint64_t size = world->exported.size, last = size / full;
    const struct tile_name names[] = {
        {TREE_ENTRY_LEVEL, 0, full},
        {TREE_ENTRY_LEVEL, last, (uint32_t)(size % full)},
        {0, 1, full},
        {0, last, (uint32_t)(size % full)},
        {1, 0, (uint32_t)last},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char memory[100];
        struct text name = TEXT_IN(memory);
        tree_tile_path(&name, names[i].level, names[i].index, names[i].width);
        expect_change_refused(world, text_string(&name));
    }
    expect_change_refused(world, "checkpoint");
    assert_int_equal(check(world, world->tiles), 0);
}

static void the_first_bad_event_is_named(void **state)
{
    struct world *world = *state;
    struct growing whole = read_file(world->bundle);
    uint8_t *at = memmem(whole.data, whole.size, "\"n\":300,", 8);
    assert_non_null(at);
    at[4] = '9';
    write_file(world->changed, bytes_of(whole.data, whole.size));
    assert_int_equal(check(world, world->changed), 3);
    assert_non_null(strstr(world->said, "\nevent 300: "));
    assert_non_null(strstr(world->said, "NOT VERIFIED: the first bad event is 300"));
    assert_int_equal(RUN(world, "--json", "--key", world->key, world->changed), 3);
    assert_non_null(strstr(world->said, "\"verified\":false"));
    assert_non_null(strstr(world->said, "{\"n\":300,"));
    growing_free(&whole);
}

static void another_key_verifies_nothing(void **state)
{
    struct world *world = *state;
    const char *const other = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    assert_int_equal(RUN(world, "--key", other, world->bundle), 3);
    assert_int_equal(RUN(world, "--key", other, world->tiles), 3);
    assert_int_equal(RUN(world, "--key", other, world->proof), 3);
}

static void one_bad_file_of_many_decides(void **state)
{
    struct world *world = *state;
    write_file(world->changed, LITERAL("nothing of ours\n"));
    assert_int_equal(RUN(world, "--key", world->key, world->bundle, world->changed, world->proof),
                     3);
    assert_int_equal(RUN(world, "--key", world->key, "/nonexistent", world->bundle), 7);
    assert_int_equal(RUN(world, "--key", world->key, "/nonexistent", world->changed), 3);
}

static void a_proof_without_an_event_cannot_be_checked(void **state)
{
    struct world *world = *state;
    struct growing whole = read_file(world->proof);
    uint8_t *extra = memmem(whole.data, whole.size, "extra ", 6);
    uint8_t *index = memmem(whole.data, whole.size, "index ", 6);
    if (extra == NULL || index == NULL) {
        fail_msg("%s has no such lines", world->proof);
        return;
    }
    memmove(extra, index, (size_t)(whole.data + whole.size - index));
    write_file(world->changed, bytes_of(whole.data, whole.size - (size_t)(index - extra)));
    assert_int_equal(check(world, world->changed), 4);
    growing_free(&whole);
}

/* The rim --------------------------------------------------------------------------------- */

static void a_wrong_command_line_is_told(void **state)
{
    struct world *world = *state;
    assert_int_equal(RUN(world, world->bundle), 2);
    assert_int_equal(RUN(world, "--key", world->key), 2);
    assert_int_equal(RUN(world, "--key"), 2);
    assert_int_equal(RUN(world, "--colour", world->bundle), 2);
    assert_int_equal(RUN(world, "--key", "nobody", world->bundle), 2);
    assert_int_equal(RUN(world, "--key", world->bundle, world->bundle), 2);
    assert_int_equal(RUN(world, "--help"), 0);
    assert_non_null(strstr(world->said, "usage: cairn-verify"));
    assert_int_equal(RUN(world, "--version"), 0);
    assert_memory_equal(world->said, "cairn-verify ", 13);
}

static void what_is_no_file_is_told(void **state)
{
    struct world *world = *state;
    assert_int_equal(check(world, "/dev/null"), 7);
    assert_non_null(strstr(world->said, "this is no file: save it to one"));
    assert_int_equal(check(world, world->directory), 3);
    unlink(world->changed);
    assert_int_equal(mkfifo(world->changed, 0600), 0);
    assert_int_equal(check(world, world->changed), 7);
    assert_int_equal(unlink(world->changed), 0);
}

/* A stack for each thread that no address space has room for. */
static int check_without_threads(struct world *world, const char *path)
{
    struct rlimit stack, space;
    assert_int_equal(getrlimit(RLIMIT_STACK, &stack), 0);
    assert_int_equal(getrlimit(RLIMIT_AS, &space), 0);
    const struct rlimit large = {.rlim_cur = UINT64_C(64) << 30, .rlim_max = stack.rlim_max};
    const struct rlimit small = {.rlim_cur = UINT64_C(4) << 30, .rlim_max = space.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_STACK, &large), 0);
    assert_int_equal(setrlimit(RLIMIT_AS, &small), 0);
    int code = check(world, path);
    assert_int_equal(setrlimit(RLIMIT_STACK, &stack), 0);
    assert_int_equal(setrlimit(RLIMIT_AS, &space), 0);
    return code;
}

static void without_threads_all_is_checked_in_one(void **state)
{
    struct world *world = *state;
    if (CAIRN_SANITIZED) {
        skip(); /* a sanitizer's own memory is beyond any limit */
    }
    assert_int_equal(check_without_threads(world, world->bundle), 0);
    assert_int_equal(check_without_threads(world, world->tiles), 0);
    write_file(world->changed, LITERAL("cairn-bundle-v1\nnot"));
    assert_int_equal(check_without_threads(world, world->changed), 3);
}

static void an_output_that_fails_is_an_exit_code(void **state)
{
    struct world *world = *state;
    const char *const arguments[] = {"--key", world->key, world->bundle, NULL};
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_int_equal(run_to(full, arguments), 7);
    close(full);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_int_equal(run_to(ends[1], arguments), 141);
    close(ends[1]);
}

static void expect_plain(const char *said)
{
    for (const char *at = said; *at != '\0'; at++) {
        assert_true((*at >= ' ' && *at < 0x7f) || *at == '\n');
    }
}

static void no_text_can_steer_the_terminal(void **state)
{
    struct world *world = *state;
    struct engine *engine = world->exported.engine;
    union event_body body = {
        .audit_exported = {.form = EXPORT_FORM_PROOF,
                           .by = LITERAL("\x1b[2J\x07\xe2\x80\xae\xc2\x9b"
                                         "31m\r\nVERIFIED: event 0 is in the log")}};
    must(engine_say(
        engine, VOICE_AUDIT,
        &(struct draft){
            .kind = EVENT_AUDIT_EXPORTED, .on = {THE_LOG}, .on_count = 1, .body = &body}));
    must(engine_flush(engine));
    write_proof(world, log_head_of(engine_log(engine))->size - 1);
    assert_int_equal(RUN(world, "--json", "--key", world->key, world->proof), 0);
    expect_plain(world->said);
    assert_int_equal(check(world, world->proof), 0);
    expect_plain(world->said);
    assert_null(strstr(world->said, "\nVERIFIED: event 0 "));
    write_proof(world, 300);
}

/* Set-up ---------------------------------------------------------------------------------- */

static void name_files(struct world *world)
{
    const char *directory = world->exported.scratch.directory;
    snprintf(world->directory, sizeof world->directory, "%s", directory);
    snprintf(world->key, sizeof world->key, "%s/store/log.vkey", directory);
    snprintf(world->bundle, sizeof world->bundle, "%s/bundle", directory);
    snprintf(world->tiles, sizeof world->tiles, "%s/tiles", directory);
    snprintf(world->proof, sizeof world->proof, "%s/proof", directory);
    snprintf(world->changed, sizeof world->changed, "%s/changed", directory);
    snprintf(world->output, sizeof world->output, "%s/output", directory);
}

static int begin(void **state)
{
    struct world *world = malloc(sizeof *world);
    uint64_t size;
    exported_begin(&world->exported, KEY_ED25519, EVENTS);
    name_files(world);
    struct growing bundle = exported_bundle(&world->exported, world->exported.size);
    write_file(world->bundle, bytes_of(bundle.data, bundle.size));
    growing_free(&bundle);
    must(tiles_export(
        engine_log(world->exported.engine), engine_log_key(world->exported.engine),
        &(struct tiles_options){.directory = world->tiles, .size = world->exported.size}, &size));
    write_proof(world, 300);
    *state = world;
    return 0;
}

static int end(void **state)
{
    struct world *world = *state;
    exported_end(&world->exported);
    free(world);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_exported_is_verified),
        cmocka_unit_test(the_key_may_be_given_as_its_text),
        cmocka_unit_test(quiet_is_silent_unless_something_is_wrong),
        cmocka_unit_test(a_changed_bundle_is_not_verified),
        cmocka_unit_test(a_changed_proof_is_not_verified),
        cmocka_unit_test(a_changed_tile_is_not_verified),
        cmocka_unit_test(the_first_bad_event_is_named),
        cmocka_unit_test(another_key_verifies_nothing),
        cmocka_unit_test(one_bad_file_of_many_decides),
        cmocka_unit_test(a_proof_without_an_event_cannot_be_checked),
        cmocka_unit_test(a_wrong_command_line_is_told),
        cmocka_unit_test(what_is_no_file_is_told),
        cmocka_unit_test(without_threads_all_is_checked_in_one),
        cmocka_unit_test(an_output_that_fails_is_an_exit_code),
        cmocka_unit_test(no_text_can_steer_the_terminal),
    };
    return cmocka_run_group_tests_name("cairn-verify", tests, begin, end);
}
