#include "schema/id.h"

#include "schema/canonical.h"

void id_write(struct text *text, struct id id)
{
    text_put_string(text, id_kind_name(id.kind));
    text_put_char(text, ':');
    if (id.n == ID_NEW) {
        text_put_literal(text, "new");
    } else {
        text_put_u64(text, id.n);
    }
}

struct status id_read(struct bytes text, struct id *out)
{
    const uint8_t *colon = text.size == 0 ? NULL : memchr(text.data, ':', text.size);
    if (colon == NULL) {
        return FAIL_BECAUSE(MALFORMED, 0, "an id is a kind, a colon and a number");
    }
    size_t kind_size = (size_t)(colon - text.data);
    struct bytes number = bytes_of(colon + 1, text.size - kind_size - 1);
    struct id id;
    if (!id_kind_read(bytes_of(text.data, kind_size), &id.kind)) {
        return FAIL_BECAUSE(MALFORMED, 0, "there is no such kind of id");
    }
    if (bytes_equal(number, LITERAL("new"))) {
        id.n = ID_NEW;
    } else if (!text_read_u64(number, &id.n) || id.n > CANONICAL_INTEGER_MAX) {
        return FAIL_BECAUSE(MALFORMED, kind_size + 1, "the number of an id is a position");
    }
    *out = id;
    return OK;
}
