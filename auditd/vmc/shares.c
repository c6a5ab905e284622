#include "auditd/vmc/controller_parts.h"
#include "auditd/vmc/mounts.h"
#include "auditd/vmc/program_run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PATH_SIZE = 256,
    LINE_MAX_SIZE = 4096,
};

static struct status path_of(const struct controller *controller, uint64_t nfs,
                             char out[static PATH_SIZE])
{
    int size = snprintf(out, PATH_SIZE, "%s/nfs-%" PRIu64, controller->options->shares, nfs);
    return size < 0 || size >= PATH_SIZE ? FAIL(LIMIT, PATH_SIZE) : OK;
}

struct status shares_mount(struct controller *controller, const struct policy_share *share)
{
    char path[PATH_SIZE], source[POLICY_NAME_MAX + POLICY_EXPORT_MAX + 2];
    TRY(path_of(controller, share->nfs, path));
    (void)snprintf(source, sizeof source, "%s:%s", share->server, share->export);
    if (mkdir(path, 0755) != 0 && errno != EEXIST) {
        return FAIL(IO, (uint64_t)errno);
    }
    const char *const arguments[] = {controller->options->mount_nfs, source, path, "-o",
                                     "ro,nosuid,nodev,noexec,soft",  NULL};
    struct status mounted = program_run(arguments);
    if (failed(mounted)) {
        (void)rmdir(path);
    }
    shares_look(controller);
    return mounted;
}

struct status shares_unmount(struct controller *controller, uint64_t nfs)
{
    char path[PATH_SIZE];
    TRY(path_of(controller, nfs, path));
    if (umount2(path, UMOUNT_NOFOLLOW) != 0) {
        return errno == EINVAL || errno == ENOENT
                   ? FAIL_BECAUSE(NOT_FOUND, nfs, "the network share is not mounted")
                   : FAIL(IO, (uint64_t)errno);
    }
    (void)rmdir(path);
    shares_look(controller);
    return OK;
}

/* Looking --------------------------------------------------------------------------------- */

static struct share_seen *find(struct controller *controller, const char *server,
                               const char *export)
{
    for (size_t i = 0; i < controller->share_count; i++) {
        if (strcmp(controller->shares[i].server, server) == 0 &&
            strcmp(controller->shares[i].export, export) == 0) {
            return &controller->shares[i];
        }
    }
    return NULL;
}

static void say_mounted(struct controller *controller, const struct share_seen *seen)
{
    union event_body body;
    body.nfs_mounted =
        (struct nfs_mounted){.server = bytes_of_string(seen->server),
                             .export = bytes_of_string(seen->export),
                             .mode = seen->read_only ? DRIVE_MODE_RO : DRIVE_MODE_RW};
    struct status said =
        controller_say(controller, EVENT_NFS_MOUNTED, keep_pin(controller->keep)->vm, &body);
    if (failed(said)) {
        controller_note(controller, "cannot say what is mounted", said);
    }
}

/* The same export mounted twice: once to write is to write. */
static void take_line(struct controller *controller, struct bytes line)
{
    char path_memory[LINE_MAX_SIZE];
    struct share_seen now = {.still = true};
    struct mounts_line read = {
        .server = TEXT_IN(now.server), .export = TEXT_IN(now.export), .path = TEXT_IN(path_memory)};
    if (!mounts_read(line, &read)) {
        return;
    }
    (void)text_string(&read.server);
    (void)text_string(&read.export);
    now.read_only = read.read_only;
    struct share_seen *before = find(controller, now.server, now.export);
    if (before != NULL) {
        bool changed = before->read_only != now.read_only && !(before->still && now.read_only);
        before->still = true;
        before->read_only = changed ? now.read_only : before->read_only;
        if (changed) {
            say_mounted(controller, before);
        }
        return;
    }
    if (controller->share_count < SHARES_SEEN_MAX) {
        controller->shares[controller->share_count++] = now;
    }
    say_mounted(controller, &now);
}

void shares_look(struct controller *controller)
{
    char line[LINE_MAX_SIZE];
    FILE *mounts = fopen(controller->options->drives.mounts, "re");
    if (mounts == NULL || controller->outbox == NULL) {
        if (mounts != NULL) {
            (void)fclose(mounts);
        }
        return;
    }
    for (size_t i = 0; i < controller->share_count; i++) {
        controller->shares[i].still = false;
    }
    while (fgets(line, sizeof line, mounts) != NULL) {
        take_line(controller, bytes_of_string(line));
    }
    (void)fclose(mounts);
    for (size_t i = controller->share_count; i-- > 0;) {
        if (!controller->shares[i].still) {
            controller->shares[i] = controller->shares[--controller->share_count];
        }
    }
}
