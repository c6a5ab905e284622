/*
 * What is written is JSON, says what was put, and has no empty arrays.
 */
#include "reports/json_out.h"
#include "schema/json.h"
#include "store/hash.h"
#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct capture capture;

static void begin(struct json_out *out, uint32_t indent)
{
    capture_begin(&capture, &(struct rows_options){.format = ROWS_JSON});
    json_out_init(out, &capture.output, indent);
}

static void an_empty_array_is_left_out_with_its_name(void **unused)
{
    (void)unused;
    struct json_out out;
    begin(&out, 0);
    json_out_object(&out, NULL);
    json_out_array(&out, "none");
    json_out_close(&out);
    json_out_array(&out, "outer");
    json_out_array(&out, NULL);
    json_out_close(&out);
    json_out_close(&out);
    json_out_optional_object(&out, "nothing");
    json_out_close(&out);
    json_out_object(&out, "empty");
    json_out_close(&out);
    json_out_array(&out, "some");
    json_out_array(&out, NULL);
    json_out_number(&out, NULL, 7);
    json_out_close(&out);
    json_out_close(&out);
    json_out_close(&out);
    capture_end(&capture);
    assert_string_equal(capture.text, "{\"empty\":{},\"some\":[[7]]}\n");
}

static void every_type_comes_out_as_itself(void **unused)
{
    (void)unused;
    struct json_out out;
    begin(&out, 2);
    json_out_object(&out, NULL);
    json_out_string(&out, "s", "a\"b\\c\n");
    json_out_flag(&out, "t", true);
    json_out_time(&out, "at", UINT64_C(1773093480000000));
    json_out_hex(&out, "h", LITERAL("\x01\xff"));
    json_out_canonical(&out, "c", LITERAL("{\"x\":[1,\"\xe2\x80\xae\"]}"));
    json_out_close(&out);
    capture_end(&capture);
    assert_string_equal(capture.text, "{\n  \"s\": \"a\\\"b\\\\c\\u000a\",\n  \"t\": true,\n"
                                      "  \"at\": \"2026-03-09T21:58:00.000000Z\",\n"
                                      "  \"h\": \"01ff\",\n"
                                      "  \"c\": {\"x\":[1,\"\\u202e\"]}\n}\n");
}

/* Text that is not UTF-8 is whole in its second form. */
static void assert_lossless(const struct json *json, struct bytes text)
{
    uint8_t whole[512];
    size_t size;
    if (text_is_utf8(text)) {
        assert_true(bytes_equal(json_string_member(json, "text"), text));
        assert_null(json_member(json, "text_b64"));
        return;
    }
    assert_false(
        failed(base64_read(json_string_member(json, "text_b64"), whole, sizeof whole, &size)));
    assert_true(bytes_equal(bytes_of(whole, size), text));
}

static void any_text_is_json_without_control_characters_and_lossless(void **unused)
{
    (void)unused;
    uint64_t random = 5;
    for (unsigned i = 0; i < 2000; i++) {
        uint8_t memory[200];
        struct json_out out;
        CLEANUP(json_free) struct json *json = NULL;
        struct json_error error;
        struct bytes text = bytes_of(memory, random_hostile(&random, memory, sizeof memory));
        for (size_t k = 0; k < text.size; k++) {
            memory[k] = memory[k] == 0 ? 1 : memory[k]; /* our reader takes no NUL */
        }
        begin(&out, i % 2);
        json_out_object(&out, NULL);
        json_out_text(&out, "text", text);
        json_out_array(&out, "list");
        json_out_text(&out, NULL, text);
        json_out_close(&out);
        json_out_close(&out);
        capture_end(&capture);
        for (size_t k = 0; k < capture.size; k++) {
            assert_true((uint8_t)capture.text[k] >= 0x20 || capture.text[k] == '\n');
        }
        assert_false(failed(json_parse(bytes_of(capture.text, capture.size), &json, &error)));
        assert_lossless(json, text);
    }
}

static void what_is_written_can_be_hashed_on_its_way(void **unused)
{
    (void)unused;
    struct json_out out;
    struct hasher *hasher = NULL;
    assert_false(failed(hasher_open(&hasher)));
    begin(&out, 0);
    capture.output.hasher = hasher;
    hash_start(hasher);
    json_out_object(&out, NULL);
    for (unsigned i = 0; i < 9000; i++) {
        json_out_number(&out, "n", i);
    }
    json_out_close(&out);
    capture_end(&capture);
    struct digest digest = hash_finish(hasher);
    struct digest again = hash_bytes(hasher, bytes_of(capture.text, capture.size));
    assert_true(digest_equal(&digest, &again));
    hasher_close(&hasher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_array_is_left_out_with_its_name),
        cmocka_unit_test(every_type_comes_out_as_itself),
        cmocka_unit_test(any_text_is_json_without_control_characters_and_lossless),
        cmocka_unit_test(what_is_written_can_be_hashed_on_its_way),
    };
    return cmocka_run_group_tests_name("reports/json_out", tests, NULL, NULL);
}
