/*
 * Keys on disk: kept as they were, never written over, and refused where others could read them.
 */
#include "store/key.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const enum key_type types[] = {KEY_ED25519, KEY_ECDSA_P256};

enum {
    TYPES = sizeof types / sizeof *types,
};

static int start(void **state)
{
    (void)state;
    return failed(key_library_start()) ? -1 : 0;
}

static struct secret_key *make_key(enum key_type type)
{
    struct secret_key *key = NULL;
    assert_false(failed(secret_key_make(type, "example.org/log", &key)));
    return key;
}

struct place {
    char directory[32];
    char path[64];
};

static struct place make_place(void)
{
    struct place place = {.directory = "test_key_XXXXXX"};
    assert_non_null(mkdtemp(place.directory));
    snprintf(place.path, sizeof place.path, "%s/log.key", place.directory);
    return place;
}

static void end_place(struct place *place)
{
    (void)unlink(place->path);
    (void)rmdir(place->directory);
}

static size_t read_file(const char *path, char *memory, size_t capacity)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(memory, 1, capacity, file);
    fclose(file);
    return size;
}

static void write_file(const char *path, const char *data, size_t size)
{
    (void)unlink(path);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(file >= 0);
    assert_int_equal(write(file, data, size), size);
    close(file);
}

static void a_saved_key_is_the_same_when_loaded(void **state)
{
    (void)state;
    for (size_t t = 0; t < TYPES; t++) {
        CLEANUP(end_place) struct place place = make_place();
        CLEANUP(secret_key_close) struct secret_key *key = make_key(types[t]);
        CLEANUP(secret_key_close) struct secret_key *loaded = NULL;
        struct stat about;
        struct signature signature;
        assert_false(failed(secret_key_save(key, place.path)));
        assert_int_equal(stat(place.path, &about), 0);
        assert_int_equal(about.st_mode & 07777, 0600);
        assert_false(failed(secret_key_load(place.path, &loaded)));
        assert_int_equal(secret_key_public(loaded)->id, secret_key_public(key)->id);
        assert_false(failed(secret_key_sign(loaded, LITERAL("m"), &signature)));
        assert_false(failed(public_key_verify(secret_key_public(key), LITERAL("m"),
                                              bytes_of(signature.data, signature.size))));
    }
}

static void a_key_is_never_saved_over_another(void **state)
{
    (void)state;
    CLEANUP(end_place) struct place place = make_place();
    CLEANUP(secret_key_close) struct secret_key *key = make_key(KEY_ED25519);
    CLEANUP(secret_key_close) struct secret_key *other = make_key(KEY_ED25519);
    char before[512], after[512];
    assert_false(failed(secret_key_save(key, place.path)));
    size_t size = read_file(place.path, before, sizeof before);
    assert_int_equal(secret_key_save(other, place.path).code, STATUS_EXISTS);
    assert_int_equal(read_file(place.path, after, sizeof after), size);
    assert_memory_equal(before, after, size);
    assert_int_equal(secret_key_save(key, "no/such/directory").code, STATUS_NOT_FOUND);
}

/* The disk is full after some bytes: what is there of the file is taken away again. */
static void a_key_that_cannot_be_written_leaves_no_file(void **state)
{
    (void)state;
    CLEANUP(end_place) struct place place = make_place();
    CLEANUP(secret_key_close) struct secret_key *key = make_key(KEY_ED25519);
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, SIG_IGN);
    for (rlim_t room = 0; room < 60; room += 20) {
        const struct rlimit little = {.rlim_cur = room, .rlim_max = before.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
        struct status status = secret_key_save(key, place.path);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        assert_int_equal(status.code, STATUS_IO);
        assert_int_equal(status.at, EFBIG);
        assert_int_equal(access(place.path, F_OK), -1);
    }
    (void)signal(SIGXFSZ, SIG_DFL);
    assert_false(failed(secret_key_save(key, place.path)));
}

static void a_path_may_have_no_directory(void **state)
{
    (void)state;
    char path[] = "test_key_here_XXXXXX";
    CLEANUP(secret_key_close) struct secret_key *key = make_key(KEY_ED25519);
    CLEANUP(secret_key_close) struct secret_key *loaded = NULL;
    close(mkstemp(path));
    assert_int_equal(unlink(path), 0);
    assert_false(failed(secret_key_save(key, path)));
    assert_false(failed(secret_key_load(path, &loaded)));
    assert_int_equal(unlink(path), 0);
}

static void a_file_that_lets_others_in_is_refused(void **state)
{
    (void)state;
    CLEANUP(end_place) struct place place = make_place();
    CLEANUP(secret_key_close) struct secret_key *key = make_key(KEY_ED25519);
    assert_false(failed(secret_key_save(key, place.path)));
    for (mode_t mode = 0; mode <= 0777; mode++) {
        if ((mode & 0400) == 0) {
            continue;
        }
        CLEANUP(secret_key_close) struct secret_key *loaded = NULL;
        assert_int_equal(chmod(place.path, mode), 0);
        struct status status = secret_key_load(place.path, &loaded);
        assert_int_equal(status.code, (mode & 077) != 0 ? STATUS_KEY : STATUS_OK);
        assert_true((status.why != NULL) == failed(status));
    }
}

static void only_a_regular_file_is_a_key(void **state)
{
    (void)state;
    CLEANUP(end_place) struct place place = make_place();
    struct secret_key *key = NULL;
    assert_int_equal(secret_key_load(place.path, &key).code, STATUS_NOT_FOUND);
    assert_int_equal(secret_key_load(place.directory, &key).code, STATUS_KEY);
    assert_int_equal(mkfifo(place.path, 0600), 0);
    assert_int_equal(secret_key_load(place.path, &key).code, STATUS_KEY);
    assert_null(key);
}

static void no_bit_of_a_key_file_can_be_flipped_and_nothing_cut(void **state)
{
    (void)state;
    CLEANUP(end_place) struct place place = make_place();
    CLEANUP(secret_key_close) struct secret_key *key = make_key(KEY_ED25519);
    char memory[512];
    struct secret_key *loaded = NULL;
    assert_false(failed(secret_key_save(key, place.path)));
    size_t size = read_file(place.path, memory, sizeof memory);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        memory[bit / 8] = (char)(memory[bit / 8] ^ 1 << bit % 8);
        write_file(place.path, memory, size);
        assert_int_equal(secret_key_load(place.path, &loaded).code, STATUS_KEY);
        memory[bit / 8] = (char)(memory[bit / 8] ^ 1 << bit % 8);
    }
    for (size_t cut = 0; cut + 1 < size; cut++) {
        write_file(place.path, memory, cut);
        assert_int_equal(secret_key_load(place.path, &loaded).code, STATUS_KEY);
    }
    assert_null(loaded);
    memory[size] = '\n';
    write_file(place.path, memory, size + 1);
    assert_int_equal(secret_key_load(place.path, &loaded).code, STATUS_KEY);
    write_file(place.path, memory, size - 1); /* the line feed alone may be missing */
    assert_false(failed(secret_key_load(place.path, &loaded)));
    secret_key_close(&loaded);
}

static void the_first_line_of_a_file_is_a_public_key(void **state)
{
    (void)state;
    CLEANUP(end_place) struct place place = make_place();
    CLEANUP(secret_key_close) struct secret_key *key = make_key(KEY_ECDSA_P256);
    char memory[512];
    struct text text = TEXT_IN(memory);
    struct public_key read;
    assert_int_equal(public_key_load(place.path, &read).code, STATUS_NOT_FOUND);
    assert_int_equal(public_key_load(place.directory, &read).code, STATUS_IO);
    public_key_write(secret_key_public(key), &text);
    write_file(place.path, memory, text.size);
    assert_false(failed(public_key_load(place.path, &read)));
    text_put_literal(&text, "\nanother line\n");
    write_file(place.path, memory, text.size);
    assert_false(failed(public_key_load(place.path, &read)));
    assert_int_equal(read.id, secret_key_public(key)->id);
    write_file(place.path, "\n", 1);
    assert_int_equal(public_key_load(place.path, &read).code, STATUS_MALFORMED);
    write_file(place.path, "", 0);
    assert_int_equal(public_key_load(place.path, &read).code, STATUS_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_saved_key_is_the_same_when_loaded),
        cmocka_unit_test(a_key_is_never_saved_over_another),
        cmocka_unit_test(a_key_that_cannot_be_written_leaves_no_file),
        cmocka_unit_test(a_path_may_have_no_directory),
        cmocka_unit_test(a_file_that_lets_others_in_is_refused),
        cmocka_unit_test(only_a_regular_file_is_a_key),
        cmocka_unit_test(no_bit_of_a_key_file_can_be_flipped_and_nothing_cut),
        cmocka_unit_test(the_first_line_of_a_file_is_a_public_key),
    };
    return cmocka_run_group_tests_name("store/key, on disk", tests, start, NULL);
}
