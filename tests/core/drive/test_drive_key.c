/*
 * Keys of drives: fetched by those who may read, deposited so that nobody breaks another's.
 */
#include "core/drive/drive_key.h"
#include "tests/core/drive/yard.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static enum rule depositing(struct yard *yard, const struct person *by, struct id drive,
                            struct id holder)
{
    const union command_fields fields = {.drive_key_deposit = {.drive = drive,
                                                               .holder = holder,
                                                               .wrapped = some_digest(21),
                                                               .has_epoch = holder.kind == ID_GROUP,
                                                               .epoch = 1}};
    return person_try(yard->world, by, COMMAND_DRIVE_KEY_DEPOSIT, &fields);
}

static enum rule fetching_for(struct yard *yard, const struct person *by, struct id drive,
                              struct id vm)
{
    const union command_fields fields = {
        .drive_key_fetch = {.drive = drive, .has_vm = true, .vm = vm}};
    return person_try(yard->world, by, COMMAND_DRIVE_KEY_FETCH, &fields);
}

static void the_event_names_holder_class_and_what_was_handed_out(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    assert_int_equal(yard_fetch(&yard, &yard.bob, drive), RULE_CLS_04A);
    assert_int_equal(yard_fetch(&yard, &yard.root, drive), RULE_CLS_04A);
    assert_int_equal(yard_fetch(&yard, &yard.ann, drive), RULE_NONE);
    const struct drive_key_fetched *body = &world->decision.events[0].body.drive_key_fetched;
    const struct digest wrapped = some_digest(11);
    assert_true(digest_equal(&body->wrapped, &wrapped));
    assert_true(id_equal(body->holder, yard.ann.user));
    assert_int_equal(body->class, ACCESS_PERSONAL);
    world_about(world, drive, yard.ann.user, NONE);
}

/* RULE_DRV_15A: a share without its key, as a deposit for another epoch would leave it. */
static void without_a_wrapped_key_there_is_nothing_to_fetch(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    assert_int_equal(yard_share(&yard, &yard.ann, drive, yard.bob.user, DRIVE_MODE_RO), RULE_NONE);
    (void)world_remove(world, ROW_DRIVE_KEY,
                       &(struct drive_key_row){.drive = drive, .holder = yard.bob.user});
    assert_int_equal(yard_fetch(&yard, &yard.bob, drive), RULE_DRV_15A);
}

/* RULE_DRV_14F. */
static void for_a_machine_it_is_fetched_while_the_drive_is_attached_there(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    const struct id vm = yard_vm(&yard, &yard.ann, NONE);
    assert_int_equal(fetching_for(&yard, &yard.ann, drive, vm), RULE_DRV_14F);
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, vm, DRIVE_MODE_RW), RULE_NONE);
    assert_int_equal(fetching_for(&yard, &yard.ann, drive, vm), RULE_NONE);
    world_about(world, drive, yard.ann.user, vm);
}

/* RULE_DRV_10A, RULE_DRV_10B, RULE_DRV_10C. */
static void a_deposit_opens_no_way_and_breaks_nobodys_key(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    const struct id group = make_group(world, &yard.cat);
    assert_int_equal(depositing(&yard, &yard.ann, drive, yard.ann.user), RULE_DRV_10C);
    assert_int_equal(yard_fetch(&yard, &yard.ann, drive), RULE_NONE);
    assert_int_equal(depositing(&yard, &yard.ann, drive, yard.ann.user), RULE_NONE);
    assert_int_equal(depositing(&yard, &yard.ann, drive, yard.bob.user), RULE_DRV_10B);
    assert_int_equal(depositing(&yard, &yard.bob, drive, yard.bob.user), RULE_CLS_04A);
    assert_int_equal(yard_share(&yard, &yard.ann, drive, yard.bob.user, DRIVE_MODE_RW), RULE_NONE);
    assert_int_equal(yard_share(&yard, &yard.ann, drive, group, DRIVE_MODE_RO), RULE_NONE);
    assert_int_equal(yard_fetch(&yard, &yard.bob, drive), RULE_NONE);
    assert_int_equal(depositing(&yard, &yard.bob, drive, yard.ann.user), RULE_DRV_10A);
    assert_int_equal(depositing(&yard, &yard.bob, drive, group), RULE_DRV_10A);
    assert_int_equal(depositing(&yard, &yard.bob, drive, yard.bob.user), RULE_NONE);
    assert_int_equal(yard_fetch(&yard, &yard.cat, drive), RULE_NONE);
    assert_int_equal(depositing(&yard, &yard.cat, drive, group), RULE_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(the_event_names_holder_class_and_what_was_handed_out),
        IN_WORLD(without_a_wrapped_key_there_is_nothing_to_fetch),
        IN_WORLD(for_a_machine_it_is_fetched_while_the_drive_is_attached_there),
        IN_WORLD(a_deposit_opens_no_way_and_breaks_nobodys_key),
    };
    return cmocka_run_group_tests_name("core/drive/drive_key", tests, NULL, NULL);
}
