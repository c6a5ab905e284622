/* The log itself: whether it holds, who wrote to it, and which kinds of events it has. */
#include "reports/operational/event_table.h"
#include "reports/query.h"
#include "reports/report_list.h"
#include "schema/time.h"
#include "store/verify_log.h"

#include <inttypes.h>

static void put_hex(struct text *out, const struct digest *digest)
{
    text_put_hex(out, bytes_of(digest->sha256, DIGEST_SIZE));
}

/* Integrity ------------------------------------------------------------------------------- */

static void close_verifier(struct verifier **verifier)
{
    verifier_close(verifier);
}

static struct status verify(const struct report_input *input, struct verifier *verifier)
{
    const struct verify_log_options options = {.threaded = true,
                                               .progress = input->progress,
                                               .context = input->progress_context,
                                               .size = input->question.size};
    return verify_log(engine_log(input->engine), &options, verifier);
}

static const struct report_column finding_columns[] = {
    {"event", NULL, REPORT_INTEGER},
    {"what", "what is wrong", REPORT_TEXT},
    {"events", NULL, REPORT_EVENTS},
};

static struct status write_findings(struct report_sink *sink, const struct verify_report *verified)
{
    static const struct report_table table = {
        .name = "findings",
        .title = "Findings",
        .columns = finding_columns,
        .column_count = sizeof finding_columns / sizeof finding_columns[0],
        .empty = "Nothing is wrong: every event holds.",
        .main = true,
    };
    report_table(sink, &table);
    for (uint64_t i = 0; i < verified->finding_count && i < VERIFY_FINDINGS_MAX; i++) {
        char memory[32];
        struct text text = TEXT_IN(memory);
        text_put_u64(&text, verified->findings[i].n);
        const struct cell cells[] = {cell_number(verified->findings[i].n),
                                     cell_string(verified->findings[i].what),
                                     cell_text(text_bytes(&text))};
        TRY(report_row(sink, cells));
    }
    report_table_end(sink);
    if (verified->finding_count > VERIFY_FINDINGS_MAX) {
        report_paragraph(sink, "There are %" PRIu64 " more; cairn verify counts them all.",
                         verified->finding_count - VERIFY_FINDINGS_MAX);
    }
    return OK;
}

static void write_facts(struct report_sink *sink, const struct verify_report *verified)
{
    char memory[DIGEST_HEX_SIZE + 1];
    struct text root = TEXT_IN(memory);
    put_hex(&root, &verified->root);
    const struct {
        const char *name;
        uint64_t count;
    } counts[] = {
        {"events checked", verified->size},
        {"signed by the log", verified->checkpointed},
        {"checkpoints", verified->checkpoints},
        {"emitters", verified->emitters},
        {"signatures of emitters", verified->submissions},
        {"commands signed by users", verified->commands},
        {"bodies compared", verified->bodies},
        {"bodies absent", verified->bodies_absent},
        {"findings", verified->finding_count},
    };
    report_fact(sink, "verdict",
                verified->finding_count == 0 ? cell_verdict("the log holds", TONE_GOOD)
                                             : cell_verdict("THE LOG DOES NOT HOLD", TONE_BAD),
                REPORT_VERDICT);
    report_fact(sink, "root, in hexadecimal", cell_text(text_bytes(&root)), REPORT_CODE);
    report_fact(sink, "first event", cell_number(verified->first_t_utc_us), REPORT_TIME);
    report_fact(sink, "last event", cell_number(verified->last_t_utc_us), REPORT_TIME);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        report_fact(sink, counts[i].name, cell_number(counts[i].count), REPORT_INTEGER);
    }
}

static const struct report_column emitter_columns[] = {
    {"name", NULL, REPORT_CODE},  {"emitter", NULL, REPORT_CODE},
    {"class", NULL, REPORT_TEXT}, {"standing", NULL, REPORT_VERDICT},
    {"about", NULL, REPORT_TEXT}, {"events", NULL, REPORT_EVENTS},
};

static struct status write_emitters(const struct report_input *input, struct report_sink *sink)
{
    static const struct report_table table = {
        .name = "emitters",
        .title = "Who may write",
        .columns = emitter_columns,
        .column_count = sizeof emitter_columns / sizeof emitter_columns[0],
        .empty = "Nobody.",
    };
    struct emitter_row row = {0};
    struct view_walk walk = view_walk_of(&input->view, ROW_EMITTER, &row, 0);
    report_table(sink, &table);
    while (view_walk_next(&walk, &row)) {
        char id_memory[48], memory[REPORT_EVENTS_SIZE];
        struct text id = TEXT_IN(id_memory), events = TEXT_IN(memory);
        struct emitter_row again = {.name = row.name};
        uint64_t made_by = UINT64_MAX;
        (void)view_find_made_by(&input->view, ROW_EMITTER, &again, &made_by);
        const uint64_t positions[] = {row.emitter.n,
                                      made_by == row.emitter.n ? UINT64_MAX : made_by};
        id_write(&id, row.emitter);
        event_positions(&events, positions, 2);
        const struct cell cells[] = {
            cell_text(row.name),
            cell_text(text_bytes(&id)),
            cell_string(emitter_class_name(row.class)),
            row.retired ? cell_verdict("retired", TONE_MUTED)
                        : cell_verdict("may write", TONE_GOOD),
            cell_text(row.about),
            cell_text(text_bytes(&events)),
        };
        TRY(report_row(sink, cells));
    }
    report_table_end(sink);
    return *input->view.trouble;
}

static const struct event_column upkeep_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"what", NULL, REPORT_TEXT}, .take = TAKE_KIND},
    {.column = {"of", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "what", .or_field = "task"},
    {.column = {"size", NULL, REPORT_INTEGER}, .take = TAKE_BODY, .field = "size"},
    {.column = {"findings", NULL, REPORT_INTEGER}, .take = TAKE_BODY, .field = "findings"},
    {.column = {"by", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "by", .or_field = "program"},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};
static const char *const upkeep_kinds[] = {"audit.genesis",        "audit.verified",
                                           "audit.recovered",      "audit.failure",
                                           "clock.stepped",        "audit.started",
                                           "audit.stopped",        "audit.tools_measured",
                                           "audit.tools_approved", NULL};

static struct status integrity_run(const struct report_input *input, struct report_sink *sink)
{
    static const struct event_table upkeep = {
        .table = {.name = "upkeep",
                  .title = "Verifications, failures and recoveries in the period",
                  .empty = "None was recorded."},
        EVENT_COLUMNS(upkeep_columns),
        .kinds = upkeep_kinds,
        .of_damaged = true,
    };
    CLEANUP(close_verifier) struct verifier *verifier = NULL;
    TRY(verifier_open(engine_log_key(input->engine), &verifier));
    TRY(verify(input, verifier));
    const struct verify_report *verified = verify_report_of(verifier);
    TRY(report_begin(sink, input, verified));
    report_heading(sink, "Whether the log holds");
    write_facts(sink, verified);
    TRY(write_findings(sink, verified));
    TRY(write_emitters(input, sink));
    TRY(event_table_write(input, sink, &upkeep));
    return report_end(sink);
}

const struct report_info report_log_integrity = {
    .name = "log-integrity",
    .title = "Log integrity statement",
    .about = "Whether every event up to the end of the period holds: form, chain, tree, counters, "
             "signatures of emitters, users and the log; and who may write to it.",
    .version = 1,
    .scopes = REPORT_GLOBAL,
    .serves = "3.3.8[b], 3.3.8[c], 3.3.1[f], AU-9(3), AU-10",
    .filter = "every event of the log up to the end of the period",
    .columns = finding_columns,
    .column_count = sizeof finding_columns / sizeof finding_columns[0],
    .run = integrity_run,
};

/* Coverage -------------------------------------------------------------------------------- */

struct kind_count {
    uint64_t outcomes[OUTCOME_COUNT];
    uint64_t first, last;
    uint64_t first_us, last_us;
};

struct coverage {
    const struct report_input *input;
    struct kind_count kinds[EVENT_KIND_COUNT];
};

static struct status count_event(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct coverage *coverage = context;
    struct kind_count *count = &coverage->kinds[leaf->kind];
    (void)bytes;
    if (!event_in_scope(coverage->input, leaf)) {
        return OK;
    }
    if (count->outcomes[OUTCOME_OK] + count->outcomes[OUTCOME_DENIED] +
            count->outcomes[OUTCOME_FAILED] ==
        0) {
        count->first = leaf->n;
        count->first_us = leaf->t_utc_us;
    }
    count->outcomes[leaf->outcome]++;
    count->last = leaf->n;
    count->last_us = leaf->t_utc_us;
    return OK;
}

static const struct report_column coverage_columns[] = {
    {"kind", NULL, REPORT_CODE},      {"version", NULL, REPORT_INTEGER},
    {"context", NULL, REPORT_TEXT},   {"about", NULL, REPORT_TEXT},
    {"ok", NULL, REPORT_INTEGER},     {"denied", NULL, REPORT_INTEGER},
    {"failed", NULL, REPORT_INTEGER}, {"first", NULL, REPORT_TIME},
    {"last", NULL, REPORT_TIME},      {"events", "first and last event", REPORT_EVENTS},
};

static struct status write_kind(struct report_sink *sink, enum event_kind kind,
                                const struct kind_count *count)
{
    char memory[REPORT_EVENTS_SIZE];
    struct text events = TEXT_IN(memory);
    bool any = count->outcomes[OUTCOME_OK] + count->outcomes[OUTCOME_DENIED] +
                   count->outcomes[OUTCOME_FAILED] >
               0;
    const uint64_t positions[] = {count->first,
                                  count->last == count->first ? UINT64_MAX : count->last};
    event_positions(&events, positions, any ? 2 : 0);
    const struct cell cells[] = {
        cell_string(event_infos[kind].name),
        cell_number(event_infos[kind].version),
        cell_string(event_infos[kind].context),
        cell_string(event_infos[kind].about),
        cell_number(count->outcomes[OUTCOME_OK]),
        cell_number(count->outcomes[OUTCOME_DENIED]),
        cell_number(count->outcomes[OUTCOME_FAILED]),
        any ? cell_number(count->first_us) : cell_absent(),
        any ? cell_number(count->last_us) : cell_absent(),
        any ? cell_text(text_bytes(&events)) : cell_absent(),
    };
    return report_row(sink, cells);
}

static struct status coverage_run(const struct report_input *input, struct report_sink *sink)
{
    static const struct report_table table = {
        .name = "kinds",
        .columns = coverage_columns,
        .column_count = sizeof coverage_columns / sizeof coverage_columns[0],
        .empty = "There are no kinds of events.",
        .main = true,
    };
    struct coverage coverage = {.input = input};
    const struct query query = {
        .range = {.since = {MOMENT_POSITION, input->question.first},
                  .until = {MOMENT_POSITION, input->question.size}},
        .by_received = true,
    };
    struct query_outcome outcome;
    TRY(query_run(&query, input->log, input->index, count_event, &coverage, &outcome));
    TRY(report_begin(sink, input, NULL));
    report_heading(sink, "Kinds of events");
    report_paragraph(sink, "Every kind that the program can write, those that never occurred in "
                           "the period too: none can be switched off.");
    report_table(sink, &table);
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        TRY(write_kind(sink, (enum event_kind)kind, &coverage.kinds[kind]));
    }
    report_table_end(sink);
    return report_end(sink);
}

const struct report_info report_coverage = {
    .name = "event-coverage",
    .title = "Event coverage",
    .about = "How often each kind of event occurred in the period, with what outcome, and which "
             "never did.",
    .version = 1,
    .scopes = REPORT_GLOBAL | REPORT_OF_PROJECT | REPORT_OF_USER | REPORT_OF_TEAM,
    .serves = "3.3.1[a-d], 3.3.3",
    .filter = "every event of the period",
    .columns = coverage_columns,
    .column_count = sizeof coverage_columns / sizeof coverage_columns[0],
    .run = coverage_run,
};
