/*
 * reports/filter/lexer.h -- an expression as tokens.
 *
 * Shape    The lexer stands before a token and tells its type; taking it moves on. A word or a
 *          quoted text is decoded into the arena when it is taken: a word keeps its backslashes if
 *          it has wildcards, since it is a pattern then.
 * Errors   MALFORMED at the byte, with the reason; LIMIT if the arena is full.
 */
#ifndef REPORTS_FILTER_LEXER_H
#define REPORTS_FILTER_LEXER_H

#include "schema/arena.h"

enum token_type {
    TOKEN_END,
    TOKEN_WORD,
    TOKEN_QUOTED,
    TOKEN_REGEX, /* /.../, /.../i, a quoted text or a word: only where one is expected */
    TOKEN_SAVED, /* @name: the text is the name */
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_COMMA,
    TOKEN_EQUAL,
    TOKEN_NOT_EQUAL,
    TOKEN_LESS,
    TOKEN_AT_MOST,
    TOKEN_MORE,
    TOKEN_AT_LEAST,
    TOKEN_LIKE,
    TOKEN_UNLIKE,
};

struct token {
    enum token_type type;
    size_t at, size;   /* bytes of the expression */
    struct bytes text; /* decoded; of a word with wildcards, the pattern */
    bool is_glob;      /* a word with wildcards */
    bool is_caseless;  /* a regular expression with /i */
};

struct lexer {
    struct bytes text;
    size_t at; /* where the next token begins, or blanks before it */
    struct arena *arena;
};

/* What may stand where the next token is. */
enum lexer_place {
    LEXER_ANYWHERE,
    LEXER_VALUE,   /* a word may have = in it, as base64 does */
    LEXER_PATTERN, /* a regular expression, whose backslashes are its own */
};

/* The next token. */
MUST_CHECK struct status lexer_next(struct lexer *lexer, enum lexer_place place, struct token *out);

/* Whether a byte may stand in a word as it is. */
bool lexer_is_plain(uint8_t c);

#endif
