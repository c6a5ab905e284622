/* au-assessment: all nine practices, and what they come to. */
#include "reports/au/assessing.h"
#include "reports/operational/event_table.h"
#include "reports/report_list.h"

#include <inttypes.h>

enum {
    EVENTS_SIZE = 256, /* bytes */
};

static void write_score(struct report_sink *sink, const struct au_assessment *assessment)
{
    char memory[64], points_memory[64];
    struct text score = TEXT_IN(memory), points = TEXT_IN(points_memory);
    unsigned met = 0, satisfied = 0;
    for (unsigned i = 0; i < PRACTICE_COUNT; i++) {
        met += assessment->met[i];
    }
    for (unsigned i = 0; i < OBJECTIVE_COUNT; i++) {
        satisfied += assessment->objectives[i].judgement.satisfied;
    }
    report_fact(sink, "verdict",
                met == PRACTICE_COUNT ? cell_verdict("all nine practices are met", TONE_GOOD)
                                      : cell_verdict("not all practices are met", TONE_BAD),
                REPORT_VERDICT);
    report_fact(sink, "practices met", cell_number(met), REPORT_INTEGER);
    report_fact(sink, "objectives satisfied", cell_number(satisfied), REPORT_INTEGER);
    text_add(&points, "%" PRIu32 " of the %" PRIu32 " AU points are lost", assessment->points_lost,
             assessment->points_possible);
    report_fact(sink, "points", cell_text(text_bytes(&points)), REPORT_TEXT);
    text_add(&score, "%" PRId32 " of %d, if all other practices are met", assessment->score,
             AU_POINTS_MAX);
    report_fact(sink, "score", cell_text(text_bytes(&score)), REPORT_TEXT);
    report_fact(sink, "plan of action",
                cell_string(met == PRACTICE_COUNT ? "none is needed"
                            : assessment->poam_possible
                                ? "possible: only practices of one point are not met, and the "
                                  "score is at least 88; it is closed within 180 days"
                                : "not possible: 3.3.1, 3.3.2 and 3.3.5 can never be on one, and "
                                  "the score is to be at least 88"),
                REPORT_TEXT);
}

static const struct report_column practice_columns[] = {
    {"practice", NULL, REPORT_CODE},         {"title", NULL, REPORT_TEXT},
    {"finding", NULL, REPORT_VERDICT},       {"satisfied", "objectives", REPORT_TEXT},
    {"points", NULL, REPORT_INTEGER},        {"lost", NULL, REPORT_INTEGER},
    {"poam", "plan of action", REPORT_TEXT}, {"events", "unmet rests on", REPORT_EVENTS},
};

/* The events that the objectives rest on which are not satisfied. */
static void put_unmet(const struct au_assessment *assessment, const struct practice_info *practice,
                      struct text *out)
{
    for (size_t i = 0; i < practice->objective_count; i++) {
        const struct au_judgement *judgement =
            &assessment->objectives[practice->first + i].judgement;
        for (size_t j = 0; !judgement->satisfied && j < judgement->evidence_count; j++) {
            const struct au_evidence *evidence = &judgement->evidence[j];
            text_add(out, "%s%" PRIu64, out->size == 0 ? "" : ", ", evidence->from);
            if (evidence->to != evidence->from) {
                text_add(out, "-%" PRIu64, evidence->to);
            }
        }
    }
}

static struct status write_practice(struct report_sink *sink,
                                    const struct au_assessment *assessment, enum practice which)
{
    const struct practice_info *practice = &practice_infos[which];
    bool met = assessment->met[which];
    size_t satisfied = 0;
    char memory[64], events_memory[EVENTS_SIZE];
    struct text count = TEXT_IN(memory), events = TEXT_IN(events_memory);
    for (size_t i = 0; i < practice->objective_count; i++) {
        satisfied += assessment->objectives[practice->first + i].judgement.satisfied;
    }
    text_add(&count, "%zu of %zu", satisfied, practice->objective_count);
    put_unmet(assessment, practice, &events);
    const struct cell cells[] = {
        cell_string(practice->name),
        cell_string(practice->title),
        met ? cell_verdict("met", TONE_GOOD) : cell_verdict("not met", TONE_BAD),
        cell_text(text_bytes(&count)),
        cell_number(practice->points),
        cell_number(met ? 0 : practice->points),
        cell_string(met              ? ""
                    : practice->poam ? "allowed"
                                     : "never"),
        events.size == 0 ? cell_absent() : cell_text(text_bytes(&events)),
    };
    return report_row(sink, cells);
}

static struct status write_practices(struct report_sink *sink,
                                     const struct au_assessment *assessment)
{
    const struct report_table table = {
        .name = "practices",
        .columns = practice_columns,
        .column_count = sizeof practice_columns / sizeof practice_columns[0],
        .empty = "There are no practices.",
    };
    report_table(sink, &table);
    for (unsigned i = 0; i < PRACTICE_COUNT; i++) {
        TRY(write_practice(sink, assessment, (enum practice)i));
    }
    report_table_end(sink);
    return OK;
}

static struct status assessment_run(const struct report_input *input, struct report_sink *sink)
{
    const struct au_assessment *assessment;
    TRY(assessing_begin(input, &assessment));
    TRY(report_begin(sink, input, assessment->verified));
    report_heading(sink, "Score");
    write_score(sink, assessment);
    report_paragraph(sink, "Only the nine practices of Audit and Accountability are assessed here. "
                           "A practice is met if all of its objectives are satisfied. What the "
                           "machine cannot see counts only while a declaration about it is in "
                           "force that a second person has approved.");
    report_heading(sink, "Practices");
    TRY(write_practices(sink, assessment));
    report_heading(sink, "Objectives");
    TRY(assessing_objectives(sink, assessment, PRACTICE_3_3_1, PRACTICE_3_3_9));
    report_heading(sink, "Declarations");
    TRY(assessing_declarations(input, sink, assessment, PRACTICE_3_3_1, PRACTICE_3_3_9));
    return report_end(sink);
}

#define AU_INFO(number, names, titles, abouts, runs)                             \
    {                                                                            \
        .name = (names), .title = (titles), .about = (abouts), .version = 1,     \
        .scopes = REPORT_GLOBAL, .serves = (number),                             \
        .filter = "every event of the log up to the end of the period",          \
        .columns = assessing_columns, .column_count = AU_COLUMNS, .run = (runs), \
    }

enum {
    AU_COLUMNS = 6,
};

const struct report_info report_au_assessment = AU_INFO(
    "3.3.1 to 3.3.9", "au-assessment", "Audit and Accountability: assessment",
    "The nine AU practices of CMMC Level 2, objective by objective: verdict, reason, evidence, "
    "score.",
    assessment_run);

/* One practice ---------------------------------------------------------------------------- */

static const struct event_column evidence_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"act", NULL, REPORT_TEXT}, .take = TAKE_KIND},
    {.column = {"about", NULL, REPORT_TEXT}, .take = TAKE_ABOUT},
    {.column = {"what", NULL, REPORT_TEXT}, .take = TAKE_OWN},
    {.column = {"by", NULL, REPORT_TEXT}, .take = TAKE_ACTOR},
    {.column = {"outcome", NULL, REPORT_VERDICT}, .take = TAKE_OUTCOME},
    {.column = {"rule", NULL, REPORT_CODE}, .take = TAKE_RULE},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};

static struct cell what_of(struct event_row *row, uint32_t index)
{
    static const char *const names[] = {"document", "name",   "report", "query",
                                        "question", "what",   "rule",   "source",
                                        "note",     "reason", "by",     "command"};
    struct cell cell = cell_absent();
    (void)index;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && !cell.present; i++) {
        cell = event_row_field(row, names[i]);
    }
    return cell;
}

/* The events of the period that a practice is about. */
static const char *const *kinds_of(enum practice practice)
{
    static const char *const kinds[PRACTICE_COUNT][12] = {
        {"audit.genesis", "emitter.*", "audit.event_set_changed", "audit.exported",
         "audit.recovered", "audit.failure", NULL},
        {"user.registered", "user.deleted", "mfa.*", NULL},
        {"audit.review_opened", "audit.review_signed", "audit.event_set_changed", NULL},
        {"alert.*", "audit.failure", NULL},
        {"audit.review_opened", "audit.review_signed", "alert.acknowledged", "alert.closed",
         "case.*", NULL},
        {"audit.query_run", "audit.report_generated", "audit.query_saved", NULL},
        {"clock.*", NULL},
        {"audit.verified", "audit.tools_measured", "audit.tools_approved", "audit.exported",
         "audit.failure", NULL},
        {"audit.manager_changed", "policy.approved", "audit.event_set_changed", "alert.contact_set",
         "audit.tools_approved", "audit.denied", "policy.denied", "alert.denied", NULL},
    };
    return kinds[practice];
}

static void write_words(struct report_sink *sink, const struct practice_info *practice)
{
    report_paragraph(sink, "%s", practice->requirement);
    for (size_t i = 0; i < practice->objective_count; i++) {
        const struct objective_info *info = &objective_infos[practice->first + i];
        report_heading(sink, info->label);
        report_paragraph(sink, "%s", info->text);
        report_fact(sink, "an assessor wants", cell_string(info->wants), REPORT_TEXT);
        report_fact(sink, "the log gives", cell_string(info->machine), REPORT_TEXT);
        report_fact(sink, "to be declared",
                    info->declare == NULL ? cell_absent() : cell_string(info->declare),
                    REPORT_TEXT);
        report_fact(sink, "it fails when", cell_string(info->fails_when), REPORT_TEXT);
    }
}

static enum practice practice_of(const struct report_info *info)
{
    for (unsigned i = 0; i < PRACTICE_COUNT; i++) {
        if (strcmp(practice_infos[i].id, info->serves) == 0) {
            return (enum practice)i;
        }
    }
    return PRACTICE_COUNT;
}

static struct status practice_run(const struct report_input *input, struct report_sink *sink)
{
    const struct au_assessment *assessment;
    enum practice practice = practice_of(input->question.info);
    const struct event_table events = {
        .table = {.name = "evidence",
                  .title = "Events of the period that speak of it",
                  .empty = "There were none."},
        EVENT_COLUMNS(evidence_columns),
        .kinds = kinds_of(practice),
        .of_damaged = true,
        .cell = what_of,
    };
    TRY(assessing_begin(input, &assessment));
    TRY(report_begin(sink, input, assessment->verified));
    report_heading(sink, "Finding");
    report_fact(sink, practice_infos[practice].name,
                assessment->met[practice] ? cell_verdict("met", TONE_GOOD)
                                          : cell_verdict("not met", TONE_BAD),
                REPORT_VERDICT);
    report_fact(sink, "points", cell_number(practice_infos[practice].points), REPORT_INTEGER);
    TRY(assessing_objectives(sink, assessment, practice, practice));
    report_heading(sink, "Evidence");
    TRY(assessing_declarations(input, sink, assessment, practice, practice));
    TRY(event_table_write(input, sink, &events));
    report_heading(sink, "What is asked");
    write_words(sink, &practice_infos[practice]);
    return report_end(sink);
}

const struct report_info report_au_3_3_1 = AU_INFO(
    "3.3.1", "au-3.3.1-records", "AU.L2-3.3.1",
    "System auditing: records are made, with the content that is defined, and kept.", practice_run);
const struct report_info report_au_3_3_2 =
    AU_INFO("3.3.2", "au-3.3.2-accountability", "AU.L2-3.3.2",
            "User accountability: every act leads to one person.", practice_run);
const struct report_info report_au_3_3_3 =
    AU_INFO("3.3.3", "au-3.3.3-event-review", "AU.L2-3.3.3",
            "Event review: what is logged is reviewed, and changed if it must be.", practice_run);
const struct report_info report_au_3_3_4 =
    AU_INFO("3.3.4", "au-3.3.4-failure-alerts", "AU.L2-3.3.4",
            "Audit failure alerting: somebody is told when the audit fails.", practice_run);
const struct report_info report_au_3_3_5 =
    AU_INFO("3.3.5", "au-3.3.5-correlation", "AU.L2-3.3.5",
            "Audit correlation: review, analysis and reporting lead to one another.", practice_run);
const struct report_info report_au_3_3_6 =
    AU_INFO("3.3.6", "au-3.3.6-reduction", "AU.L2-3.3.6",
            "Reduction and reporting: questions and reports on demand.", practice_run);
const struct report_info report_au_3_3_7 =
    AU_INFO("3.3.7", "au-3.3.7-time", "AU.L2-3.3.7",
            "Authoritative time source: the clock is compared with one.", practice_run);
const struct report_info report_au_3_3_8 =
    AU_INFO("3.3.8", "au-3.3.8-protection", "AU.L2-3.3.8",
            "Audit protection: of the log and of its tools, from access, change and deletion.",
            practice_run);
const struct report_info report_au_3_3_9 =
    AU_INFO("3.3.9", "au-3.3.9-management", "AU.L2-3.3.9", "Audit management: by a declared few.",
            practice_run);
