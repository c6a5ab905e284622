#include "store/person_key.h"

#include "schema/canonical.h"
#include "store/key_backend.h"
#include "store/key_file.h"
#include "store/passphrase.h"

#define DOMAIN "cairn-person-key-v1\n"

enum {
    BOX_SIZE = SECRET_KEY_SIZE + SECRET_BYTES_SIZE + PASSPHRASE_TAG_SIZE,
};

struct person_key {
    struct secret_key *signs;
    struct secret_bytes *receives;
};

/* What is in the box, in locked memory. */
struct secrets {
    uint8_t signs[SECRET_KEY_SIZE];
    uint8_t receives[SECRET_BYTES_SIZE];
};

static void give_secrets(struct secrets **secrets)
{
    key_memory_give(*secrets);
}

static struct status take_secrets(struct secrets **out)
{
    *out = key_memory_take(sizeof **out);
    return *out == NULL ? FAIL_BECAUSE(NO_MEMORY, sizeof **out, "no memory can be locked") : OK;
}

/* The pair of pointers holds no secret, but one kind of memory is enough. */
static struct status take_key(struct person_key **out)
{
    struct person_key *key = key_memory_take(sizeof *key);
    if (key == NULL) {
        return FAIL_BECAUSE(NO_MEMORY, sizeof *key, "no memory can be locked");
    }
    *key = (struct person_key){0};
    *out = key;
    return OK;
}

struct status person_key_make(const char *login, struct person_key **out)
{
    CLEANUP(person_key_close) struct person_key *key = NULL;
    TRY(take_key(&key));
    TRY(secret_key_make(KEY_ED25519, login, &key->signs));
    TRY(secret_bytes_make(&key->receives));
    *out = key;
    key = NULL;
    return OK;
}

void person_key_close(struct person_key **key)
{
    if (*key == NULL) {
        return;
    }
    secret_key_close(&(*key)->signs);
    secret_bytes_close(&(*key)->receives);
    key_memory_give(*key);
    *key = NULL;
}

const struct secret_key *person_key_signs(const struct person_key *key)
{
    return key->signs;
}

const struct secret_bytes *person_key_receives(const struct person_key *key)
{
    return key->receives;
}

/* Writing --------------------------------------------------------------------------------- */

/* All that comes after the box. */
static void put_rest(const struct person_key_label *label, const struct passphrase_lock *lock,
                     struct text *out)
{
    char memory[512];
    struct text key = TEXT_IN(memory);
    public_key_write(&label->key, &key);
    text_put_literal(out, "\"kdf\":\"argon2id\",\"key\":");
    canonical_put_string(out, text_bytes(&key));
    text_put_literal(out, ",\"memory_kib\":");
    text_put_u64(out, lock->memory_kib);
    text_put_literal(out, ",\"nonce\":");
    canonical_put_base64(out, BYTES(lock->nonce));
    text_put_literal(out, ",\"passes\":");
    text_put_u64(out, lock->passes);
    text_put_literal(out, ",\"receive_key\":");
    canonical_put_base64(out, BYTES(label->receive.data));
    text_put_literal(out, ",\"salt\":");
    canonical_put_base64(out, BYTES(lock->salt));
    text_put_literal(out, ",\"v\":1}");
}

/* What is authenticated with the box. */
static void put_beside(const struct person_key_label *label, const struct passphrase_lock *lock,
                       struct text *out)
{
    text_put_literal(out, DOMAIN "{");
    put_rest(label, lock, out);
}

struct status person_key_write(const struct person_key *key, struct bytes passphrase,
                               struct text *out)
{
    char memory[PERSON_KEY_MAX];
    struct text beside = TEXT_IN(memory);
    uint8_t box[BOX_SIZE];
    CLEANUP(give_secrets) struct secrets *secrets = NULL;
    const struct person_key_label label = {.key = *secret_key_public(key->signs),
                                           .receive = receive_key_of(key->receives)};
    struct passphrase_lock lock = passphrase_lock_make();
    TRY(take_secrets(&secrets));
    memcpy(secrets->signs, secret_key_data(key->signs), SECRET_KEY_SIZE);
    memcpy(secrets->receives, secret_bytes_data(key->receives), SECRET_BYTES_SIZE);
    put_beside(&label, &lock, &beside);
    TRY(passphrase_close_box(passphrase, &lock, text_bytes(&beside),
                             bytes_of(secrets, sizeof *secrets), box));
    text_put_literal(out, "{\"box\":");
    canonical_put_base64(out, BYTES(box));
    text_put_char(out, ',');
    put_rest(&label, &lock, out);
    text_put_char(out, '\n');
    return out->full || beside.full ? FAIL(LIMIT, PERSON_KEY_MAX) : OK;
}

struct status person_key_save(const struct person_key *key, struct bytes passphrase,
                              const char *path)
{
    char memory[PERSON_KEY_MAX];
    struct text text = TEXT_IN(memory);
    TRY(person_key_write(key, passphrase, &text));
    return key_file_save(text_bytes(&text), KEY_FILE_SECRET, path);
}

struct status person_key_replace(const struct person_key *key, struct bytes passphrase,
                                 const char *path)
{
    char memory[PERSON_KEY_MAX];
    struct text text = TEXT_IN(memory);
    TRY(person_key_write(key, passphrase, &text));
    return key_file_replace(text_bytes(&text), KEY_FILE_SECRET, path);
}

/* Reading --------------------------------------------------------------------------------- */

struct locked {
    uint8_t box[BOX_SIZE];
    struct passphrase_lock lock;
    struct person_key_label label;
};

/* A member that is exactly so many bytes in base64. */
static void read_exactly(struct canonical_reader *reader, uint8_t *out, size_t size)
{
    size_t got = 0;
    struct bytes text = canonical_plain(reader);
    if (failed(base64_read(text, out, size, &got)) || got != size) {
        canonical_fail(reader, "a member of the key file has not its size");
    }
}

static void read_key(struct canonical_reader *reader, struct public_key *out)
{
    uint8_t memory[PERSON_KEY_MAX];
    struct arena arena = ARENA_IN(memory);
    struct bytes text = canonical_string(reader, &arena);
    struct status status = reader->why == NULL ? public_key_read(text, out) : OK;
    if (failed(status)) {
        canonical_fail(reader, status.why != NULL ? status.why : "this is no public key");
    }
}

static void read_head(struct canonical_reader *reader, struct locked *out)
{
    canonical_open_object(reader);
    CANONICAL_REQUIRE(reader, "box");
    read_exactly(reader, out->box, sizeof out->box);
    CANONICAL_REQUIRE(reader, "kdf");
    if (!bytes_equal(canonical_plain(reader), LITERAL("argon2id"))) {
        canonical_fail(reader, "the key file is locked in an unknown way");
    }
    CANONICAL_REQUIRE(reader, "key");
    read_key(reader, &out->label.key);
}

static void read_tail(struct canonical_reader *reader, struct locked *out)
{
    uint8_t receive[WRAP_KEY_SIZE];
    CANONICAL_REQUIRE(reader, "memory_kib");
    out->lock.memory_kib = canonical_integer(reader);
    CANONICAL_REQUIRE(reader, "nonce");
    read_exactly(reader, out->lock.nonce, sizeof out->lock.nonce);
    CANONICAL_REQUIRE(reader, "passes");
    out->lock.passes = canonical_integer(reader);
    CANONICAL_REQUIRE(reader, "receive_key");
    read_exactly(reader, receive, sizeof receive);
    if (reader->why == NULL && failed(receive_key_read(BYTES(receive), &out->label.receive))) {
        canonical_fail(reader, "this is no key to receive with");
    }
    CANONICAL_REQUIRE(reader, "salt");
    read_exactly(reader, out->lock.salt, sizeof out->lock.salt);
    CANONICAL_REQUIRE(reader, "v");
    if (canonical_integer(reader) != 1) {
        canonical_fail(reader, "the key file is of an unknown version");
    }
    canonical_close_object(reader);
}

static struct status read_locked(struct bytes text, struct locked *out)
{
    struct canonical_reader reader;
    if (text.size > 0 && text.data[text.size - 1] == '\n') {
        text.size--;
    }
    reader = canonical_reader_of(text);
    read_head(&reader, out);
    read_tail(&reader, out);
    TRY(canonical_end(&reader));
    return passphrase_lock_is_valid(&out->lock)
               ? OK
               : FAIL_BECAUSE(MALFORMED, 0, "the lock costs less or more than a lock may cost");
}

/* From what was in the box to keys, which must be those on the label. */
static struct status open_secrets(const struct secrets *secrets,
                                  const struct person_key_label *label, struct person_key *key)
{
    TRY(secret_key_from(label->key.type, label->key.name, secrets->signs, &key->signs));
    TRY(secret_bytes_copy(secrets->receives, &key->receives));
    const struct public_key *signs = secret_key_public(key->signs);
    const struct receive_key receive = receive_key_of(key->receives);
    if (!bytes_equal(bytes_of(signs->data, signs->size),
                     bytes_of(label->key.data, label->key.size)) ||
        memcmp(receive.data, label->receive.data, sizeof receive.data) != 0) {
        return FAIL_BECAUSE(KEY, 0, "the key file's halves do not belong together");
    }
    return OK;
}

struct status person_key_read(struct bytes text, struct bytes passphrase, struct person_key **out)
{
    struct locked locked = {0};
    char memory[PERSON_KEY_MAX];
    struct text beside = TEXT_IN(memory);
    CLEANUP(give_secrets) struct secrets *secrets = NULL;
    CLEANUP(person_key_close) struct person_key *key = NULL;
    TRY(read_locked(text, &locked));
    put_beside(&locked.label, &locked.lock, &beside);
    TRY(take_secrets(&secrets));
    TRY(passphrase_open_box(passphrase, &locked.lock, text_bytes(&beside), BYTES(locked.box),
                            (uint8_t *)secrets));
    TRY(take_key(&key));
    TRY(open_secrets(secrets, &locked.label, key));
    *out = key;
    key = NULL;
    return OK;
}

struct status person_key_peek(struct bytes text, struct person_key_label *out)
{
    struct locked locked = {0};
    TRY(read_locked(text, &locked));
    *out = locked.label;
    return OK;
}

struct status person_key_load(const char *path, struct text *text, struct person_key_label *out)
{
    char memory[PERSON_KEY_MAX];
    size_t size;
    TRY(key_file_load(path, KEY_FILE_SECRET, memory, sizeof memory, &size));
    TRY(person_key_peek(bytes_of(memory, size), out));
    text_put(text, memory, size);
    return text->full ? FAIL(LIMIT, PERSON_KEY_MAX) : OK;
}
