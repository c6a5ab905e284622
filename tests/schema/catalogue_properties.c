#include "tests/schema/catalogue_properties.h"

#include "schema/catalogue/catalogue.h"
#include "tests/schema/random_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum {
    RECORD_MAX = 256 << 10, /* bytes of a made-up record */
    ARENA_SIZE = 512 << 10, /* enough for any of them */
    RECORDS = 40,           /* made up for each kind */
    TRIED_BYTES = 300,      /* of one record, about */
};

/* One of the three sorts of records, so that each property is written once. */
struct sort {
    size_t count;
    const struct field_info *(*fields)(size_t kind, size_t *count, enum id_kind *creates);
    struct status (*recode)(size_t kind, struct bytes bytes, struct arena *arena,
                            struct text *again);
};

static const struct field_info *event_fields(size_t kind, size_t *count, enum id_kind *creates)
{
    *count = event_infos[kind].field_count;
    *creates = event_infos[kind].creates;
    return event_infos[kind].fields;
}

static struct status recode_event(size_t kind, struct bytes bytes, struct arena *arena,
                                  struct text *again)
{
    union event_body body;
    TRY(event_body_decode((enum event_kind)kind, bytes, arena, &body));
    event_body_encode((enum event_kind)kind, &body, again);
    return OK;
}

static const struct field_info *command_fields(size_t kind, size_t *count, enum id_kind *creates)
{
    *count = command_infos[kind].field_count;
    *creates = ID_NONE;
    return command_infos[kind].fields;
}

static struct status recode_command(size_t kind, struct bytes bytes, struct arena *arena,
                                    struct text *again)
{
    union command_fields fields;
    TRY(command_fields_decode((enum command_kind)kind, bytes, arena, &fields));
    command_fields_encode((enum command_kind)kind, &fields, again);
    return OK;
}

static const struct field_info *row_fields(size_t kind, size_t *count, enum id_kind *creates)
{
    *count = row_infos[kind].field_count;
    *creates = ID_NONE;
    return row_infos[kind].fields;
}

static struct status recode_row(size_t kind, struct bytes bytes, struct arena *arena,
                                struct text *again)
{
    uint64_t row[128];
    assert_true(row_size((enum row_table)kind) <= sizeof row);
    TRY(row_decode((enum row_table)kind, bytes, arena, row));
    row_encode((enum row_table)kind, row, again);
    return OK;
}

static const struct sort sorts[] = {
    {EVENT_KIND_COUNT, event_fields, recode_event},
    {COMMAND_KIND_COUNT, command_fields, recode_command},
    {ROW_TABLE_COUNT, row_fields, recode_row},
};

static void make_record(struct random *random, const struct sort *sort, size_t kind,
                        struct text *out)
{
    size_t count;
    enum id_kind creates;
    const struct field_info *fields = sort->fields(kind, &count, &creates);
    text_clear(out);
    random_record(random, fields, count, creates, out);
    assert_false(out->full);
}

/* Decodes and encodes; on success the text is the same. The input lies in a block of its size. */
static struct status recode(const struct sort *sort, size_t kind, struct bytes bytes)
{
    static uint8_t memory[ARENA_SIZE];
    static char again_memory[RECORD_MAX];
    struct arena arena = ARENA_IN(memory);
    struct text again = TEXT_IN(again_memory);
    TRY(sort->recode(kind, bytes, &arena, &again));
    assert_false(again.full);
    assert_int_equal(again.size, bytes.size);
    assert_memory_equal(again.data, bytes.data, bytes.size);
    return OK;
}

typedef void property(const struct sort *sort, size_t kind, struct text *record);

static void for_all(property *holds, size_t records)
{
    static char memory[RECORD_MAX];
    struct random random = {.state = 88172645463325252u};
    for (size_t s = 0; s < sizeof sorts / sizeof sorts[0]; s++) {
        for (size_t kind = 0; kind < sorts[s].count; kind++) {
            for (size_t i = 0; i < records; i++) {
                struct text record = TEXT_IN(memory);
                make_record(&random, &sorts[s], kind, &record);
                holds(&sorts[s], kind, &record);
            }
        }
    }
}

/* Codecs ---------------------------------------------------------------------------------- */

static void is_the_same_again(const struct sort *sort, size_t kind, struct text *record)
{
    struct status status = recode(sort, kind, text_bytes(record));
    if (failed(status)) {
        print_error("%s\nbyte %u: %s\n", text_string(record), (unsigned)status.at, status.why);
    }
    assert_false(failed(status));
}

static void what_is_decoded_and_encoded_is_the_same(void **unused)
{
    (void)unused;
    for_all(is_the_same_again, RECORDS);
}

/* Of a long record not every byte is tried, or the time would grow with its square. */
static size_t step_of(const struct text *record)
{
    return 1 + record->size / TRIED_BYTES;
}

static void is_refused_when_cut(const struct sort *sort, size_t kind, struct text *record)
{
    for (size_t size = 0; size < record->size; size += step_of(record)) {
        struct status status = recode(sort, kind, bytes_of(record->data, size));
        assert_int_equal(status.code, STATUS_MALFORMED);
        assert_true(status.at <= size);
    }
}

static void every_truncation_is_refused(void **unused)
{
    (void)unused;
    for_all(is_refused_when_cut, 2);
}

static void is_another_or_none_when_flipped(const struct sort *sort, size_t kind,
                                            struct text *record)
{
    for (size_t i = 0; i < record->size; i += step_of(record)) {
        char kept = record->data[i];
        for (unsigned bit = 0; bit < 8; bit++) {
            record->data[i] = (char)(kept ^ (char)(1u << bit));
            struct status status = recode(sort, kind, text_bytes(record));
            assert_true(status.code == STATUS_OK || status.code == STATUS_MALFORMED);
        }
        record->data[i] = kept;
    }
}

static void every_flipped_bit_is_refused_or_written_again(void **unused)
{
    (void)unused;
    for_all(is_another_or_none_when_flipped, 1);
}

static void is_refused_when_followed(const struct sort *sort, size_t kind, struct text *record)
{
    text_put_char(record, ' ');
    assert_int_equal(recode(sort, kind, text_bytes(record)).code, STATUS_MALFORMED);
}

static void nothing_may_follow(void **unused)
{
    (void)unused;
    for_all(is_refused_when_followed, 1);
}

static void says_when_memory_ends(const struct sort *sort, size_t kind, struct text *record)
{
    static uint8_t memory[ARENA_SIZE];
    static char again_memory[RECORD_MAX];
    for (size_t capacity = 0; capacity < 4096; capacity += 8) {
        struct arena arena = {.memory = memory, .capacity = capacity};
        struct text again = TEXT_IN(again_memory);
        struct status status = sort->recode(kind, text_bytes(record), &arena, &again);
        assert_true(status.code == STATUS_OK || status.code == STATUS_NO_MEMORY);
    }
}

static void too_little_memory_is_no_memory(void **unused)
{
    (void)unused;
    for_all(says_when_memory_ends, 2);
}

static void a_body_over_the_limit_is_refused(void **unused)
{
    (void)unused;
    static uint8_t big[BODY_MAX + 1];
    uint8_t memory[64];
    struct arena arena = ARENA_IN(memory);
    union event_body body;
    union command_fields fields;
    struct status status = event_body_decode((enum event_kind)0, BYTES(big), &arena, &body);
    assert_int_equal(status.code, STATUS_LIMIT);
    assert_int_equal(status.at, BODY_MAX);
    status = command_fields_decode((enum command_kind)0, BYTES(big), &arena, &fields);
    assert_int_equal(status.code, STATUS_LIMIT);
    assert_int_equal(status.at, COMMAND_MAX);
}

/* Names ----------------------------------------------------------------------------------- */

static void every_name_reads_back(void **unused)
{
    (void)unused;
    for (unsigned i = 1; i < ID_KIND_COUNT; i++) {
        enum id_kind kind = ID_NONE;
        assert_true(id_kind_read(bytes_of_string(id_kind_name((enum id_kind)i)), &kind));
        assert_int_equal(kind, i);
        assert_string_equal(id_infos[i].name, id_kind_name(kind));
    }
    for (unsigned i = 0; i < EVENT_KIND_COUNT; i++) {
        enum event_kind kind = EVENT_KIND_COUNT;
        struct bytes name = bytes_of_string(event_name((enum event_kind)i));
        assert_true(event_read(name, event_version((enum event_kind)i), &kind));
        assert_int_equal(kind, i);
        assert_string_equal(event_infos[i].name, event_name(kind));
    }
    for (unsigned i = 0; i < COMMAND_KIND_COUNT; i++) {
        enum command_kind kind = COMMAND_KIND_COUNT;
        assert_true(command_read(bytes_of_string(command_name((enum command_kind)i)), &kind));
        assert_int_equal(kind, i);
    }
    for (unsigned i = 1; i < RULE_COUNT; i++) {
        enum rule rule = RULE_NONE;
        assert_true(rule_read(bytes_of_string(rule_id((enum rule)i)), &rule));
        assert_int_equal(rule, i);
        assert_string_equal(rule_infos[i].sentence, rule_sentence(rule));
    }
    for (unsigned i = 0; i < ROW_TABLE_COUNT; i++) {
        enum row_table table = ROW_TABLE_COUNT;
        assert_true(row_read(bytes_of_string(row_name((enum row_table)i)), &table));
        assert_int_equal(table, i);
    }
}

static void the_names_of_nothing_are_not_read(void **unused)
{
    (void)unused;
    enum id_kind kind = ID_KIND_COUNT;
    enum rule rule = RULE_COUNT;
    enum event_kind event;
    assert_string_equal(id_kind_name(ID_NONE), "none");
    assert_false(id_kind_read(LITERAL("none"), &kind));
    assert_int_equal(kind, ID_KIND_COUNT);
    assert_string_equal(rule_id(RULE_NONE), "");
    assert_false(rule_read(LITERAL(""), &rule));
    assert_false(rule_read((struct bytes){0}, &rule));
    assert_false(event_read((struct bytes){0}, 1, &event));
}

/* Whether any kind has this name and version, the slow way. */
static bool event_exists(struct bytes name, uint16_t version)
{
    for (unsigned i = 0; i < EVENT_KIND_COUNT; i++) {
        if (event_infos[i].version == version &&
            bytes_equal(name, bytes_of_string(event_infos[i].name))) {
            return true;
        }
    }
    return false;
}

static void a_name_with_one_byte_changed_is_not_read(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < EVENT_KIND_COUNT; i++) {
        char name[NAME_MAX_SIZE + 2];
        size_t size = strlen(event_infos[i].name);
        memcpy(name, event_infos[i].name, size + 1);
        enum event_kind kind;
        for (size_t at = 0; at < size; at++) {
            for (unsigned byte = 0; byte < 256; byte++) {
                name[at] = (char)byte;
                struct bytes changed = bytes_of(name, size);
                assert_int_equal(event_read(changed, 1, &kind), event_exists(changed, 1));
            }
            name[at] = event_infos[i].name[at];
            struct bytes cut = bytes_of(name, at);
            assert_int_equal(event_read(cut, 1, &kind), event_exists(cut, 1));
        }
        assert_false(event_read(bytes_of(name, size + 1), 1, &kind));
    }
}

static void every_version_is_read_and_no_other(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < EVENT_KIND_COUNT; i++) {
        struct bytes name = bytes_of_string(event_infos[i].name);
        for (uint32_t version = 0; version <= UINT16_MAX; version++) {
            enum event_kind kind;
            bool read = event_read(name, (uint16_t)version, &kind);
            assert_int_equal(read, event_exists(name, (uint16_t)version));
            assert_true(!read || event_version(kind) == version);
        }
    }
}

/* Rows ------------------------------------------------------------------------------------ */

static void has_prefixes_of_its_key(const struct sort *sort, size_t kind, struct text *record)
{
    static uint8_t memory[ARENA_SIZE];
    struct arena arena = ARENA_IN(memory);
    uint64_t row[128];
    if (sort->recode != recode_row) {
        return;
    }
    enum row_table table = (enum row_table)kind;
    assert_false(failed(row_decode(table, text_bytes(record), &arena, row)));
    char key_memory[4096], prefix_memory[4096];
    struct text key = TEXT_IN(key_memory);
    row_key(table, row, &key);
    assert_true(key.size > 0);
    size_t previous = 0;
    for (size_t parts = 0; parts <= row_infos[kind].key_count; parts++) {
        struct text prefix = TEXT_IN(prefix_memory);
        row_key_prefix(table, row, parts, &prefix);
        assert_true(prefix.size <= key.size && (parts == 0 || prefix.size > previous));
        assert_memory_equal(prefix.data, key.data, prefix.size);
        previous = prefix.size;
    }
    assert_int_equal(previous, key.size);
}

static void a_key_begins_with_the_keys_of_fewer_parts(void **unused)
{
    (void)unused;
    for_all(has_prefixes_of_its_key, RECORDS);
}

/* Tables ---------------------------------------------------------------------------------- */

static void every_event_is_on_something_and_says_what_it_is(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < EVENT_KIND_COUNT; i++) {
        const struct event_info *info = &event_infos[i];
        assert_true(info->on_count > 0 && info->on_count <= LEAF_SUBJECTS_MAX);
        assert_true(info->creates == ID_NONE || info->creates == info->on[0]);
        assert_true(strlen(info->about) > 0 && strlen(info->context) > 0);
    }
    for (unsigned i = 0; i < COMMAND_KIND_COUNT; i++) {
        assert_true(strlen(command_infos[i].about) > 0);
    }
    for (unsigned i = 0; i < ROW_TABLE_COUNT; i++) {
        assert_true(strlen(row_infos[i].about) > 0 && row_infos[i].key_count > 0);
    }
}

static void the_fingerprint_is_64_hexadecimal_digits(void **unused)
{
    (void)unused;
    assert_int_equal(strlen(catalogue_fingerprint), DIGEST_HEX_SIZE);
    assert_int_equal(strspn(catalogue_fingerprint, "0123456789abcdef"), DIGEST_HEX_SIZE);
}

int catalogue_properties(const char *name)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_decoded_and_encoded_is_the_same),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(every_flipped_bit_is_refused_or_written_again),
        cmocka_unit_test(nothing_may_follow),
        cmocka_unit_test(too_little_memory_is_no_memory),
        cmocka_unit_test(a_body_over_the_limit_is_refused),
        cmocka_unit_test(every_name_reads_back),
        cmocka_unit_test(the_names_of_nothing_are_not_read),
        cmocka_unit_test(a_name_with_one_byte_changed_is_not_read),
        cmocka_unit_test(every_version_is_read_and_no_other),
        cmocka_unit_test(a_key_begins_with_the_keys_of_fewer_parts),
        cmocka_unit_test(every_event_is_on_something_and_says_what_it_is),
        cmocka_unit_test(the_fingerprint_is_64_hexadecimal_digits),
    };
    return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}
