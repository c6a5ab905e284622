/*
 * A key that is fetched and not used within a day is found, whatever else happens meanwhile.
 */
#include "tests/reports/hints/hinting.h"

static struct hinting hinting;
static const char *const actors[] = {"user:1", "user:2", "user:3"};

static void do_it(enum event_kind kind, uint64_t time_us, size_t actor, uint64_t file)
{
    hinting_add(&hinting, &(struct deed){.kind = kind,
                                         .time_us = time_us,
                                         .actor = actors[actor],
                                         .on = {{ID_FILE, file}}});
}

static void a_key_used_in_time_is_not_told(void **unused)
{
    (void)unused;
    static const enum event_kind uses[] = {EVENT_VAULT_CHUNK_READ, EVENT_VAULT_CHUNK_WRITTEN,
                                           EVENT_VAULT_FILE_SHARED, EVENT_VAULT_KEY_DEPOSITED};
    for (size_t i = 0; i < 4; i++) {
        for (uint64_t late = 0; late < 2; late++) {
            hinting_begin(&hinting, "key-unread");
            do_it(EVENT_VAULT_KEY_FETCHED, DAY_US, 0, 5);
            do_it(EVENT_VAULT_FILE_VIEWED, DAY_US, 0, 5);
            do_it(uses[i], 2 * DAY_US, 1, 5);
            do_it(uses[i], 2 * DAY_US, 0, 6);
            do_it(uses[i], 2 * DAY_US + late, 0, 5);
            do_it(EVENT_VAULT_FILE_VIEWED, 9 * DAY_US, 0, 5);
            hinting_end(&hinting);
            assert_int_equal(hinting.count, late);
            assert_true(late == 0 || strstr(hinting.found[0].about, "file:5") != NULL);
            hinting_free(&hinting);
        }
    }
}

static void a_day_that_is_not_over_says_nothing(void **unused)
{
    (void)unused;
    for (uint64_t more = 0; more < 2; more++) {
        hinting_begin(&hinting, "key-unread");
        do_it(EVENT_VAULT_KEY_FETCHED, DAY_US, 0, 5);
        do_it(EVENT_VAULT_FILE_VIEWED, 2 * DAY_US + more, 1, 5);
        hinting_end(&hinting);
        assert_int_equal(hinting.count, more);
        hinting_free(&hinting);
    }
}

struct act {
    bool fetch;
    uint64_t time_us;
    size_t actor;
    uint64_t file;
};

/* Of each person and file: a fetch after which, for a day, there is neither a use nor a fetch. */
static size_t recount(const struct act *acts, size_t count)
{
    size_t found = 0;
    uint64_t end_us = acts[count - 1].time_us;
    for (size_t i = 0; i < count; i++) {
        bool used = !acts[i].fetch || end_us - acts[i].time_us <= DAY_US;
        for (size_t k = i + 1; k < count && acts[k].time_us - acts[i].time_us <= DAY_US; k++) {
            used = used || (acts[k].actor == acts[i].actor && acts[k].file == acts[i].file);
        }
        found += !used;
    }
    return found;
}

static void unread_keys_are_those_of_a_recount(void **unused)
{
    (void)unused;
    size_t all = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        static struct act acts[600];
        uint64_t state = seed, time_us = DAY_US;
        hinting_begin(&hinting, "key-unread");
        for (size_t i = 0; i < 600; i++) {
            time_us += random_below(&state, 3) * HOUR_US;
            acts[i] = (struct act){random_below(&state, 2) == 0, time_us, random_below(&state, 3),
                                   random_below(&state, 12)};
            do_it(acts[i].fetch ? EVENT_VAULT_KEY_FETCHED : EVENT_VAULT_CHUNK_READ, time_us,
                  acts[i].actor, acts[i].file);
        }
        hinting_end(&hinting);
        assert_int_equal(hinting.count, recount(acts, 600));
        all += hinting.count;
        hinting_free(&hinting);
    }
    assert_true(all > 100);
}

static void many_fetches_that_are_used_need_no_room(void **unused)
{
    (void)unused;
    hinting_begin(&hinting, "key-unread");
    do_it(EVENT_VAULT_KEY_FETCHED, DAY_US, 0, 1);
    for (uint64_t i = 0; i < 20000; i++) {
        do_it(EVENT_VAULT_KEY_FETCHED, DAY_US + i, 1, 2);
        do_it(EVENT_VAULT_CHUNK_READ, DAY_US + i, 1, 2);
    }
    do_it(EVENT_VAULT_FILE_VIEWED, 3 * DAY_US, 1, 2);
    hinting_end(&hinting);
    assert_int_equal(hinting.count, 1);
    hinting_free(&hinting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_used_in_time_is_not_told),
        cmocka_unit_test(a_day_that_is_not_over_says_nothing),
        cmocka_unit_test(unread_keys_are_those_of_a_recount),
        cmocka_unit_test(many_fetches_that_are_used_need_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
