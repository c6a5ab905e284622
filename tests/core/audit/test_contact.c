/*
 * Contacts: set by managers, with addresses that their channel can reach.
 */
#include "core/audit/contact.h"
#include "tests/core/audit/office.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static union command_fields setting(const char *name)
{
    return (union command_fields){.alert_set_contact = {.name = bytes_of_string(name),
                                                        .channel = ALERT_CHANNEL_MAIL,
                                                        .address = LITERAL("ann@example.org"),
                                                        .severity = SEVERITY_HIGH,
                                                        .active = true}};
}

static enum rule setting_is(struct office *office, const union command_fields *fields)
{
    return world_try(office->world, &office->ben, COMMAND_ALERT_SET_CONTACT, fields, NULL);
}

static void an_address_is_one_that_its_channel_can_reach(void **unused)
{
    static const struct {
        const char *address;
        bool mail, webhook, syslog;
    } cases[] = {
        {"ann@example.org", true, false, false},
        {"Ann.Marsh+audit@mail.example.org", true, false, false},
        {"-oQ/tmp@example.org", false, false, false},
        {"ann@example.org,bob@example.org", false, false, false},
        {"ann@b@example.org", false, false, false},
        {"@example.org", false, false, false},
        {"ann@", false, false, false},
        {"<ann@example.org>", false, false, false},
        {"ann@example.org\nBcc:", false, false, false},
        {"ann @example.org", false, false, false},
        {"https://example.org/hook", false, true, false},
        {"http://localhost:80", false, true, true},
        {"https://", false, false, false},
        {"http://127.0.0.1/hook", false, true, false},
        {"http://[::1]:8080/hook", false, true, false},
        {"http://example.org/hook", false, false, false},
        {"http://localhost.example.org/", false, false, false},
        {"http://localhost@example.org/", false, false, false},
        {"file:///etc/passwd", false, false, false},
        {"/dev/log", false, false, true},
        {"127.0.0.1:514", false, false, true},
        {"[::1]:514", false, false, true},
        {"host:0", false, false, false},
        {"host:65536", false, false, false},
        {"host:1234567", false, false, false},
        {":514", false, false, false},
        {"514", false, false, false},
        {"host:", false, false, false},
        {"", false, false, false},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bytes address = bytes_of_string(cases[i].address);
        assert_int_equal(contact_is_address(ALERT_CHANNEL_MAIL, address), cases[i].mail);
        assert_int_equal(contact_is_address(ALERT_CHANNEL_WEBHOOK, address), cases[i].webhook);
        assert_int_equal(contact_is_address(ALERT_CHANNEL_SYSLOG, address), cases[i].syslog);
    }
}

/* AUD-14j. */
static void managers_say_whom_alerts_go_to(void **state)
{
    struct office *office = *state;
    union command_fields fields = setting("ann");
    office_manages(office, COMMAND_ALERT_SET_CONTACT, &fields);
}

/* AUD-17c. */
static void a_contact_has_a_name_and_an_address(void **state)
{
    struct office *office = *state;
    static const char long_name[] =
        "a name that is longer than sixty-four characters, which is more than enough";
    union command_fields fields = setting("");
    assert_int_equal(setting_is(office, &fields), RULE_AUD_17C);
    fields = setting(long_name);
    assert_int_equal(setting_is(office, &fields), RULE_AUD_17C);
    fields = setting("ann");
    fields.alert_set_contact.channel = ALERT_CHANNEL_WEBHOOK;
    assert_int_equal(setting_is(office, &fields), RULE_AUD_17C);
}

/* AUD-17d. */
static void a_contact_is_set_for_somebody_who_is_there(void **state)
{
    struct office *office = *state;
    union command_fields fields = setting("ann");
    fields.alert_set_contact.has_user = true;
    fields.alert_set_contact.user = (struct id){ID_USER, 3333};
    assert_int_equal(setting_is(office, &fields), RULE_AUD_17D);
    fields.alert_set_contact.user = office->dan.user;
    assert_int_equal(setting_is(office, &fields), RULE_NONE);
}

static void setting_a_contact_again_changes_it(void **state)
{
    struct office *office = *state;
    struct contact_row row;
    union command_fields fields = setting("ann");
    assert_int_equal(setting_is(office, &fields), RULE_NONE);
    fields.alert_set_contact.active = false;
    fields.alert_set_contact.severity = SEVERITY_INFO;
    assert_int_equal(setting_is(office, &fields), RULE_NONE);
    struct view view = world_view(office->world);
    assert_true(contact_by_name(&view, LITERAL("ann"), &row));
    assert_false(row.active);
    assert_int_equal(row.severity, SEVERITY_INFO);
    assert_int_equal(view_count(&view, ROW_CONTACT, 9), 1);
    assert_false(contact_by_name(&view, LITERAL("bob"), &row));
}

#define WITH_OFFICE(test) cmocka_unit_test_setup_teardown(test, office_begin, office_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_one_that_its_channel_can_reach),
        WITH_OFFICE(managers_say_whom_alerts_go_to),
        WITH_OFFICE(a_contact_has_a_name_and_an_address),
        WITH_OFFICE(a_contact_is_set_for_somebody_who_is_there),
        WITH_OFFICE(setting_a_contact_again_changes_it),
    };
    return cmocka_run_group_tests_name("core/audit/contact", tests, NULL, NULL);
}
