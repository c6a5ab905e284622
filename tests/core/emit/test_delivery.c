/*
 * From an outbox to a log, while everything between them fails now and then: what was taken arrives
 * once and in its order, or is counted as lost (F63 to F66).
 */
#include "core/emit/delivery.h"
#include "tests/core/emit/fake_log.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct rig {
    struct scratch scratch;
    char directory[300];
    struct fake_log *log;
    struct fake_daemon daemon;
    struct outbox_options options;
    enum wire_level level;
    struct outbox *outbox;
    struct delivery *delivery;
    struct random random;
    uint64_t added;   /* events that the outbox has taken: 1 to this */
    uint64_t dropped; /* events that it had no room for */
    uint64_t seed;
};

static void open_emitter(struct rig *rig)
{
    must(outbox_open(&rig->options, rig->log->key, &rig->outbox));
    const struct delivery_options options = {.outbox = rig->outbox,
                                             .emitter = "door",
                                             .dial = fake_daemon_dial,
                                             .dial_context = &rig->daemon,
                                             .level = rig->level,
                                             .batch_events = 7};
    must(delivery_open(&options, &rig->delivery));
}

static void close_emitter(struct rig *rig)
{
    delivery_close(&rig->delivery);
    outbox_close(&rig->outbox);
}

static void begin(struct rig *rig, uint64_t seed, uint64_t bytes_max, enum wire_level level)
{
    *rig = (struct rig){.random = {seed}, .level = level, .seed = seed};
    scratch_begin(&rig->scratch);
    (void)snprintf(rig->directory, sizeof rig->directory, "%s/spool", rig->scratch.directory);
    rig->options = (struct outbox_options){
        .directory = rig->directory, .bytes_max = bytes_max, .events_max = 100000};
    rig->log = calloc(1, sizeof *rig->log);
    assert_non_null(rig->log);
    fake_log_begin(rig->log);
    fake_daemon_begin(&rig->daemon, rig->log, seed + 1000);
    open_emitter(rig);
}

static void end(struct rig *rig)
{
    close_emitter(rig);
    fake_daemon_end(&rig->daemon);
    fake_log_end(rig->log);
    free(rig->log);
    scratch_end(&rig->scratch);
}

static struct status add(struct rig *rig, uint64_t number)
{
    char detail[32];
    (void)snprintf(detail, sizeof detail, "%ju", (uintmax_t)number);
    const union event_body body = {.audit_observed = {.what = LITERAL("door"),
                                                      .has_detail = true,
                                                      .detail = bytes_of_string(detail)}};
    const struct draft draft = {
        .kind = EVENT_AUDIT_OBSERVED, .on = {THE_LOG}, .on_count = 1, .body = &body};
    struct status status = outbox_add(rig->outbox, &draft);
    assert_true(!failed(status) || outbox_is_full(status));
    return status;
}

/* The next one; one for which there is no room is dropped. */
static void add_next(struct rig *rig)
{
    if (failed(add(rig, rig->added + 1))) {
        must(outbox_drop(rig->outbox));
        rig->dropped++;
    } else {
        rig->added++;
    }
}

static void turn(struct rig *rig)
{
    delivery_hurry(rig->delivery);
    delivery_ask(rig->delivery);
    must(outbox_say_losses(rig->outbox));
    must(delivery_pump(rig->delivery));
    fake_daemon_turn(&rig->daemon);
}

/* Lets everything go well until nothing waits. */
static void drain(struct rig *rig)
{
    rig->daemon.moods = (struct fake_moods){0};
    for (uint64_t end_us = wire_now_us() + 20000000;
         wire_now_us() < end_us && outbox_counts(rig->outbox).waiting > 0;) {
        turn(rig);
    }
    turn(rig);
    turn(rig);
    if (outbox_counts(rig->outbox).waiting > 0) {
        fail_msg("seed %ju: %ju wait", (uintmax_t)rig->seed,
                 (uintmax_t)outbox_counts(rig->outbox).waiting);
    }
}

static uint64_t lost_because(const struct fake_log *log, const char *why)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < log->count; i++) {
        if (log->events[i].number == 0 && strncmp(log->events[i].why, why, strlen(why)) == 0) {
            count += log->events[i].count;
        }
    }
    return count;
}

/* The log has 1 to `added` in their order, but for those that it never takes. */
static void check_all_there(const struct rig *rig)
{
    uint64_t expected = 1;
    for (uint64_t i = 0; i < rig->log->count; i++) {
        const struct fake_event *event = &rig->log->events[i];
        if (event->number == 0 || event->number == 1000000) {
            continue;
        }
        expected += expected % 1000 == 666;
        if (event->number != expected) {
            fail_msg("seed %ju: event %ju has number %ju, not %ju", (uintmax_t)rig->seed,
                     (uintmax_t)i, (uintmax_t)event->number, (uintmax_t)expected);
        }
        expected++;
    }
    expected += expected % 1000 == 666;
    assert_int_equal(expected, rig->added + 1);
}

/* Histories --------------------------------------------------------------------------------- */

static void live(struct rig *rig, int steps)
{
    for (int i = 0; i < steps; i++) {
        uint64_t choice = random_below(&rig->random, 200);
        if (choice < 120) {
            add_next(rig);
        } else if (choice < 190) {
            turn(rig);
        } else if (choice < 193) {
            close_emitter(rig);
            open_emitter(rig);
        } else if (choice < 195) {
            fake_daemon_crash(&rig->daemon);
        } else if (choice < 197) {
            rig->daemon.moods.away = !rig->daemon.moods.away;
        } else {
            rig->daemon.moods.lazy = !rig->daemon.moods.lazy;
        }
    }
}

static void run(uint64_t seed, uint64_t bytes_max, enum wire_level level)
{
    struct rig rig;
    begin(&rig, seed, bytes_max, level);
    rig.daemon.moods = (struct fake_moods){
        .cut_before = 15, .cut_after = 15, .cut_inside = 15, .retry = 15, .full = 15};
    live(&rig, 1500);
    drain(&rig);
    check_all_there(&rig);
    assert_int_equal(lost_because(rig.log, "the spool was full"), rig.dropped);
    assert_int_equal(lost_because(rig.log, "the log refused it"),
                     rig.added / 1000 + (rig.added % 1000 >= 666));
    struct outbox_counts counts = outbox_counts(rig.outbox);
    assert_int_equal(counts.acknowledged, rig.log->count);
    assert_int_equal(counts.lost, rig.dropped + (rig.added >= 666));
    end(&rig);
}

static void what_was_taken_arrives_once_and_in_order(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        run(seed, 1 << 20, WIRE_DURABLE);
    }
    run(101, 1 << 20, WIRE_QUEUED);
    run(102, 1 << 20, WIRE_QUEUED);
}

static void what_had_no_room_is_counted_and_told(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        run(seed, 8192, seed % 2 == 0 ? WIRE_DURABLE : WIRE_QUEUED);
    }
}

/* Single faults ------------------------------------------------------------------------------ */

static void an_answer_that_was_lost_makes_no_second_event(void **state)
{
    struct rig rig;
    (void)state;
    begin(&rig, 1, 1 << 20, WIRE_DURABLE);
    for (int i = 0; i < 3; i++) {
        add_next(&rig);
    }
    rig.daemon.moods.cut_after = 1;
    for (int i = 0; i < 8; i++) {
        turn(&rig);
    }
    assert_int_equal(rig.log->count, 3);
    drain(&rig);
    assert_int_equal(rig.log->count, 3);
    check_all_there(&rig);
    assert_true(delivery_counts(rig.delivery).retries > 0);
    end(&rig);
}

static void one_that_is_refused_does_not_hold_up_the_others(void **state)
{
    struct rig rig;
    (void)state;
    begin(&rig, 1, 1 << 20, WIRE_DURABLE);
    for (int i = 0; i < 700; i++) {
        add_next(&rig);
    }
    drain(&rig);
    check_all_there(&rig);
    assert_int_equal(delivery_counts(rig.delivery).refused, 1);
    assert_int_equal(lost_because(rig.log, "the log refused it: there is no such thing"), 1);
    end(&rig);
}

static void what_was_queued_and_then_lost_is_sent_again(void **state)
{
    struct rig rig;
    (void)state;
    begin(&rig, 1, 1 << 20, WIRE_QUEUED);
    rig.daemon.moods.lazy = true;
    for (int i = 0; i < 20; i++) {
        add_next(&rig);
    }
    for (int i = 0; i < 20 && !delivery_is_done(rig.delivery); i++) {
        turn(&rig);
    }
    assert_true(delivery_is_done(rig.delivery));
    assert_int_equal(outbox_counts(rig.outbox).waiting, 20);
    fake_daemon_crash(&rig.daemon);
    assert_int_equal(rig.log->count, 0);
    drain(&rig);
    check_all_there(&rig);
    end(&rig);
}

static void a_log_that_forgets_is_told_how_much(void **state)
{
    struct rig rig;
    (void)state;
    begin(&rig, 1, 1 << 20, WIRE_DURABLE);
    for (int i = 0; i < 20; i++) {
        add_next(&rig);
    }
    drain(&rig);
    fake_daemon_crash(&rig.daemon);
    fake_log_forget(rig.log, 12);
    add_next(&rig);
    drain(&rig);
    assert_int_equal(rig.log->count, 12 + 1 + 1);
    assert_int_equal(rig.log->events[12].number, 21);
    assert_int_equal(lost_because(rig.log, "the log no longer has"), 8);
    end(&rig);
}

static void an_emitter_goes_on_behind_events_that_it_does_not_know(void **state)
{
    (void)state;
    /* `there` of the waiting events are in the log, then two of somebody else with the same key. */
    for (int there = 0; there <= 6; there++) {
        struct rig rig;
        begin(&rig, 1, 1 << 20, WIRE_DURABLE);
        add_next(&rig);
        drain(&rig);
        rig.daemon.moods.cut_after = 1;
        for (int i = 0; i < there; i++) {
            add_next(&rig);
        }
        for (int i = 0; i < 6; i++) {
            turn(&rig);
        }
        assert_int_equal(rig.log->count, 1 + there);
        fake_log_meddle(rig.log);
        fake_log_meddle(rig.log);
        for (int i = there; i < 7; i++) {
            add_next(&rig);
        }
        drain(&rig);
        check_all_there(&rig);
        assert_int_equal(lost_because(rig.log, "the log has events"), 2);
        assert_int_equal(rig.log->count, 1 + 7 + 2 + 1);
        end(&rig);
    }
}

static void a_spool_does_not_go_to_another_log(void **state)
{
    struct rig rig;
    (void)state;
    begin(&rig, 1, 1 << 20, WIRE_DURABLE);
    add_next(&rig);
    drain(&rig);
    fake_daemon_crash(&rig.daemon);
    (void)snprintf(rig.log->origin, sizeof rig.log->origin, "example.org/other");
    add_next(&rig);
    struct status status = OK;
    for (int i = 0; i < 10 && !failed(status); i++) {
        delivery_hurry(rig.delivery);
        status = delivery_pump(rig.delivery);
        fake_daemon_turn(&rig.daemon);
    }
    assert_int_equal(status.code, STATUS_CONFLICT);
    assert_int_equal(rig.log->count, 1);
    end(&rig);
}

static void events_keep_their_numbers_over_a_restart_before_the_first_contact(void **state)
{
    struct rig rig;
    (void)state;
    begin(&rig, 1, 1 << 20, WIRE_DURABLE);
    fake_log_meddle(rig.log);
    add_next(&rig);
    close_emitter(&rig);
    open_emitter(&rig);
    add_next(&rig);
    rig.daemon.moods.cut_after = 1;
    for (int i = 0; i < 6; i++) {
        turn(&rig);
    }
    close_emitter(&rig);
    open_emitter(&rig);
    drain(&rig);
    check_all_there(&rig);
    assert_int_equal(rig.log->count, 3);
    end(&rig);
}

/* Anything that a daemon could say, in any order, now and then in the form that was asked for. */
static void babble(struct rig *rig)
{
    char memory[512];
    struct text text = TEXT_IN(memory);
    struct random *random = &rig->random;
    uint64_t kind =
        random_below(random, 4) == 0 ? random_below(random, 256) : 1 + random_below(random, 14);
    size_t start = frame_begin(&text, (uint8_t)kind, (uint32_t)random_below(random, 12));
    if (kind == MESSAGE_WELCOME) {
        wire_put_u32(&text, WIRE_VERSION);
        wire_put_string(&text, "example.org/fake");
        wire_put_u64(&text, random_below(random, 10));
    } else if (kind == MESSAGE_HEAD_IS) {
        struct wire_head head = {.emitter = LITERAL("door"), .emitter_n = random_below(random, 9)};
        head.emitter_n =
            random_below(random, 9) == 0 ? UINT64_MAX - head.emitter_n : head.emitter_n;
        wire_put_head(&text, &head);
    } else if (kind == MESSAGE_RECEIPT && random_below(random, 4) > 0) {
        static const enum status_code codes[] = {
            STATUS_OK,        STATUS_GAP,       STATUS_CONFLICT, STATUS_DIVERGED,
            STATUS_NOT_FOUND, STATUS_MALFORMED, STATUS_FULL,     STATUS_KEY};
        struct status status = {.code = codes[random_below(random, 8)], .why = "so it is"};
        wire_put_receipt(&text, status, random_below(random, 2) == 0, random_below(random, 9),
                         random_below(random, 9));
    } else {
        for (uint64_t i = random_below(random, 40); i > 0; i--) {
            wire_put_u8(&text, (uint8_t)random_below(random, 256));
        }
    }
    frame_end(&text, start);
    if (rig->daemon.channel != NULL &&
        failed(channel_send(rig->daemon.channel, text_bytes(&text), -1))) {
        channel_close(&rig->daemon.channel);
    }
}

static void a_daemon_that_babbles_takes_nothing_down(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        struct rig rig;
        begin(&rig, seed, 1 << 20, seed % 2 == 0 ? WIRE_DURABLE : WIRE_QUEUED);
        for (int i = 0; i < 200; i++) {
            if (random_below(&rig.random, 4) == 0) {
                add_next(&rig);
            }
            babble(&rig);
            delivery_hurry(rig.delivery);
            delivery_ask(rig.delivery);
            must(outbox_say_losses(rig.outbox));
            must(delivery_pump(rig.delivery));
        }
        struct outbox_counts counts = outbox_counts(rig.outbox);
        assert_true(counts.spool.trimmed <= counts.spool.last);
        assert_true(counts.acknowledged + counts.waiting <= counts.spool.last);
        end(&rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_taken_arrives_once_and_in_order),
        cmocka_unit_test(what_had_no_room_is_counted_and_told),
        cmocka_unit_test(an_answer_that_was_lost_makes_no_second_event),
        cmocka_unit_test(one_that_is_refused_does_not_hold_up_the_others),
        cmocka_unit_test(what_was_queued_and_then_lost_is_sent_again),
        cmocka_unit_test(a_log_that_forgets_is_told_how_much),
        cmocka_unit_test(an_emitter_goes_on_behind_events_that_it_does_not_know),
        cmocka_unit_test(a_spool_does_not_go_to_another_log),
        cmocka_unit_test(a_daemon_that_babbles_takes_nothing_down),
        cmocka_unit_test(events_keep_their_numbers_over_a_restart_before_the_first_contact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
