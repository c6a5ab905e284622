/*
 * A table finds what was added under a name and was not removed, and nothing else: held against a
 * plain list, through random histories.
 */
#include "store/name_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum {
    NAMES = 600,
    STEPS = 40000,
};

struct entry {
    char name[NAME_MAX_SIZE + 1];
    uint64_t value;
};

static uint32_t next_random(uint64_t *seed, uint32_t bound)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33) % bound;
}

static struct bytes name_of(unsigned i, char memory[static NAME_MAX_SIZE + 1])
{
    /* Of many lengths, and with long beginnings in common. */
    int size = snprintf(memory, NAME_MAX_SIZE + 1, "%.*s%u", (int)(i % 40),
                        "vmc-vmc-vmc-vmc-vmc-vmc-vmc-vmc-vmc-vmc-", i);
    return bytes_of(memory, (size_t)size);
}

/* Each place once, and everything that is there has a place. */
static void places_are_entries(const struct name_table *table, const uint64_t *values)
{
    size_t there = 0;
    uint64_t sum = 0, expected = 0;
    for (unsigned i = 0; i < NAMES; i++) {
        there += values[i] != 0;
        expected += values[i];
    }
    assert_int_equal(name_table_count(table), there);
    for (size_t place = 0; place < there; place++) {
        sum += ((const struct entry *)name_table_at(table, place))->value;
    }
    assert_true(sum == expected);
}

static void it_finds_what_is_there_and_nothing_else(void **state)
{
    struct name_table *table = NULL;
    uint64_t values[NAMES] = {0}, seed = 5;
    (void)state;
    assert_false(failed(name_table_open(sizeof(struct entry), NAMES, &table)));
    for (uint64_t step = 1; step <= STEPS; step++) {
        char memory[NAME_MAX_SIZE + 1];
        unsigned i = next_random(&seed, NAMES);
        struct bytes name = name_of(i, memory);
        struct entry *entry = name_table_find(table, name);
        assert_true((entry != NULL) == (values[i] != 0));
        assert_true(entry == NULL ||
                    (entry->value == values[i] && bytes_equal(bytes_of_string(entry->name), name)));
        /* It fills and empties, again and again. */
        bool adds = next_random(&seed, 100) < (step / 4000 % 2 == 0 ? 80 : 20);
        if (adds && entry == NULL) {
            void *added;
            assert_false(failed(name_table_add(table, name, &added)));
            entry = added;
            assert_true(entry->value == 0);
            entry->value = values[i] = step;
        } else if (!adds) {
            name_table_remove(table, name);
            values[i] = 0;
        }
        if (step % 1000 == 0) {
            places_are_entries(table, values);
        }
    }
    name_table_close(&table);
    assert_null(table);
}

static void it_has_its_limit(void **state)
{
    struct name_table *table = NULL;
    void *entry;
    (void)state;
    assert_false(failed(name_table_open(sizeof(struct entry), 2, &table)));
    assert_null(name_table_find(table, LITERAL("a")));
    name_table_remove(table, LITERAL("a"));
    assert_false(failed(name_table_add(table, LITERAL("a"), &entry)));
    assert_false(failed(name_table_add(table, LITERAL("b"), &entry)));
    assert_int_equal(name_table_add(table, LITERAL("c"), &entry).code, STATUS_LIMIT);
    name_table_remove(table, LITERAL("a"));
    assert_false(failed(name_table_add(table, LITERAL("c"), &entry)));
    assert_null(name_table_find(table, LITERAL("a")));
    assert_non_null(name_table_find(table, LITERAL("b")));
    name_table_close(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_finds_what_is_there_and_nothing_else),
        cmocka_unit_test(it_has_its_limit),
    };
    return cmocka_run_group_tests_name("store/name_table", tests, NULL, NULL);
}
