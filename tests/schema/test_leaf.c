/*
 * The leaf and its statement: one text each, and one from the other by copying.
 */
#include "schema/canonical.h"
#include "schema/leaf.h"
#include "tests/schema/random_leaf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum {
    ROUNDS = 20000
};

/* One leaf with its texts. */
struct sample {
    struct leaf leaf;
    uint8_t arena_memory[1024];
    char text_memory[LEAF_MAX + 1], statement_memory[LEAF_MAX + 1];
    struct text text, statement;
};

static void make_sample(struct random *random, struct sample *out)
{
    struct arena arena = ARENA_IN(out->arena_memory);
    random_leaf(random, &arena, &out->leaf);
    assert_false(arena.full);
    out->text = TEXT_IN(out->text_memory);
    out->statement = TEXT_IN(out->statement_memory);
    leaf_encode(&out->leaf, &out->text);
    leaf_encode_statement(&out->leaf, &out->statement);
    assert_false(out->text.full || out->statement.full);
}

static void decode(struct bytes bytes, struct leaf *out)
{
    struct status status = leaf_decode(bytes, out);
    if (failed(status)) {
        fail_msg("%s at %u of %.*s", status.why, (unsigned)status.at, (int)bytes.size,
                 (const char *)bytes.data);
    }
}

/* Round trips --------------------------------------------------------------------------------- */

static void a_leaf_is_read_as_it_was_written(void **unused)
{
    (void)unused;
    struct random random = {.state = 31};
    struct sample sample;
    for (size_t round = 0; round < ROUNDS; round++) {
        char memory[LEAF_MAX + 1];
        struct text again = TEXT_IN(memory);
        struct leaf back;
        make_sample(&random, &sample);
        assert_false(failed(canonical_check(text_bytes(&sample.text))));
        decode(text_bytes(&sample.text), &back);
        assert_true(leaf_equal(&sample.leaf, &back));
        leaf_encode(&back, &again);
        assert_true(bytes_equal(text_bytes(&sample.text), text_bytes(&again)));
    }
}

static void the_statement_of_a_leaf_is_the_one_encoded_slowly(void **unused)
{
    (void)unused;
    struct random random = {.state = 37};
    struct sample sample;
    size_t creating = 0;
    for (size_t round = 0; round < ROUNDS; round++) {
        char memory[LEAF_MAX + 1];
        struct text by_parts = TEXT_IN(memory);
        struct leaf back;
        make_sample(&random, &sample);
        decode(text_bytes(&sample.text), &back);
        leaf_to_statement(&back, &by_parts);
        assert_true(bytes_equal(text_bytes(&sample.statement), text_bytes(&by_parts)));
        assert_false(failed(canonical_check(text_bytes(&by_parts))));
        creating += back.creates;
    }
    assert_in_range(creating, ROUNDS / 10, ROUNDS - ROUNDS / 10);
}

/* What a log does: a statement comes in, and it adds its own members. */
static void the_leaf_of_a_statement_is_the_one_encoded_slowly(void **unused)
{
    (void)unused;
    struct random random = {.state = 41};
    struct sample sample;
    for (size_t round = 0; round < ROUNDS; round++) {
        char memory[LEAF_MAX + 1];
        struct text by_parts = TEXT_IN(memory);
        struct leaf statement;
        make_sample(&random, &sample);
        assert_false(failed(leaf_decode_statement(text_bytes(&sample.statement), &statement)));
        if (sample.leaf.version != statement.version) {
            continue; /* nobody states what an earlier version did: it is only read */
        }
        assert_int_equal(statement.creates, sample.leaf.creates);
        assert_true(statement.n == 0 && statement.on_n == 0 && statement.t_utc_us == 0);
        assert_int_equal(statement.sig.size, 0);
        statement.n = sample.leaf.n;
        statement.on_n = sample.leaf.on_n;
        statement.prev = sample.leaf.prev;
        statement.sig = sample.leaf.sig;
        statement.t_utc_us = sample.leaf.t_utc_us;
        leaf_from_statement(&statement, &by_parts);
        assert_true(bytes_equal(text_bytes(&sample.text), text_bytes(&by_parts)));
    }
}

static void a_statement_is_encoded_again_as_it_was(void **unused)
{
    (void)unused;
    struct random random = {.state = 43};
    struct sample sample;
    for (size_t round = 0; round < ROUNDS; round++) {
        char memory[LEAF_MAX + 1];
        struct text again = TEXT_IN(memory);
        struct leaf statement;
        make_sample(&random, &sample);
        assert_false(failed(leaf_decode_statement(text_bytes(&sample.statement), &statement)));
        statement.n = ID_NEW;
        leaf_encode_statement(&statement, &again);
        assert_true(bytes_equal(text_bytes(&sample.statement), text_bytes(&again)));
    }
}

static void a_copied_leaf_lends_nothing_from_the_first(void **unused)
{
    (void)unused;
    struct random random = {.state = 47};
    struct sample sample;
    do {
        make_sample(&random, &sample);
    } while (sample.leaf.sig.size == 0);
    struct leaf back;
    decode(text_bytes(&sample.text), &back);
    assert_ptr_equal(back.sig.data, back.sig_memory);
}

/* Damage -------------------------------------------------------------------------------------- */

typedef struct status decode_function(struct bytes bytes, struct leaf *out);
typedef void encode_function(const struct leaf *leaf, struct text *out);

static void reencode_statement(const struct leaf *leaf, struct text *out)
{
    struct leaf copy = *leaf;
    copy.n = ID_NEW;
    leaf_encode_statement(&copy, out);
}

/* Every prefix is refused; every flipped bit is refused, or read as what says exactly that. */
static size_t damage(struct text *text, decode_function *read, encode_function *write)
{
    size_t good = 0;
    struct bytes whole = text_bytes(text);
    struct leaf leaf;
    for (size_t size = 0; size < whole.size; size++) {
        struct status status = read(bytes_of(whole.data, size), &leaf);
        assert_int_equal(status.code, STATUS_MALFORMED);
        assert_non_null(status.why);
    }
    for (size_t bit = 0; bit < 8 * whole.size; bit++) {
        char memory[LEAF_MAX + 1];
        struct text again = TEXT_IN(memory);
        text->data[bit / 8] = (char)(text->data[bit / 8] ^ 1 << bit % 8);
        if (!failed(read(whole, &leaf))) {
            write(&leaf, &again);
            assert_true(bytes_equal(whole, text_bytes(&again)));
            good++;
        }
        text->data[bit / 8] = (char)(text->data[bit / 8] ^ 1 << bit % 8);
    }
    return good;
}

static void a_damaged_leaf_is_refused_or_says_something_else(void **unused)
{
    (void)unused;
    struct random random = {.state = 53};
    struct sample sample;
    size_t good = 0;
    for (size_t round = 0; round < 40; round++) {
        make_sample(&random, &sample);
        good += damage(&sample.text, leaf_decode, leaf_encode);
        good += damage(&sample.statement, leaf_decode_statement, reencode_statement);
    }
    assert_true(good > 1000); /* digests and numbers */
}

/* Rules of the leaf --------------------------------------------------------------------------- */

#define BODY "\"body\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\""
#define PREV "\"prev\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\""
#define END "\"t\":\"2026-03-09T21:58:00.123456Z\",\"v\":1}"

/* A leaf at position 7, with one of its members changed. */
struct variant {
    const char *actor, *cause, *emitter, *emitter_n, *kind, *on, *project, *session;
    const char *rule, *sig, *source, *at, *on_n, *end;
};

static const struct variant plain = {
    .actor = "user:3",
    .cause = "",
    .emitter = "vault",
    .emitter_n = "5",
    .kind = "audit.observed",
    .on = "\"log:0\"",
    .project = "",
    .session = "",
    .rule = "",
    .sig = "",
    .source = "",
    .at = "",
    .on_n = "4",
    .end = END,
};

static struct status decode_variant(struct variant variant)
{
    char memory[3 * LEAF_MAX];
    struct text text = TEXT_IN(memory);
    struct leaf leaf;
    text_add(&text, "{\"actor\":\"%s\",%s" BODY ",%s\"emitter\":\"%s\",\"emitter_n\":%s",
             variant.actor, variant.at, variant.cause, variant.emitter, variant.emitter_n);
    text_add(&text, ",\"kind\":\"%s\",\"n\":7,\"on\":[%s],\"on_n\":%s,\"outcome\":\"ok\"," PREV ",",
             variant.kind, variant.on, variant.on_n);
    text_add(&text, "%s%s%s%s%s%s", variant.project, variant.rule, variant.session, variant.sig,
             variant.source, variant.end);
    assert_false(text.full);
    return leaf_decode(text_bytes(&text), &leaf);
}

static struct variant with(struct variant variant, size_t offset, const char *value)
{
    memcpy((char *)&variant + offset, &value, sizeof value);
    return variant;
}

#define READS(member, value) \
    assert_false(failed(decode_variant(with(plain, offsetof(struct variant, member), (value)))))
#define FAILS(member, value)                                                                      \
    assert_int_equal(decode_variant(with(plain, offsetof(struct variant, member), (value))).code, \
                     STATUS_MALFORMED)

static void an_item_is_one_of_a_thousand_of_a_cause(void **unused)
{
    (void)unused;
    static const struct {
        const char *cause, *numbers;
        bool reads;
    } cases[] = {
        {"\"cause\":3,", "5,\"item\":1", true},
        {"\"cause\":3,", "5,\"item\":1000", true},
        {"\"cause\":3,", "5,\"item\":1001", false},
        {"\"cause\":3,", "5,\"item\":0", false},
        {"", "5,\"item\":1", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct variant variant = plain;
        variant.cause = cases[i].cause;
        variant.emitter_n = cases[i].numbers;
        assert_int_equal(failed(decode_variant(variant)), !cases[i].reads);
    }
}

static void an_event_that_points_after_itself_is_refused(void **unused)
{
    (void)unused;
    assert_false(failed(decode_variant(plain)));
    READS(on, "\"user:7\"");
    READS(on, "\"user:6\",\"log:0\"");
    FAILS(on, "\"user:8\"");
    FAILS(on, "\"log:0\",\"user:9007199254740991\"");
    READS(project, "\"project\":\"user:7\",");
    FAILS(project, "\"project\":\"user:8\",");
    READS(session, "\"session\":\"user:7\",");
    FAILS(session, "\"session\":\"user:8\",");
    READS(actor, "user:7");
    FAILS(actor, "user:8");
    READS(cause, "\"cause\":6,");
    FAILS(cause, "\"cause\":7,");
    FAILS(cause, "\"cause\":8,");
}

static void what_is_new_in_a_statement_has_a_number_in_the_leaf(void **unused)
{
    (void)unused;
    FAILS(on, "\"user:new\"");
    FAILS(on, "\"log:0\",\"user:new\"");
    FAILS(actor, "user:new");
    FAILS(project, "\"project\":\"user:new\",");
    FAILS(session, "\"session\":\"user:new\",");
}

static void counters_begin_at_1(void **unused)
{
    (void)unused;
    FAILS(emitter_n, "0");
    FAILS(on_n, "0");
    READS(emitter_n, "9007199254740991");
    READS(on_n, "9007199254740991");
    FAILS(emitter_n, "9007199254740992");
}

static void an_event_is_on_1_to_8_subjects(void **unused)
{
    (void)unused;
    FAILS(on, "");
    READS(on, "\"log:0\",\"log:0\",\"log:0\",\"log:0\",\"log:0\",\"log:0\",\"log:0\",\"log:0\"");
    FAILS(on, "\"log:0\",\"log:0\",\"log:0\",\"log:0\",\"log:0\",\"log:0\",\"log:0\",\"log:0\","
              "\"log:0\"");
    FAILS(on, "\"stone:0\"");
    FAILS(on, "0");
}

static void kinds_and_versions_are_those_of_the_catalogue(void **unused)
{
    (void)unused;
    FAILS(kind, "stone.laid");
    FAILS(kind, "");
    FAILS(end, "\"t\":\"2026-03-09T21:58:00.123456Z\",\"v\":0}");
    FAILS(end, "\"t\":\"2026-03-09T21:58:00.123456Z\",\"v\":2}");
    FAILS(end, "\"t\":\"2026-03-09T21:58:00.123456Z\",\"v\":65537}");
    FAILS(end, "\"t\":\"2026-03-09T21:58:00.123456Z\",\"v\":1,\"w\":1}");
    FAILS(end, "\"t\":\"2026-03-09T21:58:00.123456Z\"}");
    FAILS(end, "\"t\":\"2026-03-09T21:58:00Z\",\"v\":1}");
    FAILS(end, END "\n");
}

static void names_and_addresses_keep_to_their_form(void **unused)
{
    (void)unused;
    READS(emitter, "a123456789-123456789_123456789.123456789-1234567");
    FAILS(emitter, "a123456789-123456789_123456789.123456789-12345678");
    FAILS(emitter, "Vault");
    FAILS(emitter, "");
    FAILS(actor, "");
    FAILS(actor, "stone:3");
    FAILS(actor, "user:03");
    READS(actor, "vault");
    FAILS(rule, "\"rule\":\"\",");
    READS(rule, "\"rule\":\"DRV-14d\",");
    READS(rule, "\"rule\":\"A123456789012345\",");
    FAILS(rule, "\"rule\":\"A1234567890123456\",");
    FAILS(rule, "\"rule\":\"\xe2\x80\xae\",");
    FAILS(source, "\"source\":\"\",");
    READS(source, "\"source\":\"fe80::1%eth0\",");
    FAILS(source, "\"source\":\"caf\xc3\xa9\",");
    FAILS(source, "\"source\":\"a\\\\b\",");
    FAILS(source, "\"source\":"
                  "\"12345678901234567890123456789012345678901234567890123456789012345\",");
    FAILS(at, "\"at\":\"1970-01-01T00:00:00.000000Z\",");
    READS(at, "\"at\":\"1970-01-01T00:00:00.000001Z\",");
}

static void a_signature_has_1_to_80_bytes(void **unused)
{
    (void)unused;
    FAILS(sig, "\"sig\":\"\",");
    READS(sig, "\"sig\":\"AA==\",");
    for (size_t size = SIGNATURE_MAX; size <= SIGNATURE_MAX + 1; size++) {
        const uint8_t zeros[SIGNATURE_MAX + 1] = {0};
        char memory[256];
        struct text text = TEXT_IN(memory);
        text_put_literal(&text, "\"sig\":");
        canonical_put_base64(&text, bytes_of(zeros, size));
        text_put_char(&text, ',');
        if (size <= SIGNATURE_MAX) {
            READS(sig, text_string(&text));
        } else {
            FAILS(sig, text_string(&text));
        }
    }
}

static void a_leaf_beyond_its_limit_is_refused(void **unused)
{
    (void)unused;
    static const char blank[LEAF_MAX + 1];
    struct leaf leaf;
    assert_int_equal(leaf_decode(bytes_of(blank, LEAF_MAX), &leaf).code, STATUS_MALFORMED);
    assert_int_equal(leaf_decode(bytes_of(blank, sizeof blank), &leaf).code, STATUS_LIMIT);
    assert_int_equal(leaf_decode_statement(bytes_of(blank, sizeof blank), &leaf).code,
                     STATUS_LIMIT);
}

/* Words --------------------------------------------------------------------------------------- */

static void an_outcome_is_ok_denied_or_failed(void **unused)
{
    (void)unused;
    enum outcome outcome = OUTCOME_OK;
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        assert_true(outcome_read(bytes_of_string(outcome_name((enum outcome)i)), &outcome));
        assert_int_equal(outcome, i);
    }
    assert_false(outcome_read(LITERAL("OK"), &outcome));
    assert_false(outcome_read(LITERAL(""), &outcome));
    assert_false(outcome_read(LITERAL("ok\0"), &outcome));
}

static void an_emitters_name_begins_with_a_letter(void **unused)
{
    (void)unused;
    for (unsigned c = 0; c < 256; c++) {
        const uint8_t first[] = {(uint8_t)c, 'a'}, second[] = {'a', (uint8_t)c};
        bool letter = c >= 'a' && c <= 'z';
        bool other = (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
        assert_int_equal(leaf_is_emitter_name(BYTES(first)), letter);
        assert_int_equal(leaf_is_emitter_name(BYTES(second)), letter || other);
        assert_int_equal(leaf_is_source(BYTES(first)),
                         c >= 0x20 && c <= 0x7e && c != '"' && c != '\\');
    }
    assert_false(leaf_is_emitter_name((struct bytes){0}));
    assert_false(leaf_is_source((struct bytes){0}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leaf_is_read_as_it_was_written),
        cmocka_unit_test(the_statement_of_a_leaf_is_the_one_encoded_slowly),
        cmocka_unit_test(the_leaf_of_a_statement_is_the_one_encoded_slowly),
        cmocka_unit_test(a_statement_is_encoded_again_as_it_was),
        cmocka_unit_test(a_copied_leaf_lends_nothing_from_the_first),
        cmocka_unit_test(a_damaged_leaf_is_refused_or_says_something_else),
        cmocka_unit_test(an_item_is_one_of_a_thousand_of_a_cause),
        cmocka_unit_test(an_event_that_points_after_itself_is_refused),
        cmocka_unit_test(what_is_new_in_a_statement_has_a_number_in_the_leaf),
        cmocka_unit_test(counters_begin_at_1),
        cmocka_unit_test(an_event_is_on_1_to_8_subjects),
        cmocka_unit_test(kinds_and_versions_are_those_of_the_catalogue),
        cmocka_unit_test(names_and_addresses_keep_to_their_form),
        cmocka_unit_test(a_signature_has_1_to_80_bytes),
        cmocka_unit_test(a_leaf_beyond_its_limit_is_refused),
        cmocka_unit_test(an_outcome_is_ok_denied_or_failed),
        cmocka_unit_test(an_emitters_name_begins_with_a_letter),
    };
    return cmocka_run_group_tests_name("schema/leaf", tests, NULL, NULL);
}
