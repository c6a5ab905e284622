/*
 * The vault's files: keys by their digest, chunks by their place, and nothing outside.
 */
#include "store/hash.h"
#include "store/key.h"
#include "store/vault_files.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
    struct scratch scratch;
    struct vault_files *files;
};

static void begin(struct place *place)
{
    *place = (struct place){0};
    scratch_begin(&place->scratch);
    must(key_library_start());
    must(vault_files_open(&(struct vault_files_options){.store = place->scratch.directory},
                          &place->files));
}

static void end(struct place *place)
{
    vault_files_close(&place->files);
    scratch_end(&place->scratch);
}

static void path_of(const struct place *place, const char *name, char *out, size_t size)
{
    snprintf(out, size, "%s/vault/%s", place->scratch.directory, name);
}

static mode_t mode_of(const struct place *place, const char *name)
{
    char path[512];
    struct stat about;
    path_of(place, name, path, sizeof path);
    assert_int_equal(lstat(path, &about), 0);
    return about.st_mode & 07777;
}

static void a_key_lies_under_its_digest(void **unused)
{
    (void)unused;
    CLEANUP(end) struct place place;
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    struct wrap wrapped = {.data = "a key, wrapped"}, read;
    struct digest digest, again;
    char hex[DIGEST_HEX_SIZE + 1] = {0}, name[128];
    begin(&place);
    must(hasher_open(&hasher));
    must(vault_key_put(place.files, &wrapped, &digest));
    must(vault_key_put(place.files, &wrapped, &again));
    struct digest expected = hash_bytes(hasher, BYTES(wrapped.data));
    assert_true(digest_equal(&digest, &expected) && digest_equal(&again, &expected));
    must(vault_key_get(place.files, &digest, &read));
    assert_memory_equal(read.data, wrapped.data, sizeof read.data);
    hex_write(hex, BYTES(digest.sha256));
    snprintf(name, sizeof name, "keys/%.2s", hex);
    assert_int_equal(mode_of(&place, name), 0700);
    snprintf(name, sizeof name, "keys/%.2s/%s", hex, hex + 2);
    assert_int_equal(mode_of(&place, name), 0600);
}

static void a_key_that_was_exchanged_or_is_gone_is_told(void **unused)
{
    (void)unused;
    CLEANUP(end) struct place place;
    struct wrap wrapped = {.data = "a key, wrapped"}, read;
    struct digest digest;
    char hex[DIGEST_HEX_SIZE + 1] = {0}, name[128], path[512];
    begin(&place);
    must(vault_key_put(place.files, &wrapped, &digest));
    hex_write(hex, BYTES(digest.sha256));
    snprintf(name, sizeof name, "keys/%.2s/%s", hex, hex + 2);
    path_of(&place, name, path, sizeof path);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fputc('A', file), 'A');
    fclose(file);
    assert_int_equal(vault_key_get(place.files, &digest, &read).code, STATUS_CORRUPT);
    assert_int_equal(truncate(path, 10), 0);
    assert_int_equal(vault_key_get(place.files, &digest, &read).code, STATUS_CORRUPT);
    must(vault_key_remove(place.files, &digest));
    must(vault_key_remove(place.files, &digest));
    assert_int_equal(vault_key_get(place.files, &digest, &read).code, STATUS_NOT_FOUND);
}

static void a_chunk_lies_in_the_place_of_its_file_version_and_index(void **unused)
{
    (void)unused;
    CLEANUP(end) struct place place;
    static uint8_t memory[CHUNK_DISK_MAX];
    const struct chunk_place here = {.file = 0x1ff, .version = 3, .index = 12};
    const struct chunk_place there = {.file = 0x1ff, .version = 3, .index = 13};
    size_t size = 0;
    begin(&place);
    must(vault_chunk_put(place.files, &here, LITERAL("some bytes")));
    must(vault_chunks_sync(place.files, here.file, here.version));
    assert_int_equal(mode_of(&place, "chunks/ff/511/3/12"), 0600);
    assert_int_equal(mode_of(&place, "chunks/ff/511/3"), 0700);
    must(vault_chunk_get(place.files, &here, memory, &size));
    assert_true(bytes_equal(bytes_of(memory, size), LITERAL("some bytes")));
    assert_int_equal(vault_chunk_get(place.files, &there, memory, &size).code, STATUS_NOT_FOUND);
    must(vault_chunk_put(place.files, &here, LITERAL("others")));
    must(vault_chunk_get(place.files, &here, memory, &size));
    assert_true(bytes_equal(bytes_of(memory, size), LITERAL("others")));
}

static void a_chunk_that_is_too_long_is_told(void **unused)
{
    (void)unused;
    CLEANUP(end) struct place place;
    static uint8_t memory[CHUNK_DISK_MAX];
    const struct chunk_place here = {.file = 1, .version = 1, .index = 0};
    char path[512];
    size_t size = 0;
    begin(&place);
    must(vault_chunk_put(place.files, &here, LITERAL("some bytes")));
    path_of(&place, "chunks/01/1/1/0", path, sizeof path);
    assert_int_equal(truncate(path, CHUNK_DISK_MAX + 1), 0);
    assert_int_equal(vault_chunk_get(place.files, &here, memory, &size).code, STATUS_CORRUPT);
}

/* VLT-14: what is deleted leaves nothing; other files stay. */
static void all_chunks_of_a_file_go_and_no_others(void **unused)
{
    (void)unused;
    CLEANUP(end) struct place place;
    static uint8_t memory[CHUNK_DISK_MAX];
    const struct chunk_place other = {.file = 0x201, .version = 1, .index = 0};
    size_t size = 0;
    begin(&place);
    for (uint64_t version = 1; version < 4; version++) {
        for (uint64_t index = 0; index < 3; index++) {
            const struct chunk_place at = {.file = 0x101, .version = version, .index = index};
            must(vault_chunk_put(place.files, &at, LITERAL("x")));
        }
    }
    must(vault_chunk_put(place.files, &other, LITERAL("y")));
    must(vault_chunks_remove(place.files, 0x101));
    must(vault_chunks_remove(place.files, 0x101));
    must(vault_chunk_get(place.files, &other, memory, &size));
    assert_int_equal(vault_chunk_get(place.files,
                                     &(struct chunk_place){.file = 0x101, .version = 1, .index = 0},
                                     memory, &size)
                         .code,
                     STATUS_NOT_FOUND);
}

static void no_link_is_followed(void **unused)
{
    (void)unused;
    CLEANUP(end) struct place place;
    static uint8_t memory[CHUNK_DISK_MAX];
    const struct chunk_place here = {.file = 7, .version = 1, .index = 0};
    char path[512], outside[512];
    size_t size = 0;
    begin(&place);
    snprintf(outside, sizeof outside, "%s/outside", place.scratch.directory);
    assert_int_equal(mkdir(outside, 0700), 0);
    path_of(&place, "chunks/07", path, sizeof path);
    assert_int_equal(symlink(outside, path), 0);
    assert_true(failed(vault_chunk_put(place.files, &here, LITERAL("x"))));
    assert_true(failed(vault_chunk_get(place.files, &here, memory, &size)));
    assert_int_equal(unlink(path), 0);
    must(vault_chunk_put(place.files, &here, LITERAL("x")));
    path_of(&place, "chunks/07/7/1/0", path, sizeof path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/etc/hostname", path), 0);
    assert_true(failed(vault_chunk_get(place.files, &here, memory, &size)));
    must(vault_chunk_put(place.files, &here, LITERAL("x"))); /* takes the link's place */
    must(vault_chunk_get(place.files, &here, memory, &size));
    assert_int_equal(size, 1);
}

/* VLT-04: the place of chunks can be set; keys stay in the store. */
static void chunks_may_lie_elsewhere(void **unused)
{
    (void)unused;
    CLEANUP(end) struct place place;
    CLEANUP(vault_files_close) struct vault_files *files = NULL;
    char elsewhere[512], path[600];
    struct stat about;
    begin(&place);
    snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", place.scratch.directory);
    const struct vault_files_options options = {.store = place.scratch.directory,
                                                .chunks = elsewhere};
    assert_int_equal(vault_files_open(&options, &files).code, STATUS_NOT_FOUND);
    assert_int_equal(mkdir(elsewhere, 0700), 0);
    must(vault_files_open(&options, &files));
    must(vault_chunk_put(files, &(struct chunk_place){.file = 16, .version = 1, .index = 0},
                         LITERAL("x")));
    snprintf(path, sizeof path, "%s/10/16/1/0", elsewhere);
    assert_int_equal(stat(path, &about), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_lies_under_its_digest),
        cmocka_unit_test(a_key_that_was_exchanged_or_is_gone_is_told),
        cmocka_unit_test(a_chunk_lies_in_the_place_of_its_file_version_and_index),
        cmocka_unit_test(a_chunk_that_is_too_long_is_told),
        cmocka_unit_test(all_chunks_of_a_file_go_and_no_others),
        cmocka_unit_test(no_link_is_followed),
        cmocka_unit_test(chunks_may_lie_elsewhere),
    };
    return cmocka_run_group_tests_name("store/vault_files", tests, NULL, NULL);
}
