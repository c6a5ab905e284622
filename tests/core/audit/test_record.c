/*
 * Foreign subjects, records and index runs, as the state knows them.
 */
#include "core/audit/record.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct id name_subject(struct engine *engine, enum subject_class class, struct bytes name)
{
    must(engine_flush(engine));
    struct id id = {ID_SUBJECT, log_head_of(engine_log(engine))->size};
    union event_body body = {
        .audit_subject_named = {.class = class, .system = LITERAL("syslog"), .name = name}};
    must(engine_say(engine, VOICE_IMPORT,
                    &(struct draft){.kind = EVENT_AUDIT_SUBJECT_NAMED,
                                    .on = {NEW(ID_SUBJECT)},
                                    .on_count = 1,
                                    .body = &body}));
    must(engine_flush(engine));
    return id;
}

static void a_subject_is_found_by_class_system_and_name_from_its_event_on(void **unused)
{
    (void)unused;
    uint8_t memory[8192];
    struct arena arena = ARENA_IN(memory);
    struct scratch scratch;
    struct status trouble = OK;
    struct id found;
    scratch_begin(&scratch);
    scratch_store(&scratch, KEY_ED25519);
    struct engine *engine = scratch_open(&scratch, false);
    struct id ren = name_subject(engine, SUBJECT_CLASS_USER, LITERAL("ren"));
    struct view now = engine_view(engine, UINT64_MAX, &arena, &trouble);
    struct view before = engine_view(engine, ren.n - 1, &arena, &trouble);
    assert_true(subject_find(&now, SUBJECT_CLASS_USER, LITERAL("syslog"), LITERAL("ren"), &found));
    assert_true(id_equal(found, ren));
    assert_false(
        subject_find(&before, SUBJECT_CLASS_USER, LITERAL("syslog"), LITERAL("ren"), &found));
    assert_false(subject_find(&now, SUBJECT_CLASS_HOST, LITERAL("syslog"), LITERAL("ren"), &found));
    assert_false(subject_find(&now, SUBJECT_CLASS_USER, LITERAL("aws"), LITERAL("ren"), &found));
    assert_false(failed(trouble));
    scratch_close(&engine);
    scratch_end(&scratch);
}

static void a_record_and_a_run_that_were_never_logged_are_unknown(void **unused)
{
    (void)unused;
    uint8_t memory[8192];
    struct arena arena = ARENA_IN(memory);
    struct scratch scratch;
    struct status trouble = OK;
    struct digest digest = {.sha256 = {1}};
    scratch_begin(&scratch);
    scratch_store(&scratch, KEY_ED25519);
    struct engine *engine = scratch_open(&scratch, false);
    struct view view = engine_view(engine, UINT64_MAX, &arena, &trouble);
    assert_false(record_known(&view, &digest, 1));
    assert_false(index_run_known(&view, 0, 0));
    union event_body body = {
        .audit_index_run = {.level = 0, .from = 0, .to = 4096, .leaves = 1, .root = digest}};
    must(engine_say(
        engine, VOICE_AUDIT,
        &(struct draft){
            .kind = EVENT_AUDIT_INDEX_RUN, .on = {THE_LOG}, .on_count = 1, .body = &body}));
    must(engine_flush(engine));
    assert_true(index_run_known(&view, 0, 0));
    assert_false(index_run_known(&view, 1, 0));
    scratch_close(&engine);
    scratch_end(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_subject_is_found_by_class_system_and_name_from_its_event_on),
        cmocka_unit_test(a_record_and_a_run_that_were_never_logged_are_unknown),
    };
    return cmocka_run_group_tests_name("core/audit/record", tests, NULL, NULL);
}
