#include "core/audit/emitter.h"

#include "core/dispatch.h"
#include "core/evolution.h"
#include "core/vm/controller.h"

bool emitter_by_name(const struct view *view, struct bytes name, struct emitter_row *out)
{
    struct emitter_row row = {.name = name};
    if (!view_find(view, ROW_EMITTER, &row)) {
        return false;
    }
    *out = row;
    return true;
}

struct id emitter_controlled_vm(const struct emitter_row *emitter)
{
    struct id vm;
    uint64_t run;
    return emitter->class == EMITTER_CLASS_CONTROLLER &&
                   controller_name_read(emitter->name, &vm, &run)
               ? vm
               : (struct id){ID_NONE, 0};
}

/* Decide ---------------------------------------------------------------------------------- */

void emitter_register_decide(const struct view *view, const struct actor *actor,
                             const struct emitter_register *command, struct decision *decision)
{
    struct emitter_row known;
    REFUSE_UNLESS(actor->role == USER_ROLE_SUPER_ADMIN, RULE_AUD_14B);
    enum emitter_class class = command->has_class ? command->class : EMITTER_CLASS_OUTSIDE;
    REFUSE_UNLESS(class == EMITTER_CLASS_OUTSIDE || class == EMITTER_CLASS_WATCHER, RULE_AUD_14L);
    REFUSE_UNLESS(leaf_is_emitter_name(command->name), RULE_AUD_14F);
    REFUSE_UNLESS(decision_is_key(view, command->key), RULE_AUD_14F);
    REFUSE_IF(emitter_by_name(view, command->name, &known), RULE_AUD_14C);
    REFUSE_IF(view_count(view, ROW_LIVE_EMITTER, EMITTERS_MAX) == EMITTERS_MAX, RULE_AUD_14G);
    EMIT(EVENT_EMITTER_REGISTERED, NEW(ID_EMITTER), emitter_registered, .name = command->name,
         .key = command->key, .class = class, .about = command->about);
}

void emitter_retire_decide(const struct view *view, const struct actor *actor,
                           const struct emitter_retire *command, struct decision *decision)
{
    struct emitter_row known;
    REFUSE_UNLESS(actor->role == USER_ROLE_SUPER_ADMIN, RULE_AUD_14B);
    REFUSE_UNLESS(emitter_by_name(view, command->name, &known), RULE_AUD_14D);
    REFUSE_IF(known.retired, RULE_AUD_14D);
    REFUSE_IF(known.class == EMITTER_CLASS_INTERNAL, RULE_AUD_14E);
    EMIT(EVENT_EMITTER_RETIRED, known.emitter, emitter_retired, .name = command->name,
         .reason = command->reason);
}

/* Evolve ---------------------------------------------------------------------------------- */

void audit_genesis_evolve(struct evolution *evolution, const struct leaf *leaf,
                          const struct audit_genesis *body)
{
    evolution_put(
        evolution, ROW_LOG,
        &(struct log_row){.log = leaf->on[0], .origin = body->origin, .log_key = body->log_key});
    evolution_put(evolution, ROW_EMITTER,
                  &(struct emitter_row){.name = body->emitter,
                                        .emitter = leaf->on[0],
                                        .key = body->emitter_key,
                                        .class = EMITTER_CLASS_INTERNAL,
                                        .about = LITERAL("the audit of the log itself")});
    evolution_put(evolution, ROW_LIVE_EMITTER, &(struct live_emitter_row){.name = body->emitter});
}

void emitter_registered_evolve(struct evolution *evolution, const struct leaf *leaf,
                               const struct emitter_registered *body)
{
    evolution_put(evolution, ROW_EMITTER,
                  &(struct emitter_row){.name = body->name,
                                        .emitter = leaf->on[0],
                                        .key = body->key,
                                        .class = body->class,
                                        .about = body->about});
    evolution_put(evolution, ROW_LIVE_EMITTER, &(struct live_emitter_row){.name = body->name});
}

void emitter_retired_evolve(struct evolution *evolution, const struct leaf *leaf,
                            const struct emitter_retired *body)
{
    struct emitter_row row = {.name = body->name};
    (void)leaf;
    if (evolution_find(evolution, ROW_EMITTER, &row)) {
        row.retired = true;
        evolution_put(evolution, ROW_EMITTER, &row);
        evolution_remove(evolution, ROW_LIVE_EMITTER,
                         &(struct live_emitter_row){.name = body->name});
    }
}

/* Describe -------------------------------------------------------------------------------- */

void emitter_describe(const struct emitter_row *emitter, struct text *out)
{
    text_put_bytes(out, emitter->name);
    text_put_literal(out, " (");
    text_put_string(out, emitter_class_name(emitter->class));
    text_put_string(out, emitter->retired ? ", retired): " : "): ");
    text_put_printable(out, emitter->about);
}
