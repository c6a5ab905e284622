/*
 * Cairn's own catalogue: what holds for all, and some bytes as they are in logs for good.
 */
#include "schema/catalogue/catalogue.h"
#include "tests/schema/catalogue_properties.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void a_body_is_canonical_json_in_byte_order(void **unused)
{
    (void)unused;
    char memory[512];
    struct text out = TEXT_IN(memory);
    union event_body body = {.audit_record_imported = {.format = IMPORT_FORMAT_SYSLOG,
                                                       .system = LITERAL("gate"),
                                                       .action = LITERAL("login\n"),
                                                       .occurrence = 2,
                                                       .has_user = true,
                                                       .user = LITERAL("eve")}};
    event_body_encode(EVENT_AUDIT_RECORD_IMPORTED, &body, &out);
    assert_string_equal(text_string(&out),
                        "{\"action\":\"login\\n\","
                        "\"digest\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\","
                        "\"format\":\"syslog\",\"occurrence\":2,\"system\":\"gate\","
                        "\"user\":\"eve\"}");
}

static void a_row_is_found_by_its_key_fields_alone(void **unused)
{
    (void)unused;
    char one_memory[64], other_memory[64];
    struct text one = TEXT_IN(one_memory), other = TEXT_IN(other_memory);
    const struct emitter_row asked = {.name = LITERAL("vault")};
    const struct emitter_row kept = {.name = LITERAL("vault"), .retired = true};
    row_key(ROW_EMITTER, &asked, &one);
    row_key(ROW_EMITTER, &kept, &other);
    assert_int_equal(one.size, 6);
    assert_memory_equal(one.data, "vault", 6);
    assert_true(bytes_equal(text_bytes(&one), text_bytes(&other)));
}

static void texts_in_a_key_do_not_run_into_each_other(void **unused)
{
    (void)unused;
    char one_memory[64], other_memory[64];
    struct text one = TEXT_IN(one_memory), other = TEXT_IN(other_memory);
    const struct subject_row a = {.system = LITERAL("a\0b"), .name = LITERAL("c")};
    const struct subject_row b = {.system = LITERAL("a"), .name = LITERAL("b\0c")};
    row_key(ROW_SUBJECT, &a, &one);
    row_key(ROW_SUBJECT, &b, &other);
    assert_false(bytes_equal(text_bytes(&one), text_bytes(&other)));
}

static void a_rule_has_its_id_and_its_sentence(void **unused)
{
    (void)unused;
    assert_string_equal(rule_id(RULE_AUD_14B), "AUD-14b");
    assert_string_equal(rule_infos[RULE_AUD_14B].context, "audit");
    assert_true(strlen(rule_sentence(RULE_AUD_14B)) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_is_canonical_json_in_byte_order),
        cmocka_unit_test(a_row_is_found_by_its_key_fields_alone),
        cmocka_unit_test(texts_in_a_key_do_not_run_into_each_other),
        cmocka_unit_test(a_rule_has_its_id_and_its_sentence),
    };
    int bad = cmocka_run_group_tests_name("schema/catalogue", tests, NULL, NULL);
    return bad + catalogue_properties("schema/catalogue, all of it");
}
