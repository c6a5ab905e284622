/*
 * Counting like digests in a window, against a plain list.
 */
#include "core/recurrence.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    WINDOW = 64,
    STEPS = 20000,
};

static struct digest digest_of(uint32_t number)
{
    struct digest digest = {0};
    bytes_write_u32(digest.sha256, number * 2654435761u);
    bytes_write_u32(digest.sha256 + 8, number);
    return digest;
}

/* The window as a list of distinct digests in the order of their first coming. */
struct naive {
    uint32_t numbers[WINDOW];
    uint64_t counts[WINDOW];
    size_t used, oldest;
};

static uint64_t naive_count(struct naive *naive, uint32_t number)
{
    for (size_t i = 0; i < naive->used; i++) {
        if (naive->numbers[i] == number) {
            return ++naive->counts[i];
        }
    }
    size_t slot = naive->used < WINDOW ? naive->used++ : naive->oldest++ % WINDOW;
    naive->numbers[slot] = number;
    naive->counts[slot] = 1;
    return 1;
}

static void the_count_is_that_of_a_plain_list(void **unused)
{
    (void)unused;
    struct recurrence *recurrence = NULL;
    struct naive naive = {0};
    uint32_t random = 7;
    assert_false(failed(recurrence_open(WINDOW, &recurrence)));
    for (int i = 0; i < STEPS; i++) {
        random = random * 1664525u + 1013904223u;
        uint32_t number = (random >> 16) % 100;
        struct digest digest = digest_of(number);
        assert_int_equal(recurrence_count(recurrence, &digest), naive_count(&naive, number));
    }
    recurrence_close(&recurrence);
}

static void a_new_file_is_counted_anew(void **unused)
{
    (void)unused;
    struct recurrence *recurrence = NULL;
    struct digest digest = digest_of(1);
    assert_false(failed(recurrence_open(WINDOW, &recurrence)));
    assert_int_equal(recurrence_count(recurrence, &digest), 1);
    assert_int_equal(recurrence_count(recurrence, &digest), 2);
    recurrence_clear(recurrence);
    assert_int_equal(recurrence_count(recurrence, &digest), 1);
    recurrence_close(&recurrence);
    assert_null(recurrence);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_count_is_that_of_a_plain_list),
        cmocka_unit_test(a_new_file_is_counted_anew),
    };
    return cmocka_run_group_tests_name("core/recurrence", tests, NULL, NULL);
}
