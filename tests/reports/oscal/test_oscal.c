/*
 * Whatever the assessment says, the documents keep the rules of OSCAL and of 32 CFR 170, and refer
 * to what is there. A validator reads the same samples (tests/documents/valid).
 */
#include "schema/json.h"
#include "schema/time.h"
#include "tests/reports/capture.h"
#include "tests/reports/oscal/assessment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    SEEDS = 10,
    NAMES_MAX = 4096,
};

static struct capture capture;

/* A document, parsed; the caller's. */
static struct json *document(const struct sample *sample, enum oscal_document which)
{
    struct json *json = NULL;
    struct json_error error;
    capture_begin(&capture, &(struct rows_options){.format = ROWS_JSON});
    assert_false(failed(oscal_put(&sample->input, which, &capture.output)));
    capture_end(&capture);
    assert_false(failed(json_parse(bytes_of(capture.text, capture.size), &json, &error)));
    return json;
}

/* Calls it with every value of a document, its name ("" in arrays) and its owner. */
typedef void visit_value(void *context, const char *name, const struct json *value);

static void visit(const struct json *json, const char *name, visit_value *call, void *context)
{
    call(context, name, json);
    for (size_t i = 0; i < json_count(json); i++) {
        const char *member = "";
        const struct json *inner = json_type_of(json) == JSON_TYPE_OBJECT
                                       ? json_member_at(json, i, &member)
                                       : json_element(json, i);
        visit(inner, member, call, context);
    }
}

static void each_document(visit_value *call)
{
    struct sample *sample = calloc(1, sizeof *sample);
    assert_non_null(sample);
    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        sample_fill(sample, seed);
        for (unsigned i = 0; i < OSCAL_DOCUMENT_COUNT; i++) {
            if (oscal_has(&sample->input, (enum oscal_document)i)) {
                struct json *json = document(sample, (enum oscal_document)i);
                visit(json, "", call, NULL);
                json_free(&json);
            }
        }
    }
    free(sample);
}

/* The traps ------------------------------------------------------------------------------- */

static void assert_not_empty(void *context, const char *name, const struct json *value)
{
    (void)context;
    (void)name;
    assert_true(json_type_of(value) != JSON_TYPE_ARRAY || json_count(value) > 0);
    assert_true(json_type_of(value) != JSON_TYPE_STRING || json_as_string(value).size > 0);
}

static void no_array_and_no_string_is_empty(void **unused)
{
    (void)unused;
    each_document(assert_not_empty);
}

static bool is_uuid_name(const char *name)
{
    size_t size = strlen(name);
    return strcmp(name, "uuid") == 0 || (size > 5 && strcmp(name + size - 5, "-uuid") == 0);
}

static void assert_uuid(void *context, const char *name, const struct json *value)
{
    (void)context;
    if (is_uuid_name(name)) {
        struct bytes uuid = json_as_string(value);
        assert_int_equal(uuid.size, 36);
        assert_int_equal(uuid.data[14], '5');
    }
}

static void every_uuid_is_of_version_five(void **unused)
{
    (void)unused;
    each_document(assert_uuid);
}

static void assert_one_line(void *context, const char *name, const struct json *value)
{
    (void)context;
    if (strcmp(name, "value") == 0) {
        struct bytes text = json_as_string(value);
        assert_true(text.data[0] != ' ' && text.data[text.size - 1] != ' ');
        assert_null(memchr(text.data, '\n', text.size));
    }
}

static void values_are_one_line_without_blanks_around(void **unused)
{
    (void)unused;
    each_document(assert_one_line);
}

static void assert_time(void *context, const char *name, const struct json *value)
{
    static const char *const names[] = {"last-modified", "start",   "end",
                                        "collected",     "expires", "deadline"};
    uint64_t utc_us;
    (void)context;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i]) == 0) {
            assert_false(failed(time_read_rfc3339(json_as_string(value), &utc_us)));
        }
    }
}

static void every_time_has_its_zone(void **unused)
{
    (void)unused;
    each_document(assert_time);
}

/* `[a]` at the end of an objective's label, which is no link. */
static bool is_label(struct bytes text, size_t at)
{
    return at > 0 && text.data[at - 1] >= '0' && text.data[at - 1] <= '9' && at + 2 < text.size &&
           text.data[at + 2] == ']' && (at + 3 == text.size || text.data[at + 3] != '(');
}

/* Nothing that came from outside is markup: no such character is without its backslash. */
static void assert_no_markup(void *context, const char *name, const struct json *value)
{
    (void)context;
    if (strcmp(name, "description") != 0 && strcmp(name, "title") != 0) {
        return;
    }
    struct bytes text = json_as_string(value);
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '\\') {
            i++;
            continue;
        }
        assert_true(text.data[i] != '<' && text.data[i] != '`');
        assert_true(text.data[i] != '[' || is_label(text, i));
        assert_true(text.data[i] >= 0x20 && text.data[i] != 0x7f);
    }
}

static void nothing_foreign_is_markup(void **unused)
{
    (void)unused;
    each_document(assert_no_markup);
}

/* References ------------------------------------------------------------------------------ */

struct names {
    struct bytes defined[NAMES_MAX], used[NAMES_MAX];
    size_t defined_count, used_count;
};

static void note_names(void *context, const char *name, const struct json *value)
{
    struct names *names = context;
    if (strcmp(name, "uuid") == 0) {
        assert_true(names->defined_count < NAMES_MAX);
        names->defined[names->defined_count++] = json_as_string(value);
    } else if (is_uuid_name(name)) {
        assert_true(names->used_count < NAMES_MAX);
        names->used[names->used_count++] = json_as_string(value);
    }
}

static size_t times_defined(const struct names *names, struct bytes uuid)
{
    size_t times = 0;
    for (size_t i = 0; i < names->defined_count; i++) {
        times += bytes_equal(names->defined[i], uuid);
    }
    return times;
}

static void assert_references(const struct json *json)
{
    static struct names names;
    names.defined_count = names.used_count = 0;
    visit(json, "", note_names, &names);
    for (size_t i = 0; i < names.defined_count; i++) {
        assert_int_equal(times_defined(&names, names.defined[i]), 1);
    }
    for (size_t i = 0; i < names.used_count; i++) {
        assert_int_equal(times_defined(&names, names.used[i]), 1);
    }
}

static void what_is_referred_to_is_there_once(void **unused)
{
    (void)unused;
    struct sample *sample = calloc(1, sizeof *sample);
    assert_non_null(sample);
    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        sample_fill(sample, seed);
        for (unsigned i = 0; i < OSCAL_DOCUMENT_COUNT; i++) {
            if (oscal_has(&sample->input, (enum oscal_document)i)) {
                struct json *json = document(sample, (enum oscal_document)i);
                assert_references(json);
                json_free(&json);
            }
        }
    }
    free(sample);
}

/* Findings -------------------------------------------------------------------------------- */

static const struct json *result_of(const struct json *json)
{
    return json_element(json_member(json_member(json, "assessment-results"), "results"), 0);
}

static void assert_finding(const struct json *finding, const struct au_objective *objective)
{
    const struct json *target = json_member(finding, "target");
    const struct json *status = json_member(target, "status");
    bool satisfied = objective->judgement.satisfied;
    assert_true(bytes_equal(json_string_member(target, "target-id"),
                            bytes_of_string(objective_infos[objective->objective].oscal)));
    assert_true(bytes_equal(json_string_member(status, "state"),
                            bytes_of_string(satisfied ? "satisfied" : "not-satisfied")));
    assert_int_equal(json_count(json_member(finding, "related-observations")), 1);
    assert_int_equal(json_member(finding, "related-risks") != NULL, !satisfied);
}

static void each_objective_has_one_finding_with_its_observation(void **unused)
{
    (void)unused;
    struct sample *sample = calloc(1, sizeof *sample);
    assert_non_null(sample);
    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        sample_fill(sample, seed);
        struct json *json = document(sample, OSCAL_ASSESSMENT_RESULTS);
        const struct json *findings = json_member(result_of(json), "findings");
        const struct json *observations = json_member(result_of(json), "observations");
        assert_int_equal(json_count(findings), OBJECTIVE_COUNT);
        assert_int_equal(json_count(observations), OBJECTIVE_COUNT);
        for (unsigned i = 0; i < OBJECTIVE_COUNT; i++) {
            assert_finding(json_element(findings, i), &sample->assessment.objectives[i]);
        }
        json_free(&json);
    }
    free(sample);
}

/* The events of a range, or its ends. */
static size_t expected_evidence(const struct au_judgement *judgement)
{
    size_t count = 0;
    for (size_t i = 0; i < judgement->evidence_count; i++) {
        uint64_t length = judgement->evidence[i].to - judgement->evidence[i].from + 1;
        count += length > OSCAL_RANGE_MAX ? 2 : length;
    }
    return count;
}

static void an_observation_links_every_event_that_it_rests_on(void **unused)
{
    (void)unused;
    struct sample *sample = calloc(1, sizeof *sample);
    assert_non_null(sample);
    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        sample_fill(sample, seed);
        struct json *json = document(sample, OSCAL_ASSESSMENT_RESULTS);
        const struct json *observations = json_member(result_of(json), "observations");
        for (unsigned i = 0; i < OBJECTIVE_COUNT; i++) {
            const struct json *evidence =
                json_member(json_element(observations, i), "relevant-evidence");
            assert_int_equal(json_count(evidence),
                             expected_evidence(&sample->assessment.objectives[i].judgement));
        }
        json_free(&json);
    }
    free(sample);
}

/* 32 CFR 170.21 --------------------------------------------------------------------------- */

static void practices_of_more_than_a_point_are_never_planned(void **unused)
{
    (void)unused;
    struct sample *sample = calloc(1, sizeof *sample);
    assert_non_null(sample);
    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        sample_fill(sample, seed);
        size_t expected = 0;
        for (unsigned i = 0; i < OBJECTIVE_COUNT; i++) {
            expected += !sample->assessment.objectives[i].judgement.satisfied &&
                        practice_infos[objective_infos[i].practice].points == 1;
        }
        assert_int_equal(oscal_has(&sample->input, OSCAL_POAM), expected > 0);
        struct json *json = document(sample, OSCAL_POAM);
        const struct json *plan = json_member(json, "plan-of-action-and-milestones");
        assert_int_equal(json_count(json_member(plan, "poam-items")), expected);
        assert_null(strstr(capture.text, "AU.L2-3.3.1_obj"));
        assert_null(strstr(capture.text, "AU.L2-3.3.2_obj"));
        assert_null(strstr(capture.text, "AU.L2-3.3.5_obj"));
        json_free(&json);
    }
    free(sample);
}

static void a_log_that_satisfies_everything_has_no_plan(void **unused)
{
    (void)unused;
    struct sample *sample = calloc(1, sizeof *sample);
    assert_non_null(sample);
    sample_fill(sample, 1);
    for (unsigned i = 0; i < OBJECTIVE_COUNT; i++) {
        sample->assessment.objectives[i].judgement.satisfied = true;
    }
    assert_false(oscal_has(&sample->input, OSCAL_POAM));
    assert_true(oscal_has(&sample->input, OSCAL_ASSESSMENT_RESULTS));
    free(sample);
}

/* Determinism ----------------------------------------------------------------------------- */

static void the_same_period_keeps_its_uuids_and_the_same_log_its_bytes(void **unused)
{
    (void)unused;
    struct sample *sample = calloc(1, sizeof *sample);
    char *first = calloc(1, CAPTURE_MAX);
    assert_true(sample != NULL && first != NULL);
    sample_fill(sample, 3);
    struct json *one = document(sample, OSCAL_ASSESSMENT_RESULTS);
    memcpy(first, capture.text, capture.size);
    struct json *again = document(sample, OSCAL_ASSESSMENT_RESULTS);
    assert_string_equal(capture.text, first);
    sample->assessment.size++;
    sample->assessment.now_us++;
    struct json *later = document(sample, OSCAL_ASSESSMENT_RESULTS);
    assert_string_not_equal(capture.text, first);
    assert_true(bytes_equal(json_string_member(result_of(one), "uuid"),
                            json_string_member(result_of(later), "uuid")));
    json_free(&one);
    json_free(&again);
    json_free(&later);
    free(first);
    free(sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_array_and_no_string_is_empty),
        cmocka_unit_test(every_uuid_is_of_version_five),
        cmocka_unit_test(values_are_one_line_without_blanks_around),
        cmocka_unit_test(every_time_has_its_zone),
        cmocka_unit_test(nothing_foreign_is_markup),
        cmocka_unit_test(what_is_referred_to_is_there_once),
        cmocka_unit_test(each_objective_has_one_finding_with_its_observation),
        cmocka_unit_test(an_observation_links_every_event_that_it_rests_on),
        cmocka_unit_test(practices_of_more_than_a_point_are_never_planned),
        cmocka_unit_test(a_log_that_satisfies_everything_has_no_plan),
        cmocka_unit_test(the_same_period_keeps_its_uuids_and_the_same_log_its_bytes),
    };
    return cmocka_run_group_tests_name("reports/oscal/oscal", tests, NULL, NULL);
}
