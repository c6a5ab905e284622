/* The nine AU practices and their objectives: whether each is met, why, and on what that rests. */
#include "reports/au/assessing.h"
#include "reports/stretch.h"
#include "reports/web/assessed.h"
#include "reports/web/bands.h"
#include "reports/web/page.h"
#include "reports/web/routes.h"
#include "reports/web/words.h"

#include <inttypes.h>

enum {
    EVIDENCE_SIZE = 1024,
    LABEL_SIZE = 64,
};

/* No assessment ------------------------------------------------------------------------------ */

static void put_command(struct visit *visit, const char *report)
{
    page_section(visit, "command", "The same on the command line");
    page_command_begin(visit);
    output_add(visit->output, "cairn report run %s --at seq:%" PRIu64, report, visit->at - 1);
    page_command_end(visit);
    page_section_end(visit);
}

static struct status put_logged(struct visit *visit)
{
    bool found = false;
    struct leaf leaf;
    TRY(assessed_logged(visit, &found, &leaf));
    if (!found) {
        page_empty(visit, "No assessment has been logged lately.");
        return OK;
    }
    output_put_string(visit->output, "<p>The newest logged assessment is event ");
    link_event(visit, leaf.n);
    output_put_string(visit->output, ", ");
    page_time(visit, leaf.t_utc_us);
    output_put_string(visit->output, ": it names the SHA-256 of the report that was made.</p>\n");
    return OK;
}

/* The page of a log that is too large to be assessed while somebody waits. */
static struct status put_too_large(struct visit *visit, const char *title)
{
    page_begin(visit, &(struct page_head){.title = bytes_of_string(title)});
    page_notice(visit, PAGE_WARNING,
                "This log is too large to be assessed while you wait: an assessment reads and "
                "verifies all of it. The command below makes one.");
    TRY(put_logged(visit));
    put_command(visit, "au-assessment");
    page_end(visit);
    return OK;
}

/* Verdicts ----------------------------------------------------------------------------------- */

static void put_verdict(struct visit *visit, bool satisfied)
{
    page_tone(visit, satisfied ? PAGE_GOOD : PAGE_BAD, satisfied ? "satisfied" : "not satisfied");
}

static size_t count_satisfied(const struct au_assessment *assessment,
                              const struct practice_info *info)
{
    size_t count = 0;
    for (size_t i = 0; i < info->objective_count; i++) {
        count += assessment->objectives[info->first + i].judgement.satisfied ? 1 : 0;
    }
    return count;
}

static void put_evidence(struct visit *visit, const struct au_judgement *judgement)
{
    char memory[EVIDENCE_SIZE];
    struct text evidence = TEXT_IN(memory);
    assessing_evidence(judgement, &evidence);
    if (evidence.size == 0) {
        output_put_string(visit->output, "\xe2\x80\x93");
    }
    words_put_events(visit, text_bytes(&evidence));
}

static void put_path(struct text *path, const struct practice_info *info, char letter)
{
    text_add(path, "/controls/%s", info->id);
    if (letter != '\0') {
        text_add(path, "/%c", letter);
    }
}

/* What it is made from, for whoever reads it. */
static void put_basis(struct visit *visit, const struct au_assessment *assessment)
{
    output_put_string(visit->output,
                      "<p class=\"note\">Assessed from the log, for this page or one "
                      "that was asked for at most five minutes before: the first ");
    page_number(visit, assessment->size);
    output_put_string(visit->output, " events, verified and folded, as of ");
    page_time(visit, assessment->now_us);
    output_put_string(visit->output, ". It is a draft: evidence is what the command makes and the "
                                     "log records.</p>\n");
}

/* Stretches ---------------------------------------------------------------------------------- */

static void put_title(const struct au_span *span, struct text *out)
{
    const struct zone utc = zone_utc();
    const struct zone_style style = {.separator = ' '};
    text_put_string(out, span->satisfied ? "held from " : "did not hold from ");
    zone_write(&utc, span->from_us, style, out);
    text_put_literal(out, " until ");
    zone_write(&utc, span->to_us, style, out);
}

static void add_lane(struct bands *bands, const struct au_objective *objective)
{
    bands_lane(bands, bytes_of_string(objective_infos[objective->objective].label),
               (struct id){ID_NONE, 0});
    for (size_t i = 0; i < objective->span_count; i++) {
        const struct au_span *span = &objective->spans[i];
        char memory[160];
        struct text title = TEXT_IN(memory);
        put_title(span, &title);
        bands_add(bands, &(struct band){.from_us = span->from_us,
                                        .until_us = span->to_us,
                                        .look = span->satisfied ? BAND_HELD : BAND_NOT,
                                        .open = i + 1 == objective->span_count,
                                        .has_event = span->began != AU_NO_EVENT,
                                        .event = span->began,
                                        .title = text_bytes(&title)});
    }
}

static struct status put_stretches(struct visit *visit, const struct au_assessment *assessment,
                                   enum objective first, size_t count)
{
    struct bands *bands = bands_new(visit->arena);
    if (bands == NULL) {
        return FAIL(NO_MEMORY, sizeof *bands);
    }
    TRY(stretch_time_of(visit->scope.log, assessment->size - 1, &bands->last_us));
    for (size_t i = 0; i < count; i++) {
        add_lane(bands, &assessment->objectives[first + i]);
    }
    bands_put(visit, bands, "stretches", "When each objective held");
    return OK;
}

static void put_cause(struct visit *visit, uint64_t n)
{
    if (n == AU_NO_EVENT) {
        output_put_string(visit->output, "time");
    } else {
        link_event(visit, n);
    }
}

static void put_spans(struct visit *visit, const struct au_objective *objective)
{
    static const char *const headings[] = {"Verdict", "From", "By event", "Until", "By event"};
    page_table_begin(visit, &(struct page_table){.caption = "Each stretch of time, and the events "
                                                            "at its edges",
                                                 .headings = headings,
                                                 .count = sizeof headings / sizeof headings[0]});
    for (size_t i = 0; i < objective->span_count; i++) {
        const struct au_span *span = &objective->spans[i];
        output_put_string(visit->output, "<tr><td>");
        put_verdict(visit, span->satisfied);
        output_put_string(visit->output, "</td><td>");
        page_time(visit, span->from_us);
        output_put_string(visit->output, "</td><td>");
        put_cause(visit, span->began);
        output_put_string(visit->output, "</td><td>");
        page_time(visit, span->to_us);
        output_put_string(visit->output, "</td><td>");
        put_cause(visit, span->ended);
        output_put_string(visit->output, "</td></tr>\n");
    }
    page_table_end(visit);
}

/* All nine ----------------------------------------------------------------------------------- */

static void put_score(struct visit *visit, const struct au_assessment *assessment)
{
    size_t met = 0;
    for (size_t i = 0; i < PRACTICE_COUNT; i++) {
        met += assessment->met[i] ? 1 : 0;
    }
    bool all = met == PRACTICE_COUNT;
    output_add(visit->output,
               "<div class=\"verdict %s\"><span class=\"sign\" aria-hidden=\"true\">%s</span>"
               "<strong>%zu of %d practices are met</strong><p>%" PRIu32 " of %" PRIu32
               " points of AU are lost: a score of %" PRId32 " of %d, if all other practices are "
               "met.%s</p></div>\n",
               all ? "good" : "bad", all ? "\xe2\x9c\x93" : "\xe2\x9c\x95", met,
               (int)PRACTICE_COUNT, assessment->points_lost, assessment->points_possible,
               assessment->score, (int)AU_POINTS_MAX,
               all                         ? ""
               : assessment->poam_possible ? " What is missing may be on a plan of action."
                                           : " What is missing may not be on a plan of action.");
}

static void put_card(struct visit *visit, const struct au_assessment *assessment,
                     enum practice practice)
{
    const struct practice_info *info = &practice_infos[practice];
    char memory[LABEL_SIZE];
    struct text path = TEXT_IN(memory);
    put_path(&path, info, '\0');
    output_put_string(visit->output, "<div class=\"card\"><h3>");
    output_add(visit->output, "%s</h3><p class=\"big\">", info->name);
    link_to(visit, text_string(&path), info->title);
    output_put_string(visit->output, "</p><p>");
    page_tone(visit, assessment->met[practice] ? PAGE_GOOD : PAGE_BAD,
              assessment->met[practice] ? "met" : "not met");
    output_add(visit->output,
               "</p><p class=\"note\">%zu of %zu objectives satisfied; %u point%s</p></div>\n",
               count_satisfied(assessment, info), info->objective_count, (unsigned)info->points,
               info->points == 1 ? "" : "s");
}

struct status page_controls(struct visit *visit)
{
    const struct au_assessment *assessment;
    struct status status = assessed_get(visit, &assessment);
    if (status.code == STATUS_LIMIT) {
        return put_too_large(visit, "Controls");
    }
    TRY(status);
    page_begin(visit, &(struct page_head){.title = LITERAL("Controls"),
                                          .lead = bytes_of_string(control_family_about)});
    put_score(visit, assessment);
    put_basis(visit, assessment);
    page_section(visit, "practices", "Practices");
    output_put_string(visit->output, "<div class=\"cards practices\">\n");
    for (unsigned i = 0; i < PRACTICE_COUNT; i++) {
        put_card(visit, assessment, (enum practice)i);
    }
    output_put_string(visit->output, "</div>\n");
    page_section_end(visit);
    page_section(visit, "over-time", "Over time");
    TRY(put_stretches(visit, assessment, (enum objective)0, OBJECTIVE_COUNT));
    page_section_end(visit);
    put_command(visit, "au-assessment");
    page_end(visit);
    return OK;
}

/* One practice ------------------------------------------------------------------------------- */

static void put_objective_row(struct visit *visit, const struct au_objective *result)
{
    const struct objective_info *info = &objective_infos[result->objective];
    char memory[LABEL_SIZE];
    struct text path = TEXT_IN(memory);
    put_path(&path, &practice_infos[info->practice], info->letter);
    output_put_string(visit->output, "<tr><td class=\"tight\">");
    link_to(visit, text_string(&path), info->label);
    output_put_string(visit->output, "</td><td class=\"words\">");
    html_put_string(visit->output, info->text);
    output_put_string(visit->output, "</td><td>");
    put_verdict(visit, result->judgement.satisfied);
    output_put_string(visit->output, "</td><td class=\"tight\">");
    html_put_string(visit->output, control_mode_name(info->mode));
    output_put_string(visit->output, "</td><td class=\"words\">");
    html_put_string(visit->output, result->judgement.reason);
    output_put_string(visit->output, "</td><td class=\"words\">");
    put_evidence(visit, &result->judgement);
    output_put_string(visit->output, "</td></tr>\n");
}

static struct status put_practice(struct visit *visit, const struct au_assessment *assessment,
                                  enum practice practice)
{
    static const char *const headings[] = {"Objective", "What is asked", "Verdict",
                                           "Mode",      "Why",           "Rests on events"};
    const struct practice_info *info = &practice_infos[practice];
    output_add(visit->output, "<p>%s", info->basic ? "A basic requirement, " : "A derived one, ");
    output_add(visit->output, "worth %u point%s; it %s be on a plan of action. ",
               (unsigned)info->points, info->points == 1 ? "" : "s",
               info->poam ? "may" : "may not");
    page_tone(visit, assessment->met[practice] ? PAGE_GOOD : PAGE_BAD,
              assessment->met[practice] ? "met" : "not met");
    output_put_string(visit->output, "</p>\n");
    put_basis(visit, assessment);
    page_section(visit, "objectives", "Objectives");
    page_table_begin(visit, &(struct page_table){.caption = "What an assessor examines, and what "
                                                            "the log says of it",
                                                 .headings = headings,
                                                 .count = sizeof headings / sizeof headings[0]});
    for (size_t i = 0; i < info->objective_count; i++) {
        put_objective_row(visit, &assessment->objectives[info->first + i]);
    }
    page_table_end(visit);
    page_section_end(visit);
    page_section(visit, "over-time", "Over time");
    TRY(put_stretches(visit, assessment, info->first, info->objective_count));
    page_section_end(visit);
    return OK;
}

static const struct practice_info *find_practice(struct bytes id)
{
    for (size_t i = 0; i < PRACTICE_COUNT; i++) {
        if (bytes_equal(id, bytes_of_string(practice_infos[i].id))) {
            return &practice_infos[i];
        }
    }
    return NULL;
}

struct status page_practice(struct visit *visit)
{
    const struct practice_info *info = find_practice(visit->args[0]);
    const struct au_assessment *assessment;
    if (info == NULL) {
        return FAIL(NOT_FOUND, 0);
    }
    struct status status = assessed_get(visit, &assessment);
    if (status.code == STATUS_LIMIT) {
        return put_too_large(visit, info->title);
    }
    TRY(status);
    page_begin(visit, &(struct page_head){.title = bytes_of_string(info->title),
                                          .kicker = info->name,
                                          .lead = bytes_of_string(info->requirement)});
    TRY(put_practice(visit, assessment, (enum practice)(info - practice_infos)));
    put_command(visit, "au-assessment");
    page_end(visit);
    return OK;
}

/* One objective ------------------------------------------------------------------------------ */

static void put_fact(struct visit *visit, const char *name, const char *text)
{
    if (text != NULL) {
        output_put_string(visit->output, "<div class=\"full\"><dt>");
        html_put_string(visit->output, name);
        output_put_string(visit->output, "</dt><dd>");
        html_put_string(visit->output, text);
        output_put_string(visit->output, "</dd></div>\n");
    }
}

static void put_declaration(struct visit *visit, struct id declaration)
{
    if (declaration.kind != ID_NONE) {
        output_put_string(visit->output, "<div class=\"full\"><dt>Declaration</dt><dd>");
        link_object(visit, declaration);
        output_put_string(visit->output, "</dd></div>\n");
    }
}

static void put_judgement(struct visit *visit, const struct au_objective *result)
{
    const struct objective_info *info = &objective_infos[result->objective];
    const struct au_judgement *judgement = &result->judgement;
    output_add(visit->output,
               "<div class=\"verdict %s\"><span class=\"sign\" aria-hidden=\"true\">%s</span>"
               "<strong>%s</strong><p>",
               judgement->satisfied ? "good" : "bad",
               judgement->satisfied ? "\xe2\x9c\x93" : "\xe2\x9c\x95",
               judgement->satisfied ? "Satisfied" : "Not satisfied");
    html_put_string(visit->output, judgement->reason);
    output_put_string(visit->output, "</p></div>\n<dl class=\"facts\">\n<div class=\"full\"><dt>"
                                     "Rests on events</dt><dd>");
    put_evidence(visit, judgement);
    output_put_string(visit->output, "</dd></div>\n");
    put_declaration(visit, judgement->declaration);
    put_fact(visit, "Mode", control_mode_name(info->mode));
    put_fact(visit, "What an assessor looks for", info->wants);
    put_fact(visit, "What the log can give", info->machine);
    put_fact(visit, "What the organisation must declare", info->declare);
    put_fact(visit, "Fails when", info->fails_when);
    page_facts_end(visit);
}

static const struct objective_info *find_objective(const struct practice_info *practice,
                                                   struct bytes letter)
{
    for (size_t i = 0; practice != NULL && i < practice->objective_count; i++) {
        const struct objective_info *info = &objective_infos[practice->first + i];
        if (letter.size == 1 && letter.data[0] == (uint8_t)info->letter) {
            return info;
        }
    }
    return NULL;
}

struct status page_objective(struct visit *visit)
{
    const struct practice_info *practice = find_practice(visit->args[0]);
    const struct objective_info *info = find_objective(practice, visit->args[1]);
    const struct au_assessment *assessment;
    char memory[LABEL_SIZE];
    struct text path = TEXT_IN(memory);
    if (info == NULL) {
        return FAIL(NOT_FOUND, 0);
    }
    struct status status = assessed_get(visit, &assessment);
    if (status.code == STATUS_LIMIT) {
        return put_too_large(visit, info->label);
    }
    TRY(status);
    const struct au_objective *result = &assessment->objectives[info - objective_infos];
    page_begin(visit, &(struct page_head){.title = bytes_of_string(info->label),
                                          .kicker = practice->name,
                                          .lead = bytes_of_string(info->text)});
    output_put_string(visit->output, "<p class=\"actions\">");
    put_path(&path, practice, '\0');
    link_to(visit, text_string(&path), practice->title);
    output_put_string(visit->output, "</p>\n");
    put_judgement(visit, result);
    put_basis(visit, assessment);
    page_section(visit, "over-time", "Over time");
    TRY(put_stretches(visit, assessment, result->objective, 1));
    put_spans(visit, result);
    page_section_end(visit);
    put_command(visit, "au-assessment");
    page_end(visit);
    return OK;
}
