#include "core/emission.h"

#include "store/hash.h"

#include <assert.h>
#include <stdlib.h>

enum {
    SALTS = 256, /* drawn at a time */
};

struct emission {
    struct hasher *hasher;
    const struct speaker *speaker;
    struct emitter_head head;
    uint32_t count;
    struct text out;  /* the submission */
    struct text body; /* salt || body of one event */
    struct arena arena;
    uint8_t salts[SALTS][SALT_SIZE];
    size_t salts_left;
};

struct status emission_open(struct emission **out)
{
    CLEANUP(emission_close) struct emission *emission = calloc(1, sizeof *emission);
    if (emission == NULL) {
        return FAIL(NO_MEMORY, sizeof *emission);
    }
    emission->out.capacity = SUBMISSION_MAX;
    emission->out.data = malloc(emission->out.capacity);
    emission->body.capacity = SALT_SIZE + BODY_MAX + 1;
    emission->body.data = malloc(emission->body.capacity);
    emission->arena.capacity = 2 * (size_t)BODY_MAX;
    emission->arena.memory = malloc(emission->arena.capacity);
    if (emission->out.data == NULL || emission->body.data == NULL ||
        emission->arena.memory == NULL) {
        return FAIL(NO_MEMORY, SUBMISSION_MAX);
    }
    TRY(hasher_open(&emission->hasher));
    *out = emission;
    emission = NULL;
    return OK;
}

void emission_close(struct emission **emission)
{
    if (*emission != NULL) {
        hasher_close(&(*emission)->hasher);
        free((*emission)->out.data);
        free((*emission)->body.data);
        free((*emission)->arena.memory);
        free(*emission);
        *emission = NULL;
    }
}

void emission_begin(struct emission *emission, const struct speaker *speaker, struct bytes origin)
{
    struct bytes name = bytes_of_string(speaker->name);
    emission->speaker = speaker;
    emission->head = speaker->head;
    emission->count = 0;
    if (emission->head.emitter_n == 0) {
        emission->head.chain = hash_emitter_start(emission->hasher, origin, name);
    }
    text_clear(&emission->out);
    submission_begin(&emission->out, name, emission->head.emitter_n + 1);
}

uint32_t emission_count(const struct emission *emission)
{
    return emission->count;
}

static void draw_salt(struct emission *emission, uint8_t salt[static SALT_SIZE])
{
    if (emission->salts_left == 0) {
        key_random(emission->salts[0], sizeof emission->salts);
        emission->salts_left = SALTS;
    }
    memcpy(salt, emission->salts[--emission->salts_left], SALT_SIZE);
}

/* Salt and body, one after the other, as they are kept. What no writer would take (text that is not
 * UTF-8, or too long) is told to whoever says it, before it is in a chain with other events. */
static struct status write_body(struct emission *emission, const struct draft *draft,
                                struct text *out)
{
    uint8_t salt[SALT_SIZE];
    union event_body decoded;
    size_t start = out->size;
    draw_salt(emission, salt);
    text_put(out, salt, SALT_SIZE);
    event_body_encode(draft->kind, draft->body, out);
    if (out->full || out->size - start > SALT_SIZE + BODY_MAX) {
        return FAIL(LIMIT, BODY_MAX);
    }
    arena_reset(&emission->arena);
    return event_body_decode(draft->kind,
                             bytes_of(out->data + start + SALT_SIZE, out->size - start - SALT_SIZE),
                             &emission->arena, &decoded);
}

static struct leaf leaf_of(struct emission *emission, const struct draft *draft,
                           struct bytes salted)
{
    struct leaf leaf = {
        .actor = draft->actor,
        .at_utc_us = draft->at_utc_us,
        .body = hash_body(emission->hasher, bytes_of(salted.data, SALT_SIZE),
                          bytes_of(salted.data + SALT_SIZE, salted.size - SALT_SIZE)),
        .cause = draft->answers ? draft->cause : LEAF_NO_CAUSE,
        .has_command = draft->command.size > 0,
        .emitter = bytes_of_string(emission->speaker->name),
        .emitter_n = emission->head.emitter_n + 1,
        .item = draft->item,
        .kind = draft->kind,
        .on_count = draft->on_count,
        .outcome = draft->outcome,
        .project = draft->project,
        .session = draft->session,
        .source = draft->source,
        .n = ID_NEW,
        .version = event_version(draft->kind),
    };
    if (leaf.actor.size == 0) {
        leaf.actor = leaf.emitter;
    }
    if (leaf.has_command) {
        leaf.command = hash_bytes(emission->hasher, draft->command);
    }
    if (draft->rule != RULE_NONE) {
        leaf.rule = bytes_of_string(rule_id(draft->rule));
    }
    memcpy(leaf.on, draft->on, sizeof leaf.on);
    return leaf;
}

static struct status write_event(struct emission *emission, const struct draft *draft,
                                 struct text *statement, struct text *body)
{
    assert(draft->on_count > 0 && draft->on_count <= LEAF_SUBJECTS_MAX);
    if (draft->source.size > 0 && !leaf_is_source(draft->source)) {
        return FAIL_BECAUSE(MALFORMED, 0, "a source is 1 to 64 printable ASCII characters");
    }
    size_t body_start = body->size, statement_start = statement->size;
    TRY(write_body(emission, draft, body));
    struct leaf leaf =
        leaf_of(emission, draft, bytes_of(body->data + body_start, body->size - body_start));
    leaf_encode_statement(&leaf, statement);
    return statement->full || statement->size - statement_start > LEAF_MAX ? FAIL(LIMIT, LEAF_MAX)
                                                                           : OK;
}

static void link_statement(struct emission *emission, struct bytes statement)
{
    emission->head.chain = hash_emitter_link(emission->hasher, &emission->head.chain, statement);
    emission->head.emitter_n++;
    emission->count++;
}

struct status emission_add(struct emission *emission, const struct draft *draft)
{
    char memory[LEAF_MAX];
    struct text statement = TEXT_IN(memory);
    if (emission->count == SUBMISSION_EVENTS_MAX) {
        return FAIL(LIMIT, SUBMISSION_EVENTS_MAX);
    }
    text_clear(&emission->body);
    TRY(write_event(emission, draft, &statement, &emission->body));
    size_t before = emission->out.size;
    submission_put(&emission->out, &(struct submission_event){.statement = text_bytes(&statement),
                                                              .body = text_bytes(&emission->body),
                                                              .command = draft->command});
    /* Room is kept for the signature, so that what was added can always be ended. */
    if (emission->out.full || emission->out.capacity - emission->out.size < 2 + SIGNATURE_MAX + 1) {
        emission->out.size = before;
        emission->out.full = false;
        return FAIL(LIMIT, SUBMISSION_MAX);
    }
    link_statement(emission, text_bytes(&statement));
    return OK;
}

struct status emission_end(struct emission *emission, struct bytes *submission,
                           struct emitter_head *head)
{
    struct signature signature;
    assert(emission->count > 0);
    TRY(emission_sign(emission, &signature, head));
    submission_end(&emission->out, emission->count, bytes_of(signature.data, signature.size));
    *submission = text_bytes(&emission->out);
    return OK;
}

/* The writer's own ------------------------------------------------------------------------- */

struct emission_mark emission_mark(const struct emission *emission)
{
    return (struct emission_mark){.head = emission->head, .count = emission->count};
}

void emission_reset(struct emission *emission, const struct emission_mark *mark)
{
    emission->head = mark->head;
    emission->count = mark->count;
}

struct status emission_write(struct emission *emission, const struct draft *draft,
                             struct text *statement, struct text *body)
{
    size_t before = statement->size;
    TRY(write_event(emission, draft, statement, body));
    link_statement(emission, bytes_of(statement->data + before, statement->size - before));
    return OK;
}

struct status emission_sign(const struct emission *emission, struct signature *out,
                            struct emitter_head *head)
{
    *head = emission->head;
    return secret_key_sign(emission->speaker->key, BYTES(emission->head.chain.sha256), out);
}
