/*
 * PROV-JSON: what a small validator of the submission accepts, and who did what in it.
 */
#include "reports/lineage/prov.h"
#include "schema/json.h"
#include "tests/reports/lineage/sketch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The validator: names with our prefix, relations with both ends, and ends that there are. */
static const struct {
    const char *relation, *from, *to; /* the members that must be there, */
    const char *from_type, *to_type;  /* and the kinds of things that they must name */
} relations[] = {
    {"used", "prov:activity", "prov:entity", "activity", "entity"},
    {"wasGeneratedBy", "prov:entity", "prov:activity", "entity", "activity"},
    {"wasAssociatedWith", "prov:activity", "prov:agent", "activity", "agent"},
    {"wasAttributedTo", "prov:entity", "prov:agent", "entity", "agent"},
    {"wasDerivedFrom", "prov:generatedEntity", "prov:usedEntity", "entity", "entity"},
    {"wasInfluencedBy", "prov:influencee", "prov:influencer", NULL, NULL},
};

enum {
    RELATIONS = sizeof relations / sizeof relations[0],
};

static bool is_qualified(const char *name)
{
    const char *colon = strchr(name, ':');
    return strncmp(name, "cairn:", 6) == 0 && name[6] != '\0' && strchr(colon + 1, ':') == NULL;
}

static bool is_declared(const struct json *document, const char *type, struct bytes name)
{
    static const char *const types[] = {"entity", "agent", "activity"};
    char memory[128];
    struct text text = TEXT_IN(memory);
    text_put_bytes(&text, name);
    for (size_t i = 0; i < 3; i++) {
        bool wanted = type == NULL || strcmp(type, types[i]) == 0;
        const struct json *things = json_member(document, types[i]);
        if (wanted && things != NULL && json_member(things, text_string(&text)) != NULL) {
            return true;
        }
    }
    return false;
}

static void check_things(const struct json *document, const char *type)
{
    const char *name;
    const struct json *things = json_member(document, type), *thing;
    for (size_t i = 0; things != NULL && (thing = json_member_at(things, i, &name)) != NULL; i++) {
        assert_true(is_qualified(name));
        assert_int_equal(json_type_of(thing), JSON_TYPE_OBJECT);
    }
}

static void check_relation(const struct json *document, size_t which)
{
    const char *name;
    const struct json *all = json_member(document, relations[which].relation), *one;
    for (size_t i = 0; all != NULL && (one = json_member_at(all, i, &name)) != NULL; i++) {
        assert_memory_equal(name, "_:", 2);
        assert_true(is_declared(document, relations[which].from_type,
                                json_string_member(one, relations[which].from)));
        assert_true(is_declared(document, relations[which].to_type,
                                json_string_member(one, relations[which].to)));
    }
}

static void check(const struct json *document)
{
    const char *name;
    assert_non_null(json_member(json_member(document, "prefix"), "cairn"));
    check_things(document, "entity");
    check_things(document, "agent");
    check_things(document, "activity");
    for (size_t i = 0; i < RELATIONS; i++) {
        check_relation(document, i);
    }
    for (size_t i = 0; json_member_at(document, i, &name) != NULL; i++) {
        bool known = strcmp(name, "prefix") == 0 || strcmp(name, "entity") == 0 ||
                     strcmp(name, "agent") == 0 || strcmp(name, "activity") == 0;
        for (size_t k = 0; k < RELATIONS; k++) {
            known = known || strcmp(name, relations[k].relation) == 0;
        }
        assert_true(known);
    }
}

static struct json *document_of(const struct lineage *lineage)
{
    static struct capture capture;
    struct json_error error;
    struct json *json = NULL;
    sketch_show(&capture);
    lineage_prov(lineage, NULL, &capture.output);
    assert_false(failed(json_parse(bytes_of_string(sketch_shown(&capture)), &json, &error)));
    return json;
}

static void the_document_is_valid(void **unused)
{
    (void)unused;
    struct lineage *lineage = sketch_make();
    struct json *json = document_of(lineage);
    check(json);
    assert_int_equal(json_count(json_member(json, "entity")), 4);
    assert_int_equal(json_count(json_member(json, "agent")), 2);
    assert_int_equal(json_count(json_member(json, "activity")), 5);
    json_free(&json);
    free(lineage);
}

static void a_copy_is_derived_and_what_was_read_before_writing_may_be(void **unused)
{
    (void)unused;
    struct lineage *lineage = sketch_make();
    struct json *json = document_of(lineage);
    const struct json *derived = json_member(json, "wasDerivedFrom");
    assert_int_equal(json_count(derived), 2);
    const char *name;
    const struct json *possible = json_member_at(derived, 0, &name);
    const struct json *recorded = json_member_at(derived, 1, &name);
    assert_true(bytes_equal(json_string_member(possible, "prov:generatedEntity"),
                            LITERAL("cairn:file_80")));
    assert_true(bytes_equal(json_string_member(possible, "cairn:certainty"), LITERAL("possible")));
    assert_true(bytes_equal(json_string_member(recorded, "prov:generatedEntity"),
                            LITERAL("cairn:place_4")));
    assert_true(bytes_equal(json_string_member(recorded, "cairn:certainty"), LITERAL("recorded")));
    json_free(&json);
    free(lineage);
}

static void what_was_read_and_written_in_many_ways_is_derived_once(void **unused)
{
    (void)unused;
    struct lineage *lineage = sketch_make();
    struct lineage_edge *fetched =
        lineage_edge_of(lineage, 0, 3, sketch_flow(EVENT_VAULT_KEY_FETCHED), false);
    struct lineage_edge *made =
        lineage_edge_of(lineage, 3, 5, sketch_flow(EVENT_VAULT_FILE_CREATED), false);
    fetched->first = fetched->last = 69;
    made->first = made->last = 80;
    struct json *json = document_of(lineage);
    check(json);
    assert_int_equal(json_count(json_member(json, "wasDerivedFrom")), 2);
    assert_int_equal(json_count(json_member(json, "wasAttributedTo")), 2);
    json_free(&json);
    free(lineage);
}

static void what_nobody_read_is_an_influence(void **unused)
{
    (void)unused;
    struct lineage *lineage = sketch_make();
    struct json *json = document_of(lineage);
    assert_int_equal(json_count(json_member(json, "wasInfluencedBy")), 1);
    json_free(&json);
    free(lineage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_document_is_valid),
        cmocka_unit_test(a_copy_is_derived_and_what_was_read_before_writing_may_be),
        cmocka_unit_test(what_was_read_and_written_in_many_ways_is_derived_once),
        cmocka_unit_test(what_nobody_read_is_an_influence),
    };
    return cmocka_run_group_tests_name("reports/lineage/prov", tests, NULL, NULL);
}
