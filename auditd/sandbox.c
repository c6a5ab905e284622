#include "auditd/sandbox.h"

#include "auditd/landlock.h"
#include "auditd/seccomp.h"
#include "core/descriptions.h"
#include "core/store_layout.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    RULES_MAX = 32,
};

static const struct sandbox_profile profiles[ROLE_COUNT] = {
#define PROFILE(role, paths, groups) [ROLE_##role] = {(groups), PATHS_##paths},
#include "auditd/profiles.def"
};

const struct sandbox_profile *sandbox_profile(enum role role)
{
    return &profiles[role];
}

/* Paths -------------------------------------------------------------------------------------- */

/* Rules, and the paths that they lend. */
struct rules {
    struct landlock_rule rule[RULES_MAX];
    struct store_path paths[RULES_MAX];
    size_t count;
};

static void add(struct rules *rules, const char *path, unsigned rights)
{
    if (path[0] != '\0' && rules->count < RULES_MAX) {
        rules->rule[rules->count++] = (struct landlock_rule){path, rights};
    }
}

static struct status add_below(struct rules *rules, const char *directory, const char *name,
                               unsigned rights)
{
    struct store_path *path = &rules->paths[rules->count];
    TRY(store_path(directory, name, path));
    add(rules, path->text, rights);
    return OK;
}

static struct status add_store_to_read(struct rules *rules, const char *store)
{
    static const char *const readers[] = {"log/lock.mdb", "state/lock.mdb", "index/lock.mdb"};
    add(rules, store, LANDLOCK_READ);
    for (size_t i = 0; i < (sizeof readers / sizeof readers[0]); i++) {
        TRY(add_below(rules, store, readers[i], LANDLOCK_READ | LANDLOCK_WRITE));
    }
    return OK;
}

/* The programs that lie beside this one, wherever that is. */
static void add_own_directory(struct rules *rules)
{
    struct store_path *path = &rules->paths[rules->count];
    ssize_t size = rules->count == RULES_MAX
                       ? -1
                       : readlink("/proc/self/exe", path->text, sizeof path->text - 1);
    if (size > 0) {
        path->text[size] = '\0';
        *strrchr(path->text, '/') = '\0';
        add(rules, path->text, LANDLOCK_READ | LANDLOCK_EXECUTE);
    }
}

/* What libc and libcurl read to find a host and to trust it, and the programs that send mail. */
static void add_system(struct rules *rules)
{
    static const char *const read[] = {"/etc", "/run/systemd/resolve", "/usr/share",
                                       "/dev/urandom"};
    static const char *const run[] = {"/usr", "/lib", "/lib64", "/bin", "/sbin"};
    for (size_t i = 0; i < (sizeof read / sizeof read[0]); i++) {
        add(rules, read[i], LANDLOCK_READ);
    }
    for (size_t i = 0; i < (sizeof run / sizeof run[0]); i++) {
        add(rules, run[i], LANDLOCK_READ | LANDLOCK_EXECUTE);
    }
    add(rules, "/dev/null", LANDLOCK_READ | LANDLOCK_WRITE);
    add_own_directory(rules);
}

/* The directories of pools, as far as there are any now, and all that is made below them. */
static void add_pools(struct rules *rules, const struct settings *settings, unsigned rights)
{
    struct store_path *path = &rules->paths[rules->count];
    char *rest = NULL;
    memcpy(path->text, settings->virt_pools.text, sizeof settings->virt_pools.text);
    for (char *word = strtok_r(path->text, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        add(rules, word, rights);
    }
}

/* What libvirt's client reads to find a host, and who has logged in to this one. */
static struct status add_host(struct rules *rules, const struct settings *settings)
{
    static const char *const read[] = {"/etc", "/run/libvirt", "/usr/share", "/dev/urandom",
                                       "/var/log/wtmp"};
    const char *key = settings->virt_watcher_key.text;
    for (size_t i = 0; i < (sizeof read / sizeof read[0]); i++) {
        add(rules, read[i], LANDLOCK_READ);
    }
    add(rules, settings->virt_nfs_exports.text, LANDLOCK_READ);
    add_pools(rules, settings, LANDLOCK_READ);
    if (rules->count < RULES_MAX) {
        struct store_path *spool = &rules->paths[rules->count];
        struct text text = TEXT_IN(spool->text);
        text_put_string(&text, key);
        text_put_literal(&text, WATCHER_SPOOL);
        add(rules, text_string(&text), LANDLOCK_READ | LANDLOCK_WRITE | LANDLOCK_CHANGE);
    }
    return add_store_to_read(rules, settings->store_path.text);
}

/* Certificates are renewed by putting a new file in the place of the old: the directory is what
 * stays. */
static struct status add_directory_of(struct rules *rules, const struct setting_text *file,
                                      unsigned rights)
{
    struct store_path *path = &rules->paths[rules->count];
    const char *slash = strrchr(file->text, '/');
    if (slash == NULL || rules->count == RULES_MAX) {
        return OK;
    }
    const size_t size = slash == file->text ? 1 : (size_t)(slash - file->text);
    memcpy(path->text, file->text, size);
    path->text[size] = '\0';
    add(rules, path->text, rights);
    return OK;
}

static struct status add_certificates(struct rules *rules, const struct settings *settings)
{
    const struct setting_text *const files[] = {
        &settings->tls_certificate, &settings->tls_key,         &settings->tls_client_ca,
        &settings->tls_crl,         &settings->web_certificate, &settings->web_key,
        &settings->web_client_ca,   &settings->web_crl,
    };
    for (size_t i = 0; i < (sizeof files / sizeof files[0]); i++) {
        TRY(add_directory_of(rules, files[i], LANDLOCK_READ));
    }
    return OK;
}

static struct status add_world(struct rules *rules, const struct settings *settings)
{
    const unsigned change = LANDLOCK_READ | LANDLOCK_WRITE | LANDLOCK_CHANGE;
    const char *store = settings->store_path.text;
    const bool elsewhere = settings->daemon_runtime.text[0] != '\0';
    add_system(rules);
    TRY(add_store_to_read(rules, store));
    TRY(add_below(rules, store, DESCRIPTIONS_DIRECTORY, change));
    TRY(add_below(rules, elsewhere ? settings->daemon_runtime.text : store,
                  elsewhere ? "vmc" : "run/vmc", change));
    TRY(add_directory_of(rules, &settings->virt_nfs_exports, change));
    add_pools(rules, settings, change);
    return OK;
}

static struct status collect(struct rules *rules, const struct sandbox_wish *wish)
{
    const char *store = wish->settings->store_path.text;
    switch (profiles[wish->role].paths) {
    case PATHS_NONE:
        break;
    case PATHS_STORE:
        add(rules, store, LANDLOCK_READ | LANDLOCK_WRITE | LANDLOCK_CHANGE);
        break;
    case PATHS_STORE_READ:
        return add_store_to_read(rules, store);
    case PATHS_STORE_SYSTEM:
        add_system(rules);
        return add_store_to_read(rules, store);
    case PATHS_HOST_READ:
        return add_host(rules, wish->settings);
    case PATHS_WORLD:
        return add_world(rules, wish->settings);
    case PATHS_TLS:
        return add_certificates(rules, wish->settings);
    }
    return OK;
}

/* In order ----------------------------------------------------------------------------------- */

/* Whoever was started by root may otherwise read and kill whatever it likes. A capability that the
 * kernel does not know ends the walk. */
static struct status give_up_capabilities(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    for (unsigned long capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0;
         capability++) {
        /* Without the right to, there is none to drop. */
        (void)prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    }
    return syscall(SYS_capset, &head, none) == 0 ? OK : FAIL(IO, (uint64_t)errno);
}

static struct status give_up_privileges(void)
{
    const struct rlimit none = {0, 0};
    TRY(give_up_capabilities());
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
        setrlimit(RLIMIT_CORE, &none) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    return OK;
}

/* Hosts beyond this machine are reached by TCP; this one by a socket. */
static bool is_far(const struct settings *settings)
{
    const char *uris = settings->virt_uri.text;
    return strstr(uris, "+tls://") != NULL || strstr(uris, "+tcp://") != NULL ||
           strstr(uris, "+ssh://") != NULL || strstr(uris, "+libssh") != NULL;
}

static struct status enter_landlock(const struct sandbox_wish *wish)
{
    struct rules rules = {.count = 0};
    const bool network = (profiles[wish->role].groups & GROUP_CONNECT) != 0 &&
                         (profiles[wish->role].paths != PATHS_WORLD || is_far(wish->settings));
    TRY(collect(&rules, wish));
    return landlock_enter(rules.rule, rules.count, network);
}

struct status sandbox_enter(const struct sandbox_wish *wish, struct sandbox_facts *out)
{
    const bool required = wish->settings->daemon_sandbox == SANDBOX_REQUIRED;
    *out = (struct sandbox_facts){.landlock = landlock_abi(), .seccomp = seccomp_is_there()};
    if (required && (out->landlock == 0 || !out->seccomp)) {
        return FAIL_BECAUSE(NOT_FOUND, 0,
                            "the kernel has no Landlock or no seccomp, and settings require both");
    }
    TRY(give_up_privileges());
    if (out->landlock > 0) {
        TRY(enter_landlock(wish));
    }
    return out->seccomp ? seccomp_enter(profiles[wish->role].groups, wish->trapped) : OK;
}
