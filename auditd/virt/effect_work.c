#include "auditd/virt/effect_parts.h"
#include "core/drive/pool.h"
#include "schema/leaf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    HASH_STEP = 256 << 10, /* bytes read at once */
};

/* Failing ------------------------------------------------------------------------------------ */

struct status work_fail(struct work *work, struct status status, const char *format, ...)
{
    char sentence[WORK_PATH_SIZE + 512];
    va_list arguments;
    va_start(arguments, format);
    const int size = vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    text_clear(&work->why);
    if (size > 0) {
        text_put(&work->why, sentence,
                 (size_t)size < sizeof work->why_memory ? (size_t)size
                                                        : sizeof work->why_memory - 1);
    }
    return status;
}

struct status work_host_failed(struct work *work, struct hypervisor *host, struct status status,
                               const char *what)
{
    char words[256];
    struct text sentence = TEXT_IN(words);
    status_describe(status, &sentence);
    const char *said = hypervisor_error(host);
    return work_fail(work, status, "%s: %s", what, said[0] == '\0' ? text_string(&sentence) : said);
}

struct status work_may_act(struct work *work)
{
    return work->look_only ? work_fail(work, FAIL(CONFLICT, work->due.attempts),
                                       "it was begun %llu times and never ended",
                                       (unsigned long long)work->due.attempts)
                           : OK;
}

void work_alive(const struct work *work)
{
    if (work->effects->options.alive != NULL) {
        work->effects->options.alive(work->effects->options.context);
    }
}

/* Hosts -------------------------------------------------------------------------------------- */

static struct hypervisor *find_host(struct effects *effects, struct bytes uri)
{
    for (size_t i = 0; i < effects->host_count; i++) {
        if (bytes_equal(bytes_of_string(hypervisor_uri(effects->hosts[i])), uri)) {
            return effects->hosts[i];
        }
    }
    return NULL;
}

struct status work_host(struct work *work, struct id id, struct hypervisor **out)
{
    struct host_row row = {.host = id};
    if (!view_find(&work->view, ROW_HOST, &row)) {
        return work_fail(work, FAIL(NOT_FOUND, id.n), "there is no such host");
    }
    struct hypervisor *host = find_host(work->effects, row.uri);
    if (host == NULL) {
        return work_fail(work, FAIL(NOT_FOUND, id.n),
                         "the host %.*s is not served: its URI is not in [virt] uri",
                         (int)row.name.size, (const char *)row.name.data);
    }
    TRY_HOST(work, host, "the host cannot be reached", hypervisor_connect(host));
    *out = host;
    return OK;
}

struct status work_pool_host(struct work *work, const struct pool_row *pool,
                             struct hypervisor **out)
{
    *out = NULL;
    for (size_t i = 0; i < pool->hosts_count; i++) {
        struct hypervisor *host = NULL;
        TRY(work_host(work, pool->hosts[i], &host));
        *out = *out == NULL ? host : *out;
    }
    return *out == NULL ? work_fail(work, FAIL(NOT_FOUND, 0), "the pool has no host") : OK;
}

/* Rows --------------------------------------------------------------------------------------- */

/* Whether a path is the directory, or below it. */
static bool lies_in(struct bytes path, const char *directory, size_t size)
{
    while (size > 0 && directory[size - 1] == '/') {
        size--;
    }
    return path.size >= size && memcmp(path.data, directory, size) == 0 &&
           (path.size == size || path.data[size] == '/');
}

bool is_below(const char *directories, struct bytes path)
{
    const char *at = directories;
    while (*at != '\0') {
        const size_t blanks = strspn(at, " \t");
        const size_t size = strcspn(at + blanks, " \t");
        at += blanks;
        if (size > 0 && at[0] == '/' && lies_in(path, at, size)) {
            return true;
        }
        at += size;
    }
    return false;
}

/* A link on the way would lead elsewhere. What is not there yet, leads nowhere. */
static bool is_straight(const char *path)
{
    char real[WORK_PATH_SIZE];
    return realpath(path, real) == NULL ? errno == ENOENT || errno == EACCES
                                        : strcmp(path, real) == 0;
}

struct status work_pool(struct work *work, struct id pool, struct pool_row *out)
{
    const char *directories = work->effects->options.settings->virt_pools.text;
    if (!pool_by_id(&work->view, pool, out)) {
        return work_fail(work, FAIL(NOT_FOUND, pool.n), "there is no such pool");
    }
    const char *path = work_string(work, out->path);
    if (!is_below(directories, out->path)) {
        return work_fail(work, FAIL(KEY, 0), "the directory %s is in none of [virt] pools: %s",
                         path, directories);
    }
    return is_straight(path)
               ? OK
               : work_fail(work, FAIL(KEY, 0), "a link on the way to %s leads elsewhere", path);
}

struct status work_drive(struct work *work, struct id drive, struct drive_row *out)
{
    *out = (struct drive_row){.drive = drive};
    return view_find(&work->view, ROW_DRIVE, out)
               ? OK
               : work_fail(work, FAIL(NOT_FOUND, drive.n), "there is no such drive");
}

struct status work_machine(struct work *work, struct id vm, struct vm_row *out)
{
    *out = (struct vm_row){.vm = vm};
    return view_find(&work->view, ROW_VM, out)
               ? OK
               : work_fail(work, FAIL(NOT_FOUND, vm.n), "there is no such machine");
}

const char *drive_format(const struct drive_row *drive)
{
    return drive->has_newest ? "qcow2" : drive_kind_name(drive->kind);
}

/* The event of the request ------------------------------------------------------------------- */

static struct status read_request(struct work *work, struct log_snapshot *log, enum event_kind kind,
                                  union event_body *body, struct id *by)
{
    struct leaf leaf;
    struct bytes bytes, salted;
    TRY(log_read_leaf(log, work->due.request, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    TRY(log_read_body(log, &leaf, &salted));
    if (leaf.kind != kind || salted.size < SALT_SIZE) {
        return FAIL_BECAUSE(NOT_FOUND, leaf.n, "what was asked for has been erased");
    }
    if (by != NULL) {
        TRY(id_read(leaf.actor, by));
    }
    /* What is lent from the snapshot would end with it. */
    const struct bytes kept =
        arena_copy(work->view.arena, bytes_of(salted.data + SALT_SIZE, salted.size - SALT_SIZE));
    return event_body_decode(kind, kept, work->view.arena, body);
}

struct status work_request(struct work *work, enum event_kind kind, union event_body *body,
                           struct id *by)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    TRY(log_snapshot_open(engine_log(work->effects->options.engine), &log));
    const struct status status = read_request(work, log, kind, body, by);
    return failed(status) ? work_fail(work, status, "the request cannot be read") : OK;
}

/* Texts -------------------------------------------------------------------------------------- */

/* Want of memory makes a path that is nowhere: rows are short, the arena is not. */
const char *work_string(struct work *work, struct bytes text)
{
    char *string = arena_take(work->view.arena, text.size + 1);
    if (string == NULL) {
        return "";
    }
    if (text.size > 0) {
        memcpy(string, text.data, text.size);
    }
    string[text.size] = '\0';
    return string;
}

const char *work_path(struct work *work, struct bytes directory, const char *name)
{
    const size_t size = directory.size + 1 + strlen(name) + 1;
    char *path = arena_take(work->view.arena, size);
    if (path == NULL) {
        return "";
    }
    struct text text = {.data = path, .capacity = size};
    text_put_bytes(&text, directory);
    text_put_char(&text, '/');
    text_put_string(&text, name);
    return text_string(&text);
}

/* Domains ------------------------------------------------------------------------------------ */

struct status work_see(struct work *work, struct hypervisor *host, uint64_t vm, bool *there)
{
    struct effects *effects = work->effects;
    const struct world_name name = world_domain(vm);
    text_clear(&effects->xml);
    arena_reset(&effects->seen_arena);
    const struct status status = hypervisor_domain_xml(host, name.text, false, &effects->xml);
    *there = false;
    if (status.code == STATUS_NOT_FOUND) {
        return OK;
    }
    TRY_HOST(work, host, "the machine cannot be looked at", status);
    if (failed(domain_read(text_bytes(&effects->xml), &effects->seen_arena, &effects->seen)) ||
        !effects->seen.is_ours || effects->seen.vm != vm) {
        return work_fail(work, FAIL(CONFLICT, vm), "the host has a domain %s that is not ours",
                         name.text);
    }
    *there = true;
    return OK;
}

/* Files -------------------------------------------------------------------------------------- */

static struct status hash_open_file(struct work *work, int file, struct digest *out)
{
    uint8_t *memory = malloc(HASH_STEP);
    if (memory == NULL) {
        return FAIL(NO_MEMORY, HASH_STEP);
    }
    ssize_t size;
    hash_start(work->effects->hasher);
    while ((size = read(file, memory, HASH_STEP)) > 0) {
        hash_add(work->effects->hasher, bytes_of(memory, (size_t)size));
        work_alive(work);
    }
    const int error = errno;
    free(memory);
    *out = hash_finish(work->effects->hasher);
    return size < 0 ? FAIL(IO, (uint64_t)error) : OK;
}

struct status work_hash_file(struct work *work, const char *path, struct digest *out)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) {
        return work_fail(work, errno == ENOENT ? FAIL(NOT_FOUND, 0) : FAIL(IO, (uint64_t)errno),
                         "%s cannot be read: %s", path, strerror(errno));
    }
    const struct status status = hash_open_file(work, file, out);
    (void)close(file);
    return failed(status) ? work_fail(work, status, "%s cannot be read", path) : OK;
}
