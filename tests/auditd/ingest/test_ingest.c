/*
 * What clients may do to the process that takes their bytes: nothing that others feel. The writer
 * is played by the test. F03, F48, F49, F77, F79 as they concern the socket; what is kept while
 * there is no writer, and for another one.
 */
#include "tests/auditd/ingest/quay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* Greeting ---------------------------------------------------------------------------------- */

static void whoever_comes_is_told_whose_log_it_is(void **state)
{
    struct world *world = *state;
    struct frame frame;
    writer_comes(world);
    struct channel *client = connect_client(world);
    say_hello(client, WIRE_VERSION);
    assert_true(heard(world, client, &frame));
    struct wire_reader reader = wire_read(frame.payload);
    assert_int_equal(wire_get_u32(&reader), WIRE_VERSION);
    assert_true(bytes_equal(wire_get_bytes(&reader, ORIGIN_MAX), LITERAL("ingest.example/log")));
    assert_int_equal(wire_get_u64(&reader), 42);
    channel_close(&client);
}

static void without_a_writer_a_greeting_waits(void **state)
{
    struct world *world = *state;
    struct frame frame;
    struct channel *client = connect_client(world);
    say_hello(client, WIRE_VERSION);
    assert_false(heard(world, client, &frame));
    writer_comes(world);
    assert_true(heard(world, client, &frame));
    assert_int_equal(frame.kind, MESSAGE_WELCOME);
    channel_close(&client);
}

static void what_is_no_greeting_ends_the_connection(void **state)
{
    struct world *world = *state;
    writer_comes(world);
    struct channel *early = connect_client(world), *old = connect_client(world);
    struct channel *twice = greeted(world), *unknown = greeted(world);
    say(early, MESSAGE_STATUS, 1, (struct bytes){0});
    say_hello(old, 2);
    say_hello(twice, WIRE_VERSION);
    say(unknown, 200, 1, (struct bytes){0});
    assert_true(is_closed(world, early));
    assert_true(is_closed(world, old));
    assert_true(is_closed(world, twice));
    assert_true(is_closed(world, unknown));
    channel_close(&early);
    channel_close(&old);
    channel_close(&twice);
    channel_close(&unknown);
}

/* Bad bytes --------------------------------------------------------------------------------- */

static void a_length_beyond_all_limits_ends_the_connection_at_once(void **state)
{
    struct world *world = *state;
    static const uint8_t huge[][9] = {{0xff, 0xff, 0xff, 0xff, MESSAGE_SUBMIT, 0, 0, 0, 1},
                                      {0x00, 0xa0, 0x00, 0x00, MESSAGE_SUBMIT, 0, 0, 0, 1},
                                      {0x00, 0x00, 0x00, 0x00, MESSAGE_SUBMIT, 0, 0, 0, 1}};
    writer_comes(world);
    struct channel *good = greeted(world);
    for (size_t i = 0; i < 3; i++) {
        struct channel *client = greeted(world);
        assert_int_equal(write(channel_fd(client), huge[i], 9), 9);
        assert_true(is_closed(world, client));
        channel_close(&client);
    }
    submit(world, good, 5, WIRE_QUEUED);
    expect_receipt(world, good, 5, "OK");
    channel_close(&good);
}

static void half_a_frame_does_not_hold_a_place_for_ever(void **state)
{
    struct world *world = *state;
    static const uint8_t half[] = {0, 0, 1, 0, MESSAGE_SUBMIT};
    world->settings.limits_frame_deadline = 1;
    writer_comes(world);
    struct channel *slow = greeted(world), *silent = connect_client(world), *idle = greeted(world);
    assert_int_equal(write(channel_fd(slow), half, sizeof half), sizeof half);
    spin(world);
    const struct timespec pause = {.tv_sec = 1, .tv_nsec = 250000000};
    nanosleep(&pause, NULL);
    assert_true(is_closed(world, slow));
    assert_true(is_closed(world, silent));
    assert_false(is_closed(world, idle)); /* an emitter that has nothing to say */
    channel_close(&slow);
    channel_close(&silent);
    channel_close(&idle);
}

static void slow_ones_give_way_to_those_who_speak(void **state)
{
    struct world *world = *state;
    struct channel *slow[40], *good;
    static const uint8_t half[] = {0, 0, 1, 0, MESSAGE_HELLO};
    world->settings.limits_connections = 20;
    writer_comes(world);
    struct channel *before = greeted(world);
    for (size_t i = 0; i < 40; i++) {
        slow[i] = connect_client(world);
        assert_int_equal(write(channel_fd(slow[i]), half, sizeof half), sizeof half);
        spin(world);
    }
    good = greeted(world);
    submit(world, good, 9, WIRE_QUEUED);
    expect_receipt(world, good, 9, "OK");
    submit(world, before, 9, WIRE_QUEUED);
    expect_receipt(world, before, 9, "OK");
    assert_true(is_closed(world, slow[0]));
    channel_close(&good);
    channel_close(&before);
    for (size_t i = 0; i < 40; i++) {
        channel_close(&slow[i]);
    }
}

static void whoever_comes_and_goes_leaves_nothing(void **state)
{
    struct world *world = *state;
    writer_comes(world);
    for (unsigned i = 0; i < 2000; i++) {
        struct channel *client = connect_client(world);
        if (i % 3 == 0) {
            say_hello(client, WIRE_VERSION);
        }
        if (i % 5 == 0) {
            must(ingest_turn(world->ingest, -1, 0));
        }
        channel_close(&client);
        must(ingest_turn(world->ingest, -1, 0));
    }
    struct channel *client = greeted(world);
    channel_close(&client);
}

static void random_bytes_end_a_connection_and_nothing_else(void **state)
{
    struct world *world = *state;
    uint64_t random = 88172645463325252ULL;
    writer_comes(world);
    for (unsigned i = 0; i < 150; i++) {
        struct channel *client = i % 2 == 0 ? greeted(world) : connect_client(world);
        uint8_t bytes[300];
        for (size_t k = 0; k < sizeof bytes; k++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            bytes[k] = k < 2 ? 0 : k == 4 ? (uint8_t)(random % 16) : (uint8_t)random;
        }
        bytes[2] = 0;
        (void)!write(channel_fd(client), bytes, sizeof bytes);
        spin(world);
        channel_close(&client);
    }
    struct channel *client = greeted(world);
    channel_close(&client);
}

/* Answers ----------------------------------------------------------------------------------- */

static void a_durable_one_is_answered_when_the_writer_has_answered(void **state)
{
    struct world *world = *state;
    struct frame frame;
    writer_comes(world);
    struct channel *client = greeted(world);
    submit(world, client, 77, WIRE_DURABLE);
    assert_false(heard(world, client, &frame));
    assert_int_equal(world->asked_count, 1);
    assert_int_equal(world->asked[0].kind, MESSAGE_SUBMIT);
    assert_int_equal(world->asked[0].peer.uid, geteuid());
    writer_answers(world, world->asked[0].id, OK);
    expect_receipt(world, client, 77, "OK");
    channel_close(&client);
}

static void answers_find_whom_they_are_for_in_any_order(void **state)
{
    struct world *world = *state;
    struct channel *clients[8];
    writer_comes(world);
    for (uint32_t i = 0; i < 8; i++) {
        clients[i] = greeted(world);
        submit(world, clients[i], 500 + i, WIRE_DURABLE);
        spin(world);
    }
    assert_int_equal(world->asked_count, 8);
    channel_close(&clients[3]);
    spin(world);
    struct channel *other = greeted(world); /* takes the place of the one that went */
    for (size_t i = 8; i-- > 0;) {
        writer_answers(world, world->asked[i].id, OK);
    }
    for (uint32_t i = 0; i < 8; i++) {
        if (i != 3) {
            expect_receipt(world, clients[i], 500 + i, "OK");
            channel_close(&clients[i]);
        }
    }
    struct frame frame;
    assert_false(heard(world, other, &frame));
    channel_close(&other);
}

static void what_takes_too_long_is_to_be_tried_again(void **state)
{
    struct world *world = *state;
    struct frame frame;
    writer_comes(world);
    struct channel *client = greeted(world);
    submit(world, client, 77, WIRE_DURABLE);
    spin(world);
    const struct timespec pause = {.tv_nsec = 400000000};
    nanosleep(&pause, NULL);
    assert_true(heard(world, client, &frame));
    assert_int_equal(frame.kind, MESSAGE_RETRY);
    assert_int_equal(frame.id, 77);
    writer_answers(world, world->asked[0].id, OK); /* late: nobody waits for it */
    assert_false(heard(world, client, &frame));
    channel_close(&client);
}

/* Another writer ---------------------------------------------------------------------------- */

static void another_writer_gets_all_that_was_not_answered(void **state)
{
    struct world *world = *state;
    writer_comes(world);
    struct channel *client = greeted(world);
    for (uint32_t i = 0; i < 10; i++) {
        submit(world, client, i, i % 2 == 0 ? WIRE_QUEUED : WIRE_DURABLE);
        spin(world);
    }
    assert_int_equal(world->asked_count, 10);
    writer_answers(world, world->asked[0].id, OK);
    writer_answers(world, world->asked[1].id, OK);
    spin(world);
    writer_goes(world);
    submit(world, client, 10, WIRE_DURABLE);
    writer_comes(world);
    assert_int_equal(world->asked_count, 9);
    for (size_t i = 0; i < 9; i++) {
        assert_int_equal(world->asked[i].kind, MESSAGE_SUBMIT);
        writer_answers(world, world->asked[i].id, OK);
    }
    unsigned answers = 0;
    struct frame frame;
    while (heard(world, client, &frame)) {
        assert_int_equal(frame.kind, MESSAGE_RECEIPT);
        answers++;
    }
    assert_int_equal(answers, 11);
    channel_close(&client);
}

static void a_command_that_was_on_its_way_is_not_done_twice(void **state)
{
    struct world *world = *state;
    struct frame frame;
    char memory[64];
    struct text payload = TEXT_IN(memory);
    wire_put_string(&payload, "");
    wire_put_u16(&payload, 1);
    wire_put_bytes(&payload, LITERAL("{}"));
    writer_comes(world);
    struct channel *client = greeted(world);
    say(client, MESSAGE_COMMANDS, 5, text_bytes(&payload));
    spin(world);
    assert_int_equal(world->asked_count, 1);
    writer_goes(world);
    assert_true(heard(world, client, &frame));
    assert_int_equal(frame.kind, MESSAGE_RETRY);
    assert_int_equal(frame.id, 5);
    say(client, MESSAGE_COMMANDS, 6, text_bytes(&payload)); /* was never sent: is sent now */
    spin(world);
    writer_comes(world);
    assert_int_equal(world->asked_count, 1);
    assert_int_equal(world->asked[0].kind, MESSAGE_COMMANDS);
    channel_close(&client);
}

/* Pressure ---------------------------------------------------------------------------------- */

static void when_enough_is_kept_nothing_more_is_read(void **state)
{
    struct world *world = *state;
    world->settings.limits_queue_events = 50;
    ingest_settings(world->ingest, &world->settings);
    writer_comes(world);
    struct channel *client = greeted(world), *other = greeted(world);
    for (uint32_t i = 0; i < 500; i++) {
        submit(world, client, i, WIRE_QUEUED);
        submit(world, other, i, WIRE_QUEUED);
    }
    spin(world);
    spin(world);
    assert_true(world->asked_count >= 50 && world->asked_count <= 52);
    /* What is answered makes room, and each of them has its share. */
    for (size_t i = 0; i < world->asked_count; i++) {
        writer_answers(world, world->asked[i].id, OK);
        must(channel_flush(client));
        must(channel_flush(other));
        spin(world);
    }
    unsigned answers = 0;
    struct frame frame;
    while (heard(world, client, &frame)) {
        answers++;
    }
    assert_int_equal(world->asked_count, 1000);
    assert_int_equal(answers, 500);
    channel_close(&client);
    channel_close(&other);
}

static void so_many_requests_of_one_connection_wait_and_no_more(void **state)
{
    struct world *world = *state;
    world->settings.limits_requests = 4;
    writer_comes(world);
    struct channel *client = greeted(world);
    for (uint32_t i = 0; i < 20; i++) {
        submit(world, client, i, WIRE_DURABLE);
    }
    spin(world);
    assert_int_equal(world->asked_count, 4);
    for (size_t i = 0; i < 20; i++) {
        assert_true(i < world->asked_count);
        writer_answers(world, world->asked[i].id, OK);
        expect_receipt(world, client, (uint32_t)i, "OK");
    }
    channel_close(&client);
}

static void whoever_is_over_the_quota_is_refused_and_counted(void **state)
{
    struct world *world = *state;
    struct settings *settings = &world->settings;
    memcpy(settings->emitters[0].name, "door", 5);
    settings->emitters[0].rate = 1;
    settings->emitter_count = 1;
    settings->limits_burst = 3;
    ingest_settings(world->ingest, settings);
    writer_comes(world);
    struct channel *client = greeted(world);
    for (uint32_t i = 0; i < 3; i++) {
        submit(world, client, i, WIRE_QUEUED);
        expect_receipt(world, client, i, "OK");
    }
    submit(world, client, 3, WIRE_QUEUED);
    expect_receipt(world, client, 3, "LIMIT");
    say(client, MESSAGE_SUBMIT, 4, submission(world, "gate", 1)); /* another one may */
    spin(world);
    assert_int_equal(world->asked[world->asked_count - 1].kind, MESSAGE_SUBMIT);
    channel_close(&client);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(whoever_comes_is_told_whose_log_it_is),
        TEST(without_a_writer_a_greeting_waits),
        TEST(what_is_no_greeting_ends_the_connection),
        TEST(a_length_beyond_all_limits_ends_the_connection_at_once),
        TEST(half_a_frame_does_not_hold_a_place_for_ever),
        TEST(slow_ones_give_way_to_those_who_speak),
        TEST(whoever_comes_and_goes_leaves_nothing),
        TEST(random_bytes_end_a_connection_and_nothing_else),
        TEST(a_durable_one_is_answered_when_the_writer_has_answered),
        TEST(answers_find_whom_they_are_for_in_any_order),
        TEST(what_takes_too_long_is_to_be_tried_again),
        TEST(another_writer_gets_all_that_was_not_answered),
        TEST(a_command_that_was_on_its_way_is_not_done_twice),
        TEST(when_enough_is_kept_nothing_more_is_read),
        TEST(so_many_requests_of_one_connection_wait_and_no_more),
        TEST(whoever_is_over_the_quota_is_refused_and_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
