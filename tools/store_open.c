#include "tools/store_open.h"

#include "core/store_layout.h"
#include "tools/operator.h"
#include "tools/remote.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    ADVICE_SIZE = STORE_PATH_MAX + 256,
    PATIENCE_WRITE_MS = 3000, /* while another process writes: most visits are short */
    PATIENCE_RECORD_MS = 200, /* of who could do without */
    PATIENCE_STEP_MS = 10,
};

/* Folding --------------------------------------------------------------------------------- */

struct folding {
    const struct invocation *invocation;
    struct progress progress;
    bool begun;
};

static void show_folding(void *context, uint64_t done, uint64_t total)
{
    struct folding *folding = context;
    if (!folding->begun) {
        folding->begun = true;
        folding->progress = invocation_progress(folding->invocation, "folding the log", total);
    }
    progress_show(&folding->progress, done);
}

static struct status open_engine(const struct invocation *invocation,
                                 const struct engine_options *options, struct engine **out)
{
    struct folding folding = {.invocation = invocation};
    struct engine_options with_bar = *options;
    with_bar.progress = show_folding;
    with_bar.progress_context = &folding;
    struct status status = engine_open(&with_bar, out);
    if (folding.begun) {
        progress_end(&folding.progress);
    }
    return status;
}

/* Beside a daemon ------------------------------------------------------------------------- */

static const char *given_socket(const struct invocation *invocation)
{
    const char *given = invocation_value(invocation, "socket");
    given = given != NULL ? given : getenv("CAIRN_SOCKET");
    return given != NULL && *given != '\0' ? given : NULL;
}

/* What keeps a process from writing itself, and not from asking a daemon to. */
static bool only_writing_failed(struct status status)
{
    return status.code == STATUS_IN_USE || status.code == STATUS_KEY ||
           status.code == STATUS_UNREACHABLE ||
           (status.code == STATUS_IO &&
            (status.at == EACCES || status.at == EPERM || status.at == EROFS));
}

static struct status check_origin(const struct remote *remote, struct engine *engine)
{
    return strcmp(remote_origin(remote), log_origin(engine_log(engine))) == 0
               ? OK
               : FAIL_BECAUSE(CONFLICT, 0, "the daemon at this socket writes another log");
}

static struct status open_with(struct invocation *invocation, struct engine_options options,
                               struct engine **out)
{
    CLEANUP(engine_close) struct engine *engine = NULL;
    options.read_only = true;
    options.port = remote_port(invocation->remote);
    TRY(open_engine(invocation, &options, &engine));
    TRY(check_origin(invocation->remote, engine));
    *out = engine;
    engine = NULL;
    return OK;
}

/* NOT_FOUND: the store has no daemon. */
static struct status open_beside(struct invocation *invocation,
                                 const struct engine_options *options, bool lenient,
                                 struct engine **out)
{
    struct store_path path;
    TRY(remote_find(options->directory, given_socket(invocation), &path));
    remote_close(&invocation->remote);
    TRY(remote_open(&(struct remote_options){.path = path.text,
                                             .signals = invocation->page->signals,
                                             .lenient = lenient},
                    &invocation->remote));
    struct status status = open_with(invocation, *options, out);
    if (failed(status)) {
        remote_close(&invocation->remote);
    }
    return status;
}

/* Whether there is no daemon, so that the store may be opened here. */
static bool has_none(struct status status)
{
    return status.code == STATUS_NOT_FOUND;
}

static bool has_daemon(const struct invocation *invocation, const char *store)
{
    struct store_path path;
    CLEANUP(remote_close) struct remote *remote = NULL;
    return !failed(remote_find(store, given_socket(invocation), &path)) &&
           !has_none(remote_open(
               &(struct remote_options){.path = path.text, .signals = invocation->page->signals},
               &remote));
}

/* Waiting for the store ------------------------------------------------------------------- */

/* The daemon first: between two lives of its writer the store is free for a moment. */
static struct status open_somehow(struct invocation *invocation,
                                  const struct engine_options *options, bool lenient,
                                  struct engine **out)
{
    struct status beside =
        options->rebuild ? FAIL(NOT_FOUND, 0) : open_beside(invocation, options, lenient, out);
    if (has_none(beside) && given_socket(invocation) != NULL && !options->rebuild) {
        return FAIL_BECAUSE(UNREACHABLE, 0, "nobody listens at the socket that was given");
    }
    return has_none(beside) ? open_engine(invocation, options, out) : beside;
}

static struct status open_patiently(struct invocation *invocation,
                                    const struct engine_options *options, enum store_need need,
                                    struct engine **out)
{
    int patience_ms = need == STORE_RECORD ? PATIENCE_RECORD_MS : PATIENCE_WRITE_MS;
    struct status status = open_somehow(invocation, options, need == STORE_RECORD, out);
    while (status.code == STATUS_IN_USE && patience_ms > 0 &&
           invocation_wait(invocation, -1, PATIENCE_STEP_MS) == GUARD_TIMEOUT) {
        patience_ms -= PATIENCE_STEP_MS;
        status = open_somehow(invocation, options, need == STORE_RECORD, out);
    }
    return status;
}

/* Sentences ------------------------------------------------------------------------------- */

static enum exit_code say_not_found(const struct invocation *invocation, const char *store)
{
    char memory[ADVICE_SIZE];
    struct text advice = TEXT_IN(memory);
    struct store_path log;
    if (!failed(store_path(store, "log", &log)) && access(log.text, F_OK) == 0) {
        return invocation_fail(invocation, EXIT_NOT_FOUND,
                               "put back log.vkey, the log's public key: it was given to whoever "
                               "checks the log",
                               "the store at %s is not whole: a file of it is missing", store);
    }
    text_add(&advice, "make one: cairn init --store %s", store);
    return invocation_fail(invocation, EXIT_NOT_FOUND, text_string(&advice),
                           "there is no store at %s", store);
}

static enum exit_code say_in_use(const struct invocation *invocation, struct status status,
                                 const char *store)
{
    static const char advice[] = "wait for it to end, or stop it; reading is possible all the time";
    if (status.at == 0) {
        return invocation_fail(invocation, EXIT_IO, advice, "another process writes to %s", store);
    }
    return invocation_fail(invocation, EXIT_IO, advice, "process %" PRIu64 " writes to %s",
                           status.at, store);
}

/* Of a verb that no daemon can do for it. */
static enum exit_code say_needs_all(const struct invocation *invocation, const char *store)
{
    return invocation_fail(invocation, EXIT_IO,
                           "end whoever writes to it first; a daemon: systemctl stop cairnd",
                           "this needs the store at %s to itself", store);
}

static enum exit_code say_rollback(const struct invocation *invocation, struct status status,
                                   const char *store)
{
    return invocation_fail(invocation, EXIT_INTEGRITY,
                           "somebody has put an older copy in its place: keep it as it is and find "
                           "the newer one",
                           "the log in %s has fewer events than the %" PRIu64
                           " of a checkpoint it has signed",
                           store, status.at);
}

/* What to do about a failure; empty: nothing that could be told. */
static void advise(struct status status, const char *store, struct text *out)
{
    if (status.code == STATUS_KEY) {
        text_add(out,
                 "keys lie in %s/keys, one file each, of mode 0600: run as their owner, or "
                 "put the missing one back",
                 store);
    } else if (status.code == STATUS_VERSION) {
        text_put_literal(out, "use the version of cairn that made it, or a newer one");
    } else if (status.code == STATUS_INCOMPLETE) {
        text_add(out, "nothing is in it: remove %s and run cairn init again", store);
    } else if (status.code == STATUS_UNREACHABLE) {
        text_put_literal(out, "systemctl status cairnd tells how it is; cairn status, too");
    } else if (status.code == STATUS_CORRUPT || status.code == STATUS_TRUNCATED) {
        text_add(out, "keep a copy as it is; cairn verify --store %s tells what still holds",
                 store);
    } else if (status.code == STATUS_IO && (status.at == EACCES || status.at == EPERM)) {
        text_put_literal(out, "run as the owner of the store");
    }
}

static enum exit_code say_failed(const struct invocation *invocation, struct status status,
                                 const char *store)
{
    char memory[ADVICE_SIZE], doing_memory[STORE_PATH_MAX + 32];
    struct text advice = TEXT_IN(memory), doing = TEXT_IN(doing_memory);
    if (status.code == STATUS_NOT_FOUND || (status.code == STATUS_IO && status.at == ENOTDIR)) {
        return say_not_found(invocation, store);
    }
    if (status.code == STATUS_IN_USE) {
        return say_in_use(invocation, status, store);
    }
    if (status.code == STATUS_ROLLBACK) {
        return say_rollback(invocation, status, store);
    }
    if (status.code == STATUS_CONFLICT) {
        return invocation_fail(
            invocation, EXIT_CONFLICT, "give the socket of this store's daemon, or none at all",
            "the daemon at that socket writes another log than the one in %s", store);
    }
    advise(status, store, &advice);
    text_add(&doing, "opening the store at %s", store);
    return invocation_failed(invocation, status, text_string(&advice), text_string(&doing));
}

/* Opening --------------------------------------------------------------------------------- */

static void note_unrecorded(const struct invocation *invocation, struct status status)
{
    char memory[512];
    struct text why = TEXT_IN(memory);
    status_describe(status, &why);
    invocation_note(invocation, "note: this is not recorded in the log: %s", text_string(&why));
}

static void note_folded(const struct invocation *invocation, const struct engine *engine)
{
    char memory[512];
    struct text what = TEXT_IN(memory);
    if (failed(engine_folded(engine))) {
        status_describe(engine_folded(engine), &what);
        invocation_note(invocation, "note: %s", text_string(&what));
    }
}

enum exit_code store_open_as(struct invocation *invocation, enum store_need need,
                             const struct engine_options *wish, struct engine **out)
{
    const char *store;
    enum exit_code code = invocation_store(invocation, &store);
    if (code == EXIT_DONE && need == STORE_WRITE && invocation->verb->signs) {
        code = operator_unlock(invocation);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    struct engine_options options = {
        .directory = store,
        .read_only = need == STORE_READ,
        .threaded = wish->threaded,
        .rebuild = wish->rebuild,
        .task = wish->task,
        .commit_events_max = wish->commit_events_max,
    };
    if (wish->rebuild && has_daemon(invocation, store)) {
        return say_needs_all(invocation, store);
    }
    struct status status = need == STORE_READ ? open_engine(invocation, &options, out)
                                              : open_patiently(invocation, &options, need, out);
    if (need == STORE_RECORD && only_writing_failed(status)) {
        struct status first = status;
        options.read_only = true;
        status = open_engine(invocation, &options, out);
        if (!failed(status)) {
            note_unrecorded(invocation, first);
        }
    }
    if (failed(status)) {
        return wish->rebuild && status.code == STATUS_IN_USE
                   ? say_needs_all(invocation, store)
                   : say_failed(invocation, status, store);
    }
    note_folded(invocation, *out);
    invocation_at(invocation, "reading the store", GUARD_NO_EVENT);
    return EXIT_DONE;
}

enum exit_code store_open(struct invocation *invocation, enum store_need need, struct engine **out)
{
    return store_open_as(invocation, need, &(struct engine_options){0}, out);
}

struct status store_open_aside(struct invocation *invocation, struct engine **out)
{
    const char *store;
    if (invocation_store(invocation, &store) != EXIT_DONE) {
        return FAIL(NOT_FOUND, 0);
    }
    return open_somehow(invocation, &(struct engine_options){.directory = store}, false, out);
}

enum exit_code store_finish(struct invocation *invocation, enum exit_code code,
                            struct engine **engine)
{
    bool told = code != EXIT_DONE && failed(engine_failure(*engine));
    struct status status = engine_finish(*engine);
    engine_close(engine);
    if (invocation->remote != NULL && failed(remote_unsaid(invocation->remote))) {
        note_unrecorded(invocation, remote_unsaid(invocation->remote));
    }
    if (failed(status) && !told) {
        code = exit_worse(code, invocation_failed(invocation, status, NULL, "closing the store"));
    }
    remote_close(&invocation->remote);
    return code;
}
