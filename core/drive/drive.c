#include "core/drive/drive.h"

#include "core/dispatch.h"
#include "core/drive/pool.h"
#include "core/effect/effect.h"
#include "core/group/group.h"
#include "core/identity/team.h"
#include "core/identity/user.h"
#include "core/project/certification.h"
#include "core/project/label.h"
#include "core/project/membership.h"
#include "core/vault/tag.h"

bool drive_by_id(const struct view *view, struct id drive, struct drive_row *out)
{
    struct drive_row row = {.drive = drive};
    if (drive.kind != ID_DRIVE || !view_find(view, ROW_DRIVE, &row) ||
        row.state == DRIVE_STATE_DELETED) {
        return false;
    }
    if (out != NULL) {
        *out = row;
    }
    return true;
}

bool drive_by_name(const struct view *view, struct id owner, struct bytes name,
                   struct drive_row *out)
{
    struct drive_name_row row = {.owner = owner, .name = name};
    return view_find(view, ROW_DRIVE_NAME, &row) && drive_by_id(view, row.drive, out);
}

bool drive_mode_for(const struct view *view, const struct reader *reader, struct id drive,
                    enum drive_mode *mode, struct access *access)
{
    *mode = DRIVE_MODE_RW;
    may_edit(view, reader, drive, access);
    if (!access->allowed) {
        *mode = DRIVE_MODE_RO;
        may_read(view, reader, drive, access);
    }
    return access->allowed;
}

/* Common rules ---------------------------------------------------------------------------- */

enum rule drive_owner_refusal(const struct view *view, const struct actor *actor, struct id drive,
                              enum rule otherwise, struct drive_row *out)
{
    FORBID_UNLESS(drive_by_id(view, drive, out), RULE_DRV_01B);
    FORBID_UNLESS(id_equal(out->owner, actor->user), otherwise);
    return RULE_NONE;
}

enum rule drive_work_refusal(const struct view *view, const struct drive_row *drive)
{
    FORBID_IF(drive->busy, RULE_DRV_21A);
    FORBID_UNLESS(drive->state == DRIVE_STATE_BLANK || drive->state == DRIVE_STATE_READY,
                  RULE_DRV_21A);
    return RULE_NONE;
}

enum rule drive_detached_refusal(const struct view *view, struct id drive)
{
    struct attachment_row row = {.drive = drive};
    struct view_walk walk = view_walk_of(view, ROW_ATTACHMENT, &row, 1);
    FORBID_IF(view_walk_next(&walk, &row), RULE_DRV_04B);
    return RULE_NONE;
}

/* Create ---------------------------------------------------------------------------------- */

/* TEA-03: no quota is no bound. */
static enum rule team_refusal(const struct view *view, const struct actor *actor,
                              const struct drive_create *command)
{
    struct team_row team;
    struct team_drive_row drive = {.team = command->team};
    uint64_t count = 1, mib = command->size / DRIVE_MIB;
    if (!command->has_team) {
        return RULE_NONE;
    }
    FORBID_UNLESS(team_by_id(view, command->team, &team) && !team.deleted, RULE_TEA_02D);
    FORBID_UNLESS(team_has_member(view, command->team, actor->user), RULE_DRV_01C);
    struct view_walk walk = view_walk_of(view, ROW_TEAM_DRIVE, &drive, 1);
    while (view_walk_next(&walk, &drive)) {
        count++;
        mib += drive.size / DRIVE_MIB;
    }
    FORBID_IF(team.has_drives && count > team.drives, RULE_DRV_01C);
    FORBID_IF(team.has_storage_mib && mib > team.storage_mib, RULE_DRV_01C);
    return RULE_NONE;
}

/* A drive that its maker could not use would only take the name: what its tag asks for is asked for
 * now. */
static enum rule tag_refusal(const struct view *view, const struct actor *actor,
                             const struct drive_create *command)
{
    struct membership_row member = {.restrictions_count = 0};
    if (!command->has_project) {
        return RULE_NONE;
    }
    const enum rule refusal =
        label_refusal(view, actor, UNTAGGED, command->project, (struct bytes){0});
    if (refusal != RULE_NONE) {
        return refusal;
    }
    FORBID_UNLESS(membership_granted(view, actor, command->project, &member) &&
                      certification_granted(view, actor, command->project, NULL) &&
                      id_equal(actor->project, command->project),
                  RULE_CLS_03A);
    FORBID_IF(membership_forbids(&member, RESTRICTION_READ_ONLY), RULE_VLT_07A);
    return RULE_NONE;
}

/* What it is, apart from whom it is for. */
static enum rule volume_refusal(const struct view *view, const struct actor *actor,
                                const struct drive_create *command)
{
    struct user_row user = {.user = actor->user};
    FORBID_UNLESS(group_is_name(command->name), RULE_DRV_01E);
    FORBID_IF(drive_by_name(view, actor->user, command->name, NULL), RULE_DRV_01E);
    FORBID_UNLESS(pool_is_of(view, command->pool, POOL_KIND_DRIVE), RULE_DRV_01A);
    FORBID_UNLESS(command->size >= DRIVE_SIZE_MIN && command->size <= DRIVE_SIZE_MAX &&
                      command->size % DRIVE_MIB == 0,
                  RULE_DRV_01D);
    FORBID_UNLESS(user_by_id(view, actor->user, &user) && user.has_receive_key, RULE_DRV_01F);
    return RULE_NONE;
}

void drive_create_decide(const struct view *view, const struct actor *actor,
                         const struct drive_create *command, struct decision *decision)
{
    enum rule refusal = volume_refusal(view, actor, command);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    refusal = team_refusal(view, actor, command);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    refusal = tag_refusal(view, actor, command);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_DRIVE_CREATED, NEW(ID_DRIVE), drive_created, .name = command->name,
         .owner = actor->user, .has_team = command->has_team, .team = command->team,
         .has_project = command->has_project, .project = command->project, .pool = command->pool,
         .kind = command->kind, .size = command->size, .wrapped = command->wrapped);
    decision_also(decision, command->pool);
    tag_about(decision, command->has_project ? command->project : UNTAGGED);
}

/* Convert, format, delete ----------------------------------------------------------------- */

void drive_convert_decide(const struct view *view, const struct actor *actor,
                          const struct drive_convert *command, struct decision *decision)
{
    struct drive_row drive = {.drive = command->drive};
    enum rule refusal = drive_owner_refusal(view, actor, command->drive, RULE_DRV_04A, &drive);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    refusal = drive_work_refusal(view, &drive);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    refusal = drive_detached_refusal(view, command->drive);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_IF(drive.has_newest, RULE_DRV_18C);
    REFUSE_IF(drive.kind == command->kind, RULE_DRV_04C);
    EMIT(EVENT_DRIVE_CONVERT_REQUESTED, command->drive, drive_convert_requested, .from = drive.kind,
         .to = command->kind);
}

void drive_format_decide(const struct view *view, const struct actor *actor,
                         const struct drive_format *command, struct decision *decision)
{
    struct drive_row drive = {.drive = command->drive};
    enum rule refusal = drive_owner_refusal(view, actor, command->drive, RULE_DRV_06A, &drive);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    refusal = drive_work_refusal(view, &drive);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_IF(drive.may_format || command->reason.size == 0, RULE_DRV_06A);
    EMIT(EVENT_DRIVE_FORMAT_REQUESTED, command->drive, drive_format_requested,
         .reason = command->reason);
}

static uint64_t count_keys(const struct view *view, struct id drive)
{
    struct drive_key_row key = {.drive = drive};
    struct view_walk walk = view_walk_of(view, ROW_DRIVE_KEY, &key, 1);
    uint64_t keys = 0;
    while (view_walk_next(&walk, &key)) {
        keys++;
    }
    return keys;
}

/* One that could not be made can still be thrown away. */
static enum rule delete_refusal(const struct view *view, const struct actor *actor, struct id id,
                                struct drive_row *drive)
{
    struct access access;
    const struct reader reader = {.user = actor->user, .session = actor->session};
    enum rule refusal = drive_owner_refusal(view, actor, id, RULE_DRV_18A, drive);
    if (refusal != RULE_NONE) {
        return refusal;
    }
    may_delete(view, &reader, id, &access);
    FORBID_UNLESS(access.allowed, access.rule);
    FORBID_IF(drive->busy || drive->state == DRIVE_STATE_INITIALIZING, RULE_DRV_21A);
    refusal = drive_detached_refusal(view, id);
    if (refusal != RULE_NONE) {
        return refusal;
    }
    FORBID_IF(drive->has_newest, RULE_DRV_18C);
    return RULE_NONE;
}

void drive_delete_decide(const struct view *view, const struct actor *actor,
                         const struct drive_delete *command, struct decision *decision)
{
    struct drive_row drive = {.drive = command->drive};
    const enum rule refusal = delete_refusal(view, actor, command->drive, &drive);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_DRIVE_DELETED, command->drive, drive_deleted, .has_path = drive.has_path,
         .path = drive.path, .wipe = command->wipe, .keys = count_keys(view, command->drive));
    tag_about(decision, drive.has_project ? drive.project : UNTAGGED);
}

/* Evolve ---------------------------------------------------------------------------------- */

struct id drive_actor(const struct leaf *leaf)
{
    struct id actor;
    return failed(id_read(leaf->actor, &actor)) || actor.kind != ID_USER ? UNTAGGED : actor;
}

bool drive_find(struct evolution *evolution, struct id drive, struct drive_row *out)
{
    *out = (struct drive_row){.drive = drive};
    return evolution_find(evolution, ROW_DRIVE, out);
}

static void put_drive(struct evolution *evolution, struct id drive,
                      const struct drive_created *body)
{
    evolution_put(evolution, ROW_DRIVE,
                  &(struct drive_row){.drive = drive,
                                      .name = body->name,
                                      .owner = body->owner,
                                      .has_team = body->has_team,
                                      .team = body->team,
                                      .has_project = body->has_project,
                                      .project = body->project,
                                      .pool = body->pool,
                                      .kind = body->kind,
                                      .size = body->size,
                                      .state = DRIVE_STATE_INITIALIZING,
                                      .may_format = true});
}

void drive_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                          const struct drive_created *body)
{
    const struct id drive = leaf->on[0];
    put_drive(evolution, drive, body);
    evolution_put(
        evolution, ROW_DRIVE_NAME,
        &(struct drive_name_row){.owner = body->owner, .name = body->name, .drive = drive});
    evolution_put(
        evolution, ROW_DRIVE_KEY,
        &(struct drive_key_row){.drive = drive, .holder = body->owner, .wrapped = body->wrapped});
    if (body->has_team) {
        evolution_put(
            evolution, ROW_TEAM_DRIVE,
            &(struct team_drive_row){.team = body->team, .drive = drive, .size = body->size});
    }
    tag_retag(evolution, drive, UNTAGGED, body->has_project ? body->project : UNTAGGED);
    effect_ask(evolution, leaf, EFFECT_KIND_VOLUME_CREATE, drive, body->pool);
}

void drive_made(struct evolution *evolution, struct id drive, bool done, struct bytes path)
{
    struct drive_row row;
    if (!drive_find(evolution, drive, &row) || row.state == DRIVE_STATE_DELETED) {
        return;
    }
    row.state = done ? DRIVE_STATE_BLANK : DRIVE_STATE_FAILED;
    row.has_path = done && path.size > 0;
    row.path = path;
    evolution_put(evolution, ROW_DRIVE, &row);
}

void drive_rests(struct evolution *evolution, struct id drive)
{
    struct drive_row row;
    if (drive_find(evolution, drive, &row)) {
        row.busy = false;
        evolution_put(evolution, ROW_DRIVE, &row);
    }
}

void drive_convert_requested_evolve(struct evolution *evolution, const struct leaf *leaf,
                                    const struct drive_convert_requested *body)
{
    struct drive_row row;
    (void)body;
    if (drive_find(evolution, leaf->on[0], &row)) {
        row.busy = true;
        evolution_put(evolution, ROW_DRIVE, &row);
    }
    effect_ask(evolution, leaf, EFFECT_KIND_VOLUME_CONVERT, leaf->on[0], UNTAGGED);
}

void drive_converted_evolve(struct evolution *evolution, const struct leaf *leaf,
                            const struct drive_converted *body)
{
    struct drive_row row;
    struct effect_row effect;
    const struct effect_answer answer = {.request = body->request,
                                         .effect = EFFECT_KIND_VOLUME_CONVERT,
                                         .done = true,
                                         .path = body->path};
    (void)effect_answer(evolution, leaf, &answer, &effect);
    if (drive_find(evolution, leaf->on[0], &row)) {
        row.busy = false;
        row.kind = body->to;
        row.has_path = true;
        row.path = body->path;
        evolution_put(evolution, ROW_DRIVE, &row);
    }
}

void drive_format_requested_evolve(struct evolution *evolution, const struct leaf *leaf,
                                   const struct drive_format_requested *body)
{
    struct drive_row row;
    (void)body;
    if (drive_find(evolution, leaf->on[0], &row)) {
        row.may_format = true;
        evolution_put(evolution, ROW_DRIVE, &row);
    }
}

void drive_formatted_evolve(struct evolution *evolution, const struct leaf *leaf,
                            const struct drive_formatted *body)
{
    struct drive_row row;
    if (!drive_find(evolution, leaf->on[0], &row)) {
        return;
    }
    row.state = row.state == DRIVE_STATE_BLANK ? DRIVE_STATE_READY : row.state;
    row.may_format = false;
    row.has_cipher = true;
    row.cipher = body->cipher;
    row.has_fs = true;
    row.fs = body->fs;
    row.has_formatted_by = true;
    row.formatted_by = body->vm;
    evolution_put(evolution, ROW_DRIVE, &row);
}

void drive_file_observed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                const struct drive_file_observed *body)
{
    evolution_put(evolution, ROW_DRIVE_FILE,
                  &(struct drive_file_row){.drive = leaf->on[0],
                                           .path = body->path,
                                           .file_size = body->file_size,
                                           .allocated = body->allocated,
                                           .inode = body->inode,
                                           .modified = body->modified,
                                           .has_backing = body->has_backing,
                                           .backing = body->backing,
                                           .attached = body->attached,
                                           .seen_n = leaf->n});
}

/* Without a key nobody reads what is left of the volume, wherever copies of it are. */
static void remove_keys(struct evolution *evolution, struct id drive)
{
    const struct view view = evolution_view(evolution);
    struct drive_key_row key = {.drive = drive};
    struct drive_share_row share = {.drive = drive};
    struct view_walk keys = view_walk_of(&view, ROW_DRIVE_KEY, &key, 1);
    while (view_walk_next(&keys, &key)) {
        evolution_remove(evolution, ROW_DRIVE_KEY, &key);
    }
    struct view_walk shares = view_walk_of(&view, ROW_DRIVE_SHARE, &share, 1);
    while (view_walk_next(&shares, &share)) {
        evolution_remove(evolution, ROW_DRIVE_SHARE, &share);
    }
}

void drive_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                          const struct drive_deleted *body)
{
    struct drive_row row;
    (void)body;
    if (!drive_find(evolution, leaf->on[0], &row)) {
        return;
    }
    remove_keys(evolution, row.drive);
    evolution_remove(evolution, ROW_DRIVE_NAME,
                     &(struct drive_name_row){.owner = row.owner, .name = row.name});
    if (row.has_team) {
        evolution_remove(evolution, ROW_TEAM_DRIVE,
                         &(struct team_drive_row){.team = row.team, .drive = row.drive});
    }
    tag_retag(evolution, row.drive, row.has_project ? row.project : UNTAGGED, UNTAGGED);
    row.state = DRIVE_STATE_DELETED;
    evolution_put(evolution, ROW_DRIVE, &row);
    effect_ask(evolution, leaf, EFFECT_KIND_VOLUME_DELETE, row.drive, row.pool);
}

/* Describe -------------------------------------------------------------------------------- */

void drive_describe(const struct drive_row *drive, struct text *out)
{
    id_write(out, drive->drive);
    text_put_char(out, ' ');
    text_put_printable(out, drive->name);
    text_add(out, " (%s, %llu MiB, %s%s)", drive_kind_name(drive->kind),
             (unsigned long long)(drive->size / DRIVE_MIB), drive_state_name(drive->state),
             drive->busy ? ", busy" : "");
}
