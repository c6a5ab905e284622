#include "reports/access/access_rows.h"
#include "reports/access/interval_rows.h"
#include "reports/access/reach.h"
#include "reports/access/use_rows.h"
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
    struct id object, session, cert, project;
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

/* What excludes each other, and what needs what. */
static enum exit_code check(const struct invocation *invocation)
{
    static const char *const not_did[] = {"verb", "session", "refused"};
    static const char *const of_did[] = {"unread", "uncertified", "relying", "project"};
    bool did = invocation_has(invocation, "did"), all = invocation_has(invocation, "all");
    bool has_object = invocation_argument_count(invocation) > 0;
    for (size_t i = 0; i < sizeof of_did / sizeof of_did[0]; i++) {
        if (!did && invocation_has(invocation, of_did[i])) {
            return invocation_fail(invocation, EXIT_USAGE, NULL, "--%s goes with --did", of_did[i]);
        }
    }
    if ((invocation_has(invocation, "between") || did) && invocation_has(invocation, "as-of")) {
        return invocation_fail(invocation, EXIT_USAGE, NULL,
                               "--as-of is a moment; of a stretch --between says when");
    }
    for (size_t i = 0; i < sizeof not_did / sizeof not_did[0]; i++) {
        if (did && invocation_has(invocation, not_did[i])) {
            return invocation_fail(invocation, EXIT_USAGE, NULL, "--%s does not go with --did",
                                   not_did[i]);
        }
    }
    if (all && invocation_has(invocation, "refused") && !invocation_has(invocation, "between")) {
        return invocation_fail(invocation, EXIT_USAGE, NULL,
                               "--all lists what can be reached; of one object --refused says why");
    }
    if ((all || did) && invocation_value_at(invocation, "user", 1) != NULL) {
        return invocation_fail(invocation, EXIT_USAGE, NULL, "--%s is about one --user",
                               all ? "all" : "did");
    }
    if (all && (did || has_object || !invocation_has(invocation, "user"))) {
        return invocation_fail(invocation, EXIT_USAGE, NULL,
                               "--all is about a --user, and names no object");
    }
    return did || all || has_object
               ? EXIT_DONE
               : invocation_fail(invocation, EXIT_USAGE, "cairn help access",
                                 "name an object, or say --did, or --all with a --user");
}

/* What has no content can be neither read nor searched. What was done with a drive is done in
 * machines, which is another question. */
static enum exit_code check_object(const struct asking *asking)
{
    const struct invocation *invocation = asking->invocation;
    if (asking->object.kind == ID_DRIVE && invocation_has(invocation, "did")) {
        return invocation_fail(invocation, EXIT_USAGE,
                               "cairn drive attachments DRIVE; of its key: cairn query --kind "
                               "drive.key.fetched --on DRIVE",
                               "--did is about files");
    }
    return access_is_object(asking->object.kind)
               ? EXIT_DONE
               : invocation_fail(invocation, EXIT_USAGE,
                                 "of a project's data: cairn access --did --project NAME",
                                 "access is to files, directories, groups, drives, and trees of "
                                 "users");
}

/* The thing that an option names, if it is given. */
static enum exit_code find_option(const struct asking *asking, const char *option,
                                  enum id_kind kind, struct id *out)
{
    const char *name = invocation_value(asking->invocation, option);
    return name == NULL ? EXIT_DONE : find(asking, kind, name, out);
}

static enum exit_code understand(struct asking *asking)
{
    struct invocation *invocation = asking->invocation;
    const char *name, *object = invocation_argument(invocation, 0);
    enum exit_code code = check(invocation);
    code = code == EXIT_DONE ? as_of_view(invocation, asking->engine, asking->arena,
                                          &asking->trouble, &asking->view)
                             : code;
    if (code == EXIT_DONE && object != NULL) {
        code = find(asking, ID_NONE, object, &asking->object);
        code = code == EXIT_DONE ? check_object(asking) : code;
    }
    code = code == EXIT_DONE ? find_option(asking, "session", ID_SESSION, &asking->session) : code;
    code = code == EXIT_DONE ? find_option(asking, "relying", ID_CERT, &asking->cert) : code;
    code = code == EXIT_DONE ? find_option(asking, "project", ID_PROJECT, &asking->project) : code;
    while (code == EXIT_DONE && asking->user_count < USERS_MAX &&
           (name = invocation_value_at(invocation, "user", asking->user_count)) != NULL) {
        code = find(asking, ID_USER, name, &asking->users[asking->user_count++]);
    }
    choose_verbs(asking);
    asking->refused = (asking->user_count > 0 && !invocation_has(invocation, "all")) ||
                      invocation_has(invocation, "refused");
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
    if (invocation_has(asking->invocation, "all")) {
        return reach_rows(&asking->rows, &question, asking->users[0], allowed);
    }
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
                     .from = between->stretch.from,
                     .to = between->stretch.to,
                     .time_of = stretch_time_of,
                     .context = between->log},
        .refused = asking->refused,
        .log = between->log,
        .basis = arena_take(asking->arena, sizeof(struct basis)),
        .out = &asking->rows,
    };
    bool all = invocation_has(asking->invocation, "all");
    memcpy(rows.verbs, asking->verbs, sizeof rows.verbs);
    if (rows.basis == NULL) {
        return FAIL(NO_MEMORY, sizeof(struct basis));
    }
    TRY(all ? reach_intervals(&rows, asking->users[0]) : interval_rows_begin(&rows));
    for (size_t i = 0; i < asking->user_count && !all; i++) {
        TRY(interval_rows_add(&rows, asking->users[i]));
    }
    TRY(asking->user_count > 0 ? OK : interval_rows_add_all(&rows));
    *allowed = rows.allowed;
    return OK;
}

/* On a certification relies nobody but whom it was issued to. */
static struct id sole_user(const struct asking *asking)
{
    struct cert_row cert = {.cert = asking->cert};
    if (asking->user_count > 0) {
        return asking->users[0];
    }
    return asking->cert.kind == ID_CERT && view_find(&asking->view, ROW_CERT, &cert)
               ? cert.user
               : (struct id){ID_NONE, 0};
}

/* Who did. */
static struct status add_uses(struct asking *asking, const struct between *between, uint64_t *found)
{
    CLEANUP(index_snapshot_close) struct index_snapshot *index = NULL;
    const struct invocation *invocation = asking->invocation;
    bool is_file = asking->object.kind == ID_FILE;
    struct use_rows rows = {
        .question = {.view = asking->view,
                     .log = between->log,
                     .file = is_file ? asking->object : (struct id){ID_NONE, 0},
                     .user = sole_user(asking),
                     .range = between->range},
        .unread = invocation_has(invocation, "unread"),
        .uncertified = invocation_has(invocation, "uncertified"),
        .project = asking->project,
        .under = is_file ? (struct id){ID_NONE, 0} : asking->object,
        .cert = asking->cert,
        .use = arena_take(asking->arena, sizeof(struct use)),
        .out = &asking->rows,
    };
    if (rows.use == NULL) {
        return FAIL(NO_MEMORY, sizeof(struct use));
    }
    if (engine_index(asking->engine) != NULL) {
        TRY(index_snapshot_open(engine_index(asking->engine), &index));
    }
    rows.question.index = index;
    TRY(use_rows(&rows));
    *found = asking->rows.row_count;
    return OK;
}

static enum exit_code end(struct asking *asking, struct status status,
                          const struct between *between, uint64_t found)
{
    bool did = invocation_has(asking->invocation, "did");
    status = failed(status) ? status : rows_flush(&asking->rows);
    if (failed(status)) {
        return invocation_failed(asking->invocation, status, NULL, "access");
    }
    enum exit_code code = asked_end(asking->invocation, asking->engine, &asking->rows,
                                    did               ? "uses"
                                    : between == NULL ? "answers"
                                                      : "intervals",
                                    between == NULL ? NULL : &between->range);
    return code == EXIT_DONE && found == 0 ? EXIT_NOTHING : code; /* the answer is no */
}

static enum exit_code answer(struct asking *asking)
{
    uint64_t found = 0;
    struct between between = {0};
    struct status status;
    bool did = invocation_has(asking->invocation, "did");
    enum exit_code code = understand(asking);
    if (code != EXIT_DONE) {
        return code;
    }
    asked_rows(asking->invocation, &asking->rows, &asking->row_arena, asking->hasher);
    if (!did && !invocation_has(asking->invocation, "between")) {
        status = add_moment(asking, &found);
        return end(asking, status, NULL, found);
    }
    code = between_open(asking->invocation, asking->engine, &between);
    if (code == EXIT_DONE) {
        status = did ? add_uses(asking, &between, &found) : add_intervals(asking, &between, &found);
        code = end(asking, status, &between, found);
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
    {"all", 0, NULL, "everything that the user can reach, in place of an object", false},
    {"did", 0, NULL, "who did: keys fetched, chunks read, and by what right", false},
    {"unread", 0, NULL, "of --did: keys that were fetched, and nothing read", false},
    {"uncertified", 0, NULL, "of --did: where a certification was missing then", false},
    {"relying", 0, "CERT", "of --did: what relied on this certification", false},
    {"project", 0, "PROJECT", "of --did: data with this tag", false},
};

const struct verb verb_access = {
    .name = "access",
    .about = "who may read something, or could have, or did; when, and why",
    .arguments = "[OBJECT]",
    .details =
        "The object is file:N, dir:N, group:N, drive:N, a path like @group/a/b, or ann/lab-drive.\n"
        "The answer is the one that the store itself decides by, as of now or any past moment,\n"
        "with every fact that it rests on and the event that made it so. With --between it is\n"
        "intervals: from when to when, by which path, and what ended it, be it an event or\n"
        "something that ran out by itself. With --did it is what was done: each key that was\n"
        "fetched, by which right, and what was read with it. With --all it is all that one user\n"
        "can reach. The question itself becomes an event of the log. Exit code 1: nobody may, or\n"
        "did.",
    .examples = "cairn access file:2210\ncairn access file:2210 --user bob --as-of 2026-03-09\n"
                "cairn access file:2210 --between 2026-03-01..2026-04-01\n"
                "cairn access @genomes/raw.csv --verb all --refused\n"
                "cairn access --user bob --all --as-of 2026-03-09\n"
                "cairn access @genomes/raw.csv --did\n"
                "cairn access --did --unread --between 2026-03",
    .purpose = PURPOSE_ASK,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};
