/*
 * Chunks: what is written, how a file is sealed over them, and who reads them.
 */
#include "core/dispatch.h"
#include "core/vault/chunk.h"
#include "core/vault/tag.h"
#include "store/chunk.h"
#include "store/tree.h"
#include "tests/core/vault/people.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* The log and a person's own program mean the same bytes. */
_Static_assert((uint64_t)CHUNK_SIZE == (uint64_t)CHUNK_PLAIN_MAX, "8 MiB of content");
_Static_assert((int)CHUNK_OVERHEAD == (int)CHUNK_HEADER_SIZE, "a header");
_Static_assert((int)CHUNK_IV_SIZE == (int)CHUNK_NONCE_SIZE, "an initialisation vector");

enum {
    WHOLE = CHUNK_SIZE + CHUNK_OVERHEAD,
};

struct piece {
    uint64_t index, disk_size;
    unsigned number; /* its digest, and its initialisation vector */
};

static enum rule writing(struct world *world, const struct person *by, struct id file,
                         const struct piece *piece)
{
    uint8_t iv[CHUNK_IV_SIZE] = {0};
    bytes_write_u32(iv, piece->number);
    union command_fields fields = {.vault_chunk_write = {.file = file,
                                                         .index = piece->index,
                                                         .disk_size = piece->disk_size,
                                                         .sha256 = some_digest(piece->number),
                                                         .iv = BYTES(iv)}};
    return person_try(world, by, COMMAND_VAULT_CHUNK_WRITE, &fields);
}

/* The root as whoever has only the chunks computes it. */
static struct digest root_of(unsigned first_number, uint64_t count)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    static struct tree tree;
    tree = (struct tree){.size = 0};
    must(hasher_open(&hasher));
    for (uint64_t i = 0; i < count; i++) {
        struct digest chunk = some_digest(first_number + (unsigned)i);
        struct digest leaf = hash_leaf(hasher, BYTES(chunk.sha256));
        must(tree_append(&tree, hasher, &leaf, NULL, NULL));
    }
    return tree_root(&tree, hasher);
}

static enum rule sealing(struct world *world, const struct person *by, struct id file,
                         uint64_t chunks, uint64_t size, struct digest root)
{
    union command_fields fields = {
        .vault_file_seal = {.file = file, .chunks = chunks, .size = size, .root = root}};
    return person_try(world, by, COMMAND_VAULT_FILE_SEAL, &fields);
}

static enum rule reading(struct world *world, const struct person *by, struct id file,
                         uint64_t from, uint64_t to)
{
    union command_fields fields = {.vault_chunk_fetch = {.file = file, .from = from, .to = to}};
    return person_try(world, by, COMMAND_VAULT_CHUNK_FETCH, &fields);
}

/* Write ---------------------------------------------------------------------------------------- */

static void a_chunk_has_a_header_some_content_and_8_mib_at_most(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct id file = make_file(world, &ada, ada.user, "f");
    const uint64_t wrong[] = {0, 1, CHUNK_OVERHEAD, WHOLE + 1, UINT64_C(1) << 52};
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(writing(world, &ada, file, &(struct piece){0, wrong[i], i}), RULE_VLT_02A);
    }
    assert_int_equal(writing(world, &ada, file, &(struct piece){0, CHUNK_OVERHEAD + 1, 1}),
                     RULE_NONE);
    assert_int_equal(writing(world, &ada, file, &(struct piece){0, WHOLE, 2}), RULE_NONE);
    assert_int_equal(writing(world, &ada, file, &(struct piece){UINT64_C(1) << 40, WHOLE, 3}),
                     RULE_VLT_03A);
}

/* Also after the file was sealed and is written anew, and for another chunk. */
static void an_initialisation_vector_is_used_once_for_a_file(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct id file = make_file(world, &ada, ada.user, "f");
    struct id other = make_file(world, &ada, ada.user, "g");
    assert_int_equal(writing(world, &ada, file, &(struct piece){0, WHOLE, 1}), RULE_NONE);
    assert_int_equal(writing(world, &ada, file, &(struct piece){0, WHOLE, 1}), RULE_VLT_02B);
    assert_int_equal(writing(world, &ada, file, &(struct piece){1, WHOLE, 1}), RULE_VLT_02B);
    assert_int_equal(writing(world, &ada, other, &(struct piece){0, WHOLE, 1}), RULE_NONE);
    assert_int_equal(sealing(world, &ada, file, 1, CHUNK_SIZE, root_of(1, 1)), RULE_NONE);
    union command_fields fields = {.vault_file_edit = {.file = file}};
    (void)person_must(world, &ada, COMMAND_VAULT_FILE_EDIT, &fields);
    assert_int_equal(writing(world, &ada, file, &(struct piece){0, WHOLE, 1}), RULE_VLT_02B);
    assert_int_equal(writing(world, &ada, file, &(struct piece){0, WHOLE, 2}), RULE_NONE);
    fields = (union command_fields){.vault_chunk_write = {.file = file,
                                                          .disk_size = WHOLE,
                                                          .sha256 = some_digest(1),
                                                          .iv = LITERAL("eleven byte")}};
    assert_int_equal(person_try(world, &ada, COMMAND_VAULT_CHUNK_WRITE, &fields), RULE_VLT_02B);
}

static void chunks_are_written_by_who_may_edit_while_the_file_is_open(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct person eve = person_new(world, USER_ROLE_SUPER_ADMIN);
    struct id file = make_file(world, &ada, ada.user, "f");
    assert_int_equal(writing(world, &eve, file, &(struct piece){0, WHOLE, 1}), RULE_CLS_04A);
    assert_int_equal(share_with(world, &ada, file, &eve), RULE_NONE);
    assert_int_equal(writing(world, &eve, file, &(struct piece){0, WHOLE, 1}), RULE_NONE);
    assert_int_equal(sealing(world, &ada, file, 1, CHUNK_SIZE, root_of(1, 1)), RULE_NONE);
    assert_int_equal(writing(world, &ada, file, &(struct piece){1, WHOLE, 2}), RULE_VLT_03C);
    assert_int_equal(
        writing(world, &ada, (struct id){ID_FILE, 99999}, &(struct piece){0, WHOLE, 3}),
        RULE_VLT_01D);
}

/* Seal ----------------------------------------------------------------------------------------- */

static void a_file_is_sealed_over_chunks_without_a_gap(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct id file = make_file(world, &ada, ada.user, "f");
    const uint64_t size = 2 * (uint64_t)CHUNK_SIZE + 5;
    assert_int_equal(writing(world, &ada, file, &(struct piece){2, CHUNK_OVERHEAD + 5, 12}),
                     RULE_NONE);
    assert_int_equal(writing(world, &ada, file, &(struct piece){0, WHOLE, 10}), RULE_NONE);
    assert_int_equal(sealing(world, &ada, file, 2, size, root_of(10, 3)), RULE_VLT_03A);
    assert_int_equal(sealing(world, &ada, file, 3, size, root_of(10, 3)), RULE_VLT_03A);
    assert_int_equal(writing(world, &ada, file, &(struct piece){1, WHOLE, 11}), RULE_NONE);
    assert_int_equal(sealing(world, &ada, file, 2, size, root_of(10, 3)), RULE_VLT_03A);
    assert_int_equal(sealing(world, &ada, file, 4, size, root_of(10, 3)), RULE_VLT_03A);
    assert_int_equal(sealing(world, &ada, file, 3, size, root_of(10, 3)), RULE_NONE);
}

static void only_the_last_chunk_is_shorter(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct id file = make_file(world, &ada, ada.user, "f");
    assert_int_equal(writing(world, &ada, file, &(struct piece){0, WHOLE - 1, 20}), RULE_NONE);
    assert_int_equal(writing(world, &ada, file, &(struct piece){1, WHOLE, 21}), RULE_NONE);
    const uint64_t size = 2 * (uint64_t)CHUNK_SIZE - 1;
    assert_int_equal(sealing(world, &ada, file, 2, size, root_of(20, 2)), RULE_VLT_02A);
    assert_int_equal(writing(world, &ada, file, &(struct piece){0, WHOLE, 19}), RULE_NONE);
    assert_int_equal(writing(world, &ada, file, &(struct piece){1, WHOLE - 1, 18}), RULE_NONE);
    assert_int_equal(writing(world, &ada, file, &(struct piece){0, WHOLE, 17}), RULE_NONE);
    assert_int_equal(sealing(world, &ada, file, 2, size, root_of(17, 2)), RULE_NONE);
}

static void the_size_and_the_root_of_a_sealed_file_are_those_of_its_chunks(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct id file = make_file(world, &ada, ada.user, "f");
    const uint64_t size = 4 * (uint64_t)CHUNK_SIZE;
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(writing(world, &ada, file, &(struct piece){i, WHOLE, 30 + i}), RULE_NONE);
    }
    assert_int_equal(sealing(world, &ada, file, 4, size + 1, root_of(30, 4)), RULE_VLT_03B);
    assert_int_equal(sealing(world, &ada, file, 4, size - 1, root_of(30, 4)), RULE_VLT_03B);
    assert_int_equal(sealing(world, &ada, file, 4, size, root_of(31, 4)), RULE_VLT_03B);
    assert_int_equal(sealing(world, &ada, file, 4, size, root_of(30, 3)), RULE_VLT_03B);
    assert_int_equal(sealing(world, &ada, file, 4, size, hash_empty), RULE_VLT_03B);
    assert_int_equal(sealing(world, &ada, file, 4, size, root_of(30, 4)), RULE_NONE);
    struct view view = world_view(world);
    struct file_row row = {.file = file};
    assert_true(view_find(&view, ROW_FILE, &row));
    assert_int_equal(row.size, size);
    assert_int_equal(row.chunks, 4);
}

static void a_file_without_content_is_sealed_with_the_root_of_nothing(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct id file = make_file(world, &ada, ada.user, "f");
    assert_int_equal(sealing(world, &ada, file, 0, 0, some_digest(1)), RULE_VLT_03B);
    assert_int_equal(sealing(world, &ada, file, 0, 1, hash_empty), RULE_VLT_03B);
    assert_int_equal(sealing(world, &ada, file, 0, 0, hash_empty), RULE_NONE);
}

/* The chunks of an edit that was broken off do not get into the next one. */
static void editing_again_begins_with_no_chunks(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct id file = make_file(world, &ada, ada.user, "f");
    union command_fields fields = {.vault_file_edit = {.file = file}};
    assert_int_equal(writing(world, &ada, file, &(struct piece){0, WHOLE, 40}), RULE_NONE);
    assert_int_equal(writing(world, &ada, file, &(struct piece){1, WHOLE, 41}), RULE_NONE);
    (void)person_must(world, &ada, COMMAND_VAULT_FILE_EDIT, &fields);
    assert_int_equal(writing(world, &ada, file, &(struct piece){0, WHOLE, 42}), RULE_NONE);
    assert_int_equal(sealing(world, &ada, file, 1, CHUNK_SIZE, root_of(42, 1)), RULE_NONE);
}

/* Read ----------------------------------------------------------------------------------------- */

static struct id file_of_two(struct world *world, const struct person *ada)
{
    struct id file = make_file(world, ada, ada->user, "f");
    assert_int_equal(writing(world, ada, file, &(struct piece){0, WHOLE, 50}), RULE_NONE);
    assert_int_equal(writing(world, ada, file, &(struct piece){1, WHOLE, 51}), RULE_NONE);
    return file;
}

static void chunks_are_read_after_the_key_was_fetched_in_the_same_session(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct id file = file_of_two(world, &ada);
    assert_int_equal(sealing(world, &ada, file, 2, 2 * (uint64_t)CHUNK_SIZE, root_of(50, 2)),
                     RULE_NONE);
    assert_int_equal(reading(world, &ada, file, 0, 1), RULE_VLT_06A);
    assert_int_equal(fetch_key(world, &ada, file), RULE_NONE);
    assert_int_equal(reading(world, &ada, file, 0, 1), RULE_NONE);
    person_login(world, &ada);
    assert_int_equal(reading(world, &ada, file, 0, 1), RULE_VLT_06A);
}

static void what_is_not_sealed_or_not_there_is_not_read(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct id file = file_of_two(world, &ada);
    assert_int_equal(fetch_key(world, &ada, file), RULE_NONE);
    assert_int_equal(reading(world, &ada, file, 0, 0), RULE_VLT_03C);
    assert_int_equal(sealing(world, &ada, file, 2, 2 * (uint64_t)CHUNK_SIZE, root_of(50, 2)),
                     RULE_NONE);
    assert_int_equal(reading(world, &ada, file, 1, 1), RULE_NONE);
    assert_int_equal(reading(world, &ada, file, 1, 0), RULE_VLT_03C);
    assert_int_equal(reading(world, &ada, file, 0, 2), RULE_VLT_03C);
    assert_int_equal(reading(world, &ada, (struct id){ID_FILE, 99999}, 0, 0), RULE_VLT_01D);
}

/* The key was fetched, but what allowed that is gone: revocations count at once. */
static void whoever_has_lost_access_reads_no_more_chunks(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct person ben = person_new(world, USER_ROLE_USER);
    struct id project = some_project(world, UNTAGGED), file = file_of_two(world, &ada);
    assert_int_equal(sealing(world, &ada, file, 2, 2 * (uint64_t)CHUNK_SIZE, root_of(50, 2)),
                     RULE_NONE);
    assert_int_equal(share_with(world, &ada, file, &ben), RULE_NONE);
    assert_int_equal(fetch_key(world, &ben, file), RULE_NONE);
    assert_int_equal(reading(world, &ben, file, 0, 0), RULE_NONE);
    person_work_on(world, &ada, project, PROJECT_ROLE_USER);
    union command_fields fields = {
        .vault_file_set_project = {.file = file, .has_project = true, .project = project}};
    (void)person_must(world, &ada, COMMAND_VAULT_FILE_SET_PROJECT, &fields);
    assert_int_equal(reading(world, &ben, file, 1, 1), RULE_CLS_03A);
    assert_int_equal(fetch_key(world, &ada, file), RULE_NONE);
    assert_int_equal(reading(world, &ada, file, 1, 1), RULE_NONE);
    (void)world_remove(world, ROW_MEMBERSHIP,
                       &(struct membership_row){.project = project, .user = ada.user});
    assert_int_equal(reading(world, &ada, file, 1, 1), RULE_CLS_03A);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(a_chunk_has_a_header_some_content_and_8_mib_at_most),
        IN_WORLD(an_initialisation_vector_is_used_once_for_a_file),
        IN_WORLD(chunks_are_written_by_who_may_edit_while_the_file_is_open),
        IN_WORLD(a_file_is_sealed_over_chunks_without_a_gap),
        IN_WORLD(only_the_last_chunk_is_shorter),
        IN_WORLD(the_size_and_the_root_of_a_sealed_file_are_those_of_its_chunks),
        IN_WORLD(a_file_without_content_is_sealed_with_the_root_of_nothing),
        IN_WORLD(editing_again_begins_with_no_chunks),
        IN_WORLD(chunks_are_read_after_the_key_was_fetched_in_the_same_session),
        IN_WORLD(what_is_not_sealed_or_not_there_is_not_read),
        IN_WORLD(whoever_has_lost_access_reads_no_more_chunks),
    };
    return cmocka_run_group_tests_name("core/vault/chunk", tests, NULL, NULL);
}
