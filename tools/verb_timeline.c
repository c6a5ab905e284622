#include "reports/names.h"
#include "reports/stats/interval.h"
#include "reports/timeline/timeline_svg.h"
#include "reports/timeline/timeline_text.h"
#include "tools/looking.h"
#include "tools/verbs.h"

#include <inttypes.h>

enum {
    WIDTH_OF_FILES = 100, /* columns, where there is no terminal */
    LABEL_SIZE = DIMENSION_VALUE_MAX + 256,
};

/* clang-format off */
static const struct column columns[] = {
    {"time",    NULL, COLUMN_TIME,    ALIGN_LEFT},
    {"n",       NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"lane",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"lane_name", NULL, COLUMN_TEXT,  ALIGN_LEFT},
    {"kind",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"outcome", NULL, COLUMN_TEXT,    ALIGN_LEFT},
};
/* clang-format on */

struct drawing {
    struct looking *looking;
    struct timeline timeline;
    struct timeline_layout layout; /* of the picture */
    struct rows rows;
};

static struct status each_event(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct drawing *drawing = context;
    struct bytes body = {0};
    (void)bytes;
    if (dimension_wants_body(&drawing->timeline.options.lanes)) {
        TRY(looking_body(drawing->looking, leaf, LOOKING_BODY, &body));
    }
    uint64_t time_us = drawing->looking->query.by_received ? leaf->t_utc_us : query_time_of(leaf);
    return timeline_event(&drawing->timeline, leaf, time_us, body);
}

/* The lines are the answer: they are hashed as the cells of rows would be. */
static struct status write_line(void *context, struct bytes line)
{
    struct drawing *drawing = context;
    struct output *output = drawing->looking->invocation->output;
    hash_add(drawing->rows.hasher, line);
    hash_add(drawing->rows.hasher, LITERAL("\n"));
    output_put_bytes(output, line);
    output_put_char(output, '\n');
    return output_status(output);
}

static struct status write_mark(struct drawing *drawing, const struct timeline_mark *mark)
{
    const struct timeline *timeline = &drawing->timeline;
    char memory[LABEL_SIZE];
    struct text name = TEXT_IN(memory);
    struct bytes key = tally_key(&timeline->known, mark->lane);
    struct cell lane = cell_absent(), shown = cell_absent();
    if (key.size > 0) {
        struct bytes value = bytes_of(key.data + 1, key.size - 1);
        dimension_show(&timeline->options.lanes, drawing->looking->engine, value, mark->n, &name);
        lane = cell_text(value);
        shown = cell_text(text_bytes(&name));
    }
    const struct cell cells[] = {cell_number(mark->time_us),
                                 cell_number(mark->n),
                                 lane,
                                 shown,
                                 cell_string(event_name((enum event_kind)mark->kind)),
                                 cell_string(outcome_name((enum outcome)mark->outcome))};
    return rows_add(&drawing->rows, cells);
}

/* For programs, and for whoever cannot see a picture: the events in order, each with its lane. */
static struct status write_list(struct drawing *drawing)
{
    const struct timeline *timeline = &drawing->timeline;
    TRY(rows_begin(&drawing->rows, columns, sizeof columns / sizeof columns[0]));
    for (size_t i = 0; i < timeline->mark_count; i++) {
        TRY(write_mark(drawing, &timeline->marks[i]));
    }
    return rows_flush(&drawing->rows);
}

static struct status write_answer(struct drawing *drawing, uint64_t width)
{
    const struct invocation *invocation = drawing->looking->invocation;
    if (invocation->format != ROWS_TABLE || invocation_has(invocation, "list")) {
        return write_list(drawing);
    }
    drawing->rows.row_count = drawing->timeline.mark_count;
    TRY(timeline_text(&drawing->timeline, (uint32_t)width, looking_letters(invocation), write_line,
                      drawing));
    return output_flush(invocation->output);
}

static struct status draw(void *context, struct output *output)
{
    const struct drawing *drawing = context;
    char memory[8192];
    struct text asked = TEXT_IN(memory);
    query_write(&drawing->looking->query, &asked);
    timeline_svg(&drawing->timeline, &drawing->layout, text_bytes(&asked), output);
    return OK;
}

static struct status collect(struct drawing *drawing, const struct timeline_options *options)
{
    TRY(timeline_begin(&drawing->timeline, options));
    TRY(looking_run(drawing->looking, each_event, drawing));
    return timeline_end(&drawing->timeline);
}

static enum exit_code answer(struct drawing *drawing, uint64_t width)
{
    const struct invocation *invocation = drawing->looking->invocation;
    const char *svg = invocation_value(invocation, "svg");
    enum exit_code code = EXIT_DONE;
    struct status status = drawing->timeline.mark_count == 0 ? OK : write_answer(drawing, width);
    status = failed(status) || svg == NULL ? status
                                           : timeline_svg_lay(&drawing->timeline, &drawing->layout);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "drawing");
    }
    if (svg != NULL) {
        code = looking_write_file(invocation, svg, draw, drawing);
    }
    return code == EXIT_DONE
               ? looking_footnote(drawing->looking, drawing->timeline.mark_count, NULL)
               : code;
}

/* Options ----------------------------------------------------------------------------------- */

static enum exit_code read_lanes(const struct invocation *invocation, struct dimension *out)
{
    const char *name = invocation_value(invocation, "lanes");
    name = name == NULL ? "actor" : strcmp(name, "object") == 0 ? "on" : name;
    return looking_dimension(invocation, "lanes", bytes_of_string(name), out);
}

static enum exit_code read_gap(const struct invocation *invocation, uint64_t *gap_us)
{
    const char *value = invocation_value(invocation, "gap");
    struct interval interval = {.us = 2 * 3600 * TIME_SECOND_US};
    *gap_us = 0;
    if (value != NULL && strcmp(value, "never") == 0) {
        return EXIT_DONE;
    }
    if (value != NULL &&
        (failed(interval_read(bytes_of_string(value), &interval)) || interval.months > 0)) {
        return invocation_fail(invocation, EXIT_USAGE, "like 30s, 15m, 2h, 1d, or never",
                               "--gap %.40s is no length of time", value);
    }
    *gap_us = interval.us;
    return EXIT_DONE;
}

static enum exit_code run(struct invocation *invocation)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct looking looking;
    struct drawing drawing = {.looking = &looking};
    struct timeline_options options = {.zone = invocation->zone};
    uint64_t lanes = TIMELINE_LANES_MAX;
    uint64_t width = invocation->terminal.width > 0 ? invocation->terminal.width : WIDTH_OF_FILES;
    enum exit_code code = read_lanes(invocation, &options.lanes);
    code = code == EXIT_DONE ? read_gap(invocation, &options.gap_us) : code;
    code = code == EXIT_DONE
               ? invocation_number(invocation, "width",
                                   (struct number_limits){TIMELINE_TEXT_MIN, TIMELINE_TEXT_MAX},
                                   &width)
               : code;
    code = code == EXIT_DONE
               ? invocation_number(invocation, "top", (struct number_limits){1, TIMELINE_LANES_MAX},
                                   &lanes)
               : code;
    code = code == EXIT_DONE ? looking_begin(invocation, TIMELINE_MEMORY_SIZE, &looking) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    options.lanes_most = (uint32_t)lanes;
    options.arena = &looking.memory;
    options.engine = looking.engine;
    looking_rows(&looking, &drawing.rows, &arena);
    struct status status = collect(&drawing, &options);
    code = failed(status) ? invocation_failed(invocation, status, NULL, "drawing")
                          : answer(&drawing, width);
    return looking_end(&looking, code, &drawing.rows);
}

static const struct option_info options[] = {
    LOOKING_OPTIONS,
    {"lanes", 0, "FIELD", "actor, object, session, kind, or any other field of stats (actor)",
     false},
    {"gap", 0, "TIME", "idle time from which on the axis is folded (2h), or never", false},
    {"top", 0, "N", "the N lanes with the most events; the others share one", false},
    {"width", 0, "COLUMNS", "of the drawing (the terminal's, or 100)", false},
    {"list", 0, NULL, "the events in order instead of the drawing, as --json and --csv do", false},
    {"svg", 0, "FILE", "also draw it, into a new file", false},
    {"ascii", 0, NULL, "draw with ASCII characters only", false},
};

const struct verb verb_timeline = {
    .name = "timeline",
    .about = "draw events on lanes over time",
    .arguments = "[EXPR...]",
    .details =
        "A lane for each actor, object, session or kind; idle time is folded, which a dotted\n"
        "line shows. A sign is all that happened on a lane within one column: x if any of it\n"
        "was denied, ! if any failed. In the picture of --svg each mark leads to its event.",
    .examples = "cairn timeline --since 2026-03-09 --until 2026-03-11\n"
                "cairn timeline --lanes object --actor ann --gap 15m\n"
                "cairn timeline --lanes session --svg sessions.svg",
    .purpose = PURPOSE_ASK,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};
