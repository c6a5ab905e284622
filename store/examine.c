#include "schema/arena.h"
#include "schema/catalogue/catalogue.h"
#include "store/verify.h"

#include <stdlib.h>

struct examiner {
    struct hasher *hasher;
    struct arena arena;
};

struct status examiner_open(struct examiner **out)
{
    CLEANUP(examiner_close) struct examiner *examiner = calloc(1, sizeof *examiner);
    if (examiner == NULL) {
        return FAIL(NO_MEMORY, sizeof *examiner);
    }
    examiner->arena.capacity = 2 * (size_t)BODY_MAX;
    examiner->arena.memory = malloc(examiner->arena.capacity);
    if (examiner->arena.memory == NULL) {
        return FAIL(NO_MEMORY, examiner->arena.capacity);
    }
    TRY(hasher_open(&examiner->hasher));
    *out = examiner;
    examiner = NULL;
    return OK;
}

void examiner_close(struct examiner **examiner)
{
    if (*examiner != NULL) {
        hasher_close(&(*examiner)->hasher);
        free((*examiner)->arena.memory);
        free(*examiner);
        *examiner = NULL;
    }
}

static const char *examine_body(struct examiner *examiner, const struct examined *event)
{
    union event_body decoded;
    if (event->body.size == 0) {
        return NULL; /* erased: the commitment stays */
    }
    if (event->body.size < SALT_SIZE) {
        return "the body is too short";
    }
    struct bytes body = bytes_of(event->body.data + SALT_SIZE, event->body.size - SALT_SIZE);
    struct digest found = hash_body(examiner->hasher, bytes_of(event->body.data, SALT_SIZE), body);
    if (!digest_equal(&found, &event->leaf.body)) {
        return "the body is not what the leaf commits to";
    }
    arena_reset(&examiner->arena);
    if (failed(event_body_decode(event->leaf.kind, body, &examiner->arena, &decoded))) {
        return "the body is not one of its kind";
    }
    return NULL;
}

static const char *examine_command(struct examiner *examiner, const struct examined *event)
{
    if (!event->leaf.has_command) {
        return event->command.size > 0 ? "there is a command that the leaf does not know" : NULL;
    }
    if (event->command.size == 0) {
        return "the signed command is missing";
    }
    struct digest found = hash_bytes(examiner->hasher, event->command);
    return digest_equal(&found, &event->leaf.command)
               ? NULL
               : "the command is not what the leaf commits to";
}

void examine(struct examiner *examiner, bool whole, struct examined *event)
{
    char memory[LEAF_MAX + 1];
    struct text statement = TEXT_IN(memory);
    event->leaf_hash = hash_leaf(examiner->hasher, event->bytes);
    event->decoded = !failed(leaf_decode(event->bytes, &event->leaf));
    event->wrong = NULL;
    if (!event->decoded) {
        event->wrong = "the leaf is not in canonical form";
        return;
    }
    leaf_to_statement(&event->leaf, &statement);
    event->statement_hash = hash_bytes(examiner->hasher, text_bytes(&statement));
    if (whole) {
        event->wrong = examine_body(examiner, event);
        event->wrong = event->wrong != NULL ? event->wrong : examine_command(examiner, event);
    }
}
