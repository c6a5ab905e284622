/*
 * Media: registered once, in a machine once.
 */
#include "core/drive/iso.h"
#include "tests/core/drive/yard.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static union command_fields medium(const struct yard *yard, const char *name)
{
    return (union command_fields){.iso_register = {.name = bytes_of_string(name),
                                                   .pool = yard->media,
                                                   .file = LITERAL("debian.iso"),
                                                   .sha256 = some_digest(7)}};
}

static struct id registered(struct yard *yard)
{
    const union command_fields fields = medium(yard, "debian");
    return (struct id){ID_ISO,
                       person_must(yard->world, &yard->root, COMMAND_ISO_REGISTER, &fields)};
}

static enum rule putting(struct yard *yard, const struct person *by, struct id iso, struct id vm)
{
    const union command_fields fields = {.iso_attach = {.iso = iso, .vm = vm}};
    return person_try(yard->world, by, COMMAND_ISO_ATTACH, &fields);
}

static enum rule taking(struct yard *yard, const struct person *by, struct id iso, struct id vm)
{
    const union command_fields fields = {.iso_detach = {.iso = iso, .vm = vm}};
    return person_try(yard->world, by, COMMAND_ISO_DETACH, &fields);
}

static bool find(struct yard *yard, struct id iso, struct id vm, struct iso_attachment_row *out)
{
    struct view view = world_view(yard->world);
    *out = (struct iso_attachment_row){.vm = vm, .iso = iso};
    return view_find(&view, ROW_ISO_ATTACHMENT, out);
}

static void seen(struct yard *yard, struct id iso, struct id vm)
{
    const union event_body body = {
        .iso_attached = {.vm = vm, .device = LITERAL("sda"), .read_only = true, .cdrom = true}};
    (void)yard_say(yard->world, EVENT_ISO_ATTACHED, iso, vm, &body);
}

/* RULE_DRV_19B, RULE_DRV_01E. */
static void an_administrator_registers_each_medium_once(void **state)
{
    struct yard yard = yard_of(*state);
    union command_fields fields = medium(&yard, "debian");
    assert_int_equal(person_try(yard.world, &yard.ann, COMMAND_ISO_REGISTER, &fields),
                     RULE_DRV_19B);
    fields.iso_register.pool = yard.drives;
    assert_int_equal(person_try(yard.world, &yard.root, COMMAND_ISO_REGISTER, &fields),
                     RULE_DRV_19B);
    fields = medium(&yard, "a/b");
    assert_int_equal(person_try(yard.world, &yard.root, COMMAND_ISO_REGISTER, &fields),
                     RULE_DRV_01E);
    fields = medium(&yard, "debian");
    fields.iso_register.file = LITERAL("..");
    assert_int_equal(person_try(yard.world, &yard.root, COMMAND_ISO_REGISTER, &fields),
                     RULE_DRV_01E);
    (void)registered(&yard);
    fields = medium(&yard, "debian");
    assert_int_equal(person_try(yard.world, &yard.root, COMMAND_ISO_REGISTER, &fields),
                     RULE_DRV_19B);
}

/* RULE_DRV_19C. */
static void whoever_handles_a_machines_drives_puts_a_medium_in_once(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    struct iso_attachment_row row;
    const struct id iso = registered(&yard), vm = yard_vm(&yard, &yard.ann, NONE);
    assert_int_equal(putting(&yard, &yard.root, iso, vm), RULE_DRV_19C);
    assert_int_equal(putting(&yard, &yard.ann, (struct id){ID_ISO, 999999}, vm), RULE_DRV_19B);
    assert_int_equal(putting(&yard, &yard.ann, iso, vm), RULE_NONE);
    assert_int_equal(putting(&yard, &yard.ann, iso, vm), RULE_DRV_19C);
    seen(&yard, iso, vm);
    assert_true(find(&yard, iso, vm, &row));
    assert_int_equal(row.state, ATTACHMENT_STATE_ATTACHED);
    assert_int_equal(taking(&yard, &yard.root, iso, vm), RULE_DRV_19C);
    assert_int_equal(taking(&yard, &yard.ann, iso, vm), RULE_NONE);
    assert_int_equal(taking(&yard, &yard.ann, iso, vm), RULE_DRV_19C);
    const union event_body body = {.iso_detached = {.vm = vm}};
    (void)yard_say(world, EVENT_ISO_DETACHED, iso, vm, &body);
    assert_false(find(&yard, iso, vm, &row));
}

static void what_the_world_could_not_do_is_not_so(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    struct iso_attachment_row row;
    const struct id iso = registered(&yard), vm = yard_vm(&yard, &yard.ann, NONE);
    assert_int_equal(putting(&yard, &yard.ann, iso, vm), RULE_NONE);
    yard_ended(world, first_event(world), false, NULL);
    assert_false(find(&yard, iso, vm, &row));
    assert_int_equal(putting(&yard, &yard.ann, iso, vm), RULE_NONE);
    yard_ended(world, first_event(world), true, NULL);
    seen(&yard, iso, vm);
    assert_int_equal(taking(&yard, &yard.ann, iso, vm), RULE_NONE);
    yard_ended(world, first_event(world), false, NULL);
    assert_true(find(&yard, iso, vm, &row));
    assert_int_equal(row.state, ATTACHMENT_STATE_ATTACHED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(an_administrator_registers_each_medium_once),
        IN_WORLD(whoever_handles_a_machines_drives_puts_a_medium_in_once),
        IN_WORLD(what_the_world_could_not_do_is_not_so),
    };
    return cmocka_run_group_tests_name("core/drive/iso", tests, NULL, NULL);
}
