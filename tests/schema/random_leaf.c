#include "tests/schema/random_leaf.h"

#include "schema/time.h"

static uint64_t random_position(struct random *random, uint64_t n)
{
    return random_below(random, 5) == 0 ? n : random_below(random, n + 1);
}

static struct id random_id(struct random *random, uint64_t n)
{
    enum id_kind kind = (enum id_kind)(1 + random_below(random, ID_KIND_COUNT - 1));
    return (struct id){kind, random_position(random, n)};
}

static struct digest random_digest(struct random *random)
{
    struct digest digest;
    for (size_t i = 0; i < DIGEST_SIZE; i++) {
        digest.sha256[i] = (uint8_t)random_below(random, 256);
    }
    return digest;
}

static struct bytes random_name(struct random *random, struct arena *arena, size_t max)
{
    static const char letters[] = "abcxyz019_.-";
    char memory[NAME_MAX_SIZE + 1];
    size_t size = 1 + (size_t)random_below(random, max);
    for (size_t i = 0; i < size; i++) {
        memory[i] = letters[random_below(random, i == 0 ? 6 : sizeof letters - 1)];
    }
    return arena_copy(arena, bytes_of(memory, size));
}

static struct bytes random_actor(struct random *random, struct arena *arena, uint64_t n)
{
    char memory[64];
    struct text text = TEXT_IN(memory);
    if (random_below(random, 2) == 0) {
        return random_name(random, arena, NAME_MAX_SIZE);
    }
    id_write(&text, random_id(random, n));
    return arena_copy(arena, text_bytes(&text));
}

static struct bytes random_source(struct random *random, struct arena *arena)
{
    char memory[LEAF_SOURCE_MAX];
    size_t size = (size_t)random_below(random, 4) == 0 ? LEAF_SOURCE_MAX : 9;
    for (size_t i = 0; i < size; i++) {
        char c = (char)(0x20 + random_below(random, 0x5f));
        memory[i] = c == '"' || c == '\\' ? '.' : c;
    }
    return arena_copy(arena, bytes_of(memory, size));
}

static void random_signature(struct random *random, struct leaf *leaf)
{
    leaf->sig = bytes_of(leaf->sig_memory, 1 + (size_t)random_below(random, SIGNATURE_MAX));
    for (size_t i = 0; i < leaf->sig.size; i++) {
        leaf->sig_memory[i] = (uint8_t)random_below(random, 256);
    }
}

static bool points_at_itself(const struct leaf *leaf)
{
    struct id actor = {ID_NONE, 0};
    bool own = !failed(id_read(leaf->actor, &actor)) && actor.n == leaf->n;
    for (size_t i = 0; i < leaf->on_count; i++) {
        own = own || leaf->on[i].n == leaf->n;
    }
    return own || (leaf->project.kind != ID_NONE && leaf->project.n == leaf->n) ||
           (leaf->session.kind != ID_NONE && leaf->session.n == leaf->n);
}

/* What may be absent is there half of the time. */
static void random_options(struct random *random, struct arena *arena, struct leaf *leaf)
{
    if (random_below(random, 2) == 0) {
        leaf->at_utc_us = 1 + random_below(random, TIME_MAX_US);
    }
    if (random_below(random, 2) == 0 && leaf->n > 0) {
        leaf->cause = random_below(random, leaf->n);
        leaf->item = random_below(random, 2) * (1 + random_below(random, BULK_ITEMS_MAX));
    }
    if (random_below(random, 2) == 0) {
        leaf->has_command = true;
        leaf->command = random_digest(random);
    }
    if (random_below(random, 2) == 0) {
        leaf->project = random_id(random, leaf->n);
    }
    if (random_below(random, 2) == 0) {
        leaf->session = random_id(random, leaf->n);
    }
    if (random_below(random, 2) == 0) {
        leaf->rule = random_name(random, arena, RULE_MAX);
    }
    if (random_below(random, 2) == 0) {
        leaf->source = random_source(random, arena);
    }
    if (random_below(random, 2) == 0) {
        random_signature(random, leaf);
    }
}

void random_leaf(struct random *random, struct arena *arena, struct leaf *out)
{
    *out = (struct leaf){
        .n = random_below(random, CANONICAL_INTEGER_MAX + 1) >> random_below(random, 54),
        .cause = LEAF_NO_CAUSE,
        .body = random_digest(random),
        .prev = random_digest(random),
        .emitter_n = 1 + random_below(random, CANONICAL_INTEGER_MAX),
        .on_n = 1 + (random_below(random, CANONICAL_INTEGER_MAX) >> random_below(random, 53)),
        .kind = (enum event_kind)random_below(random, EVENT_KIND_COUNT),
        .outcome = (enum outcome)random_below(random, OUTCOME_COUNT),
        .on_count = 1 + (size_t)random_below(random, LEAF_SUBJECTS_MAX),
        .t_utc_us = random_below(random, TIME_MAX_US + 1),
    };
    out->version = event_version(out->kind);
    for (size_t i = 0; i < out->on_count; i++) {
        out->on[i] = random_id(random, out->n);
    }
    out->actor = random_actor(random, arena, out->n);
    out->emitter = random_name(random, arena, NAME_MAX_SIZE);
    random_options(random, arena, out);
    out->creates = points_at_itself(out);
}

/* Comparing ----------------------------------------------------------------------------------- */

static bool subjects_equal(const struct leaf *a, const struct leaf *b)
{
    bool same = a->on_count == b->on_count;
    for (size_t i = 0; same && i < a->on_count; i++) {
        same = id_equal(a->on[i], b->on[i]);
    }
    return same;
}

static bool said_by_log_equal(const struct leaf *a, const struct leaf *b)
{
    return a->n == b->n && a->on_n == b->on_n && digest_equal(&a->prev, &b->prev) &&
           bytes_equal(a->sig, b->sig) && a->t_utc_us == b->t_utc_us && a->version == b->version;
}

bool leaf_equal(const struct leaf *a, const struct leaf *b)
{
    return said_by_log_equal(a, b) && subjects_equal(a, b) && bytes_equal(a->actor, b->actor) &&
           a->at_utc_us == b->at_utc_us && digest_equal(&a->body, &b->body) &&
           a->cause == b->cause && a->has_command == b->has_command &&
           digest_equal(&a->command, &b->command) && bytes_equal(a->emitter, b->emitter) &&
           a->emitter_n == b->emitter_n && a->kind == b->kind && a->outcome == b->outcome &&
           id_equal(a->project, b->project) && id_equal(a->session, b->session) &&
           bytes_equal(a->rule, b->rule) && bytes_equal(a->source, b->source) &&
           a->creates == b->creates;
}
