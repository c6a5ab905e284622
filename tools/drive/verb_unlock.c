/* Drives within a machine: opened with a key that goes there and nowhere else, and closed. */
#include "core/drive/drive.h"
#include "tools/drive/drive_keys.h"
#include "tools/drive/machine_call.h"
#include "tools/verbs.h"

#include <inttypes.h>

/* What is done, on the command line and on the way. */
struct unlocking {
    struct vault *vault;
    struct machine_call *call;
    struct id drive, vm;
    bool read_only, is_new;
};

static enum exit_code find_both(struct unlocking *unlocking)
{
    struct vault *vault = unlocking->vault;
    const char *vm = invocation_value(vault->invocation, "vm");
    enum exit_code code = vault_find(vault, vault_argument(vault, 0), ID_DRIVE, &unlocking->drive);
    if (code == EXIT_DONE && vm == NULL) {
        return invocation_fail(vault->invocation, EXIT_USAGE, "`cairn list vm`",
                               "in which machine? --vm names it");
    }
    return code == EXIT_DONE ? vault_find(vault, vm, ID_VM, &unlocking->vm) : code;
}

/* The mode of the attachment, unless less is asked for. */
static enum exit_code read_mode(struct unlocking *unlocking)
{
    struct vault *vault = unlocking->vault;
    const char *mode = invocation_value(vault->invocation, "mode");
    struct attachment_row attachment = {.drive = unlocking->drive, .vm = unlocking->vm};
    struct drive_row drive = {.drive = unlocking->drive};
    struct view view = vault_view(vault);
    enum drive_mode wanted;
    if (!view_find(&view, ROW_ATTACHMENT, &attachment)) {
        return invocation_fail(vault->invocation, EXIT_REFUSED,
                               "`cairn drive attach DRIVE --vm VM --mode MODE`",
                               "the drive is not attached to the machine");
    }
    wanted = attachment.mode;
    if (mode != NULL && !drive_mode_read(bytes_of_string(mode), &wanted)) {
        return invocation_fail(vault->invocation, EXIT_USAGE, NULL, "--mode is ro or rw");
    }
    unlocking->read_only = wanted == DRIVE_MODE_RO;
    unlocking->is_new = view_find(&view, ROW_DRIVE, &drive) &&
                        (drive.state == DRIVE_STATE_BLANK || drive.may_format);
    return EXIT_DONE;
}

/* The key lies open here for a moment, in locked memory, and leaves it only sealed. */
static enum exit_code send_key(struct unlocking *unlocking)
{
    CLEANUP(secret_bytes_close) struct secret_bytes *key = NULL;
    struct vault *vault = unlocking->vault;
    struct errand errand = {.kind = ERRAND_UNLOCK,
                            .object = unlocking->drive.n,
                            .read_only = unlocking->read_only,
                            .format = unlocking->is_new};
    enum exit_code code = drive_fetch_key(vault, unlocking->drive, unlocking->vm, &key);
    if (code != EXIT_DONE) {
        return code;
    }
    invocation_note(vault->invocation, "the key was fetched, and the log says so");
    struct status status = machine_call_wrap(unlocking->call, key, &errand.wrap);
    if (failed(status)) {
        return vault_fail(vault, status, "sealing the key");
    }
    invocation_note(vault->invocation, "it goes to the controller in the machine, sealed");
    code = vault_leave(vault);
    return code == EXIT_DONE ? machine_call_ask(unlocking->call, &errand, NULL, NULL) : code;
}

static enum exit_code unlock(struct vault *vault)
{
    struct unlocking unlocking = {.vault = vault};
    enum exit_code code = find_both(&unlocking);
    code = code == EXIT_DONE ? read_mode(&unlocking) : code;
    code = code == EXIT_DONE ? machine_call_open(vault, unlocking.vm, &unlocking.call) : code;
    if (code == EXIT_DONE) {
        invocation_note(vault->invocation, "the controller in vm:%" PRIu64 " has shown its key",
                        unlocking.vm.n);
        code = send_key(&unlocking);
    }
    machine_call_close(&unlocking.call);
    return code;
}

static enum exit_code run_unlock(struct invocation *invocation)
{
    return vault_visit(invocation, unlock);
}

static const struct option_info unlock_options[] = {
    OPERATOR_OPTIONS,
    MACHINE_CALL_OPTIONS,
    {"vm", 0, "VM", "the machine that the drive is attached to", false},
    {"mode", 0, "MODE", "ro, though it is attached to write (as it is attached)", false},
};

const struct verb verb_drive_unlock = {
    .name = "drive unlock",
    .about = "open a drive in a machine: formatted the first time, mounted",
    .arguments = "DRIVE",
    .details =
        "The drive's key is fetched, which is logged, opened here, and sealed for the controller\n"
        "in the machine, whose keys the log has; what carries it there cannot read it. The\n"
        "controller formats a drive that never was (LUKS2, ext4), mounts it below /drives, and\n"
        "says so in the log. In a machine only its owner and users with the permission drives\n"
        "may do this.",
    .examples = "cairn drive unlock lab-drive --vm analysis\n"
                "cairn drive unlock ann/lab-drive --vm analysis --mode ro",
    .purpose = PURPOSE_WRITE,
    OPTIONS(unlock_options),
    .guarded = true,
    .signs = true,
    .run = run_unlock,
};

/* Lock ------------------------------------------------------------------------------------ */

static enum exit_code lock(struct vault *vault)
{
    struct unlocking unlocking = {.vault = vault};
    enum exit_code code = find_both(&unlocking);
    code = code == EXIT_DONE ? machine_call_open(vault, unlocking.vm, &unlocking.call) : code;
    code = code == EXIT_DONE ? vault_leave(vault) : code;
    if (code == EXIT_DONE) {
        const struct errand errand = {.kind = ERRAND_LOCK, .object = unlocking.drive.n};
        code = machine_call_ask(unlocking.call, &errand, NULL, NULL);
    }
    machine_call_close(&unlocking.call);
    return code;
}

static enum exit_code run_lock(struct invocation *invocation)
{
    return vault_visit(invocation, lock);
}

static const struct option_info lock_options[] = {
    OPERATOR_OPTIONS,
    MACHINE_CALL_OPTIONS,
    {"vm", 0, "VM", "the machine that it is open in", false},
};

const struct verb verb_drive_lock = {
    .name = "drive lock",
    .about = "unmount and close a drive in a machine",
    .arguments = "DRIVE",
    .details = "The machine forgets the key. While files of the drive are in use, it stays open.",
    .examples = "cairn drive lock lab-drive --vm analysis",
    .purpose = PURPOSE_WRITE,
    OPTIONS(lock_options),
    .guarded = true,
    .signs = true,
    .run = run_lock,
};

/* What is there --------------------------------------------------------------------------- */

struct listing {
    struct rows rows;
    struct invocation *invocation;
};

static enum exit_code added(const struct listing *listing, struct status status)
{
    return failed(status) ? invocation_failed(listing->invocation, status, NULL, "writing")
                          : EXIT_DONE;
}

static enum exit_code add_drive(void *context, const struct reply *reply)
{
    struct listing *listing = context;
    char memory[32];
    struct text id = TEXT_IN(memory);
    const struct reply_drive *drive = &reply->drive;
    id_write(&id, (struct id){ID_DRIVE, drive->drive});
    const struct cell cells[] = {
        cell_text(text_bytes(&id)),
        cell_string(reply_drive_state_name(drive->state)),
        drive->state == REPLY_DRIVE_OPEN ? cell_string(drive->read_only ? "ro" : "rw")
                                         : cell_absent(),
        cell_number(drive->size),
        drive->path.size > 0 ? cell_text(drive->path) : cell_absent(),
    };
    return reply->kind == REPLY_DRIVE ? added(listing, rows_add(&listing->rows, cells)) : EXIT_DONE;
}

static enum exit_code add_status(void *context, const struct reply *reply)
{
    struct listing *listing = context;
    char memory[DIGEST_BASE64_SIZE];
    const struct reply_status *status = &reply->status;
    (void)base64_write(memory, BYTES(status->policy.sha256));
    const struct cell cells[] = {
        cell_text(status->program),
        cell_number(status->since_us / 1000000),
        cell_number(status->applied),
        cell_number(status->users),
        cell_number(status->directories),
        cell_number(status->drives),
        cell_text(bytes_of(memory, sizeof memory)),
    };
    return reply->kind == REPLY_STATUS ? added(listing, rows_add(&listing->rows, cells))
                                       : EXIT_DONE;
}

static const struct column drive_columns[] = {
    {"drive", NULL, COLUMN_TEXT, ALIGN_LEFT}, {"state", NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"mode", NULL, COLUMN_TEXT, ALIGN_LEFT},  {"size", NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"path", NULL, COLUMN_TEXT, ALIGN_LEFT},
};
static const struct column status_columns[] = {
    {"controller", NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"seconds", NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"applied", NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"users", NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"directories", NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"drives", NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"policy", NULL, COLUMN_TEXT, ALIGN_LEFT},
};

static enum exit_code list(struct machine_call *call, struct listing *listing, bool drives)
{
    const struct errand errand = {.kind = drives ? ERRAND_LIST : ERRAND_STATUS};
    struct status status = rows_begin(&listing->rows, drives ? drive_columns : status_columns,
                                      drives ? sizeof drive_columns / sizeof drive_columns[0]
                                             : sizeof status_columns / sizeof status_columns[0]);
    enum exit_code code = added(listing, status);
    code = code == EXIT_DONE
               ? machine_call_ask(call, &errand, drives ? add_drive : add_status, listing)
               : code;
    return code == EXIT_DONE ? added(listing, rows_flush(&listing->rows)) : code;
}

static enum exit_code look_inside(struct vault *vault)
{
    uint8_t row_memory[ROWS_MEMORY_SIZE];
    struct arena row_arena = ARENA_IN(row_memory);
    struct machine_call *call = NULL;
    struct listing listing = {.invocation = vault->invocation};
    struct id vm;
    enum exit_code code = vault_find(vault, vault_argument(vault, 0), ID_VM, &vm);
    code = code == EXIT_DONE ? machine_call_open(vault, vm, &call) : code;
    code = code == EXIT_DONE ? vault_leave(vault) : code;
    if (code == EXIT_DONE) {
        invocation_rows(vault->invocation, &listing.rows, &row_arena);
        code = list(call, &listing, invocation_has(vault->invocation, "by-drive"));
    }
    machine_call_close(&call);
    return code;
}

static enum exit_code run_status(struct invocation *invocation)
{
    return vault_visit(invocation, look_inside);
}

static const struct option_info status_options[] = {
    OPERATOR_OPTIONS,
    MACHINE_CALL_OPTIONS,
    {"by-drive", 0, NULL, "its drives: blank, locked, open and where, or something else's", false},
};

const struct verb verb_vm_status = {
    .name = "vm status",
    .about = "ask the controller in a machine how it is, or which drives it has",
    .arguments = "VM",
    .details =
        "The controller answers its owner and users, over a channel that nobody else can read:\n"
        "its version, up to which event it enforces what was decided, for how many users and\n"
        "access directories, and a digest of that, as in its events vm.policy_applied.",
    .examples = "cairn vm status analysis\n"
                "cairn vm status analysis --by-drive",
    .purpose = PURPOSE_WRITE,
    OPTIONS(status_options),
    .guarded = true,
    .signs = true,
    .run = run_status,
};
