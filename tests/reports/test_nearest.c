/*
 * The nearest word, against the textbook's recursion.
 */
#include "reports/nearest.h"
#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static size_t smallest(size_t a, size_t b, size_t c)
{
    return a < b ? (a < c ? a : c) : (b < c ? b : c);
}

/* The first a_size letters of a, against the first b_size of b. */
static size_t naive(const char *a, size_t a_size, const char *b, size_t b_size)
{
    if (a_size == 0 || b_size == 0) {
        return a_size + b_size;
    }
    const bool same = a[a_size - 1] == b[b_size - 1];
    size_t least =
        smallest(naive(a, a_size - 1, b, b_size - 1) + !same, naive(a, a_size - 1, b, b_size) + 1,
                 naive(a, a_size, b, b_size - 1) + 1);
    if (a_size > 1 && b_size > 1 && a[a_size - 1] == b[b_size - 2] &&
        a[a_size - 2] == b[b_size - 1]) {
        size_t swapped = naive(a, a_size - 2, b, b_size - 2) + 1;
        least = swapped < least ? swapped : least;
    }
    return least;
}

static void the_distance_is_that_of_the_textbook(void **unused)
{
    (void)unused;
    uint64_t state = 20;
    for (int round = 0; round < 2000; round++) {
        char words[2][7] = {"", ""};
        for (size_t i = 0; i < 2; i++) {
            for (uint64_t j = random_below(&state, 7); j > 0; j--) {
                words[i][j - 1] = (char)('a' + random_below(&state, 3));
            }
            words[i][strlen(words[i])] = '\0';
        }
        assert_int_equal(nearest_distance(words[0], words[1]),
                         naive(words[0], strlen(words[0]), words[1], strlen(words[1])));
    }
}

static const char *among(const char *typed)
{
    static const char *const words[] = {"query",  "verify", "emit", "emitter list",
                                        "export", "since",  "until"};
    struct nearest nearest = nearest_to(typed);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        nearest_offer(&nearest, words[i]);
    }
    return nearest.word == NULL ? "" : nearest.word;
}

static void a_slip_finds_its_word_and_nonsense_finds_none(void **unused)
{
    (void)unused;
    assert_string_equal(among("qeury"), "query");
    assert_string_equal(among("verfy"), "verify");
    assert_string_equal(among("sinec"), "since");
    assert_string_equal(among("emti"), "emit");
    assert_string_equal(among("emitter lsit"), "emitter list");
    assert_string_equal(among("exp"), "export");
    assert_string_equal(among("frobnicate"), "");
    assert_string_equal(among("x"), "");
    assert_string_equal(among(""), "");
    char long_word[200];
    memset(long_word, 'q', sizeof long_word - 1);
    long_word[sizeof long_word - 1] = '\0';
    assert_string_equal(among(long_word), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_distance_is_that_of_the_textbook),
        cmocka_unit_test(a_slip_finds_its_word_and_nonsense_finds_none),
    };
    return cmocka_run_group_tests_name("reports/nearest", tests, NULL, NULL);
}
