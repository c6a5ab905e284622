/*
 * Visits of a user with a controller: two ends that agree on place and keys hear each other; with
 * any byte changed, cut, repeated or taken from elsewhere, neither hears anything but its end.
 */
#include "core/vmc/visit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    PASSED_MAX = 4096, /* bytes that went by in one direction */
};

struct stage {
    struct secret_key *controller, *ann, *eve;
    struct visit_place place;
};

/* What went by, and what is done to it: the byte at `at` of that direction is changed by `mask`. */
struct wire {
    char passed_memory[2][PASSED_MAX];
    struct text passed[2];
    int direction; /* 0: of the caller */
    size_t at;
    uint8_t mask;
};

static struct wire wire_that_changes(int direction, size_t at, uint8_t mask)
{
    struct wire wire = {.direction = direction, .at = at, .mask = mask};
    return wire;
}

static struct status who(void *context, struct id user, struct public_key *out)
{
    const struct stage *stage = context;
    if (user.n != 12) {
        return FAIL_BECAUSE(KEY, 0, "nobody's user");
    }
    *out = *secret_key_public(stage->ann);
    return OK;
}

static struct status pass(struct wire *wire, int direction, struct visit *from, struct visit *to)
{
    struct bytes out = visit_outgoing(from);
    struct text *passed = &wire->passed[direction];
    passed->data = wire->passed_memory[direction];
    passed->capacity = PASSED_MAX;
    for (size_t i = 0; i < out.size; i++) {
        bool change = wire->direction == direction && passed->size == wire->at;
        text_put_char(passed, (char)(out.data[i] ^ (change ? wire->mask : 0)));
    }
    struct bytes changed = bytes_of(passed->data + passed->size - out.size, out.size);
    visit_sent(from, out.size);
    return visit_receive(to, changed);
}

/* Goes on until nothing moves; the first failure of either end. Messages are answered with
 * themselves by the controller. */
static struct status run(struct wire *wire, struct visit *caller, struct visit *answerer,
                         struct text *heard)
{
    for (int round = 0; round < 8; round++) {
        struct bytes message;
        bool whole;
        TRY(pass(wire, 0, caller, answerer));
        TRY(visit_next(answerer, &message, &whole));
        if (whole) {
            TRY(visit_say(answerer, message));
        }
        TRY(pass(wire, 1, answerer, caller));
        TRY(visit_next(caller, &message, &whole));
        if (whole) {
            text_put_bytes(heard, message);
        }
    }
    return OK;
}

static void open_ends(const struct stage *stage, struct visit **caller, struct visit **answerer)
{
    const struct visit_caller calls = {.user = {ID_USER, 12},
                                       .key = stage->ann,
                                       .controller = secret_key_public(stage->controller)};
    const struct visit_answerer answers = {
        .key = stage->controller, .who = who, .context = (void *)(uintptr_t)stage};
    assert_int_equal(visit_call(&stage->place, &calls, caller).code, STATUS_OK);
    assert_int_equal(visit_answer(&stage->place, &answers, answerer).code, STATUS_OK);
}

/* A whole visit with one message each way, and what the caller heard. */
static struct status try_visit(const struct stage *stage, struct wire *wire, struct text *heard)
{
    CLEANUP(visit_close) struct visit *caller = NULL, *answerer = NULL;
    open_ends(stage, &caller, &answerer);
    TRY(run(wire, caller, answerer, heard));
    if (!visit_is_open(caller) || !visit_is_open(answerer)) {
        return FAIL(GAP, 0);
    }
    TRY(visit_say(caller, LITERAL("unlock")));
    TRY(run(wire, caller, answerer, heard));
    return heard->size > 0 ? OK : FAIL(GAP, 0);
}

static void two_ends_that_agree_hear_each_other(void **state)
{
    char memory[64];
    struct text heard = TEXT_IN(memory);
    struct wire wire = wire_that_changes(0, SIZE_MAX, 0);
    assert_int_equal(try_visit(*state, &wire, &heard).code, STATUS_OK);
    assert_true(bytes_equal(text_bytes(&heard), LITERAL("unlock")));
}

static void no_byte_of_either_direction_can_be_changed(void **state)
{
    char memory[64];
    struct text heard = TEXT_IN(memory);
    struct wire whole = wire_that_changes(0, SIZE_MAX, 0);
    assert_int_equal(try_visit(*state, &whole, &heard).code, STATUS_OK);
    for (int direction = 0; direction < 2; direction++) {
        for (size_t at = 0; at < whole.passed[direction].size; at++) {
            struct text nothing = TEXT_IN(memory);
            struct wire wire = wire_that_changes(direction, at, (uint8_t)(1U << at % 8));
            struct status status = try_visit(*state, &wire, &nothing);
            /* The id of a frame has no meaning here. */
            if (!failed(status)) {
                assert_true(bytes_equal(text_bytes(&nothing), LITERAL("unlock")));
            } else {
                assert_int_equal(nothing.size, 0);
            }
        }
    }
}

static void another_machine_run_or_log_is_another_visit(void **state)
{
    const struct stage *stage = *state;
    struct stage others[3] = {*stage, *stage, *stage};
    others[0].place.vm.n++;
    others[1].place.run++;
    others[2].place.origin = LITERAL("elsewhere.example/log");
    for (size_t i = 0; i < 3; i++) {
        CLEANUP(visit_close) struct visit *caller = NULL, *answerer = NULL, *unused = NULL;
        CLEANUP(visit_close) struct visit *unused_caller = NULL;
        char memory[64];
        struct text heard = TEXT_IN(memory);
        struct wire wire = wire_that_changes(0, SIZE_MAX, 0);
        open_ends(stage, &caller, &unused);
        open_ends(&others[i], &unused_caller, &answerer);
        assert_int_equal(run(&wire, caller, answerer, &heard).code, STATUS_BAD_SIGNATURE);
        assert_false(visit_is_open(caller));
        assert_false(visit_is_open(answerer));
    }
}

static void somebody_else_is_refused_and_told_why(void **state)
{
    const struct stage *stage = *state;
    for (int unknown = 0; unknown < 2; unknown++) {
        CLEANUP(visit_close) struct visit *caller = NULL, *answerer = NULL, *unused = NULL;
        const struct visit_caller calls = {.user = {ID_USER, unknown ? 13 : 12},
                                           .key = unknown ? stage->ann : stage->eve,
                                           .controller = secret_key_public(stage->controller)};
        char memory[64];
        struct text heard = TEXT_IN(memory);
        struct wire wire = wire_that_changes(0, SIZE_MAX, 0);
        open_ends(stage, &unused, &answerer);
        assert_int_equal(visit_call(&stage->place, &calls, &caller).code, STATUS_OK);
        assert_true(failed(run(&wire, caller, answerer, &heard)));
        assert_false(visit_is_open(answerer));
        struct bytes message;
        bool whole;
        assert_int_equal(pass(&wire, 1, answerer, caller).code, STATUS_OK);
        assert_int_equal(visit_next(caller, &message, &whole).code, STATUS_KEY);
        assert_true(visit_refusal(caller).size > 0);
    }
}

static void another_controller_is_not_told_who_calls(void **state)
{
    struct stage stage = *(const struct stage *)*state;
    CLEANUP(visit_close) struct visit *caller = NULL, *answerer = NULL, *unused = NULL;
    CLEANUP(visit_close) struct visit *unused_caller = NULL;
    char memory[64];
    struct text heard = TEXT_IN(memory);
    struct wire wire = wire_that_changes(0, SIZE_MAX, 0);
    open_ends(&stage, &caller, &unused);
    stage.controller = stage.eve;
    open_ends(&stage, &unused_caller, &answerer);
    assert_int_equal(run(&wire, caller, answerer, &heard).code, STATUS_BAD_SIGNATURE);
    assert_int_equal(visit_outgoing(caller).size, 0);
}

static void what_was_said_before_says_nothing_again(void **state)
{
    char memory[64];
    struct text heard = TEXT_IN(memory);
    struct wire before = wire_that_changes(0, SIZE_MAX, 0);
    assert_int_equal(try_visit(*state, &before, &heard).code, STATUS_OK);
    for (int direction = 0; direction < 2; direction++) {
        CLEANUP(visit_close) struct visit *caller = NULL, *answerer = NULL;
        struct bytes message;
        bool whole;
        open_ends(*state, &caller, &answerer);
        struct visit *to = direction == 0 ? answerer : caller;
        assert_int_equal(visit_receive(to, text_bytes(&before.passed[direction])).code, STATUS_OK);
        assert_true(failed(visit_next(to, &message, &whole)));
        assert_false(whole);
        assert_false(visit_is_open(to));
    }
}

static void an_end_that_hears_itself_says_nothing(void **state)
{
    CLEANUP(visit_close) struct visit *caller = NULL, *answerer = NULL;
    struct bytes message;
    bool whole;
    open_ends(*state, &caller, &answerer);
    struct wire wire = wire_that_changes(0, SIZE_MAX, 0);
    assert_int_equal(pass(&wire, 0, caller, caller).code, STATUS_OK);
    assert_int_equal(visit_next(caller, &message, &whole).code, STATUS_MALFORMED);
    assert_false(visit_is_open(caller));
}

static void more_than_fits_is_refused(void **state)
{
    CLEANUP(visit_close) struct visit *caller = NULL, *answerer = NULL;
    static uint8_t much[VISIT_MESSAGE_MAX + 1];
    char memory[64];
    struct text heard = TEXT_IN(memory);
    struct wire wire = wire_that_changes(0, SIZE_MAX, 0);
    open_ends(*state, &caller, &answerer);
    assert_int_equal(run(&wire, caller, answerer, &heard).code, STATUS_OK);
    assert_int_equal(visit_say(caller, BYTES(much)).code, STATUS_LIMIT);
    struct status status = OK;
    for (int i = 0; i < 8 && !failed(status); i++) {
        status = visit_say(caller, bytes_of(much, VISIT_MESSAGE_MAX));
    }
    assert_int_equal(status.code, STATUS_LIMIT);
    status = OK;
    for (int i = 0; i < 8 && !failed(status); i++) {
        status = visit_receive(answerer, BYTES(much));
    }
    assert_int_equal(status.code, STATUS_LIMIT);
}

static struct secret_key *key(const char *name)
{
    struct secret_key *made = NULL;
    assert_int_equal(secret_key_make(KEY_ED25519, name, &made).code, STATUS_OK);
    return made;
}

static int start(void **state)
{
    static struct stage stage;
    if (failed(key_library_start())) {
        return 1;
    }
    stage = (struct stage){.controller = key("vmc-70-70"),
                           .ann = key("ann"),
                           .eve = key("eve"),
                           .place = {LITERAL("lab.example/log"), {ID_VM, 70}, 70}};
    *state = &stage;
    return 0;
}

static int end(void **state)
{
    struct stage *stage = *state;
    secret_key_close(&stage->controller);
    secret_key_close(&stage->ann);
    secret_key_close(&stage->eve);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_ends_that_agree_hear_each_other),
        cmocka_unit_test(no_byte_of_either_direction_can_be_changed),
        cmocka_unit_test(another_machine_run_or_log_is_another_visit),
        cmocka_unit_test(somebody_else_is_refused_and_told_why),
        cmocka_unit_test(another_controller_is_not_told_who_calls),
        cmocka_unit_test(what_was_said_before_says_nothing_again),
        cmocka_unit_test(an_end_that_hears_itself_says_nothing),
        cmocka_unit_test(more_than_fits_is_refused),
    };
    return cmocka_run_group_tests_name("core/vmc/visit", tests, start, end);
}
