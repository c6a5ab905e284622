#include "reports/filter/lexer.h"

#include "schema/text.h"

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool lexer_is_plain(uint8_t c)
{
    return c > ' ' && c != 0x7f && strchr("\"'(),=<>!~\\", c) == NULL;
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static uint8_t byte_at(const struct lexer *lexer, size_t at)
{
    return at < lexer->text.size ? lexer->text.data[at] : 0;
}

/* Words and quoted texts ------------------------------------------------------------------ */

/* What is written so far of a token, in memory that has room for all of it. */
struct writing {
    uint8_t *memory;
    size_t size;
};

static struct status begin(const struct lexer *lexer, size_t at, struct writing *out)
{
    out->memory = arena_take(lexer->arena, lexer->text.size - at + 1);
    out->size = 0;
    return out->memory == NULL ? FAIL_BECAUSE(LIMIT, at, "the expression has too much text") : OK;
}

/* What the token does not need is given back. */
static struct bytes end(const struct lexer *lexer, const struct writing *writing)
{
    size_t kept = (size_t)(writing->memory - lexer->arena->memory) + writing->size;
    lexer->arena->used = (kept + 7) / 8 * 8;
    return bytes_of(writing->memory, writing->size);
}

/* Takes \c or \xNN from `*at`, which is at the backslash. A pattern keeps what takes a meaning
 * away. */
static struct status take_escape(const struct lexer *lexer, size_t *at, bool is_pattern,
                                 struct writing *writing)
{
    uint8_t c = byte_at(lexer, *at + 1);
    if (c == 'x') {
        int high = hex_digit(byte_at(lexer, *at + 2)), low = hex_digit(byte_at(lexer, *at + 3));
        if (high < 0 || low < 0) {
            return FAIL_BECAUSE(MALFORMED, *at, "after \\x there are two hexadecimal digits");
        }
        c = (uint8_t)(high * 16 + low);
        *at += 2;
    } else if (c <= ' ' && c != ' ') {
        return FAIL_BECAUSE(MALFORMED, *at, "nothing follows the backslash");
    }
    *at += 2;
    if (is_pattern && (c == '*' || c == '?' || c == '\\')) {
        writing->memory[writing->size++] = '\\';
    }
    writing->memory[writing->size++] = c;
    return OK;
}

static struct status take_quoted(struct lexer *lexer, struct token *token)
{
    struct writing writing;
    uint8_t quote = byte_at(lexer, token->at);
    size_t at = token->at + 1;
    TRY(begin(lexer, at, &writing));
    while (at < lexer->text.size && lexer->text.data[at] != quote) {
        if (lexer->text.data[at] == '\\') {
            TRY(take_escape(lexer, &at, false, &writing));
        } else if (lexer->text.data[at] < ' ' || lexer->text.data[at] == 0x7f) {
            return FAIL_BECAUSE(MALFORMED, at, "a control character is written \\xNN");
        } else {
            writing.memory[writing.size++] = lexer->text.data[at++];
        }
    }
    if (at == lexer->text.size) {
        return FAIL_BECAUSE(MALFORMED, token->at, "this quotation does not end");
    }
    token->type = TOKEN_QUOTED;
    token->text = end(lexer, &writing);
    lexer->at = at + 1;
    return OK;
}

static bool is_of_word(uint8_t c, bool is_value)
{
    return lexer_is_plain(c) || c == '\\' || (is_value && c == '=');
}

/* Where a word ends that begins here, and whether it has wildcards. */
static size_t word_end(const struct lexer *lexer, size_t at, bool is_value, bool *is_glob)
{
    *is_glob = false;
    while (at < lexer->text.size && is_of_word(lexer->text.data[at], is_value)) {
        *is_glob = *is_glob || lexer->text.data[at] == '*' || lexer->text.data[at] == '?';
        at += lexer->text.data[at] == '\\' ? 2 : 1;
    }
    return at < lexer->text.size ? at : lexer->text.size;
}

static struct status take_word(struct lexer *lexer, bool is_value, struct token *token)
{
    struct writing writing;
    size_t at = token->at, past = word_end(lexer, at, is_value, &token->is_glob);
    if (past == at) {
        return FAIL_BECAUSE(MALFORMED, at, "this does not belong here");
    }
    TRY(begin(lexer, at, &writing));
    while (at < past) {
        if (lexer->text.data[at] == '\\') {
            TRY(take_escape(lexer, &at, token->is_glob, &writing));
        } else {
            writing.memory[writing.size++] = lexer->text.data[at++];
        }
    }
    token->type = TOKEN_WORD;
    token->text = end(lexer, &writing);
    lexer->at = at;
    return OK;
}

/* Patterns -------------------------------------------------------------------------------- */

/* Only the delimiter loses the backslash before it: the rest is the expression's own. */
static struct status take_delimited(struct lexer *lexer, struct token *token)
{
    struct writing writing;
    uint8_t delimiter = byte_at(lexer, token->at);
    size_t at = token->at + 1;
    TRY(begin(lexer, at, &writing));
    while (at < lexer->text.size && lexer->text.data[at] != delimiter) {
        if (lexer->text.data[at] == '\\' && byte_at(lexer, at + 1) == delimiter) {
            at++;
        } else if (lexer->text.data[at] == '\\' && at + 1 < lexer->text.size) {
            writing.memory[writing.size++] = lexer->text.data[at++];
        }
        writing.memory[writing.size++] = lexer->text.data[at++];
    }
    if (at == lexer->text.size) {
        return FAIL_BECAUSE(MALFORMED, token->at, "this regular expression does not end");
    }
    token->type = TOKEN_REGEX;
    token->text = end(lexer, &writing);
    token->is_caseless = delimiter == '/' && byte_at(lexer, at + 1) == 'i';
    lexer->at = at + (token->is_caseless ? 2 : 1);
    return OK;
}

/* A word that is a pattern keeps its backslashes. */
static struct status take_bare_pattern(struct lexer *lexer, struct token *token)
{
    bool is_glob;
    size_t past = word_end(lexer, token->at, true, &is_glob);
    struct bytes word = bytes_of(lexer->text.data + token->at, past - token->at);
    if (word.size == 0) {
        return FAIL_BECAUSE(MALFORMED, token->at, "this does not belong here");
    }
    token->type = TOKEN_REGEX;
    token->text = arena_copy(lexer->arena, word);
    lexer->at = past;
    return lexer->arena->full ? FAIL_BECAUSE(LIMIT, token->at, "the expression has too much text")
                              : OK;
}

static struct status take_pattern(struct lexer *lexer, struct token *token)
{
    uint8_t c = byte_at(lexer, token->at);
    bool is_delimited = c == '/' || c == '"' || c == '\'';
    TRY(is_delimited ? take_delimited(lexer, token) : take_bare_pattern(lexer, token));
    for (size_t i = 0; i < token->text.size; i++) {
        if (token->text.data[i] < ' ' || token->text.data[i] == 0x7f) {
            return FAIL_BECAUSE(MALFORMED, token->at, "a control character is written \\xNN");
        }
    }
    return OK;
}

/* Signs ----------------------------------------------------------------------------------- */

static const struct {
    const char *text;
    enum token_type type;
} signs[] = {
    {"!=", TOKEN_NOT_EQUAL}, {"!~", TOKEN_UNLIKE}, {"<=", TOKEN_AT_MOST}, {">=", TOKEN_AT_LEAST},
    {"==", TOKEN_EQUAL},     {"=~", TOKEN_LIKE},   {"=", TOKEN_EQUAL},    {"<", TOKEN_LESS},
    {">", TOKEN_MORE},       {"~", TOKEN_LIKE},    {"(", TOKEN_OPEN},     {")", TOKEN_CLOSE},
    {",", TOKEN_COMMA},
};

static bool take_sign(struct lexer *lexer, struct token *token)
{
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        size_t size = strlen(signs[i].text);
        if (lexer->text.size - token->at >= size &&
            memcmp(lexer->text.data + token->at, signs[i].text, size) == 0) {
            token->type = signs[i].type;
            lexer->at = token->at + size;
            return true;
        }
    }
    return false;
}

static struct status take(struct lexer *lexer, enum lexer_place place, struct token *token)
{
    uint8_t c = lexer->text.data[token->at];
    if (place == LEXER_PATTERN) {
        return take_pattern(lexer, token);
    }
    if (c == '"' || c == '\'') {
        return take_quoted(lexer, token);
    }
    if (take_sign(lexer, token)) {
        return OK;
    }
    if (c == '!') {
        return FAIL_BECAUSE(MALFORMED, token->at, "what is left out is written with `not` or !=");
    }
    TRY(take_word(lexer, place != LEXER_ANYWHERE, token));
    if (c == '@') {
        token->type = TOKEN_SAVED;
        token->text = bytes_of(token->text.data + 1, token->text.size - 1);
    }
    return OK;
}

struct status lexer_next(struct lexer *lexer, enum lexer_place place, struct token *out)
{
    while (lexer->at < lexer->text.size && is_blank(lexer->text.data[lexer->at])) {
        lexer->at++;
    }
    *out = (struct token){.type = TOKEN_END, .at = lexer->at};
    if (lexer->at == lexer->text.size) {
        return OK;
    }
    TRY(take(lexer, place, out));
    out->size = lexer->at - out->at;
    return OK;
}
