#include "core/identity/session.h"
#include "core/mfa_statement.h"
#include "schema/canonical.h"
#include "tools/ask.h"
#include "tools/operator.h"
#include "tools/store_open.h"
#include "tools/verbs.h"

#include <inttypes.h>

/* A challenge, and how it was answered. */
struct login {
    struct invocation *invocation;
    struct engine *engine;
    struct operator_standing standing;
    struct session_row session;
    struct digest nonce; /* of the challenge; session.nonce is lent from here */
    char statement_memory[SECOND_FACTOR_MAX];
    struct text statement;
};

static enum exit_code look(struct login *login, struct id session)
{
    uint8_t memory[8 << 10];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct session_row row = {.session = session};
    struct view view = engine_view(login->engine, UINT64_MAX, &arena, &trouble);
    if (!view_find(&view, ROW_SESSION, &row) || row.nonce.size != sizeof login->nonce) {
        return failed(trouble)
                   ? invocation_failed(login->invocation, trouble, NULL, "reading the state")
                   : invocation_fail(login->invocation, EXIT_NOT_FOUND, NULL,
                                     "there is no challenge session:%" PRIu64, session.n);
    }
    memcpy(login->nonce.sha256, row.nonce.data, row.nonce.size);
    login->session = row;
    login->session.nonce = BYTES(login->nonce.sha256);
    return EXIT_DONE;
}

static enum exit_code ask_challenge(struct login *login)
{
    struct verdict verdict;
    union command_fields fields = {.session_challenge = {.unused = false}};
    enum exit_code code = operator_command(login->invocation, login->engine,
                                           COMMAND_SESSION_CHALLENGE, &fields, &verdict);
    return code == EXIT_DONE ? look(login, (struct id){ID_SESSION, verdict.first}) : code;
}

/* Answers --------------------------------------------------------------------------------- */

static enum exit_code open_session(struct login *login)
{
    struct verdict verdict;
    union command_fields fields = {.session_open = {.session = login->session.session,
                                                    .nonce = login->session.nonce,
                                                    .statement = text_bytes(&login->statement)}};
    return operator_command(login->invocation, login->engine, COMMAND_SESSION_OPEN, &fields,
                            &verdict);
}

/* The code that is shown now, from the command line or the terminal. */
static enum exit_code take_code(const struct invocation *invocation, struct text *out)
{
    const char *code = invocation_value(invocation, "code");
    if (code == NULL) {
        return ask_line(invocation, "Code of your authenticator", out);
    }
    text_put_string(out, code);
    return EXIT_DONE;
}

static enum exit_code by_code(struct login *login, struct bytes code)
{
    const char *store = NULL;
    struct status status =
        invocation_store(login->invocation, &store) == EXIT_DONE
            ? mfa_statement_by_totp(store,
                                    &(struct mfa_answer){.session = login->session.session,
                                                         .user = login->standing.user,
                                                         .nonce = login->nonce,
                                                         .origin = bytes_of_string(
                                                             log_origin(engine_log(login->engine))),
                                                         .code = code,
                                                         .now_utc_us = engine_now(login->engine)},
                                    &login->statement)
            : FAIL(NOT_FOUND, 0);
    if (status.code == STATUS_NOT_FOUND) {
        return invocation_fail(login->invocation, EXIT_NOT_PERMITTED,
                               "an administrator enrols you: cairn mfa enrol LOGIN",
                               "this store knows no authenticator of yours");
    }
    if (status.code != STATUS_KEY) {
        return failed(status) ? invocation_failed(login->invocation, status, NULL, "the code")
                              : open_session(login);
    }
    /* That somebody with the right key came without the second factor is for the log to know. */
    text_clear(&login->statement);
    invocation_failed(login->invocation, status, NULL, "the code");
    return open_session(login);
}

static enum exit_code read_statement(struct login *login, const char *path)
{
    struct second_factor_record record;
    size_t size = 0;
    struct status status =
        store_read_file(path, login->statement_memory, sizeof login->statement_memory - 1, &size);
    while (size > 0 && login->statement_memory[size - 1] == '\n') {
        size--;
    }
    login->statement.size = size;
    status = failed(status) ? status : second_factor_read(text_bytes(&login->statement), &record);
    return failed(status) ? invocation_failed(login->invocation, status, NULL, path)
                          : look(login, record.factor.session);
}

/* What a provider elsewhere has to know: what the statement will say, without what it adds. */
static void print_challenge(const struct login *login)
{
    char memory[1024];
    struct text text = TEXT_IN(memory);
    text_put_literal(&text, "{\"expires\":");
    canonical_put_time(&text, login->session.expires);
    text_put_literal(&text, ",\"nonce\":");
    canonical_put_base64(&text, login->session.nonce);
    text_put_literal(&text, ",\"origin\":");
    canonical_put_string(&text, bytes_of_string(log_origin(engine_log(login->engine))));
    text_put_literal(&text, ",\"session\":\"");
    id_write(&text, login->session.session);
    text_put_literal(&text, "\",\"user\":\"");
    id_write(&text, login->standing.user);
    text_put_literal(&text, "\"}\n");
    output_put_bytes(login->invocation->output, text_bytes(&text));
}

static void tell(const struct login *login)
{
    char memory[128];
    struct text until = TEXT_IN(memory);
    const struct invocation *invocation = login->invocation;
    if (invocation->format == ROWS_JSON) {
        canonical_put_time(&until, login->session.expires);
        output_add(invocation->output, "{\"session\":\"session:%" PRIu64 "\",\"until\":%s}\n",
                   login->session.session.n, text_string(&until));
        return;
    }
    zone_write(&invocation->zone, login->session.expires,
               (struct zone_style){.separator = ' ', .digits = 0}, &until);
    output_add(invocation->output, "session:%" PRIu64 " until %s\n", login->session.session.n,
               text_string(&until));
}

/* Login ----------------------------------------------------------------------------------- */

static enum exit_code log_in(struct login *login, struct bytes code_text)
{
    struct invocation *invocation = login->invocation;
    const char *statement = invocation_value(invocation, "mfa-statement");
    enum exit_code code = operator_stand(invocation, login->engine, &login->standing);
    if (code != EXIT_DONE) {
        return code;
    }
    code = statement != NULL ? read_statement(login, statement) : ask_challenge(login);
    if (code != EXIT_DONE) {
        return code;
    }
    if (invocation_has(invocation, "challenge")) {
        print_challenge(login);
        return EXIT_DONE;
    }
    code = statement != NULL ? open_session(login) : by_code(login, code_text);
    code = code == EXIT_DONE ? look(login, login->session.session) : code;
    if (code == EXIT_DONE) {
        tell(login);
    }
    return code;
}

static enum exit_code run_login(struct invocation *invocation)
{
    char memory[ASK_PROMPT_MAX];
    struct text code_text = TEXT_IN(memory);
    struct login login = {.invocation = invocation};
    bool elsewhere =
        invocation_has(invocation, "challenge") || invocation_has(invocation, "mfa-statement");
    login.statement = TEXT_IN(login.statement_memory);
    enum exit_code code = operator_unlock(invocation);
    code = code == EXIT_DONE && !elsewhere ? take_code(invocation, &code_text) : code;
    code = code == EXIT_DONE ? store_open(invocation, STORE_WRITE, &login.engine) : code;
    return code == EXIT_DONE
               ? store_finish(invocation, log_in(&login, text_bytes(&code_text)), &login.engine)
               : code;
}

static const struct option_info login_options[] = {
    OPERATOR_OPTIONS,
    {"code", 0, "N", "what your authenticator shows now (asked for)", false},
    {"challenge", 0, NULL, "only print the challenge, for a provider elsewhere", false},
    {"mfa-statement", 0, "FILE", "what such a provider has signed", false},
};

const struct verb verb_login = {
    .name = "login",
    .about = "open a session: with your key and a second factor",
    .details =
        "Commands are given in a session. It is opened by a signature on a challenge and a\n"
        "fresh second factor: a code of your authenticator, or the statement of another\n"
        "provider that is trusted here. Rights that you are given count from the next login.",
    .examples = "cairn login --key ada.key\n"
                "cairn login --code 123456\n"
                "cairn login --challenge >challenge.json\n"
                "cairn login --mfa-statement statement.json",
    .purpose = PURPOSE_START,
    OPTIONS(login_options),
    .guarded = true,
    .signs = true,
    .run = run_login,
};

/* Logout ---------------------------------------------------------------------------------- */

/* Ends the newest session; *session is ID_NONE if there was none. */
static enum exit_code close_newest(struct invocation *invocation, struct engine *engine,
                                   struct id *session)
{
    struct operator_standing standing;
    struct verdict verdict;
    enum exit_code code = operator_stand(invocation, engine, &standing);
    *session = standing.session;
    if (code != EXIT_DONE || standing.session.kind == ID_NONE) {
        return code;
    }
    union command_fields fields = {.session_close = {.session = standing.session}};
    code = operator_command(invocation, engine, COMMAND_SESSION_CLOSE, &fields, &verdict);
    if (code == EXIT_DONE) {
        output_add(invocation->output, "session:%" PRIu64 " is closed\n", standing.session.n);
    }
    return code;
}

static enum exit_code log_out(struct invocation *invocation, struct engine *engine)
{
    struct id session = {ID_NONE, 0};
    enum exit_code code = close_newest(invocation, engine, &session);
    if (code == EXIT_DONE && session.kind == ID_NONE) {
        return invocation_fail(invocation, EXIT_NOTHING, NULL, "no session of yours is open");
    }
    while (code == EXIT_DONE && session.kind != ID_NONE && invocation_has(invocation, "all")) {
        code = close_newest(invocation, engine, &session);
    }
    return code;
}

static enum exit_code run_logout(struct invocation *invocation)
{
    struct engine *engine = NULL;
    enum exit_code code = store_open(invocation, STORE_WRITE, &engine);
    return code == EXIT_DONE ? store_finish(invocation, log_out(invocation, engine), &engine)
                             : code;
}

static const struct option_info logout_options[] = {
    OPERATOR_OPTIONS,
    {"all", 0, NULL, "all sessions of yours, not the newest alone", false},
};

const struct verb verb_logout = {
    .name = "logout",
    .about = "end your session",
    .examples = "cairn logout --key ada.key",
    .purpose = PURPOSE_START,
    OPTIONS(logout_options),
    .guarded = true,
    .signs = true,
    .run = run_logout,
};
