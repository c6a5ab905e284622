/* control-effectiveness: when each objective held, and what began and ended that. */
#include "reports/au/assessing.h"
#include "reports/report_list.h"

#include <inttypes.h>

/* `97.3 %`, in whole tenths. */
static void put_share(struct text *out, uint64_t part_us, uint64_t whole_us)
{
    while (whole_us > UINT64_MAX / 1000) {
        part_us >>= 1;
        whole_us >>= 1;
    }
    uint64_t tenths = whole_us == 0 ? 0 : part_us * 1000 / whole_us;
    text_add(out, "%" PRIu64 ".%" PRIu64 " %%", tenths / 10, tenths % 10);
}

/* Bands ----------------------------------------------------------------------------------- */

struct drawing {
    struct report_band bands[OBJECTIVE_COUNT][AU_SPANS_MAX];
    struct report_lane lanes[OBJECTIVE_COUNT];
};

static struct status draw(const struct report_input *input, struct report_sink *sink,
                          const struct au_assessment *assessment)
{
    struct drawing *drawing = arena_take(input->arena, sizeof *drawing);
    if (drawing == NULL) {
        return FAIL(NO_MEMORY, sizeof *drawing);
    }
    for (unsigned i = 0; i < OBJECTIVE_COUNT; i++) {
        const struct au_objective *objective = &assessment->objectives[i];
        for (size_t j = 0; j < objective->span_count; j++) {
            const struct au_span *span = &objective->spans[j];
            drawing->bands[i][j] =
                (struct report_band){.from_us = span->from_us,
                                     .to_us = span->to_us,
                                     .tone = span->satisfied ? TONE_GOOD : TONE_BAD};
        }
        drawing->lanes[i] = (struct report_lane){.label = objective_infos[i].label,
                                                 .bands = drawing->bands[i],
                                                 .count = objective->span_count};
    }
    const struct report_bands bands = {.title = "When each objective held",
                                       .from_us = assessment->from_us,
                                       .to_us = assessment->now_us,
                                       .lanes = drawing->lanes,
                                       .lane_count = OBJECTIVE_COUNT};
    report_bands(sink, &bands);
    return OK;
}

/* Shares ---------------------------------------------------------------------------------- */

static const struct report_column share_columns[] = {
    {"objective", NULL, REPORT_CODE},  {"mode", NULL, REPORT_TEXT},
    {"held", "held for", REPORT_TEXT}, {"changes", NULL, REPORT_INTEGER},
    {"now", NULL, REPORT_VERDICT},     {"reason", NULL, REPORT_TEXT},
    {"events", NULL, REPORT_EVENTS},
};

static struct status write_shares(struct report_sink *sink, const struct au_assessment *assessment)
{
    const struct report_table table = {
        .name = "shares",
        .columns = share_columns,
        .column_count = sizeof share_columns / sizeof share_columns[0],
        .empty = "There are no objectives.",
    };
    report_table(sink, &table);
    for (unsigned i = 0; i < OBJECTIVE_COUNT; i++) {
        const struct au_objective *objective = &assessment->objectives[i];
        char memory[32], events_memory[512];
        struct text share = TEXT_IN(memory), events = TEXT_IN(events_memory);
        put_share(&share, objective->held_us, assessment->now_us - assessment->from_us);
        assessing_evidence(&objective->judgement, &events);
        const struct cell cells[] = {
            cell_string(objective_infos[i].label),
            cell_string(control_mode_name(objective_infos[i].mode)),
            cell_text(text_bytes(&share)),
            cell_number(objective->span_count + objective->spans_left_out -
                        (objective->span_count > 0)),
            objective->judgement.satisfied ? cell_verdict("holds", TONE_GOOD)
                                           : cell_verdict("does not hold", TONE_BAD),
            cell_string(objective->judgement.reason),
            events.size == 0 ? cell_absent() : cell_text(text_bytes(&events)),
        };
        TRY(report_row(sink, cells));
    }
    report_table_end(sink);
    return OK;
}

/* Stretches ------------------------------------------------------------------------------- */

static const struct report_column span_columns[] = {
    {"objective", NULL, REPORT_CODE},  {"held", NULL, REPORT_VERDICT},
    {"from", NULL, REPORT_TIME},       {"to", NULL, REPORT_TIME},
    {"seconds", NULL, REPORT_INTEGER}, {"began_by", NULL, REPORT_TEXT},
    {"ended_by", NULL, REPORT_TEXT},   {"events", NULL, REPORT_EVENTS},
};

static void put_cause(struct text *out, uint64_t n, bool at_edge)
{
    if (n != AU_NO_EVENT) {
        text_add(out, "event %" PRIu64, n);
    } else {
        text_put_string(out, at_edge ? "the period" : "time");
    }
}

static struct status write_span(struct report_sink *sink, const struct au_assessment *assessment,
                                enum objective objective, const struct au_span *span)
{
    char memory[3][64];
    struct text began = TEXT_IN(memory[0]), ended = TEXT_IN(memory[1]), events = TEXT_IN(memory[2]);
    put_cause(&began, span->began, span->from_us == assessment->from_us);
    put_cause(&ended, span->ended, span->to_us == assessment->now_us);
    if (span->began != AU_NO_EVENT) {
        text_add(&events, "%" PRIu64, span->began);
    }
    if (span->ended != AU_NO_EVENT) {
        text_add(&events, "%s%" PRIu64, events.size == 0 ? "" : ", ", span->ended);
    }
    const struct cell cells[] = {
        cell_string(objective_infos[objective].label),
        span->satisfied ? cell_verdict("held", TONE_GOOD) : cell_verdict("did not hold", TONE_BAD),
        cell_number(span->from_us),
        cell_number(span->to_us),
        cell_number((span->to_us - span->from_us) / 1000000),
        cell_text(text_bytes(&began)),
        cell_text(text_bytes(&ended)),
        events.size == 0 ? cell_absent() : cell_text(text_bytes(&events)),
    };
    return report_row(sink, cells);
}

static struct status write_spans(struct report_sink *sink, const struct au_assessment *assessment)
{
    const struct report_table table = {
        .name = "stretches",
        .columns = span_columns,
        .column_count = sizeof span_columns / sizeof span_columns[0],
        .empty = "The period has no time in it.",
        .main = true,
    };
    uint64_t left_out = 0;
    report_table(sink, &table);
    for (unsigned i = 0; i < OBJECTIVE_COUNT; i++) {
        const struct au_objective *objective = &assessment->objectives[i];
        left_out += objective->spans_left_out;
        for (size_t j = 0; j < objective->span_count; j++) {
            TRY(write_span(sink, assessment, (enum objective)i, &objective->spans[j]));
        }
    }
    report_table_end(sink);
    if (left_out > 0) {
        report_paragraph(sink,
                         "%" PRIu64 " older stretches are left out: of each objective the newest "
                         "%d are shown. A shorter period shows the others.",
                         left_out, AU_SPANS_MAX);
    }
    return OK;
}

static struct status effectiveness_run(const struct report_input *input, struct report_sink *sink)
{
    const struct au_assessment *assessment;
    TRY(assessing_begin(input, &assessment));
    TRY(report_begin(sink, input, assessment->verified));
    report_heading(sink, "At a glance");
    report_paragraph(sink, "An objective holds from the event that satisfied it to the event, or "
                           "the moment, that ended this. The chart runs from the beginning of the "
                           "period to the moment of the report.");
    TRY(draw(input, sink, assessment));
    TRY(write_shares(sink, assessment));
    report_heading(sink, "Stretches of time");
    TRY(write_spans(sink, assessment));
    return report_end(sink);
}

const struct report_info report_effectiveness = {
    .name = "control-effectiveness",
    .title = "Control effectiveness over time",
    .about = "For each AU objective the stretches of the period in which it held, and the events "
             "that began and ended them.",
    .version = 1,
    .scopes = REPORT_GLOBAL,
    .serves = "3.3.1 to 3.3.9, 3.12.3",
    .filter = "every event of the log up to the end of the period",
    .columns = span_columns,
    .column_count = sizeof span_columns / sizeof span_columns[0],
    .run = effectiveness_run,
};
