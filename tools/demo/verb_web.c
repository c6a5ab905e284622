#include "core/identity/session.h"
#include "core/identity/user.h"
#include "tools/authenticator.h"
#include "tools/demo/demo.h"
#include "tools/verbs.h"
#include "tools/wall.h"

#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * What somebody would do by hand, with a passphrase that is no secret: ada logs in, unless she is,
 * and runs `cairn web`. Both are this program again, and read the passphrase from a pipe.
 */

enum {
    ARGUMENTS_MAX = 16,
};

/* Whether ada has a session that is open now. */
static struct status look(const struct place *place, bool *is_in)
{
    uint8_t memory[32 << 10];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct user_row user;
    CLEANUP(engine_close) struct engine *engine = NULL;
    TRY(engine_open(&(struct engine_options){.directory = place->store.text, .read_only = true},
                    &engine));
    if (engine_state(engine) == NULL) {
        *is_in = false;
        return OK;
    }
    struct view view = engine_view(engine, UINT64_MAX, &arena, &trouble);
    *is_in = user_by_login(&view, bytes_of_string(cast_people[ADA].login), &user) &&
             session_is_open(&view, session_of(&view, user.user), NULL);
    return trouble;
}

static struct status code_of(const struct place *place, struct text *out)
{
    struct totp_secret secret;
    TRY(authenticator_load(place->admin_otp.text, &secret));
    struct status status = totp_code(&secret, wall_now_utc_us(), out);
    totp_secret_wipe(&secret);
    return status;
}

/* The end of a pipe from which the passphrase can be read. */
static struct status offer_passphrase(int *out)
{
    static const char line[] = CAST_PASSPHRASE "\n";
    int ends[2];
    if (pipe(ends) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    bool good = write(ends[1], line, sizeof line - 1) == (ssize_t)(sizeof line - 1);
    (void)close(ends[1]);
    *out = ends[0];
    return good ? OK : FAIL(IO, (uint64_t)errno);
}

struct again {
    const char *arguments[ARGUMENTS_MAX];
    size_t count;
    char passphrase_fd[16];
};

static void add(struct again *again, const char *argument)
{
    if (again->count + 1 < ARGUMENTS_MAX) {
        again->arguments[again->count++] = argument;
    }
}

static struct status begin(struct again *again, const struct place *place, const char *verb)
{
    int passphrase;
    TRY(offer_passphrase(&passphrase));
    *again = (struct again){.count = 0};
    snprintf(again->passphrase_fd, sizeof again->passphrase_fd, "%d", passphrase);
    add(again, "cairn");
    add(again, verb);
    add(again, "--store");
    add(again, place->store.text);
    add(again, "--key");
    add(again, place->admin_key.text);
    add(again, "--passphrase-fd");
    add(again, again->passphrase_fd);
    return OK;
}

static struct status become(const struct again *again)
{
    execv("/proc/self/exe", (char *const *)(uintptr_t)again->arguments);
    return FAIL(IO, (uint64_t)errno);
}

static enum exit_code log_in(const struct invocation *invocation, const struct place *place)
{
    char memory[TOTP_CODE_SIZE + 1];
    struct text code = TEXT_IN(memory);
    struct again again;
    int how = 0;
    struct status status = code_of(place, &code);
    status = failed(status) ? status : begin(&again, place, "login");
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, place->admin_otp.text);
    }
    add(&again, "--code");
    add(&again, text_string(&code));
    pid_t child = fork();
    if (child == 0) {
        /* The link alone is the answer. */
        if (dup2(STDERR_FILENO, STDOUT_FILENO) >= 0) {
            status = become(&again);
        }
        _exit(EXIT_IO);
    }
    if (child < 0 || waitpid(child, &how, 0) != child) {
        return invocation_failed(invocation, FAIL(IO, (uint64_t)errno), NULL, "starting");
    }
    return WIFEXITED(how) ? (enum exit_code)WEXITSTATUS(how) : EXIT_IO;
}

static enum exit_code show(const struct invocation *invocation, const struct place *place)
{
    struct again again;
    const char *listen = invocation_value(invocation, "listen");
    struct status status = begin(&again, place, "web");
    add(&again, "--as");
    add(&again, "a visitor");
    if (listen != NULL) {
        add(&again, "--listen");
        add(&again, listen);
    }
    if (invocation_has(invocation, "open")) {
        add(&again, "--open");
    }
    if (invocation->format == ROWS_JSON) {
        add(&again, "--json");
    }
    status = failed(status) ? status : become(&again);
    return invocation_failed(invocation, status, NULL, "cairn web");
}

static enum exit_code run(struct invocation *invocation)
{
    struct place place;
    uint64_t truth[TRUTH_COUNT];
    bool is_in = false;
    enum exit_code code = demo_there(invocation, &place, truth);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = look(&place, &is_in);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, place.store.text);
    }
    code = is_in ? EXIT_DONE : log_in(invocation, &place);
    return code == EXIT_DONE ? show(invocation, &place) : code;
}

static const struct option_info options[] = {
    {"listen", 0, "ADDRESS", "where to show it (127.0.0.1:7443)", false},
    {"open", 0, NULL, "open it in a browser, too", false},
};

const struct verb verb_demo_web = {
    .name = "demo web",
    .about = "show a demonstration in a browser",
    .details =
        "Logs ada in, whose key and passphrase are no secrets there, and runs `cairn web`: a\n"
        "link that opens once. Ctrl-C ends it.",
    .examples = "cairn demo web\n"
                "cairn demo web --open",
    .purpose = PURPOSE_START,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};
