#include "core/command_record.h"
#include "core/dispatch.h"
#include "core/engine_parts.h"
#include "core/identity/user.h"

enum {
    COMMAND_ARENA = 256 << 10, /* bytes for what one decision looks at */
};

/* The user whose key signed the record. */
static struct status authenticate(const struct view *view, const struct command_record *command,
                                  struct bytes record, struct actor *actor)
{
    struct user_row user;
    struct public_key key;
    if (!user_by_id(view, command->actor, &user)) {
        TRY(*view->trouble);
        return FAIL_BECAUSE(KEY, command->actor.n, "nobody is known by this id");
    }
    TRY(public_key_read(user.key, &key));
    TRY(command_record_verify(record, &key));
    *actor = (struct actor){.user = command->actor, .role = user.role, .login = user.login};
    return OK;
}

/* The voice of the context that the command belongs to. */
static enum engine_voice voice_of(enum command_kind kind)
{
    bool identity = strcmp(command_infos[kind].context, "identity") == 0;
    return identity ? VOICE_IDENTITY : VOICE_AUDIT;
}

static struct draft draft_of(const struct decided *decided, struct bytes actor, struct bytes record)
{
    struct draft draft = {
        .kind = decided->kind,
        .on_count = decided->on_count,
        .body = &decided->body,
        .actor = actor,
        .command = record,
    };
    memcpy(draft.on, decided->on, sizeof draft.on);
    return draft;
}

/* A refusal is an event, too: <noun>.denied, about the log, naming the rule. */
static struct status refusal_of(enum command_kind kind, struct decided *out)
{
    char memory[NAME_MAX_SIZE + 16];
    struct text name = TEXT_IN(memory);
    struct bytes command = bytes_of_string(command_name(kind));
    const uint8_t *dot = memchr(command.data, '.', command.size);
    text_put(&name, command.data, (size_t)(dot - command.data));
    text_put_literal(&name, ".denied");
    *out = (struct decided){.on = {THE_LOG}, .on_count = 1};
    if (!event_read(text_bytes(&name), 1, &out->kind)) {
        return FAIL_BECAUSE(NOT_FOUND, 0, "the command has no event for its refusal");
    }
    /* Every <noun>.denied has the same fields; the catalogue's generator sees to it. */
    out->body.emitter_denied.command = command;
    return OK;
}

static struct status say_decision(struct engine *engine, enum command_kind kind,
                                  const struct decision *decision, struct bytes actor,
                                  struct bytes record)
{
    struct decided refusal;
    if (decision->refused == RULE_NONE) {
        for (size_t i = 0; i < decision->count; i++) {
            struct draft draft = draft_of(&decision->events[i], actor, record);
            TRY(engine_say(engine, voice_of(kind), &draft));
        }
        return OK;
    }
    TRY(refusal_of(kind, &refusal));
    struct draft draft = draft_of(&refusal, actor, record);
    draft.outcome = OUTCOME_DENIED;
    draft.rule = decision->refused;
    return engine_say(engine, voice_of(kind), &draft);
}

static struct status decide(struct engine *engine, struct bytes record, struct arena *arena,
                            struct command_record *command, struct decision *decision)
{
    struct actor actor;
    union command_fields fields;
    struct status trouble = OK;
    struct view view = engine_view(engine, UINT64_MAX, arena, &trouble);
    TRY(command_record_read(record, command));
    if (!bytes_equal(command->origin, bytes_of_string(log_origin(engine->log)))) {
        return FAIL_BECAUSE(BAD_SIGNATURE, 0, "the command was signed for another log");
    }
    TRY(authenticate(&view, command, record, &actor));
    TRY(command_fields_decode(command->kind, command->fields, arena, &fields));
    dispatch_decide(command->kind, &view, &actor, &fields, decision);
    return trouble;
}

struct status engine_command(struct engine *engine, struct bytes record, struct verdict *verdict)
{
    uint8_t memory[COMMAND_ARENA];
    struct arena arena = ARENA_IN(memory);
    struct command_record command;
    struct decision decision = {0};
    char actor_memory[48];
    struct text actor = TEXT_IN(actor_memory);
    TRY(engine_flush(engine)); /* a decision is taken on everything that came before it */
    TRY(decide(engine, record, &arena, &command, &decision));
    id_write(&actor, command.actor);
    uint64_t first = log_head_of(engine->log)->size;
    TRY(say_decision(engine, command.kind, &decision, text_bytes(&actor), record));
    TRY(engine_flush(engine));
    *verdict = (struct verdict){
        .refused = decision.refused,
        .first = first,
        .count = decision.refused == RULE_NONE ? decision.count : 1,
    };
    return OK;
}
