/*
 * One block of memory, nothing freed singly, and full for good once it is full.
 */
#include "schema/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void pieces_are_aligned_and_do_not_overlap(void **unused)
{
    (void)unused;
    _Alignas(8) uint8_t memory[512];
    struct arena arena = ARENA_IN(memory);
    uint8_t *end = memory;
    for (size_t size = 0; size < 20; size++) {
        uint8_t *piece = arena_take(&arena, size);
        assert_non_null(piece);
        assert_int_equal((uintptr_t)piece % 8, 0);
        assert_true(piece >= end);
        end = piece + size;
        assert_true(end <= memory + sizeof memory);
    }
}

static void full_means_full_until_it_is_reset(void **unused)
{
    (void)unused;
    _Alignas(8) uint8_t memory[32];
    struct arena arena = ARENA_IN(memory);
    assert_non_null(arena_take(&arena, 24));
    assert_null(arena_take(&arena, 9));
    assert_true(arena.full);
    assert_null(arena_take(&arena, 1));
    assert_int_equal(arena_copy(&arena, LITERAL("x")).size, 0);
    arena_reset(&arena);
    assert_non_null(arena_take(&arena, 32));
    assert_false(arena.full);
    assert_null(arena_take(&arena, 1));
}

static void a_size_beyond_any_memory_is_refused(void **unused)
{
    (void)unused;
    _Alignas(8) uint8_t memory[32];
    struct arena arena = ARENA_IN(memory);
    assert_non_null(arena_take(&arena, 1));
    assert_null(arena_take(&arena, SIZE_MAX));
    arena_reset(&arena);
    assert_non_null(arena_take(&arena, 31));
    assert_null(arena_take(&arena, SIZE_MAX - 31));
}

static void a_copy_is_no_longer_the_original(void **unused)
{
    (void)unused;
    _Alignas(8) uint8_t memory[32];
    char original[] = "stone";
    struct arena arena = ARENA_IN(memory);
    struct bytes copy = arena_copy(&arena, bytes_of_string(original));
    original[0] = 'x';
    assert_true(bytes_equal(copy, LITERAL("stone")));
    assert_int_equal(arena_copy(&arena, (struct bytes){0}).size, 0);
    assert_false(arena.full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_aligned_and_do_not_overlap),
        cmocka_unit_test(full_means_full_until_it_is_reset),
        cmocka_unit_test(a_size_beyond_any_memory_is_refused),
        cmocka_unit_test(a_copy_is_no_longer_the_original),
    };
    return cmocka_run_group_tests_name("schema/arena", tests, NULL, NULL);
}
