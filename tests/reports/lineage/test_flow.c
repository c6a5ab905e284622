/*
 * The table of what goes where: its rows name members that their events have.
 */
#include "reports/lineage/flow.h"
#include "schema/catalogue/catalogue.h"
#include "tests/reports/lineage/sketch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct field_info *find_field(enum event_kind kind, const char *name)
{
    const struct event_info *info = &event_infos[kind];
    for (size_t i = 0; i < info->field_count; i++) {
        if (strcmp(info->fields[i].name, name) == 0) {
            return &info->fields[i];
        }
    }
    return NULL;
}

static void check_end(const struct flow *flow, const struct flow_end *end)
{
    if (end->role == FLOW_FIELD || end->role == FLOW_PLACE) {
        const struct field_info *field = find_field(flow->kind, end->field);
        assert_non_null(field);
        assert_int_equal(field->type_code, end->role == FLOW_FIELD ? FIELD_ID : FIELD_TEXT);
        assert_false(field->list);
    }
    if (end->mode != NULL) {
        assert_non_null(find_field(flow->kind, "mode"));
    }
    assert_true(end->role != FLOW_NOBODY || flow->ends);
}

static void every_row_names_what_its_event_has(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < flow_count; i++) {
        const struct flow *flow = &flows[i];
        check_end(flow, &flow->from);
        check_end(flow, &flow->to);
        assert_true(flow->ends || (flow->down[0] != '\0' && flow->up[0] != '\0'));
        assert_true(flow->class != FLOW_MOVED || !flow->ends);
    }
}

static void the_ends_are_read_from_leaf_and_body(void **unused)
{
    (void)unused;
    struct flow_thing from, to;
    const struct leaf leaf = {.kind = EVENT_VAULT_FILE_DOWNLOADED,
                              .n = 70,
                              .actor = LITERAL("user:15"),
                              .on = {{ID_FILE, 55}},
                              .on_count = 1};
    assert_true(flow_read(sketch_flow(EVENT_VAULT_FILE_DOWNLOADED), &leaf,
                          LITERAL("{\"class\":3,\"destination\":\"usb\"}"), &from, &to));
    assert_true(id_equal(from.id, (struct id){ID_FILE, 55}));
    assert_true(bytes_equal(to.place, LITERAL("usb")));
    assert_false(flow_read(sketch_flow(EVENT_VAULT_CHUNK_READ), &leaf, LITERAL("{}"), &from, &to));
}

static void what_an_emitter_did_has_no_person_at_its_end(void **unused)
{
    (void)unused;
    struct flow_thing from, to;
    struct leaf leaf = {.kind = EVENT_VAULT_CHUNK_READ,
                        .actor = LITERAL("vault"),
                        .on = {{ID_FILE, 55}},
                        .on_count = 1};
    const struct flow *flow = sketch_flow(EVENT_VAULT_CHUNK_READ);
    assert_false(flow_read(flow, &leaf, LITERAL("{\"from\":0,\"to\":1}"), &from, &to));
    leaf.actor = LITERAL("user:15");
    assert_true(flow_read(flow, &leaf, LITERAL("{\"from\":0,\"to\":1}"), &from, &to));
    leaf.outcome = OUTCOME_DENIED;
    assert_false(flow_read(flow, &leaf, LITERAL("{\"from\":0,\"to\":1}"), &from, &to));
}

static void a_drive_that_is_read_only_takes_nothing(void **unused)
{
    (void)unused;
    struct flow_thing from, to;
    const struct leaf leaf = {.kind = EVENT_DRIVE_ATTACHED, .on = {{ID_DRIVE, 55}, {ID_VM, 60}}};
    unsigned ways[2] = {0, 0};
    for (size_t i = 0; i < flow_count; i++) {
        ways[0] +=
            flow_read(&flows[i], &leaf, LITERAL("{\"mode\":\"ro\",\"vm\":\"vm:60\"}"), &from, &to)
                ? 1
                : 0;
        ways[1] +=
            flow_read(&flows[i], &leaf, LITERAL("{\"mode\":\"rw\",\"vm\":\"vm:60\"}"), &from, &to)
                ? 1
                : 0;
    }
    assert_int_equal(ways[0], 1);
    assert_int_equal(ways[1], 2);
}

static void a_tag_is_put_on_taken_off_or_not_touched(void **unused)
{
    (void)unused;
    struct id project;
    struct leaf leaf = {.kind = EVENT_VAULT_FILE_PROJECT_CHANGED, .on = {{ID_FILE, 55}}};
    assert_true(flow_tag(&leaf, LITERAL("{\"direction\":\"up\",\"to\":\"project:9\"}"), &project));
    assert_int_equal(project.n, 9);
    assert_true(
        flow_tag(&leaf, LITERAL("{\"direction\":\"down\",\"from\":\"project:9\"}"), &project));
    assert_int_equal(project.kind, ID_NONE);
    leaf.kind = EVENT_VAULT_CHUNK_READ;
    assert_false(flow_tag(&leaf, LITERAL("{\"from\":0,\"to\":1}"), &project));
}

static void kinds_that_say_nothing_are_known(void **unused)
{
    (void)unused;
    assert_true(flow_says(EVENT_VAULT_CHUNK_READ));
    assert_true(flow_says(EVENT_GROUP_PROJECT_CHANGED));
    assert_false(flow_says(EVENT_SESSION_OPENED));
}

/* Whatever is at an end of a row, but for what is outside. */
static void what_data_can_go_to_can_be_asked_about(void **unused)
{
    (void)unused;
    static const enum id_kind holds[] = {ID_FILE, ID_USER, ID_DRIVE, ID_VM, ID_SNAPSHOT};
    for (size_t i = 0; i < sizeof holds / sizeof holds[0]; i++) {
        assert_true(flow_holds(holds[i]));
    }
    assert_false(flow_holds(ID_NONE));
    assert_false(flow_holds(ID_SESSION));
}

static void things_are_the_same_by_id_or_by_place(void **unused)
{
    (void)unused;
    const struct flow_thing file = {.id = {ID_FILE, 1}}, other = {.id = {ID_FILE, 2}};
    const struct flow_thing usb = {.place = LITERAL("usb")}, disk = {.place = LITERAL("disk")};
    assert_true(flow_same(&file, &file));
    assert_false(flow_same(&file, &other));
    assert_true(flow_same(&usb, &usb));
    assert_false(flow_same(&usb, &disk));
    assert_string_equal(flow_class_name(FLOW_GIVEN), "given");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_names_what_its_event_has),
        cmocka_unit_test(the_ends_are_read_from_leaf_and_body),
        cmocka_unit_test(what_an_emitter_did_has_no_person_at_its_end),
        cmocka_unit_test(a_drive_that_is_read_only_takes_nothing),
        cmocka_unit_test(a_tag_is_put_on_taken_off_or_not_touched),
        cmocka_unit_test(kinds_that_say_nothing_are_known),
        cmocka_unit_test(what_data_can_go_to_can_be_asked_about),
        cmocka_unit_test(things_are_the_same_by_id_or_by_place),
    };
    return cmocka_run_group_tests_name("reports/lineage/flow", tests, NULL, NULL);
}
