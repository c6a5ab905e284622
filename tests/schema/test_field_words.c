/*
 * Fields from words: what is written is what the catalogue's decoder reads, and anything else is
 * refused with the word that is wrong.
 */
#include "schema/body_words.h"
#include "schema/field_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* The body of an event from words, or NULL; *wrong is what was wrong then. */
static const char *body(enum event_kind kind, const char *const *words, size_t count,
                        const char **wrong)
{
    static char memory[4096];
    struct text text = TEXT_IN(memory);
    uint8_t arena_memory[4096];
    struct arena arena = ARENA_IN(arena_memory);
    union event_body decoded;
    if (failed(body_from_words(kind, words, count, &text, wrong))) {
        return NULL;
    }
    assert_false(failed(event_body_decode(kind, text_bytes(&text), &arena, &decoded)));
    return text_string(&text);
}

#define BODY(kind, wrong, ...)                       \
    body((kind), (const char *const[]){__VA_ARGS__}, \
         sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *), (wrong))

static void members_are_written_in_their_order_whatever_order_they_are_given_in(void **unused)
{
    const char *wrong;
    (void)unused;
    assert_string_equal(BODY(EVENT_AUDIT_OBSERVED, &wrong, "what=door", "detail=open = yes"),
                        "{\"detail\":\"open = yes\",\"what\":\"door\"}");
    assert_string_equal(BODY(EVENT_AUDIT_OBSERVED, &wrong, "detail=\"", "what="),
                        "{\"detail\":\"\\\"\",\"what\":\"\"}");
}

static void every_type_is_read_as_people_write_it(void **unused)
{
    const char *wrong;
    (void)unused;
    assert_string_equal(BODY(EVENT_CLOCK_STEPPED, &wrong, "clock=2026-03-09T21:58:00Z",
                             "held=2026-03-09T21:58:00.5+01:00"),
                        "{\"clock\":\"2026-03-09T21:58:00.000000Z\",\"held\":\"2026-03-09T20:58:00."
                        "500000Z\"}");
    assert_non_null(
        strstr(BODY(EVENT_AUDIT_STATE_DIGEST, &wrong, "size=12", "versions=0",
                    "digest=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"),
               "\"digest\":\"ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8=\""));
    assert_string_equal(BODY(EVENT_USER_INFO_REFRESHED, &wrong, "users=user:3", "users=user:4",
                             "snapshot=ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8="),
                        "{\"snapshot\":\"ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8=\","
                        "\"users\":[\"user:3\",\"user:4\"]}");
}

static void what_is_wrong_is_named(void **unused)
{
    const char *wrong;
    (void)unused;
    assert_null(BODY(EVENT_AUDIT_OBSERVED, &wrong, "detail=x"));
    assert_string_equal(wrong, "what");
    assert_null(BODY(EVENT_AUDIT_OBSERVED, &wrong, "what=x", "what=y"));
    assert_string_equal(wrong, "what=y");
    assert_null(BODY(EVENT_AUDIT_OBSERVED, &wrong, "what=x", "colour=y"));
    assert_string_equal(wrong, "colour=y");
    assert_null(BODY(EVENT_AUDIT_OBSERVED, &wrong, "what=x", "detail"));
    assert_string_equal(wrong, "detail");
    assert_null(BODY(EVENT_AUDIT_OBSERVED, &wrong, "what=\xff"));
    static const char *const numbers[] = {"",  "-1", "+1", "01", "1.0", "1e3", "9007199254740992",
                                          "x", "1 "};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        char memory[64];
        struct text word = TEXT_IN(memory);
        text_add(&word, "to=%s", numbers[i]);
        assert_null(BODY(EVENT_VAULT_CHUNK_READ, &wrong, "from=0", text_string(&word)));
    }
    assert_null(BODY(EVENT_VAULT_CHUNK_READ, &wrong, "from=0", "to=9007199254740992"));
    assert_non_null(BODY(EVENT_VAULT_CHUNK_READ, &wrong, "from=0", "to=9007199254740991"));
    assert_null(BODY(EVENT_USER_DELETED, &wrong, "reason"));
    assert_null(BODY(EVENT_PROJECT_LEVEL_SET, &wrong, "from=user:3"));
    assert_null(BODY(EVENT_PROJECT_LEVEL_SET, &wrong, "from=level:new"));
    assert_non_null(BODY(EVENT_PROJECT_LEVEL_SET, &wrong, "from=level:3"));
}

static void too_many_values_are_refused(void **unused)
{
    struct fields fields = {.infos = event_infos[EVENT_USER_INFO_REFRESHED].fields,
                            .info_count = event_infos[EVENT_USER_INFO_REFRESHED].field_count};
    const struct field_info *users = fields_find(&fields, LITERAL("users"));
    (void)unused;
    assert_non_null(users);
    for (size_t i = 0; i < FIELD_VALUES_MAX; i++) {
        assert_false(failed(fields_add(&fields, users, "user:3")));
    }
    assert_int_equal(fields_add(&fields, users, "user:3").code, STATUS_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_written_in_their_order_whatever_order_they_are_given_in),
        cmocka_unit_test(every_type_is_read_as_people_write_it),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(too_many_values_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
