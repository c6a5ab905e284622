#include "auditd/vmc/policy_parts.h"
#include "core/command_record.h"
#include "store/hash.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    ARENA_SIZE = 2 * BODY_MAX,
};

const char policy_differs[] = "the signed command does not say what the event does";
const char policy_not_his[] = "nobody who may has signed for this";

/* Opening --------------------------------------------------------------------------------- */

struct status policy_open(const struct policy_place *place, struct policy **out)
{
    CLEANUP(policy_close) struct policy *policy = calloc(1, sizeof *policy);
    if (policy == NULL) {
        return FAIL(NO_MEMORY, sizeof *policy);
    }
    policy->records = calloc(POLICY_RECORDS_MAX, sizeof *policy->records);
    policy->arena.capacity = ARENA_SIZE;
    policy->arena.memory = malloc(ARENA_SIZE);
    if (policy->records == NULL || policy->arena.memory == NULL ||
        place->origin.size > ORIGIN_MAX) {
        return FAIL(NO_MEMORY, ARENA_SIZE);
    }
    TRY(hasher_open(&policy->hasher));
    memcpy(policy->origin, place->origin.data, place->origin.size);
    policy->vm = place->vm;
    policy->users[0] = (struct policy_user){.user = place->owner,
                                            .key = *place->owner_key,
                                            .role = VM_ROLE_MANAGER,
                                            .permissions = (1U << VM_PERMISSION_COUNT) - 1,
                                            .present = true,
                                            .is_owner = true};
    policy->user_count = 1;
    *out = policy;
    policy = NULL;
    return OK;
}

void policy_close(struct policy **policy)
{
    if (*policy != NULL) {
        free((*policy)->records);
        free((*policy)->arena.memory);
        hasher_close(&(*policy)->hasher);
        free(*policy);
        *policy = NULL;
    }
}

/* Asking ---------------------------------------------------------------------------------- */

bool policy_set_has(const uint64_t set[static POLICY_SET_WORDS], size_t slot)
{
    return (set[slot / 64] >> slot % 64 & 1U) != 0;
}

void policy_set_put(uint64_t set[static POLICY_SET_WORDS], size_t slot, bool is_in)
{
    const uint64_t bit = UINT64_C(1) << slot % 64;
    set[slot / 64] = is_in ? set[slot / 64] | bit : set[slot / 64] & ~bit;
}

struct policy_user *policy_find_user(struct policy *policy, struct id user)
{
    for (size_t i = 0; i < policy->user_count; i++) {
        if (id_equal(policy->users[i].user, user)) {
            return &policy->users[i];
        }
    }
    return NULL;
}

const struct policy_user *policy_slot(const struct policy *policy, size_t slot)
{
    return slot < policy->user_count ? &policy->users[slot] : NULL;
}

const struct policy_user *policy_user(const struct policy *policy, struct id user)
{
    for (size_t i = 0; i < policy->user_count; i++) {
        if (policy->users[i].present && id_equal(policy->users[i].user, user)) {
            return &policy->users[i];
        }
    }
    return NULL;
}

bool policy_may(const struct policy *policy, struct id user, enum vm_permission permission)
{
    const struct policy_user *found = policy_user(policy, user);
    return found != NULL && (found->is_owner || (found->permissions >> permission & 1U) != 0);
}

bool policy_manages(const struct policy_user *actor, enum vm_permission permission)
{
    return actor->is_owner ||
           (actor->role == VM_ROLE_MANAGER && (actor->permissions >> permission & 1U) != 0);
}

unsigned policy_permission_set(const enum vm_permission *permissions, size_t count)
{
    unsigned set = 0;
    for (size_t i = 0; i < count; i++) {
        set |= 1U << permissions[i];
    }
    return set;
}

uint64_t policy_restart(const struct policy *policy)
{
    return policy->restart;
}

/* Signed facts ---------------------------------------------------------------------------- */

/* Which command makes an event; false: none that is looked at here. */
static bool command_for(enum event_kind kind, enum command_kind *out)
{
    static const struct {
        enum event_kind event;
        enum command_kind command;
    } pairs[] = {
        {EVENT_VM_USER_ADDED, COMMAND_VM_ADD_USER},
        {EVENT_VM_USER_REMOVED, COMMAND_VM_REMOVE_USER},
        {EVENT_VM_USER_ROLE_CHANGED, COMMAND_VM_SET_ROLE},
        {EVENT_VM_USER_PROFILE_SET, COMMAND_VM_SET_PROFILE},
        {EVENT_VM_PROFILE_CREATED, COMMAND_VM_PROFILE_CREATE},
        {EVENT_VM_PROFILE_EDITED, COMMAND_VM_PROFILE_EDIT},
        {EVENT_VM_PROFILE_DELETED, COMMAND_VM_PROFILE_DELETE},
        {EVENT_VM_ACCESSDIR_CREATED, COMMAND_VM_ACCESSDIR_CREATE},
        {EVENT_VM_ACCESSDIR_CHANGED, COMMAND_VM_ACCESSDIR_SET},
        {EVENT_VM_ACCESSDIR_DELETED, COMMAND_VM_ACCESSDIR_DELETE},
        {EVENT_VM_GROUP_CREATED, COMMAND_VM_GROUP_CREATE},
        {EVENT_VM_GROUP_DELETED, COMMAND_VM_GROUP_DELETE},
        {EVENT_VM_GROUP_MEMBER_ADDED, COMMAND_VM_GROUP_ADD_MEMBER},
        {EVENT_VM_GROUP_MEMBER_REMOVED, COMMAND_VM_GROUP_REMOVE_MEMBER},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        if (pairs[i].event == kind) {
            *out = pairs[i].command;
            return true;
        }
    }
    return false;
}

/* Signed by somebody who is present, for this log. */
static struct status check_record(struct policy *policy, const struct policy_fact *fact,
                                  enum command_kind kind, struct command_record *record,
                                  struct policy_user **actor)
{
    TRY(fact->command.size == 0 ? FAIL_BECAUSE(KEY, fact->n, "nobody has signed for this") : OK);
    TRY(command_record_read(fact->command, record));
    *actor = policy_find_user(policy, record->actor);
    if (*actor == NULL || !(*actor)->present) {
        return FAIL_BECAUSE(KEY, fact->n, policy_not_his);
    }
    if (record->kind != kind || !bytes_equal(record->origin, bytes_of_string(policy->origin))) {
        return FAIL_BECAUSE(KEY, fact->n, policy_differs);
    }
    return command_record_verify(fact->command, &(*actor)->key);
}

/* One command makes an event of one kind and body once. */
static struct status check_new(struct policy *policy, const struct policy_fact *fact,
                               struct digest *mark)
{
    const struct bytes pieces[] = {bytes_of_string(event_name(fact->kind)), fact->command,
                                   fact->body};
    *mark = hash_pieces(policy->hasher, pieces, 3);
    for (size_t i = 0; i < policy->record_count; i++) {
        if (digest_equal(&policy->records[i], mark)) {
            return FAIL_BECAUSE(KEY, fact->n, "a command is repeated");
        }
    }
    return policy->record_count == POLICY_RECORDS_MAX ? FAIL(LIMIT, POLICY_RECORDS_MAX) : OK;
}

static struct status take_asked(struct policy *policy, const struct policy_asked *asked)
{
    return asked->fact->kind == EVENT_VM_USER_ADDED || asked->fact->kind == EVENT_VM_USER_REMOVED ||
                   asked->fact->kind == EVENT_VM_USER_ROLE_CHANGED ||
                   asked->fact->kind == EVENT_VM_USER_PROFILE_SET ||
                   asked->fact->kind == EVENT_VM_PROFILE_CREATED ||
                   asked->fact->kind == EVENT_VM_PROFILE_EDITED ||
                   asked->fact->kind == EVENT_VM_PROFILE_DELETED
               ? policy_take_people(policy, asked)
               : policy_take_places(policy, asked);
}

/* Of a command over many objects, the item that makes this event. */
static struct status take_items(struct policy *policy, struct policy_asked *asked,
                                const struct command_record *record)
{
    struct canonical_reader reader = canonical_reader_of(record->items);
    struct arena before = policy->arena;
    struct status status = FAIL_BECAUSE(KEY, asked->fact->n, policy_differs);
    canonical_open_array(&reader);
    while (canonical_element(&reader)) {
        union command_fields fields;
        policy->arena = before;
        TRY(command_fields_decode(record->kind, canonical_skip(&reader), &policy->arena, &fields));
        asked->fields = &fields;
        status = take_asked(policy, asked);
        if (status.why != policy_differs) {
            return status;
        }
    }
    return status;
}

static struct status take_signed(struct policy *policy, const struct policy_fact *fact,
                                 enum command_kind kind, const union event_body *body)
{
    struct command_record record;
    union command_fields fields;
    struct policy_asked asked = {.fact = fact, .body = body, .fields = &fields};
    struct digest mark;
    TRY(check_record(policy, fact, kind, &record, &asked.actor));
    TRY(check_new(policy, fact, &mark));
    if (record.items.size > 0) {
        TRY(take_items(policy, &asked, &record));
    } else {
        TRY(command_fields_decode(kind, record.fields, &policy->arena, &fields));
        TRY(take_asked(policy, &asked));
    }
    policy->records[policy->record_count++] = mark;
    return OK;
}

/* The owner of the drive is not always known here: whoever is, may have asked. */
static struct status check_format(struct policy *policy, const struct policy_fact *fact)
{
    struct command_record record;
    struct policy_user *actor;
    union command_fields fields;
    struct digest mark;
    TRY(check_record(policy, fact, COMMAND_DRIVE_FORMAT, &record, &actor));
    TRY(check_new(policy, fact, &mark));
    TRY(command_fields_decode(COMMAND_DRIVE_FORMAT, record.fields, &policy->arena, &fields));
    if (!id_equal(fields.drive_format.drive, fact->subject)) {
        return FAIL_BECAUSE(KEY, fact->n, policy_differs);
    }
    policy->records[policy->record_count++] = mark;
    return OK;
}

struct status policy_take(struct policy *policy, const struct policy_fact *fact)
{
    union event_body body;
    enum command_kind kind;
    if (fact->n <= policy->up_to) {
        return FAIL_BECAUSE(KEY, fact->n, "facts come in their order");
    }
    policy->up_to = fact->n;
    arena_reset(&policy->arena);
    TRY(event_body_decode(fact->kind, fact->body, &policy->arena, &body));
    if (command_for(fact->kind, &kind)) {
        return take_signed(policy, fact, kind, &body);
    }
    TRY(fact->kind == EVENT_DRIVE_FORMAT_REQUESTED ? check_format(policy, fact) : OK);
    return policy_take_device(policy, fact, &body);
}

/* The sum --------------------------------------------------------------------------------- */

static void add_user(struct hasher *hasher, size_t slot, const struct policy_user *user)
{
    char memory[POLICY_NAME_MAX + 128];
    struct text line = TEXT_IN(memory);
    text_add(&line, "user %zu %" PRIu64 " %08x %d %x\n", slot, user->user.n, user->key.id,
             (int)user->role, user->permissions);
    hash_add(hasher, text_bytes(&line));
}

static void add_set(struct hasher *hasher, const uint64_t set[static POLICY_SET_WORDS])
{
    char memory[POLICY_SET_WORDS * 24];
    struct text line = TEXT_IN(memory);
    for (size_t i = 0; i < POLICY_SET_WORDS; i++) {
        if (set[i] != 0) {
            text_add(&line, " %zu:%" PRIx64, i, set[i]);
        }
    }
    text_put_char(&line, '\n');
    hash_add(hasher, text_bytes(&line));
}

static void add_directory(struct hasher *hasher, const struct policy_directory *directory)
{
    char memory[POLICY_NAME_MAX + 128];
    struct text line = TEXT_IN(memory);
    text_add(&line, "directory %" PRIu64 " %" PRIu64 " %d %s\n", directory->directory,
             directory->drive, (int)directory->group, directory->name);
    hash_add(hasher, text_bytes(&line));
    add_set(hasher, directory->read);
    add_set(hasher, directory->write);
}

struct policy_sum policy_sum(const struct policy *policy, struct hasher *hasher)
{
    struct policy_sum sum = {.up_to = policy->up_to};
    hash_start(hasher);
    for (size_t i = 0; i < policy->user_count; i++) {
        if (policy->users[i].present) {
            sum.users++;
            add_user(hasher, i, &policy->users[i]);
        }
    }
    for (size_t i = 0; i < policy->directory_count; i++) {
        if (policy->directories[i].present) {
            sum.directories++;
            add_directory(hasher, &policy->directories[i]);
        }
    }
    sum.digest = hash_finish(hasher);
    return sum;
}
