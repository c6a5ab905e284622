#include "schema/text.h"
#include "store/index_internal.h"

#include <assert.h>

enum {
    VALUE_SIZE = INDEX_TERM_SIZE - 1,
    ID_TEXT_MAX = NAME_MAX_SIZE + 24,
};

/* Written where it stays: a term that was just put together of pieces is slow to copy. */
static void write_term(struct term *out, struct hasher *hasher, enum term_type type,
                       struct bytes value)
{
    *out = (struct term){.data = {(uint8_t)type}};
    if (value.size > VALUE_SIZE) {
        struct digest digest = hash_bytes(hasher, value);
        memcpy(out->data + 1, digest.sha256, VALUE_SIZE);
    } else if (value.size > 0) {
        memcpy(out->data + 1, value.data, value.size);
    }
}

static void write_id(struct term *out, struct hasher *hasher, enum term_type type, struct id id)
{
    char memory[ID_TEXT_MAX];
    struct text text = {.data = memory, .capacity = sizeof memory};
    id_write(&text, id);
    assert(!text.full);
    write_term(out, hasher, type, text_bytes(&text));
}

struct term term_of(struct hasher *hasher, enum term_type type, struct bytes value)
{
    struct term term;
    write_term(&term, hasher, type, value);
    return term;
}

struct term term_of_id(struct hasher *hasher, enum term_type type, struct id id)
{
    struct term term;
    write_id(&term, hasher, type, id);
    return term;
}

struct term term_of_digest(enum term_type type, const struct digest *digest)
{
    struct term term = {.data = {(uint8_t)type}};
    memcpy(term.data + 1, digest->sha256, VALUE_SIZE);
    return term;
}

/* The terms of one event so far. */
struct terms {
    struct hasher *hasher;
    struct term *terms;
    size_t count;
};

static struct term *next(struct terms *terms)
{
    assert(terms->count < INDEX_EVENT_TERMS_MAX);
    return &terms->terms[terms->count++];
}

static void add_text(struct terms *terms, enum term_type type, struct bytes value)
{
    if (value.size > 0) {
        write_term(next(terms), terms->hasher, type, value);
    }
}

static void add_id(struct terms *terms, enum term_type type, struct id id)
{
    if (id.kind != ID_NONE) {
        write_id(next(terms), terms->hasher, type, id);
    }
}

/* Only subjects share a type, so only they can be the same twice. */
static void add_subjects(struct terms *terms, const struct leaf *leaf)
{
    for (size_t i = 0; i < leaf->on_count; i++) {
        size_t k = 0;
        while (k < i && !id_equal(leaf->on[k], leaf->on[i])) {
            k++;
        }
        if (k == i) {
            add_id(terms, TERM_ON, leaf->on[i]);
        }
    }
}

struct term term_of_kind(struct hasher *hasher, enum event_kind kind)
{
    return term_of(hasher, TERM_KIND, bytes_of_string(event_name(kind)));
}

size_t terms_of_leaf_and_kind(struct hasher *hasher, const struct leaf *leaf,
                              const struct term *kind,
                              struct term out[static INDEX_EVENT_TERMS_MAX])
{
    struct terms terms = {.hasher = hasher, .terms = out};
    add_subjects(&terms, leaf);
    add_text(&terms, TERM_ACTOR, leaf->actor);
    *next(&terms) = *kind;
    add_id(&terms, TERM_PROJECT, leaf->project);
    add_id(&terms, TERM_SESSION, leaf->session);
    add_text(&terms, TERM_SOURCE, leaf->source);
    add_text(&terms, TERM_OUTCOME, bytes_of_string(outcome_name(leaf->outcome)));
    add_text(&terms, TERM_RULE, leaf->rule);
    add_text(&terms, TERM_EMITTER, leaf->emitter);
    if (leaf->has_command) {
        *next(&terms) = term_of_digest(TERM_COMMAND, &leaf->command);
    }
    return terms.count;
}

size_t terms_of_leaf(struct hasher *hasher, const struct leaf *leaf,
                     struct term terms[static INDEX_EVENT_TERMS_MAX])
{
    struct term kind = term_of_kind(hasher, leaf->kind);
    return terms_of_leaf_and_kind(hasher, leaf, &kind, terms);
}
