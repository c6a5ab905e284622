#include "tests/store/chronicle.h"

#include "core/command_record.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct bytes told_leaf(const struct told *told)
{
    return bytes_of(told->text, told->text_size);
}

struct bytes told_body(const struct told *told)
{
    return bytes_of(told->body, told->body_size);
}

struct bytes told_command(const struct told *told)
{
    return bytes_of(told->command, told->command_size);
}

/* Keys ---------------------------------------------------------------------------------------- */

static void begin_teller(struct chronicle *chronicle, struct teller *teller, const char *name)
{
    *teller = (struct teller){.name = name};
    must(secret_key_make(KEY_ED25519, name, &teller->key));
    teller->chain =
        hash_emitter_start(chronicle->hasher, LITERAL(CHRONICLE_ORIGIN), bytes_of_string(name));
}

void chronicle_begin(struct chronicle *chronicle, size_t capacity)
{
    *chronicle = (struct chronicle){.capacity = capacity, .t_utc_us = UINT64_C(1773093480000000)};
    must(key_library_start());
    must(hasher_open(&chronicle->hasher));
    must(secret_key_make(KEY_ED25519, CHRONICLE_ORIGIN, &chronicle->log_key));
    must(secret_key_make(KEY_ED25519, "ada", &chronicle->ada_key));
    begin_teller(chronicle, &chronicle->audit, "audit");
    begin_teller(chronicle, &chronicle->door, "door");
    chronicle->events = calloc(capacity, sizeof *chronicle->events);
    assert_non_null(chronicle->events);
}

void chronicle_end(struct chronicle *chronicle)
{
    free(chronicle->events);
    secret_key_close(&chronicle->audit.key);
    secret_key_close(&chronicle->door.key);
    secret_key_close(&chronicle->ada_key);
    secret_key_close(&chronicle->log_key);
    hasher_close(&chronicle->hasher);
}

static struct bytes key_text(const struct secret_key *key, struct text *out)
{
    public_key_write(secret_key_public(key), out);
    return text_bytes(out);
}

/* Telling ------------------------------------------------------------------------------------- */

static uint64_t count_subject(struct chronicle *chronicle, struct id id)
{
    size_t i = 0;
    while (chronicle->subjects[i].id.kind != ID_NONE && !id_equal(chronicle->subjects[i].id, id)) {
        i++;
        assert_true(i < CHRONICLE_SUBJECTS);
    }
    chronicle->subjects[i].id = id;
    return ++chronicle->subjects[i].events;
}

static void put_body(struct told *told, const struct telling *telling)
{
    struct text text = {.data = (char *)told->body, .capacity = sizeof told->body};
    uint8_t salt[SALT_SIZE];
    key_random(salt, sizeof salt);
    text_put(&text, salt, sizeof salt);
    event_body_encode(telling->kind, telling->body, &text);
    assert_false(text.full);
    told->body_size = text.size;
}

static void put_command(struct chronicle *chronicle, struct told *told)
{
    struct text text = TEXT_IN(told->command);
    struct command_record command = {
        .actor = chronicle->ada,
        .kind = COMMAND_EMITTER_RETIRE,
        .fields = LITERAL("{\"name\":\"x\",\"reason\":\"y\"}"),
        .origin = LITERAL(CHRONICLE_ORIGIN),
        .t_utc_us = chronicle->t_utc_us,
    };
    key_random(command.nonce, sizeof command.nonce);
    must(command_record_sign(&command, chronicle->ada_key, &text));
    told->command_size = text.size;
    told->leaf.has_command = true;
    told->leaf.command = hash_bytes(chronicle->hasher, text_bytes(&text));
    snprintf(told->actor, sizeof told->actor, "user:%u", (unsigned)chronicle->ada.n);
    told->leaf.actor = bytes_of_string(told->actor);
}

/* Signs what the teller has said so far, this event included. */
static void follow_chain(struct chronicle *chronicle, struct teller *teller, struct told *told,
                         bool is_signed)
{
    char memory[LEAF_MAX + 1];
    struct text statement = TEXT_IN(memory);
    struct signature signature;
    leaf_encode_statement(&told->leaf, &statement);
    teller->chain = hash_emitter_link(chronicle->hasher, &teller->chain, text_bytes(&statement));
    if (is_signed) {
        must(secret_key_sign(teller->key, BYTES(teller->chain.sha256), &signature));
        memcpy(told->leaf.sig_memory, signature.data, signature.size);
        told->leaf.sig = bytes_of(told->leaf.sig_memory, signature.size);
    }
}

struct told *chronicle_tell(struct chronicle *chronicle, struct teller *teller,
                            const struct telling *telling)
{
    assert_true(chronicle->count < chronicle->capacity);
    struct told *told = &chronicle->events[chronicle->count];
    put_body(told, telling);
    told->leaf = (struct leaf){
        .actor = bytes_of_string(teller->name),
        .body = hash_body(chronicle->hasher, bytes_of(told->body, SALT_SIZE),
                          bytes_of(told->body + SALT_SIZE, told->body_size - SALT_SIZE)),
        .cause = LEAF_NO_CAUSE,
        .emitter = bytes_of_string(teller->name),
        .emitter_n = ++teller->n,
        .kind = telling->kind,
        .on = {telling->on},
        .on_count = 1,
        .n = chronicle->count,
        .t_utc_us = chronicle->t_utc_us++,
        .version = event_version(telling->kind),
    };
    if (told->leaf.on[0].n == ID_NEW) {
        told->leaf.on[0].n = chronicle->count;
    }
    told->leaf.on_n = count_subject(chronicle, told->leaf.on[0]);
    if (telling->is_commanded) {
        put_command(chronicle, told);
    }
    follow_chain(chronicle, teller, told, telling->is_signed);
    chronicle->count++;
    chronicle_chain_from(chronicle, chronicle->count - 1);
    return told;
}

void chronicle_chain_from(struct chronicle *chronicle, size_t first)
{
    for (size_t i = first; i < chronicle->count; i++) {
        struct told *told = &chronicle->events[i];
        struct text text = TEXT_IN(told->text);
        if (i > 0) {
            told->leaf.prev = hash_leaf(chronicle->hasher, told_leaf(&chronicle->events[i - 1]));
        }
        leaf_encode(&told->leaf, &text);
        assert_false(text.full);
        told->text_size = text.size;
    }
}

/* Filling ------------------------------------------------------------------------------------- */

struct told *chronicle_register(struct chronicle *chronicle, const char *name,
                                const struct secret_key *key, bool commanded)
{
    char memory[256];
    struct text text = TEXT_IN(memory);
    union event_body body = {.emitter_registered = {.name = bytes_of_string(name),
                                                    .key = key_text(key, &text),
                                                    .class = EMITTER_CLASS_OUTSIDE,
                                                    .about = LITERAL("made up")}};
    return chronicle_tell(chronicle, &chronicle->audit,
                          &(struct telling){.kind = EVENT_EMITTER_REGISTERED,
                                            .on = {ID_EMITTER, ID_NEW},
                                            .body = &body,
                                            .is_signed = true,
                                            .is_commanded = commanded});
}

struct told *chronicle_observe(struct chronicle *chronicle, struct teller *teller, bool is_signed)
{
    union event_body body = {.audit_observed = {.what = LITERAL("it opened")}};
    return chronicle_tell(chronicle, teller,
                          &(struct telling){.kind = EVENT_AUDIT_OBSERVED,
                                            .on = {ID_LOG, 0},
                                            .body = &body,
                                            .is_signed = is_signed});
}

static void tell_genesis(struct chronicle *chronicle)
{
    char log_memory[256], audit_memory[256];
    struct text log_text = TEXT_IN(log_memory), audit_text = TEXT_IN(audit_memory);
    union event_body body = {
        .audit_genesis = {.origin = LITERAL(CHRONICLE_ORIGIN),
                          .log_key = key_text(chronicle->log_key, &log_text),
                          .emitter = LITERAL("audit"),
                          .emitter_key = key_text(chronicle->audit.key, &audit_text),
                          .program = LITERAL("a test")}};
    (void)chronicle_tell(
        chronicle, &chronicle->audit,
        &(struct telling){
            .kind = EVENT_AUDIT_GENESIS, .on = {ID_LOG, ID_NEW}, .body = &body, .is_signed = true});
}

static void tell_ada(struct chronicle *chronicle)
{
    char memory[256];
    struct text text = TEXT_IN(memory);
    union event_body body = {.user_registered = {.login = LITERAL("ada"),
                                                 .key = key_text(chronicle->ada_key, &text),
                                                 .role = USER_ROLE_SUPER_ADMIN}};
    chronicle->ada = (struct id){ID_USER, chronicle->count};
    (void)chronicle_tell(chronicle, &chronicle->audit,
                         &(struct telling){.kind = EVENT_USER_REGISTERED,
                                           .on = {ID_USER, ID_NEW},
                                           .body = &body,
                                           .is_signed = true});
}

void chronicle_fill(struct chronicle *chronicle, size_t size)
{
    tell_genesis(chronicle);
    (void)chronicle_register(chronicle, "door", chronicle->door.key, false);
    tell_ada(chronicle);
    while (chronicle->count < size) {
        size_t n = chronicle->count;
        char name[32];
        if (n % 4 == 0) {
            snprintf(name, sizeof name, "other-%u", (unsigned)n);
            (void)chronicle_register(chronicle, name, chronicle->door.key, true);
        } else {
            (void)chronicle_observe(chronicle, &chronicle->door, n % 4 == 3 || n + 2 >= size);
        }
    }
}

/* Verifying ----------------------------------------------------------------------------------- */

void chronicle_checkpoint(struct chronicle *chronicle, struct text *note)
{
    struct tree *tree = calloc(1, sizeof *tree);
    assert_non_null(tree);
    for (size_t i = 0; i < chronicle->count; i++) {
        struct digest leaf = hash_leaf(chronicle->hasher, told_leaf(&chronicle->events[i]));
        must(tree_append(tree, chronicle->hasher, &leaf, NULL, NULL));
    }
    struct checkpoint checkpoint = {.origin = LITERAL(CHRONICLE_ORIGIN),
                                    .size = chronicle->count,
                                    .root = tree_root(tree, chronicle->hasher)};
    free(tree);
    must(checkpoint_sign(chronicle->log_key, &checkpoint, note));
}

static void follow_all(struct chronicle *chronicle, struct verifier *verifier)
{
    CLEANUP(examiner_close) struct examiner *examiner = NULL;
    must(examiner_open(&examiner));
    for (size_t i = 0; i < chronicle->count; i++) {
        const struct told *told = &chronicle->events[i];
        struct examined event = {
            .bytes = told_leaf(told), .body = told_body(told), .command = told_command(told)};
        examine(examiner, true, &event);
        must(verify_follow(verifier, &event));
    }
}

void chronicle_verify(struct chronicle *chronicle, bool checkpointed, struct verify_report *report)
{
    CLEANUP(verifier_close) struct verifier *verifier = NULL;
    char memory[NOTE_MAX];
    struct text note = TEXT_IN(memory);
    must(verifier_open(secret_key_public(chronicle->log_key), &verifier));
    follow_all(chronicle, verifier);
    if (checkpointed) {
        chronicle_checkpoint(chronicle, &note);
        must(verify_checkpoint(verifier, text_bytes(&note)));
    }
    verify_end(verifier);
    *report = *verify_report_of(verifier);
}
