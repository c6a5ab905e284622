/*
 * auditd/vmc/main.c -- cairn-vmc, the controller in a machine.
 */
#include "auditd/vmc/controller.h"
#include "store/key.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    TURN_MS = 500,
    END_MS = 5000,
    EXIT_USAGE = 2,
};

static const char usage[] =
    "usage: cairn-vmc [--channel PATH | --vsock PORT] [--drives DIRECTORY] [--shares DIRECTORY]\n"
    "                 [--keep DIRECTORY] [--accounts FILE | --no-accounts] [--pbkdf "
    "argon2id|pbkdf2]\n"
    "                 [--mkfs PROGRAM] [--version]\n"
    "\n"
    "The controller in a virtual machine: it formats, opens and mounts its drives with keys that\n"
    "users send it, enforces who may do what in it, and tells the log what happens.\n"
    "\n"
    "  --channel PATH   its way out: a virtio-serial port, or a Unix socket\n"
    "                   (/dev/virtio-ports/org.cairn.vmc.0)\n"
    "  --vsock PORT     its way out: this port of the host\n"
    "  --drives DIR     where drives are mounted (/drives)\n"
    "  --shares DIR     where network shares are mounted (/shares)\n"
    "  --keep DIR       what it keeps while the machine runs, in memory (/run/cairn-vmc)\n"
    "  --accounts FILE  its users as accounts (/etc/passwd)\n"
    "  --pbkdf pbkdf2   stretches keys quickly: for tests\n"
    "  --mkfs PROGRAM   what makes file systems (/sbin/mkfs.ext4)\n";

static struct controller_options usual(void)
{
    return (struct controller_options){
        .port = {.path = "/dev/virtio-ports/org.cairn.vmc.0"},
        .drives = {.blocks = "/sys/block",
                   .devices = "/dev",
                   .mapper = "/dev/mapper",
                   .root = "/drives",
                   .mounts = "/proc/self/mounts",
                   .mkfs = "/sbin/mkfs.ext4"},
        .keep = "/run/cairn-vmc",
        .accounts = "/etc/passwd",
        .mount_nfs = "/sbin/mount.nfs",
        .shares = "/shares",
    };
}

static bool read_port(const char *text, uint32_t *out)
{
    uint64_t number;
    if (!text_read_u64(bytes_of_string(text), &number) || number == 0 || number > UINT32_MAX) {
        return false;
    }
    *out = (uint32_t)number;
    return true;
}

static bool take_option(int option, struct controller_options *options)
{
    switch (option) {
    case 'c':
        options->port.path = optarg;
        return true;
    case 'v':
        return read_port(optarg, &options->port.vsock);
    case 'd':
        options->drives.root = optarg;
        return true;
    case 's':
        options->shares = optarg;
        return true;
    case 'k':
        options->keep = optarg;
        return true;
    case 'a':
        options->accounts = optarg;
        return true;
    case 'n':
        options->accounts = NULL;
        return true;
    case 'p':
        options->drives.stretching.quick = strcmp(optarg, "pbkdf2") == 0;
        return options->drives.stretching.quick || strcmp(optarg, "argon2id") == 0;
    case 'm':
        options->drives.mkfs = optarg;
        return true;
    default:
        return false;
    }
}

static bool read_options(int count, char **words, struct controller_options *options)
{
    static const struct option known[] = {
        {"channel", required_argument, NULL, 'c'}, {"vsock", required_argument, NULL, 'v'},
        {"drives", required_argument, NULL, 'd'},  {"shares", required_argument, NULL, 's'},
        {"keep", required_argument, NULL, 'k'},    {"accounts", required_argument, NULL, 'a'},
        {"no-accounts", no_argument, NULL, 'n'},   {"pbkdf", required_argument, NULL, 'p'},
        {"mkfs", required_argument, NULL, 'm'},    {NULL, 0, NULL, 0},
    };
    int option;
    while ((option = getopt_long(count, words, "", known, NULL)) != -1) {
        if (!take_option(option, options)) {
            return false;
        }
    }
    return optind == count;
}

/* Nothing of its memory goes to a disk: it holds the keys of drives. */
static void protect(void)
{
    const struct rlimit none = {0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0);
    if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0) {
        (void)fprintf(stderr, "cairn-vmc: memory is not locked; a swap could see it\n");
    }
}

static void end_by_signals(sigset_t *out)
{
    (void)sigemptyset(out);
    (void)sigaddset(out, SIGTERM);
    (void)sigaddset(out, SIGINT);
}

/* These signals are blocked, and looked for between turns. */
static bool was_ended(void)
{
    const struct timespec at_once = {0};
    sigset_t ends;
    end_by_signals(&ends);
    return sigtimedwait(&ends, NULL, &at_once) > 0;
}

static struct status run(const struct controller_options *options, bool *again)
{
    CLEANUP(controller_close) struct controller *controller = NULL;
    (void)mkdir(options->drives.root, 0755);
    (void)mkdir(options->shares, 0755);
    TRY(key_library_start());
    TRY(controller_open(options, &controller));
    while (!was_ended() && !*again) {
        *again = controller_turn(controller, TURN_MS) == CONTROLLER_RESTART;
    }
    if (!*again) {
        controller_end(controller, END_MS);
    }
    return OK;
}

int main(int count, char **words)
{
    struct controller_options options = usual();
    sigset_t ends;
    bool again = false;
    if (count == 2 && strcmp(words[1], "--version") == 0) {
        (void)printf("cairn-vmc %s\n", CAIRN_VERSION);
        return 0;
    }
    if (count == 2 && strcmp(words[1], "--help") == 0) {
        (void)fputs(usage, stdout);
        return 0;
    }
    if (!read_options(count, words, &options)) {
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    protect();
    end_by_signals(&ends);
    (void)sigprocmask(SIG_BLOCK, &ends, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    struct status status = run(&options, &again);
    if (failed(status)) {
        char memory[512];
        struct text line = TEXT_IN(memory);
        status_describe(status, &line);
        (void)fprintf(stderr, "cairn-vmc: %s\n", text_string(&line));
        return EXIT_FAILURE;
    }
    if (again) {
        (void)execv("/proc/self/exe", words);
        (void)fprintf(stderr, "cairn-vmc: cannot start again: %s\n", strerror(errno));
        return EXIT_FAILURE;
    }
    return 0;
}
