#include "core/drive/drive_key.h"

#include "core/dispatch.h"
#include "core/drive/attachment.h"
#include "core/drive/drive.h"
#include "core/group/group.h"
#include "core/vault/tag.h"

bool drive_key_was_fetched(const struct view *view, const struct actor *actor, struct id drive)
{
    struct drive_fetched_row row = {.session = actor->session, .drive = drive};
    return actor->session.kind == ID_SESSION && view_find(view, ROW_DRIVE_FETCHED, &row);
}

/* Of a group's key the group's own rules speak. */
static enum rule holder_refusal(const struct view *view, const struct key_target *target)
{
    const enum rule refusal = file_key_target_refusal(view, target);
    return refusal == RULE_VLT_10E || refusal == RULE_VLT_10B ? RULE_DRV_10B : refusal;
}

enum rule drive_key_target_refusal(const struct view *view, const struct drive_row *drive,
                                   const struct key_target *target)
{
    FORBID_IF(id_equal(target->target, drive->owner), RULE_DRV_10B);
    return holder_refusal(view, target);
}

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

/* Decide ---------------------------------------------------------------------------------- */

static enum rule deposit_refusal(const struct view *view, const struct actor *actor,
                                 const struct drive_row *drive,
                                 const struct drive_key_deposit *command)
{
    struct drive_share_row share = {.drive = command->drive, .target = command->holder};
    const bool is_owner = id_equal(drive->owner, actor->user);
    const bool is_shared = view_find(view, ROW_DRIVE_SHARE, &share);
    FORBID_UNLESS(is_shared || id_equal(drive->owner, command->holder), RULE_DRV_10B);
    FORBID_UNLESS(
        is_owner || id_equal(command->holder, actor->user) ||
            (is_shared && id_equal(share.by, actor->user)) ||
            group_allows(view, command->holder, actor->user, GROUP_PERMISSION_ADD_ENTRIES),
        RULE_DRV_10A);
    return holder_refusal(
        view, &(struct key_target){command->holder, command->has_epoch, command->epoch});
}

void drive_key_deposit_decide(const struct view *view, const struct actor *actor,
                              const struct drive_key_deposit *command, struct decision *decision)
{
    struct drive_row drive = {.drive = command->drive};
    struct access access;
    const struct reader reader = {.user = actor->user, .session = actor->session};
    REFUSE_UNLESS(drive_by_id(view, command->drive, &drive), RULE_DRV_01B);
    may_read(view, &reader, command->drive, &access);
    REFUSE_UNLESS(access.allowed, access.rule);
    REFUSE_UNLESS(drive_key_was_fetched(view, actor, command->drive), RULE_DRV_10C);
    const enum rule refusal = deposit_refusal(view, actor, &drive, command);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_DRIVE_KEY_DEPOSITED, command->drive, drive_key_deposited, .holder = command->holder,
         .wrapped = command->wrapped, .has_epoch = command->has_epoch, .epoch = command->epoch);
    decision_also(decision, command->holder);
}

void drive_key_fetch_decide(const struct view *view, const struct actor *actor,
                            const struct drive_key_fetch *command, struct decision *decision)
{
    struct drive_row drive = {.drive = command->drive};
    struct attachment_row attachment = {.drive = command->drive, .vm = command->vm};
    struct access access;
    const struct reader reader = {.user = actor->user, .session = actor->session};
    REFUSE_UNLESS(drive_by_id(view, command->drive, &drive), RULE_DRV_01B);
    may_read(view, &reader, command->drive, &access);
    REFUSE_UNLESS(access.allowed, access.rule);
    struct drive_key_row key = {.drive = command->drive, .holder = holder_of(&access)};
    REFUSE_UNLESS(view_find(view, ROW_DRIVE_KEY, &key), RULE_DRV_15A);
    REFUSE_IF(command->has_vm && !view_find(view, ROW_ATTACHMENT, &attachment), RULE_DRV_14F);
    EMIT(EVENT_DRIVE_KEY_FETCHED, command->drive, drive_key_fetched, .holder = key.holder,
         .wrapped = key.wrapped, .class = access.class, .has_vm = command->has_vm,
         .vm = command->vm);
    tag_about(decision, key.holder);
    tag_about(decision, command->has_vm ? command->vm : UNTAGGED);
    tag_about(decision, drive.has_project ? drive.project : UNTAGGED);
}

/* Evolve ---------------------------------------------------------------------------------- */

void drive_key_deposited_evolve(struct evolution *evolution, const struct leaf *leaf,
                                const struct drive_key_deposited *body)
{
    evolution_put(evolution, ROW_DRIVE_KEY,
                  &(struct drive_key_row){.drive = leaf->on[0],
                                          .holder = body->holder,
                                          .wrapped = body->wrapped,
                                          .has_epoch = body->has_epoch,
                                          .epoch = body->epoch});
}

void drive_key_fetched_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct drive_key_fetched *body)
{
    (void)body;
    if (leaf->session.kind == ID_SESSION) {
        evolution_put(evolution, ROW_DRIVE_FETCHED,
                      &(struct drive_fetched_row){.session = leaf->session, .drive = leaf->on[0]});
    }
}
