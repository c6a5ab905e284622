#include "core/authenticate.h"
#include "core/dispatch.h"
#include "core/engine_asking.h"
#include "core/identity/user.h"
#include "schema/field.h"

#include <stdlib.h>

/* Reading --------------------------------------------------------------------------------- */

struct view ask_view(struct asking *asking)
{
    asking->trouble = OK;
    struct view view = engine_view(asking->engine, UINT64_MAX, &asking->arena, &asking->trouble);
    view.as_of_n =
        engine_batch_next(asking->engine) - 1; /* so that a decision knows the log's end */
    view.now_utc_us = engine_batch_now(asking->engine);
    return view;
}

struct status ask_read(struct asking *asking)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    TRY(command_record_read(asking->record, &asking->command));
    if (!bytes_equal(asking->command.origin, bytes_of_string(log_origin(asking->engine->log)))) {
        return FAIL_BECAUSE(BAD_SIGNATURE, 0, "the command was signed for another log");
    }
    TRY(hasher_open(&hasher));
    asking->digest = hash_bytes(hasher, asking->record);
    return OK;
}

struct status ask_fields(struct asking *asking, struct bytes fields)
{
    return command_fields_decode(asking->command.kind, fields, &asking->arena, &asking->fields);
}

/* Authenticating -------------------------------------------------------------------------- */

static bool is_same(const struct public_key *a, const struct public_key *b)
{
    return a->type == b->type &&
           bytes_equal(bytes_of(a->data, a->size), bytes_of(b->data, b->size));
}

/* Whether the record is signed by the key that its actor has now. */
static bool holds(const struct view *view, const struct asking *asking, struct user_row *user)
{
    if (!user_by_id(view, asking->command.actor, user)) {
        return false;
    }
    const struct public_key *key = key_cache_read(asking->engine->keys, user->key);
    if (key == NULL) {
        return false;
    }
    const struct check *check = asking->check;
    return check != NULL && is_same(&check->key, key)
               ? check->holds
               : !failed(command_record_verify(asking->record, key));
}

struct status ask_authenticate(struct asking *asking, enum rule *refused)
{
    const struct command_record *command = &asking->command;
    struct user_row user;
    struct view view = ask_view(asking);
    struct presented presented = {
        .actor = command->actor,
        .project = command->project,
        .session = command->session,
        .kind = command->kind,
        .t_utc_us = command->t_utc_us,
        .digest = asking->digest,
        .user = holds(&view, asking, &user) ? &user : NULL,
    };
    *refused = authenticate(&view, &presented, &asking->actor);
    key_random(asking->actor.random.sha256, sizeof asking->actor.random.sha256);
    if (*refused != RULE_IDN_06E) {
        struct text text = TEXT_IN(asking->actor_text);
        id_write(&text, command->actor);
        (void)text_string(&text);
    }
    return asking->trouble;
}

/* Writing --------------------------------------------------------------------------------- */

/* The emitter of the context that the command belongs to. */
static enum engine_voice voice_of(enum command_kind kind)
{
    for (unsigned voice = 0; voice < VOICE_COUNT; voice++) {
        if (strcmp(command_infos[kind].context, engine_voice_name((enum engine_voice)voice)) == 0) {
            return (enum engine_voice)voice;
        }
    }
    return VOICE_AUDIT;
}

/* What opens a session says where from; it is the only one that knows. */
static struct bytes source_of(const struct asking *asking)
{
    const struct session_open *open = &asking->fields.session_open;
    if (asking->source.size > 0) {
        return asking->source;
    }
    bool says = asking->command.kind == COMMAND_SESSION_OPEN && asking->command.items.size == 0 &&
                open->has_source && leaf_is_source(open->source);
    return says ? open->source : (struct bytes){0};
}

struct status ask_write(struct asking *asking, enum engine_voice voice,
                        const struct decided *decided, enum rule refused)
{
    bool of_many = asking->bulk.kind != ID_NONE;
    struct draft draft = {
        .kind = decided->kind,
        .on_count = decided->on_count,
        .at_utc_us = engine_batch_held_at(asking->engine),
        .body = &decided->body,
        .actor = bytes_of_string(asking->actor_text),
        .outcome = refused == RULE_NONE ? OUTCOME_OK : OUTCOME_DENIED,
        .rule = refused,
        .answers = of_many,
        .cause = asking->bulk.n,
        .item = asking->item,
        .source = source_of(asking),
        .project = asking->actor.project,
        .session = asking->actor.session,
    };
    memcpy(draft.on, decided->on, sizeof draft.on);
    if (of_many && draft.on_count < LEAF_SUBJECTS_MAX) {
        draft.on[draft.on_count++] = asking->bulk;
    }
    /* One of many leads to the record by its cause. Without a signature that holds there is no
     * record: anybody could have written it. */
    if (!of_many && draft.actor.size > 0) {
        draft.command = asking->record;
    }
    return engine_batch_write(asking->engine, voice, &draft);
}

static struct status write_events(struct asking *asking)
{
    for (size_t i = 0; i < asking->decision.count; i++) {
        TRY(ask_write(asking, voice_of(asking->command.kind), &asking->decision.events[i],
                      RULE_NONE));
    }
    return OK;
}

struct status ask_answer(struct asking *asking)
{
    struct batch_mark before = engine_batch_mark(asking->engine);
    struct status status = write_events(asking);
    if (failed(status)) {
        engine_batch_reset(asking->engine, &before);
        return status;
    }
    return engine_batch_evolve(asking->engine);
}

/* Refusing -------------------------------------------------------------------------------- */

static void add_subject(struct asking *asking, struct decided *decided, struct id id)
{
    uint64_t events = 0;
    size_t room = LEAF_SUBJECTS_MAX - (asking->bulk.kind != ID_NONE);
    for (size_t i = 0; i < decided->on_count; i++) {
        if (id_equal(decided->on[i], id)) {
            return;
        }
    }
    if (decided->on_count < room && id.n != ID_NEW &&
        !failed(state_subject_count(asking->engine->state, id, &events)) && events > 0) {
        decided->on[decided->on_count++] = id;
    }
}

/* The ids of one field, which may be a list. */
static void add_subjects(struct asking *asking, struct decided *decided, struct bytes value)
{
    struct id id;
    struct canonical_reader reader = canonical_reader_of(value);
    if (value.data[0] != '[') {
        if (!failed(id_read(canonical_plain(&reader), &id))) {
            add_subject(asking, decided, id);
        }
        return;
    }
    canonical_open_array(&reader);
    while (canonical_element(&reader)) {
        if (!failed(id_read(canonical_plain(&reader), &id))) {
            add_subject(asking, decided, id);
        }
    }
}

static const struct field_info *next_field(struct canonical_reader *reader, enum command_kind kind)
{
    const struct command_info *info = &command_infos[kind];
    for (size_t i = 0; i < info->field_count; i++) {
        const char *name = info->fields[i].name;
        if (canonical_member(reader, name, strlen(name))) {
            return &info->fields[i];
        }
    }
    return NULL;
}

/* What the fields name, so that a refusal is found where it belongs. */
static void name_subjects(struct asking *asking, struct bytes fields, struct decided *decided)
{
    const struct field_info *field;
    struct canonical_reader reader = canonical_reader_of(fields);
    canonical_open_object(&reader);
    while ((field = next_field(&reader, asking->command.kind)) != NULL) {
        struct bytes value = canonical_skip(&reader);
        if (field->type_code == FIELD_ID && value.size > 0) {
            add_subjects(asking, decided, value);
        }
    }
}

/* <noun>.denied, which every command has: the catalogue's generator sees to it. */
static struct status denial_of(enum command_kind kind, enum event_kind *out)
{
    char memory[NAME_MAX_SIZE + 16];
    struct text name = TEXT_IN(memory);
    struct bytes command = bytes_of_string(command_name(kind));
    const char *dot = strrchr(command_name(kind), '.');
    text_put(&name, command.data, (size_t)(dot - command_name(kind)));
    text_put_literal(&name, ".denied");
    return event_read(text_bytes(&name), 1, out)
               ? OK
               : FAIL_BECAUSE(NOT_FOUND, 0, "the command has no event for its refusal");
}

struct status ask_refuse(struct asking *asking, enum rule rule, struct bytes fields)
{
    char memory[48];
    struct text claimed = TEXT_IN(memory);
    enum engine_voice voice = voice_of(asking->command.kind);
    struct decided refusal = {.on = {THE_LOG}, .on_count = 1};
    TRY(denial_of(asking->command.kind, &refusal.kind));
    /* Every <noun>.denied has the same fields. */
    refusal.body.emitter_denied.command = bytes_of_string(command_name(asking->command.kind));
    name_subjects(asking, fields, &refusal);
    if (rule == RULE_IDN_06E) {
        id_write(&claimed, asking->command.actor);
        refusal.body.emitter_denied.has_name = true;
        refusal.body.emitter_denied.name = text_bytes(&claimed);
        add_subject(asking, &refusal, asking->command.actor);
        voice = VOICE_IDENTITY;
    }
    TRY(ask_write(asking, voice, &refusal, rule));
    return engine_batch_evolve(asking->engine);
}

/* Deciding -------------------------------------------------------------------------------- */

struct status ask_decide(struct asking *asking)
{
    struct view view = ask_view(asking);
    asking->decision.refused = RULE_NONE;
    asking->decision.count = 0;
    dispatch_decide(asking->command.kind, &view, &asking->actor, &asking->fields,
                    &asking->decision);
    return asking->trouble;
}

static struct status do_one(struct asking *asking, enum rule refused, struct verdict *verdict)
{
    uint64_t first = engine_batch_next(asking->engine);
    if (refused == RULE_NONE) {
        TRY(ask_decide(asking));
        refused = asking->decision.refused;
    }
    TRY(refused == RULE_NONE ? ask_answer(asking)
                             : ask_refuse(asking, refused, asking->command.fields));
    verdict->refused = refused;
    verdict->first = first;
    verdict->count = engine_batch_next(asking->engine) - first;
    return OK;
}

static struct status do_many(struct asking *asking, enum rule refused, struct verdict *verdict)
{
    if (refused == RULE_NONE) {
        return ask_bulk(asking, verdict);
    }
    verdict->refused = refused;
    verdict->first = engine_batch_next(asking->engine);
    verdict->count = 1;
    return ask_refuse_bulk(asking, refused);
}

static struct status ask(struct asking *asking, struct verdict *verdict)
{
    enum rule refused;
    bool many = asking->command.items.size > 0;
    TRY(many ? OK : ask_fields(asking, asking->command.fields));
    TRY(ask_authenticate(asking, &refused));
    return many ? do_many(asking, refused, verdict) : do_one(asking, refused, verdict);
}

/* Commands -------------------------------------------------------------------------------- */

static void begin_asking(struct asking *asking, struct engine *engine,
                         const struct request *request)
{
    asking->engine = engine;
    asking->record = request->record;
    asking->source = request->source;
    asking->actor = (struct actor){0};
    asking->actor_text[0] = '\0';
    asking->bulk = (struct id){0};
    asking->item = 0;
    asking->trouble = OK;
    asking->arena = ARENA_IN(asking->memory);
}

static struct status ask_all(struct engine *engine, struct asking *asking,
                             const struct request *requests, size_t count, struct verdict *verdicts)
{
    TRY(engine_checks_begin(engine, requests, count));
    for (size_t i = 0; i < count; i++) {
        struct verdict verdict = {.refused = RULE_NONE};
        TRY(engine_batch_make_room(engine));
        begin_asking(asking, engine, &requests[i]);
        asking->check = engine_checks_next(engine);
        struct status status = ask_read(asking);
        verdict.status = failed(status) ? status : ask(asking, &verdict);
        TRY(engine->failed);
        verdicts[i] = verdict;
    }
    return engine_batch_commit(engine);
}

struct status engine_commands(struct engine *engine, const struct request *requests, size_t count,
                              struct verdict *verdicts)
{
    TRY(engine->failed);
    if (engine->options.port != NULL) {
        return engine_port_commands(engine, requests, count, verdicts);
    }
    struct asking *asking = malloc(sizeof *asking);
    if (asking == NULL) {
        return FAIL(NO_MEMORY, sizeof *asking);
    }
    struct status status = engine_batch_begin(engine);
    status = failed(status) ? status : ask_all(engine, asking, requests, count, verdicts);
    engine_checks_end(engine);
    free(asking);
    return status;
}

struct status engine_command(struct engine *engine, struct bytes record, struct verdict *verdict)
{
    struct verdict found = {.refused = RULE_NONE};
    TRY(engine_commands(engine, &(struct request){.record = record}, 1, &found));
    TRY(found.status);
    *verdict = found;
    return OK;
}
