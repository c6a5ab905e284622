/*
 * What is new, and what is rare: compared with a recount over all that came before.
 */
#include "tests/reports/hints/hinting.h"

static struct hinting hinting;
static struct deed deeds[DEEDS_MAX];
static const char *const actors[] = {"user:1", "user:2"};
static const char *const sources[] = {"10.0.0.1",  "10.0.0.9", "10.0.1.1",        "10.1.0.1",
                                      "fd00::1:2", "fd00::9",  "fd00:1:2:3:4::1", "a host"};
static const char *const networks[] = {"10.0.0", "10.0.0", "10.0.1",     "10.1.0",
                                       "fd00::", "fd00::", "fd00:1:2:3", NULL};

/* The higher the number, the rarer the address and the kind. */
static size_t seldom(uint64_t *state, size_t limit)
{
    size_t at = 0;
    while (at + 1 < limit && random_below(state, 20) == 0) {
        at++;
    }
    return at;
}

static void make_history(uint64_t seed, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        deeds[i] =
            (struct deed){.kind = (enum event_kind)(EVENT_USER_DELETED + seldom(&seed, 6)),
                          .time_us = DAY_US + i,
                          .actor = actors[random_below(&seed, 2)],
                          .source = sources[seldom(&seed, 8)],
                          .outcome = random_below(&seed, 4) == 0 ? OUTCOME_FAILED : OUTCOME_OK};
    }
}

typedef const char *thing_of(const struct deed *deed);

static const char *address(const struct deed *deed)
{
    return deed->source;
}

static const char *act(const struct deed *deed)
{
    return event_name(deed->kind);
}

static const char *network(const struct deed *deed)
{
    for (size_t i = 0; deed->outcome == OUTCOME_OK && i < 8; i++) {
        if (deed->source == sources[i]) {
            return networks[i];
        }
    }
    return NULL;
}

/* New to the person, whose last twenty things were none of them new. */
static bool is_new(thing_of *of, size_t at)
{
    size_t quiet = 0;
    for (size_t back = at; back-- > 0 && quiet < 20;) {
        const char *its = of(&deeds[back]);
        bool before = false;
        if (its == NULL || deeds[back].actor != deeds[at].actor) {
            continue;
        }
        if (strcmp(its, of(&deeds[at])) == 0) {
            return false;
        }
        for (size_t i = 0; i < back && !before; i++) {
            before = deeds[i].actor == deeds[at].actor && of(&deeds[i]) != NULL &&
                     strcmp(of(&deeds[i]), its) == 0;
        }
        if (!before) {
            return false;
        }
        quiet++;
    }
    for (size_t i = 0; i < at; i++) {
        if (deeds[i].actor == deeds[at].actor && of(&deeds[i]) != NULL &&
            strcmp(of(&deeds[i]), of(&deeds[at])) == 0) {
            return false;
        }
    }
    return quiet == 20;
}

static void what_is_new_is_what_a_recount_finds(void **unused)
{
    (void)unused;
    static const struct {
        const char *rule;
        thing_of *of;
    } rules[] = {{"first-address", address}, {"new-network", network}, {"first-act", act}};
    size_t all = 0;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        make_history(seed, 600);
        for (size_t r = 0; r < 3; r++) {
            size_t next = 0;
            hinting_begin(&hinting, rules[r].rule);
            for (size_t i = 0; i < 600; i++) {
                hinting_add(&hinting, &deeds[i]);
                if (rules[r].of(&deeds[i]) != NULL && is_new(rules[r].of, i)) {
                    assert_int_equal(hinting.count, next + 1);
                    assert_string_equal(hinting.found[next].who, deeds[i].actor);
                    assert_int_equal(hinting.found[next].because[1], i);
                    assert_non_null(strstr(hinting.found[next].about, rules[r].of(&deeds[i])));
                    next++;
                }
                assert_int_equal(hinting.count, next);
            }
            hinting_end(&hinting);
            all += next;
            hinting_free(&hinting);
        }
    }
    assert_true(all > 40);
}

/* The last success with an address, from elsewhere, at most ten minutes ago; once a day. */
static void two_places_at_once_are_what_a_recount_finds(void **unused)
{
    (void)unused;
    size_t all = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        uint64_t state = seed, time_us = DAY_US;
        make_history(seed, 600);
        hinting_begin(&hinting, "two-places");
        uint64_t told_us[2] = {0};
        for (size_t i = 0; i < 600; i++) {
            size_t back = i, who = deeds[i].actor == actors[1];
            time_us += random_below(&state, 8) == 0 ? random_below(&state, 10 * HOUR_US)
                                                    : random_below(&state, 7 * MINUTE_US);
            deeds[i].time_us = time_us;
            size_t before = hinting.count;
            hinting_add(&hinting, &deeds[i]);
            if (network(&deeds[i]) == NULL) {
                assert_int_equal(hinting.count, before);
                continue;
            }
            while (back-- > 0 &&
                   (deeds[back].actor != deeds[i].actor || network(&deeds[back]) == NULL)) {
            }
            bool found = back < i && strcmp(network(&deeds[back]), network(&deeds[i])) != 0 &&
                         time_us - deeds[back].time_us <= 10 * MINUTE_US &&
                         (told_us[who] == 0 || time_us - told_us[who] > DAY_US);
            told_us[who] = found ? time_us : told_us[who];
            assert_int_equal(hinting.count, before + found);
            all += found;
        }
        hinting_end(&hinting);
        hinting_free(&hinting);
    }
    assert_true(all > 10);
}

static void what_is_rare_is_what_a_count_finds(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        size_t counts[6] = {0}, expected = 0, events = 900 + seed * 40;
        make_history(seed, events);
        hinting_begin(&hinting, "rare");
        for (size_t i = 0; i < events; i++) {
            hinting_add(&hinting, &deeds[i]);
            counts[deeds[i].kind - EVENT_USER_DELETED]++;
        }
        hinting_end(&hinting);
        for (size_t k = 0; k < 6; k++) {
            expected += events >= 1000 && counts[k] >= 1 && counts[k] <= 3;
        }
        assert_int_equal(hinting.count, expected);
        for (size_t i = 0; i < hinting.count; i++) {
            assert_true(hinting.found[i].rests_on <= 3);
        }
        hinting_free(&hinting);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_new_is_what_a_recount_finds),
        cmocka_unit_test(two_places_at_once_are_what_a_recount_finds),
        cmocka_unit_test(what_is_rare_is_what_a_count_finds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
