/*
 * Chunks on their way: what went in comes out, what is there is not written again, and what was
 * altered on disk is told.
 */
#include "store/key.h"
#include "tests/support/scratch.h"
#include "tools/vault/transfer.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    LOCAL_SIZE = 2 * CHUNK_PLAIN_MAX + 12345,
    CHUNKS = 3,
};

struct place {
    struct scratch scratch;
    struct vault_files *files;
    struct secret_bytes *key;
    int local, again;
    uint8_t *content;
    struct transfer_chunk kept[CHUNKS]; /* what became of each */
};

static int open_file(const struct place *place, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", place->scratch.directory, name);
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    return file;
}

static void begin(struct place *place)
{
    *place = (struct place){0};
    scratch_begin(&place->scratch);
    must(key_library_start());
    must(secret_bytes_make(&place->key));
    must(vault_files_open(&(struct vault_files_options){.store = place->scratch.directory},
                          &place->files));
    place->local = open_file(place, "local");
    place->again = open_file(place, "again");
    place->content = malloc(LOCAL_SIZE);
    assert_non_null(place->content);
    key_random(place->content, LOCAL_SIZE);
    assert_int_equal(pwrite(place->local, place->content, LOCAL_SIZE, 0), LOCAL_SIZE);
}

static void end(struct place *place)
{
    close(place->local);
    close(place->again);
    free(place->content);
    secret_bytes_close(&place->key);
    vault_files_close(&place->files);
    scratch_end(&place->scratch);
}

/* Takes all chunks through; the worst that became of one. */
static struct status run(struct place *place, enum transfer_task task, int local, uint32_t workers)
{
    CLEANUP(transfer_close) struct transfer *transfer = NULL;
    const struct transfer_options options = {.files = place->files,
                                             .key = place->key,
                                             .file = 77,
                                             .version = 2,
                                             .size = LOCAL_SIZE,
                                             .local = local,
                                             .workers = workers};
    struct status worst = OK;
    must(transfer_open(&options, &transfer));
    for (uint64_t i = 0; i < CHUNKS; i++) {
        transfer_begin(transfer, i, task, &place->kept[i].sha256);
    }
    for (uint64_t i = 0; i < CHUNKS; i++) {
        const struct transfer_chunk *chunk = transfer_take(transfer);
        assert_int_equal(chunk->index, i);
        if (failed(chunk->status)) {
            worst = chunk->status;
        } else if (task != TRANSFER_READ) {
            place->kept[i] = *chunk;
        }
    }
    assert_null(transfer_take(transfer));
    return worst;
}

static void check_again(const struct place *place)
{
    uint8_t *again = malloc(LOCAL_SIZE);
    assert_non_null(again);
    assert_int_equal(pread(place->again, again, LOCAL_SIZE, 0), LOCAL_SIZE);
    assert_memory_equal(again, place->content, LOCAL_SIZE);
    free(again);
}

static void what_went_in_comes_out(void **unused)
{
    (void)unused;
    for (uint32_t workers = 1; workers <= 3; workers++) {
        CLEANUP(end) struct place place;
        begin(&place);
        must(run(&place, TRANSFER_WRITE, place.local, workers));
        assert_int_equal(place.kept[0].disk_size, CHUNK_DISK_MAX);
        assert_int_equal(place.kept[2].disk_size, CHUNK_HEADER_SIZE + 12345);
        must(run(&place, TRANSFER_READ, place.again, workers));
        check_again(&place);
    }
}

static void what_is_there_is_not_written_again(void **unused)
{
    (void)unused;
    CLEANUP(end) struct place place;
    begin(&place);
    must(run(&place, TRANSFER_WRITE, place.local, 2));
    assert_int_equal(pwrite(place.local, "other", 5, CHUNK_PLAIN_MAX), 5);
    const struct transfer_chunk before = place.kept[1];
    must(run(&place, TRANSFER_COMPARE, place.local, 2));
    assert_true(place.kept[0].was_there && place.kept[2].was_there);
    assert_false(place.kept[1].was_there);
    assert_memory_not_equal(place.kept[1].nonce, before.nonce, sizeof before.nonce);
    memcpy(place.content + CHUNK_PLAIN_MAX, "other", 5);
    must(run(&place, TRANSFER_READ, place.again, 2));
    check_again(&place);
}

static void a_chunk_that_is_damaged_or_missing_is_written_again(void **unused)
{
    (void)unused;
    CLEANUP(end) struct place place;
    char path[512];
    begin(&place);
    must(run(&place, TRANSFER_WRITE, place.local, 2));
    snprintf(path, sizeof path, "%s/vault/chunks/4d/77/2/0", place.scratch.directory);
    assert_int_equal(truncate(path, 1000), 0);
    snprintf(path, sizeof path, "%s/vault/chunks/4d/77/2/2", place.scratch.directory);
    assert_int_equal(unlink(path), 0);
    must(run(&place, TRANSFER_COMPARE, place.local, 2));
    assert_false(place.kept[0].was_there || place.kept[2].was_there);
    assert_true(place.kept[1].was_there);
}

static void what_was_altered_or_taken_away_is_told(void **unused)
{
    (void)unused;
    CLEANUP(end) struct place place;
    char path[512];
    begin(&place);
    must(run(&place, TRANSFER_WRITE, place.local, 2));
    snprintf(path, sizeof path, "%s/vault/chunks/4d/77/2/1", place.scratch.directory);
    int chunk = open(path, O_RDWR | O_CLOEXEC);
    assert_true(chunk >= 0);
    assert_int_equal(pwrite(chunk, "x", 1, 5000000), 1);
    close(chunk);
    struct status status = run(&place, TRANSFER_READ, place.again, 2);
    assert_int_equal(status.code, STATUS_CORRUPT);
    assert_int_equal(status.at, 1);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(run(&place, TRANSFER_READ, place.again, 2).code, STATUS_CORRUPT);
}

static void a_chunk_of_another_place_is_not_taken_for_this_one(void **unused)
{
    (void)unused;
    CLEANUP(end) struct place place;
    static uint8_t memory[CHUNK_DISK_MAX];
    size_t size = 0;
    begin(&place);
    must(run(&place, TRANSFER_WRITE, place.local, 2));
    const struct chunk_place first = {.file = 77, .version = 2, .index = 0};
    const struct chunk_place second = {.file = 77, .version = 2, .index = 1};
    must(vault_chunk_get(place.files, &first, memory, &size));
    must(vault_chunk_put(place.files, &second, bytes_of(memory, size)));
    place.kept[1].sha256 = place.kept[0].sha256; /* even if the log were made to say so */
    assert_int_equal(run(&place, TRANSFER_READ, place.again, 1).code, STATUS_CORRUPT);
}

static void a_file_that_becomes_shorter_meanwhile_is_told(void **unused)
{
    (void)unused;
    CLEANUP(end) struct place place;
    begin(&place);
    assert_int_equal(ftruncate(place.local, LOCAL_SIZE - 1), 0);
    assert_int_equal(run(&place, TRANSFER_WRITE, place.local, 2).code, STATUS_CONFLICT);
}

static void ending_early_waits_for_what_was_begun(void **unused)
{
    (void)unused;
    CLEANUP(end) struct place place;
    struct transfer *transfer = NULL;
    begin(&place);
    must(transfer_open(&(struct transfer_options){.files = place.files,
                                                  .key = place.key,
                                                  .file = 1,
                                                  .version = 1,
                                                  .size = LOCAL_SIZE,
                                                  .local = place.local},
                       &transfer));
    for (uint64_t i = 0; i < CHUNKS; i++) {
        transfer_begin(transfer, i, TRANSFER_WRITE, NULL);
    }
    transfer_close(&transfer);
    transfer_close(&transfer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_went_in_comes_out),
        cmocka_unit_test(what_is_there_is_not_written_again),
        cmocka_unit_test(a_chunk_that_is_damaged_or_missing_is_written_again),
        cmocka_unit_test(what_was_altered_or_taken_away_is_told),
        cmocka_unit_test(a_chunk_of_another_place_is_not_taken_for_this_one),
        cmocka_unit_test(a_file_that_becomes_shorter_meanwhile_is_told),
        cmocka_unit_test(ending_early_waits_for_what_was_begun),
    };
    return cmocka_run_group_tests_name("tools/vault/transfer", tests, NULL, NULL);
}
