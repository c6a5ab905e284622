/* What a drive's key is needed for: making a drive, sharing it, wrapping its key anew. */
#include "core/drive/drive.h"
#include "tools/drive/drive_keys.h"
#include "tools/vault/keys.h"
#include "tools/verbs.h"

/* Create ---------------------------------------------------------------------------------- */

/* 512M, 4G, 1T; MiB and so on say the same. */
static bool read_size(const char *text, uint64_t *out)
{
    static const struct {
        const char *unit;
        uint64_t size;
    } units[] = {
        {"M", DRIVE_MIB},         {"MiB", DRIVE_MIB},     {"G", DRIVE_MIB << 10},
        {"GiB", DRIVE_MIB << 10}, {"T", DRIVE_MIB << 20}, {"TiB", DRIVE_MIB << 20},
    };
    const size_t digits = strspn(text, "0123456789");
    uint64_t number;
    if (!text_read_u64(bytes_of((const uint8_t *)text, digits), &number)) {
        return false;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(text + digits, units[i].unit) == 0) {
            return !__builtin_mul_overflow(number, units[i].size, out);
        }
    }
    return false;
}

static enum exit_code read_kind(struct vault *vault, enum drive_kind *out)
{
    const char *kind = invocation_value(vault->invocation, "kind");
    *out = DRIVE_KIND_QCOW2;
    return kind == NULL || drive_kind_read(bytes_of_string(kind), out)
               ? EXIT_DONE
               : invocation_fail(vault->invocation, EXIT_USAGE, NULL, "--kind is raw or qcow2");
}

/* An option that names something, if it is given. */
static enum exit_code find_option(struct vault *vault, const char *option, enum id_kind kind,
                                  bool *given, struct id *out)
{
    const char *name = invocation_value(vault->invocation, option);
    *given = name != NULL;
    return name == NULL ? EXIT_DONE : vault_find(vault, name, kind, out);
}

static enum exit_code read_create(struct vault *vault, struct drive_create *out)
{
    const struct invocation *invocation = vault->invocation;
    const char *size = invocation_value(invocation, "size");
    bool has_pool = false;
    out->name = bytes_of_string(vault_argument(vault, 0));
    if (size == NULL || !read_size(size, &out->size)) {
        return invocation_fail(invocation, EXIT_USAGE, "like: --size 4G, --size 512M",
                               "how large? --size is a number of M, G or T");
    }
    enum exit_code code = find_option(vault, "pool", ID_POOL, &has_pool, &out->pool);
    if (code == EXIT_DONE && !has_pool) {
        code = invocation_fail(invocation, EXIT_USAGE, "`cairn list pool --where kind=drive`",
                               "where? --pool names a pool of drives");
    }
    code = code == EXIT_DONE ? read_kind(vault, &out->kind) : code;
    code = code == EXIT_DONE
               ? find_option(vault, "project", ID_PROJECT, &out->has_project, &out->project)
               : code;
    return code == EXIT_DONE ? find_option(vault, "team", ID_TEAM, &out->has_team, &out->team)
                             : code;
}

static enum exit_code create(struct vault *vault)
{
    CLEANUP(secret_bytes_close) struct secret_bytes *key = NULL;
    struct drive_create fields = {.size = 0};
    struct vault_wrapped wrapped;
    enum exit_code code = read_create(vault, &fields);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = secret_bytes_make(&key);
    if (failed(status)) {
        return vault_fail(vault, status, "making the key");
    }
    code = vault_wrap(vault, key, vault->standing.user, &wrapped);
    fields.wrapped = wrapped.digest;
    return code == EXIT_DONE ? vault_do(vault, COMMAND_DRIVE_CREATE,
                                        &(union command_fields){.drive_create = fields})
                             : code;
}

static enum exit_code run_create(struct invocation *invocation)
{
    return vault_visit(invocation, create);
}

static const struct option_info create_options[] = {
    OPERATOR_OPTIONS,
    {"pool", 0, "POOL", "the pool of drives that it is to lie in", false},
    {"size", 0, "SIZE", "whole mebibytes from 16M to 64T: 512M, 4G, 1T", false},
    {"kind", 0, "KIND", "raw, or qcow2, which takes only the room it needs (qcow2)", false},
    {"project", 0, "PROJECT", "the tag that it is born with; it is active in your session", false},
    {"team", 0, "TEAM", "the team of yours that it counts for; for good", false},
};

const struct verb verb_drive_create = {
    .name = "drive create",
    .about = "make a drive, with a key that nobody else has",
    .arguments = "NAME",
    .details =
        "The key is made here and wrapped for you; neither a server nor a host ever has it. The\n"
        "volume is made after the command, blank; the first machine that has the drive attached\n"
        "to write formats and encrypts it. `cairn drive show NAME` says how far it is.",
    .examples = "cairn drive create lab-drive --pool drives --size 4G\n"
                "cairn drive create scans --pool drives --size 1T --kind raw --project atlas",
    .purpose = PURPOSE_WRITE,
    OPTIONS(create_options),
    .guarded = true,
    .signs = true,
    .run = run_create,
};

/* Share ----------------------------------------------------------------------------------- */

/* A mode is always said: a share to write is none by accident (DRV-12). */
static enum exit_code read_mode(const struct vault *vault, enum drive_mode *out)
{
    const char *mode = invocation_value(vault->invocation, "mode");
    return mode != NULL && drive_mode_read(bytes_of_string(mode), out)
               ? EXIT_DONE
               : invocation_fail(vault->invocation, EXIT_USAGE, "like: --mode ro, --mode rw",
                                 "in which mode? --mode ro, to read, or --mode rw, to write");
}

static enum exit_code wrap_for(struct vault *vault, struct id drive, struct id holder,
                               struct vault_wrapped *out)
{
    CLEANUP(secret_bytes_close) struct secret_bytes *key = NULL;
    enum exit_code code = drive_fetch_key(vault, drive, (struct id){ID_NONE, 0}, &key);
    return code == EXIT_DONE ? vault_wrap(vault, key, holder, out) : code;
}

static enum exit_code share(struct vault *vault)
{
    struct drive_share fields = {.mode = DRIVE_MODE_RO};
    struct vault_wrapped wrapped;
    enum exit_code code = read_mode(vault, &fields.mode);
    code = code == EXIT_DONE ? vault_find(vault, vault_argument(vault, 0), ID_DRIVE, &fields.drive)
                             : code;
    code = code == EXIT_DONE ? vault_find_holder(vault, vault_argument(vault, 1), &fields.target)
                             : code;
    code = code == EXIT_DONE ? wrap_for(vault, fields.drive, fields.target, &wrapped) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    fields.wrapped = wrapped.digest;
    fields.has_epoch = wrapped.has_epoch;
    fields.epoch = wrapped.epoch;
    return vault_do(vault, COMMAND_DRIVE_SHARE, &(union command_fields){.drive_share = fields});
}

static enum exit_code run_share(struct invocation *invocation)
{
    return vault_visit(invocation, share);
}

static const struct option_info share_options[] = {
    OPERATOR_OPTIONS,
    {"mode", 0, "MODE", "ro, to read, or rw, to write; there is no standard", false},
};

const struct verb verb_drive_share = {
    .name = "drive share",
    .about = "share a drive, to read or to write",
    .arguments = "DRIVE WHO",
    .details =
        "WHO is a user, or @GROUP. The drive's key is fetched, which is logged, and wrapped for\n"
        "them. Whoever has it to write may share it on to write. Again with another mode changes\n"
        "the mode; `cairn drive unshare` ends it.",
    .examples = "cairn drive share lab-drive bob --mode ro\n"
                "cairn drive share ann/lab-drive @genomes --mode rw",
    .purpose = PURPOSE_WRITE,
    OPTIONS(share_options),
    .guarded = true,
    .signs = true,
    .run = run_share,
};

/* Deposit --------------------------------------------------------------------------------- */

static enum exit_code deposit(struct vault *vault)
{
    struct drive_key_deposit fields = {.epoch = 0};
    struct vault_wrapped wrapped;
    enum exit_code code = vault_find(vault, vault_argument(vault, 0), ID_DRIVE, &fields.drive);
    code = code == EXIT_DONE ? vault_find_holder(vault, vault_argument(vault, 1), &fields.holder)
                             : code;
    code = code == EXIT_DONE ? wrap_for(vault, fields.drive, fields.holder, &wrapped) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    fields.wrapped = wrapped.digest;
    fields.has_epoch = wrapped.has_epoch;
    fields.epoch = wrapped.epoch;
    return vault_do(vault, COMMAND_DRIVE_KEY_DEPOSIT,
                    &(union command_fields){.drive_key_deposit = fields});
}

static enum exit_code run_deposit(struct invocation *invocation)
{
    return vault_visit(invocation, deposit);
}

static const struct option_info deposit_options[] = {OPERATOR_OPTIONS};

const struct verb verb_drive_deposit = {
    .name = "drive deposit",
    .about = "wrap a drive's key anew for a holder, as after a group has a new key",
    .arguments = "DRIVE WHO",
    .details = "WHO is a user, or @GROUP, that the drive is shared with already.",
    .examples = "cairn drive deposit lab-drive @genomes",
    .purpose = PURPOSE_WRITE,
    OPTIONS(deposit_options),
    .guarded = true,
    .signs = true,
    .run = run_deposit,
};
