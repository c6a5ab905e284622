/*
 * What comes out of machines is listened to as what a stranger says: a controller that behaves is
 * registered, told what is decided, and passed on; one that does not ends its own connection, and
 * nobody else's.
 */
#include "core/vm/controller.h"
#include "schema/limits.h"
#include "tests/auditd/controllers/hall.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <cmocka.h>

/* A controller that behaves ------------------------------------------------------------------- */

static bool first_has_its_fact(struct hall *hall)
{
    return hall->guests[0].facts > 0;
}

static bool first_has_a_receipt(struct hall *hall)
{
    return hall->guests[0].receipts > 0;
}

static void a_controller_is_registered_welcomed_told_and_heard(void **state)
{
    struct hall *hall = *state;
    struct guest *guest = &hall->guests[hall_machine(hall)];
    struct bytes submission;
    hall_spin(hall, hall_all_welcomed);
    assert_int_equal(hall_events(hall, EVENT_EMITTER_REGISTERED), VOICE_COUNT - 1 + 1);
    assert_int_equal(hall_events(hall, EVENT_VM_REGISTERED), 1);
    assert_string_equal(guest->owner_key, "ada+key");
    assert_int_equal(guest->speaker.head.emitter_n, 0);
    hall_spin(hall, first_has_its_fact);
    assert_int_equal(guest->applied >= hall->vms[0].vm.n, 1);
    must(guest_make(guest, hall->vms[0].owner.n, &submission));
    must(guest_submit(guest, 9, submission));
    hall_spin(hall, first_has_a_receipt);
    assert_string_equal(guest->receipt, "OK");
    assert_int_equal(hall_events(hall, EVENT_VM_USER_CONNECTED), 1);
    assert_int_equal(counters_get(hall->counters, COUNTER_MACHINES), 1);
}

static bool first_is_greeted_again(struct hall *hall)
{
    return hall->guests[0].welcomed && hall->guests[0].greetings > 1;
}

static void a_controller_that_starts_again_goes_on_where_it_was(void **state)
{
    struct hall *hall = *state;
    struct guest *guest = &hall->guests[hall_machine(hall)];
    struct bytes submission;
    hall_spin(hall, hall_all_welcomed);
    hall_spin(hall, first_has_its_fact);
    hall_turns(hall, 200);
    unsigned facts = guest->facts;
    must(guest_make(guest, hall->vms[0].owner.n, &submission));
    must(guest_submit(guest, 1, submission));
    hall_spin(hall, first_has_a_receipt);
    must(guest_say(guest, VMC_KNOCK, 0, (struct bytes){0}));
    hall_spin(hall, first_is_greeted_again);
    assert_int_equal(guest->speaker.head.emitter_n, 1);
    hall_turns(hall, 200);
    assert_int_equal(guest->facts, facts);
    assert_int_equal(hall_events(hall, EVENT_VM_REGISTERED), 1);
    guest_hang_up(guest);
    unsigned greetings = guest->greetings;
    hall_spin(hall, hall_all_welcomed);
    assert_true(guest->greetings > greetings);
}

/* Facts are passed on as they are decided, and after a gap all of them, in their order. */
static bool all_have_twenty(struct hall *hall)
{
    for (size_t i = 0; i < hall->count; i++) {
        if (hall->guests[i].facts < 20) {
            return false;
        }
    }
    return true;
}

static void say_facts(struct hall *hall, unsigned count)
{
    for (unsigned k = 0; k < count; k++) {
        for (size_t i = 0; i < hall->count; i++) {
            union event_body body = {.vm_xml_fetched = {.by = hall->vms[i].owner}};
            must(engine_say(hall->enclave.engine, VOICE_VM,
                            &(struct draft){.kind = EVENT_VM_XML_FETCHED,
                                            .on = {hall->vms[i].vm},
                                            .on_count = 1,
                                            .body = &body}));
        }
    }
    must(engine_flush(hall->enclave.engine));
}

static void facts_come_in_order_whenever_a_controller_comes(void **state)
{
    struct hall *hall = *state;
    for (unsigned i = 0; i < 4; i++) {
        (void)hall_machine(hall);
    }
    say_facts(hall, 10);
    hall_spin(hall, hall_all_welcomed);
    say_facts(hall, 5);
    hall_turns(hall, 20);
    guest_hang_up(&hall->guests[1]);
    say_facts(hall, 5);
    hall_spin(hall, all_have_twenty); /* a guest takes none that is not after the last */
    hall_spin(hall, hall_all_welcomed);
}

/* Shares, and drives that may be formatted ---------------------------------------------------- */

static uint64_t allow_share(struct hall *hall, const char *export)
{
    return enclave_must(&hall->enclave, "ada", COMMAND_NFS_ALLOW,
                        &(union command_fields){.nfs_allow = {.server = LITERAL("data.example"),
                                                              .export = bytes_of_string(export),
                                                              .mode = DRIVE_MODE_RO,
                                                              .in_envelope = true}});
}

static void revoke_share(struct hall *hall, uint64_t share)
{
    (void)enclave_must(&hall->enclave, "ada", COMMAND_NFS_REVOKE,
                       &(union command_fields){.nfs_revoke = {.nfs = {ID_NFS, share},
                                                              .reason = LITERAL("it has moved")}});
}

/* As if it had been formatted since. */
static void forget_format(struct hall *hall, struct id drive)
{
    hall_put_row(hall, ROW_DRIVE,
                 &(struct drive_row){.drive = drive,
                                     .name = LITERAL("disk"),
                                     .owner = enclave_id(&hall->enclave, "ada"),
                                     .pool = {ID_POOL, 1},
                                     .state = DRIVE_STATE_READY});
}

static void say_of_drive(struct hall *hall, enum event_kind kind, struct id drive,
                         const union event_body *body)
{
    must(engine_say(hall->enclave.engine, VOICE_DRIVE,
                    &(struct draft){.kind = kind, .on = {drive}, .on_count = 1, .body = body}));
    must(engine_flush(hall->enclave.engine));
}

/* A drive that its owner lets be formatted, attached to a machine. */
static struct id let_format(struct hall *hall, size_t place)
{
    const struct id owner = enclave_id(&hall->enclave, "ada");
    must(engine_flush(hall->enclave.engine));
    const struct id drive = {ID_DRIVE, enclave_size(&hall->enclave)};
    say_of_drive(hall, EVENT_DRIVE_CREATED, NEW(ID_DRIVE),
                 &(union event_body){.drive_created = {.name = LITERAL("disk"),
                                                       .owner = owner,
                                                       .pool = {ID_POOL, 1},
                                                       .size = 1 << 20}});
    hall_put_row(hall, ROW_ATTACHMENT,
                 &(struct attachment_row){.drive = drive,
                                          .vm = hall->vms[place].vm,
                                          .mode = DRIVE_MODE_RW,
                                          .state = ATTACHMENT_STATE_ATTACHED});
    say_of_drive(hall, EVENT_DRIVE_FORMAT_REQUESTED, drive,
                 &(union event_body){.drive_format_requested = {.reason = LITERAL("anew")}});
    return drive;
}

enum {
    OWN = 2, /* facts about a machine itself: it was started, its controller has come */
};

/* That they are told so many facts by now, and no more after that. */
static void demand_facts(struct hall *hall, unsigned first, unsigned second)
{
    hall_spin(hall, hall_all_welcomed);
    for (unsigned i = 0; i < 500 && (hall->guests[0].facts < first ||
                                     (hall->count > 1 && hall->guests[1].facts < second));
         i++) {
        hall_turns(hall, 10);
    }
    hall_turns(hall, 100);
    assert_int_equal(hall->guests[0].facts, first);
    assert_int_equal(hall->guests[1].facts, second);
}

static void every_controller_is_told_once_which_shares_there_are(void **state)
{
    struct hall *hall = *state;
    (void)enclave_login(&hall->enclave, "ada");
    revoke_share(hall, allow_share(hall, "/srv/gone")); /* nobody has ever mounted it */
    uint64_t old = allow_share(hall, "/srv/old");
    (void)hall_machine(hall);
    demand_facts(hall, OWN + 1, 0);
    uint64_t share = allow_share(hall, "/srv/more");
    demand_facts(hall, OWN + 2, 0);
    assert_string_equal(hall->guests[0].last_fact, "nfs.allowed");
    (void)hall_machine(hall);
    demand_facts(hall, OWN + 2, OWN + 2);
    guest_hang_up(&hall->guests[0]);
    revoke_share(hall, old);
    demand_facts(hall, OWN + 3, OWN + 3);
    assert_string_equal(hall->guests[0].last_fact, "nfs.revoked");
    revoke_share(hall, share);
    guest_hang_up(&hall->guests[1]);
    demand_facts(hall, OWN + 4, OWN + 4);
}

static void shares_are_found_by_the_index_too(void **state)
{
    struct hall *hall = *state;
    (void)enclave_login(&hall->enclave, "ada");
    revoke_share(hall, allow_share(hall, "/srv/gone"));
    (void)allow_share(hall, "/srv/old");
    (void)hall_machine(hall);
    say_facts(hall, INDEX_RUN_EVENTS);
    must(engine_settle(hall->enclave.engine));
    (void)hall_machine(hall);
    demand_facts(hall, INDEX_RUN_EVENTS + OWN + 1, OWN + 1);
}

static void a_controller_is_told_of_its_own_drives_what_is_still_to_be_formatted(void **state)
{
    struct hall *hall = *state;
    (void)hall_machine(hall);
    (void)hall_machine(hall);
    demand_facts(hall, OWN, OWN);
    (void)let_format(hall, 0);
    demand_facts(hall, OWN + 1, OWN);
    assert_string_equal(hall->guests[0].last_fact, "drive.format_requested");
    guest_hang_up(&hall->guests[0]);
    guest_hang_up(&hall->guests[1]);
    forget_format(hall, let_format(hall, 0));
    (void)let_format(hall, 1);
    demand_facts(hall, OWN + 1, OWN + 1);
}

/* Ends ---------------------------------------------------------------------------------------- */

static bool one_is_retired(struct hall *hall)
{
    return hall_events(hall, EVENT_EMITTER_RETIRED) > 0;
}

static void when_a_run_is_over_its_emitter_is_retired(void **state)
{
    struct hall *hall = *state;
    size_t place = hall_machine(hall);
    hall_spin(hall, hall_all_welcomed);
    hall->vms[place].state = VM_STATE_STOPPED;
    hall_put(hall, place);
    hall_spin(hall, one_is_retired);
    assert_int_equal(counters_get(hall->counters, COUNTER_MACHINES), 0);
    assert_false(guest_is_connected(&hall->guests[place]) &&
                 !failed(channel_receive(hall->guests[place].channel)));
}

static void a_writer_that_comes_back_finds_everybody_where_they_were(void **state)
{
    struct hall *hall = *state;
    struct guest *guest = &hall->guests[hall_machine(hall)];
    struct bytes submission;
    hall_spin(hall, hall_all_welcomed);
    hall->writer_sleeps = true;
    must(guest_make(guest, hall->vms[0].owner.n, &submission));
    must(guest_submit(guest, 1, submission));
    hall_turns(hall, 20);
    hall_writer_goes(hall); /* what was on its way to it is lost */
    hall->writer_sleeps = false;
    hall_turns(hall, 20);
    assert_false(guest->welcomed);
    hall_writer_comes(hall);
    hall_spin(hall, hall_all_welcomed);
    assert_int_equal(guest->speaker.head.emitter_n, 0);
    must(guest_make(guest, hall->vms[0].owner.n, &submission));
    must(guest_submit(guest, 2, submission));
    hall_spin(hall, first_has_a_receipt);
    assert_string_equal(guest->receipt, "OK");
    assert_int_equal(hall_events(hall, EVENT_VM_USER_CONNECTED), 1);
}

/* Users --------------------------------------------------------------------------------------- */

static void a_user_is_joined_to_a_controller_and_each_hears_the_other(void **state)
{
    struct hall *hall = *state;
    struct frame frame;
    struct join_joined joined;
    struct bytes said;
    char memory[64];
    struct text text = TEXT_IN(memory);
    size_t place = hall_machine(hall);
    hall_spin(hall, hall_all_welcomed);
    struct channel *user = hall_user(hall, place);
    assert_true(hall_heard(hall, user, &frame));
    assert_int_equal(frame.kind, JOIN_JOINED);
    must(join_get_joined(frame.payload, &joined));
    assert_memory_equal(joined.receive_key, hall->guests[place].receive_key,
                        sizeof joined.receive_key);
    join_put_bytes(&text, LITERAL("what nobody reads"));
    hall_user_says(user, JOIN_DATA, text_bytes(&text));
    assert_true(hall_heard(hall, user, &frame));
    must(join_get_bytes(frame.payload, &said));
    assert_true(bytes_equal(said, LITERAL("what nobody reads")));
    channel_close(&user);
    hall_turns(hall, 50);
    assert_int_equal(hall->guests[place].closed, 1);
    user = hall_user(hall, place);
    assert_true(hall_heard(hall, user, &frame) && frame.kind == JOIN_JOINED);
    guest_hang_up(&hall->guests[place]);
    assert_true(hall_heard(hall, user, &frame) && frame.kind == JOIN_CLOSE);
    assert_false(hall_heard(hall, user, &frame));
    channel_close(&user);
}

static void a_user_is_turned_away_where_there_is_no_controller(void **state)
{
    struct hall *hall = *state;
    struct frame frame;
    hall->vms[0].vm = (struct id){ID_VM, 1};
    struct channel *user = hall_user(hall, 0);
    assert_true(hall_heard(hall, user, &frame) && frame.kind == JOIN_TURNED_AWAY);
    assert_false(hall_heard(hall, user, &frame));
    channel_close(&user);
}

static void a_stream_that_is_longer_than_any_buffer_arrives_whole(void **state)
{
    struct hall *hall = *state;
    enum {
        PIECES = 200,
        PIECE = 16 << 10,
    };
    char *memory = calloc(1, PIECE + 64);
    struct text text = {.data = memory, .capacity = PIECE + 64};
    char *piece = calloc(1, PIECE);
    size_t heard = 0;
    struct frame frame;
    size_t place = hall_machine(hall);
    hall_spin(hall, hall_all_welcomed);
    struct channel *user = hall_user(hall, place);
    assert_true(hall_heard(hall, user, &frame) && frame.kind == JOIN_JOINED);
    for (unsigned i = 0; i < PIECES; i++) {
        memset(piece, (int)i, PIECE);
        text_clear(&text);
        join_put_bytes(&text, bytes_of(piece, PIECE));
        hall_user_says(user, JOIN_DATA, text_bytes(&text));
    }
    while (heard < PIECES) {
        struct bytes said;
        assert_true(hall_heard(hall, user, &frame) && frame.kind == JOIN_DATA);
        must(join_get_bytes(frame.payload, &said));
        assert_int_equal(said.size, PIECE);
        assert_int_equal(said.data[7], heard & 0xff);
        heard++;
    }
    channel_close(&user);
    free(memory);
    free(piece);
}

/* Controllers that do not --------------------------------------------------------------------- */

static void another_key_in_the_same_run_is_refused_and_said(void **state)
{
    struct hall *hall = *state;
    struct guest *guest = &hall->guests[hall_machine(hall)];
    hall_spin(hall, hall_all_welcomed);
    secret_key_close(&guest->speaker.key); /* it makes another */
    for (unsigned i = 0; i < 3; i++) {
        must(guest_say(guest, VMC_KNOCK, 0, (struct bytes){0}));
        hall_turns(hall, 50);
        assert_false(guest->welcomed);
    }
    assert_true(guest->fault[0] != '\0');
    hall_turns(hall, 50);
    assert_int_equal(hall_events(hall, EVENT_VM_CONTROLLER_REFUSED), 1);
    assert_int_equal(hall_events(hall, EVENT_VM_REGISTERED), 1);
    assert_int_equal(counters_get(hall->counters, COUNTER_CONTROLLERS_REFUSED_TOTAL), 3);
}

static void a_controller_speaks_of_its_own_machine_in_its_own_name(void **state)
{
    struct hall *hall = *state;
    struct bytes submission;
    struct guest *guest = &hall->guests[hall_machine(hall)];
    struct guest *other = &hall->guests[hall_machine(hall)];
    hall_spin(hall, hall_all_welcomed);
    must(guest_make(other, hall->vms[1].owner.n, &submission));
    must(guest_submit(guest, 1, submission)); /* another's, well signed */
    hall_spin(hall, first_has_a_receipt);
    assert_string_equal(guest->receipt, "KEY");
    guest->receipts = 0;
    memcpy(guest->vm, other->vm, sizeof guest->vm); /* its own, about another machine */
    must(guest_make(guest, hall->vms[0].owner.n, &submission));
    must(guest_submit(guest, 2, submission));
    hall_spin(hall, first_has_a_receipt);
    assert_string_equal(guest->receipt, "KEY");
    assert_int_equal(hall_events(hall, EVENT_VM_USER_CONNECTED), 0);
}

static void what_is_said_again_is_in_the_log_once(void **state)
{
    struct hall *hall = *state;
    char copy[4096];
    struct bytes submission;
    struct guest *guest = &hall->guests[hall_machine(hall)];
    hall_spin(hall, hall_all_welcomed);
    must(guest_make(guest, hall->vms[0].owner.n, &submission));
    assert_true(submission.size <= sizeof copy);
    memcpy(copy, submission.data, submission.size);
    for (uint32_t i = 0; i < 5; i++) {
        guest->receipts = 0;
        must(guest_submit(guest, i, bytes_of(copy, submission.size)));
        hall_spin(hall, first_has_a_receipt);
        assert_string_equal(guest->receipt, "OK");
    }
    assert_int_equal(hall_events(hall, EVENT_VM_USER_CONNECTED), 1);
}

static bool others_are_welcomed(struct hall *hall)
{
    for (size_t i = 1; i < hall->count; i++) {
        if (!hall->guests[i].welcomed) {
            return false;
        }
    }
    return true;
}

static bool second_has_receipts(struct hall *hall)
{
    return hall->guests[1].receipts >= 20;
}

/* Whatever the first one says, the second is heard. */
static void second_is_heard(struct hall *hall)
{
    struct guest *guest = &hall->guests[1];
    struct bytes submission;
    guest->receipts = 0;
    for (uint32_t i = 0; i < 20; i++) {
        must(guest_make(guest, hall->vms[1].owner.n, &submission));
        must(guest_submit(guest, i, submission));
    }
    hall_spin(hall, second_has_receipts);
    assert_string_equal(guest->receipt, "OK");
}

static void shout(struct guest *guest, struct bytes bytes)
{
    if (guest_is_connected(guest)) {
        (void)!failed(channel_send(guest->channel, bytes, -1));
    }
}

static void garbage_and_what_is_too_long_or_never_whole_ends_one_connection(void **state)
{
    struct hall *hall = *state;
    static const uint8_t too_long[] = {0x7f, 0xff, 0xff, 0xff, 4, 0, 0, 0, 1};
    static const uint8_t half[] = {0, 0, 0x40, 0, 4, 0, 0, 0, 1, 'x'};
    static const uint8_t tiny[] = {0, 0, 0, 1, 4};
    uint8_t noise[4096];
    (void)hall_machine(hall);
    (void)hall_machine(hall);
    hall_spin(hall, hall_all_welcomed);
    key_random(noise, sizeof noise);
    const struct bytes said[] = {BYTES(too_long), BYTES(half), BYTES(tiny), BYTES(noise)};
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        shout(&hall->guests[0], said[i]);
        second_is_heard(hall);
    }
    assert_true(hall->guests[1].welcomed && hall->guests[1].greetings == 1);
}

static void a_flood_of_any_kind_does_not_stop_others(void **state)
{
    struct hall *hall = *state;
    char payload[64] = {0};
    struct bytes submission;
    (void)hall_machine(hall);
    (void)hall_machine(hall);
    hall_spin(hall, hall_all_welcomed);
    struct guest *guest = &hall->guests[0];
    for (unsigned kind = 0; kind < 80; kind++) {
        for (unsigned i = 0; i < 100 && guest_is_connected(guest); i++) {
            (void)!failed(guest_say(guest, (uint8_t)kind, i, bytes_of(payload, i % 64)));
        }
        hall_turns(hall, 2);
    }
    second_is_heard(hall);
    for (unsigned i = 0; i < 3000 && guest->welcomed; i++) {
        must(guest_make(guest, hall->vms[0].owner.n, &submission));
        (void)!failed(guest_submit(guest, i, submission));
    }
    second_is_heard(hall);
    assert_true(hall->guests[1].greetings == 1);
}

static void two_hundred_machines_are_welcomed_and_heard(void **state)
{
    struct hall *hall = *state;
    struct bytes submission;
    for (unsigned i = 0; i < 200; i++) {
        (void)hall_machine(hall);
    }
    hall_spin(hall, hall_all_welcomed);
    for (size_t i = 0; i < hall->count; i++) {
        must(guest_make(&hall->guests[i], hall->vms[i].owner.n, &submission));
        must(guest_submit(&hall->guests[i], 1, submission));
    }
    hall_turns(hall, 30);
    assert_int_equal(hall_events(hall, EVENT_VM_REGISTERED), 200);
    assert_int_equal(hall_events(hall, EVENT_VM_USER_CONNECTED), 200);
    guest_hang_up(&hall->guests[0]);
    hall_spin(hall, others_are_welcomed);
}

/* As much of a frame as is said to come, but for its end. */
static void say_most_of_it(struct guest *guest, size_t *said)
{
    static const uint8_t head[] = {0, 0x10, 0, 0, VMC_SUBMIT, 0, 0, 0, 1};
    static const uint8_t rest[64 << 10];
    const size_t most = 0x100000 - 100;
    while (guest_is_connected(guest) && *said < most) {
        size_t left = most - *said;
        ssize_t size =
            *said == 0
                ? send(channel_fd(guest->channel), head, sizeof head, MSG_DONTWAIT | MSG_NOSIGNAL)
                : send(channel_fd(guest->channel), rest, left < sizeof rest ? left : sizeof rest,
                       MSG_DONTWAIT | MSG_NOSIGNAL);
        if (size <= 0) {
            return;
        }
        *said += (size_t)size;
    }
}

static void great_frames_that_are_never_whole_have_a_limit_together(void **state)
{
    struct hall *hall = *state;
    size_t said[HALL_GUESTS_MAX] = {0};
    enum {
        CROWD = 160,
    };
    for (unsigned i = 0; i < CROWD; i++) {
        (void)hall_machine(hall);
    }
    hall_spin(hall, hall_all_welcomed);
    for (unsigned turn = 0; turn < 60; turn++) {
        for (size_t i = 2; i < CROWD; i++) {
            say_most_of_it(&hall->guests[i], &said[i]);
        }
        hall_turns(hall, 1);
    }
    assert_true(counters_get(hall->counters, COUNTER_REQUESTS_REFUSED_TOTAL) > 0);
    second_is_heard(hall);
    assert_true(hall->guests[1].greetings == 1);
}

#define IN_HALL(test) cmocka_unit_test_setup_teardown(test, hall_begin, hall_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_HALL(a_controller_is_registered_welcomed_told_and_heard),
        IN_HALL(a_controller_that_starts_again_goes_on_where_it_was),
        IN_HALL(facts_come_in_order_whenever_a_controller_comes),
        IN_HALL(every_controller_is_told_once_which_shares_there_are),
        IN_HALL(shares_are_found_by_the_index_too),
        IN_HALL(a_controller_is_told_of_its_own_drives_what_is_still_to_be_formatted),
        IN_HALL(when_a_run_is_over_its_emitter_is_retired),
        IN_HALL(a_writer_that_comes_back_finds_everybody_where_they_were),
        IN_HALL(a_user_is_joined_to_a_controller_and_each_hears_the_other),
        IN_HALL(a_user_is_turned_away_where_there_is_no_controller),
        IN_HALL(a_stream_that_is_longer_than_any_buffer_arrives_whole),
        IN_HALL(another_key_in_the_same_run_is_refused_and_said),
        IN_HALL(a_controller_speaks_of_its_own_machine_in_its_own_name),
        IN_HALL(what_is_said_again_is_in_the_log_once),
        IN_HALL(garbage_and_what_is_too_long_or_never_whole_ends_one_connection),
        IN_HALL(a_flood_of_any_kind_does_not_stop_others),
        IN_HALL(two_hundred_machines_are_welcomed_and_heard),
        IN_HALL(great_frames_that_are_never_whole_have_a_limit_together),
    };
    return cmocka_run_group_tests_name("auditd/controllers", tests, NULL, NULL);
}
