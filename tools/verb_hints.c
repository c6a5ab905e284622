#include "reports/hints/shelf.h"
#include "reports/names.h"
#include "reports/nearest.h"
#include "tools/looking.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdio.h>

/* clang-format off */
static const struct column columns[] = {
    {"time",     NULL,     COLUMN_TIME,    ALIGN_LEFT},
    {"severity", NULL,     COLUMN_TEXT,    ALIGN_LEFT},
    {"rule",     NULL,     COLUMN_TEXT,    ALIGN_LEFT},
    {"who",      NULL,     COLUMN_TEXT,    ALIGN_LEFT},
    {"events",   NULL,     COLUMN_TEXT,    ALIGN_LEFT},
    {"about",    NULL,     COLUMN_TEXT,    ALIGN_LEFT},
};
static const struct column program_columns[] = {
    {"time",     NULL, COLUMN_TIME,    ALIGN_LEFT},
    {"severity", NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"rule",     NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"sentence", NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"window",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"actor",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"who",      NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"about",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"on",       NULL, COLUMN_JSON,    ALIGN_LEFT},
    {"because",  NULL, COLUMN_JSON,    ALIGN_LEFT},
    {"rests_on", NULL, COLUMN_INTEGER, ALIGN_RIGHT},
};
static const struct column rule_columns[] = {
    {"rule",     NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"severity", NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"sentence", NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"window",   NULL, COLUMN_TEXT, ALIGN_LEFT},
};
/* clang-format on */

#define COLUMNS(array) (array), sizeof(array) / sizeof((array)[0])

enum {
    SHOWN_POSITIONS = 4, /* in a table, beside the last one */
};

struct hinting {
    struct looking *looking;
    struct hints *hints;
    struct shelf shelf;
    bool incomplete; /* some rule gave up */
    struct rows rows;
    enum hint_severity least;
    const struct hint_info *found[HINT_RULES_MAX]; /* rules that found something */
    size_t found_count;
};

static void put_positions(const struct hint *hint, size_t most, struct text *out)
{
    for (size_t i = 0; i < hint->because_count; i++) {
        if (i >= most && i + 1 < hint->because_count) {
            continue;
        }
        bool left_out =
            i > 0 &&
            (i > most || (i + 1 == hint->because_count && hint->rests_on > hint->because_count));
        text_put_string(out, i == 0 ? "" : left_out ? " \xe2\x80\xa6 " : " ");
        text_put_u64(out, hint->because[i]);
    }
}

static void put_list(const struct hint *hint, struct text *because, struct text *on)
{
    for (size_t i = 0; i < hint->because_count; i++) {
        text_put_char(because, i == 0 ? '[' : ',');
        text_put_u64(because, hint->because[i]);
    }
    text_put_char(because, ']');
    for (size_t i = 0; i < hint->on_count; i++) {
        text_put_string(on, i == 0 ? "[\"" : ",\"");
        id_write(on, hint->on[i]);
        text_put_char(on, '"');
    }
    text_put_string(on, hint->on_count > 0 ? "]" : "");
}

/* The login of a user, as of the last event. */
static void put_who(const struct hinting *hinting, const struct hint *hint, struct text *out)
{
    struct id id;
    if (!failed(id_read(hint->who, &id))) {
        names_put(hinting->looking->engine, id, hint->because[hint->because_count - 1], out);
    } else {
        text_put_bytes(out, hint->who);
    }
}

static struct cell text_or_absent(struct bytes text)
{
    return text.size > 0 ? cell_text(text) : cell_absent();
}

static struct status add_row(struct hinting *hinting, const struct hint *hint)
{
    char who_memory[1024], because_memory[1024], on_memory[512], shown_memory[256];
    struct text who = TEXT_IN(who_memory), because = TEXT_IN(because_memory);
    struct text on = TEXT_IN(on_memory), shown = TEXT_IN(shown_memory);
    put_who(hinting, hint, &who);
    put_list(hint, &because, &on);
    put_positions(hint, SHOWN_POSITIONS, &shown);
    const struct cell time = cell_number(hint->time_utc_us);
    const struct cell severity = cell_string(hint_severity_name(hint->rule->severity));
    const struct cell rule = cell_string(hint->rule->name);
    const struct cell about = cell_text(hint->about);
    const struct cell name = text_or_absent(text_bytes(&who));
    if (hinting->rows.options.format == ROWS_TABLE) {
        const struct cell cells[] = {time, severity, rule, name, cell_text(text_bytes(&shown)),
                                     about};
        return rows_add(&hinting->rows, cells);
    }
    const struct cell cells[] = {time,
                                 severity,
                                 rule,
                                 cell_string(hint->rule->sentence),
                                 cell_string(hint->rule->window),
                                 text_or_absent(hint->who),
                                 name,
                                 about,
                                 text_or_absent(text_bytes(&on)),
                                 cell_text(text_bytes(&because)),
                                 cell_number(hint->rests_on)};
    return rows_add(&hinting->rows, cells);
}

static struct status found(void *context, const struct hint *hint)
{
    struct hinting *hinting = context;
    size_t i = 0;
    if (hint->rule->severity < hinting->least) {
        return OK;
    }
    while (i < hinting->found_count && hinting->found[i] != hint->rule) {
        i++;
    }
    if (i == hinting->found_count) {
        hinting->found[hinting->found_count++] = hint->rule;
    }
    return shelf_add(&hinting->shelf, hint);
}

static void gave_up(void *context, const struct hint_info *rule, uint64_t n)
{
    struct hinting *hinting = context;
    hinting->incomplete = true;
    invocation_note(hinting->looking->invocation,
                    "%s: gave up at event %" PRIu64
                    ": too many different people or things for one pass; narrow it with filters",
                    rule->name, n);
}

static struct status each_event(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct hinting *hinting = context;
    struct bytes body = {0};
    (void)bytes;
    if (hints_want_body(hinting->hints, leaf->kind)) {
        TRY(looking_body(hinting->looking, leaf, LOOKING_SALT_AND_BODY, &body));
    }
    return hints_event(hinting->hints, leaf, body);
}

static struct status write_findings(struct hinting *hinting)
{
    TRY(hinting->rows.options.format == ROWS_TABLE
            ? rows_begin(&hinting->rows, COLUMNS(columns))
            : rows_begin(&hinting->rows, COLUMNS(program_columns)));
    shelf_sort(&hinting->shelf);
    for (size_t i = 0; i < hinting->shelf.count; i++) {
        TRY(add_row(hinting, hinting->shelf.hints[i]));
    }
    return rows_flush(&hinting->rows);
}

/* What comes before the range is what is usual. */
static struct status run_rules(struct hinting *hinting, const struct hints_options *chosen)
{
    struct hints_options options = *chosen;
    struct looking *looking = hinting->looking;
    const struct moment since = looking->query.range.since;
    options.arena = &looking->memory;
    options.since = since;
    options.visit = found;
    options.gave_up = gave_up;
    options.context = hinting;
    TRY(shelf_init(&hinting->shelf, &looking->memory));
    TRY(hints_begin(&options, &hinting->hints));
    looking->query.range.since = (struct moment){0};
    struct status status = looking_run(looking, each_event, hinting);
    looking->query.range.since = since;
    TRY(status);
    TRY(hints_end(hinting->hints));
    return write_findings(hinting);
}

static void explain(const struct hinting *hinting)
{
    const struct invocation *invocation = hinting->looking->invocation;
    for (size_t i = 0; i < hinting->found_count; i++) {
        invocation_note(invocation, "%s: %s (%s)", hinting->found[i]->name,
                        hinting->found[i]->sentence, hinting->found[i]->window);
    }
}

static enum exit_code look(struct looking *looking, const struct hints_options *options,
                           enum hint_severity least)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct hinting hinting = {.looking = looking, .least = least};
    looking_rows(looking, &hinting.rows, &arena);
    struct status status = run_rules(&hinting, options);
    if (failed(status)) {
        return looking_end(looking, invocation_failed(looking->invocation, status, NULL, "looking"),
                           NULL);
    }
    explain(&hinting);
    enum exit_code code = looking_footnote(looking, hinting.shelf.count, "findings");
    bool answered = code == EXIT_DONE || code == EXIT_NOTHING;
    return looking_end(looking, hinting.incomplete && answered ? EXIT_INCOMPLETE : code,
                       &hinting.rows);
}

/* Options ---------------------------------------------------------------------------------- */

static enum exit_code choose_rules(const struct invocation *invocation,
                                   struct hints_options *options)
{
    const char *name;
    const struct hint_info *info;
    for (size_t i = 0; (name = invocation_value_at(invocation, "hint", i)) != NULL; i++) {
        struct nearest nearest = nearest_to(name);
        size_t index;
        for (size_t k = 0; (info = hint_rule(k)) != NULL; k++) {
            nearest_offer(&nearest, info->name);
        }
        if (failed(hint_rule_find(bytes_of_string(name), &index))) {
            return invocation_unknown(invocation, "rule", &nearest, "cairn hints --list");
        }
        options->rules[index] = true;
    }
    return EXIT_DONE;
}

static enum exit_code list_rules(struct invocation *invocation)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct rows rows;
    const struct hint_info *info;
    invocation_rows(invocation, &rows, &arena);
    struct status status = rows_begin(&rows, COLUMNS(rule_columns));
    for (size_t i = 0; !failed(status) && (info = hint_rule(i)) != NULL; i++) {
        const struct cell cells[] = {cell_string(info->name),
                                     cell_string(hint_severity_name(info->severity)),
                                     cell_string(info->sentence), cell_string(info->window)};
        status = rows_add(&rows, cells);
    }
    status = failed(status) ? status : rows_flush(&rows);
    return failed(status) ? exit_of(status) : EXIT_DONE;
}

static enum exit_code run(struct invocation *invocation)
{
    struct looking looking;
    struct hints_options options = {0};
    enum hint_severity least = HINT_INFO;
    const char *severity = invocation_value(invocation, "severity");
    if (invocation_has(invocation, "list")) {
        return list_rules(invocation);
    }
    if (severity != NULL && !hint_severity_read(bytes_of_string(severity), &least)) {
        return invocation_fail(invocation, EXIT_USAGE, NULL, "there is no severity %.40s",
                               severity);
    }
    enum exit_code code = choose_rules(invocation, &options);
    code = code == EXIT_DONE ? looking_begin(invocation, HINTS_MEMORY_SIZE, &looking) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    return look(&looking, &options, least);
}

static const struct option_info options[] = {
    LOOKING_OPTIONS,
    {"hint", 0, "RULE", "only what this rule finds", true},
    {"severity", 0, "info|low|medium|high|critical", "only findings of at least that", false},
    {"list", 0, NULL, "the rules, and how far each looks", false},
};

const struct verb verb_hints = {
    .name = "hints",
    .about = "what in the history deserves a look, and why",
    .arguments = "[EXPR...]",
    .details =
        "Each finding names its rule, the numbers that it is compared with and the events that\n"
        "it rests on. The rules are few and plain; nothing is learnt or scored. With --since,\n"
        "what came before is what is usual: it counts, but nothing is told of it. Exit code 1:\n"
        "nothing was found.",
    .examples = "cairn hints --since -7d\n"
                "cairn hints --severity medium --json\n"
                "cairn hints --hint key-unread --actor ann",
    .purpose = PURPOSE_ASK,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};
