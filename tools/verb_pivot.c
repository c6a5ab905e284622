#include "reports/names.h"
#include "reports/nearest.h"
#include "reports/pivot/pivot.h"
#include "reports/stats/interval.h"
#include "tools/looking.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    NAMES_SIZE = 2048,
    ACTOR_SIZE = 512,
    NEXT_SIZE = 512,
};

/* clang-format off */
static const struct column columns[] = {
    {"relation", NULL,   COLUMN_TEXT,    ALIGN_LEFT},
    {"time",     NULL,   COLUMN_TIME,    ALIGN_LEFT},
    {"n",        NULL,   COLUMN_INTEGER, ALIGN_RIGHT},
    {"actor",    NULL,   COLUMN_TEXT,    ALIGN_LEFT},
    {"kind",     NULL,   COLUMN_TEXT,    ALIGN_LEFT},
    {"outcome",  NULL,   COLUMN_TEXT,    ALIGN_LEFT},
    {"about",    NULL,   COLUMN_TEXT,    ALIGN_LEFT},
};
/* clang-format on */

struct pivoting {
    struct looking *looking;
    struct pivot pivot;
    bool wanted[PIVOT_RELATION_COUNT];
    struct pivot_found found[PIVOT_RELATION_COUNT];
    struct rows rows;
};

/* `session`, `object file:22`, `cause 2`. */
static void put_relation(const struct pivoting *pivoting, const struct pivot_event *event,
                         struct text *out)
{
    text_put_string(out, pivot_relation_name(event->relation));
    if (event->what.kind != ID_NONE) {
        text_put_char(out, ' ');
        names_put(pivoting->looking->engine, event->what, event->leaf->n, out);
    } else if (event->steps > 1) {
        text_put_char(out, ' ');
        text_put_u64(out, event->steps);
    }
}

static struct status add_row(struct pivoting *pivoting, struct bytes relation,
                             const struct leaf *leaf)
{
    char names_memory[NAMES_SIZE], actor_memory[ACTOR_SIZE];
    struct text names = TEXT_IN(names_memory), actor = TEXT_IN(actor_memory);
    struct engine *engine = pivoting->looking->engine;
    names_put_subjects(engine, leaf, &names);
    names_put_actor(engine, leaf, &actor);
    const struct cell cells[] = {
        cell_text(relation),
        cell_number(query_time_of(leaf)),
        cell_number(leaf->n),
        cell_text(text_bytes(&actor)),
        cell_string(event_name(leaf->kind)),
        cell_string(outcome_name(leaf->outcome)),
        names.size > 0 ? cell_text(text_bytes(&names)) : cell_absent(),
    };
    invocation_at(pivoting->looking->invocation, "reading", leaf->n);
    return invocation_interrupted(pivoting->looking->invocation) ? FAIL(INTERRUPTED, 0)
                                                                 : rows_add(&pivoting->rows, cells);
}

static struct status show_event(void *context, const struct pivot_event *event)
{
    char memory[NAMES_SIZE];
    struct text relation = TEXT_IN(memory);
    put_relation(context, event, &relation);
    return add_row(context, text_bytes(&relation), event->leaf);
}

static void tell(const struct pivoting *pivoting, enum pivot_relation relation)
{
    const struct pivot_found *found = &pivoting->found[relation];
    const struct invocation *invocation = pivoting->looking->invocation;
    uint64_t size = log_snapshot_size(pivoting->looking->log);
    if (found->more) {
        invocation_note(invocation, "%s: there are more: ask with --top",
                        pivot_relation_name(relation));
    }
    if (found->scanned_to > 0 && found->scanned_to < size && !found->more) {
        invocation_note(invocation,
                        "%s: looked for before event %" PRIu64 " of %" PRIu64
                        "; all of them with --all",
                        pivot_relation_name(relation), found->scanned_to, size);
    }
}

static struct status run_relations(struct pivoting *pivoting)
{
    TRY(rows_begin(&pivoting->rows, columns, sizeof columns / sizeof columns[0]));
    TRY(add_row(pivoting, LITERAL("itself"), &pivoting->pivot.leaf));
    for (unsigned i = 0; i < PIVOT_RELATION_COUNT; i++) {
        if (pivoting->wanted[i]) {
            TRY(pivot_run(&pivoting->pivot, (enum pivot_relation)i, show_event, pivoting,
                          &pivoting->found[i]));
        }
    }
    return rows_flush(&pivoting->rows);
}

static enum exit_code answer(struct pivoting *pivoting)
{
    const struct invocation *invocation = pivoting->looking->invocation;
    struct status status = run_relations(pivoting);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "following the event");
    }
    for (unsigned i = 0; i < PIVOT_RELATION_COUNT; i++) {
        tell(pivoting, (enum pivot_relation)i);
    }
    for (size_t i = 0;; i++) {
        char memory[NEXT_SIZE];
        struct text next = TEXT_IN(memory);
        if (!pivot_next(&pivoting->pivot, i, &next)) {
            return EXIT_DONE;
        }
        invocation_note(invocation, "next: %s", text_string(&next));
    }
}

/* Options ----------------------------------------------------------------------------------- */

static enum exit_code no_relation(const struct invocation *invocation, struct bytes name)
{
    char typed[64], advice[160];
    struct text text = TEXT_IN(typed);
    text_put_bytes(&text, name);
    struct nearest nearest = nearest_to(text_string(&text));
    for (unsigned i = 0; i < PIVOT_RELATION_COUNT; i++) {
        nearest_offer(&nearest, pivot_relation_name((enum pivot_relation)i));
    }
    snprintf(advice, sizeof advice,
             "%s%s%ssession, actor, object, people, source, project, cause, caused, bulk, "
             "neighbours",
             nearest.word == NULL ? "" : "did you mean ", nearest.word == NULL ? "" : nearest.word,
             nearest.word == NULL ? "" : "? There are ");
    return invocation_fail(invocation, EXIT_USAGE, advice, "--to: there is no relation %.*s",
                           (int)(name.size < 40 ? name.size : 40), (const char *)name.data);
}

/* `actor`, or `actor=5m`. */
static enum exit_code add_relation(const struct invocation *invocation, struct bytes word,
                                   struct pivoting *pivoting)
{
    const uint8_t *sign = word.size == 0 ? NULL : memchr(word.data, '=', word.size);
    struct bytes name = sign == NULL ? word : bytes_of(word.data, (size_t)(sign - word.data));
    struct interval window = {0};
    enum pivot_relation relation;
    if (!pivot_relation_read(name, &relation)) {
        return no_relation(invocation, name);
    }
    pivoting->wanted[relation] = true;
    if (sign == NULL) {
        return EXIT_DONE;
    }
    struct bytes length = bytes_of(sign + 1, word.size - name.size - 1);
    if (failed(interval_read(length, &window)) || window.months > 0) {
        return invocation_fail(invocation, EXIT_USAGE, "like neighbours=5m, actor=2h",
                               "--to: %.*s is no length of time",
                               (int)(length.size < 40 ? length.size : 40),
                               (const char *)length.data);
    }
    pivoting->pivot.window_us[relation] = window.us;
    return EXIT_DONE;
}

/* Without --to: all that the event itself names. */
static void want_usual(struct pivoting *pivoting)
{
    for (unsigned i = 0; i < PIVOT_RELATION_COUNT; i++) {
        pivoting->wanted[i] = i != PIVOT_PROJECT && i != PIVOT_NEIGHBOURS;
    }
}

static enum exit_code read_relations(const struct invocation *invocation, struct pivoting *pivoting)
{
    const char *list;
    for (size_t i = 0; (list = invocation_value_at(invocation, "to", i)) != NULL; i++) {
        while (list != NULL) {
            const char *comma = strchr(list, ',');
            size_t size = comma == NULL ? strlen(list) : (size_t)(comma - list);
            enum exit_code code = add_relation(invocation, bytes_of(list, size), pivoting);
            if (code != EXIT_DONE) {
                return code;
            }
            list = comma == NULL ? NULL : comma + 1;
        }
    }
    if (invocation_value(invocation, "to") == NULL) {
        want_usual(pivoting);
    }
    return EXIT_DONE;
}

static enum exit_code read_position(const struct invocation *invocation, uint64_t *out)
{
    const char *word = invocation_argument(invocation, 0);
    const char *digits = strncmp(word, "seq:", 4) == 0 ? word + 4 : word;
    struct id id;
    if (!failed(id_read(bytes_of_string(word), &id)) && id.n != ID_NEW) {
        *out = id.n; /* an id is the position of the event that created the thing */
        return EXIT_DONE;
    }
    return text_read_u64(bytes_of_string(digits), out)
               ? EXIT_DONE
               : invocation_fail(invocation, EXIT_USAGE, "events are numbered: cairn pivot 30377",
                                 "%.60s is no event", word);
}

static enum exit_code read_numbers(const struct invocation *invocation, struct pivot *pivot)
{
    uint64_t depth = pivot->steps;
    enum exit_code code = invocation_number(
        invocation, "top", (struct number_limits){1, PIVOT_EVENTS_MAX}, &pivot->most);
    code = code == EXIT_DONE ? invocation_number(invocation, "depth",
                                                 (struct number_limits){1, PIVOT_STEPS_MAX}, &depth)
                             : code;
    pivot->steps = (uint32_t)depth;
    pivot->scan_most = invocation_has(invocation, "all") ? UINT64_MAX : pivot->scan_most;
    return code;
}

static bool was_interrupted(void *context)
{
    return invocation_interrupted(context);
}

static enum exit_code open_event(struct looking *looking, uint64_t n, struct pivoting *pivoting)
{
    struct pivot *pivot = &pivoting->pivot;
    pivot->log = looking->log;
    pivot->index = looking->index;
    pivot->arena = &looking->memory;
    pivot->interrupted = was_interrupted;
    pivot->interrupted_context = looking->invocation;
    struct status status = pivot_open(pivot, n);
    if (status.code == STATUS_NOT_FOUND) {
        return invocation_fail(looking->invocation, EXIT_NOT_FOUND, NULL,
                               "there is no event %" PRIu64 ": the log has %" PRIu64, n,
                               log_snapshot_size(looking->log));
    }
    return failed(status)
               ? invocation_failed(looking->invocation, status, NULL, "reading the event")
               : EXIT_DONE;
}

static enum exit_code run(struct invocation *invocation)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct looking looking;
    struct pivoting pivoting = {.looking = &looking};
    uint64_t n = 0;
    enum exit_code code = read_position(invocation, &n);
    code = code == EXIT_DONE ? looking_open(invocation, PIVOT_MEMORY_SIZE, &looking) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    looking_rows(&looking, &pivoting.rows, &arena);
    code = open_event(&looking, n, &pivoting);
    code = code == EXIT_DONE ? read_relations(invocation, &pivoting) : code;
    code = code == EXIT_DONE ? read_numbers(invocation, &pivoting.pivot) : code;
    code = code == EXIT_DONE ? answer(&pivoting) : code;
    return looking_end(&looking, code, &pivoting.rows);
}

static const struct option_info options[] = {
    {"to", 0, "RELATION,...",
     "session actor object people source project cause caused bulk neighbours", true},
    {"top", 0, "N", "the N nearest events of each relation (10)", false},
    {"depth", 0, "N", "steps along causes (64)", false},
    {"all", 0, NULL, "look for what it led to until the end of the log, however long", false},
};

const struct verb verb_pivot = {
    .name = "pivot",
    .about = "from an event to what it touches",
    .arguments = "N",
    .details =
        "From event N, or the one that created file:N. The events of the same session, by the same "
        "actor, about the same things, from the\n"
        "same address; what it answers and what answered it; the other items of the same\n"
        "command; with --to also the project's and whatever else happened around it. Around is\n"
        "an hour, of neighbours 5 minutes, or what is said: neighbours=30s. People are who other\n"
        "systems' records name beside the same machine. Below stand commands\n"
        "that lead on.",
    .examples = "cairn pivot 30377\n"
                "cairn pivot 30377 --to session,neighbours=2m\n"
                "cairn pivot 30377 --to caused --depth 1 --json",
    .purpose = PURPOSE_ASK,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};
