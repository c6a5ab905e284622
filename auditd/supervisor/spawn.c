#include "auditd/supervisor/spawn.h"

#include "auditd/ending.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    ASIDE = PROCESS_DESCRIPTORS + 8, /* above every number that a process starts with */
    ENVIRONMENT_MAX = 16,
};

/* Who ---------------------------------------------------------------------------------------- */

static const struct passwd *find_entry(const char *name)
{
    uint64_t number;
    if (text_read_u64(bytes_of_string(name), &number) && number <= UINT32_MAX) {
        return getpwuid((uid_t)number);
    }
    return getpwnam(name);
}

struct status spawn_find_user(const char *name, struct spawn_user *out)
{
    int count = SPAWN_GROUPS_MAX;
    const struct passwd *entry = find_entry(name);
    if (entry == NULL) {
        return FAIL(NOT_FOUND, 0);
    }
    out->other = true;
    out->uid = entry->pw_uid;
    out->gid = entry->pw_gid;
    if (getgrouplist(entry->pw_name, entry->pw_gid, out->groups, &count) < 0) {
        return FAIL(LIMIT, SPAWN_GROUPS_MAX);
    }
    out->group_count = (size_t)count;
    return OK;
}

const char *spawn_user_name(enum role role, const struct settings *settings)
{
    const char *own = "";
    switch (role) {
    case ROLE_INGEST:
    case ROLE_INGEST_TLS:
    case ROLE_METRICS:
        own = settings->daemon_user_ingest.text;
        break;
    case ROLE_READER:
        own = settings->daemon_user_reader.text;
        break;
    case ROLE_HTTP:
        own = settings->daemon_user_http.text;
        break;
    case ROLE_WATCHER:
        own = settings->daemon_user_watcher.text;
        break;
    case ROLE_WRITER:
    case ROLE_ALERTS:
    case ROLE_CONTROLLERS:
    case ROLE_VIRT:
    case ROLE_COUNT:
        break;
    }
    return own[0] == '\0' ? settings->daemon_user.text : own;
}

/* The child ---------------------------------------------------------------------------------- */

/* What the loader, the sanitizers and the tests of faults are told by; a service has none of it. */
static bool is_kept(const char *variable)
{
    static const char *const kept[] = {"ASAN_OPTIONS=",  "UBSAN_OPTIONS=", "LSAN_OPTIONS=",
                                       "LD_PRELOAD=",    "FAKETIME",       "FAULT_",
                                       "JOURNAL_STREAM="};
    for (size_t i = 0; i < (sizeof kept / sizeof kept[0]); i++) {
        if (strncmp(variable, kept[i], strlen(kept[i])) == 0) {
            return true;
        }
    }
    return false;
}

static void clean_environment(char *out[static ENVIRONMENT_MAX])
{
    size_t count = 0;
    for (char **variable = environ; *variable != NULL && count < ENVIRONMENT_MAX - 1; variable++) {
        if (is_kept(*variable)) {
            out[count++] = *variable;
        }
    }
    out[count] = NULL;
}

/* Everything to its number. First all of it aside, since a number may be taken by another. */
static bool arrange(const struct spawn_plan *plan, int nothing)
{
    int aside[PROCESS_DESCRIPTORS];
    for (int i = PROCESS_CONTROL; i < PROCESS_DESCRIPTORS; i++) {
        const int from = plan->descriptors[i] < 0 ? nothing : plan->descriptors[i];
        aside[i] = fcntl(from, F_DUPFD, ASIDE);
        if (aside[i] < 0) {
            return false;
        }
    }
    for (int i = PROCESS_CONTROL; i < PROCESS_DESCRIPTORS; i++) {
        if (dup2(aside[i], i) != i) {
            return false;
        }
    }
    if (dup2(nothing, STDIN_FILENO) < 0 || dup2(nothing, STDOUT_FILENO) < 0) {
        return false;
    }
    return close_range(PROCESS_DESCRIPTORS, ~0U, 0) == 0;
}

static bool become(const struct spawn_user *user)
{
    if (!user->other) {
        return true;
    }
    if (geteuid() != 0) {
        return user->uid == geteuid();
    }
    return setgroups(user->group_count, user->groups) == 0 &&
           setresgid(user->gid, user->gid, user->gid) == 0 &&
           setresuid(user->uid, user->uid, user->uid) == 0;
}

/* Whoever has to be killed for memory: not the writer first. To offer oneself is allowed to all. */
static void offer_to_be_killed(unsigned seat)
{
    const int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file >= 0 && seat_role(seat) != ROLE_WRITER) {
        (void)!write(file, "300", 3);
    }
    if (file >= 0) {
        close(file);
    }
}

_Noreturn static void run_child(const struct spawn_plan *plan, const char *name)
{
    char program[] = "cairnd", role_option[] = "--role", role[SEAT_NAME_SIZE];
    char *const arguments[] = {program, role_option, role, NULL};
    char *environment[ENVIRONMENT_MAX];
    sigset_t none;
    memcpy(role, name, sizeof role);
    const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing < 0 || !arrange(plan, nothing) || setpgid(0, 0) != 0 || chdir("/") != 0 ||
        !become(plan->user)) {
        _exit(ENDING_NOT_PERMITTED);
    }
    offer_to_be_killed(plan->seat);
    umask(0077);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    clean_environment(environment);
    execve("/proc/self/exe", arguments, environment);
    _exit(ENDING_INTERNAL);
}

struct status spawn(const struct spawn_plan *plan, pid_t *pid)
{
    const struct seat_name name = seat_name(plan->seat);
    const pid_t child = fork();
    if (child < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    if (child == 0) {
        run_child(plan, name.text);
    }
    *pid = child;
    return OK;
}
