/*
 * A mapping's sources find what the event says, and nothing where it says nothing.
 */
#include "tests/reports/siem/siem_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void read_event(struct world *world, uint64_t n)
{
    struct bytes leaf;
    must(log_read_leaf(world->history.log, n, &leaf));
    must(siem_read(&world->reader, world->history.log, leaf, &world->history.events[n]));
}

static bool value(struct world *world, struct siem_source source, struct siem_value *out)
{
    return siem_source_value(&world->reader, &source, out);
}

static uint64_t newest_of(const struct world *world, enum event_kind kind)
{
    uint64_t n = world->history.count;
    while (n > 0 && world->history.events[n - 1].kind != kind) {
        n--;
    }
    assert_true(n > 0);
    return n - 1;
}

static void fields_of_the_body_are_found_by_name(void **unused)
{
    (void)unused;
    struct world *world = world_begin(61);
    struct siem_value found;
    read_event(world, newest_of(world, EVENT_AUDIT_RECORD_IMPORTED));
    assert_true(value(world, (struct siem_source){.from = SIEM_BODY, .text = "system"}, &found));
    assert_true(bytes_equal(found.text, LITERAL("hostile")));
    assert_true(
        value(world, (struct siem_source){.from = SIEM_BODY, .text = "occurrence"}, &found));
    assert_true(found.is_number && found.number == 1);
    assert_false(value(world, (struct siem_source){.from = SIEM_BODY, .text = "host"}, &found));
    assert_false(value(world, (struct siem_source){.from = SIEM_BODY, .text = "colour"}, &found));
    world_end(world);
}

static void a_text_of_the_body_is_the_text_that_was_meant(void **unused)
{
    (void)unused;
    struct world *world = world_begin(62);
    static uint8_t memory[1 << 16];
    struct arena arena = ARENA_IN(memory);
    union event_body body;
    struct siem_value found;
    read_event(world, newest_of(world, EVENT_AUDIT_RECORD_IMPORTED));
    must(event_body_decode(EVENT_AUDIT_RECORD_IMPORTED, world->reader.event.body, &arena, &body));
    assert_true(value(world, (struct siem_source){.from = SIEM_BODY, .text = "raw"}, &found));
    assert_true(bytes_equal(found.text, body.audit_record_imported.raw));
    world_end(world);
}

static void names_are_those_of_the_moment(void **unused)
{
    (void)unused;
    struct world *world = world_begin(63);
    struct siem_value found;
    read_event(world, newest_of(world, EVENT_AUDIT_RECORD_IMPORTED));
    assert_true(value(world, (struct siem_source){.from = SIEM_ON, .kind = ID_SUBJECT}, &found));
    assert_int_equal(memcmp(found.text.data, "subject:", 8), 0);
    assert_false(value(world, (struct siem_source){.from = SIEM_ON, .kind = ID_FILE}, &found));
    assert_true(value(world, (struct siem_source){.from = SIEM_KIND}, &found));
    assert_true(bytes_equal(found.text, LITERAL("subject")));
    assert_true(value(world, (struct siem_source){.from = SIEM_NAME}, &found));
    assert_int_not_equal(memcmp(found.text.data, "subject:", 8), 0);
    world_end(world);
}

static void an_emitter_is_an_app_and_no_user(void **unused)
{
    (void)unused;
    struct world *world = world_begin(64);
    struct siem_value found;
    read_event(world, 0);
    assert_true(value(world, (struct siem_source){.from = SIEM_ACTOR_APP}, &found));
    assert_true(bytes_equal(found.text, LITERAL("audit")));
    assert_false(value(world, (struct siem_source){.from = SIEM_ACTOR_USER}, &found));
    assert_false(value(world, (struct siem_source){.from = SIEM_ACTOR_NAME}, &found));
    assert_true(value(world, (struct siem_source){.from = SIEM_ORIGIN}, &found));
    world_end(world);
}

static void an_address_is_told_from_a_name(void **unused)
{
    (void)unused;
    bool is_ipv6;
    assert_true(siem_is_address(LITERAL("10.3.0.7"), &is_ipv6) && !is_ipv6);
    assert_true(siem_is_address(LITERAL("2001:db8::7"), &is_ipv6) && is_ipv6);
    assert_false(siem_is_address(LITERAL("gateway"), &is_ipv6));
    assert_false(siem_is_address(LITERAL("10.3.0.256"), &is_ipv6));
    assert_false(siem_is_address((struct bytes){.size = 0}, &is_ipv6));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_of_the_body_are_found_by_name),
        cmocka_unit_test(a_text_of_the_body_is_the_text_that_was_meant),
        cmocka_unit_test(names_are_those_of_the_moment),
        cmocka_unit_test(an_emitter_is_an_app_and_no_user),
        cmocka_unit_test(an_address_is_told_from_a_name),
    };
    return cmocka_run_group_tests_name("reports/siem/event", tests, NULL, NULL);
}
