#include "reports/access/interval_rows.h"
#include "reports/access_rows.h"
#include "reports/resolve.h"
#include "tools/access/between.h"
#include "tools/as_of.h"
#include "tools/asked.h"
#include "tools/store_open.h"
#include "tools/verbs.h"

#include <stdlib.h>

enum {
    ACCESS_ARENA = 4 << 20, /* bytes, for all rows that answers about one user look at */
    USERS_MAX = 64,
};

/* A question on its way to an answer. */
struct asking {
    struct invocation *invocation;
    struct engine *engine;
    struct arena *arena;
    struct status trouble;
    struct view view; /* at the moment of --as-of */
    struct id object, session;
    struct id users[USERS_MAX];
    size_t user_count;
    bool verbs[ACCESS_VERB_COUNT];
    bool refused;
    struct hasher *hasher;
    struct rows rows;
    uint8_t row_memory[ROWS_MEMORY_SIZE];
    struct arena row_arena;
};

/* Understanding ------------------------------------------------------------------------------ */

/* `change_project` as a word of the command line is `change project` elsewhere. */
static bool is_verb(const char *word, enum access_verb verb)
{
    const char *name = access_verb_name(verb);
    while (*word != '\0' && (*word == *name || (*word == '_' && *name == ' '))) {
        word++;
        name++;
    }
    return *word == '\0' && *name == '\0';
}

static void choose_verbs(struct asking *asking)
{
    const char *word;
    for (size_t i = 0; (word = invocation_value_at(asking->invocation, "verb", i)) != NULL; i++) {
        for (unsigned verb = 0; verb < ACCESS_VERB_COUNT; verb++) {
            if (strcmp(word, "all") == 0 || is_verb(word, (enum access_verb)verb)) {
                asking->verbs[verb] = true;
            }
        }
    }
    if (invocation_value(asking->invocation, "verb") == NULL) {
        asking->verbs[ACCESS_READ] = true;
    }
}

static enum exit_code find(const struct asking *asking, enum id_kind kind, const char *name,
                           struct id *out)
{
    const struct resolver resolver = {.view = &asking->view};
    struct status status = resolve(&resolver, kind, bytes_of_string(name), out);
    if (failed(status)) {
        return invocation_fail(asking->invocation, exit_of(status), NULL, "%s: %s", name,
                               status.why == NULL ? "it cannot be found" : status.why);
    }
    return EXIT_DONE;
}

static enum exit_code understand(struct asking *asking)
{
    struct invocation *invocation = asking->invocation;
    const char *name, *session = invocation_value(invocation, "session");
    if (invocation_has(invocation, "between") && invocation_has(invocation, "as-of")) {
        return invocation_fail(invocation, EXIT_USAGE, NULL,
                               "--as-of is a moment, --between a stretch: give one of them");
    }
    enum exit_code code =
        as_of_view(invocation, asking->engine, asking->arena, &asking->trouble, &asking->view);
    code = code == EXIT_DONE
               ? find(asking, ID_NONE, invocation_argument(invocation, 0), &asking->object)
               : code;
    if (code == EXIT_DONE && session != NULL) {
        code = find(asking, ID_SESSION, session, &asking->session);
    }
    while (code == EXIT_DONE && asking->user_count < USERS_MAX &&
           (name = invocation_value_at(invocation, "user", asking->user_count)) != NULL) {
        code = find(asking, ID_USER, name, &asking->users[asking->user_count++]);
    }
    choose_verbs(asking);
    asking->refused = asking->user_count > 0 || invocation_has(invocation, "refused");
    return code;
}

/* Answering ---------------------------------------------------------------------------------- */

/* As of one moment. */
static struct status add_moment(struct asking *asking, uint64_t *allowed)
{
    struct access_question question = {.view = &asking->view,
                                       .object = asking->object,
                                       .session = asking->session,
                                       .refused = asking->refused};
    memcpy(question.verbs, asking->verbs, sizeof question.verbs);
    TRY(access_rows_begin(&asking->rows));
    for (size_t i = 0; i < asking->user_count; i++) {
        TRY(access_rows_add(&asking->rows, &question, asking->users[i], allowed));
    }
    return asking->user_count > 0 ? OK : access_rows_add_all(&asking->rows, &question, allowed);
}

/* Over a stretch, as intervals. */
static struct status add_intervals(struct asking *asking, struct between *between,
                                   uint64_t *allowed)
{
    struct interval_rows rows = {
        .question = {.view = asking->view,
                     .reader = {.session = asking->session},
                     .object = asking->object,
                     .from = between->from,
                     .to = between->to,
                     .time_of = between_time_of,
                     .context = between},
        .refused = asking->refused,
        .log = between->log,
        .basis = arena_take(asking->arena, sizeof(struct basis)),
        .out = &asking->rows,
    };
    memcpy(rows.verbs, asking->verbs, sizeof rows.verbs);
    if (rows.basis == NULL) {
        return FAIL(NO_MEMORY, sizeof(struct basis));
    }
    TRY(interval_rows_begin(&rows));
    for (size_t i = 0; i < asking->user_count; i++) {
        TRY(interval_rows_add(&rows, asking->users[i]));
    }
    TRY(asking->user_count > 0 ? OK : interval_rows_add_all(&rows));
    *allowed = rows.allowed;
    return OK;
}

static enum exit_code end(struct asking *asking, struct status status, uint64_t allowed)
{
    status = failed(status) ? status : rows_flush(&asking->rows);
    status =
        failed(status) ? status : asked_record(asking->invocation, asking->engine, &asking->rows);
    if (failed(status)) {
        return invocation_failed(asking->invocation, status, NULL, "access");
    }
    return allowed > 0 ? EXIT_DONE : EXIT_NOTHING; /* the answer is no */
}

static enum exit_code answer(struct asking *asking)
{
    uint64_t allowed = 0;
    struct between between = {0};
    enum exit_code code = understand(asking);
    if (code != EXIT_DONE) {
        return code;
    }
    asked_rows(asking->invocation, &asking->rows, &asking->row_arena, asking->hasher);
    if (!invocation_has(asking->invocation, "between")) {
        struct status status = add_moment(asking, &allowed);
        return end(asking, status, allowed);
    }
    code = between_open(asking->invocation, asking->engine, &between);
    if (code == EXIT_DONE) {
        struct status status = add_intervals(asking, &between, &allowed);
        code = end(asking, status, allowed);
    }
    between_close(&between);
    return code;
}

static enum exit_code run(struct invocation *invocation)
{
    uint8_t *memory = malloc(sizeof(struct asking) + ACCESS_ARENA);
    struct asking *asking = (struct asking *)memory;
    if (memory == NULL) {
        return invocation_failed(invocation, FAIL(NO_MEMORY, ACCESS_ARENA), NULL, "starting");
    }
    struct arena arena = {.memory = memory + sizeof *asking, .capacity = ACCESS_ARENA};
    *asking = (struct asking){.invocation = invocation, .arena = &arena};
    asking->row_arena = ARENA_IN(asking->row_memory);
    struct status status = hasher_open(&asking->hasher);
    enum exit_code code = failed(status) ? invocation_failed(invocation, status, NULL, "starting")
                                         : store_open(invocation, STORE_RECORD, &asking->engine);
    if (code == EXIT_DONE) {
        code = store_finish(invocation, answer(asking), &asking->engine);
    }
    hasher_close(&asking->hasher);
    free(memory);
    return code;
}

static const struct option_info options[] = {
    AS_OF_OPTION,
    BETWEEN_OPTION,
    {"user", 0, "USER", "about this user, also if the answer is no (all who may)", true},
    {"verb", 0, "all|read|view|download|change_project|share|history|edit|delete",
     "what would be done (read: fetch the key)", true},
    {"session", 0, "SESSION", "in this session; without it, in some session of the user's", false},
    {"refused", 0, NULL, "also those who may not, and why", false},
};

const struct verb verb_access = {
    .name = "access",
    .about = "who may read something, or could have, when, and why",
    .arguments = "OBJECT",
    .details =
        "The object is file:N, dir:N, group:N, or a path like @group/a/b. The answer is the one\n"
        "that the store itself decides by, as of now or any past moment, with every fact that it\n"
        "rests on and the event that made it so. With --between it is intervals: from when to\n"
        "when, by which path, and what ended it, be it an event or something that ran out by\n"
        "itself. The question itself becomes an event of the log. Exit code 1: nobody may.",
    .examples = "cairn access file:2210\ncairn access file:2210 --user bob --as-of 2026-03-09\n"
                "cairn access file:2210 --between 2026-03-01..2026-04-01\n"
                "cairn access @genomes/raw.csv --verb all --refused",
    .purpose = PURPOSE_ASK,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};
