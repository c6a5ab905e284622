#include "reports/filter/saved.h"

enum {
    SHIPPED_COUNT = 0
#define SAVED(name, control, about, question) +1
#include "reports/filter/saved.def"
};

static const struct {
    const char *name, *control, *about, *question;
} shipped[SHIPPED_COUNT] = {
#define SAVED(name, control, about, question) {name, control, about, question},
#include "reports/filter/saved.def"
};

bool saved_is_name(struct bytes name)
{
    for (size_t i = 0; i < name.size; i++) {
        uint8_t c = name.data[i];
        bool letter = c >= 'a' && c <= 'z';
        if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '-'))) {
            return false;
        }
    }
    return name.size > 0 && name.size <= SAVED_NAME_MAX;
}

/* Saved in the log -------------------------------------------------------------------------- */

enum {
    ARENA_SIZE = 16 << 10, /* bytes: a row or two */
};

/* A view at the head of the log, and what it needs. */
struct shelf {
    uint8_t memory[ARENA_SIZE];
    struct arena arena;
    struct status trouble;
    struct view view;
};

static bool look(struct engine *engine, struct shelf *out)
{
    if (engine == NULL || engine_state(engine) == NULL) {
        return false;
    }
    out->arena = ARENA_IN(out->memory);
    out->trouble = OK;
    out->view = engine_view(engine, UINT64_MAX, &out->arena, &out->trouble);
    return true;
}

static struct saved_query query_of(const struct saved_query_row *row)
{
    return (struct saved_query){.name = row->name,
                                .question = row->question,
                                .about = row->has_about ? row->about : bytes_of(NULL, 0),
                                .control = row->has_control ? row->control : bytes_of(NULL, 0),
                                .by = row->by};
}

static struct saved_query shipped_query(size_t which)
{
    return (struct saved_query){.name = bytes_of_string(shipped[which].name),
                                .question = bytes_of_string(shipped[which].question),
                                .about = bytes_of_string(shipped[which].about),
                                .control = bytes_of_string(shipped[which].control)};
}

/* All of them ------------------------------------------------------------------------------- */

struct status saved_walk(struct engine *engine, saved_visit *visit, void *context)
{
    struct shelf shelf;
    struct saved_query_row row = {0};
    struct view_walk walk;
    bool looked = look(engine, &shelf), any = looked;
    if (looked) {
        walk = view_walk_of(&shelf.view, ROW_SAVED_QUERY, &row, 0);
        any = view_walk_next(&walk, &row);
    }
    for (size_t i = 0; any || i < SHIPPED_COUNT;) {
        struct saved_query query = i < SHIPPED_COUNT ? shipped_query(i) : query_of(&row);
        int order = !any ? -1 : i < SHIPPED_COUNT ? bytes_compare(query.name, row.name) : 1;
        query = order < 0 ? query : query_of(&row);
        TRY(visit(context, &query));
        i += order <= 0 ? 1 : 0;
        any = order < 0 ? any : view_walk_next(&walk, &row);
    }
    return looked ? shelf.trouble : OK;
}

/* One ------------------------------------------------------------------------------------- */

struct finding {
    struct bytes name;
    struct text *question;
    struct suggestion *suggestion;
    bool found;
};

static struct status compare(void *context, const struct saved_query *query)
{
    struct finding *finding = context;
    suggestion_offer(finding->suggestion, query->name);
    if (bytes_equal(query->name, finding->name)) {
        text_put_bytes(finding->question, query->question);
        finding->found = true;
    }
    return OK;
}

struct status saved_find(struct engine *engine, struct bytes name, struct text *question,
                         struct suggestion *suggestion)
{
    struct finding finding = {.name = name, .question = question, .suggestion = suggestion};
    TRY(saved_walk(engine, compare, &finding));
    if (!finding.found) {
        return FAIL(NOT_FOUND, 0);
    }
    return question->full ? FAIL(LIMIT, question->capacity) : OK;
}

/* Circles --------------------------------------------------------------------------------- */

static struct status leads_to(struct engine *engine, struct bytes question, struct bytes name,
                              unsigned depth, bool *out)
{
    uint8_t memory[FILTER_TEXT_MAX * 2];
    char inner_memory[FILTER_TEXT_MAX + 1];
    struct arena arena = ARENA_IN(memory);
    struct lexer lexer = {.text = question, .arena = &arena};
    struct token token = {.type = TOKEN_COMMA};
    while (token.type != TOKEN_END && !*out) {
        struct text inner = TEXT_IN(inner_memory);
        struct suggestion suggestion;
        bool like = token.type == TOKEN_LIKE || token.type == TOKEN_UNLIKE;
        arena_reset(&arena);
        TRY(lexer_next(&lexer, like ? LEXER_PATTERN : LEXER_ANYWHERE, &token));
        if (token.type != TOKEN_SAVED) {
            continue;
        }
        *out = bytes_equal(token.text, name);
        suggestion_begin(&suggestion, token.text);
        struct status status = saved_find(engine, token.text, &inner, &suggestion);
        if (failed(status) && status.code != STATUS_NOT_FOUND) {
            return status; /* what is not there may be a path in front of a value */
        }
        if (!*out && depth < FILTER_SAVED_MAX) {
            TRY(leads_to(engine, text_bytes(&inner), name, depth + 1, out));
        }
    }
    return OK;
}

struct status saved_leads_to(struct engine *engine, struct bytes question, struct bytes name,
                             bool *out)
{
    *out = false;
    return leads_to(engine, question, name, 0, out);
}
