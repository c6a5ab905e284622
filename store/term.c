#include "schema/text.h"
#include "store/index.h"

#include <assert.h>

enum {
    VALUE_SIZE = INDEX_TERM_SIZE - 1,
    ID_TEXT_MAX = NAME_MAX_SIZE + 24,
};

struct term term_of(struct hasher *hasher, enum term_type type, struct bytes value)
{
    struct term term = {.data = {(uint8_t)type}};
    if (value.size <= VALUE_SIZE) {
        if (value.size > 0) {
            memcpy(term.data + 1, value.data, value.size);
        }
        return term;
    }
    struct digest digest = hash_bytes(hasher, value);
    memcpy(term.data + 1, digest.sha256, VALUE_SIZE);
    return term;
}

struct term term_of_digest(enum term_type type, const struct digest *digest)
{
    struct term term = {.data = {(uint8_t)type}};
    memcpy(term.data + 1, digest->sha256, VALUE_SIZE);
    return term;
}

struct term term_of_id(struct hasher *hasher, enum term_type type, struct id id)
{
    char memory[ID_TEXT_MAX];
    struct text text = TEXT_IN(memory);
    id_write(&text, id);
    assert(!text.full);
    return term_of(hasher, type, text_bytes(&text));
}

/* The terms of one event so far. */
struct terms {
    struct term *terms;
    size_t count;
};

static void add(struct terms *terms, struct term term)
{
    for (size_t i = 0; i < terms->count; i++) {
        if (memcmp(&terms->terms[i], &term, sizeof term) == 0) {
            return;
        }
    }
    assert(terms->count < INDEX_EVENT_TERMS_MAX);
    terms->terms[terms->count++] = term;
}

static void add_text(struct terms *terms, struct hasher *hasher, enum term_type type,
                     struct bytes value)
{
    if (value.size > 0) {
        add(terms, term_of(hasher, type, value));
    }
}

static void add_id(struct terms *terms, struct hasher *hasher, enum term_type type, struct id id)
{
    if (id.kind != ID_NONE) {
        add(terms, term_of_id(hasher, type, id));
    }
}

size_t terms_of_leaf(struct hasher *hasher, const struct leaf *leaf,
                     struct term terms[static INDEX_EVENT_TERMS_MAX])
{
    struct terms all = {.terms = terms};
    for (size_t i = 0; i < leaf->on_count; i++) {
        add_id(&all, hasher, TERM_ON, leaf->on[i]);
    }
    add_text(&all, hasher, TERM_ACTOR, leaf->actor);
    add_text(&all, hasher, TERM_KIND, bytes_of_string(event_name(leaf->kind)));
    add_id(&all, hasher, TERM_PROJECT, leaf->project);
    add_id(&all, hasher, TERM_SESSION, leaf->session);
    add_text(&all, hasher, TERM_SOURCE, leaf->source);
    add_text(&all, hasher, TERM_OUTCOME, bytes_of_string(outcome_name(leaf->outcome)));
    add_text(&all, hasher, TERM_RULE, leaf->rule);
    add_text(&all, hasher, TERM_EMITTER, leaf->emitter);
    if (leaf->has_command) {
        add(&all, term_of_digest(TERM_COMMAND, &leaf->command));
    }
    return all.count;
}
