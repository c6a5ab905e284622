/*
 * CloudTrail documents: their elements, what they mean, and where a document breaks.
 */
#include "tests/tools/import_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define START "\"eventSource\":\"iam.amazonaws.com\",\"eventName\":\"GetUser\""

/* An element that holds the members given beside its event. */
static void check_said(const char *members, const char *system, const char *expected)
{
    char memory[4096];
    char input[4096];
    (void)snprintf(input, sizeof input, "{\"Records\":[{" START "%s}]}", members);
    struct import_run run = import_string(IMPORT_FORMAT_CLOUDTRAIL, input);
    assert_int_equal(run.record_count, 1);
    assert_int_equal(run.problem_count, 0);
    assert_string_equal(import_said(&run.records[0], memory), expected);
    assert_true(bytes_equal(run.records[0].system, bytes_of_string(system)));
    import_run_free(&run);
}

static void the_user_is_the_best_name_there_is(void **unused)
{
    (void)unused;
    check_said("", "aws", "iam GetUser|-|-|-|ok");
    check_said(",\"userIdentity\":{\"type\":\"Root\"}", "aws", "iam GetUser|Root|-|-|ok");
    check_said(",\"userIdentity\":{\"type\":\"AWSService\",\"invokedBy\":\"ec2.amazonaws.com\"}",
               "aws", "iam GetUser|ec2.amazonaws.com|-|-|ok");
    check_said(
        ",\"userIdentity\":{\"type\":\"Root\",\"principalId\":\"1\",\"arn\":\"arn:aws:iam::1:"
        "root\"}",
        "aws", "iam GetUser|arn:aws:iam::1:root|-|-|ok");
    check_said(",\"userIdentity\":{\"arn\":\"a\",\"sessionContext\":{\"sessionIssuer\":"
               "{\"userName\":\"role\"}}}",
               "aws", "iam GetUser|role|-|-|ok");
    check_said(",\"userIdentity\":{\"userName\":\"mira\",\"sessionContext\":{\"sessionIssuer\":"
               "{\"userName\":\"role\"}}}",
               "aws", "iam GetUser|mira|-|-|ok");
    check_said(",\"userIdentity\":\"mira\"", "aws", "iam GetUser|-|-|-|ok");
}

static void the_system_is_the_account(void **unused)
{
    (void)unused;
    check_said(",\"recipientAccountId\":\"12\",\"userIdentity\":{\"accountId\":\"13\"}", "aws:12",
               "iam GetUser|-|-|-|ok");
    check_said(",\"userIdentity\":{\"accountId\":\"13\"}", "aws:13", "iam GetUser|-|-|-|ok");
}

static void the_address_is_what_aws_calls_the_source(void **unused)
{
    (void)unused;
    check_said(",\"sourceIPAddress\":\"192.0.2.4\"", "aws", "iam GetUser|-|-|192.0.2.4|ok");
    check_said(",\"sourceIPAddress\":\"AWS Internal\"", "aws", "iam GetUser|-|-|AWS Internal|ok");
}

static void a_refusal_is_told_from_other_errors(void **unused)
{
    (void)unused;
    static const char *const denied[] = {
        "AccessDenied",       "AccessDeniedException", "Client.UnauthorizedOperation",
        "NotAuthorized",      "ForbiddenException",    "AuthorizationErrorException",
        "UnauthorizedAccess",
    };
    static const char *const others[] = {"ThrottlingException", "NoSuchBucketPolicy",
                                         "Client.InvalidParameterValue", "AuthFailure"};
    char members[256];
    for (size_t i = 0; i < sizeof denied / sizeof denied[0]; i++) {
        (void)snprintf(members, sizeof members, ",\"errorCode\":\"%s\"", denied[i]);
        check_said(members, "aws", "iam GetUser|-|-|-|denied");
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        (void)snprintf(members, sizeof members, ",\"errorCode\":\"%s\"", others[i]);
        check_said(members, "aws", "iam GetUser|-|-|-|failed");
    }
    check_said(",\"responseElements\":{\"ConsoleLogin\":\"Failure\"}", "aws",
               "iam GetUser|-|-|-|failed");
    check_said(",\"responseElements\":{\"ConsoleLogin\":\"Success\"}", "aws",
               "iam GetUser|-|-|-|ok");
    check_said(",\"errorMessage\":\"Failed authentication\"", "aws", "iam GetUser|-|-|-|failed");
}

static void raw_is_the_element_as_it_is_in_the_file(void **unused)
{
    (void)unused;
    struct import_run run = import_string(IMPORT_FORMAT_CLOUDTRAIL,
                                          "\xef\xbb\xbf { \"v\" : 1.50 ,\n \"Records\" :\n[ {" START
                                          " ,\n \"x\":1.50e1, \"y\":\"]}\\\"\\u0041{\" } ,\n{" START
                                          "} ] , \"w\":[{\"Records\":[7]},null] }\n\n");
    assert_int_equal(run.problem_count, 0);
    assert_int_equal(run.record_count, 2);
    assert_true(bytes_equal(run.records[0].raw,
                            LITERAL("{" START " ,\n \"x\":1.50e1, \"y\":\"]}\\\"\\u0041{\" }")));
    assert_true(bytes_equal(run.records[1].raw, LITERAL("{" START "}")));
    assert_int_equal(run.records[0].line, 3);
    assert_int_equal(run.records[0].line_count, 2);
    assert_int_equal(run.records[1].line, 5);
    assert_int_equal(run.records[1].line_count, 1);
    import_run_free(&run);
}

struct document {
    const char *text;
    size_t record_count, problem_count;
};

#define GOOD "{" START "}"
#define NEST_16 "[[[[[[[[[[[[[[[["
#define CLOSE_16 "]]]]]]]]]]]]]]]]"

static void a_bad_element_leaves_the_others(void **unused)
{
    (void)unused;
    static const struct document documents[] = {
        {"{\"Records\":[" GOOD ",7," GOOD "]}", 2, 1},
        {"{\"Records\":[" GOOD ",\"x\"," GOOD "]}", 2, 1},
        {"{\"Records\":[" GOOD ",nonsense," GOOD "]}", 2, 1},
        {"{\"Records\":[" GOOD ",[]," GOOD "]}", 2, 1},
        {"{\"Records\":[" GOOD ",{}," GOOD "]}", 2, 1},
        {"{\"Records\":[" GOOD ",{" START ",\"eventTime\":\"now\"}," GOOD "]}", 2, 1},
        {"{\"Records\":[" GOOD ",{" START " \"x\"}," GOOD "]}", 2, 1},
        {"{\"Records\":[" GOOD ",{" START ",\"x\":\"\xff\"}," GOOD "]}", 2, 1},
        {"{\"Records\":[],\"Records\":[" GOOD "]}", 1, 0},
        {"{\"Records\":[]}", 0, 0},
    };
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        struct import_run run = import_string(IMPORT_FORMAT_CLOUDTRAIL, documents[i].text);
        assert_int_equal(run.record_count, documents[i].record_count);
        assert_int_equal(run.problem_count, documents[i].problem_count);
        import_run_free(&run);
    }
}

static void a_broken_document_ends_with_one_problem(void **unused)
{
    (void)unused;
    static const struct document documents[] = {
        {" ", 0, 1},
        {"7", 0, 1},
        {"[]", 0, 1},
        {"{}", 0, 1},
        {"{\"Records\":7}", 0, 1},
        {"{\"records\":[" GOOD "]}", 0, 1},
        {"{7:[" GOOD "]}", 0, 1},
        {"{\"Records\"[" GOOD "]}", 0, 1},
        {"{\"Records\":[" GOOD ",]}", 1, 1},
        {"{\"Records\":[," GOOD "]}", 0, 1},
        {"{\"Records\":[" GOOD " " GOOD "]}", 1, 1},
        {"{\"Records\":[" GOOD ":" GOOD "]}", 1, 1},
        {"{\"Records\":[" GOOD ",{\"x\":[}," GOOD "]}", 1, 1},
        {"{\"Records\":[" GOOD "},\"x\":1]", 1, 1},
        {"{\"Records\":[" GOOD "]", 1, 1},
        {"{\"Records\":[" GOOD "],}", 1, 1},
        {"{\"Records\":[" GOOD "]} x", 1, 1},
        {"{\"Records\":[" GOOD "]}"
         "{\"Records\":[" GOOD "]}",
         1, 1},
        {"{\"Records\":[" GOOD "," NEST_16 NEST_16 NEST_16 NEST_16
         "[" CLOSE_16 CLOSE_16 CLOSE_16 CLOSE_16 "]," GOOD "]}",
         1, 1},
    };
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        struct import_run run = import_string(IMPORT_FORMAT_CLOUDTRAIL, documents[i].text);
        if (run.record_count != documents[i].record_count ||
            run.problem_count != documents[i].problem_count) {
            fail_msg("%s: %zu records, %zu problems", documents[i].text, run.record_count,
                     run.problem_count);
        }
        assert_int_equal(run.tally.byte_count, strlen(documents[i].text));
        import_run_free(&run);
    }
}

/* Whole elements before a cut are records; the cut itself is a problem. */
static void a_document_cut_anywhere_keeps_what_was_whole(void **unused)
{
    (void)unused;
    static const char document[] = "{\"Records\":[" GOOD ",\n" GOOD ",\n" GOOD "]}";
    const struct import_options options = {.format = IMPORT_FORMAT_CLOUDTRAIL};
    for (size_t size = 1; size < sizeof document - 1; size++) {
        size_t whole = 0;
        for (size_t at = 12; at + sizeof GOOD - 1 <= size; at += sizeof GOOD + 1) {
            whole++;
        }
        struct import_run run = import_bytes(&options, bytes_of(document, size));
        assert_int_equal(run.record_count, whole < 3 ? whole : 3);
        assert_int_equal(run.problem_count, 1);
        import_run_free(&run);
    }
}

static size_t put(uint8_t *memory, size_t at, const char *text)
{
    memcpy(memory + at, text, strlen(text));
    return at + strlen(text);
}

/* An element with `padding` bytes of a string in it, between two good ones. */
static struct import_run import_padded(size_t padding, size_t read_size)
{
    const struct import_options options = {.format = IMPORT_FORMAT_CLOUDTRAIL,
                                           .read_size = read_size};
    uint8_t *memory = malloc(padding + 1024);
    assert_non_null(memory);
    size_t size = put(memory, 0, "{\"Records\":[" GOOD ",\n{" START ",\n\"x\":\"");
    memset(memory + size, 'x', padding);
    size = put(memory, size + padding, "\"},\n" GOOD "]}");
    struct import_run run = import_bytes(&options, bytes_of(memory, size));
    free(memory);
    return run;
}

static void an_element_beyond_the_limit_is_one_problem(void **unused)
{
    (void)unused;
    size_t fits = IMPORT_RECORD_MAX - (sizeof "{" START ",\n\"x\":\"\"}" - 1);
    const size_t paddings[] = {fits + 1, fits + 2, 3 * (size_t)IMPORT_RECORD_MAX, 10 << 20};
    struct import_run run = import_padded(fits, 0);
    assert_int_equal(run.record_count, 3);
    assert_int_equal(run.records[1].raw.size, IMPORT_RECORD_MAX);
    import_run_free(&run);
    for (size_t i = 0; i < sizeof paddings / sizeof paddings[0]; i++) {
        run = import_padded(paddings[i], i % 2 == 0 ? 0 : 1021);
        assert_int_equal(run.record_count, 2);
        assert_int_equal(run.problem_count, 1);
        assert_int_equal(run.problems[0].line, 2);
        assert_int_equal(run.problems[0].line_count, 2);
        assert_non_null(strstr(run.problems[0].reason, "longer"));
        assert_int_equal(run.records[1].line, 4);
        import_run_free(&run);
    }
}

static void names_and_values_beyond_the_limit_are_passed_over_or_refused(void **unused)
{
    (void)unused;
    const struct import_options options = {.format = IMPORT_FORMAT_CLOUDTRAIL};
    size_t padding = 2 * (size_t)IMPORT_RECORD_MAX;
    uint8_t *memory = malloc(padding + 1024);
    assert_non_null(memory);
    size_t size = put(memory, 0, "{\"x\":\"");
    memset(memory + size, 'x', padding);
    size = put(memory, size + padding, "\",\"Records\":[" GOOD "]}");
    struct import_run run = import_bytes(&options, bytes_of(memory, size));
    assert_int_equal(run.record_count, 1);
    assert_int_equal(run.problem_count, 0);
    import_run_free(&run);
    memory[4] = 'x'; /* the name never ends before its value */
    memory[3] = 'x';
    run = import_bytes(&options, bytes_of(memory, size));
    assert_int_equal(run.record_count, 0);
    assert_int_equal(run.problem_count, 1);
    import_run_free(&run);
    free(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_user_is_the_best_name_there_is),
        cmocka_unit_test(the_system_is_the_account),
        cmocka_unit_test(the_address_is_what_aws_calls_the_source),
        cmocka_unit_test(a_refusal_is_told_from_other_errors),
        cmocka_unit_test(raw_is_the_element_as_it_is_in_the_file),
        cmocka_unit_test(a_bad_element_leaves_the_others),
        cmocka_unit_test(a_broken_document_ends_with_one_problem),
        cmocka_unit_test(a_document_cut_anywhere_keeps_what_was_whole),
        cmocka_unit_test(an_element_beyond_the_limit_is_one_problem),
        cmocka_unit_test(names_and_values_beyond_the_limit_are_passed_over_or_refused),
    };
    return cmocka_run_group_tests_name("tools/import/cloudtrail", tests, NULL, NULL);
}
