/*
 * Each line is JSON of its class, leads back to its event, and loses nothing of it.
 */
#include "reports/query.h"
#include "reports/siem/ocsf.h"
#include "schema/json.h"
#include "tests/reports/siem/siem_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void put(struct world *world, struct capture *capture)
{
    must(ocsf_put(&world->reader, &capture->output));
}

static struct json *parsed(const struct capture *capture)
{
    struct json *json = NULL;
    struct json_error error;
    assert_int_equal(capture->text[capture->size - 1], '\n');
    assert_null(memchr(capture->text, '\n', capture->size - 1));
    must(json_parse(bytes_of(capture->text, capture->size), &json, &error));
    return json;
}

static int64_t number(const struct json *json, const char *name)
{
    return json_as_integer(json_member(json, name), -1);
}

static void assert_leads_back(struct world *world, struct capture *capture)
{
    CLEANUP(json_free) struct json *json = parsed(capture);
    const struct siem_event *event = &world->reader.event;
    const struct json *own = json_member(json_member(json, "unmapped"), "cairn");
    char hex[DIGEST_HEX_SIZE];
    struct bytes raw = json_string_member(json, "raw_data");
    assert_true(bytes_equal(raw, event->bytes));
    assert_int_equal(number(own, "n"), event->leaf->n);
    struct digest hash = hash_leaf(world->hasher, raw);
    hex_write(hex, BYTES(hash.sha256));
    assert_true(bytes_equal(json_string_member(own, "leaf_hash"), bytes_of(hex, sizeof hex)));
    hash = hash_bytes(world->hasher, raw);
    hex_write(hex, BYTES(hash.sha256));
    assert_true(bytes_equal(json_string_member(json_member(json, "raw_data_hash"), "value"),
                            bytes_of(hex, sizeof hex)));
}

static void every_line_leads_back_to_its_event(void **unused)
{
    (void)unused;
    struct world *world = world_begin(71);
    world_each(world, put, assert_leads_back);
    world_end(world);
}

static void assert_body(struct world *world, struct capture *capture)
{
    CLEANUP(json_free) struct json *json = parsed(capture);
    char memory[8192];
    struct text again = TEXT_IN(memory);
    const struct json *own = json_member(json_member(json, "unmapped"), "cairn");
    must(json_canonical(json_member(own, "body"), &again));
    assert_true(bytes_equal(text_bytes(&again), world->reader.event.body));
}

static void the_body_comes_out_as_it_is_in_the_log(void **unused)
{
    (void)unused;
    struct world *world = world_begin(72);
    world_each(world, put, assert_body);
    world_end(world);
}

static void assert_classified(struct world *world, struct capture *capture)
{
    CLEANUP(json_free) struct json *json = parsed(capture);
    const struct leaf *leaf = world->reader.event.leaf;
    const struct siem_mapping *mapping = world->reader.event.mapping;
    assert_int_equal(number(json, "class_uid"), mapping->class->uid);
    assert_int_equal(number(json, "type_uid"), mapping->class->uid * 100 + mapping->activity_id);
    assert_int_equal(number(json, "time"), query_time_of(leaf) / 1000);
    assert_int_equal(number(json, "status_id"), leaf->outcome == OUTCOME_OK ? 1 : 2);
    assert_int_equal(number(json, "action_id"), leaf->outcome == OUTCOME_DENIED ? 2 : -1);
    assert_int_equal(json_count(json_member(json_member(json, "metadata"), "profiles")),
                     leaf->outcome == OUTCOME_DENIED ? 1 : 0);
}

static void class_outcome_and_time_are_those_of_the_event(void **unused)
{
    (void)unused;
    struct world *world = world_begin(73);
    world_each(world, put, assert_classified);
    world_end(world);
}

static void assert_harmless(struct world *world, struct capture *capture)
{
    (void)world;
    struct bytes rest = bytes_of(capture->text, capture->size - 1);
    char memory[CAPTURE_MAX / 8];
    struct text shown = TEXT_IN(memory);
    text_put_printable(&shown, rest);
    assert_true(bytes_equal(text_bytes(&shown), rest));
}

static void no_line_can_steer_a_terminal(void **unused)
{
    (void)unused;
    struct world *world = world_begin(74);
    world_each(world, put, assert_harmless);
    world_end(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_leads_back_to_its_event),
        cmocka_unit_test(the_body_comes_out_as_it_is_in_the_log),
        cmocka_unit_test(class_outcome_and_time_are_those_of_the_event),
        cmocka_unit_test(no_line_can_steer_a_terminal),
    };
    return cmocka_run_group_tests_name("reports/siem/ocsf", tests, NULL, NULL);
}
