#include "tools/import/terms.h"

#include <inttypes.h>

void terms_clear(struct terms *terms)
{
    terms->text = TEXT_IN(terms->memory);
}

/* Where to cut, so that no character is cut in two. */
static size_t cut(struct bytes name)
{
    size_t size = IMPORT_TERM_MAX;
    while (size > IMPORT_TERM_MAX - 3 && (name.data[size] & 0xc0) == 0x80) {
        size--;
    }
    return size;
}

void terms_put(struct text *text, struct bytes name)
{
    if (name.size <= IMPORT_TERM_MAX) {
        text_put_printable(text, name);
        return;
    }
    text_put_printable(text, bytes_of(name.data, cut(name)));
    text_add(text, "...[%zu bytes]", name.size);
}

static struct bytes since(const struct text *text, size_t from)
{
    return bytes_of(text->data + from, text->size - from);
}

struct bytes terms_add(struct terms *terms, struct bytes name)
{
    size_t from = terms->text.size;
    terms_put(&terms->text, name);
    return since(&terms->text, from);
}

struct bytes terms_join(struct terms *terms, struct bytes first, char between, struct bytes second)
{
    size_t from = terms->text.size;
    terms_put(&terms->text, first);
    if (second.size > 0) {
        text_put_char(&terms->text, between);
        terms_put(&terms->text, second);
    }
    return since(&terms->text, from);
}
