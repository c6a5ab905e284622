/*
 * The rules as a whole: who did it, what counts, what is told, and what is refused.
 */
#include "tests/reports/hints/hinting.h"

static struct hinting hinting;

static void every_rule_has_a_name_a_sentence_and_a_window(void **unused)
{
    (void)unused;
    const struct hint_info *info;
    size_t count = 0, index;
    for (; (info = hint_rule(count)) != NULL; count++) {
        assert_true(strlen(info->name) > 0 && strlen(info->name) <= NAME_MAX_SIZE);
        assert_true(strlen(info->sentence) > 10 && strlen(info->window) > 5);
        assert_false(failed(hint_rule_find(bytes_of_string(info->name), &index)));
        assert_int_equal(index, count); /* so that no name comes twice */
    }
    assert_true(count <= HINT_RULES_MAX);
    assert_int_equal(hint_rule_find(LITERAL("no-such-rule"), &index).code, STATUS_NOT_FOUND);
}

static void severities_are_read_as_they_are_written(void **unused)
{
    (void)unused;
    enum hint_severity read = HINT_INFO;
    for (enum hint_severity severity = HINT_INFO; severity < HINT_SEVERITY_COUNT; severity++) {
        assert_true(hint_severity_read(bytes_of_string(hint_severity_name(severity)), &read));
        assert_int_equal(read, severity);
    }
    assert_false(hint_severity_read(LITERAL("grave"), &read));
}

static void imported(struct hinting *to, const char *user, enum outcome outcome, uint64_t time_us)
{
    union event_body body = {.audit_record_imported = {.format = IMPORT_FORMAT_SYSLOG,
                                                       .system = LITERAL("gate"),
                                                       .action = LITERAL("sshd failed-password"),
                                                       .occurrence = 1,
                                                       .has_user = user != NULL}};
    if (user != NULL) {
        body.audit_record_imported.user = bytes_of_string(user);
    }
    hinting_add(to, &(struct deed){.kind = EVENT_AUDIT_RECORD_IMPORTED,
                                   .time_us = time_us,
                                   .actor = "import",
                                   .outcome = outcome,
                                   .on = {{ID_SUBJECT, 77}},
                                   .body = &body});
}

static void whoever_another_system_names_has_the_name_of_that_system(void **unused)
{
    (void)unused;
    hinting_begin(&hinting, "guessed-logon");
    for (unsigned i = 0; i < 3; i++) {
        imported(&hinting, "root", OUTCOME_FAILED, DAY_US + i);
    }
    imported(&hinting, "root", OUTCOME_OK, DAY_US + 9);
    hinting_end(&hinting);
    assert_int_equal(hinting.count, 1);
    assert_string_equal(hinting.found[0].who, "root of gate");
    hinting_free(&hinting);
}

static void a_name_too_long_is_told_by_its_id(void **unused)
{
    (void)unused;
    static char name[8000];
    memset(name, 'x', sizeof name - 1);
    hinting_begin(&hinting, "guessed-logon");
    for (unsigned i = 0; i < 3; i++) {
        imported(&hinting, name, OUTCOME_FAILED, DAY_US + i);
    }
    imported(&hinting, name, OUTCOME_OK, DAY_US + 9);
    hinting_end(&hinting);
    assert_int_equal(hinting.count, 1);
    assert_string_equal(hinting.found[0].who, "subject:77");
    hinting_free(&hinting);
}

static void refuse(struct hinting *to, const char *actor, uint64_t time_us)
{
    hinting_add(to, &(struct deed){.kind = EVENT_VAULT_KEY_DENIED,
                                   .time_us = time_us,
                                   .actor = actor,
                                   .outcome = OUTCOME_DENIED});
}

static void what_comes_before_the_range_counts_and_is_not_told(void **unused)
{
    (void)unused;
    for (uint64_t since = 0; since <= 6; since++) {
        hinting.options.since = (struct moment){MOMENT_POSITION, since};
        hinting_begin(&hinting, "refusal-burst");
        for (unsigned i = 0; i < 5; i++) {
            refuse(&hinting, "user:7", DAY_US + i);
        }
        hinting_end(&hinting);
        assert_int_equal(hinting.count, since <= 4);
        assert_true(hinting.count == 0 || hinting.found[0].rests_on == 5);
        hinting_free(&hinting);
    }
    hinting.options.since = (struct moment){0};
}

static void a_body_that_is_not_of_its_kind_is_damage(void **unused)
{
    (void)unused;
    const struct leaf leaf = {.n = 5,
                              .kind = EVENT_AUDIT_RECORD_IMPORTED,
                              .actor = LITERAL("import"),
                              .emitter = LITERAL("import"),
                              .on = {{ID_LOG, 0}},
                              .on_count = 1};
    hinting_begin(&hinting, NULL);
    struct status status = hints_event(hinting.hints, &leaf, LITERAL("0123456789abcdef{\"a\":1}"));
    assert_int_equal(status.code, STATUS_CORRUPT);
    assert_int_equal(status.at, 5);
    status = hints_event(hinting.hints, &leaf, LITERAL("short"));
    assert_int_equal(status.code, STATUS_CORRUPT);
    assert_false(failed(hints_event(hinting.hints, &leaf, LITERAL(""))));
    hinting_free(&hinting);
}

static void too_many_people_are_refused_and_not_passed_over(void **unused)
{
    (void)unused;
    struct status status = OK;
    hinting_begin(&hinting, "silence");
    for (uint64_t i = 0; i <= HINT_KEYS_MAX && !failed(status); i++) {
        char memory[32];
        struct text actor = TEXT_IN(memory);
        text_add(&actor, "user:%" PRIu64, i);
        const struct leaf leaf = {.n = i,
                                  .kind = EVENT_USER_DENIED,
                                  .outcome = OUTCOME_DENIED,
                                  .actor = text_bytes(&actor),
                                  .emitter = text_bytes(&actor),
                                  .on = {{ID_LOG, 0}},
                                  .on_count = 1};
        status = hints_event(hinting.hints, &leaf, LITERAL(""));
    }
    assert_int_equal(status.code, STATUS_LIMIT);
    assert_int_equal(status.at, HINT_KEYS_MAX);
    assert_non_null(status.why);
    hinting_free(&hinting);
}

struct given_up {
    const struct hint_info *rule;
    uint64_t n;
    unsigned times;
};

static void note_given_up(void *context, const struct hint_info *rule, uint64_t n)
{
    struct given_up *given_up = context;
    given_up->rule = rule;
    given_up->n = n;
    given_up->times++;
}

static struct status take(void *context, const struct hint *hint)
{
    (void)context;
    (void)hint;
    return OK;
}

static void a_rule_without_room_gives_up_and_the_others_go_on(void **unused)
{
    (void)unused;
    struct given_up given_up = {0};
    struct hints *hints;
    struct arena arena = {.memory = malloc(HINTING_MEMORY), .capacity = HINTING_MEMORY};
    struct hints_options options = {
        .arena = &arena, .visit = take, .gave_up = note_given_up, .context = &given_up};
    size_t index;
    assert_false(failed(hint_rule_find(LITERAL("refusal-burst"), &index)));
    options.rules[index] = true;
    assert_false(failed(hint_rule_find(LITERAL("rare"), &index)));
    options.rules[index] = true;
    assert_false(failed(hints_begin(&options, &hints)));
    for (uint64_t i = 0; i < HINT_KEYS_MAX + 10; i++) {
        char memory[32];
        struct text actor = TEXT_IN(memory);
        text_add(&actor, "user:%" PRIu64, i);
        const struct leaf leaf = {.n = i,
                                  .kind = EVENT_USER_DENIED,
                                  .outcome = OUTCOME_DENIED,
                                  .actor = text_bytes(&actor),
                                  .emitter = LITERAL("identity"),
                                  .on = {{ID_LOG, 0}},
                                  .on_count = 1};
        assert_false(failed(hints_event(hints, &leaf, LITERAL(""))));
        assert_true(given_up.times == 0 || strcmp(given_up.rule->name, "refusal-burst") == 0);
    }
    assert_int_equal(given_up.times, 1);
    assert_true(given_up.n > 0 && given_up.n <= HINT_KEYS_MAX);
    assert_false(failed(hints_end(hints)));
    free(arena.memory);
}

static void too_little_memory_is_told(void **unused)
{
    (void)unused;
    static uint8_t memory[1 << 20];
    struct hints *hints;
    for (size_t size = 0; size < sizeof memory; size += 4096) {
        struct arena arena = {.memory = memory, .capacity = size};
        struct status status = hints_begin(
            &(struct hints_options){.arena = &arena, .visit = hinting_found, .context = &hinting},
            &hints);
        assert_true(!failed(status) || status.code == STATUS_NO_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_has_a_name_a_sentence_and_a_window),
        cmocka_unit_test(severities_are_read_as_they_are_written),
        cmocka_unit_test(whoever_another_system_names_has_the_name_of_that_system),
        cmocka_unit_test(a_name_too_long_is_told_by_its_id),
        cmocka_unit_test(what_comes_before_the_range_counts_and_is_not_told),
        cmocka_unit_test(a_body_that_is_not_of_its_kind_is_damage),
        cmocka_unit_test(too_many_people_are_refused_and_not_passed_over),
        cmocka_unit_test(a_rule_without_room_gives_up_and_the_others_go_on),
        cmocka_unit_test(too_little_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
