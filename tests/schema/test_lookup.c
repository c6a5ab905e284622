/*
 * A lookup finds its names and no others. The tables are laid out by the generator; here by hand,
 * as badly as may be.
 */
#include "schema/lookup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum {
    COUNT = 5,
    SLOTS = 16,
};

static const struct bytes names[COUNT] = {
    {(const uint8_t *)"a", 1},         {(const uint8_t *)"eight888", 8},
    {(const uint8_t *)"nine99999", 9}, {(const uint8_t *)"a name of some more bytes", 25},
    {(const uint8_t *)"hidden", 6},
};

/* All but the last name, one after the other from the slot of each. */
static void lay_out(uint16_t slots[static SLOTS], uint64_t seed)
{
    for (uint32_t i = 0; i + 1 < COUNT; i++) {
        uint64_t at = lookup_hash(names[i], seed) % SLOTS;
        while (slots[at] != 0) {
            at = (at + 1) % SLOTS;
        }
        slots[at] = (uint16_t)(i + 1);
    }
}

static void every_name_is_found_with_any_seed(void **unused)
{
    (void)unused;
    for (uint64_t seed = 0; seed < 1000; seed++) {
        uint16_t slots[SLOTS] = {0};
        lay_out(slots, seed);
        const struct lookup lookup = {names, slots, seed, COUNT, SLOTS - 1};
        for (uint32_t i = 0; i + 1 < COUNT; i++) {
            uint32_t position = COUNT;
            assert_true(lookup_find(&lookup, names[i], &position));
            assert_int_equal(position, i);
        }
    }
}

static void no_other_name_is_found(void **unused)
{
    (void)unused;
    static const char *const others[] = {"",
                                         "b",
                                         "aa",
                                         "eight88",
                                         "eight889",
                                         "nine99998",
                                         "hidden",
                                         "a name of some more byte",
                                         "a name of sOme more bytes"};
    for (uint64_t seed = 0; seed < 1000; seed++) {
        uint16_t slots[SLOTS] = {0};
        lay_out(slots, seed);
        const struct lookup lookup = {names, slots, seed, COUNT, SLOTS - 1};
        for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
            uint32_t position = COUNT;
            assert_false(lookup_find(&lookup, bytes_of_string(others[i]), &position));
            assert_int_equal(position, COUNT);
        }
    }
}

static void a_name_is_shown_also_where_it_is_not_found(void **unused)
{
    (void)unused;
    uint16_t slots[SLOTS] = {0};
    const struct lookup lookup = {names, slots, 0, COUNT, SLOTS - 1};
    assert_string_equal(lookup_name(&lookup, COUNT - 1), "hidden");
}

/* The tables are laid out where the program is built and read where it runs. */
static void a_hash_is_the_same_on_every_machine(void **unused)
{
    (void)unused;
    assert_true(lookup_hash(LITERAL("audit.genesis"), 0) == UINT64_C(0x48c47eaa68c6c0cb));
    assert_true(lookup_hash(LITERAL("log"), 7) == UINT64_C(0x977d3459490a2346));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_name_is_found_with_any_seed),
        cmocka_unit_test(no_other_name_is_found),
        cmocka_unit_test(a_name_is_shown_also_where_it_is_not_found),
        cmocka_unit_test(a_hash_is_the_same_on_every_machine),
    };
    return cmocka_run_group_tests_name("schema/lookup", tests, NULL, NULL);
}
