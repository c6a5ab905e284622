#include "auditd/seccomp.h"

#include "auditd/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

enum {
    REFUSED_CODE = 159,    /* 128 and SIGSYS */
    STACK_SIZE = 64 << 10, /* bytes, of the handler */
};

/* What is allowed whatever the arguments ----------------------------------------------------- */

/* Computing, the heap, the clock, and descriptors that are open. */
static const char *const base[] = {
    "read",
    "write",
    "readv",
    "writev",
    "pread64",
    "close",
    "lseek",
    "fstat",
    "brk",
    "munmap",
    "mremap",
    "madvise",
    "futex",
    "getpid",
    "gettid",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "clock_gettime",
    "gettimeofday",
    "time",
    "clock_getres",
    "clock_nanosleep",
    "nanosleep",
    "exit",
    "exit_group",
    "rt_sigreturn",
    "rt_sigprocmask",
    "getrandom",
    "sched_yield",
    "restart_syscall",
    "rseq",
    "sysinfo",
    "uname",
    "sched_getaffinity",
    "getcpu",
    "times",
    "getrusage",
    "dup",
    "membarrier",
    "mlock",
    "munlock",
    "pwrite64",
    "sigaltstack",
    "getppid",
    NULL,
};
static const char *const polling[] = {
    "epoll_create1",  "epoll_ctl",       "epoll_wait",      "epoll_pwait", "epoll_pwait2",
    "poll",           "ppoll",           "select",          "pselect6",    "eventfd2",
    "timerfd_create", "timerfd_settime", "timerfd_gettime", NULL,
};
static const char *const channels[] = {
    "sendmsg", "recvmsg", "recvfrom", "shutdown", "getsockopt", "getsockname", "getpeername", NULL,
};
static const char *const accepting[] = {"accept4", "accept", NULL};
static const char *const memory_files[] = {"memfd_create", "ftruncate", NULL};
static const char *const reading[] = {
    "newfstatat", "stat",       "lstat",  "statx",    "access", "faccessat",
    "faccessat2", "getdents64", "getcwd", "readlink", "statfs", "fstatfs",
    "fadvise64",  "readlinkat", "flock",  "msync",    NULL,
};
static const char *const writing[] = {
    "fsync",           "fdatasync", "ftruncate", "fallocate", "mkdir",         "mkdirat",
    "rename",          "renameat",  "renameat2", "unlink",    "unlinkat",      "rmdir",
    "sync_file_range", "link",      "linkat",    "fchmod",    "fchmodat",      "pwritev",
    "utimensat",       "chmod",     "truncate",  "adjtimex",  "clock_adjtime", "umask",
    "copy_file_range", "syncfs",    NULL,
};
static const char *const threading[] = {
    "set_robust_list",
    "get_robust_list",
    "set_tid_address",
    "sched_getparam",
    "sched_getscheduler",
    "sched_setaffinity",
    NULL,
};
static const char *const connecting[] = {
    "connect", "bind", "sendmmsg", "recvmmsg", "ioctl", "setsockopt", "sendto", NULL,
};
static const char *const connecting_unix[] = {"connect", NULL};
static const char *const programs[] = {
    "execve",
    "vfork",
    "fork",
    "clone",
    "wait4",
    "waitid",
    "pipe",
    "pipe2",
    "dup2",
    "dup3",
    "close_range",
    "arch_prctl",
    "set_tid_address",
    "set_robust_list",
    "prlimit64",
    "setpgid",
    "rt_sigaction",
    "getpgrp",
    "getpgid",
    "chdir",
    "prctl",
    "kill",
    "setsid",
    "rt_sigtimedwait",
    "rt_sigpending",
    "mlock2",
    "signalfd4",
    NULL,
};

static const char *const pipes[] = {"pipe", "pipe2", "dup3", NULL};

/* What qemu-img does besides, and what gives a file to a group. */
static const char *const images[] = {
    "preadv", "preadv2", "pwritev2", "get_mempolicy", "set_mempolicy", "chown", "fchownat", NULL,
};

static const struct {
    unsigned group; /* 0: always */
    const char *const *names;
} lists[] = {
    {0, base},
    {GROUP_POLL, polling},
    {GROUP_CHANNELS, channels},
    {GROUP_ACCEPT, accepting},
    {GROUP_MEMORY_FILES, memory_files},
    {GROUP_FILES_READ, reading},
    {GROUP_FILES_WRITE, writing},
    {GROUP_THREADS, threading},
    {GROUP_CONNECT, connecting},
    {GROUP_CONNECT_UNIX, connecting_unix},
    {GROUP_PROGRAMS, programs},
    {GROUP_PIPES, pipes},
    {GROUP_IMAGES, images},
};

/* A name that this architecture does not have needs no rule. */
static bool allow(scmp_filter_ctx filter, const char *name)
{
    const int number = seccomp_syscall_resolve_name(name);
    return number < 0 || seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0) == 0;
}

static bool allow_lists(scmp_filter_ctx filter, unsigned groups)
{
    for (size_t i = 0; i < (sizeof lists / sizeof lists[0]); i++) {
        if (lists[i].group != 0 && (groups & lists[i].group) == 0) {
            continue;
        }
        for (size_t k = 0; lists[i].names[k] != NULL; k++) {
            if (!allow(filter, lists[i].names[k])) {
                return false;
            }
        }
    }
    return true;
}

/* What is allowed with these arguments only -------------------------------------------------- */

static bool allow_if(scmp_filter_ctx filter, int call, struct scmp_arg_cmp rule)
{
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1, rule) == 0;
}

/* No page is ever both written by us and run. Programs map their own. */
static bool allow_memory(scmp_filter_ctx filter, unsigned groups)
{
    if ((groups & GROUP_PROGRAMS) != 0) {
        return allow(filter, "mmap") && allow(filter, "mprotect");
    }
    return allow_if(filter, SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) &&
           allow_if(filter, SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
}

static bool allow_fcntl(scmp_filter_ctx filter)
{
    static const int commands[] = {
        F_GETFD,  F_SETFD,     F_GETFL,     F_SETFL,      F_DUPFD_CLOEXEC, F_GETLK,    F_SETLK,
        F_SETLKW, F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW, F_ADD_SEALS,     F_GET_SEALS};
    for (size_t i = 0; i < (sizeof commands / sizeof commands[0]); i++) {
        if (!allow_if(filter, SCMP_SYS(fcntl), SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)commands[i]))) {
            return false;
        }
    }
    return true;
}

/* abort() raises a signal in its own process; nobody raises one in another. */
static bool allow_own_signals(scmp_filter_ctx filter)
{
    const scmp_datum_t self = (scmp_datum_t)getpid();
    return allow_if(filter, SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_EQ, self));
}

/* The name is given with the call only where a socket is not connected. */
static bool allow_sendto(scmp_filter_ctx filter, unsigned groups)
{
    return (groups & GROUP_CHANNELS) == 0 || (groups & GROUP_CONNECT) != 0 ||
           allow_if(filter, SCMP_SYS(sendto), SCMP_A4(SCMP_CMP_EQ, 0));
}

/* Options of TCP for who accepts from it; nothing that changes a route or a filter. */
static bool allow_setsockopt(scmp_filter_ctx filter, unsigned groups)
{
    static const scmp_datum_t levels[] = {6 /* IPPROTO_TCP */, SOL_SOCKET};
    if ((groups & GROUP_CONNECT) != 0 || (groups & (GROUP_ACCEPT | GROUP_PAIRS)) == 0) {
        return true;
    }
    for (size_t i = 0; i < (sizeof levels / sizeof levels[0]); i++) {
        if (!allow_if(filter, SCMP_SYS(setsockopt), SCMP_A1(SCMP_CMP_EQ, levels[i]))) {
            return false;
        }
    }
    return true;
}

static bool allow_sockets(scmp_filter_ctx filter, unsigned groups)
{
    static const scmp_datum_t families[] = {AF_UNIX, AF_INET, AF_INET6, 16 /* AF_NETLINK */};
    if ((groups & GROUP_PAIRS) != 0 &&
        !allow_if(filter, SCMP_SYS(socketpair), SCMP_A0(SCMP_CMP_EQ, AF_UNIX))) {
        return false;
    }
    if ((groups & (GROUP_CONNECT_UNIX | GROUP_CONNECT)) == GROUP_CONNECT_UNIX &&
        !allow_if(filter, SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, AF_UNIX))) {
        return false;
    }
    for (size_t i = 0; (groups & GROUP_CONNECT) != 0 && i < (sizeof families / sizeof families[0]);
         i++) {
        if (!allow_if(filter, SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, families[i])) ||
            !allow_if(filter, SCMP_SYS(socketpair), SCMP_A0(SCMP_CMP_EQ, families[i]))) {
            return false;
        }
    }
    return true;
}

/* Of a thread, the flags tell that it shares memory and signals; clone3 hides them in memory, so it
 * is said not to exist, and libc asks again by clone. */
static bool allow_threads(scmp_filter_ctx filter, unsigned groups)
{
    const int clone3 = seccomp_syscall_resolve_name("clone3");
    if (clone3 >= 0 && seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), clone3, 0) != 0) {
        return false;
    }
    if ((groups & GROUP_THREADS) == 0 || (groups & GROUP_PROGRAMS) != 0) {
        return true;
    }
    /* The two signals that libc's threads speak to each other by. */
    if (!allow_if(filter, SCMP_SYS(rt_sigaction), SCMP_A0(SCMP_CMP_EQ, 32)) ||
        !allow_if(filter, SCMP_SYS(rt_sigaction), SCMP_A0(SCMP_CMP_EQ, 33))) {
        return false;
    }
    return allow_if(filter, SCMP_SYS(clone),
                    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
}

/* qemu-img asks for rings of requests, and lives with a no. */
static bool answer_images(scmp_filter_ctx filter, unsigned groups)
{
    const int ring = seccomp_syscall_resolve_name("io_uring_setup");
    return (groups & GROUP_IMAGES) == 0 || ring < 0 ||
           seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), ring, 0) == 0;
}

/* Landlock knows which paths; here is told that without the group for it nothing is opened to be
 * written or made. */
static bool allow_open(scmp_filter_ctx filter, unsigned groups)
{
    const scmp_datum_t making = O_CREAT | O_TRUNC;
    if ((groups & (GROUP_FILES_WRITE | GROUP_LOCK_FILES)) != 0) {
        return allow(filter, "openat") && allow(filter, "open");
    }
    if ((groups & GROUP_FILES_READ) == 0) {
        return true;
    }
    return allow_if(filter, SCMP_SYS(openat), SCMP_A2(SCMP_CMP_MASKED_EQ, making, 0)) &&
           allow_if(filter, SCMP_SYS(open), SCMP_A1(SCMP_CMP_MASKED_EQ, making, 0));
}

/* libc asks these on its own, and lives with a no. */
static bool answer_libc(scmp_filter_ctx filter, unsigned groups)
{
    if ((groups & GROUP_PROGRAMS) != 0) {
        return true;
    }
    const bool settled = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1,
                                          SCMP_A2(SCMP_CMP_EQ, 0)) == 0 &&
                         allow_if(filter, SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME)) &&
                         allow_if(filter, SCMP_SYS(newfstatat),
                                  SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH));
    return settled && ((groups & GROUP_CONNECT) != 0 ||
                       seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOTTY), SCMP_SYS(ioctl), 0) == 0);
}

static bool build(scmp_filter_ctx filter, unsigned groups)
{
    return allow_lists(filter, groups) && allow_memory(filter, groups) && allow_fcntl(filter) &&
           allow_own_signals(filter) && allow_sendto(filter, groups) &&
           allow_setsockopt(filter, groups) && allow_sockets(filter, groups) &&
           allow_threads(filter, groups) && allow_open(filter, groups) &&
           answer_images(filter, groups) && answer_libc(filter, groups);
}

/* SIGSYS ------------------------------------------------------------------------------------- */

/* A handler is given nothing of ours; but it is told which stack it runs on, and at the lowest
 * address of that stack, which it does not reach, stands where the number goes. */
__attribute__((no_sanitize("address"))) /* it would read /proc before the end, which is refused */
static void
on_refused(int number, siginfo_t *info, void *context)
{
    const ucontext_t *at = context;
    _Atomic uint64_t *trapped = NULL;
    (void)number;
    if (at->uc_stack.ss_sp != NULL && at->uc_stack.ss_size >= STACK_SIZE) {
        memcpy(&trapped, at->uc_stack.ss_sp, sizeof trapped);
        atomic_store(trapped, (uint64_t)info->si_syscall + 1);
    }
    _exit(REFUSED_CODE);
}

static struct status catch_refused(_Atomic uint64_t *trapped)
{
    struct sigaction action = {.sa_sigaction = on_refused, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    stack_t stack = {.ss_size = STACK_SIZE};
    stack.ss_sp =
        mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack.ss_sp == MAP_FAILED) {
        return FAIL(NO_MEMORY, STACK_SIZE);
    }
    memcpy(stack.ss_sp, &trapped, sizeof trapped);
    sigemptyset(&action.sa_mask);
    if (sigaltstack(&stack, NULL) != 0 || sigaction(SIGSYS, &action, NULL) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    return OK;
}

/* All of it ---------------------------------------------------------------------------------- */

bool seccomp_is_there(void)
{
    const uint32_t action = SECCOMP_RET_TRAP;
    return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

struct status seccomp_enter(unsigned groups, _Atomic uint64_t *trapped)
{
    TRY(catch_refused(trapped));
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);
    if (filter == NULL) {
        return FAIL(NO_MEMORY, 0);
    }
    const bool built = build(filter, groups) && seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH,
                                                                 SCMP_ACT_KILL_PROCESS) == 0;
    const int loaded = built ? seccomp_load(filter) : -EINVAL;
    seccomp_release(filter);
    return loaded == 0 ? OK : FAIL(IO, (uint64_t)-loaded);
}

void seccomp_call_name(int number, struct text *out)
{
    char *name =
        number < 0 ? NULL : seccomp_syscall_resolve_num_arch(seccomp_arch_native(), number);
    if (name != NULL) {
        text_put_string(out, name);
    } else if (number < 0) {
        text_put_literal(out, "unknown");
    } else {
        text_add(out, "number %d", number);
    }
    free(name);
}
