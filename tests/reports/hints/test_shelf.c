/*
 * Findings come off the shelf as they were put there, the gravest first.
 */
#include "reports/hints/shelf.h"
#include "tests/reports/hints/hinting.h"

static void findings_come_by_severity_and_time(void **unused)
{
    (void)unused;
    static uint8_t memory[4 << 20];
    struct arena arena = ARENA_IN(memory);
    struct shelf shelf;
    uint64_t state = 1;
    assert_false(failed(shelf_init(&shelf, &arena)));
    for (size_t i = 0; i < 500; i++) {
        char about[8] = "";
        uint64_t because[2] = {random_below(&state, 50), 50 + random_below(&state, 50)};
        struct id on = {ID_FILE, i};
        const struct hint_info *rule = hint_rule(random_below(&state, 10));
        snprintf(about, sizeof about, "%zu", i);
        assert_false(failed(shelf_add(&shelf, &(struct hint){.rule = rule,
                                                             .time_utc_us = random_below(&state, 9),
                                                             .because = because,
                                                             .because_count = 1 + i % 2,
                                                             .rests_on = 2,
                                                             .on = &on,
                                                             .on_count = i % 2,
                                                             .about = bytes_of_string(about)})));
        memset(about, 'x', sizeof about);
        memset(because, 0xff, sizeof because);
    }
    shelf_sort(&shelf);
    for (size_t i = 1; i < shelf.count; i++) {
        const struct hint *a = shelf.hints[i - 1], *b = shelf.hints[i];
        assert_true(a->rule->severity >= b->rule->severity);
        assert_true(a->rule->severity > b->rule->severity || a->time_utc_us <= b->time_utc_us);
        assert_true(b->because[0] < 50 && b->about.data[0] != 'x');
        assert_true(b->on_count == 0 || b->on[0].n < 500);
    }
}

static void a_full_shelf_says_so(void **unused)
{
    (void)unused;
    void *memory = malloc(16 << 20);
    struct arena arena = {.memory = memory, .capacity = 16 << 20};
    struct shelf shelf;
    uint64_t because = 1;
    const struct hint hint = {.rule = hint_rule(0), .because = &because, .because_count = 1};
    assert_false(failed(shelf_init(&shelf, &arena)));
    for (size_t i = 0; i < SHELF_MAX; i++) {
        assert_false(failed(shelf_add(&shelf, &hint)));
    }
    assert_int_equal(shelf_add(&shelf, &hint).code, STATUS_LIMIT);
    free(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_come_by_severity_and_time),
        cmocka_unit_test(a_full_shelf_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
