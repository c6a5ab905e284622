#include "store/keyring.h"

#include "schema/canonical.h"
#include "schema/catalogue/catalogue.h"
#include "store/name_table.h"

#include <stdlib.h>

enum {
    NAMES_MAX = 1 << 22, /* emitters of a log that is verified; more than have ever been */
};

struct known_emitter {
    char name[NAME_MAX_SIZE + 1];
    struct public_key key;
    bool has_key; /* false without bodies: the key is in the one that registered it */
    bool spoke;
    bool retired;
    struct digest chain;
    uint64_t emitter_n;
    uint64_t unsigned_events; /* since the last signature */
    uint64_t first_unsigned;
};

struct retired_emitter {
    char name[NAME_MAX_SIZE + 1];
};

struct known_user {
    struct id id;
    struct public_key key;
};

struct keyring {
    char origin[ORIGIN_MAX + 1];
    struct hasher *hasher;
    struct arena arena;
    struct name_table *emitters; /* that may speak, or have not signed all that they said */
    struct name_table *retired;  /* all others that there were */
    size_t hidden;               /* registrations whose key is not at hand */
    size_t keyless;              /* emitters that spoke without a known key */
    struct known_user *users;    /* in the order of their ids */
    size_t user_count, user_capacity;
    struct status trouble; /* the first want of memory */
};

struct status keyring_open(const char *origin, struct keyring **out)
{
    CLEANUP(keyring_close) struct keyring *keyring = calloc(1, sizeof *keyring);
    if (keyring == NULL) {
        return FAIL(NO_MEMORY, sizeof *keyring);
    }
    struct text text = TEXT_IN(keyring->origin);
    text_put_string(&text, origin);
    keyring->arena.capacity = 2 * (size_t)BODY_MAX;
    keyring->arena.memory = malloc(keyring->arena.capacity);
    if (keyring->arena.memory == NULL) {
        return FAIL(NO_MEMORY, keyring->arena.capacity);
    }
    TRY(hasher_open(&keyring->hasher));
    TRY(name_table_open(sizeof(struct known_emitter), NAMES_MAX, &keyring->emitters));
    TRY(name_table_open(sizeof(struct retired_emitter), NAMES_MAX, &keyring->retired));
    *out = keyring;
    keyring = NULL;
    return OK;
}

void keyring_close(struct keyring **keyring)
{
    if (*keyring != NULL) {
        hasher_close(&(*keyring)->hasher);
        free((*keyring)->arena.memory);
        name_table_close(&(*keyring)->emitters);
        name_table_close(&(*keyring)->retired);
        free((*keyring)->users);
        free(*keyring);
        *keyring = NULL;
    }
}

/* Makes room for one more of `size` bytes. */
static struct status grow(void **list, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) {
        return OK;
    }
    size_t wanted = *capacity == 0 ? 16 : 2 * *capacity;
    void *grown = realloc(*list, wanted * size);
    if (grown == NULL) {
        return FAIL(NO_MEMORY, wanted * size);
    }
    *list = grown;
    *capacity = wanted;
    return OK;
}

/* Whether it failed. Want of memory says nothing about the log, so it is remembered apart. */
static bool fails(struct keyring *keyring, struct status status)
{
    if (status.code == STATUS_NO_MEMORY && !failed(keyring->trouble)) {
        keyring->trouble = status;
    }
    return failed(status);
}

/* Emitters -------------------------------------------------------------------------------- */

static struct known_emitter *find_emitter(struct keyring *keyring, struct bytes name)
{
    return name_table_find(keyring->emitters, name);
}

static bool is_retired(const struct keyring *keyring, struct bytes name)
{
    return name_table_find(keyring->retired, name) != NULL;
}

/* The emitter's entry; made if it is new, for what registered it may be erased. */
static struct status emitter_entry(struct keyring *keyring, struct bytes name,
                                   struct known_emitter **out)
{
    *out = find_emitter(keyring, name);
    if (*out != NULL) {
        return OK;
    }
    void *entry;
    if (!leaf_is_emitter_name(name)) {
        return FAIL(MALFORMED, 0);
    }
    TRY(name_table_add(keyring->emitters, name, &entry));
    *out = entry;
    (*out)->chain = hash_emitter_start(keyring->hasher, bytes_of_string(keyring->origin), name);
    return OK;
}

/* Of one that is retired, and has signed all that it said, the name is enough. */
static struct status retire(struct keyring *keyring, struct bytes name)
{
    void *entry;
    struct known_emitter *emitter = find_emitter(keyring, name);
    if (emitter == NULL) {
        return OK;
    }
    emitter->retired = true;
    if (emitter->unsigned_events > 0) {
        return OK;
    }
    TRY(name_table_add(keyring->retired, name, &entry));
    name_table_remove(keyring->emitters, name);
    return OK;
}

static struct status learn_emitter(struct keyring *keyring, struct bytes name, struct bytes key,
                                   const char **wrong)
{
    struct known_emitter *emitter;
    /* Under a second key, whoever gave it could go on in the first one's name. */
    if (find_emitter(keyring, name) != NULL || is_retired(keyring, name)) {
        *wrong = "it registers an emitter whose name was used before";
        return OK;
    }
    struct status status = emitter_entry(keyring, name, &emitter);
    if (failed(status)) {
        *wrong = "it registers an emitter that cannot be one";
        return status.code == STATUS_NO_MEMORY ? status : OK;
    }
    emitter->has_key = !fails(keyring, public_key_read(key, &emitter->key));
    return OK;
}

/* An emitter without a key is one of those whose registration is hidden, or none at all. */
static const char *check_registered(struct keyring *keyring, struct known_emitter *emitter)
{
    keyring->keyless += !emitter->has_key && !emitter->spoke;
    emitter->spoke = true;
    return !emitter->has_key && keyring->keyless > keyring->hidden
               ? "its emitter was never registered"
               : NULL;
}

/* Users ----------------------------------------------------------------------------------- */

static struct known_user *find_user(struct keyring *keyring, struct id id)
{
    size_t low = 0, high = keyring->user_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (keyring->users[middle].id.n < id.n) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool found = low < keyring->user_count && id_equal(keyring->users[low].id, id);
    return found ? &keyring->users[low] : NULL;
}

static struct status learn_user(struct keyring *keyring, struct id id, struct bytes key)
{
    struct known_user user = {.id = id};
    void *list = keyring->users;
    bool later = keyring->user_count == 0 || keyring->users[keyring->user_count - 1].id.n < id.n;
    if (!later || fails(keyring, public_key_read(key, &user.key))) {
        return OK; /* a command by such a user will not check */
    }
    TRY(grow(&list, keyring->user_count, &keyring->user_capacity, sizeof *keyring->users));
    keyring->users = list;
    keyring->users[keyring->user_count++] = user;
    return OK;
}

/* Learning -------------------------------------------------------------------------------- */

static struct status learn_body(struct keyring *keyring, const struct leaf *leaf,
                                const union event_body *body, const char **wrong)
{
    if (leaf->kind == EVENT_AUDIT_GENESIS) {
        const struct audit_genesis *genesis = &body->audit_genesis;
        return learn_emitter(keyring, genesis->emitter, genesis->emitter_key, wrong);
    }
    if (leaf->kind == EVENT_EMITTER_REGISTERED) {
        const struct emitter_registered *registered = &body->emitter_registered;
        return learn_emitter(keyring, registered->name, registered->key, wrong);
    }
    if (leaf->kind == EVENT_USER_REGISTERED) {
        return learn_user(keyring, leaf->on[0], body->user_registered.key);
    }
    if (leaf->kind == EVENT_USER_REGISTERED_V2) {
        return learn_user(keyring, leaf->on[0], body->user_registered_v2.key);
    }
    return retire(keyring, body->emitter_retired.name);
}

/* Only from a body that has been found to be what the leaf commits to. */
static struct status learn(struct keyring *keyring, const struct examined *event,
                           const char **wrong)
{
    union event_body body;
    enum event_kind kind = event->leaf.kind;
    bool registers = kind == EVENT_AUDIT_GENESIS || kind == EVENT_EMITTER_REGISTERED;
    bool of_user = kind == EVENT_USER_REGISTERED || kind == EVENT_USER_REGISTERED_V2;
    if (!registers && !of_user && kind != EVENT_EMITTER_RETIRED) {
        return OK;
    }
    if (event->body.size < SALT_SIZE || event->wrong != NULL) {
        keyring->hidden += registers;
        return OK;
    }
    arena_reset(&keyring->arena);
    struct bytes bytes = bytes_of(event->body.data + SALT_SIZE, event->body.size - SALT_SIZE);
    struct status status = event_body_decode(kind, bytes, &keyring->arena, &body);
    if (failed(status)) {
        keyring->hidden += registers;
        return status.code == STATUS_NO_MEMORY ? status : OK;
    }
    return learn_body(keyring, &event->leaf, &body, wrong);
}

struct status keyring_learn(struct keyring *keyring, const struct examined *event,
                            const char **wrong)
{
    *wrong = NULL;
    /* A genesis has been taken in by keyring_follow, or refused. */
    if (event->leaf.kind != EVENT_AUDIT_GENESIS) {
        TRY(learn(keyring, event, wrong));
    }
    return keyring->trouble;
}

/* Following ------------------------------------------------------------------------------- */

static const char *check_signature(struct keyring *keyring, struct known_emitter *emitter,
                                   const struct leaf *leaf, bool *checked)
{
    if (leaf->sig.size == 0) {
        return NULL;
    }
    emitter->unsigned_events = 0;
    if (!emitter->has_key) {
        return NULL; /* leaves without bodies: the emitters' keys are not at hand */
    }
    *checked = true;
    return fails(keyring, public_key_verify(&emitter->key, BYTES(emitter->chain.sha256), leaf->sig))
               ? "its emitter's signature does not hold"
               : NULL;
}

/* Follows counter and chain; NULL, or the first thing that is wrong. */
static const char *follow_chain(struct keyring *keyring, struct known_emitter *emitter,
                                const struct examined *event, uint64_t n)
{
    const struct leaf *leaf = &event->leaf;
    const char *wrong = NULL;
    if (leaf->emitter_n != emitter->emitter_n + 1) {
        wrong = "an event of its emitter is missing: `emitter_n` is not one more than before";
    } else if (emitter->retired) {
        wrong = "its emitter had been retired";
    }
    emitter->emitter_n = leaf->emitter_n;
    emitter->chain =
        hash_emitter_link_digest(keyring->hasher, &emitter->chain, &event->statement_hash);
    emitter->first_unsigned = emitter->unsigned_events == 0 ? n : emitter->first_unsigned;
    emitter->unsigned_events++;
    return wrong;
}

/* The genesis event introduces its own emitter. */
static const char *follow_genesis(struct keyring *keyring, const struct examined *event, uint64_t n)
{
    const char *wrong = NULL;
    bool genesis = event->leaf.kind == EVENT_AUDIT_GENESIS;
    if (n == 0 && !genesis) {
        return "the log does not begin with its genesis";
    }
    if (n > 0 && genesis) {
        return "a log begins once, with its first event";
    }
    return genesis && fails(keyring, learn(keyring, event, &wrong)) ? "there is no memory left"
                                                                    : wrong;
}

const char *keyring_follow(struct keyring *keyring, const struct examined *event, uint64_t n,
                           bool *signature_checked)
{
    struct known_emitter *emitter;
    const char *begun = follow_genesis(keyring, event, n);
    if (is_retired(keyring, event->leaf.emitter)) {
        return "its emitter had been retired";
    }
    if (fails(keyring, emitter_entry(keyring, event->leaf.emitter, &emitter))) {
        return "its emitter cannot be one";
    }
    const char *unknown = check_registered(keyring, emitter);
    const char *broken = follow_chain(keyring, emitter, event, n);
    const char *unsound = check_signature(keyring, emitter, &event->leaf, signature_checked);
    return begun != NULL ? begun : unknown != NULL ? unknown : broken != NULL ? broken : unsound;
}

uint32_t keyring_emitters(const struct keyring *keyring)
{
    return (uint32_t)(name_table_count(keyring->emitters) + name_table_count(keyring->retired));
}

uint64_t keyring_unsigned(const struct keyring *keyring, uint64_t *first)
{
    uint64_t count = 0;
    for (size_t i = 0; i < name_table_count(keyring->emitters); i++) {
        const struct known_emitter *emitter = name_table_at(keyring->emitters, i);
        if (emitter->unsigned_events > 0) {
            *first =
                count == 0 || emitter->first_unsigned < *first ? emitter->first_unsigned : *first;
            count += emitter->unsigned_events;
        }
    }
    return count;
}

/* Commands -------------------------------------------------------------------------------- */

/* A record is its signed message with `"sig":"…",` cut into it: what was signed is the rest. */
struct split_record {
    struct bytes actor, origin;
    struct bytes project, session; /* empty: not named */
    struct bytes head, tail;
    struct signature signature;
};

static struct bytes read_member(struct canonical_reader *reader, const char *name)
{
    canonical_require(reader, name, strlen(name));
    return canonical_plain(reader);
}

static void skip_member(struct canonical_reader *reader, const char *name)
{
    canonical_require(reader, name, strlen(name));
    (void)canonical_skip(reader);
}

static bool skip_optional(struct canonical_reader *reader, const char *name)
{
    bool there = canonical_member(reader, name, strlen(name));
    if (there) {
        (void)canonical_skip(reader);
    }
    return there;
}

static struct bytes read_optional(struct canonical_reader *reader, const char *name)
{
    return canonical_member(reader, name, strlen(name)) ? canonical_plain(reader)
                                                        : (struct bytes){0};
}

static bool split_record(struct bytes record, struct split_record *out)
{
    struct canonical_reader reader = canonical_reader_of(record);
    canonical_open_object(&reader);
    out->actor = read_member(&reader, "actor");
    skip_member(&reader, "command");
    if (!skip_optional(&reader, "items")) {
        skip_member(&reader, "fields");
    }
    skip_member(&reader, "nonce");
    out->origin = read_member(&reader, "origin");
    out->project = read_optional(&reader, "project");
    out->session = read_optional(&reader, "session");
    out->head = bytes_of(record.data, (size_t)(reader.at - record.data));
    struct bytes text = read_member(&reader, "sig");
    out->tail = bytes_of(reader.at, (size_t)(record.data + record.size - reader.at));
    return reader.why == NULL &&
           !failed(base64_read(text, out->signature.data, SIGNATURE_MAX, &out->signature.size));
}

/* An event may leave out where its command was given, but not say another place. */
static bool is_in(struct id said, struct bytes signed_for)
{
    struct id id;
    return said.kind == ID_NONE || (!failed(id_read(signed_for, &id)) && id_equal(id, said));
}

static bool holds(struct keyring *keyring, const struct split_record *record,
                  const struct public_key *key)
{
    struct text message = {.capacity = COMMAND_MAX + 64};
    arena_reset(&keyring->arena);
    message.data = arena_take(&keyring->arena, message.capacity);
    text_put_literal(&message, "cairn-command-v1\n");
    text_put_bytes(&message, record->head);
    text_put_bytes(&message, record->tail);
    return !message.full && !fails(keyring, public_key_verify(key, text_bytes(&message),
                                                              bytes_of(record->signature.data,
                                                                       record->signature.size)));
}

const char *keyring_check_command(struct keyring *keyring, const struct examined *event)
{
    struct id actor;
    struct split_record record;
    if (failed(id_read(event->leaf.actor, &actor))) {
        return "a command's actor is a user";
    }
    if (!split_record(event->command, &record)) {
        return "the signed command is not well formed";
    }
    /* A user may have signed it for another log, or for somebody else's name to stand here. */
    if (!bytes_equal(record.actor, event->leaf.actor)) {
        return "the command is another user's";
    }
    if (!bytes_equal(record.origin, bytes_of_string(keyring->origin))) {
        return "the command was signed for another log";
    }
    if (!is_in(event->leaf.session, record.session) ||
        !is_in(event->leaf.project, record.project)) {
        return "the command was given in another session or project";
    }
    struct known_user *user = find_user(keyring, actor);
    if (user == NULL) {
        return "the command is signed by a user that the log does not know";
    }
    return holds(keyring, &record, &user->key)
               ? NULL
               : "the user's signature on the command does not hold";
}
