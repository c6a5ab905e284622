/*
 * Messages of alerts: the same facts in three forms, and nothing in them that steers a reader.
 */
#include "reports/alerts/message.h"
#include "schema/json.h"
#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const uint64_t because[] = {7, 30377};

static const struct alert_row stepped = {.alert = {ID_ALERT, 30380},
                                         .rule = {(const uint8_t *)"clock-stepped", 13},
                                         .severity = SEVERITY_HIGH,
                                         .about = {(const uint8_t *)"The clock stepped back", 22},
                                         .because = because,
                                         .because_count = 2,
                                         .raised = UINT64_C(1773093480000000)};

static struct alert_message message_of(const struct alert_row *alert)
{
    return (struct alert_message){.origin = LITERAL("example.org/log"), .alert = alert};
}

static void a_mail_has_its_headers_then_the_facts(void **unused)
{
    char memory[ALERT_MESSAGE_MAX];
    struct text text = TEXT_IN(memory);
    struct alert_message message = message_of(&stepped);
    (void)unused;
    alert_message_mail(&message, LITERAL("ann@example.org"), &text);
    assert_string_equal(text_string(&text),
                        "To: ann@example.org\n"
                        "Subject: [cairn] high: clock-stepped (alert:30380)\n"
                        "Auto-Submitted: auto-generated\n"
                        "MIME-Version: 1.0\n"
                        "Content-Type: text/plain; charset=us-ascii\n\n"
                        "The clock stepped back.\n\n"
                        "log       example.org/log\n"
                        "alert     alert:30380\n"
                        "severity  high\n"
                        "rule      clock-stepped\n"
                        "raised    2026-03-09T21:58:00.000000Z\n"
                        "events    2: 7 30377\n\n"
                        "cairn show N           shows one of them\n"
                        "cairn alert acknowledge alert:30380  says that you have seen this\n");
}

static void a_webhook_gets_an_object(void **unused)
{
    char memory[ALERT_MESSAGE_MAX];
    struct text text = TEXT_IN(memory);
    struct alert_message message = message_of(&stepped);
    (void)unused;
    alert_message_json(&message, &text);
    assert_string_equal(text_string(&text),
                        "{\"about\":\"The clock stepped back\",\"alert\":\"alert:30380\","
                        "\"events\":[7,30377],\"events_count\":2,\"log\":\"example.org/log\","
                        "\"raised\":\"2026-03-09T21:58:00.000000Z\",\"rule\":\"clock-stepped\","
                        "\"severity\":\"high\",\"test\":false}");
}

static void syslog_gets_one_message_with_a_severity_of_its_own(void **unused)
{
    char memory[ALERT_MESSAGE_MAX];
    struct text text = TEXT_IN(memory);
    struct alert_row alert = stepped;
    struct alert_message message = message_of(&alert);
    (void)unused;
    alert_message_syslog(&message, &text);
    assert_string_equal(text_string(&text),
                        "<107>1 2026-03-09T21:58:00.000000Z - cairn - alert [cairn@32473 "
                        "alert=\"alert:30380\" rule=\"clock-stepped\" severity=\"high\" "
                        "events=\"7 30377\" log=\"example.org/log\" test=\"false\"] "
                        "The clock stepped back");
    static const char *const starts[] = {"<110>1 ", "<109>1 ", "<108>1 ", "<107>1 ", "<106>1 "};
    for (unsigned severity = 0; severity < SEVERITY_COUNT; severity++) {
        alert.severity = (enum severity)severity;
        text_clear(&text);
        alert_message_syslog(&message, &text);
        assert_memory_equal(text_string(&text), starts[severity], 7);
    }
}

static void a_test_says_that_it_is_one(void **unused)
{
    char memory[ALERT_MESSAGE_MAX];
    struct text text = TEXT_IN(memory);
    struct alert_row alert = stepped;
    struct alert_message message = message_of(&alert);
    (void)unused;
    alert.test = true;
    alert_message_mail(&message, LITERAL("ann@example.org"), &text);
    assert_non_null(strstr(text_string(&text), "Subject: [cairn] test of high: "));
    assert_non_null(strstr(text_string(&text), "\nThis is a test: nothing has happened."));
}

static void an_alert_that_is_in_no_log_says_so(void **unused)
{
    char memory[ALERT_MESSAGE_MAX];
    struct text text = TEXT_IN(memory);
    struct alert_row alert = stepped;
    struct alert_message message = message_of(&alert);
    (void)unused;
    alert.alert = (struct id){ID_NONE, 0};
    alert_message_mail(&message, LITERAL("ann@example.org"), &text);
    assert_non_null(strstr(text_string(&text), "This is not in the log"));
    assert_null(strstr(text_string(&text), "acknowledge"));
    text_clear(&text);
    alert_message_json(&message, &text);
    assert_non_null(strstr(text_string(&text), "\"alert\":\"none\""));
}

static size_t count(const struct text *text, char sign)
{
    size_t found = 0;
    for (size_t i = 0; i < text->size; i++) {
        found += text->data[i] == sign ? 1 : 0;
    }
    return found;
}

/* Whatever an alert holds, the form stays, and all of it is ASCII. */
static void no_text_of_an_alert_changes_the_form_of_a_message(void **unused)
{
    uint64_t seed = 5;
    (void)unused;
    for (size_t i = 0; i < 2000; i++) {
        uint8_t rule[300], about[300], origin[300];
        char memory[3][ALERT_MESSAGE_MAX];
        struct text mail = TEXT_IN(memory[0]), json = TEXT_IN(memory[1]), line = TEXT_IN(memory[2]);
        struct alert_row alert = stepped;
        alert.rule = bytes_of(rule, random_hostile(&seed, rule, sizeof rule));
        alert.about = bytes_of(about, random_hostile(&seed, about, sizeof about));
        const struct alert_message message = {
            .origin = bytes_of(origin, random_hostile(&seed, origin, sizeof origin)),
            .alert = &alert};
        alert_message_mail(&message, alert.rule, &mail);
        alert_message_json(&message, &json);
        alert_message_syslog(&message, &line);
        assert_false(mail.full || json.full || line.full);
        assert_int_equal(count(&mail, '\n'), 17);
        assert_int_equal(count(&line, '\n') + count(&json, '\n'), 0);
        assert_int_equal(count(&line, '"'), 12);
        assert_int_equal(count(&line, ']'), 1);
        struct json_error error;
        CLEANUP(json_free) struct json *parsed = NULL;
        assert_false(failed(json_parse(text_bytes(&json), &parsed, &error)));
        for (size_t k = 0; k < mail.size; k++) {
            assert_true(mail.data[k] == '\n' || (mail.data[k] >= ' ' && mail.data[k] < 0x7f));
        }
    }
}

static void an_alert_with_many_events_still_fits(void **unused)
{
    static uint64_t many[FIELD_LIST_MAX];
    char memory[ALERT_MESSAGE_MAX];
    struct text text = TEXT_IN(memory);
    struct alert_row alert = stepped;
    struct alert_message message = message_of(&alert);
    (void)unused;
    for (size_t i = 0; i < FIELD_LIST_MAX; i++) {
        many[i] = (UINT64_C(1) << 53) - 1;
    }
    alert.because = many;
    alert.because_count = FIELD_LIST_MAX;
    alert_message_mail(&message, LITERAL("ann@example.org"), &text);
    assert_non_null(strstr(text_string(&text), " and more\n"));
    assert_non_null(strstr(text_string(&text), "events    1000: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mail_has_its_headers_then_the_facts),
        cmocka_unit_test(a_webhook_gets_an_object),
        cmocka_unit_test(syslog_gets_one_message_with_a_severity_of_its_own),
        cmocka_unit_test(a_test_says_that_it_is_one),
        cmocka_unit_test(an_alert_that_is_in_no_log_says_so),
        cmocka_unit_test(no_text_of_an_alert_changes_the_form_of_a_message),
        cmocka_unit_test(an_alert_with_many_events_still_fits),
    };
    return cmocka_run_group_tests_name("reports/alerts/message", tests, NULL, NULL);
}
