/*
 * The policy in a machine, held against that of the log: over random histories by owner, managers,
 * users and strangers it takes what was decided, refuses what was refused, and then gives the same
 * answers. What nobody signed, what says something else than was signed, and what is repeated, is
 * not taken.
 */
#include "auditd/vmc/policy.h"
#include "core/command_record.h"
#include "core/vm/access_directory.h"
#include "core/vm/vm_group.h"
#include "core/vm/vm_user.h"
#include "store/hash.h"
#include "tests/auditd/vmc/policy_steps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Facts ----------------------------------------------------------------------------------- */

static size_t index_of(const struct stage *stage, struct id user)
{
    for (size_t i = 0; i < PEOPLE; i++) {
        if (id_equal(stage->people[i].user, user)) {
            return i;
        }
    }
    return 0;
}

static void sign(struct stage *stage, const struct step *step, size_t signer, struct text *out)
{
    char memory[BODY_SIZE];
    struct text fields = TEXT_IN(memory);
    command_fields_encode(step->command, &step->fields, &fields);
    struct command_record record = {.actor = stage->people[step->actor].user,
                                    .kind = step->command,
                                    .fields = text_bytes(&fields),
                                    .origin = LITERAL(ORIGIN),
                                    .session = stage->people[step->actor].session,
                                    .t_utc_us = WORLD_START_US};
    key_random(record.nonce, sizeof record.nonce);
    must(command_record_sign(&record, stage->keys[signer], out));
}

static struct status take(struct stage *stage, const struct step *step, struct bytes command)
{
    char memory[BODY_SIZE];
    struct text body = TEXT_IN(memory);
    union event_body said = step->body;
    char key_memory[512];
    struct text key = TEXT_IN(key_memory);
    if (step->kind == EVENT_VM_USER_ADDED) {
        public_key_write(secret_key_public(stage->keys[index_of(stage, said.vm_user_added.user)]),
                         &key);
        said.vm_user_added.key = text_bytes(&key);
    }
    event_body_encode(step->kind, &said, &body);
    const struct policy_fact fact = {.n = ++stage->n,
                                     .kind = step->kind,
                                     .subject = step->subject,
                                     .body = text_bytes(&body),
                                     .command = command};
    return policy_take(stage->policy, &fact);
}

/* What the event created is known from here on. */
static void note_created(struct stage *stage, struct step *step)
{
    const uint64_t n = first_event(stage->world);
    if (step->kind == EVENT_VM_PROFILE_CREATED) {
        step->subject = (struct id){ID_VMPROFILE, n};
        stage->profiles[stage->profile_count++] = step->subject;
    } else if (step->kind == EVENT_VM_ACCESSDIR_CREATED) {
        step->subject = (struct id){ID_ACCESSDIR, n};
        stage->directories[stage->directory_count++] = step->subject;
    } else if (step->kind == EVENT_VM_GROUP_CREATED) {
        step->subject = (struct id){ID_VMGROUP, n};
        stage->groups[stage->group_count++] = step->subject;
    }
}

/* Comparing ------------------------------------------------------------------------------- */

static void compare_users(struct stage *stage, const struct view *view)
{
    for (size_t i = 0; i < PEOPLE; i++) {
        const struct id user = stage->people[i].user;
        const unsigned wanted = vm_permissions(view, stage->vm, user);
        assert_int_equal(policy_user(stage->policy, user) != NULL, vm_has(view, stage->vm, user));
        for (unsigned p = 0; p < VM_PERMISSION_COUNT; p++) {
            assert_int_equal(policy_may(stage->policy, user, (enum vm_permission)p),
                             (wanted >> p & 1U) != 0);
        }
        for (size_t g = 0; g < stage->group_count; g++) {
            struct vm_group_row row;
            const bool is_there = vm_group_by_id(view, stage->groups[g], &row);
            assert_int_equal(policy_group_has(stage->policy, stage->groups[g].n, user),
                             is_there && vm_group_has(view, stage->groups[g], user));
        }
    }
}

static bool allows(struct stage *stage, struct id directory, struct id user, enum drive_mode mode)
{
    const struct policy_directory *found;
    for (size_t i = 0; (found = policy_directory(stage->policy, i)) != NULL; i++) {
        if (found->directory != directory.n || !found->present) {
            continue;
        }
        for (size_t slot = 0; policy_slot(stage->policy, slot) != NULL; slot++) {
            if (id_equal(policy_slot(stage->policy, slot)->user, user)) {
                return policy_allows(stage->policy, found, slot, mode);
            }
        }
    }
    return false;
}

static void compare(struct stage *stage)
{
    struct view view = world_view(stage->world);
    compare_users(stage, &view);
    for (size_t d = 0; d < stage->directory_count; d++) {
        for (size_t i = 0; i < PEOPLE; i++) {
            const struct id user = stage->people[i].user;
            for (int mode = 0; mode < DRIVE_MODE_COUNT; mode++) {
                assert_int_equal(allows(stage, stage->directories[d], user, (enum drive_mode)mode),
                                 access_directory_allows(&view, stage->directories[d], user,
                                                         (enum drive_mode)mode));
            }
        }
    }
}

/* Tests ----------------------------------------------------------------------------------- */

static struct secret_key *key_named(const char *name)
{
    struct secret_key *key = NULL;
    must(secret_key_make(KEY_ED25519, name, &key));
    return key;
}

static void begin(struct stage *stage, struct world *world, uint64_t seed)
{
    static const char *const names[PEOPLE] = {"ann", "bob", "cid", "dan", "eve"};
    const struct lab lab = lab_begin(world, 1);
    memset(stage, 0, sizeof *stage);
    stage->world = world;
    stage->seed = seed;
    stage->vm = lab_connected(world, &lab, &lab.ann, "one");
    stage->people[0] = lab.ann;
    stage->people[1] = lab.bob;
    stage->people[2] = lab.cid;
    stage->people[3] = lab.admin;
    stage->people[4] = lab.root;
    for (size_t i = 0; i < PEOPLE; i++) {
        stage->keys[i] = key_named(names[i]);
    }
    stage->n = world->n;
    must(hasher_open(&stage->hasher));
    const struct policy_place place = {.origin = LITERAL(ORIGIN),
                                       .vm = stage->vm,
                                       .owner = lab.ann.user,
                                       .owner_key = secret_key_public(stage->keys[0])};
    must(policy_open(&place, &stage->policy));
}

static void end(struct stage *stage)
{
    policy_close(&stage->policy);
    hasher_close(&stage->hasher);
    for (size_t i = 0; i < PEOPLE; i++) {
        secret_key_close(&stage->keys[i]);
    }
}

static void one_history(struct world *world, uint64_t seed, unsigned *done)
{
    static struct stage stage;
    static struct step step;
    begin(&stage, world, seed);
    for (unsigned i = 0; i < STEPS; i++) {
        char memory[COMMAND_MAX];
        struct text command = TEXT_IN(memory);
        policy_step_make(&stage, &step);
        const enum rule rule =
            person_try(world, &stage.people[step.actor], step.command, &step.fields);
        if (rule == RULE_NONE) {
            note_created(&stage, &step);
            *done += 1;
        }
        sign(&stage, &step, step.actor, &command);
        const struct status taken = take(&stage, &step, text_bytes(&command));
        if ((rule == RULE_NONE) == failed(taken)) {
            print_error("seed %u, step %u, %s: %s\n", (unsigned)seed, i, command_name(step.command),
                        rule_id(rule));
        }
        assert_int_equal(!failed(taken), rule == RULE_NONE);
        compare(&stage);
    }
    end(&stage);
}

static void it_decides_as_the_log_does_over_random_histories(void **state)
{
    unsigned done = 0;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        one_history(*state, seed, &done);
        (void)world_end(state);
        (void)world_begin(state);
    }
    assert_true(done > STEPS / 2);
}

static void the_first_lets_bob_in(struct stage *stage, struct step *step)
{
    memset(step, 0, sizeof *step);
    step->command = COMMAND_VM_ADD_USER;
    step->kind = EVENT_VM_USER_ADDED;
    step->subject = stage->vm;
    step->fields.vm_add_user = (struct vm_add_user){
        .vm = stage->vm, .user = stage->people[1].user, .role = VM_ROLE_MANAGER};
    step->body.vm_user_added =
        (struct vm_user_added){.user = stage->people[1].user, .role = VM_ROLE_MANAGER};
}

static void what_nobody_who_may_has_signed_is_not_taken(void **state)
{
    static struct stage stage;
    static struct step step;
    begin(&stage, *state, 1);
    the_first_lets_bob_in(&stage, &step);
    assert_int_equal(take(&stage, &step, (struct bytes){0}).code, STATUS_KEY);
    for (size_t signer = 1; signer < PEOPLE; signer++) {
        char memory[COMMAND_MAX];
        struct text command = TEXT_IN(memory);
        sign(&stage, &step, signer, &command);
        assert_int_equal(take(&stage, &step, text_bytes(&command)).code, STATUS_BAD_SIGNATURE);
    }
    assert_null(policy_user(stage.policy, stage.people[1].user));
    end(&stage);
}

static void what_says_something_else_than_was_signed_is_not_taken(void **state)
{
    static struct stage stage;
    static struct step step;
    char memory[COMMAND_MAX];
    struct text command = TEXT_IN(memory);
    begin(&stage, *state, 1);
    the_first_lets_bob_in(&stage, &step);
    sign(&stage, &step, 0, &command);
    step.body.vm_user_added.user = stage.people[2].user;
    assert_int_equal(take(&stage, &step, text_bytes(&command)).code, STATUS_KEY);
    step.body.vm_user_added.user = stage.people[1].user;
    step.body.vm_user_added.role = VM_ROLE_USER;
    assert_int_equal(take(&stage, &step, text_bytes(&command)).code, STATUS_KEY);
    step.body.vm_user_added.role = VM_ROLE_MANAGER;
    assert_int_equal(take(&stage, &step, text_bytes(&command)).code, STATUS_OK);
    end(&stage);
}

static void no_command_is_taken_twice_nor_out_of_order(void **state)
{
    static struct stage stage;
    static struct step step, removal;
    char memory[COMMAND_MAX], removal_memory[COMMAND_MAX];
    struct text command = TEXT_IN(memory), removal_command = TEXT_IN(removal_memory);
    begin(&stage, *state, 1);
    the_first_lets_bob_in(&stage, &step);
    sign(&stage, &step, 0, &command);
    assert_int_equal(take(&stage, &step, text_bytes(&command)).code, STATUS_OK);
    removal.command = COMMAND_VM_REMOVE_USER;
    removal.kind = EVENT_VM_USER_REMOVED;
    removal.subject = stage.vm;
    removal.fields.vm_remove_user =
        (struct vm_remove_user){.vm = stage.vm, .user = stage.people[1].user};
    removal.body.vm_user_removed = (struct vm_user_removed){.user = stage.people[1].user};
    sign(&stage, &removal, 0, &removal_command);
    assert_int_equal(take(&stage, &removal, text_bytes(&removal_command)).code, STATUS_OK);
    assert_int_equal(take(&stage, &step, text_bytes(&command)).code, STATUS_KEY);
    stage.n -= 2;
    assert_int_equal(take(&stage, &removal, text_bytes(&removal_command)).code, STATUS_KEY);
    assert_null(policy_user(stage.policy, stage.people[1].user));
    end(&stage);
}

static void the_sum_changes_with_who_and_with_nothing_else(void **state)
{
    static struct stage stage;
    static struct step step;
    char memory[COMMAND_MAX];
    struct text command = TEXT_IN(memory);
    begin(&stage, *state, 1);
    const struct policy_sum before = policy_sum(stage.policy, stage.hasher);
    step = (struct step){.kind = EVENT_DRIVE_ATTACH_REQUESTED,
                         .subject = {ID_DRIVE, 7},
                         .body.drive_attach_requested = {.vm = stage.vm, .mode = DRIVE_MODE_RW}};
    assert_int_equal(take(&stage, &step, (struct bytes){0}).code, STATUS_OK);
    struct policy_sum now = policy_sum(stage.policy, stage.hasher);
    assert_true(digest_equal(&before.digest, &now.digest));
    assert_true(now.up_to > before.up_to);
    the_first_lets_bob_in(&stage, &step);
    sign(&stage, &step, 0, &command);
    assert_int_equal(take(&stage, &step, text_bytes(&command)).code, STATUS_OK);
    now = policy_sum(stage.policy, stage.hasher);
    assert_false(digest_equal(&before.digest, &now.digest));
    assert_int_equal(now.users, 2);
    end(&stage);
}

static void drives_come_and_go_and_are_formatted_anew_only_once_asked(void **state)
{
    static struct stage stage;
    static struct step step;
    char memory[COMMAND_MAX];
    struct text command = TEXT_IN(memory);
    enum drive_mode mode = DRIVE_MODE_RO;
    begin(&stage, *state, 1);
    assert_false(policy_drive(stage.policy, 7, &mode));
    step = (struct step){.kind = EVENT_DRIVE_ATTACH_REQUESTED,
                         .subject = {ID_DRIVE, 7},
                         .body.drive_attach_requested = {.vm = stage.vm, .mode = DRIVE_MODE_RW}};
    must(take(&stage, &step, (struct bytes){0}));
    assert_true(policy_drive(stage.policy, 7, &mode));
    assert_int_equal(mode, DRIVE_MODE_RW);
    assert_false(policy_may_format(stage.policy, 7));
    step = (struct step){.kind = EVENT_DRIVE_FORMAT_REQUESTED,
                         .subject = {ID_DRIVE, 7},
                         .command = COMMAND_DRIVE_FORMAT,
                         .fields.drive_format = {.drive = {ID_DRIVE, 7}, .reason = LITERAL("new")},
                         .body.drive_format_requested = {.reason = LITERAL("new")}};
    assert_int_equal(take(&stage, &step, (struct bytes){0}).code, STATUS_KEY);
    assert_false(policy_may_format(stage.policy, 7));
    sign(&stage, &step, 0, &command);
    must(take(&stage, &step, text_bytes(&command)));
    assert_true(policy_may_format(stage.policy, 7));
    policy_formatted(stage.policy, 7);
    assert_false(policy_may_format(stage.policy, 7));
    assert_int_equal(take(&stage, &step, text_bytes(&command)).code, STATUS_KEY);
    step = (struct step){.kind = EVENT_DRIVE_DETACH_REQUESTED,
                         .subject = {ID_DRIVE, 7},
                         .body.drive_detach_requested = {.vm = stage.vm}};
    must(take(&stage, &step, (struct bytes){0}));
    assert_false(policy_drive(stage.policy, 7, &mode));
    end(&stage);
}

static void only_shares_to_read_are_known(void **state)
{
    static struct stage stage;
    static struct step step;
    begin(&stage, *state, 1);
    step = (struct step){.kind = EVENT_NFS_ALLOWED,
                         .subject = {ID_NFS, 9},
                         .body.nfs_allowed = {.server = LITERAL("data.example"),
                                              .export = LITERAL("/public"),
                                              .mode = DRIVE_MODE_RW}};
    assert_int_equal(take(&stage, &step, (struct bytes){0}).code, STATUS_MALFORMED);
    step.body.nfs_allowed.mode = DRIVE_MODE_RO;
    step.body.nfs_allowed.server = LITERAL("-o");
    assert_int_equal(take(&stage, &step, (struct bytes){0}).code, STATUS_MALFORMED);
    step.body.nfs_allowed.server = LITERAL("data.example");
    must(take(&stage, &step, (struct bytes){0}));
    assert_string_equal(policy_share(stage.policy, 9)->export, "/public");
    step.kind = EVENT_NFS_REVOKED;
    step.body.nfs_revoked = (struct nfs_revoked){.reason = LITERAL("over")};
    must(take(&stage, &step, (struct bytes){0}));
    assert_null(policy_share(stage.policy, 9));
    end(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(it_decides_as_the_log_does_over_random_histories),
        IN_WORLD(what_nobody_who_may_has_signed_is_not_taken),
        IN_WORLD(what_says_something_else_than_was_signed_is_not_taken),
        IN_WORLD(no_command_is_taken_twice_nor_out_of_order),
        IN_WORLD(the_sum_changes_with_who_and_with_nothing_else),
        IN_WORLD(drives_come_and_go_and_are_formatted_anew_only_once_asked),
        IN_WORLD(only_shares_to_read_are_known),
    };
    return cmocka_run_group_tests_name("auditd/vmc/policy", tests, NULL, NULL);
}
