#include "tools/query_options.h"

#include "core/audit/emitter.h"
#include "core/identity/user.h"
#include "reports/filter/filter.h"
#include "reports/names.h"
#include "reports/resolve.h"
#include "tools/import/terms.h"
#include "tools/operator.h"

#include <stdlib.h>

static const struct {
    const char *option;
    enum query_member member;
} filters[] = {
    {"emitter", QUERY_EMITTER}, {"kind", QUERY_KIND},       {"outcome", QUERY_OUTCOME},
    {"source", QUERY_SOURCE},   {"session", QUERY_SESSION}, {"rule", QUERY_RULE},
};

/* What has an id is asked for by that, or by its name or path. */
static const struct {
    const char *option;
    enum query_member member;
    enum id_kind kind;
} objects[] = {
    {"on", QUERY_ON, ID_NONE},
    {"project", QUERY_PROJECT, ID_PROJECT},
};

static const struct {
    const char *option;
    enum query_member member;
    enum subject_class class;
} named[] = {
    {"user", QUERY_USER, SUBJECT_CLASS_USER},
    {"host", QUERY_HOST, SUBJECT_CLASS_HOST},
    {"action", QUERY_ACTION, SUBJECT_CLASS_ACTION},
};

static enum exit_code add(const struct invocation *invocation, struct query *query,
                          enum query_member member, const char *option, struct bytes value)
{
    struct status status = query_add(query, member, value);
    if (failed(status)) {
        return invocation_fail(invocation, EXIT_USAGE, NULL, "--%s: %s", option,
                               status.why == NULL ? "too many conditions" : status.why);
    }
    return EXIT_DONE;
}

/* Names ----------------------------------------------------------------------------------- */

struct naming {
    struct query *query;
    enum query_member member;
    bool excluded;
};

static struct status add_named(void *context, struct id id)
{
    struct naming *naming = context;
    char memory[64];
    struct text text = TEXT_IN(memory);
    text_put_string(&text, naming->excluded ? "!" : "");
    id_write(&text, id);
    return query_add(naming->query, naming->member, text_bytes(&text));
}

static enum exit_code add_name(struct invocation *invocation, struct engine *engine,
                               struct query *query, size_t which, const char *value)
{
    struct naming naming = {
        .query = query, .member = named[which].member, .excluded = value[0] == '!'};
    const char *name = naming.excluded ? value + 1 : value;
    struct id id;
    if (!failed(id_read(bytes_of_string(name), &id))) {
        return add(invocation, query, naming.member, named[which].option, bytes_of_string(value));
    }
    /* Written as a record that names it would be. */
    char memory[TERM_PRINTED_MAX];
    struct text shown = TEXT_IN(memory);
    terms_put(&shown, bytes_of_string(name));
    struct status status =
        names_find(engine, named[which].class, text_bytes(&shown), add_named, &naming);
    if (status.code == STATUS_NOT_FOUND && naming.excluded) {
        return EXIT_DONE; /* nothing to leave out */
    }
    if (status.code == STATUS_NOT_FOUND) {
        invocation_note(invocation, "no record names a %s %s", named[which].option,
                        text_string(&shown));
        return EXIT_NOTHING;
    }
    return failed(status) ? invocation_failed(invocation, status, NULL, value) : EXIT_DONE;
}

/* Who may be an actor without being a login: a user by id, or an emitter. */
static bool is_actor(const struct view *view, struct bytes name)
{
    struct id id;
    struct user_row user;
    struct emitter_row emitter;
    return failed(id_read(name, &id)) ? emitter_by_name(view, name, &emitter)
                                      : user_by_id(view, id, &user);
}

/* A login stands for its user's id; anything else is taken as it is. */
static enum exit_code add_actor(const struct invocation *invocation, struct engine *engine,
                                struct query *query, const char *value)
{
    uint8_t arena_memory[16 << 10];
    char memory[64];
    struct arena arena = ARENA_IN(arena_memory);
    struct text text = TEXT_IN(memory);
    struct status trouble = OK;
    struct user_row user;
    struct bytes name = bytes_of_string(value[0] == '!' ? value + 1 : value);
    if (engine_state(engine) != NULL) {
        struct view view = engine_view(engine, UINT64_MAX, &arena, &trouble);
        if (user_by_login(&view, name, &user)) {
            text_put_string(&text, value[0] == '!' ? "!" : "");
            id_write(&text, user.user);
            return add(invocation, query, QUERY_ACTOR, "actor", text_bytes(&text));
        }
        bool known = is_actor(&view, name);
        if (failed(trouble)) {
            return invocation_failed(invocation, trouble, NULL, "looking for the actor");
        }
        if (!known) {
            invocation_note(invocation, "note: the store knows no user or emitter %s",
                            (const char *)name.data);
        }
    }
    return add(invocation, query, QUERY_ACTOR, "actor", bytes_of_string(value));
}

/* Users, groups and paths are tried before projects: the name of one may be that of another. */
static struct status find_object(const struct view *view, enum id_kind kind, struct bytes name,
                                 struct id *out)
{
    const struct resolver resolver = {.view = view};
    struct status status = resolve(&resolver, kind, name, out);
    if (kind != ID_NONE || status.code != STATUS_NOT_FOUND) {
        return status;
    }
    return failed(resolve(&resolver, ID_PROJECT, name, out)) ? status : OK;
}

static enum exit_code add_object(const struct invocation *invocation, struct engine *engine,
                                 struct query *query, size_t which, const char *value)
{
    uint8_t arena_memory[16 << 10];
    char memory[64];
    struct arena arena = ARENA_IN(arena_memory);
    struct text text = TEXT_IN(memory);
    struct status trouble = OK;
    struct id id;
    const char *option = objects[which].option, *name = value[0] == '!' ? value + 1 : value;
    if (engine_state(engine) == NULL || !failed(id_read(bytes_of_string(name), &id))) {
        return add(invocation, query, objects[which].member, option, bytes_of_string(value));
    }
    struct view view = engine_view(engine, UINT64_MAX, &arena, &trouble);
    struct status status = find_object(&view, objects[which].kind, bytes_of_string(name), &id);
    if (failed(status)) {
        return invocation_fail(invocation, exit_of(status), "what is no more has its id only",
                               "--%s %s: %s", option, value,
                               status.why == NULL ? "it cannot be found" : status.why);
    }
    text_put_string(&text, value[0] == '!' ? "!" : "");
    id_write(&text, id);
    return add(invocation, query, objects[which].member, option, text_bytes(&text));
}

/* A verb may take an expression alone. */
static bool has_filter_options(const struct verb *verb)
{
    for (size_t i = 0; i < verb->option_count; i++) {
        if (strcmp(verb->options[i].name, filters[0].option) == 0) {
            return true;
        }
    }
    return false;
}

static enum exit_code add_options(struct invocation *invocation, struct engine *engine,
                                  struct query *query)
{
    const char *value;
    enum exit_code code = EXIT_DONE;
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        for (size_t k = 0; code == EXIT_DONE &&
                           (value = invocation_value_at(invocation, filters[i].option, k)) != NULL;
             k++) {
            code = add(invocation, query, filters[i].member, filters[i].option,
                       bytes_of_string(value));
        }
    }
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
        for (size_t k = 0; code == EXIT_DONE &&
                           (value = invocation_value_at(invocation, objects[i].option, k)) != NULL;
             k++) {
            code = add_object(invocation, engine, query, i, value);
        }
    }
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        for (size_t k = 0; code == EXIT_DONE &&
                           (value = invocation_value_at(invocation, named[i].option, k)) != NULL;
             k++) {
            code = add_name(invocation, engine, query, i, value);
        }
    }
    for (size_t k = 0;
         code == EXIT_DONE && (value = invocation_value_at(invocation, "actor", k)) != NULL; k++) {
        code = add_actor(invocation, engine, query, value);
    }
    return code;
}

void query_format(struct invocation *invocation)
{
    static const char *const names[] = {
        [ROWS_TABLE] = "table", [ROWS_CSV] = "csv", [ROWS_JSON] = "json", [ROWS_LINE] = "line"};
    const char *name = invocation_value(invocation, "format");
    for (size_t i = 0; name != NULL && i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i]) == 0) {
            invocation->format = (enum rows_format)i;
        }
    }
}

/* The expression -------------------------------------------------------------------------- */

void query_forget_where(struct invocation *invocation)
{
    if (invocation->where != NULL) {
        filter_close(invocation->where);
        free(invocation->where);
        invocation->where = NULL;
    }
}

static enum exit_code show_fault(const struct invocation *invocation, struct bytes expression,
                                 struct filter_fault *fault)
{
    char above_memory[FILTER_LINE_SIZE], below_memory[FILTER_LINE_SIZE];
    struct text above = TEXT_IN(above_memory), below = TEXT_IN(below_memory);
    filter_fault_write(fault, expression, &above, &below);
    invocation_fail(invocation, EXIT_USAGE, NULL, "%s", text_string(&fault->sentence));
    invocation_add(invocation, text_string(&above));
    invocation_add(invocation, text_string(&below));
    if (fault->advice.size > 0) {
        invocation_add(invocation, text_string(&fault->advice));
    }
    return EXIT_USAGE;
}

enum exit_code query_expression(struct invocation *invocation, struct engine *engine,
                                struct bytes expression, struct query *query)
{
    struct filter_fault fault;
    const struct filter_context context = {
        .engine = engine,
        .moments = {.now_utc_us = invocation->now_utc_us, .zone = invocation->zone}};
    query_forget_where(invocation);
    invocation->where = calloc(1, sizeof *invocation->where);
    if (invocation->where == NULL) {
        return invocation_failed(invocation, FAIL(NO_MEMORY, sizeof *invocation->where), NULL,
                                 "reading the expression");
    }
    struct status status = filter_read(expression, &context, invocation->where, &fault);
    if (failed(status)) {
        return fault.sentence.size > 0
                   ? show_fault(invocation, expression, &fault)
                   : invocation_failed(invocation, status, NULL, "reading the expression");
    }
    query->where = invocation->where;
    return EXIT_DONE;
}

static bool begins_expression(const char *word)
{
    return strncmp(word, "[EXPR", 5) == 0 || strncmp(word, "EXPR", 4) == 0;
}

/* How many arguments the verb has before `[EXPR...]` or `EXPR...`; SIZE_MAX: it takes none. */
static size_t words_before(const struct verb *verb)
{
    size_t count = 0;
    const char *word = verb->arguments == NULL ? "" : verb->arguments;
    while (*word != '\0' && !begins_expression(word)) {
        word += strcspn(word, " ");
        word += strspn(word, " ");
        count++;
    }
    return *word == '\0' ? SIZE_MAX : count;
}

/* Who writes no quotes is understood, too. */
void query_words(const struct invocation *invocation, struct text *out)
{
    size_t first = words_before(invocation->verb);
    for (size_t i = first; i < invocation_argument_count(invocation); i++) {
        text_put_string(out, i > first ? " " : "");
        text_put_string(out, invocation_argument(invocation, i));
    }
}

static enum exit_code add_expression(struct invocation *invocation, struct engine *engine,
                                     struct query *query)
{
    char memory[FILTER_TEXT_MAX + 2];
    struct text text = TEXT_IN(memory);
    if (invocation_argument_count(invocation) <= words_before(invocation->verb)) {
        return EXIT_DONE;
    }
    query_words(invocation, &text);
    return text.full ? invocation_fail(invocation, EXIT_USAGE, NULL,
                                       "an expression has at most %d bytes", FILTER_TEXT_MAX)
                     : query_expression(invocation, engine, text_bytes(&text), query);
}

enum exit_code query_conditions(struct invocation *invocation, struct engine *engine,
                                struct query *query)
{
    enum exit_code code = EXIT_DONE;
    if (has_filter_options(invocation->verb)) {
        code = add_options(invocation, engine, query);
    }
    return code == EXIT_DONE ? add_expression(invocation, engine, query) : code;
}

struct status query_record(struct engine *engine, const struct query *query,
                           const struct query_outcome *outcome, const struct digest *result)
{
    char query_memory[8192 + FILTER_WRITTEN_MAX], name_memory[64];
    struct text asked = TEXT_IN(query_memory), by = TEXT_IN(name_memory);
    query_write(query, &asked);
    if (asked.full) {
        return FAIL_BECAUSE(LIMIT, sizeof query_memory, "the question is too long to be recorded");
    }
    operator_name(&by);
    union event_body body = {.audit_query_run = {.query = text_bytes(&asked),
                                                 .size = outcome->size,
                                                 .rows = outcome->rows,
                                                 .result = *result,
                                                 .by = text_bytes(&by)}};
    struct status status = engine_say(
        engine, VOICE_AUDIT,
        &(struct draft){
            .kind = EVENT_AUDIT_QUERY_RUN, .on = {THE_LOG}, .on_count = 1, .body = &body});
    return status.code == STATUS_READ_ONLY ? OK : status;
}
