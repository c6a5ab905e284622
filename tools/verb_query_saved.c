#include "reports/filter/filter.h"
#include "reports/filter/saved.h"
#include "tools/operator.h"
#include "tools/query_options.h"
#include "tools/verbs.h"

#include <inttypes.h>

enum {
    NAME_SIZE = 64,
};

/* Saving ---------------------------------------------------------------------------------- */

static enum exit_code say(struct invocation *invocation, struct engine *engine,
                          enum event_kind kind, const union event_body *body)
{
    struct status status =
        engine_say(engine, VOICE_AUDIT,
                   &(struct draft){.kind = kind, .on = {THE_LOG}, .on_count = 1, .body = body});
    return failed(status) ? invocation_failed(invocation, status, NULL, "recording") : EXIT_DONE;
}

static enum exit_code read_name(const struct invocation *invocation, struct bytes *out)
{
    *out = bytes_of_string(invocation_argument(invocation, 0));
    if (out->size > 0 && out->data[0] == '@') {
        *out = bytes_of(out->data + 1, out->size - 1);
    }
    return saved_is_name(*out) ? EXIT_DONE
                               : invocation_fail(invocation, EXIT_USAGE, NULL,
                                                 "a name is of a-z, 0-9 and hyphens, at most %d, "
                                                 "and begins with a letter",
                                                 SAVED_NAME_MAX);
}

static struct bytes option(const struct invocation *invocation, const char *name)
{
    const char *value = invocation_value(invocation, name);
    return value == NULL ? bytes_of(NULL, 0) : bytes_of_string(value);
}

static enum exit_code check_circle(struct invocation *invocation, struct engine *engine,
                                   struct bytes question, struct bytes name)
{
    bool circle;
    struct status status = saved_leads_to(engine, question, name, &circle);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "reading the expression");
    }
    return circle ? invocation_fail(invocation, EXIT_USAGE, "give it another name",
                                    "the expression asks @%.*s itself", (int)name.size,
                                    (const char *)name.data)
                  : EXIT_DONE;
}

/* It is kept as it was typed: its times and names are those of when it is asked. */
static enum exit_code save(struct invocation *invocation, struct engine *engine,
                           struct bytes saved_name)
{
    char memory[FILTER_TEXT_MAX + 2], by_memory[NAME_SIZE];
    struct text question = TEXT_IN(memory), by = TEXT_IN(by_memory);
    struct query query = {0};
    struct bytes about = option(invocation, "about"), control = option(invocation, "control");
    enum exit_code code = query_conditions(invocation, engine, &query);
    if (code != EXIT_DONE) {
        return code;
    }
    query_words(invocation, &question);
    code = check_circle(invocation, engine, text_bytes(&question), saved_name);
    if (code != EXIT_DONE) {
        return code;
    }
    operator_name(&by);
    const union event_body body = {.audit_query_saved = {.name = saved_name,
                                                         .question = text_bytes(&question),
                                                         .has_about = about.size > 0,
                                                         .about = about,
                                                         .has_control = control.size > 0,
                                                         .control = control,
                                                         .by = text_bytes(&by)}};
    code = say(invocation, engine, EVENT_AUDIT_QUERY_SAVED, &body);
    if (code == EXIT_DONE) {
        invocation_note(invocation, "saved: ask it by `cairn query @%.*s`", (int)saved_name.size,
                        (const char *)saved_name.data);
    }
    return code;
}

static enum exit_code run_save(struct invocation *invocation)
{
    struct engine *engine = NULL;
    struct bytes name;
    enum exit_code code = read_name(invocation, &name);
    code = code == EXIT_DONE ? store_open(invocation, STORE_WRITE, &engine) : code;
    return code == EXIT_DONE ? store_finish(invocation, save(invocation, engine, name), &engine)
                             : code;
}

static const struct option_info save_options[] = {
    {"about", 0, "TEXT", "what it is, for people", false},
    {"control", 0, "ID", "the requirement that it serves, like 3.3.5", false},
};

const struct verb verb_query_save = {
    .name = "query save",
    .about = "give a question a name",
    .arguments = "NAME EXPR...",
    .details =
        "From here on @NAME stands for the expression wherever one may stand. It is kept as\n"
        "it is typed, so that -2h means the two hours before it is asked. Saving it\n"
        "becomes an event of the log, audit.query_saved; a name saved again means what\n"
        "it was given last.",
    .examples = "cairn query save night-shift 'time > -12h and command exists' --control 3.1.7\n"
                "cairn query '@night-shift and outcome = denied'",
    .purpose = PURPOSE_ASK,
    OPTIONS(save_options),
    .guarded = true,
    .run = run_save,
};

/* Forgetting ------------------------------------------------------------------------------ */

struct finding {
    struct bytes name;
    bool found, shipped;
};

static struct status find(void *context, const struct saved_query *query)
{
    struct finding *finding = context;
    if (bytes_equal(query->name, finding->name)) {
        finding->found = true;
        finding->shipped = query->by.size == 0;
    }
    return OK;
}

static enum exit_code check_saved(struct invocation *invocation, struct engine *engine,
                                  struct finding *finding)
{
    struct status status = saved_walk(engine, find, finding);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "looking for it");
    }
    return finding->found
               ? EXIT_DONE
               : invocation_fail(invocation, EXIT_NOT_FOUND, "`cairn query list` names them all",
                                 "there is no saved query of this name");
}

static enum exit_code forget(struct invocation *invocation, struct engine *engine,
                             struct bytes name)
{
    char memory[NAME_SIZE];
    struct text by = TEXT_IN(memory);
    struct finding finding = {.name = name};
    enum exit_code code = check_saved(invocation, engine, &finding);
    if (code == EXIT_DONE && finding.shipped) {
        return invocation_fail(invocation, EXIT_CONFLICT, NULL,
                               "this query is one that Cairn brings, and cannot be forgotten");
    }
    if (code != EXIT_DONE) {
        return code;
    }
    operator_name(&by);
    const union event_body body = {.audit_query_forgotten = {.name = name, .by = text_bytes(&by)}};
    return say(invocation, engine, EVENT_AUDIT_QUERY_FORGOTTEN, &body);
}

static enum exit_code run_forget(struct invocation *invocation)
{
    struct engine *engine = NULL;
    struct bytes name;
    enum exit_code code = read_name(invocation, &name);
    code = code == EXIT_DONE ? store_open(invocation, STORE_WRITE, &engine) : code;
    return code == EXIT_DONE ? store_finish(invocation, forget(invocation, engine, name), &engine)
                             : code;
}

const struct verb verb_query_forget = {
    .name = "query forget",
    .about = "take the name of a question away",
    .arguments = "NAME",
    .details = "What it was stays in the log; one that it hid is asked by the name again.",
    .examples = "cairn query forget night-shift",
    .purpose = PURPOSE_ASK,
    .guarded = true,
    .run = run_forget,
};

/* Listing --------------------------------------------------------------------------------- */

/* clang-format off */
static const struct column columns[] = {
    {"name",     "NAME",     COLUMN_TEXT, ALIGN_LEFT},
    {"control",  "CONTROL",  COLUMN_TEXT, ALIGN_LEFT},
    {"by",       "BY",       COLUMN_TEXT, ALIGN_LEFT},
    {"about",    "ABOUT",    COLUMN_TEXT, ALIGN_LEFT},
    {"question", "QUESTION", COLUMN_TEXT, ALIGN_LEFT},
};
/* clang-format on */

enum {
    COLUMN_COUNT = sizeof columns / sizeof columns[0],
};

struct listing {
    struct rows rows;
    struct bytes only; /* the one of this name; empty: all */
};

static struct cell text_or_absent(struct bytes text)
{
    return text.size > 0 ? cell_text(text) : cell_absent();
}

static struct status list_one(void *context, const struct saved_query *query)
{
    struct listing *listing = context;
    if (listing->only.size > 0 && !bytes_equal(listing->only, query->name)) {
        return OK;
    }
    const struct cell cells[COLUMN_COUNT] = {
        cell_text(query->name), text_or_absent(query->control),
        cell_text(query->by.size > 0 ? query->by : LITERAL("cairn")), text_or_absent(query->about),
        cell_text(query->question)};
    return rows_add(&listing->rows, cells);
}

static enum exit_code list(struct invocation *invocation, struct engine *engine, struct bytes only)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct listing listing = {.only = only};
    invocation_rows(invocation, &listing.rows, &arena);
    struct status status = rows_begin(&listing.rows, columns, COLUMN_COUNT);
    status = failed(status) ? status : saved_walk(engine, list_one, &listing);
    status = failed(status) ? status : rows_flush(&listing.rows);
    return failed(status) ? invocation_failed(invocation, status, NULL, "listing") : EXIT_DONE;
}

static enum exit_code run_list(struct invocation *invocation)
{
    struct engine *engine = NULL;
    enum exit_code code = store_open(invocation, STORE_READ, &engine);
    code = code == EXIT_DONE ? list(invocation, engine, bytes_of(NULL, 0)) : code;
    engine_close(&engine);
    return code;
}

const struct verb verb_query_list = {
    .name = "query list",
    .about = "list the questions that have a name",
    .details = "Those that Cairn brings, and those that were saved in the log.",
    .examples = "cairn query list\ncairn query list --json",
    .purpose = PURPOSE_ASK,
    .guarded = true,
    .run = run_list,
};

/* The question alone, so that it can be handed on. */
static struct status show_one(void *context, const struct saved_query *query)
{
    struct listing *listing = context;
    if (bytes_equal(listing->only, query->name)) {
        output_put_bytes(listing->rows.output, query->question);
        output_add(listing->rows.output, "\n");
    }
    return OK;
}

static enum exit_code show(struct invocation *invocation, struct engine *engine, struct bytes name)
{
    struct finding finding = {.name = name};
    struct listing listing = {.only = name, .rows = {.output = invocation->output}};
    enum exit_code code = check_saved(invocation, engine, &finding);
    if (code != EXIT_DONE || invocation->format != ROWS_TABLE) {
        return code == EXIT_DONE ? list(invocation, engine, name) : code;
    }
    struct status status = saved_walk(engine, show_one, &listing);
    return failed(status) ? invocation_failed(invocation, status, NULL, "showing it") : EXIT_DONE;
}

static enum exit_code run_show(struct invocation *invocation)
{
    struct engine *engine = NULL;
    struct bytes name;
    enum exit_code code = read_name(invocation, &name);
    code = code == EXIT_DONE ? store_open(invocation, STORE_READ, &engine) : code;
    code = code == EXIT_DONE ? show(invocation, engine, name) : code;
    engine_close(&engine);
    return code;
}

const struct verb verb_query_show = {
    .name = "query show",
    .about = "print a question that has a name",
    .arguments = "NAME",
    .examples = "cairn query show failed-logins",
    .purpose = PURPOSE_ASK,
    .guarded = true,
    .run = run_show,
};
