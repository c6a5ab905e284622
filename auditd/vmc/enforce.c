#include "auditd/vmc/accounts.h"
#include "auditd/vmc/acl.h"
#include "auditd/vmc/controller_parts.h"
#include "store/hash.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum {
    PATH_SIZE = DRIVES_PATH_MAX + POLICY_NAME_MAX + 2,
};

uint32_t enforce_uid(size_t slot)
{
    return ACCOUNTS_FIRST + (uint32_t)slot;
}

/* Who has what ------------------------------------------------------------------------------ */

struct entries {
    struct acl_entry list[POLICY_USERS_MAX];
    size_t count;
};

static void add(struct entries *entries, size_t slot, bool read, bool write)
{
    if (read || write) {
        entries->list[entries->count++] =
            (struct acl_entry){.uid = enforce_uid(slot), .read = read || write, .write = write};
    }
}

/* Of a drive as such: all of it for whom it is given to, else only to look at. */
static void entries_of_drive(const struct policy *policy, struct entries *out)
{
    out->count = 0;
    for (size_t slot = 0; policy_slot(policy, slot) != NULL; slot++) {
        const struct policy_user *user = policy_slot(policy, slot);
        bool full =
            user->is_owner || (user->permissions >> VM_PERMISSION_FULL_DRIVE_ACCESS & 1U) != 0;
        bool files = (user->permissions >> VM_PERMISSION_FILES & 1U) != 0;
        if (user->present) {
            add(out, slot, full || files, full);
        }
    }
}

static void entries_of_directory(const struct policy *policy,
                                 const struct policy_directory *directory, struct entries *out)
{
    out->count = 0;
    for (size_t slot = 0; policy_slot(policy, slot) != NULL; slot++) {
        add(out, slot, policy_allows(policy, directory, slot, DRIVE_MODE_RO),
            policy_allows(policy, directory, slot, DRIVE_MODE_RW));
    }
}

static struct digest digest_of(struct controller *controller, const struct entries *entries)
{
    hash_start(controller->hasher);
    for (size_t i = 0; i < entries->count; i++) {
        uint8_t bytes[6];
        bytes_write_u32(bytes, entries->list[i].uid);
        bytes[4] = entries->list[i].read;
        bytes[5] = entries->list[i].write;
        hash_add(controller->hasher, BYTES(bytes));
    }
    return hash_finish(controller->hasher);
}

/* Drives ---------------------------------------------------------------------------------- */

static struct status set_directory(const char *drive, const struct policy_directory *directory,
                                   const struct entries *entries)
{
    char path[PATH_SIZE];
    int size = snprintf(path, sizeof path, "%s/%s", drive, directory->name);
    if (size < 0 || (size_t)size >= sizeof path) {
        return FAIL(LIMIT, sizeof path);
    }
    if (directory->present && mkdir(path, 0700) != 0 && errno != EEXIST) {
        return FAIL(IO, (uint64_t)errno);
    }
    struct status status = acl_set_tree(path, entries->list, entries->count);
    return !directory->present && status.code == STATUS_IO && status.at == ENOENT ? OK : status;
}

static void report(struct controller *controller, const char *what, struct status status)
{
    if (failed(status)) {
        controller_note(controller, what, status);
    }
}

/* `all`: the drive has just come, and nothing on it is known to be as it should be. */
static void enforce_on(struct controller *controller, uint64_t drive, const char *path, bool all,
                       struct entries *entries)
{
    const struct policy_directory *directory;
    entries_of_drive(controller->policy, entries);
    report(controller, "the drive's own list cannot be set",
           acl_set_root(path, entries->list, entries->count, true));
    for (size_t i = 0; (directory = policy_directory(controller->policy, i)) != NULL; i++) {
        bool concerns = directory->drive == 0 || directory->drive == drive;
        if (!concerns || (!directory->present && !controller->enforced[i].is_set) ||
            (!all && !controller->enforced[i].is_set)) {
            continue;
        }
        if (directory->present) {
            entries_of_directory(controller->policy, directory, entries);
        } else {
            entries_of_drive(controller->policy, entries);
        }
        report(controller, "an access directory cannot be set",
               set_directory(path, directory, entries));
    }
}

/* Which lists are others than they were; is_set marks them for enforce_on. */
static void mark(struct controller *controller, struct entries *entries)
{
    const struct policy_directory *directory;
    for (size_t i = 0; (directory = policy_directory(controller->policy, i)) != NULL; i++) {
        struct digest now = {{0}};
        if (directory->present) {
            entries_of_directory(controller->policy, directory, entries);
            now = digest_of(controller, entries);
        }
        controller->enforced[i].is_set = !digest_equal(&now, &controller->enforced[i].entries);
        controller->enforced[i].entries = now;
    }
}

static void enforce_drives(struct controller *controller, struct entries *entries)
{
    struct drives_seen seen[DRIVES_MAX];
    size_t count = 0;
    mark(controller, entries);
    report(controller, "drives cannot be looked at", drives_look(controller->drives, seen, &count));
    for (size_t i = 0; i < count; i++) {
        if (seen[i].is_open && !seen[i].read_only) {
            enforce_on(controller, seen[i].drive, seen[i].path, false, entries);
        }
    }
}

static void free_entries(struct entries **entries)
{
    free(*entries);
}

void enforce_all(struct controller *controller)
{
    CLEANUP(free_entries) struct entries *entries = calloc(1, sizeof *entries);
    if (entries == NULL) {
        controller_note(controller, "nothing can be enforced", FAIL(NO_MEMORY, sizeof *entries));
        return;
    }
    if (controller->options->accounts != NULL) {
        report(controller, "accounts cannot be written",
               accounts_write(controller->options->accounts, controller->policy));
    }
    enforce_drives(controller, entries);
}

void enforce_drive(struct controller *controller, uint64_t drive)
{
    CLEANUP(free_entries) struct entries *entries = calloc(1, sizeof *entries);
    bool read_only = true;
    const char *path = drives_path(controller->drives, drive, &read_only);
    if (entries != NULL && path != NULL && !read_only) {
        enforce_on(controller, drive, path, true, entries);
    }
}
