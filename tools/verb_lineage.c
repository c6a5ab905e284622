#include "reports/lineage/blast.h"
#include "reports/lineage/dot.h"
#include "reports/lineage/graph_json.h"
#include "reports/lineage/lineage_rows.h"
#include "reports/lineage/picture.h"
#include "reports/lineage/prov.h"
#include "reports/lineage/tree.h"
#include "reports/resolve.h"
#include "tools/footnote.h"
#include "tools/looking.h"
#include "tools/store_open.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    LINEAGE_ARENA = 1 << 20, /* bytes, for rows that are looked at for names */
    DEPTH_USUAL = 4,
};

/* All that a running question needs. */
struct work {
    struct invocation *invocation;
    struct engine *engine;
    struct log_snapshot *log;
    struct index_snapshot *index;
    struct view view;
    struct status trouble;
    struct lineage_question question;
    struct lineage lineage;
    uint8_t arena_memory[LINEAGE_ARENA];
    struct arena arena;
    struct basis basis; /* of answers about access */
    uint64_t answers;   /* rows of a radius, edges of all else */
    uint8_t rows_memory[ROWS_MEMORY_SIZE];
};

/* Forms -------------------------------------------------------------------------------------- */

static struct status put_rows(struct work *work)
{
    struct rows rows;
    struct arena arena = ARENA_IN(work->rows_memory);
    invocation_rows(work->invocation, &rows, &arena);
    return lineage_rows(&work->lineage, &work->view, &rows);
}

/* When an event was recorded. */
static struct status time_of(void *context, uint64_t n, uint64_t *utc_us)
{
    struct work *work = context;
    struct bytes bytes;
    struct leaf leaf;
    TRY(log_read_leaf(work->log, n, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    *utc_us = leaf.t_utc_us;
    return OK;
}

/* The stretch of the lineage, as moments: after the event before it, and before the first that
 * counts no more. */
static struct status set_stretch(struct work *work, struct interval_question *question)
{
    const struct lineage_question *asked = &work->question;
    question->from.n = asked->since > 0 ? asked->since - 1 : 0;
    question->to.n = asked->until;
    TRY(time_of(work, question->from.n, &question->from.utc_us));
    TRY(time_of(work, asked->until - 1, &question->to.utc_us));
    question->to.utc_us++;
    return OK;
}

static struct status put_radius(struct work *work)
{
    struct rows rows;
    struct arena arena = ARENA_IN(work->rows_memory);
    struct blast blast = {
        .lineage = &work->lineage,
        .question = {.view = work->view, .time_of = time_of, .context = work},
        .basis = &work->basis,
        .rows = &rows,
    };
    work->answers = 0;
    if (work->question.until <= work->question.since) {
        return OK; /* no stretch of time */
    }
    TRY(set_stretch(work, &blast.question));
    invocation_rows(work->invocation, &rows, &arena);
    TRY(blast_rows(&blast));
    work->answers = rows.row_count;
    return OK;
}

static struct status put_tree(struct work *work)
{
    const bool *go = work->question.go;
    const struct tree_style style = {.ascii = looking_letters(work->invocation) == SPARK_ASCII,
                                     .titled = go[LINEAGE_UP] && go[LINEAGE_DOWN]};
    for (unsigned i = 0; i < LINEAGE_DIRECTIONS; i++) {
        if (go[i]) {
            lineage_tree(&work->lineage, &work->view, (enum lineage_direction)i, &style,
                         work->invocation->output);
        }
    }
    return OK;
}

static struct status put_dot(struct work *work)
{
    lineage_dot(&work->lineage, &work->view, work->invocation->output);
    return OK;
}

static struct status put_svg(struct work *work)
{
    return lineage_picture(&work->lineage, &work->view, NULL, work->invocation->output);
}

static struct status put_json(struct work *work)
{
    lineage_graph_json(&work->lineage, &work->view, work->invocation->output);
    return OK;
}

static struct status put_prov(struct work *work)
{
    lineage_prov(&work->lineage, &work->view, work->invocation->output);
    return OK;
}

static struct status put(struct work *work)
{
    static const struct {
        const char *name;
        struct status (*put)(struct work *);
    } forms[] = {
        {"tree", put_tree}, {"table", put_rows}, {"dot", put_dot},
        {"svg", put_svg},   {"json", put_json},  {"prov-json", put_prov},
    };
    const char *form = invocation_value(work->invocation, "format");
    work->answers = work->lineage.edge_count;
    if (form == NULL && invocation_has(work->invocation, "user")) {
        return put_radius(work);
    }
    if (work->invocation->format != ROWS_TABLE) {
        return put_rows(work);
    }
    for (size_t i = 0; form != NULL && i < sizeof forms / sizeof forms[0]; i++) {
        if (strcmp(form, forms[i].name) == 0) {
            return forms[i].put(work);
        }
    }
    return put_tree(work);
}

/* Asking ------------------------------------------------------------------------------------- */

/* The edges and their events are the result that is on record. */
static void hash_edges(const struct lineage *lineage, struct hasher *hasher)
{
    hash_start(hasher);
    for (size_t i = 0; i < lineage->edge_count; i++) {
        char memory[160];
        struct text line = TEXT_IN(memory);
        const struct lineage_edge *edge = &lineage->edges[i];
        text_add(&line, "%" PRIu32 " %" PRIu32 " %s %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
                 edge->from, edge->to, event_name(edge->flow->kind), edge->first, edge->last,
                 edge->count);
        hash_add(hasher, text_bytes(&line));
    }
}

static struct status record(struct work *work)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    TRY(hasher_open(&hasher));
    hash_edges(&work->lineage, hasher);
    const struct rows rows = {.row_count = work->lineage.edge_count, .hasher = hasher};
    return asked_record(work->invocation, work->engine, &rows);
}

static struct status position(struct work *work, const struct moment *moment, uint64_t otherwise,
                              uint64_t *out)
{
    uint64_t size = log_snapshot_size(work->log);
    *out = otherwise;
    if (moment->kind == MOMENT_TIME) {
        return query_position_at(work->log, moment->value, out);
    }
    if (moment->kind == MOMENT_POSITION) {
        *out = moment->value < size ? moment->value : size;
    }
    return OK;
}

static struct status trace(struct work *work, const struct moment_range *range)
{
    struct lineage_question *question = &work->question;
    TRY(log_snapshot_open(engine_log(work->engine), &work->log));
    if (engine_index(work->engine) != NULL) {
        TRY(index_snapshot_open(engine_index(work->engine), &work->index));
    }
    TRY(position(work, &range->since, 0, &question->since));
    TRY(position(work, &range->until, log_snapshot_size(work->log), &question->until));
    TRY(lineage_trace(question, work->log, work->index, &work->lineage));
    work->view.as_of_n = question->until > 0 ? question->until - 1 : 0;
    TRY(put(work));
    return record(work);
}

static enum exit_code sum_up(const struct work *work, const struct moment_range *range)
{
    const struct invocation *invocation = work->invocation;
    const struct lineage *lineage = &work->lineage;
    struct footer footer = {
        .rows = work->answers, .what = "rows", .range = *range, .cut = lineage->cut};
    if (lineage->cut) {
        invocation_note(invocation,
                        "cut: more than %d things or %d edges; ask for less depth or time",
                        LINEAGE_NODES_MAX, LINEAGE_EDGES_MAX);
    }
    return footnote(invocation, work->log, &footer);
}

static enum exit_code find_root(struct work *work)
{
    const struct invocation *invocation = work->invocation;
    const char *user = invocation_value(invocation, "user");
    const char *name = user != NULL ? user : invocation_argument(invocation, 0);
    const struct resolver resolver = {.view = &work->view};
    if ((user != NULL) == (invocation_argument_count(invocation) > 0)) {
        return invocation_fail(invocation, EXIT_USAGE, NULL, "either OBJECT or --user USER");
    }
    struct status status = resolve(&resolver, user != NULL ? ID_USER : ID_NONE,
                                   bytes_of_string(name), &work->question.root);
    if (failed(status)) {
        return invocation_fail(invocation, exit_of(status), NULL, "%s: %s", name,
                               status.why == NULL ? "it cannot be found" : status.why);
    }
    return flow_holds(work->question.root.kind)
               ? EXIT_DONE
               : invocation_fail(
                     invocation, EXIT_USAGE, NULL,
                     "%s: lineage is of what can hold data: files, directories, groups, "
                     "users, drives, machines and their images",
                     name);
}

static enum exit_code read_question(struct work *work)
{
    const struct invocation *invocation = work->invocation;
    struct lineage_question *question = &work->question;
    bool blast = invocation_has(invocation, "user");
    bool both = blast || invocation_has(invocation, "both");
    uint64_t depth = DEPTH_USUAL;
    question->go[LINEAGE_UP] = both || invocation_has(invocation, "up");
    question->go[LINEAGE_DOWN] = both || invocation_has(invocation, "down");
    question->could = blast || invocation_has(invocation, "could");
    if (!question->go[LINEAGE_UP] && !question->go[LINEAGE_DOWN]) {
        question->go[LINEAGE_UP] = question->go[LINEAGE_DOWN] = true;
    }
    enum exit_code code = invocation_number(invocation, "depth",
                                            (struct number_limits){1, LINEAGE_DEPTH_MAX}, &depth);
    question->depth = (uint32_t)depth;
    return code == EXIT_DONE ? find_root(work) : code;
}

static enum exit_code answer(struct work *work, const struct moment_range *range)
{
    struct invocation *invocation = work->invocation;
    if (engine_state(work->engine) == NULL) {
        return invocation_fail(invocation, EXIT_INCOMPLETE, "cairn rebuild folds it anew",
                               "there is no state to find things in");
    }
    work->view = engine_view(work->engine, UINT64_MAX, &work->arena, &work->trouble);
    enum exit_code code = read_question(work);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = trace(work, range);
    return failed(status) ? invocation_failed(invocation, status, NULL, "following what went where")
                          : sum_up(work, range);
}

static enum exit_code run(struct invocation *invocation)
{
    struct moment_range range;
    struct work *work = calloc(1, sizeof *work);
    if (work == NULL) {
        return invocation_failed(invocation, FAIL(NO_MEMORY, sizeof *work), NULL, "starting");
    }
    work->invocation = invocation;
    work->arena = ARENA_IN(work->arena_memory);
    enum exit_code code = invocation_range(invocation, &range);
    code = code == EXIT_DONE ? store_open(invocation, STORE_RECORD, &work->engine) : code;
    if (code == EXIT_DONE) {
        code = answer(work, &range);
        index_snapshot_close(&work->index);
        log_snapshot_close(&work->log);
        code = store_finish(invocation, code, &work->engine);
    }
    free(work);
    return code;
}

static const struct option_info options[] = {
    {"up", 0, NULL, "where it came from", false},
    {"down", 0, NULL, "where it went", false},
    {"both", 0, NULL, "both ways (so it is without any of these)", false},
    {"could", 0, NULL, "also along rights that nobody is known to have used", false},
    {"user", 0, "USER", "all that this user, or a thief of the key, did and could have", false},
    {"depth", 0, "N", "steps from it (4)", false},
    {"since", 0, "TIME", "from this time on", false},
    {"until", 0, "TIME", "before this time", false},
    {"format", 0, "tree|table|dot|svg|json|prov-json", "the form of the answer (tree)", false},
    {"ascii", 0, NULL, "a tree of plain characters", false},
};

const struct verb verb_lineage = {
    .name = "lineage",
    .about = "where data came from, and where it can have gone",
    .arguments = "[OBJECT]",
    .details =
        "From a file, directory, group, user, drive or machine along what the log has: keys\n"
        "fetched, chunks read and written, downloads, moves, shares, drives attached, users in\n"
        "machines. Only what can have been counts: what left a thing before the data had come\n"
        "there does not; along a drive that is attached it can go at any time until it leaves. "
        "Each edge names its events. Where a right was\n"
        "given and nothing is known to have moved, the search stops; with --could it goes on, and\n"
        "along what comes with a group's key, too.\n"
        "--user lists what a thief of that user's key could have read, with the intervals in "
        "which\n"
        "access would have been given, what was done, and how far it went.\n"
        "Exit code 1: there is nothing; 4: there was more than an answer holds.",
    .examples = "cairn lineage file:2210\n"
                "cairn lineage @genomes --down --could --format dot | dot -Tsvg > genomes.svg\n"
                "# what a stolen key could have reached, and did\n"
                "cairn lineage --user bob --since 2026-03-09\n"
                "# which data can have come into a machine by the end of the week\n"
                "cairn lineage vm:1226 --up --until 2026-03-08",
    .purpose = PURPOSE_ASK,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};
