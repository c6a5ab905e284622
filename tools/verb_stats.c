#include "reports/stats/stats_rows.h"
#include "tools/looking.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    TOP_IN_TABLE = 20,
};

struct counting {
    struct looking *looking;
    struct stats stats;
    enum stats_side side;
    uint64_t top;
    const char *compare; /* NULL: with nothing */
    struct rows rows;
};

static struct status count_event(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct counting *counting = context;
    struct looking *looking = counting->looking;
    struct bytes body = {0};
    (void)bytes;
    if (stats_want_body(&counting->stats)) {
        TRY(looking_body(looking, leaf, LOOKING_BODY, &body));
    }
    uint64_t time_utc_us = looking->query.by_received ? leaf->t_utc_us : query_time_of(leaf);
    return stats_event(&counting->stats, counting->side, leaf, time_utc_us, body);
}

/* Options ----------------------------------------------------------------------------------- */

static enum exit_code add_by(const struct invocation *invocation, struct bytes name,
                             struct stats_options *options)
{
    struct dimension *slot = &options->by[options->by_count];
    if (options->by_count == STATS_DIMENSIONS_MAX) {
        return invocation_fail(invocation, EXIT_USAGE, NULL, "--by: at most %d fields",
                               (int)STATS_DIMENSIONS_MAX);
    }
    enum exit_code code = looking_dimension(invocation, "by", name, slot);
    for (size_t i = 0; i < options->by_count && code == EXIT_DONE; i++) {
        if (strcmp(options->by[i].name, slot->name) == 0) {
            return invocation_fail(invocation, EXIT_USAGE, NULL, "--by: %s comes twice",
                                   slot->name);
        }
    }
    options->by_count += code == EXIT_DONE;
    return code;
}

static enum exit_code read_by(const struct invocation *invocation, struct stats_options *options)
{
    const char *list;
    for (size_t i = 0; (list = invocation_value_at(invocation, "by", i)) != NULL; i++) {
        while (list != NULL) {
            const char *comma = strchr(list, ',');
            size_t size = comma == NULL ? strlen(list) : (size_t)(comma - list);
            enum exit_code code = add_by(invocation, bytes_of(list, size), options);
            if (code != EXIT_DONE) {
                return code;
            }
            list = comma == NULL ? NULL : comma + 1;
        }
    }
    return EXIT_DONE;
}

static enum exit_code read_measures(const struct invocation *invocation,
                                    struct stats_options *options)
{
    const char *interval = invocation_value(invocation, "interval");
    const char *sum = invocation_value(invocation, "sum");
    const char *distinct = invocation_value(invocation, "distinct");
    enum exit_code code = EXIT_DONE;
    if (interval != NULL) {
        struct status status = interval_read(bytes_of_string(interval), &options->interval);
        if (failed(status)) {
            return invocation_fail(invocation, EXIT_USAGE, status.why, "--interval %.40s",
                                   interval);
        }
    }
    if (sum != NULL) {
        options->has_sum = true;
        code = looking_dimension(invocation, "sum", bytes_of_string(sum), &options->sum);
        if (code == EXIT_DONE && !dimension_wants_body(&options->sum)) {
            return invocation_fail(invocation, EXIT_USAGE, "like --sum body.size",
                                   "--sum: %s is no number", sum);
        }
    }
    if (distinct != NULL && code == EXIT_DONE) {
        options->has_distinct = true;
        code = looking_dimension(invocation, "distinct", bytes_of_string(distinct),
                                 &options->distinct);
    }
    return code;
}

/* Comparing --------------------------------------------------------------------------------- */

/* The stretch of the same length that ended when the range began. */
static enum exit_code stretch_before(const struct invocation *invocation,
                                     const struct moment_range *range, struct moment_range *out)
{
    uint64_t until = range->until.kind == MOMENT_TIME ? range->until.value : invocation->now_utc_us;
    if (range->since.kind != MOMENT_TIME || range->until.kind == MOMENT_POSITION ||
        until <= range->since.value || until - range->since.value > range->since.value) {
        return invocation_fail(invocation, EXIT_USAGE,
                               "give --since (and --until) as times, or the range to compare with",
                               "--compare previous: what the range is, is not said");
    }
    out->since = (struct moment){MOMENT_TIME, 2 * range->since.value - until};
    out->until = (struct moment){MOMENT_TIME, range->since.value};
    return EXIT_DONE;
}

static enum exit_code compared_range(const struct counting *counting, struct moment_range *out)
{
    const struct looking *looking = counting->looking;
    return strcmp(counting->compare, "previous") == 0
               ? stretch_before(looking->invocation, &looking->query.range, out)
               : invocation_range_of(looking->invocation, counting->compare, out);
}

/* Counts the events of another range, and leaves question and outcome as they were. */
static struct status count_before(struct counting *counting, const struct moment_range *range)
{
    struct looking *looking = counting->looking;
    const struct moment_range asked = looking->query.range;
    const struct query_outcome outcome = looking->outcome;
    counting->side = STATS_BEFORE;
    looking->query.range = *range;
    struct status status = looking_run(looking, count_event, counting);
    looking->query.range = asked;
    looking->outcome = outcome;
    return status;
}

/* Answering --------------------------------------------------------------------------------- */

struct drawing {
    const struct counting *counting;
    const struct stats_rows_options *options;
};

static struct status draw(void *context, struct output *output)
{
    const struct drawing *drawing = context;
    char memory[8192];
    struct text asked = TEXT_IN(memory);
    query_write(&drawing->counting->looking->query, &asked);
    return stats_draw(&drawing->counting->stats, drawing->options, text_bytes(&asked), output);
}

static void say(const struct counting *counting, const struct stats_rest *rest)
{
    const struct invocation *invocation = counting->looking->invocation;
    const struct course *frame = &counting->stats.frame;
    if (frame->used > 0 && invocation->format == ROWS_TABLE &&
        !interval_is_set(&counting->stats.options.interval)) {
        char memory[96];
        struct text from = TEXT_IN(memory);
        zone_write(&invocation->zone, course_from_us(frame, 0),
                   (struct zone_style){.separator = ' '}, &from);
        text_put_literal(&from, " .. ");
        zone_write(&invocation->zone, course_from_us(frame, frame->used),
                   (struct zone_style){.separator = ' '}, &from);
        invocation_note(invocation, "course: %s", text_string(&from));
    }
    if (rest->groups > 0) {
        invocation_note(invocation,
                        "and %" PRIu64 " more groups with %" PRIu64 " events: ask with --top",
                        rest->groups, rest->events);
    }
}

static struct status count_all(struct counting *counting, const struct moment_range *before)
{
    TRY(looking_run(counting->looking, count_event, counting));
    TRY(counting->compare == NULL ? OK : count_before(counting, before));
    return stats_end(&counting->stats);
}

static enum exit_code answer(struct counting *counting)
{
    const struct invocation *invocation = counting->looking->invocation;
    const char *svg = invocation_value(invocation, "svg");
    const struct stats_rows_options options = {.top = counting->top,
                                               .range = counting->looking->query.range,
                                               .compared = counting->compare != NULL,
                                               .letters = looking_letters(invocation)};
    struct drawing drawing = {.counting = counting, .options = &options};
    struct stats_rest rest;
    struct status status = stats_rows_write(&counting->stats, &options, &counting->rows, &rest);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "writing the answer");
    }
    enum exit_code code =
        svg == NULL ? EXIT_DONE : looking_write_file(invocation, svg, draw, &drawing);
    say(counting, &rest);
    return code == EXIT_DONE
               ? looking_footnote(counting->looking, counting->looking->outcome.rows, NULL)
               : code;
}

static enum exit_code count_and_answer(struct counting *counting, struct stats_options *options)
{
    struct looking *looking = counting->looking;
    struct moment_range before = {0};
    enum exit_code code = counting->compare == NULL ? EXIT_DONE : compared_range(counting, &before);
    if (code != EXIT_DONE) {
        return code;
    }
    options->arena = &looking->memory;
    options->engine = looking->engine;
    options->zone = looking->invocation->zone;
    struct status status = stats_begin(&counting->stats, options);
    status = failed(status) ? status : count_all(counting, &before);
    return failed(status) ? invocation_failed(looking->invocation, status, NULL, "counting")
                          : answer(counting);
}

static enum exit_code run(struct invocation *invocation)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct looking looking;
    struct counting counting = {.looking = &looking,
                                .compare = invocation_value(invocation, "compare"),
                                .top = invocation->format == ROWS_TABLE ? TOP_IN_TABLE : 0};
    struct stats_options options = {0};
    enum exit_code code = read_by(invocation, &options);
    code = code == EXIT_DONE ? read_measures(invocation, &options) : code;
    code = code == EXIT_DONE
               ? invocation_number(invocation, "top", (struct number_limits){1, STATS_GROUPS_MAX},
                                   &counting.top)
               : code;
    code = code == EXIT_DONE ? looking_begin(invocation, STATS_MEMORY_SIZE, &looking) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    looking_rows(&looking, &counting.rows, &arena);
    code = count_and_answer(&counting, &options);
    return looking_end(&looking, code, &counting.rows);
}

static const struct option_info options[] = {
    LOOKING_OPTIONS,
    {"by", 0, "FIELD,...", "group by what events have in common: kind, actor, body.format", true},
    {"interval", 0, "TIME", "group by stretches of time: 15m, 1h, 1d, 1w, 1mo", false},
    {"top", 0, "N", "the N largest groups, with --interval of each stretch (20 in tables)", false},
    {"sum", 0, "FIELD", "also the sum of a number of the body: body.size", false},
    {"distinct", 0, "FIELD", "also how many different values a field has", false},
    {"compare", 0, "RANGE", "also count another range; previous: the one before, as long", false},
    {"svg", 0, "FILE", "also draw it, into a new file", false},
    {"ascii", 0, NULL, "draw with ASCII characters only", false},
};

const struct verb verb_stats = {
    .name = "stats",
    .about = "count events by what they have in common, and over time",
    .arguments = "[EXPR...]",
    .details =
        "Fields are actor, emitter, family, kind, on (what it is about), outcome, project,\n"
        "rule, session, source; user, host and action of other systems' records; day, hour and\n"
        "weekday; and any field of the body by its path. Every number is exact: what cannot be\n"
        "counted exactly is refused. The course shows how a group went over time. The picture of\n"
        "--svg shows bars, with --interval columns, and --by something,hour a field.",
    .examples = "cairn stats --by kind\n"
                "cairn stats --outcome failed --by source,user --top 10\n"
                "cairn stats --interval 1h --since yesterday --svg events.svg\n"
                "cairn stats --by actor --since -7d --compare previous\n"
                "cairn stats --by actor,hour --svg hours.svg",
    .purpose = PURPOSE_ASK,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};
