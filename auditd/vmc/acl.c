#include "auditd/vmc/acl.h"

#include "schema/bytes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/acl.h>
#include <sys/stat.h>
#include <unistd.h>

static void free_acl(acl_t *acl)
{
    if (*acl != NULL) {
        (void)acl_free(*acl);
    }
}

static struct status io(void)
{
    return FAIL(IO, (uint64_t)errno);
}

/* Everything of a list is made with this: a tag, whom it is for, and what he may. */
static struct status add(acl_t *acl, acl_tag_t tag, const uid_t *uid, unsigned may)
{
    static const acl_perm_t bits[] = {ACL_EXECUTE, ACL_WRITE, ACL_READ};
    acl_entry_t entry;
    acl_permset_t set;
    if (acl_create_entry(acl, &entry) != 0 || acl_set_tag_type(entry, tag) != 0 ||
        (uid != NULL && acl_set_qualifier(entry, uid) != 0) || acl_get_permset(entry, &set) != 0 ||
        acl_clear_perms(set) != 0) {
        return io();
    }
    for (size_t i = 0; i < 3; i++) {
        if ((may >> i & 1U) != 0 && acl_add_perm(set, bits[i]) != 0) {
            return io();
        }
    }
    return OK;
}

/* `executes`: whether the right to read is one to enter, as in directories. */
static struct status make(const struct acl_entry *entries, size_t count, bool executes,
                          unsigned others, acl_t *out)
{
    CLEANUP(free_acl) acl_t acl = acl_init((int)count + 5);
    unsigned all = executes ? 7 : 6;
    if (acl == NULL) {
        return io();
    }
    TRY(add(&acl, ACL_USER_OBJ, NULL, all));
    TRY(add(&acl, ACL_GROUP_OBJ, NULL, 0));
    TRY(add(&acl, ACL_OTHER, NULL, others));
    TRY(add(&acl, ACL_MASK, NULL, all));
    for (size_t i = 0; i < count; i++) {
        const uid_t uid = entries[i].uid;
        unsigned may = (entries[i].read ? (executes ? 5U : 4U) : 0U) | (entries[i].write ? 2U : 0U);
        TRY(add(&acl, ACL_USER, &uid, may));
    }
    *out = acl;
    acl = NULL;
    return OK;
}

/* By descriptors only: nobody may put a link where a directory was a moment ago. */
static struct status set_lists(int fd, const struct acl_entry *entries, size_t count, bool inherits,
                               unsigned others)
{
    CLEANUP(free_acl) acl_t access = NULL;
    CLEANUP(free_acl) acl_t usual = NULL;
    struct stat is;
    if (fstat(fd, &is) != 0) {
        return io();
    }
    bool directory = S_ISDIR(is.st_mode);
    TRY(make(entries, count, directory, others, &access));
    if (acl_set_fd(fd, access) != 0) {
        return io();
    }
    if (!directory || !inherits) {
        return OK;
    }
    char path[64];
    TRY(make(entries, count, true, others, &usual));
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return acl_set_file(path, ACL_TYPE_DEFAULT, usual) == 0 ? OK : io();
}

static void close_file(int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
    }
}

struct status acl_set_root(const char *path, const struct acl_entry *entries, size_t count,
                           bool enter)
{
    CLEANUP(close_file) int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return io();
    }
    return set_lists(fd, entries, count, false, enter ? 1 : 0);
}

/* Trees ----------------------------------------------------------------------------------- */

struct walk {
    const struct acl_entry *entries;
    size_t count;
    dev_t device;
};

static void close_folder(DIR **folder)
{
    if (*folder != NULL) {
        (void)closedir(*folder);
    }
}

static struct status set_below(const struct walk *walk, int fd, unsigned depth);

/* Files and directories have lists; links, sockets and devices are left as they are. */
static struct status set_one(const struct walk *walk, int folder, const char *name, unsigned depth)
{
    struct stat is;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        return OK;
    }
    CLEANUP(close_file)
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        return errno == ELOOP || errno == ENXIO || errno == ENOENT ? OK : io();
    }
    if (fstat(fd, &is) != 0) {
        return io();
    }
    if (is.st_dev != walk->device || (!S_ISREG(is.st_mode) && !S_ISDIR(is.st_mode))) {
        return OK;
    }
    TRY(set_lists(fd, walk->entries, walk->count, true, 0));
    return S_ISDIR(is.st_mode) ? set_below(walk, fd, depth + 1) : OK;
}

static struct status set_below(const struct walk *walk, int fd, unsigned depth)
{
    int copy = depth > ACL_DEPTH_MAX ? -1 : openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CLEANUP(close_folder) DIR *folder = copy < 0 ? NULL : fdopendir(copy);
    if (folder == NULL) {
        return depth > ACL_DEPTH_MAX
                   ? FAIL_BECAUSE(LIMIT, ACL_DEPTH_MAX, "directories lie too deep in each other")
                   : io();
    }
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        TRY(set_one(walk, fd, entry->d_name, depth));
    }
    return OK;
}

struct status acl_set_tree(const char *path, const struct acl_entry *entries, size_t count)
{
    struct stat is;
    struct walk walk = {.entries = entries, .count = count};
    CLEANUP(close_file) int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &is) != 0) {
        return io();
    }
    walk.device = is.st_dev;
    TRY(set_lists(fd, entries, count, true, 0));
    return set_below(&walk, fd, 0);
}
