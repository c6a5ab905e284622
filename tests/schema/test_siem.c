/*
 * Every kind of event is classified, and what went wrong is never harmless.
 */
#include "schema/catalogue/catalogue.h"
#include "schema/siem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void every_kind_has_a_class_and_an_activity(void **unused)
{
    (void)unused;
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        const struct siem_mapping *mapping = &siem_mappings[kind];
        assert_non_null(mapping->class);
        assert_non_null(mapping->activity);
        assert_true(mapping->severity >= SIEM_INFORMATIONAL && mapping->severity <= SIEM_CRITICAL);
        assert_true(mapping->class->uid == 0 ||
                    mapping->class->uid / 1000 == mapping->class->category_uid);
    }
}

static void attributes_stand_in_the_order_of_their_paths(void **unused)
{
    (void)unused;
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        const struct siem_mapping *mapping = &siem_mappings[kind];
        for (size_t i = 1; i < mapping->field_count; i++) {
            assert_true(strcmp(mapping->fields[i - 1].path, mapping->fields[i].path) < 0);
        }
    }
}

static void a_refusal_is_never_less_than_medium(void **unused)
{
    (void)unused;
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        const struct siem_mapping *mapping = &siem_mappings[kind];
        enum siem_severity ok = siem_severity_of(mapping, OUTCOME_OK);
        enum siem_severity failed = siem_severity_of(mapping, OUTCOME_FAILED);
        enum siem_severity denied = siem_severity_of(mapping, OUTCOME_DENIED);
        assert_true(ok <= failed && failed <= denied && denied >= SIEM_MEDIUM);
    }
}

static void a_kind_with_a_line_of_its_own_does_not_take_a_wider_one(void **unused)
{
    (void)unused;
    assert_string_equal(siem_mappings[EVENT_SESSION_OPENED].activity, "Logon");
    assert_int_equal(siem_mappings[EVENT_VAULT_FILE_DOWNLOADED].class->uid, 6006);
    assert_string_equal(siem_mappings[EVENT_VAULT_KEY_DENIED].activity, "Access Check");
    assert_int_equal(siem_mappings[EVENT_AUDIT_RECORD_IMPORTED].class->uid, 0);
}

/* What was refused was not done: its activity is none that would say so. */
static void a_refusal_is_no_change(void **unused)
{
    (void)unused;
    static const char *const allowed[] = {"Other", "Access Check", "Logon", "Preauth"};
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        const char *name = event_name((enum event_kind)kind);
        const char *activity = siem_mappings[kind].activity;
        size_t size = strlen(name), good = 0;
        if (size < 7 || strcmp(name + size - 7, ".denied") != 0) {
            continue;
        }
        for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++) {
            good += strcmp(activity, allowed[i]) == 0;
        }
        assert_int_equal(good, 1);
    }
}

static void a_case_is_one_of_its_words_or_begins_like_one(void **unused)
{
    (void)unused;
    assert_true(siem_is_like("a b | c*", LITERAL("a b")));
    assert_true(siem_is_like("a b | c*", LITERAL("c")));
    assert_true(siem_is_like("a b | c*", LITERAL("cd")));
    assert_false(siem_is_like("a b | c*", LITERAL("a")));
    assert_false(siem_is_like("a b | c*", LITERAL("a b ")));
    assert_false(siem_is_like("a b | c*", LITERAL("")));
    assert_false(siem_is_like("", LITERAL("")));
    assert_true(siem_is_like("*", LITERAL("")));
}

static void logins_elsewhere_are_logins(void **unused)
{
    (void)unused;
    const struct siem_mapping *records = &siem_mappings[EVENT_AUDIT_RECORD_IMPORTED];
    size_t found = 0;
    for (size_t i = 0; i < records->case_count; i++) {
        const struct siem_case *one = &records->cases[i];
        if (siem_is_like(one->like, LITERAL("sshd failed-password"))) {
            assert_int_equal(one->mapping.class->uid, 3002);
            assert_string_equal(one->mapping.activity, "Logon");
            found++;
        }
    }
    assert_int_equal(found, 1);
}

/* Of the five severities, high is the line's own; each of the others has its case. */
static void an_alert_is_as_severe_as_it_says(void **unused)
{
    (void)unused;
    const struct siem_mapping *alerts = &siem_mappings[EVENT_ALERT_RAISED];
    uint32_t seen = 1u << alerts->severity;
    for (size_t i = 0; i < alerts->case_count; i++) {
        assert_string_equal(alerts->cases[i].field, "severity");
        seen |= 1u << alerts->cases[i].mapping.severity;
    }
    assert_int_equal(alerts->case_count, SEVERITY_COUNT - 1);
    assert_int_equal(seen, 1u << SIEM_INFORMATIONAL | 1u << SIEM_LOW | 1u << SIEM_MEDIUM |
                               1u << SIEM_HIGH | 1u << SIEM_CRITICAL);
}

static void severities_have_the_names_of_ocsf(void **unused)
{
    (void)unused;
    assert_string_equal(siem_severity_name(SIEM_INFORMATIONAL), "Informational");
    assert_string_equal(siem_severity_name(SIEM_CRITICAL), "Critical");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_a_class_and_an_activity),
        cmocka_unit_test(attributes_stand_in_the_order_of_their_paths),
        cmocka_unit_test(a_refusal_is_never_less_than_medium),
        cmocka_unit_test(a_kind_with_a_line_of_its_own_does_not_take_a_wider_one),
        cmocka_unit_test(a_refusal_is_no_change),
        cmocka_unit_test(a_case_is_one_of_its_words_or_begins_like_one),
        cmocka_unit_test(logins_elsewhere_are_logins),
        cmocka_unit_test(an_alert_is_as_severe_as_it_says),
        cmocka_unit_test(severities_have_the_names_of_ocsf),
    };
    return cmocka_run_group_tests_name("schema/siem", tests, NULL, NULL);
}
