/*
 * The footer tells the position of the answer, and whether the answer is all there is.
 */
#include "reports/footer.h"
#include "tests/reports/capture.h"
#include "tests/reports/history.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void the_position_is_that_of_the_newest_checkpoint(void **unused)
{
    (void)unused;
    struct history history;
    struct footer footer = {.rows = 1};
    struct checkpoint checkpoint;
    struct bytes note;
    uint64_t size;
    history_begin(&history, 41);
    history_write(&history, 700);
    history_look(&history);
    must(footer_look(history.log, &footer));
    must(log_read_checkpoint(history.log, history.count, &note, &size));
    must(log_read_note(note, size, &checkpoint));
    assert_int_equal(footer.size, history.count);
    assert_int_equal(checkpoint.size, history.count);
    assert_true(digest_equal(&footer.root, &checkpoint.root));
    assert_int_equal(footer.gaps, 0);
    assert_true(footer_is_complete(&footer));
    history_end(&history);
}

/* As a log is in which an emitter has counted another number of events than there are. */
static struct status look_at(uint64_t counted, struct footer *footer)
{
    struct scratch scratch;
    char directory[400];
    struct log *log = NULL;
    struct log_snapshot *snapshot = NULL;
    struct bytes note;
    struct emitter_head head = {.emitter_n = counted};
    scratch_begin(&scratch);
    scratch_store(&scratch, KEY_ED25519);
    snprintf(directory, sizeof directory, "%s/log", scratch.directory);
    must(log_open(&(struct log_options){.directory = directory, .origin = "test/footer"}, &log));
    must(log_begin(log));
    for (unsigned i = 0; i < 5; i++) {
        struct leaf leaf = {.actor = LITERAL("door"),
                            .emitter = LITERAL("door"),
                            .emitter_n = i + 1,
                            .cause = LEAF_NO_CAUSE,
                            .kind = EVENT_AUDIT_OBSERVED,
                            .on = {{ID_LOG, 0}},
                            .on_count = 1,
                            .on_n = i + 1,
                            .version = 1};
        char memory[LEAF_MAX];
        struct text text = TEXT_IN(memory);
        struct leaf statement;
        leaf_encode_statement(&leaf, &text);
        must(leaf_decode_statement(text_bytes(&text), &statement));
        statement.on_n = i + 1;
        statement.version = 1;
        must(log_append(log, &(struct log_event){.leaf = &statement, .body = LITERAL("")}, i + 1));
    }
    must(log_set_emitter(log, LITERAL("door"), &head));
    must(log_commit(log, scratch.admin_key, &note));
    must(log_snapshot_open(log, &snapshot));
    struct status status = footer_look(snapshot, footer);
    log_snapshot_close(&snapshot);
    log_close(&log);
    scratch_end(&scratch);
    return status;
}

static void a_gap_in_a_counter_makes_an_answer_incomplete(void **unused)
{
    (void)unused;
    struct footer footer = {.rows = 5};
    must(look_at(5, &footer));
    assert_true(footer_is_complete(&footer));
    must(look_at(7, &footer));
    assert_int_equal(footer.gaps, 2);
    assert_false(footer_is_complete(&footer));
    assert_int_equal(look_at(4, &footer).code, STATUS_CORRUPT);
}

static void an_answer_that_was_cut_is_complete_only_if_no_more_was_asked_for(void **unused)
{
    (void)unused;
    struct footer footer = {.rows = 1, .cut = true};
    assert_false(footer_is_complete(&footer));
    footer.asked_for_cut = true;
    assert_true(footer_is_complete(&footer));
    footer.erased = 1;
    assert_false(footer_is_complete(&footer));
}

static void is_written(const struct footer *footer, const char *line)
{
    char memory[FOOTER_LINE_SIZE];
    struct text text = TEXT_IN(memory);
    const struct zone utc = zone_utc();
    footer_write(footer, &utc, &text);
    assert_string_equal(text_string(&text), line);
}

static void it_looks_like_this(void **unused)
{
    (void)unused;
    char memory[FOOTER_LINE_SIZE];
    struct text text = TEXT_IN(memory);
    struct footer footer = {.rows = 37, .size = 48213, .uncovered = 12};
    is_written(&footer, "37 of 48213 events, complete (0 gaps, 12 not indexed yet)");
    footer.cut = true;
    is_written(&footer, "37 of 48213 events, there are more (0 gaps, 12 not indexed yet)");
    footer = (struct footer){.rows = 2, .size = 9, .what = "findings", .gaps = 1, .erased = 3};
    footer.range.since = (struct moment){MOMENT_POSITION, 5};
    is_written(&footer, "2 findings in 9 events in seq:5.., incomplete (1 gaps, 3 bodies erased, "
                        "0 not indexed yet)");
    footer_write_position(&footer, 3140, &text);
    assert_string_equal(text_string(&text),
                        "tree 9 root AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=, 3.1 ms");
}

static void what_a_query_says_is_taken_over(void **unused)
{
    (void)unused;
    const struct query query = {.range.until = {MOMENT_POSITION, 8}};
    const struct query_outcome outcome = {
        .rows = 3, .size = 9, .uncovered = 4, .erased = 1, .cut = true};
    struct footer footer = footer_of(&query, &outcome);
    assert_int_equal(footer.rows, 3);
    assert_int_equal(footer.size, 9);
    assert_int_equal(footer.uncovered, 4);
    assert_int_equal(footer.erased, 1);
    assert_true(footer.cut && !footer.asked_for_cut);
    assert_int_equal(footer.range.until.value, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_position_is_that_of_the_newest_checkpoint),
        cmocka_unit_test(a_gap_in_a_counter_makes_an_answer_incomplete),
        cmocka_unit_test(an_answer_that_was_cut_is_complete_only_if_no_more_was_asked_for),
        cmocka_unit_test(it_looks_like_this),
        cmocka_unit_test(what_a_query_says_is_taken_over),
    };
    return cmocka_run_group_tests_name("reports/footer", tests, NULL, NULL);
}
