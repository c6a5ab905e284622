#include "auditd/vmc/drives.h"

#include "auditd/vmc/program_run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    SERIAL_MAX = 64,
    SECTOR = 512,
};

struct open_drive {
    uint64_t drive; /* 0: this place is free */
    bool read_only;
    char path[DRIVES_PATH_MAX];
};

struct drives {
    struct drives_options options;
    struct open_drive open[DRIVES_MAX];
};

/* Names ----------------------------------------------------------------------------------- */

static struct status path_of(char out[static DRIVES_PATH_MAX], const char *folder, const char *word,
                             uint64_t drive)
{
    int size = snprintf(out, DRIVES_PATH_MAX, "%s/%s%" PRIu64, folder, word, drive);
    return size < 0 || size >= DRIVES_PATH_MAX ? FAIL(LIMIT, DRIVES_PATH_MAX) : OK;
}

static void name_of(char out[static LUKS_NAME_MAX], uint64_t drive)
{
    (void)snprintf(out, LUKS_NAME_MAX, "cairn-drive-%" PRIu64, drive);
}

bool drives_read_serial(struct bytes text, uint64_t *out)
{
    static const char prefix[] = "drive-";
    const size_t start = sizeof prefix - 1;
    while (text.size > 0 && text.data[text.size - 1] == '\n') {
        text.size--;
    }
    return text.size > start && memcmp(text.data, prefix, start) == 0 &&
           text_read_u64(bytes_of(text.data + start, text.size - start), out);
}

/* Devices --------------------------------------------------------------------------------- */

struct device {
    uint64_t drive, size;
    char path[DRIVES_PATH_MAX];
};

/* A small file of /sys; what is not there reads as empty. */
static struct bytes read_file(const char *folder, const char *block, const char *name,
                              char memory[static SERIAL_MAX])
{
    char path[2 * DRIVES_PATH_MAX];
    int size = snprintf(path, sizeof path, "%s/%s/%s", folder, block, name);
    int fd = size < 0 || (size_t)size >= sizeof path ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count = fd < 0 ? 0 : read(fd, memory, SERIAL_MAX);
    if (fd >= 0) {
        (void)close(fd);
    }
    return bytes_of(memory, count < 0 ? 0 : (size_t)count);
}

static bool read_device(const struct drives *drives, const char *block, struct device *out)
{
    char memory[SERIAL_MAX];
    uint64_t sectors = 0;
    struct bytes serial = read_file(drives->options.blocks, block, "serial", memory);
    if (!drives_read_serial(serial, &out->drive) || out->drive == 0) {
        return false;
    }
    struct bytes size = read_file(drives->options.blocks, block, "size", memory);
    size.size -= size.size > 0 ? 1 : 0;
    out->size = text_read_u64(size, &sectors) ? sectors * SECTOR : 0;
    int length = snprintf(out->path, sizeof out->path, "%s/%s", drives->options.devices, block);
    return length > 0 && (size_t)length < sizeof out->path;
}

static void close_folder(DIR **folder)
{
    if (*folder != NULL) {
        (void)closedir(*folder);
    }
}

/* Two devices with one serial number: which of them is meant cannot be told. */
static struct status find_devices(const struct drives *drives, struct device out[static DRIVES_MAX],
                                  size_t *count)
{
    CLEANUP(close_folder) DIR *folder = opendir(drives->options.blocks);
    *count = 0;
    if (folder == NULL) {
        return FAIL(IO, (uint64_t)errno);
    }
    for (struct dirent *entry = readdir(folder); entry != NULL && *count < DRIVES_MAX;
         entry = readdir(folder)) {
        if (entry->d_name[0] != '.' && read_device(drives, entry->d_name, &out[*count])) {
            (*count)++;
        }
    }
    return OK;
}

static struct status find_device(const struct drives *drives, uint64_t drive, struct device *out)
{
    struct device found[DRIVES_MAX];
    size_t count, hits = 0;
    TRY(find_devices(drives, found, &count));
    for (size_t i = 0; i < count; i++) {
        if (found[i].drive == drive) {
            *out = found[i];
            hits++;
        }
    }
    if (hits == 0) {
        return FAIL_BECAUSE(NOT_FOUND, drive, "the drive is not a device of this machine");
    }
    return hits == 1 ? OK : FAIL_BECAUSE(CONFLICT, drive, "two devices call themselves this drive");
}

/* Places ---------------------------------------------------------------------------------- */

static struct open_drive *place_of(struct drives *drives, uint64_t drive)
{
    for (size_t i = 0; i < DRIVES_MAX; i++) {
        if (drives->open[i].drive == drive) {
            return &drives->open[i];
        }
    }
    return NULL;
}

const char *drives_path(const struct drives *drives, uint64_t drive, bool *read_only)
{
    for (size_t i = 0; i < DRIVES_MAX; i++) {
        if (drives->open[i].drive == drive && drive != 0) {
            *read_only = drives->open[i].read_only;
            return drives->open[i].path;
        }
    }
    return NULL;
}

/* What is mounted from a mapping of ours is ours, whoever mounted it. */
static void adopt(struct drives *drives, const struct mntent *mount)
{
    static const char word[] = "cairn-drive-";
    const char *name = strrchr(mount->mnt_fsname, '/');
    struct open_drive *place = place_of(drives, 0);
    uint64_t drive;
    if (name == NULL || strncmp(name + 1, word, sizeof word - 1) != 0 || place == NULL ||
        !text_read_u64(bytes_of_string(name + sizeof word), &drive) ||
        place_of(drives, drive) != NULL || strlen(mount->mnt_dir) >= DRIVES_PATH_MAX) {
        return;
    }
    place->drive = drive;
    place->read_only = hasmntopt(mount, "ro") != NULL;
    memcpy(place->path, mount->mnt_dir, strlen(mount->mnt_dir) + 1);
}

struct status drives_open(const struct drives_options *options, struct drives **out)
{
    char memory[4096];
    struct mntent mount;
    struct drives *drives = calloc(1, sizeof *drives);
    if (drives == NULL) {
        return FAIL(NO_MEMORY, sizeof *drives);
    }
    drives->options = *options;
    FILE *mounts = setmntent(options->mounts, "re");
    while (mounts != NULL && getmntent_r(mounts, &mount, memory, sizeof memory) != NULL) {
        adopt(drives, &mount);
    }
    if (mounts != NULL) {
        (void)endmntent(mounts);
    }
    *out = drives;
    return OK;
}

void drives_close(struct drives **drives)
{
    free(*drives);
    *drives = NULL;
}

/* Unlocking ------------------------------------------------------------------------------- */

static struct status tell(struct drives *drives, enum drives_event event,
                          const struct open_drive *place, const char *uuid)
{
    const struct drives_told told = {.event = event,
                                     .drive = place->drive,
                                     .read_only = place->read_only,
                                     .path = place->path,
                                     .uuid = uuid};
    return drives->options.say(drives->options.context, &told);
}

static struct status make_file_system(struct drives *drives, const char *mapped)
{
    const char *const arguments[] = {drives->options.mkfs, "-q", "-F", "-m", "0", mapped, NULL};
    return program_run(arguments);
}

/* From nothing to a drive with a file system; what was interrupted is done again from its start,
 * since nobody has written to it yet. */
static struct status format(struct drives *drives, const struct device *device,
                            const struct drives_unlock *unlock, struct text *uuid)
{
    char name[LUKS_NAME_MAX], mapped[DRIVES_PATH_MAX];
    name_of(name, unlock->drive);
    TRY(path_of(mapped, drives->options.mapper, "cairn-drive-", unlock->drive));
    TRY(luks_format(device->path, unlock->drive, unlock->key, &drives->options.stretching, uuid));
    TRY(luks_open(device->path, name, unlock->key, false));
    struct status made = make_file_system(drives, mapped);
    struct status closed = luks_close(name);
    TRY(made);
    TRY(closed);
    return luks_finish(device->path, unlock->drive);
}

static struct status prepare(struct drives *drives, const struct device *device,
                             const struct drives_unlock *unlock, struct text *uuid)
{
    enum luks_kind kind;
    TRY(luks_look(device->path, unlock->drive, &kind));
    if (kind == LUKS_OURS && !unlock->format) {
        return luks_test(device->path, unlock->key);
    }
    if (kind == LUKS_FOREIGN && !unlock->format) {
        return FAIL_BECAUSE(CONFLICT, unlock->drive,
                            "what is on the drive is not this drive's: it is not formatted unless "
                            "its owner asks for it (drive format)");
    }
    if (kind == LUKS_BLANK && !unlock->is_new && !unlock->format) {
        return FAIL_BECAUSE(CONFLICT, unlock->drive,
                            "the drive is blank, though it was formatted once: this may be another "
                            "volume than it was");
    }
    if (unlock->read_only) {
        return FAIL_BECAUSE(READ_ONLY, unlock->drive,
                            "a blank drive cannot be formatted read-only");
    }
    return format(drives, device, unlock, uuid);
}

static struct status mount_drive(const char *mapped, const struct open_drive *place)
{
    const unsigned long flags = MS_NOSUID | MS_NODEV | (place->read_only ? MS_RDONLY : 0);
    if ((mkdir(place->path, 0755) != 0 && errno != EEXIST) ||
        mount(mapped, place->path, "ext4", flags, place->read_only ? "noload" : "") != 0) {
        return FAIL_BECAUSE(IO, (uint64_t)errno, "the drive cannot be mounted");
    }
    return OK;
}

static struct status open_and_mount(struct drives *drives, const struct device *device,
                                    const struct drives_unlock *unlock, struct open_drive *place)
{
    char name[LUKS_NAME_MAX], mapped[DRIVES_PATH_MAX];
    struct open_drive made = {.drive = unlock->drive, .read_only = unlock->read_only};
    name_of(name, unlock->drive);
    TRY(path_of(mapped, drives->options.mapper, "cairn-drive-", unlock->drive));
    TRY(path_of(made.path, drives->options.root, "drive-", unlock->drive));
    TRY(luks_open(device->path, name, unlock->key, unlock->read_only));
    struct status status = tell(drives, DRIVES_AVAILABLE, &made, NULL);
    status = failed(status) ? status : mount_drive(mapped, &made);
    if (failed(status)) {
        (void)failed(luks_close(name));
        return status;
    }
    *place = made;
    return tell(drives, DRIVES_MOUNTED, place, NULL);
}

static struct status told_of_format(struct drives *drives, uint64_t drive, const char *uuid)
{
    const struct open_drive made = {.drive = drive};
    TRY(tell(drives, DRIVES_FORMATTED, &made, uuid));
    return tell(drives, DRIVES_ENCRYPTED, &made, NULL);
}

struct status drives_unlock(struct drives *drives, const struct drives_unlock *unlock)
{
    struct device device;
    char uuid_memory[LUKS_UUID_MAX];
    struct text uuid = TEXT_IN(uuid_memory);
    bool read_only = false;
    if (drives_path(drives, unlock->drive, &read_only) != NULL) {
        return read_only == unlock->read_only && !unlock->format
                   ? OK
                   : FAIL_BECAUSE(CONFLICT, unlock->drive, "the drive is open already");
    }
    struct open_drive *place = place_of(drives, 0);
    if (place == NULL) {
        return FAIL(LIMIT, DRIVES_MAX);
    }
    TRY(find_device(drives, unlock->drive, &device));
    TRY(prepare(drives, &device, unlock, &uuid));
    if (uuid.size > 0) {
        TRY(told_of_format(drives, unlock->drive, text_string(&uuid)));
    }
    return open_and_mount(drives, &device, unlock, place);
}

/* Locking --------------------------------------------------------------------------------- */

struct status drives_lock(struct drives *drives, uint64_t drive)
{
    char name[LUKS_NAME_MAX];
    struct open_drive *place = drive == 0 ? NULL : place_of(drives, drive);
    if (place == NULL) {
        return FAIL_BECAUSE(NOT_FOUND, drive, "the drive is not open");
    }
    if (umount2(place->path, UMOUNT_NOFOLLOW) != 0 && errno != EINVAL && errno != ENOENT) {
        return errno == EBUSY ? FAIL_BECAUSE(CONFLICT, drive, "files of the drive are in use")
                              : FAIL(IO, (uint64_t)errno);
    }
    name_of(name, drive);
    const struct open_drive was = *place;
    *place = (struct open_drive){0};
    (void)rmdir(was.path);
    struct status closed = luks_close(name);
    TRY(tell(drives, DRIVES_UNMOUNTED, &was, NULL));
    return closed;
}

void drives_lock_all(struct drives *drives)
{
    for (size_t i = 0; i < DRIVES_MAX; i++) {
        if (drives->open[i].drive != 0) {
            (void)failed(drives_lock(drives, drives->open[i].drive));
        }
    }
}

/* Looking --------------------------------------------------------------------------------- */

struct status drives_look(const struct drives *drives, struct drives_seen out[static DRIVES_MAX],
                          size_t *count)
{
    struct device devices[DRIVES_MAX];
    TRY(find_devices(drives, devices, count));
    for (size_t i = 0; i < *count; i++) {
        out[i] = (struct drives_seen){.drive = devices[i].drive, .size = devices[i].size};
        const char *path = drives_path(drives, out[i].drive, &out[i].read_only);
        out[i].is_open = path != NULL;
        if (path != NULL) {
            out[i].kind = LUKS_OURS;
            memcpy(out[i].path, path, strlen(path) + 1);
        } else if (failed(luks_look(devices[i].path, out[i].drive, &out[i].kind))) {
            out[i].kind = LUKS_FOREIGN;
        }
    }
    return OK;
}
