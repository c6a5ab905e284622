#include "core/drive/iso.h"

#include "core/dispatch.h"
#include "core/drive/attachment.h"
#include "core/drive/pool.h"
#include "core/effect/effect.h"
#include "core/vault/directory.h"

bool iso_by_id(const struct view *view, struct id iso, struct iso_row *out)
{
    struct iso_row row = {.iso = iso};
    if (iso.kind != ID_ISO || !view_find(view, ROW_ISO, &row)) {
        return false;
    }
    if (out != NULL) {
        *out = row;
    }
    return true;
}

bool iso_by_name(const struct view *view, struct bytes name, struct iso_row *out)
{
    struct iso_name_row row = {.name = name};
    return view_find(view, ROW_ISO_NAME, &row) && iso_by_id(view, row.iso, out);
}

/* Decide ---------------------------------------------------------------------------------- */

void iso_register_decide(const struct view *view, const struct actor *actor,
                         const struct iso_register *command, struct decision *decision)
{
    REFUSE_UNLESS(actor->role >= USER_ROLE_ADMIN, RULE_DRV_19B);
    REFUSE_UNLESS(directory_is_name(command->name), RULE_DRV_01E);
    REFUSE_UNLESS(directory_is_name(command->file), RULE_DRV_01E);
    REFUSE_IF(iso_by_name(view, command->name, NULL), RULE_DRV_19B);
    REFUSE_UNLESS(pool_is_of(view, command->pool, POOL_KIND_ISO), RULE_DRV_19B);
    EMIT(EVENT_ISO_REGISTERED, NEW(ID_ISO), iso_registered, .name = command->name,
         .pool = command->pool, .file = command->file, .sha256 = command->sha256,
         .has_os = command->has_os, .os = command->os);
    decision_also(decision, command->pool);
}

void iso_attach_decide(const struct view *view, const struct actor *actor,
                       const struct iso_attach *command, struct decision *decision)
{
    struct vm_row vm = {.vm = command->vm};
    struct iso_attachment_row row = {.vm = command->vm, .iso = command->iso};
    REFUSE_UNLESS(iso_by_id(view, command->iso, NULL), RULE_DRV_19B);
    const enum rule refusal =
        attachment_machine_refusal(view, actor, command->vm, RULE_DRV_19C, &vm);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_IF(view_find(view, ROW_ISO_ATTACHMENT, &row), RULE_DRV_19C);
    EMIT(EVENT_ISO_ATTACH_REQUESTED, command->iso, iso_attach_requested, .vm = command->vm);
    decision_also(decision, command->vm);
}

void iso_detach_decide(const struct view *view, const struct actor *actor,
                       const struct iso_detach *command, struct decision *decision)
{
    struct vm_row vm = {.vm = command->vm};
    struct iso_attachment_row row = {.vm = command->vm, .iso = command->iso};
    REFUSE_UNLESS(iso_by_id(view, command->iso, NULL), RULE_DRV_19B);
    const enum rule refusal =
        attachment_machine_refusal(view, actor, command->vm, RULE_DRV_19C, &vm);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_UNLESS(view_find(view, ROW_ISO_ATTACHMENT, &row) &&
                      row.state != ATTACHMENT_STATE_DETACHING,
                  RULE_DRV_19C);
    EMIT(EVENT_ISO_DETACH_REQUESTED, command->iso, iso_detach_requested, .vm = command->vm);
    decision_also(decision, command->vm);
}

/* Evolve ---------------------------------------------------------------------------------- */

void iso_registered_evolve(struct evolution *evolution, const struct leaf *leaf,
                           const struct iso_registered *body)
{
    evolution_put(evolution, ROW_ISO,
                  &(struct iso_row){.iso = leaf->on[0],
                                    .name = body->name,
                                    .pool = body->pool,
                                    .file = body->file,
                                    .sha256 = body->sha256,
                                    .has_os = body->has_os,
                                    .os = body->os});
    evolution_put(evolution, ROW_ISO_NAME,
                  &(struct iso_name_row){.name = body->name, .iso = leaf->on[0]});
}

void iso_attach_requested_evolve(struct evolution *evolution, const struct leaf *leaf,
                                 const struct iso_attach_requested *body)
{
    evolution_put(evolution, ROW_ISO_ATTACHMENT,
                  &(struct iso_attachment_row){.vm = body->vm,
                                               .iso = leaf->on[0],
                                               .state = ATTACHMENT_STATE_REQUESTED,
                                               .has_request = true,
                                               .request = leaf->n});
    effect_ask(evolution, leaf, EFFECT_KIND_ISO_ATTACH, leaf->on[0], body->vm);
}

void iso_detach_requested_evolve(struct evolution *evolution, const struct leaf *leaf,
                                 const struct iso_detach_requested *body)
{
    struct iso_attachment_row row = {.vm = body->vm, .iso = leaf->on[0]};
    if (evolution_find(evolution, ROW_ISO_ATTACHMENT, &row)) {
        row.state = ATTACHMENT_STATE_DETACHING;
        row.has_request = true;
        row.request = leaf->n;
        evolution_put(evolution, ROW_ISO_ATTACHMENT, &row);
    }
    effect_ask(evolution, leaf, EFFECT_KIND_ISO_DETACH, leaf->on[0], body->vm);
}

void iso_attached_evolve(struct evolution *evolution, const struct leaf *leaf,
                         const struct iso_attached *body)
{
    struct iso_attachment_row row = {.vm = body->vm, .iso = leaf->on[0]};
    const bool asked = evolution_find(evolution, ROW_ISO_ATTACHMENT, &row);
    if (!asked || row.state != ATTACHMENT_STATE_DETACHING) {
        row.state = ATTACHMENT_STATE_ATTACHED;
    }
    row.has_device = true;
    row.device = body->device;
    evolution_put(evolution, ROW_ISO_ATTACHMENT, &row);
}

void iso_detached_evolve(struct evolution *evolution, const struct leaf *leaf,
                         const struct iso_detached *body)
{
    evolution_remove(evolution, ROW_ISO_ATTACHMENT,
                     &(struct iso_attachment_row){.vm = body->vm, .iso = leaf->on[0]});
}

void iso_ended(struct evolution *evolution, const struct effect_row *effect)
{
    struct iso_attachment_row row = {.vm = effect->about, .iso = effect->object};
    const bool done = effect->state == EFFECT_STATE_DONE;
    const bool detached = effect->effect == EFFECT_KIND_ISO_DETACH;
    if (!effect->has_about || !evolution_find(evolution, ROW_ISO_ATTACHMENT, &row)) {
        return;
    }
    if (done == detached && !row.has_device) {
        evolution_remove(evolution, ROW_ISO_ATTACHMENT, &row);
    } else if (!done && detached && row.state == ATTACHMENT_STATE_DETACHING) {
        row.state = row.has_device ? ATTACHMENT_STATE_ATTACHED : ATTACHMENT_STATE_REQUESTED;
        evolution_put(evolution, ROW_ISO_ATTACHMENT, &row);
    }
}
