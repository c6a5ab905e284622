#include "store/key.h"

#include "store/hash.h"
#include "store/key_backend.h"
#include "store/key_file.h"

#include <stddef.h>

struct secret_key {
    const struct key_backend *backend;
    struct key_pair pair;
};

enum {
    ID_HEX_SIZE = 8,
    TEXT_MAX = 512, /* bytes of either textual form; the longest name leaves room */
};

#define SECRET_PREFIX "PRIVATE+KEY+"

/* The bytes of a file or line, in locked memory where they are secret. */
struct line {
    char data[TEXT_MAX];
    size_t size;
};

static const struct key_backend *backend_of(enum key_type type)
{
    switch (type) {
    case KEY_ED25519:
        return &key_ed25519;
    case KEY_ECDSA_P256:
        return &key_p256;
    }
    return NULL;
}

struct status key_library_start(void)
{
    TRY(key_sodium_start());
    return key_openssl_start();
}

/* Names and ids ------------------------------------------------------------------------------- */

/* Whether Unicode white space beyond ASCII begins here; `left` bytes of UTF-8 are there. */
static bool is_wide_space(const uint8_t *p, size_t left)
{
    if (left >= 2 && p[0] == 0xc2) {
        return p[1] == 0x85 || p[1] == 0xa0;
    }
    if (left < 3) {
        return false;
    }
    uint32_t three = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
    return three == 0xe19a80 || (three >= 0xe28080 && three <= 0xe2808a) || three == 0xe280a8 ||
           three == 0xe280a9 || three == 0xe280af || three == 0xe2819f || three == 0xe38080;
}

bool key_name_is_valid(struct bytes name)
{
    if (name.size == 0 || name.size > ORIGIN_MAX || !text_is_utf8(name)) {
        return false;
    }
    for (size_t i = 0; i < name.size; i++) {
        uint8_t c = name.data[i];
        if (c <= ' ' || c == '+' || c == 0x7f || is_wide_space(name.data + i, name.size - i)) {
            return false;
        }
    }
    return true;
}

static void set_name(struct public_key *key, struct bytes name)
{
    memcpy(key->name, name.data, name.size);
    key->name[name.size] = '\0';
}

/* The key hash of signed-note; P-256 is its historical exception. */
static struct status compute_id(struct public_key *key)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    TRY(hasher_open(&hasher));
    const uint8_t separator[] = {'\n', (uint8_t)key->type};
    const struct bytes pieces[] = {bytes_of_string(key->name), BYTES(separator),
                                   bytes_of(key->data, key->size)};
    struct digest digest = key->type == KEY_ECDSA_P256 ? hash_bytes(hasher, pieces[2])
                                                       : hash_pieces(hasher, pieces, 3);
    key->id = bytes_read_u32(digest.sha256);
    return OK;
}

/* Texts --------------------------------------------------------------------------------------- */

/* name+hash+base64, cut at its first two '+'; base64 may hold more of them. */
struct key_text {
    struct bytes name;
    uint32_t id;
    struct bytes base64;
};

static bool is_lower_hex(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] >= 'A' && text.data[i] <= 'F') {
            return false;
        }
    }
    return true;
}

static struct status cut_text(struct bytes text, struct key_text *out)
{
    const uint8_t *plus = text.size == 0 ? NULL : memchr(text.data, '+', text.size);
    if (plus == NULL) {
        return FAIL_BECAUSE(MALFORMED, text.size, "a key is name+hash+base64");
    }
    size_t at = (size_t)(plus - text.data);
    struct bytes name = bytes_of(text.data, at);
    if (!key_name_is_valid(name)) {
        return FAIL_BECAUSE(MALFORMED, 0, "the key's name has a forbidden character or length");
    }
    at++;
    if (text.size - at < ID_HEX_SIZE + 1 || text.data[at + ID_HEX_SIZE] != '+') {
        return FAIL_BECAUSE(MALFORMED, at, "the key's hash is not eight digits");
    }
    uint8_t id[ID_HEX_SIZE / 2];
    size_t id_size;
    struct bytes hex = bytes_of(text.data + at, ID_HEX_SIZE);
    if (failed(hex_read(hex, id, sizeof id, &id_size)) || !is_lower_hex(hex)) {
        return FAIL_BECAUSE(MALFORMED, at, "the key's hash is not eight digits");
    }
    at += ID_HEX_SIZE + 1;
    *out = (struct key_text){
        .name = name, .id = bytes_read_u32(id), .base64 = bytes_of(text.data + at, text.size - at)};
    return OK;
}

static void put_key_head(const struct public_key *key, struct text *out)
{
    text_add(out, "%s+%08x+", key->name, key->id);
}

void public_key_write(const struct public_key *key, struct text *out)
{
    uint8_t typed[1 + PUBLIC_KEY_MAX];
    typed[0] = (uint8_t)key->type;
    memcpy(typed + 1, key->data, key->size);
    put_key_head(key, out);
    text_put_base64(out, bytes_of(typed, 1 + key->size));
}

struct status public_key_read(struct bytes text, struct public_key *out)
{
    struct key_text cut;
    uint8_t typed[1 + PUBLIC_KEY_MAX];
    size_t size;
    TRY(cut_text(text, &cut));
    size_t at = text.size - cut.base64.size;
    if (failed(base64_read(cut.base64, typed, sizeof typed, &size)) || size == 0) {
        return FAIL_BECAUSE(MALFORMED, at, "the key is not base64 in its one canonical form");
    }
    const struct key_backend *backend = backend_of((enum key_type)typed[0]);
    if (backend == NULL) {
        return FAIL_BECAUSE(MALFORMED, at, "the key is of an unknown algorithm");
    }
    struct public_key key = {.type = (enum key_type)typed[0], .size = size - 1};
    memcpy(key.data, typed + 1, key.size);
    set_name(&key, cut.name);
    struct status status = backend->check_public(&key);
    if (status.code == STATUS_KEY) {
        return FAIL_BECAUSE(MALFORMED, at, "this is no public key of its algorithm");
    }
    TRY(status);
    TRY(compute_id(&key));
    if (key.id != cut.id) {
        return FAIL_BECAUSE(MALFORMED, cut.name.size + 1, "the key's hash is another key's");
    }
    *out = key;
    return OK;
}

struct status public_key_verify(const struct public_key *key, struct bytes message,
                                struct bytes signature)
{
    const struct key_backend *backend = backend_of(key->type);
    return backend == NULL ? FAIL(BAD_SIGNATURE, 0) : backend->verify(key, message, signature);
}

/* Secret keys --------------------------------------------------------------------------------- */

void secret_key_close(struct secret_key **key)
{
    if (*key == NULL) {
        return;
    }
    (*key)->backend->close(&(*key)->pair);
    key_memory_give(*key);
    *key = NULL;
}

static struct status take_key(enum key_type type, struct bytes name, struct secret_key **out)
{
    const struct key_backend *backend = backend_of(type);
    if (backend == NULL) {
        return FAIL_BECAUSE(KEY, 0, "the key is of an unknown algorithm");
    }
    struct secret_key *key = key_memory_take(sizeof *key);
    if (key == NULL) {
        return FAIL_BECAUSE(NO_MEMORY, sizeof *key, "no memory can be locked");
    }
    memset(key, 0, sizeof *key);
    key->backend = backend;
    key->pair.public.type = type;
    set_name(&key->pair.public, name);
    *out = key;
    return OK;
}

/* From the secret to a key that can sign, and nothing can write over. */
static struct status open_key(struct secret_key *key)
{
    TRY(key->backend->open(&key->pair));
    TRY(compute_id(&key->pair.public));
    key_memory_seal(key);
    return OK;
}

struct status secret_key_make(enum key_type type, const char *name, struct secret_key **out)
{
    CLEANUP(secret_key_close) struct secret_key *key = NULL;
    if (!key_name_is_valid(bytes_of_string(name))) {
        return FAIL_BECAUSE(MALFORMED, 0, "the key's name has a forbidden character or length");
    }
    TRY(take_key(type, bytes_of_string(name), &key));
    TRY(key->backend->make(&key->pair));
    TRY(open_key(key));
    *out = key;
    key = NULL;
    return OK;
}

const struct public_key *secret_key_public(const struct secret_key *key)
{
    return &key->pair.public;
}

struct status secret_key_sign(const struct secret_key *key, struct bytes message,
                              struct signature *out)
{
    return key->backend->sign(&key->pair, message, out);
}

struct status secret_key_from(enum key_type type, const char *name,
                              const uint8_t secret[static SECRET_KEY_SIZE], struct secret_key **out)
{
    CLEANUP(secret_key_close) struct secret_key *key = NULL;
    if (!key_name_is_valid(bytes_of_string(name))) {
        return FAIL_BECAUSE(MALFORMED, 0, "the key's name has a forbidden character or length");
    }
    TRY(take_key(type, bytes_of_string(name), &key));
    memcpy(key->pair.secret, secret, SECRET_KEY_SIZE);
    TRY(open_key(key));
    *out = key;
    key = NULL;
    return OK;
}

const uint8_t *secret_key_data(const struct secret_key *key)
{
    return key->pair.secret;
}

/* base64(type || secret), by way of `expanded`, which is locked and not in use yet. */
static struct status read_secret(struct key_pair *pair, struct bytes base64)
{
    size_t size;
    if (failed(base64_read(base64, pair->expanded, sizeof pair->expanded, &size)) ||
        size != 1 + SECRET_KEY_SIZE || pair->expanded[0] != pair->public.type) {
        return FAIL_BECAUSE(KEY, 0, "the secret is not base64 of a type and 32 bytes");
    }
    memcpy(pair->secret, pair->expanded + 1, SECRET_KEY_SIZE);
    return OK;
}

/* The type is in the first byte, hence in the first characters of the base64. */
static struct status read_type(struct bytes base64, enum key_type *out)
{
    uint8_t first[3];
    size_t size;
    if (base64.size < 4 || failed(base64_read(bytes_of(base64.data, 4), first, 3, &size))) {
        return FAIL_BECAUSE(KEY, 0, "the secret is not base64 of a type and 32 bytes");
    }
    *out = (enum key_type)first[0];
    return OK;
}

struct status secret_key_read(struct bytes text, struct secret_key **out)
{
    const struct bytes prefix = LITERAL(SECRET_PREFIX);
    if (text.size < prefix.size || memcmp(text.data, prefix.data, prefix.size) != 0) {
        return FAIL_BECAUSE(KEY, 0, "a secret key begins with " SECRET_PREFIX);
    }
    struct key_text cut;
    struct status status =
        cut_text(bytes_of(text.data + prefix.size, text.size - prefix.size), &cut);
    if (failed(status)) {
        return FAIL_BECAUSE(KEY, 0, status.why);
    }
    enum key_type type;
    TRY(read_type(cut.base64, &type));
    CLEANUP(secret_key_close) struct secret_key *key = NULL;
    TRY(take_key(type, cut.name, &key));
    TRY(read_secret(&key->pair, cut.base64));
    TRY(open_key(key));
    if (key->pair.public.id != cut.id) {
        return FAIL_BECAUSE(KEY, 0, "the key's hash is another key's");
    }
    *out = key;
    key = NULL;
    return OK;
}

/* Files --------------------------------------------------------------------------------------- */

static void give_line(struct line **line)
{
    key_memory_give(*line);
}

static void give_bytes(uint8_t **bytes)
{
    key_memory_give(*bytes);
}

/* The line of a secret key, for its file. */
static struct status write_line(const struct secret_key *key, struct line *line)
{
    CLEANUP(give_bytes) uint8_t *typed = key_memory_take(40);
    if (typed == NULL) {
        return FAIL_BECAUSE(NO_MEMORY, 40, "no memory can be locked");
    }
    typed[0] = (uint8_t)key->pair.public.type;
    memcpy(typed + 1, key->pair.secret, SECRET_KEY_SIZE);
    struct text text = TEXT_IN(line->data);
    text_put_literal(&text, SECRET_PREFIX);
    put_key_head(&key->pair.public, &text);
    text_put_base64(&text, bytes_of(typed, 1 + SECRET_KEY_SIZE));
    text_put_char(&text, '\n');
    line->size = text.size;
    return text.full ? FAIL(LIMIT, TEXT_MAX) : OK;
}

struct status secret_key_save(const struct secret_key *key, const char *path)
{
    CLEANUP(give_line) struct line *line = key_memory_take(sizeof *line);
    if (line == NULL) {
        return FAIL_BECAUSE(NO_MEMORY, sizeof *line, "no memory can be locked");
    }
    TRY(write_line(key, line));
    return key_file_save(bytes_of(line->data, line->size), KEY_FILE_SECRET, path);
}

struct status secret_key_load(const char *path, struct secret_key **out)
{
    CLEANUP(give_line) struct line *line = key_memory_take(sizeof *line);
    if (line == NULL) {
        return FAIL_BECAUSE(NO_MEMORY, sizeof *line, "no memory can be locked");
    }
    TRY(key_file_load(path, KEY_FILE_SECRET, line->data, sizeof line->data, &line->size));
    if (line->size > 0 && line->data[line->size - 1] == '\n') {
        line->size--;
    }
    return secret_key_read(bytes_of(line->data, line->size), out);
}

struct status public_key_load(const char *path, struct public_key *out)
{
    struct line line;
    TRY(key_file_load(path, KEY_FILE_PUBLIC, line.data, sizeof line.data, &line.size));
    const char *end = memchr(line.data, '\n', line.size);
    return public_key_read(bytes_of(line.data, end == NULL ? line.size : (size_t)(end - line.data)),
                           out);
}
