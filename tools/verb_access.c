#include "reports/access_rows.h"
#include "reports/resolve.h"
#include "tools/as_of.h"
#include "tools/store_open.h"
#include "tools/verbs.h"

#include <stdlib.h>

enum {
    ACCESS_ARENA = 4 << 20, /* bytes, for all rows that answers about one user look at */
};

static enum exit_code choose_verbs(const struct invocation *invocation,
                                   struct access_question *question)
{
    const char *name;
    for (size_t i = 0; (name = invocation_value_at(invocation, "verb", i)) != NULL; i++) {
        bool all = strcmp(name, "all") == 0, known = all;
        for (unsigned verb = 0; verb < ACCESS_VERB_COUNT; verb++) {
            if (all || strcmp(name, access_verb_name((enum access_verb)verb)) == 0) {
                question->verbs[verb] = known = true;
            }
        }
        if (!known) {
            return invocation_fail(invocation, EXIT_USAGE, "cairn help access lists them",
                                   "there is no verb %.40s", name);
        }
    }
    if (invocation_value(invocation, "verb") == NULL) {
        question->verbs[ACCESS_READ] = true;
    }
    return EXIT_DONE;
}

static enum exit_code find(const struct invocation *invocation, const struct view *view,
                           enum id_kind kind, const char *name, struct id *out)
{
    const struct resolver resolver = {.view = view};
    struct status status = resolve(&resolver, kind, bytes_of_string(name), out);
    if (failed(status)) {
        return invocation_fail(invocation, exit_of(status), NULL, "%s: %s", name,
                               status.why == NULL ? "it cannot be found" : status.why);
    }
    return EXIT_DONE;
}

static struct status add_rows(struct invocation *invocation, struct rows *rows,
                              const struct access_question *question, const struct id *users,
                              size_t count)
{
    uint64_t allowed = 0;
    TRY(access_rows_begin(rows));
    for (size_t i = 0; i < count; i++) {
        TRY(access_rows_add(rows, question, users[i], &allowed));
    }
    if (count == 0) {
        TRY(access_rows_add_all(rows, question, &allowed));
    }
    TRY(rows_flush(rows));
    (void)invocation;
    return allowed > 0 ? OK : FAIL(NOT_FOUND, 0);
}

enum {
    USERS_MAX = 64,
};

static enum exit_code answer(struct invocation *invocation, struct engine *engine,
                             struct arena *arena)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena row_arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct view view;
    struct rows rows;
    struct id users[USERS_MAX];
    struct access_question question = {.view = &view};
    const char *name, *session = invocation_value(invocation, "session");
    size_t count = 0;
    enum exit_code code = as_of_view(invocation, engine, arena, &trouble, &view);
    code = code == EXIT_DONE ? choose_verbs(invocation, &question) : code;
    code = code == EXIT_DONE ? find(invocation, &view, ID_NONE, invocation_argument(invocation, 0),
                                    &question.object)
                             : code;
    if (code == EXIT_DONE && session != NULL) {
        code = find(invocation, &view, ID_SESSION, session, &question.session);
    }
    while (code == EXIT_DONE && count < USERS_MAX &&
           (name = invocation_value_at(invocation, "user", count)) != NULL) {
        code = find(invocation, &view, ID_USER, name, &users[count++]);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    question.refused = count > 0 || invocation_has(invocation, "refused");
    invocation_rows(invocation, &rows, &row_arena);
    struct status status = add_rows(invocation, &rows, &question, users, count);
    if (status.code == STATUS_NOT_FOUND && status.why == NULL) {
        return EXIT_NOTHING; /* the answer is no */
    }
    return failed(status) ? invocation_failed(invocation, status, NULL, "access") : EXIT_DONE;
}

static enum exit_code run(struct invocation *invocation)
{
    struct engine *engine = NULL;
    uint8_t *memory = malloc(ACCESS_ARENA);
    struct arena arena = {.memory = memory, .capacity = ACCESS_ARENA};
    if (memory == NULL) {
        return invocation_failed(invocation, FAIL(NO_MEMORY, ACCESS_ARENA), NULL, "starting");
    }
    enum exit_code code = store_open(invocation, STORE_READ, &engine);
    if (code == EXIT_DONE) {
        code = answer(invocation, engine, &arena);
        engine_close(&engine);
    }
    free(memory);
    return code;
}

static const struct option_info options[] = {
    AS_OF_OPTION,
    {"user", 0, "USER", "about this user, also if the answer is no (all who may)", true},
    {"verb", 0, "all|read|view|download|change_project|share|history|edit|delete",
     "what would be done (read: fetch the key)", true},
    {"session", 0, "SESSION", "in this session; without it, in some session of the user's", false},
    {"refused", 0, NULL, "also those who may not, and why", false},
};

const struct verb verb_access = {
    .name = "access",
    .about = "who may read something, or could have, and why",
    .arguments = "OBJECT",
    .details =
        "The object is file:N, dir:N, group:N, or a path like @group/a/b. The answer is the one\n"
        "that the store itself decides by, as of now or any past moment, with every fact that it\n"
        "rests on and the event that made it so. Exit code 1: nobody may.",
    .examples = "cairn access file:2210\ncairn access file:2210 --user bob --as-of 2026-03-09\n"
                "cairn access @genomes/raw.csv --verb all --refused",
    .purpose = PURPOSE_ASK,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};
