/*
 * A tally counts what a list that is searched from its beginning counts, and never one key too
 * many.
 */
#include "reports/tally.h"
#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    KEYS_MAX = 400,
    MEMORY_SIZE = 1 << 20,
};

struct counted {
    uint64_t count, first;
};

struct naive {
    uint8_t keys[KEYS_MAX][40];
    size_t sizes[KEYS_MAX];
    struct counted values[KEYS_MAX];
    size_t count;
};

static struct counted *naive_at(struct naive *naive, struct bytes key)
{
    for (size_t i = 0; i < naive->count; i++) {
        if (bytes_equal(bytes_of(naive->keys[i], naive->sizes[i]), key)) {
            return &naive->values[i];
        }
    }
    memcpy(naive->keys[naive->count], key.data, key.size);
    naive->sizes[naive->count] = key.size;
    return &naive->values[naive->count++];
}

static struct bytes random_key(uint64_t *state, uint8_t *memory)
{
    uint64_t number = random_below(state, KEYS_MAX);
    size_t size = number % 40;
    memset(memory, (int)(number / 40), size);
    return bytes_of(memory, size);
}

static void a_tally_counts_as_a_list_does(void **unused)
{
    (void)unused;
    static struct naive naive;
    uint8_t *memory = malloc(MEMORY_SIZE), key_memory[40];
    struct arena arena = {.memory = memory, .capacity = MEMORY_SIZE};
    struct tally tally;
    uint64_t state = 7;
    assert_false(failed(tally_init(
        &tally, &arena,
        &(struct tally_options){.limit = KEYS_MAX, .value_size = sizeof(struct counted)})));
    for (uint64_t i = 1; i <= 5000; i++) {
        struct bytes key = random_key(&state, key_memory);
        void *value;
        assert_ptr_equal(tally_find(&tally, key) == NULL, naive_at(&naive, key)->count == 0);
        assert_false(failed(tally_at(&tally, key, &value)));
        struct counted *counted = value, *expected = naive_at(&naive, key);
        counted->first = counted->count++ == 0 ? i : counted->first;
        expected->first = expected->count++ == 0 ? i : expected->first;
    }
    assert_int_equal(tally.count, naive.count);
    for (uint32_t i = 0; i < tally.count; i++) {
        assert_true(bytes_equal(tally_key(&tally, i), bytes_of(naive.keys[i], naive.sizes[i])));
        assert_memory_equal(tally_value(&tally, i), &naive.values[i], sizeof(struct counted));
    }
    free(memory);
}

static void one_key_too_many_is_refused_with_the_reason(void **unused)
{
    (void)unused;
    static uint8_t memory[16 << 10];
    struct arena arena = ARENA_IN(memory);
    struct tally tally;
    void *value;
    assert_false(failed(tally_init(
        &tally, &arena, &(struct tally_options){.limit = 40, .value_size = 8, .why = "narrow"})));
    for (uint8_t i = 0; i < 40; i++) {
        assert_false(failed(tally_at(&tally, bytes_of(&i, 1), &value)));
    }
    uint8_t more = 40;
    struct status status = tally_at(&tally, bytes_of(&more, 1), &value);
    assert_int_equal(status.code, STATUS_LIMIT);
    assert_int_equal(status.at, 40);
    assert_string_equal(status.why, "narrow");
    assert_false(failed(tally_at(&tally, bytes_of("\0", 1), &value)));
}

static void too_little_memory_is_told(void **unused)
{
    (void)unused;
    for (size_t size = 0; size < 4096; size += 8) {
        static uint8_t memory[4096];
        struct arena arena = {.memory = memory, .capacity = size};
        struct tally tally;
        void *value;
        struct status status =
            tally_init(&tally, &arena, &(struct tally_options){.limit = 1000, .value_size = 8});
        for (uint64_t i = 0; i < 1000 && !failed(status); i++) {
            status = tally_at(&tally, bytes_of(&i, sizeof i), &value);
        }
        assert_int_equal(status.code, STATUS_NO_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tally_counts_as_a_list_does),
        cmocka_unit_test(one_key_too_many_is_refused_with_the_reason),
        cmocka_unit_test(too_little_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
