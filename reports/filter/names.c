#include "reports/filter/names.h"

#include "core/audit/emitter.h"
#include "core/identity/user.h"
#include "core/import.h"
#include "reports/filter/glob.h"
#include "reports/names.h"
#include "reports/resolve.h"

#include <assert.h>

enum {
    ARENA_SIZE = 16 << 10, /* bytes: a row or two */
    NAME_SIZE = 1024,      /* bytes of a foreign name as it is written */
};

/* A view at the head of the log, and what it needs. */
struct looking {
    uint8_t memory[ARENA_SIZE];
    struct arena arena;
    struct status trouble;
    struct view view;
};

/* False where there is no state to look in. */
static bool look(const struct typing *typing, struct looking *out)
{
    struct engine *engine = typing->context->engine;
    if (engine == NULL || engine_state(engine) == NULL) {
        return false;
    }
    out->arena = ARENA_IN(out->memory);
    out->trouble = OK;
    uint64_t as_of_n =
        typing->context->sight == NULL ? UINT64_MAX : typing->context->sight->as_of_n;
    out->view = engine_view(engine, as_of_n, &out->arena, &out->trouble);
    return true;
}

static bool is_narrowed(const struct typing *typing)
{
    return typing->context->sight != NULL;
}

static struct status sees(const struct typing *typing, struct id id, bool *visible)
{
    const struct filter_sight *sight = typing->context->sight;
    *visible = true;
    return sight == NULL ? OK : sight->sees(sight->context, id, visible);
}

struct status names_keep_id(struct typing *typing, struct id id, struct bytes *out)
{
    char memory[64];
    struct text text = TEXT_IN(memory);
    id_write(&text, id);
    *out = arena_copy(&typing->filter->arena, text_bytes(&text));
    return typing->filter->arena.full ? FAIL(LIMIT, FILTER_MEMORY_SIZE) : OK;
}

/* Suggestions ----------------------------------------------------------------------------- */

static void offer_logins(struct looking *looking, struct suggestion *suggestion)
{
    struct login_row row = {0};
    struct view_walk walk = view_walk_of(&looking->view, ROW_LOGIN, &row, 0);
    while (view_walk_next(&walk, &row)) {
        suggestion_offer(suggestion, row.login);
    }
}

static void offer_emitters(struct looking *looking, struct suggestion *suggestion)
{
    struct emitter_row row = {0};
    struct view_walk walk = view_walk_of(&looking->view, ROW_EMITTER, &row, 0);
    while (view_walk_next(&walk, &row)) {
        suggestion_offer(suggestion, row.name);
    }
}

static void offer_projects(struct looking *looking, struct suggestion *suggestion)
{
    struct project_name_row row = {0};
    struct view_walk walk = view_walk_of(&looking->view, ROW_PROJECT_NAME, &row, 0);
    while (view_walk_next(&walk, &row)) {
        suggestion_offer(suggestion, row.name);
    }
}

static struct status unknown(struct typing *typing, const struct token *token,
                             const struct suggestion *suggestion, const char *why)
{
    assert(!is_narrowed(typing));
    suggestion_advise(suggestion, typing->fault);
    return fault_of(typing->fault, token, why);
}

/* Ids ------------------------------------------------------------------------------------- */

static enum id_kind kind_of_field(const struct filter_field *field)
{
    switch (field->term) {
    case TERM_PROJECT:
        return ID_PROJECT;
    case TERM_SESSION:
        return ID_SESSION;
    case TERM_ON:
    case TERM_ACTOR:
    case TERM_KIND:
    case TERM_SOURCE:
    case TERM_OUTCOME:
    case TERM_RULE:
    case TERM_COMMAND:
    case TERM_EMITTER:
        break;
    }
    return ID_NONE;
}

struct status names_of_id(struct typing *typing, const struct token *token, struct id *out)
{
    return names_of_kind(typing, token, kind_of_field(typing->node->field), out);
}

/* Users, groups and paths are tried before projects: the name of one may be that of another. */
static struct status resolve_any(const struct looking *looking, enum id_kind kind,
                                 struct bytes name, struct id *out)
{
    const struct resolver resolver = {.view = &looking->view};
    struct status status = resolve(&resolver, kind, name, out);
    if (kind != ID_NONE || status.code != STATUS_NOT_FOUND) {
        return status;
    }
    return failed(resolve(&resolver, ID_PROJECT, name, out)) ? status : OK;
}

/* Of all kinds of things that have names, the first visible one of this name; whatever else there
 * is or is not, nothing more is said. */
static struct status names_of_visible(struct typing *typing, const struct looking *looking,
                                      const struct token *token, enum id_kind only, struct id *out)
{
    const struct resolver resolver = {.view = &looking->view};
    bool visible = false;
    for (unsigned kind = 0; kind < ID_KIND_COUNT && !visible; kind++) {
        bool asked = only == ID_NONE || only == (enum id_kind)kind;
        if (asked && !failed(resolve(&resolver, (enum id_kind)kind, token->text, out))) {
            TRY(sees(typing, *out, &visible));
        }
        TRY(looking->trouble);
    }
    return visible ? OK : fault_of(typing->fault, token, "there is nothing of this name");
}

struct status names_of_kind(struct typing *typing, const struct token *token, enum id_kind kind,
                            struct id *out)
{
    struct looking looking;
    struct suggestion suggestion;
    if (!failed(id_read(token->text, out)) && out->n != ID_NEW) {
        return OK;
    }
    if (!look(typing, &looking)) {
        return fault_of(typing->fault, token, "an id like drive:30377 is expected");
    }
    if (is_narrowed(typing)) {
        return names_of_visible(typing, &looking, token, kind, out);
    }
    struct status status = resolve_any(&looking, kind, token->text, out);
    if (status.code != STATUS_NOT_FOUND && status.code != STATUS_CONFLICT) {
        return failed(status) && status.code == STATUS_MALFORMED
                   ? fault_of(typing->fault, token, status.why)
                   : status;
    }
    suggestion_begin(&suggestion, token->text);
    if (kind == ID_PROJECT || kind == ID_NONE) {
        offer_projects(&looking, &suggestion);
    }
    if (kind == ID_USER || kind == ID_NONE) {
        offer_logins(&looking, &suggestion);
    }
    return unknown(typing, token, &suggestion,
                   status.why == NULL ? "there is nothing of this name" : status.why);
}

/* Actors and emitters --------------------------------------------------------------------- */

struct status names_of_actor(struct typing *typing, const struct token *token, struct bytes *out)
{
    struct looking looking;
    struct suggestion suggestion;
    struct user_row user;
    struct emitter_row emitter;
    struct id id;
    bool is_id = !failed(id_read(token->text, &id)) && id.n != ID_NEW;
    *out = token->text;
    if (!is_id && !leaf_is_emitter_name(token->text) && typing->context->engine == NULL) {
        return fault_of(typing->fault, token, "an actor is an id like user:12, or an emitter");
    }
    if (is_id || !look(typing, &looking)) {
        return OK;
    }
    bool visible = false;
    if (user_by_login(&looking.view, token->text, &user)) {
        TRY(sees(typing, user.user, &visible));
    }
    if (visible) {
        return names_keep_id(typing, user.user, out);
    }
    bool known = is_narrowed(typing) || emitter_by_name(&looking.view, token->text, &emitter);
    TRY(looking.trouble);
    if (known) {
        return OK;
    }
    suggestion_begin(&suggestion, token->text);
    offer_logins(&looking, &suggestion);
    offer_emitters(&looking, &suggestion);
    return unknown(typing, token, &suggestion, "the store knows no such user or emitter");
}

static struct status find_logins(struct typing *typing, struct looking *looking,
                                 const struct token *token, names_text *found, bool *any)
{
    struct login_row row = {0};
    struct view_walk walk = view_walk_of(&looking->view, ROW_LOGIN, &row, 0);
    while (view_walk_next(&walk, &row)) {
        struct bytes id;
        bool visible = glob_matches(token->text, row.login);
        if (visible) {
            TRY(sees(typing, row.user, &visible));
        }
        if (visible) {
            *any = true;
            TRY(names_keep_id(typing, row.user, &id));
            TRY(found(typing, id));
        }
    }
    return looking->trouble;
}

static bool matches_an_emitter(struct looking *looking, struct bytes pattern)
{
    struct emitter_row row = {0};
    bool any = false;
    struct view_walk walk = view_walk_of(&looking->view, ROW_EMITTER, &row, 0);
    while (view_walk_next(&walk, &row)) {
        any = any || glob_matches(pattern, row.name);
    }
    return any;
}

struct status names_of_actors(struct typing *typing, const struct token *token, names_text *found)
{
    struct looking looking;
    bool of_ids = memchr(token->text.data, ':', token->text.size) != NULL, any = of_ids;
    if (!look(typing, &looking)) {
        return OK;
    }
    TRY(find_logins(typing, &looking, token, found, &any));
    any = any || is_narrowed(typing) || matches_an_emitter(&looking, token->text);
    TRY(looking.trouble);
    return any ? OK : fault_of(typing->fault, token, "no user or emitter is called so");
}

struct status names_check_emitter(struct typing *typing, const struct token *token)
{
    struct looking looking;
    struct suggestion suggestion;
    struct emitter_row emitter;
    if (!leaf_is_emitter_name(token->text)) {
        return fault_of(typing->fault, token, "an emitter's name is [a-z][a-z0-9_.-]*");
    }
    if (is_narrowed(typing) || !look(typing, &looking) ||
        emitter_by_name(&looking.view, token->text, &emitter)) {
        return OK;
    }
    TRY(looking.trouble);
    suggestion_begin(&suggestion, token->text);
    offer_emitters(&looking, &suggestion);
    return unknown(typing, token, &suggestion, "no such emitter is registered");
}

/* Foreign names --------------------------------------------------------------------------- */

/* Hands on what is visible of it. */
struct sifting {
    struct typing *typing;
    names_id *found;
    bool any;
};

static struct status sift(void *context, struct id id)
{
    struct sifting *sifting = context;
    bool visible;
    TRY(sees(sifting->typing, id, &visible));
    sifting->any = sifting->any || visible;
    return visible ? sifting->found(sifting->typing, id) : OK;
}

struct status names_of_subject(struct typing *typing, const struct token *token, names_id *found)
{
    char memory[NAME_SIZE];
    struct text shown = TEXT_IN(memory);
    enum filter_field_id field = typing->node->field->id;
    enum subject_class class = field == FILTER_USER   ? SUBJECT_CLASS_USER
                               : field == FILTER_HOST ? SUBJECT_CLASS_HOST
                                                      : SUBJECT_CLASS_ACTION;
    if (token->is_glob) {
        return fault_of(typing->fault, token, "foreign names are found without wildcards");
    }
    if (typing->context->engine == NULL) {
        return fault_of(typing->fault, token, "an id like subject:12 is expected");
    }
    /* Written as a record that names it would be. */
    text_put_printable(&shown, token->text);
    struct sifting sifting = {.typing = typing, .found = found};
    struct status status =
        names_find(typing->context->engine, class, text_bytes(&shown), sift, &sifting);
    bool none = status.code == STATUS_NOT_FOUND || (!failed(status) && !sifting.any);
    return none ? fault_of(typing->fault, token, "no record names it") : status;
}
