/*
 * The sample catalogue, which has everything that a catalogue can have, as code: what the
 * generator makes compiles, and does what the catalogue says.
 */
#include "core/dispatch.h"
#include "tests/schema/catalogue_properties.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Dispatch -------------------------------------------------------------------------------- */

/* The decides and evolves of the sample: each notes that it was called, and with what. */
struct decision {
    const char *called;
    const void *fields;
};

struct evolution {
    const char *called;
    const void *body;
};

void stone_cut_decide(const struct view *view, const struct actor *actor,
                      const struct stone_cut *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    *decision = (struct decision){"stone.cut", command};
}

void stone_rest_decide(const struct view *view, const struct actor *actor,
                       const struct stone_rest *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    *decision = (struct decision){"stone.rest", command};
}

void quarry_opened_evolve(struct evolution *evolution, const struct leaf *leaf,
                          const struct quarry_opened *body)
{
    (void)leaf;
    *evolution = (struct evolution){"quarry.opened", body};
}

void stone_cut_down_evolve(struct evolution *evolution, const struct leaf *leaf,
                           const struct stone_cut_down *body)
{
    (void)leaf;
    *evolution = (struct evolution){"stone.cut_down", body};
}

void stone_cut_down_v2_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct stone_cut_down_v2 *body)
{
    (void)leaf;
    *evolution = (struct evolution){"stone.cut_down 2", body};
}

void road_paved_evolve(struct evolution *evolution, const struct leaf *leaf,
                       const struct road_paved *body)
{
    (void)leaf;
    *evolution = (struct evolution){"road.paved", body};
}

static void a_command_goes_to_its_decide(void **unused)
{
    (void)unused;
    union command_fields fields = {0};
    struct decision decision = {0};
    dispatch_decide(COMMAND_STONE_CUT, NULL, NULL, &fields, &decision);
    assert_string_equal(decision.called, "stone.cut");
    assert_ptr_equal(decision.fields, &fields.stone_cut);
    dispatch_decide(COMMAND_STONE_REST, NULL, NULL, &fields, &decision);
    assert_string_equal(decision.called, "stone.rest");
}

static const char *evolved_by(enum event_kind kind)
{
    struct leaf leaf = {.kind = kind};
    union event_body body = {0};
    struct evolution evolution = {.called = "nothing", .body = &body};
    dispatch_evolve(&evolution, &leaf, &body);
    assert_ptr_equal(evolution.body, &body);
    return evolution.called;
}

static void an_event_that_writes_goes_to_its_evolve(void **unused)
{
    (void)unused;
    assert_string_equal(evolved_by(EVENT_QUARRY_OPENED), "quarry.opened");
    assert_string_equal(evolved_by(EVENT_STONE_CUT_DOWN), "stone.cut_down");
    assert_string_equal(evolved_by(EVENT_STONE_CUT_DOWN_V2), "stone.cut_down 2");
    assert_string_equal(evolved_by(EVENT_ROAD_PAVED), "road.paved");
}

static void an_event_that_writes_nothing_changes_nothing(void **unused)
{
    (void)unused;
    assert_string_equal(evolved_by(EVENT_STONE_CUT_DOWN_V3), "nothing");
    assert_string_equal(evolved_by(EVENT_STONE_DENIED), "nothing");
    assert_string_equal(evolved_by(EVENT_STONE_FACE_SEEN), "nothing");
    for (unsigned i = 0; i < EVENT_KIND_COUNT; i++) {
        bool evolves = strcmp(evolved_by((enum event_kind)i), "nothing") != 0;
        assert_int_equal(evolves, event_infos[i].writes);
    }
}

/* Bodies ---------------------------------------------------------------------------------- */

struct sample {
    union event_body body;
    struct arena arena;
    uint8_t memory[8192];
};

static struct status decode(struct sample *sample, enum event_kind kind, const char *json)
{
    sample->arena = ARENA_IN(sample->memory);
    return event_body_decode(kind, bytes_of_string(json), &sample->arena, &sample->body);
}

static void assert_refused(enum event_kind kind, const char *json, const char *why)
{
    struct sample sample;
    struct status status = decode(&sample, kind, json);
    assert_int_equal(status.code, STATUS_MALFORMED);
    assert_string_equal(status.why, why);
}

static void what_is_absent_is_zero(void **unused)
{
    (void)unused;
    static const struct stone_face_seen nothing; /* all zero */
    struct sample sample = {0};                  /* padding included */
    assert_false(failed(decode(&sample, EVENT_STONE_FACE_SEEN, "{}")));
    assert_memory_equal(&sample.body.stone_face_seen, &nothing, sizeof nothing);
}

static void any_member_may_be_the_first(void **unused)
{
    (void)unused;
    char memory[256];
    struct text out = TEXT_IN(memory);
    struct stone_face_seen seen = {
        .has_h_any = true, .h_any = {ID_ROAD, 7}, .has_c_boolean = true, .c_boolean = false};
    text_put_literal(&out, "body: ");
    stone_face_seen_encode(&seen, &out);
    assert_string_equal(text_string(&out), "body: {\"c_boolean\":false,\"h_any\":\"road:7\"}");
    text_clear(&out);
    seen = (struct stone_face_seen){0};
    stone_face_seen_encode(&seen, &out);
    assert_string_equal(text_string(&out), "{}");
}

static void an_empty_value_is_not_an_absent_one(void **unused)
{
    (void)unused;
    struct sample sample;
    assert_false(failed(decode(&sample, EVENT_STONE_FACE_SEEN,
                               "{\"a_text\":\"\",\"e_bytes\":\"\",\"j_texts\":[]}")));
    const struct stone_face_seen *seen = &sample.body.stone_face_seen;
    assert_true(seen->has_a_text && seen->has_e_bytes && seen->has_j_texts);
    assert_int_equal(seen->a_text.size + seen->e_bytes.size + seen->j_texts_count, 0);
    assert_false(seen->has_n_bytes);
    assert_null(seen->n_bytes);
}

static void a_list_keeps_its_order(void **unused)
{
    (void)unused;
    struct sample sample;
    assert_false(failed(
        decode(&sample, EVENT_ROAD_PAVED,
               "{\"colour\":\"blue_grey\",\"stones\":[\"stone:3\",\"stone:1\",\"stone:2\"]}")));
    const struct road_paved *paved = &sample.body.road_paved;
    assert_int_equal(paved->colour, COLOUR_BLUE_GREY);
    assert_int_equal(paved->stones_count, 3);
    assert_true(id_equal(paved->stones[0], (struct id){ID_STONE, 3}));
    assert_true(id_equal(paved->stones[1], (struct id){ID_STONE, 1}));
    assert_true(id_equal(paved->stones[2], (struct id){ID_STONE, 2}));
}

static void a_list_has_at_most_64_elements(void **unused)
{
    (void)unused;
    for (size_t count = 63; count < 70; count++) {
        char memory[2048];
        struct text json = TEXT_IN(memory);
        struct sample sample;
        text_put_literal(&json, "{\"colour\":\"red\",\"stones\":[");
        for (size_t i = 0; i < count; i++) {
            field_put_comma(&json, i);
            text_put_literal(&json, "\"stone:1\"");
        }
        text_put_literal(&json, "]}");
        bool refused = failed(decode(&sample, EVENT_ROAD_PAVED, text_string(&json)));
        assert_int_equal(refused, count > FIELD_LIST_MAX);
    }
}

static void an_id_is_of_the_kind_asked_for(void **unused)
{
    (void)unused;
    assert_refused(EVENT_ROAD_PAVED, "{\"colour\":\"red\",\"stones\":[\"road:1\"]}",
                   "the id is of another kind");
    assert_refused(EVENT_ROAD_PAVED, "{\"colour\":\"red\",\"stones\":[\"none:1\"]}",
                   "an id like drive:30377 is expected here");
}

static void only_the_id_that_an_event_creates_is_new(void **unused)
{
    (void)unused;
    struct sample sample;
    const char *json = "{\"any\":\"stone:new\",\"colour\":\"red\",\"neighbours\":[\"stone:new\"],"
                       "\"stone\":\"stone:new\"}";
    assert_false(failed(decode(&sample, EVENT_STONE_CUT_DOWN, json)));
    assert_true(sample.body.stone_cut_down.stone.n == ID_NEW);
    assert_refused(EVENT_STONE_CUT_DOWN,
                   "{\"any\":\"road:new\",\"colour\":\"red\",\"neighbours\":[],"
                   "\"stone\":\"stone:new\"}",
                   "the event creates no such id");
    assert_refused(EVENT_ROAD_PAVED, "{\"colour\":\"red\",\"stones\":[\"stone:new\"]}",
                   "the event creates no such id");
    assert_refused(EVENT_STONE_FACE_SEEN, "{\"g_stone\":\"stone:new\"}",
                   "the event creates no such id");
}

static void a_value_of_an_enum_is_a_listed_one(void **unused)
{
    (void)unused;
    assert_refused(EVENT_ROAD_PAVED, "{\"colour\":\"blue\",\"stones\":[]}",
                   "the value is none that the catalogue lists");
    assert_refused(EVENT_ROAD_PAVED, "{\"colour\":\"\",\"stones\":[]}",
                   "the value is none that the catalogue lists");
}

static void a_member_is_needed_known_and_in_order(void **unused)
{
    (void)unused;
    const char *missing = "a member is missing, unknown, repeated or out of order";
    assert_refused(EVENT_ROAD_PAVED, "{\"colour\":\"red\"}", missing);
    assert_refused(EVENT_ROAD_PAVED, "{\"stones\":[],\"colour\":\"red\"}", missing);
    assert_refused(EVENT_ROAD_PAVED, "{\"colour\":\"red\",\"colour\":\"red\",\"stones\":[]}",
                   missing);
    struct sample sample;
    assert_true(failed(decode(&sample, EVENT_STONE_DENIED, "{\"more\":1}")));
    assert_false(failed(decode(&sample, EVENT_STONE_DENIED, "{}")));
}

static void a_version_has_fields_of_its_own(void **unused)
{
    (void)unused;
    enum event_kind kind;
    struct sample sample;
    assert_true(event_read(LITERAL("stone.cut_down"), 2, &kind));
    assert_int_equal(kind, EVENT_STONE_CUT_DOWN_V2);
    assert_false(failed(decode(&sample, kind, "{\"colour\":\"grey\",\"weight\":\"w9\"}")));
    assert_int_equal(sample.body.stone_cut_down_v2.weight, WEIGHT_CLASS_W9);
    assert_true(failed(decode(&sample, EVENT_STONE_CUT_DOWN_V3, "{\"colour\":\"grey\"}")));
}

/* Rows ------------------------------------------------------------------------------------ */

static void a_key_is_the_bytes_of_its_fields(void **unused)
{
    (void)unused;
    char memory[256];
    struct text key = TEXT_IN(memory);
    struct pebble_row row = {.name = LITERAL("ab"),
                             .size = 0x0102,
                             .flag = true,
                             .seen = 5,
                             .stone = {ID_STONE, 6},
                             .thing = {ID_ROAD, 7},
                             .colour = COLOUR_BLUE_GREY};
    memset(row.hash.sha256, 0xee, sizeof row.hash.sha256);
    row_key(ROW_PEBBLE, &row, &key);

    uint8_t expected[79] = {'a', 'b', 0, 0, 0, 0, 0, 0, 0, 1, 2, 1};
    memset(expected + 12, 0xee, 32);
    expected[51] = 5;
    expected[59] = 6;
    memcpy(expected + 60, "road", 5);
    expected[72] = 7;
    expected[73] = 2;
    assert_int_equal(key.size, 74);
    assert_memory_equal(key.data, expected, key.size);
}

static void a_key_that_is_a_kind_of_id_is_a_field_of_the_row(void **unused)
{
    (void)unused;
    char memory[256];
    struct text json = TEXT_IN(memory);
    const struct edge_row row = {.stone = {ID_STONE, 1}, .other = {ID_STONE, 2}};
    row_encode(ROW_EDGE, &row, &json);
    assert_string_equal(text_string(&json), "{\"other\":\"stone:2\",\"stone\":\"stone:1\"}");
    assert_int_equal(row_size(ROW_EDGE), sizeof row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_goes_to_its_decide),
        cmocka_unit_test(an_event_that_writes_goes_to_its_evolve),
        cmocka_unit_test(an_event_that_writes_nothing_changes_nothing),
        cmocka_unit_test(what_is_absent_is_zero),
        cmocka_unit_test(any_member_may_be_the_first),
        cmocka_unit_test(an_empty_value_is_not_an_absent_one),
        cmocka_unit_test(a_list_keeps_its_order),
        cmocka_unit_test(a_list_has_at_most_64_elements),
        cmocka_unit_test(an_id_is_of_the_kind_asked_for),
        cmocka_unit_test(only_the_id_that_an_event_creates_is_new),
        cmocka_unit_test(a_value_of_an_enum_is_a_listed_one),
        cmocka_unit_test(a_member_is_needed_known_and_in_order),
        cmocka_unit_test(a_version_has_fields_of_its_own),
        cmocka_unit_test(a_key_is_the_bytes_of_its_fields),
        cmocka_unit_test(a_key_that_is_a_kind_of_id_is_a_field_of_the_row),
    };
    int bad = cmocka_run_group_tests_name("schema/generator, a sample", tests, NULL, NULL);
    return bad + catalogue_properties("schema/generator, all of a sample");
}
