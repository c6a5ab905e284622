#include "core/audit/auditor.h"
#include "reports/json_out.h"
#include "schema/settings.h"
#include "tools/remote.h"
#include "tools/store_open.h"
#include "tools/verbs.h"
#include "tools/web/inviting.h"
#include "tools/web/serving.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the child that has the store open hands back. */
struct made {
    struct invocation *invocation;
    const char *listen;
    char link[LINK_MAX + 1];
};

/* The invitation -------------------------------------------------------------------------- */

static enum exit_code invite(struct made *made, struct engine *engine)
{
    char memory[AUDITOR_NAME_MAX + 1];
    struct text name = TEXT_IN(memory), link = TEXT_IN(made->link);
    struct link_base base = {.guessed = false};
    struct text address = TEXT_IN(base.text);
    struct token token = {{0}};
    struct verdict verdict;
    struct invocation *invocation = made->invocation;
    const char *as = invocation_value(invocation, "as");
    if (as == NULL) {
        operator_name(&name);
    }
    struct auditor_invite command = {
        .name = as != NULL ? bytes_of_string(as) : text_bytes(&name),
        .expires = invocation->now_utc_us + AUDITOR_SESSION_US,
    };
    enum exit_code code = inviting_send(invocation, engine, &command, &token, &verdict);
    if (code == EXIT_DONE) {
        text_add(&address, "http://%s", made->listen);
        (void)text_string(&address);
        link_write(&base, &token, &link);
        (void)text_string(&link);
    }
    explicit_bzero(&token, sizeof token);
    return code;
}

static enum exit_code make_invitation(void *context, struct guard_page *page)
{
    struct made *made = context;
    struct engine *engine = NULL;
    guard_name(page, "cairn: web");
    made->invocation->page = page;
    enum exit_code code = operator_unlock(made->invocation);
    code = code == EXIT_DONE ? store_open(made->invocation, STORE_WRITE, &engine) : code;
    return code == EXIT_DONE ? store_finish(made->invocation, invite(made, engine), &engine) : code;
}

/* Before ---------------------------------------------------------------------------------- */

static enum exit_code check_listen(const struct invocation *invocation, const char *listen)
{
    struct setting_address address;
    if (!setting_address_read(bytes_of_string(listen), &address) || strlen(listen) > 64) {
        return invocation_fail(invocation, EXIT_USAGE, "like " LINK_LISTEN,
                               "%.80s is no address to listen at", listen);
    }
    return setting_address_is_loopback(&address)
               ? EXIT_DONE
               : invocation_fail(invocation, EXIT_USAGE,
                                 "for others give cairnd a certificate: cairnd.conf(5), [web]",
                                 "without a certificate the web is for this machine alone, and %s "
                                 "is not on it",
                                 listen);
}

/* A second daemon could not write. */
static enum exit_code check_alone(const struct invocation *invocation, const char *store)
{
    struct store_path path;
    CLEANUP(remote_close) struct remote *remote = NULL;
    struct status status = remote_find(store, NULL, &path);
    status = failed(status)
                 ? status
                 : remote_open(&(struct remote_options){.path = path.text, .signals = -1}, &remote);
    return status.code == STATUS_NOT_FOUND
               ? EXIT_DONE
               : invocation_fail(invocation, EXIT_CONFLICT,
                                 "if it shows a web, `cairn auditor invite` makes a link to it",
                                 "a daemon runs for %s already", store);
}

/* After ----------------------------------------------------------------------------------- */

static void tell(const struct invocation *invocation, const char *link)
{
    if (invocation->format == ROWS_JSON) {
        struct json_out json;
        json_out_init(&json, invocation->output, 0);
        json_out_object(&json, NULL);
        json_out_string(&json, "link", link);
        json_out_close(&json);
        output_put_string(invocation->output, "\n");
    } else {
        output_add(invocation->output, "%s\n", link);
        invocation_note(invocation, "the link opens once; then this browser is known for twelve "
                                    "hours. Ctrl-C ends the daemon.");
    }
}

/* Whatever becomes of the browser, the link has been printed. */
static void open_browser(const struct invocation *invocation, const char *link)
{
    int how = 0;
    pid_t child = fork();
    if (child == 0) {
        int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (nothing >= 0 && dup2(nothing, STDOUT_FILENO) >= 0 &&
            dup2(nothing, STDERR_FILENO) >= 0) {
            execlp("xdg-open", "xdg-open", link, (char *)NULL);
        }
        _exit(EXIT_NOT_FOUND);
    }
    if (child < 0 || waitpid(child, &how, 0) != child || how != 0) {
        invocation_note(invocation, "no browser could be opened: open the link yourself");
    }
}

static enum exit_code serve(const struct made *made, const char *store)
{
    struct serving serving;
    const struct invocation *invocation = made->invocation;
    enum exit_code code = serving_start(
        invocation, &(struct serving_options){.store = store, .listen = made->listen}, &serving);
    if (code != EXIT_DONE) {
        return code;
    }
    tell(invocation, made->link);
    struct status status = output_flush(invocation->output);
    if (!failed(status) && invocation_has(invocation, "open")) {
        open_browser(invocation, made->link);
    }
    return serving_wait(&serving);
}

static enum exit_code run(struct invocation *invocation)
{
    const char *store, *listen = invocation_value(invocation, "listen");
    struct made *made =
        mmap(NULL, sizeof *made, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (made == MAP_FAILED) {
        return invocation_failed(invocation, FAIL(NO_MEMORY, sizeof *made), NULL, "starting");
    }
    *made =
        (struct made){.invocation = invocation, .listen = listen == NULL ? LINK_LISTEN : listen};
    enum exit_code code = invocation_store(invocation, &store);
    code = code == EXIT_DONE ? check_listen(invocation, made->listen) : code;
    code = code == EXIT_DONE ? check_alone(invocation, store) : code;
    code = code == EXIT_DONE ? guard_run(make_invitation, made) : code;
    code = code == EXIT_DONE ? serve(made, store) : code;
    explicit_bzero(made->link, sizeof made->link);
    munmap(made, sizeof *made);
    return code;
}

static const struct option_info options[] = {
    OPERATOR_OPTIONS,
    {"listen", 0, "ADDRESS", "where to show it (" LINK_LISTEN ")", false},
    {"as", 0, "NAME", "whom the invitation names (who runs this)", false},
    {"open", 0, NULL, "open it in a browser, too", false},
};

const struct verb verb_web = {
    .name = "web",
    .about = "show the auditors' web of this store, on this machine",
    .details =
        "Makes an invitation for whoever runs it, starts the daemon cairnd for the store, prints\n"
        "the link, and stays until Ctrl-C. The daemon is the whole one: while it runs, other\n"
        "commands and emitters go through it. To show the web to others, install cairnd with a\n"
        "certificate, and invite them by `cairn auditor invite`.",
    .examples = "cairn web --open\ncairn web --listen 127.0.0.1:8080 --as \"Kim of C3PAO\"",
    .purpose = PURPOSE_KEEP,
    OPTIONS(options),
    .run = run,
};
