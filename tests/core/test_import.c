/*
 * Records of foreign systems: each once, with what it names, whatever order and chunks they come
 * in.
 */
#include "core/audit/record.h"
#include "core/import.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct bench {
    struct scratch scratch;
    struct engine *engine;
    struct import *import;
};

static void begin(struct bench *bench)
{
    *bench = (struct bench){0};
    scratch_begin(&bench->scratch);
    scratch_store(&bench->scratch, KEY_ED25519);
    bench->engine = scratch_open(&bench->scratch, false);
    must(import_open(bench->engine, &bench->import));
}

static void end(struct bench *bench)
{
    import_close(&bench->import);
    scratch_close(&bench->engine);
    scratch_end(&bench->scratch);
}

static struct foreign_record record_of(const char *user, const char *raw, uint64_t at_utc_us)
{
    return (struct foreign_record){
        .format = IMPORT_FORMAT_SYSLOG,
        .outcome = OUTCOME_FAILED,
        .at_utc_us = at_utc_us,
        .line = 1,
        .system = LITERAL("syslog"),
        .action = LITERAL("sshd failed-password"),
        .user = bytes_of_string(user),
        .host = LITERAL("gateway"),
        .address = LITERAL("203.0.113.7"),
        .raw = bytes_of_string(raw),
    };
}

/* The last leaf of the kind audit.record_imported. */
static void last_record(struct bench *bench, struct leaf *leaf, union event_body *body,
                        struct arena *arena)
{
    struct bytes bytes, salted;
    struct log_snapshot *snapshot = NULL;
    must(log_snapshot_open(engine_log(bench->engine), &snapshot));
    for (uint64_t n = log_snapshot_size(snapshot); n-- > 0;) {
        must(log_read_leaf(snapshot, n, &bytes));
        must(leaf_decode(bytes, leaf));
        if (leaf->kind == EVENT_AUDIT_RECORD_IMPORTED) {
            must(log_read_body(snapshot, leaf, &salted));
            struct bytes copy =
                arena_copy(arena, bytes_of(salted.data + SALT_SIZE, salted.size - SALT_SIZE));
            must(event_body_decode(leaf->kind, copy, arena, body));
            log_snapshot_close(&snapshot);
            return;
        }
    }
    fail_msg("no record was imported");
}

static void a_record_names_subjects_and_keeps_its_own_time(void **unused)
{
    (void)unused;
    static uint8_t memory[1 << 16];
    struct arena arena = ARENA_IN(memory);
    struct bench bench;
    struct leaf leaf;
    union event_body body;
    begin(&bench);
    struct foreign_record record = record_of("ren", "Failed password for ren", 1773093151000000);
    must(import_add(bench.import, &record));
    must(import_flush(bench.import));
    last_record(&bench, &leaf, &body, &arena);
    assert_int_equal(leaf.on_count, 3);
    assert_int_equal(leaf.at_utc_us, 1773093151000000);
    assert_int_equal(leaf.outcome, OUTCOME_FAILED);
    assert_true(bytes_equal(body.audit_record_imported.raw, record.raw));
    assert_int_equal(import_counts_of(bench.import).subjects, 3);
    end(&bench);
}

static void the_same_record_again_adds_nothing(void **unused)
{
    (void)unused;
    struct bench bench;
    begin(&bench);
    struct foreign_record record = record_of("ren", "Failed password for ren", 1773093151000000);
    for (int file = 0; file < 3; file++) {
        import_begin_file(bench.import);
        /* Twice in the file: it happened twice. */
        must(import_add(bench.import, &record));
        must(import_add(bench.import, &record));
        must(import_flush(bench.import));
    }
    struct import_counts counts = import_counts_of(bench.import);
    assert_int_equal(counts.added, 2);
    assert_int_equal(counts.already, 4);
    end(&bench);
}

static void a_subject_is_named_once_over_many_chunks(void **unused)
{
    (void)unused;
    struct bench bench;
    begin(&bench);
    for (uint64_t i = 0; i < 3 * IMPORT_CHUNK + 7; i++) {
        char raw[64];
        struct text text = TEXT_IN(raw);
        text_add(&text, "attempt %u", (unsigned)i);
        struct foreign_record record =
            record_of(i % 2 == 0 ? "ren" : "oracle", text_string(&text), 1773093151000000 + i);
        must(import_add(bench.import, &record));
    }
    must(import_flush(bench.import));
    struct import_counts counts = import_counts_of(bench.import);
    assert_int_equal(counts.added, 3 * IMPORT_CHUNK + 7);
    assert_int_equal(counts.subjects, 4);
    end(&bench);
}

static void bytes_that_are_no_text_are_kept_as_they_are(void **unused)
{
    (void)unused;
    static uint8_t memory[1 << 16];
    struct arena arena = ARENA_IN(memory);
    struct bench bench;
    struct leaf leaf;
    union event_body body;
    begin(&bench);
    struct foreign_record record = record_of("ren", "x", 1773093151000000);
    record.raw = LITERAL("broken \xff\xfe bytes");
    must(import_add(bench.import, &record));
    must(import_flush(bench.import));
    last_record(&bench, &leaf, &body, &arena);
    assert_false(body.audit_record_imported.has_raw);
    assert_true(bytes_equal(body.audit_record_imported.raw_bytes, record.raw));
    end(&bench);
}

static void a_long_name_is_kept_as_its_beginning_and_its_hash(void **unused)
{
    (void)unused;
    struct bench bench;
    char name[1500];
    uint64_t before;
    begin(&bench);
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    struct foreign_record one = record_of(name, "one", 1773093151000000);
    must(import_add(bench.import, &one));
    must(import_flush(bench.import));
    before = import_counts_of(bench.import).subjects;
    name[sizeof name - 2] = 'm'; /* another user, whose name differs in its last letter */
    struct foreign_record two = record_of(name, "two", 1773093151000000);
    must(import_add(bench.import, &two));
    must(import_flush(bench.import));
    assert_int_equal(import_counts_of(bench.import).subjects, before + 1);
    end(&bench);
}

/* What cannot be imported is told at once; those that wait with it are imported all the same. */
static void assert_refused(struct bench *bench, const struct foreign_record *bad,
                           enum status_code code)
{
    struct foreign_record before = record_of("ren", "before", 1773093151000000);
    struct foreign_record after = record_of("ren", "after", 1773093151000000);
    struct import_counts counts = import_counts_of(bench->import);
    before.line = after.line = counts.records + 1;
    before.at_utc_us = after.at_utc_us = 0; /* told apart by their lines */
    must(import_add(bench->import, &before));
    assert_int_equal(import_add(bench->import, bad).code, code);
    must(import_add(bench->import, &after));
    must(import_flush(bench->import));
    assert_int_equal(import_counts_of(bench->import).records, counts.records + 2);
    assert_int_equal(import_counts_of(bench->import).added, counts.added + 2);
}

static void a_record_that_no_event_can_hold_is_refused_alone(void **unused)
{
    (void)unused;
    static char raw[BODY_MAX];
    struct bench bench;
    begin(&bench);
    memset(raw, 'r', sizeof raw);
    struct foreign_record good = record_of("ren", "x", 1773093151000000), bad = good;
    bad.raw = bytes_of(raw, TEXT_FIELD_MAX + 1);
    assert_refused(&bench, &bad, STATUS_LIMIT);
    memset(raw, '\x01', BODY_MAX / 5);
    bad.raw = bytes_of(raw, BODY_MAX / 5);
    assert_refused(&bench, &bad, STATUS_LIMIT);
    memset(raw, '\xff', sizeof raw);
    bad.raw = bytes_of(raw, TEXT_FIELD_MAX);
    assert_refused(&bench, &bad, STATUS_LIMIT);
    bad = good;
    bad.action = (struct bytes){0};
    assert_refused(&bench, &bad, STATUS_MALFORMED);
    bad = good;
    bad.user = LITERAL("r\xff");
    assert_refused(&bench, &bad, STATUS_MALFORMED);
    bad = good;
    bad.at_utc_us = UINT64_MAX;
    assert_refused(&bench, &bad, STATUS_MALFORMED);
    end(&bench);
}

static void the_longest_records_are_kept_whole(void **unused)
{
    (void)unused;
    static char raw[TEXT_FIELD_MAX];
    static uint8_t memory[1 << 20];
    struct bench bench;
    begin(&bench);
    const struct {
        char filling;
        size_t size;
    } longest[] = {{'r', TEXT_FIELD_MAX}, {'\x01', 42000}, {'\xff', 190000}, {'"', 126000}};
    for (size_t i = 0; i < sizeof longest / sizeof longest[0]; i++) {
        struct arena arena = ARENA_IN(memory);
        struct leaf leaf;
        union event_body body = {.audit_record_imported = {.has_raw = false}};
        memset(raw, longest[i].filling, longest[i].size);
        struct foreign_record record = record_of("ren", "x", 1773093151000000 + i);
        record.raw = bytes_of(raw, longest[i].size);
        must(import_add(bench.import, &record));
        must(import_flush(bench.import));
        last_record(&bench, &leaf, &body, &arena);
        assert_true(bytes_equal(body.audit_record_imported.has_raw
                                    ? body.audit_record_imported.raw
                                    : body.audit_record_imported.raw_bytes,
                                record.raw));
    }
    end(&bench);
}

/* Names of control characters are twice as long in a key of the state, and still found again. */
static void a_name_of_any_characters_is_folded(void **unused)
{
    (void)unused;
    char name[IMPORT_NAME_MAX + 1] = {0};
    struct bench bench;
    begin(&bench);
    memset(name, '\x01', IMPORT_NAME_MAX);
    for (unsigned round = 0; round < 2; round++) {
        struct foreign_record record = record_of(name, "x", 1773093151000000 + round);
        record.system = record.host = bytes_of_string(name);
        must(import_add(bench.import, &record));
        must(import_flush(bench.import));
        assert_int_equal(import_counts_of(bench.import).subjects, 3);
    }
    end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_names_subjects_and_keeps_its_own_time),
        cmocka_unit_test(the_same_record_again_adds_nothing),
        cmocka_unit_test(a_subject_is_named_once_over_many_chunks),
        cmocka_unit_test(bytes_that_are_no_text_are_kept_as_they_are),
        cmocka_unit_test(a_long_name_is_kept_as_its_beginning_and_its_hash),
        cmocka_unit_test(a_record_that_no_event_can_hold_is_refused_alone),
        cmocka_unit_test(the_longest_records_are_kept_whole),
        cmocka_unit_test(a_name_of_any_characters_is_folded),
    };
    return cmocka_run_group_tests_name("core/import", tests, NULL, NULL);
}
