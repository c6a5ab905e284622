#include "reports/filter/fault.h"

#include "reports/glyph.h"

#include <stdarg.h>
#include <stdio.h>

void fault_clear(struct filter_fault *fault)
{
    fault->at = fault->size = 0;
    fault->sentence = TEXT_IN(fault->sentence_memory);
    fault->advice = TEXT_IN(fault->advice_memory);
}

struct status fault_at(struct filter_fault *fault, size_t at, size_t size, const char *format, ...)
{
    char sentence[sizeof fault->sentence_memory];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    text_clear(&fault->sentence);
    text_put_string(&fault->sentence, sentence);
    fault->at = at;
    fault->size = size;
    return FAIL_BECAUSE(MALFORMED, at, "the expression cannot be read");
}

struct status fault_of(struct filter_fault *fault, const struct token *token, const char *sentence)
{
    char memory[160];
    struct text shown = TEXT_IN(memory);
    text_put_printable(&shown, token->text);
    if (shown.full || shown.size == 0) {
        return fault_at(fault, token->at, token->size, "%s", sentence);
    }
    return fault_at(fault, token->at, token->size, "%s: %s", text_string(&shown), sentence);
}

/* Suggestions ----------------------------------------------------------------------------- */

/* What is too long, or has a NUL, is near to nothing. */
static void keep(char out[static NEAREST_WORD_MAX + 1], struct bytes word)
{
    out[0] = '\0';
    if (word.size > 0 && word.size <= NEAREST_WORD_MAX && memchr(word.data, 0, word.size) == NULL) {
        memcpy(out, word.data, word.size);
        out[word.size] = '\0';
    }
}

void suggestion_begin(struct suggestion *suggestion, struct bytes typed)
{
    keep(suggestion->typed, typed);
    suggestion->nearest = nearest_to(suggestion->typed);
}

void suggestion_offer(struct suggestion *suggestion, struct bytes word)
{
    char offered[NEAREST_WORD_MAX + 1];
    keep(offered, word);
    if (offered[0] == '\0' || suggestion->typed[0] == '\0') {
        return;
    }
    nearest_offer(&suggestion->nearest, offered);
    if (suggestion->nearest.word == offered) {
        memcpy(suggestion->kept, offered, sizeof offered);
        suggestion->nearest.word = suggestion->kept;
    }
}

void suggestion_advise(const struct suggestion *suggestion, struct filter_fault *fault)
{
    if (suggestion->nearest.word != NULL) {
        text_clear(&fault->advice);
        text_put_literal(&fault->advice, "did you mean ");
        text_put_printable(&fault->advice, bytes_of_string(suggestion->nearest.word));
        text_put_char(&fault->advice, '?');
    }
}

/* For people ------------------------------------------------------------------------------ */

enum {
    SHOWN_BEFORE = 48, /* bytes of a long expression before what is wrong, */
    SHOWN_AFTER = 64,  /* and from there on */
};

/* Where a character begins, at or before `at`. */
static size_t character_at(struct bytes text, size_t at)
{
    while (at > 0 && at < text.size && (text.data[at] & 0xc0) == 0x80) {
        at--;
    }
    return at;
}

static size_t put_shown(struct bytes part, struct text *out)
{
    char memory[(SHOWN_BEFORE + SHOWN_AFTER) * 4 + 1];
    struct text shown = TEXT_IN(memory);
    text_put_printable(&shown, part);
    text_put_bytes(out, text_bytes(&shown));
    return glyph_text_width(text_bytes(&shown));
}

void filter_fault_write(const struct filter_fault *fault, struct bytes expression,
                        struct text *above, struct text *below)
{
    size_t at = fault->at < expression.size ? fault->at : expression.size;
    size_t first = at > SHOWN_BEFORE ? character_at(expression, at - SHOWN_BEFORE) : 0;
    size_t end = expression.size - at > SHOWN_AFTER ? character_at(expression, at + SHOWN_AFTER)
                                                    : expression.size;
    size_t past = fault->size < end - at ? at + fault->size : end;
    struct text nowhere = {.data = NULL, .capacity = 0, .full = true};
    text_put_string(above, first > 0 ? "..." : "");
    size_t columns = put_shown(bytes_of(expression.data + first, at - first), above);
    size_t carets = put_shown(bytes_of(expression.data + at, past - at), &nowhere);
    put_shown(bytes_of(expression.data + at, end - at), above);
    text_put_string(above, end < expression.size ? "..." : "");
    for (size_t i = first > 0 ? columns + 3 : columns; i > 0; i--) {
        text_put_char(below, ' ');
    }
    for (size_t i = carets > 0 ? carets : 1; i > 0; i--) {
        text_put_char(below, '^');
    }
}
