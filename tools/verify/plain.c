/*
 * What a question's expression is read with here, in place of reports/filter/names.c, saved.c and
 * reports/regex.c: a question that left a store has ids for names, so that no state is needed, and
 * no pattern of somebody else is ever run.
 */
#include "reports/filter/names.h"
#include "reports/filter/saved.h"
#include "schema/leaf.h"

/* Names ----------------------------------------------------------------------------------- */

struct status names_of_kind(struct typing *typing, const struct token *token, enum id_kind kind,
                            struct id *out)
{
    bool is_id = !failed(id_read(token->text, out)) && out->n != ID_NEW;
    return is_id && (kind == ID_NONE || out->kind == kind)
               ? OK
               : fault_of(typing->fault, token, "an id like drive:30377 is expected");
}

struct status names_of_id(struct typing *typing, const struct token *token, struct id *out)
{
    return names_of_kind(typing, token, ID_NONE, out);
}

struct status names_of_actor(struct typing *typing, const struct token *token, struct bytes *out)
{
    struct id id;
    *out = token->text;
    return leaf_is_emitter_name(token->text) ||
                   (!failed(id_read(token->text, &id)) && id.n != ID_NEW)
               ? OK
               : fault_of(typing->fault, token, "an actor is an id like user:12, or an emitter");
}

/* The users that a pattern stood for are in the question by their ids. */
struct status names_of_actors(struct typing *typing, const struct token *token, names_text *found)
{
    (void)typing;
    (void)token;
    (void)found;
    return OK;
}

struct status names_check_emitter(struct typing *typing, const struct token *token)
{
    return leaf_is_emitter_name(token->text)
               ? OK
               : fault_of(typing->fault, token, "an emitter's name is [a-z][a-z0-9_.-]*");
}

struct status names_of_subject(struct typing *typing, const struct token *token, names_id *found)
{
    (void)found;
    return fault_of(typing->fault, token, "an id like subject:12 is expected");
}

struct status names_keep_id(struct typing *typing, struct id id, struct bytes *out)
{
    char memory[64];
    struct text text = TEXT_IN(memory);
    id_write(&text, id);
    *out = arena_copy(&typing->filter->arena, text_bytes(&text));
    return typing->filter->arena.full ? FAIL(LIMIT, FILTER_MEMORY_SIZE) : OK;
}

struct status saved_find(struct engine *engine, struct bytes name, struct text *question,
                         struct suggestion *suggestion)
{
    (void)engine;
    (void)name;
    (void)question;
    (void)suggestion;
    return FAIL(NOT_FOUND, 0);
}

bool saved_is_name(struct bytes name)
{
    (void)name;
    return false;
}

/* Patterns -------------------------------------------------------------------------------- */

/* Judging never runs one; it only has to be told from a text. */
struct status regex_open(struct bytes pattern, const struct regex_options *options,
                         struct text *sentence, struct regex *out)
{
    (void)options;
    (void)sentence;
    *out = (struct regex){.code = out};
    return pattern.size > REGEX_PATTERN_MAX ? FAIL(LIMIT, REGEX_PATTERN_MAX) : OK;
}

void regex_close(struct regex *regex)
{
    *regex = (struct regex){0};
}

struct status regex_matches(const struct regex *regex, struct bytes text, bool *out)
{
    (void)regex;
    (void)text;
    *out = false;
    return FAIL_BECAUSE(LIMIT, 0, "regular expressions are not run here");
}
