#include "core/vault/file_key.h"

#include "core/access/access.h"
#include "core/dispatch.h"
#include "core/evolution.h"
#include "core/group/group.h"
#include "core/identity/user.h"
#include "core/vault/directory.h"
#include "core/vault/file.h"
#include "core/vault/tag.h"

/* Whose wrapped key it is that gives access: the reader's own, or that of a group. */
static struct id holder_of(const struct access *access)
{
    for (size_t i = 0; i < access->fact_count; i++) {
        if (access->facts[i].kind == FACT_HOLDS_KEY && access->facts[i].holds) {
            return access->facts[i].about;
        }
    }
    return UNTAGGED;
}

bool file_key_was_fetched(const struct view *view, const struct actor *actor, struct id file)
{
    struct fetched_row row = {.session = actor->session, .file = file};
    return actor->session.kind == ID_SESSION && view_find(view, ROW_FETCHED, &row);
}

enum rule file_key_target_refusal(const struct view *view, const struct key_target *target)
{
    struct user_row user;
    FORBID_IF(target->target.kind != ID_GROUP &&
                  (!user_by_id(view, target->target, &user) || user.deleted),
              RULE_VLT_10E);
    FORBID_IF(target->has_epoch != (target->target.kind == ID_GROUP), RULE_VLT_10B);
    return target->has_epoch ? group_key_refusal(view, target->target, target->epoch) : RULE_NONE;
}

/* Decide ---------------------------------------------------------------------------------- */

/* A key is replaced by its holder, by whoever may share the file, and a group's by whoever may add
 * entries in that group: so that nobody else breaks it. */
static bool may_deposit(const struct view *view, const struct actor *actor,
                        const struct vault_key_deposit *command)
{
    struct access access;
    const struct reader reader = {.user = actor->user, .session = actor->session};
    may_share(view, &reader, command->file, &access);
    return access.allowed || id_equal(command->holder, actor->user) ||
           group_allows(view, command->holder, actor->user, GROUP_PERMISSION_ADD_ENTRIES);
}

/* Whether the holder has a way to the file already: a deposit opens none. */
static bool has_path(const struct view *view, const struct vault_key_deposit *command)
{
    struct vault_object object;
    struct share_row share = {.file = command->file, .target = command->holder};
    return vault_object_by_id(view, command->file, &object) &&
           (id_equal(object.owner, command->holder) || id_equal(object.group, command->holder) ||
            view_find(view, ROW_SHARE, &share));
}

void vault_key_deposit_decide(const struct view *view, const struct actor *actor,
                              const struct vault_key_deposit *command, struct decision *decision)
{
    struct access access;
    const struct reader reader = {.user = actor->user, .session = actor->session};
    REFUSE_UNLESS(file_by_id(view, command->file, NULL), RULE_VLT_01D);
    may_read(view, &reader, command->file, &access);
    REFUSE_UNLESS(access.allowed, access.rule);
    REFUSE_UNLESS(file_key_was_fetched(view, actor, command->file), RULE_VLT_05A);
    REFUSE_UNLESS(has_path(view, command), RULE_VLT_10D);
    REFUSE_UNLESS(may_deposit(view, actor, command), RULE_VLT_10A);
    const enum rule refusal = file_key_target_refusal(
        view, &(struct key_target){command->holder, command->has_epoch, command->epoch});
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_VAULT_KEY_DEPOSITED, command->file, vault_key_deposited, .holder = command->holder,
         .wrapped = command->wrapped, .has_epoch = command->has_epoch, .epoch = command->epoch);
    decision_also(decision, command->holder);
}

void vault_key_fetch_decide(const struct view *view, const struct actor *actor,
                            const struct vault_key_fetch *command, struct decision *decision)
{
    struct access access;
    const struct reader reader = {.user = actor->user, .session = actor->session};
    REFUSE_UNLESS(file_by_id(view, command->file, NULL), RULE_VLT_01D);
    may_read(view, &reader, command->file, &access);
    REFUSE_UNLESS(access.allowed, access.rule);
    struct file_key_row key = {.file = command->file, .holder = holder_of(&access)};
    REFUSE_UNLESS(view_find(view, ROW_FILE_KEY, &key), RULE_VLT_05B);
    EMIT(EVENT_VAULT_KEY_FETCHED, command->file, vault_key_fetched, .holder = key.holder,
         .wrapped = key.wrapped, .class = access.class, .has_why = command->has_why,
         .why = command->why);
    tag_about(decision, key.holder);
    tag_about(decision, tag_of(view, command->file));
}

/* The owner's key stays, and that of the group in whose directory the file is. */
void vault_key_remove_decide(const struct view *view, const struct actor *actor,
                             const struct vault_key_remove *command, struct decision *decision)
{
    struct file_row file;
    struct access access;
    struct file_key_row key = {.file = command->file, .holder = command->holder};
    const struct reader reader = {.user = actor->user, .session = actor->session};
    REFUSE_UNLESS(file_by_id(view, command->file, &file), RULE_VLT_01D);
    may_share(view, &reader, command->file, &access);
    REFUSE_UNLESS(access.allowed || id_equal(command->holder, actor->user), access.rule);
    REFUSE_IF(id_equal(command->holder, file.owner), RULE_VLT_01A);
    REFUSE_IF(file.has_group && id_equal(command->holder, file.group), RULE_VLT_01A);
    REFUSE_UNLESS(view_find(view, ROW_FILE_KEY, &key), RULE_VLT_05B);
    EMIT(EVENT_VAULT_KEY_REMOVED, command->file, vault_key_removed, .holder = command->holder);
    decision_also(decision, command->holder);
}

/* Evolve ---------------------------------------------------------------------------------- */

void vault_key_deposited_evolve(struct evolution *evolution, const struct leaf *leaf,
                                const struct vault_key_deposited *body)
{
    evolution_put(evolution, ROW_FILE_KEY,
                  &(struct file_key_row){.file = leaf->on[0],
                                         .holder = body->holder,
                                         .wrapped = body->wrapped,
                                         .has_epoch = body->has_epoch,
                                         .epoch = body->epoch});
}

void vault_key_fetched_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct vault_key_fetched *body)
{
    (void)body;
    if (leaf->session.kind == ID_SESSION) {
        evolution_put(evolution, ROW_FETCHED,
                      &(struct fetched_row){.session = leaf->session, .file = leaf->on[0]});
    }
}

void vault_key_removed_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct vault_key_removed *body)
{
    evolution_remove(evolution, ROW_FILE_KEY,
                     &(struct file_key_row){.file = leaf->on[0], .holder = body->holder});
    evolution_remove(evolution, ROW_SHARE,
                     &(struct share_row){.file = leaf->on[0], .target = body->holder});
}
