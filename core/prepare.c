#include "core/prepare.h"

#include "core/audit/emitter.h"
#include "schema/arena.h"
#include "store/hash.h"
#include "store/name_table.h"

#include <stdlib.h>

enum {
    KEY_TEXT_MAX = 512, /* bytes of a public key's text: name, hash, base64 */
};

struct known_emitter {
    char name[NAME_MAX_SIZE + 1];
    struct public_key key;
    enum emitter_class class;
    struct id vm; /* of a controller: the machine that it is in */
    struct emitter_head head;
};

struct prepare {
    struct hasher *hasher;
    struct name_table *emitters; /* that are not retired */
    char origin[ORIGIN_MAX + 1];
    struct arena arena; /* for one body at a time */
};

struct status prepare_open(struct bytes origin, struct prepare **out)
{
    CLEANUP(prepare_close) struct prepare *prepare = calloc(1, sizeof *prepare);
    if (prepare == NULL || origin.size > ORIGIN_MAX) {
        return FAIL(NO_MEMORY, sizeof *prepare);
    }
    memcpy(prepare->origin, origin.data, origin.size);
    prepare->arena.capacity = 2 * (size_t)BODY_MAX;
    prepare->arena.memory = malloc(prepare->arena.capacity);
    if (prepare->arena.memory == NULL) {
        return FAIL(NO_MEMORY, prepare->arena.capacity);
    }
    TRY(hasher_open(&prepare->hasher));
    TRY(name_table_open(sizeof(struct known_emitter), EMITTERS_MAX, &prepare->emitters));
    *out = prepare;
    prepare = NULL;
    return OK;
}

void prepare_close(struct prepare **prepare)
{
    if (*prepare != NULL) {
        hasher_close(&(*prepare)->hasher);
        name_table_close(&(*prepare)->emitters);
        free((*prepare)->arena.memory);
        free(*prepare);
        *prepare = NULL;
    }
}

/* Emitters -------------------------------------------------------------------------------- */

/* Reading a key costs as much as checking a signature, and an emitter is made known again whenever
 * something of it has changed. */
static struct status take_key(const struct known_emitter *before, struct bytes text,
                              struct public_key *out)
{
    char memory[KEY_TEXT_MAX];
    struct text known = TEXT_IN(memory);
    if (before != NULL) {
        public_key_write(&before->key, &known);
    }
    if (before == NULL || known.full || !bytes_equal(text_bytes(&known), text)) {
        return public_key_read(text, out);
    }
    *out = before->key;
    return OK;
}

struct status prepare_emitter(struct prepare *prepare, const struct emitter_row *row,
                              const struct emitter_head *head)
{
    struct public_key key;
    void *slot = NULL;
    if (!leaf_is_emitter_name(row->name)) {
        return FAIL_BECAUSE(MALFORMED, 0, "an emitter's name is [a-z][a-z0-9_.-]*");
    }
    if (row->retired) {
        name_table_remove(prepare->emitters, row->name);
        return OK;
    }
    slot = name_table_find(prepare->emitters, row->name);
    TRY(take_key(slot, row->key, &key));
    TRY(slot == NULL ? name_table_add(prepare->emitters, row->name, &slot) : OK);
    struct known_emitter *known = slot;
    known->key = key;
    known->class = row->class;
    known->vm = emitter_controlled_vm(row);
    known->head = *head;
    return OK;
}

/* Checks ---------------------------------------------------------------------------------- */

/* Only the first subject may be new, and only where the catalogue says that the kind makes one. */
static struct status check_subjects(const struct leaf *leaf)
{
    const struct event_info *info = &event_infos[leaf->kind];
    bool creates = leaf->on[0].n == ID_NEW;
    if (leaf->on[0].kind != info->on[0] || creates != (info->creates != ID_NONE)) {
        return FAIL_BECAUSE(MALFORMED, 0, "the kind of event is not about such a subject");
    }
    for (size_t i = 1; i < leaf->on_count; i++) {
        if (leaf->on[i].n == ID_NEW) {
            return FAIL_BECAUSE(MALFORMED, 0, "an event creates only what it is about first");
        }
    }
    return OK;
}

static bool is_about(const struct leaf *leaf, struct id subject)
{
    for (size_t i = 0; i < leaf->on_count; i++) {
        if (id_equal(leaf->on[i], subject)) {
            return true;
        }
    }
    return false;
}

/* A controller lives in a machine that its users may have broken: it speaks of that one alone. */
static struct status check_outside(const struct known_emitter *emitter,
                                   const struct prepared_event *event)
{
    if ((event_infos[event->leaf.kind].outside >> emitter->class & 1U) == 0) {
        return FAIL_BECAUSE(KEY, 0, "an outside emitter may not submit this kind of event");
    }
    if (emitter->class == EMITTER_CLASS_CONTROLLER && !is_about(&event->leaf, emitter->vm)) {
        return FAIL_BECAUSE(KEY, 0, "a controller speaks of its own machine");
    }
    if (!bytes_equal(event->leaf.actor, event->leaf.emitter) || event->leaf.has_command ||
        event->leaf.rule.size > 0) {
        return FAIL_BECAUSE(KEY, 0, "an outside emitter speaks for nobody but itself");
    }
    return OK;
}

static struct status check_body(struct prepare *prepare, const struct prepared_event *event)
{
    union event_body decoded;
    struct bytes salt = bytes_of(event->body.data, SALT_SIZE);
    struct bytes body = bytes_of(event->body.data + SALT_SIZE, event->body.size - SALT_SIZE);
    struct digest found = hash_body(prepare->hasher, salt, body);
    if (!digest_equal(&found, &event->leaf.body)) {
        return FAIL_BECAUSE(MALFORMED, 0, "the body is not what the statement commits to");
    }
    arena_reset(&prepare->arena);
    return event_body_decode(event->leaf.kind, body, &prepare->arena, &decoded);
}

static struct status check_command(struct prepare *prepare, const struct prepared_event *event)
{
    if (event->leaf.has_command != (event->command.size > 0)) {
        return FAIL_BECAUSE(MALFORMED, 0, "a statement with a command comes with its record");
    }
    if (event->leaf.has_command) {
        struct digest found = hash_bytes(prepare->hasher, event->command);
        if (!digest_equal(&found, &event->leaf.command)) {
            return FAIL_BECAUSE(MALFORMED, 0, "the command is not what the statement commits to");
        }
    }
    return OK;
}

/* One event: decoded, checked, and linked to the emitter's chain. */
static struct status prepare_event(struct prepare *prepare, const struct known_emitter *emitter,
                                   struct bytes *events, struct emitter_head *head,
                                   struct prepared_event *out)
{
    struct submission_event event = submission_next(events);
    TRY(leaf_decode_statement(event.statement, &out->leaf));
    out->leaf.sig = (struct bytes){0};
    out->body = event.body;
    out->command = event.command;
    if (!bytes_equal(out->leaf.emitter, bytes_of_string(emitter->name))) {
        return FAIL_BECAUSE(MALFORMED, 0, "the statement is another emitter's");
    }
    if (out->leaf.emitter_n != head->emitter_n + 1) {
        return FAIL(GAP, head->emitter_n + 1);
    }
    if (out->leaf.creates && out->leaf.on[0].n != ID_NEW) {
        return FAIL_BECAUSE(MALFORMED, 0, "an event creates only what it is about first");
    }
    TRY(check_subjects(&out->leaf));
    TRY(emitter->class == EMITTER_CLASS_INTERNAL ? OK : check_outside(emitter, out));
    TRY(check_body(prepare, out));
    TRY(check_command(prepare, out));
    head->chain = hash_emitter_link(prepare->hasher, &head->chain, event.statement);
    head->emitter_n++;
    return OK;
}

static struct status check_numbers(const struct submission *submission,
                                   const struct emitter_head *head, bool *already)
{
    uint64_t last;
    if (__builtin_add_overflow(submission->first_n, submission->count - 1, &last)) {
        return FAIL_BECAUSE(MALFORMED, 0, "the emitter's counter overflows");
    }
    *already = submission->first_n > 0 && last <= head->emitter_n;
    if (!*already && submission->first_n <= head->emitter_n) {
        return FAIL(CONFLICT, head->emitter_n + 1);
    }
    return *already || submission->first_n == head->emitter_n + 1 ? OK
                                                                  : FAIL(GAP, head->emitter_n + 1);
}

static struct emitter_head head_of(struct prepare *prepare, const struct known_emitter *emitter)
{
    struct emitter_head head = emitter->head;
    if (head.emitter_n == 0) {
        head.chain = hash_emitter_start(prepare->hasher, bytes_of_string(prepare->origin),
                                        bytes_of_string(emitter->name));
    }
    return head;
}

struct status prepare_submission(struct prepare *prepare, struct prepared *prepared)
{
    struct submission submission;
    TRY(submission_decode(prepared->submission, &submission));
    struct known_emitter *emitter = name_table_find(prepare->emitters, submission.emitter);
    if (emitter == NULL) {
        return FAIL_BECAUSE(KEY, 0, "the emitter is not registered, or has been retired");
    }
    struct emitter_head head = head_of(prepare, emitter);
    TRY(check_numbers(&submission, &head, &prepared->already));
    prepared->emitter = submission.emitter;
    prepared->count = submission.count;
    if (prepared->already) {
        return OK;
    }
    for (uint32_t i = 0; i < submission.count; i++) {
        TRY(prepare_event(prepare, emitter, &submission.events, &head, &prepared->events[i]));
    }
    TRY(public_key_verify(&emitter->key, BYTES(head.chain.sha256), submission.signature));
    memcpy(prepared->signature.data, submission.signature.data, submission.signature.size);
    prepared->signature.size = submission.signature.size;
    prepared->head = head;
    emitter->head = head;
    return OK;
}
