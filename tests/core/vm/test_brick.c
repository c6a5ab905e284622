/*
 * Bricks: bootable images, each file with the hash of its bytes.
 */
#include "core/vm/brick.h"
#include "tests/core/vm/lab.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct brick_register plain(const struct lab *lab, const char *name)
{
    return (struct brick_register){.name = bytes_of_string(name),
                                   .pool = lab->pool,
                                   .file = LITERAL("a.qcow2"),
                                   .sha256 = some_digest(7)};
}

static void refused(struct world *world, const struct person *person, struct brick_register brick,
                    enum rule rule)
{
    const union command_fields fields = {.brick_register = brick};
    person_refused(world, person, COMMAND_BRICK_REGISTER, &fields, rule);
}

/* VM-04a. */
static void bricks_are_registered_by_super_administrators_in_a_pool_of_images(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct pool_row drives = {.pool = {ID_POOL, world->n},
                                    .name = LITERAL("drives"),
                                    .kind = POOL_KIND_DRIVE,
                                    .path = LITERAL("/drives")};
    (void)world_put(world, ROW_POOL, &drives);
    struct brick_register brick = plain(&lab, "one");
    refused(world, &lab.admin, brick, RULE_VM_04A);
    brick.pool = drives.pool;
    refused(world, &lab.root, brick, RULE_VM_04A);
    brick.pool = (struct id){ID_POOL, 99999};
    refused(world, &lab.root, brick, RULE_VM_04A);
    const union command_fields fields = {.brick_register = plain(&lab, "one")};
    const struct id made = {ID_BRICK,
                            person_must(world, &lab.root, COMMAND_BRICK_REGISTER, &fields)};
    struct brick_row row;
    struct view view = world_view(world);
    assert_true(brick_by_name(&view, LITERAL("one"), &row));
    assert_true(id_equal(row.brick, made));
    assert_true(brick_by_id(&view, made, NULL));
    assert_false(brick_by_id(&view, lab.pool, NULL));
}

/* VM-04a. */
static void each_file_of_a_brick_comes_with_its_hash(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    struct brick_register brick = plain(&lab, "one");
    brick.has_kernel = true;
    brick.kernel = LITERAL("vmlinuz");
    refused(world, &lab.root, brick, RULE_VM_04A);
    brick.has_kernel_sha256 = true;
    brick.has_initrd = true;
    brick.initrd = LITERAL("initrd");
    refused(world, &lab.root, brick, RULE_VM_04A);
    brick.has_initrd_sha256 = true;
    brick.has_arguments = true;
    brick.arguments = LITERAL("console=ttyS0");
    const union command_fields fields = {.brick_register = brick};
    const struct id made = {ID_BRICK,
                            person_must(world, &lab.root, COMMAND_BRICK_REGISTER, &fields)};
    struct brick_row row;
    struct view view = world_view(world);
    assert_true(brick_by_id(&view, made, &row));
    assert_true(row.has_kernel_sha256 && row.has_initrd_sha256);
    assert_true(bytes_equal(row.initrd, LITERAL("initrd")));
    brick = plain(&lab, "two");
    brick.has_arguments = true;
    refused(world, &lab.root, brick, RULE_VM_04A);
}

/* VM-01d. */
static void a_brick_has_a_name_of_its_own_and_files_that_lie_in_its_pool(void **state)
{
    static const char *const bad[] = {"", ".", "..", "../a", "/etc/shadow", "a\nb"};
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    refused(world, &lab.root, plain(&lab, "debian"), RULE_VM_01D);
    refused(world, &lab.root, plain(&lab, "a/b"), RULE_VM_01D);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct brick_register brick = plain(&lab, "one");
        brick.file = bytes_of_string(bad[i]);
        refused(world, &lab.root, brick, RULE_VM_01D);
        brick = plain(&lab, "one");
        brick.has_kernel = brick.has_kernel_sha256 = true;
        brick.kernel = bytes_of_string(bad[i]);
        refused(world, &lab.root, brick, RULE_VM_01D);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(bricks_are_registered_by_super_administrators_in_a_pool_of_images),
        IN_WORLD(each_file_of_a_brick_comes_with_its_hash),
        IN_WORLD(a_brick_has_a_name_of_its_own_and_files_that_lie_in_its_pool),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
