/*
 * tests/reports/well_formed.h -- whether a picture is well-formed XML with nothing hidden in it.
 *
 * Shape    A scanner of the little XML that we write: elements close in order, attributes are
 *          quoted, `<` and `&` begin only tags and our entities, and nothing unprintable is left.
 */
#ifndef TESTS_REPORTS_WELL_FORMED_H
#define TESTS_REPORTS_WELL_FORMED_H

#include "schema/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum {
    WELL_FORMED_DEPTH = 64,
};

struct well_formed {
    const char *at;
    const char *names[WELL_FORMED_DEPTH];
    size_t sizes[WELL_FORMED_DEPTH], depth;
};

static inline bool well_formed_entity(const char **at)
{
    static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++) {
        if (strncmp(*at, entities[i], strlen(entities[i])) == 0) {
            *at += strlen(entities[i]);
            return true;
        }
    }
    return false;
}

/* Text or a value up to `end`. */
static inline bool well_formed_text(const char **at, char end)
{
    while (**at != end && **at != '\0') {
        if (**at == '<' || **at == '>' || (**at == '&' && !well_formed_entity(at))) {
            return false;
        }
        if (**at != end && **at != '&' && **at != '\0') {
            (*at)++;
        }
    }
    return end == '<' || **at == end;
}

static inline bool well_formed_tag(struct well_formed *look)
{
    const char *name = ++look->at;
    bool closing = *name == '/';
    name += closing;
    size_t size = strcspn(name, " />");
    look->at = name + size;
    while (*look->at == ' ') {
        look->at += 1 + strspn(look->at + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                             "0123456789-:");
        if (look->at[0] != '=' || look->at[1] != '"') {
            return false;
        }
        look->at += 2;
        if (!well_formed_text(&look->at, '"')) {
            return false;
        }
        look->at++;
    }
    if (look->at[0] == '/' && look->at[1] == '>') {
        look->at += 2;
        return !closing;
    }
    if (*look->at++ != '>' || look->depth == WELL_FORMED_DEPTH) {
        return false;
    }
    if (closing) {
        return look->depth-- > 0 && look->sizes[look->depth] == size &&
               memcmp(look->names[look->depth], name, size) == 0;
    }
    look->names[look->depth] = name;
    look->sizes[look->depth++] = size;
    return true;
}

/* Whether all of `text` is one well-formed element that may be shown; prints where it is not. */
static inline bool well_formed(const char *text)
{
    struct well_formed look = {.at = text};
    static char shown[4 << 20];
    struct text printable = {.data = shown, .capacity = sizeof shown};
    for (const char *line = text; *line != '\0';) {
        size_t size = strcspn(line, "\n");
        size_t before = printable.size;
        text_put_printable(&printable, bytes_of(line, size));
        if (printable.full || printable.size - before != size) {
            printf("not printable: %.200s\n", line);
            return false;
        }
        line += size + (line[size] == '\n');
    }
    while (*look.at != '\0') {
        const char *at = look.at;
        if (!(*look.at == '<' ? well_formed_tag(&look) : well_formed_text(&look.at, '<'))) {
            printf("not well-formed: %.200s\n", at);
            return false;
        }
    }
    return look.depth == 0;
}

#endif
