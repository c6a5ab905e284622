#include "reports/sentence.h"

#include "reports/names.h"
#include "reports/naming.h"

enum {
    ARENA_SIZE = 16 << 10, /* bytes: a row or two */
};

static const struct {
    const char *kind, *says;
} sentences[] = {
#define SAYS(kind, sentence) {kind, sentence},
#include "reports/sentence.def"
};

static const char *says(enum event_kind kind)
{
    const char *name = event_name(kind);
    for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++) {
        if (strcmp(sentences[i].kind, name) == 0) {
            return sentences[i].says;
        }
    }
    return NULL;
}

/* Names ----------------------------------------------------------------------------------- */

static void put_name(struct engine *engine, struct id id, uint64_t as_of_n, struct text *out)
{
    uint8_t memory[ARENA_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    if (engine != NULL && engine_state(engine) != NULL && id.kind != ID_SUBJECT) {
        struct view view = engine_view(engine, as_of_n, &arena, &trouble);
        if (naming_put_name(&view, id, out)) {
            return;
        }
    }
    if (engine != NULL) {
        names_put(engine, id, as_of_n, out);
    } else {
        id_write(out, id);
    }
}

static void put_actor(struct engine *engine, const struct leaf *leaf, struct text *out)
{
    struct id id;
    if (leaf_is_emitter_name(leaf->actor) || failed(id_read(leaf->actor, &id))) {
        text_put_bytes(out, leaf->actor);
    } else {
        put_name(engine, id, leaf->n, out);
    }
}

/* The log is told of only where there is nothing else. */
static void put_subjects(struct engine *engine, const struct leaf *leaf, struct text *out)
{
    size_t first = leaf->on[0].kind == ID_LOG && leaf->on_count > 1 ? 1 : 0;
    for (size_t i = first; i < leaf->on_count; i++) {
        text_put_string(out, i > first ? ", " : "");
        put_name(engine, leaf->on[i], leaf->n, out);
    }
}

/* Sentences ------------------------------------------------------------------------------- */

/* Writes what stands for a place; false where the event has no such subject. */
static bool put_place(struct engine *engine, const struct leaf *leaf, struct bytes place,
                      struct text *out)
{
    if (bytes_equal(place, LITERAL("who"))) {
        put_actor(engine, leaf, out);
        return true;
    }
    if (bytes_equal(place, LITERAL("all"))) {
        put_subjects(engine, leaf, out);
        return true;
    }
    size_t which = place.size == 3 ? (size_t)(place.data[2] - '1') : 0;
    if (which >= leaf->on_count) {
        return false;
    }
    put_name(engine, leaf->on[which], leaf->n, out);
    return true;
}

static bool put_said(struct engine *engine, const struct leaf *leaf, const char *sentence,
                     struct text *out)
{
    for (const char *c = sentence; *c != '\0'; c++) {
        if (*c != '{') {
            text_put_char(out, *c);
            continue;
        }
        size_t size = strcspn(c, "}");
        if (!put_place(engine, leaf, bytes_of(c + 1, size - 1), out)) {
            return false;
        }
        c += size;
    }
    return true;
}

/* `vault.dir.entry_moved` is said as "vault dir entry moved". */
static void put_words(struct engine *engine, const struct leaf *leaf, struct text *out)
{
    put_actor(engine, leaf, out);
    text_put_literal(out, ": ");
    for (const char *c = event_name(leaf->kind); *c != '\0'; c++) {
        text_put_char(out, *c == '.' || *c == '_' ? ' ' : *c);
    }
    text_put_literal(out, ": ");
    put_subjects(engine, leaf, out);
}

static void put_refusal(struct engine *engine, const struct leaf *leaf, struct text *out)
{
    enum rule rule;
    put_actor(engine, leaf, out);
    text_put_literal(out, " was refused at ");
    put_subjects(engine, leaf, out);
    if (leaf->rule.size > 0) {
        text_put_literal(out, " by ");
        text_put_bytes(out, leaf->rule);
    }
    if (rule_read(leaf->rule, &rule)) {
        text_add(out, ": %s", rule_sentence(rule));
    }
}

static void put_circumstances(struct engine *engine, const struct leaf *leaf, struct text *out)
{
    text_put_string(out, leaf->outcome == OUTCOME_FAILED ? " (failed)" : "");
    if (leaf->project.kind != ID_NONE) {
        text_put_literal(out, " (project ");
        put_name(engine, leaf->project, leaf->n, out);
        text_put_char(out, ')');
    }
    if (leaf->source.size > 0) {
        text_put_literal(out, " from ");
        text_put_bytes(out, leaf->source);
    }
}

void sentence_put(struct engine *engine, const struct leaf *leaf, struct text *out)
{
    const char *sentence = says(leaf->kind);
    const size_t size = out->size;
    if (leaf->outcome == OUTCOME_DENIED) {
        put_refusal(engine, leaf, out);
    } else if (sentence == NULL || !put_said(engine, leaf, sentence, out)) {
        out->size = size;
        put_words(engine, leaf, out);
    }
    put_circumstances(engine, leaf, out);
}
