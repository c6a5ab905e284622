/*
 * shim.c -- a preloaded library that counts the calls by which a program changes the disk, or takes
 * memory, and makes one of them go wrong.
 *
 * FAULT_COUNT    io: the calls below that touch FAULT_DIR; heap: malloc, calloc and realloc
 * FAULT_DIR      the directory (a real path) below which files are counted
 * FAULT_AT=n     the call to spoil, from 1; none: only count
 * FAULT_DO       fail (the default): errno is FAULT_ERRNO and nothing is done; short: a write does
 *                its first half; kill_before, kill_after: SIGKILL around the call
 * FAULT_STICKY   every call after the n-th goes the same way
 * FAULT_ERRNO    a number; EIO unless set, and always ENOMEM for the heap
 * FAULT_SKIP     allocations by objects with this in their name are not counted, as in libcrypto
 * FAULT_LOG      a file that gets one line for each counted io call: n, call, path, size; and for
 *                both kinds a last line `calls N`, unless the process is killed
 *
 * Counted   write pwrite writev pwritev fsync fdatasync msync ftruncate fallocate posix_fallocate
 *           rename renameat renameat2 link unlink unlinkat mkdir mkdirat, and open, openat
 *           and creat that may create. What libc calls within itself (stdio) is not seen.
 * Process   A process and its children count together; each ends its log with a line `calls N`.
 * Sanitizer The program may have been built with one, whose malloc is then the one that is called.
 *           What its runtime does in the place of libc, as in strdup, is not seen.
 * Limits    With several threads, which call is the n-th depends on the schedule. The calls go to
 *           the kernel directly, so none of them is a cancellation point.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))

enum action {
    ACTION_FAIL,
    ACTION_SHORT,
    ACTION_KILL_BEFORE,
    ACTION_KILL_AFTER,
};

enum {
    SKIPPED_MAX = 8, /* pieces of code */
};

/* What has been decided about one call. */
enum verdict {
    VERDICT_PASS,
    VERDICT_FAIL,
    VERDICT_HALF,
    VERDICT_KILL_AFTER,
};

/* A preloaded library has no main that could hand this down. */
static struct shim {
    bool counts_io, counts_heap, sticky;
    uint64_t at;
    enum action action;
    int error; /* errno */
    int log;   /* descriptor, or -1 */
    char directory[PATH_MAX];
    size_t directory_size;       /* bytes */
    atomic_uint_fast64_t *calls; /* on a page that is shared with children */
    struct {
        uintptr_t from, to;
    } skipped[SKIPPED_MAX]; /* addresses of code whose allocations do not count */
    size_t skipped_count;
} shim = {.log = -1};

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

/* A sanitizer's, where the program has one. */
#define IF_THERE __attribute__((weak))
IF_THERE extern void *__interceptor_malloc(size_t size);
IF_THERE extern void *__interceptor_calloc(size_t count, size_t size);
IF_THERE extern void *__interceptor_realloc(void *memory, size_t size);

/* Settings --------------------------------------------------------------------------------- */

static enum action action_named(const char *name)
{
    static const struct {
        const char *name;
        enum action action;
    } actions[] = {
        {"short", ACTION_SHORT},
        {"kill_before", ACTION_KILL_BEFORE},
        {"kill_after", ACTION_KILL_AFTER},
    };
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        if (name != NULL && strcmp(name, actions[i].name) == 0) {
            return actions[i].action;
        }
    }
    return ACTION_FAIL;
}

static uint64_t number_in(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

/* Notes where the code of the objects lies whose allocations do not count. */
static int note_skipped(struct dl_phdr_info *object, size_t size, void *name)
{
    (void)size;
    for (size_t i = 0; i < object->dlpi_phnum && strstr(object->dlpi_name, name) != NULL; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        if (part->p_type == PT_LOAD && (part->p_flags & PF_X) != 0 &&
            shim.skipped_count < SKIPPED_MAX) {
            uintptr_t from = object->dlpi_addr + part->p_vaddr;
            shim.skipped[shim.skipped_count].from = from;
            shim.skipped[shim.skipped_count++].to = from + part->p_memsz;
        }
    }
    return 0;
}

static __attribute__((constructor)) void start(void)
{
    const char *directory = getenv("FAULT_DIR");
    if (directory != NULL && strlen(directory) < sizeof shim.directory) {
        shim.directory_size = strlen(directory);
        memcpy(shim.directory, directory, shim.directory_size + 1);
    }
    void *page =
        mmap(NULL, sizeof *shim.calls, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) {
        return;
    }
    shim.calls = page;
    shim.at = number_in("FAULT_AT", 0);
    shim.action = action_named(getenv("FAULT_DO"));
    shim.error = (int)number_in("FAULT_ERRNO", EIO);
    shim.sticky = getenv("FAULT_STICKY") != NULL;
    const char *log = getenv("FAULT_LOG");
    if (log != NULL) {
        shim.log = (int)syscall(SYS_openat, AT_FDCWD, log,
                                O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
    char *skip = getenv("FAULT_SKIP");
    if (skip != NULL) {
        (void)dl_iterate_phdr(note_skipped, skip);
    }
    const char *count = getenv("FAULT_COUNT");
    shim.counts_heap = count != NULL && strcmp(count, "heap") == 0;
    shim.counts_io = count != NULL && strcmp(count, "io") == 0;
}

static void log_line(const char *line, int size)
{
    if (shim.log >= 0 && size > 0) {
        (void)syscall(SYS_write, shim.log, line, (size_t)size);
    }
}

static __attribute__((destructor)) void finish(void)
{
    char line[64];
    uint64_t calls = shim.calls == NULL ? 0 : *shim.calls;
    log_line(line, snprintf(line, sizeof line, "calls %ju\n", (uintmax_t)calls));
}

/* Counting and deciding -------------------------------------------------------------------- */

static enum verdict judge(uint64_t n)
{
    if (shim.at == 0 || n < shim.at || (n > shim.at && !shim.sticky)) {
        return VERDICT_PASS;
    }
    switch (shim.action) {
    case ACTION_KILL_BEFORE:
        (void)kill(getpid(), SIGKILL);
        return VERDICT_PASS;
    case ACTION_KILL_AFTER:
        return VERDICT_KILL_AFTER;
    case ACTION_SHORT:
        return VERDICT_HALF;
    case ACTION_FAIL:
        break;
    }
    return VERDICT_FAIL;
}

static bool is_below(const char *path)
{
    return shim.directory_size > 0 && strncmp(path, shim.directory, shim.directory_size) == 0 &&
           (path[shim.directory_size] == '/' || path[shim.directory_size] == '\0');
}

/* The path of an open descriptor; "" if there is none. */
static void path_of(int descriptor, char path[static PATH_MAX])
{
    char link[64];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t size = readlink(link, path, PATH_MAX - 1);
    path[size < 0 ? 0 : size] = '\0';
}

/* Counts a call on a path; the call that is spoilt is logged before it is. */
static enum verdict admit_path(const char *call, const char *path, uint64_t size)
{
    if (!shim.counts_io || !is_below(path)) {
        return VERDICT_PASS;
    }
    uint64_t n = atomic_fetch_add(shim.calls, 1) + 1;
    char line[PATH_MAX + 64];
    log_line(line, snprintf(line, sizeof line, "%ju %s %s %ju\n", (uintmax_t)n, call, path,
                            (uintmax_t)size));
    return judge(n);
}

static enum verdict admit(const char *call, int descriptor, uint64_t size)
{
    if (!shim.counts_io || descriptor == shim.log) {
        return VERDICT_PASS;
    }
    int kept = errno;
    char path[PATH_MAX];
    path_of(descriptor, path);
    enum verdict verdict = admit_path(call, path, size);
    errno = kept;
    return verdict;
}

/* A path that may be relative to a directory's descriptor. */
static enum verdict admit_at(const char *call, int directory, const char *path)
{
    if (!shim.counts_io) {
        return VERDICT_PASS;
    }
    char base[PATH_MAX] = "";
    char whole[2 * PATH_MAX];
    if (path[0] == '/') {
        (void)snprintf(whole, sizeof whole, "%s", path);
    } else if (directory == AT_FDCWD) {
        (void)snprintf(whole, sizeof whole, "%s/%s", getcwd(base, sizeof base) == NULL ? "" : base,
                       path);
    } else {
        path_of(directory, base);
        (void)snprintf(whole, sizeof whole, "%s/%s", base, path);
    }
    return admit_path(call, whole, 0);
}

struct kernel_call {
    long number;
    long arguments[5];
};

/* What a pointer is to syscall(). */
static long word(const void *pointer)
{
    return (long)(intptr_t)pointer;
}

/* Carries a verdict out on a call that cannot be cut short. */
static int carry(enum verdict verdict, struct kernel_call call)
{
    if (verdict == VERDICT_FAIL) {
        errno = shim.error;
        return -1;
    }
    const long *given = call.arguments;
    long result = syscall(call.number, given[0], given[1], given[2], given[3], given[4]);
    if (verdict == VERDICT_KILL_AFTER) {
        (void)kill(getpid(), SIGKILL);
    }
    return (int)result;
}

/* Writes ----------------------------------------------------------------------------------- */

struct request {
    const char *call;
    int descriptor;
    const struct iovec *parts;
    int part_count;
    bool positioned;
    off_t offset;
};

static ssize_t transfer(const struct request *request, const struct iovec *parts, int part_count)
{
    if (request->positioned) {
        return syscall(SYS_pwritev, request->descriptor, parts, part_count, request->offset, 0L);
    }
    return syscall(SYS_writev, request->descriptor, parts, part_count);
}

static uint64_t request_size(const struct request *request)
{
    uint64_t size = 0;
    for (int i = 0; i < request->part_count; i++) {
        size += request->parts[i].iov_len;
    }
    return size;
}

static ssize_t carry_out(const struct request *request)
{
    enum verdict verdict = admit(request->call, request->descriptor, request_size(request));
    if (verdict == VERDICT_FAIL) {
        errno = shim.error;
        return -1;
    }
    if (verdict == VERDICT_HALF && request->part_count > 0 && request->parts[0].iov_len > 1) {
        struct iovec half = request->parts[0];
        half.iov_len /= 2;
        return transfer(request, &half, 1);
    }
    ssize_t result = transfer(request, request->parts, request->part_count);
    if (verdict == VERDICT_KILL_AFTER) {
        (void)kill(getpid(), SIGKILL);
    }
    return result;
}

EXPORTED ssize_t write(int descriptor, const void *data, size_t size)
{
    struct iovec part = {.iov_base = (void *)(uintptr_t)data, .iov_len = size};
    return carry_out(&(struct request){
        .call = "write", .descriptor = descriptor, .parts = &part, .part_count = 1});
}

EXPORTED ssize_t pwrite(int descriptor, const void *data, size_t size, off_t offset)
{
    struct iovec part = {.iov_base = (void *)(uintptr_t)data, .iov_len = size};
    return carry_out(&(struct request){.call = "pwrite",
                                       .descriptor = descriptor,
                                       .parts = &part,
                                       .part_count = 1,
                                       .positioned = true,
                                       .offset = offset});
}

EXPORTED ssize_t writev(int descriptor, const struct iovec *parts, int part_count)
{
    return carry_out(&(struct request){
        .call = "writev", .descriptor = descriptor, .parts = parts, .part_count = part_count});
}

EXPORTED ssize_t pwritev(int descriptor, const struct iovec *parts, int part_count, off_t offset)
{
    return carry_out(&(struct request){.call = "pwritev",
                                       .descriptor = descriptor,
                                       .parts = parts,
                                       .part_count = part_count,
                                       .positioned = true,
                                       .offset = offset});
}

/* Syncs and sizes -------------------------------------------------------------------------- */

EXPORTED int fsync(int descriptor)
{
    return carry(admit("fsync", descriptor, 0), (struct kernel_call){SYS_fsync, {descriptor}});
}

EXPORTED int fdatasync(int descriptor)
{
    return carry(admit("fdatasync", descriptor, 0),
                 (struct kernel_call){SYS_fdatasync, {descriptor}});
}

/* Whose pages these are is not asked: msync is counted wherever it points. */
EXPORTED int msync(void *memory, size_t size, int flags)
{
    return carry(admit_path("msync", shim.directory, size),
                 (struct kernel_call){SYS_msync, {word(memory), (long)size, flags}});
}

EXPORTED int ftruncate(int descriptor, off_t size)
{
    return carry(admit("ftruncate", descriptor, (uint64_t)size),
                 (struct kernel_call){SYS_ftruncate, {descriptor, size}});
}

EXPORTED int fallocate(int descriptor, int mode, off_t offset, off_t size)
{
    return carry(admit("fallocate", descriptor, (uint64_t)size),
                 (struct kernel_call){SYS_fallocate, {descriptor, mode, offset, size}});
}

/* This one returns the error. */
EXPORTED int posix_fallocate(int descriptor, off_t offset, off_t size)
{
    return fallocate(descriptor, 0, offset, size) == 0 ? 0 : errno;
}

/* Names ------------------------------------------------------------------------------------ */

EXPORTED int rename(const char *from, const char *to)
{
    return carry(
        admit_at("rename", AT_FDCWD, to),
        (struct kernel_call){SYS_renameat2, {AT_FDCWD, word(from), AT_FDCWD, word(to), 0}});
}

EXPORTED int renameat(int from_directory, const char *from, int to_directory, const char *to)
{
    return carry(admit_at("renameat", to_directory, to),
                 (struct kernel_call){SYS_renameat2,
                                      {from_directory, word(from), to_directory, word(to), 0}});
}

EXPORTED int renameat2(int from_directory, const char *from, int to_directory, const char *to,
                       unsigned flags)
{
    return carry(
        admit_at("renameat2", to_directory, to),
        (struct kernel_call){SYS_renameat2,
                             {from_directory, word(from), to_directory, word(to), (long)flags}});
}

EXPORTED int link(const char *from, const char *to)
{
    return carry(admit_at("link", AT_FDCWD, to),
                 (struct kernel_call){SYS_linkat, {AT_FDCWD, word(from), AT_FDCWD, word(to), 0}});
}

EXPORTED int unlink(const char *path)
{
    return carry(admit_at("unlink", AT_FDCWD, path),
                 (struct kernel_call){SYS_unlinkat, {AT_FDCWD, word(path), 0}});
}

EXPORTED int unlinkat(int directory, const char *path, int flags)
{
    return carry(admit_at("unlinkat", directory, path),
                 (struct kernel_call){SYS_unlinkat, {directory, word(path), flags}});
}

EXPORTED int mkdir(const char *path, mode_t mode)
{
    return carry(admit_at("mkdir", AT_FDCWD, path),
                 (struct kernel_call){SYS_mkdirat, {AT_FDCWD, word(path), mode}});
}

EXPORTED int mkdirat(int directory, const char *path, mode_t mode)
{
    return carry(admit_at("mkdirat", directory, path),
                 (struct kernel_call){SYS_mkdirat, {directory, word(path), mode}});
}

static bool may_create(int flags)
{
    return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

static int open_counted(int directory, const char *path, int flags, mode_t mode)
{
    return carry(may_create(flags) ? admit_at("open", directory, path) : VERDICT_PASS,
                 (struct kernel_call){SYS_openat, {directory, word(path), flags, (long)mode}});
}

EXPORTED int open(const char *path, int flags, ...)
{
    va_list behind;
    va_start(behind, flags);
    mode_t mode = may_create(flags) ? va_arg(behind, mode_t) : 0;
    va_end(behind);
    return open_counted(AT_FDCWD, path, flags, mode);
}

EXPORTED int openat(int directory, const char *path, int flags, ...)
{
    va_list behind;
    va_start(behind, flags);
    mode_t mode = may_create(flags) ? va_arg(behind, mode_t) : 0;
    va_end(behind);
    return open_counted(directory, path, flags, mode);
}

EXPORTED int creat(const char *path, mode_t mode)
{
    return open_counted(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

/* What programs built for big files on small machines call; on 64 bits the same functions. */
#define SAME_AS(name) __attribute__((alias(name), visibility("default")))
SAME_AS("pwrite") ssize_t pwrite64(int descriptor, const void *data, size_t size, off_t offset);
SAME_AS("pwritev")
ssize_t pwritev64(int descriptor, const struct iovec *parts, int part_count, off_t offset);
SAME_AS("ftruncate") int ftruncate64(int descriptor, off_t size);
SAME_AS("fallocate") int fallocate64(int descriptor, int mode, off_t offset, off_t size);
SAME_AS("posix_fallocate") int posix_fallocate64(int descriptor, off_t offset, off_t size);
SAME_AS("open") int open64(const char *path, int flags, ...);
SAME_AS("openat") int openat64(int directory, const char *path, int flags, ...);
SAME_AS("creat") int creat64(const char *path, mode_t mode);

/* Memory ----------------------------------------------------------------------------------- */

static bool heap_fails(const void *caller)
{
    if (!shim.counts_heap) {
        return false;
    }
    for (size_t i = 0; i < shim.skipped_count; i++) {
        if ((uintptr_t)caller >= shim.skipped[i].from && (uintptr_t)caller < shim.skipped[i].to) {
            return false;
        }
    }
    return judge(atomic_fetch_add(shim.calls, 1) + 1) == VERDICT_FAIL;
}

static void *no_memory(void)
{
    errno = ENOMEM;
    return NULL;
}

EXPORTED void *malloc(size_t size)
{
    if (heap_fails(__builtin_return_address(0))) {
        return no_memory();
    }
    return __interceptor_malloc != NULL ? __interceptor_malloc(size) : __libc_malloc(size);
}

EXPORTED void *calloc(size_t count, size_t size)
{
    if (heap_fails(__builtin_return_address(0))) {
        return no_memory();
    }
    return __interceptor_calloc != NULL ? __interceptor_calloc(count, size)
                                        : __libc_calloc(count, size);
}

EXPORTED void *realloc(void *memory, size_t size)
{
    if (heap_fails(__builtin_return_address(0))) {
        return no_memory();
    }
    return __interceptor_realloc != NULL ? __interceptor_realloc(memory, size)
                                         : __libc_realloc(memory, size);
}
