#include "auditd/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of later kernels than the headers that this is built with. Names of our own: a header may have
 * some of them as macros and some as enumerators. */
#define FS_REFER (UINT64_C(1) << 13)     /* ABI 2 */
#define FS_TRUNCATE (UINT64_C(1) << 14)  /* ABI 3 */
#define FS_IOCTL_DEV (UINT64_C(1) << 15) /* ABI 5 */
#define FS_FIRST_ABI ((UINT64_C(1) << 13) - 1)
#define NET_ALL UINT64_C(3)    /* ABI 4: bind, connect */
#define SCOPED_ALL UINT64_C(3) /* ABI 6: abstract sockets, signals */

/* As the kernel of ABI 6 has it; earlier ones are given the size that they know. */
struct attributes {
    uint64_t fs, net, scoped;
};

uint64_t landlock_abi(void)
{
    const long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return abi < 1 ? 0 : (uint64_t)abi;
}

static uint64_t known_fs(uint64_t abi)
{
    return FS_FIRST_ABI | (abi >= 2 ? FS_REFER : 0) | (abi >= 3 ? FS_TRUNCATE : 0) |
           (abi >= 5 ? FS_IOCTL_DEV : 0);
}

/* What the rights stand for; of a file, only what a file can have. */
static uint64_t access_of(unsigned rights, bool directory)
{
    const uint64_t changing = LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                              LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | FS_REFER;
    uint64_t access = 0;
    if ((rights & LANDLOCK_READ) != 0) {
        access |= LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
    }
    if ((rights & LANDLOCK_WRITE) != 0) {
        access |= LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE;
    }
    if ((rights & LANDLOCK_CHANGE) != 0) {
        access |= changing;
    }
    if ((rights & LANDLOCK_EXECUTE) != 0) {
        access |= LANDLOCK_ACCESS_FS_EXECUTE;
    }
    return directory ? access : access & ~(changing | LANDLOCK_ACCESS_FS_READ_DIR);
}

static struct status add_rule(int ruleset, uint64_t abi, const struct landlock_rule *rule)
{
    struct stat facts;
    const int file = open(rule->path, O_PATH | O_CLOEXEC);
    if (file < 0) {
        return errno == ENOENT ? OK : FAIL(IO, (uint64_t)errno);
    }
    if (fstat(file, &facts) != 0) {
        close(file);
        return FAIL(IO, (uint64_t)errno);
    }
    const struct landlock_path_beneath_attr attributes = {
        .allowed_access = access_of(rule->rights, S_ISDIR(facts.st_mode)) & known_fs(abi),
        .parent_fd = file,
    };
    const long added =
        syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &attributes, 0);
    const struct status status = added == 0 ? OK : FAIL(IO, (uint64_t)errno);
    close(file);
    return status;
}

static struct status restrict_self(int ruleset, uint64_t abi, const struct landlock_rule *rules,
                                   size_t count)
{
    for (size_t i = 0; i < count; i++) {
        TRY(add_rule(ruleset, abi, &rules[i]));
    }
    return syscall(SYS_landlock_restrict_self, ruleset, 0) == 0 ? OK : FAIL(IO, (uint64_t)errno);
}

struct status landlock_enter(const struct landlock_rule *rules, size_t count, bool network)
{
    const uint64_t abi = landlock_abi();
    const struct attributes attributes = {
        .fs = known_fs(abi),
        .net = abi >= 4 && !network ? NET_ALL : 0,
        .scoped = abi >= 6 ? SCOPED_ALL : 0,
    };
    const size_t size = abi >= 6 ? sizeof attributes : abi >= 4 ? 16 : 8;
    const int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, size, 0);
    if (ruleset < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    const struct status status = restrict_self(ruleset, abi, rules, count);
    close(ruleset);
    return status;
}
