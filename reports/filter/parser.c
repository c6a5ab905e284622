#include "reports/filter/saved.h"
#include "reports/filter/values.h"

#include <assert.h>

struct parser {
    struct lexer lexer;
    struct token token; /* not yet taken */
    const struct filter_context *context;
    struct filter *filter;
    struct filter_fault *fault;
    uint32_t depth;       /* of parentheses and `not`, */
    uint32_t saved_depth; /* and of saved queries */
};

static struct status read_any(struct parser *parser, uint16_t *out);

/* Tokens ---------------------------------------------------------------------------------- */

static struct status advance_to(struct parser *parser, enum lexer_place place)
{
    struct status status = lexer_next(&parser->lexer, place, &parser->token);
    if (failed(status)) {
        struct status fault =
            fault_at(parser->fault, (size_t)status.at, 1, "%s",
                     status.why == NULL ? "the expression has too much text" : status.why);
        return status.code == STATUS_MALFORMED ? fault : status;
    }
    return OK;
}

static struct status advance(struct parser *parser)
{
    return advance_to(parser, LEXER_ANYWHERE);
}

static bool is_word(const struct token *token, const char *lower, const char *upper)
{
    return token->type == TOKEN_WORD && (bytes_equal(token->text, bytes_of_string(lower)) ||
                                         bytes_equal(token->text, bytes_of_string(upper)));
}

static bool at_word(const struct parser *parser, const char *lower, const char *upper)
{
    return is_word(&parser->token, lower, upper);
}

static struct status blame(struct parser *parser, const char *sentence)
{
    return fault_at(parser->fault, parser->token.at, parser->token.size, "%s", sentence);
}

/* Nodes ----------------------------------------------------------------------------------- */

static struct status new_node(struct parser *parser, enum filter_kind kind, uint16_t *out)
{
    struct filter *filter = parser->filter;
    if (filter->node_count == FILTER_NODES_MAX) {
        (void)!failed(fault_at(parser->fault, parser->token.at, parser->token.size,
                               "the expression has more than %d tests", FILTER_NODES_MAX));
        return FAIL(LIMIT, parser->token.at);
    }
    *out = filter->node_count++;
    filter->nodes[*out] =
        (struct filter_node){.kind = kind, .first = FILTER_NONE, .next = FILTER_NONE};
    return OK;
}

static struct status deeper(struct parser *parser)
{
    if (parser->depth == FILTER_DEPTH_MAX) {
        (void)!failed(fault_at(parser->fault, parser->token.at, parser->token.size,
                               "the expression has more than %d levels", FILTER_DEPTH_MAX));
        return FAIL(LIMIT, parser->token.at);
    }
    parser->depth++;
    return OK;
}

/* Tests ----------------------------------------------------------------------------------- */

static void offer_bodies(struct suggestion *suggestion)
{
    for (size_t kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        for (size_t i = 0; i < event_infos[kind].field_count; i++) {
            char memory[NEAREST_WORD_MAX + 1];
            struct text text = TEXT_IN(memory);
            text_add(&text, "body.%s", event_infos[kind].fields[i].name);
            suggestion_offer(suggestion, text_bytes(&text));
        }
    }
}

/* What was typed may be a field, or the name of a body's field without its `body.`. */
static struct status unknown_field(struct parser *parser, const struct token *token)
{
    struct suggestion suggestion;
    suggestion_begin(&suggestion, token->text);
    for (size_t i = 0; i < FILTER_BODY; i++) {
        suggestion_offer(&suggestion, bytes_of_string(filter_fields[i].name));
    }
    if (filter_body_types(token->text) != 0) {
        text_add(&parser->fault->advice, "did you mean body.%.*s?", (int)token->text.size,
                 (const char *)token->text.data);
    } else {
        offer_bodies(&suggestion);
        suggestion_advise(&suggestion, parser->fault);
    }
    if (parser->fault->advice.size == 0) {
        text_put_literal(&parser->fault->advice, "`cairn fields` lists them");
    }
    return fault_of(parser->fault, token, "there is no such field");
}

/* body.size: a path of names, of which the first is one that some event has. */
static struct status read_path(struct parser *parser, const struct token *token,
                               struct filter_node *node)
{
    struct bytes path = bytes_of(token->text.data + 5, token->text.size - 5);
    size_t levels = 1, name_size = 0, first = SIZE_MAX;
    for (size_t i = 0; i < path.size; i++) {
        uint8_t c = path.data[i];
        bool dot = c == '.';
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        if ((!dot && !plain) || (dot && name_size == 0)) {
            return fault_of(parser->fault, token, "a path is of names like body.size");
        }
        first = dot && first == SIZE_MAX ? i : first;
        levels += dot ? 1 : 0;
        name_size = dot ? 0 : name_size + 1;
    }
    if (name_size == 0 || levels >= JSON_DEPTH_MAX) {
        return fault_of(parser->fault, token, "a path is of one to seven names, like body.size");
    }
    node->path = path;
    bool deep = first != SIZE_MAX;
    uint32_t types = filter_body_types(deep ? bytes_of(path.data, first) : path);
    node->body_types = deep ? 0 : types;
    return types != 0 ? OK : unknown_field(parser, token);
}

static struct status read_field(struct parser *parser, struct filter_node *node)
{
    const struct token *token = &parser->token;
    struct bytes text = token->text;
    bool is_body = text.size > 5 && memcmp(text.data, "body.", 5) == 0;
    if (token->type != TOKEN_WORD || token->is_glob) {
        return blame(parser, token->type == TOKEN_END ? "the expression ends too early"
                                                      : "a field is expected here");
    }
    node->field = is_body ? &filter_fields[FILTER_BODY] : filter_field_named(text);
    if (node->field == NULL || (!is_body && node->field->id == FILTER_BODY)) {
        return unknown_field(parser, token);
    }
    return is_body ? read_path(parser, token, node) : OK;
}

/* One value: a word, a quoted text, a regular expression; in front of a value `@` has no meaning of
 * its own. */
static struct status read_value(struct parser *parser, struct typing *typing)
{
    struct token token = parser->token;
    if (token.type == TOKEN_SAVED) {
        token.type = TOKEN_WORD;
        token.text = bytes_of(token.text.data - 1, token.text.size + 1);
    }
    if (token.type != TOKEN_WORD && token.type != TOKEN_QUOTED && token.type != TOKEN_REGEX) {
        return blame(parser,
                     token.type == TOKEN_END ? "a value is missing" : "a value is expected here");
    }
    if (token.type == TOKEN_WORD && !token.is_glob &&
        (at_word(parser, "and", "AND") || at_word(parser, "or", "OR") ||
         at_word(parser, "not", "NOT") || at_word(parser, "in", "IN"))) {
        return blame(parser, "a value is expected here; a text like this is put in quotes");
    }
    TRY(values_add(typing, &token));
    return advance(parser);
}

static struct status read_list(struct parser *parser, struct typing *typing)
{
    if (parser->token.type != TOKEN_OPEN) {
        return read_value(parser, typing);
    }
    do {
        TRY(advance_to(parser, LEXER_VALUE));
        TRY(read_value(parser, typing));
    } while (parser->token.type == TOKEN_COMMA);
    if (parser->token.type != TOKEN_CLOSE) {
        return blame(parser, "a comma or a closing parenthesis is expected here");
    }
    return advance(parser);
}

static const struct {
    enum token_type token;
    enum filter_operator relation;
    bool negated;
} operators[] = {
    {TOKEN_EQUAL, FILTER_EQUAL, false}, {TOKEN_NOT_EQUAL, FILTER_EQUAL, true},
    {TOKEN_LESS, FILTER_LESS, false},   {TOKEN_AT_MOST, FILTER_AT_MOST, false},
    {TOKEN_MORE, FILTER_MORE, false},   {TOKEN_AT_LEAST, FILTER_AT_LEAST, false},
    {TOKEN_LIKE, FILTER_LIKE, false},   {TOKEN_UNLIKE, FILTER_LIKE, true},
};

static struct status no_operator(struct parser *parser)
{
    text_clear(&parser->fault->advice);
    text_put_literal(&parser->fault->advice, "for example: actor = ren, kind in (vault.*, drive.*),"
                                             " project exists");
    return blame(parser, parser->token.type == TOKEN_END
                             ? "an operator is missing after the field"
                             : "an operator is expected here: = != < <= > >= ~ !~ in exists");
}

/* Reads the operator and what follows; *negated for those that say the contrary. */
static struct status read_rest(struct parser *parser, struct typing *typing, bool *negated)
{
    struct token sign = parser->token;
    if (at_word(parser, "not", "NOT")) {
        *negated = true;
        TRY(advance(parser));
        if (!at_word(parser, "in", "IN")) {
            return blame(parser, "`in` is expected here");
        }
    }
    if (at_word(parser, "in", "IN")) {
        TRY(values_check_operator(typing, &sign));
        TRY(advance_to(parser, LEXER_VALUE));
        return read_list(parser, typing);
    }
    if (at_word(parser, "exists", "EXISTS")) {
        typing->node->relation = FILTER_EXISTS;
        TRY(values_check_operator(typing, &sign));
        return advance(parser);
    }
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        if (operators[i].token == sign.type) {
            typing->node->relation = operators[i].relation;
            *negated = operators[i].negated;
            TRY(values_check_operator(typing, &sign));
            TRY(advance_to(parser,
                           operators[i].relation == FILTER_LIKE ? LEXER_PATTERN : LEXER_VALUE));
            return read_value(parser, typing);
        }
    }
    return no_operator(parser);
}

static struct status read_test(struct parser *parser, uint16_t *out)
{
    bool negated = false;
    TRY(new_node(parser, FILTER_TEST, out));
    struct filter_node *node = &parser->filter->nodes[*out];
    struct typing typing = {
        .context = parser->context, .filter = parser->filter, .fault = parser->fault, .node = node};
    TRY(read_field(parser, node));
    TRY(advance(parser));
    TRY(read_rest(parser, &typing, &negated));
    parser->filter->reads_bodies = parser->filter->reads_bodies || node->field->id == FILTER_BODY ||
                                   node->field->id == FILTER_TEXT;
    if (negated) {
        uint16_t test = *out;
        TRY(new_node(parser, FILTER_NOT, out));
        parser->filter->nodes[*out].first = test;
    }
    return OK;
}

/* Saved queries --------------------------------------------------------------------------- */

static struct status read_all(struct parser *parser, uint16_t *out);

/* What is wrong within a saved query is shown at its name. */
static struct status within(const struct parser *parser, const struct token *name,
                            struct status status)
{
    char memory[sizeof parser->fault->sentence_memory];
    struct text inner = TEXT_IN(memory);
    text_put_bytes(&inner, text_bytes(&parser->fault->sentence));
    struct status fault =
        fault_at(parser->fault, name->at, name->size, "%s%s",
                 parser->saved_depth == 0 ? "in this saved query: " : "", text_string(&inner));
    return status.code == STATUS_MALFORMED ? fault : status;
}

static struct status read_saved(struct parser *parser, uint16_t *out)
{
    char memory[FILTER_TEXT_MAX + 1];
    struct text question = TEXT_IN(memory);
    const struct token name = parser->token;
    if (parser->saved_depth == FILTER_SAVED_MAX) {
        return blame(parser, "saved queries are within one another too deeply");
    }
    struct suggestion suggestion;
    suggestion_begin(&suggestion, name.text);
    struct engine *engine = parser->context->sight == NULL ? parser->context->engine : NULL;
    struct status status = saved_find(engine, name.text, &question, &suggestion);
    if (status.code == STATUS_NOT_FOUND) {
        suggestion_advise(&suggestion, parser->fault);
        return fault_of(parser->fault, &name, "there is no saved query of this name");
    }
    TRY(status);
    TRY(deeper(parser));
    struct parser inner = *parser;
    inner.lexer.text = text_bytes(&question);
    inner.lexer.at = 0;
    inner.saved_depth++;
    status = read_all(&inner, out);
    if (failed(status)) {
        return within(parser, &name, status);
    }
    parser->depth--;
    return advance(parser);
}

/* Joints ---------------------------------------------------------------------------------- */

/* What is written for `and` and `or` elsewhere, and ranges in two pairs of quotes. */
static void advise_joint(struct parser *parser)
{
    static const char *const mistaken[][2] = {
        {"&&", "did you mean `and`?"},
        {"&", "did you mean `and`?"},
        {"||", "did you mean `or`?"},
        {"|", "did you mean `or`?"},
    };
    struct bytes text = parser->token.text;
    text_clear(&parser->fault->advice);
    for (size_t i = 0; i < sizeof mistaken / sizeof mistaken[0]; i++) {
        if (bytes_equal(text, bytes_of_string(mistaken[i][0]))) {
            text_put_string(&parser->fault->advice, mistaken[i][1]);
        }
    }
    if (text.size >= 2 && memcmp(text.data, "..", 2) == 0) {
        text_put_literal(&parser->fault->advice,
                         "a range is in one pair of quotes: '2026-03-09 21:10..2026-03-09 21:20'");
    }
}

static struct status no_joint(struct parser *parser, const char *sentence)
{
    advise_joint(parser);
    return blame(parser, sentence);
}

static struct status read_unary(struct parser *parser, uint16_t *out)
{
    if (at_word(parser, "not", "NOT")) {
        uint16_t child;
        TRY(deeper(parser));
        TRY(advance(parser));
        TRY(read_unary(parser, &child));
        parser->depth--;
        TRY(new_node(parser, FILTER_NOT, out));
        parser->filter->nodes[*out].first = child;
        return OK;
    }
    if (parser->token.type == TOKEN_SAVED) {
        return read_saved(parser, out);
    }
    if (parser->token.type != TOKEN_OPEN) {
        return read_test(parser, out);
    }
    const struct token open = parser->token;
    TRY(deeper(parser));
    TRY(advance(parser));
    TRY(read_any(parser, out));
    parser->depth--;
    if (parser->token.type == TOKEN_END) {
        return fault_at(parser->fault, open.at, open.size, "this parenthesis is not closed");
    }
    if (parser->token.type != TOKEN_CLOSE) {
        return no_joint(parser, "`and`, `or` or a closing parenthesis is expected here");
    }
    return advance(parser);
}

/* Hangs a child behind the others. One of the parent's own kind gives its children instead, so that
 * a filter has one shape for one meaning. */
static void hang(struct filter *filter, uint16_t parent, uint16_t child)
{
    uint16_t *link = &filter->nodes[parent].first;
    while (*link != FILTER_NONE) {
        link = &filter->nodes[*link].next;
    }
    *link = filter->nodes[child].kind == filter->nodes[parent].kind ? filter->nodes[child].first
                                                                    : child;
}

typedef struct status read_part(struct parser *parser, uint16_t *out);

/* Parts with a word between them; one part alone needs no joint. */
static struct status read_joint(struct parser *parser, enum filter_kind kind, read_part *part,
                                uint16_t *out)
{
    const char *lower = kind == FILTER_ALL ? "and" : "or";
    const char *upper = kind == FILTER_ALL ? "AND" : "OR";
    uint16_t joint;
    TRY(part(parser, out));
    if (!at_word(parser, lower, upper)) {
        return OK;
    }
    TRY(new_node(parser, kind, &joint));
    hang(parser->filter, joint, *out);
    while (at_word(parser, lower, upper)) {
        TRY(advance(parser));
        TRY(part(parser, out));
        hang(parser->filter, joint, *out);
    }
    *out = joint;
    return OK;
}

static struct status read_every(struct parser *parser, uint16_t *out)
{
    return read_joint(parser, FILTER_ALL, read_unary, out);
}

static struct status read_any(struct parser *parser, uint16_t *out)
{
    return read_joint(parser, FILTER_ANY, read_every, out);
}

static struct status read_all(struct parser *parser, uint16_t *out)
{
    TRY(advance(parser));
    TRY(read_any(parser, out));
    if (parser->token.type == TOKEN_CLOSE) {
        return blame(parser, "no parenthesis is open here");
    }
    return parser->token.type == TOKEN_END ? OK
                                           : no_joint(parser, "`and` or `or` is expected here");
}

/* From outside ---------------------------------------------------------------------------- */

struct status filter_read(struct bytes expression, const struct filter_context *context,
                          struct filter *out, struct filter_fault *fault)
{
    out->node_count = out->value_count = 0;
    out->root = FILTER_NONE;
    out->reads_bodies = false;
    out->arena = ARENA_IN(out->memory);
    fault_clear(fault);
    if (expression.size > FILTER_TEXT_MAX) {
        (void)!failed(fault_at(fault, FILTER_TEXT_MAX, 1, "an expression has at most %d bytes",
                               FILTER_TEXT_MAX));
        return FAIL(LIMIT, FILTER_TEXT_MAX);
    }
    if (!text_is_utf8(expression)) {
        return fault_at(fault, 0, expression.size, "the expression is not UTF-8");
    }
    struct parser parser = {.lexer = {.text = expression, .arena = &out->arena},
                            .context = context,
                            .filter = out,
                            .fault = fault};
    return read_all(&parser, &out->root);
}

void filter_close(struct filter *filter)
{
    for (size_t i = 0; i < filter->value_count; i++) {
        regex_close(&filter->values[i].regex);
    }
    filter->value_count = 0;
    filter->node_count = 0;
}
