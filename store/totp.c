#include "store/totp.h"

#include "store/directory.h"
#include "store/key.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <liboath/oath.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD "cairn-totp-v1\n"

enum {
    BASE32_SIZE = 32, /* characters of a secret: no padding is needed */
    FILE_MAX = 160,   /* bytes of a user's file */
    WINDOW = 1,       /* steps before and after the present one */
};

/* A user's file: HEAD, then the secret, the last step accepted, and how often it was tried in which
 * step, each on its line. */
struct record {
    struct totp_secret secret;
    uint64_t accepted; /* step; 0: none yet */
    uint64_t tried, tries;
};

static void close_file(int *file)
{
    if (*file >= 0) {
        (void)close(*file);
    }
}

static void free_text(char **text)
{
    free(*text);
}

static struct status io_failure(void)
{
    int error = errno;
    return error == ENOENT ? FAIL(NOT_FOUND, 0) : FAIL(IO, (uint64_t)error);
}

void totp_secret_wipe(struct totp_secret *secret)
{
    explicit_bzero(secret->data, sizeof secret->data);
}

/* Base32 ---------------------------------------------------------------------------------- */

static struct status put_base32(const struct totp_secret *secret, struct text *out)
{
    CLEANUP(free_text) char *text = NULL;
    size_t size = 0;
    if (oath_base32_encode((const char *)secret->data, sizeof secret->data, &text, &size) !=
            OATH_OK ||
        size != BASE32_SIZE) {
        return FAIL_BECAUSE(NO_MEMORY, 0, "liboath writes no base32");
    }
    text_put(out, text, size);
    explicit_bzero(text, size);
    return OK;
}

static struct status read_base32(struct bytes text, struct totp_secret *out)
{
    CLEANUP(free_text) char *data = NULL;
    size_t size = 0;
    if (text.size != BASE32_SIZE ||
        oath_base32_decode((const char *)text.data, text.size, &data, &size) != OATH_OK ||
        size != sizeof out->data) {
        return FAIL_BECAUSE(MALFORMED, 0, "the secret is not 32 characters of base32");
    }
    memcpy(out->data, data, size);
    explicit_bzero(data, size);
    return OK;
}

/* The file -------------------------------------------------------------------------------- */

static struct status put_record(const struct record *record, struct text *out)
{
    text_put_literal(out, HEAD);
    TRY(put_base32(&record->secret, out));
    text_add(out, "\n%" PRIu64 "\n%" PRIu64 " %" PRIu64 "\n", record->accepted, record->tried,
             record->tries);
    return out->full ? FAIL(LIMIT, FILE_MAX) : OK;
}

/* Takes what stands before `end` off the text. */
static struct bytes cut(struct bytes *text, char end)
{
    const uint8_t *at = text->size == 0 ? NULL : memchr(text->data, end, text->size);
    size_t size = at == NULL ? text->size : (size_t)(at - text->data);
    struct bytes piece = bytes_of(text->data, size);
    size += at == NULL ? 0 : 1;
    *text = bytes_of(text->data + size, text->size - size);
    return piece;
}

static struct status read_record(struct bytes text, struct record *out)
{
    const struct bytes head = LITERAL(HEAD);
    struct record record = {0};
    if (text.size < head.size || memcmp(text.data, head.data, head.size) != 0) {
        return FAIL_BECAUSE(CORRUPT, 0, "the file of the second factor is damaged");
    }
    text = bytes_of(text.data + head.size, text.size - head.size);
    if (failed(read_base32(cut(&text, '\n'), &record.secret)) ||
        !text_read_u64(cut(&text, '\n'), &record.accepted) ||
        !text_read_u64(cut(&text, ' '), &record.tried) ||
        !text_read_u64(cut(&text, '\n'), &record.tries) || text.size != 0) {
        return FAIL_BECAUSE(CORRUPT, 0, "the file of the second factor is damaged");
    }
    *out = record;
    return OK;
}

static struct text name_of(uint64_t user, char *memory, size_t capacity, const char *ending)
{
    struct text name = {.data = memory, .capacity = capacity};
    text_add(&name, "%" PRIu64 "%s", user, ending);
    (void)text_string(&name);
    return name;
}

static struct status load(int directory, uint64_t user, struct record *out)
{
    char memory[32], text[FILE_MAX];
    struct text name = name_of(user, memory, sizeof memory, "");
    CLEANUP(close_file)
    int file = openat(directory, name.data, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0) {
        return io_failure();
    }
    ssize_t size = read(file, text, sizeof text);
    if (size < 0) {
        return io_failure();
    }
    struct status status = read_record(bytes_of(text, (size_t)size), out);
    explicit_bzero(text, sizeof text);
    return status;
}

static struct status fill(int directory, const char *name, struct bytes bytes)
{
    CLEANUP(close_file)
    int file = openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) {
        return io_failure();
    }
    ssize_t written = write(file, bytes.data, bytes.size);
    if (written != (ssize_t)bytes.size) {
        return FAIL(IO, written < 0 ? (uint64_t)errno : ENOSPC);
    }
    return fsync(file) == 0 ? OK : io_failure();
}

/* The file as it was or as it shall be, whatever happens in between. */
static struct status save(int directory, uint64_t user, const struct record *record)
{
    char memory[32], new_memory[40], data[FILE_MAX];
    struct text name = name_of(user, memory, sizeof memory, "");
    struct text new_name = name_of(user, new_memory, sizeof new_memory, ".new");
    struct text text = TEXT_IN(data);
    TRY(put_record(record, &text));
    struct status status = fill(directory, new_name.data, text_bytes(&text));
    explicit_bzero(data, sizeof data);
    TRY(status);
    if (renameat(directory, new_name.data, directory, name.data) != 0) {
        return io_failure();
    }
    return directory_sync(directory);
}

/* Closing the descriptor lets the lock go. */
static struct status lock(const char *path, int *out)
{
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) {
        return io_failure();
    }
    while (flock(directory, LOCK_EX) != 0) {
        if (errno != EINTR) {
            struct status status = io_failure();
            (void)close(directory);
            return status;
        }
    }
    *out = directory;
    return OK;
}

void totp_secret_make(struct totp_secret *out)
{
    key_random(out->data, sizeof out->data);
}

struct status totp_enrol(const char *path, uint64_t user, const struct totp_secret *secret)
{
    char memory[32];
    struct text name = name_of(user, memory, sizeof memory, "");
    struct record record = {.secret = *secret};
    CLEANUP(close_file) int directory = -1;
    TRY(lock(path, &directory));
    if (directory_has(directory, name.data)) {
        return FAIL_BECAUSE(EXISTS, user, "this user has a second factor already");
    }
    struct status status = save(directory, user, &record);
    totp_secret_wipe(&record.secret);
    return status;
}

struct status totp_forget(const char *path, uint64_t user)
{
    char memory[32];
    struct text name = name_of(user, memory, sizeof memory, "");
    CLEANUP(close_file) int directory = -1;
    TRY(lock(path, &directory));
    if (unlinkat(directory, name.data, 0) != 0) {
        return io_failure();
    }
    return directory_sync(directory);
}

/* Codes ----------------------------------------------------------------------------------- */

static bool is_code(struct bytes code)
{
    for (size_t i = 0; i < code.size; i++) {
        if (code.data[i] < '0' || code.data[i] > '9') {
            return false;
        }
    }
    return code.size == TOTP_CODE_SIZE;
}

/* The step that the code is of, among those that count; false if it is of none. */
static bool find_step(const struct totp_secret *secret, uint64_t utc_us, struct bytes code,
                      uint64_t *step)
{
    char text[TOTP_CODE_SIZE + 1] = {0};
    int position;
    if (!is_code(code) || oath_init() != OATH_OK) {
        return false;
    }
    memcpy(text, code.data, TOTP_CODE_SIZE);
    int found = oath_totp_validate3((const char *)secret->data, sizeof secret->data,
                                    (time_t)(utc_us / 1000000), TOTP_STEP_S, 0, WINDOW, &position,
                                    step, text);
    (void)oath_done();
    return found >= 0;
}

/* Looks at one code; `record` then says what is to be kept of that. */
static struct status try_code(struct record *record, uint64_t utc_us, struct bytes code,
                              uint64_t *step)
{
    uint64_t now = utc_us / 1000000 / TOTP_STEP_S;
    record->tries = record->tried == now ? record->tries + 1 : 1;
    record->tried = now;
    if (!find_step(&record->secret, utc_us, code, step)) {
        return FAIL_BECAUSE(KEY, 0, "this is not the code of now");
    }
    if (*step <= record->accepted) {
        return FAIL_BECAUSE(KEY, 0, "this code has been used: wait for the next one");
    }
    record->accepted = *step;
    record->tries = 0;
    return OK;
}

struct status totp_check(const char *path, uint64_t user, uint64_t utc_us, struct bytes code,
                         uint64_t *step)
{
    struct record record;
    uint64_t found = 0;
    CLEANUP(close_file) int directory = -1;
    TRY(lock(path, &directory));
    TRY(load(directory, user, &record));
    struct status status = OK;
    if (record.tried == utc_us / 1000000 / TOTP_STEP_S && record.tries >= TOTP_TRIES_MAX) {
        status = FAIL_BECAUSE(KEY, 0, "too many codes were tried: wait for half a minute");
    } else {
        status = try_code(&record, utc_us, code, &found);
        struct status saved = save(directory, user, &record);
        status = failed(saved) ? saved : status;
    }
    totp_secret_wipe(&record.secret);
    if (!failed(status)) {
        *step = found;
    }
    return status;
}

struct status totp_code(const struct totp_secret *secret, uint64_t utc_us, struct text *out)
{
    char code[TOTP_CODE_SIZE + 1];
    if (oath_init() != OATH_OK) {
        return FAIL_BECAUSE(KEY, 0, "liboath does not start");
    }
    int made = oath_totp_generate((const char *)secret->data, sizeof secret->data,
                                  (time_t)(utc_us / 1000000), TOTP_STEP_S, 0, TOTP_CODE_SIZE, code);
    (void)oath_done();
    if (made != OATH_OK) {
        return FAIL_BECAUSE(KEY, 0, "liboath makes no code");
    }
    text_put(out, code, TOTP_CODE_SIZE);
    return OK;
}

/* Authenticators -------------------------------------------------------------------------- */

/* RFC 3986: all but the unreserved characters as %XX. */
static void put_escaped(struct text *out, struct bytes bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        uint8_t c = bytes.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            text_put_char(out, (char)c);
        } else {
            text_add(out, "%%%02X", c);
        }
    }
}

void totp_uri(const struct totp_secret *secret, struct bytes issuer, struct bytes login,
              struct text *out)
{
    text_put_literal(out, "otpauth://totp/");
    put_escaped(out, issuer);
    text_put_char(out, ':');
    put_escaped(out, login);
    text_put_literal(out, "?secret=");
    if (failed(put_base32(secret, out))) {
        out->full = true;
    }
    text_put_literal(out, "&issuer=");
    put_escaped(out, issuer);
    text_put_literal(out, "&algorithm=SHA1&digits=6&period=30");
}

struct status totp_uri_read(struct bytes uri, struct totp_secret *out)
{
    const struct bytes head = LITERAL("otpauth://totp/");
    const struct bytes member = LITERAL("secret=");
    if (uri.size < head.size || memcmp(uri.data, head.data, head.size) != 0) {
        return FAIL_BECAUSE(MALFORMED, 0, "this is not what an authenticator is told");
    }
    (void)cut(&uri, '?');
    uri = cut(&uri, '\n');
    while (uri.size > 0) {
        struct bytes piece = cut(&uri, '&');
        if (piece.size > member.size && memcmp(piece.data, member.data, member.size) == 0) {
            return read_base32(bytes_of(piece.data + member.size, piece.size - member.size), out);
        }
    }
    return FAIL_BECAUSE(MALFORMED, 0, "there is no secret in it");
}
