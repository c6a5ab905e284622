/*
 * What the world has answered about attachments: what failed is not so, and only a watcher ends
 * what was seen.
 */
#include "tests/core/drive/yard.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct stand {
    struct yard yard;
    struct id drive, vm;
};

static struct stand stand_of(struct world *world)
{
    struct stand stand = {.yard = yard_of(world)};
    stand.drive = yard_drive(&stand.yard, &stand.yard.ann, "d");
    stand.vm = yard_vm(&stand.yard, &stand.yard.ann, NONE);
    return stand;
}

static uint64_t attach(struct stand *stand)
{
    assert_int_equal(
        yard_attach(&stand->yard, &stand->yard.ann, stand->drive, stand->vm, DRIVE_MODE_RW),
        RULE_NONE);
    return first_event(stand->yard.world);
}

static uint64_t detach(struct stand *stand)
{
    assert_int_equal(yard_detach(&stand->yard, &stand->yard.ann, stand->drive, stand->vm),
                     RULE_NONE);
    return first_event(stand->yard.world);
}

/* The state of the attachment; -1: there is none. */
static int now(struct stand *stand)
{
    struct attachment_row row;
    return yard_attachment(stand->yard.world, stand->drive, stand->vm, &row) ? (int)row.state : -1;
}

static void an_attachment_that_failed_is_none(void **state)
{
    struct world *world = *state;
    struct stand stand = stand_of(world);
    yard_ended(world, attach(&stand), false, NULL);
    assert_int_equal(now(&stand), -1);
    yard_ended(world, attach(&stand), true, NULL);
    assert_int_equal(now(&stand), ATTACHMENT_STATE_REQUESTED); /* nobody has seen it yet */
    yard_seen(world, stand.drive, stand.vm, DRIVE_MODE_RW);
    assert_int_equal(now(&stand), ATTACHMENT_STATE_ATTACHED);
}

/* It was there all the same: what a watcher saw stands above what an effect says. */
static void what_was_seen_is_not_undone_by_a_failure(void **state)
{
    struct world *world = *state;
    struct stand stand = stand_of(world);
    const uint64_t request = attach(&stand);
    yard_seen(world, stand.drive, stand.vm, DRIVE_MODE_RW);
    yard_ended(world, request, false, NULL);
    assert_int_equal(now(&stand), ATTACHMENT_STATE_ATTACHED);
}

static void a_detachment_ends_with_the_watchers_word(void **state)
{
    struct world *world = *state;
    struct stand stand = stand_of(world);
    yard_ended(world, attach(&stand), true, NULL);
    yard_seen(world, stand.drive, stand.vm, DRIVE_MODE_RW);
    yard_ended(world, detach(&stand), false, NULL);
    assert_int_equal(now(&stand), ATTACHMENT_STATE_ATTACHED);
    yard_ended(world, detach(&stand), true, NULL);
    assert_int_equal(now(&stand), ATTACHMENT_STATE_DETACHING);
    yard_seen(world, stand.drive, stand.vm, DRIVE_MODE_RW);
    assert_int_equal(now(&stand), ATTACHMENT_STATE_DETACHING);
    yard_gone(world, stand.drive, stand.vm);
    assert_int_equal(now(&stand), -1);
}

/* Otherwise nobody would ever say that it is gone. */
static void what_was_never_seen_is_gone_when_it_is_detached(void **state)
{
    struct world *world = *state;
    struct stand stand = stand_of(world);
    yard_ended(world, attach(&stand), true, NULL);
    yard_ended(world, detach(&stand), true, NULL);
    assert_int_equal(now(&stand), -1);
    (void)attach(&stand);
    yard_ended(world, detach(&stand), false, NULL);
    assert_int_equal(now(&stand), ATTACHMENT_STATE_REQUESTED);
}

/* An answer that comes after the drive is gone changes nothing. */
static void late_answers_change_nothing(void **state)
{
    struct world *world = *state;
    struct stand stand = stand_of(world);
    const uint64_t request = attach(&stand);
    yard_gone(world, stand.drive, stand.vm);
    yard_ended(world, request, false, NULL);
    assert_int_equal(now(&stand), -1);
    const union command_fields fields = {.drive_delete = {.drive = stand.drive}};
    const uint64_t deletion = person_must(world, &stand.yard.ann, COMMAND_DRIVE_DELETE, &fields);
    yard_ended(world, deletion, true, NULL);
    assert_int_equal(yard_drive_row(world, stand.drive).state, DRIVE_STATE_DELETED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(an_attachment_that_failed_is_none),
        IN_WORLD(what_was_seen_is_not_undone_by_a_failure),
        IN_WORLD(a_detachment_ends_with_the_watchers_word),
        IN_WORLD(what_was_never_seen_is_gone_when_it_is_detached),
        IN_WORLD(late_answers_change_nothing),
    };
    return cmocka_run_group_tests_name("core/drive/drive_effect", tests, NULL, NULL);
}
