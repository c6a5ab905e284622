/*
 * Bursts, guesses and refusals: compared with a recount that looks at everything again each time.
 */
#include "tests/reports/hints/hinting.h"

static struct hinting hinting;
static struct deed deeds[DEEDS_MAX];
static const char *const actors[] = {"user:1", "user:2", "user:3"};
static const char *const sources[] = {"10.0.0.1", "10.0.0.2"};
static const enum event_kind kinds[] = {EVENT_SESSION_DENIED, EVENT_SESSION_OPENED,
                                        EVENT_VAULT_KEY_DENIED, EVENT_VAULT_KEY_FETCHED};

/* A history whose pauses are as long as the windows of the rules, more or less. */
static void make_history(uint64_t seed, size_t count)
{
    uint64_t time_us = DAY_US;
    for (size_t i = 0; i < count; i++) {
        time_us += random_below(&seed, 10) == 0 ? random_below(&seed, 90) * MINUTE_US
                                                : random_below(&seed, 25) * TIME_SECOND_US;
        enum outcome outcome = (enum outcome)random_below(&seed, OUTCOME_COUNT);
        deeds[i] = (struct deed){.kind = kinds[random_below(&seed, 4)],
                                 .time_us = time_us,
                                 .actor = actors[random_below(&seed, 3)],
                                 .source = sources[random_below(&seed, 2)],
                                 .outcome = outcome,
                                 .on = {{ID_FILE, random_below(&seed, 3)}}};
        if (outcome == OUTCOME_DENIED) {
            deeds[i].on[1] = deeds[i].on[0];
            deeds[i].on[0] = (struct id){ID_LOG, 0};
        }
    }
}

static void find(const char *rule, size_t count)
{
    hinting_begin(&hinting, rule);
    for (size_t i = 0; i < count; i++) {
        hinting_add(&hinting, &deeds[i]);
    }
    hinting_end(&hinting);
}

/* Of the events of one key, the n-th begins a stretch: no earlier one is within the window. */
struct burst_rule {
    const char *name;
    enum outcome outcome;
    bool by_source;
    size_t least;
};

static size_t of_key(const struct burst_rule *rule, const char *key, size_t count, size_t *out)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        const char *its = rule->by_source ? deeds[i].source : deeds[i].actor;
        if (strcmp(its, key) == 0 && deeds[i].outcome == rule->outcome) {
            out[found++] = i;
        }
    }
    return found;
}

static bool was_found(const char *who, size_t first, size_t last, size_t rests_on)
{
    for (size_t i = 0; i < hinting.count; i++) {
        const struct found *found = &hinting.found[i];
        if (strcmp(found->who, who) == 0 && found->because[0] == first &&
            found->because[found->because_count - 1] == last && found->rests_on == rests_on) {
            return true;
        }
    }
    return false;
}

/* Stretches without a pause longer than the window; in each the first `least` that are within one
 * window begin the burst, which is all that comes after. */
static size_t recount_key(const struct burst_rule *rule, const char *key, size_t count)
{
    static size_t own[DEEDS_MAX];
    size_t size = of_key(rule, key, count, own), bursts = 0;
    for (size_t from = 0, to; from < size; from = to) {
        for (to = from + 1;
             to < size && deeds[own[to]].time_us - deeds[own[to - 1]].time_us <= 5 * MINUTE_US;
             to++) {
        }
        for (size_t i = from; i + rule->least <= to; i++) {
            if (deeds[own[i + rule->least - 1]].time_us - deeds[own[i]].time_us <= 5 * MINUTE_US) {
                assert_true(was_found(key, own[i], own[to - 1], to - i));
                bursts++;
                break;
            }
        }
    }
    return bursts;
}

static void bursts_are_those_of_a_recount(void **unused)
{
    (void)unused;
    const struct burst_rule rules[] = {{"refusal-burst", OUTCOME_DENIED, false, 5},
                                       {"failure-burst", OUTCOME_FAILED, true, 10}};
    size_t all = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        make_history(seed, 800);
        for (size_t r = 0; r < 2; r++) {
            size_t bursts = 0;
            find(rules[r].name, 800);
            for (size_t k = 0; k < (rules[r].by_source ? 2 : 3); k++) {
                bursts += recount_key(&rules[r], rules[r].by_source ? sources[k] : actors[k], 800);
            }
            assert_int_equal(hinting.count, bursts);
            all += bursts;
            hinting_free(&hinting);
        }
    }
    assert_true(all > 50);
}

static void at_once_a_burst_is_told_when_it_becomes_one(void **unused)
{
    (void)unused;
    hinting.options.at_once = true;
    hinting_begin(&hinting, "refusal-burst");
    hinting.options.at_once = false;
    for (size_t i = 0; i < 9; i++) {
        hinting_add(&hinting, &(struct deed){.kind = EVENT_VAULT_FILE_DENIED,
                                             .time_us = DAY_US + i,
                                             .actor = "user:1",
                                             .outcome = OUTCOME_DENIED});
        assert_int_equal(hinting.count, i >= 4);
    }
    hinting_end(&hinting);
    assert_int_equal(hinting.count, 1);
    assert_int_equal(hinting.found[0].rests_on, 5);
    hinting_free(&hinting);
}

static void a_burst_names_the_rules_that_refused(void **unused)
{
    (void)unused;
    static const char *const rules[] = {"VLT-01a", "CLS-03a", "VLT-01a", "SEC-03a",
                                        "PRJ-02b", "IDN-04c", "PRJ-03a"};
    hinting_begin(&hinting, "refusal-burst");
    for (size_t i = 0; i < 7; i++) {
        const struct leaf leaf = {.n = i,
                                  .kind = EVENT_VAULT_KEY_DENIED,
                                  .outcome = OUTCOME_DENIED,
                                  .rule = bytes_of_string(rules[i]),
                                  .t_utc_us = DAY_US + i,
                                  .actor = LITERAL("user:1"),
                                  .emitter = LITERAL("vault"),
                                  .on = {{ID_LOG, 0}},
                                  .on_count = 1};
        assert_false(failed(hints_event(hinting.hints, &leaf, LITERAL(""))));
    }
    hinting_end(&hinting);
    assert_int_equal(hinting.count, 1);
    assert_non_null(
        strstr(hinting.found[0].about, " by VLT-01a, CLS-03a, SEC-03a, PRJ-02b, ...; 5 within"));
    hinting_free(&hinting);
}

/* A success whose failures before it, each at most ten minutes from the next, are three or more. */
static size_t recount_guesses(size_t count)
{
    size_t guesses = 0;
    for (size_t a = 0; a < 3; a++) {
        size_t failures = 0;
        uint64_t last_us = 0;
        for (size_t i = 0; i < count; i++) {
            bool logon =
                deeds[i].kind == EVENT_SESSION_DENIED || deeds[i].kind == EVENT_SESSION_OPENED;
            if (strcmp(deeds[i].actor, actors[a]) != 0 || !logon) {
                continue;
            }
            if (failures > 0 && deeds[i].time_us - last_us > 10 * MINUTE_US) {
                failures = 0;
            }
            if (deeds[i].outcome != OUTCOME_OK) {
                failures++;
                last_us = deeds[i].time_us;
            } else if (failures >= 3) {
                guesses++;
                failures = 0;
            }
        }
    }
    return guesses;
}

static void guesses_are_those_of_a_recount(void **unused)
{
    (void)unused;
    size_t all = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        make_history(seed, 800);
        find("guessed-logon", 800);
        size_t guesses = recount_guesses(800);
        assert_int_equal(hinting.count, guesses);
        all += guesses;
        hinting_free(&hinting);
    }
    assert_true(all > 20);
}

static struct id about(const struct deed *deed)
{
    return deed->on[0].kind == ID_LOG ? deed->on[1] : deed->on[0];
}

/* The last refusal of the same person, thing and family, with nothing allowed since. */
static size_t recount_allowed(size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        size_t back = i;
        bool vault =
            deeds[i].kind == EVENT_VAULT_KEY_DENIED || deeds[i].kind == EVENT_VAULT_KEY_FETCHED;
        while (deeds[i].outcome == OUTCOME_OK && back-- > 0) {
            bool its_vault = deeds[back].kind == EVENT_VAULT_KEY_DENIED ||
                             deeds[back].kind == EVENT_VAULT_KEY_FETCHED;
            if (strcmp(deeds[back].actor, deeds[i].actor) != 0 || its_vault != vault ||
                !id_equal(about(&deeds[back]), about(&deeds[i])) ||
                deeds[back].outcome == OUTCOME_FAILED) {
                continue;
            }
            found += deeds[back].outcome == OUTCOME_DENIED &&
                     deeds[i].time_us - deeds[back].time_us <= HOUR_US;
            break;
        }
    }
    return found;
}

static void what_was_denied_and_then_allowed_is_found(void **unused)
{
    (void)unused;
    size_t all = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        make_history(seed, 800);
        find("denied-then-allowed", 800);
        size_t allowed = recount_allowed(800);
        assert_int_equal(hinting.count, allowed);
        all += allowed;
        hinting_free(&hinting);
    }
    assert_true(all > 100);
}

static void a_command_in_a_name_without_its_key_is_told_each_time(void **unused)
{
    (void)unused;
    static const char *const rules[] = {"IDN-06e", "IDN-11b", "IDN-06"};
    for (size_t i = 0; i < 3; i++) {
        for (unsigned outcome = 0; outcome < OUTCOME_COUNT; outcome++) {
            hinting_begin(&hinting, "forged");
            for (uint64_t k = 0; k < 2; k++) {
                hinting_add(&hinting, &(struct deed){.kind = EVENT_AUDIT_DENIED,
                                                     .time_us = DAY_US,
                                                     .source = "198.51.100.23",
                                                     .outcome = outcome,
                                                     .rule = rules[i],
                                                     .on = {{ID_LOG, 0}, {ID_USER, 7}}});
            }
            hinting_end(&hinting);
            assert_int_equal(hinting.count, i == 0 && outcome == OUTCOME_DENIED ? 2 : 0);
            assert_true(hinting.count == 0 ||
                        (strstr(hinting.found[1].about, "user:7") != NULL &&
                         strstr(hinting.found[1].about, "198.51.100.23") != NULL));
            hinting_free(&hinting);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_in_a_name_without_its_key_is_told_each_time),
        cmocka_unit_test(bursts_are_those_of_a_recount),
        cmocka_unit_test(at_once_a_burst_is_told_when_it_becomes_one),
        cmocka_unit_test(a_burst_names_the_rules_that_refused),
        cmocka_unit_test(guesses_are_those_of_a_recount),
        cmocka_unit_test(what_was_denied_and_then_allowed_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
