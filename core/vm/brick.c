#include "core/vm/brick.h"

#include "core/dispatch.h"
#include "core/evolution.h"
#include "core/vm/vm.h"

bool brick_by_id(const struct view *view, struct id brick, struct brick_row *out)
{
    struct brick_row row = {.brick = brick};
    if (brick.kind != ID_BRICK || !view_find(view, ROW_BRICK, &row)) {
        return false;
    }
    if (out != NULL) {
        *out = row;
    }
    return true;
}

bool brick_by_name(const struct view *view, struct bytes name, struct brick_row *out)
{
    struct brick_name_row row = {.name = name};
    return view_find(view, ROW_BRICK_NAME, &row) && brick_by_id(view, row.brick, out);
}

/* Decide ---------------------------------------------------------------------------------- */

/* A name within a directory, and no way out of it. */
static bool is_file(struct bytes name)
{
    return vm_is_name(name) && !bytes_equal(name, LITERAL(".")) &&
           !bytes_equal(name, LITERAL(".."));
}

static bool is_pool_of_images(const struct view *view, struct id pool)
{
    struct pool_row row = {.pool = pool};
    return pool.kind == ID_POOL && view_find(view, ROW_POOL, &row) && row.kind == POOL_KIND_IMAGE;
}

/* Each file has its hash, and an initial file system or arguments are a kernel's. */
static bool is_whole(const struct brick_register *command)
{
    return command->has_kernel == command->has_kernel_sha256 &&
           command->has_initrd == command->has_initrd_sha256 &&
           (command->has_kernel || (!command->has_initrd && !command->has_arguments));
}

static bool are_names(const struct brick_register *command)
{
    return vm_is_name(command->name) && is_file(command->file) &&
           (!command->has_kernel || is_file(command->kernel)) &&
           (!command->has_initrd || is_file(command->initrd));
}

void brick_register_decide(const struct view *view, const struct actor *actor,
                           const struct brick_register *command, struct decision *decision)
{
    struct brick_name_row name = {.name = command->name};
    REFUSE_UNLESS(actor->role >= USER_ROLE_SUPER_ADMIN, RULE_VM_04A);
    REFUSE_UNLESS(is_pool_of_images(view, command->pool), RULE_VM_04A);
    REFUSE_UNLESS(are_names(command) && !view_find(view, ROW_BRICK_NAME, &name), RULE_VM_01D);
    REFUSE_UNLESS(is_whole(command), RULE_VM_04A);
    REFUSE_UNLESS(vm_are_names(command->capabilities, command->capabilities_count), RULE_VM_01D);
    EMIT(EVENT_BRICK_REGISTERED, NEW(ID_BRICK), brick_registered, .name = command->name,
         .os = command->os, .pool = command->pool, .file = command->file, .sha256 = command->sha256,
         .has_kernel = command->has_kernel, .kernel = command->kernel,
         .has_kernel_sha256 = command->has_kernel_sha256, .kernel_sha256 = command->kernel_sha256,
         .has_initrd = command->has_initrd, .initrd = command->initrd,
         .has_initrd_sha256 = command->has_initrd_sha256, .initrd_sha256 = command->initrd_sha256,
         .has_arguments = command->has_arguments, .arguments = command->arguments,
         .capabilities = command->capabilities, .capabilities_count = command->capabilities_count);
    decision_also(decision, command->pool);
}

/* Evolve ---------------------------------------------------------------------------------- */

void brick_registered_evolve(struct evolution *evolution, const struct leaf *leaf,
                             const struct brick_registered *body)
{
    evolution_put(evolution, ROW_BRICK,
                  &(struct brick_row){.brick = leaf->on[0],
                                      .name = body->name,
                                      .os = body->os,
                                      .pool = body->pool,
                                      .file = body->file,
                                      .sha256 = body->sha256,
                                      .has_kernel = body->has_kernel,
                                      .kernel = body->kernel,
                                      .has_kernel_sha256 = body->has_kernel_sha256,
                                      .kernel_sha256 = body->kernel_sha256,
                                      .has_initrd = body->has_initrd,
                                      .initrd = body->initrd,
                                      .has_initrd_sha256 = body->has_initrd_sha256,
                                      .initrd_sha256 = body->initrd_sha256,
                                      .has_arguments = body->has_arguments,
                                      .arguments = body->arguments,
                                      .capabilities = body->capabilities,
                                      .capabilities_count = body->capabilities_count});
    evolution_put(evolution, ROW_BRICK_NAME,
                  &(struct brick_name_row){.name = body->name, .brick = leaf->on[0]});
}
