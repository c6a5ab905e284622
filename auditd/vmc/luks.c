#include "auditd/vmc/luks.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libcryptsetup.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    PIECE = 64 << 10,
    TAIL = 1 << 20,
    VOLUME_KEY_SIZE = 64, /* AES-256 twice, for XTS */
    QUICK_ROUNDS = 1000,
    ARGON_KIB = 32 << 10, /* of memory: machines may be small, and the key is random anyway */
    ARGON_ROUNDS = 4,
};

static void close_device(struct crypt_device **device)
{
    crypt_free(*device);
    *device = NULL;
}

static void close_file(int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
    }
}

static void free_memory(uint8_t **memory)
{
    free(*memory);
}

/* libcryptsetup answers with negated errno, and a slot or 0 where it is well. */
static struct status result(int answer, const char *why)
{
    switch (answer < 0 ? -answer : 0) {
    case 0:
        return OK;
    case EPERM:
        return FAIL_BECAUSE(KEY, 0, "the key does not open this drive");
    case EEXIST:
    case EBUSY:
        return FAIL_BECAUSE(CONFLICT, 0, "the drive is in use");
    default:
        return FAIL_BECAUSE(IO, (uint64_t)-answer, why);
    }
}

/* Nobody reads a controller's standard output; failures are told by their callers. */
static void say_nothing(int level, const char *message, void *context)
{
    (void)level;
    (void)message;
    (void)context;
}

static struct status device_of(const char *path, struct crypt_device **out)
{
    crypt_set_log_callback(NULL, say_nothing, NULL);
    return result(crypt_init(out, path), "the device cannot be opened");
}

/* Looking --------------------------------------------------------------------------------- */

static struct status is_zero(int fd, uint64_t from, uint64_t to, bool *out)
{
    CLEANUP(free_memory) uint8_t *memory = malloc(PIECE);
    if (memory == NULL) {
        return FAIL(NO_MEMORY, PIECE);
    }
    while (*out && from < to) {
        size_t wanted = to - from < PIECE ? (size_t)(to - from) : PIECE;
        ssize_t size = pread(fd, memory, wanted, (off_t)from);
        if (size <= 0) {
            return FAIL(IO, size < 0 ? (uint64_t)errno : EIO);
        }
        *out = memory[0] == 0 && memcmp(memory, memory + 1, (size_t)size - 1) == 0;
        from += (uint64_t)size;
    }
    return OK;
}

static struct status is_blank(const char *path, bool *out)
{
    CLEANUP(close_file) int fd = open(path, O_RDONLY | O_CLOEXEC);
    off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
    if (size < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    uint64_t end = (uint64_t)size, looked = end < LUKS_LOOKED ? end : LUKS_LOOKED;
    *out = end > 0;
    TRY(is_zero(fd, 0, looked, out));
    uint64_t tail = end < TAIL ? 0 : end - TAIL;
    return is_zero(fd, tail > looked ? tail : looked, end, out);
}

static void write_label(char out[static LUKS_NAME_MAX], const char *word, uint64_t drive)
{
    struct text text = {.data = out, .capacity = LUKS_NAME_MAX};
    text_add(&text, "cairn-%s-%" PRIu64, word, drive);
    (void)text_string(&text);
}

struct status luks_look(const char *path, uint64_t drive, enum luks_kind *out)
{
    CLEANUP(close_device) struct crypt_device *device = NULL;
    char ours[LUKS_NAME_MAX], new[LUKS_NAME_MAX];
    bool blank = false;
    *out = LUKS_FOREIGN;
    TRY(is_blank(path, &blank));
    if (blank) {
        *out = LUKS_BLANK;
        return OK;
    }
    TRY(device_of(path, &device));
    if (crypt_load(device, CRYPT_LUKS2, NULL) < 0) {
        return OK;
    }
    write_label(ours, "drive", drive);
    write_label(new, "new", drive);
    const char *label = crypt_get_label(device);
    if (label != NULL && strcmp(label, ours) == 0) {
        *out = LUKS_OURS;
    } else if (label != NULL && strcmp(label, new) == 0) {
        *out = LUKS_NEW;
    }
    return OK;
}

/* Formatting ------------------------------------------------------------------------------ */

static const char *key_of(const struct secret_bytes *key)
{
    return (const char *)secret_bytes_data(key);
}

static struct status format(struct crypt_device *device, const char *label,
                            const struct luks_stretching *stretching)
{
    const struct crypt_pbkdf_type quick = {.type = CRYPT_KDF_PBKDF2,
                                           .hash = "sha256",
                                           .iterations = QUICK_ROUNDS,
                                           .flags = CRYPT_PBKDF_NO_BENCHMARK};
    const struct crypt_pbkdf_type argon = {.type = CRYPT_KDF_ARGON2ID,
                                           .hash = "sha256",
                                           .iterations = ARGON_ROUNDS,
                                           .max_memory_kb = ARGON_KIB,
                                           .parallel_threads = 1,
                                           .flags = CRYPT_PBKDF_NO_BENCHMARK};
    const struct crypt_pbkdf_type *chosen = stretching->quick ? &quick : &argon;
    struct crypt_params_luks2 params = {
        .sector_size = 512, .label = label, .subsystem = "cairn", .pbkdf = chosen};
    TRY(result(crypt_set_pbkdf_type(device, chosen), "the stretching is not known here"));
    return result(crypt_format(device, CRYPT_LUKS2, "aes", "xts-plain64", NULL, NULL,
                               VOLUME_KEY_SIZE, &params),
                  "the drive cannot be formatted");
}

struct status luks_format(const char *path, uint64_t drive, const struct secret_bytes *key,
                          const struct luks_stretching *stretching, struct text *uuid)
{
    CLEANUP(close_device) struct crypt_device *device = NULL;
    char label[LUKS_NAME_MAX];
    write_label(label, "new", drive);
    TRY(device_of(path, &device));
    TRY(format(device, label, stretching));
    TRY(result(crypt_keyslot_add_by_volume_key(device, 0, NULL, 0, key_of(key), SECRET_BYTES_SIZE),
               "the key cannot be set"));
    text_clear(uuid);
    text_put_string(uuid, crypt_get_uuid(device));
    return OK;
}

/* Opening --------------------------------------------------------------------------------- */

static struct status load(const char *path, struct crypt_device **out)
{
    TRY(device_of(path, out));
    return result(crypt_load(*out, CRYPT_LUKS2, NULL), "the drive has no header of LUKS2");
}

struct status luks_finish(const char *path, uint64_t drive)
{
    CLEANUP(close_device) struct crypt_device *device = NULL;
    char label[LUKS_NAME_MAX];
    write_label(label, "drive", drive);
    TRY(load(path, &device));
    return result(crypt_set_label(device, label, "cairn"), "the label cannot be written");
}

static struct status activate(const char *path, const char *name, const struct secret_bytes *key,
                              uint32_t flags)
{
    CLEANUP(close_device) struct crypt_device *device = NULL;
    TRY(load(path, &device));
    return result(crypt_activate_by_passphrase(device, name, CRYPT_ANY_SLOT, key_of(key),
                                               SECRET_BYTES_SIZE, flags),
                  "the drive cannot be opened");
}

struct status luks_test(const char *path, const struct secret_bytes *key)
{
    return activate(path, NULL, key, 0);
}

struct status luks_open(const char *path, const char *name, const struct secret_bytes *key,
                        bool read_only)
{
    return activate(path, name, key, read_only ? CRYPT_ACTIVATE_READONLY : 0);
}

struct status luks_close(const char *name)
{
    CLEANUP(close_device) struct crypt_device *device = NULL;
    TRY(result(crypt_init_by_name(&device, name), "the drive is not open"));
    return result(crypt_deactivate(device, name), "the drive cannot be closed");
}
