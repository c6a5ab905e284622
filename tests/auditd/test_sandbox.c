#include "auditd/landlock.h"
#include "auditd/sandbox.h"
#include "auditd/seccomp.h"
#include "tests/support/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* What is tried in a child, in the sandbox of a role. 0: it went; else the errno. */
struct place {
    struct scratch scratch;
    char store[256], data[300], lock[300], fresh[300], outside[300];
    struct settings *settings;
    _Atomic uint64_t *trapped;
    int listener, pair[2], opened;
    pid_t sibling;
};

static int outcome(bool went)
{
    return went ? 0 : errno == 0 ? EIO : errno;
}

static int try_passwd(const struct place *place)
{
    (void)place;
    return outcome(open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0);
}

static int try_reading_what_is_open(const struct place *place)
{
    char byte;
    lseek(place->opened, 0, SEEK_SET);
    return outcome(read(place->opened, &byte, 1) == 1);
}

static int try_store_to_read(const struct place *place)
{
    return outcome(open(place->data, O_RDONLY | O_CLOEXEC) >= 0);
}

static int try_store_to_write(const struct place *place)
{
    return outcome(open(place->data, O_RDWR | O_CLOEXEC) >= 0);
}

static int try_lock_file(const struct place *place)
{
    return outcome(open(place->lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600) >= 0);
}

static int try_making_in_store(const struct place *place)
{
    return outcome(open(place->fresh, O_RDWR | O_CREAT | O_CLOEXEC, 0600) >= 0);
}

static int try_making_outside(const struct place *place)
{
    return outcome(open(place->outside, O_RDWR | O_CREAT | O_CLOEXEC, 0600) >= 0);
}

static int try_removing_outside(const struct place *place)
{
    return outcome(unlinkat(AT_FDCWD, place->outside, 0) == 0);
}

static int try_inet(const struct place *place)
{
    (void)place;
    return outcome(socket(AF_INET, SOCK_STREAM, 0) >= 0);
}

static int try_packet(const struct place *place)
{
    (void)place;
    return outcome(socket(AF_PACKET, SOCK_RAW, 0) >= 0);
}

static int try_unix(const struct place *place)
{
    (void)place;
    return outcome(socket(AF_UNIX, SOCK_STREAM, 0) >= 0);
}

static int try_pair(const struct place *place)
{
    int ends[2];
    (void)place;
    return outcome(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
}

static int try_speaking_by_channel(const struct place *place)
{
    return outcome(send(place->pair[0], "x", 1, MSG_NOSIGNAL) == 1);
}

static int try_accepting(const struct place *place)
{
    const int fd = accept4(place->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    return outcome(fd >= 0 || errno == EAGAIN);
}

static int try_exec(const struct place *place)
{
    char program[] = "true";
    char *const arguments[] = {program, NULL};
    char *const environment[] = {NULL};
    (void)place;
    execve("/bin/true", arguments, environment);
    return errno;
}

static int try_fork(const struct place *place)
{
    (void)place;
    const pid_t child = fork();
    if (child == 0) {
        _exit(0);
    }
    return outcome(child > 0);
}

static int try_ptrace(const struct place *place)
{
    return outcome(ptrace(PTRACE_SEIZE, place->sibling, NULL, NULL) == 0);
}

static int try_kill(const struct place *place)
{
    return outcome(kill(place->sibling, SIGCONT) == 0);
}

static int try_reading_another_process(const struct place *place)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mem", (int)place->sibling);
    return outcome(open(path, O_RDONLY) >= 0);
}

static int try_mapping_code(const struct place *place)
{
    (void)place;
    return outcome(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
                   MAP_FAILED);
}

static int try_making_code(const struct place *place)
{
    (void)place;
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return outcome(mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0);
}

static int try_memory(const struct place *place)
{
    (void)place;
    void *memory = malloc(8 << 20);
    const bool went = memory != NULL;
    free(memory);
    return outcome(went);
}

static int try_polling(const struct place *place)
{
    struct epoll_event event = {.events = EPOLLIN};
    const int poll = epoll_create1(EPOLL_CLOEXEC);
    return outcome(poll >= 0 && epoll_ctl(poll, EPOLL_CTL_ADD, place->pair[0], &event) == 0 &&
                   epoll_wait(poll, &event, 1, 0) >= 0);
}

static int try_memory_file(const struct place *place)
{
    (void)place;
    const int file = memfd_create("page", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    return outcome(file >= 0 && fcntl(file, F_ADD_SEALS, F_SEAL_WRITE) == 0);
}

static void *do_nothing(void *context)
{
    return context;
}

static int try_thread(const struct place *place)
{
    pthread_t thread;
    (void)place;
    errno = pthread_create(&thread, NULL, do_nothing, NULL);
    return outcome(errno == 0 && pthread_join(thread, NULL) == 0);
}

static int try_more_privileges(const struct place *place)
{
    (void)place;
    return outcome(setresuid(0, 0, 0) == 0);
}

static int try_another_root(const struct place *place)
{
    return outcome(chroot(place->store) == 0);
}

static int try_mount(const struct place *place)
{
    (void)place;
    return outcome(syscall(SYS_mount, "none", "/mnt", "tmpfs", 0, NULL) == 0);
}

static int try_module(const struct place *place)
{
    (void)place;
    return outcome(syscall(SYS_bpf, 0, NULL, 0) == 0);
}

static int try_core(const struct place *place)
{
    const struct rlimit wish = {RLIM_INFINITY, RLIM_INFINITY};
    (void)place;
    return outcome(setrlimit(RLIMIT_CORE, &wish) == 0);
}

/* What each role may: + it goes, . it does not. The columns are those of enum role. */
static const struct {
    const char *name;
    int (*attempt)(const struct place *place);
    const char *may; /* writer ingest ingest-tls reader http alerts metrics controllers watcher
                        virt */
} attempts[] = {
    /* clang-format off */
    {"reading what is open",         try_reading_what_is_open,    "++++++++++"},
    {"speaking by a channel",        try_speaking_by_channel,     "++++++++++"},
    {"taking memory",                try_memory,                  "++++++++++"},
    {"polling",                      try_polling,                 "++++++++++"},
    {"accepting",                    try_accepting,               ".++.+.++.."},
    {"making a pair of sockets",     try_pair,                    "....++..++"},
    {"making a file in memory",      try_memory_file,             "...+.+..++"},
    {"starting a thread",            try_thread,                  "+..+++.+++"},
    {"reading the store",            try_store_to_read,           "+..+.+.+++"},
    {"writing the store",            try_store_to_write,          "+........."},
    {"writing the table of readers", try_lock_file,               "+..+.+.+++"},
    {"making a file in the store",   try_making_in_store,         "+........."},
    {"making a file outside",        try_making_outside,          ".........."},
    {"removing a file outside",      try_removing_outside,        ".........."},
    {"reading /etc/passwd",          try_passwd,                  ".....+..++"},
    {"a socket of the network",      try_inet,                    ".....+..++"},
    {"a socket of packets",          try_packet,                  ".........."},
    {"a socket of this machine",     try_unix,                    ".....+.+++"},
    {"another program",              try_exec,                    ".....+...+"},
    {"another process",              try_fork,                    ".....+...+"},
    {"debugging another",            try_ptrace,                  ".........."},
    {"a signal to another",          try_kill,                    ".........."},
    {"the memory of another",        try_reading_another_process, ".........."},
    {"mapping code",                 try_mapping_code,            ".....+...+"},
    {"making code",                  try_making_code,             ".....+...+"},
    {"more privileges",              try_more_privileges,         ".........."},
    {"another root",                 try_another_root,            ".........."},
    {"a mount",                      try_mount,                   ".........."},
    {"a program in the kernel",      try_module,                  ".........."},
    {"a core",                       try_core,                    ".........."},
    /* clang-format on */
};

enum {
    NOT_ENTERED = 99,
    TRAPPED = 159,
};

static void write_file(const char *path)
{
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && write(fd, "xxxx", 4) == 4);
    close(fd);
}

static void make_place(struct place *place)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    scratch_begin(&place->scratch);
    const char *folder = place->scratch.directory;
    snprintf(place->store, sizeof place->store, "%.200s/store", folder);
    assert_int_equal(mkdir(place->store, 0700), 0);
    snprintf(place->data, sizeof place->data, "%s/log", place->store);
    assert_int_equal(mkdir(place->data, 0700), 0);
    snprintf(place->lock, sizeof place->lock, "%s/log/lock.mdb", place->store);
    snprintf(place->data, sizeof place->data, "%s/log/data.mdb", place->store);
    snprintf(place->fresh, sizeof place->fresh, "%s/fresh", place->store);
    snprintf(place->outside, sizeof place->outside, "%.200s/outside", folder);
    write_file(place->data);
    write_file(place->lock);
    write_file(place->outside);
    place->settings = calloc(1, sizeof *place->settings);
    assert_non_null(place->settings);
    settings_init(place->settings);
    snprintf(place->settings->store_path.text, SETTINGS_TEXT_SIZE, "%s", place->store);
    place->trapped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(place->trapped != MAP_FAILED);
    place->opened = open(place->data, O_RDONLY | O_CLOEXEC);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, place->pair), 0);
    place->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%.90s/sock", folder);
    assert_int_equal(bind(place->listener, (const void *)&address, sizeof address), 0);
    assert_int_equal(listen(place->listener, 4), 0);
    place->sibling = fork();
    if (place->sibling == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) {
            pause();
        }
    }
}

static int set_up(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    make_place(place);
    *state = place;
    return 0;
}

static int tear_down(void **state)
{
    struct place *place = *state;
    kill(place->sibling, SIGKILL);
    waitpid(place->sibling, NULL, 0);
    scratch_end(&place->scratch);
    free(place->settings);
    free(place);
    return 0;
}

_Noreturn static void run_in_sandbox(const struct place *place, enum role role,
                                     int (*attempt)(const struct place *place))
{
    struct sandbox_facts facts;
    const struct sandbox_wish wish = {role, place->settings, place->trapped};
    if (failed(sandbox_enter(&wish, &facts))) {
        _exit(NOT_ENTERED);
    }
    errno = 0;
    _exit(attempt(place) == 0 ? 0 : 1);
}

/* How the attempt ended: 0 it went, 1 it was refused, TRAPPED it ended the process. */
static int run(const struct place *place, enum role role, int (*attempt)(const struct place *place))
{
    int how;
    atomic_store(place->trapped, 0);
    const pid_t child = fork();
    if (child == 0) {
        run_in_sandbox(place, role, attempt);
    }
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how));
    return WEXITSTATUS(how);
}

static bool whole_sandbox_is_here(void)
{
    if (landlock_abi() >= 6 && seccomp_is_there()) {
        return true;
    }
    print_message("this kernel has Landlock %u and seccomp %d: it is not tried what they refuse\n",
                  (unsigned)landlock_abi(), seccomp_is_there());
    return false;
}

static void each_role_may_what_its_row_says_and_nothing_else(void **state)
{
    const struct place *place = *state;
    unsigned wrong = 0;
    if (!whole_sandbox_is_here()) {
        skip();
    }
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++) {
        assert_int_equal(strlen(attempts[i].may), ROLE_COUNT);
        for (unsigned role = 0; role < ROLE_COUNT; role++) {
            const int ended = run(place, (enum role)role, attempts[i].attempt);
            const bool went = ended == 0;
            if (ended == NOT_ENTERED || went != (attempts[i].may[role] == '+')) {
                print_message("%s: %s ended with %d (call %d)\n", role_infos[role].name,
                              attempts[i].name, ended, (int)atomic_load(place->trapped) - 1);
                wrong++;
            }
        }
    }
    assert_int_equal(wrong, 0);
}

static void without_a_sandbox_the_attempts_go(void **state)
{
    /* Those that need no right that the tests may lack: that they fail above is the sandbox's
     * doing. */
    const struct place *place = *state;
    assert_int_equal(try_passwd(place), 0);
    assert_int_equal(try_store_to_read(place), 0);
    assert_int_equal(try_store_to_write(place), 0);
    assert_int_equal(try_inet(place), 0);
    assert_int_equal(try_unix(place), 0);
    assert_int_equal(try_pair(place), 0);
    assert_int_equal(try_accepting(place), 0);
    assert_int_equal(try_thread(place), 0);
    assert_int_equal(try_kill(place), 0);
    assert_int_equal(try_mapping_code(place), 0);
    assert_int_equal(try_making_code(place), 0);
    assert_int_equal(try_memory_file(place), 0);
}

static void a_refused_call_is_known_by_its_name(void **state)
{
    static const struct {
        int (*attempt)(const struct place *place);
        const char *call;
    } cases[] = {
        {try_inet, "socket"},         {try_exec, "execve"}, {try_ptrace, "ptrace"},
        {try_mapping_code, "mmap"},   {try_kill, "kill"},   {try_making_code, "mprotect"},
        {try_another_root, "chroot"},
    };
    const struct place *place = *state;
    for (size_t i = 0; seccomp_is_there() && i < sizeof cases / sizeof cases[0]; i++) {
        char memory[64];
        struct text name = TEXT_IN(memory);
        assert_int_equal(run(place, ROLE_INGEST, cases[i].attempt), TRAPPED);
        seccomp_call_name((int)atomic_load(place->trapped) - 1, &name);
        assert_string_equal(text_string(&name), cases[i].call);
    }
}

static int look_at_self(const struct place *place)
{
    struct rlimit core;
    (void)place;
    return outcome(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 &&
                   prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 && getrlimit(RLIMIT_CORE, &core) == 0 &&
                   core.rlim_max == 0);
}

static void nobody_gains_privileges_or_leaves_a_core(void **state)
{
    const struct place *place = *state;
    /* Of the roles, only this one may still ask what it is. */
    assert_int_equal(run(place, ROLE_ALERTS, look_at_self), 0);
}

static void a_number_without_a_name_is_shown_as_a_number(void **state)
{
    char memory[64];
    struct text name = TEXT_IN(memory);
    (void)state;
    seccomp_call_name(99999, &name);
    assert_string_equal(text_string(&name), "number 99999");
    text_clear(&name);
    seccomp_call_name(-1, &name);
    assert_string_equal(text_string(&name), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_role_may_what_its_row_says_and_nothing_else),
        cmocka_unit_test(without_a_sandbox_the_attempts_go),
        cmocka_unit_test(a_refused_call_is_known_by_its_name),
        cmocka_unit_test(nobody_gains_privileges_or_leaves_a_core),
        cmocka_unit_test(a_number_without_a_name_is_shown_as_a_number),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
