/*
 * The verifier: a sound log has no findings, and each kind of tampering is found and named at the
 * event where it was done, by whoever it was done.
 */
#include "store/verify.h"
#include "tests/store/chronicle.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    SIZE = 40,
    AT = 21, /* one of door's, signed two events later */
};

static int begin(void **state)
{
    struct chronicle *chronicle = malloc(sizeof *chronicle);
    chronicle_begin(chronicle, SIZE + 400);
    chronicle_fill(chronicle, SIZE);
    *state = chronicle;
    return 0;
}

static int end(void **state)
{
    chronicle_end(*state);
    free(*state);
    return 0;
}

/* Sound --------------------------------------------------------------------------------------- */

static void a_sound_log_has_no_findings(void **state)
{
    struct chronicle *chronicle = *state;
    struct verify_report report;
    chronicle_verify(chronicle, true, &report);
    assert_int_equal(report.finding_count, 0);
    assert_int_equal(report.size, SIZE);
    assert_int_equal(report.checkpointed, SIZE);
    assert_int_equal(report.checkpoints, 1);
    assert_int_equal(report.bodies, SIZE);
    assert_int_equal(report.bodies_absent, 0);
    assert_int_equal(report.commands, SIZE / 4 - 1);
    assert_int_equal(report.unsigned_events, 0);
    assert_int_equal(report.emitters, 2 + SIZE / 4 - 1);
    assert_int_equal(report.first_t_utc_us, chronicle->events[0].leaf.t_utc_us);
    assert_int_equal(report.last_t_utc_us, chronicle->events[SIZE - 1].leaf.t_utc_us);
}

static void a_sound_log_of_tiles_has_no_findings(void **state)
{
    struct chronicle *chronicle = *state;
    struct verify_report report;
    while (chronicle->count < 300) {
        (void)chronicle_observe(chronicle, &chronicle->door, true);
    }
    chronicle_verify(chronicle, true, &report);
    assert_int_equal(report.finding_count, 0);
    assert_int_equal(report.size, 300);
}

static void without_a_checkpoint_nothing_is_checkpointed(void **state)
{
    struct verify_report report;
    chronicle_verify(*state, false, &report);
    assert_int_equal(report.finding_count, 0);
    assert_int_equal(report.checkpointed, 0);
}

static void an_erased_body_is_counted_and_no_finding(void **state)
{
    struct chronicle *chronicle = *state;
    struct verify_report report;
    chronicle->events[AT].body_size = 0;
    chronicle_verify(chronicle, true, &report);
    assert_int_equal(report.finding_count, 0);
    assert_int_equal(report.bodies_absent, 1);
}

/* Damage without knowing any key -------------------------------------------------------------- */

/* The first finding is at this event, and says this. */
static void assert_found(struct chronicle *chronicle, uint64_t n, const char *what)
{
    struct verify_report report;
    chronicle_verify(chronicle, false, &report);
    assert_true(report.finding_count > 0);
    assert_string_equal(report.findings[0].what, what);
    assert_int_equal(report.findings[0].n, n);
}

static void a_leaf_that_is_not_canonical_is_named(void **state)
{
    struct chronicle *chronicle = *state;
    chronicle->events[AT].text[0] = ' ';
    assert_found(chronicle, AT, "the leaf is not in canonical form");
}

/* A digit of the time: still a canonical leaf, which the emitter does not sign. */
static void a_leaf_that_was_edited_breaks_the_chain_after_it(void **state)
{
    struct chronicle *chronicle = *state;
    struct told *told = &chronicle->events[AT];
    char *digit = told->text + told->text_size - strlen("3Z\",\"v\":1}");
    *digit = *digit == '9' ? '0' : (char)(*digit + 1);
    assert_found(chronicle, AT + 1, "the chain is broken here: `prev` is not the leaf before");
}

static void a_body_that_was_edited_is_named(void **state)
{
    struct chronicle *chronicle = *state;
    chronicle->events[AT].body[SALT_SIZE + 12] ^= 1;
    assert_found(chronicle, AT, "the body is not what the leaf commits to");
}

static void a_salt_that_was_edited_is_named(void **state)
{
    struct chronicle *chronicle = *state;
    chronicle->events[AT].body[3] ^= 1;
    assert_found(chronicle, AT, "the body is not what the leaf commits to");
}

static void a_body_cut_down_to_less_than_its_salt_is_named(void **state)
{
    struct chronicle *chronicle = *state;
    chronicle->events[AT].body_size = SALT_SIZE - 1;
    assert_found(chronicle, AT, "the body is too short");
}

static void a_command_that_was_edited_is_named(void **state)
{
    struct chronicle *chronicle = *state;
    chronicle->events[20].command[30] ^= 1;
    assert_found(chronicle, 20, "the command is not what the leaf commits to");
}

static void a_command_that_is_missing_is_named(void **state)
{
    struct chronicle *chronicle = *state;
    chronicle->events[20].command_size = 0;
    assert_found(chronicle, 20, "the signed command is missing");
}

static void a_command_that_was_added_is_named(void **state)
{
    struct chronicle *chronicle = *state;
    struct told *told = &chronicle->events[AT];
    memcpy(told->command, chronicle->events[20].command, sizeof told->command);
    told->command_size = chronicle->events[20].command_size;
    assert_found(chronicle, AT, "there is a command that the leaf does not know");
}

static void two_leaves_that_were_swapped_are_named(void **state)
{
    struct chronicle *chronicle = *state;
    struct told *told = &chronicle->events[AT];
    struct told first = told[0];
    told[0] = told[1];
    told[1] = first;
    assert_found(chronicle, AT, "the leaf says another position than it has");
}

static void drop(struct chronicle *chronicle, size_t at)
{
    memmove(&chronicle->events[at], &chronicle->events[at + 1],
            (chronicle->count - at - 1) * sizeof chronicle->events[0]);
    chronicle->count--;
}

static void a_leaf_that_was_dropped_is_named(void **state)
{
    struct chronicle *chronicle = *state;
    drop(chronicle, AT);
    assert_found(chronicle, AT, "the leaf says another position than it has");
}

static void a_flipped_bit_is_found_wherever_it_is(void **state)
{
    struct chronicle *chronicle = *state;
    for (size_t at = AT - 1; at <= AT; at++) {
        struct told *told = &chronicle->events[at];
        struct bytes parts[] = {told_leaf(told), told_body(told), told_command(told)};
        uint8_t *memories[] = {(uint8_t *)told->text, told->body, (uint8_t *)told->command};
        for (size_t part = 0; part < 3; part++) {
            for (size_t bit = 0; bit < 8 * parts[part].size; bit += 31) {
                struct verify_report report;
                memories[part][bit / 8] ^= (uint8_t)(1u << bit % 8);
                chronicle_verify(chronicle, false, &report);
                assert_true(report.finding_count > 0);
                assert_in_range(report.findings[0].n, at, at + 1);
                memories[part][bit / 8] ^= (uint8_t)(1u << bit % 8);
            }
        }
    }
}

/* Damage by somebody who makes the chain whole again ------------------------------------------ */

static void a_statement_that_was_edited_fails_under_its_emitters_next_signature(void **state)
{
    struct chronicle *chronicle = *state;
    chronicle->events[AT].leaf.outcome = OUTCOME_FAILED;
    chronicle_chain_from(chronicle, AT);
    assert_found(chronicle, AT + 2, "its emitter's signature does not hold");
}

static void an_actor_that_was_changed_fails_under_the_emitters_signature(void **state)
{
    struct chronicle *chronicle = *state;
    chronicle->events[2].leaf.actor = LITERAL("user:0");
    chronicle_chain_from(chronicle, 2);
    assert_found(chronicle, 2, "its emitter's signature does not hold");
}

static void a_signature_that_was_changed_is_named(void **state)
{
    struct chronicle *chronicle = *state;
    chronicle->events[AT + 2].leaf.sig_memory[5] ^= 1;
    chronicle_chain_from(chronicle, AT);
    assert_found(chronicle, AT + 2, "its emitter's signature does not hold");
}

static void an_event_taken_out_leaves_a_gap_in_its_emitters_counter(void **state)
{
    struct chronicle *chronicle = *state;
    drop(chronicle, SIZE - 1);
    drop(chronicle, AT);
    for (size_t i = AT; i < chronicle->count; i++) {
        chronicle->events[i].leaf.n = i;
    }
    chronicle_chain_from(chronicle, AT);
    struct verify_report report;
    chronicle_verify(chronicle, true, &report);
    assert_int_equal(report.findings[0].n, AT);
    assert_string_equal(report.findings[0].what,
                        "an event of its subject is missing: `on_n` is not one more than before");
    assert_int_equal(report.findings[1].n, AT);
    assert_string_equal(
        report.findings[1].what,
        "an event of its emitter is missing: `emitter_n` is not one more than before");
}

static void a_subjects_counter_that_was_changed_is_named(void **state)
{
    struct chronicle *chronicle = *state;
    chronicle->events[AT].leaf.on_n++;
    chronicle_chain_from(chronicle, AT);
    assert_found(chronicle, AT,
                 "an event of its subject is missing: `on_n` is not one more than before");
}

static void an_emitters_counter_that_was_changed_is_named(void **state)
{
    struct chronicle *chronicle = *state;
    chronicle->events[AT].leaf.emitter_n++;
    chronicle_chain_from(chronicle, AT);
    assert_found(chronicle, AT,
                 "an event of its emitter is missing: `emitter_n` is not one more than before");
}

static void a_time_that_goes_back_is_named(void **state)
{
    struct chronicle *chronicle = *state;
    chronicle->events[AT].leaf.t_utc_us = chronicle->events[AT - 1].leaf.t_utc_us - 1;
    chronicle_chain_from(chronicle, AT);
    assert_found(chronicle, AT, "it was recorded before the event before it");
}

/* Body and commitment changed together: the statement is signed. */
static void a_body_that_was_replaced_fails_under_the_emitters_next_signature(void **state)
{
    struct chronicle *chronicle = *state;
    struct told *told = &chronicle->events[AT];
    told->body[0] ^= 1;
    told->leaf.body = hash_body(chronicle->hasher, bytes_of(told->body, SALT_SIZE),
                                bytes_of(told->body + SALT_SIZE, told->body_size - SALT_SIZE));
    chronicle_chain_from(chronicle, AT);
    assert_found(chronicle, AT + 2, "its emitter's signature does not hold");
}

static void a_tail_that_nobody_signed_is_named_at_its_first_event(void **state)
{
    struct chronicle *chronicle = *state;
    struct verify_report report;
    for (size_t i = 0; i < 3; i++) {
        (void)chronicle_observe(chronicle, &chronicle->door, false);
    }
    chronicle_verify(chronicle, true, &report);
    assert_int_equal(report.finding_count, 1);
    assert_int_equal(report.findings[0].n, SIZE);
    assert_string_equal(report.findings[0].what,
                        "its emitter's signature over it and what follows is missing");
    assert_int_equal(report.unsigned_events, 3);
    assert_int_equal(report.first_unsigned, SIZE);
}

/* Damage by the operator, who has the log's key and the writer's own -------------------------- */

static void an_emitter_that_was_never_registered_is_named(void **state)
{
    struct chronicle *chronicle = *state;
    struct teller ghost = {.name = "ghost", .key = chronicle->door.key};
    ghost.chain =
        hash_emitter_start(chronicle->hasher, LITERAL(CHRONICLE_ORIGIN), LITERAL("ghost"));
    (void)chronicle_observe(chronicle, &ghost, true);
    assert_found(chronicle, SIZE, "its emitter was never registered");
}

static void an_emitter_that_speaks_before_it_is_registered_is_named(void **state)
{
    struct chronicle *chronicle = *state;
    struct teller early = {.name = "early", .key = chronicle->door.key};
    early.chain =
        hash_emitter_start(chronicle->hasher, LITERAL(CHRONICLE_ORIGIN), LITERAL("early"));
    (void)chronicle_observe(chronicle, &early, true);
    (void)chronicle_register(chronicle, "early", early.key, true);
    assert_found(chronicle, SIZE, "its emitter was never registered");
}

/* The key in a registration whose body is erased is not known; its events are not held against it,
 * but not counted as checked either. */
static void an_erased_registration_hides_a_key_and_is_no_finding(void **state)
{
    struct chronicle *chronicle = *state;
    struct verify_report whole, report;
    chronicle_verify(chronicle, true, &whole);
    chronicle->events[1].body_size = 0;
    chronicle_verify(chronicle, true, &report);
    assert_int_equal(report.finding_count, 0);
    assert_true(report.submissions < whole.submissions);
}

static void a_key_that_was_put_in_anothers_place_is_named(void **state)
{
    struct chronicle *chronicle = *state;
    CLEANUP(secret_key_close) struct secret_key *key = NULL;
    struct secret_key *door = chronicle->door.key;
    must(secret_key_make(KEY_ED25519, "door", &key));
    (void)chronicle_register(chronicle, "door", key, false);
    chronicle->door.key = key;
    (void)chronicle_observe(chronicle, &chronicle->door, true);
    assert_found(chronicle, SIZE, "it registers an emitter whose name was used before");
    chronicle->door.key = door;
}

static void a_second_beginning_is_named(void **state)
{
    struct chronicle *chronicle = *state;
    struct told *genesis = &chronicle->events[0];
    char memory[256];
    struct text text = TEXT_IN(memory);
    public_key_write(secret_key_public(chronicle->door.key), &text);
    union event_body body = {.audit_genesis = {.origin = LITERAL(CHRONICLE_ORIGIN),
                                               .log_key = text_bytes(&text),
                                               .emitter = LITERAL("audit"),
                                               .emitter_key = text_bytes(&text),
                                               .program = LITERAL("a test")}};
    assert_int_equal(genesis->leaf.kind, EVENT_AUDIT_GENESIS);
    (void)chronicle_tell(
        chronicle, &chronicle->audit,
        &(struct telling){
            .kind = EVENT_AUDIT_GENESIS, .on = {ID_LOG, ID_NEW}, .body = &body, .is_signed = true});
    assert_found(chronicle, SIZE, "a log begins once, with its first event");
}

static void a_retired_emitter_that_speaks_is_named(void **state)
{
    struct chronicle *chronicle = *state;
    union event_body body = {
        .emitter_retired = {.name = LITERAL("door"), .reason = LITERAL("it was moved")}};
    (void)chronicle_tell(chronicle, &chronicle->audit,
                         &(struct telling){.kind = EVENT_EMITTER_RETIRED,
                                           .on = {ID_EMITTER, 1},
                                           .body = &body,
                                           .is_signed = true});
    (void)chronicle_observe(chronicle, &chronicle->door, true);
    assert_found(chronicle, SIZE + 1, "its emitter had been retired");
}

/* Checkpoints --------------------------------------------------------------------------------- */

static void follow_and_check(struct chronicle *chronicle, struct bytes note,
                             struct verify_report *report)
{
    CLEANUP(verifier_close) struct verifier *verifier = NULL;
    CLEANUP(examiner_close) struct examiner *examiner = NULL;
    must(examiner_open(&examiner));
    must(verifier_open(secret_key_public(chronicle->log_key), &verifier));
    for (size_t i = 0; i < chronicle->count; i++) {
        const struct told *told = &chronicle->events[i];
        struct examined event = {
            .bytes = told_leaf(told), .body = told_body(told), .command = told_command(told)};
        examine(examiner, true, &event);
        must(verify_follow(verifier, &event));
    }
    must(verify_checkpoint(verifier, note));
    verify_end(verifier);
    *report = *verify_report_of(verifier);
}

static void a_checkpoint_over_other_events_is_named(void **state)
{
    struct chronicle *chronicle = *state;
    char memory[NOTE_MAX];
    struct text note = TEXT_IN(memory);
    struct verify_report report;
    chronicle_checkpoint(chronicle, &note);
    chronicle->events[SIZE - 1].leaf.t_utc_us++;
    chronicle_chain_from(chronicle, SIZE - 1);
    follow_and_check(chronicle, text_bytes(&note), &report);
    assert_int_equal(report.finding_count, 1);
    assert_int_equal(report.findings[0].n, SIZE - 1);
    assert_string_equal(report.findings[0].what,
                        "the signed checkpoint after it is over other events");
    assert_int_equal(report.checkpointed, 0);
}

static void a_checkpoint_of_another_key_is_named(void **state)
{
    struct chronicle *chronicle = *state;
    char memory[NOTE_MAX];
    struct text note = TEXT_IN(memory);
    struct verify_report report;
    struct secret_key *log_key = chronicle->log_key;
    CLEANUP(secret_key_close) struct secret_key *other = NULL;
    must(secret_key_make(KEY_ED25519, CHRONICLE_ORIGIN, &other));
    chronicle->log_key = other;
    chronicle_checkpoint(chronicle, &note);
    chronicle->log_key = log_key;
    follow_and_check(chronicle, text_bytes(&note), &report);
    assert_int_equal(report.finding_count, 1);
    assert_string_equal(report.findings[0].what,
                        "the checkpoint after it is not signed by the log's key");
}

/* Tiles --------------------------------------------------------------------------------------- */

static struct status read_without_memory(void *context, uint32_t level, uint64_t index,
                                         struct bytes *tile)
{
    (void)context, (void)level, (void)index, (void)tile;
    return FAIL(NO_MEMORY, 1);
}

/* Whether the event that completes a tile is there or not. */
static void want_of_memory_for_a_tile_is_handed_on(void **state)
{
    struct chronicle *chronicle = *state;
    while (chronicle->count < TREE_TILE_WIDTH) {
        (void)chronicle_observe(chronicle, &chronicle->door, true);
    }
    for (int there = 0; there < 2; there++) {
        CLEANUP(verifier_close) struct verifier *verifier = NULL;
        CLEANUP(examiner_close) struct examiner *examiner = NULL;
        struct status status = OK;
        must(examiner_open(&examiner));
        must(verifier_open(secret_key_public(chronicle->log_key), &verifier));
        verify_tiles_with(verifier, read_without_memory, NULL);
        for (uint64_t i = 0; i < TREE_TILE_WIDTH; i++) {
            const struct told *told = &chronicle->events[i];
            struct examined event = {
                .bytes = told_leaf(told), .body = told_body(told), .command = told_command(told)};
            must(status);
            examine(examiner, true, &event);
            status = there || i + 1 < TREE_TILE_WIDTH ? verify_follow(verifier, &event)
                                                      : verify_missing(verifier, i, "it is gone");
        }
        assert_int_equal(status.code, STATUS_NO_MEMORY);
        assert_int_equal(verify_report_of(verifier)->finding_count, 0);
    }
}

/* The report ---------------------------------------------------------------------------------- */

static void findings_beyond_the_kept_ones_are_counted(void **state)
{
    struct chronicle *chronicle = *state;
    struct verify_report report;
    for (size_t i = 0; i < SIZE; i++) {
        chronicle->events[i].text[0] = ' ';
    }
    chronicle_verify(chronicle, false, &report);
    assert_true(report.finding_count >= SIZE);
    for (uint64_t i = 0; i < VERIFY_FINDINGS_MAX; i++) {
        assert_int_equal(report.findings[i].n, i);
    }
}

static void a_missing_event_is_one_finding_and_what_follows_is_compared_with_itself(void **state)
{
    struct chronicle *chronicle = *state;
    CLEANUP(verifier_close) struct verifier *verifier = NULL;
    CLEANUP(examiner_close) struct examiner *examiner = NULL;
    must(examiner_open(&examiner));
    must(verifier_open(secret_key_public(chronicle->log_key), &verifier));
    for (size_t i = 0; i < chronicle->count; i++) {
        const struct told *told = &chronicle->events[i];
        struct examined event = {
            .bytes = told_leaf(told), .body = told_body(told), .command = told_command(told)};
        examine(examiner, true, &event);
        if (i == AT) {
            must(verify_missing(verifier, AT, "it is gone"));
        } else {
            must(verify_follow(verifier, &event));
        }
    }
    const struct verify_report *report = verify_report_of(verifier);
    assert_int_equal(report->findings[0].n, AT);
    assert_string_equal(report->findings[0].what, "it is gone");
    for (uint64_t i = 0; i < report->finding_count && i < VERIFY_FINDINGS_MAX; i++) {
        assert_null(strstr(report->findings[i].what, "the chain is broken"));
        assert_null(strstr(report->findings[i].what, "another position"));
    }
}

#define TAMPERING(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TAMPERING(a_sound_log_has_no_findings),
        TAMPERING(a_sound_log_of_tiles_has_no_findings),
        TAMPERING(without_a_checkpoint_nothing_is_checkpointed),
        TAMPERING(an_erased_body_is_counted_and_no_finding),
        TAMPERING(a_leaf_that_is_not_canonical_is_named),
        TAMPERING(a_leaf_that_was_edited_breaks_the_chain_after_it),
        TAMPERING(a_body_that_was_edited_is_named),
        TAMPERING(a_salt_that_was_edited_is_named),
        TAMPERING(a_body_cut_down_to_less_than_its_salt_is_named),
        TAMPERING(a_command_that_was_edited_is_named),
        TAMPERING(a_command_that_is_missing_is_named),
        TAMPERING(a_command_that_was_added_is_named),
        TAMPERING(two_leaves_that_were_swapped_are_named),
        TAMPERING(a_leaf_that_was_dropped_is_named),
        TAMPERING(a_flipped_bit_is_found_wherever_it_is),
        TAMPERING(a_statement_that_was_edited_fails_under_its_emitters_next_signature),
        TAMPERING(an_actor_that_was_changed_fails_under_the_emitters_signature),
        TAMPERING(a_signature_that_was_changed_is_named),
        TAMPERING(an_event_taken_out_leaves_a_gap_in_its_emitters_counter),
        TAMPERING(a_subjects_counter_that_was_changed_is_named),
        TAMPERING(an_emitters_counter_that_was_changed_is_named),
        TAMPERING(a_time_that_goes_back_is_named),
        TAMPERING(a_body_that_was_replaced_fails_under_the_emitters_next_signature),
        TAMPERING(a_tail_that_nobody_signed_is_named_at_its_first_event),
        TAMPERING(an_emitter_that_was_never_registered_is_named),
        TAMPERING(an_emitter_that_speaks_before_it_is_registered_is_named),
        TAMPERING(an_erased_registration_hides_a_key_and_is_no_finding),
        TAMPERING(a_key_that_was_put_in_anothers_place_is_named),
        TAMPERING(a_second_beginning_is_named),
        TAMPERING(a_retired_emitter_that_speaks_is_named),
        TAMPERING(a_checkpoint_over_other_events_is_named),
        TAMPERING(a_checkpoint_of_another_key_is_named),
        TAMPERING(want_of_memory_for_a_tile_is_handed_on),
        TAMPERING(findings_beyond_the_kept_ones_are_counted),
        TAMPERING(a_missing_event_is_one_finding_and_what_follows_is_compared_with_itself),
    };
    return cmocka_run_group_tests_name("store/verify", tests, NULL, NULL);
}
